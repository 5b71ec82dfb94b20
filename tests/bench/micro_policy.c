/* See micro_policy.h. */
#include "tests/bench/micro_policy.h"

#include <limits.h>
#include <stdio.h>

bool micro_policy_read(const micro *m, const char *name, micro_policy *policy)
{
    char path[PATH_MAX];
    *policy = (micro_policy){.policy = NULL};
    pare_buf_init(&policy->bytes, PARE_MAX_POLICY_BYTES);
    int len = snprintf(path, sizeof path, "%s/%s", m->policies, name);
    FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "rb") : NULL;
    if (file == NULL || !pare_buf_reserve(&policy->bytes, PARE_MAX_POLICY_BYTES)) {
        return micro_fail("can't open the policy %s/%s", m->policies, name);
    }
    policy->bytes.len = fread(policy->bytes.ptr, 1, PARE_MAX_POLICY_BYTES, file);
    (void)fclose(file);
    return pare_key_new_published_test_key(&policy->key, NULL) == PARE_OK || micro_fail("no memory for a key");
}

bool micro_policy_load(micro_policy *policy)
{
    pare_findings *findings = NULL;
    pare_error err;
    pare_status status =
        pare_policy_load(pare_buf_span(&policy->bytes), "bench", NULL, &policy->policy, &findings, &err);
    pare_findings_free(findings);
    return status == PARE_OK || micro_fail("the policy is refused: %s", err.text);
}

bool micro_policy_bind(const micro *m, micro_policy *policy)
{
    pare_bind_options options = {.key = policy->key, .as_of = {2026, 1, 1}};
    pare_error err;
    return pare_plan_bind(policy->policy, m->names, m->n_names, &options, &policy->plan, &err) == PARE_OK ||
           micro_fail("the policy does not fit the export: %s", err.text);
}

bool micro_policy_open(const micro *m, const char *name, micro_policy *policy)
{
    return micro_policy_read(m, name, policy) && micro_policy_load(policy) && micro_policy_bind(m, policy);
}

void micro_policy_unbind(micro_policy *policy)
{
    pare_plan_free(policy->plan);
    policy->plan = NULL;
}

void micro_policy_unload(micro_policy *policy)
{
    pare_policy_free(policy->policy);
    policy->policy = NULL;
}

void micro_policy_clear(micro_policy *policy)
{
    micro_policy_unbind(policy);
    micro_policy_unload(policy);
    pare_key_free(policy->key);
    pare_buf_clear(&policy->bytes);
}
