/*
 * Arbitrary bytes as a policy. Promises: it is loaded or refused with at least one finding, both in bounded time; all
 * findings can be shown; what was loaded can be explained and bound.
 */
#include "pare/plan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_text(void *context, const char *text, size_t len)
{
    (void)text;
    *(size_t *)context += len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pare_span document = {data, size};
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    pare_error err;
    size_t shown = 0;
    pare_status status = pare_policy_load(document, "fuzz.yaml", NULL, &policy, &findings, &err);
    if (status == PARE_E_POLICY && pare_findings_errors(findings) == 0) {
        abort();
    }
    if (findings != NULL) {
        pare_findings_text(findings, true, count_text, &shown);
        pare_findings_json(findings, count_text, &shown);
    }
    if (status == PARE_OK) {
        static const unsigned char names[] = "abc";
        pare_span header[3] = {{names, 1}, {names + 1, 1}, {names + 2, 1}};
        pare_bind_options options = {.as_of = {2026, 1, 1}};
        pare_plan *plan = NULL;
        pare_policy_explain(policy, count_text, &shown);
        if (pare_plan_bind(policy, header, 3, &options, &plan, &err) == PARE_OK) {
            pare_plan_free(plan);
        }
        size_t failed = 0;
        if (pare_policy_run_tests(policy, options.as_of, &failed, count_text, &shown, &err) == PARE_E_INTERNAL) {
            abort();
        }
    }
    pare_findings_free(findings);
    pare_policy_free(policy);
    return 0;
}
