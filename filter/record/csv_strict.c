/*
 * The careful pass over delimited text: RFC 4180 as a state machine, a byte at a time.
 *
 * Used where the fast pass has found that something is wrong, to say what and where; and for the header. Slow is fine:
 * it runs once, over at most one batch. It is the final word: what it accepts is accepted.
 *
 *   START --quote--> QUOTED <--quote/quote--> CLOSED --delimiter/line end--> START
 *   START --other--> PLAIN --delimiter/line end--> START
 */
#include "filter/record/csv_kernel.h"
#include "filter/record/csv_walk.h"
#include "rules/base/span.h"
#include "rules/base/utf8.h"

static pare_status refuse(pare_csv_walk *walk, size_t at, pare_error *err, pare_fault fault, const char *text)
{
    pare_status status = fault == PARE_FAULT_LONG_FIELD ? PARE_E_LIMIT : PARE_E_DATA;
    walk->fault = fault;
    (void)pare_fail(err, status, "%s", text);
    if (err != NULL) {
        err->record = walk->record;
        err->line = walk->line;
        err->byte = at;
        err->has_byte = true;
    }
    return status;
}

static pare_status field_ends(pare_csv_walk *walk, size_t end, pare_error *err)
{
    if (end - walk->field_start > walk->max_field_bytes) {
        return refuse(walk, walk->field_start, err, PARE_FAULT_LONG_FIELD,
                      "field is longer than allowed (--max-field)");
    }
    if (!pare_batch_grow(walk->ends, walk->ends_cap, walk->n_ends, 1)) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    (*walk->ends)[walk->n_ends++] = (uint32_t)end;
    return PARE_OK;
}

/** A byte that is no delimiter, line end or quote in its role: NUL and ill-formed UTF-8 are refused. */
static pare_status plain_byte(pare_csv_walk *walk, size_t *at, pare_error *err)
{
    unsigned char byte = walk->bytes.ptr[*at];
    if (byte == 0) {
        return refuse(walk, *at, err, PARE_FAULT_NUL, "NUL byte");
    }
    if (byte < 0x80) {
        (*at)++;
        return PARE_OK;
    }
    size_t left = walk->bytes.len - *at, n = pare_utf8_length(byte);
    if (left < n && !walk->at_end) {
        return PARE_END;
    }
    pare_span character = pare_span_from(walk->bytes.ptr + *at, n < left ? n : left);
    if (!pare_utf8_valid(character)) {
        return refuse(walk, *at, err, PARE_FAULT_UTF8, "invalid UTF-8");
    }
    *at += character.len;
    return PARE_OK;
}

/** From behind an opening quote to behind the closing one. */
static pare_status quoted(pare_csv_walk *walk, size_t *at, pare_error *err)
{
    const unsigned char *bytes = walk->bytes.ptr;
    const size_t len = walk->bytes.len, opened = *at - 1;
    const uint64_t line = walk->line;
    while (*at < len) {
        unsigned char byte = bytes[*at];
        if (byte == '"' && (*at + 1 == len || bytes[*at + 1] != '"')) {
            (*at)++;
            return PARE_OK;
        }
        if (byte == '"') {
            *at += 2;
            continue;
        }
        if ((byte == '\n' || byte == '\r') && walk->breaks != NULL) {
            if (!pare_batch_grow(walk->breaks, walk->breaks_cap, walk->n_breaks, 1)) {
                return pare_fail(err, PARE_E_NOMEM, "out of memory");
            }
            (*walk->breaks)[walk->n_breaks++] = (uint32_t)*at;
        }
        pare_status status = plain_byte(walk, at, err);
        if (status != PARE_OK) {
            return status;
        }
        walk->line += byte == '\n';
    }
    if (!walk->at_end) {
        return PARE_END;
    }
    walk->line = line;
    return refuse(walk, opened, err, PARE_FAULT_OTHER, "the quote that opens here is never closed");
}

/** One field, up to the delimiter, line end or end of text behind it. */
static pare_status field(pare_csv_walk *walk, size_t *at, pare_error *err)
{
    const unsigned char *bytes = walk->bytes.ptr;
    const size_t len = walk->bytes.len;
    bool closed = *at < len && bytes[*at] == '"';
    if (closed) {
        (*at)++;
        pare_status status = quoted(walk, at, err);
        if (status != PARE_OK) {
            return status;
        }
    }
    while (*at < len && bytes[*at] != walk->delimiter && bytes[*at] != '\n') {
        if (bytes[*at] == '\r') {
            if (*at + 1 == len && !walk->at_end) {
                return PARE_END;
            }
            if (*at + 1 < len && bytes[*at + 1] == '\n') {
                return PARE_OK;
            }
            return refuse(walk, *at, err, PARE_FAULT_BARE_CR, "carriage return without a line feed outside quotes");
        }
        if (closed) {
            return refuse(walk, *at, err, PARE_FAULT_AFTER_QUOTE, "text behind a closing quote");
        }
        if (bytes[*at] == '"') {
            return refuse(walk, *at, err, PARE_FAULT_STRAY_QUOTE, "quote inside an unquoted field");
        }
        pare_status status = plain_byte(walk, at, err);
        if (status != PARE_OK) {
            return status;
        }
    }
    return *at == len && !walk->at_end ? PARE_END : PARE_OK;
}

pare_status pare_csv_walk_record(pare_csv_walk *walk, size_t *at, pare_error *err)
{
    const unsigned char *bytes = walk->bytes.ptr;
    const size_t len = walk->bytes.len;
    walk->n_fields = 0;
    for (;;) {
        walk->field_start = *at;
        pare_status status = field(walk, at, err);
        if (status == PARE_OK) {
            status = field_ends(walk, *at, err);
        }
        if (status != PARE_OK) {
            return status;
        }
        walk->n_fields++;
        if (*at == len) {
            return PARE_OK;
        }
        if (bytes[*at] == walk->delimiter) {
            (*at)++;
            continue;
        }
        *at += bytes[*at] == '\r' ? 2 : 1;
        walk->line++;
        return PARE_OK;
    }
}

static pare_status wrong_width(const pare_csv_walk *walk, const pare_reader *reader, size_t start, uint64_t line,
                               pare_error *err)
{
    const char *s = walk->n_fields == 1 ? "" : "s";
    bool blank = walk->n_fields == 1 && walk->field_start == (*walk->ends)[walk->n_ends - 1];
    (void)pare_fail(err, PARE_E_DATA, "%srecord has %zu field%s, the header has %u", blank ? "blank line: " : "",
                    walk->n_fields, s, reader->n_columns);
    if (err != NULL) {
        err->record = walk->record;
        err->line = line;
        err->byte = start;
        err->has_byte = true;
    }
    return PARE_E_DATA;
}

pare_status pare_csv_strict_index(const pare_reader *reader, pare_batch *batch, pare_error *err)
{
    pare_csv_walk walk = {.bytes = pare_span_from(batch->bytes, batch->len),
                          .at_end = true,
                          .delimiter = reader->dialect.delimiter,
                          .max_field_bytes = reader->max_field_bytes,
                          .ends = &batch->ends,
                          .ends_cap = &batch->ends_cap,
                          .breaks = &batch->breaks,
                          .breaks_cap = &batch->breaks_cap,
                          .line = 1};
    size_t at = 0, n_rows = 0, n_breaks = 0;
    pare_status status = PARE_OK;
    while (at < batch->len) {
        size_t start = at;
        uint64_t line = walk.line;
        walk.record = n_rows + 1;
        status = pare_csv_walk_record(&walk, &at, err);
        if (status == PARE_OK && walk.n_fields != reader->n_columns) {
            status = wrong_width(&walk, reader, start, line, err);
        }
        if (status == PARE_OK && !pare_batch_grow(&batch->starts, &batch->starts_cap, n_rows, 1)) {
            status = pare_fail(err, PARE_E_NOMEM, "out of memory");
        }
        if (status != PARE_OK) {
            break;
        }
        batch->starts[n_rows++] = (uint32_t)start;
        n_breaks = walk.n_breaks;
    }
    batch->n_lines = walk.line - 1; /* of the whole batch where nothing is wrong */
    pare_rows rows = {batch->bytes,     batch->ends,       batch->starts,     batch->breaks,
                      (uint32_t)n_rows, reader->n_columns, (uint32_t)n_breaks};
    batch->rows = rows;
    return status;
}
