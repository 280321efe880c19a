// A renderer that finds its main by name: renderer [NAME].
#include <ringmain.hpp>

using ringmain::Args, ringmain::Event, ringmain::IpcRenderer;

int main(int argc, char **argv) try {
    ringmain::RendererOptions options;
    options.wait = std::chrono::seconds(10);
    IpcRenderer renderer = IpcRenderer::connect(argc > 1 ? argv[1] : "demo", options).value();

    int received = 0;
    renderer.on("asynchronous-reply", [&](const Event &, Args args) {
        for (auto value : args) std::printf("received %s\n", value.text().c_str());
        if (++received == 5) renderer.stop().value();
    }).value();

    auto answer = renderer.send_sync("synchronous-message", "ping").value();
    std::printf("sendSync returned %s\n", answer.text().c_str());

    for (int number = 1; number <= 5; number++) renderer.send("asynchronous-message", "ping", number).value();
    renderer.run().value();

    auto sum = renderer.invoke_wait("sum", 0, 14, 28).value();
    std::printf("invoke returned %s\n", sum.text().c_str());
} catch (const ringmain::Error &error) {
    std::fprintf(stderr, "renderer: %s\n", error.what());
    return 1;
}
