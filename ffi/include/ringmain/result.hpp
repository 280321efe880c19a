/* What calls answer: a status, an error that says more, and a result that is a value or an error. */
#ifndef RINGMAIN_RESULT_HPP
#define RINGMAIN_RESULT_HPP

#include <ringmain.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

// Code with and without exceptions may be linked into one program: it has its own names each.
#if defined(__cpp_exceptions)
#define RINGMAIN_HAS_EXCEPTIONS 1
#define RINGMAIN_MODE throwing
#else
#define RINGMAIN_HAS_EXCEPTIONS 0
#define RINGMAIN_MODE aborting
#endif

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// What a call answers; `ringmain_status` says what each means. New ones may come.
enum class Status : std::uint32_t {
    Ok = RINGMAIN_OK,
    InvalidArgument = RINGMAIN_INVALID_ARGUMENT,
    WrongRole = RINGMAIN_WRONG_ROLE,
    WrongKind = RINGMAIN_WRONG_KIND,
    NotFound = RINGMAIN_NOT_FOUND,
    Malformed = RINGMAIN_MALFORMED,
    Panic = RINGMAIN_PANIC,
    NoMain = RINGMAIN_NO_MAIN,
    MainGone = RINGMAIN_MAIN_GONE,
    RendererGone = RINGMAIN_RENDERER_GONE,
    Disconnected = RINGMAIN_DISCONNECTED,
    NoReply = RINGMAIN_NO_REPLY,
    NoHandler = RINGMAIN_NO_HANDLER,
    DuplicateHandler = RINGMAIN_DUPLICATE_HANDLER,
    HandlerFailed = RINGMAIN_HANDLER_FAILED,
    NotCloneable = RINGMAIN_NOT_CLONEABLE,
    Backpressure = RINGMAIN_BACKPRESSURE,
    Deadline = RINGMAIN_DEADLINE,
    TooLarge = RINGMAIN_TOO_LARGE,
    ChannelName = RINGMAIN_CHANNEL_NAME,
    TooManyPending = RINGMAIN_TOO_MANY_PENDING,
    ClaimHeld = RINGMAIN_CLAIM_HELD,
    TypeMismatch = RINGMAIN_TYPE_MISMATCH,
    WouldDeadlock = RINGMAIN_WOULD_DEADLOCK,
    Forked = RINGMAIN_FORKED,
    EndpointInUse = RINGMAIN_ENDPOINT_IN_USE,
    EndpointName = RINGMAIN_ENDPOINT_NAME,
    PermissionDenied = RINGMAIN_PERMISSION_DENIED,
    SegmentsRefused = RINGMAIN_SEGMENTS_REFUSED,
    VersionMismatch = RINGMAIN_VERSION_MISMATCH,
    LayoutMismatch = RINGMAIN_LAYOUT_MISMATCH,
    NotSpawned = RINGMAIN_NOT_SPAWNED,
    Corrupt = RINGMAIN_CORRUPT,
    Exhausted = RINGMAIN_EXHAUSTED,
    System = RINGMAIN_SYSTEM,
};

/// A status in words. Valid for ever.
inline const char *strerror(Status status) noexcept {
    return ringmain_strerror(static_cast<std::uint32_t>(status));
}

/// Why a call has failed: the status, and in `what()` the names and numbers that belong to it.
class Error : public std::runtime_error {
public:
    Error(Status status, const std::string &detail)
        : std::runtime_error(detail.empty() ? strerror(status) : detail), status_(status) {}

    Status status() const noexcept { return status_; }

    /// What this thread's last call of the C interface that failed had to say.
    static Error last(ringmain_status status) {
        return Error(static_cast<Status>(status), ringmain_last_error());
    }

private:
    Status status_;
};

/// What a call answers: a value, or an error. To leave one unread is a warning, as in Rust.
///
/// `value()`, `*` and `->` give the value. If it is an error they throw it; without exceptions they print
/// it and abort.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool is_ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return is_ok(); }
    Status status() const noexcept { return is_ok() ? Status::Ok : std::get_if<1>(&state_)->status(); }
    /// The error; only if there is one.
    const Error &error() const noexcept { return *std::get_if<1>(&state_); }

    T &value() & { return check(), *std::get_if<0>(&state_); }
    const T &value() const & { return check(), *std::get_if<0>(&state_); }
    T value() && { return check(), std::move(*std::get_if<0>(&state_)); }
    template <class U>
    T value_or(U &&other) && {
        return is_ok() ? std::move(*std::get_if<0>(&state_)) : static_cast<T>(std::forward<U>(other));
    }

    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }

private:
    void check() const;

    std::variant<T, Error> state_;
};

/// The same for calls that have nothing to give but their success.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool is_ok() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return is_ok(); }
    Status status() const noexcept { return error_ ? error_->status() : Status::Ok; }
    const Error &error() const noexcept { return *error_; }
    inline void value() const;

private:
    std::optional<Error> error_;
};

namespace detail {
[[noreturn]] inline void raise(const Error &error) {
#if RINGMAIN_HAS_EXCEPTIONS
    throw error;
#else
    std::fprintf(stderr, "ringmain: %s\n", error.what());
    std::abort();
#endif
}

inline Result<void> checked(ringmain_status status) {
    if (status != RINGMAIN_OK) return Error::last(status);
    return {};
}

template <class T>
struct is_result : std::false_type {};
template <class T>
struct is_result<Result<T>> : std::true_type {};
} // namespace detail

template <class T>
void Result<T>::check() const {
    if (!is_ok()) detail::raise(error());
}

inline void Result<void>::value() const {
    if (error_) detail::raise(*error_);
}

/// The name of a channel, an endpoint or a key, for the duration of a call: a text with a zero behind it.
/// One that has zeros inside is no name, and calls answer `InvalidArgument` for it.
class Name {
public:
    Name(const char *text) noexcept : text_(text) {}
    Name(const std::string &text) noexcept
        : text_(text.find('\0') == std::string::npos ? text.c_str() : nullptr) {}

    const char *get() const noexcept { return text_; }

private:
    const char *text_;
};

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
