/* Raw fields: what RFC 4180 section 2.5 to 2.7 says they mean. */
#include "rules/base/raw.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_means(const char *raw, const char *text)
{
    pare_buf spare;
    pare_buf_init(&spare, PARE_MAX_FIELD_BYTES);
    pare_span got = pare_raw_text(pare_span_of(raw), &spare);
    assert_int_equal(spare.status, PARE_OK);
    if (!pare_span_is(got, text)) {
        fail_msg("%s means %s, got %.*s", raw, text, PARE_SPAN_ARGS(got));
    }
    pare_buf_clear(&spare);
}

static void fields_mean_what_rfc_4180_says(void **state)
{
    (void)state;
    assert_means("", "");
    assert_means("aaa", "aaa");
    assert_means("\"\"", "");
    assert_means("\"aaa\"", "aaa");
    assert_means("\"b\r\nbb\"", "b\r\nbb");
    assert_means("\"a,b\"", "a,b");
    assert_means("\"b\"\"bb\"", "b\"bb");
    assert_means("\"\"\"\"", "\"");
    assert_means("\"\"\"\"\"\"", "\"\"");
    assert_means("\"\"\"a\"\"\"", "\"a\"");
    assert_means("\"\"\"\"\"a\"\"b\"\"\"\"c\"", "\"\"a\"b\"\"c");
    assert_means(" x ", " x ");
}

/* No reader lets these through; nothing is read beyond them and nothing is lost. */
static void lone_quotes_are_kept(void **state)
{
    (void)state;
    assert_means("\"a\"\"", "a\"");
    assert_means("\"a\"b\"", "a\"b");
}

/* A field of nothing but quotes, as long as a field may be, and one in which every other byte is a pair. */
static void long_runs_of_quotes_are_halved(void **state)
{
    (void)state;
    static unsigned char raw[PARE_MAX_FIELD_BYTES];
    pare_buf spare;
    pare_buf_init(&spare, PARE_MAX_FIELD_BYTES);
    memset(raw, '"', sizeof raw);
    pare_span got = pare_raw_text(pare_span_from(raw, sizeof raw), &spare);
    assert_int_equal(got.len, sizeof raw / 2 - 1);
    assert_null(memchr(got.ptr, 'x', got.len));
    for (size_t i = 1; i + 3 < sizeof raw; i += 3) {
        raw[i] = 'x';
    }
    size_t pairs = (sizeof raw - 2) / 3;
    got = pare_raw_text(pare_span_from(raw, 2 + 3 * pairs), &spare);
    assert_int_equal(got.len, 2 * pairs);
    for (size_t i = 0; i < got.len; i++) {
        assert_int_equal(got.ptr[i], i % 2 == 0 ? 'x' : '"');
    }
    pare_buf_clear(&spare);
}

static void nothing_is_copied_where_no_quote_is_doubled(void **state)
{
    (void)state;
    pare_buf spare;
    pare_buf_init(&spare, 0); /* could not grow */
    pare_span raw = pare_span_of("\"a,b\"");
    pare_span got = pare_raw_text(raw, &spare);
    assert_ptr_equal(got.ptr, raw.ptr + 1);
    assert_int_equal(spare.status, PARE_OK);
}

static void a_spare_that_cannot_grow_says_so(void **state)
{
    (void)state;
    pare_buf spare;
    pare_buf_init(&spare, 3);
    pare_span got = pare_raw_text(pare_span_of("\"abcd\"\"e\""), &spare);
    assert_int_equal(got.len, 0);
    assert_int_equal(spare.status, PARE_E_LIMIT);
    got = pare_raw_text(pare_span_of("\"a\"\"\""), &spare); /* and works again for what fits */
    assert_true(pare_span_is(got, "a\""));
    assert_int_equal(spare.status, PARE_OK);
    pare_buf_clear(&spare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_mean_what_rfc_4180_says),
        cmocka_unit_test(lone_quotes_are_kept),
        cmocka_unit_test(long_runs_of_quotes_are_halved),
        cmocka_unit_test(nothing_is_copied_where_no_quote_is_doubled),
        cmocka_unit_test(a_spare_that_cannot_grow_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
