/*
 * Working keys for every step that pseudonymizes, derived once when the plan is bound and kept in secret memory.
 * Ciphers are written to while they work, so they are made of their keys for each worker.
 * What a key is for (method, recipient, domain, epoch) enters its derivation: docs/TOKENS.md.
 */
#include "rules/base/secret.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/crypto/derive.h"
#include "rules/plan/bound.h"

#include <stdio.h>
#include <stdlib.h>

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

/** The working key of a step for `method`, `len` bytes of it. */
static pare_status derive(const pare_plan *plan, const pare_key *key, const pare_step *step, pare_span method,
                          unsigned char *out, size_t len, pare_error *err)
{
    char epoch[EPOCH_CHARS];
    pare_key_use use = {method, plan->policy->recipient, step->key_use.domain, epoch_of(step, plan->as_of, epoch)};
    return pare_derive(key, &use, out, len, err);
}

static pare_status derive_hmac(pare_plan *plan, const pare_key *key, size_t i, unsigned char *bytes, pare_error *err)
{
    const pare_step *step = plan->policy->key_steps[i];
    pare_span method = step->key_use.cipher_bytes > 0 ? pare_span_of("hmac") : step->key_use.method;
    pare_status status = derive(plan, key, step, method, bytes, PARE_SHA256_BYTES, err);
    if (status == PARE_OK) {
        pare_hmac_prepare(pare_span_from(bytes, PARE_SHA256_BYTES), &plan->keys[i]);
    }
    return status;
}

static pare_status derive_cipher(pare_plan *plan, const pare_key *key, size_t i, pare_error *err)
{
    const pare_step *step = plan->policy->key_steps[i];
    if (plan->cipher_keys == NULL) {
        plan->cipher_keys = pare_secret_alloc(plan->policy->n_key_steps * sizeof *plan->cipher_keys);
    }
    if (plan->cipher_keys == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for keys");
    }
    return derive(plan, key, step, step->key_use.method, plan->cipher_keys[i], step->key_use.cipher_bytes, err);
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
        if (step->key_use.cipher_bytes > 0) {
            status = derive_cipher(plan, key, i, err);
        }
        if (status == PARE_OK && (step->key_use.cipher_bytes == 0 || step->key_use.hmac_too)) {
            status = derive_hmac(plan, key, i, bytes, err);
        }
    }
    if (bytes != NULL) {
        pare_secret_free(bytes, PARE_SHA256_BYTES);
    }
    return status;
}

void pare_plan_wipe_keys(pare_plan *plan)
{
    size_t n = plan->policy == NULL ? 0 : plan->policy->n_key_steps;
    if (plan->keys != NULL) {
        pare_secret_free(plan->keys, n * sizeof *plan->keys);
        plan->keys = NULL;
    }
    if (plan->cipher_keys != NULL) {
        pare_secret_free(plan->cipher_keys, n * sizeof *plan->cipher_keys);
        plan->cipher_keys = NULL;
    }
}

pare_status pare_plan_open_ciphers(const pare_plan *plan, pare_scratch *scratch, pare_error *err)
{
    const pare_policy *policy = plan->policy;
    if (plan->cipher_keys == NULL) {
        return PARE_OK;
    }
    scratch->ciphers = calloc(policy->n_key_steps, sizeof *scratch->ciphers);
    if (scratch->ciphers == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for ciphers");
    }
    for (size_t i = 0; i < policy->n_key_steps; i++) {
        const pare_step *step = policy->key_steps[i];
        if (step->key_use.cipher_bytes > 0) {
            pare_span key = pare_span_from(plan->cipher_keys[i], step->key_use.cipher_bytes);
            PARE_TRY(pare_cipher_open(step, policy->recipient, key, &scratch->ciphers[i], err));
        }
    }
    return PARE_OK;
}

void pare_plan_close_ciphers(const pare_plan *plan, pare_scratch *scratch)
{
    for (size_t i = 0; scratch->ciphers != NULL && i < plan->policy->n_key_steps; i++) {
        if (scratch->ciphers[i] != NULL) {
            pare_cipher_close(plan->policy->key_steps[i], scratch->ciphers[i]);
        }
    }
    free(scratch->ciphers);
    scratch->ciphers = NULL;
}
