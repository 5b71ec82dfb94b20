/*
 * A plan: a policy bound to the columns of one input. Immutable; shared by all workers. A worker applies it.
 */
#ifndef PARE_PLAN_H
#define PARE_PLAN_H

#include "pare/key.h"
#include "pare/policy.h"
#include "pare/record.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pare_plan pare_plan;     /**< opaque, immutable after bind */
typedef struct pare_worker pare_worker; /**< opaque; one thread at a time */
typedef struct pare_tally pare_tally;   /**< opaque; counts that add up */

typedef struct pare_day {
    int32_t year;
    uint8_t month, day;
} pare_day;

typedef struct pare_bind_options {
    const pare_key *key; /**< borrowed for the call; NULL: a policy that needs one is refused with PARE_E_KEY */
    pare_day as_of;      /**< the day that ages, retention and rotation count from */
    /** The names are known to be names. False: they stood in a file's first line, which may be a record. */
    bool names_are_declared;
} pare_bind_options;

/**
 * Bind a policy to the columns of one input.
 *
 * @param      policy   Borrowed; must outlive the plan.
 * @param      names    Column names, unquoted, in input order. Borrowed for the call; copied.
 * @param[out] plan     The caller's, to free with pare_plan_free(). Untouched on failure.
 * @return PARE_OK; PARE_E_DATA: a rule names a header that stands twice; PARE_E_POLICY: `unlisted: fail` met an
 * unlisted column, a needed column is absent, two rules give one output name, names that may be a record's values would
 * become names of the output (pare_bind_options.names_are_declared); PARE_E_KEY; PARE_E_NOMEM
 */
PARE_API PARE_NODISCARD pare_status pare_plan_bind(const pare_policy *policy, const pare_span *names, size_t n_names,
                                                   const pare_bind_options *options, pare_plan **plan, pare_error *err);
PARE_API void pare_plan_free(pare_plan *plan);

/** A column of the output. Borrowed from the plan; texts are NUL-terminated. */
typedef struct pare_column_info {
    const char *name;      /**< in the output */
    const char *source;    /**< in the input */
    uint32_t source_index; /**< from 0 */
    const char *category;
    uint64_t purposes;  /**< bits, by index in the policy */
    const char *steps;  /**< names joined by ", ": "redact, truncate" */
    const char *says;   /**< one English sentence of what happens */
    bool keeps_type;    /**< nothing but `keep`: a number stays a number */
    size_t n_detectors; /**< detectors that scan this column */
    const char *const *detectors;
    bool scanned; /**< `scan_released` looks through it (pare_policy_scan()) */
} pare_column_info;

PARE_API size_t pare_plan_n_columns(const pare_plan *plan);
/** Whether the names that it was bound to are names for certain: where they are not, nobody may be shown one. */
PARE_API bool pare_plan_header_is_known(const pare_plan *plan);
PARE_API void pare_plan_column(const pare_plan *plan, size_t index, pare_column_info *info);
/** Input columns that leave nothing: named by a `drop` rule, or by no rule (unlisted). Names are borrowed. */
PARE_API size_t pare_plan_n_withheld(const pare_plan *plan);
PARE_API const char *pare_plan_withheld(const pare_plan *plan, size_t index, bool *unlisted);
/** Warnings of the binding, a line each: a glob that matches nothing. */
PARE_API size_t pare_plan_n_warnings(const pare_plan *plan);
PARE_API const char *pare_plan_warning(const pare_plan *plan, size_t index);

/** What becomes of a record. Zero is the closed answer. */
typedef enum pare_verdict {
    PARE_QUARANTINE = 0,  /**< something is wrong with the record itself: its error says what */
    PARE_DROP_RETENTION,  /**< older than the policy keeps */
    PARE_DROP_NO_DATE,    /**< retention can't read its date */
    PARE_DROP_NO_PURPOSE, /**< no purpose may use it */
    PARE_DROP_OPTED_OUT,  /**< a purpose might have used it, and the person opted out */
    PARE_WRITE
} pare_verdict;

/**
 * PLAIN: a TEXT value of ASCII letters, digits and - _ + . * only: no format needs to look at it. A hint; may be
 * missing. QUOTED: a TEXT value that CSV writes in quotes, whether it needs them or not.
 */
enum { PARE_VALUE_PLAIN = 1, PARE_VALUE_QUOTED = 2 };

/** How a value of the output is given. */
typedef enum pare_form {
    PARE_FORM_EMPTY = 0, /**< withheld */
    PARE_FORM_RAW,       /**< as it stood in the input, quotes included */
    PARE_FORM_TEXT       /**< made by the rules, not quoted */
} pare_form;

typedef struct pare_value {
    uint32_t offset; /**< where it begins: RAW, from rows->base; TEXT, from pare_block.text */
    uint32_t len;    /**< bytes */
    uint16_t form;   /**< pare_form */
    uint16_t flags;  /**< PARE_VALUE_PLAIN, PARE_VALUE_QUOTED */
} pare_value;

enum {
    PARE_BLOCK_RECORDS = 64,
    PARE_BLOCK_SLACK = 32 /**< bytes behind any value that may be read, though they mean nothing */
};

/**
 * The outcome for up to 64 records. Borrowed from the worker and, for what passes unchanged, from the rows it was
 * given; valid until the worker's next call.
 *
 * Most columns of most blocks leave as they came. Nothing is written down for them: `runs` says so for a column, and
 * how many of its right-hand neighbours are such columns too and its neighbours in the input as well.
 * pare_block_value() knows both ways.
 */
typedef struct pare_block {
    const pare_rows *rows;
    const unsigned char *text; /**< what TEXT values count from; never NULL */
    const pare_value
        *values;          /**< [n_columns * PARE_BLOCK_RECORDS], column by column; of written records, `runs` aside */
    const uint32_t *runs; /**< [n_columns]: 0, or so many columns from here on stand in each written record, one
                               behind the other, as in the input, from field sources[column] on */
    const uint32_t *sources; /**< [n_columns]: which input column each is */
    const uint8_t *verdicts; /**< [n_records] of pare_verdict */
    const uint8_t *faults;   /**< [n_records] of pare_fault, where the verdict is PARE_QUARANTINE */
    uint32_t first;          /**< record 0 is row `first` of rows */
    uint32_t n_records, n_columns;
} pare_block;

/** A value of a written record. */
static inline pare_value pare_block_value(const pare_block *block, uint32_t record, uint32_t column)
{
    if (block->runs[column] == 0) {
        return block->values[(size_t)column * PARE_BLOCK_RECORDS + record];
    }
    pare_record from = pare_rows_get(block->rows, block->first + record);
    pare_span raw = pare_record_raw(&from, block->sources[column]);
    pare_value value = {(uint32_t)(raw.ptr - from.base), (uint32_t)raw.len, PARE_FORM_RAW, 0};
    return value;
}

/** The bytes of a value that is not EMPTY. */
static inline pare_span pare_block_bytes(const pare_block *block, pare_value value)
{
    const unsigned char *base = value.form == PARE_FORM_RAW ? block->rows->base : block->text;
    pare_span bytes = {base + value.offset, value.len};
    return bytes;
}

/** A worker allocates what it needs now, buffers that follow the records' sizes aside. Borrows the plan. */
PARE_API PARE_NODISCARD pare_status pare_worker_new(const pare_plan *plan, pare_worker **worker, pare_error *err);
PARE_API void pare_worker_free(pare_worker *worker);

/**
 * Many records will come: make now what pays for them, rather than when they have. Takes some milliseconds. Nothing but
 * time and memory depends on it.
 */
PARE_API void pare_worker_expect_many(pare_worker *worker);

/** From now on a record that is refused gets the verdict PARE_QUARANTINE, and the call goes on. @return PARE_OK;
 * PARE_E_NOMEM */
PARE_API PARE_NODISCARD pare_status pare_worker_tolerate(pare_worker *worker, pare_error *err);

/** Count a record that is read and quarantined but has no row, because the reader refused it. */
PARE_API void pare_worker_refused(pare_worker *worker, pare_fault fault);

/**
 * Apply the plan to `n` (1 to 64) records from `first` on.
 *
 * @return PARE_OK with *block filled; PARE_E_DATA: a record is refused, err->record counts from the first row (from 1)
 *         and err->byte is its start within rows->base; PARE_E_GATE: the same, and the policy says that the run ends,
 *         whatever is tolerated (`on_hit: fail`); PARE_E_NOMEM; PARE_E_INTERNAL
 */
PARE_API PARE_NODISCARD pare_status pare_worker_apply(pare_worker *worker, const pare_rows *rows, uint32_t first,
                                                      uint32_t n, pare_block *block, pare_error *err);

/** What the worker counted since it was made. Borrowed. */
PARE_API const pare_tally *pare_worker_tally(const pare_worker *worker);

PARE_API PARE_NODISCARD pare_status pare_tally_new(const pare_plan *plan, pare_tally **tally, pare_error *err);
PARE_API void pare_tally_add(pare_tally *sum, const pare_tally *part);
PARE_API void pare_tally_free(pare_tally *tally);

/** read = written + dropped_* + quarantined: pare_tally_check() says whether it does. */
typedef struct pare_counts {
    uint64_t read, written, dropped_retention, dropped_no_date, dropped_no_purpose, dropped_opted_out, quarantined;
} pare_counts;
/** Of one output column: released + suppressed + null_values + unreadable + detected = written. */
typedef struct pare_column_counts {
    uint64_t released;    /**< a value left, changed or as it was */
    uint64_t suppressed;  /**< withheld: purpose, `when`, a step's refusal */
    uint64_t null_values; /**< there was no value */
    uint64_t unreadable;  /**< withheld: not readable as what a step needs */
    uint64_t detected;    /**< withheld: `scan_released` found something in what was to leave */
    uint64_t formulas;    /**< of the released: begin as a formula does; where they are quoted, those that were */
} pare_column_counts;

PARE_API void pare_tally_counts(const pare_tally *tally, pare_counts *counts);
PARE_API void pare_tally_column(const pare_tally *tally, size_t column, pare_column_counts *counts);
/** Hits of the column's detector `detector` (index into pare_column_info.detectors). */
PARE_API uint64_t pare_tally_hits(const pare_tally *tally, size_t column, size_t detector);
/**
 * What `scan_released` found in the column: hits of detector `detector` (index into pare_scan_info.detectors), or, with
 * its n_detectors, values that it was unsure of. Of a record that is refused for a hit, that value's hits count.
 */
PARE_API uint64_t pare_tally_scan(const pare_tally *tally, size_t column, size_t detector);
/** Records that purpose `index` allowed, among those read. */
PARE_API uint64_t pare_tally_purpose(const pare_tally *tally, size_t index);
/** Records read whose person stands on the list that pare_policy_file() gives as `file`, whatever became of them. */
PARE_API uint64_t pare_tally_matches(const pare_tally *tally, size_t file);
/** Records quarantined for `fault`; over all faults they are pare_counts.quarantined. */
PARE_API uint64_t pare_tally_quarantined(const pare_tally *tally, pare_fault fault);
/** PARE_OK, or PARE_E_INTERNAL: the sums don't add up, so nothing may be delivered. */
PARE_API PARE_NODISCARD pare_status pare_tally_check(const pare_tally *tally, pare_error *err);

/**
 * Run the policy's own `tests:` under the published test key.
 * @param[out] failed  how many failed; each is described to `write` (these are values the policy's author wrote)
 */
PARE_API PARE_NODISCARD pare_status pare_policy_run_tests(const pare_policy *policy, pare_day as_of, size_t *failed,
                                                          pare_write write, void *context, pare_error *err);

#ifdef __cplusplus
}
#endif
#endif
