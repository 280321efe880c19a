// What the C++ test programs share: TRUE and FAIL of harness.h, and a pair.
#ifndef CPP_HARNESS_HPP
#define CPP_HARNESS_HPP
#include <ringmain.hpp>
#include <cstring>
#include <thread>

#define TRUE(...)                                                                           \
    do {                                                                                    \
        if (!(__VA_ARGS__)) {                                                               \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #__VA_ARGS__);   \
            std::abort();                                                                   \
        }                                                                                   \
    } while (0)

// A main that another thread runs, and a renderer of it, in one process.
struct Pair {
    ringmain::IpcMain main;
    std::thread thread;
    ringmain::IpcRenderer renderer;

    explicit Pair(const char *endpoint)
        : main(ringmain::IpcMain::bind(endpoint).value()), thread([this] { main.run().value(); }),
          renderer(ringmain::IpcRenderer::connect(endpoint).value()) {}
    ~Pair() {
        renderer.close().value();
        main.stop().value();
        thread.join();
    }
    // Returns when main has delivered what the renderer has sent.
    void sync() { TRUE(renderer.send_sync("sync").status() == ringmain::Status::NoReply); }
};
#endif
