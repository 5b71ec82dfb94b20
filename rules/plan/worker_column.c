/*
 * One column of a block: for each record the rule that applies, then its steps, left to right.
 *
 * A step that withholds has emitted nothing: `text` is rewound to where the value began. A value that no step changed
 * leaves as it stood in the input.
 */
#include "rules/plan/worker_column.h"
#include "rules/base/raw.h"

/** A column while it is made. */
typedef struct making {
    pare_worker *worker;
    const pare_bound_column *column;
    pare_column_counts *counts;
    pare_record record;
    uint32_t row;     /* in the block */
    unsigned glanced; /* for pare_worker_guard_formulas() */
} making;

/** This column's values of the block. */
static pare_value *values_of(const making *m)
{
    return m->worker->values + (size_t)(m->column - m->worker->plan->columns) * PARE_BLOCK_RECORDS;
}

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
        worker->scratch.column_says = bound->says[s];
        outcome = step->type->apply(step, &worker->scratch, &m->record, value, out);
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
        worker->scan.own |= (step->traits & PARE_TRAIT_WRITES_OWN) != 0; /* asked by scanned columns only */
        value = pare_buf_since(out, mark);
        free_buffer = 1 - free_buffer;
    }
    return outcome;
}

/** scan_released: look once more at what is about to leave, if it is; the steps were listened to. */
static pare_scan_verdict look_again(making *m, pare_outcome outcome, pare_span text, size_t mark)
{
    pare_worker *worker = m->worker;
    if (outcome != PARE_SAME && outcome != PARE_RELEASE) {
        pare_scan_end(&worker->scan, &worker->scratch);
        return PARE_SCAN_CLEARS;
    }
    return pare_scan_judge(&worker->scan, &worker->scratch, m->column, &worker->plan->policy->scan,
                           outcome == PARE_SAME ? text : pare_buf_since(&worker->text, mark), worker->tally);
}

/** @return false: the value ends the run */
static bool make_value(making *m, pare_value *value)
{
    pare_worker *worker = m->worker;
    pare_span raw = pare_record_raw(&m->record, m->column->source);
    *value = (pare_value){0, 0, PARE_FORM_EMPTY, 0};
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
    bool null = pare_worker_is_null(worker, text);
    size_t mark = worker->text.len;
    const bool scans = m->column->scan != NULL && !null;
    if (scans) {
        pare_scan_begin(&worker->scan, &worker->scratch);
    }
    pare_outcome outcome = null ? PARE_SAME : run_steps(m, bound, text);
    switch (scans ? look_again(m, outcome, text, mark) : PARE_SCAN_CLEARS) {
    case PARE_SCAN_CLEARS:
        break;
    case PARE_SCAN_REFUSES:
        worker->refusal = PARE_FAULT_DETECTED;
        return false;
    case PARE_SCAN_HOLDS:
        worker->text.len = mark;
        m->counts->detected++;
        return true;
    }
    switch (outcome) {
    case PARE_SAME:
        *value = pare_worker_as_read(worker, raw);
        *(null ? &m->counts->null_values : &m->counts->released) += 1;
        return true;
    case PARE_RELEASE:
        *value = (pare_value){(uint32_t)mark, (uint32_t)(worker->text.len - mark), PARE_FORM_TEXT, 0};
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

/**
 * PARE_PATH_STEP: what make_value() does for a rule of one step without `when`, with everything that is the same for
 * all records looked up once.
 * @return UINT32_MAX, or the record whose value ends the run
 */
static uint32_t step_column(making *m)
{
    pare_worker *worker = m->worker;
    const pare_rule *rule = m->column->rules[0].rule;
    const pare_step *step = &rule->steps[0];
    pare_value *const values = values_of(m);
    pare_buf *text = &worker->text;
    const uint16_t flags = (uint16_t)m->column->plain_flags;
    uint64_t n[PARE_FAIL_RUN + 1] = {0}, nulls = 0;
    worker->scratch.hit_counts = worker->tally->hits + m->column->rules[0].hits_at[0];
    worker->scratch.column_says = m->column->rules[0].says[0];
    for (uint32_t i = 0; i < worker->n_written; i++) {
        const uint32_t row = worker->written[i];
        pare_value *value = &values[row];
        *value = (pare_value){0, 0, PARE_FORM_EMPTY, 0};
        m->record = pare_rows_get(worker->rows, worker->first + row);
        pare_span raw = pare_record_raw(&m->record, m->column->source);
        pare_span input = pare_raw_text(raw, &worker->spare);
        if ((worker->allowed[row] & rule->purposes) == 0 || worker->spare.status != PARE_OK) {
            pare_buf_reset(&worker->spare);
            n[PARE_WITHHOLD]++;
            continue;
        }
        const bool null = pare_worker_is_null(worker, input);
        const size_t mark = text->len;
        pare_outcome outcome = null ? PARE_SAME : step->type->apply(step, &worker->scratch, &m->record, input, text);
        outcome = text->status == PARE_OK ? outcome : PARE_WITHHOLD;
        nulls += null;
        n[outcome]++;
        if (outcome == PARE_RELEASE) {
            *value = (pare_value){(uint32_t)mark, (uint32_t)(text->len - mark), PARE_FORM_TEXT, flags};
            continue;
        }
        text->len = mark;
        if (outcome == PARE_SAME) {
            *value = pare_worker_as_read(worker, raw);
        } else if (outcome == PARE_FAIL_RUN) {
            return row;
        }
    }
    m->counts->suppressed += n[PARE_WITHHOLD];
    m->counts->unreadable += n[PARE_UNREADABLE];
    m->counts->null_values += nulls;
    m->counts->released += n[PARE_SAME] + n[PARE_RELEASE] - nulls;
    return UINT32_MAX;
}

/** Whether a raw value of a kept column is null. */
static inline bool is_null_raw(pare_worker *worker, const unsigned char *at, uint32_t len)
{
    if (worker->plan->null_is_empty) {
        return len == 0 || (len == 2 && at[0] == '"');
    }
    return pare_is_null(worker->plan->policy, pare_raw_text((pare_span){at, len}, &worker->spare));
}

/** A kept column that some record may not release: value by value. */
static void keep_some(making *m)
{
    pare_worker *worker = m->worker;
    const uint64_t purposes = m->column->rules[0].rule->purposes;
    pare_value *const values = values_of(m);
    for (uint32_t i = 0; i < worker->n_written; i++) {
        const uint32_t row = worker->written[i];
        pare_record record = pare_rows_get(worker->rows, worker->first + row);
        pare_span raw = pare_record_raw(&record, m->column->source);
        if ((worker->allowed[row] & purposes) == 0) {
            values[row] = (pare_value){0, 0, PARE_FORM_EMPTY, 0};
            m->counts->suppressed++;
            continue;
        }
        values[row] = pare_worker_as_read(worker, raw);
        const bool null = is_null_raw(worker, raw.ptr, (uint32_t)raw.len);
        *(null ? &m->counts->null_values : &m->counts->released) += 1;
    }
}

/**
 * PARE_PATH_KEEP: where every record releases the column, nothing is written down but counts (pare_block.runs). What
 * the loop reads is in locals: no store can change it.
 */
static void keep_column(making *m)
{
    pare_worker *worker = m->worker;
    if (worker->one_by_one || (worker->allowed_by_all & m->column->rules[0].rule->purposes) == 0) {
        keep_some(m);
        return;
    }
    const pare_rows *rows = worker->rows;
    const unsigned char *const base = rows->base;
    const uint32_t *const starts = rows->starts + worker->first;
    const uint32_t *const ends = rows->ends + (size_t)worker->first * rows->n_fields + m->column->source;
    const size_t width = rows->n_fields;
    const uint32_t n = worker->n_written;
    const bool is_first = m->column->source == 0;
    uint32_t nulls = 0;
    unsigned glanced = 0;
    for (uint32_t i = 0; i < n; i++) {
        const size_t row = worker->written[i];
        const uint32_t *end = ends + row * width;
        const uint32_t from = is_first ? starts[row] : end[-1] + 1;
        nulls += is_null_raw(worker, base + from, *end - from);
        glanced |= *end > from ? pare_formula_first[base[from]] : 0;
    }
    for (uint32_t i = 0; i < n && (glanced & PARE_FORMULA_IN_QUOTES) != 0; i++) { /* what do they begin with? */
        const size_t row = worker->written[i];
        const uint32_t *end = ends + row * width;
        const uint32_t from = is_first ? starts[row] : end[-1] + 1;
        glanced |= pare_worker_glance(base + from, *end - from);
    }
    m->glanced = glanced;
    worker->runs[m->column - worker->plan->columns] = 1;
    m->counts->null_values += nulls;
    m->counts->released += n - nulls;
}

/** @return UINT32_MAX, or the record whose value ends the run */
static uint32_t make_column(making *m, size_t column)
{
    pare_worker *worker = m->worker;
    switch (m->column->path) {
    case PARE_PATH_KEEP:
        keep_column(m);
        return UINT32_MAX;
    case PARE_PATH_TOKEN:
        pare_worker_make_tokens(worker, column);
        return UINT32_MAX;
    case PARE_PATH_STEP:
        return step_column(m);
    case PARE_PATH_ANY:
        break;
    }
    for (uint32_t i = 0; i < worker->n_written; i++) {
        m->row = worker->written[i];
        m->record = pare_rows_get(worker->rows, worker->first + m->row);
        if (!make_value(m, values_of(m) + m->row)) {
            return m->row;
        }
    }
    return UINT32_MAX;
}

uint32_t pare_worker_make_column(pare_worker *worker, size_t column)
{
    making m = {.worker = worker, .column = &worker->plan->columns[column], .counts = &worker->tally->columns[column]};
    worker->runs[column] = 0;
    worker->refusal = PARE_FAULT_VALUE; /* unless something else says otherwise */
    uint32_t row = make_column(&m, column);
    return m.column->may_be_formula ? pare_worker_guard_formulas(worker, column, row, m.glanced) : row;
}
