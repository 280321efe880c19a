/* Messages that are made up value by value. */
#ifndef RINGMAIN_BUILDER_HPP
#define RINGMAIN_BUILDER_HPP

#include "value.hpp"

#include <memory>

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// A value that was marked, in the message it was marked in: to be put again, as the same object.
struct Mark {
    std::uint32_t number = 0;
};

/// How a type of the host's is sent: to be specialised with `static void put(Builder &, const T &)`, which
/// puts one value.
template <class T>
struct IntoValue;

/// Builds the values of a message, for shapes that arguments cannot have: shared objects, cycles, lists of
/// a length that only the program knows. Calls that send take it in place of arguments, any number of times.
/// Of one thread at a time.
///
/// A failure is kept until the next `begin`; what sends the message answers it. Every `put` puts one
/// value; what begins a container has the next values put into it.
class Builder {
public:
    Builder() {
        ringmain_builder *made = nullptr;
        note(ringmain_builder_new(&made));
        raw_.reset(made);
    }

    /// Begins a message of `count` arguments, and forgets the one before. Answers and returns are of 1.
    Builder &begin(std::size_t count) {
        failed_.reset();
        return note(ringmain_begin(get(), count));
    }

    /// Why the message cannot be sent, if something has failed already.
    const std::optional<Error> &error() const noexcept { return failed_; }

    /// A value of any type that can be an argument: see `put.hpp`.
    template <class T>
    Builder &put(const T &value);

    Builder &undefined() { return container(Kind::Undefined, 0); }
    Builder &null() { return container(Kind::Null, 0); }
    /// Begins an array of `count` values.
    Builder &array(std::size_t count) { return container(Kind::Array, count); }
    /// Begins an object of `count` pairs: a string, then a value.
    Builder &object(std::size_t count) { return container(Kind::Object, count); }
    /// Begins a map of `count` pairs.
    Builder &map(std::size_t count) { return container(Kind::Map, count); }
    /// Begins a set of `count` values.
    Builder &set(std::size_t count) { return container(Kind::Set, count); }
    /// Begins an array with holes: its length as a number, then `count` pairs of index or name and value.
    Builder &sparse_array(std::size_t count) { return container(Kind::SparseArray, count); }
    /// Puts the boolean, number, bigint or string that is put next into an object of its own.
    Builder &boxed() { return container(Kind::Boxed, 0); }

    Builder &boolean(bool value) { return note(ringmain_put_bool(get(), value)); }
    Builder &number(double value) { return note(ringmain_put_number(get(), value)); }
    Builder &string(std::string_view text) { return note(ringmain_put_string(get(), at(text), text.size())); }
    Builder &date(double ms) { return note(ringmain_put_date(get(), ms)); }
    Builder &bytes(Bytes bytes) { return raw_bytes(Kind::Bytes, bytes); }
    Builder &array_buffer(Bytes bytes) { return raw_bytes(Kind::ArrayBuffer, bytes); }
    Builder &bigint(bool negative, Bytes magnitude) {
        return note(ringmain_put_bigint(get(), negative, magnitude.data(), magnitude.size()));
    }
    Builder &regexp(std::string_view source, Name flags) {
        return note(ringmain_put_regexp(get(), at(source), source.size(), flags.get()));
    }
    /// Puts an error; with `has_cause`, the value that is put next is its cause.
    Builder &error_value(ErrorName name, std::optional<std::string_view> message = {},
                         std::optional<std::string_view> stack = {}, bool has_cause = false) {
        return note(ringmain_put_error(get(), static_cast<std::uint32_t>(name), message ? at(*message) : nullptr,
                                       message ? message->size() : 0, stack ? at(*stack) : nullptr,
                                       stack ? stack->size() : 0, has_cause));
    }
    /// Puts a view of an array buffer that was marked and put before. Offset and length are bytes.
    Builder &view(ViewKind kind, Mark buffer, std::size_t offset, std::size_t len) {
        return note(ringmain_put_view(get(), static_cast<std::uint32_t>(kind), buffer.number, offset, len));
    }
    /// Puts a value that was received, with everything in it.
    Builder &value(Value value) { return note(ringmain_put_value(get(), value.raw())); }

    /// Marks the value that is put next.
    Mark mark() {
        Mark mark;
        note(ringmain_mark(get(), &mark.number));
        return mark;
    }
    /// Puts what was marked once more: the same object, even inside itself.
    Builder &marked(Mark mark) { return note(ringmain_put_marked(get(), mark.number)); }

    ringmain_builder *get() const noexcept { return raw_.get(); }

private:
    // Empty texts may have no address, with which the C interface says that there is none.
    static const char *at(std::string_view text) { return text.data() ? text.data() : ""; }

    Builder &container(Kind kind, std::size_t count) {
        return note(ringmain_put(get(), static_cast<std::uint32_t>(kind), count));
    }
    Builder &raw_bytes(Kind kind, Bytes bytes) {
        return note(ringmain_put_bytes(get(), static_cast<std::uint32_t>(kind), bytes.data(), bytes.size()));
    }
    Builder &note(ringmain_status status) {
        if (status != RINGMAIN_OK && !failed_) failed_ = Error::last(status);
        return *this;
    }

    struct Free {
        void operator()(ringmain_builder *builder) const noexcept { ringmain_builder_free(builder); }
    };
    std::unique_ptr<ringmain_builder, Free> raw_;
    std::optional<Error> failed_;
};

} // namespace RINGMAIN_MODE
} // namespace ringmain

#include "put.hpp"
#endif
