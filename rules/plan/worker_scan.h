/* `scan_released`: looking once more at a value that is about to leave. */
#ifndef PARE_RULES_PLAN_WORKER_SCAN_H
#define PARE_RULES_PLAN_WORKER_SCAN_H

#include "rules/plan/tally.h"

/** What a worker knows of the value at work, and of the block's. */
typedef struct pare_scan_work {
    pare_buf written; /* pare_scratch.written of this value */
    pare_buf left;    /* pare_scratch.left of this value */
    bool own;         /* a step's own text is in hand: only what is in `left` is the record's */
    uint32_t found;   /* which detector refused the value; the policy's number of detectors: unsure */
    pare_buf log;     /* uint32_t: the counters that were raised since the block began, each time */
} pare_scan_work;

typedef enum pare_scan_verdict {
    PARE_SCAN_HOLDS = 0, /* the value is withheld */
    PARE_SCAN_REFUSES,   /* its record is refused, or the run ends: the policy's action says which */
    PARE_SCAN_CLEARS     /* nothing was found in it */
} pare_scan_verdict;

void pare_scan_init(pare_scan_work *work, size_t ceiling);
void pare_scan_clear(pare_scan_work *work);

/** A value of a scanned column comes: its steps are listened to until the verdict. */
void pare_scan_begin(pare_scan_work *work, pare_scratch *scratch);
/** What becomes of it. Hits are counted. `column` is scanned; `text` is what would leave, unquoted. */
pare_scan_verdict pare_scan_judge(pare_scan_work *work, pare_scratch *scratch, const pare_bound_column *column,
                                  const pare_scan *scan, pare_span text, pare_tally *tally);
/** The same where nothing leaves anyway. */
void pare_scan_end(pare_scan_work *work, pare_scratch *scratch);

/** How many counts were made. */
size_t pare_scan_mark(const pare_scan_work *work);
/** Take those since `mark` back. */
void pare_scan_rewind(pare_scan_work *work, pare_tally *tally, size_t mark);

#endif
