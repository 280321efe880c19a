// Values of every kind, there and back, and as types of C++.
#include "cpp_harness.hpp"

using namespace ringmain;
using Kind = ringmain::Kind;

struct Point {
    double x, y;
};

template <>
struct ringmain::IntoValue<Point> {
    static void put(Builder &builder, const Point &point) {
        builder.put(ringmain::object("x", point.x, "y", point.y));
    }
};

template <>
struct ringmain::FromValue<Point> {
    static Result<Point> from(Value value) {
        auto x = value.get("x").to<double>(), y = value.get("y").to<double>();
        if (!x) return x.error();
        if (!y) return y.error();
        return Point{*x, *y};
    }
};

static IpcRenderer *renderer;

template <class... T>
static OwnedValue echoed(const T &...args) {
    return renderer->send_sync("echo", args...).value();
}

static void scalars() {
    TRUE(echoed(true)->as_bool() == true && echoed(false).to<bool>().value() == false);
    TRUE(echoed(42).to<int>().value() == 42 && echoed(-1.5).to<double>().value() == -1.5);
    TRUE(echoed(1.5).to<int>().status() == Status::WrongKind);
    TRUE(echoed(256).to<std::uint8_t>().status() == Status::WrongKind);
    TRUE(echoed(255).to<std::uint8_t>().value() == 255);
    TRUE(echoed(-1).to<unsigned>().status() == Status::WrongKind);
    TRUE(echoed(-128).to<std::int8_t>().value() == -128);
    TRUE(echoed(-129).to<std::int8_t>().status() == Status::WrongKind);
    TRUE(echoed(std::nan("")).to<int>().status() == Status::WrongKind);
    TRUE(echoed(9007199254740992.0).to<std::int64_t>().value() == 9007199254740992);
    TRUE(echoed(nullptr)->is(Kind::Null) && echoed(Undefined())->is(Kind::Undefined));
    TRUE(echoed()->is(Kind::Undefined));
    TRUE(echoed("text").to<std::string>().value() == "text");
    TRUE(echoed(std::string("a\0b", 3)).to<std::string>().value() == std::string("a\0b", 3));
    TRUE(echoed(std::string_view())->as_string() == "" && echoed(std::string_view("more").substr(1)).text() == "ore");
    TRUE(renderer->send("echo", "\xff").status() == Status::InvalidArgument);
    TRUE(renderer->send("echo", static_cast<const char *>(nullptr)).status() == Status::InvalidArgument);
    TRUE(renderer->send("echo", std::string("good"), 1).is_ok());
    TRUE(std::strstr(echoed(7).to<std::string>().error().what(), "expected a string, found 7"));
    TRUE(!echoed(7)->as_string() && !echoed("7")->as_number() && !echoed(7)->as_date());
}

static void special() {
    const std::vector<std::uint8_t> bytes = {1, 2, 255};
    const std::uint8_t magnitude[] = {0, 0, 0, 0, 0, 0, 0, 0, 7};
    auto found = echoed(bytes);
    TRUE(found.get().is(Kind::Bytes) && found.get().size() == 3 && found.to<std::vector<std::uint8_t>>().value() == bytes);
    TRUE(echoed(Bytes())->as_bytes()->size() == 0);
    found = echoed(ArrayBuffer{bytes});
    TRUE(found.get().is(Kind::ArrayBuffer) && (*found.get().as_bytes())[2] == 255);
    found = echoed(Date{86400000.0});
    TRUE(found.get().as_date()->ms == 86400000.0 && found.to<double>().status() == Status::WrongKind);
    found = echoed(BigInt{true, Bytes(magnitude, sizeof magnitude)});
    TRUE(found.get().as_bigint()->negative && found.get().as_bigint()->magnitude.size() >= 9);
    TRUE(found.get().as_bigint()->magnitude[8] == 7);
    found = echoed(RegExp{"a+", "gi"});
    TRUE(found.get().as_regexp()->source == "a+" && found.get().as_regexp()->flags == "gi");
    const auto cause = echoed("why");
    found = echoed(ErrorValue{ErrorName::RangeError, "too far", {}, cause.get()});
    const auto error = found.get().as_error().value();
    TRUE(error.name == ErrorName::RangeError && error.message == "too far" && !error.stack);
    TRUE(error.cause.as_string() == "why");
    TRUE(echoed(boxed(5))->is(Kind::Boxed) && echoed(boxed(5)).to<int>().value() == 5);
    TRUE(echoed(boxed("s"))->at(0).as_string() == "s");
}

static void containers() {
    const std::vector<int> numbers = {3, 4, 5};
    auto found = echoed(numbers);
    TRUE(found.to<std::vector<int>>().value() == numbers && found.get().size() == 3);
    int total = 0;
    for (Value number : found.get()) total += number.to<int>().value();
    TRUE(total == 12 && found.get().at(9).is(Kind::Undefined));
    TRUE(echoed(std::vector<bool>{true, false}).to<std::vector<bool>>().value()[0]);
    TRUE(echoed(std::vector<std::string>{"a", "b"}).to<std::vector<int>>().status() == Status::WrongKind);
    const std::map<std::string, double> prices = {{"a", 0.5}, {"b", 2}};
    found = echoed(prices);
    TRUE(found.get().is(Kind::Object) && found.to<std::map<std::string, double>>().value() == prices);
    TRUE(found.get().get("b").as_number() == 2.0 && found.get().get("c").is(Kind::Undefined));
    found = echoed(std::map<int, const char *>{{1, "one"}});
    TRUE(found.get().is(Kind::Map) && found.get().pair(0)->second.as_string() == "one" && !found.get().pair(1));
    found = echoed(std::set<int>{1, 2});
    TRUE(found.get().is(Kind::Set) && found.get().at(1).to<int>().value() == 2);
    found = echoed(array(1, "x", array(), object("deep", map(1, set("y")))));
    TRUE(found.get().at(1).as_string() == "x" && found.get().at(2).size() == 0);
    TRUE(found.get().at(3).get("deep").pair(0)->second.at(0).as_string() == "y");
    std::string keys;
    const auto object = echoed(ringmain::object("k", 1, "l", nullptr));
    for (const auto &[key, value] : object.get().pairs()) keys += key.text() + (value.is(Kind::Null) ? "0" : "1");
    TRUE(keys == "k1l0");
    TRUE(!echoed(std::optional<int>()).to<std::optional<int>>().value());
    TRUE(echoed(std::optional<int>(3)).to<std::optional<int>>().value() == 3);
    TRUE(echoed(std::vector<Point>{{1, 2}, {3, 4}}).to<std::vector<Point>>().value()[1].y == 4);
    TRUE(echoed(object).text() == object.text() && object.text().find("k") != std::string::npos);
    const auto kept = object.get().retain().value();
    TRUE(kept.get().get("k").to<int>().value() == 1);
}

static void built() {
    Builder builder;
    builder.begin(1).object(3);
    builder.string("array");
    const Mark self = builder.mark();
    builder.array(2).number(1).marked(self);
    builder.string("view");
    builder.array(2);
    const Mark buffer = builder.mark();
    builder.array_buffer(Bytes("abcdefgh", 8)).view(ViewKind::Uint16Array, buffer, 2, 4);
    builder.string("sparse").sparse_array(1).number(10).number(4).string("four");
    for (int twice = 0; twice < 2; twice++) {
        const auto found = echoed(builder);
        const Value array = found.get().get("array");
        TRUE(array.at(1).is_same(array) && !array.is_same(found.get()));
        const auto view = found.get().get("view").at(1).as_view().value();
        TRUE(view.kind == ViewKind::Uint16Array && view.offset == 2 && view.buffer.is_same(found.get().get("view").at(0)));
        TRUE(std::memcmp(found.get().get("view").at(1).as_bytes()->data(), "cdef", 4) == 0);
        const Value sparse = found.get().get("sparse");
        TRUE(sparse.is(Kind::SparseArray) && sparse.size() == 10 && sparse.at(4).as_string() == "four");
    }
    // What has failed stays so until the builder is begun anew.
    builder.begin(1).number(1).number(2).boolean(true);
    TRUE(builder.error() && renderer->send("echo", builder).status() == Status::Malformed);
    builder.begin(1).undefined();
    TRUE(!builder.error() && echoed(builder)->is(Kind::Undefined));
    builder.begin(1).error_value(ErrorName::TypeError, "m", "at x", true).null();
    TRUE(echoed(builder)->as_error()->cause.is(Kind::Null));
}

int main(int argc, char **argv) {
    TRUE(argc == 2);
    Pair pair(argv[1]);
    renderer = &pair.renderer;
    pair.main.on("echo", [](const Event &event, Args args) {
        if (event.is_sync()) event.set_return_value(args[0]).value();
    }).value();
    scalars();
    special();
    containers();
    built();
}
