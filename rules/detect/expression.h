/*
 * Expressions of packs: a text with pieces in it, compiled when a detector is first used.
 *
 * To compile costs a thousand times what it costs to read the text, and a policy uses a few of the detectors that ship.
 */
#ifndef PARE_RULES_DETECT_EXPRESSION_H
#define PARE_RULES_DETECT_EXPRESSION_H

#include "rules/detect/regex.h"
#include "rules/text/yaml.h"

typedef struct pare_expression {
    pare_span text;          /* {{name}} stands for one of the parts */
    const pare_node *parts;  /* a map from names to pieces, which may hold parts; or NULL */
    bool caseless, measured; /* measured: not one that we ship (regex.h) */
    pare_place place;
    pare_regex *regex; /* owned; NULL until pare_expression_compile() */
} pare_expression;

/** Append the text with its pieces. False: a finding was made, or memory ran out. */
bool pare_expression_expand(const pare_expression *expression, pare_diagnostics *findings, pare_buf *out);

/** Compile unless that was done. False: findings were made, where `findings` is not NULL. */
bool pare_expression_compile(pare_expression *expression, pare_diagnostics *findings);

/** Free what was compiled. NULL is fine. */
void pare_expression_release(pare_expression *expression);

#endif
