/*
 * Reversing the tokens of one field (reveal.h): finds the step that made them, derives its key, undoes it.
 *
 * A field is revealed only where there is one answer to what made its tokens: one rule, whose last step pseudonymizes
 * in a way that can be reversed. What stands before that step in its chain is not undone.
 */
#include "pare/reveal.h"

#include "rules/base/formula.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/base/utf8.h"
#include "rules/plan/bound.h"
#include "rules/policy/select.h"

#include <stdlib.h>

struct pare_revealer {
    pare_plan plan; /* of no columns: it holds the keys */
    pare_scratch scratch;
    const pare_step *step;
    pare_buf value;
};

static const size_t VALUE_CEILING = (size_t)64 << 20;
enum { NAME_CHARS = 100 };

static const pare_entry *find_by_text(const pare_policy *policy, pare_span field)
{
    for (size_t i = 0; i < policy->n_entries; i++) {
        if (policy->entries[i].kind != PARE_SELECT_REGEX && pare_span_equal(policy->entries[i].text, field)) {
            return &policy->entries[i];
        }
    }
    for (size_t i = 0; i < policy->n_entries; i++) {
        if (pare_span_equal(policy->entries[i].rules[0].as, field)) {
            return &policy->entries[i];
        }
    }
    return NULL;
}

static pare_status refuse(pare_error *err, pare_span field, const char *why)
{
    char name[NAME_CHARS];
    (void)pare_escape(name, sizeof name, field);
    return pare_fail(err, PARE_E_POLICY, "`%s` can't be revealed: %s", name, why);
}

static pare_status find_step(pare_revealer *revealer, pare_span field, pare_error *err)
{
    const pare_policy *policy = revealer->plan.policy;
    const pare_entry *entry = field.len == 0 ? NULL : find_by_text(policy, field);
    int found = entry != NULL ? 0 : pare_select(policy, revealer->scratch.regex, field, 0);
    if (entry == NULL && found < 0) {
        return refuse(err, field, "the policy has no such field");
    }
    entry = entry != NULL ? entry : &policy->entries[found];
    const pare_rule *rule = &entry->rules[0];
    if (entry->n_rules != 1) {
        return refuse(err, field, "it has several rules, and a token does not say which one made it");
    }
    for (size_t i = 0; i < rule->n_steps; i++) {
        if (pare_span_is(pare_span_of(rule->steps[i].type->name), "pseudonymize")) {
            revealer->step = &rule->steps[i];
        }
    }
    if (revealer->step == NULL) {
        return refuse(err, field, "the policy does not pseudonymize it");
    }
    if (!pare_token_is_reversible(revealer->step)) {
        return refuse(err, field, "its tokens are made by `method: hmac`, which is one way; nobody can reverse them");
    }
    if (revealer->step != &rule->steps[rule->n_steps - 1]) {
        return refuse(err, field, "the steps behind `pseudonymize` changed its tokens");
    }
    return PARE_OK;
}

static pare_status make_ready(pare_revealer *revealer, pare_span field, const pare_bind_options *options,
                              pare_error *err)
{
    PARE_TRY(pare_regex_scratch_new(&revealer->scratch.regex, err));
    PARE_TRY(find_step(revealer, field, err));
    if (options->key == NULL) {
        return pare_fail(err, PARE_E_KEY, "tokens are revealed with the key that made them, and no key was given");
    }
    PARE_TRY(pare_plan_derive_keys(&revealer->plan, options->key, err));
    PARE_TRY(pare_plan_open_ciphers(&revealer->plan, &revealer->scratch, err));
    revealer->scratch.keys = revealer->plan.keys;
    return PARE_OK;
}

pare_status pare_revealer_new(const pare_policy *policy, pare_span field, const pare_bind_options *options,
                              pare_revealer **revealer, pare_error *err)
{
    pare_revealer *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    made->plan.policy = policy;
    made->plan.as_of = (pare_date){options->as_of.year, options->as_of.month, options->as_of.day};
    made->scratch.as_of = made->plan.as_of;
    pare_buf_init(&made->value, VALUE_CEILING);
    pare_buf_init(&made->scratch.temporary[0], VALUE_CEILING);
    pare_buf_init(&made->scratch.temporary[1], VALUE_CEILING);
    pare_status status = make_ready(made, field, options, err);
    if (status != PARE_OK) {
        pare_revealer_free(made);
        return status;
    }
    *revealer = made;
    return PARE_OK;
}

void pare_revealer_free(pare_revealer *revealer)
{
    if (revealer != NULL) {
        pare_plan_close_ciphers(&revealer->plan, &revealer->scratch);
        pare_plan_wipe_keys(&revealer->plan);
        pare_regex_scratch_free(revealer->scratch.regex);
        pare_buf_wipe(&revealer->value);
        pare_buf_wipe(&revealer->scratch.temporary[0]);
        pare_buf_wipe(&revealer->scratch.temporary[1]);
        free(revealer);
    }
}

pare_status pare_revealer_reveal(pare_revealer *revealer, pare_span token, pare_span *value, pare_error *err)
{
    pare_buf_reset(&revealer->value);
    if (revealer->plan.policy->formulas == PARE_FORMULAS_QUOTE) { /* a token may begin with `-` */
        token = pare_formula_unquote(token);
    }
    if (!pare_utf8_valid(token) ||
        pare_token_reverse(revealer->step, &revealer->scratch, token, &revealer->value) != PARE_RELEASE) {
        return pare_fail(err, PARE_E_DATA, "no token of this field, key and period");
    }
    *value = pare_buf_span(&revealer->value);
    return PARE_OK;
}

pare_status pare_policy_digest(pare_span document, char out[PARE_DIGEST_CHARS + 1], pare_error *err)
{
    pare_sha256 *hash = NULL;
    PARE_TRY(pare_sha256_new(&hash, err));
    pare_sha256_update(hash, document);
    pare_sha256_finish_hex(hash, out);
    pare_sha256_free(hash);
    return PARE_OK;
}
