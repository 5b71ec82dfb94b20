/*
 * Reading tests: `{field: NAME, is: [...]}` and their combinations. What they answer is when.c's matter.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"
#include "rules/text/decimal.h"

typedef struct raw_condition {
    pare_span field, matches, before, after, less_than, at_least;
    pare_texts is, is_not;
    bool present, absent;
    const pare_node *gpp, *usp, *all, *any, *not ;
} raw_condition;

#define KEY(name, kind_, help_)                                                                                        \
    {                                                                                                                  \
        .key = #name, .kind = PARE_KIND_##kind_, .offset = offsetof(raw_condition, name), .help = help_                \
    }

static const pare_key_spec condition_keys[] = {
    KEY(field, NAME, "the column whose value is tested, or \"#3\" by position"),
    KEY(is, TEXTS, "the value is this text, or one of these"),
    KEY(is_not, TEXTS, "the value is none of these texts"),
    KEY(matches, NAME, "the regular expression matches somewhere in the value"),
    KEY(present, BOOL, "`true`: there is a value"),
    KEY(absent, BOOL, "`true`: there is no value"),
    KEY(before, NAME, "the value is a date before this one (YYYY-MM-DD)"),
    KEY(after, NAME, "the value is a date after this one (YYYY-MM-DD)"),
    KEY(less_than, NAME, "the value is a number less than this one"),
    KEY(at_least, NAME, "the value is a number not less than this one"),
    KEY(gpp, NODE, "a GPP string of the IAB whose section says that the person did not opt out"),
    KEY(usp, NODE, "a US Privacy string (`1YNN`) that says that the person did not opt out"),
    KEY(all, NODE, "a list of tests that must all hold"),
    KEY(any, NODE, "a list of tests one of which must hold"),
    KEY(not, NODE, "a test that must not hold"),
};
#undef KEY

const pare_schema pare_schema_condition = {"a test", condition_keys, sizeof condition_keys / sizeof condition_keys[0],
                                           NULL};

typedef struct raw_signals {
    int section;
    int signals[PARE_GPP_N_SIGNALS]; /* -1: not asked for */
} raw_signals;

static const char *const signal_choices[] = {"not_opted_out", NULL};

#define SIGNAL(name, index, help_)                                                                                     \
    {                                                                                                                  \
        .key = name, .kind = PARE_KIND_CHOICE, .offset = offsetof(raw_signals, signals) + (index) * sizeof(int),       \
        .choices = signal_choices, .help = help_                                                                       \
    }

static const pare_key_spec gpp_keys[] = {
    {.key = "section",
     .kind = PARE_KIND_CHOICE,
     .required = true,
     .offset = offsetof(raw_signals, section),
     .choices = pare_gpp_section_names,
     .help = "the section of the string that counts"},
    SIGNAL("sale", PARE_GPP_SALE, "the person was told of the sale of data and did not opt out"),
    SIGNAL("sharing", PARE_GPP_SHARING, "the same of sharing for cross-context advertising"),
    SIGNAL("targeted_advertising", PARE_GPP_TARGETED_ADVERTISING, "the same of targeted advertising"),
};
static const pare_key_spec usp_keys[] = {
    SIGNAL("sale", PARE_GPP_SALE, "the person was told of the sale of data and did not opt out"),
};
#undef SIGNAL

const pare_schema pare_schema_gpp = {"a test of a GPP string", gpp_keys, sizeof gpp_keys / sizeof gpp_keys[0], NULL};
const pare_schema pare_schema_usp = {"a test of a US Privacy string", usp_keys, sizeof usp_keys / sizeof usp_keys[0],
                                     NULL};

static const struct {
    const char *key;
    pare_test_kind kind;
} kinds[] = {
    {"is", PARE_TEST_IS},
    {"is_not", PARE_TEST_IS_NOT},
    {"matches", PARE_TEST_MATCHES},
    {"present", PARE_TEST_PRESENT},
    {"absent", PARE_TEST_ABSENT},
    {"before", PARE_TEST_BEFORE},
    {"after", PARE_TEST_AFTER},
    {"less_than", PARE_TEST_LESS_THAN},
    {"at_least", PARE_TEST_AT_LEAST},
    {"gpp", PARE_TEST_GPP},
    {"usp", PARE_TEST_USP},
    {"all", PARE_TEST_ALL},
    {"any", PARE_TEST_ANY},
    {"not", PARE_TEST_NOT},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

/* What the reading of one test needs. */
typedef struct condition {
    pare_loader *loader;
    const pare_node *node;
    raw_condition raw;
    bool strict_null;
    const char *who;
    pare_test *test;
} condition;

static pare_diagnostics *findings_of(const condition *c)
{
    return c->loader->reading.findings;
}

static bool refuse(const condition *c, pare_code code, pare_place place, const char *message, const char *help)
{
    pare_diagnose(findings_of(c), code, place, "%s", message)->help = help;
    return false;
}

/* Exactly one kind of test; *key is its name. */
static bool find_kind(condition *c, const char **key)
{
    size_t n = 0;
    for (size_t i = 0; i < N_KINDS; i++) {
        if (pare_node_get(c->node, kinds[i].key) != NULL) {
            *key = kinds[i].key;
            c->test->kind = kinds[i].kind;
            n++;
        }
    }
    if (n == 0) {
        return refuse(c, PR048, c->node->place, "this says what to look at and not what to test",
                      "add one of: is, is_not, matches, present, absent, before, after, less_than, at_least, gpp, usp");
    }
    if (n > 1) {
        return refuse(c, PR048, c->node->place, "two tests stand in one map",
                      "join them: `all: [{field: a, ...}, {field: a, ...}]`");
    }
    return true;
}

static bool read_values(condition *c, const char *key, const pare_texts *values)
{
    if (values->n == 0) {
        pare_place place = pare_schema_place(c->node, key, c->node->place);
        return refuse(c, PR033, place, "the list is empty", "list the texts that are meant; \"\" is the empty text");
    }
    c->test->values = *values;
    return pare_loader_check_unique(c->loader, values, key);
}

static bool read_pattern(condition *c)
{
    pare_place place = pare_schema_place(c->node, "matches", c->node->place);
    pare_span *pattern = pare_arena_alloc(c->loader->reading.arena, sizeof *pattern);
    if (pattern == NULL) {
        findings_of(c)->out_of_memory = true;
        return false;
    }
    *pattern = c->raw.matches;
    c->test->values.n = 1; /* kept for the explanation */
    c->test->values.items = pattern;
    c->test->regex = pare_loader_compile(c->loader, c->raw.matches, false, place);
    return c->test->regex != NULL;
}

static bool read_switch(condition *c, const char *key, bool value)
{
    pare_place place = pare_schema_place(c->node, key, c->node->place);
    return value || refuse(c, PR048, place, "`present` and `absent` take `true` only",
                           "`absent: true` is the opposite of `present: true`");
}

static bool read_date(condition *c, const char *key, pare_span text)
{
    pare_moment moment;
    if (!pare_moment_read_iso(text, &moment) || moment.has_time) {
        pare_place place = pare_schema_place(c->node, key, c->node->place);
        return refuse(c, PR050, place, "this is not a date", "write it as YYYY-MM-DD, such as 2026-11-30");
    }
    c->test->date = moment.date;
    c->test->date_patterns = &c->loader->policy->date_patterns;
    return true;
}

static bool read_number(condition *c, const char *key, pare_span text)
{
    double unused = 0;
    c->test->number = text;
    if (!pare_decimal_read(text, &unused)) {
        pare_place place = pare_schema_place(c->node, key, c->node->place);
        return refuse(c, PR050, place, "this is not a decimal number",
                      "write digits with at most a sign and a point, such as -0.5");
    }
    return true;
}

/* `gpp` and `usp`: the section, and at least one signal that it has. */
static bool read_signals(condition *c, const pare_schema *schema, const pare_node *node)
{
    raw_signals raw = {.section = -1, .signals = {-1, -1, -1}};
    if (!pare_schema_read(schema, node, node->place, &raw, &c->loader->reading)) {
        return false;
    }
    c->test->section = raw.section < 0 ? 0 : (size_t)raw.section;
    for (unsigned s = 0; s < PARE_GPP_N_SIGNALS; s++) {
        if (raw.signals[s] < 0) {
            continue;
        }
        c->test->signals |= 1U << s;
        if (c->test->kind == PARE_TEST_GPP && !pare_gpp_has(c->test->section, (pare_gpp_signal)s)) {
            pare_place place = pare_schema_place(node, pare_gpp_signal_names[s], node->place);
            pare_diagnose(findings_of(c), PR133, place, "section `%s` says nothing about %s",
                          pare_gpp_section_names[c->test->section], pare_gpp_signal_names[s]);
            return false;
        }
    }
    return c->test->signals != 0 ||
           refuse(c, PR048, node->place, "this says where to look and not for what", "add `sale: not_opted_out`");
}

static bool read_parts(condition *c, const pare_node *list)
{
    if (list->kind != PARE_NODE_LIST || list->n == 0) {
        return refuse(c, list->kind == PARE_NODE_LIST ? PR033 : PR023, list->place,
                      "`all` and `any` take a list of tests",
                      "such as `all: [{field: a, is: x}, {field: b, present: true}]`");
    }
    const pare_test **parts = pare_arena_array(c->loader->reading.arena, list->n, sizeof *parts);
    if (parts == NULL) {
        findings_of(c)->out_of_memory = true;
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < list->n; i++) {
        parts[i] = pare_load_condition(c->loader, list->items[i], c->strict_null, c->who);
        good = good && parts[i] != NULL;
    }
    c->test->parts = parts;
    c->test->n_parts = list->n;
    return good;
}

static bool read_not(condition *c)
{
    const pare_test **part = pare_arena_alloc(c->loader->reading.arena, sizeof *part);
    if (part == NULL) {
        findings_of(c)->out_of_memory = true;
        return false;
    }
    *part = pare_load_condition(c->loader, c->raw.not, c->strict_null, c->who);
    c->test->parts = part;
    c->test->n_parts = 1;
    return *part != NULL;
}

static bool read_operand(condition *c, const char *key)
{
    switch (c->test->kind) {
    case PARE_TEST_IS:
        return read_values(c, key, &c->raw.is);
    case PARE_TEST_IS_NOT:
        return read_values(c, key, &c->raw.is_not);
    case PARE_TEST_MATCHES:
        return read_pattern(c);
    case PARE_TEST_PRESENT:
        return read_switch(c, key, c->raw.present);
    case PARE_TEST_ABSENT:
        return read_switch(c, key, c->raw.absent);
    case PARE_TEST_BEFORE:
        return read_date(c, key, c->raw.before);
    case PARE_TEST_AFTER:
        return read_date(c, key, c->raw.after);
    case PARE_TEST_LESS_THAN:
        return read_number(c, key, c->raw.less_than);
    case PARE_TEST_AT_LEAST:
        return read_number(c, key, c->raw.at_least);
    case PARE_TEST_GPP:
        return read_signals(c, &pare_schema_gpp, c->raw.gpp);
    case PARE_TEST_USP:
        return read_signals(c, &pare_schema_usp, c->raw.usp);
    case PARE_TEST_ALL:
        return read_parts(c, c->raw.all);
    case PARE_TEST_ANY:
        return read_parts(c, c->raw.any);
    case PARE_TEST_NOT:
        return read_not(c);
    }
    return false;
}

/* A test of a field names it; a combination does not. */
static bool read_field(condition *c, const char *key)
{
    bool combines = c->test->kind == PARE_TEST_ALL || c->test->kind == PARE_TEST_ANY || c->test->kind == PARE_TEST_NOT;
    const pare_node *field = pare_node_get(c->node, "field");
    if (combines && field != NULL) {
        return refuse(c, PR048, field->place, "`field` has no place beside `all`, `any` or `not`",
                      "name the field in each of the tests inside");
    }
    if (!combines && field == NULL) {
        pare_diagnostic *finding = pare_diagnose(findings_of(c), PR048, c->node->place, "the test names no field");
        finding->help = pare_diagnostic_text(findings_of(c), "write `{field: NAME, %s: ...}`", key);
        return false;
    }
    return combines || pare_loader_read(c->loader, c->raw.field, field->place, c->who, &c->test->read);
}

const pare_test *pare_load_condition(pare_loader *loader, const pare_node *node, bool strict_null, const char *who)
{
    condition c = {.loader = loader, .node = node, .strict_null = strict_null, .who = who};
    c.test = pare_arena_alloc(loader->reading.arena, sizeof *c.test);
    if (c.test == NULL) {
        loader->reading.findings->out_of_memory = true;
        return NULL;
    }
    if (node->kind != PARE_NODE_MAP) {
        pare_loader_refuse_kind(loader, PR020, node, "a test", "such as `{field: marketing_consent, is: [\"yes\"]}`");
        return NULL;
    }
    const char *key = NULL;
    c.test->strict_null = strict_null;
    c.test->place = node->place;
    if (!pare_schema_read(&pare_schema_condition, node, node->place, &c.raw, &loader->reading) ||
        !find_kind(&c, &key)) {
        return NULL;
    }
    bool operand = read_operand(&c, key);
    return read_field(&c, key) && operand ? c.test : NULL;
}
