/* The inside of a worker, and the making of one column of a block. */
#ifndef PARE_RULES_PLAN_WORKER_COLUMN_H
#define PARE_RULES_PLAN_WORKER_COLUMN_H

#include "rules/base/buf.h"
#include "rules/base/formula.h"
#include "rules/base/span.h"
#include "rules/crypto/lanes.h"
#include "rules/plan/bound.h"
#include "rules/plan/gate.h"
#include "rules/plan/tally.h"
#include "rules/plan/worker_scan.h"

struct pare_worker {
    const pare_plan *plan;
    pare_scratch scratch;
    pare_tally *tally;
    /* the block at work */
    const pare_rows *rows;
    uint32_t first, n; /* records [first, first + n) of rows */
    uint32_t n_written, next_break;
    uint8_t written[PARE_BLOCK_RECORDS]; /* which of the n will be written, ascending */
    uint8_t verdicts[PARE_BLOCK_RECORDS];
    uint8_t faults[PARE_BLOCK_RECORDS];   /* of pare_fault, where the verdict is PARE_QUARANTINE */
    bool tolerates;                       /* a refused record is left out, and the others go on */
    pare_tally *kept;                     /* counts of before, where making columns may have to start again */
    bool one_by_one;                      /* the block is made again, record by record */
    uint64_t allowed[PARE_BLOCK_RECORDS]; /* purposes */
    uint64_t allowed_by_all;              /* purposes that every record to be written allows */
    pare_value *values;                   /* [n_columns * PARE_BLOCK_RECORDS], column by column: see pare_block */
    uint32_t *runs;                       /* [n_columns]: the same; while columns are made, 0 or 1 */
    pare_buf text;                        /* what made values point into */
    pare_buf spare, gate_spare;           /* values without their quotes */
    pare_buf gate_normal;                 /* a value as it is looked up in a list of people */
    pare_sha256 *gate_hash;               /* for lists of digests; NULL where there are none */
    pare_roll_finding *found;             /* [PARE_BLOCK_RECORDS * pare_gate_n_rolls()] */
    pare_buf chain[2];                    /* between steps */
    pare_buf messages;                    /* normalized values that wait for their tokens */
    pare_lanes *lanes;                    /* many tokens at once; NULL: not made yet, or not to be had */
    pare_scan_work scan;                  /* scan_released */
    pare_fault refusal;                   /* why the last value was refused */
    uint64_t n_tokens;                    /* made so far: when it pays to make lanes */
    bool tried_lanes;
};

/** Whether there is no value. */
static inline bool pare_worker_is_null(const pare_worker *worker, pare_span text)
{
    return worker->plan->null_is_empty ? text.len == 0 : pare_is_null(worker->plan->policy, text);
}

/** The value as it stands in the input. */
static inline pare_value pare_worker_as_read(const pare_worker *worker, pare_span raw)
{
    pare_value value = {(uint32_t)(raw.ptr - worker->rows->base), (uint32_t)raw.len, PARE_FORM_RAW, 0};
    return value;
}

/**
 * Fill column `column` of the block's values, for the records that are written.
 * @return UINT32_MAX, or the first record of the block (from 0) whose value is refused: worker->refusal says why
 */
uint32_t pare_worker_make_column(pare_worker *worker, size_t column);
/** The same for a column of PARE_PATH_TOKEN, where no value ends the run: worker_token.c. */
void pare_worker_make_tokens(pare_worker *worker, size_t column);

/** What the first byte of a raw value says of formulas, a quote left out: flags of PARE_FORMULA_*. */
static inline unsigned pare_worker_glance(const unsigned char *at, size_t len)
{
    static const unsigned char nothing[2] = {0, 0};
    at = len > 0 ? at : nothing;
    return pare_formula_first[at[*at == '"']]; /* a quoted value has two bytes at least */
}

/**
 * Look for formulas in a column that was made up to record `until` (UINT32_MAX: to the end): worker_formula.c.
 * `glanced`: what pare_worker_glance() said of all its values; 0 where nobody looked.
 * @return the first record that is refused, at most `until`
 */
uint32_t pare_worker_guard_formulas(pare_worker *worker, size_t column, uint32_t until, unsigned glanced);

/** A value that is refused. */
typedef struct pare_refusal {
    uint32_t row; /* of the block; UINT32_MAX: none is */
    size_t column;
    pare_fault fault;
    uint32_t found; /* pare_scan_work.found, with PARE_FAULT_DETECTED */
} pare_refusal;

/** Whether it ends the run, whatever is tolerated. */
bool pare_worker_must_end(const pare_worker *worker, const pare_refusal *refusal);
/** Say so. @return PARE_E_DATA, PARE_E_GATE */
pare_status pare_worker_say(const pare_worker *worker, const pare_refusal *refusal, pare_error *err);
/** Add the place to what is wrong with row `row` of the rows at work. Returns `status`. */
pare_status pare_worker_at_row(const pare_rows *rows, uint32_t row, pare_error *err, pare_status status);

/** Take record `row` of the block out of those written, unless it never was among them, and count it as quarantined. */
void pare_worker_refuse(pare_worker *worker, uint32_t row, pare_fault fault);
/** Keep the columns' counts, to return to. */
void pare_worker_keep_counts(pare_worker *worker);
/**
 * A value was refused: back to the kept counts, and make the block again, record by record, without those it is in.
 * @return PARE_OK, or what ends the run
 */
PARE_NODISCARD pare_status pare_worker_make_each(pare_worker *worker, pare_error *err);

#endif
