/*
 * generalize: numbers to classes, of equal width or between bounds.
 *
 * Decimal text in, decimal text out, and only whole numbers in between: with width 0.1, 0.3 is 0.3 and not
 * 0.30000000000000004. All numbers of a step are multiples of 10^-scale, `scale` being the digits behind the point of
 * its width or bounds. A value is rounded down to that scale first, which changes no class: for a whole number n,
 * floor(x / n) = floor(floor(x) / n).
 */
#include "rules/step/generalize.h"

#include "rules/base/span.h"
#include "rules/step/unicode.h"

__extension__ typedef __int128 whole; /* multiples of 10^-scale */
__extension__ typedef unsigned __int128 natural;

enum { MAX_DIGITS = 34 }; /* times 10, and twice that, they still fit 127 bits */

typedef struct number_params {
    pare_generalizer base;
    pare_span width_text;
    pare_texts bins_text;
    int as;
    unsigned scale;
    whole width; /* 0: bins */
    const whole *bins;
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

/* --- reading --------------------------------------------------------------------------------------------------------
 */

/* A number as it is written: [+-]digits[.digits]. */
typedef struct decimal {
    bool negative;
    pare_span before, behind; /* the point; digits only; `before` without leading, `behind` without trailing zeros */
} decimal;

static bool read_decimal(pare_span text, decimal *number)
{
    size_t at = 0;
    number->negative = text.len > 0 && text.ptr[0] == '-';
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        at = 1;
    }
    size_t from = at;
    while (at < text.len && pare_ascii_is_digit(text.ptr[at])) {
        at++;
    }
    if (at == from) {
        return false;
    }
    size_t point = at;
    if (at < text.len) {
        if (text.ptr[at] != '.' || ++at == text.len) {
            return false;
        }
        while (at < text.len && pare_ascii_is_digit(text.ptr[at])) {
            at++;
        }
        if (at < text.len) {
            return false;
        }
    }
    while (from < point && text.ptr[from] == '0') {
        from++;
    }
    number->before = pare_span_from(text.ptr + from, point - from);
    number->behind = pare_span_from(text.ptr + point, 0);
    if (at > point) {
        while (text.ptr[at - 1] == '0') { /* stops at the point at the latest */
            at--;
        }
        number->behind = pare_span_from(text.ptr + point + 1, at - point - 1);
    }
    return true;
}

/* The number in units of 10^-scale, rounded down (towards minus infinity). False: it has too many digits. */
static bool to_whole(const decimal *number, unsigned scale, whole *result)
{
    if (number->before.len + scale > MAX_DIGITS) {
        return false;
    }
    whole sum = 0;
    for (size_t i = 0; i < number->before.len; i++) {
        sum = sum * 10 + (number->before.ptr[i] - '0');
    }
    for (unsigned i = 0; i < scale; i++) {
        sum = sum * 10 + (i < number->behind.len ? number->behind.ptr[i] - '0' : 0);
    }
    if (number->negative) {
        sum = -sum - (number->behind.len > scale); /* behind has no trailing zeros: what is cut is more than nothing */
    }
    *result = sum;
    return true;
}

/* --- writing --------------------------------------------------------------------------------------------------------
 */

/* A number of 10^-scale units as decimal text, without zeros at the end of a fraction; zero is `0`. */
static void append_number(pare_buf *out, whole number, unsigned scale)
{
    unsigned char text[48];
    unsigned char *end = text + sizeof text, *start = end;
    natural rest = number < 0 ? (natural)0 - (natural)number : (natural)number;
    bool in_fraction = scale > 0, written = false;
    for (unsigned i = 0; rest > 0 || i <= scale; i++) {
        unsigned digit;
        if (rest <= UINT64_MAX) { /* nearly always, and much cheaper */
            digit = (unsigned)((uint64_t)rest % 10);
            rest = (uint64_t)rest / 10;
        } else {
            digit = (unsigned)(rest % 10);
            rest /= 10;
        }
        if (in_fraction && i == scale) {
            if (written) {
                *--start = '.';
            }
            in_fraction = false;
        }
        if (!in_fraction || digit > 0 || written) {
            *--start = (unsigned char)('0' + digit);
            written = true;
        }
    }
    if (number < 0) {
        *--start = '-';
    }
    pare_buf_append(out, start, (size_t)(end - start));
}

static void append_range(pare_buf *out, whole low, whole high, unsigned scale)
{
    append_number(out, low, scale);
    pare_buf_append_byte(out, '-');
    append_number(out, high, scale);
}

/* --- applying -------------------------------------------------------------------------------------------------------
 */

static whole floor_to(whole value, whole width)
{
    whole rest;
    if ((whole)(int64_t)value == value && (whole)(int64_t)width == width) {
        rest = (int64_t)value % (int64_t)width;
    } else {
        rest = value % width;
    }
    return value - rest - (rest < 0 ? width : 0);
}

static void append_width_class(const number_params *params, whole value, pare_buf *out)
{
    whole low = floor_to(value, params->width);
    switch (params->as) {
    case PARE_CLASS_MIDDLE:
        append_number(out, low * 10 + params->width * 5, params->scale + 1);
        return;
    case PARE_CLASS_RANGE:
        append_range(out, low, low + params->width, params->scale);
        return;
    default:
        append_number(out, low, params->scale);
        return;
    }
}

static void append_bin(const number_params *params, whole value, pare_buf *out)
{
    size_t n = 0; /* bounds that are not above the value */
    while (n < params->n_bins && params->bins[n] <= value) {
        n++;
    }
    if (n == 0) {
        pare_buf_append_byte(out, '<');
        append_number(out, params->bins[0], params->scale);
    } else if (params->as == PARE_CLASS_LOW) {
        append_number(out, params->bins[n - 1], params->scale);
    } else if (n == params->n_bins) {
        pare_buf_append_text(out, ">=");
        append_number(out, params->bins[n - 1], params->scale);
    } else if (params->as == PARE_CLASS_MIDDLE) {
        append_number(out, (params->bins[n - 1] + params->bins[n]) * 5, params->scale + 1);
    } else {
        append_range(out, params->bins[n - 1], params->bins[n], params->scale);
    }
}

static pare_outcome apply_number(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    const number_params *params = (const number_params *)self;
    decimal number;
    whole units;
    if (!read_decimal(value, &number) || !to_whole(&number, params->scale, &units)) {
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
        append_number(out, params->width, params->scale);
        return;
    }
    pare_buf_append_text(out, "puts the number into classes bounded by ");
    for (size_t i = 0; i < params->n_bins; i++) {
        pare_buf_append_text(out, i == 0 ? "" : ", ");
        append_number(out, params->bins[i], params->scale);
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
    decimal width;
    if (!read_decimal(made->width_text, &width) || width.behind.len > MAX_DIGITS ||
        !to_whole(&width, (unsigned)width.behind.len, &made->width)) {
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
        decimal bound;
        if (!read_decimal(texts->items[i], &bound) || bound.behind.len > MAX_DIGITS) {
            good = refuse_number(build, texts->places[i], "the bound", texts->items[i]);
        } else if (bound.behind.len > made->scale) {
            made->scale = (unsigned)bound.behind.len;
        }
    }
    whole *bins = good ? pare_build_alloc(build, texts->n, sizeof *bins) : NULL;
    if (bins == NULL) {
        return false;
    }
    for (size_t i = 0; i < texts->n; i++) {
        decimal bound;
        if (!read_decimal(texts->items[i], &bound) || !to_whole(&bound, made->scale, &bins[i])) {
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
