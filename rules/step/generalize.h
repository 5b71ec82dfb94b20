/*
 * The kinds of `generalize`, behind one step: each builds its own parameters and applies them to a value.
 *
 * Adding one: a file with a builder and one line in the table of generalize.c.
 */
#ifndef PARE_RULES_STEP_GENERALIZE_H
#define PARE_RULES_STEP_GENERALIZE_H

#include "rules/step/build.h"

/** How a number's class is written. UNSAID is the default of the kind. */
enum { PARE_CLASS_UNSAID = -1, PARE_CLASS_LOW, PARE_CLASS_MIDDLE, PARE_CLASS_RANGE };
extern const char *const pare_class_choices[];

/** One kind at work. Immutable after build; first member of what each kind makes. */
typedef struct pare_generalizer {
    pare_outcome (*apply)(const struct pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out);
    void (*explain)(const struct pare_generalizer *self, pare_buf *out);
} pare_generalizer;

/** What stands beside the kind: `as` and `format`, or the policy's `input: dates`. */
typedef struct pare_generalize_options {
    int as; /* PARE_CLASS_* */
    pare_place as_place;
    pare_texts patterns; /* strptime; none: ISO 8601 */
} pare_generalize_options;

/** Read `node`, the value of the kind's key. NULL: findings were made. */
typedef const pare_generalizer *pare_generalizer_build(pare_step *step, const pare_node *node,
                                                       const pare_generalize_options *options, pare_build *build);
pare_generalizer_build pare_generalize_date;
pare_generalizer_build pare_generalize_age;
pare_generalizer_build pare_generalize_number;
pare_generalizer_build pare_generalize_prefix;
pare_generalizer_build pare_generalize_ip;
pare_generalizer_build pare_generalize_geo;
pare_generalizer_build pare_generalize_hierarchy;

/** A value as a date by the patterns, or by ISO 8601 where there are none. */
bool pare_read_moment(const pare_texts *patterns, pare_span value, pare_moment *moment);

#endif
