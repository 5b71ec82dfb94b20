/*
 * Working keys for every step that pseudonymizes, derived once when the plan is bound and kept in secret memory.
 * What a key is for (method, recipient, domain, epoch) enters its derivation: docs/TOKENS.md.
 */
#include "rules/base/secret.h"
#include "rules/base/span.h"
#include "rules/crypto/derive.h"
#include "rules/plan/bound.h"

#include <stdio.h>

enum { EPOCH_CHARS = 16 };

/** "" (never), "2026" (yearly) or "2026-11" (monthly). */
static pare_span epoch_of(const pare_step *step, pare_date as_of, char out[EPOCH_CHARS])
{
    int n = 0;
    if (step->key_use.rotate == PARE_ROTATE_YEARLY) {
        n = snprintf(out, EPOCH_CHARS, "%04d", (int)as_of.year % 10000);
    } else if (step->key_use.rotate == PARE_ROTATE_MONTHLY) {
        n = snprintf(out, EPOCH_CHARS, "%04d-%02u", (int)as_of.year % 10000, (unsigned)as_of.month % 100);
    }
    return pare_span_from(out, n < 0 ? 0 : (size_t)n);
}

pare_status pare_plan_derive_keys(pare_plan *plan, const pare_key *key, pare_error *err)
{
    const pare_policy *policy = plan->policy;
    if (policy->n_key_steps == 0) {
        return PARE_OK;
    }
    if (key == NULL) {
        return pare_fail(err, PARE_E_KEY, "the policy pseudonymizes, and no key was given");
    }
    plan->keys = pare_secret_alloc(policy->n_key_steps * sizeof *plan->keys);
    unsigned char *bytes = pare_secret_alloc(PARE_SHA256_BYTES);
    pare_status status = PARE_OK;
    if (plan->keys == NULL || bytes == NULL) {
        status = pare_fail(err, PARE_E_NOMEM, "out of memory for keys");
    }
    for (size_t i = 0; i < policy->n_key_steps && status == PARE_OK; i++) {
        const pare_step *step = policy->key_steps[i];
        char epoch[EPOCH_CHARS];
        pare_key_use use = {step->key_use.method, policy->recipient, step->key_use.domain,
                            epoch_of(step, plan->as_of, epoch)};
        status = pare_derive(key, &use, bytes, PARE_SHA256_BYTES, err);
        if (status == PARE_OK) {
            pare_hmac_prepare(pare_span_from(bytes, PARE_SHA256_BYTES), &plan->keys[i]);
        }
    }
    if (bytes != NULL) {
        pare_secret_free(bytes, PARE_SHA256_BYTES);
    }
    return status;
}

void pare_plan_wipe_keys(pare_plan *plan)
{
    if (plan->keys != NULL) {
        pare_secret_free(plan->keys, plan->policy->n_key_steps * sizeof *plan->keys);
        plan->keys = NULL;
    }
}
