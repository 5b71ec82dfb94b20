/*
 * The plan from the inside: a policy with every name resolved to a column number, so that nothing is looked up by name
 * while records pass. Immutable after pare_plan_bind().
 */
#ifndef PARE_RULES_PLAN_BOUND_H
#define PARE_RULES_PLAN_BOUND_H

#include "pare/plan.h"
#include "rules/base/map.h"
#include "rules/policy/model.h"

/** One rule of an output column, with where its detectors' hits are counted. */
typedef struct pare_bound_rule {
    const pare_rule *rule;
    const uint32_t *hits_at; /* [rule->n_steps]: index of the step's first counter in pare_tally.hits */
    const uint8_t **says;    /* [rule->n_steps]: what the column's name says to the step's detectors; or NULL */
} pare_bound_rule;

/** How a column is made: the common cases have a loop of their own (worker_column.c), with the same result. */
typedef enum pare_column_path {
    PARE_PATH_ANY = 0, /* rules with `when`, chains of steps */
    PARE_PATH_KEEP,    /* one rule, no step */
    PARE_PATH_TOKEN,   /* one rule, one `pseudonymize` of fixed width: many tokens at a time */
    PARE_PATH_STEP     /* one rule, one other step */
} pare_column_path;

/** One column of the output. */
typedef struct pare_bound_column {
    uint32_t source; /* input column, from 0 */
    const pare_entry *entry;
    pare_bound_rule *rules;
    size_t n_rules;
    pare_column_path path;
    uint32_t plain_flags; /* PARE_VALUE_PLAIN if all that its only step makes is */
    bool may_be_formula;  /* its values may begin as a formula does: formula_bind.c */
    bool multiline;       /* a line break inside its value is expected */
    const char *name, *source_name, *category, *steps, *says;
    uint64_t purposes; /* of all its rules */
    bool keeps_type;
    const char **detectors; /* names, each once */
    size_t n_detectors;
    uint32_t first_hit, n_hits;   /* its counters in pare_tally.hits */
    const uint32_t *hit_detector; /* [n_hits]: which of `detectors` a counter belongs to */
    const pare_scan_set *scan;    /* what is looked for in what leaves; NULL: nothing */
    const uint8_t *scan_says;     /* what the column's name says to the detectors of `scan` */
    uint32_t first_scan; /* its counters in pare_tally.scan: for each of the policy's detectors, and "unsure" */
} pare_bound_column;

typedef struct pare_withheld {
    const char *name;
    bool unlisted;
} pare_withheld;

enum { PARE_MAX_CIPHER_KEY = 64 };

struct pare_plan {
    const pare_policy *policy; /* borrowed */
    pare_arena arena;
    uint32_t n_input_columns;
    pare_bound_column *columns;
    size_t n_columns;
    const uint32_t *sources;      /* [n_columns]: of each column, for pare_block */
    const uint32_t *read_columns; /* [policy->n_reads]: which input column */
    pare_date as_of;
    const pare_date *cutoffs;                          /* [policy->n_retentions]: older than this goes */
    pare_hmac_key *keys;                               /* [policy->n_key_steps], in secret memory */
    unsigned char (*cipher_keys)[PARE_MAX_CIPHER_KEY]; /* the same for steps with ciphers; NULL: there is none */
    pare_withheld *withheld;
    size_t n_withheld;
    const char **warnings;
    size_t n_warnings;
    uint32_t n_hits;      /* counters of all columns */
    uint32_t n_scan;      /* the same of `scan_released` */
    bool guards_breaks;   /* some released column is not `multiline` */
    bool gate_is_open;    /* no retention, and every purpose is allowed for every record */
    bool null_is_empty;   /* the only null text is the empty one */
    bool header_is_known; /* the names are names: no record stands in their place (header.c) */
};

/** Whether what the policy names in full tells that these are names of columns, and not a record. */
bool pare_header_is_known(const pare_policy *policy, const pare_map *by_name);

/** Name and detectors of a column and what is said about it: describe.c. False: no memory. */
bool pare_plan_describe(pare_plan *plan, pare_bound_column *column);

/** Whether its values may begin as a formula does: all but tokens whose first character says no. formula_bind.c. */
bool pare_plan_may_be_formula(const pare_plan *plan, const pare_bound_column *column);
/** The same for names: quoted, or refused, or a warning, as the policy says. */
PARE_NODISCARD pare_status pare_plan_guard_names(pare_plan *plan, pare_error *err);

/** Working keys of all steps that need one: keys.c. */
PARE_NODISCARD pare_status pare_plan_derive_keys(pare_plan *plan, const pare_key *key, pare_error *err);
void pare_plan_wipe_keys(pare_plan *plan);
/** A worker's own ciphers, one for each step that asked: scratch->ciphers. Close them in both cases. */
PARE_NODISCARD pare_status pare_plan_open_ciphers(const pare_plan *plan, pare_scratch *scratch, pare_error *err);
void pare_plan_close_ciphers(const pare_plan *plan, pare_scratch *scratch);

#endif
