// A main that renderers find by name: main [NAME] [RENDERERS], after which it ends.
#include <ringmain.hpp>

using ringmain::Args, ringmain::Event, ringmain::GoneReason, ringmain::IpcMain, ringmain::WebContentsRef;

int main(int argc, char **argv) try {
    long left = argc > 2 ? std::atol(argv[2]) : -1;
    IpcMain main = IpcMain::bind(argc > 1 ? argv[1] : "demo").value();

    main.on("asynchronous-message", [](const Event &event, Args args) {
        return event.reply("asynchronous-reply", "pong", args[1]);
    }).value();
    main.on("synchronous-message", [](const Event &event) { return event.set_return_value("pong"); }).value();
    main.handle("sum", [](const Event &, Args args) {
        double total = 0;
        for (auto number : args) total += number.to<double>().value();
        return total;
    }).value();
    main.on_render_process_gone([&](WebContentsRef, GoneReason reason, int) {
        std::printf("a renderer left: %s\n", ringmain::text(reason));
        if (--left == 0) main.stop().value();
    }).value();
    main.run().value();
} catch (const ringmain::Error &error) {
    std::fprintf(stderr, "main: %s\n", error.what());
    return 1;
}
