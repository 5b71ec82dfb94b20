/* The manifest of a run: gathered from the job, written beside the dataset, renamed after it. */
#include "filter/pipeline/job.h"
#include "filter/report/manifest.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char MANIFEST_ENDING[] = ".datapackage.json";
static const size_t MANIFEST_CEILING = 64u << 20;

pare_status pare_job_name_manifest(pare_job *job, pare_error *err)
{
    const pare_run_options *options = job->options;
    bool standard = options->output == NULL || strcmp(options->output, "-") == 0;
    if (options->manifest == NULL && standard) {
        return PARE_OK;
    }
    const char *base = options->manifest != NULL ? options->manifest : options->output;
    const char *ending = options->manifest != NULL ? "" : MANIFEST_ENDING;
    size_t base_len = strlen(base);
    job->manifest_path = malloc(base_len + strlen(ending) + 1);
    if (job->manifest_path == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    memcpy(job->manifest_path, base, base_len);
    memcpy(job->manifest_path + base_len, ending, strlen(ending) + 1);
    job->wants_manifest = true;
    return PARE_OK;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static pare_status policy_digest(const pare_job *job, char out[2 * PARE_SHA256_BYTES + 1], pare_error *err)
{
    pare_sha256 *hash = NULL;
    PARE_TRY(pare_sha256_new(&hash, err));
    pare_sha256_update(hash, job->options->policy_bytes);
    pare_sha256_finish_hex(hash, out);
    pare_sha256_free(hash);
    return PARE_OK;
}

static pare_manifest_file *input_files(const pare_job *job)
{
    size_t n = job->options->n_inputs;
    pare_manifest_file *files = calloc(n, sizeof *files);
    for (size_t i = 0; files != NULL && i < n; i++) {
        const pare_input_file *file = pare_input_file_at(job->input, i);
        files[i].name = strcmp(file->path, "-") == 0 ? "-" : base_name(file->path);
        files[i].kind = file->kind;
        files[i].bytes = file->stored_bytes;
        memcpy(files[i].sha256, file->sha256, sizeof files[i].sha256);
    }
    return files;
}

/** RFC 3339, in UTC. */
static void now(char out[32])
{
    time_t seconds = time(NULL);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
        out[0] = '\0';
    }
}

static pare_status describe(const pare_job *job, const pare_manifest_file *inputs, pare_buf *text, pare_error *err)
{
    char policy_sha256[2 * PARE_SHA256_BYTES + 1], fingerprint[PARE_FINGERPRINT_CHARS + 1], created[32];
    const pare_run_options *options = job->options;
    pare_policy_info info;
    pare_policy_about(options->policy, &info);
    bool keyed = options->key != NULL && info.needs_key;
    PARE_TRY(policy_digest(job, policy_sha256, err));
    if (keyed) {
        PARE_TRY(pare_key_fingerprint(options->key, fingerprint, err));
    }
    now(created);
    bool standard = options->output == NULL || strcmp(options->output, "-") == 0;
    pare_manifest manifest = {
        .policy = options->policy,
        .plan = job->plan,
        .tally = job->tally,
        .policy_sha256 = policy_sha256,
        .key_fingerprint = keyed ? fingerprint : NULL,
        .as_of = options->as_of,
        .inputs = inputs,
        .n_inputs = options->n_inputs,
        .output = {.name = standard ? "-" : base_name(options->output), .bytes = job->output_bytes},
        .delimiter = job->settings.writer.delimiter,
        .gzip = job->settings.codec != NULL,
        .sandbox = job->sandbox,
        .created = options->stamp ? created : NULL};
    pare_manifest_file quarantine = {.bytes = job->quarantine_bytes};
    if (job->quarantine != NULL) {
        quarantine.name = base_name(options->quarantine);
        memcpy(quarantine.sha256, job->quarantine_sha256, sizeof quarantine.sha256);
        manifest.quarantine = &quarantine;
    }
    memcpy(manifest.output.sha256, job->output_sha256, sizeof manifest.output.sha256);
    return pare_manifest_write(&manifest, text, err);
}

pare_status pare_job_prepare_manifest(pare_job *job, pare_error *err)
{
    if (!job->wants_manifest) {
        return PARE_OK;
    }
    pare_buf text;
    pare_buf_init(&text, MANIFEST_CEILING);
    pare_manifest_file *inputs = input_files(job);
    pare_status status = inputs == NULL ? pare_fail(err, PARE_E_NOMEM, "out of memory") : PARE_OK;
    if (status == PARE_OK) {
        status = describe(job, inputs, &text, err);
    }
    if (status == PARE_OK) {
        status = pare_job_open_output(job, 1, job->manifest_path, pare_job_file_kind(job), &job->manifest, err);
    }
    if (status == PARE_OK) {
        status = pare_output_write(job->manifest, pare_buf_span(&text), err);
    }
    if (status == PARE_OK) {
        status = pare_output_finish(job->manifest, err);
    }
    free(inputs);
    pare_buf_clear(&text);
    return status;
}
