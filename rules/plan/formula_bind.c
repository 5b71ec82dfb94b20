/* Formulas, as far as the header and the policy alone tell: in which columns none can be, and names of columns. */
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/plan/bound.h"
#include "rules/base/formula.h"

enum { MOST_TOKEN_BYTES = 256, NAME_CHARS = 100 };

/** Nulls leave as they are, whatever a column's steps make of its values. */
static bool null_may_be_formula(const pare_policy *policy)
{
    for (size_t i = 0; i < policy->nulls.n; i++) {
        if (pare_formula_needs_quote(policy->nulls.items[i])) {
            return true;
        }
    }
    return false;
}

/** A token begins with its prefix, or with the MAC's first bits. */
static bool token_may_be_formula(const pare_step *step)
{
    unsigned char mac[PARE_SHA256_BYTES] = {0}, token[MOST_TOKEN_BYTES];
    if (pare_token_width(step) > sizeof token) {
        return true;
    }
    for (unsigned first = 0; first < 256; first++) {
        mac[0] = (unsigned char)first;
        pare_token_write(step, mac, token);
        if ((pare_formula_first[token[0]] & ~PARE_FORMULA_IN_QUOTES) != 0) {
            return true;
        }
    }
    return false;
}

bool pare_plan_may_be_formula(const pare_plan *plan, const pare_bound_column *column)
{
    if (null_may_be_formula(plan->policy)) {
        return true;
    }
    /* a token that begins with a hyphen is nothing to warn of; but quoted or refused it is like any other value */
    if (column->plain_flags != 0 && plan->policy->formulas >= PARE_FORMULAS_KEEP) {
        return false;
    }
    return column->path != PARE_PATH_TOKEN || token_may_be_formula(&column->entry->rules[0].steps[0]);
}

static pare_status quote_name(pare_plan *plan, pare_bound_column *column, pare_error *err)
{
    column->name = pare_arena_printf(&plan->arena, "'%s", column->name);
    return column->name != NULL ? PARE_OK : pare_fail(err, PARE_E_NOMEM, "out of memory for the names of columns");
}

pare_status pare_plan_guard_names(pare_plan *plan, pare_error *err)
{
    for (size_t i = 0; i < plan->n_columns; i++) {
        pare_bound_column *column = &plan->columns[i];
        pare_span name = pare_span_of(column->name);
        switch (plan->policy->formulas) {
        case PARE_FORMULAS_REFUSE:
            if (pare_formula_begins(name)) {
                return pare_fail(err, PARE_E_DATA,
                                 "the name of column %u begins as a formula does, and the policy says `formulas: "
                                 "refuse`; give it another with `as`",
                                 column->source + 1);
            }
            break;
        case PARE_FORMULAS_QUOTE:
            PARE_TRY(pare_formula_needs_quote(name) ? quote_name(plan, column, err) : PARE_OK);
            break;
        case PARE_FORMULAS_FLAG:
            if (pare_formula_begins(name)) {
                char shown[NAME_CHARS];
                (void)pare_escape(shown, sizeof shown, name);
                const char *text = pare_arena_printf(
                    &plan->arena, "the name of column %u, `%s`, begins as a formula does", column->source + 1, shown);
                if (text == NULL) {
                    return pare_fail(err, PARE_E_NOMEM, "out of memory for the names of columns");
                }
                plan->warnings[plan->n_warnings++] = text;
                return PARE_OK; /* one is enough to know */
            }
            break;
        case PARE_FORMULAS_KEEP:
            break;
        }
    }
    return PARE_OK;
}
