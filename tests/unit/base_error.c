/* Errors and escaped names: nothing that misleads a terminal comes through, nothing overflows. */
#include "pare/error.h"
#include "rules/base/span.h"
#include "rules/base/utf8.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_escaped_bytes(const char *text, size_t len, const char *expected)
{
    char out[200];
    size_t written = pare_escape(out, sizeof out, pare_span_from(text, len));
    assert_string_equal(out, expected);
    assert_int_equal(written, strlen(expected));
}

static void assert_escaped(const char *text, const char *expected)
{
    assert_escaped_bytes(text, strlen(text), expected);
}

static void names_pass_as_they_are(void **state)
{
    (void)state;
    assert_escaped("", "");
    assert_escaped("customer_id", "customer_id");
    assert_escaped("first name \"x\"", "first name \"x\"");
    assert_escaped("Stra\xC3\x9F"
                   "e \xE2\x82\xAC \xF0\x9F\x98\x80",
                   "Stra\xC3\x9F"
                   "e \xE2\x82\xAC \xF0\x9F\x98\x80");
}

static void what_misleads_a_terminal_is_escaped(void **state)
{
    (void)state;
    assert_escaped("a\nb\tc\r", "a\\x0ab\\x09c\\x0d");
    assert_escaped("\x1B[2J", "\\x1b[2J");
    assert_escaped("\x7F\\", "\\x7f\\x5c");
    assert_escaped("\xC2\x9B"
                   "2J",
                   "\\xc2\\x9b2J"); /* U+009B, CSI in one character */
    assert_escaped("a\xE2\x80\xAE"
                   "b",
                   "a\\xe2\\x80\\xaeb");                                          /* U+202E right-to-left override */
    assert_escaped("\xE2\x81\xA6\xE2\x80\xA8", "\\xe2\\x81\\xa6\\xe2\\x80\\xa8"); /* U+2066, U+2028 */
    assert_escaped("\xEF\xBB\xBF"
                   "id",
                   "\\xef\\xbb\\xbfid"); /* U+FEFF */
    assert_escaped_bytes("a\0b", 3, "a\\x00b");
}

static void invalid_utf8_is_escaped_byte_by_byte(void **state)
{
    (void)state;
    assert_escaped("\xFF", "\\xff");
    assert_escaped("\xC3", "\\xc3");
    assert_escaped("\xC3(", "\\xc3(");
    assert_escaped("\xED\xA0\x80", "\\xed\\xa0\\x80"); /* a surrogate */
    assert_escaped("\xC0\xAF", "\\xc0\\xaf");          /* overlong */
    assert_escaped("\x80"
                   "e\xCC\x81",
                   "\\x80e\xCC\x81");
}

static void what_does_not_fit_is_cut_with_dots(void **state)
{
    (void)state;
    char out[9];
    assert_int_equal(pare_escape(out, sizeof out, pare_span_of("12345678")), 8);
    assert_string_equal(out, "12345678");
    assert_int_equal(pare_escape(out, sizeof out, pare_span_of("123456789")), 8);
    assert_string_equal(out, "12345...");
    pare_escape(out, sizeof out, pare_span_of("1234\xC3\xA9xyz"));
    assert_string_equal(out, "1234..."); /* the two bytes of the fifth character would not leave room */
    pare_escape(out, sizeof out, pare_span_of("12\n45"));
    assert_string_equal(out, "12\\x0a45");
    pare_escape(out, sizeof out, pare_span_of("12\n456"));
    assert_string_equal(out, "12...");
    assert_int_equal(pare_escape(out, 1, pare_span_of("x")), 0);
    assert_string_equal(out, "");
    assert_int_equal(pare_escape(out, 3, pare_span_of("xyz")), 2);
    assert_string_equal(out, "..");
    assert_int_equal(pare_escape(NULL, 0, pare_span_of("x")), 0);
}

/* For every pair of bytes and every capacity: terminated, printable, valid UTF-8, the length returned. */
static void every_outcome_is_safe(void **state)
{
    (void)state;
    char out[16];
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            const unsigned char text[4] = {(unsigned char)first, (unsigned char)second, 0x80, 'z'};
            for (size_t cap = 1; cap <= sizeof out; cap++) {
                memset(out, 0x01, sizeof out);
                size_t len = pare_escape(out, cap, pare_span_from(text, sizeof text));
                assert_true(len < cap && out[len] == '\0' && strlen(out) == len);
                assert_true(pare_utf8_valid(pare_span_of(out)));
                for (size_t i = 0; i < len; i++) {
                    assert_true((unsigned char)out[i] >= 0x20 && out[i] != 0x7F);
                }
            }
        }
    }
}

static void failing_fills_the_error_and_returns_the_status(void **state)
{
    (void)state;
    pare_error err;
    memset(&err, 0xFF, sizeof err);
    assert_int_equal(pare_fail(&err, PARE_E_DATA, "record %d is ragged", 7), PARE_E_DATA);
    assert_int_equal(err.status, PARE_E_DATA);
    assert_string_equal(err.text, "record 7 is ragged");
    assert_string_equal(err.file, "");
    assert_int_equal(err.os_errno, 0);
    assert_int_equal(err.line, 0);
    assert_int_equal(err.record, 0);
    assert_false(err.has_byte);
    assert_int_equal(pare_fail(NULL, PARE_E_NOMEM, "x"), PARE_E_NOMEM);

    assert_int_equal(pare_fail_os(&err, PARE_E_IO, ENOSPC, "writing failed"), PARE_E_IO);
    assert_int_equal(err.os_errno, ENOSPC);
    char expected[200];
    (void)snprintf(expected, sizeof expected, "writing failed: %s (errno %d)", strerror(ENOSPC), ENOSPC);
    assert_string_equal(err.text, expected);
    assert_int_equal(pare_fail_os(NULL, PARE_E_IO, ENOSPC, "x"), PARE_E_IO);
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    pare_error err;
    char text[400];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t i = shift; i + 3 < sizeof text; i += 3) {
            memcpy(text + i, "\xE2\x82\xAC", 3);
        }
        text[sizeof text - 1] = '\0';
        pare_status status = pare_fail(&err, PARE_E_DATA, "%s", text);
        assert_int_equal(status, PARE_E_DATA);
        assert_true(pare_utf8_valid(pare_span_of(err.text)));
        assert_true(strlen(err.text) >= sizeof err.text - 4);
    }
}

static void the_first_file_named_stays(void **state)
{
    (void)state;
    pare_error err = {0};
    pare_error_in_file(&err, "a\nb.csv");
    pare_error_in_file(&err, "other.csv");
    assert_string_equal(err.file, "a\\x0ab.csv");
    pare_error_in_file(NULL, "x");
    pare_error none = {0};
    pare_error_in_file(&none, NULL);
    assert_string_equal(none.file, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_pass_as_they_are),
        cmocka_unit_test(what_misleads_a_terminal_is_escaped),
        cmocka_unit_test(invalid_utf8_is_escaped_byte_by_byte),
        cmocka_unit_test(what_does_not_fit_is_cut_with_dots),
        cmocka_unit_test(every_outcome_is_safe),
        cmocka_unit_test(failing_fills_the_error_and_returns_the_status),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(the_first_file_named_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
