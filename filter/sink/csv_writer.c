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

enum { WORD = sizeof(uint64_t) };

static uint64_t load64(const unsigned char *from)
{
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static uint64_t load32(const unsigned char *from)
{
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

/** The byte in each of eight. */
static uint64_t eight_of(unsigned char byte)
{
    return UINT64_C(0x0101010101010101) * byte;
}

/**
 * Not 0 if some byte of `word` is 0. (x - 1) & ~x has its top bit set where x is 0, and above such a byte maybe where
 * it is not: as an answer to "is there one" that is exact.
 */
static uint64_t zero_in(uint64_t word)
{
    return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

static uint64_t special_in(uint64_t word, uint64_t delimiters)
{
    return zero_in(word ^ delimiters) | zero_in(word ^ eight_of('"')) | zero_in(word ^ eight_of('\n')) |
           zero_in(word ^ eight_of('\r'));
}

/** Whether a text must be quoted (RFC 4180 section 2.6). Eight bytes at a time; the last eight overlap those before. */
static bool must_quote(pare_span text, unsigned char delimiter)
{
    const uint64_t delimiters = eight_of(delimiter);
    if (text.len >= WORD) {
        uint64_t found = special_in(load64(text.ptr + text.len - WORD), delimiters);
        for (size_t at = 0; at + WORD < text.len; at += WORD) {
            found |= special_in(load64(text.ptr + at), delimiters);
        }
        return found != 0;
    }
    if (text.len >= 4) {
        return special_in(load32(text.ptr) | load32(text.ptr + text.len - 4) << 32, delimiters) != 0;
    }
    for (size_t at = 0; at < text.len; at++) {
        unsigned char byte = text.ptr[at];
        if (byte == delimiter || byte == '"' || byte == '\n' || byte == '\r') {
            return true;
        }
    }
    return false;
}

/** memcpy() whose short cases are inline: most values are shorter than a call is worth. Returns the end of the copy. */
static unsigned char *copy(unsigned char *to, const unsigned char *from, size_t len)
{
    if (len > 32) {
        memcpy(to, from, len);
    } else if (len >= 16) {
        memcpy(to, from, 16);
        memcpy(to + len - 16, from + len - 16, 16);
    } else if (len >= 8) {
        memcpy(to, from, 8);
        memcpy(to + len - 8, from + len - 8, 8);
    } else if (len >= 4) {
        memcpy(to, from, 4);
        memcpy(to + len - 4, from + len - 4, 4);
    } else {
        for (size_t at = 0; at < len; at++) {
            to[at] = from[at];
        }
    }
    return to + len;
}

/** With quotes around it, those inside doubled: at most 2 * len + 2 bytes. */
static unsigned char *quote(unsigned char *to, pare_span text)
{
    *to++ = '"';
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == '"') {
            *to++ = '"';
        }
        *to++ = text.ptr[at];
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

/** Room for one record, whatever needs quotes: each value doubled, two quotes, and a delimiter or the line end. */
static size_t record_bound(const pare_value *values, size_t n)
{
    size_t bytes = 0;
    for (size_t column = 0; column < n; column++) {
        bytes += values[column].len;
    }
    return 2 * bytes + 3 * n + 3; /* at most 2^32 bytes in each of 2^12 columns: no overflow */
}

/** How many values from the first on are RAW neighbours in the input; *end is one behind the last byte. */
static size_t run_of(const pare_value *values, size_t n, unsigned char delimiter, const unsigned char **end)
{
    size_t count = 1;
    const unsigned char *last = values[0].ptr + values[0].len;
    while (count < n && values[count].form == PARE_FORM_RAW && values[count].ptr == last + 1 && *last == delimiter) {
        last = values[count].ptr + values[count].len;
        count++;
    }
    *end = last;
    return count;
}

static void write_record(const pare_writer *writer, const unsigned char *text, const pare_value *values, size_t n,
                         pare_buf *out)
{
    if (!pare_buf_reserve(out, record_bound(values, n))) {
        return; /* sticks to `out` */
    }
    const unsigned char delimiter = writer->delimiter;
    unsigned char *const start = out->ptr + out->len;
    unsigned char *to = start;
    for (size_t column = 0; column < n;) {
        const pare_value *value = &values[column];
        if (column > 0) {
            *to++ = delimiter;
        }
        if (value->form == PARE_FORM_RAW && writer->raw_passes) {
            const unsigned char *end;
            column += run_of(value, n - column, delimiter, &end);
            to = copy(to, value->ptr, (size_t)(end - value->ptr));
            continue;
        }
        if (value->form == PARE_FORM_RAW) {
            to = put_raw(to, (pare_span){value->ptr, value->len}, delimiter);
        } else if (value->form == PARE_FORM_TEXT && (value->flags & PARE_VALUE_PLAIN) != 0 && writer->plain_passes) {
            to = copy(to, text + value->offset, value->len);
        } else if (value->form == PARE_FORM_TEXT && value->len > 0) {
            to = put_text(to, (pare_span){text + value->offset, value->len}, delimiter);
        }
        column++;
    }
    if (to == start && n == 1) {
        *to++ = '"';
        *to++ = '"';
    }
    *to++ = '\n';
    out->len += (size_t)(to - start);
}

void pare_csv_write_header(const pare_writer *writer, const char *const *names, size_t n, pare_buf *out)
{
    for (size_t column = 0; column < n; column++) {
        pare_span name = {(const unsigned char *)names[column], strlen(names[column])};
        if (!pare_buf_reserve(out, 2 * name.len + 4)) {
            return;
        }
        unsigned char *const start = out->ptr + out->len;
        unsigned char *to = start;
        if (column > 0) {
            *to++ = writer->delimiter;
        }
        to = name.len == 0 && n == 1 ? quote(to, name) : put_text(to, name, writer->delimiter);
        out->len += (size_t)(to - start);
    }
    pare_buf_append_byte(out, '\n');
}

uint32_t pare_csv_write(const pare_writer *writer, const pare_block *block, pare_buf *out)
{
    uint32_t n_written = 0;
    const pare_value *values = block->values;
    for (uint32_t record = 0; record < block->n_records; record++, values += block->n_columns) {
        if (block->verdicts[record] == PARE_WRITE) {
            write_record(writer, block->text, values, block->n_columns, out);
            n_written++;
        }
    }
    return n_written;
}
