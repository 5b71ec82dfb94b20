/*
 * The policy as the plan reads it: plain structs in one arena, immutable once loaded.
 */
#ifndef PARE_RULES_POLICY_MODEL_H
#define PARE_RULES_POLICY_MODEL_H

#include "pare/policy.h"
#include "rules/detect/pack.h"
#include "rules/policy/roll.h"
#include "rules/policy/when.h"
#include "rules/step/step.h"

/**
 * A field that something in the policy reads: resolved to a column once, at bind, by its index in pare_policy.reads.
 */
typedef struct pare_read {
    pare_span name; /* a column's name, or "#3" by position */
    pare_place place;
    const char *who; /* "purpose `x`", "retention", "`when`": for the message when the column is missing */
} pare_read;

typedef struct pare_purpose {
    pare_span name, description, basis;
    const pare_test *allowed_when; /* NULL: always */
    pare_place place;
} pare_purpose;

typedef enum pare_unreadable { PARE_UNREADABLE_DROP = 0, PARE_UNREADABLE_KEEP, PARE_UNREADABLE_FAIL } pare_unreadable;
typedef struct pare_retention {
    uint32_t read; /* index into pare_policy.reads */
    pare_duration keep;
    pare_unreadable unreadable;
    pare_place place;
} pare_retention;

/** An entry of `opt_outs`: people from whose records purposes are withdrawn. */
typedef struct pare_opt_out {
    pare_roll roll;
    uint32_t read;         /* `match`: index into pare_policy.reads */
    uint64_t purposes;     /* bits: what is withdrawn */
    bool keeps_unreadable; /* `unreadable: keep`: who can't be looked up is not on the list */
    pare_place place;
} pare_opt_out;

/** An entry of `tiers`: the purposes that each consent tier allows. A tier that is not named allows nothing. */
typedef struct pare_tiers {
    uint32_t read; /* the column of the tier, or `match`, what is looked up in the list */
    pare_texts names;
    const uint64_t *allow; /* [names.n]: bits */
    bool from_list;
    pare_roll roll; /* from_list; the mark is 1 + the index into `names` */
    pare_place place;
} pare_tiers;

/** One way to treat a field. */
typedef struct pare_rule {
    pare_span category, because;
    uint64_t purposes;     /* bits */
    const pare_test *when; /* NULL: always */
    bool drops;            /* `do: drop`: the column is not in the output */
    bool optional, multiline;
    pare_span as; /* output name; empty: the input's */
    const pare_step *steps;
    size_t n_steps; /* 0: `keep` */
    pare_place place;
} pare_rule;

typedef enum pare_selector_kind {
    PARE_SELECT_EXACT,
    PARE_SELECT_POSITION, /* "#3" */
    PARE_SELECT_GLOB,
    PARE_SELECT_REGEX
} pare_selector_kind;

/** What becomes of a value in which `scan_released` finds something. */
typedef enum pare_scan_action { PARE_SCAN_WITHHOLD = 0, PARE_SCAN_QUARANTINE, PARE_SCAN_FAIL } pare_scan_action;

/** What a field's values are scanned for: all detectors of `scan_released`, or fewer where it is an exception. */
typedef struct pare_scan_set {
    const pare_detector_set *set;
    const uint32_t *indices; /* by index in the set: the index in pare_scan.detectors */
} pare_scan_set;

/** An entry of `scan_released: except:`. */
typedef struct pare_scan_exception {
    pare_span field;          /* as `fields` names it */
    const char *const *names; /* [n]: detectors that are not asked */
    size_t n;                 /* 0: no detector is, the field is not scanned */
    size_t entry;             /* which it is, of pare_policy.entries */
    bool matters;             /* it would be scanned otherwise */
    pare_place place;
} pare_scan_exception;

/** `scan_released`. */
typedef struct pare_scan {
    const pare_detector *const *detectors; /* [n], each once */
    const char *const *names;              /* [n]: theirs */
    size_t n;                              /* 0: the policy has none */
    pare_scan_action action;
    pare_scan_exception *exceptions;
    size_t n_exceptions;
} pare_scan;

/** An entry of `fields:`: who is meant, and its rules; the first whose `when` holds applies. */
typedef struct pare_entry {
    pare_selector_kind kind;
    pare_span text;          /* as written, without the slashes of a regex */
    uint32_t position;       /* POSITION: from 1 */
    const pare_regex *regex; /* REGEX */
    const pare_rule *rules;
    size_t n_rules;            /* at least 1; if one drops, it is the only one */
    const pare_scan_set *scan; /* NULL: its values are not scanned */
    pare_place place;
} pare_entry;

/** A test of `tests:`. */
typedef struct pare_case {
    const pare_span *given_names, *given_values;
    size_t n_given;
    const pare_span *expect_names, *expect_values;
    size_t n_expect;
    bool expect_dropped; /* `expect: dropped` */
    const pare_span *forbid;
    size_t n_forbid;
    pare_place place;
} pare_case;

/** A finding that a comment accepts: `# pare: allow PR092 -- reason`. */
typedef struct pare_allowed {
    const char *code, *reason;
    const char *file; /* the pack that it stands in; NULL: the policy */
    uint32_t line;    /* of the finding */
} pare_allowed;

/** What becomes of a released value that a spreadsheet would run: `output: {formulas: ...}`. */
typedef enum pare_formulas {
    PARE_FORMULAS_REFUSE = 0, /* its record is refused */
    PARE_FORMULAS_QUOTE,      /* it gets an apostrophe */
    PARE_FORMULAS_KEEP,       /* it is counted */
    PARE_FORMULAS_FLAG        /* the policy does not say: it is counted, and the run warns */
} pare_formulas;

/** A file that the policy names, as it was when it was read. */
typedef struct pare_side_file {
    const char *name, *use;
    pare_file_facts facts;
    uint64_t entries;
    bool names_people;
} pare_side_file;

struct pare_policy {
    pare_arena arena;
    pare_span dataset, recipient, description;
    pare_input_settings input;
    pare_output_settings output;
    pare_texts nulls;                /* default: the empty text */
    pare_texts date_patterns;        /* input: dates */
    const pare_span *output_columns; /* output: columns; order of the output */
    size_t n_output_columns;
    const pare_place *output_column_places;
    pare_formulas formulas;
    bool unlisted_fails;
    bool header_is_stated; /* `header: true` stands in the policy */
    pare_purpose *purposes;
    size_t n_purposes;
    pare_retention *retentions;
    size_t n_retentions;
    pare_opt_out *opt_outs; /* their lists are owned */
    size_t n_opt_outs;
    pare_tiers *tiers; /* the same */
    size_t n_tiers;
    pare_side_file *files;
    size_t n_files;
    pare_entry *entries;
    size_t n_entries;
    pare_scan scan;
    pare_read *reads;
    size_t n_reads;
    const pare_step **key_steps; /* steps with NEEDS_KEY; step->key_slot is the index here */
    size_t n_key_steps;
    pare_case *cases;
    size_t n_cases;
    pare_allowed *allowed; /* in the order of the documents, packs first */
    size_t n_allowed;
    bool has_max_quarantined, has_min_records;
    double max_quarantined;
    uint64_t quarantine_parts, quarantine_of; /* the same exactly: so many parts of so many */
    uint64_t min_records;
    bool depends_on_date;
    pare_pack **packs;           /* owned: released with the policy */
    size_t n_packs, n_own_packs; /* its own come first */
    pare_regex **regexes;        /* owned */
    size_t n_regexes;
};

#endif
