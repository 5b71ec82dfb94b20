/*
 * noise: a number plus a draw from the Laplace distribution, always the same draw for one person and field, so that
 * asking again does not average it away (ISO/IEC 20889, 8.7.2: noise addition).
 *
 * The draw comes from HMAC-SHA256 over the text of the field `by`, by the inverse of the distribution function. It
 * is computed in whole numbers only, logarithm included: the same on every machine, and without the gaps between
 * binary fractions from which values have been recovered where noise was drawn in floating point. Exactly:
 * docs/STEPS.md; frozen.
 */
#include "rules/step/build.h"
#include "rules/step/exact.h"

#include "rules/base/span.h"

__extension__ typedef unsigned __int128 natural;

/* With these limits no product below needs more than 127 bits: 2^50 * 2^54, and 2^56 * 10^18. */
enum { MAX_SCALE_DIGITS = 15, MAX_DECIMALS = 18, DECIMALS_AS_READ = UINT8_MAX };
enum { UNIFORM_BITS = 53, FRACTION_BITS = 48 };
static const uint64_t LN_2 = UINT64_C(0xB17217F7D1CF79AB); /* ln 2 in units of 2^-64, rounded down */

typedef struct noise_params {
    const pare_node *laplace;
    pare_span by, domain, min_text, max_text;
    uint32_t decimals;
    pare_exact min, max;
    bool has_min, has_max;
    uint64_t scale; /* units of 10^-scale_decimals */
    unsigned scale_decimals;
} noise_params;

typedef struct laplace_params {
    pare_span scale;
} laplace_params;

static const pare_key_spec noise_keys[] = {
    {.key = "laplace",
     .kind = PARE_KIND_NODE,
     .required = true,
     .offset = offsetof(noise_params, laplace),
     .help = "`{scale: 2}`: half of the draws are within 0.69 times the scale, 1 of 20 is beyond 3 times."},
    {.key = "by",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(noise_params, by),
     .help = "The field that tells persons apart; default: none, and equal values get equal noise."},
    {.key = "decimals",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(noise_params, decimals),
     .max = MAX_DECIMALS,
     .help = "Digits behind the point of what is written; default: as many as the value has."},
    {.key = "min",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(noise_params, min_text),
     .help = "What would be less becomes this; default: no limit."},
    {.key = "max",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(noise_params, max_text),
     .help = "What would be more becomes this; default: no limit."},
    {.key = "domain",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(noise_params, domain),
     .help = "Fields of one domain get the same draw for one person; default: the field's name."},
};
static const pare_schema noise_schema = {
    .what = "the step `noise`", .keys = noise_keys, .n_keys = sizeof noise_keys / sizeof noise_keys[0]};

static const pare_key_spec laplace_keys[] = {
    {.key = "scale",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(laplace_params, scale),
     .help = "The mean distance of the draws from 0, a decimal above 0."},
};
static const pare_schema laplace_schema = {
    .what = "`laplace` of `noise`", .keys = laplace_keys, .n_keys = 1, .shorthand = "scale"};

/* --- building -------------------------------------------------------------------------------------------------------
 */

static bool read_scale(noise_params *made, pare_build *build)
{
    laplace_params read = {0};
    pare_exact scale;
    pare_whole units;
    if (!pare_schema_read(&laplace_schema, made->laplace, made->laplace->place, &read, &build->reading)) {
        return false;
    }
    pare_place place = pare_schema_place(made->laplace, "scale", made->laplace->place);
    if (!pare_exact_read(read.scale, &scale) || scale.behind.len > MAX_SCALE_DIGITS ||
        scale.before.len + scale.behind.len > MAX_SCALE_DIGITS ||
        !pare_exact_floor(&scale, (unsigned)scale.behind.len, &units)) {
        return pare_refuse(build, PR068, place, "write a decimal number such as `2` or `0.5`, of at most 15 digits",
                           "`scale: %.*s` is not a decimal number that can be used", PARE_SPAN_ARGS(read.scale));
    }
    if (units <= 0) {
        return pare_refuse(build, PR069, place, "write a number above 0: noise of scale 0 protects nobody",
                           "`scale: %.*s` is no distance", PARE_SPAN_ARGS(read.scale));
    }
    made->scale = (uint64_t)units;
    made->scale_decimals = (unsigned)scale.behind.len;
    return true;
}

/* A limit, as far as the policy gives one. */
static bool read_limit(pare_span text, pare_place place, pare_exact *limit, bool *has, pare_build *build)
{
    pare_whole units;
    *has = text.len > 0;
    if (*has && (!pare_exact_read(text, limit) || !pare_exact_floor(limit, MAX_DECIMALS, &units))) {
        return pare_refuse(build, PR068, place, "write a decimal number such as `0` or `120`",
                           "the limit `%.*s` is not a decimal number that can be used", PARE_SPAN_ARGS(text));
    }
    return true;
}

static bool read_limits(pare_step *step, const pare_node *params, noise_params *made, pare_build *build)
{
    pare_whole min = 0, max = 0;
    pare_place place = pare_param_place(step, params, "max");
    bool good = read_limit(made->min_text, pare_param_place(step, params, "min"), &made->min, &made->has_min, build);
    good = read_limit(made->max_text, place, &made->max, &made->has_max, build) && good;
    if (!good || !made->has_min || !made->has_max) {
        return good;
    }
    (void)pare_exact_floor(&made->min, MAX_DECIMALS, &min); /* was read above */
    (void)pare_exact_floor(&made->max, MAX_DECIMALS, &max);
    return min <= max || pare_refuse(build, PR069, place, "write the lower limit as `min`",
                                     "`max` is less than `min`: nothing lies between them");
}

static bool build_noise(pare_step *step, const pare_node *params, pare_build *build)
{
    noise_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->domain = build->field;
    made->decimals = DECIMALS_AS_READ;
    if (!pare_schema_read(&noise_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    bool good = read_scale(made, build);
    good = read_limits(step, params, made, build) && good;
    if (!good) {
        return false;
    }
    if (made->by.len == 0) {
        pare_refuse(build, PR078, step->place, "name the field that tells persons apart: `by: customer_id`",
                    "without `by` equal values get equal noise");
    } else if (!pare_build_read(step, build, made->by, pare_param_place(step, params, "by"), "step `noise`")) {
        return false;
    }
    step->params = made;
    step->key_use.method = pare_span_of("noise");
    step->key_use.domain = made->domain;
    return true;
}

/* --- drawing --------------------------------------------------------------------------------------------------------
 */

/* -log2(number / 2^53) for 1 <= number <= 2^53, in units of 2^-48: squaring finds one binary digit after another. */
static uint64_t minus_log2(uint64_t number)
{
    unsigned whole = 63 - (unsigned)__builtin_clzll(number);
    uint64_t rest = number << (63 - whole); /* the number as 1 <= rest / 2^63 < 2 */
    uint64_t log = whole;
    for (int i = 0; i < FRACTION_BITS; i++) {
        natural square = (natural)rest * rest;
        bool one = (square >> 127) != 0; /* 2 or more */
        rest = (uint64_t)(square >> (one ? 64 : 63));
        log = log << 1 | one;
    }
    return ((uint64_t)UNIFORM_BITS << FRACTION_BITS) - log;
}

/* The distance of a draw of scale `params->scale`, in units of 10^-decimals, rounded to the nearest. */
static pare_whole distance_of(const noise_params *params, uint64_t number, unsigned decimals)
{
    uint64_t exponential = (uint64_t)((natural)minus_log2(number) * LN_2 >> 64); /* units of 2^-48 */
    natural scaled = (natural)exponential * params->scale;
    const natural mask = ((natural)1 << FRACTION_BITS) - 1;
    natural result = scaled >> FRACTION_BITS, fraction = scaled & mask;
    for (unsigned i = params->scale_decimals; i < decimals; i++) {
        fraction *= 10;
        result = result * 10 + (fraction >> FRACTION_BITS);
        fraction &= mask;
    }
    if (params->scale_decimals <= decimals) {
        return (pare_whole)(result + (fraction >> (FRACTION_BITS - 1)));
    }
    natural divisor = 1;
    for (unsigned i = decimals; i < params->scale_decimals; i++) {
        divisor *= 10;
    }
    return (pare_whole)(result / divisor + (result % divisor >= divisor / 2));
}

static pare_whole draw(const noise_params *params, const unsigned char mac[PARE_SHA256_BYTES], unsigned decimals)
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++) {
        number = number << 8 | mac[i];
    }
    pare_whole distance = distance_of(params, (number >> (64 - UNIFORM_BITS)) + 1, decimals);
    return (mac[8] & 1) != 0 ? -distance : distance;
}

/* --- applying -------------------------------------------------------------------------------------------------------
 */

/* Within `min` and `max`, as far as numbers with so many decimals can be. */
static bool limit_to(const noise_params *params, unsigned decimals, pare_whole *number)
{
    pare_whole low = *number, high = *number;
    pare_exact negated = params->min;
    negated.negative = !negated.negative;
    if ((params->has_min && !pare_exact_floor(&negated, decimals, &low)) ||
        (params->has_max && !pare_exact_floor(&params->max, decimals, &high))) {
        return false;
    }
    low = params->has_min ? -low : low; /* rounded up: what is written is never below `min` */
    if (params->has_min && params->has_max && low > high) {
        return false;
    }
    if (params->has_min && *number < low) {
        *number = low;
    } else if (params->has_max && *number > high) {
        *number = high;
    }
    return true;
}

static pare_outcome apply_noise(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                pare_span value, pare_buf *out)
{
    const noise_params *params = step->params;
    pare_exact number;
    pare_whole units;
    pare_span message = value;
    unsigned char mac[PARE_SHA256_BYTES];
    if (value.len == 0) {
        return PARE_SAME;
    }
    if (!pare_exact_read(value, &number)) {
        return PARE_UNREADABLE;
    }
    size_t decimals = params->decimals == DECIMALS_AS_READ ? number.n_decimals : params->decimals;
    if (decimals > MAX_DECIMALS || !pare_exact_nearest(&number, (unsigned)decimals, &units)) {
        return PARE_UNREADABLE;
    }
    if (params->by.len > 0 && !pare_step_read(step, scratch, record, 0, &message)) {
        return PARE_WITHHOLD;
    }
    pare_hmac(&scratch->keys[step->key_slot], message, mac);
    units += draw(params, mac, (unsigned)decimals);
    if (!limit_to(params, (unsigned)decimals, &units)) {
        return PARE_UNREADABLE;
    }
    pare_exact_append_fixed(out, units, (unsigned)decimals);
    return PARE_RELEASE;
}

static void explain_noise(const pare_step *step, pare_buf *out)
{
    const noise_params *params = step->params;
    pare_buf_append_text(out, "adds Laplace noise of scale ");
    pare_exact_append(out, (pare_whole)params->scale, params->scale_decimals);
    pare_buf_append_text(out, ", always the same for ");
    if (params->by.len == 0) {
        pare_buf_append_text(out, "equal values");
    } else {
        pare_buf_append_text(out, "one `");
        pare_buf_append_span(out, params->by);
        pare_buf_append_text(out, "`");
    }
}

const pare_step_type pare_step_noise = {
    .name = "noise",
    .family = "noise addition",
    .summary = "A number gets Laplace noise, the same each time for one person.",
    .params = &noise_schema,
    .traits = PARE_TRAIT_NEEDS_KEY,
    .build = build_noise,
    .apply = apply_noise,
    .explain = explain_noise,
};
