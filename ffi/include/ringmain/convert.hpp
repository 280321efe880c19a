/* How values are read: the accessors, and C++ types. */
#ifndef RINGMAIN_CONVERT_HPP
#define RINGMAIN_CONVERT_HPP

#include "value.hpp"

namespace ringmain {
inline namespace RINGMAIN_MODE {

inline std::optional<bool> Value::as_bool() const {
    bool found = false;
    if (ringmain_value_bool(raw_, &found) != RINGMAIN_OK) return {};
    return found;
}

inline std::optional<double> Value::as_number() const {
    double found = 0;
    if (ringmain_value_number(raw_, &found) != RINGMAIN_OK) return {};
    return found;
}

inline std::optional<std::string_view> Value::as_string() const {
    const char *text = nullptr;
    std::size_t len = 0;
    if (ringmain_value_string(raw_, &text, &len) != RINGMAIN_OK) return {};
    return std::string_view(text, len);
}

inline std::optional<Bytes> Value::as_bytes() const {
    const std::uint8_t *data = nullptr;
    std::size_t len = 0;
    if (ringmain_value_bytes(raw_, &data, &len) != RINGMAIN_OK) return {};
    return Bytes(data, len);
}

inline std::optional<Date> Value::as_date() const {
    if (!is(Kind::Date)) return {};
    const auto ms = as_number();
    return ms ? std::optional<Date>(Date{*ms}) : std::nullopt;
}

inline std::optional<BigInt> Value::as_bigint() const {
    bool negative = false;
    const std::uint8_t *magnitude = nullptr;
    std::size_t len = 0;
    if (ringmain_value_bigint(raw_, &negative, &magnitude, &len) != RINGMAIN_OK) return {};
    return BigInt{negative, Bytes(magnitude, len)};
}

inline std::optional<RegExp> Value::as_regexp() const {
    const char *source = nullptr;
    std::size_t len = 0;
    char flags[9] = {};
    if (ringmain_value_regexp(raw_, &source, &len, flags) != RINGMAIN_OK) return {};
    return RegExp{std::string_view(source, len), flags};
}

inline std::optional<ErrorValue> Value::as_error() const {
    ringmain_js_error found = {};
    if (ringmain_value_error(raw_, &found) != RINGMAIN_OK) return {};
    ErrorValue error;
    error.name = static_cast<ErrorName>(found.name);
    if (found.message) error.message = std::string_view(found.message, found.message_len);
    if (found.stack) error.stack = std::string_view(found.stack, found.stack_len);
    error.cause = found.cause;
    return error;
}

inline std::optional<View> Value::as_view() const {
    std::uint32_t kind_ = 0;
    ringmain_value buffer = {};
    std::size_t offset = 0;
    if (ringmain_value_view(raw_, &kind_, &buffer, &offset) != RINGMAIN_OK) return {};
    return View{static_cast<ViewKind>(kind_), buffer, offset};
}

inline std::optional<std::pair<Value, Value>> Value::pair(std::size_t position) const {
    ringmain_value key = {}, found = {};
    if (ringmain_value_pair(raw_, position, &key, &found) != RINGMAIN_OK) return {};
    return std::pair<Value, Value>(key, found);
}

inline Pairs Value::pairs() const noexcept { return Pairs(*this); }

inline std::string Value::text() const {
    std::string text(ringmain_value_text(raw_, nullptr, 0), '\0');
    // The zero goes where the string has its own.
    ringmain_value_text(raw_, text.data(), text.size() + 1);
    return text;
}

inline Result<OwnedValue> Value::retain() const {
    ringmain_owned owned = {};
    const auto status = ringmain_value_retain(raw_, &owned);
    if (status != RINGMAIN_OK) return Error::last(status);
    return OwnedValue(owned);
}

/// How a type of the host's is read: to be specialised with `static Result<T> from(Value)`.
template <class T>
struct FromValue;

namespace detail {
template <class>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class>
inline constexpr bool is_text_map = false;
template <class T>
inline constexpr bool is_text_map<std::map<std::string, T>> = true;

inline Error wrong_kind(const char *expected, Value found) {
    char text[64]; // the rest is cut off
    ringmain_value_text(found.raw(), text, sizeof text);
    return Error(Status::WrongKind, std::string("expected ") + expected + ", found " + text);
}

template <class T, class U>
Result<T> expected(std::optional<U> found, const char *what, Value value) {
    if (!found) return wrong_kind(what, value);
    return T(*found);
}

template <class T>
Result<T> number(Value value) {
    const auto found = value.as_number();
    if (!found || value.is(Kind::Date)) return wrong_kind("a number", value);
    if constexpr (std::is_integral_v<T>) {
        // Both bounds are powers of two, which doubles have exactly.
        const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
        const double lowest = std::is_signed_v<T> ? -above : 0.0;
        if (!(*found >= lowest && *found < above) || std::trunc(*found) != *found)
            return wrong_kind("a whole number in range", value);
    }
    return static_cast<T>(*found);
}

template <class T>
Result<T> list(Value value) {
    if (!value.is(Kind::Array) && !value.is(Kind::Set)) return wrong_kind("an array", value);
    T items;
    items.reserve(value.size());
    for (Value item : value) {
        auto read = item.to<typename T::value_type>();
        if (!read) return read.error();
        items.push_back(std::move(*read));
    }
    return items;
}

template <class T>
Result<T> text_map(Value value) {
    if (!value.is(Kind::Object) && !value.is(Kind::Map)) return wrong_kind("an object", value);
    T entries;
    for (const auto &[key, item] : value.pairs()) {
        auto name = key.template to<std::string>();
        if (!name) return name.error();
        auto read = item.template to<typename T::mapped_type>();
        if (!read) return Error(read.status(), *name + ": " + read.error().what());
        entries.insert_or_assign(std::move(*name), std::move(*read));
    }
    return entries;
}
} // namespace detail

/// `T` is bool, a number (whole ones only if it is whole and fits), std::string, std::string_view, Bytes,
/// Date, Value, std::vector, std::map by strings, std::optional (nothing for undefined and null), a vector
/// of std::uint8_t also of bytes, or what `FromValue` has. Views are valid as long as the value.
template <class T>
Result<T> Value::to() const {
    if constexpr (std::is_same_v<T, Value>) return *this;
    else if constexpr (std::is_same_v<T, bool>) return detail::expected<T>(as_bool(), "a boolean", *this);
    else if constexpr (std::is_arithmetic_v<T>) return detail::number<T>(*this);
    else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>)
        return detail::expected<T>(as_string(), "a string", *this);
    else if constexpr (std::is_same_v<T, Bytes>) return detail::expected<T>(as_bytes(), "bytes", *this);
    else if constexpr (std::is_same_v<T, Date>) return detail::expected<T>(as_date(), "a date", *this);
    else if constexpr (std::is_same_v<T, std::vector<std::uint8_t>>) {
        if (const auto bytes = as_bytes()) return T(bytes->begin(), bytes->end());
        return detail::list<T>(*this);
    } else if constexpr (detail::is_optional<T>) {
        if (is(Kind::Undefined) || is(Kind::Null)) return T();
        auto read = to<typename T::value_type>();
        if (!read) return read.error();
        return T(std::move(*read));
    } else if constexpr (detail::is_vector<T>) return detail::list<T>(*this);
    else if constexpr (detail::is_text_map<T>) return detail::text_map<T>(*this);
    else return FromValue<T>::from(*this);
}

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
