/*
 * Reading on behind a malformed record, by a rule that depends on the bytes alone (docs/CSV.md, "Bad records"):
 *
 *     4711,x"y,"z \n 4712,...
 *           ^ here it is malformed
 *                  ^ so here it ends, whatever the quotes say, and the next record begins
 *
 * Quotes can't be trusted behind a stray one, so neither can a cut by their parity: this is one careful pass in the
 * order of the input. It is needed only where the fast pass has found something wrong.
 */
#include "filter/record/csv_walk.h"
#include "filter/record/reader.h"
#include "rules/base/span.h"

typedef struct salvage {
    const pare_reader *reader;
    pare_batch *batch;
    pare_csv_walk walk;
    size_t max_record;
    size_t n_rows, n_ends, n_breaks; /* of the rows so far */
} salvage;

typedef enum finding { INCOMPLETE = 0, GOOD, BAD, HOPELESS } finding;

static size_t count_lines(const unsigned char *from, size_t len)
{
    size_t lines = 0;
    for (const unsigned char *at = memchr(from, '\n', len); at != NULL;) {
        lines++;
        size_t done = (size_t)(at + 1 - from);
        at = memchr(at + 1, '\n', len - done);
    }
    return lines;
}

/** Where a record that is malformed at `place` ends; 0: the bytes end before it does. */
static size_t end_behind(const pare_csv_walk *walk, size_t place)
{
    const unsigned char *bytes = walk->bytes.ptr;
    const unsigned char *line_end =
        place < walk->bytes.len ? memchr(bytes + place, '\n', walk->bytes.len - place) : NULL;
    if (line_end != NULL) {
        return (size_t)(line_end + 1 - bytes);
    }
    return walk->at_end ? walk->bytes.len : 0;
}

/** A field counts as too long from its first byte beyond the limit, wherever it may end: its quotes may be at fault. */
static bool field_is_too_long(const pare_csv_walk *walk, size_t at)
{
    return at - walk->field_start > walk->max_field_bytes;
}

/** Walk one record from `start` on. GOOD, BAD: *end is behind it. BAD, HOPELESS: walk.fault. */
static finding read_record(salvage *s, size_t start, size_t *end, pare_status *status, pare_error *err)
{
    pare_csv_walk *walk = &s->walk;
    size_t at = start;
    walk->fault = PARE_FAULT_OTHER;
    *status = pare_csv_walk_record(walk, &at, err);
    if (*status == PARE_OK) {
        *end = at;
        if (walk->n_fields == s->reader->n_columns) {
            return GOOD;
        }
        walk->fault = walk->n_fields < s->reader->n_columns ? PARE_FAULT_SHORT : PARE_FAULT_WIDE;
        return BAD;
    }
    if (*status == PARE_E_NOMEM) {
        return HOPELESS;
    }
    if (field_is_too_long(walk, at)) {
        walk->fault = PARE_FAULT_LONG_FIELD;
        at = walk->field_start + walk->max_field_bytes;
    } else if (*status == PARE_END) {
        return INCOMPLETE;
    } else if (walk->fault == PARE_FAULT_OTHER) {
        return HOPELESS;
    }
    *end = end_behind(walk, at);
    return *end == 0 ? INCOMPLETE : BAD;
}

static bool add_row(salvage *s, size_t start)
{
    if (!pare_batch_grow(&s->batch->starts, &s->batch->starts_cap, s->n_rows, 1)) {
        return false;
    }
    s->batch->starts[s->n_rows++] = (uint32_t)start;
    s->n_ends = s->walk.n_ends;
    s->n_breaks = s->walk.n_breaks;
    return true;
}

/** Forget what the walk has written of a record that gives no row, and count its lines anew. */
static bool add_bad(salvage *s, size_t start, size_t end, uint64_t line)
{
    pare_bad_record bad = {(uint32_t)start, (uint32_t)(end - start), (uint32_t)s->n_rows, (uint32_t)line,
                           s->walk.fault};
    s->walk.n_ends = s->n_ends;
    s->walk.n_breaks = s->n_breaks;
    s->walk.line = line + count_lines(s->walk.bytes.ptr + start, end - start);
    return pare_batch_add_bad(s->batch, &bad);
}

static pare_status too_long(size_t max_record, pare_error *err)
{
    pare_status status =
        pare_fail(err, PARE_E_LIMIT, "a record is longer than %zu bytes; a quote may be missing, or raise --max-record",
                  max_record);
    if (err != NULL) {
        err->record = 1;
        err->line = 1;
        err->has_byte = true;
    }
    return status;
}

/**
 * Read as many records as are whole. A record behind which nothing can be read ends the batch before it; it is an error
 * when it stands first, so that whatever stands before it is told of first.
 */
static pare_status read_records(salvage *s, size_t *used, pare_error *err)
{
    const size_t len = s->batch->len;
    size_t at = 0;
    while (at < len) {
        const uint64_t line = s->walk.line;
        size_t end = at;
        pare_status status = PARE_OK;
        s->walk.record = s->n_rows + s->batch->n_bad + 1;
        finding found = read_record(s, at, &end, &status, err);
        if (status == PARE_E_NOMEM) {
            return status;
        }
        size_t known = found == INCOMPLETE ? len : end;
        if (found != HOPELESS && known - at > s->max_record) {
            found = HOPELESS;
            status = at == 0 ? too_long(s->max_record, err) : PARE_E_LIMIT;
        }
        if (found == HOPELESS || found == INCOMPLETE) {
            s->walk.line = line;
            *used = at;
            return at > 0 ? PARE_OK : found == INCOMPLETE ? PARE_END : status;
        }
        if (!(found == GOOD ? add_row(s, at) : add_bad(s, at, end, line))) {
            return pare_fail(err, PARE_E_NOMEM, "out of memory");
        }
        at = end;
    }
    *used = at;
    return PARE_OK;
}

pare_status pare_csv_salvage(const pare_reader *reader, pare_batch *batch, bool at_end, size_t max_record, size_t *used,
                             pare_error *err)
{
    salvage s = {.reader = reader,
                 .batch = batch,
                 .max_record = max_record,
                 .walk = {.bytes = pare_span_from(batch->bytes, batch->len),
                          .at_end = at_end,
                          .delimiter = reader->dialect.delimiter,
                          .max_field_bytes = reader->max_field_bytes,
                          .ends = &batch->ends,
                          .ends_cap = &batch->ends_cap,
                          .breaks = &batch->breaks,
                          .breaks_cap = &batch->breaks_cap,
                          .line = 1}};
    *used = 0;
    batch->n_bad = 0;
    pare_status status = read_records(&s, used, err);
    pare_rows rows = {batch->bytes,       batch->ends,       batch->starts,       batch->breaks,
                      (uint32_t)s.n_rows, reader->n_columns, (uint32_t)s.n_breaks};
    batch->rows = rows;
    batch->n_lines = s.walk.line - 1;
    return status;
}

size_t pare_batch_row_end(const pare_batch *batch, uint32_t row)
{
    const pare_rows *rows = &batch->rows;
    size_t end = rows->ends[(size_t)row * rows->n_fields + rows->n_fields - 1];
    end += end < batch->len && batch->bytes[end] == '\r' ? 1 : 0;
    end += end < batch->len && batch->bytes[end] == '\n' ? 1 : 0;
    return end;
}
