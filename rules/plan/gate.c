/*
 * The gate: retention drops what is too old, purposes say who may use what is left, opt-outs take that back. A record
 * that no purpose may use is dropped. Every doubt closes: a date that can't be read drops the record unless the policy
 * says otherwise, a test that can't be decided allows nothing, a person who can't be looked up has opted out.
 */
#include "rules/plan/gate.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"

/** pare_test_input.text: a field of the record as it was read. */
static pare_span read_text(void *context, uint32_t read, bool *is_null)
{
    pare_gate *gate = context;
    pare_span text = pare_raw_text(pare_record_raw(gate->record, gate->plan->read_columns[read]), gate->spare);
    *is_null = pare_is_null(gate->plan->policy, text);
    return text;
}

pare_match pare_gate_test(pare_gate *gate, const pare_test *test)
{
    pare_test_input input = {read_text, gate, gate->regex};
    pare_match match = pare_test_evaluate(test, &input);
    if (gate->spare->status != PARE_OK) {
        return PARE_UNSURE;
    }
    return match;
}

static bool read_moment(const pare_policy *policy, pare_span text, pare_moment *moment)
{
    if (policy->date_patterns.n == 0) {
        return pare_moment_read_iso(text, moment);
    }
    for (size_t i = 0; i < policy->date_patterns.n; i++) {
        if (pare_moment_read(policy->date_patterns.items[i], text, moment)) {
            return true;
        }
    }
    return false;
}

static pare_verdict check_retention(pare_gate *gate, size_t index)
{
    const pare_policy *policy = gate->plan->policy;
    const pare_retention *retention = &policy->retentions[index];
    bool is_null = false;
    pare_moment moment;
    pare_span text = read_text(gate, retention->read, &is_null);
    if (!is_null && gate->spare->status == PARE_OK && read_moment(policy, text, &moment)) {
        return pare_date_compare(moment.date, gate->plan->cutoffs[index]) < 0 ? PARE_DROP_RETENTION : PARE_WRITE;
    }
    switch (retention->unreadable) {
    case PARE_UNREADABLE_KEEP:
        return PARE_WRITE;
    case PARE_UNREADABLE_FAIL:
        return PARE_QUARANTINE;
    case PARE_UNREADABLE_DROP:
        break;
    }
    return PARE_DROP_NO_DATE;
}

/** The purposes that the record's consent tier allows. An empty or unknown tier, a person not on the list: none. */
static uint64_t tier_allows(pare_gate *gate, const pare_tiers *tiers, const pare_roll_finding *found)
{
    if (tiers->from_list) {
        int mark = found->answer == PARE_ROLL_LISTED ? found->mark : PARE_PEOPLE_CONFLICT;
        return mark > 0 && (size_t)mark <= tiers->names.n ? tiers->allow[mark - 1] : 0;
    }
    bool is_null = true;
    pare_span text = read_text(gate, tiers->read, &is_null);
    if (is_null || text.len == 0) { /* what can't be read for lack of memory is empty */
        return 0;
    }
    for (size_t i = 0; i < tiers->names.n; i++) {
        if (pare_span_equal(tiers->names.items[i], text)) {
            return tiers->allow[i];
        }
    }
    return 0;
}

/** Whether the list withdraws: whoever is on it, and whoever can't be looked up unless the policy says otherwise. */
static bool is_withdrawn(const pare_opt_out *opt_out, const pare_roll_finding *found)
{
    switch (found->answer) {
    case PARE_ROLL_ABSENT:
        return false;
    case PARE_ROLL_EMPTY:
        return !opt_out->keeps_unreadable;
    case PARE_ROLL_UNKNOWABLE:
    case PARE_ROLL_LISTED:
        break;
    }
    return true;
}

pare_verdict pare_gate_decide(pare_gate *gate, const pare_roll_finding *found, uint64_t *allowed)
{
    const pare_policy *policy = gate->plan->policy;
    uint64_t bits = *allowed;
    *allowed = 0;
    for (size_t i = 0; i < policy->n_retentions; i++) {
        pare_verdict verdict = check_retention(gate, i);
        if (verdict != PARE_WRITE) {
            return verdict;
        }
    }
    const pare_roll_finding *tiers_found = found + policy->n_opt_outs;
    for (size_t i = 0; i < policy->n_tiers && bits != 0; i++) {
        bits &= tier_allows(gate, &policy->tiers[i], tiers_found);
        tiers_found += policy->tiers[i].from_list ? 1 : 0;
    }
    if (bits == 0) {
        return PARE_DROP_NO_PURPOSE;
    }
    for (size_t i = 0; i < policy->n_opt_outs && bits != 0; i++) {
        if ((bits & policy->opt_outs[i].purposes) != 0 && is_withdrawn(&policy->opt_outs[i], &found[i])) {
            bits &= ~policy->opt_outs[i].purposes;
        }
    }
    *allowed = bits;
    return bits == 0 ? PARE_DROP_OPTED_OUT : PARE_WRITE;
}
