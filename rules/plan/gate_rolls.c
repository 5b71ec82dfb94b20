/*
 * Looking a block of records up in lists of people, in three passes over the block: the key of each value, the
 * directory's place, the entries' place. What is far away in memory is asked for well before it is needed, so that the
 * waits overlap.
 */
#include "rules/base/raw.h"
#include "rules/plan/gate.h"

size_t pare_gate_n_rolls(const pare_policy *policy)
{
    size_t n = policy->n_opt_outs;
    for (size_t i = 0; i < policy->n_tiers; i++) {
        n += policy->tiers[i].from_list ? 1 : 0;
    }
    return n;
}

/* One list and one block. */
typedef struct look_up {
    const pare_plan *plan;
    const pare_rows *rows;
    uint32_t first, n;
    const pare_roll_scratch *scratch;
    pare_buf *spare;
    pare_roll_finding *found; /* of the block's first record; the next record's is `stride` behind it */
    size_t stride;
} look_up;

static void look_up_roll(const look_up *block, const pare_roll *roll, uint32_t read)
{
    pare_people_key keys[PARE_BLOCK_RECORDS];
    uint8_t wanted[PARE_BLOCK_RECORDS];
    uint32_t n = 0, column = block->plan->read_columns[read];
    for (uint32_t i = 0; i < block->n; i++) {
        pare_roll_finding *found = &block->found[i * block->stride];
        pare_record record = pare_rows_get(block->rows, block->first + i);
        pare_span text = pare_raw_text(pare_record_raw(&record, column), block->spare);
        *found = (pare_roll_finding){PARE_ROLL_UNKNOWABLE, PARE_PEOPLE_CONFLICT};
        if (block->spare->status != PARE_OK) {
            continue;
        }
        found->answer = PARE_ROLL_EMPTY;
        if (!pare_is_null(block->plan->policy, text) &&
            pare_roll_key(roll, block->scratch, text, &keys[n], &found->answer)) {
            pare_people_fetch_directory(roll->people, keys[n]);
            wanted[n++] = (uint8_t)i;
        }
    }
    for (uint32_t k = 0; k < n; k++) {
        pare_people_fetch_entries(roll->people, keys[k]);
    }
    for (uint32_t k = 0; k < n; k++) {
        pare_roll_finding *found = &block->found[wanted[k] * block->stride];
        found->mark = pare_people_find(roll->people, keys[k]);
        found->answer = found->mark == PARE_PEOPLE_ABSENT ? PARE_ROLL_ABSENT : PARE_ROLL_LISTED;
    }
}

void pare_gate_look_up(const pare_plan *plan, const pare_rows *rows, uint32_t first, uint32_t n,
                       const pare_roll_scratch *scratch, pare_buf *spare, pare_roll_finding *found)
{
    const pare_policy *policy = plan->policy;
    look_up block = {plan, rows, first, n, scratch, spare, found, pare_gate_n_rolls(policy)};
    for (size_t i = 0; i < policy->n_opt_outs; i++, block.found++) {
        look_up_roll(&block, &policy->opt_outs[i].roll, policy->opt_outs[i].read);
    }
    for (size_t i = 0; i < policy->n_tiers; i++) {
        if (policy->tiers[i].from_list) {
            look_up_roll(&block, &policy->tiers[i].roll, policy->tiers[i].read);
            block.found++;
        }
    }
}
