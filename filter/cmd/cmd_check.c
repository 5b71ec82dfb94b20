/*
 * pare check: everything that is wrong with a policy, in one go, and the policy's own tests.
 *
 * What it finds is its product, so it goes to standard output.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/message.h"
#include "filter/cmd/policy_source.h"
#include "filter/cmd/today.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REPORT_CEILING = 64 << 20 };

typedef struct check_report {
    size_t errors, warnings, infos, allowed, n_tests, failed;
    pare_buf failures; /* what the failing tests say */
} check_report;

static void print_text(const pare_policy_source *source, const check_report *report, const char *policy)
{
    char shown[256];
    pare_span name = {(const unsigned char *)policy, strlen(policy)};
    pare_escape(shown, sizeof shown, name);
    pare_findings_text(source->findings, pare_message_colour(STDOUT_FILENO), pare_write_stream, stdout);
    pare_write_stream(stdout, (const char *)report->failures.ptr, report->failures.len);
    if (report->errors == 0) { /* findings bring their own closing line; tests have not run where there are errors */
        bool silent = report->warnings + report->infos + report->allowed == 0;
        printf("%s: %s%zu of %zu tests passed\n", shown, silent ? "0 errors, 0 warnings, " : "",
               report->n_tests - report->failed, report->n_tests);
    }
}

static void print_json(const pare_policy_source *source, check_report *report)
{
    pare_buf text;
    pare_buf_init(&text, REPORT_CEILING);
    pare_buf_append_byte(&report->failures, '\0');
    pare_message_json_string(&text, report->failures.len > 0 ? (const char *)report->failures.ptr : "");
    printf("{\"errors\":%zu,\"warnings\":%zu,\"infos\":%zu,\"allowed\":%zu,\"tests\":%zu,\"failed\":%zu,\"failures\":",
           report->errors, report->warnings, report->infos, report->allowed, report->n_tests, report->failed);
    pare_write_stream(stdout, (const char *)text.ptr, text.len);
    printf(",\"findings\":");
    pare_findings_json(source->findings, pare_write_stream, stdout);
    printf("}\n");
    pare_buf_clear(&text);
}

static int judge(const pare_arguments *arguments, const check_report *report)
{
    if (report->errors > 0) {
        return PARE_EXIT_POLICY;
    }
    bool denied = arguments->deny_warnings && report->warnings > 0;
    return report->failed > 0 || denied ? PARE_EXIT_FOUND : PARE_EXIT_OK;
}

static int check(const pare_arguments *arguments)
{
    pare_policy_source source;
    pare_error err;
    if (arguments->policy == NULL) {
        return pare_message_usage("check", "no policy: name one with -p FILE");
    }
    check_report found = {0};
    pare_buf_init(&found.failures, REPORT_CEILING);
    pare_status status = pare_policy_source_open(arguments, &source, &err);
    if (status == PARE_OK) {
        pare_policy_info about;
        pare_policy_about(source.policy, &about);
        found.n_tests = about.n_tests;
        status = pare_policy_run_tests(source.policy, pare_test_day(&arguments->as_of), &found.failed, pare_write_buf,
                                       &found.failures, &err);
    }
    int exit_status = PARE_EXIT_OK;
    if (source.findings == NULL) {
        exit_status = pare_message_error(&err);
    } else {
        pare_findings_choose(source.findings, arguments->no_allow ? PARE_FINDINGS_ALL : PARE_FINDINGS_USUAL);
        found.errors = pare_findings_errors(source.findings);
        found.warnings = pare_findings_warnings(source.findings);
        found.infos = pare_findings_infos(source.findings);
        found.allowed = pare_findings_allowed(source.findings);
        if (arguments->format == PARE_LOG_JSON) {
            print_json(&source, &found);
        } else {
            print_text(&source, &found, arguments->policy);
        }
        /* a failure that no finding explains (memory, a test that could not run) has its own status */
        exit_status = status != PARE_OK && found.errors == 0 ? pare_message_error(&err) : judge(arguments, &found);
    }
    pare_buf_clear(&found.failures);
    pare_policy_source_close(&source);
    return exit_status;
}

const pare_command pare_command_check = {
    .name = "check",
    .operands = "",
    .summary = "say everything that is wrong with a policy, and run its tests",
    .about =
        "Print all errors, warnings and infos with their place and code (`pare explain PR021` tells more about one), "
        "then "
        "run the policy's own tests. Exit 78 if there are errors, 1 if a test fails or --deny-warnings met a warning; "
        "infos never count. A comment `# pare: allow PR092 -- reason` accepts a warning on its line or the line below.",
    .examples = {{"before committing a policy", "pare check -p acme.yaml --deny-warnings"},
                 {"for an editor or a review tool", "pare check -p acme.yaml --format json"}},
    .run = check,
};
