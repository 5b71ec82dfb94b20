/*
 * pare test: the policy's own tests, under the published test key and a fixed day, so that a pseudonym may be written
 * down as an expectation.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/message.h"
#include "filter/cmd/policy_source.h"
#include "filter/cmd/today.h"

#include <stdio.h>

static int run_tests(const pare_arguments *arguments, const pare_policy *policy)
{
    pare_policy_info about;
    pare_error err;
    size_t failed = 0;
    pare_policy_about(policy, &about);
    pare_status status =
        pare_policy_run_tests(policy, pare_test_day(&arguments->as_of), &failed, pare_write_stream, stdout, &err);
    if (status != PARE_OK) {
        return pare_message_error(&err);
    }
    printf("%zu of %zu tests passed\n", about.n_tests - failed, about.n_tests);
    return failed == 0 ? PARE_EXIT_OK : PARE_EXIT_FOUND;
}

static int test(const pare_arguments *arguments)
{
    pare_policy_source source;
    int exit_status = pare_policy_source_demand(arguments, &source);
    if (exit_status == PARE_EXIT_OK) {
        exit_status = run_tests(arguments, source.policy);
    }
    pare_policy_source_close(&source);
    return exit_status;
}

const pare_command pare_command_test = {
    .name = "test",
    .operands = "",
    .summary = "run a policy's own tests",
    .about =
        "Run the `tests:` of a policy under the published test key, as of 2026-01-01 unless --as-of says otherwise. "
        "Exit 1 if one fails.",
    .examples = {{"in continuous integration", "pare test -p acme.yaml"}},
    .run = test,
};
