/*
 * A whole job: open, bind, stream, check, deliver.
 *
 *   inputs are opened and the policy bound before anything is created; everything the run needs is allocated before
 *   the first record; gates are asked after the last; the dataset is renamed into place, then its manifest, which is
 *   the commit record. On any failure before that nothing stands under the output's name.
 */
#include "filter/pipeline/job.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THREADS = 64, LARGE_BYTES = 4 << 20 };

static bool to_standard_output(const pare_run_options *options)
{
    return options->output == NULL || strcmp(options->output, "-") == 0;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), end_len = strlen(ending);
    return len >= end_len && strcmp(text + len - end_len, ending) == 0;
}

static unsigned processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (unsigned)n;
}

/** Whether some input is known to be so large that what pays for many records pays. */
static bool has_large_input(const pare_run_options *options)
{
    bool large = false;
    for (size_t i = 0; i < options->n_inputs; i++) {
        large = large || pare_file_bytes(options->inputs[i]) >= LARGE_BYTES;
    }
    return large;
}

static pare_status choose_codec(pare_job *job, pare_error *err)
{
    const pare_run_options *options = job->options;
    int level = options->compress;
    if (level == PARE_COMPRESS_BY_NAME) {
        bool by_name = !to_standard_output(options) && ends_with(options->output, ".gz");
        level = by_name ? PARE_COMPRESS_DEFAULT_LEVEL : PARE_COMPRESS_NONE;
    }
    job->settings.level = level;
    if (level == PARE_COMPRESS_NONE) {
        return PARE_OK;
    }
    job->settings.codec = pare_codec_for(level, options->portable);
    return job->settings.codec != NULL ? PARE_OK
                                       : pare_fail(err, PARE_E_CREATE, "there is no compression level %d", level);
}

static pare_status bind_policy(pare_job *job, pare_error *err)
{
    const pare_run_options *options = job->options;
    PARE_TRY(pare_input_open(options, job->wants_manifest, &job->input, err));
    size_t n = 0;
    const pare_span *names = pare_input_names(job->input, &n);
    pare_bind_options bind = {.key = options->key, .as_of = options->as_of};
    pare_status status = pare_plan_bind(options->policy, names, n, &bind, &job->plan, err);
    if (status == PARE_E_POLICY || status == PARE_E_DATA) {
        pare_error_in_file(err, options->inputs[0]);
    }
    PARE_TRY(status);
    for (size_t i = 0; i < pare_plan_n_warnings(job->plan) && options->progress.warning != NULL; i++) {
        options->progress.warning(options->progress.context, pare_plan_warning(job->plan, i));
    }
    return pare_tally_new(job->plan, &job->tally, err);
}

/** The output speaks the input's dialect unless the policy names another. */
static unsigned char output_delimiter(const pare_job *job)
{
    const pare_output_settings *output = pare_policy_output(job->options->policy);
    unsigned char input = pare_input_delimiter(job->input);
    if (output->delimiter != 0) {
        return output->delimiter;
    }
    switch (output->format) {
    case PARE_FORMAT_TSV:
        return '\t';
    case PARE_FORMAT_CSV:
        return input == '\t' ? ',' : input;
    case PARE_FORMAT_DETECT:
        break;
    }
    return input;
}

static pare_status open_outputs(pare_job *job, pare_error *err)
{
    const pare_run_options *options = job->options;
    bool standard = to_standard_output(options);
    pare_output_kind kind = !standard        ? pare_job_file_kind(job)
                            : options->spool ? PARE_OUTPUT_SPOOLED
                                             : PARE_OUTPUT_LIVE;
    PARE_TRY(pare_job_open_output(job, 0, standard ? NULL : options->output, kind, &job->output, err));
    if (job->settings.codec != NULL && job->settings.codec->joinable) {
        unsigned char header[PARE_GZIP_HEADER_BYTES];
        pare_gzip_header(header);
        PARE_TRY(pare_job_write(job, pare_span_from(header, sizeof header), err));
    }
    return PARE_OK;
}

pare_status pare_job_write(pare_job *job, pare_span bytes, pare_error *err)
{
    if (job->output_hash != NULL) {
        pare_sha256_update(job->output_hash, bytes);
    }
    job->output_bytes += bytes.len;
    pare_status status = pare_output_write(job->output, bytes, err);
    if (status != PARE_OK && !to_standard_output(job->options)) {
        pare_error_in_file(err, job->options->output);
    }
    return status;
}

/** pare_delivery: products in order. */
static pare_status deliver(void *context, const pare_product *product, pare_error *err)
{
    pare_job *job = context;
    if (job->settings.codec != NULL) {
        job->crc = pare_crc32_combine(job->crc, product->crc, product->text_bytes);
    }
    job->formatted_bytes += product->text_bytes;
    job->text_bytes += product->n_bytes;
    job->records += product->n_records;
    PARE_TRY(pare_job_quarantine(job, product, err));
    PARE_TRY(pare_job_write(job, pare_buf_span(&product->bytes), err));
    if (job->options->progress.tick != NULL) {
        job->options->progress.tick(job->options->progress.context, product->input_bytes, job->records);
    }
    return PARE_OK;
}

static pare_status stream(pare_job *job, pare_error *err)
{
    const pare_run_options *options = job->options;
    unsigned threads = options->threads == 0 ? processors() : options->threads;
    job->settings.plan = job->plan;
    job->settings.reader = pare_input_reader(job->input);
    job->settings.batch_bytes = pare_input_batch_bytes(job->input);
    job->settings.max_record_bytes = options->max_record_bytes == 0 ? PARE_MAX_RECORD_BYTES : options->max_record_bytes;
    job->settings.leaves_out = options->on_bad_record != PARE_BAD_ABORT;
    job->settings.keeps_refused = options->on_bad_record == PARE_BAD_QUARANTINE;
    job->settings.cross_check = options->cross_check;
    job->settings.expects_many = threads == 1 && has_large_input(options); /* several make it while others work */
    unsigned char delimiter = output_delimiter(job);
    job->settings.writer = (pare_writer){.delimiter = delimiter,
                                         .raw_passes = delimiter == job->settings.reader->dialect.delimiter,
                                         .plain_passes = delimiter != '\0' && strchr(",;\t|:", delimiter) != NULL};
    pare_delivery delivery = {deliver, job};
    PARE_TRY(pare_pipeline_run(job->input, &job->settings, threads > MAX_THREADS ? MAX_THREADS : threads, &delivery,
                               job->tally, err));
    PARE_TRY(pare_tally_check(job->tally, err));
    pare_tally_counts(job->tally, &job->counts);
    if (job->counts.read != job->records || job->counts.quarantined != job->quarantined) {
        return pare_fail(err, PARE_E_INTERNAL, "records were lost on the way: this is a fault of pare");
    }
    return PARE_OK;
}

/** What the policy demands of the whole before it may leave. */
static pare_status pass_gates(const pare_job *job, pare_error *err)
{
    pare_policy_info info;
    pare_policy_about(job->options->policy, &info);
    if (info.has_min_records && job->counts.written < info.min_records) {
        return pare_fail(err, PARE_E_GATE, "gate `min_records`: %llu were written, at least %llu are asked for",
                         (unsigned long long)job->counts.written, (unsigned long long)info.min_records);
    }
    if (!pare_policy_allows_quarantined(job->options->policy, job->counts.quarantined, job->counts.read)) {
        return pare_fail(err, PARE_E_GATE, "gate `max_quarantined`: %llu of %llu records are quarantined",
                         (unsigned long long)job->counts.quarantined, (unsigned long long)job->counts.read);
    }
    return PARE_OK;
}

static pare_status finish_stream(pare_job *job, pare_error *err)
{
    if (job->settings.codec != NULL && job->settings.codec->joinable) {
        unsigned char trailer[PARE_GZIP_TRAILER_BYTES];
        pare_gzip_trailer(job->crc, job->formatted_bytes, trailer);
        PARE_TRY(pare_job_write(job, pare_span_from(trailer, sizeof trailer), err));
    }
    if (job->output_hash != NULL) {
        pare_sha256_finish_hex(job->output_hash, job->output_sha256);
    }
    return pare_output_finish(job->output, err);
}

/** On a file system that takes `Out` and `out` for one name, a later file would replace an earlier one of this run. */
static pare_status keep_apart(pare_output *const *files, size_t n, pare_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (files[i] != NULL && pare_output_would_replace(files[n], files[i])) {
            return pare_fail(err, PARE_E_CREATE, "two files of the run have one name on this file system");
        }
    }
    return PARE_OK;
}

/** The quarantine, the dataset, and last the manifest: all of them or none. */
static pare_status commit(pare_job *job, pare_error *err)
{
    pare_output *const files[] = {job->quarantine, job->output, job->manifest};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        pare_status status = files[i] == NULL ? PARE_OK : keep_apart(files, i, err);
        status = files[i] == NULL || status != PARE_OK ? status : pare_output_commit(files[i], err);
        if (status != PARE_OK) { /* without its commit record nothing is delivered */
            for (; i > 0; i--) {
                if (files[i - 1] != NULL) {
                    pare_output_retract(files[i - 1]);
                }
            }
            return status;
        }
    }
    return PARE_OK;
}

static pare_status run_job(pare_job *job, pare_error *err)
{
    PARE_TRY(choose_codec(job, err));
    PARE_TRY(pare_job_name_manifest(job, err));
    PARE_TRY(pare_job_check_names(job, err));
    PARE_TRY(bind_policy(job, err));
    if (job->wants_manifest) {
        PARE_TRY(pare_sha256_new(&job->output_hash, err));
    }
    PARE_TRY(open_outputs(job, err));
    PARE_TRY(pare_job_open_quarantine(job, err));
    if (job->options->progress.opened != NULL) {
        PARE_TRY(job->options->progress.opened(job->options->progress.context, &job->sandbox, err));
    }
    PARE_TRY(stream(job, err));
    job->streamed = true;
    pare_job_warn_of_formulas(job);
    PARE_TRY(pass_gates(job, err));
    PARE_TRY(finish_stream(job, err));
    PARE_TRY(pare_job_finish_quarantine(job, err));
    PARE_TRY(pare_job_prepare_manifest(job, err));
    return commit(job, err);
}

/** Remove what was not committed. Until it is gone, a signal handler knows its name from a copy of its own. */
static void close_output(const pare_job *job, unsigned which, pare_output *output)
{
    pare_output_close(output);
    if (output != NULL) {
        pare_job_tell_temporary(job, which, NULL);
    }
}

pare_status pare_run(const pare_run_options *options, pare_run_result *result, pare_error *err)
{
    pare_error unwanted;
    err = err == NULL ? &unwanted : err;
    *err = (pare_error){0};
    *result = (pare_run_result){0};
    if (options->n_inputs == 0 || options->policy == NULL) {
        return pare_fail(err, PARE_E_INTERNAL, "a run needs a policy and an input");
    }
    pare_job job = {.options = options};
    pare_status status = run_job(&job, err);
    if (status != PARE_OK && err->status == PARE_OK) { /* whatever forgot to say why: it is no success */
        (void)pare_fail(err, status, "the run failed, and did not say why: this is a fault of pare");
    }
    result->delivered = status == PARE_OK;
    result->counts = job.counts;
    for (unsigned i = 0; i < PARE_N_FAULTS && job.tally != NULL; i++) {
        result->quarantined_by[i] = pare_tally_quarantined(job.tally, (pare_fault)i);
    }
    result->input_bytes = job.input == NULL ? 0 : pare_input_stored_bytes(job.input);
    result->text_bytes = job.text_bytes;
    result->output_bytes = job.output_bytes;
    if (status == PARE_OK || (status == PARE_E_GATE && job.streamed)) { /* else the figures are of a part */
        pare_job_summarize(&job, result);
    }
    close_output(&job, 0, job.output);
    close_output(&job, 1, job.manifest);
    close_output(&job, 2, job.quarantine);
    pare_sha256_free(job.quarantine_hash);
    pare_buf_clear(&job.quarantine_text);
    pare_tally_free(job.tally);
    pare_plan_free(job.plan);
    pare_input_close(job.input);
    pare_sha256_free(job.output_hash);
    free(job.manifest_path);
    return status;
}

void pare_run_result_clear(pare_run_result *result)
{
    free(result->summary);
    result->summary = NULL;
}
