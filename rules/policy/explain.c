/*
 * A policy in plain English, field by field: for the colleague who decides and opens no terminal.
 *
 * It says what the program does, in the order it does it: what is used and why, what is too old, what becomes of each
 * field, what happens to the rest, what stops a delivery. No values of data, no keys.
 */
#include "rules/base/span.h"
#include "rules/policy/model.h"
#include "rules/text/render.h"

enum { MAX_EXPLANATION_BYTES = 16 << 20 };

typedef struct explanation {
    const pare_policy *policy;
    pare_span *read_names; /* in an arena of its own: the policy is immutable */
    pare_buf *out;
} explanation;

static void add(explanation *e, const char *text)
{
    pare_buf_append_text(e->out, text);
}

static void add_span(explanation *e, pare_span span)
{
    pare_text_append_harmless(e->out, span);
}

static void add_test(explanation *e, const pare_test *test)
{
    pare_test_explain(test, e->read_names, e->out);
}

static void explain_head(explanation *e)
{
    add(e, "Dataset ");
    add_span(e, e->policy->dataset);
    add(e, " for ");
    add_span(e, e->policy->recipient);
    if (e->policy->description.len > 0) {
        add(e, "\n  ");
        add_span(e, e->policy->description);
    }
    add(e, "\n");
}

static void explain_purposes(explanation *e)
{
    add(e, "\nPurposes\n");
    for (size_t i = 0; i < e->policy->n_purposes; i++) {
        const pare_purpose *purpose = &e->policy->purposes[i];
        add(e, "  ");
        add_span(e, purpose->name);
        add(e, " (basis: ");
        add_span(e, purpose->basis);
        add(e, ")");
        if (purpose->description.len > 0) {
            add(e, ": ");
            add_span(e, purpose->description);
        }
        add(e, "\n      may use ");
        if (purpose->allowed_when == NULL) {
            add(e, e->policy->n_tiers > 0 ? "a record whose consent tier allows it" : "every record");
        } else {
            add(e, "a record where ");
            add_test(e, purpose->allowed_when);
            add(e, e->policy->n_tiers > 0 ? ", and whose consent tier allows it" : "");
            add(e, "; where that can't be told, it may not");
        }
        add(e, "\n");
    }
    add(e, "  A record that no purpose may use is dropped.\n");
}

static void explain_retention(explanation *e)
{
    static const char *const units[] = {"day", "week", "month", "year"};
    static const char *const unreadable[] = {"the record is dropped, too", "the record is kept", "the run stops"};
    if (e->policy->n_retentions == 0) {
        return;
    }
    add(e, "\nRetention\n");
    for (size_t i = 0; i < e->policy->n_retentions; i++) {
        const pare_retention *retention = &e->policy->retentions[i];
        add(e, "  A record is dropped when `");
        add_span(e, e->read_names[retention->read]);
        pare_buf_printf(e->out, "` is more than %u %s%s ago; where the date can't be read, %s.\n",
                        retention->keep.count, units[retention->keep.unit], retention->keep.count == 1 ? "" : "s",
                        unreadable[retention->unreadable]);
    }
}

/* "a, b": the purposes of these bits. */
static void add_purposes(explanation *e, uint64_t bits)
{
    const char *before = "";
    for (size_t p = 0; p < e->policy->n_purposes; p++) {
        if ((bits >> p & 1) != 0) {
            add(e, before);
            add_span(e, e->policy->purposes[p].name);
            before = ", ";
        }
    }
}

static void explain_tiers(explanation *e)
{
    for (size_t i = 0; i < e->policy->n_tiers; i++) {
        const pare_tiers *tiers = &e->policy->tiers[i];
        add(e, i == 0 ? "\nConsent tiers\n  The tier " : "  And the tier ");
        if (tiers->from_list) {
            add(e, "that the list `");
            add_span(e, tiers->roll.file);
            add(e, "` gives for ");
        } else {
            add(e, "in ");
        }
        add(e, "`");
        add_span(e, e->read_names[tiers->read]);
        add(e, "` allows\n");
        for (size_t t = 0; t < tiers->names.n; t++) {
            add(e, "    ");
            add_span(e, tiers->names.items[t]);
            add(e, ": ");
            add(e, tiers->allow[t] == 0 ? "nothing" : "");
            add_purposes(e, tiers->allow[t]);
            add(e, "\n");
        }
        add(e, tiers->from_list ? "    any other, none, or not on the list: nothing\n"
                                : "    any other, or none: nothing\n");
    }
}

static void explain_opt_outs(explanation *e)
{
    if (e->policy->n_opt_outs > 0) {
        add(e, "\nOpt-outs\n");
    }
    for (size_t i = 0; i < e->policy->n_opt_outs; i++) {
        const pare_opt_out *opt_out = &e->policy->opt_outs[i];
        add(e, "  Whoever's `");
        add_span(e, e->read_names[opt_out->read]);
        add(e, opt_out->roll.names.n > 0 ? "` (" : "`");
        pare_normal_explain(opt_out->roll.names, e->out);
        add(e, opt_out->roll.names.n > 0 ? ") " : " ");
        add(e, opt_out->roll.digests ? "has its SHA-256 digest on the list `" : "is on the list `");
        add_span(e, opt_out->roll.file);
        pare_buf_printf(e->out, "` (%zu entries) has said no to ", pare_people_count(opt_out->roll.people));
        if (opt_out->purposes == UINT64_MAX) {
            add(e, "every purpose");
        } else {
            add_purposes(e, opt_out->purposes);
        }
        add(e, ".\n    Where there is no value to look up, ");
        add(e, opt_out->keeps_unreadable ? "nobody is taken to have said no.\n"
                                         : "the person is taken to have said no.\n");
    }
}

static void explain_reasons(explanation *e, const pare_rule *rule)
{
    add(e, "      ");
    add_span(e, rule->category);
    add(e, ", for ");
    add_purposes(e, rule->purposes);
    if (rule->because.len > 0) {
        add(e, "; because: ");
        add_span(e, rule->because);
    }
    add(e, "\n");
}

static void explain_steps(explanation *e, const pare_rule *rule)
{
    if (rule->n_steps == 0) {
        add(e, "passes as it is");
    }
    for (size_t i = 0; i < rule->n_steps; i++) {
        add(e, i == 0 ? "" : ", then ");
        if (rule->steps[i].type->explain != NULL) {
            rule->steps[i].type->explain(&rule->steps[i], e->out);
        } else {
            add(e, rule->steps[i].type->name);
        }
    }
}

static void explain_rule(explanation *e, const pare_rule *rule)
{
    add(e, "    ");
    if (rule->drops) {
        add(e, "not in the output (a decision of this policy)\n");
        return;
    }
    if (rule->when != NULL) {
        add(e, "where ");
        add_test(e, rule->when);
        add(e, ": ");
    }
    explain_steps(e, rule);
    if (rule->as.len > 0) {
        add(e, "; written as `");
        add_span(e, rule->as);
        add(e, "`");
    }
    add(e, "\n");
    explain_reasons(e, rule);
}

static void explain_selector(explanation *e, const pare_entry *entry)
{
    static const char *const words[] = {"  ", "  column ", "  every column that fits ", "  every column that matches "};
    bool regex = entry->kind == PARE_SELECT_REGEX;
    add(e, words[entry->kind]);
    add(e, regex ? "/" : "");
    add_span(e, entry->text);
    add(e, regex ? "/" : "");
    add(e, entry->kind == PARE_SELECT_GLOB || regex ? " and is named by no more exact rule\n" : "\n");
}

static void explain_fields(explanation *e)
{
    add(e, "\nFields\n");
    for (size_t i = 0; i < e->policy->n_entries; i++) {
        const pare_entry *entry = &e->policy->entries[i];
        explain_selector(e, entry);
        for (size_t r = 0; r < entry->n_rules; r++) {
            explain_rule(e, &entry->rules[r]);
        }
        if (entry->rules[entry->n_rules - 1].when != NULL) {
            add(e, "    otherwise: empty\n");
        }
    }
    add(e, "  A field is empty in a record that none of its purposes may use.\n");
    add(e, e->policy->unlisted_fails ? "  A column that is not named above stops the run.\n"
                                     : "  A column that is not named above is not in the output.\n");
}

static void add_names(explanation *e, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pare_buf_printf(e->out, "%s`%s`", i == 0 ? "" : i + 1 == n ? " or " : ", ", names[i]);
    }
}

static void explain_scan(explanation *e)
{
    static const char *const actions[] = {"the value is withheld",
                                          "the record is a bad record: --on-bad-record says what becomes of it",
                                          "the run ends, and nothing is delivered"};
    const pare_scan *scan = &e->policy->scan;
    if (scan->n == 0) {
        return;
    }
    add(e, "\nBefore anything leaves\n  Every value is searched for ");
    add_names(e, scan->names, scan->n);
    pare_buf_printf(e->out, ".\n  Where one is found, or it can't be told whether there is one, %s.\n",
                    actions[scan->action]);
    add(e, "  What steps write themselves is not searched: tokens, labels, fixed texts.\n");
    for (size_t i = 0; i < scan->n_exceptions; i++) {
        const pare_scan_exception *exception = &scan->exceptions[i];
        add(e, "  `");
        add_span(e, exception->field);
        add(e, exception->n == 0 ? "` is not searched.\n" : "` is not searched for ");
        add_names(e, exception->names, exception->n);
        add(e, exception->n == 0 ? "" : ".\n");
    }
}

static void explain_formulas(explanation *e)
{
    static const char *const actions[] = {"makes its record a bad one: --on-bad-record says what becomes of it",
                                          "gets an apostrophe before it, and is written in quotes",
                                          "leaves as it is, and is counted",
                                          "leaves as it is, and the run warns of it"};
    add(e, e->policy->scan.n == 0 ? "\nBefore anything leaves\n" : "");
    add(e, "  A value that begins as a spreadsheet's formula does ");
    add(e, actions[e->policy->formulas]);
    add(e, ".\n");
}

static void explain_gates(explanation *e)
{
    if (e->policy->has_max_quarantined || e->policy->has_min_records) {
        add(e, "\nNothing is delivered\n");
    }
    if (e->policy->has_max_quarantined) {
        pare_buf_printf(e->out, "  if more than %.6g%% of the records read can't be handled\n",
                        e->policy->max_quarantined * 100);
    }
    if (e->policy->has_min_records) {
        pare_buf_printf(e->out, "  if fewer than %llu record%s would be written\n",
                        (unsigned long long)e->policy->min_records, e->policy->min_records == 1 ? "" : "s");
    }
}

void pare_policy_explain(const pare_policy *policy, pare_write write, void *context)
{
    pare_arena arena;
    pare_buf out;
    pare_arena_init(&arena, MAX_EXPLANATION_BYTES);
    pare_buf_init(&out, MAX_EXPLANATION_BYTES);
    explanation e = {policy, pare_arena_array(&arena, policy->n_reads + 1, sizeof(pare_span)), &out};
    if (e.read_names != NULL) {
        for (size_t i = 0; i < policy->n_reads; i++) {
            e.read_names[i] = policy->reads[i].name;
        }
        explain_head(&e);
        explain_purposes(&e);
        explain_retention(&e);
        explain_tiers(&e);
        explain_opt_outs(&e);
        explain_fields(&e);
        explain_scan(&e);
        explain_formulas(&e);
        explain_gates(&e);
    }
    if (out.status == PARE_OK && out.len > 0) {
        write(context, (const char *)out.ptr, out.len);
    }
    pare_buf_clear(&out);
    pare_arena_clear(&arena);
}
