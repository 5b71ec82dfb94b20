/*
 * extract: of a value, only what one group of an expression matched.
 *
 * Whatever is not a clear match withholds: no match, a group that took no part in it, a limit.
 */
#include "rules/step/build.h"

#include "rules/base/span.h"
#include "rules/step/unicode.h"

typedef struct extract_params {
    pare_span pattern, group_name;
    const pare_regex *regex;
    uint32_t group;
} extract_params;

static const pare_key_spec extract_keys[] = {
    {.key = "regex",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(extract_params, pattern),
     .help = "A PCRE2 expression; it may match anywhere in the value."},
    {.key = "group",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(extract_params, group_name),
     .help = "Number or name of the group that stays, 0 for the whole match; default 1, or 0 where there is no group."},
};
static const pare_schema extract_schema = {
    .what = "the step `extract`", .keys = extract_keys, .n_keys = 2, .shorthand = "regex"};

/* A group by its number or name, or -1. */
static int find_group(const pare_regex *regex, pare_span text)
{
    uint32_t number = 0;
    size_t at = 0;
    while (at < text.len && at < 4 && pare_ascii_is_digit(text.ptr[at])) {
        number = number * 10 + (uint32_t)(text.ptr[at++] - '0');
    }
    if (at == text.len) {
        return number <= pare_regex_n_groups(regex) ? (int)number : -1;
    }
    char name[64];
    if (text.len >= sizeof name || memchr(text.ptr, '\0', text.len) != NULL) {
        return -1;
    }
    memcpy(name, text.ptr, text.len);
    name[text.len] = '\0';
    return pare_regex_group(regex, name);
}

static bool build_extract(pare_step *step, const pare_node *params, pare_build *build)
{
    extract_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&extract_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    made->regex = build->compile(build->context, made->pattern, false, pare_param_place(step, params, "regex"));
    if (made->regex == NULL) {
        return false;
    }
    uint32_t n_groups = pare_regex_n_groups(made->regex);
    int group = made->group_name.len > 0 ? find_group(made->regex, made->group_name) : n_groups > 0;
    if (group < 0 || group >= PARE_REGEX_MAX_GROUPS) {
        return pare_refuse(build, PR067, pare_param_place(step, params, "group"),
                           "groups are numbered from 1 by their opening parentheses; 0 is the whole match",
                           "the expression has no group `%.*s` (it has %u)", PARE_SPAN_ARGS(made->group_name),
                           n_groups);
    }
    made->group = (uint32_t)group;
    step->params = made;
    return true;
}

static pare_outcome apply_extract(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                  pare_span value, pare_buf *out)
{
    (void)record;
    const extract_params *params = step->params;
    pare_range groups[PARE_REGEX_MAX_GROUPS];
    pare_match match =
        pare_regex_match(params->regex, scratch->regex, value, 0, false, groups, (size_t)params->group + 1);
    if (match != PARE_HIT) {
        return PARE_WITHHOLD;
    }
    pare_range found = groups[params->group];
    if (found.from > found.to || found.to > value.len) { /* unset: {SIZE_MAX, SIZE_MAX}; \K can turn a range around */
        return PARE_WITHHOLD;
    }
    if (found.to - found.from == value.len) {
        return PARE_SAME;
    }
    if (found.to > found.from) {
        pare_buf_append(out, value.ptr + found.from, found.to - found.from);
    }
    return PARE_RELEASE;
}

static void explain_extract(const pare_step *step, pare_buf *out)
{
    const extract_params *params = step->params;
    pare_buf_append_text(out, "keeps only ");
    if (params->group_name.len > 0 && params->group > 0) {
        pare_buf_append_text(out, "the group `");
        pare_buf_append_span(out, params->group_name);
        pare_buf_append_text(out, "` of ");
    } else if (params->group > 0) {
        pare_buf_printf(out, "group %u of ", params->group);
    }
    pare_buf_append_text(out, "what the expression `");
    pare_buf_append_span(out, params->pattern);
    pare_buf_append_text(out, "` matches");
}

const pare_step_type pare_step_extract = {
    .name = "extract",
    .family = "suppression",
    .summary = "Only what a group of an expression matched stays; no match: nothing.",
    .params = &extract_schema,
    .build = build_extract,
    .apply = apply_extract,
    .explain = explain_extract,
};
