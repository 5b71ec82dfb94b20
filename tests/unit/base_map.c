/* The map: whatever was added is found, nothing else is, and the seed matters. */
#include "rules/base/map.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ENTRIES = 100000, WIDTH = 16 };

static pare_span numbered(char out[WIDTH], unsigned number)
{
    int len = snprintf(out, WIDTH, "name-%u", number);
    return pare_span_from(out, (size_t)len);
}

static void finds_what_was_added_and_nothing_else(void **state)
{
    (void)state;
    char(*texts)[WIDTH] = calloc(ENTRIES, WIDTH);
    assert_non_null(texts);
    pare_map map;
    pare_map_init(&map, 42);
    for (unsigned i = 0; i < ENTRIES; i++) {
        bool existing = true;
        assert_int_equal(pare_map_add(&map, numbered(texts[i], i), i * 3, &existing), PARE_OK);
        assert_false(existing);
    }
    assert_int_equal(map.n_used, ENTRIES);
    assert_true(map.n_used <= map.n_slots / 4 * 3);
    char text[WIDTH];
    for (unsigned i = 0; i < ENTRIES; i++) {
        assert_int_equal(pare_map_find(&map, numbered(text, i)), i * 3);
        assert_int_equal(pare_map_find(&map, numbered(text, i + ENTRIES)), PARE_MAP_NONE);
    }
    pare_map_clear(&map);
    assert_int_equal(pare_map_find(&map, numbered(text, 1)), PARE_MAP_NONE);
    free(texts);
}

static void the_first_value_stays(void **state)
{
    (void)state;
    pare_map map;
    pare_map_init(&map, 0);
    bool existing = true;
    assert_int_equal(pare_map_find(&map, pare_span_of("a")), PARE_MAP_NONE);
    assert_int_equal(pare_map_add(&map, pare_span_of("a"), UINT32_MAX, &existing), PARE_OK);
    assert_false(existing);
    assert_int_equal(pare_map_add(&map, pare_span_of("a"), 2, &existing), PARE_OK);
    assert_true(existing);
    assert_int_equal(pare_map_add(&map, pare_span_of("a"), 3, NULL), PARE_OK);
    assert_int_equal(pare_map_find(&map, pare_span_of("a")), UINT32_MAX);
    assert_int_equal(map.n_used, 1);
    pare_map_clear(&map);
}

static void the_empty_text_and_zero_bytes_are_texts(void **state)
{
    (void)state;
    static const unsigned char zeros[20];
    pare_map map;
    pare_map_init(&map, 7);
    for (uint32_t len = 0; len <= sizeof zeros; len++) {
        assert_int_equal(pare_map_find(&map, pare_span_from(zeros, len)), PARE_MAP_NONE);
        assert_int_equal(pare_map_add(&map, pare_span_from(len == 0 ? NULL : zeros, len), len, NULL), PARE_OK);
    }
    for (uint32_t len = 0; len <= sizeof zeros; len++) {
        assert_int_equal(pare_map_find(&map, pare_span_from(zeros, len)), len);
    }
    pare_map_clear(&map);
}

/* How far the fullest of 4,096 buckets may be from the 24.4 expected: twice that is far beyond chance. */
static void hashes_spread_under_every_seed(void **state)
{
    (void)state;
    static unsigned buckets[4096];
    for (uint64_t seed = 0; seed < 4; seed++) {
        memset(buckets, 0, sizeof buckets);
        char text[WIDTH];
        for (unsigned i = 0; i < ENTRIES; i++) {
            buckets[pare_hash(seed, numbered(text, i)) % 4096]++;
        }
        for (size_t i = 0; i < 4096; i++) {
            assert_in_range(buckets[i], 3, 60);
        }
    }
    assert_true(pare_hash(1, pare_span_of("a")) != pare_hash(2, pare_span_of("a")));
    assert_true(pare_hash(1, pare_span_of("a")) == pare_hash(1, pare_span_of("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_added_and_nothing_else),
        cmocka_unit_test(the_first_value_stays),
        cmocka_unit_test(the_empty_text_and_zero_bytes_are_texts),
        cmocka_unit_test(hashes_spread_under_every_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
