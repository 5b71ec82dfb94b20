/* What a policy leaves unsaid. Findings that inform: a sound policy may do without, and should have thought of it. */
#include "rules/policy/lint.h"

#include "rules/base/span.h"

/* The first purpose that rests on consent, or NULL. */
static const pare_purpose *consent_of(const pare_policy *policy)
{
    for (size_t p = 0; p < policy->n_purposes; p++) {
        if (pare_span_is(policy->purposes[p].basis, "consent")) {
            return &policy->purposes[p];
        }
    }
    return NULL;
}

/* Names given in full, a needed one counting as two, as in rules/plan/header.c. */
static size_t evidence_for_header(const pare_policy *policy)
{
    size_t evidence =
        2 * policy->n_reads; /* one by position, "#3", is no name; that it counts here only spares a warning */
    for (size_t i = 0; i < policy->n_entries; i++) {
        const pare_rule *rule = &policy->entries[i].rules[0];
        if (policy->entries[i].kind == PARE_SELECT_EXACT) {
            evidence += rule->drops || rule->optional ? 1 : 2;
        }
    }
    return evidence;
}

static void lint_header(const pare_lint_view *view)
{
    const pare_policy *policy = view->loader->policy;
    if (!policy->input.header || policy->header_is_stated || evidence_for_header(policy) >= 2) {
        return;
    }
    for (size_t i = 0; i < view->n_fields; i++) {
        const pare_lint_field *field = &view->fields[i];
        if (field->entry->kind != PARE_SELECT_EXACT && field->rule->as.len == 0) {
            pare_lint_find(view, PR150, field->entry->place,
                           "name a column in full, or write `input: {header: true}` to vouch for the header",
                           "nothing tells whether the first line is a header, and this releases columns under the "
                           "names that stand there");
            return;
        }
    }
}

void pare_lint_whole(const pare_lint_view *view)
{
    const pare_policy *policy = view->loader->policy;
    const pare_purpose *consent = consent_of(policy);
    pare_place top = view->root->place;
    lint_header(view);
    if (pare_node_get(view->root, "unlisted") == NULL) {
        pare_lint_find(view, PR093, top, "add `unlisted: drop` or `unlisted: fail`",
                       "the policy does not say what becomes of columns that it does not name");
    }
    if (policy->n_cases == 0 && view->n_fields > 0) {
        pare_lint_find(view, PR117, top, "add `tests:` with a record and what must become of it",
                       "the policy has no tests");
    }
    if (consent != NULL && !policy->has_max_quarantined && !policy->has_min_records) {
        pare_lint_find(view, PR118, consent->place, "add `gates: {min_records: N}`",
                       "`%.*s` rests on consent, and no gate looks at how many records are left",
                       PARE_SPAN_ARGS(consent->name));
    }
    if (consent != NULL && policy->n_retentions == 0) {
        pare_lint_find(view, PR119, consent->place, "add `retention: [{field: last_order_at, keep: 24 months}]`",
                       "`%.*s` rests on consent, and nothing says how old it may be", PARE_SPAN_ARGS(consent->name));
    }
}
