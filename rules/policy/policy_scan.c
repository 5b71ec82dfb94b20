/*
 * `scan_released`: detectors that look once more at what is about to leave.
 *
 * Which fields they look at is settled here. A field whose every rule writes something of its own (a token, a text of
 * the policy) has nothing to look for; of others the worker leaves out what it knows to be written by a step
 * (rules/plan/worker_scan.c). `except` names fields that are meant to hold what a detector finds.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"
#include "rules/step/build.h"

static const size_t NO_ENTRY = SIZE_MAX;

typedef struct raw_scan {
    pare_texts find;
    int action;
    const pare_node *except;
} raw_scan;

static const char *const actions[] = {"withhold", "quarantine", "fail", NULL}; /* in the order of pare_scan_action */

static const pare_key_spec scan_keys[] = {
    {.key = "find",
     .kind = PARE_KIND_TEXTS,
     .required = true,
     .offset = offsetof(raw_scan, find),
     .help = "detectors and packs to look for in whatever is released"},
    {.key = "on_hit",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_scan, action),
     .choices = actions,
     .help = "withhold the value (default), quarantine the record as --on-bad-record says, or fail: end the run"},
    {.key = "except",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_scan, except),
     .help = "fields that are not scanned; or a map of a field to the detectors that are not asked there"},
};
const pare_schema pare_schema_scan = {"`scan_released`", scan_keys, sizeof scan_keys / sizeof scan_keys[0], "find"};

/* A list of texts that stands as it is, without a key. */
static const pare_key_spec texts_keys[] = {{.key = "find", .kind = PARE_KIND_TEXTS, .offset = 0}};

static bool read_texts(pare_loader *loader, const pare_node *node, const char *what, pare_texts *texts)
{
    const pare_schema schema = {what, texts_keys, 1, "find"};
    *texts = (pare_texts){0};
    if (node->kind == PARE_NODE_MAP) {
        pare_diagnose(loader->reading.findings, PR023, node->place, "%s is a list of names, not a map", what);
        return false;
    }
    if (!pare_schema_read(&schema, node, node->place, texts, &loader->reading)) {
        return false;
    }
    if (texts->n == 0) {
        pare_diagnose(loader->reading.findings, PR033, node->place, "%s is empty", what);
    }
    return texts->n > 0 && pare_loader_check_unique(loader, texts, what);
}

/* Whether `fields` writes the entry so. */
static bool is_named(const pare_entry *entry, pare_span name)
{
    if (entry->kind != PARE_SELECT_REGEX) {
        return pare_span_equal(entry->text, name);
    }
    return name.len == entry->text.len + 2 && name.ptr[0] == '/' && name.ptr[name.len - 1] == '/' &&
           pare_span_equal(entry->text, pare_span_from(name.ptr + 1, entry->text.len));
}

static bool find_entry(pare_loader *loader, pare_span name, pare_place place, size_t *at)
{
    const pare_policy *policy = loader->policy;
    for (size_t i = 0; i < policy->n_entries; i++) {
        if (is_named(&policy->entries[i], name)) {
            *at = i;
            return true;
        }
    }
    const char **names = pare_arena_array(loader->reading.arena, policy->n_entries + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < policy->n_entries; i++) {
        names[i] = (const char *)policy->entries[i].text.ptr;
    }
    pare_diagnostic *finding =
        pare_diagnose(loader->reading.findings, PR151, place, "`fields` has no `%.*s`", PARE_SPAN_ARGS(name));
    const char *nearest = names == NULL ? NULL : pare_nearest_name(name, names);
    finding->help = nearest == NULL ? "an exception is named as `fields` names the column, glob or regex"
                                    : pare_diagnostic_text(loader->reading.findings, "did you mean `%s`?", nearest);
    return false;
}

/* The names of detectors, for messages and the manifest. */
static const char *const *names_of(pare_loader *loader, const pare_detector *const *detectors, size_t n)
{
    const char **names = pare_arena_array(loader->reading.arena, n + 1, sizeof *names);
    if (names == NULL) {
        loader->reading.findings->out_of_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        names[i] = pare_detector_name(detectors[i]);
    }
    return names;
}

static bool contains(const pare_detector *const *detectors, size_t n, const pare_detector *wanted)
{
    size_t i = 0;
    while (i < n && detectors[i] != wanted) {
        i++;
    }
    return i < n;
}

/* The detectors that the exception names must be among those that are looked for. */
static bool load_excepted(pare_loader *loader, const pare_node *node, pare_scan_exception *exception)
{
    const pare_scan *scan = &loader->policy->scan;
    const pare_detector *named[PARE_MAX_DETECTORS];
    pare_build build = pare_loader_build(loader, pare_span_of(""));
    pare_texts texts;
    if (!read_texts(loader, node, "an exception of `scan_released`", &texts)) {
        return false;
    }
    size_t n = pare_build_detectors(&build, &texts, "`except`", named), n_asked = 0;
    for (size_t i = 0; i < n; i++) {
        n_asked += contains(scan->detectors, scan->n, named[i]);
    }
    if (n > 0 && n_asked == 0) {
        pare_diagnose(loader->reading.findings, PR152, texts.places[0],
                      "`scan_released` does not look for what is excepted here")
            ->help = "remove it, or name it under `find` too";
        return false;
    }
    exception->names = names_of(loader, named, n);
    exception->n = n;
    return n > 0 && exception->names != NULL;
}

static bool load_exception(pare_loader *loader, const pare_node *name, const pare_node *detectors,
                           pare_scan_exception *exception)
{
    *exception = (pare_scan_exception){.place = name->place, .entry = NO_ENTRY};
    if (name->kind != PARE_NODE_SCALAR) {
        pare_diagnose(loader->reading.findings, PR023, name->place, "`except` lists names of fields");
        return false;
    }
    exception->field = name->text;
    bool good = find_entry(loader, name->text, name->place, &exception->entry);
    return (detectors == NULL || load_excepted(loader, detectors, exception)) && good;
}

static bool load_exceptions(pare_loader *loader, const pare_node *node)
{
    const bool single = node->kind == PARE_NODE_SCALAR;
    const size_t n = single ? 1 : node->n;
    pare_scan *scan = &loader->policy->scan;
    pare_scan_exception *made = pare_arena_array(loader->reading.arena, n + 1, sizeof *made);
    bool good = true;
    if (made == NULL) {
        loader->reading.findings->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool map = node->kind == PARE_NODE_MAP;
        const pare_node *name = single ? node : map ? node->pairs[i].key : node->items[i];
        good = load_exception(loader, name, map ? node->pairs[i].value : NULL, &made[i]) && good;
        for (size_t k = 0; k < i && made[i].entry != NO_ENTRY; k++) {
            if (made[k].entry == made[i].entry) {
                pare_diagnose(loader->reading.findings, PR032, name->place, "`except` lists `%.*s` twice",
                              PARE_SPAN_ARGS(made[i].field));
                good = false;
            }
        }
    }
    scan->exceptions = made;
    scan->n_exceptions = n;
    return good;
}

/* --- which fields are scanned, and for what --- */

static const pare_scan_set *make_set(pare_loader *loader, const pare_scan_exception *exception)
{
    const pare_scan *scan = &loader->policy->scan;
    pare_scan_set *made = pare_arena_array(loader->reading.arena, 1, sizeof *made);
    uint32_t *indices = pare_arena_array(loader->reading.arena, scan->n, sizeof *indices);
    const pare_detector *asked[PARE_MAX_DETECTORS];
    size_t n = 0;
    if (made == NULL || indices == NULL) {
        loader->reading.findings->out_of_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < scan->n; i++) {
        size_t k = 0;
        while (exception != NULL && k < exception->n && strcmp(exception->names[k], scan->names[i]) != 0) {
            k++;
        }
        if (exception == NULL || k == exception->n) {
            indices[n] = (uint32_t)i;
            asked[n++] = scan->detectors[i];
        }
    }
    if (n == 0) {
        return NULL; /* nothing is left to look for */
    }
    made->indices = indices;
    made->set = pare_detector_set_build(loader->reading.arena, asked, n);
    if (made->set == NULL) {
        loader->reading.findings->out_of_memory = true;
        return NULL;
    }
    return made;
}

/* Whether a value of the record, or a part of it, may be in what the rule releases. */
static bool may_leave(const pare_rule *rule)
{
    const unsigned own = PARE_TRAIT_WRITES_OWN | PARE_TRAIT_CHANGES_ALL;
    for (size_t s = 0; s < rule->n_steps; s++) {
        if ((rule->steps[s].traits & own) == own) {
            return false;
        }
    }
    return !rule->drops;
}

static bool is_scannable(const pare_entry *entry)
{
    for (size_t r = 0; r < entry->n_rules; r++) {
        if (may_leave(&entry->rules[r])) {
            return true;
        }
    }
    return false;
}

static pare_scan_exception *exception_of(const pare_scan *scan, size_t entry)
{
    for (size_t i = 0; i < scan->n_exceptions; i++) {
        if (scan->exceptions[i].entry == entry) {
            return &scan->exceptions[i];
        }
    }
    return NULL;
}

static void give_sets(pare_loader *loader)
{
    pare_policy *policy = loader->policy;
    const pare_scan_set *whole = make_set(loader, NULL);
    for (size_t i = 0; i < policy->n_entries && whole != NULL; i++) {
        pare_scan_exception *exception = exception_of(&policy->scan, i);
        if (!is_scannable(&policy->entries[i])) {
            continue;
        }
        if (exception != NULL) {
            exception->matters = true;
        }
        policy->entries[i].scan = exception == NULL ? whole : exception->n > 0 ? make_set(loader, exception) : NULL;
    }
}

void pare_load_scan(pare_loader *loader, const pare_node *node)
{
    pare_scan *scan = &loader->policy->scan;
    raw_scan raw = {.action = PARE_SCAN_WITHHOLD};
    const pare_detector *found[PARE_MAX_DETECTORS];
    pare_build build = pare_loader_build(loader, pare_span_of(""));
    if (node == NULL || !pare_schema_read(&pare_schema_scan, node, node->place, &raw, &loader->reading)) {
        return;
    }
    if (raw.find.n == 0) {
        pare_diagnose(loader->reading.findings, PR033, pare_schema_place(node, "find", node->place),
                      "`find` of `scan_released` is empty")
            ->help = "name detectors or packs, such as `core`";
        return;
    }
    size_t n = pare_build_detectors(&build, &raw.find, "`scan_released`", found);
    const pare_detector **detectors = pare_arena_array(loader->reading.arena, n + 1, sizeof *detectors);
    if (n == 0 || detectors == NULL) {
        loader->reading.findings->out_of_memory |= n > 0;
        return;
    }
    memcpy(detectors, found, n * sizeof *detectors);
    scan->detectors = detectors;
    scan->names = names_of(loader, detectors, n);
    scan->n = n;
    scan->action = (pare_scan_action)raw.action;
    if (scan->names != NULL && (raw.except == NULL || load_exceptions(loader, raw.except)) &&
        loader->reading.findings->n_errors == 0) {
        give_sets(loader);
    }
}
