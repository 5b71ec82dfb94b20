/*
 * What `redact` was told, for its two halves: redact_build.c, which reads it from the policy, and redact.c, which does
 * it.
 */
#ifndef PARE_RULES_STEP_REDACT_H
#define PARE_RULES_STEP_REDACT_H

#include "rules/step/step.h"

typedef struct pare_redact_params {
    pare_texts find, echo;
    uint32_t echo_min;
    pare_span with;
    pare_span region, region_field;
    pare_region home; /* `region` */
    const pare_node *mask, *pseudonymize;
    const pare_span *replacements; /* by label: detectors by their index in the set, then fields of `echo` */
    size_t n_detectors;
} pare_redact_params;

extern const pare_schema pare_redact_schema;
bool pare_redact_build(pare_step *step, const pare_node *params, pare_build *build);

#endif
