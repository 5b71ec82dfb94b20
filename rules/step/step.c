/*
 * The table of steps, made from step_list.h, and the look-up by name.
 *
 * Knows no step: what each one does stands in its own file, as one `pare_step_NAME`.
 */
#include "rules/step/step.h"

#include "rules/base/span.h"

#define PARE_STEP(name) extern const pare_step_type pare_step_##name;
#include "rules/step/step_list.h"
#undef PARE_STEP

const pare_step_type *const pare_step_types[] = {
#define PARE_STEP(name) &pare_step_##name,
#include "rules/step/step_list.h"
#undef PARE_STEP
    NULL,
};

const char *const pare_step_names_later[] = {NULL};

const pare_step_type *pare_step_find(pare_span name)
{
    for (const pare_step_type *const *type = pare_step_types; *type != NULL; type++) {
        if (pare_span_is(name, (*type)->name)) {
            return *type;
        }
    }
    return NULL;
}
