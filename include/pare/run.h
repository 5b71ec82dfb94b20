/*
 * A whole job: inputs, a policy, an output. `pare run` is a command line around this.
 */
#ifndef PARE_RUN_H
#define PARE_RUN_H

#include "pare/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARE_COMPRESS_BY_NAME = -2, PARE_COMPRESS_NONE = -1, PARE_COMPRESS_DEFAULT_LEVEL = 1 };

/** What becomes of a record that is malformed or that the policy refuses. */
typedef enum pare_on_bad_record {
    PARE_BAD_ABORT = 0, /**< it ends the run */
    PARE_BAD_DROP,      /**< it is left out and counted */
    PARE_BAD_QUARANTINE /**< the same, and kept as it stood in the file `quarantine` */
} pare_on_bad_record;

/** What a run tells while it goes on; called from one thread at a time. */
typedef struct pare_progress {
    void (*tick)(void *context, uint64_t input_bytes, uint64_t records);
    /** Temporary file `which` (0: the dataset, 1: its manifest, 2: the quarantine) exists (name) or no longer does
     * (NULL): what a signal handler has to remove. The name is valid until it is told to be gone. */
    void (*temporary)(void *context, unsigned which, const char *name);
    /** A warning, one line, no value. */
    void (*warning)(void *context, const char *text);
    /**
     * Inputs, outputs and key are open, and no other thread runs yet: the time for a program to lay its rights down.
     * What is opened later: the inputs behind the first, to be read, and the manifest's temporary file. *state:
     * constant text for the manifest's `sandbox`. Anything but PARE_OK ends the run. NULL: nothing happens.
     */
    pare_status (*opened)(void *context, const char **state, pare_error *err);
    void *context;
} pare_progress;

typedef struct pare_run_options {
    const pare_policy *policy;
    pare_span policy_bytes;    /**< for the digest in the manifest */
    const char *const *inputs; /**< paths; "-": standard input */
    size_t n_inputs;
    const char *const *also_read; /**< paths that were read to set the run up: no output takes their place */
    size_t n_also_read;
    const char *output;   /**< path; NULL or "-": standard output */
    const char *manifest; /**< path; NULL: OUTPUT.datapackage.json beside a file, none for standard output */
    int compress;         /**< gzip level, or PARE_COMPRESS_* */
    pare_on_bad_record on_bad_record;
    const char *quarantine; /**< path; with PARE_BAD_QUARANTINE */
    bool cross_check;       /**< read with a second parser as well; a difference ends the run */
    bool spool;
    bool no_clobber;
    bool stamp; /**< write the time into the manifest */
    const pare_key *key;
    pare_day as_of;
    unsigned threads;                                      /**< 0: as many as the process may use */
    size_t max_record_bytes, max_field_bytes, max_columns; /**< 0: the defaults */
    uint64_t max_bytes, max_ratio;                         /**< decompressed; 0: no limit */
    size_t read_bytes;                                     /**< 0: the default; for tests */
    bool portable;                                         /**< no accelerated codec, no vector code */
    pare_progress progress;
} pare_run_options;

/** What a run came to. Counts are valid also where a gate failed. */
typedef struct pare_run_result {
    pare_counts counts;
    uint64_t quarantined_by[PARE_N_FAULTS]; /**< by pare_fault; their sum is counts.quarantined */
    uint64_t detected;                      /**< values that `scan_released` withheld */
    uint64_t formulas;                      /**< released values that begin as a formula does, quoted ones included */
    uint64_t input_bytes, text_bytes, output_bytes; /**< as stored; decompressed; as delivered */
    size_t n_columns_in, n_columns_out, n_unlisted, n_dropped_columns;
    bool delivered;
    char *
        summary; /**< a few lines for people: what went in, came out, was held back. Freed by pare_run_result_clear() */
} pare_run_result;

/**
 * Run a job. On any failure nothing stands under the output's name.
 * @return PARE_OK: delivered; PARE_E_GATE: a gate failed, or something was found (`on_hit: fail`), nothing delivered;
 * other errors as pare_status says
 */
PARE_API PARE_NODISCARD pare_status pare_run(const pare_run_options *options, pare_run_result *result, pare_error *err);
PARE_API void pare_run_result_clear(pare_run_result *result);

/**
 * Read a side table that a policy names (`map_file`): a CSV file with a header, plain or gzip, UTF-8. `row` is called
 * for each record behind the header. The usual `table` of a pare_fetch.
 *
 * @param[out] facts  of the file; may be NULL. Set on success only
 */
PARE_API PARE_NODISCARD pare_status pare_table_read(const char *path, pare_table_row row, void *row_context,
                                                    pare_file_facts *facts, pare_error *err);

/** The same for a file without a header, such as a hierarchy: its first line is a record. The usual `rows`. */
PARE_API PARE_NODISCARD pare_status pare_table_read_rows(const char *path, pare_table_row row, void *row_context,
                                                         pare_file_facts *facts, pare_error *err);

/**
 * Read a list of people that a policy names (`opt_outs`, `tiers`), whatever its size: the usual `list` of a pare_fetch.
 * `head` is called with the column names before the first row; NULL: there is no header.
 */
PARE_API PARE_NODISCARD pare_status pare_list_read(const char *path, pare_table_row head, pare_table_row row,
                                                   void *row_context, pare_file_facts *facts, pare_error *err);

/** Read a text file that a policy names (`packs`), plain or gzip, UTF-8, up to 64 MiB: the usual `text` of a
 * pare_fetch. */
PARE_API PARE_NODISCARD pare_status pare_text_read(const char *path, pare_write write, void *write_context,
                                                   pare_file_facts *facts, pare_error *err);

#ifdef __cplusplus
}
#endif
#endif
