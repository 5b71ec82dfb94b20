/*
 * A batch: the bytes of whole records and the table of where their fields end. Recycled; one holder at a time.
 *
 * Its bytes are filled in the order of the input, by whoever has the turn; its table is made by the worker that holds
 * it.
 */
#ifndef PARE_FILTER_RECORD_BATCH_H
#define PARE_FILTER_RECORD_BATCH_H

#include "pare/record.h"
#include "rules/base/buf.h"

enum {
    PARE_BATCH_BYTES = 1 << 20, /* what is filled before records are cut; also the longest record, see batch.c */
    PARE_BATCH_PADDING = 64     /* bytes behind `len` that may be read, and are 0: vector loads need no tail */
};

/** A malformed record that is left out of the rows. */
typedef struct pare_bad_record {
    uint32_t start, len; /* bytes, line end included */
    uint32_t rows;       /* how many rows stand before it */
    uint32_t line;       /* on which it begins, from 1 */
    pare_fault fault;
} pare_bad_record;

typedef struct pare_batch {
    unsigned char *bytes; /* owned; cap + PARE_BATCH_PADDING */
    size_t cap, len;      /* bytes; len: whole records only */
    uint32_t *ends;       /* owned; see pare_rows */
    size_t ends_cap;
    uint32_t *starts;
    size_t starts_cap;
    uint32_t *breaks;
    size_t breaks_cap;
    pare_rows rows;       /* views of the above, made by the reader */
    pare_bad_record *bad; /* owned; in order. Only where bad records are left out: csv_salvage.c */
    size_t n_bad, bad_cap;
    bool indexed;     /* rows, bad and n_lines are filled already */
    uint64_t n_lines; /* LF in bytes: so that later errors know their line */
} pare_batch;

/** @param cap  bytes of text: PARE_BATCH_BYTES, or what --max-record asks for if that is more */
PARE_NODISCARD pare_status pare_batch_init(pare_batch *batch, size_t cap);
void pare_batch_clear(pare_batch *batch);

/** Room for `n` more entries behind `len`; false: no memory. Keeps what is there. */
bool pare_batch_grow(uint32_t **array, size_t *cap, size_t len, size_t n);

/** Append a bad record; false: no memory. */
bool pare_batch_add_bad(pare_batch *batch, const pare_bad_record *bad);

#endif
