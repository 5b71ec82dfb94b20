/*
 * Loading a policy: the document as a whole, and what the parts share.
 *
 * Purposes are read before fields, because fields name them; input before everything that reads dates. The policy lives
 * in one arena; expressions and packs are the only things outside it, and pare_policy_free() knows them.
 */
#include "rules/policy/loader.h"

#include "rules/base/map.h"
#include "rules/base/span.h"
#include "rules/policy/findings.h"
#include "rules/text/decimal.h"

#include <stdlib.h>

enum { POLICY_ARENA_BYTES = 256 << 20, MAX_NAME_BYTES = 200 };

typedef struct raw_policy {
    pare_span version, dataset, recipient, description;
    const pare_node *input, *output, *purposes, *retention, *opt_outs, *tiers, *fields, *scan, *gates, *tests;
    pare_texts packs;
    int unlisted;
} raw_policy;

static const char *const unlisted_choices[] = {"drop", "fail", NULL};

static const pare_key_spec policy_keys[] = {
    {.key = "pare",
     .kind = PARE_KIND_TEXT,
     .required = true,
     .offset = offsetof(raw_policy, version),
     .help = "the version of the language: `pare: 1`"},
    {.key = "dataset",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(raw_policy, dataset),
     .help = "the name of what is delivered"},
    {.key = "recipient",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(raw_policy, recipient),
     .help = "who gets it; enters every key, so that no two recipients can join pseudonyms"},
    {.key = "description", .kind = PARE_KIND_TEXT, .offset = offsetof(raw_policy, description), .help = "one sentence"},
    {.key = "input", .kind = PARE_KIND_NODE, .offset = offsetof(raw_policy, input), .help = "how the export is read"},
    {.key = "output",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, output),
     .help = "how the dataset is written"},
    {.key = "purposes",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, purposes),
     .help = "why anything is released at all"},
    {.key = "retention",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, retention),
     .help = "records older than this are dropped"},
    {.key = "opt_outs",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, opt_outs),
     .help = "lists of people who said no, whatever the export says"},
    {.key = "tiers",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, tiers),
     .help = "consent tiers, and the purposes that each allows"},
    {.key = "fields",
     .kind = PARE_KIND_NODE,
     .required = true,
     .offset = offsetof(raw_policy, fields),
     .help = "the columns that are released, and how; whatever is not named is dropped"},
    {.key = "unlisted",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_policy, unlisted),
     .choices = unlisted_choices,
     .help = "columns that no rule names: drop (default), or fail to stop the run"},
    {.key = "gates",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, gates),
     .help = "what must hold before anything is delivered"},
    {.key = "tests",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, tests),
     .help = "records and what must become of them"},
    {.key = "packs",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_policy, packs),
     .help = "packs of detectors of your own: files, named relative to the policy"},
    {.key = "scan_released",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_policy, scan),
     .help =
         "detectors that look through whatever is released, and what becomes of a value in which they find something"},
};

const pare_schema pare_schema_policy = {"a policy", policy_keys, sizeof policy_keys / sizeof policy_keys[0], NULL};

/* --- what the parts share --- */

void *pare_loader_grow(pare_loader *loader, void *items, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return items;
    }
    size_t larger = *cap == 0 ? 16 : *cap * 2; /* the document's size bounds it */
    void *grown = pare_arena_array(loader->reading.arena, larger, size);
    if (grown == NULL) {
        loader->reading.findings->out_of_memory = true;
        return NULL;
    }
    if (n > 0) {
        memcpy(grown, items, n * size);
    }
    *cap = larger;
    return grown;
}

/* Lists of people are each looked up in for themselves; what steps read is one file, however many steps read it. */
static bool is_noted(const pare_side_file *noted, const pare_side_file *file)
{
    return !noted->names_people && strcmp(noted->use, file->use) == 0 && strcmp(noted->name, file->name) == 0 &&
           strcmp(noted->facts.sha256, file->facts.sha256) == 0;
}

size_t pare_loader_note_file(pare_loader *loader, const pare_side_file *file)
{
    pare_policy *policy = loader->policy;
    for (size_t i = 0; i < policy->n_files; i++) {
        if (is_noted(&policy->files[i], file)) {
            return i;
        }
    }
    pare_side_file *files =
        pare_loader_grow(loader, policy->files, policy->n_files, &loader->cap_files, sizeof *policy->files);
    if (files == NULL) {
        return 0;
    }
    policy->files = files;
    policy->files[policy->n_files] = *file;
    return policy->n_files++;
}

uint32_t pare_position_of(pare_span name, bool *is_position)
{
    uint32_t position = 0;
    *is_position = name.len > 1 && name.ptr[0] == '#';
    for (size_t i = 1; i < name.len && *is_position; i++) {
        *is_position = name.ptr[i] >= '0' && name.ptr[i] <= '9';
    }
    bool good = *is_position && name.ptr[1] != '0' && pare_count_read(pare_span_after(name, 1), &position);
    return good && position <= PARE_MAX_COLUMNS ? position : 0;
}

bool pare_loader_read(pare_loader *loader, pare_span name, pare_place place, const char *who, uint32_t *index)
{
    pare_policy *policy = loader->policy;
    bool is_position = false;
    if (pare_position_of(name, &is_position) == 0 && is_position) {
        pare_diagnose(loader->reading.findings, PR055, place, "positions count from 1 to 4096");
        return false;
    }
    for (size_t i = 0; i < policy->n_reads; i++) {
        if (pare_span_equal(policy->reads[i].name, name)) {
            *index = (uint32_t)i;
            return true;
        }
    }
    pare_read *reads =
        pare_loader_grow(loader, policy->reads, policy->n_reads, &loader->cap_reads, sizeof *policy->reads);
    if (reads == NULL) {
        return false;
    }
    pare_read read = {name, place, who};
    policy->reads = reads;
    policy->reads[policy->n_reads] = read;
    *index = (uint32_t)policy->n_reads++;
    return true;
}

const pare_regex *pare_loader_compile(pare_loader *loader, pare_span pattern, bool caseless, pare_place place)
{
    pare_policy *policy = loader->policy;
    pare_diagnostics *findings = loader->reading.findings;
    pare_regex *regex = NULL;
    pare_error err = {.status = PARE_OK};
    size_t offset = 0;
    pare_regex **regexes =
        pare_loader_grow(loader, policy->regexes, policy->n_regexes, &loader->cap_regexes, sizeof *regexes);
    if (regexes == NULL) {
        return NULL;
    }
    policy->regexes = regexes;
    pare_status status = pare_regex_new(pattern, caseless, &regex, &offset, &err);
    if (status == PARE_E_NOMEM) {
        findings->out_of_memory = true;
        return NULL;
    }
    if (status != PARE_OK) {
        pare_diagnostic *finding =
            pare_diagnose(findings, PR049, place, "the expression does not compile: %s", err.text);
        finding->label = pare_diagnostic_text(findings, "at its byte %zu", offset);
        finding->help = "write expressions in single quotes: in double quotes YAML reads the backslashes itself";
        return NULL;
    }
    policy->regexes[policy->n_regexes++] = regex;
    return regex;
}

bool pare_loader_refuse_kind(pare_loader *loader, pare_code code, const pare_node *node, const char *what,
                             const char *help)
{
    const char *kind = node->kind == PARE_NODE_LIST ? "a list" : node->text.len == 0 ? "empty" : "a text";
    kind = node->kind == PARE_NODE_MAP ? "a map" : kind;
    pare_diagnose(loader->reading.findings, code, node->place, "%s is a map, not %s", what, kind)->help = help;
    return false;
}

bool pare_loader_check_unique(pare_loader *loader, const pare_texts *texts, const char *what)
{
    pare_map seen;
    bool good = true;
    pare_map_init(&seen, 0x74657874);
    for (size_t i = 0; i < texts->n; i++) {
        bool existing = false;
        if (pare_map_add(&seen, texts->items[i], (uint32_t)i, &existing) != PARE_OK) {
            loader->reading.findings->out_of_memory = true;
            break;
        }
        if (existing) {
            pare_diagnose(loader->reading.findings, PR032, texts->places[i], "`%s` lists `%.*s` twice", what,
                          PARE_SPAN_ARGS(texts->items[i]));
            good = false;
        }
    }
    pare_map_clear(&seen);
    return good;
}

/* --- the document --- */

static void check_name(pare_loader *loader, const pare_node *root, const char *key, pare_span name)
{
    if (name.len > MAX_NAME_BYTES) {
        pare_diagnose(loader->reading.findings, PR030, pare_schema_place(root, key, root->place),
                      "`%s` has %zu bytes and may have %d", key, name.len, MAX_NAME_BYTES);
    }
}

static void load_head(pare_loader *loader, const pare_node *root, const raw_policy *raw)
{
    pare_policy *policy = loader->policy;
    const pare_node *version = pare_node_get(root, "pare");
    if (version != NULL && version->kind == PARE_NODE_SCALAR && !pare_span_is(raw->version, "1")) {
        pare_diagnose(loader->reading.findings, PR040, version->place, "unknown version of the language")->help =
            "this program reads `pare: 1`";
    }
    check_name(loader, root, "dataset", raw->dataset);
    check_name(loader, root, "recipient", raw->recipient);
    policy->dataset = raw->dataset;
    policy->recipient = raw->recipient;
    policy->description = raw->description.ptr == NULL ? pare_span_of("") : raw->description;
    policy->unlisted_fails = raw->unlisted != 0;
}

static void load_root(pare_loader *loader, const pare_node *root)
{
    raw_policy raw = {0};
    pare_schema_read(&pare_schema_policy, root, root->place, &raw, &loader->reading);
    if (root->kind != PARE_NODE_MAP) {
        return;
    }
    load_head(loader, root, &raw);
    pare_load_packs(loader, &raw.packs);
    pare_load_input(loader, raw.input);
    pare_load_output(loader, raw.output);
    loader->has_tiers = raw.tiers != NULL;
    pare_load_purposes(loader, raw.purposes);
    pare_load_retention(loader, raw.retention);
    pare_load_opt_outs(loader, raw.opt_outs);
    pare_load_tiers(loader, raw.tiers);
    if (raw.fields != NULL) {
        pare_load_fields(loader, raw.fields);
    }
    pare_load_scan(loader, raw.scan);
    pare_load_gates(loader, raw.gates);
    pare_load_tests(loader, raw.tests);
    if (loader->reading.findings->n_errors == 0) {
        pare_lint(loader, root);
    }
}

static pare_status load_document(pare_loader *loader, pare_span document, const char *name, pare_error *err)
{
    pare_diagnostics *findings = loader->reading.findings;
    pare_diagnostics_document(findings, name, document);
    const pare_node *root = pare_yaml_read(document, loader->reading.arena, findings);
    if (root != NULL) {
        load_root(loader, root);
        pare_load_allowed(loader, root, NULL);
    }
    if (findings->out_of_memory) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory while loading the policy");
    }
    if (findings->n_errors > 0 && findings->n_errors == loader->n_list_errors) {
        return pare_fail(err, loader->list_status, "%zu list%s of people can't be used", findings->n_errors,
                         findings->n_errors == 1 ? "" : "s");
    }
    if (findings->n_errors > 0) {
        return pare_fail(err, PARE_E_POLICY, "the policy has %zu error%s", findings->n_errors,
                         findings->n_errors == 1 ? "" : "s");
    }
    return PARE_OK;
}

pare_status pare_policy_load(pare_span document, const char *name, const pare_fetch *fetch, pare_policy **policy,
                             pare_findings **findings, pare_error *err)
{
    pare_policy *loaded = calloc(1, sizeof *loaded);
    pare_findings *found = pare_findings_new();
    if (loaded == NULL || found == NULL) {
        free(loaded);
        pare_findings_free(found);
        return pare_fail(err, PARE_E_NOMEM, "out of memory while loading the policy");
    }
    pare_arena_init(&loaded->arena, POLICY_ARENA_BYTES);
    pare_loader loader = {.policy = loaded, .reading = {&loaded->arena, &found->list}, .fetch = fetch};
    pare_status status = load_document(&loader, document, name, err);
    *findings = found;
    if (status != PARE_OK) {
        pare_policy_free(loaded);
        return status;
    }
    *policy = loaded;
    return PARE_OK;
}

void pare_policy_free(pare_policy *policy)
{
    if (policy == NULL) {
        return;
    }
    for (size_t i = 0; i < policy->n_packs; i++) {
        pare_pack_release(policy->packs[i]);
    }
    for (size_t i = 0; i < policy->n_opt_outs; i++) {
        pare_people_free(policy->opt_outs[i].roll.people);
    }
    for (size_t i = 0; i < policy->n_tiers; i++) {
        pare_people_free(policy->tiers[i].roll.people);
    }
    for (size_t i = 0; i < policy->n_regexes; i++) {
        pare_regex_free(policy->regexes[i]);
    }
    pare_arena_clear(&policy->arena);
    free(policy);
}
