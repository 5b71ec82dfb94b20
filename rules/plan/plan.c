/*
 * Binding a policy to the columns of one input.
 *
 *   header names -> the entry each falls under -> output columns, in order, under unique names
 *   fields that purposes, retention and `when` read -> column numbers
 *   keys, retention's cut-off days
 *
 * Whatever the policy needs and the header lacks stops here, before the first record.
 */
#include "rules/base/map.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/plan/bound.h"
#include "rules/policy/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_TOKEN = 256, PLAN_ARENA_BYTES = 64 << 20, NAME_CHARS = 100 };

/** What binding works with and throws away. */
typedef struct binding {
    pare_plan *plan;
    const pare_span *names;
    uint32_t n_names;
    bool names_are_declared;
    pare_map by_name;        /* name -> first column that bears it */
    uint32_t *twin;          /* [n_names]: another column of the same name, or the column itself */
    uint8_t *entry_used;     /* [n_entries] */
    uint32_t first_unlisted; /* from 1; 0: none */
    pare_regex_scratch *regex;
    pare_error *err;
} binding;

static pare_status no_memory(binding *b)
{
    return pare_fail(b->err, PARE_E_NOMEM, "out of memory while binding the policy to the header");
}

static const char *shown(char out[NAME_CHARS], pare_span name)
{
    (void)pare_escape(out, NAME_CHARS, name);
    return out;
}

/** A column as it may be called where others read it: by its name, or by its position where that may be a value. */
static const char *column_name(binding *b, uint32_t column)
{
    return b->plan->header_is_known ? (const char *)pare_arena_copy(&b->plan->arena, b->names[column]).ptr
                                    : pare_arena_printf(&b->plan->arena, "#%u", column + 1);
}

static pare_status index_names(binding *b)
{
    for (uint32_t i = 0; i < b->n_names; i++) {
        bool existing = false;
        if (pare_map_add(&b->by_name, b->names[i], i, &existing) != PARE_OK) {
            return no_memory(b);
        }
        b->twin[i] = i;
        if (existing) {
            uint32_t first = (uint32_t)pare_map_find(&b->by_name, b->names[i]);
            b->twin[i] = first;
            b->twin[first] = i;
        }
    }
    return PARE_OK;
}

/** A rule or a reader names a column by a name that two bear: which one is meant nobody can say. */
static pare_status stands_twice(binding *b, uint32_t column, const char *who)
{
    char name[NAME_CHARS];
    uint32_t other = b->twin[column];
    uint32_t first = column < other ? column : other;
    uint32_t second = column < other ? other : column;
    if (!b->plan->header_is_known) {
        return pare_fail(b->err, PARE_E_DATA,
                         "the header has two columns of one name, and %s names them: say \"#%u\" or \"#%u\"", who,
                         first + 1, second + 1);
    }
    return pare_fail(b->err, PARE_E_DATA,
                     "the header has two columns named `%s` (%u and %u), and %s names it: say \"#%u\" or \"#%u\"",
                     shown(name, b->names[column]), first + 1, second + 1, who, first + 1, second + 1);
}

/** "#3" -> 3; 0 if it is not of that form. */
static uint32_t position_of(pare_span name)
{
    uint32_t position = 0;
    if (name.len < 2 || name.len > 5 || name.ptr[0] != '#') {
        return 0;
    }
    for (size_t i = 1; i < name.len; i++) {
        if (name.ptr[i] < '0' || name.ptr[i] > '9') {
            return 0;
        }
        position = position * 10 + (uint32_t)(name.ptr[i] - '0');
    }
    return position;
}

static pare_status resolve_reads(binding *b)
{
    const pare_policy *policy = b->plan->policy;
    uint32_t *columns = pare_arena_array(&b->plan->arena, policy->n_reads + 1, sizeof *columns);
    if (columns == NULL) {
        return no_memory(b);
    }
    char name[NAME_CHARS];
    for (size_t i = 0; i < policy->n_reads; i++) {
        const pare_read *read = &policy->reads[i];
        int64_t found = pare_map_find(&b->by_name, read->name);
        uint32_t position = position_of(read->name);
        if (found == PARE_MAP_NONE && position >= 1 && position <= b->n_names) {
            columns[i] = position - 1;
            continue;
        }
        if (found == PARE_MAP_NONE) {
            return pare_fail(b->err, PARE_E_POLICY, "the input has no column `%s`, which %s reads (policy line %u)",
                             shown(name, read->name), read->who, read->place.line);
        }
        columns[i] = (uint32_t)found;
        if (b->twin[found] != (uint32_t)found) {
            return stands_twice(b, (uint32_t)found, read->who);
        }
    }
    b->plan->read_columns = columns;
    return PARE_OK;
}

/** The output name that an entry's rules give: `as` of the first that has one; rules of one field must agree. */
static pare_status output_name(binding *b, const pare_entry *entry, pare_span input, pare_span *out)
{
    *out = entry->rules[0].as.len > 0 ? entry->rules[0].as : input;
    for (size_t r = 1; r < entry->n_rules; r++) {
        pare_span other = entry->rules[r].as.len > 0 ? entry->rules[r].as : input;
        if (!pare_span_equal(*out, other)) {
            return pare_fail(b->err, PARE_E_POLICY,
                             "the rules of one field give it different names (policy line %u): `as` must be the same",
                             entry->rules[r].place.line);
        }
    }
    return PARE_OK;
}

static pare_column_path path_of(const pare_entry *entry)
{
    const pare_rule *rule = &entry->rules[0];
    if (entry->n_rules != 1 || rule->when != NULL || rule->n_steps > 1 || entry->scan != NULL) {
        return PARE_PATH_ANY;
    }
    if (rule->n_steps == 0 || rule->steps[0].type->apply == NULL) {
        return PARE_PATH_KEEP;
    }
    return (rule->steps[0].traits & PARE_TRAIT_FIXED_WIDTH_TOKEN) != 0 ? PARE_PATH_TOKEN : PARE_PATH_STEP;
}

/** Whether a step's tokens are plain whatever the MAC: its alphabet is, and its prefix shows in any token. */
static bool tokens_are_plain(const pare_step *step)
{
    static const unsigned char mac[PARE_SHA256_BYTES] = {0};
    unsigned char token[LONGEST_TOKEN];
    if (pare_token_width(step) > sizeof token) {
        return false;
    }
    pare_token_write(step, mac, token);
    for (size_t i = 0; i < pare_token_width(step); i++) {
        unsigned char byte = token[i];
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     byte == '-' || byte == '_' || byte == '+' || byte == '.' || byte == '*';
        if (!plain) {
            return false;
        }
    }
    return true;
}

static uint32_t plain_flags_of(const pare_bound_column *column)
{
    bool plain = false;
    if (column->path == PARE_PATH_TOKEN) {
        plain = tokens_are_plain(&column->entry->rules[0].steps[0]);
    } else if (column->path == PARE_PATH_STEP) {
        plain = (column->entry->rules[0].steps[0].traits & PARE_TRAIT_MAKES_PLAIN) != 0;
    }
    return plain ? PARE_VALUE_PLAIN : 0;
}

/** What the column's name says to the detectors of each step. False: no memory. */
static bool read_name(binding *b, pare_bound_rule *bound, pare_span name)
{
    const pare_rule *rule = bound->rule;
    bound->says = pare_arena_array(&b->plan->arena, rule->n_steps + 1, sizeof *bound->says);
    for (size_t s = 0; bound->says != NULL && s < rule->n_steps; s++) {
        const pare_detector_set *set = rule->steps[s].detectors;
        bound->says[s] = set == NULL ? NULL : pare_detector_set_read_column(&b->plan->arena, set, b->regex, name);
        if (set != NULL && bound->says[s] == NULL) {
            return false;
        }
    }
    return bound->says != NULL;
}

static pare_status add_column(binding *b, uint32_t source, const pare_entry *entry)
{
    pare_plan *plan = b->plan;
    pare_bound_column *column = &plan->columns[plan->n_columns];
    pare_span name;
    PARE_TRY(output_name(b, entry, b->names[source], &name));
    column->source = source;
    column->entry = entry;
    column->n_rules = entry->n_rules;
    column->scan = entry->scan;
    column->first_scan = plan->n_scan;
    plan->n_scan += entry->scan == NULL ? 0 : (uint32_t)plan->policy->scan.n + 1;
    if (column->scan != NULL) {
        column->scan_says = pare_detector_set_read_column(&plan->arena, column->scan->set, b->regex, b->names[source]);
        PARE_TRY(column->scan_says == NULL ? no_memory(b) : PARE_OK);
    }
    column->path = path_of(entry);
    column->plain_flags = plain_flags_of(column);
    column->may_be_formula = pare_plan_may_be_formula(plan, column);
    column->rules = pare_arena_array(&plan->arena, entry->n_rules, sizeof *column->rules);
    column->name = (const char *)pare_arena_copy(&plan->arena, name).ptr;
    column->source_name = column_name(b, source);
    if (column->rules == NULL || column->name == NULL || column->source_name == NULL) {
        return no_memory(b);
    }
    for (size_t r = 0; r < entry->n_rules; r++) {
        column->rules[r].rule = &entry->rules[r];
        if (!read_name(b, &column->rules[r], b->names[source])) {
            return no_memory(b);
        }
    }
    if (!pare_plan_describe(plan, column)) {
        return no_memory(b);
    }
    plan->guards_breaks = plan->guards_breaks || !column->multiline;
    plan->n_columns++;
    return PARE_OK;
}

static pare_status withhold_column(binding *b, uint32_t source, bool unlisted)
{
    if (unlisted && b->first_unlisted == 0) {
        b->first_unlisted = source + 1;
    }
    pare_withheld *entry = &b->plan->withheld[b->plan->n_withheld++];
    entry->unlisted = unlisted;
    entry->name = column_name(b, source);
    return entry->name == NULL ? no_memory(b) : PARE_OK;
}

static pare_status select_columns(binding *b)
{
    pare_plan *plan = b->plan;
    plan->columns = pare_arena_array(&plan->arena, b->n_names + 1U, sizeof *plan->columns);
    plan->withheld = pare_arena_array(&plan->arena, b->n_names + 1U, sizeof *plan->withheld);
    if (plan->columns == NULL || plan->withheld == NULL) {
        return no_memory(b);
    }
    for (uint32_t i = 0; i < b->n_names; i++) {
        int found = pare_select(plan->policy, b->regex, b->names[i], i + 1);
        if (found == -2) {
            return pare_fail(b->err, PARE_E_POLICY, "a regex of `fields` met its match limit on column number %u",
                             i + 1);
        }
        if (found < 0) {
            PARE_TRY(withhold_column(b, i, true));
            continue;
        }
        const pare_entry *entry = &plan->policy->entries[found];
        b->entry_used[found] = 1;
        if (entry->kind != PARE_SELECT_POSITION && b->twin[i] != i) {
            return stands_twice(b, i, "a rule");
        }
        if (entry->rules[0].drops) {
            PARE_TRY(withhold_column(b, i, false));
        } else {
            PARE_TRY(add_column(b, i, entry));
        }
    }
    return PARE_OK;
}

/** Entries that no column falls under: an error where a name was released, a warning where a pattern was. */
static pare_status check_unused(binding *b)
{
    pare_plan *plan = b->plan;
    char name[NAME_CHARS];
    plan->warnings = pare_arena_array(&plan->arena, plan->policy->n_entries + 3, sizeof *plan->warnings);
    if (plan->warnings == NULL) {
        return no_memory(b);
    }
    for (size_t i = 0; i < plan->policy->n_entries; i++) {
        const pare_entry *entry = &plan->policy->entries[i];
        if (b->entry_used[i]) {
            continue;
        }
        if (entry->kind == PARE_SELECT_GLOB || entry->kind == PARE_SELECT_REGEX) {
            const char *text = pare_arena_printf(&plan->arena, "no column matches `%s` (policy line %u)",
                                                 shown(name, entry->text), entry->place.line);
            if (text == NULL) {
                return no_memory(b);
            }
            plan->warnings[plan->n_warnings++] = text;
        } else if (!entry->rules[0].drops && !entry->rules[0].optional) {
            return pare_fail(b->err, PARE_E_POLICY,
                             "the input has no column `%s`, which the policy releases (policy line %u); where that is "
                             "expected, say `optional: true`",
                             shown(name, entry->text), entry->place.line);
        }
    }
    return PARE_OK;
}

/** `unlisted: fail`, asked only once all columns that the policy names were found. */
static pare_status check_unlisted(binding *b)
{
    char name[NAME_CHARS];
    if (b->first_unlisted == 0 || !b->plan->policy->unlisted_fails) {
        return PARE_OK;
    }
    const char *called = column_name(b, b->first_unlisted - 1);
    return called == NULL ? no_memory(b)
                          : pare_fail(b->err, PARE_E_POLICY,
                                      "column `%s` (number %u) is in the input and in no rule, and the policy says "
                                      "`unlisted: fail`",
                                      shown(name, pare_span_of(called)), b->first_unlisted);
}

/** What may be a record must not become the names of the output's columns. */
static pare_status check_header(binding *b)
{
    pare_plan *plan = b->plan;
    if (plan->header_is_known) {
        return PARE_OK;
    }
    for (size_t i = 0; i < plan->n_columns; i++) {
        const pare_entry *entry = plan->columns[i].entry;
        if (entry->rules[0].as.len == 0 && entry->kind != PARE_SELECT_EXACT) {
            return pare_fail(b->err, PARE_E_POLICY,
                             "the first line may be a record: the policy names no column in full that is in it, and "
                             "would release number %u under the name that stands there (policy line %u); name a column "
                             "in full, give it a name with `as`, or vouch for the header with `input: {header: true}`",
                             plan->columns[i].source + 1, entry->place.line);
        }
    }
    plan->warnings[plan->n_warnings++] =
        "the first line may be a record: the policy names no column in full that is in it, so columns are listed by "
        "their positions";
    return PARE_OK;
}

static pare_status check_unique(binding *b)
{
    pare_plan *plan = b->plan;
    pare_map names;
    pare_map_init(&names, 1);
    pare_status status = PARE_OK;
    for (size_t i = 0; i < plan->n_columns && status == PARE_OK; i++) {
        bool existing = false;
        pare_span name = pare_span_of(plan->columns[i].name);
        if (pare_map_add(&names, name, (uint32_t)i, &existing) != PARE_OK) {
            status = no_memory(b);
        } else if (existing) {
            char out[NAME_CHARS];
            status = pare_fail(b->err, PARE_E_POLICY,
                               "two rules give the output a column named `%s` (policy lines %u and %u)",
                               shown(out, name), plan->columns[pare_map_find(&names, name)].entry->place.line,
                               plan->columns[i].entry->place.line);
        }
    }
    pare_map_clear(&names);
    return status;
}

/** `output: columns:` come first, in their order; the others follow as they stand in the input. */
static pare_status order_columns(binding *b)
{
    pare_plan *plan = b->plan;
    const pare_policy *policy = plan->policy;
    if (policy->n_output_columns == 0) {
        return PARE_OK;
    }
    pare_bound_column *ordered = pare_arena_array(&plan->arena, plan->n_columns + 1, sizeof *ordered);
    uint8_t *placed = pare_arena_array(&plan->arena, plan->n_columns + 1, 1);
    if (ordered == NULL || placed == NULL) {
        return no_memory(b);
    }
    size_t n = 0;
    for (size_t o = 0; o < policy->n_output_columns; o++) {
        size_t i = 0;
        while (i < plan->n_columns && !pare_span_is(policy->output_columns[o], plan->columns[i].name)) {
            i++;
        }
        if (i == plan->n_columns || placed[i]) {
            char name[NAME_CHARS];
            return pare_fail(b->err, PARE_E_POLICY, "`output: columns` names `%s`, %s (policy line %u)",
                             shown(name, policy->output_columns[o]),
                             i == plan->n_columns ? "which no rule releases" : "and names it twice",
                             policy->output_column_places[o].line);
        }
        placed[i] = 1;
        ordered[n++] = plan->columns[i];
    }
    for (size_t i = 0; i < plan->n_columns; i++) {
        if (!placed[i]) {
            ordered[n++] = plan->columns[i];
        }
    }
    plan->columns = ordered;
    return PARE_OK;
}

static pare_status list_sources(binding *b)
{
    pare_plan *plan = b->plan;
    uint32_t *sources = pare_arena_array(&plan->arena, plan->n_columns + 1, sizeof *sources);
    if (sources == NULL) {
        return no_memory(b);
    }
    for (size_t i = 0; i < plan->n_columns; i++) {
        sources[i] = plan->columns[i].source;
    }
    plan->sources = sources;
    return PARE_OK;
}

static pare_status compute_cutoffs(binding *b)
{
    pare_plan *plan = b->plan;
    const pare_policy *policy = plan->policy;
    pare_date *cutoffs = pare_arena_array(&plan->arena, policy->n_retentions + 1, sizeof *cutoffs);
    if (cutoffs == NULL) {
        return no_memory(b);
    }
    for (size_t i = 0; i < policy->n_retentions; i++) {
        cutoffs[i] = pare_date_minus(plan->as_of, policy->retentions[i].keep);
    }
    plan->cutoffs = cutoffs;
    return PARE_OK;
}

/** What needs no asking for any record. */
static void settle_gate(pare_plan *plan)
{
    const pare_policy *policy = plan->policy;
    plan->gate_is_open =
        policy->n_retentions == 0 && policy->n_opt_outs == 0 && policy->n_tiers == 0 && policy->n_purposes > 0;
    for (size_t i = 0; i < policy->n_purposes; i++) {
        plan->gate_is_open = plan->gate_is_open && policy->purposes[i].allowed_when == NULL;
    }
    plan->null_is_empty = policy->nulls.n == 1 && policy->nulls.items[0].len == 0;
}

static pare_status bind_all(binding *b, const pare_key *key)
{
    PARE_TRY(index_names(b));
    b->plan->header_is_known = b->names_are_declared || pare_header_is_known(b->plan->policy, &b->by_name);
    PARE_TRY(select_columns(b));
    PARE_TRY(check_unused(b));
    PARE_TRY(resolve_reads(b));
    PARE_TRY(check_unlisted(b));
    PARE_TRY(check_header(b));
    PARE_TRY(check_unique(b));
    PARE_TRY(order_columns(b));
    PARE_TRY(list_sources(b));
    PARE_TRY(pare_plan_guard_names(b->plan, b->err));
    PARE_TRY(compute_cutoffs(b));
    settle_gate(b->plan);
    if (b->plan->n_columns == 0) {
        return pare_fail(b->err, PARE_E_POLICY, "the policy releases none of the input's columns");
    }
    return pare_plan_derive_keys(b->plan, key, b->err);
}

pare_status pare_plan_bind(const pare_policy *policy, const pare_span *names, size_t n_names,
                           const pare_bind_options *options, pare_plan **plan, pare_error *err)
{
    if (n_names == 0 || n_names > UINT32_MAX / 2) {
        return pare_fail(err, PARE_E_DATA, "there is no header");
    }
    pare_plan *made = calloc(1, sizeof *made);
    binding b = {.plan = made,
                 .names = names,
                 .n_names = (uint32_t)n_names,
                 .names_are_declared = options->names_are_declared,
                 .err = err};
    pare_map_init(&b.by_name, 1);
    b.twin = calloc(n_names, sizeof *b.twin);
    b.entry_used = calloc(policy->n_entries + 1, 1);
    pare_status status = PARE_E_NOMEM;
    if (made == NULL || b.twin == NULL || b.entry_used == NULL) {
        status = no_memory(&b);
        goto out;
    }
    made->policy = policy;
    made->n_input_columns = (uint32_t)n_names;
    made->as_of = (pare_date){options->as_of.year, options->as_of.month, options->as_of.day};
    pare_arena_init(&made->arena, PLAN_ARENA_BYTES);
    status = pare_regex_scratch_new(&b.regex, err);
    if (status == PARE_OK) {
        status = bind_all(&b, options->key);
    }
out:
    pare_regex_scratch_free(b.regex);
    pare_map_clear(&b.by_name);
    free(b.twin);
    free(b.entry_used);
    if (status != PARE_OK) {
        pare_plan_free(made);
        return status;
    }
    *plan = made;
    return PARE_OK;
}

void pare_plan_free(pare_plan *plan)
{
    if (plan != NULL) {
        pare_plan_wipe_keys(plan);
        pare_arena_clear(&plan->arena);
        free(plan);
    }
}
