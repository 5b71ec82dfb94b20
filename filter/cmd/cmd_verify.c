/*
 * pare verify: a command line around pare_verify().
 *
 * What it finds is its product, so it goes to standard output.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/message.h"
#include "filter/cmd/policy_source.h"
#include "pare/verify.h"
#include "rules/base/span.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct verify_report {
    const char *shown; /* the operand, escaped */
    bool json, first;
    bool looked, compared; /* values, with detectors; with the original */
} verify_report;

static void on_finding(void *context, const char *text)
{
    verify_report *report = context;
    if (!report->json) {
        printf("%s: %s\n", report->shown, text);
        return;
    }
    pare_buf line;
    pare_buf_init(&line, 1 << 16);
    pare_message_json_string(&line, text);
    printf("%s%.*s", report->first ? "" : ",", (int)line.len, (const char *)line.ptr);
    report->first = false;
    pare_buf_clear(&line);
}

static void print_outcome(const verify_report *report, const pare_verify_result *result, bool good)
{
    if (report->json) {
        printf("],\"bytes\":%" PRIu64 ",\"records\":%" PRIu64 ",\"columns\":%zu,\"good\":%s}\n", result->bytes,
               result->records, result->n_columns, good ? "true" : "false");
    } else if (good) {
        printf("%s: whole, and what its manifest says: %" PRIu64 " records, %zu columns, %" PRIu64 " bytes\n",
               report->shown, result->records, result->n_columns, result->bytes);
        if (report->looked) {
            printf("%s: nothing found in %zu columns that pass as they are\n", report->shown, result->n_scanned);
        }
        if (report->compared) {
            printf("%s: no value that was withheld from the original was found in it\n", report->shown);
        }
    }
}

static int verify_dataset(const pare_arguments *arguments, const pare_policy_source *source)
{
    char shown[256];
    pare_verify_result result;
    pare_error err;
    pare_escape(shown, sizeof shown, pare_span_of(arguments->operands[0]));
    verify_report report = {shown, arguments->format == PARE_LOG_JSON, true, source != NULL,
                            arguments->original != NULL};
    pare_verify_options options = {.path = arguments->operands[0],
                                   .manifest = arguments->manifest,
                                   .find = arguments->find,
                                   .original = arguments->original,
                                   .finding = on_finding,
                                   .context = &report};
    if (source != NULL) {
        options.policy = source->policy;
        options.policy_bytes = pare_buf_span(&source->bytes);
    }
    if (report.json) {
        printf("{\"findings\":[");
    }
    pare_status status = pare_verify(&options, &result, &err);
    print_outcome(&report, &result, status == PARE_OK);
    if (status == PARE_E_GATE) {
        return PARE_EXIT_FOUND;
    }
    return status == PARE_OK ? PARE_EXIT_OK : pare_message_error(&err);
}

static int verify(const pare_arguments *arguments)
{
    pare_policy_source source;
    if (arguments->policy == NULL) {
        return arguments->find != NULL || arguments->original != NULL
                   ? pare_message_usage("verify", "--find and --original want the policy: name it with -p FILE")
                   : verify_dataset(arguments, NULL);
    }
    if (arguments->original != NULL && arguments->original[0] == '-' && arguments->original[1] == '\0') {
        return pare_message_usage("verify", "the original is read twice: it can't be standard input");
    }
    int exit_status = pare_policy_source_demand(arguments, &source);
    if (exit_status == PARE_EXIT_OK) {
        exit_status = verify_dataset(arguments, &source);
    }
    pare_policy_source_close(&source);
    return exit_status;
}

const pare_command pare_command_verify = {
    .name = "verify",
    .operands = "DATASET",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "say whether a dataset is whole and what its manifest says",
    .about =
        "Read a dataset that `pare run` delivered, or the one that a manifest (DATASET.datapackage.json) names, and "
        "hold it against its manifest: length and SHA-256, gzip, CSV, names of the columns, number of records. Each "
        "thing that is wrong is a line on standard output, and the exit status is then 1; 66 if the dataset or its "
        "manifest is not there: without its manifest a dataset is not delivered.\n\n"
        "With -p, detectors run over every value of the columns that pass as they are. With --original as well, the "
        "values that the policy withholds from that export are looked for in the dataset: as they are, in base64, hex "
        "or percent-encoded, and as plain MD5, SHA-1 or SHA-256. Columns and counts are told, never a value.",
    .examples = {{"before a delivery is sent on", "pare verify out/acme.csv.gz && upload out/acme.csv.gz"},
                 {"is anything in it that should not be",
                  "pare verify -p acme.yaml --original in/crm.csv.gz out/acme.csv.gz"},
                 {"the manifest stands somewhere else", "pare verify --manifest acme.json acme.csv.gz"}},
    .run = verify,
};
