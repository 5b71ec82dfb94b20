/*
 * JSON output: RFC 8259 section 7 says what is escaped; layout and commas as written out here by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "filter/report/json_out.h"

static void expect(pare_buf *out, const char *expected)
{
    assert_int_equal(out->status, PARE_OK);
    pare_buf_append_byte(out, 0);
    assert_string_equal((const char *)out->ptr, expected);
    pare_buf_clear(out);
}

static void layout(void **state)
{
    (void)state;
    pare_buf out;
    pare_buf_init(&out, 4096);
    pare_json json = pare_json_begin(&out);
    pare_json_object(&json, NULL);
    pare_json_text(&json, "name", "x");
    pare_json_array(&json, "empty");
    pare_json_end(&json);
    pare_json_object(&json, "none");
    pare_json_end(&json);
    pare_json_array(&json, "list");
    pare_json_number(&json, NULL, 0);
    pare_json_number(&json, NULL, UINT64_MAX);
    pare_json_object(&json, NULL);
    pare_json_bool(&json, "yes", true);
    pare_json_bool(&json, "no", false);
    pare_json_end(&json);
    pare_json_end(&json);
    pare_json_end(&json);
    expect(&out, "{\n"
                 "  \"name\": \"x\",\n"
                 "  \"empty\": [],\n"
                 "  \"none\": {},\n"
                 "  \"list\": [\n"
                 "    0,\n"
                 "    18446744073709551615,\n"
                 "    {\n"
                 "      \"yes\": true,\n"
                 "      \"no\": false\n"
                 "    }\n"
                 "  ]\n"
                 "}\n");
}

static void expect_text(const char *text, size_t len, const char *expected)
{
    pare_buf out;
    pare_buf_init(&out, 4096);
    pare_json json = pare_json_begin(&out);
    pare_json_span(&json, NULL, (pare_span){(const unsigned char *)text, len});
    expect(&out, expected);
}

static void escapes(void **state)
{
    (void)state;
    expect_text("", 0, "\"\"");
    expect_text("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
    expect_text("\n\r\t", 3, "\"\\n\\r\\t\"");
    expect_text("\x00\x01\x1b\x1f\x7f", 5, "\"\\u0000\\u0001\\u001b\\u001f\\u007f\"");
    expect_text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

static void bad_utf8_is_replaced(void **state)
{
    (void)state;
    expect_text("a\xff\x62", 3, "\"a\\ufffdb\"");
    expect_text("\xc3", 1, "\"\\ufffd\"");
    expect_text("\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate (RFC 3629 section 3) */
    expect_text("\xc0\xaf", 2, "\"\\ufffd\\ufffd\"");            /* overlong */
}

static void a_key_is_escaped_too(void **state)
{
    (void)state;
    pare_buf out;
    pare_buf_init(&out, 4096);
    pare_json json = pare_json_begin(&out);
    pare_json_object(&json, NULL);
    pare_json_number(&json, "say \"k\"", 1);
    pare_json_end(&json);
    expect(&out, "{\n  \"say \\\"k\\\"\": 1\n}\n");
}

static void a_full_buffer_sticks(void **state)
{
    (void)state;
    pare_buf out;
    pare_buf_init(&out, 10);
    pare_json json = pare_json_begin(&out);
    pare_json_object(&json, NULL);
    pare_json_text(&json, "name", "longer than ten");
    pare_json_end(&json);
    assert_int_equal(out.status, PARE_E_LIMIT);
    pare_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout),
        cmocka_unit_test(escapes),
        cmocka_unit_test(bad_utf8_is_replaced),
        cmocka_unit_test(a_key_is_escaped_too),
        cmocka_unit_test(a_full_buffer_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
