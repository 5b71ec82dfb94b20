/*
 * libcsv twice: as the lenient reader under guards, and as the second opinion on strict text, where both readers must
 * find the same fields.
 */
#include "filter/record/reader.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"
#include "tests/unit/source_memory.h"

#include <csv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { CEILING = 1 << 28 };

static const size_t sizes[] = {1, 2, 3, 7, 4095, 4096, 4097, 1 << 17};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

static pare_status straighten(pare_span text, unsigned char delimiter, size_t max_record, size_t step, size_t cap,
                              pare_buf *out, pare_error *err)
{
    bool closed = false;
    pare_source *source = NULL;
    pare_buf_init(out, CEILING);
    assert_int_equal(pare_csv_lenient_new(memory_source_new(text, step, &closed), delimiter, max_record, &source, err),
                     PARE_OK);
    pare_status status = drain(source, cap, out, err);
    assert_true(closed);
    return status;
}

static void expect(const char *text, unsigned char delimiter, const char *strict)
{
    for (size_t i = 0; i < N_SIZES; i++) {
        for (size_t j = 0; j < N_SIZES; j++) {
            pare_buf out;
            pare_error err = {0};
            assert_int_equal(straighten(pare_span_of(text), delimiter, 1000, sizes[i], sizes[j], &out, &err), PARE_END);
            assert_true(pare_span_is(pare_buf_span(&out), strict));
            pare_buf_clear(&out);
        }
    }
}

static void loose_text_becomes_strict(void **state)
{
    (void)state;
    expect("", ',', "");
    expect("a,b\n1,2\n", ',', "a,b\n1,2\n");
    expect("a;b\r\n1;2,5", ';', "a,b\n1,\"2,5\"\n");
    expect("a\tb\n  1 \t\" 2 \"\n", '\t', "a,b\n  1 , 2 \n");              /* blanks are data */
    expect("a,b\nsize 5\" pipe,2\n", ',', "a,b\n\"size 5\"\" pipe\",2\n"); /* a quote in an unquoted field */
    expect("a,b\n\"say \"hi\" to\",2\n", ',', "a,b\n\"say \"\"hi\"\" to\",2\n");
    expect("a,b,c\n1\n\n\r\n1,2\n", ',', "a,b,c\n1,,\n1,2,\n"); /* filled up; blank lines passed over */
    expect("a,b,c\nx\n1,2,3\n4,5,6\n", ',', "a,b,c\nx,,\n1,2,3\n4,5,6\n");
    expect("a,b,c,d\n1,2\n3,4\n", ',', "a,b,c,d\n1,2,,\n3,4,,\n");
    expect("a,b\r1,2\r", ',', "a,b\n1,2\n"); /* old line ends */
    expect("a,b\n\"x\r\ny\",\n", ',', "a,b\n\"x\r\ny\",\n");
    expect("a\n\"\"\nx\n", ',', "a\n\nx\n");
}

static void expect_refused(const char *text, size_t max_record, pare_status status, uint64_t record, const char *says)
{
    for (size_t i = 0; i < N_SIZES; i++) {
        pare_buf out;
        pare_error err = {0};
        assert_int_equal(straighten(pare_span_of(text), ',', max_record, sizes[i], 100, &out, &err), status);
        assert_int_equal(err.status, status);
        assert_int_equal(err.record, record);
        assert_non_null(strstr(err.text, says));
        pare_buf_clear(&out);
    }
}

static void guards_hold(void **state)
{
    (void)state;
    expect_refused("a,b\n1,2\n1,2,3\n", 100, PARE_E_DATA, 2, "more fields than the header");
    /* short, and a quote may have made one field of two: what follows would stand in a neighbour's column */
    expect_refused("a,b,c\n1,2,3\n\"4,\"5\",\"6\"\n", 100, PARE_E_DATA, 2, "fewer fields than the header");
    expect_refused("a,b,c\n\"1,2\",3\n", 100, PARE_E_DATA, 1, "fewer fields than the header");
    expect_refused("a,b,c\n1,\"2\n3,4\",5\n6,\"7\n8\"\n", 100, PARE_E_DATA, 2, "fewer fields than the header");
    expect_refused("a,b,c\n1\"\n", 100, PARE_E_DATA, 1, "fewer fields than the header");
    /* a line end outside quotes has cut a record in two */
    expect_refused("a,b,c\n1,2,3\n4,x\ny,6\n", 100, PARE_E_DATA, 3, "cut in two");
    expect_refused("a,b,c\n1,2,x\ny\n", 100, PARE_E_DATA, 2, "cut in two");
    expect_refused("a,b\n1,2\n3,\"4\n5,6\n", 100, PARE_E_DATA, 2, "open at the end");
    expect_refused("a,b\n1,2\n3,\"4", 100, PARE_E_DATA, 2, "open at the end");
    expect_refused("a,b\n0123456789,0123456789\n", 21, PARE_E_LIMIT, 1, "--max-record");
    pare_buf text, out;
    pare_error err = {0};
    pare_buf_init(&text, CEILING);
    pare_buf_append_text(&text, "a,b\n1,\"");
    while (text.len < 10 << 20) {
        pare_buf_append_text(&text, "an open quote swallows what follows,\n");
    }
    assert_int_equal(straighten(pare_buf_span(&text), ',', 1 << 20, 1 << 16, 1 << 16, &out, &err), PARE_E_LIMIT);
    assert_int_equal(err.record, 1);
    pare_buf_clear(&out);
    pare_buf_reset(&text);
    for (unsigned i = 0; i < 4095; i++) { /* wide rows to fill from narrow ones: bounded, and right */
        pare_buf_append_byte(&text, ',');
    }
    pare_buf_append_byte(&text, '\n');
    for (unsigned i = 0; i < 3000; i++) {
        pare_buf_append_text(&text, "x\n");
    }
    assert_int_equal(straighten(pare_buf_span(&text), ',', 1 << 20, 1 << 16, 1 << 16, &out, &err), PARE_END);
    assert_int_equal(out.len, 4096 + 3000 * 4097);
    pare_buf_clear(&out);
    pare_buf_clear(&text);
}

/* --- the second opinion ------------------------------------------------------------------------------------------- */

typedef struct witness {
    pare_buf texts; /* of all fields, each behind its length as text */
    size_t n_fields, n_rows;
} witness;

static void saw_field(void *text, size_t len, void *context)
{
    witness *w = context;
    pare_buf_printf(&w->texts, "%zu:", len);
    pare_buf_append(&w->texts, text, len);
    w->n_fields++;
}

static void saw_row(int end, void *context)
{
    witness *w = context;
    (void)end;
    w->n_rows++;
}

static int no_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

static void agree(pare_batch *batch, pare_span text, unsigned char delimiter, uint32_t width)
{
    witness by_libcsv = {0}, by_pare = {0};
    pare_buf spare;
    pare_buf_init(&by_libcsv.texts, CEILING);
    pare_buf_init(&by_pare.texts, CEILING);
    pare_buf_init(&spare, CEILING);

    struct csv_parser parser;
    assert_int_equal(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
    csv_set_space_func(&parser, no_space);
    csv_set_delim(&parser, delimiter);
    assert_int_equal(csv_parse(&parser, text.ptr, text.len, saw_field, saw_row, &by_libcsv), text.len);
    assert_int_equal(csv_fini(&parser, saw_field, saw_row, &by_libcsv), 0);
    csv_free(&parser);

    pare_reader reader = {{delimiter}, width, 1 << 20, PARE_CSV_BEST};
    pare_error err = {0};
    memcpy(batch->bytes, text.ptr, text.len);
    batch->len = text.len;
    assert_int_equal(pare_csv_index(&reader, batch, &err), PARE_OK);
    for (uint32_t row = 0; row < batch->rows.n_rows; row++) {
        pare_record record = pare_rows_get(&batch->rows, row);
        for (uint32_t column = 0; column < width; column++) {
            pare_span value = pare_raw_text(pare_record_raw(&record, column), &spare);
            saw_field((void *)(uintptr_t)value.ptr, value.len, &by_pare);
        }
        saw_row('\n', &by_pare);
    }
    assert_int_equal(by_pare.n_rows, by_libcsv.n_rows);
    assert_int_equal(by_pare.n_fields, by_libcsv.n_fields);
    assert_true(pare_span_equal(pare_buf_span(&by_pare.texts), pare_buf_span(&by_libcsv.texts)));
    pare_buf_clear(&spare);
    pare_buf_clear(&by_pare.texts);
    pare_buf_clear(&by_libcsv.texts);
}

static uint64_t seed = 7;
static size_t dice(size_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)((seed >> 33) % n);
}

static void both_readers_agree_on_strict_text(void **state)
{
    (void)state;
    static const char *const pieces[] = {"",           "a",        "bc d",     "\"\"",     "\" a\"",
                                         "\"x,;\ty\"", "\"l\nm\"", "\"\r\n\"", "\"\"\"\"", "\"a\"\"b\"\"\"",
                                         "\"\r\"",     "\xC3\xA9", "\"\n\n\"", "  ",       "\"\xF0\x9F\x98\x80\"\"\""};
    pare_batch batch;
    assert_int_equal(pare_batch_init(&batch, 1 << 20), PARE_OK);
    for (unsigned round = 0; round < 3000; round++) {
        uint32_t width = (uint32_t)(2 + dice(5)); /* of one column: a blank line is a record here, nothing to libcsv */
        unsigned char delimiter = (unsigned char)(",;\t|"[dice(4)]);
        pare_buf text;
        pare_buf_init(&text, CEILING);
        for (size_t row = 0, rows = 1 + dice(60); row < rows; row++) {
            for (uint32_t column = 0; column < width; column++) {
                pare_buf_append_text(&text, pieces[dice(sizeof pieces / sizeof pieces[0])]);
                if (column + 1 < width) {
                    pare_buf_append_byte(&text, delimiter);
                }
            }
            pare_buf_append_text(&text, dice(2) == 0 ? "\r\n" : row + 1 == rows && dice(2) == 0 ? "" : "\n");
        }
        agree(&batch, pare_buf_span(&text), delimiter, width);
        pare_buf_clear(&text);
    }
    pare_batch_clear(&batch);
}

static void both_readers_agree_on_real_exports(void **state)
{
    (void)state;
    static const char *const files[] = {"csv-spectrum/csvs/comma_in_quotes.csv",
                                        "csv-spectrum/csvs/escaped_quotes.csv",
                                        "csv-spectrum/csvs/json.csv",
                                        "csv-spectrum/csvs/newlines.csv",
                                        "csv-spectrum/csvs/newlines_crlf.csv",
                                        "csv-spectrum/csvs/quotes_and_newlines.csv",
                                        "csv-spectrum/csvs/simple.csv",
                                        "csv-spectrum/csvs/simple_crlf.csv",
                                        "csv-spectrum/csvs/utf8.csv",
                                        "csv-univocity-correctness/correctness.csv"};
    pare_batch batch;
    size_t read = 0;
    assert_int_equal(pare_batch_init(&batch, 1 << 20), PARE_OK);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/../shared/data/%s", PARE_SOURCE_DIR, files[i]);
        FILE *file = fopen(path, "rb");
        if (file == NULL) {
            continue;
        }
        static unsigned char text[1 << 16];
        size_t len = fread(text, 1, sizeof text, file);
        (void)fclose(file);
        pare_dialect dialect = {','};
        pare_span names[64];
        pare_buf store;
        size_t n = 0, used = 0;
        pare_buf_init(&store, CEILING);
        assert_int_equal(pare_csv_header(pare_span_from(text, len), true, dialect, names, 64, &n, &used, &store, NULL),
                         PARE_OK);
        agree(&batch, pare_span_from(text, len), ',', (uint32_t)n);
        pare_buf_clear(&store);
        read++;
    }
    pare_batch_clear(&batch);
    if (read == 0) {
        skip();
    }
    assert_int_equal(read, sizeof files / sizeof files[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loose_text_becomes_strict),
        cmocka_unit_test(guards_hold),
        cmocka_unit_test(both_readers_agree_on_strict_text),
        cmocka_unit_test(both_readers_agree_on_real_exports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
