/*
 * Packs of detectors: those that ship, and those that the policy names under `packs`.
 *
 * Of what ships a pack is read when a step asks for one of its names: reading all of them would take longer than all
 * else that a run does before its first record. A pack of the policy is always read, with its examples, so that what is
 * wrong with it is found before it is used; its detectors come first. All names are one space: a detector that hides
 * another one would find something else than who reads the policy expects.
 */
#include "rules/base/map.h"
#include "rules/base/span.h"
#include "rules/policy/loader.h"

enum { MAX_OWN_PACKS = 64 };

static size_t n_shipped(void)
{
    size_t n = 0;
    while (pare_shipped_packs[n].name != NULL) {
        n++;
    }
    return n;
}

static bool has_room(pare_loader *loader)
{
    pare_policy *policy = loader->policy;
    if (policy->packs == NULL) {
        policy->packs = pare_arena_array(loader->reading.arena, MAX_OWN_PACKS + n_shipped(), sizeof *policy->packs);
    }
    loader->reading.findings->out_of_memory = loader->reading.findings->out_of_memory || policy->packs == NULL;
    return policy->packs != NULL;
}

static void add_name(pare_loader *loader, const char *name)
{
    if (loader->n_detector_names < PARE_MAX_DETECTOR_NAMES) {
        loader->detector_names[loader->n_detector_names++] = name;
    }
}

/* The pack is the policy's, at `place` among its packs; its names, and its detectors', become known for suggestions. */
static void add_pack(pare_loader *loader, size_t place, pare_pack *pack)
{
    pare_pack **packs = loader->policy->packs + place;
    memmove(packs + 1, packs, (loader->policy->n_packs++ - place) * sizeof *packs);
    *packs = pack;
    for (size_t d = 0; d < pack->n_detectors; d++) {
        const char *group = pack->detectors[d].group, *before = d == 0 ? NULL : pack->detectors[d - 1].group;
        add_name(loader, pack->detectors[d].name);
        if (group != NULL && (before == NULL || strcmp(group, before) != 0)) {
            add_name(loader, group);
        }
    }
    add_name(loader, pack->name);
}

/* A pack's reader turns the findings to its own document: turn them back. */
typedef struct document {
    const char *file;
    pare_span source;
} document;

static document remember(const pare_diagnostics *findings)
{
    return (document){findings->file, findings->source};
}

static void turn_back(pare_diagnostics *findings, document to)
{
    findings->file = to.file;
    findings->source = to.source;
}

/* Read a pack that ships, unless it was. They keep their order among each other, whoever asks for which first. */
static void read_shipped(pare_loader *loader, size_t index)
{
    pare_diagnostics *findings = loader->reading.findings;
    if (loader->shipped_read[index] || !has_room(loader)) {
        return;
    }
    const document policy = remember(findings);
    const pare_shipped_pack *shipped = &pare_shipped_packs[index];
    const char *shown = pare_arena_printf(&findings->arena, "rules/packs/%s.yaml", shipped->name);
    pare_pack *pack =
        pare_pack_open(pare_span_from(shipped->bytes, shipped->len), shown == NULL ? "" : shown, &loader->reading);
    turn_back(findings, policy);
    if (pack != NULL) { /* else memory ran out */
        size_t behind = 0;
        loader->shipped_read[index] = true;
        for (size_t i = index + 1; i < n_shipped(); i++) {
            behind += loader->shipped_read[i];
        }
        add_pack(loader, loader->policy->n_packs - behind, pack);
    }
}

static void read_all_shipped(pare_loader *loader)
{
    for (size_t i = 0; i < n_shipped(); i++) {
        read_shipped(loader, i);
    }
}

static size_t find_among_read(const pare_loader *loader, pare_span name, const pare_detector **out, size_t max)
{
    return pare_packs_find((const pare_pack *const *)loader->policy->packs, loader->policy->n_packs, name, out, max);
}

size_t pare_loader_find_detectors(pare_loader *loader, pare_span name, const pare_detector **out, size_t max)
{
    for (size_t i = 0; i < n_shipped(); i++) {
        if (pare_shipped_pack_mentions(&pare_shipped_packs[i], name)) {
            read_shipped(loader, i);
        }
    }
    size_t n = find_among_read(loader, name, out, max);
    if (n == 0) { /* whoever says so names what is known */
        read_all_shipped(loader);
        n = find_among_read(loader, name, out, max);
    }
    return n;
}

/* --- packs of the policy ------------------------------------------------------------------------------------------ */

static void take_text(void *context, const char *text, size_t len)
{
    pare_buf_append((pare_buf *)context, text, len);
}

/* The pack's text, which lives as long as the findings. False: a finding was made. */
static bool fetch_pack(pare_loader *loader, const char *name, pare_place place, pare_side_file *file, pare_span *text)
{
    pare_diagnostics *findings = loader->reading.findings;
    pare_error err = {.status = PARE_OK};
    pare_buf read;
    if (loader->fetch == NULL || loader->fetch->text == NULL) {
        pare_diagnose(findings, PR059, place, "files can't be read here");
        return false;
    }
    pare_buf_init(&read, PARE_MAX_POLICY_BYTES);
    pare_status status = loader->fetch->text(loader->fetch->context, name, take_text, &read, &file->facts, &err);
    if (status == PARE_OK && read.status == PARE_E_LIMIT) {
        status = pare_fail(&err, PARE_E_LIMIT, "it is larger than 1 MiB");
    }
    if (status == PARE_OK) {
        *text = pare_arena_copy(&findings->arena, pare_buf_span(&read));
    }
    findings->out_of_memory =
        findings->out_of_memory || read.status == PARE_E_NOMEM || (status == PARE_OK && text->ptr == NULL);
    pare_buf_clear(&read);
    if (status != PARE_OK) {
        pare_diagnose(findings, PR059, place, "`%s` can't be used as a pack: %s", name, err.text)->help =
            "its name is relative to the policy's own folder";
    }
    return status == PARE_OK && !findings->out_of_memory;
}

/* What its expressions cost, and the comments that accept it: findings are about its text still. */
static void look_at(pare_loader *loader, const pare_pack *pack, pare_span text, const char *name)
{
    const pare_node *root = pack == NULL ? NULL : pare_yaml_read(text, loader->reading.arena, loader->reading.findings);
    if (root != NULL) {
        pare_lint_pack(loader, pack);
        pare_load_allowed(loader, root, name);
    }
}

/* No name of a detector, group or pack of it is one of another pack. */
static void check_names(pare_loader *loader, size_t index, const pare_texts *files)
{
    pare_diagnostics *findings = loader->reading.findings;
    const pare_policy *policy = loader->policy;
    const pare_pack *pack = policy->packs[index];
    for (size_t d = 0; d <= pack->n_detectors; d++) {
        const char *names[] = {d == 0 ? pack->name : pack->detectors[d - 1].name,
                               d == 0 ? NULL : pack->detectors[d - 1].group};
        for (size_t n = 0; n < 2 && names[n] != NULL; n++) {
            for (size_t other = 0; other < policy->n_packs; other++) {
                const pare_detector *found;
                const pare_pack *const packs[] = {policy->packs[other]};
                bool known = other != index && (other > index || other >= files->n) &&
                             pare_packs_find(packs, 1, pare_span_of(names[n]), &found, 1) > 0;
                if (known) {
                    pare_diagnose(findings, PR086, files->places[index],
                                  "`%s` of the pack `%s` is a name of the pack `%s` too", names[n], pack->name,
                                  packs[0]->name)
                        ->help = "give it another name: a policy must be able to say which one it means";
                }
            }
        }
    }
}

void pare_load_packs(pare_loader *loader, const pare_texts *files)
{
    pare_diagnostics *findings = loader->reading.findings;
    const document policy = remember(findings);
    if (files->n > MAX_OWN_PACKS) {
        pare_diagnose(findings, PR030, files->places[MAX_OWN_PACKS], "`packs` names more than %d packs", MAX_OWN_PACKS);
        return;
    }
    bool fine = files->n > 0 && pare_loader_check_unique(loader, files, "packs");
    for (size_t i = 0; i < files->n && has_room(loader); i++) {
        pare_side_file file = {.name = (const char *)files->items[i].ptr, .use = "packs"};
        pare_span text = {NULL, 0};
        pare_pack *pack = NULL;
        if (fetch_pack(loader, file.name, files->places[i], &file, &text)) {
            pack = pare_pack_read_own(text, file.name, &loader->reading);
            look_at(loader, pack, text, file.name);
            turn_back(findings, policy);
        }
        fine = fine && pack != NULL;
        if (pack != NULL) {
            file.entries = pack->n_detectors;
            (void)pare_loader_note_file(loader, &file);
            add_pack(loader, loader->policy->n_packs, pack);
            loader->policy->n_own_packs = loader->policy->n_packs;
        }
    }
    if (fine) {
        read_all_shipped(loader);
        for (size_t i = 0; i < files->n; i++) {
            check_names(loader, i, files);
        }
    }
}
