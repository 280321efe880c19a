/* A value of every kind: built, sent, answered and read.
 *
 * values ENDPOINT        to a main in this process, which echoes
 * values ENDPOINT peer   to a main elsewhere, which also answers "known" with a value that it has built itself
 */
#include "harness.h"
#include <math.h>
#include <stdint.h>

typedef struct {
    const char *name;
    void (*build)(ringmain_builder *into);
    void (*check)(ringmain_value value);
} value_case;

#define KIND(value, kind, len)                                            \
    TRUE(ringmain_value_kind(value) == (kind) && ringmain_value_len(value) == (len))

static bool is_number(ringmain_value value, double expected) {
    double found;
    return ringmain_value_kind(value) == RINGMAIN_NUMBER && ringmain_value_number(value, &found) == RINGMAIN_OK &&
           (found == expected || (isnan(found) && isnan(expected)));
}

static bool is_string(ringmain_value value, const char *expected, size_t expected_len) {
    const char *text;
    size_t len;
    return ringmain_value_kind(value) == RINGMAIN_STRING && ringmain_value_len(value) == expected_len &&
           ringmain_value_string(value, &text, &len) == RINGMAIN_OK && len == expected_len &&
           memcmp(text, expected, len) == 0;
}

static bool is_text(ringmain_value value, const char *expected) {
    return is_string(value, expected, strlen(expected));
}

static bool are_bytes(ringmain_value value, const void *expected, size_t expected_len) {
    const uint8_t *bytes;
    size_t len;
    return ringmain_value_len(value) == expected_len && ringmain_value_bytes(value, &bytes, &len) == RINGMAIN_OK &&
           len == expected_len && (len == 0 || memcmp(bytes, expected, len) == 0);
}

static bool is_same(ringmain_value one, ringmain_value other) {
    return one.archive == other.archive && one.node == other.node;
}

static ringmain_value pair_at(ringmain_value value, size_t position, ringmain_value *key) {
    ringmain_value found;
    OK(ringmain_value_pair(value, position, key, &found));
    return found;
}

/* What has nothing but its kind, and numbers. */

static void put_undefined(ringmain_builder *into) { OK(ringmain_put(into, RINGMAIN_UNDEFINED, 0)); }
static void put_null(ringmain_builder *into) { OK(ringmain_put(into, RINGMAIN_NULL, 0)); }
static void put_true(ringmain_builder *into) { OK(ringmain_put_bool(into, true)); }
static void put_false(ringmain_builder *into) { OK(ringmain_put_bool(into, false)); }
static void put_whole(ringmain_builder *into) { OK(ringmain_put_number(into, -42)); }
static void put_broken(ringmain_builder *into) { OK(ringmain_put_number(into, 0.1)); }
static void put_zero(ringmain_builder *into) { OK(ringmain_put_number(into, -0.0)); }
static void put_nan(ringmain_builder *into) { OK(ringmain_put_number(into, NAN)); }
static void put_infinity(ringmain_builder *into) { OK(ringmain_put_number(into, -INFINITY)); }

static void check_undefined(ringmain_value value) { KIND(value, RINGMAIN_UNDEFINED, 0); }
static void check_null(ringmain_value value) { KIND(value, RINGMAIN_NULL, 0); }

static bool bool_in(ringmain_value value) {
    bool found;
    OK(ringmain_value_bool(value, &found));
    return found;
}

static void check_true(ringmain_value value) {
    KIND(value, RINGMAIN_BOOL, 0);
    TRUE(bool_in(value));
}

static void check_false(ringmain_value value) {
    KIND(value, RINGMAIN_BOOL, 0);
    TRUE(!bool_in(value));
}

static void check_whole(ringmain_value value) { TRUE(is_number(value, -42) && ringmain_value_len(value) == 0); }
static void check_broken(ringmain_value value) { TRUE(is_number(value, 0.1)); }
static void check_nan(ringmain_value value) { TRUE(is_number(value, NAN)); }
static void check_infinity(ringmain_value value) { TRUE(is_number(value, -INFINITY)); }

static void check_zero(ringmain_value value) {
    double found;
    OK(ringmain_value_number(value, &found));
    TRUE(found == 0 && signbit(found));
}

/* Texts and bytes. */

#define GREETING "gr\xc3\xbc\xc3\x9f dich\0, \xf0\x9f\x8c\x8d"
#define LONE "lone \xed\xa0\xbd half"

static void put_empty_string(ringmain_builder *into) { OK(ringmain_put_string(into, NULL, 0)); }
static void put_string(ringmain_builder *into) { OK(ringmain_put_string(into, GREETING, sizeof GREETING - 1)); }
static void put_surrogate(ringmain_builder *into) { OK(ringmain_put_string(into, LONE, SIZE_MAX)); }
static void check_empty_string(ringmain_value value) { TRUE(is_string(value, "", 0)); }
static void check_string(ringmain_value value) { TRUE(is_string(value, GREETING, sizeof GREETING - 1)); }
static void check_surrogate(ringmain_value value) { TRUE(is_string(value, LONE, sizeof LONE - 1)); }

static void put_long_string(ringmain_builder *into) {
    static char text[300000];
    memset(text, 'l', sizeof text);
    OK(ringmain_put_string(into, text, sizeof text));
}

static void check_long_string(ringmain_value value) {
    const char *text;
    size_t len;
    OK(ringmain_value_string(value, &text, &len));
    TRUE(len == 300000 && text[0] == 'l' && text[len - 1] == 'l');
}

static void put_empty_bytes(ringmain_builder *into) { OK(ringmain_put_bytes(into, RINGMAIN_BYTES, NULL, 0)); }
static void put_bytes(ringmain_builder *into) { OK(ringmain_put_bytes(into, RINGMAIN_BYTES, "\0\1\xff", 3)); }
static void put_buffer(ringmain_builder *into) { OK(ringmain_put_bytes(into, RINGMAIN_ARRAY_BUFFER, "\7\0\xfe", 3)); }

static void check_empty_bytes(ringmain_value value) {
    KIND(value, RINGMAIN_BYTES, 0);
    TRUE(are_bytes(value, NULL, 0));
}

static void check_bytes(ringmain_value value) {
    ringmain_value buffer;
    uint32_t kind;
    size_t offset;
    KIND(value, RINGMAIN_BYTES, 3);
    TRUE(are_bytes(value, "\0\1\xff", 3));
    OK(ringmain_value_view(value, &kind, &buffer, &offset)); /* a Buffer is a Uint8Array */
    TRUE(kind == RINGMAIN_UINT8_ARRAY && offset == 0);
    check_undefined(buffer);
}

static void check_buffer(ringmain_value value) {
    KIND(value, RINGMAIN_ARRAY_BUFFER, 3);
    TRUE(are_bytes(value, "\7\0\xfe", 3));
}

/* Containers. */

static void put_array(ringmain_builder *into) {
    OK(ringmain_put(into, RINGMAIN_ARRAY, 4));
    OK(ringmain_put_number(into, 1));
    OK(ringmain_put(into, RINGMAIN_ARRAY, 2));
    put_null(into);
    OK(ringmain_put_string(into, "in", 2));
    OK(ringmain_put(into, RINGMAIN_ARRAY, 0));
    OK(ringmain_put_string(into, "out", 3));
}

static void check_array(ringmain_value value) {
    KIND(value, RINGMAIN_ARRAY, 4);
    TRUE(is_number(ringmain_value_at(value, 0), 1));
    ringmain_value inner = ringmain_value_at(value, 1);
    KIND(inner, RINGMAIN_ARRAY, 2);
    check_null(ringmain_value_at(inner, 0));
    TRUE(is_text(ringmain_value_at(inner, 1), "in"));
    KIND(ringmain_value_at(value, 2), RINGMAIN_ARRAY, 0);
    TRUE(is_text(ringmain_value_at(value, 3), "out"));
    check_undefined(ringmain_value_at(value, 4));
    check_undefined(ringmain_value_at(value, SIZE_MAX));
}

static void put_object(ringmain_builder *into) {
    OK(ringmain_put(into, RINGMAIN_OBJECT, 4));
    OK(ringmain_put_string(into, "b", 1));
    OK(ringmain_put_bool(into, true));
    OK(ringmain_put_string(into, "a", 1));
    OK(ringmain_put(into, RINGMAIN_OBJECT, 0));
    OK(ringmain_put_string(into, "", 0));
    OK(ringmain_put_number(into, 3));
    OK(ringmain_put_string(into, "a rather long key", SIZE_MAX));
    put_undefined(into);
}

static void check_object(ringmain_value value) {
    ringmain_value key, found;
    KIND(value, RINGMAIN_OBJECT, 4);
    check_true(ringmain_value_get(value, "b"));
    KIND(ringmain_value_get(value, "a"), RINGMAIN_OBJECT, 0);
    TRUE(is_number(ringmain_value_get(value, ""), 3));
    check_undefined(ringmain_value_get(value, "none"));
    found = pair_at(value, 0, &key); /* in their order */
    TRUE(is_text(key, "b") && is_same(found, ringmain_value_get(value, "b")));
    found = pair_at(value, 3, &key);
    TRUE(is_text(key, "a rather long key"));
    check_undefined(found);
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_value_pair(value, 4, &key, &found));
    check_undefined(ringmain_value_at(value, 0));
}

static void put_map(ringmain_builder *into) {
    OK(ringmain_put(into, RINGMAIN_MAP, 2));
    put_array(into);
    OK(ringmain_put_number(into, 1));
    OK(ringmain_put_number(into, 2));
    put_object(into);
}

static void check_map(ringmain_value value) {
    ringmain_value key;
    KIND(value, RINGMAIN_MAP, 2);
    TRUE(is_number(pair_at(value, 0, &key), 1));
    check_array(key);
    check_object(pair_at(value, 1, &key));
    TRUE(is_number(key, 2));
    check_undefined(ringmain_value_get(value, "2"));
}

static void put_set(ringmain_builder *into) {
    OK(ringmain_put(into, RINGMAIN_SET, 3));
    put_string(into);
    put_null(into);
    put_array(into);
}

static void check_set(ringmain_value value) {
    KIND(value, RINGMAIN_SET, 3);
    check_string(ringmain_value_at(value, 0));
    check_null(ringmain_value_at(value, 1));
    check_array(ringmain_value_at(value, 2));
    check_undefined(ringmain_value_at(value, 3));
}

static void put_sparse(ringmain_builder *into) {
    OK(ringmain_put(into, RINGMAIN_SPARSE_ARRAY, 3));
    OK(ringmain_put_number(into, 1000000));
    OK(ringmain_put_number(into, 2));
    OK(ringmain_put_string(into, "two", 3));
    OK(ringmain_put_number(into, 999999));
    put_object(into);
    OK(ringmain_put_string(into, "index", SIZE_MAX));
    OK(ringmain_put_number(into, 7));
}

static void check_sparse(ringmain_value value) {
    ringmain_value key;
    KIND(value, RINGMAIN_SPARSE_ARRAY, 1000000);
    TRUE(is_text(ringmain_value_at(value, 2), "two"));
    check_undefined(ringmain_value_at(value, 3));
    check_object(ringmain_value_at(value, 999999));
    TRUE(is_number(ringmain_value_get(value, "index"), 7));
    TRUE(is_text(pair_at(value, 0, &key), "two") && is_number(key, 2));
    TRUE(is_number(pair_at(value, 2, &key), 7) && is_text(key, "index"));
}

/* Objects of classes. */

#define TWO_70 "\0\0\0\0\0\0\0\0\x40"

static void put_bigint(ringmain_builder *into) {
    OK(ringmain_put_bigint(into, true, (const uint8_t *)TWO_70 "\0\0", 11)); /* zeros above say nothing */
}

static void put_bigint_zero(ringmain_builder *into) { OK(ringmain_put_bigint(into, true, NULL, 0)); }

static void is_bigint(ringmain_value value, bool negative, const char *magnitude, size_t len) {
    const uint8_t *found;
    size_t found_len;
    bool sign;
    OK(ringmain_value_bigint(value, &sign, &found, &found_len));
    TRUE(sign == negative && found_len == len && (len == 0 || memcmp(found, magnitude, len) == 0));
}

static void check_bigint(ringmain_value value) {
    KIND(value, RINGMAIN_BIGINT, 0);
    is_bigint(value, true, TWO_70, 9);
}

static void check_bigint_zero(ringmain_value value) {
    KIND(value, RINGMAIN_BIGINT, 0);
    is_bigint(value, false, NULL, 0); /* there is no -0n */
}

static void put_date(ringmain_builder *into) { OK(ringmain_put_date(into, 1700000000123.0)); }
static void put_invalid_date(ringmain_builder *into) { OK(ringmain_put_date(into, NAN)); }

static void check_date(ringmain_value value) {
    double ms;
    KIND(value, RINGMAIN_DATE, 0);
    OK(ringmain_value_number(value, &ms));
    TRUE(ms == 1700000000123.0);
}

static void check_invalid_date(ringmain_value value) {
    double ms;
    KIND(value, RINGMAIN_DATE, 0);
    OK(ringmain_value_number(value, &ms));
    TRUE(isnan(ms));
}

static void put_regexp(ringmain_builder *into) { OK(ringmain_put_regexp(into, "a+\\/b", SIZE_MAX, "yig")); }

static void check_regexp(ringmain_value value) {
    const char *source;
    size_t len;
    char flags[9];
    memset(flags, 'x', sizeof flags);
    KIND(value, RINGMAIN_REGEXP, 0);
    OK(ringmain_value_regexp(value, &source, &len, flags));
    TRUE(len == 5 && memcmp(source, "a+\\/b", 5) == 0 && strcmp(flags, "giy") == 0);
}

static void put_bare_error(ringmain_builder *into) {
    OK(ringmain_put_error(into, RINGMAIN_ERROR_ERROR, NULL, 0, NULL, 0, false));
}

static void put_error(ringmain_builder *into) {
    OK(ringmain_put_error(into, RINGMAIN_ERROR_RANGE, "too far", SIZE_MAX, "at x.js:1\nmore", 9, true));
    OK(ringmain_put_error(into, RINGMAIN_ERROR_URI, "", 0, NULL, 0, false));
}

static void check_bare_error(ringmain_value value) {
    ringmain_js_error error;
    KIND(value, RINGMAIN_ERROR, 0);
    OK(ringmain_value_error(value, &error));
    TRUE(error.name == RINGMAIN_ERROR_ERROR && !error.message && !error.stack);
    check_undefined(error.cause);
}

static void check_error(ringmain_value value) {
    ringmain_js_error error, cause;
    KIND(value, RINGMAIN_ERROR, 0);
    OK(ringmain_value_error(value, &error));
    TRUE(error.name == RINGMAIN_ERROR_RANGE);
    TRUE(error.message_len == 7 && memcmp(error.message, "too far", 7) == 0);
    TRUE(error.stack_len == 9 && memcmp(error.stack, "at x.js:1", 9) == 0);
    OK(ringmain_value_error(error.cause, &cause));
    TRUE(cause.name == RINGMAIN_ERROR_URI && cause.message && cause.message_len == 0 && !cause.stack);
}

static void put_boxed(ringmain_builder *into) {
    OK(ringmain_put(into, RINGMAIN_ARRAY, 4));
    OK(ringmain_put(into, RINGMAIN_BOXED, 0));
    OK(ringmain_put_bool(into, true));
    OK(ringmain_put(into, RINGMAIN_BOXED, 0));
    OK(ringmain_put_number(into, 1.5));
    OK(ringmain_put(into, RINGMAIN_BOXED, 0));
    put_bigint(into);
    OK(ringmain_put(into, RINGMAIN_BOXED, 0));
    put_string(into);
}

static void check_boxed(ringmain_value value) {
    ringmain_value boxed[4];
    double number;
    const char *text;
    size_t len;
    for (size_t i = 0; i < 4; i++) {
        boxed[i] = ringmain_value_at(value, i);
        KIND(boxed[i], RINGMAIN_BOXED, 0);
        check_undefined(ringmain_value_at(boxed[i], 1));
    }
    TRUE(bool_in(boxed[0]));
    check_true(ringmain_value_at(boxed[0], 0));
    OK(ringmain_value_number(boxed[1], &number));
    TRUE(number == 1.5 && is_number(ringmain_value_at(boxed[1], 0), 1.5));
    is_bigint(boxed[2], true, TWO_70, 9);
    check_bigint(ringmain_value_at(boxed[2], 0));
    OK(ringmain_value_string(boxed[3], &text, &len));
    TRUE(len == sizeof GREETING - 1 && memcmp(text, GREETING, len) == 0);
    check_string(ringmain_value_at(boxed[3], 0));
}

/* Views of all types, of one buffer, from its second half on. */

static const size_t element_sizes[] = {1, 1, 1, 2, 2, 4, 4, 2, 4, 8, 8, 8, 1};
enum { VIEWS = sizeof element_sizes / sizeof *element_sizes };

static void put_views(ringmain_builder *into) {
    uint32_t mark;
    OK(ringmain_put(into, RINGMAIN_ARRAY, 1 + VIEWS));
    OK(ringmain_mark(into, &mark));
    OK(ringmain_put_bytes(into, RINGMAIN_ARRAY_BUFFER, "0123456789abcdef", 16));
    for (uint32_t kind = 0; kind < VIEWS; kind++)
        OK(ringmain_put_view(into, kind, mark, 8, 8 - 8 % element_sizes[kind]));
}

static void check_views(ringmain_value value) {
    KIND(value, RINGMAIN_ARRAY, 1 + VIEWS);
    for (uint32_t expected = 0; expected < VIEWS; expected++) {
        ringmain_value view = ringmain_value_at(value, 1 + expected), buffer;
        uint32_t kind;
        size_t offset;
        KIND(view, RINGMAIN_VIEW, 8);
        OK(ringmain_value_view(view, &kind, &buffer, &offset));
        TRUE(kind == expected && offset == 8 && is_same(buffer, ringmain_value_at(value, 0)));
        TRUE(are_bytes(view, "89abcdef", 8));
        /* Elements are read where they lie: their addresses are multiples of their sizes. */
        const uint8_t *bytes;
        OK(ringmain_value_bytes(view, &bytes, &offset));
        TRUE((uintptr_t)bytes % element_sizes[kind] == 0);
    }
}

/* What is in itself, and what is there twice. */

static void put_cycle(ringmain_builder *into) {
    uint32_t whole, part;
    OK(ringmain_mark(into, &whole));
    OK(ringmain_put(into, RINGMAIN_OBJECT, 3));
    OK(ringmain_put_string(into, "self", 4));
    OK(ringmain_put_marked(into, whole));
    OK(ringmain_put_string(into, "one", 3));
    OK(ringmain_mark(into, &part));
    OK(ringmain_put(into, RINGMAIN_MAP, 1));
    OK(ringmain_put_marked(into, part)); /* a map that is a key of its own */
    OK(ringmain_put_marked(into, whole));
    OK(ringmain_put_string(into, "two", 3));
    OK(ringmain_put_marked(into, part));
}

static void check_cycle(ringmain_value value) {
    ringmain_value key, one = ringmain_value_get(value, "one");
    KIND(value, RINGMAIN_OBJECT, 3);
    TRUE(is_same(ringmain_value_get(value, "self"), value));
    TRUE(is_same(ringmain_value_get(value, "two"), one) && !is_same(one, value));
    KIND(one, RINGMAIN_MAP, 1);
    TRUE(is_same(pair_at(one, 0, &key), value) && is_same(key, one));
}

/* Deeper than any stack has room for; checkers of memory, which are slow, are given less. */
#ifndef DEPTH
#define DEPTH 100000
#endif

static void put_deep(ringmain_builder *into) {
    for (int depth = 0; depth < DEPTH; depth++) OK(ringmain_put(into, RINGMAIN_ARRAY, 1));
    OK(ringmain_put_string(into, "bottom", SIZE_MAX));
}

static void check_deep(ringmain_value value) {
    for (int depth = 0; depth < DEPTH; depth++) {
        KIND(value, RINGMAIN_ARRAY, 1);
        value = ringmain_value_at(value, 0);
    }
    TRUE(is_text(value, "bottom"));
}

static const value_case cases[] = {
    {"undefined", put_undefined, check_undefined},
    {"null", put_null, check_null},
    {"true", put_true, check_true},
    {"false", put_false, check_false},
    {"whole", put_whole, check_whole},
    {"broken", put_broken, check_broken},
    {"zero", put_zero, check_zero},
    {"nan", put_nan, check_nan},
    {"infinity", put_infinity, check_infinity},
    {"empty string", put_empty_string, check_empty_string},
    {"string", put_string, check_string},
    {"surrogate", put_surrogate, check_surrogate},
    {"long string", put_long_string, check_long_string},
    {"empty bytes", put_empty_bytes, check_empty_bytes},
    {"bytes", put_bytes, check_bytes},
    {"buffer", put_buffer, check_buffer},
    {"array", put_array, check_array},
    {"object", put_object, check_object},
    {"map", put_map, check_map},
    {"set", put_set, check_set},
    {"sparse", put_sparse, check_sparse},
    {"bigint", put_bigint, check_bigint},
    {"bigint zero", put_bigint_zero, check_bigint_zero},
    {"date", put_date, check_date},
    {"invalid date", put_invalid_date, check_invalid_date},
    {"regexp", put_regexp, check_regexp},
    {"bare error", put_bare_error, check_bare_error},
    {"error", put_error, check_error},
    {"boxed", put_boxed, check_boxed},
    {"views", put_views, check_views},
    {"cycle", put_cycle, check_cycle},
    {"deep", put_deep, check_deep},
};
enum { CASES = sizeof cases / sizeof *cases };

/* The accessors of other kinds say so, and write nothing. */
static void refuses_others(ringmain_value value) {
    enum { BOOL = 1, NUMBER = 2, STRING = 4, BYTES = 8, BIGINT = 16, REGEXP = 32, ERROR = 64, VIEW = 128, ANY = 255 };
    static const uint8_t readable[] = {
        [RINGMAIN_BOOL] = BOOL,     [RINGMAIN_NUMBER] = NUMBER, [RINGMAIN_STRING] = STRING,
        [RINGMAIN_BYTES] = BYTES | VIEW, [RINGMAIN_BIGINT] = BIGINT, [RINGMAIN_DATE] = NUMBER,
        [RINGMAIN_REGEXP] = REGEXP, [RINGMAIN_ERROR] = ERROR,   [RINGMAIN_BOXED] = ANY,
        [RINGMAIN_ARRAY_BUFFER] = BYTES, [RINGMAIN_VIEW] = BYTES | VIEW,
    };
    uint8_t may = readable[ringmain_value_kind(value)];
    const char *text = "untouched";
    const uint8_t *bytes = (const uint8_t *)text;
    double number = 12;
    size_t len = 12;
    uint32_t kind = 12;
    bool flag = true;
    char flags[9] = "x";
    ringmain_js_error error = {.name = 12};
    ringmain_value other;
    if (!(may & BOOL)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bool(value, &flag));
    if (!(may & NUMBER)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_number(value, &number));
    if (!(may & STRING)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_string(value, &text, &len));
    if (!(may & BYTES)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bytes(value, &bytes, &len));
    if (!(may & BIGINT)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bigint(value, &flag, &bytes, &len));
    if (!(may & REGEXP)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_regexp(value, &text, &len, flags));
    if (!(may & ERROR)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_error(value, &error));
    if (!(may & VIEW)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_view(value, &kind, &other, &len));
    TRUE(number == 12 && len == 12 && kind == 12 && flag && error.name == 12 && flags[0] == 'x');
    TRUE(strcmp(text, "untouched") == 0 && bytes == (const uint8_t *)text);
}

/* A value as a text is cut off where the place ends, and its length is always that of the whole. */
static void prints(ringmain_value value) {
    size_t whole = ringmain_value_text(value, NULL, 0);
    char *text = malloc(whole + 1), cut[8] = "xxxxxxx";
    TRUE(text && ringmain_value_text(value, text, whole + 1) == whole && strlen(text) == whole);
    TRUE(ringmain_value_text(value, cut, sizeof cut) == whole);
    TRUE(strlen(cut) < sizeof cut && strncmp(cut, text, strlen(cut)) == 0);
    free(text);
}

static ringmain_owned answered_by(ringmain *renderer, const char *channel, ringmain_builder *args) {
    ringmain_owned answer;
    OK(ringmain_send_sync(renderer, channel, args, -1, &answer));
    return answer;
}

/* The answer outlives the session's messages; a copy outlives the answer, and can be sent on. */
static void try(ringmain *renderer, const value_case *tried, bool is_known) {
    ringmain_builder *builder;
    ringmain_owned answer, kept, again;
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 1));
    tried->build(builder);
    answer = answered_by(renderer, "echo", builder);
    tried->check(answer.value);
    refuses_others(answer.value);
    if (strcmp(tried->name, "string") != 0) prints(answer.value); /* C cannot see past its zero */

    OK(ringmain_value_retain(answer.value, &kept));
    ringmain_owned_free(&answer);
    TRUE(answer.memory == NULL);
    check_undefined(answer.value);
    ringmain_owned_free(&answer); /* is undefined now, so nothing */
    tried->check(kept.value);

    OK(ringmain_invoke_wait(renderer, "echo", builder, -1, &again));
    tried->check(again.value);
    ringmain_owned_free(&again);

    OK(ringmain_begin(builder, 1));
    OK(ringmain_put(builder, RINGMAIN_ARRAY, 2));
    OK(ringmain_put_value(builder, kept.value));
    OK(ringmain_put_value(builder, kept.value));
    ringmain_owned_free(&kept); /* it was copied */
    again = answered_by(renderer, "echo", builder);
    tried->check(ringmain_value_at(again.value, 0));
    tried->check(ringmain_value_at(again.value, 1));
    ringmain_owned_free(&again);

    if (is_known) {
        OK(ringmain_begin(builder, 2));
        OK(ringmain_put_string(builder, tried->name, SIZE_MAX));
        tried->build(builder);
        answer = answered_by(renderer, "known", builder);
        tried->check(answer.value);
        ringmain_owned_free(&answer);
    }
    ringmain_builder_free(builder);
}

/* All of them as arguments of one message. */
static void all_at_once(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)event;
    TRUE(count == CASES);
    for (size_t i = 0; i < CASES; i++) cases[i].check(args[i]);
    *(int *)user += 1;
}

static void echoes(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                   ringmain_reply *reply) {
    ringmain_builder *builder;
    (void)user, (void)event;
    TRUE(count == 1);
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 1));
    OK(ringmain_put_value(builder, args[0]));
    OK(ringmain_reply_value(reply, builder));
    ringmain_builder_free(builder);
}

static void message_of_all(ringmain_builder *builder) {
    OK(ringmain_begin(builder, CASES));
    for (size_t i = 0; i < CASES; i++) cases[i].build(builder);
}

static void in_one_process(const char *endpoint) {
    pair both = pair_of(endpoint, NULL);
    ringmain_builder *builder;
    int calls = 0;
    OK(ringmain_on(both.main, "echo", echo, NULL, NULL, NULL));
    OK(ringmain_handle(both.main, "echo", false, echoes, NULL, NULL, NULL));
    OK(ringmain_on(both.main, "all", all_at_once, &calls, NULL, NULL));
    OK(ringmain_on(both.renderer, "all", all_at_once, &calls, NULL, NULL));
    for (size_t i = 0; i < CASES; i++) try(both.renderer, &cases[i], false);

    OK(ringmain_builder_new(&builder));
    message_of_all(builder);
    OK(ringmain_send(both.renderer, "all", builder, -1));
    OK(ringmain_send_sync(both.renderer, "echo", NULL, -1, NULL)); /* the one before was delivered */
    TRUE(calls == 1);
    ringmain_web_contents *contents;
    OK(ringmain_web_contents_get(both.main, 1, &contents));
    OK(ringmain_web_contents_send(contents, "all", builder));
    while (calls == 1) OK(ringmain_dispatch(both.renderer, SIZE_MAX, NULL));
    ringmain_web_contents_free(contents);
    ringmain_builder_free(builder);
    end_pair(&both);
}

static void with_a_peer(const char *endpoint) {
    ringmain *renderer;
    ringmain_builder *builder;
    OK(ringmain_connect(endpoint, NULL, &renderer));
    for (size_t i = 0; i < CASES; i++) try(renderer, &cases[i], true);
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 0));
    ringmain_owned answer = answered_by(renderer, "how many are known", builder);
    TRUE(is_number(answer.value, CASES)); /* none of the peer's was left out here */
    ringmain_owned_free(&answer);
    ringmain_builder_free(builder);
    ringmain_free(renderer);
}

int main(int argc, char **argv) {
    TRUE(argc == 2 || argc == 3);
    if (argc == 2) in_one_process(argv[1]);
    else with_a_peer(argv[1]);
}
