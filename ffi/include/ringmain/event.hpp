/* What callbacks are called with: the message, its arguments, and the right to answer it. */
#ifndef RINGMAIN_EVENT_HPP
#define RINGMAIN_EVENT_HPP

#include "contents.hpp"

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// The arguments of a message: valid during the callback.
class Args {
public:
    Args(const ringmain_value *values, std::size_t count) noexcept : values_(values), count_(count) {}

    std::size_t size() const noexcept { return count_; }
    /// Undefined if it is not there.
    Value get(std::size_t position) const noexcept { return position < count_ ? Value(values_[position]) : Value(); }
    Value operator[](std::size_t position) const noexcept { return get(position); }
    /// As a C++ type, as `Value::to`; the error says which argument it was.
    template <class T>
    Result<T> to(std::size_t position) const {
        auto read = get(position).template to<T>();
        if (read) return read;
        return Error(read.status(), "argument " + std::to_string(position) + ": " + read.error().what());
    }

    class Iterator {
    public:
        explicit Iterator(const ringmain_value *at) noexcept : at_(at) {}
        Value operator*() const noexcept { return *at_; }
        Iterator &operator++() noexcept { return ++at_, *this; }
        bool operator!=(const Iterator &other) const noexcept { return at_ != other.at_; }
        bool operator==(const Iterator &other) const noexcept { return at_ == other.at_; }

    private:
        const ringmain_value *at_;
    };
    Iterator begin() const noexcept { return Iterator(values_); }
    Iterator end() const noexcept { return Iterator(values_ + count_); }

private:
    const ringmain_value *values_;
    std::size_t count_;
};

/// The right to answer one `sendSync` or `invoke`, from any thread, once. Dropped, it is given back: a
/// `sendSync` gets `NoReply`, an `invoke` `HandlerFailed`, as a handler whose promise is lost.
class Reply {
public:
    Reply() = default;
    /// Takes over what the C interface gave.
    explicit Reply(ringmain_reply *raw) noexcept : raw_(raw) {}

    /// Whether it is still to be answered.
    explicit operator bool() const noexcept { return raw_ != nullptr; }

    /// Answers with a value. If that fails, another answer may be tried.
    template <class T>
    Result<void> value(const T &value) {
        return ended(detail::with_args(
            [&](ringmain_builder *built) { return ringmain_reply_value(raw_.get(), built); }, value));
    }
    /// Answers with undefined.
    Result<void> value() { return ended(detail::checked(ringmain_reply_value(raw_.get(), nullptr))); }
    /// Answers with an error: the caller of an `invoke` gets its text, that of a `sendSync` `NoReply`.
    Result<void> error(Name why) { return ended(detail::checked(ringmain_reply_error(raw_.get(), why.get()))); }

private:
    // Answered, it is the library's again.
    Result<void> ended(Result<void> result) {
        if (result) (void)raw_.release();
        return result;
    }
    struct Free {
        void operator()(ringmain_reply *reply) const noexcept { ringmain_reply_free(reply); }
    };
    std::unique_ptr<ringmain_reply, Free> raw_;
};

/// A message that is being delivered: valid during the callback.
class Event {
public:
    explicit Event(const ringmain_event *raw) noexcept : raw_(raw) {}

    std::string_view channel() const noexcept { return {raw_->channel, raw_->channel_len}; }
    /// Who sent it. Only in main.
    WebContentsRef sender() const noexcept { return WebContentsRef(raw_->sender); }
    /// In main: the sender's id. In a renderer 0.
    std::uint32_t sender_id() const noexcept { return raw_->sender_id; }
    /// Whether the sender waits for a return value.
    bool is_sync() const noexcept { return raw_->is_sync; }

    /// Answers a `sendSync`: Electron's `event.returnValue = value`. The first wins. Never blocks.
    template <class T>
    Result<void> set_return_value(const T &value) const {
        return detail::with_args([&](ringmain_builder *built) { return ringmain_event_return(raw_, built); }, value);
    }
    /// Sends a message back to its sender, as `WebContentsRef::send`.
    template <class... T>
    Result<void> reply(Name channel, const T &...args) const {
        return detail::with_args(
            [&](ringmain_builder *built) { return ringmain_event_reply(raw_, channel.get(), built); }, args...);
    }
    /// Keeps the right to answer a `sendSync` after the callback has returned.
    Result<Reply> keep_return_value() const {
        ringmain_reply *kept = nullptr;
        const auto status = ringmain_event_keep(raw_, &kept);
        if (status != RINGMAIN_OK) return Error::last(status);
        return Reply(kept);
    }
    /// Says that the listener has failed, as an exception does: later listeners of the message are
    /// skipped, and the text goes to `on_diagnostic`.
    Result<void> fail(Name why) const { return detail::checked(ringmain_event_fail(raw_, why.get())); }

    const ringmain_event *raw() const noexcept { return raw_; }

private:
    const ringmain_event *raw_;
};

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
