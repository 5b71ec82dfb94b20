/*
 * round: a number to the nearest multiple of another; what lies in the middle goes away from zero (ISO 80000-1 annex B,
 * rule B, on the magnitude). Decimal and exact: exact.h.
 *
 * Everything is counted at one digit more than `to` has behind its point. There `to` is even, so its half is whole, and
 * what a value has behind that digit can't lift it over the middle.
 */
#include "rules/step/build.h"
#include "rules/step/exact.h"

#include "rules/base/span.h"

typedef struct round_params {
    pare_span to_text;
    unsigned scale; /* digits behind the point of `to` */
    pare_whole to;  /* multiple of 10^-(scale + 1) */
} round_params;

static const pare_key_spec round_keys[] = {
    {.key = "to",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(round_params, to_text),
     .help = "A decimal above 0; the number becomes its nearest multiple of it."},
};
static const pare_schema round_schema = {
    .what = "the step `round`", .keys = round_keys, .n_keys = 1, .shorthand = "to"};

static bool build_round(pare_step *step, const pare_node *params, pare_build *build)
{
    round_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&round_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    pare_exact to;
    pare_place place = pare_param_place(step, params, "to");
    if (!pare_exact_read(made->to_text, &to) || to.behind.len >= PARE_EXACT_DIGITS ||
        !pare_exact_floor(&to, (unsigned)to.behind.len + 1, &made->to)) {
        return pare_refuse(build, PR068, place, "write a decimal number such as `10` or `0.25`",
                           "`to: %.*s` is not a decimal number that can be used", PARE_SPAN_ARGS(made->to_text));
    }
    made->scale = (unsigned)to.behind.len;
    if (made->to <= 0) {
        return pare_refuse(build, PR069, place, "write a number above 0, such as `10`",
                           "there are no multiples of %.*s to round to", PARE_SPAN_ARGS(made->to_text));
    }
    step->params = made;
    return true;
}

static pare_outcome apply_round(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                pare_span value, pare_buf *out)
{
    (void)scratch;
    (void)record;
    const round_params *params = step->params;
    pare_exact number;
    pare_whole units;
    if (value.len == 0) {
        return PARE_SAME;
    }
    if (!pare_exact_read(value, &number)) {
        return PARE_UNREADABLE;
    }
    bool negative = number.negative;
    number.negative = false;
    if (!pare_exact_floor(&number, params->scale + 1, &units)) {
        return PARE_UNREADABLE;
    }
    pare_whole rest = units % params->to;
    units += rest >= params->to / 2 ? params->to - rest : -rest;
    pare_exact_append(out, negative ? -units : units, params->scale + 1);
    return PARE_RELEASE;
}

static void explain_round(const pare_step *step, pare_buf *out)
{
    const round_params *params = step->params;
    pare_buf_append_text(out, "rounds the number to the nearest multiple of ");
    pare_exact_append(out, params->to, params->scale + 1);
}

const pare_step_type pare_step_round = {
    .name = "round",
    .family = "rounding",
    .summary = "A number becomes the nearest multiple of another.",
    .params = &round_schema,
    .build = build_round,
    .apply = apply_round,
    .explain = explain_round,
};
