/* What the builders of steps share: where a parameter stands, and findings with their help. */
#ifndef PARE_RULES_STEP_BUILD_H
#define PARE_RULES_STEP_BUILD_H

#include "rules/step/step.h"

/** The place of the value under `key`; of the parameters as a whole, or of the step, where there is none. */
static inline pare_place pare_param_place(const pare_step *step, const pare_node *params, const char *key)
{
    if (params == NULL) {
        return step->place;
    }
    return params->kind == PARE_NODE_MAP ? pare_schema_place(params, key, params->place) : params->place;
}

/** Whether the policy wrote this key; a shorthand (`truncate: 200`) stands for `shorthand`. */
bool pare_param_given(const pare_node *params, const char *key, const char *shorthand);

/** A finding with its help, a constant text. Always false, so that a builder may return it. */
bool pare_refuse(pare_build *build, pare_code code, pare_place place, const char *help, const char *format, ...)
    PARE_PRINTF(5, 6);

/** The step reads the field `name` of the record too; `who` ("step `shift`") is a constant text. False: no memory. */
bool pare_build_read(pare_step *step, pare_build *build, pare_span name, pare_place place, const char *who);

enum { PARE_MAX_DETECTORS = 256 };

/**
 * All detectors that `find` names, each once; `who` ("`redact`") looks for them. Returns how many; 0 with findings, or
 * where it names none.
 */
size_t pare_build_detectors(pare_build *build, const pare_texts *find, const char *who,
                            const pare_detector *all[PARE_MAX_DETECTORS]);

/** Findings for strptime patterns that can't be used. */
bool pare_check_date_patterns(const pare_texts *patterns, pare_build *build);

/** Zeroed memory for a step's parameters; NULL where memory ran out, which the findings then say. */
void *pare_build_alloc(pare_build *build, size_t count, size_t size);

#endif
