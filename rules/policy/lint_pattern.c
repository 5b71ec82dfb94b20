/* Expressions that can backtrack badly, wherever the policy has one: selectors, `matches`, `extract`, `segments`. */
#include "rules/policy/lint.h"

#include "rules/base/span.h"
#include "rules/policy/backtrack.h"

static void lint_pattern(const pare_lint_view *view, pare_span pattern, pare_place place, bool whole)
{
    size_t offset = 0;
    pare_backtrack risk = pare_backtrack_of(pattern, whole, &offset);
    pare_diagnostic *finding = NULL;
    switch (risk) {
    case PARE_BACKTRACK_FINE:
        return;
    case PARE_BACKTRACK_EXPONENTIAL:
        finding =
            pare_lint_find(view, PR103, place,
                           "let each turn of the outer loop begin or end with what the inner one can't read; or make "
                           "the inner loop possessive: `++`",
                           "this expression reads one text in many ways: some values take it to its limit");
        break;
    case PARE_BACKTRACK_SQUARE:
        finding = pare_lint_find(view, PR104, place,
                                 "bound the loops (`{0,64}`), put between them what neither reads, or make the first "
                                 "possessive: `++`",
                                 "two loops of this expression can share a text: long values take it to its limit");
        break;
    }
    finding->label = pare_diagnostic_text(view->loader->reading.findings, "the loop at its byte %zu", offset);
}

/* Whatever stands under the key `matches` in a test. */
static void lint_condition(const pare_lint_view *view, const pare_node *node)
{
    if (node == NULL || node->kind == PARE_NODE_SCALAR) {
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        const pare_node *value = node->kind == PARE_NODE_LIST ? node->items[i] : node->pairs[i].value;
        if (node->kind == PARE_NODE_MAP && value->kind == PARE_NODE_SCALAR &&
            pare_span_is(node->pairs[i].key->text, "matches")) {
            lint_pattern(view, value->text, value->place, false);
        }
        lint_condition(view, value);
    }
}

static void lint_steps(const pare_lint_view *view, const pare_lint_field *field)
{
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        const pare_node *params = pare_lint_params(field, i);
        bool extract = pare_lint_step_is(field, i, "extract");
        const pare_node *pattern = pare_node_get(params, extract ? "regex" : "segments");
        pattern = extract && pattern == NULL && params != NULL && params->kind == PARE_NODE_SCALAR ? params : pattern;
        if (pattern != NULL && pattern->kind == PARE_NODE_SCALAR &&
            (extract || pare_lint_step_is(field, i, "pseudonymize"))) {
            lint_pattern(view, pattern->text, pattern->place, !extract);
        }
    }
}

void pare_lint_patterns(const pare_lint_view *view)
{
    const pare_policy *policy = view->loader->policy;
    const pare_node *purposes = pare_node_get(view->root, "purposes");
    for (size_t i = 0; purposes != NULL && i < purposes->n; i++) {
        lint_condition(view, pare_node_get(purposes->pairs[i].value, "allowed_when"));
    }
    for (size_t i = 0; i < policy->n_entries; i++) {
        if (policy->entries[i].kind == PARE_SELECT_REGEX) {
            lint_pattern(view, policy->entries[i].text, policy->entries[i].place, false);
        }
    }
    for (size_t i = 0; i < view->n_fields; i++) {
        lint_condition(view, pare_node_get(view->fields[i].node, "when"));
        lint_steps(view, &view->fields[i]);
    }
}
