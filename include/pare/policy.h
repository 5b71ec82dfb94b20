/*
 * A policy: what may leave, for whom, why, and in which form. Loaded from bytes, then immutable; share it freely.
 */
#ifndef PARE_POLICY_H
#define PARE_POLICY_H

#include "pare/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pare_policy pare_policy;     /**< opaque, immutable */
typedef struct pare_findings pare_findings; /**< what is wrong with a policy: opaque */

/** Where text goes: called with pieces in order. */
typedef void (*pare_write)(void *context, const char *text, size_t len);

/** One row of a side table: texts are valid during the call only. False ends the reading. */
typedef bool (*pare_table_row)(void *row_context, const pare_span *fields, size_t n_fields);

/** What a file was when it was read: of its bytes as they are stored. */
typedef struct pare_file_facts {
    uint64_t bytes;
    char sha256[65]; /**< hex digits, NUL-terminated; "": nobody has counted */
} pare_file_facts;

/** How the library reaches files that a policy names: it opens none itself. `facts` are to be filled on success. */
typedef struct pare_fetch {
    /**
     * Read a CSV file named in the policy and call `row` for each record behind its header. On failure `err` says why.
     * NULL: policies that name files are refused.
     */
    pare_status (*table)(void *context, const char *name, pare_table_row row, void *row_context, pare_file_facts *facts,
                         pare_error *err);
    void *context;
    /** The same for a CSV file without a header (a hierarchy): `row` is called for each record. May be NULL. */
    pare_status (*rows)(void *context, const char *name, pare_table_row row, void *row_context, pare_file_facts *facts,
                        pare_error *err);
    /**
     * The same for a list of people, which may be far larger than memory: streamed. `head` is called first, with the
     * names of the columns; NULL: the file has no header. PARE_E_MISSING, PARE_E_DATA and their like become the answer
     * of pare_policy_load(). NULL: policies that name such lists are refused.
     */
    pare_status (*list)(void *context, const char *name, pare_table_row head, pare_table_row row, void *row_context,
                        pare_file_facts *facts, pare_error *err);
    /**
     * The text of a file (a pack of detectors), in pieces. NULL: policies that name packs are refused.
     */
    pare_status (*text)(void *context, const char *name, pare_write write, void *write_context, pare_file_facts *facts,
                        pare_error *err);
} pare_fetch;

/**
 * Load a policy.
 *
 * @param      document  Borrowed for the call. At most PARE_MAX_POLICY_BYTES.
 * @param      name      As findings shall name it; escaped when shown.
 * @param      fetch     May be NULL.
 * @param[out] policy    The caller's, to free with pare_policy_free(). Untouched on failure.
 * @param[out] findings  All errors and warnings, also on success; the caller's, to free with pare_findings_free().
 * @return PARE_OK; PARE_E_POLICY: there are errors among the findings; PARE_E_NOMEM; where nothing is wrong but a list
 *         of people that `opt_outs` or `tiers` name, what is wrong with it: PARE_E_MISSING, PARE_E_DATA, ...
 */
PARE_API PARE_NODISCARD pare_status pare_policy_load(pare_span document, const char *name, const pare_fetch *fetch,
                                                     pare_policy **policy, pare_findings **findings, pare_error *err);
PARE_API void pare_policy_free(pare_policy *policy);

PARE_API size_t pare_findings_errors(const pare_findings *findings);
PARE_API size_t pare_findings_warnings(const pare_findings *findings);
/** What deserves a thought and no more: never a reason to refuse anything. */
PARE_API size_t pare_findings_infos(const pare_findings *findings);
/** Findings that a comment in the policy accepts (`# pare: allow PR092 -- reason`), as far as they are not shown. */
PARE_API size_t pare_findings_allowed(const pare_findings *findings);

/** What is shown and counted beside errors. */
typedef enum pare_findings_view {
    PARE_FINDINGS_USUAL = 0, /**< warnings and infos that the policy does not accept */
    PARE_FINDINGS_WARNINGS,  /**< no infos */
    PARE_FINDINGS_ALL        /**< also what the policy accepts */
} pare_findings_view;

PARE_API void pare_findings_choose(pare_findings *findings, pare_findings_view view);
/** All findings for people (`colour`: with ANSI sequences) or as a JSON array. */
PARE_API void pare_findings_text(const pare_findings *findings, bool colour, pare_write write, void *context);
PARE_API void pare_findings_json(const pare_findings *findings, pare_write write, void *context);
PARE_API void pare_findings_free(pare_findings *findings);

/** Explanation of a finding's code ("PR021"), or NULL if there is none of that name. */
PARE_API const char *pare_explain_code(const char *code);
/** Title of the code, or NULL. */
PARE_API const char *pare_code_title(const char *code);

typedef enum pare_format { PARE_FORMAT_DETECT = 0, PARE_FORMAT_CSV, PARE_FORMAT_TSV } pare_format;
typedef enum pare_encoding {
    PARE_ENCODING_UTF8 = 0,
    PARE_ENCODING_LATIN1,
    PARE_ENCODING_WINDOWS1252,
    PARE_ENCODING_UTF16
} pare_encoding;

/** How the input is to be read, as far as the policy says. Borrowed from the policy. */
typedef struct pare_input_settings {
    pare_format format;
    unsigned char delimiter; /**< 0: detect */
    pare_encoding encoding;
    bool header; /**< false: `columns` names the columns */
    bool lenient;
    const pare_span *columns;
    size_t n_columns;
} pare_input_settings;

/** How the output is to be written. Format DETECT and delimiter 0: as the input. */
typedef struct pare_output_settings {
    pare_format format;
    unsigned char delimiter;
    const char *formulas; /**< what becomes of values that begin as a formula does: "refuse", "quote" or "keep"; NULL:
                             the policy does not say, and they are kept */
} pare_output_settings;

PARE_API const pare_input_settings *pare_policy_input(const pare_policy *policy);
PARE_API const pare_output_settings *pare_policy_output(const pare_policy *policy);

typedef struct pare_purpose_info {
    const char *name, *description, *basis;
} pare_purpose_info;

/** What the policy says of itself. Texts are NUL-terminated and borrowed. */
typedef struct pare_policy_info {
    const char *dataset, *recipient, *description; /**< description may be "" */
    size_t n_purposes, n_tests;
    bool needs_key;       /**< some step pseudonymizes */
    bool depends_on_date; /**< the result depends on --as-of: retention, age, rotation */
    bool has_max_quarantined, has_min_records;
    double max_quarantined; /**< a share from 0 to 1, of the records read */
    uint64_t min_records;   /**< written at least */
} pare_policy_info;

/** Gate `max_quarantined`, reckoned exactly: whether so many of the records read may be refused. */
PARE_API bool pare_policy_allows_quarantined(const pare_policy *policy, uint64_t quarantined, uint64_t read);

PARE_API void pare_policy_about(const pare_policy *policy, pare_policy_info *info);
PARE_API void pare_policy_purpose(const pare_policy *policy, size_t index, pare_purpose_info *info);

/** `scan_released`: what the policy looks for in whatever is released. Texts are NUL-terminated and borrowed. */
typedef struct pare_scan_info {
    size_t n_detectors;
    const char *const *detectors;
    const char *on_hit; /**< "withhold", "quarantine" or "fail" */
    size_t n_exceptions;
} pare_scan_info;
typedef struct pare_scan_exception_info {
    const char *field;
    size_t n_detectors; /**< 0: the field is not scanned */
    const char *const *detectors;
} pare_scan_exception_info;

/** False: the policy has none. */
PARE_API bool pare_policy_scan(const pare_policy *policy, pare_scan_info *info);
PARE_API void pare_policy_scan_exception(const pare_policy *policy, size_t index, pare_scan_exception_info *info);

/** A finding that the policy accepts, and why. Texts are NUL-terminated and borrowed. */
typedef struct pare_allowed_info {
    const char *code, *reason;
    const char *file; /**< of the pack that it stands in, as the policy names it; NULL: the policy */
    uint32_t line;    /**< of the finding, from 1 */
} pare_allowed_info;

PARE_API size_t pare_policy_n_allowed(const pare_policy *policy);
PARE_API void pare_policy_allowed(const pare_policy *policy, size_t index, pare_allowed_info *info);

/** A file that the policy names and what it was when the policy was loaded. Texts are borrowed. */
typedef struct pare_side_file_info {
    const char *name, *use;  /**< as the policy writes it; "opt_outs", "tiers", "packs", "map_file" or "hierarchy" */
    uint64_t bytes, entries; /**< entries: records, a header not counted; of a pack its detectors */
    const char *sha256;
    bool names_people; /**< a list of people: pare_tally_matches() has a figure for it */
} pare_side_file_info;

/** Files in the order in which they were read: lists of people, then what steps use; a step's file once. */
PARE_API size_t pare_policy_n_files(const pare_policy *policy);
PARE_API void pare_policy_file(const pare_policy *policy, size_t index, pare_side_file_info *info);

/** Field by field, what happens and why, in plain English. */
PARE_API void pare_policy_explain(const pare_policy *policy, pare_write write, void *context);

/** The detectors that ship, with their examples where `examples` is set: `pare rules`. */
PARE_API PARE_NODISCARD pare_status pare_rules_list(bool examples, pare_write write, void *context, pare_error *err);
/** The steps, with their parameters: the reference that the tables print. */
PARE_API void pare_steps_list(pare_write write, void *context);
/** JSON Schema (draft-07) of the policy language. */
PARE_API void pare_policy_schema(pare_write write, void *context);

#ifdef __cplusplus
}
#endif
#endif
