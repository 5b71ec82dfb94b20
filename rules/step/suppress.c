/*
 * The steps that change nothing inside a value: it goes whole, stays whole, or is cut at its end.
 *
 * `keep` and `drop` have no apply: the plan passes the one's values as they stood and leaves the other's column out.
 */
#include "rules/step/build.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

static bool build_without_params(pare_step *step, const pare_node *params, pare_build *build)
{
    if (params == NULL) {
        return true;
    }
    return pare_refuse(build, PR060, params->place, "write the step's name alone", "the step `%s` takes no parameters",
                       step->type->name);
}

static void explain_keep(const pare_step *step, pare_buf *out)
{
    (void)step;
    pare_buf_append_text(out, "keeps the value as it is");
}

static void explain_drop(const pare_step *step, pare_buf *out)
{
    (void)step;
    pare_buf_append_text(out, "leaves the column out");
}

const pare_step_type pare_step_keep = {
    .name = "keep",
    .family = "none",
    .summary = "The value leaves as it is.",
    .build = build_without_params,
    .explain = explain_keep,
};

const pare_step_type pare_step_drop = {
    .name = "drop",
    .family = "suppression",
    .summary = "The column is not in the output.",
    .traits = PARE_TRAIT_DROPS_COLUMN,
    .build = build_without_params,
    .explain = explain_drop,
};

/* --- suppress -------------------------------------------------------------------------------------------------------
 */

typedef struct suppress_params {
    pare_span with;
} suppress_params;

static const pare_key_spec suppress_keys[] = {
    {.key = "with",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(suppress_params, with),
     .help = "Text that stands in the value's place; default: no value at all."},
};
static const pare_schema suppress_schema = {
    .what = "the step `suppress`", .keys = suppress_keys, .n_keys = 1, .shorthand = "with"};

static bool build_suppress(pare_step *step, const pare_node *params, pare_build *build)
{
    suppress_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&suppress_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    step->params = made;
    return true;
}

static pare_outcome apply_suppress(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                   pare_span value, pare_buf *out)
{
    (void)scratch;
    (void)record;
    (void)value;
    const suppress_params *params = step->params;
    if (params->with.len == 0) {
        return PARE_WITHHOLD;
    }
    pare_buf_append_span(out, params->with);
    return PARE_RELEASE;
}

static void explain_suppress(const pare_step *step, pare_buf *out)
{
    const suppress_params *params = step->params;
    if (params->with.len == 0) {
        pare_buf_append_text(out, "withholds the value");
    } else {
        pare_buf_append_text(out, "writes one fixed text in place of the value");
    }
}

const pare_step_type pare_step_suppress = {
    .name = "suppress",
    .family = "suppression",
    .summary = "The column stays, the value goes.",
    .params = &suppress_schema,
    .traits = PARE_TRAIT_WRITES_OWN | PARE_TRAIT_CHANGES_ALL,
    .build = build_suppress,
    .apply = apply_suppress,
    .explain = explain_suppress,
};

/* --- truncate -------------------------------------------------------------------------------------------------------
 */

typedef struct truncate_params {
    uint32_t characters;
} truncate_params;

static const pare_key_spec truncate_keys[] = {
    {.key = "characters",
     .kind = PARE_KIND_COUNT,
     .required = true,
     .offset = offsetof(truncate_params, characters),
     .min = 1,
     .max = PARE_MAX_FIELD_BYTES,
     .help = "How many characters stay."},
};
static const pare_schema truncate_schema = {
    .what = "the step `truncate`", .keys = truncate_keys, .n_keys = 1, .shorthand = "characters"};

static bool build_truncate(pare_step *step, const pare_node *params, pare_build *build)
{
    truncate_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&truncate_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    step->params = made;
    return true;
}

static pare_outcome apply_truncate(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                   pare_span value, pare_buf *out)
{
    (void)scratch;
    (void)record;
    const truncate_params *params = step->params;
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

static void explain_truncate(const pare_step *step, pare_buf *out)
{
    const truncate_params *params = step->params;
    pare_buf_printf(out, "cuts the value after %u character%s", params->characters, params->characters == 1 ? "" : "s");
}

const pare_step_type pare_step_truncate = {
    .name = "truncate",
    .family = "suppression",
    .summary = "The value is cut after N characters.",
    .params = &truncate_schema,
    .build = build_truncate,
    .apply = apply_truncate,
    .explain = explain_truncate,
};
