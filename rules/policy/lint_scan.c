/*
 * What looks at values before they leave, against the fields: what `scan_released` would always find, exceptions that
 * except nothing, and tokens that `formulas` would take for one.
 */
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

/* Tokens in base64url (RFC 4648 section 5) begin with `-` one time in 64. */
static void lint_formulas(const pare_lint_view *view, const pare_lint_field *field)
{
    const pare_policy *policy = view->loader->policy;
    const size_t last = field->rule->n_steps - 1;
    if (policy->formulas >= PARE_FORMULAS_KEEP || field->rule->n_steps == 0 ||
        !pare_lint_step_is(field, last, "pseudonymize")) {
        return;
    }
    bool base64url = pare_span_is(pare_lint_param(field, last, "encoding"), "base64url") ||
                     pare_span_is(pare_lint_param(field, last, "method"), "siv");
    if (base64url && pare_lint_param(field, last, "prefix").len == 0) {
        pare_lint_find(view, PR155, field->rule->steps[last].place,
                       policy->formulas == PARE_FORMULAS_QUOTE
                           ? "they would get an apostrophe: use `encoding: base32`, or a `prefix`"
                           : "their records would be refused: use `encoding: base32`, or a `prefix`",
                       "one token in 64 begins with `-`, and `output: formulas` takes it for a formula");
    }
}

void pare_lint_scan(const pare_lint_view *view)
{
    const pare_policy *policy = view->loader->policy;
    for (size_t i = 0; i < view->n_fields; i++) {
        const pare_lint_field *field = &view->fields[i];
        lint_formulas(view, field);
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
