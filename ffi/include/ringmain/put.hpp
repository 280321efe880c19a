/* What can be an argument, and how it is sent. */
#ifndef RINGMAIN_PUT_HPP
#define RINGMAIN_PUT_HPP

#include "builder.hpp"

#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace ringmain {
inline namespace RINGMAIN_MODE {

namespace detail {
/// Values for one container, held as they were given: temporaries by value, others by reference.
template <Kind kind, class... T>
struct Literal {
    std::tuple<T...> values;
};

template <class>
inline constexpr bool is_list = false;
template <class T, class A>
inline constexpr bool is_list<std::vector<T, A>> = true;
template <class>
inline constexpr bool is_set = false;
template <class T, class C, class A>
inline constexpr bool is_set<std::set<T, C, A>> = true;
template <class T, class H, class E, class A>
inline constexpr bool is_set<std::unordered_set<T, H, E, A>> = true;
template <class>
inline constexpr bool is_map = false;
template <class K, class V, class C, class A>
inline constexpr bool is_map<std::map<K, V, C, A>> = true;
template <class K, class V, class H, class E, class A>
inline constexpr bool is_map<std::unordered_map<K, V, H, E, A>> = true;
template <class>
inline constexpr bool is_literal = false;
template <Kind kind, class... T>
inline constexpr bool is_literal<Literal<kind, T...>> = true;
template <class T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

/// Whether every other type is one that a key of an object can be.
template <class Pairs, std::size_t... Pair>
constexpr bool has_text_keys(std::index_sequence<Pair...>) {
    return ((std::is_convertible_v<std::tuple_element_t<2 * Pair, Pairs>, std::string_view> ||
             std::is_convertible_v<std::tuple_element_t<2 * Pair, Pairs>, Value>) && ...);
}

template <Kind kind, class... T>
void put_literal(Builder &builder, const Literal<kind, T...> &literal) {
    if constexpr (kind == Kind::Array) builder.array(sizeof...(T));
    else if constexpr (kind == Kind::Object) builder.object(sizeof...(T) / 2);
    else if constexpr (kind == Kind::Map) builder.map(sizeof...(T) / 2);
    else if constexpr (kind == Kind::Set) builder.set(sizeof...(T));
    else builder.boxed();
    std::apply([&builder](const auto &...values) { (builder.put(values), ...); }, literal.values);
}
} // namespace detail

/// An array of values of any types, as an argument.
template <class... T>
detail::Literal<Kind::Array, T...> array(T &&...values) {
    return {std::tuple<T...>(std::forward<T>(values)...)};
}

/// An object: `object("a", 1, "b", true)`.
template <class... T>
detail::Literal<Kind::Object, T...> object(T &&...pairs) {
    static_assert(sizeof...(T) % 2 == 0, "keys and values take turns");
    static_assert(detail::has_text_keys<std::tuple<T...>>(std::make_index_sequence<sizeof...(T) / 2>()),
                  "an object's keys are texts: a map's may be anything");
    return {std::tuple<T...>(std::forward<T>(pairs)...)};
}

/// A map, whose keys are of any type.
template <class... T>
detail::Literal<Kind::Map, T...> map(T &&...pairs) {
    static_assert(sizeof...(T) % 2 == 0, "keys and values take turns");
    return {std::tuple<T...>(std::forward<T>(pairs)...)};
}

/// A set.
template <class... T>
detail::Literal<Kind::Set, T...> set(T &&...values) {
    return {std::tuple<T...>(std::forward<T>(values)...)};
}

/// A boolean, number, bigint or string in an object of its own.
template <class T>
detail::Literal<Kind::Boxed, T> boxed(T &&value) {
    return {std::tuple<T>(std::forward<T>(value))};
}

/// `T` is bool, a number (sent as a double: whole ones are exact up to 2^53, beyond it is BigInt), a text,
/// nullptr, Undefined, Bytes or a vector of std::uint8_t (bytes), ArrayBuffer, Date, BigInt, RegExp,
/// ErrorValue, Value, OwnedValue, std::optional (nothing is undefined), std::vector, std::set, std::map (an
/// object if its keys are texts), what array, object, map, set and boxed make, or what `IntoValue` has.
template <class T>
Builder &Builder::put(const T &item) {
    if constexpr (std::is_same_v<T, bool>) return boolean(item);
    else if constexpr (std::is_arithmetic_v<T>) {
        static_assert(!detail::is_character<T>, "a character is neither a number nor a text");
        return number(static_cast<double>(item));
    } else if constexpr (std::is_same_v<T, std::nullptr_t>) return null();
    else if constexpr (std::is_pointer_v<T>) {
        static_assert(std::is_convertible_v<T, const char *>, "of pointers, only texts are values");
        return item ? string(item) : note(ringmain_put_string(get(), nullptr, SIZE_MAX));
    } else if constexpr (std::is_convertible_v<const T &, std::string_view>) return string(item);
    else if constexpr (std::is_same_v<T, Undefined>) return undefined();
    else if constexpr (std::is_same_v<T, Value>) return value(item);
    else if constexpr (std::is_same_v<T, OwnedValue>) return value(item.get());
    else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, std::vector<std::uint8_t>>) return bytes(item);
    else if constexpr (std::is_same_v<T, ArrayBuffer>) return array_buffer(item.bytes);
    else if constexpr (std::is_same_v<T, Date>) return date(item.ms);
    else if constexpr (std::is_same_v<T, BigInt>) return bigint(item.negative, item.magnitude);
    else if constexpr (std::is_same_v<T, RegExp>) return regexp(item.source, item.flags);
    else if constexpr (std::is_same_v<T, ErrorValue>) {
        const bool has_cause = !item.cause.is(Kind::Undefined);
        error_value(item.name, item.message, item.stack, has_cause);
        return has_cause ? value(item.cause) : *this;
    } else if constexpr (detail::is_optional<T>) return item ? put(*item) : undefined();
    else if constexpr (detail::is_list<T> || detail::is_set<T>) {
        detail::is_set<T> ? set(item.size()) : array(item.size());
        for (const auto &each : item) put(static_cast<const typename T::value_type &>(each));
        return *this;
    } else if constexpr (detail::is_map<T>) {
        constexpr bool is_text = std::is_convertible_v<const typename T::key_type &, std::string_view>;
        is_text ? object(item.size()) : map(item.size());
        for (const auto &[key, each] : item) put(key).put(each);
        return *this;
    } else if constexpr (detail::is_literal<T>) return detail::put_literal(*this, item), *this;
    else return IntoValue<T>::put(*this, item), *this;
}

namespace detail {
/// The builder that a thread keeps for its calls, so that they allocate none. Whoever sends from inside
/// `IntoValue`, or while the thread ends, gets one of its own.
class Lease {
public:
    Lease() {
        thread_local Ending ending;
        (void)ending;
        builder_.reset(std::exchange(spare(), nullptr));
        if (!builder_) builder_ = std::make_unique<Builder>();
    }
    Lease(const Lease &) = delete;
    Lease &operator=(const Lease &) = delete;
    ~Lease() {
        if (!is_over() && !spare()) spare() = builder_.release();
    }
    Builder &operator*() const noexcept { return *builder_; }

private:
    // Both outlive everything of the thread's that has a destructor.
    static Builder *&spare() noexcept {
        static thread_local Builder *spare = nullptr;
        return spare;
    }
    static bool &is_over() noexcept {
        static thread_local bool is_over = false;
        return is_over;
    }
    struct Ending {
        ~Ending() {
            is_over() = true;
            delete std::exchange(spare(), nullptr);
        }
    };

    std::unique_ptr<Builder> builder_;
};

/// Has `call` called with a message of these arguments: a `ringmain_builder`, or null for none.
template <class Call, class... T>
Result<void> with_args(const Call &call, const T &...args) {
    if constexpr (sizeof...(T) == 0) return checked(call(nullptr));
    else if constexpr ((std::is_same_v<T, Builder> && ...)) {
        static_assert(sizeof...(T) == 1, "a builder has all arguments of a message");
        const Builder &built = std::get<0>(std::tie(args...));
        if (built.error()) return *built.error();
        return checked(call(built.get()));
    } else {
        const Lease lease;
        (*lease).begin(sizeof...(T));
        ((*lease).put(args), ...);
        if ((*lease).error()) return *(*lease).error();
        return checked(call((*lease).get()));
    }
}
} // namespace detail

} // namespace RINGMAIN_MODE
} // namespace ringmain
#endif
