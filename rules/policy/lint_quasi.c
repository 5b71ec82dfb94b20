/*
 * Fields that name nobody and single people out together: date of birth, postal code and gender do so for most people
 * of the United States (Sweeney 2000; 63 % by Golle 2006).
 *
 * How much each tells is counted in bits, as written down in a table, less what the steps take away; fields of one
 * group (postal code and city) tell the same, so the one that tells most counts. Where the sum says that fewer than
 * about twenty people of three hundred million share their values, there is a finding. It is a rule of thumb about the
 * population, not a measurement of the export: `gates: k` measures.
 */
#include "rules/policy/lint.h"

#include "rules/base/buf.h"
#include "rules/base/span.h"

typedef enum group {
    GROUP_BIRTH,
    GROUP_PLACE,
    GROUP_GENDER,
    GROUP_MARRIED,
    GROUP_ORIGIN,
    GROUP_LANGUAGE,
    GROUP_WORK,
    N_GROUPS
} group;

enum { WHOLE_BITS = 240, CHARACTER_BITS = 33, DAY_OF_BIRTH_BITS = 150, DOUBLING_BITS = 10 }; /* tenths of bits */

/* Tenths of bits that the value tells of who somebody is. */
static const struct {
    const char *category;
    group group;
    unsigned bits;
} kinds[] = {
    {"user.demographic.date_of_birth", GROUP_BIRTH, DAY_OF_BIRTH_BITS},
    {"user.demographic.age_range", GROUP_BIRTH, 65},
    {"user.demographic.age", GROUP_BIRTH, 65},
    {"user.contact.address.postal_code", GROUP_PLACE, 154}, /* 43,000 of 330 million */
    {"user.contact.address.city", GROUP_PLACE, 120},
    {"user.contact.address.state", GROUP_PLACE, 56},
    {"user.location.precise", GROUP_PLACE, 200},
    {"user.location.imprecise", GROUP_PLACE, 100},
    {"user.location", GROUP_PLACE, 120},
    {"user.demographic.gender", GROUP_GENDER, 10},
    {"user.demographic.marital_status", GROUP_MARRIED, 15},
    {"user.demographic.race_ethnicity", GROUP_ORIGIN, 20},
    {"user.demographic.religious_belief", GROUP_ORIGIN, 15},
    {"user.demographic.language", GROUP_LANGUAGE, 15},
    {"user.job_title", GROUP_WORK, 80},
    {"user.workplace", GROUP_WORK, 80},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* What is left when values are put into classes of this width. */
static unsigned less_width(unsigned bits, uint32_t width)
{
    for (; width > 1; width /= 2) {
        bits -= least(bits, DOUBLING_BITS);
    }
    return bits;
}

static unsigned left_by_unit(unsigned bits, pare_span unit)
{
    static const struct {
        const char *unit;
        unsigned bits;
    } units[] = {{"hour", DAY_OF_BIRTH_BITS},
                 {"day", DAY_OF_BIRTH_BITS},
                 {"week", 122},
                 {"month", 100},
                 {"quarter", 84},
                 {"year", 65},
                 {"decade", 30}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (pare_span_is(unit, units[i].unit)) {
            return least(bits, units[i].bits);
        }
    }
    return bits;
}

static unsigned left_by_characters(unsigned bits, uint32_t characters)
{
    return characters > 100 ? bits : least(bits, characters * CHARACTER_BITS);
}

static unsigned left_by_generalize(unsigned bits, const pare_node *params)
{
    const pare_node *kind;
    if ((kind = pare_node_get(params, "date")) != NULL) {
        return left_by_unit(bits, kind->text);
    }
    if ((kind = pare_node_get(params, "age")) != NULL) {
        return less_width(least(bits, 65), pare_lint_number(pare_lint_text(kind, "width", true), 1));
    }
    if ((kind = pare_node_get(params, "number")) != NULL) {
        pare_span width = pare_lint_text(kind, "width", true);
        return width.len == 0 ? least(bits, 20) : less_width(bits, pare_lint_number(width, 1));
    }
    if ((kind = pare_node_get(params, "prefix")) != NULL) {
        return left_by_characters(bits, pare_lint_number(kind->text, 0));
    }
    if ((kind = pare_node_get(params, "geo")) != NULL) {
        uint32_t decimals = pare_lint_number(pare_lint_text(kind, "decimals", true), 0);
        return least(bits, decimals >= 3 ? 200 : decimals == 2 ? 140 : decimals == 1 ? 90 : 40);
    }
    return 0; /* a hierarchy was chosen with care, and an address of the internet is not counted here */
}

static unsigned left_by_step(unsigned bits, const pare_lint_field *field, size_t at)
{
    if (pare_lint_step_is(field, at, "generalize")) {
        return left_by_generalize(bits, pare_lint_params(field, at));
    }
    if (pare_lint_step_is(field, at, "truncate")) {
        return left_by_characters(bits, pare_lint_number(pare_lint_param(field, at, "characters"), UINT32_MAX));
    }
    if (pare_lint_step_is(field, at, "mask")) {
        return left_by_characters(bits, pare_lint_number(pare_lint_param(field, at, "keep_first"), 0) +
                                            pare_lint_number(pare_lint_param(field, at, "keep_last"), 0));
    }
    if (pare_lint_step_is(field, at, "shift")) {
        return less_width(bits, pare_lint_number(pare_lint_param(field, at, "days"), 1));
    }
    if (pare_lint_step_is(field, at, "round")) {
        return less_width(bits, pare_lint_number(pare_lint_param(field, at, "to"), 1));
    }
    return pare_lint_step_is(field, at, "normalize") ? bits : 0; /* whatever else leaves another value */
}

typedef struct told {
    unsigned bits;
    const pare_lint_field *field;
} told;

static void count_field(const pare_lint_field *field, told groups[N_GROUPS])
{
    size_t kind = 0;
    while (kind < N_KINDS && !pare_category_is_in(field->rule->category, kinds[kind].category)) {
        kind++;
    }
    if (kind == N_KINDS) {
        return;
    }
    unsigned bits = kinds[kind].bits;
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        bits = left_by_step(bits, field, i);
    }
    told *most = &groups[kinds[kind].group];
    if (bits > most->bits) {
        most->bits = bits;
        most->field = field;
    }
}

static void name_fields(const told groups[N_GROUPS], unsigned n, pare_buf *names)
{
    unsigned told_of = 0;
    for (size_t g = 0; g < N_GROUPS; g++) {
        if (groups[g].field != NULL) {
            told_of++;
            pare_buf_printf(names, "%s`%.*s`",
                            told_of == 1   ? ""
                            : told_of == n ? " and "
                                           : ", ",
                            PARE_SPAN_ARGS(groups[g].field->entry->text));
        }
    }
}

/* The finding stands at the first of the fields. */
static void lint_together(const pare_lint_view *view)
{
    told groups[N_GROUPS] = {{0, NULL}};
    unsigned sum = 0;
    unsigned n = 0;
    const pare_lint_field *first = NULL;
    for (size_t i = 0; i < view->n_fields; i++) {
        count_field(&view->fields[i], groups);
    }
    for (size_t g = 0; g < N_GROUPS; g++) {
        const pare_lint_field *field = groups[g].field;
        sum += groups[g].bits;
        n += field != NULL ? 1 : 0;
        first = field != NULL && (first == NULL || field < first) ? field : first;
    }
    if (n < 2 || sum < WHOLE_BITS || (groups[GROUP_BIRTH].field == NULL && groups[GROUP_PLACE].field == NULL)) {
        return;
    }
    pare_diagnostics *findings = view->loader->reading.findings;
    pare_buf names;
    pare_buf_init(&names, 1000);
    name_fields(groups, n, &names);
    pare_diagnostic *finding = pare_lint_find(view, PR099, first->entry->place, NULL, "%.*s single people out together",
                                              (int)names.len, names.ptr == NULL ? "" : (const char *)names.ptr);
    pare_buf_clear(&names);
    finding->label = pare_diagnostic_text(findings, "about 2^%u combinations", sum / 10);
    finding->help = groups[GROUP_BIRTH].bits > 65
                        ? "generalize the date of birth (`date: year`) and the place (`prefix: 3`), or drop one of them"
                        : "generalize the place (`prefix: 2`), or drop some of them";
    finding->note = "the United States have about 2^28 inhabitants; a set of 2^24 is shared by some twenty of them";
}

/* --- steps that hide hardly anything --- */

static const char *hardly_generalized(const pare_lint_field *field, const pare_node *params)
{
    const pare_node *geo = pare_node_get(params, "geo");
    const pare_node *ip = pare_node_get(params, "ip");
    pare_span unit = pare_lint_text(params, "date", false);
    bool birth = pare_category_is_in(field->rule->category, "user.demographic.date_of_birth");
    bool postal = pare_category_is_in(field->rule->category, "user.contact.address.postal_code");
    if (geo != NULL && pare_lint_number(pare_lint_text(geo, "decimals", true), 0) >= 4) {
        return "four decimals are 11 m: a house; 1 is 11 km, 2 is 1.1 km";
    }
    if (ip != NULL && (pare_lint_number(pare_lint_text(ip, "v4", false), 24) > 28 ||
                       pare_lint_number(pare_lint_text(ip, "v6", false), 48) > 56)) {
        return "a household has one IPv4 address and a /56 or /64 of IPv6; the defaults are 24 and 48 bits";
    }
    if (birth && (pare_span_is(unit, "day") || pare_span_is(unit, "hour"))) {
        return "a date of birth is a day already; `date: year` or `age: {width: 5}` generalize it";
    }
    if (postal && pare_lint_number(pare_lint_text(params, "prefix", false), 0) > 4) {
        return "most postal codes have no more than 5 characters; `prefix: 3` generalizes them";
    }
    return NULL;
}

static const char *hardly_masked(const pare_lint_field *field, size_t at)
{
    enum { USUAL = 6, OF_A_CARD = 10 /* the first six and the last four */ };
    uint64_t kept = (uint64_t)pare_lint_number(pare_lint_param(field, at, "keep_first"), 0) +
                    pare_lint_number(pare_lint_param(field, at, "keep_last"), 0);
    pare_span category = field->rule->category;
    bool payment = pare_category_is_in(category, "user.payment") || pare_category_is_in(category, "user.financial");
    bool personal = pare_category_is_critical(category) || pare_category_is_in(category, "user.contact");
    return personal && kept > (payment ? OF_A_CARD : USUAL)
               ? "what is hidden of a telephone number or an account can be tried out; `keep_last: 4` is usual"
               : NULL;
}

static void lint_hardly(const pare_lint_view *view, const pare_lint_field *field)
{
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        const char *help = NULL;
        if (pare_lint_step_is(field, i, "generalize")) {
            help = hardly_generalized(field, pare_lint_params(field, i));
        } else if (pare_lint_step_is(field, i, "mask")) {
            help = hardly_masked(field, i);
        }
        if (help != NULL) {
            pare_lint_find(view, PR109, field->rule->steps[i].place, help, "this leaves nearly all of the value");
        }
    }
}

void pare_lint_quasi(const pare_lint_view *view)
{
    lint_together(view);
    for (size_t i = 0; i < view->n_fields; i++) {
        lint_hardly(view, &view->fields[i]);
    }
}
