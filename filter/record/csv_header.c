/* The header of delimited text, and which delimiter it is: read once, with care, a byte at a time. */
#include "filter/record/csv_walk.h"
#include "filter/record/reader.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"

#include <stdlib.h>

/** The name of one raw field; unquoted into `store` where quotes were doubled. Room was reserved: `store` does not
 * move. */
static pare_span name_of(pare_span raw, pare_buf *store)
{
    if (raw.len < 2 || raw.ptr[0] != '"') {
        return raw;
    }
    pare_span inner = {raw.ptr + 1, raw.len - 2};
    if (inner.len == 0 || memchr(inner.ptr, '"', inner.len) == NULL) {
        return inner;
    }
    size_t mark = store->len;
    for (size_t i = 0; i < inner.len; i++) {
        pare_buf_append_byte(store, inner.ptr[i]);
        i += inner.ptr[i] == '"'; /* the second of two */
    }
    return pare_buf_since(store, mark);
}

static pare_status copy_names(pare_span bytes, const pare_csv_walk *walk, pare_span *names, pare_buf *store,
                              pare_error *err)
{
    size_t start = 0;
    size_t needed = (*walk->ends)[walk->n_ends - 1];
    if (memchr(bytes.ptr, '"', needed) != NULL && !pare_buf_reserve(store, needed)) {
        return pare_fail(err, store->status, "the header is too long");
    }
    for (size_t i = 0; i < walk->n_ends; i++) {
        size_t end = (*walk->ends)[i];
        names[i] = name_of(pare_span_from(bytes.ptr + start, end - start), store);
        start = end + 1;
    }
    return PARE_OK;
}

pare_status pare_csv_header(pare_span bytes, bool at_end, pare_dialect dialect, pare_span *names, size_t max_names,
                            size_t *n_names, size_t *used, pare_buf *store, pare_error *err)
{
    if (bytes.len == 0) {
        return pare_fail(err, at_end ? PARE_E_DATA : PARE_E_LIMIT, "there is no header");
    }
    uint32_t *ends = NULL;
    size_t ends_cap = 0, at = 0;
    pare_csv_walk walk = {.bytes = bytes,
                          .at_end = at_end,
                          .delimiter = dialect.delimiter,
                          .max_field_bytes = SIZE_MAX,
                          .ends = &ends,
                          .ends_cap = &ends_cap,
                          .line = 1};
    pare_status status = bytes.len > UINT32_MAX ? PARE_END : pare_csv_walk_record(&walk, &at, err);
    if (status == PARE_END) {
        status = pare_fail(err, PARE_E_LIMIT, "the header is longer than a record may be (--max-record)");
    } else if (status == PARE_OK && walk.n_fields > max_names) {
        status = pare_fail(err, PARE_E_LIMIT, "the header has %zu columns, more than allowed (--max-columns)",
                           walk.n_fields);
    } else if (status == PARE_OK) {
        status = copy_names(bytes, &walk, names, store, err);
    }
    if (status == PARE_OK) {
        *n_names = walk.n_fields;
        *used = at;
    }
    free(ends);
    return status;
}

unsigned char pare_csv_sniff(pare_span bytes)
{
    static const unsigned char candidates[] = {',', ';', '\t', '|'};
    size_t counts[256] = {0};
    bool inside = false;
    for (size_t i = 0; i < bytes.len && (inside || bytes.ptr[i] != '\n'); i++) {
        inside ^= bytes.ptr[i] == '"';
        counts[bytes.ptr[i]] += !inside;
    }
    unsigned char best = candidates[0];
    for (size_t i = 1; i < sizeof candidates; i++) {
        if (counts[candidates[i]] > counts[best]) {
            best = candidates[i];
        }
    }
    return best;
}
