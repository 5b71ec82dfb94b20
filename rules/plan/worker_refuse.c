/*
 * Records that are left out while the run goes on.
 *
 * What columns counted for a record must not stay when one of its values turns out to be refused: counts are kept from
 * before the block, and after a refusal the block's records are made one by one, each of which counts as a whole or not
 * at all. So a record can't be half released, and a block costs at most twice, whatever the data.
 */
#include "rules/base/span.h"
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

pare_status pare_worker_at_row(const pare_rows *rows, uint32_t row, pare_error *err, pare_status status)
{
    err->record = (uint64_t)row + 1;
    err->byte = rows->starts[row];
    err->has_byte = true;
    return status;
}

bool pare_worker_must_end(const pare_worker *worker, const pare_refusal *refusal)
{
    return refusal->fault == PARE_FAULT_DETECTED && worker->plan->policy->scan.action == PARE_SCAN_FAIL;
}

static pare_status say_detected(const pare_worker *worker, const pare_refusal *refusal, const char *column,
                                pare_error *err)
{
    const pare_scan *scan = &worker->plan->policy->scan;
    const bool fails = scan->action == PARE_SCAN_FAIL;
    const pare_status status = fails ? PARE_E_GATE : PARE_E_DATA;
    const char *action = fails ? "fail" : "quarantine";
    if (refusal->found >= scan->n) {
        return pare_fail(
            err, status,
            "`scan_released` can't tell what a value of column `%s` holds, and the policy says `on_hit: %s`", column,
            action);
    }
    return pare_fail(err, status,
                     "`scan_released` finds `%s` in a value of column `%s`, and the policy says `on_hit: %s`",
                     scan->names[refusal->found], column, action);
}

pare_status pare_worker_say(const pare_worker *worker, const pare_refusal *refusal, pare_error *err)
{
    char name[100];
    (void)pare_escape(name, sizeof name, pare_span_of(worker->plan->columns[refusal->column].source_name));
    pare_status status = PARE_E_DATA;
    if (refusal->fault == PARE_FAULT_DETECTED) {
        status = say_detected(worker, refusal, name, err);
    } else if (refusal->fault == PARE_FAULT_FORMULA) {
        status =
            pare_fail(err, PARE_E_DATA,
                      "a value of column `%s` begins as a formula does, and the policy says `formulas: refuse`", name);
    } else {
        status = pare_fail(err, PARE_E_DATA,
                           "a value of column `%s` is one that the policy refuses (`otherwise: fail`)", name);
    }
    return pare_worker_at_row(worker->rows, worker->first + refusal->row, err, status);
}

/** All columns of the one record that is to be written. False: it is refused. */
static bool make_record(pare_worker *worker, pare_refusal *refusal)
{
    for (size_t c = 0; c < worker->plan->n_columns; c++) {
        uint32_t row = pare_worker_make_column(worker, c);
        if (row != UINT32_MAX) {
            *refusal = (pare_refusal){row, c, worker->refusal, worker->scan.found};
            return false;
        }
    }
    return true;
}

pare_status pare_worker_make_each(pare_worker *worker, pare_error *err)
{
    uint8_t all[PARE_BLOCK_RECORDS];
    pare_refusal refused[PARE_BLOCK_RECORDS];
    const uint32_t n = worker->n_written;
    uint32_t n_refused = 0;
    memcpy(all, worker->written, sizeof all);
    copy_counts(worker->plan, worker->tally, worker->kept);
    pare_scan_rewind(&worker->scan, worker->tally, 0);
    pare_buf_reset(&worker->text);
    worker->one_by_one = true;
    for (uint32_t i = 0; i < n; i++) {
        const size_t mark = worker->text.len, scan_mark = pare_scan_mark(&worker->scan);
        worker->written[0] = all[i];
        worker->n_written = 1;
        if (make_record(worker, &refused[n_refused])) {
            copy_counts(worker->plan, worker->kept, worker->tally);
            continue;
        }
        if (pare_worker_must_end(worker, &refused[n_refused])) {
            return pare_worker_say(worker, &refused[n_refused], err);
        }
        if (refused[n_refused].fault != PARE_FAULT_DETECTED) { /* why a record is left out is told; the rest is not */
            pare_scan_rewind(&worker->scan, worker->tally, scan_mark);
        }
        worker->text.len = mark;
        copy_counts(worker->plan, worker->tally, worker->kept);
        n_refused++;
    }
    worker->one_by_one = false;
    memcpy(worker->written, all, sizeof all);
    worker->n_written = n;
    for (uint32_t i = 0; i < n_refused; i++) {
        pare_worker_refuse(worker, refused[i].row, refused[i].fault);
    }
    return PARE_OK;
}
