/*
 * replace: a fixed text, or a text looked up by the whole value.
 *
 * What the table (lookup.h) doesn't list is suppressed unless the policy says otherwise. Rows of a `map_file` are never
 * shown in a finding: they may be people's data.
 */
#include "rules/step/lookup.h"

#include "rules/base/span.h"

enum otherwise { SUPPRESS, KEEP, FAIL };

typedef struct replace_params {
    pare_span with, file;
    const pare_node *map;
    int otherwise;
    bool fixed; /* `with` */
    pare_lookup table;
} replace_params;

static const char *const otherwise_choices[] = {"suppress", "keep", "fail", NULL};
static const pare_key_spec replace_keys[] = {
    {.key = "with",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(replace_params, with),
     .help = "The text that stands in place of every value."},
    {.key = "map",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(replace_params, map),
     .help = "A map from the whole value to what replaces it."},
    {.key = "map_file",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(replace_params, file),
     .help = "The same as a CSV file with a header and two columns, named relative to the policy."},
    {.key = "otherwise",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(replace_params, otherwise),
     .choices = otherwise_choices,
     .help =
         "What becomes of a value that the map does not list: `suppress` (default), `keep`, or `fail`: the run ends."},
};
static const pare_schema replace_schema = {
    .what = "the step `replace`", .keys = replace_keys, .n_keys = sizeof replace_keys / sizeof replace_keys[0]};

/* --- building -------------------------------------------------------------------------------------------------------
 */

static bool read_map(replace_params *made, pare_build *build)
{
    const pare_node *map = made->map;
    if (map->kind != PARE_NODE_MAP) {
        return pare_refuse(build, PR072, map->place, "write `map: {old: new}`", "`map` of `replace` is not a map");
    }
    bool good = true;
    for (size_t i = 0; i < map->n; i++) {
        const pare_pair *pair = &map->pairs[i];
        if (pair->value->kind != PARE_NODE_SCALAR) {
            good =
                pare_refuse(build, PR072, pair->value->place, "write one text", "what replaces a value is not a text");
            continue;
        }
        pare_span from = pare_arena_copy(build->reading.arena, pair->key->text);
        pare_span to = pare_arena_copy(build->reading.arena, pair->value->text);
        if (from.ptr == NULL || to.ptr == NULL) {
            build->reading.findings->out_of_memory = true;
            return false;
        }
        /* the reader refuses keys that stand twice */
        if (pare_lookup_add(&made->table, build, from, to) == PARE_LOOKUP_NO_MEMORY) {
            return false;
        }
    }
    return good;
}

typedef struct reading_file {
    replace_params *made;
    pare_build *build;
    pare_place place;
    size_t n_rows;
    bool failed;
} reading_file;

static bool read_row(void *context, const pare_span *fields, size_t n_fields)
{
    reading_file *file = context;
    file->n_rows++;
    file->failed = true;
    if (n_fields != 2) {
        return pare_refuse(file->build, PR072, file->place, "the file has a header and two columns",
                           "record %zu of the `map_file` has %zu column%s instead of 2", file->n_rows, n_fields,
                           n_fields == 1 ? "" : "s");
    }
    pare_span from = pare_arena_copy(file->build->reading.arena, fields[0]);
    pare_span to = pare_arena_copy(file->build->reading.arena, fields[1]);
    if (from.ptr == NULL || to.ptr == NULL) {
        file->build->reading.findings->out_of_memory = true;
        return false;
    }
    switch (pare_lookup_add(&file->made->table, file->build, from, to)) {
    case PARE_LOOKUP_OK:
        file->failed = false;
        return true;
    case PARE_LOOKUP_CONTRADICTS:
        return pare_refuse(file->build, PR072, file->place, "keep one of the two records",
                           "record %zu of the `map_file` replaces a value that an earlier one replaces otherwise",
                           file->n_rows);
    case PARE_LOOKUP_NO_MEMORY:
        return false;
    }
    return false;
}

static bool read_file(pare_step *step, const pare_node *params, replace_params *made, pare_build *build)
{
    reading_file file = {.made = made, .build = build, .place = pare_param_place(step, params, "map_file")};
    return build->read_table(build->context, made->file, file.place, read_row, &file) && !file.failed;
}

static bool build_replace(pare_step *step, const pare_node *params, pare_build *build)
{
    replace_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&replace_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    bool map = made->map != NULL, file = made->file.len > 0;
    made->fixed = pare_param_given(params, "with", NULL);
    step->traits |= made->fixed ? PARE_TRAIT_CHANGES_ALL : 0U;
    if (made->fixed + map + file > 1) {
        return pare_refuse(build, PR061, params->place, "keep one of them",
                           "`with`, `map` and `map_file` of `replace` exclude each other");
    }
    if (made->fixed + map + file == 0) {
        return pare_refuse(build, PR062, params == NULL ? step->place : params->place,
                           "write `with: TEXT` or `map: {old: new}`; `suppress` withholds the value",
                           "`replace` does not say by what");
    }
    if (made->fixed && pare_param_given(params, "otherwise", NULL)) {
        return pare_refuse(build, PR061, pare_param_place(step, params, "otherwise"), "remove `otherwise`",
                           "`otherwise` has no effect beside `with`: every value is replaced");
    }
    if ((map && !read_map(made, build)) || (file && !read_file(step, params, made, build))) {
        return false;
    }
    if (!made->fixed && made->table.n_used == 0) {
        return pare_refuse(build, PR062, pare_param_place(step, params, map ? "map" : "map_file"),
                           "list at least one value", "the table of `replace` is empty");
    }
    step->params = made;
    return true;
}

static pare_outcome apply_replace(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                  pare_span value, pare_buf *out)
{
    (void)scratch;
    (void)record;
    const replace_params *params = step->params;
    if (params->fixed) {
        pare_buf_append_span(out, params->with);
        return PARE_RELEASE;
    }
    const pare_span *found = pare_lookup_find(&params->table, value);
    if (found != NULL) {
        pare_buf_append_span(out, *found);
        return PARE_RELEASE;
    }
    switch ((enum otherwise)params->otherwise) {
    case SUPPRESS:
        return PARE_WITHHOLD;
    case KEEP:
        return PARE_SAME;
    case FAIL:
        return PARE_FAIL_RUN;
    }
    return PARE_WITHHOLD;
}

static void explain_replace(const pare_step *step, pare_buf *out)
{
    const replace_params *params = step->params;
    if (params->fixed) {
        pare_buf_append_text(out, "writes one fixed text in place of the value");
        return;
    }
    pare_buf_printf(out, "replaces the value by a table of %zu; ", params->table.n_used);
    switch ((enum otherwise)params->otherwise) {
    case SUPPRESS:
        pare_buf_append_text(out, "what it does not list is withheld");
        break;
    case KEEP:
        pare_buf_append_text(out, "what it does not list stays as it is");
        break;
    case FAIL:
        pare_buf_append_text(out, "what it does not list ends the run");
        break;
    }
}

const pare_step_type pare_step_replace = {
    .name = "replace",
    .family = "generalization",
    .summary = "A fixed text, or a text from a table, stands in the value's place.",
    .params = &replace_schema,
    .traits = PARE_TRAIT_WRITES_OWN,
    .build = build_replace,
    .apply = apply_replace,
    .explain = explain_replace,
};
