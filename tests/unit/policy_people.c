/*
 * Sets of people: whoever was added is found, nobody else, however many, however often, in whatever order.
 */
#include "rules/base/span.h"
#include "rules/policy/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static pare_people *new_people(void)
{
    pare_people *people = NULL;
    assert_int_equal(pare_people_new(&people, NULL), PARE_OK);
    return people;
}

static void add(pare_people *people, const char *text, int mark)
{
    assert_int_equal(pare_people_add(people, pare_span_of(text), mark, NULL), PARE_OK);
}

static int find(const pare_people *people, const char *text)
{
    return pare_people_find(people, pare_people_key_of(people, pare_span_of(text)));
}

static const char *name(char out[32], unsigned i)
{
    (void)snprintf(out, 32, "person%u@example.org", i);
    return out;
}

static void test_nobody(void **state)
{
    (void)state;
    pare_people *people = new_people();
    assert_int_equal(pare_people_seal(people, NULL), PARE_OK);
    assert_int_equal(pare_people_count(people), 0);
    pare_people_fetch_directory(people, pare_people_key_of(people, pare_span_of("")));
    pare_people_fetch_entries(people, pare_people_key_of(people, pare_span_of("")));
    assert_int_equal(find(people, ""), PARE_PEOPLE_ABSENT);
    assert_int_equal(find(people, "a"), PARE_PEOPLE_ABSENT);
    pare_people_free(people);
    pare_people_free(NULL);
}

static void test_sizes(void **state)
{
    (void)state;
    static const unsigned sizes[] = {1, 2, 7, 8, 9, 16, 17, 100, 1023, 1024, 1025, 2048, 2049, 5000, 70000, 300000};
    char text[32];
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        pare_people *people = new_people();
        for (unsigned i = 0; i < sizes[s]; i++) {
            add(people, name(text, 2 * i), (int)(i % PARE_PEOPLE_MAX_MARK) + 1);
        }
        assert_int_equal(pare_people_seal(people, NULL), PARE_OK);
        assert_int_equal(pare_people_count(people), sizes[s]);
        for (unsigned i = 0; i < sizes[s]; i++) {
            assert_int_equal(find(people, name(text, 2 * i)), (int)(i % PARE_PEOPLE_MAX_MARK) + 1);
            assert_int_equal(find(people, name(text, 2 * i + 1)), PARE_PEOPLE_ABSENT);
        }
        pare_people_free(people);
    }
}

static void test_memory(void **state)
{
    (void)state;
    enum { MANY = 400000 };
    char text[32];
    pare_people *people = new_people();
    for (unsigned i = 0; i < MANY; i++) {
        add(people, name(text, i), 1);
    }
    assert_int_equal(pare_people_seal(people, NULL), PARE_OK);
    assert_true(pare_people_bytes(people) >= 16u * MANY);
    assert_true(pare_people_bytes(people) <= 17u * MANY);
    pare_people_free(people);
}

static void test_doubles(void **state)
{
    (void)state;
    char text[32];
    pare_people *people = new_people();
    for (unsigned i = 0; i < 30000; i++) { /* every name 300 times, one of them with two marks */
        add(people, name(text, i % 100), i == 17 ? 9 : 5);
    }
    add(people, "once", PARE_PEOPLE_CONFLICT);
    assert_int_equal(pare_people_seal(people, NULL), PARE_OK);
    assert_int_equal(pare_people_count(people), 101);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(find(people, name(text, i)), i == 17 ? PARE_PEOPLE_CONFLICT : 5);
    }
    assert_int_equal(find(people, "once"), PARE_PEOPLE_CONFLICT);
    pare_people_free(people);
}

/* Texts that differ in one place, in length only, or in bytes that texts seldom have. */
static void test_near_texts(void **state)
{
    (void)state;
    unsigned char bytes[65] = {0};
    pare_people *people = new_people();
    for (size_t len = 0; len <= 64; len += 2) {
        assert_int_equal(pare_people_add(people, pare_span_from(bytes, len), 1, NULL), PARE_OK);
    }
    assert_int_equal(pare_people_seal(people, NULL), PARE_OK);
    for (size_t len = 0; len <= 64; len++) {
        pare_people_key key = pare_people_key_of(people, pare_span_from(bytes, len));
        assert_int_equal(pare_people_find(people, key), len % 2 == 0 ? 1 : PARE_PEOPLE_ABSENT);
        for (size_t at = 0; at < len; at++) {
            bytes[at] = 1;
            key = pare_people_key_of(people, pare_span_from(bytes, len));
            assert_int_equal(pare_people_find(people, key), PARE_PEOPLE_ABSENT);
            bytes[at] = 0;
        }
    }
    pare_people_free(people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody),  cmocka_unit_test(test_sizes),      cmocka_unit_test(test_memory),
        cmocka_unit_test(test_doubles), cmocka_unit_test(test_near_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
