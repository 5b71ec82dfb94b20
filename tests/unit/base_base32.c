/* Base32 against RFC 4648 section 10 and against one bit at a time. */
#include "rules/base/base32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void published_vectors(void **state)
{
    (void)state;
    static const char *const plain[] = {"f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const coded[] = {"my", "mzxq", "mzxw6", "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"};
    for (size_t i = 0; i < 6; i++) {
        unsigned char out[16];
        size_t len = pare_base32_length(strlen(plain[i]));
        pare_base32_write((const unsigned char *)plain[i], strlen(plain[i]), out);
        assert_int_equal(len, strlen(coded[i]));
        assert_memory_equal(out, coded[i], len);
    }
}

static void every_group(void **state)
{
    (void)state;
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char bytes[32], out[64];
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        size_t len = 1 + (size_t)round % sizeof bytes;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[i] = (unsigned char)(seed >> 24);
        }
        memset(out, '!', sizeof out);
        pare_base32_write(bytes, len, out);
        size_t n = pare_base32_length(len);
        for (size_t c = 0; c < n; c++) {
            unsigned value = 0;
            for (size_t bit = c * 5; bit < c * 5 + 5; bit++) {
                value = value * 2 + (bit < len * 8 ? (unsigned)(bytes[bit / 8] >> (7 - bit % 8)) & 1u : 0);
            }
            assert_int_equal(out[c], alphabet[value]);
        }
        assert_int_equal(out[n], '!'); /* and not one more */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors),
        cmocka_unit_test(every_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
