/* A policy of this folder, bound to the export's columns under the published test key. */
#ifndef PARE_TESTS_BENCH_MICRO_POLICY_H
#define PARE_TESTS_BENCH_MICRO_POLICY_H

#include "pare/plan.h"
#include "tests/bench/micro.h"

typedef struct micro_policy {
    pare_buf bytes;
    pare_policy *policy;
    pare_key *key;
    pare_plan *plan;
} micro_policy;

/** Read the file and make the key; no more. */
bool micro_policy_read(const micro *m, const char *name, micro_policy *policy);
bool micro_policy_load(micro_policy *policy);
bool micro_policy_bind(const micro *m, micro_policy *policy);
/** All three. */
bool micro_policy_open(const micro *m, const char *name, micro_policy *policy);

/** Undo bind; undo load. */
void micro_policy_unbind(micro_policy *policy);
void micro_policy_unload(micro_policy *policy);
void micro_policy_clear(micro_policy *policy);

#endif
