/* How the cases read. */
#ifndef VALUES_READING_H
#define VALUES_READING_H
#include "../harness.h"
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
#endif
