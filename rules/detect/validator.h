/*
 * Validators: checks on what a pattern matched, in plain C. One table (validator.c) lists them all.
 */
#ifndef PARE_RULES_DETECT_VALIDATOR_H
#define PARE_RULES_DETECT_VALIDATOR_H

#include "rules/detect/region.h"

/** Why a match may be what it looks like. */
typedef enum pare_evidence {
    PARE_BY_FORM = 0, /* its form is enough */
    PARE_BY_WORD,     /* a word or its column's name announced it */
    PARE_BY_PLAN      /* only what the validator knows of the region */
} pare_evidence;

typedef struct pare_validator {
    const char *name;                 /* as packs write it: `luhn` */
    bool (*accepts)(pare_span match); /* the matched bytes, separators included; pure */
    const char *help;                 /* one sentence with the standard it follows */
    /**
     * How many bytes of the match, from its start, are one in that region; 0: none. Only where the region is known.
     * NULL: it makes no difference, and nothing is one by plan.
     */
    size_t (*accepts_in)(pare_span match, pare_region region, pare_evidence evidence);
} pare_validator;

/** By name, or NULL. */
const pare_validator *pare_validator_find(pare_span name);

/** All of them; ends with a NULL name. */
extern const pare_validator pare_validators[];

#endif
