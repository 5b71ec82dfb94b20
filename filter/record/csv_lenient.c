/*
 * The lenient reader: libcsv makes sense of stray quotes and odd line ends, and strict text comes out.
 *
 * Only here does pare guess. Guards around libcsv, which has none: blanks are data (it would trim them); a quote that
 * is open at the end is refused (it would return what it swallowed); neither a field nor a record outgrows the limit
 * (it would grow until memory ends); a record with more fields than the header is refused; fewer are filled with empty
 * ones, but not where a value holds a quote, a delimiter or a line end, for then a stray quote may have made one field
 * of two, and what follows would stand one column to the left; nor where a record and the one before it have as many
 * fields as one that a stray line end has cut in two, for then the second half would stand in the first half's columns.
 * Blank lines are passed over. What comes out ends its lines with LF, separates with `,`, quotes where needed, and goes
 * through the strict reader like any other text, which has the last word on NUL and UTF-8.
 */
#include "filter/record/libcsv.h"
#include "filter/record/reader.h"
#include "filter/source/source.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>

enum {
    IN_BYTES = 64 << 10,
    FILLED_BYTES = 1 << 20, /* what one portion may grow by when its rows are filled up */
    LEAST_PORTION = 128
};

typedef struct lenient {
    pare_source base;
    pare_source *inner;
    pare_libcsv *parser;
    unsigned char delimiter;
    size_t max_record;
    uint64_t record;    /* of the row in hand; the header is 0 */
    size_t width;       /* fields of the header; 0: not known yet */
    size_t n_fields;    /* of the row in hand */
    size_t n_before;    /* fields of the row before it; 0: that was the header */
    bool may_be_joined; /* ... one of which may be several that a quote holds together */
    pare_buf out;       /* [at, row_start): whole rows to hand out; behind it the row in hand */
    size_t at, row_start;
    bool inner_ended;
    pare_status failed;
    pare_error failure;
    size_t in_at, in_len; /* in[in_at, in_len) is still to be parsed */
    unsigned char in[IN_BYTES];
} lenient;

static void fail(lenient *reader, pare_status status, const char *text)
{
    reader->failed = pare_fail(&reader->failure, status, "%s", text);
    reader->failure.record = reader->record;
}

/** RFC 4180 section 2.5 to 2.7. */
static void append_field(pare_buf *out, const unsigned char *text, size_t len)
{
    bool quotes = false;
    for (size_t i = 0; i < len && !quotes; i++) {
        quotes = text[i] == '"' || text[i] == ',' || text[i] == '\n' || text[i] == '\r';
    }
    if (!quotes) {
        pare_buf_append(out, text, len);
        return;
    }
    pare_buf_append_byte(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"') {
            pare_buf_append_byte(out, '"');
        }
        pare_buf_append_byte(out, text[i]);
    }
    pare_buf_append_byte(out, '"');
}

static bool may_be_joined(const unsigned char *text, size_t len, unsigned char delimiter)
{
    return len > 0 && (memchr(text, '"', len) != NULL || memchr(text, delimiter, len) != NULL ||
                       memchr(text, '\n', len) != NULL || memchr(text, '\r', len) != NULL);
}

static bool within_limit(lenient *reader)
{
    if (reader->out.status != PARE_OK) {
        fail(reader, reader->out.status,
             reader->out.status == PARE_E_NOMEM ? "out of memory" : "too much text at once");
    } else if (reader->out.len - reader->row_start > reader->max_record) {
        fail(reader, PARE_E_LIMIT, "record is longer than allowed (--max-record)");
    }
    return reader->failed == PARE_OK;
}

/* libcsv's types, not ours: its first callback, after each field */
static void take_field(void *text, size_t len, void *context)
{
    lenient *reader = context;
    if (reader->failed != PARE_OK) {
        return;
    }
    if (reader->n_fields > 0) {
        pare_buf_append_byte(&reader->out, ',');
    }
    append_field(&reader->out, text, len);
    reader->may_be_joined = reader->may_be_joined || may_be_joined(text, len, reader->delimiter);
    reader->n_fields++;
    if (within_limit(reader) && reader->width != 0 && reader->n_fields > reader->width) {
        fail(reader, PARE_E_DATA, "record has more fields than the header: which is which can't be told");
    }
}

/* ... and its second, after each row */
static void take_row(int line_end, void *context)
{
    lenient *reader = context;
    (void)line_end;
    if (reader->failed != PARE_OK) {
        return;
    }
    reader->width = reader->width == 0 ? reader->n_fields : reader->width;
    if (reader->n_fields < reader->width && reader->may_be_joined) {
        fail(reader, PARE_E_DATA,
             "record has fewer fields than the header, and a quote, delimiter or line end in one: which "
             "is which can't be told");
        return;
    }
    if (reader->n_fields < reader->width && reader->n_before + reader->n_fields == reader->width + 1) {
        fail(reader, PARE_E_DATA,
             "record and the one before it have the fields of one, cut in two by a line end: which is "
             "which can't be told");
        return;
    }
    reader->n_before = reader->record == 0 ? 0 : reader->n_fields;
    for (size_t n = reader->n_fields; n < reader->width; n++) {
        pare_buf_append_byte(&reader->out, ',');
    }
    pare_buf_append_byte(&reader->out, '\n');
    if (within_limit(reader)) {
        reader->row_start = reader->out.len;
        reader->n_fields = 0;
        reader->may_be_joined = false;
        reader->record++;
    }
}

/** Parse a portion: small enough that filling its rows up stays within bounds. */
static void parse_some(lenient *reader)
{
    size_t left = reader->in_len - reader->in_at;
    size_t portion = reader->width == 0 ? LEAST_PORTION : FILLED_BYTES / (reader->width + 1);
    portion = portion < LEAST_PORTION ? LEAST_PORTION : portion;
    portion = portion < left ? portion : left;
    pare_status status = pare_libcsv_parse(reader->parser, pare_span_from(reader->in + reader->in_at, portion), NULL);
    reader->in_at += portion;
    if (reader->failed == PARE_OK && status != PARE_OK) {
        fail(reader, status, "libcsv can't go on");
    }
    if (reader->failed == PARE_OK && pare_libcsv_pending(reader->parser) > reader->max_record) {
        fail(reader, PARE_E_LIMIT, "record is longer than allowed (--max-record); is a quote left open?");
    }
}

static void finish(lenient *reader)
{
    if (pare_libcsv_finish(reader->parser, true, NULL) != PARE_OK && reader->failed == PARE_OK) {
        fail(reader, PARE_E_DATA, "a quote is still open at the end");
    }
}

/** Get on by one step: parse what is there, read more, or finish. */
static void advance(lenient *reader)
{
    if (reader->in_at < reader->in_len) {
        parse_some(reader);
        return;
    }
    reader->in_at = 0;
    reader->in_len = 0;
    pare_status status = pare_source_read(reader->inner, reader->in, IN_BYTES, &reader->in_len, &reader->failure);
    if (status == PARE_END) {
        reader->inner_ended = true;
        finish(reader);
    } else if (status != PARE_OK) {
        reader->failed = status;
    }
}

static pare_status lenient_read(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    lenient *reader = (lenient *)source;
    *len = 0;
    while (reader->at == reader->row_start && reader->failed == PARE_OK && !reader->inner_ended) {
        if (reader->at > 0) { /* all whole rows are gone: the row in hand moves to the front */
            memmove(reader->out.ptr, reader->out.ptr + reader->at, reader->out.len - reader->at);
            reader->out.len -= reader->at;
            reader->row_start = 0;
            reader->at = 0;
        }
        advance(reader);
    }
    if (reader->at < reader->row_start) {
        size_t left = reader->row_start - reader->at;
        *len = left < cap ? left : cap;
        memcpy(out, reader->out.ptr + reader->at, *len);
        reader->at += *len;
        return PARE_OK;
    }
    if (reader->failed != PARE_OK && err != NULL) {
        *err = reader->failure;
    }
    return reader->failed != PARE_OK ? reader->failed : PARE_END;
}

static void lenient_close(pare_source *source)
{
    lenient *reader = (lenient *)source;
    pare_libcsv_free(reader->parser);
    pare_buf_clear(&reader->out);
    pare_source_close(reader->inner);
    free(reader);
}

static const pare_source_type lenient_type = {"lenient csv", lenient_read, lenient_close};

pare_status pare_csv_lenient_new(pare_source *inner, unsigned char delimiter, size_t max_record, pare_source **source,
                                 pare_error *err)
{
    lenient *reader = calloc(1, sizeof *reader);
    pare_libcsv_calls calls = {take_field, take_row, reader};
    if (reader == NULL || pare_libcsv_new(delimiter, false, calls, &reader->parser, NULL) != PARE_OK) {
        free(reader);
        pare_source_close(inner);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    /* a row in hand, and what one portion makes of itself: doubled quotes, filled rows */
    size_t portion = 4 * (size_t)IN_BYTES + 2 * (size_t)FILLED_BYTES;
    size_t ceiling = max_record > (SIZE_MAX - portion) / 3 ? SIZE_MAX : 3 * max_record + portion;
    pare_buf_init(&reader->out, ceiling);
    reader->base.type = &lenient_type;
    reader->inner = inner;
    reader->delimiter = delimiter;
    reader->max_record = max_record;
    *source = &reader->base;
    return PARE_OK;
}
