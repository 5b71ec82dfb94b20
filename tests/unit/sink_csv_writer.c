/*
 * The CSV writer: RFC 4180 quoting where needed and only there, runs of raw neighbours, other delimiters.
 *
 * Expectations are written out by hand from RFC 4180 section 2; the sweep at the end reads the output back with a
 * reader of its own, a dozen lines that know nothing of the writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "filter/sink/writer.h"

enum { MAX_VALUES = 64 };

/**
 * A block under construction: raw values are cut from `line`, texts gathered in `text`. Values are added record by
 * record. Behind both stands what must never be written.
 */
typedef struct fixture {
    pare_value values[MAX_VALUES];
    uint8_t verdicts[PARE_BLOCK_RECORDS];
    char line[1024], text[4096];
    uint32_t text_len;
    uint32_t n_values;
    uint32_t ends[MAX_VALUES], starts[PARE_BLOCK_RECORDS], runs[MAX_VALUES], sources[MAX_VALUES];
    uint32_t n_fields;
    pare_buf out;
} fixture;

static void begin(fixture *f)
{
    memset(f, 0, sizeof *f);
    memset(f->line, '!', sizeof f->line);
    memset(f->text, '!', sizeof f->text);
    pare_buf_init(&f->out, 1 << 20);
}

static void add_raw(fixture *f, const char *line, size_t from, size_t len)
{
    pare_value value = {.offset = (uint32_t)from, .len = (uint32_t)len, .form = PARE_FORM_RAW};
    memcpy(f->line + from, line + from, len);
    f->values[f->n_values++] = value;
}

static void add_text(fixture *f, const char *text)
{
    size_t len = strlen(text);
    pare_value value = {.offset = f->text_len, .len = (uint32_t)len, .form = PARE_FORM_TEXT};
    memcpy(f->text + f->text_len, text, len);
    f->text_len += (uint32_t)len;
    f->values[f->n_values++] = value;
}

static void add_empty(fixture *f)
{
    f->values[f->n_values++] = (pare_value){.form = PARE_FORM_EMPTY};
}

static uint32_t write_block(fixture *f, pare_writer writer, uint32_t n_records)
{
    static pare_value values[MAX_VALUES * PARE_BLOCK_RECORDS];
    const uint32_t n_columns = f->n_values / n_records;
    for (uint32_t i = 0; i < f->n_values; i++) {
        values[i % n_columns * PARE_BLOCK_RECORDS + i / n_columns] = f->values[i];
    }
    pare_rows rows = {(const unsigned char *)f->line, f->ends, f->starts, NULL, n_records, f->n_fields, 0};
    pare_block block = {.rows = &rows,
                        .text = (const unsigned char *)f->text,
                        .values = values,
                        .runs = f->runs,
                        .sources = f->sources,
                        .verdicts = f->verdicts,
                        .n_records = n_records,
                        .n_columns = n_columns};
    return pare_csv_write(&writer, &block, &f->out);
}

static void expect(fixture *f, const char *expected)
{
    assert_int_equal(f->out.status, PARE_OK);
    pare_buf_append_byte(&f->out, 0);
    assert_string_equal((const char *)f->out.ptr, expected);
    pare_buf_clear(&f->out);
}

static void expect_one(fixture *f, unsigned char delimiter, bool raw_passes, const char *expected)
{
    f->verdicts[0] = PARE_WRITE;
    assert_int_equal(write_block(f, (pare_writer){delimiter, raw_passes, false}, 1), 1);
    expect(f, expected);
}

static void expect_text(const char *text, unsigned char delimiter, const char *expected)
{
    fixture f;
    begin(&f);
    add_text(&f, "k");
    add_text(&f, text);
    expect_one(&f, delimiter, true, expected);
}

static void texts_are_quoted_only_where_needed(void **state)
{
    (void)state;
    expect_text("plain", ',', "k,plain\n");
    expect_text("", ',', "k,\n");
    expect_text(" both ends ", ',', "k, both ends \n");
    expect_text("a,b", ',', "k,\"a,b\"\n");
    expect_text("a;b", ',', "k,a;b\n");
    expect_text("a;b", ';', "k;\"a;b\"\n");
    expect_text("a,b", '\t', "k\ta,b\n");
    expect_text("a\tb", '\t', "k\t\"a\tb\"\n");
    expect_text("say \"hi\"", ',', "k,\"say \"\"hi\"\"\"\n");
    expect_text("\"", ',', "k,\"\"\"\"\n");
    expect_text("\"\"", ',', "k,\"\"\"\"\"\"\n");
    expect_text("two\nlines", ',', "k,\"two\nlines\"\n");
    expect_text("cr\r", ',', "k,\"cr\r\"\n");
    expect_text("Z\xc3\xbcrich \xe6\x9d\xb1", ',', "k,Z\xc3\xbcrich \xe6\x9d\xb1\n");
}

/** Every length and position, since the scan takes different ways through them. */
static void special_bytes_are_seen_at_every_place(void **state)
{
    (void)state;
    const char specials[] = {',', '"', '\n', '\r'};
    for (size_t len = 1; len <= 40; len++) {
        for (size_t place = 0; place < len; place++) {
            for (size_t s = 0; s < sizeof specials; s++) {
                char text[64], expected[160] = "k,\"";
                memset(text, 'x', len);
                text[len] = '\0';
                text[place] = specials[s];
                strncat(expected, text, place + 1);
                if (specials[s] == '"') {
                    strcat(expected, "\"");
                }
                strcat(expected, text + place + 1);
                strcat(expected, "\"\n");
                expect_text(text, ',', expected);
            }
        }
    }
}

/** Bytes that differ from a special one in a single bit must not count as it. */
static void no_other_byte_is_special(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        if (byte == ',' || byte == '"' || byte == '\n' || byte == '\r') {
            continue;
        }
        for (size_t len = 1; len <= 20; len++) {
            char text[32], expected[40] = "k,";
            memset(text, (int)byte, len);
            text[len] = '\0';
            strcat(expected, text);
            strcat(expected, "\n");
            expect_text(text, ',', expected);
        }
    }
}

static void raw_neighbours_pass_as_they_stood(void **state)
{
    (void)state;
    const char line[] = "4711,\"a, \"\"b\"\"\",,x y,\"q\"";
    fixture f;
    begin(&f);
    add_raw(&f, line, 0, 4);
    add_raw(&f, line, 5, 10);
    add_raw(&f, line, 16, 0);
    add_raw(&f, line, 17, 3);
    add_raw(&f, line, 21, 3);
    expect_one(&f, ',', true, "4711,\"a, \"\"b\"\"\",,x y,\"q\"\n");
}

/** Records of four fields. Column 0 is made, 1 to 3 are fields 1 to 3, 4 is field 0 again, 5 is withheld. */
static void runs_are_cut_from_the_records(void **state)
{
    (void)state;
    const char *lines[] = {"k1,\"a,b\",,x y", "k2,,,", "drop,me,not,in",
                           "k4,d,e,a value longer than one step of the copy"};
    const unsigned char outputs[] = {',', ';'};
    const char *expected[] = {
        "new,\"a,b\",,x y,k1,\nnew,,,,k2,\nnew,d,e,a value longer than one step of the copy,k4,\n",
        "new;a,b;;x y;k1;\nnew;;;;k2;\nnew;d;e;a value longer than one step of the copy;k4;\n"};
    for (size_t way = 0; way < 2; way++) {
        fixture f;
        uint32_t at = 0;
        begin(&f);
        f.n_fields = 4;
        for (uint32_t row = 0; row < 4; row++) {
            f.starts[row] = at;
            f.verdicts[row] = row == 2 ? PARE_DROP_RETENTION : PARE_WRITE;
            memcpy(f.line + at, lines[row], strlen(lines[row]));
            bool quoted = false;
            for (uint32_t n = 0; n < 4; at++) {
                quoted ^= f.line[at] == '"';
                if ((f.line[at] == ',' && !quoted) || at == f.starts[row] + strlen(lines[row])) {
                    f.ends[row * 4 + n++] = at;
                }
            }
            add_text(&f, "new");
            for (uint32_t column = 1; column < 5; column++) { /* not looked at */
                add_text(&f, "wrong");
            }
            add_empty(&f);
        }
        const uint32_t runs[] = {0, 3, 2, 1, 1, 0}, sources[] = {2, 1, 2, 3, 0, 0};
        memcpy(f.runs, runs, sizeof runs);
        memcpy(f.sources, sources, sizeof sources);
        assert_int_equal(write_block(&f, (pare_writer){outputs[way], way == 0, false}, 4), 3);
        expect(&f, expected[way]);
    }
}

static void runs_break_where_values_are_reordered_or_replaced(void **state)
{
    (void)state;
    const char line[] = "a,bb,ccc,dddd";
    fixture f;
    begin(&f);
    add_raw(&f, line, 5, 3); /* c before a: not neighbours */
    add_raw(&f, line, 0, 1);
    add_raw(&f, line, 2, 2);
    add_text(&f, "new");
    add_raw(&f, line, 9, 4);
    add_empty(&f);
    add_raw(&f, line, 2, 2);
    add_raw(&f, line, 2, 2); /* the same one twice */
    expect_one(&f, ',', true, "ccc,a,bb,new,dddd,,bb,bb\n");
}

static void long_runs_and_values(void **state)
{
    (void)state;
    char line[400], expected[402];
    memset(line, 'z', sizeof line);
    for (size_t i = 3; i < sizeof line; i += 50) {
        line[i] = ',';
    }
    fixture f;
    begin(&f);
    size_t from = 0;
    for (size_t i = 0; i <= sizeof line; i++) {
        if (i == sizeof line || line[i] == ',') {
            add_raw(&f, line, from, i - from);
            from = i + 1;
        }
    }
    memcpy(expected, line, sizeof line);
    memcpy(expected + sizeof line, "\n", 2);
    expect_one(&f, ',', true, expected);
}

static void raw_values_under_another_delimiter(void **state)
{
    (void)state;
    const char line[] = "a,b;\"c;d\";\"e\"\"f\";\"plain\";\"x\ny\";\"\";\" g,h \";";
    fixture f;
    begin(&f);
    add_raw(&f, line, 0, 3);  /* a,b: gets quotes */
    add_raw(&f, line, 4, 5);  /* "c;d": loses them */
    add_raw(&f, line, 10, 6); /* "e""f": keeps them */
    add_raw(&f, line, 17, 7); /* "plain" */
    add_raw(&f, line, 25, 5); /* line break: keeps them */
    add_raw(&f, line, 31, 2); /* "" */
    add_raw(&f, line, 34, 7); /* " g,h ": keeps them */
    add_raw(&f, line, 42, 0);
    expect_one(&f, ',', false, "\"a,b\",c;d,\"e\"\"f\",plain,\"x\ny\",,\" g,h \",\n");
}

static void only_written_records_leave(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    const uint8_t verdicts[] = {PARE_WRITE,        PARE_QUARANTINE,      PARE_DROP_RETENTION,
                                PARE_DROP_NO_DATE, PARE_DROP_NO_PURPOSE, PARE_WRITE};
    const char *texts[] = {"first", "bad", "old", "undated", "refused", "last"};
    for (uint32_t i = 0; i < 6; i++) {
        f.verdicts[i] = verdicts[i];
        add_text(&f, texts[i]);
        add_text(&f, "v");
    }
    assert_int_equal(write_block(&f, (pare_writer){',', true, true}, 6), 2);
    expect(&f, "first,v\nlast,v\n");
}

static void a_record_of_one_empty_value_is_no_blank_line(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_empty(&f);
    expect_one(&f, ',', true, "\"\"\n");
    begin(&f);
    add_text(&f, "");
    expect_one(&f, ',', true, "\"\"\n");
    begin(&f);
    add_raw(&f, "", 0, 0);
    expect_one(&f, ',', true, "\"\"\n");
    begin(&f);
    add_raw(&f, "\"\"", 0, 2);
    expect_one(&f, ';', false, "\"\"\n");
    begin(&f);
    add_empty(&f);
    add_empty(&f);
    expect_one(&f, ',', true, ",\n");
}

static void unknown_forms_are_withheld(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_text(&f, "a");
    add_text(&f, "secret");
    f.values[1].form = 77;
    expect_one(&f, ',', true, "a,\n");
}

static void header_names_are_quoted_like_values(void **state)
{
    (void)state;
    const char *names[] = {"id", "last, first", "say \"hi\"", "", "caf\xc3\xa9"};
    fixture f;
    begin(&f);
    pare_csv_write_header(&(pare_writer){',', true, true}, names, 5, &f.out);
    expect(&f, "id,\"last, first\",\"say \"\"hi\"\"\",,caf\xc3\xa9\n");
    begin(&f);
    pare_csv_write_header(&(pare_writer){'\t', true, true}, names, 2, &f.out);
    expect(&f, "id\tlast, first\n");
    begin(&f);
    pare_csv_write_header(&(pare_writer){',', true, true}, names + 3, 1, &f.out);
    expect(&f, "\"\"\n");
}

static void plain_values_go_without_a_look_only_where_they_may(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_text(&f, "a-b_c");
    f.values[0].flags = PARE_VALUE_PLAIN;
    f.verdicts[0] = PARE_WRITE;
    assert_int_equal(write_block(&f, (pare_writer){',', true, true}, 1), 1);
    expect(&f, "a-b_c\n");
    begin(&f);
    add_text(&f, "a-b_c");
    f.values[0].flags = PARE_VALUE_PLAIN;
    f.verdicts[0] = PARE_WRITE;
    assert_int_equal(write_block(&f, (pare_writer){'-', true, false}, 1), 1);
    expect(&f, "\"a-b_c\"\n");
}

static void some_values_get_quotes_whether_they_need_them_or_not(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add_text(&f, "'=1");
    add_text(&f, "'=\"x\"");
    f.values[0].flags = f.values[1].flags = PARE_VALUE_QUOTED;
    expect_one(&f, ',', true, "\"'=1\",\"'=\"\"x\"\"\"\n");
}

static void a_full_buffer_sticks_and_holds_whole_records(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    pare_buf_init(&f.out, 90);
    for (uint32_t i = 0; i < 6; i++) {
        f.verdicts[i] = PARE_WRITE;
        add_text(&f, "0123456789");
    }
    (void)write_block(&f, (pare_writer){',', true, true}, 6);
    assert_int_equal(f.out.status, PARE_E_LIMIT);
    assert_int_equal(f.out.len % 11, 0);
    assert_in_range(f.out.len, 11, 55);
    pare_buf_clear(&f.out);
}

/** RFC 4180, read the plain way: the text of the next field; *at behind its delimiter or line end. */
static size_t read_field(const unsigned char *bytes, size_t *at, char delimiter, char *text)
{
    size_t len = 0;
    if (bytes[*at] == '"') {
        for ((*at)++; bytes[*at] != '"' || bytes[*at + 1] == '"'; (*at)++) {
            *at += bytes[*at] == '"';
            text[len++] = (char)bytes[*at];
        }
        (*at)++;
    } else {
        while (bytes[*at] != (unsigned char)delimiter && bytes[*at] != '\n') {
            text[len++] = (char)bytes[(*at)++];
        }
    }
    (*at)++;
    return len;
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    const char alphabet[] = "ab\",;\n\r\t x";
    const char delimiters[] = {',', ';', '\t'};
    uint64_t seed = 7;
    for (unsigned round = 0; round < 3000; round++) {
        fixture f;
        begin(&f);
        char texts[5][40];
        for (unsigned column = 0; column < 5; column++) {
            size_t len = (seed = seed * 6364136223846793005u + 1442695040888963407u) >> 33 & 31;
            for (size_t i = 0; i < len; i++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                texts[column][i] = alphabet[(seed >> 33) % (sizeof alphabet - 1)];
            }
            texts[column][len] = '\0';
            add_text(&f, texts[column]);
        }
        char delimiter = delimiters[round % 3];
        f.verdicts[0] = PARE_WRITE;
        assert_int_equal(write_block(&f, (pare_writer){(unsigned char)delimiter, true, false}, 1), 1);
        size_t at = 0;
        for (unsigned column = 0; column < 5; column++) {
            char read[64];
            size_t len = read_field(f.out.ptr, &at, delimiter, read);
            assert_int_equal(len, strlen(texts[column]));
            assert_memory_equal(read, texts[column], len);
        }
        assert_int_equal(at, f.out.len);
        pare_buf_clear(&f.out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_quoted_only_where_needed),
        cmocka_unit_test(special_bytes_are_seen_at_every_place),
        cmocka_unit_test(no_other_byte_is_special),
        cmocka_unit_test(raw_neighbours_pass_as_they_stood),
        cmocka_unit_test(runs_are_cut_from_the_records),
        cmocka_unit_test(runs_break_where_values_are_reordered_or_replaced),
        cmocka_unit_test(long_runs_and_values),
        cmocka_unit_test(raw_values_under_another_delimiter),
        cmocka_unit_test(only_written_records_leave),
        cmocka_unit_test(a_record_of_one_empty_value_is_no_blank_line),
        cmocka_unit_test(unknown_forms_are_withheld),
        cmocka_unit_test(header_names_are_quoted_like_values),
        cmocka_unit_test(plain_values_go_without_a_look_only_where_they_may),
        cmocka_unit_test(some_values_get_quotes_whether_they_need_them_or_not),
        cmocka_unit_test(a_full_buffer_sticks_and_holds_whole_records),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
