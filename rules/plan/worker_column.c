/*
 * One column of a block: for each record the rule that applies, then its steps, left to right.
 *
 * A step that withholds has emitted nothing: `text` is rewound to where the value began. A value that no step changed
 * leaves as it stood in the input.
 */
#include "rules/plan/worker_column.h"
#include "rules/base/raw.h"
#include "rules/plan/gate.h"

/** A column while it is made. */
typedef struct making {
    pare_worker *worker;
    const pare_bound_column *column;
    pare_column_counts *counts;
    pare_record record;
    uint32_t row; /* in the block */
} making;

/** The rule for this record, or NULL: no purpose of any is allowed, or no `when` holds. */
static const pare_bound_rule *choose_rule(making *m)
{
    uint64_t allowed = m->worker->allowed[m->row];
    for (size_t i = 0; i < m->column->n_rules; i++) {
        const pare_rule *rule = m->column->rules[i].rule;
        if (rule->when != NULL) {
            pare_gate gate = {m->worker->plan, &m->record, &m->worker->gate_spare, m->worker->scratch.regex};
            pare_match holds = pare_gate_test(&gate, rule->when);
            if (holds == PARE_UNSURE) {
                return NULL; /* which rule is meant can't be told, so none is */
            }
            if (holds == PARE_MISS) {
                continue;
            }
        }
        return (rule->purposes & allowed) != 0 ? &m->column->rules[i] : NULL;
    }
    return NULL;
}

/** Run a chain on `value`. What it makes is appended to worker->text. */
static pare_outcome run_steps(making *m, const pare_bound_rule *bound, pare_span value)
{
    pare_worker *worker = m->worker;
    const pare_rule *rule = bound->rule;
    pare_outcome outcome = PARE_SAME;
    bool changed = false;
    size_t free_buffer = 0; /* of `chain`: the one that does not hold `value` */
    for (size_t s = 0; s < rule->n_steps; s++) {
        const pare_step *step = &rule->steps[s];
        bool last = s + 1 == rule->n_steps;
        pare_buf *out = last ? &worker->text : &worker->chain[free_buffer];
        if (!last) {
            pare_buf_reset(out);
        }
        size_t mark = out->len;
        worker->scratch.hit_counts = worker->tally->hits + bound->hits_at[s];
        outcome = step->type->apply == NULL ? PARE_SAME
                                            : step->type->apply(step, &worker->scratch, &m->record, value, out);
        if (out->status != PARE_OK) {
            out->len = mark;
            return PARE_WITHHOLD;
        }
        if (outcome == PARE_SAME) {
            out->len = mark;
            if (last && changed) { /* the value as an earlier step left it */
                pare_buf_append_span(out, value);
                outcome = PARE_RELEASE;
            }
            continue;
        }
        if (outcome != PARE_RELEASE) {
            out->len = mark;
            return outcome;
        }
        changed = true;
        value = pare_buf_since(out, mark);
        free_buffer = 1 - free_buffer;
    }
    return outcome;
}

/** @return false: the value ends the run */
static bool make_value(making *m, pare_value *value)
{
    pare_worker *worker = m->worker;
    pare_span raw = pare_record_raw(&m->record, m->column->source);
    *value = (pare_value){NULL, 0, 0, PARE_FORM_EMPTY, 0};
    const pare_bound_rule *bound = choose_rule(m);
    if (bound == NULL) {
        m->counts->suppressed++;
        return true;
    }
    pare_span text = pare_raw_text(raw, &worker->spare);
    if (worker->spare.status != PARE_OK) {
        pare_buf_reset(&worker->spare);
        m->counts->suppressed++;
        return true;
    }
    bool is_null = pare_is_null(worker->plan->policy, text);
    size_t mark = worker->text.len;
    pare_outcome outcome = is_null ? PARE_SAME : run_steps(m, bound, text);
    switch (outcome) {
    case PARE_SAME:
        *value = (pare_value){raw.ptr, 0, (uint32_t)raw.len, PARE_FORM_RAW, 0};
        *(is_null ? &m->counts->null_values : &m->counts->released) += 1;
        return true;
    case PARE_RELEASE:
        *value = (pare_value){NULL, (uint32_t)mark, (uint32_t)(worker->text.len - mark), PARE_FORM_TEXT, 0};
        m->counts->released++;
        return true;
    case PARE_UNREADABLE:
        worker->text.len = mark;
        m->counts->unreadable++;
        return true;
    case PARE_FAIL_RUN:
        return false;
    case PARE_WITHHOLD:
        break;
    }
    worker->text.len = mark;
    m->counts->suppressed++;
    return true;
}

uint32_t pare_worker_make_column(pare_worker *worker, size_t column)
{
    making m = {.worker = worker,
                .column = &worker->plan->columns[column],
                .counts = &worker->tally->columns[column]};
    for (uint32_t i = 0; i < worker->n_written; i++) {
        m.row = worker->written[i];
        m.record = pare_rows_get(worker->rows, worker->first + m.row);
        if (!make_value(&m, &worker->values[(size_t)m.row * worker->plan->n_columns + column])) {
            return m.row;
        }
    }
    return UINT32_MAX;
}
