/*
 * What may be done with a record: retention; then purposes, by `allowed_when` and by consent tier, both of which must
 * permit; then opt-outs withdraw. Nothing of the record is changed here.
 */
#ifndef PARE_RULES_PLAN_GATE_H
#define PARE_RULES_PLAN_GATE_H

#include "rules/plan/bound.h"

/** A record at the gate, and what reading its fields needs. One worker's. */
typedef struct pare_gate {
    const pare_plan *plan;
    const pare_record *record;
    pare_buf *spare; /* for values with doubled quotes */
    pare_regex_scratch *regex;
} pare_gate;

/** Records [first, first + n) of `rows` at the gate, n up to PARE_BLOCK_RECORDS. */
typedef struct pare_gate_block {
    const pare_plan *plan;
    const pare_rows *rows;
    uint32_t first, n;
    pare_buf *spare;
    pare_regex_scratch *regex;
} pare_gate_block;

/** Which purposes each record of the block allows by `allowed_when` alone: bits. gate_purposes.c */
void pare_gate_purposes(const pare_gate_block *block, uint64_t allowed[PARE_BLOCK_RECORDS]);

/** Lists of people that the policy has: those of `opt_outs`, then those of `tiers`. */
size_t pare_gate_n_rolls(const pare_policy *policy);

/**
 * Look `n` (up to 64) records from `first` on up in all lists of people, many at a time.
 * @param[out] found  [n * pare_gate_n_rolls()], record by record
 */
void pare_gate_look_up(const pare_plan *plan, const pare_rows *rows, uint32_t first, uint32_t n,
                       const pare_roll_scratch *scratch, pare_buf *spare, pare_roll_finding *found);

/** Whether purposes are all that the gate asks about. */
static inline bool pare_gate_is_plain(const pare_policy *policy)
{
    return policy->n_retentions == 0 && policy->n_tiers == 0 && policy->n_opt_outs == 0;
}

/**
 * @param[in,out] allowed  what pare_gate_purposes() said of the record, then bits of the purposes that may use it; 0
 *                         unless the verdict is WRITE
 * @param found            [pare_gate_n_rolls()] of this record
 * @return PARE_WRITE or a PARE_DROP_*; PARE_QUARANTINE: `unreadable: fail` met a date that can't be read
 */
pare_verdict pare_gate_decide(pare_gate *gate, const pare_roll_finding *found, uint64_t *allowed);

/** Whether a rule's `when` holds: only PARE_HIT does. */
pare_match pare_gate_test(pare_gate *gate, const pare_test *test);

/** Whether a text is one of the policy's `nulls`. */
static inline bool pare_is_null(const pare_policy *policy, pare_span text)
{
    for (size_t i = 0; i < policy->nulls.n; i++) {
        pare_span null_text = policy->nulls.items[i];
        if (null_text.len == text.len && (text.len == 0 || memcmp(null_text.ptr, text.ptr, text.len) == 0)) {
            return true;
        }
    }
    return false;
}

#endif
