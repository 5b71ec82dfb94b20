/*
 * Values that a spreadsheet program would take for a formula and run: `output: {formulas: ...}`. Exactly:
 * docs/POLICY.md.
 */
#ifndef PARE_RULES_BASE_FORMULA_H
#define PARE_RULES_BASE_FORMULA_H

#include "pare/types.h"

/** By a text's first byte: whether it may begin as a formula, whether it is an apostrophe, whether it is a quote. */
enum { PARE_FORMULA_MAYBE = 1, PARE_FORMULA_APOSTROPHE = 2, PARE_FORMULA_IN_QUOTES = 4 };
extern const uint8_t pare_formula_first[256];

/** Whether the text begins as a formula does, and is no number and no telephone number. Well-formed UTF-8. */
bool pare_formula_begins(pare_span text);

/** The same behind any number of apostrophes: what gets one more where formulas are quoted. */
bool pare_formula_needs_quote(pare_span text);

/** Without the apostrophe that quoting put before it, if it did. */
pare_span pare_formula_unquote(pare_span text);

#endif
