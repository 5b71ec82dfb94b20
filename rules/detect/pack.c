/*
 * Packs: from YAML to detectors (pack.h), by the tables below.
 *
 * A pack that ships and a pack that a user wrote have the same form: names, patterns, validators, needs, examples. The
 * examples are run through the very scan that records will go through, prefilter included, so that `needs` which claim
 * too much are found. For what ships this is the tests' business, not that of every run.
 */
#include "rules/detect/pack.h"

#include "rules/base/span.h"
#include "rules/detect/pack_detector.h"
#include "rules/detect/pack_examples.h"

enum { MAX_DETECTORS = 500 };

/** What the tables fill. */
typedef struct pack_text {
    pare_span pack, description;
    uint32_t version;
    const pare_node *parts, *detectors;
} pack_text;

#define AT(type, member) .offset = offsetof(type, member)

static const pare_key_spec pack_keys[] = {
    {.key = "pack",
     .kind = PARE_KIND_NAME,
     .required = true,
     AT(pack_text, pack),
     .help = "Name of the pack: in a policy it stands for all of its detectors."},
    {.key = "version",
     .kind = PARE_KIND_COUNT,
     .required = true,
     AT(pack_text, version),
     .min = 1,
     .max = 1000000,
     .help = "Version of the pack; raise it when a detector finds something else than before."},
    {.key = "description", .kind = PARE_KIND_TEXT, AT(pack_text, description), .help = "What the pack is for."},
    {.key = "parts",
     .kind = PARE_KIND_NODE,
     AT(pack_text, parts),
     .help = "A map from names to pieces of expressions: `{{name}}` in an expression stands for the piece."},
    {.key = "detectors",
     .kind = PARE_KIND_NODE,
     .required = true,
     AT(pack_text, detectors),
     .help = "A map from names of detectors to what they find."},
};
static const pare_schema pack_schema = {"a pack", pack_keys, sizeof pack_keys / sizeof pack_keys[0], NULL};

/** Does it compile? */
static bool is_compiled(pare_expression *expression, pare_diagnostics *findings)
{
    return expression == NULL || pare_expression_compile(expression, findings);
}

bool pare_detector_compile(const pare_detector *detector, pare_diagnostics *findings)
{
    bool fine = is_compiled(detector->glance, findings);
    for (size_t i = 0; i < detector->n_contexts; i++) {
        fine = is_compiled(detector->contexts[i].expression, findings) && fine;
    }
    fine = is_compiled(detector->column, findings) && fine;
    fine = is_compiled(detector->not_column, findings) && fine;
    for (size_t i = 0; i < detector->n_patterns; i++) { /* all of them, so that all findings are made in one go */
        fine = is_compiled(detector->patterns[i], findings) && fine;
        bool again = i > 0 && detector->behind[i] == detector->behind[i - 1];
        fine = (again || is_compiled(detector->behind[i], findings)) && fine;
    }
    return fine;
}

/* --- the pack ----------------------------------------------------------------------------------------- */

/** `parts` is a map from names to texts. */
static bool check_parts(const pare_node *parts, pare_reading *reading)
{
    if (parts == NULL) {
        return true;
    }
    bool fine = parts->kind == PARE_NODE_MAP;
    for (size_t i = 0; fine && i < parts->n; i++) {
        fine = pare_pack_is_name(parts->pairs[i].key->text) && parts->pairs[i].value->kind == PARE_NODE_SCALAR;
    }
    if (!fine) {
        pare_diagnose(reading->findings, PR080, parts->place, "`parts` is a map from names to pieces of expressions");
    }
    return fine;
}

static bool read_detectors(const pare_pack_reader *r, const pare_node *node)
{
    bool fine = true;
    if (node->kind != PARE_NODE_MAP || node->n == 0 || node->n > MAX_DETECTORS) {
        pare_diagnose(r->reading->findings, PR080, node->place, "`detectors` is a map of 1 to %d detectors",
                      MAX_DETECTORS);
        return false;
    }
    pare_detector *detectors = pare_arena_array(r->reading->arena, node->n, sizeof *detectors);
    if (detectors == NULL) {
        r->reading->findings->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < node->n; i++) { /* all of them, so that all findings are made in one go */
        fine = pare_pack_read_detector(r, &node->pairs[i], &detectors[i]) && fine;
    }
    r->pack->detectors = detectors;
    r->pack->n_detectors = node->n;
    return fine;
}

static pare_pack *open_pack(pare_span document, const char *file, bool measured, pare_reading *reading)
{
    pack_text text = {0};
    pare_diagnostics_document(reading->findings, file, document);
    const pare_node *root = pare_yaml_read(document, reading->arena, reading->findings);
    pare_pack *pack = pare_arena_alloc(reading->arena, sizeof *pack);
    if (root == NULL || pack == NULL) {
        reading->findings->out_of_memory = reading->findings->out_of_memory || pack == NULL;
        return NULL;
    }
    if (!pare_schema_read(&pack_schema, root, root->place, &text, reading) ||
        !pare_pack_check_name(text.pack, pare_schema_place(root, "pack", root->place), "a pack's name", reading)) {
        return NULL;
    }
    pack->name = (const char *)text.pack.ptr;
    pack->version = text.version;
    pack->description = text.description.len > 0 ? (const char *)text.description.ptr : "";
    pare_pack_reader r = {pack, text.parts, measured, reading};
    return check_parts(text.parts, reading) && read_detectors(&r, text.detectors) ? pack : NULL;
}

pare_pack *pare_pack_open(pare_span document, const char *file, pare_reading *reading)
{
    return open_pack(document, file, false, reading);
}

static pare_pack *read_pack(pare_span document, const char *file, bool measured, pare_reading *reading)
{
    pare_pack *pack = open_pack(document, file, measured, reading);
    bool fine = pack != NULL;
    for (size_t i = 0; pack != NULL && i < pack->n_detectors; i++) {
        fine = pare_detector_compile(&pack->detectors[i], reading->findings) &&
               pare_pack_check_examples(&pack->detectors[i], reading) && fine;
    }
    if (!fine) {
        pare_pack_release(pack);
    }
    return fine ? pack : NULL;
}

pare_pack *pare_pack_read(pare_span document, const char *file, pare_reading *reading)
{
    return read_pack(document, file, false, reading);
}

pare_pack *pare_pack_read_own(pare_span document, const char *file, pare_reading *reading)
{
    return read_pack(document, file, true, reading);
}

void pare_pack_release(pare_pack *pack)
{
    for (size_t i = 0; pack != NULL && i < pack->n_detectors; i++) {
        const pare_detector *detector = &pack->detectors[i];
        pare_expression_release(detector->glance);
        for (size_t k = 0; k < detector->n_contexts; k++) {
            pare_expression_release(detector->contexts[k].expression);
        }
        pare_expression_release(detector->column);
        pare_expression_release(detector->not_column);
        for (size_t k = 0; k < detector->n_patterns; k++) {
            pare_expression_release(detector->patterns[k]);
            pare_expression_release(detector->behind[k]);
        }
    }
}

/** A name stands where a line's key does, or behind one: `  email:`, `group: ip`. */
static bool is_named_here(const pare_shipped_pack *shipped, const unsigned char *at, const unsigned char *end)
{
    const unsigned char *first = shipped->bytes, *last = first + shipped->len;
    const bool is_key = end < last && *end == ':' && (at == first || at[-1] == ' ' || at[-1] == '\n');
    const bool is_value = (end == last || *end == '\n') && at - first >= 2 && at[-1] == ' ' && at[-2] == ':';
    return is_key || is_value;
}

bool pare_shipped_pack_mentions(const pare_shipped_pack *shipped, pare_span name)
{
    pare_span rest = pare_span_from(shipped->bytes, shipped->len);
    const unsigned char *at;
    while (name.len > 0 && (at = memmem(rest.ptr, rest.len, name.ptr, name.len)) != NULL) {
        if (is_named_here(shipped, at, at + name.len)) {
            return true;
        }
        rest = pare_span_after(rest, (size_t)(at - rest.ptr) + 1);
    }
    return false;
}

size_t pare_packs_find(const pare_pack *const *packs, size_t n_packs, pare_span name, const pare_detector **out,
                       size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < n_packs; i++) {
        bool whole = pare_span_is(name, packs[i]->name);
        for (size_t k = 0; k < packs[i]->n_detectors; k++) {
            const pare_detector *detector = &packs[i]->detectors[k];
            if (whole || pare_span_is(name, detector->name) ||
                (detector->group != NULL && pare_span_is(name, detector->group))) {
                if (n < max) {
                    out[n] = detector;
                }
                n++;
            }
        }
    }
    return n;
}
