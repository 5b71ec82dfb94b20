/*
 * The strict reader against an independent state machine, for every kernel this machine has.
 *
 * The model below knows RFC 4180 and nothing of the reader: it walks bytes one by one and remembers fields. Texts are
 * random over alphabets that hurt (quotes, delimiters, line ends, NUL, pieces of characters), in lengths around the
 * kernels' block. What the model accepts the kernels must cut the same way; what it refuses they must refuse in the
 * same record.
 */
#include "filter/record/reader.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 1 << 16 };

typedef struct model {
    uint32_t ends[MOST], starts[MOST], breaks[MOST];
    size_t n_ends, n_rows, n_breaks;
    size_t bad_record; /* 0: all is well */
    size_t cut;        /* behind the last line end outside quotes, by parity of quotes alone */
    size_t lines;
} model;

static bool continuation(const unsigned char *text, size_t len, size_t at)
{
    return at < len && (text[at] & 0xC0) == 0x80;
}

/* RFC 3629 section 4, spelled out. Length of the character at `at`, 0 if it is ill-formed. */
static size_t character(const unsigned char *text, size_t len, size_t at)
{
    unsigned char lead = text[at];
    unsigned char second = at + 1 < len ? text[at + 1] : 0;
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return continuation(text, len, at + 1) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        unsigned char low = lead == 0xE0 ? 0xA0 : 0x80, high = lead == 0xED ? 0x9F : 0xBF;
        return second >= low && second <= high && continuation(text, len, at + 2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        unsigned char low = lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xF4 ? 0x8F : 0xBF;
        return second >= low && second <= high && continuation(text, len, at + 2) && continuation(text, len, at + 3)
                   ? 4
                   : 0;
    }
    return 0;
}

static void think(model *m, const unsigned char *text, size_t len, unsigned char delimiter, size_t width, size_t limit)
{
    enum { START, PLAIN, QUOTED, CLOSED } state = START;
    size_t at = 0, fields = 0, field_start = 0, first_break = 0;
    bool odd = false;
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < len; i++) {
        odd ^= text[i] == '"';
        m->lines += text[i] == '\n';
        if (text[i] == '\n' && !odd) {
            m->cut = i + 1;
        }
    }
    if (len > 0) {
        m->starts[0] = 0;
    }
    while (at < len) {
        unsigned char c = text[at];
        bool row_ends = false;
        size_t end = at, next = at + 1;
        if (state == QUOTED) {
            size_t n = c == 0 ? 0 : character(text, len, at);
            if (n == 0) {
                goto bad;
            }
            if (c == '"') {
                state = CLOSED;
            } else if (c == '\n' || c == '\r') {
                m->breaks[m->n_breaks++] = (uint32_t)at;
            }
            at += n;
            continue;
        }
        if (c == '"' && state == PLAIN) {
            goto bad;
        }
        if (c == '"') { /* opens, or is the second of two */
            state = QUOTED;
            at++;
            continue;
        }
        if (c == '\r') {
            if (at + 1 >= len || text[at + 1] != '\n') {
                goto bad;
            }
            row_ends = true;
            next = at + 2;
        } else if (c == '\n') {
            row_ends = true;
        } else if (c != delimiter) {
            size_t n = c == 0 ? 0 : character(text, len, at);
            if (n == 0 || state == CLOSED) {
                goto bad;
            }
            state = PLAIN;
            at += n;
            continue;
        }
        if (end - field_start > limit) {
            goto bad;
        }
        m->ends[m->n_ends++] = (uint32_t)end;
        fields++;
        state = START;
        at = field_start = next;
        if (row_ends) {
            if (fields != width) {
                goto bad;
            }
            m->n_rows++;
            m->starts[m->n_rows] = (uint32_t)at;
            fields = 0;
            first_break = m->n_breaks;
        }
    }
    if (len > 0 && text[len - 1] == '\n' && state == START && fields == 0) {
        return;
    }
    if (len > 0) {
        if (state == QUOTED || fields + 1 != width || len - field_start > limit) {
            goto bad;
        }
        m->ends[m->n_ends++] = (uint32_t)len;
        m->n_rows++;
    }
    return;
bad:
    m->bad_record = m->n_rows + 1;
    m->n_breaks = first_break;
}

static const pare_csv_vector vectors[] = {PARE_CSV_BEST, PARE_CSV_PORTABLE, PARE_CSV_AVX2, PARE_CSV_AVX512,
                                          PARE_CSV_NEON};
enum { N_VECTORS = sizeof vectors / sizeof vectors[0] };

static model expected; /* too large for a stack */

static void compare(pare_batch *batch, const unsigned char *text, size_t len, unsigned char delimiter, uint32_t width,
                    size_t limit)
{
    think(&expected, text, len, delimiter, width, limit);
    for (size_t v = 0; v < N_VECTORS; v++) {
        if (!pare_csv_vector_available(vectors[v])) {
            continue;
        }
        pare_reader reader = {{delimiter}, width, limit, vectors[v]};
        pare_error err = {0};
        memset(batch->bytes, 'x', len + PARE_BATCH_PADDING); /* what stood there before must not matter */
        memcpy(batch->bytes, text, len);
        batch->len = len;
        assert_int_equal(pare_csv_split(&reader, pare_span_from(batch->bytes, len)), expected.cut);
        pare_status status = pare_csv_index(&reader, batch, &err);
        if (expected.bad_record != 0) {
            assert_true(status == PARE_E_DATA || status == PARE_E_LIMIT);
            assert_int_equal(err.record, expected.bad_record);
            assert_true(err.has_byte && err.byte < len);
            assert_true(err.text[0] != '\0');
        } else {
            assert_int_equal(status, PARE_OK);
            assert_int_equal(batch->n_lines, expected.lines);
        }
        const pare_rows *rows = &batch->rows;
        assert_int_equal(rows->n_rows, expected.n_rows);
        assert_int_equal(rows->n_breaks, expected.n_breaks);
        assert_int_equal(rows->n_fields, width);
        if (rows->n_rows > 0) {
            assert_memory_equal(rows->ends, expected.ends, (size_t)rows->n_rows * width * sizeof(uint32_t));
            assert_memory_equal(rows->starts, expected.starts, rows->n_rows * sizeof(uint32_t));
        }
        if (rows->n_breaks > 0) {
            assert_memory_equal(rows->breaks, expected.breaks, rows->n_breaks * sizeof(uint32_t));
        }
    }
}

static uint64_t seed = 42;
static size_t dice(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % n);
}

/* Any bytes of an alphabet: nearly always refused, and early. */
static void random_bytes_agree(void **state)
{
    static const char *const alphabets[] = {",\"\r\n;a\t", ",\"\n", "a,\"\n\xC3\xA9",
                                            "a\n,",        "\"\n",  "\xF0\x9F\x98\x80,\n\""};
    pare_batch *batch = *state;
    unsigned char text[300];
    for (unsigned round = 0; round < 60000; round++) {
        const char *alphabet = alphabets[dice(6)];
        size_t len = dice(dice(4) == 0 ? 260 : 12), n = strlen(alphabet) + (dice(20) == 0);
        for (size_t i = 0; i < len; i++) {
            text[i] = (unsigned char)alphabet[dice(n)];
        }
        compare(batch, text, len, dice(8) == 0 ? ';' : ',', (uint32_t)(1 + dice(3)), dice(10) == 0 ? 5 : 1000);
    }
}

static const char *const pieces[] = {"",
                                     "a",
                                     "bc",
                                     "\"\"",
                                     "\"a\"",
                                     "\"x,y\"",
                                     "\"l\nm\"",
                                     "\"\r\n\"",
                                     "\"\"\"\"",
                                     "\"a\"\"b\"",
                                     "\xC3\xA9",
                                     "\xE2\x82\xAC uro",
                                     "\xF0\x9F\x98\x80",
                                     "\"\r\"",
                                     "long text without anything in it at all, no: a comma is there"};

/* A well-formed table of `width`; the last piece holds a comma and gets quotes. */
static size_t table(unsigned char *text, size_t rows, size_t width)
{
    size_t len = 0, n = sizeof pieces / sizeof pieces[0];
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < width; c++) {
            size_t p = dice(n);
            const char *quote = p == n - 1 ? "\"" : "";
            len += (size_t)sprintf((char *)text + len, "%s%s%s%s", quote, pieces[p], quote, c + 1 < width ? "," : "");
        }
        len += (size_t)sprintf((char *)text + len, "%s",
                               dice(3) == 0                    ? "\r\n"
                               : r + 1 == rows && dice(2) == 0 ? ""
                                                               : "\n");
    }
    return len;
}

static void tables_agree_and_so_do_their_mutations(void **state)
{
    pare_batch *batch = *state;
    static unsigned char text[MOST];
    static const unsigned char junk[] = {'"',  ',',  '\n', '\r', 0,    0xC3, 0xA9, 0xED,
                                         0xF5, 0x80, 'z',  0xC0, 0xE0, 0xF0, 0xF4, 0x90};
    for (unsigned round = 0; round < 6000; round++) {
        uint32_t width = (uint32_t)(1 + dice(6));
        size_t len = table(text, 1 + dice(40), width);
        compare(batch, text, len, ',', width, 1000);
        for (unsigned m = 0; m < 3 && len > 0; m++) {
            size_t at = dice(len);
            unsigned char kept = text[at];
            text[at] = junk[dice(sizeof junk)];
            compare(batch, text, len, ',', width, dice(4) == 0 ? 30 : 1000);
            text[at] = kept;
        }
        compare(batch, text, dice(len + 1), ',', width, 1000);
    }
}

/* A stretch is 16 KiB: state must cross its border, wherever things fall on it. */
static void long_texts_agree(void **state)
{
    pare_batch *batch = *state;
    static unsigned char text[MOST];
    for (unsigned round = 0; round < 60; round++) {
        size_t len = table(text, 600, 4);
        assert_true(len > 16384 && len < MOST);
        compare(batch, text, len, ',', 4, 1000);
        size_t at = 16384 - 70 + dice(140);
        text[at] = (unsigned char)("\",\n\r\xC3"[dice(5)]);
        compare(batch, text, len, ',', 4, 1000);
    }
}

/* Every pair, and every triple and quadruple that starts with a lead byte, at every place around a block's border. */
static void utf8_is_checked_like_rfc_3629_says(void **state)
{
    static const unsigned char some[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                         0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0,
                                         0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFC, 0xFE, 0xFF};
    enum { N = sizeof some };
    pare_batch *batch = *state;
    unsigned char text[200];
    for (size_t code = 0; code < (size_t)N * N * N * N; code += 1 + dice(5)) {
        size_t at = dice(2) == 0 ? 60 + dice(8) : dice(2) == 0 ? dice(4) : 120 + dice(8);
        size_t len = at + 4 + dice(3);
        memset(text, 'a', sizeof text);
        for (size_t i = 0, rest = code; i < 4; i++, rest /= N) {
            text[at + i] = some[rest % N];
        }
        compare(batch, text, len, ',', 1, 1000);
    }
}

static int setup(void **state)
{
    static pare_batch batch;
    *state = &batch;
    return pare_batch_init(&batch, MOST) == PARE_OK ? 0 : -1;
}

static int teardown(void **state)
{
    pare_batch_clear(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_bytes_agree),
        cmocka_unit_test(tables_agree_and_so_do_their_mutations),
        cmocka_unit_test(long_texts_agree),
        cmocka_unit_test(utf8_is_checked_like_rfc_3629_says),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
