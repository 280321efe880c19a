/* Values that have others in them. */
#ifndef VALUES_CONTAINERS_H
#define VALUES_CONTAINERS_H
#include "plain.h"

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
#endif
