/* Values that were received: read where they lie, or kept. */
#ifndef RINGMAIN_VALUE_HPP
#define RINGMAIN_VALUE_HPP

#include "result.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string_view>
#include <vector>

namespace ringmain {
inline namespace RINGMAIN_MODE {

/// What a value is: JavaScript's types.
enum class Kind : std::uint32_t {
    Undefined = RINGMAIN_UNDEFINED,
    Null = RINGMAIN_NULL,
    Bool = RINGMAIN_BOOL,
    Number = RINGMAIN_NUMBER,
    String = RINGMAIN_STRING,
    Bytes = RINGMAIN_BYTES,
    Array = RINGMAIN_ARRAY,
    Object = RINGMAIN_OBJECT,
    BigInt = RINGMAIN_BIGINT,
    Date = RINGMAIN_DATE,
    RegExp = RINGMAIN_REGEXP,
    Error = RINGMAIN_ERROR,
    Boxed = RINGMAIN_BOXED,
    Map = RINGMAIN_MAP,
    Set = RINGMAIN_SET,
    SparseArray = RINGMAIN_SPARSE_ARRAY,
    ArrayBuffer = RINGMAIN_ARRAY_BUFFER,
    View = RINGMAIN_VIEW,
};

/// The types of views.
enum class ViewKind : std::uint32_t {
    Int8Array = RINGMAIN_INT8_ARRAY,
    Uint8Array = RINGMAIN_UINT8_ARRAY,
    Uint8ClampedArray = RINGMAIN_UINT8_CLAMPED_ARRAY,
    Int16Array = RINGMAIN_INT16_ARRAY,
    Uint16Array = RINGMAIN_UINT16_ARRAY,
    Int32Array = RINGMAIN_INT32_ARRAY,
    Uint32Array = RINGMAIN_UINT32_ARRAY,
    Float16Array = RINGMAIN_FLOAT16_ARRAY,
    Float32Array = RINGMAIN_FLOAT32_ARRAY,
    Float64Array = RINGMAIN_FLOAT64_ARRAY,
    BigInt64Array = RINGMAIN_BIGINT64_ARRAY,
    BigUint64Array = RINGMAIN_BIGUINT64_ARRAY,
    DataView = RINGMAIN_DATA_VIEW,
};

/// The classes of errors.
enum class ErrorName : std::uint32_t {
    Error = RINGMAIN_ERROR_ERROR,
    EvalError = RINGMAIN_ERROR_EVAL,
    RangeError = RINGMAIN_ERROR_RANGE,
    ReferenceError = RINGMAIN_ERROR_REFERENCE,
    SyntaxError = RINGMAIN_ERROR_SYNTAX,
    TypeError = RINGMAIN_ERROR_TYPE,
    UriError = RINGMAIN_ERROR_URI,
};

/// JavaScript's `undefined`.
struct Undefined {};

/// Bytes of somebody else's.
class Bytes {
public:
    Bytes() = default;
    Bytes(const void *data, std::size_t size) : data_(static_cast<const std::uint8_t *>(data)), size_(size) {}
    Bytes(const std::vector<std::uint8_t> &bytes) : Bytes(bytes.data(), bytes.size()) {}

    const std::uint8_t *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    const std::uint8_t *begin() const noexcept { return data_; }
    const std::uint8_t *end() const noexcept { return data_ + size_; }
    std::uint8_t operator[](std::size_t position) const noexcept { return data_[position]; }

private:
    const std::uint8_t *data_ = nullptr;
    std::size_t size_ = 0;
};

/// Bytes that views show: JavaScript's `ArrayBuffer`.
struct ArrayBuffer {
    Bytes bytes;
};

/// A date: milliseconds since 1970, NaN for an invalid one.
struct Date {
    double ms;
};

/// A bigint: its sign, and the bytes of its magnitude, the lowest first.
struct BigInt {
    bool negative;
    Bytes magnitude;
};

/// A regular expression. The flags are of "dgimsuvy".
struct RegExp {
    std::string_view source;
    std::string flags;
};

class Pairs;

/// A value where it lies: a few words, to be passed by value. Valid as long as what it was read from, the
/// callback's call or an `OwnedValue`; so are the texts and bytes that it gives. From any thread meanwhile.
class Value {
public:
    /// `undefined`
    Value() noexcept : raw_{nullptr, 0} {}
    Value(ringmain_value raw) noexcept : raw_(raw) {}

    Kind kind() const noexcept { return static_cast<Kind>(ringmain_value_kind(raw_)); }
    bool is(Kind kind_) const noexcept { return kind() == kind_; }
    /// Its elements, pairs or bytes; 0 of others.
    std::size_t size() const noexcept { return ringmain_value_len(raw_); }
    /// Whether both are the same object, and not only equal.
    bool is_same(Value other) const noexcept {
        return raw_.archive == other.raw_.archive && raw_.node == other.raw_.node;
    }

    // Nothing if it is of another kind. What is boxed is looked into.
    std::optional<bool> as_bool() const;
    std::optional<double> as_number() const; ///< of a date as well
    std::optional<std::string_view> as_string() const; ///< UTF-8, or WTF-8 with lone surrogates
    std::optional<Bytes> as_bytes() const; ///< of array buffers and views as well
    std::optional<Date> as_date() const;
    std::optional<BigInt> as_bigint() const;
    std::optional<RegExp> as_regexp() const;
    std::optional<struct ErrorValue> as_error() const;
    std::optional<struct View> as_view() const;

    /// An element of an array or set, or what is boxed; undefined if it is not there.
    Value at(std::size_t position) const noexcept { return ringmain_value_at(raw_, position); }
    /// The value under a key of an object; undefined if there is none. Looks at the entries one by one.
    Value get(Name key) const noexcept { return ringmain_value_get(raw_, key.get()); }
    /// Key and value of an object, a map or a sparse array; nothing behind the last.
    std::optional<std::pair<Value, Value>> pair(std::size_t position) const;
    /// For `for`: what `pair` gives.
    Pairs pairs() const noexcept;

    /// For `for`: what `at` gives.
    class Iterator {
    public:
        Iterator(ringmain_value of, std::size_t position) noexcept : of_(of), position_(position) {}
        Value operator*() const noexcept { return ringmain_value_at(of_, position_); }
        Iterator &operator++() noexcept { return ++position_, *this; }
        bool operator!=(const Iterator &other) const noexcept { return position_ != other.position_; }
        bool operator==(const Iterator &other) const noexcept { return position_ == other.position_; }

    private:
        ringmain_value of_;
        std::size_t position_;
    };
    Iterator begin() const noexcept { return {raw_, 0}; }
    Iterator end() const noexcept { return {raw_, has_elements() ? size() : 0}; }

    /// As a C++ type: see `convert.hpp`. `WrongKind` if it is none.
    template <class T>
    Result<T> to() const;

    /// For people, as JavaScript's console would print it.
    std::string text() const;
    /// Copies it, with everything in it, to keep it.
    Result<class OwnedValue> retain() const;

    ringmain_value raw() const noexcept { return raw_; }

private:
    bool has_elements() const noexcept {
        return is(Kind::Array) || is(Kind::Set) || is(Kind::SparseArray);
    }

    ringmain_value raw_;
};

/// An error of JavaScript's, taken apart or to be sent.
struct ErrorValue {
    ErrorName name = ErrorName::Error;
    std::optional<std::string_view> message = {};
    std::optional<std::string_view> stack = {};
    Value cause = {}; ///< undefined for none
};

/// A view of an array buffer, as received. Its bytes are `as_bytes`.
struct View {
    ViewKind kind;
    Value buffer;
    std::size_t offset;
};

/// What is in an object, a map or a sparse array.
class Pairs {
public:
    explicit Pairs(Value of) noexcept : of_(of) {}

    class Iterator {
    public:
        Iterator(Value of, std::size_t position) : of_(of), position_(position), found_(of.pair(position)) {}
        const std::pair<Value, Value> &operator*() const noexcept { return *found_; }
        Iterator &operator++() { return found_ = of_.pair(++position_), *this; }
        // Only ever compared with the end.
        bool operator!=(const Iterator &) const noexcept { return found_.has_value(); }

    private:
        Value of_;
        std::size_t position_;
        std::optional<std::pair<Value, Value>> found_;
    };
    Iterator begin() const { return {of_, 0}; }
    Iterator end() const { return {Value(), 0}; }

private:
    Value of_;
};

/// A value of one's own. `get()` is valid as long as this; moving it does not move what is in it.
class OwnedValue {
    struct Arrow {
        Value value;
        const Value *operator->() const noexcept { return &value; }
    };

public:
    OwnedValue() noexcept : raw_{} {}
    /// Takes over what the C interface gave.
    explicit OwnedValue(ringmain_owned raw) noexcept : raw_(raw) {}
    OwnedValue(OwnedValue &&other) noexcept : raw_(std::exchange(other.raw_, ringmain_owned{})) {}
    OwnedValue &operator=(OwnedValue &&other) noexcept {
        if (this != &other) {
            ringmain_owned_free(&raw_);
            raw_ = std::exchange(other.raw_, ringmain_owned{});
        }
        return *this;
    }
    ~OwnedValue() { ringmain_owned_free(&raw_); }

    /// Valid as long as this, so not of one that is gone at the end of the statement.
    Value get() const & noexcept { return raw_.value; }
    Value get() const && = delete;
    Value operator*() const & noexcept { return get(); }
    Value operator*() const && = delete;
    /// For within an expression: `answer->at(0)`. What that refers to is gone with the answer.
    Arrow operator->() const noexcept { return {raw_.value}; }
    template <class T>
    Result<T> to() const & {
        return get().template to<T>();
    }
    template <class T>
    Result<T> to() && {
        static_assert(!std::is_same_v<T, Value> && !std::is_same_v<T, Bytes> && !std::is_same_v<T, std::string_view>,
                      "this would be gone before its bytes are read: keep it in a variable");
        return get().template to<T>();
    }
    std::string text() const { return get().text(); }

private:
    ringmain_owned raw_;
};

} // namespace RINGMAIN_MODE
} // namespace ringmain

#include "convert.hpp"
#endif
