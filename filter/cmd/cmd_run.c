/*
 * pare run: a command line around pare_run().
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/key_source.h"
#include "filter/cmd/message.h"
#include "filter/cmd/policy_source.h"
#include "filter/cmd/progress.h"
#include "filter/cmd/sandbox.h"
#include "filter/cmd/signals.h"
#include "filter/cmd/today.h"
#include "pare/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const standard_input[] = {"-"};

typedef struct watch {
    pare_progress_line line;
    const pare_arguments *arguments;
} watch;

static void on_tick(void *context, uint64_t input_bytes, uint64_t records)
{
    watch *w = context;
    pare_progress_tick(&w->line, input_bytes, records);
}

static void on_warning(void *context, const char *text)
{
    watch *w = context;
    pare_progress_clear(&w->line);
    pare_message(PARE_LEVEL_WARNING, "%s", text);
}

static pare_status on_opened(void *context, const char **state, pare_error *err)
{
    const watch *w = context;
    return pare_sandbox_enter(w->arguments, state, err);
}

static bool names_standard_output(const char *output)
{
    return output == NULL || strcmp(output, "-") == 0;
}

static bool reads_standard_input(const pare_arguments *arguments)
{
    for (size_t i = 0; i < arguments->n_operands; i++) {
        if (strcmp(arguments->operands[i], "-") == 0) {
            return true;
        }
    }
    return arguments->n_operands == 0;
}

/* What the option table can't say. PARE_EXIT_OK, or the usage error that was printed. */
static int check_arguments(const pare_arguments *arguments)
{
    bool from_stdin = reads_standard_input(arguments);
    if (arguments->policy == NULL) {
        return pare_message_usage("run", "no policy: name one with -p FILE");
    }
    if (arguments->key_file != NULL && arguments->key_fd >= 0) {
        return pare_message_usage("run", "--key-file and --key-fd: only one can be the key");
    }
    if (from_stdin && (strcmp(arguments->policy, "-") == 0 || arguments->key_fd == STDIN_FILENO)) {
        return pare_message_usage("run", "standard input can't be the records and the policy or key as well");
    }
    if (from_stdin && isatty(STDIN_FILENO) == 1) {
        return pare_message_usage("run", "no input: name files, or pipe an export into standard input");
    }
    if (names_standard_output(arguments->output) && arguments->compress >= 0 && isatty(STDOUT_FILENO) == 1) {
        return pare_message_usage("run", "compressed output is not written to a terminal");
    }
    if (arguments->max_record > 0 && arguments->max_field > arguments->max_record) {
        return pare_message_usage("run", "--max-field is longer than --max-record");
    }
    return PARE_EXIT_OK;
}

static void fill_options(const pare_arguments *arguments, const pare_policy_source *source, const pare_key *key,
                         pare_run_options *options)
{
    memset(options, 0, sizeof *options);
    options->policy = source->policy;
    options->policy_bytes = pare_buf_span(&source->bytes);
    options->inputs = arguments->n_operands > 0 ? arguments->operands : standard_input;
    options->n_inputs = arguments->n_operands > 0 ? arguments->n_operands : 1;
    options->output = arguments->output;
    options->manifest = arguments->manifest;
    options->compress = arguments->compress;
    options->on_bad_record = (pare_on_bad_record)arguments->on_bad_record.what;
    options->quarantine = arguments->on_bad_record.file;
    options->cross_check = arguments->cross_check;
    options->spool = arguments->spool;
    options->no_clobber = arguments->no_clobber;
    options->stamp = arguments->stamp;
    options->key = key;
    options->as_of = arguments->as_of.year != 0 ? arguments->as_of : pare_today();
    options->threads = (unsigned)arguments->threads;
    options->max_record_bytes = (size_t)arguments->max_record;
    options->max_field_bytes = (size_t)arguments->max_field;
    options->max_columns = (size_t)arguments->max_columns;
    options->max_bytes = arguments->max_bytes;
    options->max_ratio = arguments->max_ratio;
    options->read_bytes = (size_t)arguments->read_bytes;
    options->portable = arguments->portable;
}

static void summary_as_json(const pare_run_result *result)
{
    const struct {
        const char *key;
        uint64_t number;
    } figures[] = {{"read", result->counts.read},
                   {"written", result->counts.written},
                   {"dropped_retention", result->counts.dropped_retention},
                   {"dropped_no_date", result->counts.dropped_no_date},
                   {"dropped_no_purpose", result->counts.dropped_no_purpose},
                   {"dropped_opted_out", result->counts.dropped_opted_out},
                   {"quarantined", result->counts.quarantined},
                   {"values_detected", result->detected},
                   {"values_formulas", result->formulas},
                   {"input_bytes", result->input_bytes},
                   {"text_bytes", result->text_bytes},
                   {"output_bytes", result->output_bytes},
                   {"columns_in", result->n_columns_in},
                   {"columns_out", result->n_columns_out},
                   {"columns_unlisted", result->n_unlisted},
                   {"columns_dropped", result->n_dropped_columns}};
    pare_buf line;
    pare_buf_init(&line, 1 << 16);
    pare_buf_append_text(&line, "{\"level\":\"info\",\"command\":\"run\",\"text\":\"summary\"");
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        pare_buf_printf(&line, ",\"%s\":%" PRIu64, figures[i].key, figures[i].number);
    }
    const char *before = "";
    pare_buf_append_text(&line, ",\"quarantined_by\":{");
    for (unsigned i = 0; i < PARE_N_FAULTS; i++) {
        if (result->quarantined_by[i] > 0) {
            pare_buf_printf(&line, "%s\"%s\":%" PRIu64, before, pare_fault_code((pare_fault)i),
                            result->quarantined_by[i]);
            before = ",";
        }
    }
    pare_buf_append_text(&line, "}");
    pare_buf_printf(&line, ",\"delivered\":%s}\n", result->delivered ? "true" : "false");
    pare_message_raw(&line);
}

static void print_summary(const pare_run_result *result)
{
    if (pare_message_quiet()) {
        return;
    }
    if (pare_message_json()) {
        summary_as_json(result);
        return;
    }
    if (result->summary != NULL) {
        pare_buf text;
        pare_buf_init(&text, 1 << 20);
        pare_buf_append_text(&text, result->summary);
        if (text.len > 0 && text.ptr[text.len - 1] != '\n') {
            pare_buf_append_byte(&text, '\n');
        }
        pare_message_raw(&text);
    }
}

/* What was read already: [n]. NULL: no memory. */
static const char **list_read(const pare_arguments *arguments, const pare_policy_source *source,
                              char key_path[PATH_MAX], size_t *n)
{
    const char **files = calloc(source->n_files + 2, sizeof *files);
    *n = 0;
    if (files == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < source->n_files; i++) {
        files[(*n)++] = source->files[i];
    }
    if (strcmp(arguments->policy, "-") != 0) {
        files[(*n)++] = arguments->policy;
    }
    if (pare_key_source_path(arguments, key_path)) {
        files[(*n)++] = key_path;
    }
    return files;
}

static int run_job(const pare_arguments *arguments, const pare_policy_source *source, const pare_key *key)
{
    pare_run_options options;
    pare_run_result result;
    watch w = {.arguments = arguments};
    pare_error err;
    char key_path[PATH_MAX];
    memset(&result, 0, sizeof result);
    fill_options(arguments, source, key, &options);
    const char **files = list_read(arguments, source, key_path, &options.n_also_read);
    if (files == NULL) {
        (void)pare_fail(&err, PARE_E_NOMEM, "out of memory");
        return pare_message_error(&err);
    }
    options.also_read = files;
    pare_progress_start(&w.line, !arguments->quiet && arguments->log == PARE_LOG_TEXT, arguments->fake_terminal,
                        options.inputs, options.n_inputs);
    options.progress.tick = w.line.on ? on_tick : NULL;
    options.progress.warning = on_warning;
    options.progress.temporary = pare_signals_temporary;
    options.progress.opened = on_opened;
    options.progress.context = &w;
    pare_signals_catch();
    pare_status status = pare_run(&options, &result, &err);
    pare_progress_clear(&w.line);
    int exit_status = PARE_EXIT_OK;
    if (status == PARE_OK || (status == PARE_E_GATE && result.summary != NULL)) {
        print_summary(&result); /* a failed gate is explained by its figures */
    }
    if (status != PARE_OK) {
        exit_status = pare_message_error(&err);
    }
    pare_run_result_clear(&result);
    free(files);
    return exit_status;
}

static int run(const pare_arguments *arguments)
{
    pare_policy_source source;
    pare_policy_info about;
    pare_key *key = NULL;
    pare_error err;
    int exit_status = check_arguments(arguments);
    if (exit_status != PARE_EXIT_OK) {
        return exit_status;
    }
    exit_status = pare_policy_source_demand(arguments, &source);
    if (exit_status == PARE_EXIT_OK && pare_key_source_load(arguments, &key, &err) != PARE_OK) {
        exit_status = pare_message_error(&err);
    }
    if (exit_status == PARE_EXIT_OK) {
        pare_policy_about(source.policy, &about);
        if (about.needs_key && key == NULL) {
            (void)pare_fail(&err, PARE_E_KEY,
                            "the policy pseudonymizes, and there is no key: --key-file FILE (make one with "
                            "`pare keygen FILE`)");
            exit_status = pare_message_error(&err);
        } else {
            exit_status = run_job(arguments, &source, key);
        }
    }
    pare_key_free(key);
    pare_policy_source_close(&source);
    return exit_status;
}

const pare_command pare_command_run = {
    .name = "run",
    .operands = "[INPUT...]",
    .max_operands = SIZE_MAX,
    .summary = "minimize an export by a policy",
    .about =
        "Read exports (CSV or TSV; gzip, zlib or plain, recognized by content), apply the policy, write the minimized "
        "dataset. Several inputs are read one after another and must have the same header; none, or `-`, is standard "
        "input.\n\n"
        "What the policy does not name does not leave. With -o the file appears under its name only when all records "
        "are "
        "through and every gate has passed, with a manifest beside it that is renamed last: where the manifest is, the "
        "dataset is whole. Standard output is live unless --spool is given, and a failed run leaves its gzip stream "
        "unfinished on purpose.",
    .examples = {{"a nightly job", "pare run -p acme.yaml --key-file acme.key -o out/acme.csv.gz in/crm-*.csv.gz"},
                 {"in a pipe", "zcat crm.csv.gz | pare run -p acme.yaml --key-file acme.key | vendor-upload"},
                 {"the key from a vault, never on disk",
                  "pare run -p acme.yaml --key-fd 3 -o acme.csv.gz crm.csv.gz 3< <(vault-read pare)"}},
    .run = run,
};
