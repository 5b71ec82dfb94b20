/*
 * One column of a block: for each record the rule that applies, then its steps, left to right.
 *
 * A step that withholds has emitted nothing: `text` is rewound to where the value began. A value that no step changed
 * leaves as it stood in the input.
 */
#include "rules/plan/worker_column.h"
#include "rules/base/raw.h"
#include "rules/plan/gate.h"

/* Making lanes takes about 5 ms, what 100,000 tokens save; a half-empty set of lanes saves nothing. */
enum { LANES_PAY_FROM_TOKENS = 20000, LANES_PAY_FROM_MESSAGES = 8 };

/** A column while it is made. */
typedef struct making {
    pare_worker *worker;
    const pare_bound_column *column;
    pare_column_counts *counts;
    pare_record record;
    uint32_t row; /* in the block */
} making;

static bool is_null(const pare_plan *plan, pare_span text)
{
    return plan->null_is_empty ? text.len == 0 : pare_is_null(plan->policy, text);
}

/** The place of the block's value in this column. */
static pare_value *value_at(making *m, uint32_t row)
{
    pare_worker *worker = m->worker;
    return &worker->values[(size_t)row * worker->plan->n_columns + (size_t)(m->column - worker->plan->columns)];
}

/** The rule for this record, or NULL: no purpose of any is allowed, or no `when` holds. */
static const pare_bound_rule *choose_rule(making *m)
{
    uint64_t allowed = m->worker->allowed[m->row];
    for (size_t i = 0; i < m->column->n_rules; i++) {
        const pare_rule *rule = m->column->rules[i].rule;
        if (rule->when != NULL) {
            pare_gate gate = {m->worker->plan, &m->record, &m->worker->gate_spare, m->worker->scratch.regex, NULL};
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
        outcome =
            step->type->apply == NULL ? PARE_SAME : step->type->apply(step, &worker->scratch, &m->record, value, out);
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
    bool null = is_null(worker->plan, text);
    size_t mark = worker->text.len;
    pare_outcome outcome = null ? PARE_SAME : run_steps(m, bound, text);
    switch (outcome) {
    case PARE_SAME:
        *value = (pare_value){raw.ptr, 0, (uint32_t)raw.len, PARE_FORM_RAW, 0};
        *(null ? &m->counts->null_values : &m->counts->released) += 1;
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
    const size_t n_columns = worker->plan->n_columns;
    pare_value *const values = value_at(m, 0);
    pare_buf *text = &worker->text;
    uint64_t n[PARE_FAIL_RUN + 1] = {0}, nulls = 0;
    worker->scratch.hit_counts = worker->tally->hits + m->column->rules[0].hits_at[0];
    for (uint32_t i = 0; i < worker->n_written; i++) {
        const uint32_t row = worker->written[i];
        pare_value *value = &values[row * n_columns];
        *value = (pare_value){NULL, 0, 0, PARE_FORM_EMPTY, 0};
        m->record = pare_rows_get(worker->rows, worker->first + row);
        pare_span raw = pare_record_raw(&m->record, m->column->source);
        pare_span input = pare_raw_text(raw, &worker->spare);
        if ((worker->allowed[row] & rule->purposes) == 0 || worker->spare.status != PARE_OK) {
            pare_buf_reset(&worker->spare);
            n[PARE_WITHHOLD]++;
            continue;
        }
        const bool null = is_null(worker->plan, input);
        const size_t mark = text->len;
        pare_outcome outcome = null ? PARE_SAME : step->type->apply(step, &worker->scratch, &m->record, input, text);
        outcome = text->status == PARE_OK ? outcome : PARE_WITHHOLD;
        nulls += null;
        n[outcome]++;
        if (outcome == PARE_RELEASE) {
            *value = (pare_value){NULL, (uint32_t)mark, (uint32_t)(text->len - mark), PARE_FORM_TEXT, 0};
            continue;
        }
        text->len = mark;
        if (outcome == PARE_SAME) {
            *value = (pare_value){raw.ptr, 0, (uint32_t)raw.len, PARE_FORM_RAW, 0};
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

/** PARE_PATH_KEEP: pointers into the input, and counts. What the loop reads is in locals: no store can change it. */
static void keep_column(making *m)
{
    pare_worker *worker = m->worker;
    const pare_rows *rows = worker->rows;
    const uint64_t purposes = m->column->rules[0].rule->purposes;
    const unsigned char *const base = rows->base;
    const uint32_t *const starts = rows->starts + worker->first;
    const uint32_t *const ends = rows->ends + (size_t)worker->first * rows->n_fields + m->column->source;
    const size_t width = rows->n_fields, n_columns = worker->plan->n_columns;
    const uint32_t n = worker->n_written;
    const bool is_first = m->column->source == 0, null_is_empty = worker->plan->null_is_empty;
    pare_value *const values = value_at(m, 0);
    uint32_t suppressed = 0, nulls = 0;
    for (uint32_t i = 0; i < n; i++) {
        const size_t row = worker->written[i];
        const uint32_t *end = ends + row * width;
        const uint32_t from = is_first ? starts[row] : end[-1] + 1, len = *end - from;
        if (__builtin_expect((worker->allowed[row] & purposes) == 0, 0)) {
            values[row * n_columns] = (pare_value){NULL, 0, 0, PARE_FORM_EMPTY, 0};
            suppressed++;
            continue;
        }
        values[row * n_columns] = (pare_value){base + from, 0, len, PARE_FORM_RAW, 0};
        if (null_is_empty) {
            nulls += len == 0 || (len == 2 && base[from] == '"');
        } else {
            pare_span raw = {base + from, len};
            nulls += pare_is_null(worker->plan->policy, pare_raw_text(raw, &worker->spare));
        }
    }
    m->counts->suppressed += suppressed;
    m->counts->null_values += nulls;
    m->counts->released += n - suppressed - nulls;
}

/** A value that waits for its token: its message, in the input or in worker->messages. */
typedef struct waiting {
    uint32_t row;
    bool made; /* the message lies in worker->messages, at `offset` */
    size_t offset;
    pare_span message;
} waiting;

/** Sort the block's values: null and withheld ones are settled, the rest wait. @return how many wait */
static size_t collect_messages(making *m, const pare_step *step, waiting *list)
{
    pare_worker *worker = m->worker;
    uint64_t purposes = m->column->rules[0].rule->purposes;
    size_t n = 0;
    pare_buf_reset(&worker->messages);
    for (uint32_t i = 0; i < worker->n_written; i++) {
        uint32_t row = worker->written[i];
        pare_record record = pare_rows_get(worker->rows, worker->first + row);
        pare_span raw = pare_record_raw(&record, m->column->source);
        pare_value *value = value_at(m, row);
        *value = (pare_value){NULL, 0, 0, PARE_FORM_EMPTY, 0};
        size_t mark = worker->messages.len;
        bool unquotes = raw.len > 0 && raw.ptr[0] == '"';
        pare_span text = pare_raw_text(raw, &worker->spare);
        if ((worker->allowed[row] & purposes) == 0 || worker->spare.status != PARE_OK) {
            pare_buf_reset(&worker->spare);
            m->counts->suppressed++;
        } else if (is_null(worker->plan, text)) {
            *value = (pare_value){raw.ptr, 0, (uint32_t)raw.len, PARE_FORM_RAW, 0};
            m->counts->null_values++;
        } else {
            pare_outcome outcome = pare_token_normalize(step, &worker->scratch, text, &worker->messages);
            if (outcome == PARE_SAME && unquotes) { /* `text` may lie in `spare`, which the next value overwrites */
                pare_buf_append_span(&worker->messages, text);
                outcome = PARE_RELEASE;
            }
            if ((outcome != PARE_SAME && outcome != PARE_RELEASE) || worker->messages.status != PARE_OK) {
                worker->messages.len = mark;
                m->counts->suppressed++;
                continue;
            }
            bool made = outcome == PARE_RELEASE;
            list[n++] = (waiting){row, made, mark, made ? pare_span_from(NULL, worker->messages.len - mark) : text};
        }
    }
    return n;
}

/** HMACs of `n` messages: in lanes where there are enough of them to pay for making the lanes. */
static void compute_macs(pare_worker *worker, const pare_hmac_key *key, const pare_span *messages, size_t n,
                         unsigned char (*macs)[PARE_SHA256_BYTES])
{
    bool fits = n >= LANES_PAY_FROM_MESSAGES;
    worker->n_tokens += n;
    if (fits && !worker->tried_lanes && worker->n_tokens >= LANES_PAY_FROM_TOKENS) {
        worker->tried_lanes = true;
        worker->lanes = pare_lanes_new();
    }
    if (fits && worker->lanes != NULL && pare_lanes_hmac(worker->lanes, key, messages, n, macs)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        pare_hmac(key, messages[i], macs[i]);
    }
}

/** PARE_PATH_TOKEN: the same tokens as one by one, computed together. */
static void token_column(making *m)
{
    pare_worker *worker = m->worker;
    const pare_step *step = &m->column->rules[0].rule->steps[0];
    waiting list[PARE_BLOCK_RECORDS];
    pare_span messages[PARE_BLOCK_RECORDS];
    unsigned char macs[PARE_BLOCK_RECORDS][PARE_SHA256_BYTES];
    size_t n = collect_messages(m, step, list);
    for (size_t i = 0; i < n; i++) {
        messages[i] =
            list[i].made ? pare_span_from(worker->messages.ptr + list[i].offset, list[i].message.len) : list[i].message;
    }
    const size_t width = pare_token_width(step);
    if (!pare_buf_reserve(&worker->text, n * width)) {
        return; /* the worker refuses the block: text.status says why */
    }
    compute_macs(worker, &worker->scratch.keys[step->key_slot], messages, n, macs);
    for (size_t i = 0; i < n; i++) {
        pare_token_write(step, macs[i], worker->text.ptr + worker->text.len);
        *value_at(m, list[i].row) =
            (pare_value){NULL, (uint32_t)worker->text.len, (uint32_t)width, PARE_FORM_TEXT, m->column->token_flags};
        worker->text.len += width;
    }
    m->counts->released += n;
}

uint32_t pare_worker_make_column(pare_worker *worker, size_t column)
{
    making m = {.worker = worker, .column = &worker->plan->columns[column], .counts = &worker->tally->columns[column]};
    switch (m.column->path) {
    case PARE_PATH_KEEP:
        keep_column(&m);
        return UINT32_MAX;
    case PARE_PATH_TOKEN:
        token_column(&m);
        return UINT32_MAX;
    case PARE_PATH_STEP:
        return step_column(&m);
    case PARE_PATH_ANY:
        break;
    }
    for (uint32_t i = 0; i < worker->n_written; i++) {
        m.row = worker->written[i];
        m.record = pare_rows_get(worker->rows, worker->first + m.row);
        if (!make_value(&m, value_at(&m, m.row))) {
            return m.row;
        }
    }
    return UINT32_MAX;
}
