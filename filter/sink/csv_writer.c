/*
 * Records as CSV or TSV by RFC 4180, lines ending with LF.
 *
 * Knows values and their delimiters, nothing of rules or files. A value that passes unchanged is copied as it stood,
 * quotes included, and neighbours in the input that are neighbours in the output leave as one run, delimiters included:
 *
 *     values    RAW 4711 | RAW "a,b" | TEXT 1984 | RAW x | RAW y
 *     copied   [ 4711,"a,b" ]        , 1984     , [ x,y ]
 *
 * A value made by the rules is quoted where RFC 4180 section 2.6 asks for it, its quotes doubled (section 2.7), and
 * nowhere else; blanks at its ends need none (section 2.4: they belong to the field). A record of one empty value is
 * written as "", because many readers pass over blank lines and would lose the record.
 */
#include "filter/sink/writer.h"

#include "rules/base/sixteen.h"

/** Not 0 in each of the first `n` (at most 16) bytes at `at` that asks for quotes. Sixteen are read. */
static inline pare_sixteen special_in(const unsigned char *at, size_t n, pare_sixteen delimiters)
{
    const pare_sixteen bytes = pare_sixteen_load(at);
    return pare_sixteen_first(n) &
           (pare_sixteen_equal(bytes, delimiters) | pare_sixteen_equal(bytes, pare_sixteen_of('"')) |
            pare_sixteen_equal(bytes, pare_sixteen_of('\n')) | pare_sixteen_equal(bytes, pare_sixteen_of('\r')));
}

/** Whether a value must be quoted (RFC 4180 section 2.6). PARE_BLOCK_SLACK bytes behind it may be read. */
static inline bool must_quote(pare_span text, unsigned char delimiter)
{
    const pare_sixteen delimiters = pare_sixteen_of(delimiter);
    pare_sixteen found = {0};
    for (size_t at = 0; at < text.len; at += PARE_SIXTEEN) {
        const size_t left = text.len - at;
        found |= special_in(text.ptr + at, left < PARE_SIXTEEN ? left : PARE_SIXTEEN, delimiters);
    }
    return pare_sixteen_any(found, 0xFF);
}

/**
 * memcpy() that reads and writes up to PARE_BLOCK_SLACK bytes beyond `len`: most values are shorter than that, and how
 * long each is nobody can predict. What is written beyond is overwritten by what follows. Returns the end of the copy.
 */
static inline unsigned char *copy(unsigned char *to, const unsigned char *from, size_t len)
{
    size_t at = 0;
    do {
        memcpy(to + at, from + at, PARE_BLOCK_SLACK);
        at += PARE_BLOCK_SLACK;
    } while (at < len);
    return to + len;
}

/** With quotes around it, those inside doubled: at most 2 * len + 2 bytes. Sixteen without a quote are one copy. */
static unsigned char *quote(unsigned char *to, pare_span text)
{
    const pare_sixteen quotes = pare_sixteen_of('"');
    *to++ = '"';
    for (size_t at = 0; at < text.len;) {
        const size_t left = text.len - at;
        if (left >= PARE_SIXTEEN &&
            !pare_sixteen_any(pare_sixteen_equal(pare_sixteen_load(text.ptr + at), quotes), 0xFF)) {
            memcpy(to, text.ptr + at, PARE_SIXTEEN);
            to += PARE_SIXTEEN;
            at += PARE_SIXTEEN;
            continue;
        }
        for (const size_t end = at + (left < PARE_SIXTEEN ? left : PARE_SIXTEEN); at < end; at++) {
            if (text.ptr[at] == '"') {
                *to++ = '"';
            }
            *to++ = text.ptr[at];
        }
    }
    *to++ = '"';
    return to;
}

static unsigned char *put_text(unsigned char *to, pare_span text, unsigned char delimiter)
{
    return must_quote(text, delimiter) ? quote(to, text) : copy(to, text.ptr, text.len);
}

/**
 * A raw value under another delimiter. Where it is quoted and must stay so, it is right as it stands: quoting does not
 * depend on the delimiter. Its quotes fall where nothing asks for them, and it gets some where the new delimiter does.
 */
static unsigned char *put_raw(unsigned char *to, pare_span raw, unsigned char delimiter)
{
    if (raw.len < 2 || raw.ptr[0] != '"') {
        return put_text(to, raw, delimiter);
    }
    pare_span inner = {raw.ptr + 1, raw.len - 2};
    return must_quote(inner, delimiter) ? copy(to, raw.ptr, raw.len) : copy(to, inner.ptr, inner.len);
}

/** Where the next byte goes, and up to where there is room. */
typedef struct csv_pen {
    pare_buf *out;
    unsigned char *to, *limit;
} csv_pen;

/**
 * With room for `more` bytes and the slack; `to` is NULL if there is none, which sticks to `out`. By value, so that a
 * pen whose address nobody has stays in registers.
 */
static csv_pen grown(csv_pen pen, size_t more)
{
    pare_buf *out = pen.out;
    const size_t start = out->len, at = pen.to == NULL ? 0 : (size_t)(pen.to - out->ptr);
    out->len = at;
    const bool good = pare_buf_reserve(out, more + PARE_BLOCK_SLACK);
    out->len = start;
    return (csv_pen){out, good ? out->ptr + at : NULL, good ? out->ptr + out->cap : NULL};
}

static inline bool has_room(csv_pen *pen, size_t more)
{
    if (more + PARE_BLOCK_SLACK > (size_t)(pen->limit - pen->to)) {
        *pen = grown(*pen, more);
    }
    return pen->to != NULL;
}

/** A value that can't simply be copied: it may need quotes, or other ones, or gets them whether it needs them or not.
 */
static unsigned char *put_value(unsigned char *to, pare_span bytes, const pare_writer *writer, pare_value value)
{
    if (value.form == PARE_FORM_RAW) {
        return put_raw(to, bytes, writer->delimiter);
    }
    return (value.flags & PARE_VALUE_QUOTED) != 0 ? quote(to, bytes) : put_text(to, bytes, writer->delimiter);
}

/** A value and a delimiter. False: there is no room. */
static inline bool write_value(csv_pen *pen, const pare_writer *writer, const pare_block *block, pare_value value)
{
    const bool raw = value.form == PARE_FORM_RAW;
    if (value.len == 0 || (!raw && value.form != PARE_FORM_TEXT)) {
        value.len = 0;
    }
    const pare_span bytes = {(raw ? block->rows->base : block->text) + value.offset, value.len};
    if (!has_room(pen, 2 * bytes.len + 3)) { /* each byte doubled, two quotes, the delimiter */
        return false;
    }
    if (bytes.len > 0) {
        const bool passes = raw ? writer->raw_passes : (value.flags & PARE_VALUE_PLAIN) != 0 && writer->plain_passes;
        pen->to = passes ? copy(pen->to, bytes.ptr, bytes.len) : put_value(pen->to, bytes, writer, value);
    }
    *pen->to++ = writer->delimiter;
    return true;
}

/** Columns that stand in the input as they leave, `n` of them from `column` on, and a delimiter. */
static inline bool write_run(csv_pen *pen, const pare_writer *writer, const pare_block *block,
                             const pare_record *record, uint32_t column, uint32_t n)
{
    const uint32_t first = block->sources[column], last = first + n - 1;
    const uint32_t from = first == 0 ? record->start : record->ends[first - 1] + 1;
    const size_t len = record->ends[last] - from;
    if (!has_room(pen, len + 3)) {
        return false;
    }
    pen->to = copy(pen->to, record->base + from, len);
    *pen->to++ = writer->delimiter;
    return true;
}

/** False: there is no room, and nothing of the record counts. */
static inline bool write_record(csv_pen *pen, const pare_writer *writer, const pare_block *block, uint32_t index)
{
    const pare_record record = pare_rows_get(block->rows, block->first + index);
    const uint32_t n = block->n_columns;
    const size_t before = pen->out->len;
    for (uint32_t column = 0; column < n;) {
        const uint32_t run = writer->raw_passes ? block->runs[column] : 0;
        if (!(run > 0 ? write_run(pen, writer, block, &record, column, run)
                      : write_value(pen, writer, block, pare_block_value(block, index, column)))) {
            return false;
        }
        column += run > 0 ? run : 1;
    }
    if (n == 1 && (size_t)(pen->to - pen->out->ptr) == before + 1) {
        pen->to[-1] = '"';
        *pen->to++ = '"';
        pen->to++;
    }
    pen->to[-1] = '\n'; /* in place of the last delimiter */
    pen->out->len = (size_t)(pen->to - pen->out->ptr);
    return true;
}

/** The same as must_quote() for a text behind which nothing may be read. */
static bool name_must_quote(pare_span name, unsigned char delimiter)
{
    bool special = false;
    for (size_t at = 0; at < name.len; at++) {
        unsigned char byte = name.ptr[at];
        special |= byte == delimiter || byte == '"' || byte == '\n' || byte == '\r';
    }
    return special;
}

void pare_csv_write_header(const pare_writer *writer, const char *const *names, size_t n, pare_buf *out)
{
    for (size_t column = 0; column < n; column++) {
        pare_span name = {(const unsigned char *)names[column], strlen(names[column])};
        if (!pare_buf_reserve(out, 2 * name.len + 4)) {
            return;
        }
        if (column > 0) {
            out->ptr[out->len++] = writer->delimiter;
        }
        if (name_must_quote(name, writer->delimiter) || (name.len == 0 && n == 1)) {
            unsigned char *const from = out->ptr + out->len;
            out->len += (size_t)(quote(from, name) - from);
        } else {
            pare_buf_append_span(out, name);
        }
    }
    pare_buf_append_byte(out, '\n');
}

uint32_t pare_csv_write(const pare_writer *writer, const pare_block *block, pare_buf *out)
{
    uint32_t n_written = 0;
    csv_pen at = grown((csv_pen){out, out->ptr == NULL ? NULL : out->ptr + out->len, NULL}, 0);
    bool good = at.to != NULL;
    for (uint32_t record = 0; record < block->n_records; record++) {
        if (block->verdicts[record] == PARE_WRITE) {
            good = good && write_record(&at, writer, block, record);
            n_written++;
        }
    }
    return n_written;
}
