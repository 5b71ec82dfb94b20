/*
 * Where a malformed record ends and the next begins, and a second reader's opinion of the good ones. The rule is that
 * of docs/CSV.md; random files are held to a model of it by tests/check/bad_records.py.
 */
#include "filter/record/reader.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const pare_reader two_columns = {.dialect = {','}, .n_columns = 2, .max_field_bytes = 10};

static void load(pare_batch *batch, const char *text, size_t len)
{
    assert_int_equal(pare_batch_init(batch, 256), PARE_OK);
    memcpy(batch->bytes, text, len);
    batch->len = len;
    memset(batch->bytes + len, 0, PARE_BATCH_PADDING);
}

/** One bad record in the middle, which ends in front of "5,6". */
static void check_middle(const char *bad, size_t len, pare_fault fault)
{
    char text[200] = "1,2\n";
    pare_batch batch;
    pare_error err;
    size_t used = 0;
    memcpy(text + 4, bad, len);
    memcpy(text + 4 + len, "5,6\n", 4);
    load(&batch, text, len + 8);
    assert_int_equal(pare_csv_salvage(&two_columns, &batch, false, 100, &used, &err), PARE_OK);
    assert_int_equal(used, len + 8);
    assert_int_equal(batch.rows.n_rows, 2);
    assert_int_equal(batch.rows.starts[1], len + 4);
    assert_int_equal(batch.rows.ends[3], len + 7);
    assert_int_equal(batch.n_bad, 1);
    assert_int_equal(batch.bad[0].fault, fault);
    assert_int_equal(batch.bad[0].start, 4);
    assert_int_equal(batch.bad[0].len, len);
    assert_int_equal(batch.bad[0].rows, 1);
    assert_int_equal(batch.bad[0].line, 2);
    pare_batch_clear(&batch);
}

#define MIDDLE(bad, fault) check_middle(bad, sizeof(bad) - 1, fault)

static void ends_at_the_next_line_end(void **state)
{
    (void)state;
    MIDDLE("3\n", PARE_FAULT_SHORT);
    MIDDLE("\n", PARE_FAULT_SHORT);
    MIDDLE("3,4,5\r\n", PARE_FAULT_WIDE);
    MIDDLE("3,\"a\nb\",\"c\nd\"\n", PARE_FAULT_WIDE); /* it is malformed at its own end: quotes hold up to there */
    MIDDLE("3,x\"y\n", PARE_FAULT_STRAY_QUOTE);
    MIDDLE("3x\"y,\"z\n", PARE_FAULT_STRAY_QUOTE);       /* the second quote opens nothing */
    MIDDLE("3,\"a\nb\"c,\"d\n", PARE_FAULT_AFTER_QUOTE); /* line ends before the place are the record's own */
    MIDDLE("3,a\rb\n", PARE_FAULT_BARE_CR);
    MIDDLE("3,\"a\0\"\n", PARE_FAULT_NUL); /* inside quotes as well: they can't be trusted any more */
    MIDDLE("3,\"\xFF\n", PARE_FAULT_UTF8);
    MIDDLE("3,\xC3\n", PARE_FAULT_UTF8); /* the line end is where the character should have gone on */
    MIDDLE("3,12345678901\n", PARE_FAULT_LONG_FIELD);
    MIDDLE("3,\"234567\n9012\n", PARE_FAULT_LONG_FIELD); /* its eleventh byte is behind the first line end */
}

static void some_end_the_run(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool at_end;
        size_t max_record;
        pare_status first, alone; /* behind a good record, which must come first; alone */
    } cases[] = {
        {"3,\"4\n", true, 100, PARE_OK, PARE_E_DATA}, /* a quote that is never closed */
        {"3,\"4\n", false, 100, PARE_OK, PARE_END},   /* it may be, yet */
        {"3,4", false, 100, PARE_OK, PARE_END},
        {"3,4444\n", false, 6, PARE_OK, PARE_E_LIMIT},   /* good, but too long */
        {"3,x\"y 5\n", false, 6, PARE_OK, PARE_E_LIMIT}, /* bad, and too long */
        {"3,4444", false, 5, PARE_OK, PARE_E_LIMIT},     /* too long whatever follows */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned alone = 0; alone < 2; alone++) {
            char text[100] = "1,2\n";
            pare_batch batch;
            pare_error err;
            size_t used = 99;
            memcpy(text + (alone ? 0 : 4), cases[i].text, strlen(cases[i].text) + 1);
            load(&batch, text, strlen(text));
            pare_status status =
                pare_csv_salvage(&two_columns, &batch, cases[i].at_end, cases[i].max_record, &used, &err);
            assert_int_equal(status, alone ? cases[i].alone : cases[i].first);
            assert_int_equal(used, alone ? 0 : 4);
            assert_int_equal(batch.rows.n_rows, alone ? 0 : 1);
            if (status != PARE_OK && status != PARE_END) {
                assert_int_equal(err.record, 1);
            }
            pare_batch_clear(&batch);
        }
    }
}

static pare_status second_opinion(const char *text, uint32_t *end, uint32_t change, pare_error *err)
{
    pare_batch batch;
    pare_csv_second *second = NULL;
    load(&batch, text, strlen(text));
    assert_int_equal(pare_csv_index(&two_columns, &batch, err), PARE_OK);
    if (end != NULL) {
        batch.ends[*end] += change;
    }
    assert_int_equal(pare_csv_second_new(',', &second, err), PARE_OK);
    pare_status status = pare_csv_second_batch(second, &batch, err);
    pare_csv_second_free(second);
    pare_batch_clear(&batch);
    return status;
}

static void two_readers(void **state)
{
    (void)state;
    pare_error err;
    static const char *const same[] = {
        "1,2\n3,4\n", "1,2\r\n\"a\r\nb\",\"\"\"\"\r\n", ",\n\"\",\r\n,\"\"", " a , b \n", "x,\"a,b\"\n", ""};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_int_equal(second_opinion(same[i], NULL, 0, &err), PARE_OK);
    }
    /* the strict reader's answer is bent: the second must notice, and say where */
    uint32_t end = 2; /* of the second record's first field */
    assert_int_equal(second_opinion("1,2\n33,44\n5,6\n", &end, UINT32_MAX, &err), PARE_E_DATA);
    assert_int_equal(err.record, 2);
    assert_int_equal(err.byte, 4);
    assert_non_null(strstr(err.text, "column 1 "));
    end = 3;
    assert_int_equal(second_opinion("1,2\n33,44\n5,6\n", &end, UINT32_MAX, &err), PARE_E_DATA);
    assert_int_equal(err.record, 2);
    assert_non_null(strstr(err.text, "column 2 "));
    assert_null(strstr(err.text, "44"));
}

static void two_readers_of_a_header(void **state)
{
    (void)state;
    pare_error err;
    pare_csv_second *second = NULL;
    const pare_span names[] = {pare_span_of("a"), pare_span_of("b,c")},
                    other[] = {pare_span_of("a"), pare_span_of("b")};
    assert_int_equal(pare_csv_second_new(',', &second, &err), PARE_OK);
    assert_int_equal(pare_csv_second_header(second, pare_span_of("a,\"b,c\"\r\n"), names, 2, &err), PARE_OK);
    assert_int_equal(pare_csv_second_header(second, pare_span_of("a,\"b,c\"\r\n"), other, 2, &err), PARE_E_DATA);
    assert_int_equal(pare_csv_second_header(second, pare_span_of("a\n"), names, 2, &err), PARE_E_DATA);
    assert_int_equal(pare_csv_second_header(second, pare_span_of("a,\"b,c\",d\n"), names, 2, &err), PARE_E_DATA);
    assert_int_equal(pare_csv_second_header(second, pare_span_of("a,\"b,c\""), names, 2, &err), PARE_OK);
    pare_csv_second_free(second);
}

static void blank_lines_of_one_column(void **state)
{
    (void)state;
    const pare_reader one = {.dialect = {','}, .n_columns = 1, .max_field_bytes = 10};
    pare_error err;
    pare_batch batch;
    pare_csv_second *second = NULL;
    static const char text[] = "a\r\n\r\n\n\"\"\nb\n\r\n\"c\"";
    load(&batch, text, sizeof text - 1);
    assert_int_equal(pare_csv_index(&one, &batch, &err), PARE_OK);
    assert_int_equal(batch.rows.n_rows, 7);
    assert_int_equal(pare_csv_second_new(',', &second, &err), PARE_OK);
    assert_int_equal(pare_csv_second_batch(second, &batch, &err), PARE_OK);
    pare_csv_second_free(second);
    pare_batch_clear(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_at_the_next_line_end),
        cmocka_unit_test(some_end_the_run),
        cmocka_unit_test(two_readers),
        cmocka_unit_test(two_readers_of_a_header),
        cmocka_unit_test(blank_lines_of_one_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
