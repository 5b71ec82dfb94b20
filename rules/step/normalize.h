/* Forms of normalization, as the step `normalize` and the parameter `normalize` of `pseudonymize` use them. */
#ifndef PARE_RULES_STEP_NORMALIZE_H
#define PARE_RULES_STEP_NORMALIZE_H

#include "rules/step/build.h"

/** Names of the forms, NULL-terminated: the choices of a schema. */
extern const char *const pare_normal_names[];

/** Named forms written out (`email-1` is `trim, lower, nfc`), in `list`. False: memory ran out. */
bool pare_normal_expand(pare_build *build, pare_choices names, pare_choices *list);

/**
 * Apply an expanded list, left to right, and append the result to `out`.
 * @return SAME (nothing appended), RELEASE (the result, perhaps empty, was appended), WITHHOLD (no room)
 */
pare_outcome pare_normalize(pare_choices list, pare_scratch *scratch, pare_span value, pare_buf *out);

/** "trim, lower" */
void pare_normal_explain(pare_choices names, pare_buf *out);

#endif
