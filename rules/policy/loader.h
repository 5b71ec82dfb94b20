/*
 * What the files that load a policy share: the loader, its tables, and one function for each part of the document.
 *
 *   policy_load.c        the document as a whole, in this order:
 *   policy_input.c       input, output, gates
 *   policy_packs.c       packs of detectors
 *   policy_purposes.c    purposes, retention
 *   policy_rolls.c       opt_outs, tiers
 *   policy_lists.c       the lists of people that they name
 *   policy_fields.c      fields: selectors and rules
 *   policy_steps.c       `do:`, and what steps may ask for while they are built
 *   policy_scan.c        scan_released
 *   policy_conditions.c  `allowed_when`, `when`
 *   policy_tests.c       tests
 *   lint.c               what is allowed and yet deserves a look; lint_*.c, each a kind of it
 *   allow.c              comments that accept what lint.c finds
 *
 * Each function makes findings and goes on, so that one run of `pare check` names everything.
 */
#ifndef PARE_RULES_POLICY_LOADER_H
#define PARE_RULES_POLICY_LOADER_H

#include "rules/policy/model.h"

enum { PARE_MAX_DETECTOR_NAMES = 255 };

/** Alive while one policy is loaded. */
typedef struct pare_loader {
    pare_policy *policy;
    pare_reading reading; /* the policy's arena and the caller's findings */
    const pare_fetch *fetch;
    const char **purpose_names; /* NULL-terminated, as long as policy->purposes */
    size_t cap_reads, cap_key_steps, cap_regexes, cap_files, cap_allowed;
    bool shipped_read[PARE_MAX_SHIPPED_PACKS];               /* by index in pare_shipped_packs */
    const char *detector_names[PARE_MAX_DETECTOR_NAMES + 1]; /* filled when packs are read; NULL-terminated */
    size_t n_detector_names;
    bool has_tiers;          /* the policy has `tiers`, which are read after purposes */
    pare_status list_status; /* why a list of people can't be read; PARE_OK: they all can */
    size_t n_list_errors;    /* how many of the errors are about that */
} pare_loader;

void pare_load_input(pare_loader *loader, const pare_node *node);
void pare_load_output(pare_loader *loader, const pare_node *node);
void pare_load_gates(pare_loader *loader, const pare_node *node);
void pare_load_purposes(pare_loader *loader, const pare_node *node);
void pare_load_retention(pare_loader *loader, const pare_node *node);
void pare_load_packs(pare_loader *loader, const pare_texts *files);
void pare_load_opt_outs(pare_loader *loader, const pare_node *node);
void pare_load_tiers(pare_loader *loader, const pare_node *node);
void pare_load_fields(pare_loader *loader, const pare_node *node);
void pare_load_scan(pare_loader *loader, const pare_node *node); /* after the fields */
void pare_load_tests(pare_loader *loader, const pare_node *node);
void pare_lint(pare_loader *loader, const pare_node *root);
/** Comments of the document that findings are about: of the pack `file`, or where it is NULL of the policy. */
void pare_load_allowed(pare_loader *loader, const pare_node *root, const char *file);
/** The expressions of a pack of the policy's own, while its text is what findings are about. */
void pare_lint_pack(pare_loader *loader, const pare_pack *pack);

/** What `do:` says. */
typedef struct pare_loaded_steps {
    const pare_step *steps;
    size_t n;
    bool drops;
} pare_loaded_steps;

/** A list of people to be read. */
typedef struct pare_listing {
    pare_roll *roll;  /* file, forms and digests are set; people is to be filled */
    const char *use;  /* "opt_outs" or "tiers" */
    pare_place place; /* of the file's name */
    bool header;
    size_t at;                     /* without a header: which column names people, from 0 */
    pare_span column, tier_column; /* with one: its name; the second is empty where there are no tiers */
    pare_place column_place, tier_place;
    const pare_texts *tiers; /* an entry's mark is 1 + the index of its tier */
} pare_listing;

/** Read it. False: findings were made. */
bool pare_load_roll(pare_loader *loader, const pare_listing *list);

/** Remember a file that was read, for the manifest. `file->name` lives as long as the policy. Its index, or 0. */
size_t pare_loader_note_file(pare_loader *loader, const pare_side_file *file);

/** The detectors that a name stands for, as pare_packs_find(). */
size_t pare_loader_find_detectors(pare_loader *loader, pare_span name, const pare_detector **out, size_t max);

/** Read `do:` of a field. False: findings were made. */
bool pare_load_steps(pare_loader *loader, const pare_node *node, pare_span field, pare_loaded_steps *out);

/** What a step, or whatever else asks for detectors, may ask for while it is built. */
pare_build pare_loader_build(pare_loader *loader, pare_span field);

/** Read a test. `who` is who asks, for the message when a column is missing. NULL: a finding was made. */
const pare_test *pare_load_condition(pare_loader *loader, const pare_node *node, bool strict_null, const char *who);

/** The index in policy->reads of a field that `who` reads. False: a finding was made. */
bool pare_loader_read(pare_loader *loader, pare_span name, pare_place place, const char *who, uint32_t *index);

/** Compile an expression that the policy owns. NULL: a finding was made. */
const pare_regex *pare_loader_compile(pare_loader *loader, pare_span pattern, bool caseless, pare_place place);

/** Room for one more item: the same array or a larger copy in the arena, NULL without memory. */
void *pare_loader_grow(pare_loader *loader, void *items, size_t n, size_t *cap, size_t size);

/** Bits of purposes by their names. Names that are none, or stand twice under `key`, are findings. */
uint64_t pare_loader_purposes(pare_loader *loader, const pare_texts *names, const char *key);

/** A list or map was expected and `node` is something else: make the finding. Always false. */
bool pare_loader_refuse_kind(pare_loader *loader, pare_code code, const pare_node *node, const char *what,
                             const char *help);

/** Report the second of two equal texts. True if there is none. */
bool pare_loader_check_unique(pare_loader *loader, const pare_texts *texts, const char *what);

/** 3 for "#3", 0 for what is not a position; *is_position says whether it looks like one. */
uint32_t pare_position_of(pare_span name, bool *is_position);

/** Does the category stand for a direct identifier or for sensitive data? */
bool pare_category_is_critical(pare_span category);
/** Is the category `family`, or below it? */
bool pare_category_is_in(pare_span category, const char *family);

/** The tables; schema_print.c prints them. */
extern const pare_schema pare_schema_policy, pare_schema_input, pare_schema_output, pare_schema_gates,
    pare_schema_purpose, pare_schema_retention, pare_schema_rule, pare_schema_condition, pare_schema_case,
    pare_schema_opt_out, pare_schema_scan, pare_schema_tiers, pare_schema_gpp, pare_schema_usp;

#endif
