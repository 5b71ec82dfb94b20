/*
 * Counting what became of records and values, and checking that the sums agree: a run whose sums don't is a run that
 * lost or invented a record, and is not delivered.
 */
#include "rules/plan/tally.h"

#include "rules/plan/gate.h"

#include <stdlib.h>

pare_status pare_tally_new(const pare_plan *plan, pare_tally **tally, pare_error *err)
{
    pare_tally *made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->plan = plan;
        made->columns = calloc(plan->n_columns + 1, sizeof *made->columns);
        made->hits = calloc((size_t)plan->n_hits + 1, sizeof *made->hits);
        made->scan = calloc((size_t)plan->n_scan + 1, sizeof *made->scan);
        made->purposes = calloc(plan->policy->n_purposes + 1, sizeof *made->purposes);
        made->matches = calloc(pare_gate_n_rolls(plan->policy) + 1, sizeof *made->matches);
    }
    if (made == NULL || made->columns == NULL || made->hits == NULL || made->scan == NULL || made->purposes == NULL ||
        made->matches == NULL) {
        pare_tally_free(made);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    *tally = made;
    return PARE_OK;
}

void pare_tally_free(pare_tally *tally)
{
    if (tally != NULL) {
        free(tally->columns);
        free(tally->hits);
        free(tally->scan);
        free(tally->purposes);
        free(tally->matches);
        free(tally);
    }
}

void pare_tally_add(pare_tally *sum, const pare_tally *part)
{
    sum->counts.read += part->counts.read;
    sum->counts.written += part->counts.written;
    sum->counts.dropped_retention += part->counts.dropped_retention;
    sum->counts.dropped_no_date += part->counts.dropped_no_date;
    sum->counts.dropped_no_purpose += part->counts.dropped_no_purpose;
    sum->counts.dropped_opted_out += part->counts.dropped_opted_out;
    sum->counts.quarantined += part->counts.quarantined;
    for (size_t i = 0; i < PARE_N_FAULTS; i++) {
        sum->quarantined[i] += part->quarantined[i];
    }
    for (size_t i = 0; i < sum->plan->n_columns; i++) {
        sum->columns[i].released += part->columns[i].released;
        sum->columns[i].suppressed += part->columns[i].suppressed;
        sum->columns[i].null_values += part->columns[i].null_values;
        sum->columns[i].unreadable += part->columns[i].unreadable;
        sum->columns[i].detected += part->columns[i].detected;
        sum->columns[i].formulas += part->columns[i].formulas;
    }
    for (size_t i = 0; i < sum->plan->n_hits; i++) {
        sum->hits[i] += part->hits[i];
    }
    for (size_t i = 0; i < sum->plan->n_scan; i++) {
        sum->scan[i] += part->scan[i];
    }
    for (size_t i = 0; i < sum->plan->policy->n_purposes; i++) {
        sum->purposes[i] += part->purposes[i];
    }
    for (size_t i = 0; i < pare_gate_n_rolls(sum->plan->policy); i++) {
        sum->matches[i] += part->matches[i];
    }
}

void pare_tally_counts(const pare_tally *tally, pare_counts *counts)
{
    *counts = tally->counts;
}

void pare_tally_column(const pare_tally *tally, size_t column, pare_column_counts *counts)
{
    *counts = tally->columns[column];
}

uint64_t pare_tally_hits(const pare_tally *tally, size_t column, size_t detector)
{
    const pare_bound_column *at = &tally->plan->columns[column];
    uint64_t hits = 0;
    for (uint32_t i = 0; i < at->n_hits; i++) {
        if (at->hit_detector[i] == detector) {
            hits += tally->hits[at->first_hit + i];
        }
    }
    return hits;
}

uint64_t pare_tally_scan(const pare_tally *tally, size_t column, size_t detector)
{
    const pare_bound_column *at = &tally->plan->columns[column];
    return at->scan == NULL || detector > tally->plan->policy->scan.n ? 0 : tally->scan[at->first_scan + detector];
}

uint64_t pare_tally_purpose(const pare_tally *tally, size_t index)
{
    return tally->purposes[index];
}

uint64_t pare_tally_matches(const pare_tally *tally, size_t file)
{
    const pare_policy *policy = tally->plan->policy;
    size_t roll = 0;
    for (size_t i = 0; i < policy->n_opt_outs; i++, roll++) {
        if (policy->opt_outs[i].roll.noted == file) {
            return tally->matches[roll];
        }
    }
    for (size_t i = 0; i < policy->n_tiers; i++) {
        if (policy->tiers[i].from_list && policy->tiers[i].roll.noted == file) {
            return tally->matches[roll];
        }
        roll += policy->tiers[i].from_list ? 1 : 0;
    }
    return 0;
}

uint64_t pare_tally_quarantined(const pare_tally *tally, pare_fault fault)
{
    return tally->quarantined[fault];
}

pare_status pare_tally_check(const pare_tally *tally, pare_error *err)
{
    const pare_counts *counts = &tally->counts;
    uint64_t accounted = counts->written + counts->dropped_retention + counts->dropped_no_date +
                         counts->dropped_no_purpose + counts->dropped_opted_out + counts->quarantined;
    uint64_t by_fault = 0;
    for (size_t i = 0; i < PARE_N_FAULTS; i++) {
        by_fault += tally->quarantined[i];
    }
    if (counts->read != accounted || counts->quarantined != by_fault) {
        return pare_fail(err, PARE_E_INTERNAL, "the counts of records do not add up: this is a fault of pare");
    }
    for (size_t i = 0; i < tally->plan->n_columns; i++) {
        const pare_column_counts *column = &tally->columns[i];
        if (column->released + column->suppressed + column->null_values + column->unreadable + column->detected !=
            counts->written) {
            return pare_fail(err, PARE_E_INTERNAL, "the counts of column `%s` do not add up: this is a fault of pare",
                             tally->plan->columns[i].name);
        }
    }
    return PARE_OK;
}
