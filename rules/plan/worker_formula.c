/*
 * `output: {formulas: ...}`: values of a finished column that begin as a formula does are counted, quoted or refused.
 *
 * Every value is looked at, and hardly any begins so. So the first pass asks one table about one byte of each value,
 * and only a column in which some byte says "maybe" is read with care.
 */
#include "rules/base/raw.h"
#include "rules/base/span.h"
#include "rules/plan/worker_column.h"

/** A value of the column as it stands: those of a run are in the rows alone. */
static pare_value value_of(const pare_worker *worker, size_t column, uint32_t row)
{
    if (worker->runs[column] == 0) {
        return worker->values[column * PARE_BLOCK_RECORDS + row];
    }
    const pare_record record = pare_rows_get(worker->rows, worker->first + row);
    return pare_worker_as_read(worker, pare_record_raw(&record, worker->plan->columns[column].source));
}

/** Flags of the first bytes of all of a column's values, written down one by one. */
static unsigned glance_values(const pare_worker *worker, size_t column)
{
    const pare_value *const values = worker->values + column * PARE_BLOCK_RECORDS;
    const unsigned char *const made = worker->text.ptr, *const read = worker->rows->base;
    unsigned seen = 0;
    for (uint32_t i = 0; i < worker->n_written; i++) {
        const pare_value *value = &values[worker->written[i]];
        if (value->form == PARE_FORM_TEXT) { /* a quote is the value's own */
            seen |= value->len > 0 ? pare_formula_first[made[value->offset]] : 0U;
        } else {
            seen |= pare_worker_glance(read + value->offset, value->len);
        }
    }
    return seen;
}

static pare_span text_of(pare_worker *worker, pare_value value)
{
    switch ((pare_form)value.form) {
    case PARE_FORM_RAW:
        return pare_raw_text(pare_span_from(worker->rows->base + value.offset, value.len), &worker->spare);
    case PARE_FORM_TEXT:
        return pare_span_from(worker->text.ptr + value.offset, value.len);
    case PARE_FORM_EMPTY:
        break;
    }
    return pare_span_from(NULL, 0);
}

/** Write the values of a run down, so that one of them can be another. */
static void leave_run(pare_worker *worker, size_t column)
{
    for (uint32_t i = 0; i < worker->n_written && worker->runs[column] > 0; i++) {
        const uint32_t row = worker->written[i];
        worker->values[column * PARE_BLOCK_RECORDS + row] = value_of(worker, column, row);
    }
    worker->runs[column] = 0;
}

/** The value with an apostrophe before it, behind what was made so far. */
static void quote(pare_worker *worker, pare_value *value)
{
    const size_t mark = worker->text.len;
    if (!pare_buf_reserve(&worker->text, (size_t)value->len + 1)) {
        return; /* the worker refuses the block: text.status says why */
    }
    pare_span text = text_of(worker, *value);
    pare_buf_append_byte(&worker->text, '\'');
    pare_buf_append_span(&worker->text, text);
    *value = (pare_value){(uint32_t)mark, (uint32_t)(worker->text.len - mark), PARE_FORM_TEXT, PARE_VALUE_QUOTED};
}

uint32_t pare_worker_guard_formulas(pare_worker *worker, size_t column, uint32_t until, unsigned glanced)
{
    const pare_formulas action = worker->plan->policy->formulas;
    const bool quotes = action == PARE_FORMULAS_QUOTE;
    const unsigned asked = quotes ? PARE_FORMULA_MAYBE | PARE_FORMULA_APOSTROPHE : PARE_FORMULA_MAYBE;
    if (until == UINT32_MAX) {
        glanced |= worker->runs[column] > 0 ? 0 : glance_values(worker, column);
        if ((glanced & asked) == 0) {
            return UINT32_MAX;
        }
    }
    if (quotes) {
        leave_run(worker, column);
    }
    for (uint32_t i = 0; i < worker->n_written && worker->written[i] < until; i++) {
        const uint32_t row = worker->written[i];
        const pare_span text = text_of(worker, value_of(worker, column, row));
        if (worker->spare.status != PARE_OK) { /* it was read before: only memory can be at fault */
            return until;
        }
        if (!(quotes ? pare_formula_needs_quote(text) : pare_formula_begins(text))) {
            continue;
        }
        worker->tally->columns[column].formulas++;
        switch (action) {
        case PARE_FORMULAS_REFUSE:
            worker->refusal = PARE_FAULT_FORMULA;
            return row;
        case PARE_FORMULAS_QUOTE:
            quote(worker, &worker->values[column * PARE_BLOCK_RECORDS + row]);
            break;
        case PARE_FORMULAS_FLAG:
        case PARE_FORMULAS_KEEP:
            break;
        }
    }
    return until;
}
