// Callbacks: what they throw, what they own, and answers that come later. Also without exceptions.
#include "cpp_harness.hpp"
#include <atomic>
#include <mutex>
#include <poll.h>

using namespace ringmain;

// Counts itself: moved, not copied.
static std::atomic<int> alive{0}, destroyed{0};
struct Counted {
    bool is_held = true;
    Counted() { alive++; }
    Counted(Counted &&other) noexcept : is_held(std::exchange(other.is_held, false)) {}
    ~Counted() {
        if (is_held) alive--, destroyed++;
    }
};

static void lifetimes(Pair &pair) {
    std::atomic<int> calls{0};
    auto counts = [&calls, counted = std::make_unique<Counted>()](const Event &) { calls++; };
    const auto id = pair.main.on("counts", std::move(counts)).value();
    TRUE(pair.main.once("counts", [&calls, counted = Counted()] { calls += 10; }).is_ok());
    TRUE(alive == 2 && destroyed == 0);
    pair.renderer.send("counts").value();
    pair.renderer.send("counts").value();
    pair.sync();
    TRUE(calls == 12 && alive == 1 && destroyed == 1);
    TRUE(pair.main.off(id).is_ok() && alive == 0 && destroyed == 2);
    TRUE(pair.main.off(id).status() == Status::NotFound);
    pair.renderer.send("counts").value();
    pair.sync();
    TRUE(calls == 12 && destroyed == 2);

    // What could not be added is destroyed as well, and once.
    const std::string no_name("a\0b", 3);
    TRUE(pair.main.on(no_name, [counted = Counted()] {}).status() == Status::InvalidArgument);
    TRUE(alive == 0 && destroyed == 3);
    TRUE(pair.main.handle("twice", [counted = Counted()] { return 1; }).is_ok());
    TRUE(pair.main.handle("twice", [counted = Counted()] { return 2; }).status() == Status::DuplicateHandler);
    TRUE(alive == 1 && destroyed == 4);
    TRUE(pair.main.on("a", [counted = Counted()] {}).is_ok() && pair.main.on("b", [counted = Counted()] {}).is_ok());
    TRUE(pair.main.off_all("a").is_ok() && alive == 2);
    TRUE(pair.main.off_all(no_name).status() == Status::InvalidArgument && alive == 2);
    TRUE(pair.main.off_all().is_ok() && alive == 1);

    // One that takes itself away is destroyed when it returns.
    ListenerId own;
    const int before = destroyed;
    own = pair.main.on("own", [&, counted = Counted()] {
        pair.main.off(own).value();
        TRUE(destroyed == before);
    }).value();
    pair.renderer.send("own").value();
    pair.sync();
    TRUE(destroyed == before + 1);
}

static void failures(Pair &pair) {
    std::mutex lock;
    std::string told;
    pair.main.on_diagnostic([&, counted = Counted()](const char *text) {
        const std::lock_guard<std::mutex> guard(lock);
        told += std::string(text) + "\n";
    }).value();
    std::atomic<int> skipped{0};
    pair.main.on("fails", []() -> Result<void> { return Error(Status::System, "went wrong"); }).value();
    pair.main.on("fails", [&] { skipped++; }).value();
    pair.main.handle("fails", []() -> Result<int> { return Error(Status::System, "no answer"); }).value();
    pair.main.handle("says", [](const Event &, Args args) -> Result<std::string> {
        auto text = args.to<std::string>(0);
        if (!text) return text.error();
        return "said " + *text;
    }).value();
    pair.main.handle("nothing", [] {}).value();
    pair.main.handle("bad", [] { return "\xff"; }).value();
    pair.main.handle_once("one", [](const Event &event) { return event.channel(); }).value();
    pair.renderer.send("fails").value();
    pair.sync();
    {
        const std::lock_guard<std::mutex> guard(lock);
        TRUE(told.find("went wrong") != std::string::npos && skipped == 0);
    }
    const auto failed = pair.renderer.invoke_wait("fails");
    TRUE(failed.status() == Status::HandlerFailed && std::strstr(failed.error().what(), "no answer"));
    TRUE(pair.renderer.invoke_wait("says", "this").value().to<std::string>().value() == "said this");
    TRUE(std::strstr(pair.renderer.invoke_wait("says", 5).error().what(), "argument 0: expected a string, found 5"));
    TRUE(pair.renderer.invoke_wait("nothing").value()->is(ringmain::Kind::Undefined));
    TRUE(pair.renderer.invoke_wait("bad").status() == Status::HandlerFailed);
    TRUE(pair.renderer.invoke_wait("one").value().text() == "one");
    TRUE(pair.renderer.invoke_wait("one").status() == Status::NoHandler);
#if RINGMAIN_HAS_EXCEPTIONS
    pair.main.on("throws", [] { throw std::runtime_error("thrown"); }).value();
    pair.main.on("throws number", [] { throw 5; }).value();
    pair.main.handle("throws", [](const Event &, Args args) { return args.to<int>(0).value() + 1; }).value();
    pair.main.handle("throws bytes", []() -> int { throw std::runtime_error("\xff"); }).value();
    pair.main.handle("throws before", [](const Event &, Args, Reply &) { throw std::runtime_error("unmoved"); }).value();
    pair.renderer.send("throws").value();
    pair.renderer.send("throws number").value();
    pair.sync();
    {
        const std::lock_guard<std::mutex> guard(lock);
        TRUE(told.find("thrown") != std::string::npos && told.find("no std::exception") != std::string::npos);
    }
    TRUE(pair.renderer.invoke_wait("throws", 1).value().to<int>().value() == 2);
    TRUE(std::strstr(pair.renderer.invoke_wait("throws", "x").error().what(), "expected a number"));
    TRUE(std::strstr(pair.renderer.invoke_wait("throws bytes").error().what(), "not UTF-8"));
    TRUE(std::strstr(pair.renderer.invoke_wait("throws before").error().what(), "unmoved"));
    try {
        pair.renderer.invoke_wait("nowhere").value();
        TRUE(false);
    } catch (const Error &error) {
        TRUE(error.status() == Status::NoHandler);
    }
#endif
    const int before = destroyed;
    TRUE(pair.main.on_diagnostic(nullptr).is_ok() && destroyed == before + 1);
}

static void later(Pair &pair) {
    std::vector<std::thread> threads;
    std::mutex lock;
    auto answers = [&](Reply &&reply, int with) {
        const std::lock_guard<std::mutex> guard(lock);
        threads.emplace_back([reply = std::move(reply), with]() mutable {
            TRUE(reply);
            if (with < 0) TRUE(reply.error("too small").is_ok());
            else if (with > 0) TRUE(reply.value(with + 1).is_ok());
            TRUE(!reply == (with != 0));
        });
    };
    pair.main.handle("later", [&](const Event &, Args args, Reply &reply) {
        answers(std::move(reply), args.to<int>(0).value());
    }).value();
    pair.main.on("later", [&](const Event &event, Args args) {
        answers(event.keep_return_value().value(), args.to<int>(0).value());
    }).value();
    TRUE(pair.renderer.invoke_wait("later", 41).value().to<int>().value() == 42);
    TRUE(std::strstr(pair.renderer.invoke_wait("later", -1).error().what(), "too small"));
    TRUE(!pair.renderer.invoke_wait("later", 0)); // given back
    TRUE(pair.renderer.send_sync("later", 1).value().to<int>().value() == 2);
    TRUE(pair.renderer.send_sync("later", 0).status() == Status::NoReply);

    // Completions are called once, and destroyed.
    const int before = destroyed;
    int good = 0, bad = 0;
    pair.renderer.invoke("later", [&, counted = Counted()](Result<Value> value) { good = value->to<int>().value(); }, 1).value();
    pair.renderer.invoke("nowhere", [&](Result<Value> value) { bad = value.status() == Status::NoHandler; }).value();
    pair.renderer.invoke("later", nullptr, 5).value();
    while (good == 0 || bad == 0) {
        pollfd waited = {pair.renderer.fd(), POLLIN, 0};
        TRUE(poll(&waited, 1, 10000) == 1);
        pair.renderer.dispatch().value();
    }
    TRUE(good == 2 && bad == 1 && destroyed == before + 1);
    TRUE(pair.renderer.invoke_wait("later", 1).is_ok()); // behind the one that nobody waits for
    for (auto &thread : threads) thread.join();
    pair.main.off_all("later").value();
}

static void claims(Pair &pair) {
    std::atomic<int> received{0};
    pair.main.on("bytes", [&](const Event &event, Args args) {
        const auto bytes = args.to<Bytes>(0).value();
        for (auto byte : bytes) received += byte;
        event.reply("size", bytes.size()).value();
        auto claim = event.sender().claim("back", 4).value();
        std::memcpy(claim.data(), "back", 4);
        claim.commit().value();
    }).value();
    {
        auto claim = pair.renderer.claim("bytes", 100).value();
        TRUE(claim.size() == 100 && pair.renderer.send("x").status() == Status::ClaimHeld);
        std::memset(claim.data(), 1, 100);
        Claim moved(std::move(claim));
        TRUE(claim.size() == 0 && claim.commit().status() == Status::NotFound);
        TRUE(moved.commit(60).is_ok() && moved.commit(1).status() == Status::NotFound);
        auto aborted = pair.renderer.claim("bytes", 100).value();
        aborted.abort();
        const auto dropped = pair.renderer.claim("bytes", 100).value();
    }
    int size = 0;
    std::string back;
    pair.renderer.on("size", [&](const Event &, Args args) { size = args.to<int>(0).value(); }).value();
    pair.renderer.on("back", [&](const Event &, Args args) {
        const auto bytes = args.to<Bytes>(0).value();
        back.assign(bytes.begin(), bytes.end());
        pair.renderer.stop().value();
    }).value();
    pair.renderer.run().value();
    pair.sync();
    TRUE(received == 60 && size == 60 && back == "back");
}

static void contents(const char *endpoint) {
    std::atomic<int> seen{0}, left{0};
    std::atomic<std::uint32_t> reason{99};
    Pair pair(endpoint);
    pair.sync();
    pair.main.on_attached([&](WebContentsRef) { seen++; }).value();
    pair.main.on_render_process_gone([&](WebContentsRef gone, GoneReason why, int) {
        TRUE(gone.info().value().is_gone);
        reason = static_cast<std::uint32_t>(why);
        left++;
    }).value();
    {
        auto second = IpcRenderer::connect(endpoint).value();
        TRUE(second.send_sync("sync").status() == Status::NoReply);
        TRUE(seen == 1 && pair.main.web_contents_ids().value().size() == 2);
        const auto own = pair.main.web_contents(second.info()->id).value();
        TRUE(own.info()->id == second.info()->id && !own.info()->is_gone);
        int heard = 0;
        second.on("hello", [&](const Event &, Args args) {
            heard = args.to<int>(0).value();
            second.stop().value();
        }).value();
        own.send("hello", 7).value();
        second.run().value();
        TRUE(heard == 7);
        own.close().value();
        TRUE(second.run().status() == Status::MainGone);
    }
    pair.sync();
    TRUE(left == 1 && reason == static_cast<std::uint32_t>(GoneReason::Disconnected));
    TRUE(pair.main.web_contents(77).status() == Status::NotFound);
    TRUE(IpcMain::bind(endpoint).status() == Status::EndpointInUse);
    TRUE(IpcRenderer::from_env().status() == Status::NotSpawned);
}

int main(int argc, char **argv) {
    TRUE(argc == 2);
    {
        Pair pair(argv[1]);
        lifetimes(pair);
        failures(pair);
        later(pair);
        claims(pair);
    }
    contents(argv[1]);
    TRUE(alive == 0);
}
