/*
 * generalize: numbers to classes, of equal width or between bounds.
 *
 * Decimal text in, decimal text out, and only whole numbers in between: with width 0.1, 0.3 is 0.3 and not
 * 0.30000000000000004. All numbers of a step are multiples of 10^-scale, `scale` being the digits behind the point of
 * its width or bounds. A value is rounded down to that scale first, which changes no class: for a whole number n,
 * floor(x / n) = floor(floor(x) / n).
 */
#include "rules/step/exact.h"
#include "rules/step/generalize.h"

#include "rules/base/span.h"

typedef struct number_params {
    pare_generalizer base;
    pare_span width_text;
    pare_texts bins_text;
    int as;
    unsigned scale;
    pare_whole width; /* 0: bins */
    const pare_whole *bins;
    size_t n_bins;
} number_params;

static const pare_key_spec number_keys[] = {
    {.key = "width",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(number_params, width_text),
     .help = "Width of the classes, a decimal above 0; a class begins at a multiple of it."},
    {.key = "bins",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(number_params, bins_text),
     .help = "Bounds, ascending; a bound belongs to the class that it begins."},
    {.key = "as",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(number_params, as),
     .choices = pare_class_choices,
     .help = "How the class is written: `low` (default for `width`), `middle`, `range` (default for `bins`)."},
};
static const pare_schema number_schema = {
    .what = "`number` of `generalize`", .keys = number_keys, .n_keys = 3, .shorthand = "width"};

/* --- writing --------------------------------------------------------------------------------------------------------
 */

static void append_range(pare_buf *out, pare_whole low, pare_whole high, unsigned scale)
{
    pare_exact_append(out, low, scale);
    pare_buf_append_byte(out, '-');
    pare_exact_append(out, high, scale);
}

/* --- applying -------------------------------------------------------------------------------------------------------
 */

static pare_whole floor_to(pare_whole value, pare_whole width)
{
    pare_whole rest;
    if ((pare_whole)(int64_t)value == value && (pare_whole)(int64_t)width == width) {
        rest = (int64_t)value % (int64_t)width;
    } else {
        rest = value % width;
    }
    return value - rest - (rest < 0 ? width : 0);
}

static void append_width_class(const number_params *params, pare_whole value, pare_buf *out)
{
    pare_whole low = floor_to(value, params->width);
    switch (params->as) {
    case PARE_CLASS_MIDDLE:
        pare_exact_append(out, low * 10 + params->width * 5, params->scale + 1);
        return;
    case PARE_CLASS_RANGE:
        append_range(out, low, low + params->width, params->scale);
        return;
    default:
        pare_exact_append(out, low, params->scale);
        return;
    }
}

static void append_bin(const number_params *params, pare_whole value, pare_buf *out)
{
    size_t n = 0; /* bounds that are not above the value */
    while (n < params->n_bins && params->bins[n] <= value) {
        n++;
    }
    if (n == 0) {
        pare_buf_append_byte(out, '<');
        pare_exact_append(out, params->bins[0], params->scale);
    } else if (params->as == PARE_CLASS_LOW) {
        pare_exact_append(out, params->bins[n - 1], params->scale);
    } else if (n == params->n_bins) {
        pare_buf_append_text(out, ">=");
        pare_exact_append(out, params->bins[n - 1], params->scale);
    } else if (params->as == PARE_CLASS_MIDDLE) {
        pare_exact_append(out, (params->bins[n - 1] + params->bins[n]) * 5, params->scale + 1);
    } else {
        append_range(out, params->bins[n - 1], params->bins[n], params->scale);
    }
}

static pare_outcome apply_number(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    const number_params *params = (const number_params *)self;
    pare_exact number;
    pare_whole units;
    if (!pare_exact_read(value, &number) || !pare_exact_floor(&number, params->scale, &units)) {
        return PARE_UNREADABLE;
    }
    if (params->n_bins > 0) {
        append_bin(params, units, out);
    } else {
        append_width_class(params, units, out);
    }
    return PARE_RELEASE;
}

static void explain_number(const pare_generalizer *self, pare_buf *out)
{
    const number_params *params = (const number_params *)self;
    if (params->n_bins == 0) {
        pare_buf_append_text(out, "puts the number into classes of width ");
        pare_exact_append(out, params->width, params->scale);
        return;
    }
    pare_buf_append_text(out, "puts the number into classes bounded by ");
    for (size_t i = 0; i < params->n_bins; i++) {
        pare_buf_append_text(out, i == 0 ? "" : ", ");
        pare_exact_append(out, params->bins[i], params->scale);
    }
}

/* --- building -------------------------------------------------------------------------------------------------------
 */

static bool refuse_number(pare_build *build, pare_place place, const char *what, pare_span text)
{
    return pare_refuse(build, PR068, place, "write digits, with a point if need be: `10`, `0.5`",
                       "%s `%.*s` is not a decimal number that can be used", what, PARE_SPAN_ARGS(text));
}

static bool read_width(number_params *made, pare_place place, pare_build *build)
{
    pare_exact width;
    if (!pare_exact_read(made->width_text, &width) || width.behind.len > PARE_EXACT_DIGITS ||
        !pare_exact_floor(&width, (unsigned)width.behind.len, &made->width)) {
        return refuse_number(build, place, "the width", made->width_text);
    }
    made->scale = (unsigned)width.behind.len;
    if (made->width <= 0) {
        return pare_refuse(build, PR069, place, "write a width such as `width: 10`", "a width of %.*s makes no classes",
                           PARE_SPAN_ARGS(made->width_text));
    }
    return true;
}

/* The bounds at the scale of the finest; ascending. */
static bool read_bins(number_params *made, pare_build *build)
{
    const pare_texts *texts = &made->bins_text;
    bool good = true;
    for (size_t i = 0; i < texts->n; i++) {
        pare_exact bound;
        if (!pare_exact_read(texts->items[i], &bound) || bound.behind.len > PARE_EXACT_DIGITS) {
            good = refuse_number(build, texts->places[i], "the bound", texts->items[i]);
        } else if (bound.behind.len > made->scale) {
            made->scale = (unsigned)bound.behind.len;
        }
    }
    pare_whole *bins = good ? pare_build_alloc(build, texts->n, sizeof *bins) : NULL;
    if (bins == NULL) {
        return false;
    }
    for (size_t i = 0; i < texts->n; i++) {
        pare_exact bound;
        if (!pare_exact_read(texts->items[i], &bound) || !pare_exact_floor(&bound, made->scale, &bins[i])) {
            return refuse_number(build, texts->places[i], "the bound", texts->items[i]);
        }
        if (i > 0 && bins[i] <= bins[i - 1]) {
            return pare_refuse(build, PR069, texts->places[i], "list the bounds from the lowest to the highest",
                               "the bins do not ascend: %.*s is not above the bound before it",
                               PARE_SPAN_ARGS(texts->items[i]));
        }
    }
    made->bins = bins;
    made->n_bins = texts->n;
    return true;
}

const pare_generalizer *pare_generalize_number(pare_step *step, const pare_node *node,
                                               const pare_generalize_options *options, pare_build *build)
{
    number_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->as = PARE_CLASS_UNSAID;
    if (!pare_schema_read(&number_schema, node, node->place, made, &build->reading)) {
        return NULL;
    }
    bool width = made->width_text.len > 0, bins = pare_param_given(node, "bins", NULL);
    if (width == bins) {
        pare_refuse(build, width ? PR061 : PR062, node->place, "write `number: {width: 10}` or `{bins: [0, 18, 65]}`",
                    width ? "`width` and `bins` exclude each other" : "`number` has neither `width` nor `bins`");
        return NULL;
    }
    if (options->as != PARE_CLASS_UNSAID && made->as != PARE_CLASS_UNSAID) {
        pare_refuse(build, PR061, options->as_place, "keep one of them",
                    "`as` stands twice, inside `number` and beside it");
        return NULL;
    }
    if (made->as == PARE_CLASS_UNSAID) {
        made->as = options->as;
    }
    if (bins && made->bins_text.n == 0) {
        pare_refuse(build, PR069, node->place, "write `bins: [0, 18, 65]`", "`bins` lists no bound");
        return NULL;
    }
    if (width ? !read_width(made, pare_param_place(step, node, "width"), build) : !read_bins(made, build)) {
        return NULL;
    }
    made->base.apply = apply_number;
    made->base.explain = explain_number;
    return &made->base;
}
