/*
 * Validators: checks on what a pattern matched, in plain C. One table (validator.c) lists them all.
 */
#ifndef PARE_RULES_DETECT_VALIDATOR_H
#define PARE_RULES_DETECT_VALIDATOR_H

#include "pare/types.h"

typedef struct pare_validator {
    const char *name;                 /* as packs write it: `luhn` */
    bool (*accepts)(pare_span match); /* the matched bytes, separators included; pure */
    const char *help;                 /* one sentence with the standard it follows */
} pare_validator;

/** By name, or NULL. */
const pare_validator *pare_validator_find(pare_span name);

/** All of them; ends with a NULL name. */
extern const pare_validator pare_validators[];

#endif
