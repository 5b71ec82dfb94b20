/*
 * Records that are left out while the run goes on.
 *
 * What columns counted for a record must not stay when one of its values turns out to be refused: counts are kept from
 * before the block, and after a refusal the block's records are made one by one, each of which counts as a whole or not
 * at all. So a record can't be half released, and a block costs at most twice, whatever the data.
 */
#include "rules/base/try.h"
#include "rules/plan/worker_column.h"

#include <string.h>

pare_status pare_worker_tolerate(pare_worker *worker, pare_error *err)
{
    PARE_TRY(worker->kept != NULL ? PARE_OK : pare_tally_new(worker->plan, &worker->kept, err));
    worker->tolerates = true;
    return PARE_OK;
}

static void count_refused(pare_worker *worker, pare_fault fault)
{
    worker->tally->counts.quarantined++;
    worker->tally->quarantined[fault]++;
}

void pare_worker_refused(pare_worker *worker, pare_fault fault)
{
    worker->tally->counts.read++;
    count_refused(worker, fault);
}

void pare_worker_refuse(pare_worker *worker, uint32_t row, pare_fault fault)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < worker->n_written; i++) {
        if (worker->written[i] != row) {
            worker->written[n++] = worker->written[i];
        }
    }
    if (n < worker->n_written) { /* the gate had let it through */
        worker->tally->counts.written--;
        for (uint64_t bits = worker->allowed[row]; bits != 0; bits &= bits - 1) {
            worker->tally->purposes[__builtin_ctzll(bits)]--;
        }
    }
    worker->n_written = n;
    worker->allowed[row] = 0;
    worker->verdicts[row] = PARE_QUARANTINE;
    worker->faults[row] = (uint8_t)fault;
    count_refused(worker, fault);
}

static void copy_counts(const pare_plan *plan, pare_tally *to, const pare_tally *from)
{
    memcpy(to->columns, from->columns, plan->n_columns * sizeof *to->columns);
    memcpy(to->hits, from->hits, plan->n_hits * sizeof *to->hits);
}

void pare_worker_keep_counts(pare_worker *worker)
{
    copy_counts(worker->plan, worker->kept, worker->tally);
}

/** All columns of the one record that is to be written. */
static bool make_record(pare_worker *worker)
{
    for (size_t c = 0; c < worker->plan->n_columns; c++) {
        if (pare_worker_make_column(worker, c) != UINT32_MAX) {
            return false;
        }
    }
    return true;
}

void pare_worker_make_each(pare_worker *worker)
{
    uint8_t all[PARE_BLOCK_RECORDS], refused[PARE_BLOCK_RECORDS];
    const uint32_t n = worker->n_written;
    uint32_t n_refused = 0;
    memcpy(all, worker->written, sizeof all);
    copy_counts(worker->plan, worker->tally, worker->kept);
    pare_buf_reset(&worker->text);
    worker->one_by_one = true;
    for (uint32_t i = 0; i < n; i++) {
        size_t mark = worker->text.len;
        worker->written[0] = all[i];
        worker->n_written = 1;
        if (make_record(worker)) {
            copy_counts(worker->plan, worker->kept, worker->tally);
            continue;
        }
        worker->text.len = mark;
        copy_counts(worker->plan, worker->tally, worker->kept);
        refused[n_refused++] = all[i];
    }
    worker->one_by_one = false;
    memcpy(worker->written, all, sizeof all);
    worker->n_written = n;
    for (uint32_t i = 0; i < n_refused; i++) {
        pare_worker_refuse(worker, refused[i], PARE_FAULT_VALUE);
    }
}
