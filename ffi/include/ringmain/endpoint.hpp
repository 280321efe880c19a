/* What mains and renderers have in common: listeners, and the loop that runs them. */
#ifndef RINGMAIN_ENDPOINT_HPP
#define RINGMAIN_ENDPOINT_HPP

#include "callback.hpp"

#include <chrono>

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// How long a call may take: milliseconds, or `forever`.
using Timeout = std::chrono::milliseconds;
inline constexpr Timeout forever{-1};

/// How a side waits before it sleeps.
enum class WaitPolicy : std::uint32_t {
    Adaptive = RINGMAIN_WAIT_ADAPTIVE,
    Park = RINGMAIN_WAIT_PARK,
    Spin = RINGMAIN_WAIT_SPIN,
};

/// What `off` takes.
struct ListenerId {
    std::uint64_t number = 0;
};

/// The version of the library's interface; `RINGMAIN_ABI_VERSION` is the header's.
inline std::uint32_t abi_version() noexcept { return ringmain_abi_version(); }

/// Sets what learns of everything that no caller can be told, in the whole process: `(const char *)`, from any
/// thread, not to throw. See `ringmain_set_log`.
template <class F>
void set_log(F &&log) {
    using Box = detail::Boxed<std::decay_t<F>>;
    ringmain_set_log(&detail::text<std::decay_t<F>>, Box::make(std::forward<F>(log)), &Box::destroy);
}
inline void set_log(std::nullptr_t) { ringmain_set_log(nullptr, nullptr, nullptr); }

namespace detail {
inline std::int64_t ms(Timeout timeout) { return timeout.count() < 0 ? -1 : timeout.count(); }

/// Has `give` called with a trampoline, the callable on the heap, and what destroys it.
template <class C, class F, class Give>
auto handed(C trampoline, F &&function, const Give &give) {
    using Box = Boxed<std::decay_t<F>>;
    return give(trampoline, Box::make(std::forward<F>(function)), &Box::destroy);
}

template <class Add>
Result<ListenerId> added(const Add &add) {
    ListenerId id;
    const auto status = add(&id.number);
    if (status != RINGMAIN_OK) return Error::last(status);
    return id;
}
} // namespace detail

/// A main or a renderer. Usable from any threads at once, but for moving and destroying it. Its end closes
/// it and takes all callbacks away; it must not end inside one of them.
///
/// Listeners are called with `(const Event &, Args)` or the first of these, inside `run`, `dispatch` or
/// `invoke_wait`, one at a time. They are moved or copied in, may be move-only, and are destroyed once, when
/// they are not called any more. What they throw, and a `Result` that they return, fails the event.
class Endpoint {
public:
    /// Adds a listener behind those that the channel has.
    template <class F>
    Result<ListenerId> on(Name channel, F &&listener) {
        return listen(&ringmain_on, channel, std::forward<F>(listener));
    }
    /// The same for one call at most.
    template <class F>
    Result<ListenerId> once(Name channel, F &&listener) {
        return listen(&ringmain_once, channel, std::forward<F>(listener));
    }
    /// Takes a listener or handler away. No call of it begins any more, and none goes on but one that this
    /// is called from: waits for one in another thread. `NotFound` if it was taken away already.
    Result<void> off(ListenerId id) { return detail::checked(ringmain_off(get(), id.number)); }
    /// Takes all listeners of a channel away.
    Result<void> off_all(Name channel) {
        if (!channel.get()) return Error(Status::InvalidArgument, "a channel is a text without zeros");
        return detail::checked(ringmain_off_all(get(), channel.get()));
    }
    /// Takes all listeners of all channels away; handlers and hooks stay.
    Result<void> off_all() { return detail::checked(ringmain_off_all(get(), nullptr)); }

    /// Sets what is told of everything that no caller can be told: `(const char *)`, from any thread, not to
    /// throw. In place of the one before and of the log; `nullptr` for the log.
    template <class F>
    Result<void> on_diagnostic(F &&hook) {
        return detail::handed(&detail::text<std::decay_t<F>>, std::forward<F>(hook), [&](auto... hooked) {
            return detail::checked(ringmain_on_diagnostic(get(), hooked...));
        });
    }
    Result<void> on_diagnostic(std::nullptr_t) {
        return detail::checked(ringmain_on_diagnostic(get(), nullptr, nullptr, nullptr));
    }

    /// Delivers until `stop`, sleeping while there is nothing. Callbacks run inside this call. In a renderer
    /// `MainGone` once main is gone and all it had sent is delivered.
    Result<void> run() { return detail::checked(ringmain_run(get())); }
    /// Ends `run`, from any thread or callback; the next one if none runs now.
    Result<void> stop() { return detail::checked(ringmain_stop(get())); }
    /// Delivers what is there, `budget` messages at most, and says how many. Never blocks.
    Result<std::size_t> dispatch(std::size_t budget = SIZE_MAX) {
        std::size_t delivered = 0;
        const auto status = ringmain_dispatch(get(), budget, &delivered);
        if (status != RINGMAIN_OK) return Error::last(status);
        return delivered;
    }
    /// A descriptor that is readable while there is something to dispatch, for poll and the like. It is the
    /// handle's. -1 if that is closed.
    int fd() const noexcept { return ringmain_fd(get()); }

    /// Ends all sessions and takes all callbacks away; later calls answer `Disconnected`. What waits in main
    /// for renderers is lost, or waited for as long: callbacks run meanwhile, and `Deadline` says that
    /// something was lost.
    Result<void> close(Timeout timeout = Timeout(0)) {
        return detail::checked(ringmain_close(get(), detail::ms(timeout)));
    }

    /// The handle, for the C interface. Null if this was moved from.
    ringmain_ipc *get() const noexcept { return raw_.get(); }

protected:
    explicit Endpoint(ringmain_ipc *raw) noexcept : raw_(raw) {}

private:
    template <class Add, class F>
    Result<ListenerId> listen(Add add, Name channel, F &&listener) {
        return detail::handed(&detail::listener<std::decay_t<F>>, std::forward<F>(listener), [&](auto... handed) {
            return detail::added([&](std::uint64_t *id) { return add(get(), channel.get(), handed..., id); });
        });
    }
    struct Free {
        void operator()(ringmain_ipc *handle) const noexcept { ringmain_free(handle); }
    };
    std::unique_ptr<ringmain_ipc, Free> raw_;
};

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
