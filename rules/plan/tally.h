/* Counts of one worker, or the sum of many. Every figure adds up, over threads and over shards. */
#ifndef PARE_RULES_PLAN_TALLY_H
#define PARE_RULES_PLAN_TALLY_H

#include "rules/plan/bound.h"

struct pare_tally {
    const pare_plan *plan; /* borrowed */
    pare_counts counts;
    uint64_t quarantined[PARE_N_FAULTS]; /* by fault */
    pare_column_counts *columns;         /* [plan->n_columns] */
    uint64_t *hits;                      /* [plan->n_hits] */
    uint64_t *scan;                      /* [plan->n_scan] */
    uint64_t *purposes;                  /* [policy->n_purposes] */
    uint64_t *matches;                   /* [pare_gate_n_rolls()] */
};

#endif
