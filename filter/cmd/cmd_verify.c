/*
 * pare verify: a command line around pare_verify().
 *
 * What it finds is its product, so it goes to standard output.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/message.h"
#include "pare/verify.h"
#include "rules/base/span.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct verify_report {
    const char *shown; /* the operand, escaped */
    bool json, first;
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
    }
}

static int verify(const pare_arguments *arguments)
{
    char shown[256];
    pare_verify_result result;
    pare_error err;
    pare_escape(shown, sizeof shown, pare_span_of(arguments->operands[0]));
    verify_report report = {shown, arguments->format == PARE_LOG_JSON, true};
    const pare_verify_options options = {.path = arguments->operands[0],
                                         .manifest = arguments->manifest,
                                         .finding = on_finding,
                                         .context = &report};
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

const pare_command pare_command_verify = {
    .name = "verify",
    .operands = "DATASET",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "say whether a dataset is whole and what its manifest says",
    .about = "Read a dataset that `pare run` delivered, or the one that a manifest (DATASET.datapackage.json) names, and "
             "hold it against its manifest: length and SHA-256, gzip, CSV, names of the columns, number of records. Each "
             "thing that is wrong is a line on standard output, and the exit status is then 1; 66 if the dataset or its "
             "manifest is not there: without its manifest a dataset is not delivered.",
    .examples = {{"before a delivery is sent on", "pare verify out/acme.csv.gz && upload out/acme.csv.gz"},
                 {"the manifest stands somewhere else", "pare verify --manifest acme.json acme.csv.gz"}},
    .run = verify,
};
