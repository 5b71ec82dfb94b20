/*
 * What the kinds of lint share: the fields that are released, each with its rule as it was built and as it was written.
 *
 * The built steps are opaque outside their files, so lint reads their parameters from the document's tree.
 *
 *   lint.c          purposes, tiers, identifiers and free text that leave as they are
 *   lint_tokens.c   tokens beside text and times, tokens of few values
 *   lint_quasi.c    fields that single people out together, steps that hide hardly anything
 *   lint_chain.c    steps that do nothing, or in the wrong order
 *   lint_when.c     tests that never hold, rules and selectors that are never reached
 *   lint_pattern.c  expressions that can backtrack badly (backtrack.h)
 *   lint_scan.c     scan_released against the fields
 *   lint_whole.c    what the policy does not say
 */
#ifndef PARE_RULES_POLICY_LINT_H
#define PARE_RULES_POLICY_LINT_H

#include "rules/policy/loader.h"

/** A rule that releases something. */
typedef struct pare_lint_field {
    const pare_entry *entry;
    const pare_rule *rule;
    const pare_node *node;  /* the rule as written: a map */
    const pare_node *steps; /* its `do` */
    uint32_t entry_index;
} pare_lint_field;

typedef struct pare_lint_view {
    pare_loader *loader;
    const pare_node *root;
    const pare_lint_field *fields; /* in the order of the document */
    size_t n_fields;
} pare_lint_view;

void pare_lint_tokens(const pare_lint_view *view);
void pare_lint_quasi(const pare_lint_view *view);
void pare_lint_chain(const pare_lint_view *view);
void pare_lint_when(const pare_lint_view *view);
void pare_lint_patterns(const pare_lint_view *view);
void pare_lint_scan(const pare_lint_view *view);
void pare_lint_whole(const pare_lint_view *view);

/** A finding with its help, a constant text (may be NULL). */
pare_diagnostic *pare_lint_find(const pare_lint_view *view, pare_code code, pare_place place, const char *help,
                                const char *format, ...) PARE_PRINTF(5, 6);

/** The name of step number `index` of the field's chain. */
const char *pare_lint_step(const pare_lint_field *field, size_t index);
bool pare_lint_step_is(const pare_lint_field *field, size_t index, const char *name);
/** The index of the first step of that name, or the number of steps. */
size_t pare_lint_find_step(const pare_lint_field *field, const char *name);
/** The parameters of a step as written, or NULL. */
const pare_node *pare_lint_params(const pare_lint_field *field, size_t index);
/** The text under `key` of a step's parameters (a step's shorthand included), empty where there is none. */
pare_span pare_lint_param(const pare_lint_field *field, size_t index, const char *key);
/** The same of a node: a map's key, or where the node is a scalar, the node itself if `shorthand`. */
pare_span pare_lint_text(const pare_node *node, const char *key, bool shorthand);
/** The same as a whole number, or `otherwise`. */
uint32_t pare_lint_number(pare_span text, uint32_t otherwise);

/** Whether every step of the chain is one of `names` (NULL-terminated): all are if there is none (`keep`). */
bool pare_lint_only(const pare_lint_field *field, const char *const *names);
/** Does the value leave as it is, but for its spelling and its length? */
bool pare_lint_leaves_whole(const pare_lint_field *field);
/** Is it a text that people write: by its category, `multiline`, or its name? */
bool pare_lint_is_free_text(const pare_lint_field *field);
/** Does one of the words that the field's name consists of (`order_date`, `OrderDate`) end it and stand in the list? */
bool pare_lint_name_ends(const pare_lint_field *field, const char *const *words);

#endif
