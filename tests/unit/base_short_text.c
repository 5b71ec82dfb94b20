/*
 * Short texts and blocks of sixteen bytes as numbers: equal if and only if the bytes are. Held against loops over
 * bytes.
 */
#include "rules/base/short_text.h"
#include "rules/base/sixteen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int compare(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/** Every text of up to seven bytes over an alphabet whose bytes are easily mixed up. */
static void no_two_texts_are_the_same_number(void **state)
{
    (void)state;
    static const unsigned char alphabet[] = {0x00, 0x01, 0x80, 0xFF};
    enum { ALL = (1 << 16) / 3 }; /* 1 + 4 + ... + 4^7 = 21845 */
    uint64_t *numbers = calloc(ALL, sizeof *numbers);
    size_t n = 0;
    assert_non_null(numbers);
    for (size_t len = 0; len <= PARE_SHORT_TEXT_BYTES; len++) {
        for (size_t which = 0; which < (size_t)1 << 2 * len; which++) {
            unsigned char text[PARE_SHORT_TEXT_BYTES];
            for (size_t i = 0; i < len; i++) {
                text[i] = alphabet[which >> 2 * i & 3];
            }
            numbers[n++] = pare_short_text(text, len);
            assert_int_equal(numbers[n - 1], pare_short_text(text, len));
        }
    }
    assert_int_equal(n, ALL);
    qsort(numbers, n, sizeof *numbers, compare);
    for (size_t i = 1; i < n; i++) {
        assert_true(numbers[i - 1] != numbers[i]);
    }
    free(numbers);
}

static void each_of_sixteen_is_compared(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t place = 0; place < PARE_SIXTEEN; place++) {
            unsigned char bytes[PARE_SIXTEEN];
            memset(bytes, (int)(byte ^ 1), sizeof bytes);
            bytes[place] = (unsigned char)byte;
            pare_sixteen found = pare_sixteen_equal(pare_sixteen_load(bytes), pare_sixteen_of((unsigned char)byte));
            assert_true(pare_sixteen_any(found, 0xFF));
            for (size_t n = 0; n <= PARE_SIXTEEN; n++) {
                assert_int_equal(pare_sixteen_any(found & pare_sixteen_first(n), 0xFF), place < n);
            }
            bytes[place] = (unsigned char)(byte ^ 0x80);
            found = pare_sixteen_equal(pare_sixteen_load(bytes), pare_sixteen_of((unsigned char)byte));
            assert_false(pare_sixteen_any(found, 0xFF));
        }
    }
}

static void any_asks_for_the_bits_of_its_mask(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 8; bit++) {
        for (size_t place = 0; place < PARE_SIXTEEN; place++) {
            unsigned char bytes[PARE_SIXTEEN] = {0};
            bytes[place] = (unsigned char)(1u << bit);
            for (unsigned mask = 0; mask < 256; mask++) {
                assert_int_equal(pare_sixteen_any(pare_sixteen_load(bytes), (unsigned char)mask),
                                 (mask >> bit & 1) != 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_texts_are_the_same_number),
        cmocka_unit_test(each_of_sixteen_is_compared),
        cmocka_unit_test(any_asks_for_the_bits_of_its_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
