/* The main process: Electron's ipcMain. */
#ifndef RINGMAIN_IPC_MAIN_HPP
#define RINGMAIN_IPC_MAIN_HPP

#include "endpoint.hpp"

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// What a main is made with; zero is the default of each. `ringmain_main_options` says what each means.
struct MainOptions {
    std::size_t ring_capacity = 0;
    std::size_t overflow_limit = 0;
    std::size_t message_limit = 0;
    std::size_t gather_limit = 0;
    std::size_t monitored_sessions = 0;
    WaitPolicy wait_policy = WaitPolicy::Adaptive;
    bool trust_in_place = false; ///< a promise; one that is broken can make main do anything
    bool named_segments = false; ///< likewise

    ringmain_main_options raw() const noexcept {
        ringmain_main_options raw = RINGMAIN_MAIN_OPTIONS_INIT;
        raw.ring_capacity = ring_capacity;
        raw.overflow_limit = overflow_limit;
        raw.message_limit = message_limit;
        raw.gather_limit = gather_limit;
        raw.monitored_sessions = monitored_sessions;
        raw.wait_policy = static_cast<std::uint32_t>(wait_policy);
        raw.trust_in_place = trust_in_place;
        raw.named_segments = named_segments;
        return raw;
    }
};

/// The main process's side: listeners, handlers, and any number of renderers.
class IpcMain : public Endpoint {
public:
    /// A main that renderers find by name: 1 to 64 of [A-Za-z0-9._-]. Errors as `ringmain_bind`.
    static Result<IpcMain> bind(Name endpoint, const MainOptions &options = {}) {
        if (!endpoint.get()) return Error(Status::InvalidArgument, "an endpoint is a text without zeros");
        return made(endpoint.get(), options);
    }
    /// A main without a name, whose renderers are those that it spawns.
    static Result<IpcMain> unnamed(const MainOptions &options = {}) { return made(nullptr, options); }

    /// Sets what answers `invoke` on a channel: `DuplicateHandler` if it has one.
    ///
    /// Called as listeners are. The caller gets what it returns, the text of a `Result`'s error, or that of
    /// what it throws. One that answers later takes `(const Event &, Args, Reply &)`, moves the reply away
    /// and ends it from any thread; a reply that it leaves is given back.
    template <class F>
    Result<ListenerId> handle(Name channel, F &&handler) {
        return answered(channel, false, std::forward<F>(handler));
    }
    /// The same for one request only.
    template <class F>
    Result<ListenerId> handle_once(Name channel, F &&handler) {
        return answered(channel, true, std::forward<F>(handler));
    }

    /// Sets what is called with a renderer that has attached, before its first message: `(WebContentsRef)`,
    /// not to throw. In place of the one before; `nullptr` for nothing.
    template <class F>
    Result<void> on_attached(F &&hook) {
        return detail::handed(&detail::attached<std::decay_t<F>>, std::forward<F>(hook), [&](auto... hooked) {
            return detail::checked(ringmain_on_attached(get(), hooked...));
        });
    }
    Result<void> on_attached(std::nullptr_t) {
        return detail::checked(ringmain_on_attached(get(), nullptr, nullptr, nullptr));
    }
    /// Sets what is called with a renderer that is gone, after its last message:
    /// `(WebContentsRef, GoneReason, int)`, not to throw. The number is the exit status, or the signal's,
    /// negated; 0 if neither is known.
    template <class F>
    Result<void> on_render_process_gone(F &&hook) {
        return detail::handed(&detail::gone<std::decay_t<F>>, std::forward<F>(hook), [&](auto... hooked) {
            return detail::checked(ringmain_on_gone(get(), hooked...));
        });
    }
    Result<void> on_render_process_gone(std::nullptr_t) {
        return detail::checked(ringmain_on_gone(get(), nullptr, nullptr, nullptr));
    }

    /// Starts a program as a renderer; there, `IpcRenderer::from_env` attaches. The first of `argv` is the
    /// program, found as a shell finds it. Messages may be sent to it at once.
    Result<WebContents> spawn(const std::vector<std::string> &argv) {
        std::vector<const char *> texts;
        texts.reserve(argv.size() + 1);
        for (const auto &text : argv) {
            if (!Name(text).get()) return Error(Status::InvalidArgument, "an argument has a zero inside");
            texts.push_back(text.c_str());
        }
        texts.push_back(nullptr);
        ringmain_web_contents *contents = nullptr;
        const auto status = ringmain_spawn(get(), texts.data(), &contents);
        if (status != RINGMAIN_OK) return Error::last(status);
        return Result<WebContents>(WebContents(contents));
    }

    /// The renderer with this id: `NotFound` if there is none, or no more.
    Result<WebContents> web_contents(std::uint32_t id) const {
        ringmain_web_contents *contents = nullptr;
        const auto status = ringmain_web_contents_get(get(), id, &contents);
        if (status != RINGMAIN_OK) return Error::last(status);
        return Result<WebContents>(WebContents(contents));
    }
    /// The ids of all renderers, in their order.
    Result<std::vector<std::uint32_t>> web_contents_ids() const {
        std::vector<std::uint32_t> ids;
        // Renderers may attach in between.
        for (std::size_t count = 16; ids.size() < count;) {
            ids.resize(count);
            const auto status = ringmain_web_contents_ids(get(), ids.data(), ids.size(), &count);
            if (status != RINGMAIN_OK) return Error::last(status);
            if (count <= ids.size()) {
                ids.resize(count);
                break;
            }
        }
        return ids;
    }

private:
    using Endpoint::Endpoint;

    static Result<IpcMain> made(const char *endpoint, const MainOptions &options) {
        const auto raw = options.raw();
        ringmain_ipc *handle = nullptr;
        const auto status = ringmain_bind(endpoint, &raw, &handle);
        if (status != RINGMAIN_OK) return Error::last(status);
        return Result<IpcMain>(IpcMain(handle));
    }

    template <class F>
    Result<ListenerId> answered(Name channel, bool once, F &&handler) {
        return detail::handed(&detail::handler<std::decay_t<F>>, std::forward<F>(handler), [&](auto... handed) {
            return detail::added(
                [&](std::uint64_t *id) { return ringmain_handle(get(), channel.get(), once, handed..., id); });
        });
    }
};

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
