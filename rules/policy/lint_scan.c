/* `scan_released` against the fields: what it would always find, and exceptions that except nothing. */
#include "rules/policy/lint.h"

#include "rules/base/span.h"

/* The first detector that looks for just this kind of data, or NULL. Texts of any kind are not meant to hold one. */
static const char *detector_of(const pare_policy *policy, const pare_lint_field *field)
{
    const pare_scan_set *scan = field->entry->scan;
    pare_span category = field->rule->category;
    for (size_t i = 0; scan != NULL && i < pare_detector_set_size(scan->set); i++) {
        const char *looked_for = pare_detector_category(pare_detector_set_get(scan->set, i));
        if (pare_category_is_in(category, looked_for) && strcmp(looked_for, "user.content") != 0) {
            return policy->scan.names[scan->indices[i]];
        }
    }
    return NULL;
}

void pare_lint_scan(const pare_lint_view *view)
{
    const pare_policy *policy = view->loader->policy;
    for (size_t i = 0; i < view->n_fields; i++) {
        const pare_lint_field *field = &view->fields[i];
        const char *detector = pare_lint_leaves_whole(field) ? detector_of(policy, field) : NULL;
        if (detector != NULL) {
            pare_lint_find(view, PR153, field->entry->place, NULL,
                           "`scan_released` looks for `%s`, which this field is meant to hold", detector)
                ->help = pare_diagnostic_text(view->loader->reading.findings,
                                              "if it shall leave: `except: {%.*s: %s}` in `scan_released`",
                                              PARE_SPAN_ARGS(field->entry->text), detector);
        }
    }
    for (size_t i = 0; i < policy->scan.n_exceptions; i++) {
        const pare_scan_exception *exception = &policy->scan.exceptions[i];
        if (!exception->matters) {
            pare_lint_find(view, PR154, exception->place, "remove the exception",
                           "`%.*s` is not scanned: nothing leaves of it but what a step writes",
                           PARE_SPAN_ARGS(exception->field));
        }
    }
}
