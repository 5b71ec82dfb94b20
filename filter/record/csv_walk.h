/* The careful pass, a record at a time: for the batch with an error in it, and for the header. */
#ifndef PARE_FILTER_RECORD_CSV_WALK_H
#define PARE_FILTER_RECORD_CSV_WALK_H

#include "filter/record/batch.h"
#include "pare/error.h"

typedef struct pare_csv_walk {
    pare_span bytes;
    bool at_end; /* nothing follows `bytes` */
    unsigned char delimiter;
    size_t max_field_bytes;
    uint32_t **ends, **breaks; /* appended to with pare_batch_grow(); breaks may be NULL */
    size_t *ends_cap, *breaks_cap;
    size_t n_ends, n_breaks;
    size_t n_fields, field_start; /* of the record in hand */
    pare_fault fault;             /* of the last refusal; OTHER: nothing can be read behind it */
    uint64_t record, line;        /* for errors: the record in hand, and the line at `at`; from 1 */
} pare_csv_walk;

/**
 * Walk one record from *at on, and move *at behind its line end; on PARE_E_DATA and PARE_E_LIMIT, to where it stopped.
 * @return PARE_OK; PARE_END: the bytes end before the record does (only unless at_end); PARE_E_DATA, PARE_E_LIMIT,
 *         PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_csv_walk_record(pare_csv_walk *walk, size_t *at, pare_error *err);

#endif
