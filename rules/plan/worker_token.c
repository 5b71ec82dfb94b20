/*
 * A column of tokens: the block's values are gathered, and their MACs computed together (rules/crypto/lanes.h).
 */
#include "rules/base/raw.h"
#include "rules/plan/worker_column.h"

/* Making lanes takes about 5 ms, what 100,000 tokens save; a half-empty set of lanes saves nothing. */
enum { LANES_PAY_FROM_TOKENS = 20000, LANES_PAY_FROM_MESSAGES = 8 };

/** The values that wait for their tokens. */
typedef struct waiting {
    size_t n;
    uint8_t rows[PARE_BLOCK_RECORDS];
    pare_span messages[PARE_BLOCK_RECORDS]; /* ptr NULL: made, and lies in worker->messages at `offsets` */
    size_t offsets[PARE_BLOCK_RECORDS];
} waiting;

/** The message of a value that is not null. False: there is none, the value is withheld. */
static bool add_message(pare_worker *worker, const pare_step *step, pare_span raw, pare_span text, waiting *list)
{
    const size_t mark = worker->messages.len;
    pare_outcome outcome = pare_token_normalize(step, &worker->scratch, text, &worker->messages);
    const bool stays = text.ptr == raw.ptr || text.ptr == raw.ptr + 1; /* else in `spare`: the next overwrites it */
    if (outcome == PARE_SAME && !stays) {
        pare_buf_append_span(&worker->messages, text);
        outcome = PARE_RELEASE;
    }
    if ((outcome != PARE_SAME && outcome != PARE_RELEASE) || worker->messages.status != PARE_OK) {
        worker->messages.len = mark;
        return false;
    }
    list->messages[list->n] = outcome == PARE_SAME ? text : pare_span_from(NULL, worker->messages.len - mark);
    list->offsets[list->n] = mark;
    return true;
}

/** Sort the block's values: null and withheld ones are settled, the rest wait. */
static void collect_messages(pare_worker *worker, const pare_bound_column *column, pare_column_counts *counts,
                             pare_value *values, waiting *list)
{
    const pare_rule *rule = column->rules[0].rule;
    pare_buf_reset(&worker->messages);
    list->n = 0;
    for (uint32_t i = 0; i < worker->n_written; i++) {
        const uint8_t row = worker->written[i];
        const pare_record record = pare_rows_get(worker->rows, worker->first + row);
        const pare_span raw = pare_record_raw(&record, column->source);
        const pare_span text = pare_raw_text(raw, &worker->spare);
        values[row] = (pare_value){0, 0, PARE_FORM_EMPTY, 0};
        if ((worker->allowed[row] & rule->purposes) == 0 || worker->spare.status != PARE_OK) {
            pare_buf_reset(&worker->spare);
            counts->suppressed++;
        } else if (pare_worker_is_null(worker, text)) {
            values[row] = pare_worker_as_read(worker, raw);
            counts->null_values++;
        } else if (add_message(worker, &rule->steps[0], raw, text, list)) {
            list->rows[list->n++] = row;
        } else {
            counts->suppressed++;
        }
    }
    for (size_t i = 0; i < list->n; i++) { /* `messages` stays where it is from here on */
        if (list->messages[i].ptr == NULL) {
            list->messages[i].ptr = worker->messages.ptr + list->offsets[i];
        }
    }
}

/** Lanes that can't be had are not asked for again. */
static void make_lanes(pare_worker *worker)
{
    if (!worker->tried_lanes) {
        worker->tried_lanes = true;
        worker->lanes = pare_lanes_new();
    }
}

void pare_worker_expect_many(pare_worker *worker)
{
    bool has_tokens = false;
    for (size_t i = 0; i < worker->plan->n_columns; i++) {
        has_tokens = has_tokens || worker->plan->columns[i].path == PARE_PATH_TOKEN;
    }
    if (has_tokens) {
        make_lanes(worker);
    }
}

/** In lanes where there are enough messages to pay for making the lanes. */
static void compute_macs(pare_worker *worker, const pare_hmac_key *key, const waiting *list,
                         unsigned char (*macs)[PARE_SHA256_BYTES])
{
    bool fits = list->n >= LANES_PAY_FROM_MESSAGES;
    worker->n_tokens += list->n;
    if (fits && worker->n_tokens >= LANES_PAY_FROM_TOKENS) {
        make_lanes(worker);
    }
    if (!(fits && worker->lanes != NULL && pare_lanes_hmac(worker->lanes, key, list->messages, list->n, macs))) {
        for (size_t i = 0; i < list->n; i++) {
            pare_hmac(key, list->messages[i], macs[i]);
        }
    }
}

void pare_worker_make_tokens(pare_worker *worker, size_t index)
{
    const pare_bound_column *column = &worker->plan->columns[index];
    const pare_step *step = &column->rules[0].rule->steps[0];
    pare_column_counts *counts = &worker->tally->columns[index];
    pare_value *const values = worker->values + index * PARE_BLOCK_RECORDS;
    unsigned char macs[PARE_BLOCK_RECORDS][PARE_SHA256_BYTES];
    waiting list;
    collect_messages(worker, column, counts, values, &list);
    const size_t width = pare_token_width(step);
    if (!pare_buf_reserve(&worker->text, list.n * width)) {
        return; /* the worker refuses the block: text.status says why */
    }
    compute_macs(worker, &worker->scratch.keys[step->key_slot], &list, macs);
    size_t at = worker->text.len;
    for (size_t i = 0; i < list.n; i++, at += width) {
        pare_token_write(step, macs[i], worker->text.ptr + at);
        values[list.rows[i]] =
            (pare_value){(uint32_t)at, (uint32_t)width, PARE_FORM_TEXT, (uint16_t)column->plain_flags};
    }
    worker->text.len = at;
    counts->released += list.n;
}
