/*
 * What there is to choose from: the steps with their parameters, and the detectors that ship, each from its table.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"
#include "rules/text/render.h"

enum { MAX_REFERENCE_BYTES = 16 << 20, PACK_ARENA_BYTES = 64 << 20 };

static const char *kind_text(const pare_key_spec *spec)
{
    static const char *const texts[] = {
        [PARE_KIND_TEXT] = "text",          [PARE_KIND_NAME] = "text",      [PARE_KIND_TEXTS] = "text or list",
        [PARE_KIND_COUNT] = "whole number", [PARE_KIND_NUMBER] = "number",  [PARE_KIND_BOOL] = "true or false",
        [PARE_KIND_CHOICE] = "one of",      [PARE_KIND_CHOICES] = "any of", [PARE_KIND_NODE] = "see docs/POLICY.md",
    };
    return texts[spec->kind];
}

static void list_key(const pare_schema *schema, const pare_key_spec *spec, pare_buf *out)
{
    bool shorthand = schema->shorthand != NULL && strcmp(schema->shorthand, spec->key) == 0;
    pare_buf_printf(out, "    %s: %s", spec->key, spec->later != NULL ? "not built yet" : kind_text(spec));
    for (size_t i = 0; spec->later == NULL && spec->choices != NULL && spec->choices[i] != NULL; i++) {
        pare_buf_printf(out, "%s%s", i == 0 ? " " : ", ", spec->choices[i]);
    }
    pare_buf_append_text(out, spec->required && !shorthand ? " (required)\n" : "\n");
    const char *help = spec->later != NULL ? spec->later : spec->help;
    if (help != NULL) {
        pare_buf_printf(out, "        %s\n", help);
    }
    if (shorthand) {
        pare_buf_append_text(out, "        May be written short: `do: {STEP: VALUE}`.\n");
    }
}

void pare_steps_list(pare_write write, void *context)
{
    pare_buf out;
    pare_buf_init(&out, MAX_REFERENCE_BYTES);
    for (size_t i = 0; pare_step_types[i] != NULL; i++) {
        const pare_step_type *type = pare_step_types[i];
        pare_buf_printf(&out, "%s%s (%s)\n    %s\n", i == 0 ? "" : "\n", type->name, type->family, type->summary);
        for (size_t k = 0; type->params != NULL && k < type->params->n_keys; k++) {
            list_key(type->params, &type->params->keys[k], &out);
        }
    }
    for (size_t i = 0; pare_step_names_later[i] != NULL; i++) {
        pare_buf_printf(&out, "\n%s\n    Not built yet.\n", pare_step_names_later[i]);
    }
    if (out.status == PARE_OK && out.len > 0) {
        write(context, (const char *)out.ptr, out.len);
    }
    pare_buf_clear(&out);
}

static void list_examples(const char *title, const pare_span *examples, size_t n, pare_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        pare_buf_printf(out, "    %s ", i == 0 ? title : "           ");
        pare_text_append_harmless(out, examples[i]);
        pare_buf_append_byte(out, '\n');
    }
}

static void list_detector(const pare_detector *detector, bool examples, pare_buf *out)
{
    pare_buf_printf(out, "  %-12s %s\n", detector->name, detector->title == NULL ? "" : detector->title);
    pare_buf_printf(out, "    category    %s\n", detector->category);
    for (size_t i = 0; i < detector->n_validators; i++) {
        pare_buf_printf(out, "    %s %s: %s\n", i == 0 ? "checked by " : "           ", detector->validators[i]->name,
                        detector->validators[i]->help);
    }
    if (detector->n_contexts > 0) {
        size_t contextual = 0;
        for (size_t i = 0; i < detector->n_patterns; i++) {
            contextual += detector->contextual[i];
        }
        pare_buf_printf(out, "    %s near words that tell what it is\n",
                        contextual == detector->n_patterns ? "only" : "in some forms only");
    }
    if (examples) {
        list_examples("finds      ", detector->matches, detector->n_matches, out);
        list_examples("not        ", detector->rejects, detector->n_rejects, out);
    }
}

static pare_status list_pack(const pare_shipped_pack *shipped, bool examples, pare_buf *out, pare_error *err)
{
    pare_arena arena;
    pare_diagnostics findings;
    pare_arena_init(&arena, PACK_ARENA_BYTES);
    pare_diagnostics_init(&findings);
    pare_reading reading = {&arena, &findings};
    pare_pack *pack = pare_pack_open(pare_span_from(shipped->bytes, shipped->len), shipped->name, &reading);
    pare_status status = PARE_OK;
    if (pack == NULL) {
        status = pare_fail(err, findings.out_of_memory ? PARE_E_NOMEM : PARE_E_INTERNAL, "the pack %s can't be read",
                           shipped->name);
    } else {
        pare_buf_printf(out, "Pack %s, version %u: %s\n", pack->name, pack->version,
                        pack->description == NULL ? "" : pack->description);
        for (size_t i = 0; i < pack->n_detectors; i++) {
            list_detector(&pack->detectors[i], examples, out);
        }
    }
    pare_pack_release(pack);
    pare_diagnostics_clear(&findings);
    pare_arena_clear(&arena);
    return status;
}

pare_status pare_rules_list(bool examples, pare_write write, void *context, pare_error *err)
{
    pare_buf out;
    pare_status status = PARE_OK;
    pare_buf_init(&out, MAX_REFERENCE_BYTES);
    for (size_t i = 0; pare_shipped_packs[i].name != NULL && status == PARE_OK; i++) {
        pare_buf_append_text(&out, i == 0 ? "" : "\n");
        status = list_pack(&pare_shipped_packs[i], examples, &out, err);
    }
    if (status == PARE_OK && out.status != PARE_OK) {
        status = pare_fail(err, out.status, "out of memory while listing the detectors");
    }
    if (status == PARE_OK && out.len > 0) {
        write(context, (const char *)out.ptr, out.len);
    }
    pare_buf_clear(&out);
    return status;
}
