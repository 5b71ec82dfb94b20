/*
 * Which file is which: nothing that a run writes may take the place of something that it reads, or of something else
 * that it writes. Files are told apart by device and inode, so that links and other spellings are seen through; names
 * under which nothing stands yet, by their directory and their last part.
 */
#include "filter/pipeline/job.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <string.h>

typedef struct named_file {
    const char *path; /* NULL: standard output */
    const char *role; /* "the output" */
} named_file;

enum { MOST_WRITTEN = 3 };

static bool is_standard(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

static size_t list_written(const pare_job *job, named_file files[MOST_WRITTEN])
{
    const pare_run_options *options = job->options;
    size_t n = 0;
    files[n++] = (named_file){is_standard(options->output) ? NULL : options->output, "the output"};
    if (job->wants_manifest) {
        files[n++] = (named_file){job->manifest_path, "the manifest"};
    }
    if (options->on_bad_record == PARE_BAD_QUARANTINE) {
        files[n++] = (named_file){options->quarantine, "the quarantine"};
    }
    return n;
}

static pare_status refuse(const named_file *file, const char *other, const char *other_path, pare_error *err)
{
    char name[160];
    (void)pare_escape(name, sizeof name, pare_span_of(other_path));
    pare_status status = other_path[0] == '\0'
                             ? pare_fail(err, PARE_E_CREATE, "%s is %s as well", file->role, other)
                             : pare_fail(err, PARE_E_CREATE, "%s is %s as well (%s)", file->role, other, name);
    pare_error_in_file(err, file->path == NULL ? "standard output" : file->path);
    return status;
}

/** What the run reads. */
static pare_status check_read(const pare_job *job, const named_file *file, pare_error *err)
{
    const pare_run_options *options = job->options;
    for (size_t i = 0; i < options->n_inputs; i++) {
        const char *input = options->inputs[i];
        if (pare_output_is_input(file->path, input)) {
            return refuse(file, "an input", is_standard(input) ? "standard input" : input, err);
        }
    }
    for (size_t i = 0; i < options->n_also_read; i++) {
        if (pare_output_is_input(file->path, options->also_read[i])) {
            return refuse(file, "a file that the run reads", options->also_read[i], err);
        }
    }
    return PARE_OK;
}

pare_status pare_job_check_names(const pare_job *job, pare_error *err)
{
    named_file files[MOST_WRITTEN];
    const size_t n = list_written(job, files);
    for (size_t i = 0; i < n; i++) {
        if (files[i].path == NULL && i > 0) {
            return pare_fail(err, PARE_E_INTERNAL, "%s needs a name", files[i].role);
        }
        for (size_t k = 0; k < i; k++) {
            if (pare_output_same_place(files[i].path, files[k].path)) {
                return refuse(&files[i], files[k].role, "", err);
            }
        }
        PARE_TRY(check_read(job, &files[i], err));
    }
    return PARE_OK;
}
