/* Headers, delimiters, and what the strict reader says where text is malformed. */
#include "filter/record/reader.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct header {
    pare_status status;
    pare_error err;
    pare_span names[8];
    size_t n, used;
    pare_buf store;
} header;

static header read_header(pare_span text, bool at_end, size_t max_names)
{
    header h = {0};
    pare_dialect dialect = {','};
    pare_buf_init(&h.store, 1 << 16);
    h.status = pare_csv_header(text, at_end, dialect, h.names, max_names, &h.n, &h.used, &h.store, &h.err);
    return h;
}

static void names_are_unquoted(void **state)
{
    (void)state;
    pare_span text = pare_span_of("id,\"a \"\"b\"\"\",\"\",,\"x,\r\ny\",\"\"\"\",\xC3\xA9\r\n1,2");
    header h = read_header(text, false, 8);
    assert_int_equal(h.status, PARE_OK);
    assert_int_equal(h.n, 7);
    assert_true(pare_span_is(h.names[0], "id"));
    assert_true(pare_span_is(h.names[1], "a \"b\""));
    assert_true(pare_span_is(h.names[2], ""));
    assert_true(pare_span_is(h.names[3], ""));
    assert_true(pare_span_is(h.names[4], "x,\r\ny"));
    assert_true(pare_span_is(h.names[5], "\""));
    assert_true(pare_span_is(h.names[6], "\xC3\xA9"));
    assert_int_equal(h.used, text.len - 3);
    pare_buf_clear(&h.store);
}

/* Doubled quotes in many names: earlier names must not be left behind when the store grows. */
static void many_names_stay_valid(void **state)
{
    (void)state;
    enum { N = 3000 };
    pare_buf text, store;
    pare_buf_init(&text, 1 << 20);
    pare_buf_init(&store, 1 << 20);
    for (unsigned i = 0; i < N; i++) {
        pare_buf_printf(&text, "%s\"n\"\"%u\"", i == 0 ? "" : ",", i);
    }
    pare_span *names = calloc(N, sizeof *names);
    size_t n = 0, used = 0;
    pare_dialect dialect = {','};
    assert_int_equal(pare_csv_header(pare_buf_span(&text), true, dialect, names, N, &n, &used, &store, NULL), PARE_OK);
    assert_int_equal(n, N);
    for (unsigned i = 0; i < N; i++) {
        pare_buf expected;
        pare_buf_init(&expected, 100);
        pare_buf_printf(&expected, "n\"%u", i);
        assert_true(pare_span_equal(names[i], pare_buf_span(&expected)));
        pare_buf_clear(&expected);
    }
    free(names);
    pare_buf_clear(&store);
    pare_buf_clear(&text);
}

static void headers_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool at_end;
        pare_status status;
        const char *says;
    } cases[] = {
        {"", true, PARE_E_DATA, "there is no header"},
        {"a,b", false, PARE_E_LIMIT, "--max-record"},
        {"a,\"b\n", false, PARE_E_LIMIT, "--max-record"},
        {"a,b\r", false, PARE_E_LIMIT, "--max-record"},
        {"a,b\xC3", false, PARE_E_LIMIT, "--max-record"},
        {"a,b\xC3", true, PARE_E_DATA, "invalid UTF-8"},
        {"a,\"b\n", true, PARE_E_DATA, "never closed"},
        {"a,\"b\"c\n", true, PARE_E_DATA, "behind a closing quote"},
        {"a,b\"c\"\n", true, PARE_E_DATA, "quote inside an unquoted field"},
        {"a\rb\n", true, PARE_E_DATA, "carriage return"},
        {"a,b,c,d,e,f,g,h,i\n", true, PARE_E_LIMIT, "9 columns"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        header h = read_header(pare_span_of(cases[i].text), cases[i].at_end, 8);
        assert_int_equal(h.status, cases[i].status);
        assert_non_null(strstr(h.err.text, cases[i].says));
        assert_int_equal(h.err.record, 0);
        pare_buf_clear(&h.store);
    }
    header blank = read_header(pare_span_of("\n1\n"), true, 8); /* one column with an empty name */
    assert_int_equal(blank.status, PARE_OK);
    assert_int_equal(blank.n, 1);
    pare_buf_clear(&blank.store);
    header last = read_header(pare_span_of("a,b"), true, 8); /* a header alone, its line end missing */
    assert_int_equal(last.status, PARE_OK);
    assert_int_equal(last.used, 3);
    pare_buf_clear(&last.store);
}

static void the_delimiter_is_counted_on_the_first_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char delimiter;
    } cases[] = {
        {"", ','},          {"name\n", ','},        {"a,b\nc;d;e;f\n", ','}, {"a;b\n1,2,3,4\n", ';'},
        {"a\tb\n", '\t'},   {"a|b|c,d\n", '|'},     {"a,b;c\n", ','},        {"a;b,c;d\n", ';'},
        {"a\tb|c\n", '\t'}, {"\"x,y,z\";b\n", ';'}, {"\"a\n,,,\";b\n", ';'}, {"\"a\"\",,\";b\n", ';'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pare_csv_sniff(pare_span_of(cases[i].text)), cases[i].delimiter);
    }
}

/* Place and text of each kind of malformed record; expectations counted by hand. Three columns. */
static void errors_say_what_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len; /* 0: strlen */
        uint64_t record, line, byte;
        const char *says;
    } cases[] = {
        {"1,2,3\n4,\"5,6\n7,8,9\n", 0, 2, 2, 8, "never closed"},
        {"1,2,3\n4,\"5\"x,6\n", 0, 2, 2, 11, "text behind a closing quote"},
        {"1,2,3\n4,5\"x\",6\n", 0, 2, 2, 9, "quote inside an unquoted field"},
        {"1,2,3\n4,5\n", 0, 2, 2, 6, "record has 2 fields, the header has 3"},
        {"1,2,3\n\"4\n\",5,6,7\n", 0, 2, 2, 6, "record has 4 fields, the header has 3"},
        {"1,\"\n\n\",3\n\n", 0, 2, 4, 9, "blank line: record has 1 field, the header has 3"},
        {"1,2,3\nx\n", 0, 2, 2, 6, "record has 1 field, the header has 3"},
        {"1,2,3\r4,5,6\n", 0, 1, 1, 5, "carriage return without a line feed"},
        {"1,2,3\r", 0, 1, 1, 5, "carriage return without a line feed"},
        {"1,2,3\n4,\0,6\n", 12, 2, 2, 8, "NUL byte"},
        {"1,2,3\n4,\"\0\",6\n", 14, 2, 2, 9, "NUL byte"},
        {"1,2,3\n4,a\xE9"
         "b,6\n",
         0, 2, 2, 9, "invalid UTF-8"},
        {"1,2,3\n4,5,\xC3", 0, 2, 2, 10, "invalid UTF-8"},
        {"1,2,3\n4,0123456789a,6\n", 0, 2, 2, 8, "field is longer than allowed"},
    };
    pare_batch batch;
    assert_int_equal(pare_batch_init(&batch, 1000), PARE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_reader reader = {{','}, 3, 10, PARE_CSV_BEST};
        pare_error err = {0};
        batch.len = cases[i].len != 0 ? cases[i].len : strlen(cases[i].text);
        memcpy(batch.bytes, cases[i].text, batch.len);
        pare_status status = pare_csv_index(&reader, &batch, &err);
        assert_int_equal(status, i + 1 == sizeof cases / sizeof cases[0] ? PARE_E_LIMIT : PARE_E_DATA);
        assert_non_null(strstr(err.text, cases[i].says));
        assert_int_equal(err.record, cases[i].record);
        assert_int_equal(err.line, cases[i].line);
        assert_true(err.has_byte);
        assert_int_equal(err.byte, cases[i].byte);
        assert_int_equal(batch.rows.n_rows, cases[i].record - 1);
    }
    pare_batch_clear(&batch);
}

static void batches_know_their_bounds(void **state)
{
    (void)state;
    pare_batch batch;
    assert_int_equal(pare_batch_init(&batch, 0), PARE_E_LIMIT);
#if SIZE_MAX > UINT32_MAX
    assert_int_equal(pare_batch_init(&batch, (size_t)UINT32_MAX), PARE_E_LIMIT); /* offsets are 32 bits wide */
#endif
    uint32_t *array = NULL;
    size_t cap = 0;
    assert_true(pare_batch_grow(&array, &cap, 0, 10));
    array[9] = 7;
    assert_true(pare_batch_grow(&array, &cap, 10, 100000));
    assert_true(cap >= 100010 && array[9] == 7);
    assert_false(pare_batch_grow(&array, &cap, 10, SIZE_MAX - 5));
    assert_int_equal(array[9], 7);
    free(array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unquoted),        cmocka_unit_test(many_names_stay_valid),
        cmocka_unit_test(headers_that_are_refused),  cmocka_unit_test(the_delimiter_is_counted_on_the_first_line),
        cmocka_unit_test(errors_say_what_and_where), cmocka_unit_test(batches_know_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
