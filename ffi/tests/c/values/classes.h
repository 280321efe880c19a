/* Objects of classes, views, and what is there twice or in itself. */
#ifndef VALUES_CLASSES_H
#define VALUES_CLASSES_H
#include "containers.h"

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
#endif
