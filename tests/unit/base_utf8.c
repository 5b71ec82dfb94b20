/* UTF-8: RFC 3629 restated character by character, its edges, and a published suite where it is at hand. */
#include "rules/base/span.h"
#include "rules/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Every scalar value, encoded by the bit patterns of RFC 3629 section 3, is well-formed, and decodes to itself. */
static void every_scalar_value_round_trips(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF + 10; c++) {
        unsigned char out[4] = {0}, expected[4] = {0};
        size_t len = 0;
        if (c < 0x80) {
            expected[len++] = (unsigned char)c;
        } else if (c < 0x800) {
            expected[len++] = (unsigned char)(0xC0 + c / 64);
            expected[len++] = (unsigned char)(0x80 + c % 64);
        } else if (c < 0x10000) {
            expected[len++] = (unsigned char)(0xE0 + c / 4096);
            expected[len++] = (unsigned char)(0x80 + c / 64 % 64);
            expected[len++] = (unsigned char)(0x80 + c % 64);
        } else {
            expected[len++] = (unsigned char)(0xF0 + c / 262144);
            expected[len++] = (unsigned char)(0x80 + c / 4096 % 64);
            expected[len++] = (unsigned char)(0x80 + c / 64 % 64);
            expected[len++] = (unsigned char)(0x80 + c % 64);
        }
        bool scalar = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
        pare_span text = pare_span_from(expected, len);
        if (pare_utf8_valid(text) != scalar || pare_utf8_encode(c, out) != (scalar ? len : 0)) {
            fail_msg("U+%04X", (unsigned)c);
        }
        if (scalar) {
            size_t bytes = 0;
            assert_memory_equal(out, expected, 4);
            assert_int_equal(pare_utf8_decode(text, &bytes), c);
            assert_int_equal(bytes, len);
            assert_int_equal(pare_utf8_length(expected[0]), len);
            assert_int_equal(pare_utf8_count(text), 1);
        }
    }
}

/* The syntax of RFC 3629 section 4, one rule a line, for texts of up to four bytes. */
static bool well_formed_by_rfc(const unsigned char *b, size_t n)
{
    static const struct {
        size_t len;
        unsigned char from[4], to[4];
    } rules[] = {
        {1, {0x00}, {0x7F}},
        {2, {0xC2, 0x80}, {0xDF, 0xBF}},
        {3, {0xE0, 0xA0, 0x80}, {0xE0, 0xBF, 0xBF}},
        {3, {0xE1, 0x80, 0x80}, {0xEC, 0xBF, 0xBF}},
        {3, {0xED, 0x80, 0x80}, {0xED, 0x9F, 0xBF}},
        {3, {0xEE, 0x80, 0x80}, {0xEF, 0xBF, 0xBF}},
        {4, {0xF0, 0x90, 0x80, 0x80}, {0xF0, 0xBF, 0xBF, 0xBF}},
        {4, {0xF1, 0x80, 0x80, 0x80}, {0xF3, 0xBF, 0xBF, 0xBF}},
        {4, {0xF4, 0x80, 0x80, 0x80}, {0xF4, 0x8F, 0xBF, 0xBF}},
    };
    while (n > 0) {
        size_t taken = 0;
        for (size_t i = 0; i < sizeof rules / sizeof rules[0] && taken == 0; i++) {
            bool fits = n >= rules[i].len;
            for (size_t j = 0; fits && j < rules[i].len; j++) {
                fits = b[j] >= rules[i].from[j] && b[j] <= rules[i].to[j];
            }
            taken = fits ? rules[i].len : 0;
        }
        if (taken == 0) {
            return false;
        }
        b += taken;
        n -= taken;
    }
    return true;
}

static void agrees_with_the_syntax_of_rfc_3629(void **state)
{
    (void)state;
    static const unsigned char edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                                          0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t third = 0; third < sizeof edges; third++) {
                for (size_t fourth = 0; fourth < sizeof edges; fourth++) {
                    const unsigned char text[4] = {(unsigned char)first, (unsigned char)second, edges[third],
                                                   edges[fourth]};
                    for (size_t len = fourth == 0 ? 1 : 4; len <= 4; len++) { /* the shorter ones once */
                        if (pare_utf8_valid(pare_span_from(text, len)) != well_formed_by_rfc(text, len)) {
                            fail_msg("%02x %02x %02x %02x, %zu bytes", first, second, text[2], text[3], len);
                        }
                    }
                }
            }
        }
    }
}

/* A bad byte is found at every place of a long text, whatever the eight bytes around it are. */
static void finds_the_first_bad_byte_anywhere(void **state)
{
    (void)state;
    unsigned char text[40];
    for (size_t len = 1; len <= sizeof text; len++) {
        for (size_t at = 0; at < len; at++) {
            memset(text, 'a', sizeof text);
            text[at] = 0x80;
            assert_int_equal(pare_utf8_valid_prefix(pare_span_from(text, len)), at);
            text[at] = 0xE2; /* cut off at the end, or followed by ASCII */
            assert_int_equal(pare_utf8_valid_prefix(pare_span_from(text, len)), at);
        }
        memset(text, 'a', sizeof text);
        assert_int_equal(pare_utf8_valid_prefix(pare_span_from(text, len)), len);
    }
    assert_int_equal(pare_utf8_valid_prefix(pare_span_from(NULL, 0)), 0);
}

static void counts_and_steps_by_characters(void **state)
{
    (void)state;
    /* 1, 2, 3 and 4 bytes in turn, so that every alignment within eight bytes occurs */
    static const char unit[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    static const size_t ends[] = {0, 1, 3, 6, 10};
    char text[10 * 50 + 1] = "";
    for (size_t units = 0; units < 50; units++) {
        memcpy(text + 10 * units, unit, 10);
    }
    for (size_t n = 0; n <= 200; n++) {
        size_t bytes = n / 4 * 10 + ends[n % 4];
        assert_int_equal(pare_utf8_count(pare_span_from(text, bytes)), n);
        assert_int_equal(pare_utf8_bytes_of(pare_span_from(text, 500), n), bytes);
    }
    assert_int_equal(pare_utf8_bytes_of(pare_span_from(text, 500), 201), 500);
    assert_int_equal(pare_utf8_bytes_of(pare_span_from(text, 500), SIZE_MAX), 500);
    assert_int_equal(pare_utf8_bytes_of(pare_span_of("\xC3\xA9\xC3\xA9"), 3), 4);
    assert_int_equal(pare_utf8_bytes_of(pare_span_from(NULL, 0), 3), 0);
    assert_int_equal(pare_utf8_count(pare_span_from(NULL, 0)), 0);
}

static unsigned digit_of(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a') + 10;
}

static void agrees_with_a_published_suite(void **state)
{
    (void)state;
    FILE *file = fopen(PARE_SOURCE_DIR "/../shared/data/utf8/cases.jsonl", "r");
    if (file == NULL) {
        skip();
    }
    char *line = NULL;
    size_t cap = 0, valid = 0, invalid = 0;
    while (getline(&line, &cap, file) > 0) {
        const char *hex = strstr(line, "\"hex\": \"");
        const char *expected = strstr(line, "\"valid\": ");
        if (hex == NULL || expected == NULL) {
            continue;
        }
        hex += strlen("\"hex\": \"");
        size_t len = strspn(hex, "0123456789abcdef") / 2;
        unsigned char *text = malloc(len + 1);
        assert_non_null(text);
        for (size_t i = 0; i < len; i++) {
            text[i] = (unsigned char)(digit_of(hex[2 * i]) << 4 | digit_of(hex[2 * i + 1]));
        }
        bool good = strncmp(expected + strlen("\"valid\": "), "true", 4) == 0;
        if (pare_utf8_valid(pare_span_from(text, len)) != good) {
            fail_msg("%s", line);
        }
        valid += good;
        invalid += !good;
        free(text);
    }
    free(line);
    (void)fclose(file);
    assert_true(valid > 0 && invalid > 0 && valid + invalid > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_value_round_trips),    cmocka_unit_test(agrees_with_the_syntax_of_rfc_3629),
        cmocka_unit_test(finds_the_first_bad_byte_anywhere), cmocka_unit_test(counts_and_steps_by_characters),
        cmocka_unit_test(agrees_with_a_published_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
