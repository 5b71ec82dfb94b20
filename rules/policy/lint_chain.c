/*
 * Chains that don't do what they seem to: steps that change nothing, that work on a token or on a text that every
 * record gets, that never run, and a `redact` that comes when half of an identifier is cut off already.
 *
 * It follows the length of the value along the chain, where that is known, and looks at neighbours. What it can't tell
 * it says nothing about.
 */
#include "rules/policy/lint.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

/* Characters that a value may still have; UNBOUNDED where that is not known. */
static const uint32_t UNBOUNDED = UINT32_MAX;

static bool is_one_of(const char *name, const char *const *names)
{
    size_t i = 0;
    while (names[i] != NULL && strcmp(names[i], name) != 0) {
        i++;
    }
    return names[i] != NULL;
}

/* The step leaves one text in place of every value, or none. */
static bool is_constant(const pare_lint_field *field, size_t at, bool *withholds)
{
    const pare_node *params = pare_lint_params(field, at);
    bool suppress = pare_lint_step_is(field, at, "suppress");
    *withholds = suppress && params == NULL;
    bool has_with = params != NULL && (params->kind == PARE_NODE_SCALAR || pare_node_get(params, "with") != NULL);
    *withholds = suppress && !has_with;
    return suppress || (pare_lint_step_is(field, at, "replace") && has_with);
}

/* --- how long values are --- */

static uint32_t after_date(pare_span unit)
{
    static const struct {
        const char *unit;
        uint32_t characters;
    } units[] = {{"decade", 5}, {"year", 4}, {"quarter", 7}, {"month", 7}, {"week", 8}, {"day", 10}, {"hour", 13}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (pare_span_is(unit, units[i].unit)) {
            return units[i].characters;
        }
    }
    return UNBOUNDED;
}

/* How many characters the step cuts a value to; UNBOUNDED: it does not cut. */
static uint32_t cut_of(const pare_lint_field *field, size_t at)
{
    if (pare_lint_step_is(field, at, "truncate")) {
        return pare_lint_number(pare_lint_param(field, at, "characters"), UNBOUNDED);
    }
    pare_span prefix = pare_lint_text(pare_lint_params(field, at), "prefix", false);
    bool cuts = pare_lint_step_is(field, at, "generalize") && prefix.len > 0;
    return cuts ? pare_lint_number(prefix, UNBOUNDED) : UNBOUNDED;
}

static uint32_t length_after(const pare_lint_field *field, size_t at, uint32_t before)
{
    static const char *const same[] = {"mask", "extract", NULL}; /* no longer than it was */
    const pare_step *step = &field->rule->steps[at];
    uint32_t cut = cut_of(field, at);
    if (cut != UNBOUNDED) {
        return cut < before ? cut : before;
    }
    if ((step->traits & PARE_TRAIT_FIXED_WIDTH_TOKEN) != 0) {
        return (uint32_t)pare_token_width(step); /* its prefix may hold fewer characters than bytes: still a bound */
    }
    if (pare_lint_step_is(field, at, "generalize")) {
        return after_date(pare_lint_text(pare_lint_params(field, at), "date", false));
    }
    return is_one_of(pare_lint_step(field, at), same) ? before : UNBOUNDED;
}

/* --- what changes nothing --- */

static bool nodes_equal(const pare_node *a, const pare_node *b)
{
    if (a == NULL || b == NULL || a->kind != b->kind || a->n != b->n) {
        return a == b;
    }
    if (a->kind == PARE_NODE_SCALAR) {
        return pare_span_equal(a->text, b->text);
    }
    for (size_t i = 0; i < a->n; i++) {
        bool equal = a->kind == PARE_NODE_LIST ? nodes_equal(a->items[i], b->items[i])
                                               : nodes_equal(a->pairs[i].key, b->pairs[i].key) &&
                                                     nodes_equal(a->pairs[i].value, b->pairs[i].value);
        if (!equal) {
            return false;
        }
    }
    return true;
}

/* Done twice with the same parameters, these do what they do once. */
static bool repeats(const pare_lint_field *field, size_t at)
{
    static const char *const idempotent[] = {"normalize", "truncate", "redact", "round", NULL};
    return at > 0 && is_one_of(pare_lint_step(field, at), idempotent) &&
           strcmp(pare_lint_step(field, at), pare_lint_step(field, at - 1)) == 0 &&
           nodes_equal(pare_lint_params(field, at), pare_lint_params(field, at - 1));
}

/* A table that replaces each text with itself and keeps the others. */
static bool maps_to_itself(const pare_lint_field *field, size_t at)
{
    const pare_node *params = pare_lint_params(field, at);
    const pare_node *map = pare_node_get(params, "map");
    if (!pare_lint_step_is(field, at, "replace") || map == NULL || map->kind != PARE_NODE_MAP ||
        !pare_span_is(pare_lint_param(field, at, "otherwise"), "keep")) {
        return false;
    }
    for (size_t i = 0; i < map->n; i++) {
        if (!nodes_equal(map->pairs[i].key, map->pairs[i].value)) {
            return false;
        }
    }
    return true;
}

static void lint_nothing(const pare_lint_view *view, const pare_lint_field *field, size_t at, uint32_t length)
{
    pare_place place = field->rule->steps[at].place;
    uint32_t cut = cut_of(field, at);
    if (cut != UNBOUNDED && length <= cut) {
        pare_lint_find(view, PR105, place, "remove it, or cut to fewer",
                       "this changes nothing: values have at most %u characters here", length);
    } else if (repeats(field, at)) {
        pare_lint_find(view, PR105, place, "remove it", "this changes nothing: the step before it did the same");
    } else if (maps_to_itself(field, at)) {
        pare_lint_find(view, PR105, place, "`otherwise: suppress` lets only the listed texts pass",
                       "this changes nothing: it replaces each text with itself and keeps the others");
    }
}

/* --- what comes too late --- */

static void lint_behind_token(const pare_lint_view *view, const pare_lint_field *field, size_t at)
{
    pare_place place = field->rule->steps[at].place;
    if (pare_lint_step_is(field, at, "normalize")) {
        pare_lint_find(view, PR106, place, "put it before `pseudonymize`, or write `pseudonymize: {normalize: [...]}`",
                       "this spells the token and not the value: two spellings have two tokens already");
    } else if (cut_of(field, at) != UNBOUNDED || pare_lint_step_is(field, at, "mask")) {
        pare_lint_find(view, PR106, place, "shorter tokens are made with `bits`; without joins, use `suppress`",
                       "a token that is cut or masked stands for many values");
    } else {
        pare_lint_find(view, PR106, place, "put it before `pseudonymize`", "this works on the token, not on the value");
    }
}

static bool cuts(const pare_lint_field *field, size_t at)
{
    return cut_of(field, at) != UNBOUNDED || pare_lint_step_is(field, at, "mask");
}

/* `redact` behind a cut: half of a telephone number is not found. */
static void lint_late_redact(const pare_lint_view *view, const pare_lint_field *field, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (cuts(field, i)) {
            pare_lint_find(view, PR108, field->rule->steps[at].place, "put `redact` first",
                           "`%s` comes before this: what it cuts in two is not found", pare_lint_step(field, i));
            return;
        }
    }
}

/* What stands before or behind a step that leaves the same for everybody. */
static void lint_around_constant(const pare_lint_view *view, const pare_lint_field *field, size_t at, bool withholds)
{
    static const char *const passing[] = {"normalize", "truncate", "mask", "redact", "shift", "noise", "round", NULL};
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        pare_place place = field->rule->steps[i].place;
        if (i < at && (withholds || is_one_of(pare_lint_step(field, i), passing))) {
            pare_lint_find(view, PR107, place, "remove it", "`%s` behind this leaves nothing of what it does",
                           pare_lint_step(field, at));
        } else if (i > at) {
            pare_lint_find(view, PR107, place, "remove it, or what stands before it",
                           withholds ? "this is never reached: `%s` withholds every value"
                                     : "this works on the one text that `%s` writes for every value",
                           pare_lint_step(field, at));
        }
    }
}

static void lint_field(const pare_lint_view *view, const pare_lint_field *field)
{
    uint32_t length = UNBOUNDED;
    size_t token = pare_lint_find_step(field, "pseudonymize");
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        bool withholds = false;
        if (is_constant(field, i, &withholds)) {
            lint_around_constant(view, field, i, withholds);
            return;
        }
    }
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        bool nothing = cut_of(field, i) != UNBOUNDED && length <= cut_of(field, i);
        if (i > token && !nothing && !pare_lint_step_is(field, i, "replace")) {
            lint_behind_token(view, field, i);
        } else {
            lint_nothing(view, field, i, length);
        }
        if (pare_lint_step_is(field, i, "redact")) {
            lint_late_redact(view, field, i);
        }
        length = length_after(field, i, length);
    }
}

void pare_lint_chain(const pare_lint_view *view)
{
    for (size_t i = 0; i < view->n_fields; i++) {
        lint_field(view, &view->fields[i]);
    }
}
