/* What a run holds while it goes on: shared by the files that make up pare_run(). */
#ifndef PARE_FILTER_PIPELINE_JOB_H
#define PARE_FILTER_PIPELINE_JOB_H

#include "filter/pipeline/pipeline.h"
#include "filter/sink/output.h"

typedef struct pare_job {
    const pare_run_options *options;
    pare_input *input;
    pare_plan *plan;
    pare_tally *tally;
    pare_stage_settings settings;
    pare_output *output, *manifest, *quarantine;
    pare_sha256 *quarantine_hash; /* the same for the quarantine */
    char quarantine_sha256[2 * PARE_SHA256_BYTES + 1];
    uint64_t quarantine_bytes, quarantined; /* records that were left out, as they were delivered */
    pare_buf quarantine_text;               /* lines of one product */
    pare_sha256 *output_hash;               /* NULL: nobody asks for a digest */
    char output_sha256[2 * PARE_SHA256_BYTES + 1];
    bool wants_manifest;
    bool streamed;       /* every record is through, and the counts are the whole input's */
    char *manifest_path; /* owned */
    const char *sandbox; /* what `opened` said; NULL: nobody was asked */
    uint32_t crc;
    uint64_t formatted_bytes, output_bytes, text_bytes, records;
    pare_counts counts;
} pare_job;

/** Write to the dataset, and to its digest. */
PARE_NODISCARD pare_status pare_job_write(pare_job *job, pare_span bytes, pare_error *err);

/** Kind of an output file: whether it may take the place of one that is there. */
static inline pare_output_kind pare_job_file_kind(const pare_job *job)
{
    return job->options->no_clobber ? PARE_OUTPUT_FILE_NEW : PARE_OUTPUT_FILE;
}

/** Tell of a temporary file, or that it is gone (`output` NULL). */
static inline void pare_job_tell_temporary(const pare_job *job, unsigned which, const pare_output *output)
{
    const pare_progress *progress = &job->options->progress;
    if (progress->temporary != NULL) {
        progress->temporary(progress->context, which, output == NULL ? NULL : pare_output_temporary(output));
    }
}

/** pare_output_open(), standard output being 1, and tell of the temporary file: job_output.c. */
PARE_NODISCARD pare_status pare_job_open_output(const pare_job *job, unsigned which, const char *path,
                                                pare_output_kind kind, pare_output **output, pare_error *err);

/** Nothing that is written may be what is read, or written besides: job_names.c. After the manifest was named. */
PARE_NODISCARD pare_status pare_job_check_names(const pare_job *job, pare_error *err);

/** Decide whether there is a manifest and where: job_manifest.c. */
PARE_NODISCARD pare_status pare_job_name_manifest(pare_job *job, pare_error *err);
/** Write the manifest under its temporary name, whole and synced; nothing is visible yet. */
PARE_NODISCARD pare_status pare_job_prepare_manifest(pare_job *job, pare_error *err);

/** The file of records that are left out, if there is to be one: job_quarantine.c. Warns that it holds raw data. */
PARE_NODISCARD pare_status pare_job_open_quarantine(pare_job *job, pare_error *err);
/** Write the product's records that were left out. */
PARE_NODISCARD pare_status pare_job_quarantine(pare_job *job, const pare_product *product, pare_error *err);
/** Whole and synced; nothing is visible yet. */
PARE_NODISCARD pare_status pare_job_finish_quarantine(pare_job *job, pare_error *err);

/** Warn of released values that a spreadsheet would run, unless the policy says what becomes of them: summary.c. */
void pare_job_warn_of_formulas(const pare_job *job);
/** A few lines for people, into result->summary: summary.c. */
void pare_job_summarize(const pare_job *job, pare_run_result *result);

#endif
