/*
 * generalize: dates. To a unit of the calendar (ISO 8601-1: week dates 4.2.2, quarters as written by ISO 8601-2), or,
 * from a date of birth, to an age.
 *
 * A zone is not computed with: the day and the hour are those that stand there. Numbers are written by hand, because
 * this runs for every record.
 */
#include "rules/step/generalize.h"

#include "rules/base/span.h"
#include "rules/step/unicode.h"

enum unit { DECADE, YEAR, QUARTER, MONTH, WEEK, DAY, HOUR };

typedef struct date_params {
    pare_generalizer base;
    int unit;
    pare_texts patterns;
} date_params;

static const char *const units[] = {"decade", "year", "quarter", "month", "week", "day", "hour", NULL};
static const pare_key_spec date_keys[] = {
    {.key = "date",
     .kind = PARE_KIND_CHOICE,
     .required = true,
     .offset = offsetof(date_params, unit),
     .choices = units,
     .help = "The unit that stays."},
};
static const pare_schema date_schema = {
    .what = "`date` of `generalize`", .keys = date_keys, .n_keys = 1, .shorthand = "date"};

/* --- reading --------------------------------------------------------------------------------------------------------
 */

bool pare_read_moment(const pare_texts *patterns, pare_span value, pare_moment *moment)
{
    if (patterns->n == 0) {
        return pare_moment_read_iso(value, moment);
    }
    for (size_t i = 0; i < patterns->n; i++) {
        if (pare_moment_read(patterns->items[i], value, moment)) {
            return true;
        }
    }
    return false;
}

/* --- date -----------------------------------------------------------------------------------------------------------
 */

static inline unsigned char *put_2(unsigned char *to, unsigned number)
{
    to[0] = (unsigned char)('0' + number / 10 % 10);
    to[1] = (unsigned char)('0' + number % 10);
    return to + 2;
}

static inline unsigned char *put_4(unsigned char *to, unsigned number)
{
    return put_2(put_2(to, number / 100), number);
}

static inline unsigned char *put_byte(unsigned char *to, char byte)
{
    *to = (unsigned char)byte;
    return to + 1;
}

static unsigned char *put_month(unsigned char *to, pare_date date)
{
    return put_2(put_byte(put_4(to, (unsigned)date.year), '-'), date.month);
}

static unsigned char *put_day(unsigned char *to, pare_date date)
{
    return put_2(put_byte(put_month(to, date), '-'), date.day);
}

static unsigned char *put_week(unsigned char *to, pare_date date)
{
    int32_t year;
    unsigned week, weekday;
    pare_date_iso_week(date, &year, &week, &weekday);
    return put_2(put_byte(put_byte(put_4(to, (unsigned)year), '-'), 'W'), week);
}

static pare_outcome apply_date(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    const date_params *params = (const date_params *)self;
    enum { LONGEST = 16 };
    pare_moment moment;
    if (!pare_read_moment(&params->patterns, value, &moment)) {
        return PARE_UNREADABLE;
    }
    if (!pare_buf_reserve(out, LONGEST)) {
        return PARE_WITHHOLD;
    }
    pare_date date = moment.date;
    unsigned year = (unsigned)date.year;
    unsigned char *start = out->ptr + out->len, *end = start;
    switch ((enum unit)params->unit) {
    case DECADE:
        end = put_byte(put_4(start, year - year % 10), 's');
        break;
    case YEAR:
        end = put_4(start, year);
        break;
    case QUARTER:
        end = put_byte(put_byte(put_byte(put_4(start, year), '-'), 'Q'), (char)('1' + (date.month - 1) / 3));
        break;
    case MONTH:
        end = put_month(start, date);
        break;
    case WEEK:
        end = put_week(start, date);
        break;
    case DAY:
        end = put_day(start, date);
        break;
    case HOUR:
        if (!moment.has_time) {
            return PARE_UNREADABLE;
        }
        end = put_2(put_byte(put_day(start, date), 'T'), moment.hour);
        break;
    }
    out->len += (size_t)(end - start);
    return PARE_RELEASE;
}

static void explain_date(const pare_generalizer *self, pare_buf *out)
{
    const date_params *params = (const date_params *)self;
    pare_buf_printf(out, "keeps only the %s of the date", units[params->unit]);
}

const pare_generalizer *pare_generalize_date(pare_step *step, const pare_node *node,
                                             const pare_generalize_options *options, pare_build *build)
{
    date_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&date_schema, node, node->place, made, &build->reading)) {
        return NULL;
    }
    step->traits |= PARE_TRAIT_MAKES_PLAIN;
    made->base.apply = apply_date;
    made->base.explain = explain_date;
    made->patterns = options->patterns;
    return &made->base;
}

/* --- age ------------------------------------------------------------------------------------------------------------
 */

enum { OLDEST = 130 }; /* years; beyond, the date is no date of birth */

typedef struct age_params {
    pare_generalizer base;
    uint32_t width, top; /* years; top 0: none */
    pare_texts patterns;
} age_params;

static const pare_key_spec age_keys[] = {
    {.key = "width",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(age_params, width),
     .min = 1,
     .max = OLDEST,
     .help = "Years of a group, which is written as its lowest age; default 1."},
    {.key = "top",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(age_params, top),
     .min = 1,
     .max = OLDEST,
     .help = "From this age on all are one group, written `90+`; default: none."},
};
static const pare_schema age_schema = {
    .what = "`age` of `generalize`", .keys = age_keys, .n_keys = 2, .shorthand = "width"};

static pare_outcome apply_age(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    const age_params *params = (const age_params *)self;
    pare_moment moment;
    if (!pare_read_moment(&params->patterns, value, &moment)) {
        return PARE_UNREADABLE;
    }
    if (pare_date_compare(moment.date, scratch->as_of) > 0) {
        return PARE_UNREADABLE;
    }
    int years = pare_date_age(moment.date, scratch->as_of);
    if (years < 0 || years > OLDEST) {
        return PARE_UNREADABLE;
    }
    unsigned age = (unsigned)years;
    bool top = params->top > 0 && age >= params->top;
    age = top ? params->top : age - age % params->width;
    unsigned char text[4];
    unsigned char *end = text;
    if (age >= 100) {
        end = put_byte(end, (char)('0' + age / 100));
    }
    if (age >= 10) {
        end = put_byte(end, (char)('0' + age / 10 % 10));
    }
    end = put_byte(end, (char)('0' + age % 10));
    if (top) {
        end = put_byte(end, '+');
    }
    pare_buf_append(out, text, (size_t)(end - text));
    return PARE_RELEASE;
}

static void explain_age(const pare_generalizer *self, pare_buf *out)
{
    const age_params *params = (const age_params *)self;
    pare_buf_append_text(out, "turns the date of birth into the age");
    if (params->width > 1) {
        pare_buf_printf(out, " in steps of %u years", params->width);
    }
    if (params->top > 0) {
        pare_buf_printf(out, ", with one group from %u on", params->top);
    }
}

const pare_generalizer *pare_generalize_age(pare_step *step, const pare_node *node,
                                            const pare_generalize_options *options, pare_build *build)
{
    age_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->width = 1;
    if (!pare_schema_read(&age_schema, node, node->place, made, &build->reading)) {
        return NULL;
    }
    made->base.apply = apply_age;
    made->base.explain = explain_age;
    made->patterns = options->patterns;
    step->traits |= PARE_TRAIT_DEPENDS_ON_DATE | PARE_TRAIT_MAKES_PLAIN;
    return &made->base;
}
