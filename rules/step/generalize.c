/*
 * generalize: a value of a coarser kind that is still true. One step, one kind at a time; each kind has its own file
 * (generalize_date.c, generalize_number.c, ...), and `prefix`, the smallest, stands here.
 *
 * What can't be read as the kind is unreadable: withheld, and counted as such.
 */
#include "rules/step/generalize.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

const char *const pare_class_choices[] = {"low", "middle", "range", NULL};

/* --- prefix ---------------------------------------------------------------------------------------------------------
 */

typedef struct prefix_params {
    pare_generalizer base;
    uint32_t characters;
} prefix_params;

static pare_outcome apply_prefix(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    const prefix_params *params = (const prefix_params *)self;
    if (value.len <= params->characters) { /* a character has at least one byte */
        return PARE_SAME;
    }
    size_t kept = pare_utf8_bytes_of(value, params->characters);
    if (kept == value.len) {
        return PARE_SAME;
    }
    pare_buf_append(out, value.ptr, kept);
    return PARE_RELEASE;
}

static void explain_prefix(const pare_generalizer *self, pare_buf *out)
{
    const prefix_params *params = (const prefix_params *)self;
    if (params->characters == 1) {
        pare_buf_append_text(out, "keeps the first character");
    } else {
        pare_buf_printf(out, "keeps the first %u characters", params->characters);
    }
}

static const pare_key_spec prefix_keys[] = {
    {.key = "prefix",
     .kind = PARE_KIND_COUNT,
     .required = true,
     .offset = offsetof(prefix_params, characters),
     .min = 1,
     .max = PARE_MAX_FIELD_BYTES,
     .help = "How many characters stay."},
};
static const pare_schema prefix_schema = {
    .what = "`prefix` of `generalize`", .keys = prefix_keys, .n_keys = 1, .shorthand = "prefix"};

const pare_generalizer *pare_generalize_prefix(pare_step *step, const pare_node *node,
                                               const pare_generalize_options *options, pare_build *build)
{
    (void)step;
    (void)options;
    prefix_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&prefix_schema, node, node->place, made, &build->reading)) {
        return NULL;
    }
    made->base.apply = apply_prefix;
    made->base.explain = explain_prefix;
    return &made->base;
}

/* --- the step -------------------------------------------------------------------------------------------------------
 */

typedef struct generalize_keys {
    const pare_node *date, *age, *number, *prefix, *ip, *geo, *hierarchy;
    pare_texts format;
    int as;
} generalize_keys;

static const pare_key_spec keys[] = {
    {.key = "date",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(generalize_keys, date),
     .help = "A date to its `decade`, `year`, `quarter`, `month`, `week`, `day` or `hour`."},
    {.key = "age",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(generalize_keys, age),
     .help = "A date of birth to the age at --as-of: `{width: 5, top: 90}`."},
    {.key = "number",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(generalize_keys, number),
     .help = "A number to its class: `{width: 10}` or `{bins: [0, 18, 65]}`."},
    {.key = "prefix",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(generalize_keys, prefix),
     .help = "A text to its first N characters."},
    {.key = "ip",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(generalize_keys, ip),
     .help = "An IP address to its network: `{v4: 24, v6: 48}`."},
    {.key = "as",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(generalize_keys, as),
     .choices = pare_class_choices,
     .help = "How a number's class is written: `low` (default for `width`), `middle`, `range` (default for `bins`)."},
    {.key = "format",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(generalize_keys, format),
     .help = "strptime patterns that dates are read by; default: `input: dates`, or ISO 8601."},
    {.key = "geo",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(generalize_keys, geo),
     .help = "Coordinates to the nearest point of a grid: `{decimals: 1}`."},
    {.key = "hierarchy",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(generalize_keys, hierarchy),
     .help = "A value to its level in a table: `{file: h.csv, level: 2}`, or `{shipped: us-zip3-2000, level: 1}`."},
};
static const pare_schema generalize_schema = {
    .what = "the step `generalize`", .keys = keys, .n_keys = sizeof keys / sizeof keys[0]};

typedef struct kind_entry {
    const char *name;
    size_t offset; /* of its node in generalize_keys */
    pare_generalizer_build *build;
    bool reads_dates, makes_classes;
} kind_entry;

static const kind_entry kinds[] = {
    {"date", offsetof(generalize_keys, date), pare_generalize_date, true, false},
    {"age", offsetof(generalize_keys, age), pare_generalize_age, true, false},
    {"number", offsetof(generalize_keys, number), pare_generalize_number, false, true},
    {"prefix", offsetof(generalize_keys, prefix), pare_generalize_prefix, false, false},
    {"ip", offsetof(generalize_keys, ip), pare_generalize_ip, false, false},
    {"geo", offsetof(generalize_keys, geo), pare_generalize_geo, false, false},
    {"hierarchy", offsetof(generalize_keys, hierarchy), pare_generalize_hierarchy, false, false},
};

static const pare_node *node_of(const generalize_keys *read, const kind_entry *kind)
{
    const pare_node *node;
    memcpy(&node, (const char *)read + kind->offset, sizeof node);
    return node;
}

/* The one kind that was asked for, or NULL with a finding. */
static const kind_entry *choose_kind(pare_step *step, const pare_node *params, const generalize_keys *read,
                                     pare_build *build)
{
    const kind_entry *chosen = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (node_of(read, &kinds[i]) == NULL) {
            continue;
        }
        if (chosen != NULL) {
            pare_refuse(build, PR061, params->place, "keep one; a list in `do:` is a chain of steps",
                        "`generalize` has two kinds, `%s` and `%s`", chosen->name, kinds[i].name);
            return NULL;
        }
        chosen = &kinds[i];
    }
    if (chosen == NULL) {
        pare_refuse(build, PR062, params == NULL ? step->place : params->place,
                    "write `generalize: {date: year}`, or `age`, `number`, `prefix`, `ip`, `geo`, `hierarchy`",
                    "`generalize` does not say to what");
    }
    return chosen;
}

static bool build_generalize(pare_step *step, const pare_node *params, pare_build *build)
{
    generalize_keys read = {.as = PARE_CLASS_UNSAID};
    bool good = pare_schema_read(&generalize_schema, params, step->place, &read, &build->reading);
    if (!good) {
        return false;
    }
    const kind_entry *kind = choose_kind(step, params, &read, build);
    if (kind == NULL) {
        return false;
    }
    if (read.as != PARE_CLASS_UNSAID && !kind->makes_classes) {
        good = pare_refuse(build, PR061, pare_param_place(step, params, "as"),
                           "remove it; to rename the column, write `as:` beside `do:`",
                           "`as` of `generalize` has no effect beside `%s`: it is for `number`", kind->name);
    }
    if (read.format.n > 0 && !kind->reads_dates) {
        good = pare_refuse(build, PR061, pare_param_place(step, params, "format"), "remove it",
                           "`format` has no effect beside `%s`: it is for `date` and `age`", kind->name);
    }
    good = pare_check_date_patterns(&read.format, build) && good;
    pare_generalize_options options = {.as = read.as, .as_place = pare_param_place(step, params, "as")};
    if (read.format.n > 0) {
        options.patterns = read.format;
    } else if (build->date_patterns != NULL) {
        options.patterns = *build->date_patterns;
    }
    step->params = kind->build(step, node_of(&read, kind), &options, build);
    return good && step->params != NULL;
}

static pare_outcome apply_generalize(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                     pare_span value, pare_buf *out)
{
    (void)record;
    const pare_generalizer *generalizer = step->params;
    return value.len == 0 ? PARE_SAME : generalizer->apply(generalizer, scratch, value, out);
}

static void explain_generalize(const pare_step *step, pare_buf *out)
{
    const pare_generalizer *generalizer = step->params;
    generalizer->explain(generalizer, out);
}

const pare_step_type pare_step_generalize = {
    .name = "generalize",
    .family = "generalization",
    .summary = "The value becomes coarser: a year, an age group, a range, the start of a text, a network, a level of a "
               "hierarchy.",
    .params = &generalize_schema,
    .build = build_generalize,
    .apply = apply_generalize,
    .explain = explain_generalize,
};
