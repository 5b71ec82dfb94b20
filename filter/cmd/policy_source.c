/*
 * A policy from a file, with the side tables that it names: their paths count from the policy's own folder, so that a
 * policy and its tables move together.
 */
#include "filter/cmd/policy_source.h"

#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/files.h"
#include "filter/cmd/message.h"
#include "pare/run.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FINDINGS_CEILING = 64 << 20 };

static const char *shown_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* What the callbacks work with. */
typedef struct fetching {
    const char *policy; /* path */
    pare_policy_source *source;
} fetching;

/* Where a table that the policy names lies: relative to the policy's own folder. The path is remembered. */
static pare_status table_path(const fetching *context, const char *name, const char **path, pare_error *err)
{
    char text[PATH_MAX];
    pare_policy_source *source = context->source;
    const char *slash = strrchr(context->policy, '/');
    int folder = name[0] == '/' || slash == NULL ? 0 : (int)(slash - context->policy) + 1;
    int len = snprintf(text, sizeof text, "%.*s%s", folder, context->policy, name);
    if (len < 0 || len >= (int)sizeof text) {
        return pare_fail(err, PARE_E_POLICY, "the path of a table is too long");
    }
    char **files = realloc(source->files, (source->n_files + 1) * sizeof *files);
    char *copy = strdup(text);
    source->files = files != NULL ? files : source->files;
    if (files == NULL || copy == NULL) {
        free(copy);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    files[source->n_files++] = copy;
    *path = copy;
    return PARE_OK;
}

/* pare_fetch.table */
static pare_status fetch_table(void *context, const char *name, pare_table_row row, void *row_context,
                               pare_file_facts *facts, pare_error *err)
{
    const char *path = NULL;
    PARE_TRY(table_path(context, name, &path, err));
    return pare_table_read(path, row, row_context, facts, err);
}

/* pare_fetch.rows */
static pare_status fetch_rows(void *context, const char *name, pare_table_row row, void *row_context,
                              pare_file_facts *facts, pare_error *err)
{
    const char *path = NULL;
    PARE_TRY(table_path(context, name, &path, err));
    return pare_table_read_rows(path, row, row_context, facts, err);
}

/* pare_fetch.list */
static pare_status fetch_list(void *context, const char *name, pare_table_row head, pare_table_row row,
                              void *row_context, pare_file_facts *facts, pare_error *err)
{
    const char *path = NULL;
    PARE_TRY(table_path(context, name, &path, err));
    return pare_list_read(path, head, row, row_context, facts, err);
}

/* pare_fetch.text */
static pare_status fetch_text(void *context, const char *name, pare_write write, void *write_context,
                              pare_file_facts *facts, pare_error *err)
{
    const char *path = NULL;
    PARE_TRY(table_path(context, name, &path, err));
    return pare_text_read(path, write, write_context, facts, err);
}

pare_status pare_policy_source_open(const pare_arguments *arguments, pare_policy_source *source, pare_error *err)
{
    fetching context = {arguments->policy, source};
    const pare_fetch fetch = {
        .table = fetch_table, .context = &context, .rows = fetch_rows, .list = fetch_list, .text = fetch_text};
    source->files = NULL;
    source->n_files = 0;
    source->policy = NULL;
    source->findings = NULL;
    pare_buf_init(&source->bytes, PARE_MAX_POLICY_BYTES);
    pare_status status = pare_file_read(arguments->policy, PARE_E_POLICY, &source->bytes, err);
    if (status != PARE_OK) {
        return status;
    }
    status = pare_policy_load(pare_buf_span(&source->bytes), shown_name(arguments->policy), &fetch, &source->policy,
                              &source->findings, err);
    if (status != PARE_OK) {
        pare_error_in_file(err, shown_name(arguments->policy));
    }
    return status;
}

void pare_policy_source_close(pare_policy_source *source)
{
    pare_policy_free(source->policy);
    pare_findings_free(source->findings);
    pare_buf_clear(&source->bytes);
    for (size_t i = 0; i < source->n_files; i++) {
        free(source->files[i]);
    }
    free(source->files);
    *source = (pare_policy_source){.bytes = source->bytes};
}

/* {"level":"error","command":"run","text":"...","file":"...","findings":[...]} on one line */
static void findings_as_json(const pare_arguments *arguments, const pare_policy_source *source, bool refused)
{
    pare_buf line, array;
    pare_buf_init(&line, FINDINGS_CEILING);
    pare_buf_init(&array, FINDINGS_CEILING);
    pare_findings_json(source->findings, pare_write_buf, &array);
    for (size_t i = 0; i < array.len; i++) {
        if (array.ptr[i] == '\n') { /* between tokens: a line break within a string is written \n */
            array.ptr[i] = ' ';
        }
    }
    pare_buf_printf(&line,
                    "{\"level\":\"%s\",\"command\":\"%s\",\"text\":\"%s\",\"file\":", refused ? "error" : "warning",
                    arguments->command->name, refused ? "policy refused" : "policy has warnings");
    char escaped[PATH_MAX];
    pare_escape(escaped, sizeof escaped, pare_span_of(shown_name(arguments->policy)));
    pare_message_json_string(&line, escaped);
    pare_buf_append_text(&line, ",\"findings\":");
    pare_buf_append_span(&line, pare_buf_span(&array));
    pare_buf_append_text(&line, "}\n");
    pare_buf_clear(&array);
    pare_message_raw(&line);
}

static void print_findings(const pare_arguments *arguments, const pare_policy_source *source)
{
    bool refused = pare_findings_errors(source->findings) > 0;
    if (!refused && (pare_findings_warnings(source->findings) == 0 || pare_message_quiet())) {
        return;
    }
    if (pare_message_json()) {
        findings_as_json(arguments, source, refused);
        return;
    }
    pare_buf text;
    pare_buf_init(&text, FINDINGS_CEILING);
    pare_findings_text(source->findings, pare_message_colour(STDERR_FILENO), pare_write_buf, &text);
    pare_message_raw(&text);
}

int pare_policy_source_demand(const pare_arguments *arguments, pare_policy_source *source)
{
    if (arguments->policy == NULL) {
        *source = (pare_policy_source){.policy = NULL};
        pare_buf_init(&source->bytes, PARE_MAX_POLICY_BYTES);
        return pare_message_usage(arguments->command->name, "no policy: name one with -p FILE");
    }
    pare_error err;
    pare_status status = pare_policy_source_open(arguments, source, &err);
    if (source->findings != NULL) {
        pare_findings_choose(source->findings, PARE_FINDINGS_WARNINGS);
        print_findings(arguments, source);
    }
    return status == PARE_OK ? PARE_EXIT_OK : pare_message_error(&err);
}
