/*
 * What a policy may say and should be looked at: findings that warn. Runs only on a policy without errors.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"

static pare_diagnostic *warn(pare_loader *loader, pare_code code, pare_place place, const char *message,
                             const char *help)
{
    pare_diagnostic *finding = pare_diagnose(loader->reading.findings, code, place, "%s", message);
    finding->help = help;
    return finding;
}

static void lint_purposes(pare_loader *loader)
{
    const pare_policy *policy = loader->policy;
    uint64_t used = 0;
    for (size_t i = 0; i < policy->n_entries; i++) {
        for (size_t r = 0; r < policy->entries[i].n_rules; r++) {
            used |= policy->entries[i].rules[r].drops ? 0 : policy->entries[i].rules[r].purposes;
        }
    }
    for (size_t p = 0; p < policy->n_purposes; p++) {
        if ((used >> p & 1) == 0) {
            pare_diagnostic *finding =
                pare_diagnose(loader->reading.findings, PR090, policy->purposes[p].place,
                              "no field is released for `%.*s`", PARE_SPAN_ARGS(policy->purposes[p].name));
            finding->help = "name it in a `for`, or remove it";
        }
    }
}

/*
 * Does the test permit values that nobody wrote down? `is` lists what it permits and `matches` describes it; an order
 * says what it permits, too. What is left are the tests that name what they refuse. Under `not` the roles change.
 */
static void lint_test(pare_loader *loader, const pare_test *test, bool negated)
{
    bool refuses = test->kind == PARE_TEST_IS_NOT || test->kind == PARE_TEST_ABSENT;
    bool lists = test->kind == PARE_TEST_IS || test->kind == PARE_TEST_MATCHES;
    if (refuses && !negated) {
        warn(loader, PR091, test->place, "this permits every value that nobody listed",
             "prefer `is` with the texts that permit");
    } else if (lists && negated) {
        warn(loader, PR091, test->place, "under `not` this permits every value that nobody listed",
             "prefer `is` with the texts that permit");
    }
    for (size_t i = 0; i < test->n_parts; i++) {
        lint_test(loader, test->parts[i], test->kind == PARE_TEST_NOT ? !negated : negated);
    }
}

/* A purpose that no tier allows gets no record. */
static void lint_tiers(pare_loader *loader)
{
    const pare_policy *policy = loader->policy;
    uint64_t reachable = policy->n_tiers == 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < policy->n_tiers; i++) {
        uint64_t any = 0;
        for (size_t t = 0; t < policy->tiers[i].names.n; t++) {
            any |= policy->tiers[i].allow[t];
        }
        reachable = i == 0 ? any : reachable & any;
    }
    for (size_t p = 0; p < policy->n_purposes; p++) {
        if ((reachable >> p & 1) == 0) {
            pare_diagnose(loader->reading.findings, PR112, policy->purposes[p].place, "no tier allows `%.*s`",
                          PARE_SPAN_ARGS(policy->purposes[p].name))
                ->help = "name it under `tiers: allow`, or remove it";
        }
    }
}

static void lint_rules(pare_loader *loader)
{
    const pare_policy *policy = loader->policy;
    bool releases = false;
    for (size_t i = 0; i < policy->n_entries; i++) {
        for (size_t r = 0; r < policy->entries[i].n_rules; r++) {
            const pare_rule *rule = &policy->entries[i].rules[r];
            releases = releases || !rule->drops;
            if (!rule->drops && rule->n_steps == 0 && rule->because.len == 0 &&
                pare_category_is_critical(rule->category)) {
                warn(loader, PR092, policy->entries[i].place, "an identifier or sensitive data leaves as it is",
                     "add `because: \"...\"`, or pseudonymize, generalize or redact it")
                    ->label = pare_diagnostic_text(loader->reading.findings, "is %.*s", PARE_SPAN_ARGS(rule->category));
            }
        }
    }
    if (!releases) {
        warn(loader, PR094, policy->entries[0].place, "every rule drops its field: nothing would be released", NULL);
    }
}

void pare_lint(pare_loader *loader)
{
    const pare_policy *policy = loader->policy;
    lint_purposes(loader);
    for (size_t p = 0; p < policy->n_purposes; p++) {
        if (policy->purposes[p].allowed_when != NULL) {
            lint_test(loader, policy->purposes[p].allowed_when, false);
        }
    }
    lint_tiers(loader);
    lint_rules(loader);
}
