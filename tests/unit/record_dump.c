/*
 * `unit_record_dump dump DELIMITER strict|lenient` prints the records of standard input as JSON lines, read as a run
 * reads them; tests in other languages compare that with what they expect. Without arguments it tests itself.
 *
 *   ["a","b"]                       a record; the header is the first
 *   {"error":"…","record":2,"line":3,"byte":17}
 */
#include "filter/record/reader.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"
#include "tests/unit/source_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 16 << 20, MOST_COLUMNS = 4096 };

static void print_text(pare_buf *out, pare_span text)
{
    pare_buf_append_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20 || text.ptr[i] == '"' || text.ptr[i] == '\\') {
            pare_buf_printf(out, "\\u%04x", text.ptr[i]);
        } else {
            pare_buf_append_byte(out, text.ptr[i]);
        }
    }
    pare_buf_append_byte(out, '"');
}

static void print_record(pare_buf *out, const pare_span *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pare_buf_append_byte(out, i == 0 ? '[' : ',');
        print_text(out, values[i]);
    }
    pare_buf_append_text(out, "]\n");
}

static void print_failure(pare_buf *out, const pare_error *err)
{
    pare_buf_append_text(out, "{\"error\":");
    print_text(out, pare_span_of(err->text));
    pare_buf_printf(out, ",\"record\":%llu,\"line\":%llu,\"byte\":%llu}\n", (unsigned long long)err->record,
                    (unsigned long long)err->line, (unsigned long long)err->byte);
}

static void print_rows(pare_buf *out, const pare_rows *rows)
{
    pare_buf spare;
    pare_span values[MOST_COLUMNS];
    pare_buf_init(&spare, MOST);
    for (uint32_t row = 0; row < rows->n_rows; row++) {
        pare_record record = pare_rows_get(rows, row);
        pare_buf copies;
        pare_buf_init(&copies, MOST);
        (void)pare_buf_reserve(&copies, MOST / 2); /* so that spans into it stay valid */
        for (uint32_t column = 0; column < record.n_fields; column++) {
            pare_span text = pare_raw_text(pare_record_raw(&record, column), &spare);
            size_t mark = copies.len;
            pare_buf_append_span(&copies, text);
            values[column] = pare_buf_since(&copies, mark);
        }
        print_record(out, values, record.n_fields);
        pare_buf_clear(&copies);
    }
    pare_buf_clear(&spare);
}

static void print_text_of(pare_buf *out, pare_span text, unsigned char delimiter)
{
    pare_span names[MOST_COLUMNS];
    size_t n = 0, used = 0;
    pare_buf store;
    pare_batch batch;
    pare_error err = {0};
    pare_dialect dialect = {delimiter == 0 ? pare_csv_sniff(text) : delimiter};
    pare_buf_init(&store, MOST);
    if (pare_csv_header(text, true, dialect, names, MOST_COLUMNS, &n, &used, &store, &err) != PARE_OK) {
        print_failure(out, &err);
    } else if (pare_batch_init(&batch, MOST) == PARE_OK) {
        print_record(out, names, n);
        pare_reader reader = {dialect, (uint32_t)n, PARE_MAX_FIELD_BYTES, PARE_CSV_BEST};
        batch.len = text.len - used;
        memcpy(batch.bytes, text.ptr + used, batch.len);
        pare_status status = pare_csv_index(&reader, &batch, &err);
        print_rows(out, &batch.rows);
        if (status != PARE_OK) {
            print_failure(out, &err);
        }
        pare_batch_clear(&batch);
    }
    pare_buf_clear(&store);
}

static void dump(pare_buf *out, pare_span input, unsigned char delimiter, bool lenient)
{
    pare_source *source = memory_source_new(input, 4096, NULL), *decoded = NULL, *reader = NULL;
    pare_buf text;
    pare_error err = {0};
    pare_buf_init(&text, MOST);
    pare_status status = pare_transcode_new(source, PARE_ENCODING_UTF8, &decoded, &err);
    if (status == PARE_OK && lenient) {
        status = pare_csv_lenient_new(decoded, delimiter, 1 << 20, &reader, &err);
        decoded = reader;
        delimiter = ',';
    }
    if (status == PARE_OK) {
        status = drain(decoded, 4096, &text, &err);
    }
    if (status == PARE_END) {
        print_text_of(out, pare_buf_span(&text), delimiter);
    } else {
        print_failure(out, &err);
    }
    pare_buf_clear(&text);
}

static void dumps_what_it_reads(void **state)
{
    (void)state;
    pare_buf out;
    pare_buf_init(&out, MOST);
    dump(&out,
         pare_span_of("\xEF\xBB\xBF"
                      "a;b\n\"x\"\"\n\";\n1\n"),
         0, false);
    assert_true(
        pare_span_is(pare_buf_span(&out),
                     "[\"a\",\"b\"]\n[\"x\\u0022\\u000a\",\"\"]\n"
                     "{\"error\":\"record has 1 field, the header has 2\",\"record\":2,\"line\":3,\"byte\":8}\n"));
    pare_buf_clear(&out);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "dump") == 0) {
        pare_buf input, out;
        pare_buf_init(&input, MOST);
        pare_buf_init(&out, SIZE_MAX);
        int byte;
        while ((byte = getchar()) != EOF) {
            pare_buf_append_byte(&input, (unsigned char)byte);
        }
        dump(&out, pare_buf_span(&input), (unsigned char)argv[2][0], strcmp(argv[3], "lenient") == 0);
        (void)fwrite(out.ptr, 1, out.len, stdout);
        pare_buf_clear(&out);
        pare_buf_clear(&input);
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(dumps_what_it_reads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
