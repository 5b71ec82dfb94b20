/*
 * `do:`: a step, a step with parameters, or a chain of these; and what a step may ask for while it is built: detectors
 * of packs, compiled expressions, tables.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"

#include <strings.h>

enum { MAX_STEPS = 64 };

/* Always false. */
static bool refuse_name(pare_loader *loader, const pare_node *name)
{
    static const char *const hashes[] = {"hash",    "md5",    "sha1",   "sha-1",   "sha224", "sha256",
                                         "sha-256", "sha384", "sha512", "sha-512", "sha3",   "blake2",
                                         "blake2b", "blake3", "crc32",  "xxhash",  NULL};
    pare_diagnostics *findings = loader->reading.findings;
    const char *text = (const char *)name->text.ptr;
    for (size_t i = 0; hashes[i] != NULL; i++) {
        if (strcasecmp(text, hashes[i]) == 0) {
            pare_diagnostic *finding =
                pare_diagnose(findings, PR057, name->place, "`%s` without a key protects nobody", text);
            finding->help = "use `pseudonymize`: a token under a key that only you hold";
            finding->note = "whoever has a list of addresses or numbers hashes them all and looks each result up";
            return false;
        }
    }
    for (size_t i = 0; pare_step_names_later[i] != NULL; i++) {
        if (pare_span_is(name->text, pare_step_names_later[i])) {
            pare_diagnose(findings, PR029, name->place, "the step `%s` is not built yet", text)->help =
                "`generalize` and `suppress` are";
            return false;
        }
    }
    const char *names[MAX_STEPS + 1];
    size_t n = 0;
    while (pare_step_types[n] != NULL && n < MAX_STEPS) {
        names[n] = pare_step_types[n]->name;
        n++;
    }
    names[n] = NULL;
    pare_diagnostic *finding = pare_diagnose(findings, PR056, name->place, "unknown step `%s`", text);
    finding->help = pare_suggest_name(findings, name->text, names, "the steps are");
    return false;
}

/* --- what a step may ask for --- */

static size_t find_detectors(void *context, pare_span name, const pare_detector **out, size_t max)
{
    return pare_loader_find_detectors(context, name, out, max);
}

static const pare_regex *compile(void *context, pare_span pattern, bool caseless, pare_place place)
{
    return pare_loader_compile(context, pattern, caseless, place);
}

typedef pare_status fetch_rows(void *context, const char *name, pare_table_row row, void *row_context,
                               pare_file_facts *facts, pare_error *err);

/* A file to be read for a step. */
typedef struct wanted_file {
    fetch_rows *fetch;
    const char *use;
    pare_span name;
    pare_place place;
    pare_table_row row;
    void *row_context;
    uint64_t entries;
} wanted_file;

static bool count_row(void *context, const pare_span *fields, size_t n)
{
    wanted_file *file = context;
    file->entries++;
    return file->row(file->row_context, fields, n);
}

static bool fetch_file(pare_loader *loader, wanted_file *file)
{
    pare_span name = pare_arena_copy(loader->reading.arena, file->name);
    pare_side_file noted = {.name = (const char *)name.ptr, .use = file->use};
    pare_error err = {.status = PARE_OK};
    if (name.ptr == NULL) {
        loader->reading.findings->out_of_memory = true;
        return false;
    }
    if (file->fetch == NULL) {
        pare_diagnose(loader->reading.findings, PR059, file->place, "files can't be read here")->help =
            "write the table into the policy";
        return false;
    }
    pare_status status = file->fetch(loader->fetch->context, noted.name, count_row, file, &noted.facts, &err);
    if (status != PARE_OK) {
        pare_diagnostic *finding =
            pare_diagnose(loader->reading.findings, PR059, file->place, "`%.*s` can't be used as a table: %s",
                          PARE_SPAN_ARGS(file->name), err.text);
        finding->help = "its name is relative to the policy's own folder";
        return false;
    }
    noted.entries = file->entries;
    (void)pare_loader_note_file(loader, &noted);
    return true;
}

static bool read_table(void *context, pare_span file, pare_place place, pare_table_row row, void *row_context)
{
    pare_loader *loader = context;
    wanted_file wanted = {
        loader->fetch == NULL ? NULL : loader->fetch->table, "map_file", file, place, row, row_context, 0};
    return fetch_file(loader, &wanted);
}

static bool read_rows(void *context, pare_span file, pare_place place, pare_table_row row, void *row_context)
{
    pare_loader *loader = context;
    wanted_file wanted = {
        loader->fetch == NULL ? NULL : loader->fetch->rows, "hierarchy", file, place, row, row_context, 0};
    return fetch_file(loader, &wanted);
}

/* --- building --- */

pare_build pare_loader_build(pare_loader *loader, pare_span field)
{
    return (pare_build){.reading = loader->reading,
                        .field = field,
                        .date_patterns = &loader->policy->date_patterns,
                        .find_detectors = find_detectors,
                        .detector_names = loader->detector_names,
                        .compile = compile,
                        .read_table = read_table,
                        .read_rows = read_rows,
                        .context = loader};
}

static bool build_step(pare_loader *loader, const pare_node *name, const pare_node *params, pare_span field,
                       pare_step *step)
{
    const pare_step_type *type = pare_step_find(name->text);
    if (type == NULL) {
        return refuse_name(loader, name);
    }
    pare_build build = pare_loader_build(loader, field);
    step->type = type;
    step->place = name->place;
    step->traits = type->traits;
    return type->build(step, params, &build);
}

/* One item of a chain: a name, or a map of one name to its parameters. */
static bool load_one(pare_loader *loader, const pare_node *node, pare_span field, pare_step *step)
{
    if (node->kind == PARE_NODE_SCALAR) {
        return build_step(loader, node, NULL, field, step);
    }
    if (node->kind == PARE_NODE_LIST || node->n != 1) {
        bool several = node->kind == PARE_NODE_MAP && node->n > 1;
        const pare_node *wrong = several ? node->pairs[1].key : node;
        pare_diagnostic *finding =
            pare_diagnose(loader->reading.findings, PR023, wrong->place,
                          several ? "a step is one name with its parameters, and here a second key begins"
                                  : "a step is a name, or one name with its parameters");
        finding->help = "parameters stand within: `do: {mask: {keep_last: 4}}`; a chain is a list: `do: [normalize: "
                        "lower, truncate: 5]`";
        return false;
    }
    return build_step(loader, node->pairs[0].key, node->pairs[0].value, field, step);
}

/* Whether the step stands for all that happens to the field. */
static bool is_whole(const pare_step *step)
{
    return step->type->apply == NULL;
}

/* The fields that a step reads, resolved when the plan is bound, like those that conditions read. */
static bool register_reads(pare_loader *loader, pare_step *step)
{
    const pare_texts *names = &step->reads.names;
    if (names->n == 0) {
        return true;
    }
    uint32_t *slots = pare_arena_array(loader->reading.arena, names->n, sizeof *slots);
    if (slots == NULL) {
        loader->reading.findings->out_of_memory = true;
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < names->n; i++) {
        good = pare_loader_read(loader, names->items[i], names->places[i], step->reads.who, &slots[i]) && good;
    }
    step->reads.slots = slots;
    return good;
}

static void register_step(pare_loader *loader, pare_step *step)
{
    pare_policy *policy = loader->policy;
    if ((step->traits & PARE_TRAIT_NEEDS_KEY) != 0) {
        policy->key_steps = pare_loader_grow(loader, policy->key_steps, policy->n_key_steps, &loader->cap_key_steps,
                                             sizeof *policy->key_steps);
        if (policy->key_steps == NULL) {
            policy->n_key_steps = 0;
            return;
        }
        step->key_slot = (uint32_t)policy->n_key_steps;
        policy->key_steps[policy->n_key_steps++] = step;
    }
    bool rotates = (step->traits & PARE_TRAIT_NEEDS_KEY) != 0 && step->key_use.rotate != PARE_ROTATE_NEVER;
    policy->depends_on_date = policy->depends_on_date || rotates || (step->traits & PARE_TRAIT_DEPENDS_ON_DATE) != 0;
    for (size_t i = 0; i < step->n_inner; i++) { /* one level: no step nests one that nests */
        register_step(loader, &step->inner[i]);
    }
}

bool pare_load_steps(pare_loader *loader, const pare_node *node, pare_span field, pare_loaded_steps *out)
{
    bool list = node->kind == PARE_NODE_LIST;
    size_t n = list ? node->n : 1;
    if (n == 0) {
        pare_diagnose(loader->reading.findings, PR033, node->place, "`do` lists no step")->help =
            "`do: keep` lets the value pass, `do: drop` removes the column";
        return false;
    }
    pare_step *steps = pare_arena_array(loader->reading.arena, n, sizeof *steps);
    if (steps == NULL) {
        loader->reading.findings->out_of_memory = true;
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        bool built = load_one(loader, list ? node->items[i] : node, field, &steps[i]);
        if (built && n > 1 && is_whole(&steps[i])) {
            pare_diagnostic *finding = pare_diagnose(loader->reading.findings, PR046, steps[i].place,
                                                     "`%s` must stand alone", steps[i].type->name);
            finding->help = "it says all there is to say about the field; remove it or the other steps";
            built = false;
        }
        good = good && built;
    }
    if (!good) {
        return false;
    }
    bool whole = is_whole(&steps[0]);
    out->drops = (steps[0].traits & PARE_TRAIT_DROPS_COLUMN) != 0;
    out->steps = whole ? NULL : steps;
    out->n = whole ? 0 : n;
    for (size_t i = 0; i < out->n; i++) {
        good = register_reads(loader, &steps[i]) && good;
        register_step(loader, &steps[i]);
    }
    return good;
}
