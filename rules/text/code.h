/*
 * The codes of findings. One line in code_list.h each: number, severity, title, explanation.
 * A code never changes its meaning and is never given out again.
 */
#ifndef PARE_RULES_TEXT_CODE_H
#define PARE_RULES_TEXT_CODE_H

typedef enum pare_severity { PARE_ERROR = 0, PARE_WARNING, PARE_INFO } pare_severity;

typedef enum pare_code {
#define PARE_CODE(number, severity, title, explanation) PR##number,
#include "rules/text/code_list.h"
#undef PARE_CODE
    PARE_N_CODES
} pare_code;

typedef struct pare_code_entry {
    const char *name; /* "PR021" */
    pare_severity severity;
    const char *title;       /* a few words */
    const char *explanation; /* a paragraph or two for `pare explain PR021`: what, why, what to do, an example */
} pare_code_entry;

/** Entry of a code. */
const pare_code_entry *pare_code_entry_of(pare_code code);

/** Entry by name ("PR021", any case), or NULL. */
const pare_code_entry *pare_code_find(const char *name);

#endif
