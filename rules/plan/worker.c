/*
 * A worker: applies the plan to up to 64 records at a time.
 *
 *   gate      record by record: retention, purposes -> verdicts, allowed purposes
 *   breaks    a line break where none is expected refuses the record
 *   columns   column by column over the block: the rule that applies, its steps, the value
 *
 * Column by column, because each column's code and tables then stay in the processor's nearest caches, and because
 * tokens can be computed many at a time. Values that pass unchanged are pointers into the input; made ones lie in
 * `text`. Everything here is one thread's; nothing is allocated but where a buffer follows the size of the records.
 */
#include "rules/base/raw.h"
#include "rules/base/try.h"
#include "rules/plan/gate.h"
#include "rules/plan/tally.h"
#include "rules/plan/worker_column.h"

#include <stdlib.h>

static const size_t TEXT_CEILING = UINT32_MAX; /* values carry 32-bit offsets */
static const size_t VALUE_CEILING = 64u << 20; /* one value at work: steps may grow it, not without end */

void pare_worker_free(pare_worker *worker)
{
    if (worker != NULL) {
        pare_tally_free(worker->tally);
        pare_tally_free(worker->kept);
        pare_plan_close_ciphers(worker->plan, &worker->scratch);
        pare_regex_scratch_free(worker->scratch.regex);
        pare_sha256_free(worker->gate_hash);
        pare_buf_clear(&worker->gate_normal);
        free(worker->found);
        free(worker->scratch.hits);
        for (size_t i = 0; i < 2; i++) {
            pare_buf_clear(&worker->scratch.temporary[i]);
            pare_buf_clear(&worker->chain[i]);
        }
        pare_buf_clear(&worker->scratch.read_text);
        pare_shadow_space_clear(&worker->scratch.shadow);
        pare_scan_clear(&worker->scan);
        pare_buf_clear(&worker->text);
        pare_buf_clear(&worker->spare);
        pare_buf_clear(&worker->gate_spare);
        pare_buf_clear(&worker->messages);
        pare_lanes_free(worker->lanes);
        free(worker->values);
        free(worker->runs);
        free(worker);
    }
}

pare_status pare_worker_new(const pare_plan *plan, pare_worker **worker, pare_error *err)
{
    pare_worker *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    made->plan = plan;
    pare_buf_init(&made->text, TEXT_CEILING);
    pare_buf_init(&made->spare, VALUE_CEILING);
    pare_buf_init(&made->gate_spare, VALUE_CEILING);
    pare_buf_init(&made->gate_normal, VALUE_CEILING);
    pare_buf_init(&made->messages, TEXT_CEILING);
    pare_buf_init(&made->scratch.read_text, VALUE_CEILING);
    pare_shadow_space_init(&made->scratch.shadow, VALUE_CEILING);
    pare_scan_init(&made->scan, VALUE_CEILING);
    for (size_t i = 0; i < 2; i++) {
        pare_buf_init(&made->chain[i], VALUE_CEILING);
        pare_buf_init(&made->scratch.temporary[i], VALUE_CEILING);
    }
    made->scratch.keys = plan->keys;
    made->scratch.as_of = plan->as_of;
    made->scratch.read_columns = plan->read_columns;
    made->scratch.nulls = &plan->policy->nulls;
    made->scratch.hits = calloc(PARE_MAX_HITS, sizeof *made->scratch.hits);
    made->found = calloc(PARE_BLOCK_RECORDS * (pare_gate_n_rolls(plan->policy) + 1), sizeof *made->found);
    made->values = calloc(PARE_BLOCK_RECORDS * (plan->n_columns + 1), sizeof *made->values);
    made->runs = calloc(plan->n_columns + 1, sizeof *made->runs);
    pare_status status = pare_tally_new(plan, &made->tally, err);
    if (status == PARE_OK) {
        status = pare_regex_scratch_new(&made->scratch.regex, err);
    }
    if (status == PARE_OK) {
        status = pare_plan_open_ciphers(plan, &made->scratch, err);
    }
    for (size_t i = 0; i < plan->policy->n_opt_outs && status == PARE_OK; i++) {
        if (plan->policy->opt_outs[i].roll.digests && made->gate_hash == NULL) {
            status = pare_sha256_new(&made->gate_hash, err);
        }
    }
    if (status == PARE_OK &&
        (made->scratch.hits == NULL || made->values == NULL || made->runs == NULL || made->found == NULL)) {
        status = pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    if (status != PARE_OK) {
        pare_worker_free(made);
        return status;
    }
    *worker = made;
    return PARE_OK;
}

const pare_tally *pare_worker_tally(const pare_worker *worker)
{
    return worker->tally;
}

/** Every record may be used for everything. */
static void open_gate(pare_worker *worker)
{
    size_t n_purposes = worker->plan->policy->n_purposes;
    uint64_t all = n_purposes == 64 ? UINT64_MAX : (UINT64_C(1) << n_purposes) - 1;
    for (uint32_t i = 0; i < worker->n; i++) {
        worker->verdicts[i] = PARE_WRITE;
        worker->allowed[i] = all;
        worker->written[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < n_purposes; i++) {
        worker->tally->purposes[i] += worker->n;
    }
    worker->n_written = worker->n;
    worker->allowed_by_all = all;
    worker->tally->counts.read += worker->n;
    worker->tally->counts.written += worker->n;
}

/** Count a record and what becomes of it. False: it ends the run. */
static bool count_verdict(pare_worker *worker, uint32_t i, pare_verdict verdict)
{
    pare_counts *counts = &worker->tally->counts;
    switch (verdict) {
    case PARE_WRITE:
        worker->written[worker->n_written++] = (uint8_t)i;
        worker->allowed_by_all &= worker->allowed[i];
        break;
    case PARE_DROP_RETENTION:
        counts->dropped_retention++;
        break;
    case PARE_DROP_NO_DATE:
        counts->dropped_no_date++;
        break;
    case PARE_DROP_NO_PURPOSE:
        counts->dropped_no_purpose++;
        break;
    case PARE_DROP_OPTED_OUT:
        counts->dropped_opted_out++;
        break;
    case PARE_QUARANTINE:
        if (!worker->tolerates) {
            return false;
        }
        pare_worker_refuse(worker, i, PARE_FAULT_DATE);
        break;
    }
    for (uint64_t bits = worker->allowed[i]; bits != 0; bits &= bits - 1) {
        worker->tally->purposes[__builtin_ctzll(bits)]++;
    }
    return true;
}

static void count_matches(pare_worker *worker, size_t n_rolls)
{
    const pare_roll_finding *found = worker->found;
    for (uint32_t i = 0; i < worker->n; i++, found += n_rolls) {
        for (size_t r = 0; r < n_rolls; r++) {
            worker->tally->matches[r] += found[r].answer == PARE_ROLL_LISTED;
        }
    }
}

/** Verdicts and allowed purposes of the block. Stops at the first record whose date must be readable and isn't. */
static pare_status pass_gate(pare_worker *worker, pare_error *err)
{
    const pare_plan *plan = worker->plan;
    if (plan->gate_is_open) {
        open_gate(worker);
        return PARE_OK;
    }
    const size_t n_rolls = pare_gate_n_rolls(plan->policy);
    if (n_rolls > 0) {
        const pare_roll_scratch scratch = {&worker->scratch, &worker->gate_normal, worker->gate_hash};
        pare_gate_look_up(plan, worker->rows, worker->first, worker->n, &scratch, &worker->gate_spare, worker->found);
        count_matches(worker, n_rolls);
    }
    const pare_gate_block block = {plan,      worker->rows,        worker->first,
                                   worker->n, &worker->gate_spare, worker->scratch.regex};
    pare_gate_purposes(&block, worker->allowed);
    const bool plain = pare_gate_is_plain(plan->policy);
    worker->n_written = 0;
    worker->allowed_by_all = UINT64_MAX;
    for (uint32_t i = 0; i < worker->n; i++) {
        pare_verdict verdict = worker->allowed[i] != 0 ? PARE_WRITE : PARE_DROP_NO_PURPOSE;
        if (!plain) {
            pare_record record = pare_rows_get(worker->rows, worker->first + i);
            pare_gate gate = {plan, &record, &worker->gate_spare, worker->scratch.regex};
            verdict = pare_gate_decide(&gate, worker->found + i * n_rolls, &worker->allowed[i]);
        }
        worker->verdicts[i] = (uint8_t)verdict;
        if (!count_verdict(worker, i, verdict)) {
            return pare_worker_at_row(worker->rows, worker->first + i, err,
                                      pare_fail(err, PARE_E_DATA, "a date that retention needs cannot be read"));
        }
    }
    worker->tally->counts.read += worker->n;
    worker->tally->counts.written += worker->n_written;
    return PARE_OK;
}

/** The column that expects no line break and has one at `place`; NULL: there is none. */
static const pare_bound_column *broken_column(const pare_plan *plan, const pare_record *record, uint32_t place)
{
    for (size_t c = 0; c < plan->n_columns; c++) {
        const pare_bound_column *column = &plan->columns[c];
        pare_span raw = pare_record_raw(record, column->source);
        uint32_t from = (uint32_t)(raw.ptr - record->base);
        if (!column->multiline && place >= from && place < from + raw.len) {
            return column;
        }
    }
    return NULL;
}

/**
 * A line break inside a value whose column does not expect one: most likely a stray quote has swallowed the records
 * that follow, and what they hold must not leave in this column.
 */
static pare_status guard_breaks(pare_worker *worker, pare_error *err)
{
    const pare_rows *rows = worker->rows;
    uint32_t at = worker->next_break;
    for (uint32_t i = 0; i < worker->n_written;) {
        const uint32_t row = worker->written[i];
        pare_record record = pare_rows_get(rows, worker->first + row);
        uint32_t end = record.ends[record.n_fields - 1];
        const pare_bound_column *broken = NULL;
        /* also those before it, of records that are not written: they are in no column of this one */
        for (; at < rows->n_breaks && rows->breaks[at] < end && broken == NULL; at++) {
            broken = broken_column(worker->plan, &record, rows->breaks[at]);
        }
        if (broken != NULL && !worker->tolerates) {
            char name[100];
            worker->n_written = i;
            (void)pare_escape(name, sizeof name, pare_span_of(broken->source_name));
            return pare_worker_at_row(
                rows, worker->first + row, err,
                pare_fail(err, PARE_E_DATA, "a line break inside column `%s`, which is not `multiline: true`", name));
        }
        if (broken != NULL) {
            pare_worker_refuse(worker, row, PARE_FAULT_LINE_BREAK); /* the next one takes place `i` */
        } else {
            i++;
        }
    }
    worker->next_break = at;
    return PARE_OK;
}

/** Whether anything at work on this block or an earlier one was refused memory: buffers remember it. */
static bool out_of_memory(const pare_worker *worker)
{
    const pare_buf *buffers[] = {&worker->text,
                                 &worker->spare,
                                 &worker->gate_spare,
                                 &worker->gate_normal,
                                 &worker->messages,
                                 &worker->scratch.read_text,
                                 &worker->scan.written,
                                 &worker->scan.left,
                                 &worker->scan.log,
                                 &worker->chain[0],
                                 &worker->chain[1],
                                 &worker->scratch.temporary[0],
                                 &worker->scratch.temporary[1],
                                 &worker->scratch.shadow.texts[0],
                                 &worker->scratch.shadow.texts[1],
                                 &worker->scratch.shadow.edits};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
        if (buffers[i]->status == PARE_E_NOMEM) {
            return true;
        }
    }
    return worker->text.status != PARE_OK;
}

/** Columns that pass unchanged and stand beside each other in the input as in the output become runs. */
static void join_runs(pare_worker *worker)
{
    const uint32_t *sources = worker->plan->sources;
    for (size_t c = worker->plan->n_columns - 1; c-- > 0;) {
        if (worker->runs[c] > 0 && sources[c + 1] == sources[c] + 1) {
            worker->runs[c] += worker->runs[c + 1];
        }
    }
}

static pare_status make_columns(pare_worker *worker, pare_error *err)
{
    pare_refusal first = {.row = UINT32_MAX};
    pare_buf_reset(&worker->text);
    pare_buf_reset(&worker->scan.log);
    if (worker->tolerates) {
        pare_worker_keep_counts(worker);
    }
    for (size_t c = 0; c < worker->plan->n_columns; c++) {
        uint32_t row = pare_worker_make_column(worker, c);
        if (row < first.row) {
            first = (pare_refusal){row, c, worker->refusal, worker->scan.found};
        }
    }
    if (first.row != UINT32_MAX && worker->tolerates && !out_of_memory(worker)) {
        PARE_TRY(pare_worker_make_each(worker, err));
    }
    if (!pare_buf_reserve(&worker->text, PARE_BLOCK_SLACK) || out_of_memory(worker)) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for the values of a block");
    }
    if (first.row != UINT32_MAX && !worker->tolerates) {
        return pare_worker_say(worker, &first, err);
    }
    join_runs(worker);
    return PARE_OK;
}

/** The later pass's failure, where it failed; else what was told before. */
static pare_status first_failure(pare_status then, const pare_error *later, pare_status status, pare_error *err)
{
    if (then != PARE_OK) {
        *err = *later;
        return then;
    }
    return status;
}

/** A pass that fails at a record leaves those before it; a later pass may refuse one of them, which then comes first.
 */
static pare_status run_passes(pare_worker *worker, pare_error *err)
{
    pare_error later;
    pare_status status = pass_gate(worker, err), then = PARE_OK;
    if (worker->rows->n_breaks > 0 && worker->plan->guards_breaks) {
        then = guard_breaks(worker, &later);
        status = first_failure(then, &later, status, err);
    }
    then = make_columns(worker, &later);
    return first_failure(then, &later, status, err);
}

pare_status pare_worker_apply(pare_worker *worker, const pare_rows *rows, uint32_t first, uint32_t n, pare_block *block,
                              pare_error *err)
{
    if (n == 0 || n > PARE_BLOCK_RECORDS || first > rows->n_rows || n > rows->n_rows - first ||
        rows->n_fields != worker->plan->n_input_columns) {
        return pare_fail(err, PARE_E_INTERNAL, "a worker was handed records that are not the plan's");
    }
    pare_error failure;
    worker->rows = rows;
    worker->first = first;
    worker->n = n;
    if (first == 0) {
        worker->next_break = 0;
    }
    pare_status status = run_passes(worker, &failure);
    if (status != PARE_OK) {
        if (err != NULL) {
            *err = failure;
        }
        return status;
    }
    *block = (pare_block){.rows = rows,
                          .text = worker->text.ptr,
                          .values = worker->values,
                          .runs = worker->runs,
                          .sources = worker->plan->sources,
                          .verdicts = worker->verdicts,
                          .faults = worker->faults,
                          .first = first,
                          .n_records = n,
                          .n_columns = (uint32_t)worker->plan->n_columns};
    return PARE_OK;
}
