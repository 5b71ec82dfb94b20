/*
 * Which entry of `fields:` a column falls under: exact name (or position) before glob before regex; among equals the
 * first in the file.
 */
#ifndef PARE_RULES_POLICY_SELECT_H
#define PARE_RULES_POLICY_SELECT_H

#include "rules/policy/model.h"

/**
 * Index of the entry for column number `position` (from 1) named `name`, or -1 for none. A name that a regex can't
 * decide on (its limit was met) is -2: the caller refuses.
 */
int pare_select(const pare_policy *policy, pare_regex_scratch *scratch, pare_span name, uint32_t position);

/** Shell-like: `*` any run, `?` one character; nothing else is special. */
bool pare_glob_match(pare_span glob, pare_span name);

#endif
