/*
 * Start-up: what happens before the first record, piece by piece. The system's part (exec, linking, libraries) is not
 * here: tests/bench/run times whole processes.
 */
#include "rules/crypto/lanes.h"
#include "tests/bench/micro_policy.h"

enum { TIMES = 20 }; /* in one round: one alone would be too short for the clock and for what else goes on */

typedef struct starting {
    const micro *m;
    micro_policy loading; /* read alone */
    micro_policy bound;   /* loaded; bound where a plan is needed */
} starting;

static bool load(void *context)
{
    starting *s = context;
    bool good = true;
    for (unsigned i = 0; good && i < TIMES; i++) {
        good = micro_policy_load(&s->loading);
        micro_policy_unload(&s->loading);
    }
    return good;
}

static bool bind(void *context)
{
    starting *s = context;
    bool good = true;
    for (unsigned i = 0; good && i < TIMES; i++) {
        micro_policy_unbind(&s->bound);
        good = micro_policy_bind(s->m, &s->bound);
    }
    return good;
}

static bool make_worker(void *context)
{
    const starting *s = context;
    bool good = true;
    for (unsigned i = 0; good && i < TIMES; i++) {
        pare_worker *worker = NULL;
        good = pare_worker_new(s->bound.plan, &worker, NULL) == PARE_OK;
        pare_worker_free(worker);
    }
    return good;
}

static bool make_lanes(void *context)
{
    bool good = true;
    (void)context;
    for (unsigned i = 0; good && i < TIMES; i++) {
        pare_lanes *lanes = pare_lanes_new();
        good = lanes != NULL;
        pare_lanes_free(lanes);
    }
    return good;
}

static bool have_lanes(void)
{
    pare_lanes *lanes = pare_lanes_new();
    pare_lanes_free(lanes);
    return lanes != NULL;
}

bool micro_start(micro *m)
{
    starting full = {.m = m}, cut = {.m = m};
    size_t first = m->n_cases;
    bool good = micro_policy_read(m, "policy.yaml", &full.loading) &&
                micro_policy_open(m, "policy.yaml", &full.bound) &&
                micro_policy_read(m, "policy-cut.yaml", &cut.loading) &&
                micro_add(m, "start", load, &full, "policy load, policy.yaml") != NULL &&
                micro_add(m, "start", bind, &full, "bind, policy.yaml") != NULL &&
                micro_add(m, "start", make_worker, &full, "worker, policy.yaml") != NULL &&
                micro_add(m, "start", load, &cut, "policy load, policy-cut.yaml") != NULL &&
                (!have_lanes() || micro_add(m, "start", make_lanes, NULL, "lanes, but for the first time") != NULL);
    for (size_t i = first; i < m->n_cases; i++) {
        m->cases[i].values = TIMES;
    }
    good = good && micro_run(m, first);
    micro_policy_clear(&full.loading);
    micro_policy_clear(&full.bound);
    micro_policy_clear(&cut.loading);
    return good;
}
