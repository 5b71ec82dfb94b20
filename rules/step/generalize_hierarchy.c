/*
 * generalize: a value to its level in a hierarchy, as ARX writes them: one line for each value,
 * `value;level1;level2;...`, no header. Only the level that is asked for is kept in memory, and equal texts of it
 * once.
 *
 * A value that the hierarchy does not list is unreadable. Lines of a file are never shown in a finding: they may be
 * people's data.
 *
 * `shipped` names a list that comes with pare. That of the United States' ZIP codes (45 CFR 164.514(b)(2)(i)(B))
 * lists their first three digits; so that no chain of steps has to cut them first, a ZIP code is looked up by these.
 */
#include "rules/step/generalize.h"
#include "rules/step/lookup.h"
#include "rules/step/shipped_hierarchy.h"

#include "rules/base/span.h"
#include "rules/step/unicode.h"

enum { MAX_LEVEL = 63, MAX_SHIPPED = 32 };

typedef struct hierarchy_params {
    pare_generalizer base;
    pare_span file, shipped;
    uint32_t level;
    bool by_zip3;
    pare_lookup table;
} hierarchy_params;

static const pare_key_spec hierarchy_keys[] = {
    {.key = "file",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(hierarchy_params, file),
     .help = "A CSV file without a header, `value;level1;level2;...`, named relative to the policy."},
    {.key = "shipped",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(hierarchy_params, shipped),
     .help = "A hierarchy that comes with pare: `us-zip3-2000`."},
    {.key = "level",
     .kind = PARE_KIND_COUNT,
     .required = true,
     .offset = offsetof(hierarchy_params, level),
     .min = 1,
     .max = MAX_LEVEL,
     .help = "Which level replaces the value, from 1, the one next to it."},
};
static const pare_schema hierarchy_schema = {.what = "`hierarchy` of `generalize`",
                                             .keys = hierarchy_keys,
                                             .n_keys = sizeof hierarchy_keys / sizeof hierarchy_keys[0]};

/* --- loading --------------------------------------------------------------------------------------------------------
 */

typedef struct loading {
    hierarchy_params *made;
    pare_build *build;
    pare_place place, level_place;
    pare_lookup texts; /* of the level: each once */
    size_t n_rows;
    bool failed;
} loading;

/* The text of a level as the policy keeps it. ptr NULL: no memory. */
static pare_span keep_level(loading *l, pare_span text)
{
    const pare_span *known = pare_lookup_find(&l->texts, text);
    if (known != NULL) {
        return *known;
    }
    pare_span kept = pare_arena_copy(l->build->reading.arena, text);
    if (kept.ptr != NULL && pare_lookup_add(&l->texts, l->build, kept, kept) != PARE_LOOKUP_OK) {
        kept.ptr = NULL;
    }
    return kept;
}

static bool add_row(void *context, const pare_span *fields, size_t n_fields)
{
    loading *l = context;
    uint32_t level = l->made->level;
    l->n_rows++;
    l->failed = true;
    if (n_fields <= level) {
        return pare_refuse(l->build, PR074, l->level_place, "levels count from 1, behind the value itself",
                           "line %zu of the hierarchy has %zu level%s, and level %u is asked for", l->n_rows,
                           n_fields - 1, n_fields == 2 ? "" : "s", level);
    }
    pare_span from = pare_arena_copy(l->build->reading.arena, fields[0]);
    pare_span to = keep_level(l, fields[level]);
    if (from.ptr == NULL || to.ptr == NULL) {
        l->build->reading.findings->out_of_memory = true;
        return false;
    }
    switch (pare_lookup_add(&l->made->table, l->build, from, to)) {
    case PARE_LOOKUP_OK:
        l->failed = false;
        return true;
    case PARE_LOOKUP_CONTRADICTS:
        return pare_refuse(l->build, PR074, l->place, "keep one of the two lines",
                           "line %zu of the hierarchy gives a level to a value that an earlier line gives another",
                           l->n_rows);
    case PARE_LOOKUP_NO_MEMORY:
        return false;
    }
    return false;
}

/* A list that ships: its lines hold nothing but texts and semicolons. */
static bool add_shipped(loading *l, const pare_shipped_hierarchy *shipped)
{
    pare_span rest = pare_span_from(shipped->bytes, shipped->len);
    while (rest.len > 0 && !l->failed) {
        pare_span fields[MAX_LEVEL + 1];
        size_t n = 0, at = 0, from = 0;
        for (; at < rest.len && rest.ptr[at] != '\n'; at++) {
            if (rest.ptr[at] == ';' && n < MAX_LEVEL) {
                fields[n++] = pare_span_from(rest.ptr + from, at - from);
                from = at + 1;
            }
        }
        fields[n++] = pare_span_from(rest.ptr + from, at - from);
        rest = pare_span_after(rest, at < rest.len ? at + 1 : at);
        (void)add_row(l, fields, n);
    }
    return !l->failed;
}

static bool load_shipped(loading *l, pare_span name)
{
    const char *names[MAX_SHIPPED + 1];
    size_t n = 0;
    for (; pare_shipped_hierarchies[n].name != NULL && n < MAX_SHIPPED; n++) {
        if (pare_span_is(name, pare_shipped_hierarchies[n].name)) {
            l->made->by_zip3 = strncmp(pare_shipped_hierarchies[n].name, "us-zip3-", 8) == 0;
            return add_shipped(l, &pare_shipped_hierarchies[n]);
        }
        names[n] = pare_shipped_hierarchies[n].name;
    }
    names[n] = NULL;
    return pare_refuse(l->build, PR074, l->place,
                       pare_suggest_name(l->build->reading.findings, name, names, "there are"),
                       "no hierarchy `%.*s` ships with pare", PARE_SPAN_ARGS(name));
}

/* --- applying -------------------------------------------------------------------------------------------------------
 */

/* The first three digits of a ZIP code: `ddddd`, `ddddd-dddd`, `ddddddddd`, or `ddd` as an earlier step left it. */
static bool read_zip3(pare_span value, pare_span *key)
{
    bool plus_4 = value.len == 10 && value.ptr[5] == '-';
    if (value.len != 3 && value.len != 5 && value.len != 9 && !plus_4) {
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        if (!pare_ascii_is_digit(value.ptr[i]) && !(plus_4 && i == 5)) {
            return false;
        }
    }
    *key = pare_span_first(value, 3);
    return true;
}

static pare_outcome apply_hierarchy(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    const hierarchy_params *params = (const hierarchy_params *)self;
    if (params->by_zip3 && !read_zip3(value, &value)) {
        return PARE_UNREADABLE;
    }
    const pare_span *level = pare_lookup_find(&params->table, value);
    if (level == NULL) {
        return PARE_UNREADABLE;
    }
    pare_buf_append_span(out, *level);
    return PARE_RELEASE;
}

static void explain_hierarchy(const pare_generalizer *self, pare_buf *out)
{
    const hierarchy_params *params = (const hierarchy_params *)self;
    pare_buf_printf(out, "replaces the value by level %u of the hierarchy `", params->level);
    pare_buf_append_span(out, params->file.len > 0 ? params->file : params->shipped);
    pare_buf_printf(out, "`, which lists %zu value%s; others are withheld", params->table.n_used,
                    params->table.n_used == 1 ? "" : "s");
}

const pare_generalizer *pare_generalize_hierarchy(pare_step *step, const pare_node *node,
                                                  const pare_generalize_options *options, pare_build *build)
{
    (void)options;
    step->traits |= PARE_TRAIT_WRITES_OWN | PARE_TRAIT_CHANGES_ALL;
    hierarchy_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&hierarchy_schema, node, node->place, made, &build->reading)) {
        return NULL;
    }
    bool file = made->file.len > 0, shipped = made->shipped.len > 0;
    if (file == shipped) {
        pare_refuse(build, file ? PR061 : PR062, node->place, "write `file: h.csv` or `shipped: us-zip3-2000`",
                    file ? "`file` and `shipped` exclude each other" : "`hierarchy` has neither `file` nor `shipped`");
        return NULL;
    }
    loading l = {.made = made,
                 .build = build,
                 .place = pare_param_place(step, node, file ? "file" : "shipped"),
                 .level_place = pare_param_place(step, node, "level")};
    bool loaded =
        file ? build->read_rows(build->context, made->file, l.place, add_row, &l) : load_shipped(&l, made->shipped);
    if (!loaded || l.failed) {
        return NULL;
    }
    if (made->table.n_used == 0) {
        pare_refuse(build, PR074, l.place, "list at least one value", "the hierarchy is empty");
        return NULL;
    }
    made->base.apply = apply_hierarchy;
    made->base.explain = explain_hierarchy;
    return &made->base;
}
