/* Expressions that can backtrack badly: of selectors, `matches`, `extract`, `segments`, and of packs of the policy's.
 */
#include "rules/policy/lint.h"

#include "rules/base/buf.h"
#include "rules/base/span.h"
#include "rules/detect/pack.h"
#include "rules/policy/backtrack.h"

static void lint_pattern(pare_loader *loader, pare_span pattern, pare_place place, bool whole, bool of_parts)
{
    pare_diagnostics *findings = loader->reading.findings;
    size_t offset = 0;
    pare_diagnostic *finding = NULL;
    switch (pare_backtrack_of(pattern, whole, &offset)) {
    case PARE_BACKTRACK_FINE:
        return;
    case PARE_BACKTRACK_EXPONENTIAL:
        finding = pare_diagnose(findings, PR103, place,
                                "this expression reads one text in many ways: some values take it to its limit");
        finding->help = "let each turn of the outer loop begin or end with what the inner one can't read; or make the "
                        "inner loop possessive: `++`";
        break;
    case PARE_BACKTRACK_SQUARE:
        finding = pare_diagnose(findings, PR104, place,
                                "two loops of this expression can share a text: long values take it to its limit");
        finding->help = "bound the loops (`{0,64}`), put between them what neither reads, or make the first "
                        "possessive: `++`";
        break;
    }
    finding->label = pare_diagnostic_text(findings, "the loop at its byte %zu%s", offset,
                                          of_parts ? ", with the parts in their places" : "");
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
            lint_pattern(view->loader, value->text, value->place, false, false);
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
            lint_pattern(view->loader, pattern->text, pattern->place, !extract, false);
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
            lint_pattern(view->loader, policy->entries[i].text, policy->entries[i].place, false, false);
        }
    }
    for (size_t i = 0; i < view->n_fields; i++) {
        lint_condition(view, pare_node_get(view->fields[i].node, "when"));
        lint_steps(view, &view->fields[i]);
    }
}

static void lint_expression(pare_loader *loader, const pare_expression *expression)
{
    pare_buf text;
    pare_buf_init(&text, PARE_MAX_POLICY_BYTES);
    if (expression != NULL && pare_expression_expand(expression, NULL, &text)) {
        pare_span whole = pare_arena_copy(&loader->reading.findings->arena, pare_buf_span(&text));
        lint_pattern(loader, whole, expression->place, false, !pare_span_equal(whole, expression->text));
    }
    pare_buf_clear(&text);
}

void pare_lint_pack(pare_loader *loader, const pare_pack *pack)
{
    for (size_t i = 0; i < pack->n_detectors; i++) {
        const pare_detector *detector = &pack->detectors[i];
        lint_expression(loader, detector->glance);
        for (size_t k = 0; k < detector->n_patterns; k++) {
            bool again = k > 0 && detector->behind[k] == detector->behind[k - 1];
            lint_expression(loader, detector->patterns[k]);
            lint_expression(loader, again ? NULL : detector->behind[k]);
        }
    }
}
