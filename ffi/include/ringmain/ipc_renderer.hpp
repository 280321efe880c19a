/* A renderer process: Electron's ipcRenderer. */
#ifndef RINGMAIN_IPC_RENDERER_HPP
#define RINGMAIN_IPC_RENDERER_HPP

#include "endpoint.hpp"

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// What a renderer attaches with.
struct RendererOptions {
    Timeout wait = Timeout(0); ///< how long to wait for a main that is not there
    WaitPolicy wait_policy = WaitPolicy::Adaptive;
    bool refuse_named_segments = false;

    ringmain_renderer_options raw() const noexcept {
        ringmain_renderer_options raw = RINGMAIN_RENDERER_OPTIONS_INIT;
        raw.wait_ms = detail::ms(wait);
        raw.wait_policy = static_cast<std::uint32_t>(wait_policy);
        raw.refuse_named_segments = refuse_named_segments;
        return raw;
    }
};

/// A renderer's side: it sends, asks, and waits. Arguments are what `Builder::put` takes, or one `Builder`.
class IpcRenderer : public Endpoint {
public:
    /// Attaches to the main that is bound to `endpoint`. Blocks until main has answered, five seconds at
    /// most, and for a main to appear as long as the options say. Errors as `ringmain_connect`.
    static Result<IpcRenderer> connect(Name endpoint, const RendererOptions &options = {}) {
        return made(options, [&](auto raw, auto handle) { return ringmain_connect(endpoint.get(), raw, handle); });
    }
    /// Attaches to the main that has spawned this process. Works once.
    static Result<IpcRenderer> from_env(const RendererOptions &options = {}) {
        return made(options, [](auto raw, auto handle) { return ringmain_from_env(raw, handle); });
    }

    /// Sends a message. It is in shared memory when this returns; waits for space if the ring is full.
    template <class... T>
    Result<void> send(Name channel, const T &...args) {
        return send_for(forever, channel, args...);
    }
    /// The same without waiting: `Backpressure` says that it was not sent. It has to fit into the empty ring
    /// at once, else it is `TooLarge`.
    template <class... T>
    Result<void> try_send(Name channel, const T &...args) {
        return send_for(Timeout(0), channel, args...);
    }
    /// The same, waiting as long: `Deadline` says that it was not sent.
    template <class... T>
    Result<void> send_for(Timeout timeout, Name channel, const T &...args) {
        return detail::with_args(
            [&](ringmain_builder *built) { return ringmain_send(get(), channel.get(), built, detail::ms(timeout)); },
            args...);
    }

    /// Sends a message and blocks this thread until a listener in main answers it. Callbacks do not run
    /// meanwhile. `NoReply` if nobody answered, and nobody can any more. `send_sync_for` waits as long, for
    /// space and for the answer: after `Deadline` main may have got the message, or get it yet.
    template <class... T>
    Result<OwnedValue> send_sync(Name channel, const T &...args) {
        return send_sync_for(forever, channel, args...);
    }
    template <class... T>
    Result<OwnedValue> send_sync_for(Timeout timeout, Name channel, const T &...args) {
        return answered(&ringmain_send_sync, timeout, channel, args...);
    }

    /// Sends a request to main's handler, and has `completion` called with the answer, once, where this
    /// renderer dispatches: `(Result<Value>)`, not to throw, and maybe before this returns. `nullptr` if
    /// nobody is interested. What this returns is what kept the request from being made up, and
    /// `completion` is not called then. Waits for space if the ring is full.
    template <class F, class... T>
    Result<void> invoke(Name channel, F &&completion, const T &...args) {
        return invoke_for(forever, channel, std::forward<F>(completion), args...);
    }
    /// The same, waiting for space as long: `completion` gets `Deadline`, or `Backpressure` after no wait at
    /// all, if there was none. How long the answer takes is another matter.
    template <class F, class... T>
    Result<void> invoke_for(Timeout timeout, Name channel, F &&completion, const T &...args) {
        const auto wait = detail::ms(timeout);
        if constexpr (std::is_same_v<std::decay_t<F>, std::nullptr_t>) {
            return detail::with_args(
                [&](ringmain_builder *built) {
                    return ringmain_invoke(get(), channel.get(), built, wait, nullptr, nullptr, nullptr);
                },
                args...);
        } else {
            return detail::with_args(
                [&](ringmain_builder *built) {
                    return detail::handed(&detail::completion<std::decay_t<F>>, std::forward<F>(completion),
                                          [&](auto... handed) {
                                              return ringmain_invoke(get(), channel.get(), built, wait, handed...);
                                          });
                },
                args...);
        }
    }
    /// The same, blocking until the answer is there. Callbacks run inside this call, unless another thread
    /// dispatches. `HandlerFailed`, with the handler's text, if it failed.
    template <class... T>
    Result<OwnedValue> invoke_wait(Name channel, const T &...args) {
        return invoke_wait_for(forever, channel, args...);
    }
    template <class... T>
    Result<OwnedValue> invoke_wait_for(Timeout timeout, Name channel, const T &...args) {
        return answered(&ringmain_invoke_wait, timeout, channel, args...);
    }

    /// Reserves bytes of a message to main, whose listeners get one value, `Bytes`. Waits for space as long
    /// if the ring is full: `Deadline`, or `Backpressure` after no wait at all.
    Result<Claim> claim(const char *channel, std::size_t len, Timeout timeout = forever) {
        return Claim::by([&](ringmain_claimed *claimed) {
            return ringmain_claim(get(), channel, len, detail::ms(timeout), claimed);
        });
    }

    /// Attaches to the main that is bound to the endpoint now, and keeps listeners: what to do after
    /// `MainGone`. Waits for a main as long.
    Result<void> reconnect(Timeout timeout = Timeout(0)) {
        return detail::checked(ringmain_reconnect(get(), detail::ms(timeout)));
    }

    /// What this renderer is and has done.
    Result<Info> info() const {
        Info info = {};
        info.size = sizeof info;
        const auto status = ringmain_renderer_info(get(), &info);
        if (status != RINGMAIN_OK) return Error::last(status);
        return info;
    }

private:
    using Endpoint::Endpoint;

    template <class Make>
    static Result<IpcRenderer> made(const RendererOptions &options, const Make &make) {
        const auto raw = options.raw();
        ringmain_ipc *handle = nullptr;
        const auto status = make(&raw, &handle);
        if (status != RINGMAIN_OK) return Error::last(status);
        return Result<IpcRenderer>(IpcRenderer(handle));
    }

    template <class Ask, class... T>
    Result<OwnedValue> answered(Ask ask, Timeout timeout, Name channel, const T &...args) {
        ringmain_owned answer = {};
        const auto asked = detail::with_args(
            [&](ringmain_builder *built) { return ask(get(), channel.get(), built, detail::ms(timeout), &answer); },
            args...);
        if (!asked) return asked.error();
        return Result<OwnedValue>(OwnedValue(answer));
    }
};

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
