/*
 * The records of one batch that are left out: by the reader or by the rules, in the order of the input.
 */
#ifndef PARE_FILTER_PIPELINE_REFUSED_H
#define PARE_FILTER_PIPELINE_REFUSED_H

#include "filter/record/reader.h"
#include "pare/plan.h"

/** One of them. Its raw bytes, where they are kept, lie behind those of the one before. */
typedef struct pare_refused {
    uint64_t record, line; /* from 1, counted from the batch's start */
    size_t start, len;     /* bytes, the same; line end included */
    pare_fault fault;
} pare_refused;

typedef struct pare_refused_list {
    pare_refused *items; /* owned */
    size_t n, cap;
    pare_buf raw; /* their bytes; empty unless there is a quarantine */
} pare_refused_list;

void pare_refused_init(pare_refused_list *list);
void pare_refused_clear(pare_refused_list *list);

/** Merges what the reader and the rules leave out. Lines are counted on the way, each byte once. */
typedef struct pare_refused_merge {
    pare_refused_list *list; /* to append to */
    const pare_batch *batch;
    pare_worker *worker; /* counts what the reader left out */
    bool keeps_raw;
    size_t next_bad; /* of batch->bad */
    size_t counted;  /* bytes whose lines are in `line` */
    uint64_t line;
} pare_refused_merge;

/** Begin with an empty list. */
pare_refused_merge pare_refused_begin(pare_refused_list *list, const pare_batch *batch, pare_worker *worker,
                                      bool keeps_raw);
/** The rules refuse row `row`; rows come in ascending order. */
void pare_refused_row(pare_refused_merge *merge, uint32_t row, pare_fault fault);
/** No more rows. @return PARE_OK; PARE_E_NOMEM */
PARE_NODISCARD pare_status pare_refused_end(pare_refused_merge *merge, pare_error *err);

/** Number of row `row` among all records of the batch, from 1. */
uint64_t pare_refused_record(const pare_batch *batch, uint32_t row);

#endif
