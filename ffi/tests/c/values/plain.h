/* Values that have no others in them: numbers, texts, bytes. */
#ifndef VALUES_PLAIN_H
#define VALUES_PLAIN_H
#include "reading.h"

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
#endif
