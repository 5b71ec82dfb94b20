/*
 * How long can a match be? Told from the text of an expression: what must fill a whole value need not be tried on a
 * longer one.
 */
#ifndef PARE_RULES_DETECT_LONGEST_H
#define PARE_RULES_DETECT_LONGEST_H

#include "pare/types.h"

/**
 * Bytes of the longest match, or more; SIZE_MAX: without a bound, or not understood (back references, recursion,
 * conditions, verbs, `\Q`).
 */
size_t pare_longest_match(pare_span pattern, bool caseless);

#endif
