/* How callables of C++ are called from C: each is an object of its own, destroyed once. */
#ifndef RINGMAIN_CALLBACK_HPP
#define RINGMAIN_CALLBACK_HPP

#include "event.hpp"

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// Why a renderer is gone.
enum class GoneReason : std::uint32_t {
    CleanExit = RINGMAIN_GONE_CLEAN_EXIT,
    AbnormalExit = RINGMAIN_GONE_ABNORMAL_EXIT,
    Killed = RINGMAIN_GONE_KILLED,
    Crashed = RINGMAIN_GONE_CRASHED,
    Disconnected = RINGMAIN_GONE_DISCONNECTED,
};

/// Electron's word for it: `clean-exit` and so on.
inline const char *text(GoneReason reason) noexcept {
    return ringmain_gone_text(static_cast<std::uint32_t>(reason));
}

namespace detail {
/// A callable on the heap, as user data. Move-only ones will do, and need not be `std::function`s.
template <class F>
struct Boxed {
    template <class G>
    static void *make(G &&function) {
        return new F(std::forward<G>(function));
    }
    static F &at(void *user) { return *static_cast<F *>(user); }
    static void destroy(void *user) noexcept { delete static_cast<F *>(user); }
};

/// Calls `body`; what it throws goes to `failed` as a text.
template <class Body, class Failed>
void guarded(const Body &body, const Failed &failed) {
#if RINGMAIN_HAS_EXCEPTIONS
    try {
        body();
    } catch (const std::exception &thrown) {
        failed(thrown.what());
    } catch (...) {
        failed("an exception that is no std::exception");
    }
#else
    (void)failed;
    body();
#endif
}

/// A text that cannot be passed on, for it is not UTF-8, is replaced.
inline void fail(const Event &event, const char *why) {
    if (!event.fail(why)) (void)event.fail("an exception whose text is not UTF-8");
}

inline void reject(Reply &reply, const char *why) {
    if (reply && !reply.error(why)) (void)reply.error("an exception whose text is not UTF-8");
}

/// Calls a listener or handler with what it takes of its parameters.
template <class F, class... Rest>
decltype(auto) call(F &function, const Event &event, Args args, Rest &...rest) {
    if constexpr (std::is_invocable_v<F &, const Event &, Args, Rest &...>) return function(event, args, rest...);
    else if constexpr (std::is_invocable_v<F &, const Event &, Args>) return function(event, args);
    else if constexpr (std::is_invocable_v<F &, const Event &>) return function(event);
    else {
        static_assert(std::is_invocable_v<F &>, "to be callable with (const Event &, Args), or the first of them");
        return function();
    }
}

template <class F>
void listener(void *user, const ringmain_event *raw, const ringmain_value *args, std::size_t count) noexcept {
    const Event event(raw);
    guarded(
        [&] {
            using R = decltype(call(Boxed<F>::at(user), event, Args(args, count)));
            if constexpr (is_result<R>::value) {
                const auto result = call(Boxed<F>::at(user), event, Args(args, count));
                if (!result) fail(event, result.error().what());
            } else {
                static_assert(std::is_void_v<R>, "listeners return nothing, or a Result");
                call(Boxed<F>::at(user), event, Args(args, count));
            }
        },
        [&](const char *why) { fail(event, why); });
}

/// Answers with what a handler has returned.
template <class T>
void answer(Reply &reply, const T &value) {
    const auto answered = reply.value(value);
    if (!answered) reject(reply, answered.error().what());
}

template <class F>
void handler(void *user, const ringmain_event *raw, const ringmain_value *args, std::size_t count,
             ringmain_reply *owed) noexcept {
    const Event event(raw);
    Reply reply(owed);
    guarded(
        [&] {
            F &function = Boxed<F>::at(user);
            if constexpr (std::is_invocable_v<F &, const Event &, Args, Reply &>) {
                static_assert(std::is_void_v<std::invoke_result_t<F &, const Event &, Args, Reply &>>,
                              "handlers that have the reply return nothing");
                function(event, Args(args, count), reply);
            } else {
                using R = decltype(call(function, event, Args(args, count)));
                if constexpr (std::is_void_v<R>) {
                    call(function, event, Args(args, count));
                    (void)reply.value();
                } else if constexpr (is_result<std::decay_t<R>>::value) {
                    const auto result = call(function, event, Args(args, count));
                    if (!result) reject(reply, result.error().what());
                    else if constexpr (std::is_same_v<std::decay_t<R>, Result<void>>) (void)reply.value();
                    else answer(reply, *result);
                } else answer(reply, call(function, event, Args(args, count)));
            }
        },
        [&](const char *why) { reject(reply, why); });
}

// These have nobody who could be told: an exception ends the program.
template <class F>
void attached(void *user, const ringmain_web_contents *contents) noexcept {
    Boxed<F>::at(user)(WebContentsRef(contents));
}

template <class F>
void gone(void *user, const ringmain_web_contents *contents, std::uint32_t reason, int exit_code) noexcept {
    Boxed<F>::at(user)(WebContentsRef(contents), static_cast<GoneReason>(reason), exit_code);
}

template <class F>
void text(void *user, const char *text) noexcept {
    Boxed<F>::at(user)(text);
}

template <class F>
void completion(void *user, ringmain_status status, ringmain_value value, const char *why) noexcept {
    if (status == RINGMAIN_OK) Boxed<F>::at(user)(Result<Value>(Value(value)));
    else Boxed<F>::at(user)(Result<Value>(Error(static_cast<Status>(status), why)));
}
} // namespace detail

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
