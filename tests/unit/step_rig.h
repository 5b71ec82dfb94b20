/*
 * A rig for tests of steps: builds steps from YAML text and applies them as a worker would, but suspiciously.
 *
 * Used by unit tests only; everything is static, because each unit test is a program of one file.
 */
#ifndef PARE_TESTS_STEP_RIG_H
#define PARE_TESTS_STEP_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/detect/pack.h"
#include "rules/step/step.h"

enum { RIG_MAX_STEPS = 8, RIG_MAX_REGEXES = 32, RIG_MAX_DETECTORS = 64, RIG_MAX_TABLE = 64 };

typedef struct rig {
    pare_arena arena;
    pare_diagnostics findings;
    pare_step steps[RIG_MAX_STEPS];
    size_t n_steps;
    bool built; /* no step was refused */
    const char *field;
    size_t spare_bytes; /* what the arena has left for the steps; SIZE_MAX: enough */
    pare_texts dates;
    pare_span dates_items[4];
    pare_place dates_places[4];
    pare_span table[RIG_MAX_TABLE][3]; /* what `map_file` reads: rows of up to 3 fields */
    const char *by; /* raw, the one other field of the record: whatever a step reads, it reads this */
    uint32_t by_end;
    size_t table_widths[RIG_MAX_TABLE], n_table;
    pare_pack *pack;
    pare_regex *regexes[RIG_MAX_REGEXES];
    size_t n_regexes;
    const char *detector_names[RIG_MAX_DETECTORS + 1];
    pare_scratch scratch;
    pare_hmac_key keys[RIG_MAX_STEPS];
    uint64_t hit_counts[RIG_MAX_DETECTORS];
    pare_buf in, out;
} rig;

/* The key under which the cases' tokens are made: the bytes 0 to 31 (docs/STEPS.md says how to recompute them). */
static void rig_prepare_keys(rig *r)
{
    unsigned char key[32];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (unsigned char)i;
    }
    for (size_t i = 0; i < RIG_MAX_STEPS; i++) {
        pare_hmac_prepare(pare_span_from(key, sizeof key), &r->keys[i]);
    }
    r->scratch.keys = r->keys;
}

static const uint32_t rig_columns[1] = {0}, rig_slots[PARE_MAX_COLUMNS]; /* every slot is 0, and so is its column */
static const pare_span rig_null_texts[] = {{(const unsigned char *)"", 0}, {(const unsigned char *)"NULL", 4}};
static const pare_texts rig_nulls = {2, rig_null_texts, NULL};

static rig *rig_new(void)
{
    rig *r = calloc(1, sizeof *r);
    assert_non_null(r);
    pare_arena_init(&r->arena, (size_t)64 << 20);
    pare_diagnostics_init(&r->findings);
    pare_buf_init(&r->in, (size_t)16 << 20);
    pare_buf_init(&r->out, (size_t)16 << 20);
    pare_buf_init(&r->scratch.temporary[0], (size_t)16 << 20);
    pare_buf_init(&r->scratch.temporary[1], (size_t)16 << 20);
    pare_buf_init(&r->scratch.read_text, (size_t)16 << 20);
    pare_shadow_space_init(&r->scratch.shadow, (size_t)16 << 20);
    r->scratch.read_columns = rig_columns;
    r->scratch.nulls = &rig_nulls;
    pare_error err;
    assert_int_equal(pare_regex_scratch_new(&r->scratch.regex, &err), PARE_OK);
    r->scratch.hits = calloc(PARE_MAX_HITS, sizeof *r->scratch.hits);
    assert_non_null(r->scratch.hits);
    r->scratch.hit_counts = r->hit_counts;
    r->scratch.as_of = (pare_date){2026, 11, 23};
    r->field = "field";
    r->spare_bytes = SIZE_MAX;
    rig_prepare_keys(r);
    return r;
}

static void rig_free(rig *r)
{
    for (size_t i = 0; i < r->n_regexes; i++) {
        pare_regex_free(r->regexes[i]);
    }
    pare_pack_release(r->pack);
    free(r->scratch.hits);
    pare_regex_scratch_free(r->scratch.regex);
    pare_buf_clear(&r->scratch.temporary[0]);
    pare_buf_clear(&r->scratch.temporary[1]);
    pare_buf_clear(&r->scratch.read_text);
    pare_shadow_space_clear(&r->scratch.shadow);
    pare_buf_clear(&r->in);
    pare_buf_clear(&r->out);
    pare_diagnostics_clear(&r->findings);
    pare_arena_clear(&r->arena);
    free(r);
}

static void rig_load_pack(rig *r)
{
    const pare_shipped_pack *core = pare_shipped_packs;
    while (core->name != NULL && strcmp(core->name, "core") != 0) {
        core++;
    }
    if (r->pack != NULL || core->name == NULL) {
        return;
    }
    pare_diagnostics_document(&r->findings, core->name, pare_span_from(core->bytes, core->len));
    pare_reading reading = {&r->arena, &r->findings};
    r->pack = pare_pack_read(pare_span_from(core->bytes, core->len), core->name, &reading);
    assert_non_null(r->pack);
    for (size_t i = 0; i < r->pack->n_detectors && i < RIG_MAX_DETECTORS; i++) {
        r->detector_names[i] = r->pack->detectors[i].name;
    }
}

static size_t rig_find_detectors(void *context, pare_span name, const pare_detector **out, size_t max)
{
    rig *r = context;
    size_t n = 0;
    for (size_t i = 0; r->pack != NULL && i < r->pack->n_detectors && n < max; i++) {
        if (pare_span_is(name, r->pack->name) || pare_span_is(name, r->pack->detectors[i].name)) {
            out[n++] = &r->pack->detectors[i];
        }
    }
    return n;
}

static const pare_regex *rig_compile(void *context, pare_span pattern, bool caseless, pare_place place)
{
    rig *r = context;
    pare_regex *regex = NULL;
    pare_error err;
    if (r->n_regexes == RIG_MAX_REGEXES || pare_regex_new(pattern, caseless, &regex, NULL, &err) != PARE_OK) {
        pare_diagnose(&r->findings, PR001, place,
                      "the expression can't be used"); /* the policy has a code of its own */
        return NULL;
    }
    return r->regexes[r->n_regexes++] = regex;
}

static bool rig_read_table(void *context, pare_span file, pare_place place,
                           bool (*row)(void *row_context, const pare_span *fields, size_t n_fields), void *row_context)
{
    rig *r = context;
    (void)file;
    (void)place;
    for (size_t i = 0; i < r->n_table; i++) {
        if (!row(row_context, r->table[i], r->table_widths[i])) {
            return false;
        }
    }
    return true;
}

static void rig_add_step(rig *r, pare_span name, const pare_node *params, pare_place place, pare_build *build)
{
    const pare_step_type *type = pare_step_find(name);
    assert_non_null(type);
    assert_true(r->n_steps < RIG_MAX_STEPS);
    pare_step *step = &r->steps[r->n_steps];
    *step = (pare_step){.type = type, .place = place, .traits = type->traits, .key_slot = (uint32_t)r->n_steps};
    bool built = type->build(step, params, build);
    if (built != (r->findings.n_errors == 0 && !r->findings.out_of_memory)) {
        fail_msg("`%s`: build says %d with %zu errors found", type->name, built, r->findings.n_errors);
    }
    r->built = r->built && built;
    step->reads.slots = rig_slots;
    r->n_steps++;
}

/* Build the steps of `do: ...`. `yaml` must outlive the rig. */
static void rig_build(rig *r, const char *yaml)
{
    r->n_steps = 0;
    r->built = true;
    rig_load_pack(r);
    pare_diagnostics_document(&r->findings, "case.yaml", pare_span_of(yaml));
    const pare_node *root = pare_yaml_read(pare_span_of(yaml), &r->arena, &r->findings);
    const pare_node *list = root == NULL ? NULL : pare_node_get(root, "do");
    if (list == NULL) {
        fail_msg("no `do:` in: %s", yaml);
        return;
    }
    if (r->spare_bytes != SIZE_MAX) {
        r->arena.ceiling = r->arena.total + r->spare_bytes;
    }
    pare_build build = {
        .reading = {&r->arena, &r->findings},
        .field = pare_span_of(r->field),
        .date_patterns = &r->dates,
        .find_detectors = rig_find_detectors,
        .detector_names = r->detector_names,
        .compile = rig_compile,
        .read_table = rig_read_table,
        .read_rows = rig_read_table,
        .context = r,
    };
    bool chain = list->kind == PARE_NODE_LIST;
    size_t n = chain ? list->n : 1;
    for (size_t i = 0; i < n; i++) {
        const pare_node *node = chain ? list->items[i] : list;
        if (node->kind == PARE_NODE_SCALAR) {
            rig_add_step(r, node->text, NULL, node->place, &build);
        } else {
            assert_int_equal(node->kind, PARE_NODE_MAP);
            assert_int_equal(node->n, 1);
            rig_add_step(r, node->pairs[0].key->text, node->pairs[0].value, node->pairs[0].key->place, &build);
        }
    }
}

static const char rig_guard[] = "before";

/* The record that the value stands in: the field that steps read by name, or nothing. */
static pare_record rig_record(rig *r)
{
    pare_record record = {0};
    if (r->by != NULL) {
        r->by_end = (uint32_t)strlen(r->by);
        record = (pare_record){(const unsigned char *)r->by, &r->by_end, 0, 1};
    }
    return record;
}

/* One step on one value: the answer, with what was appended in r->out behind the guard. */
static pare_outcome rig_apply_step(rig *r, const pare_step *step, pare_span value)
{
    if (step->type->apply == NULL) {
        return PARE_SAME;
    }
    size_t mark = sizeof rig_guard - 1;
    pare_record record = rig_record(r);
    pare_buf_reset(&r->out);
    pare_buf_append(&r->out, rig_guard, mark);
    pare_outcome outcome = step->type->apply(step, &r->scratch, &record, value, &r->out);
    assert_int_equal(r->out.status, PARE_OK);
    assert_true(r->out.len >= mark);
    assert_memory_equal(r->out.ptr, rig_guard, mark);
    if (outcome == PARE_SAME && r->out.len != mark) {
        fail_msg("`%s` says SAME and appended %zu bytes", step->type->name, r->out.len - mark);
    }
    return outcome;
}

/* As above with too little room: whatever the step answers, an answer that would leave must show the buffer's failure.
 */
static void rig_apply_cramped(rig *r, const pare_step *step, pare_span value, size_t needed)
{
    pare_record record = rig_record(r);
    for (size_t room = 0; room < needed; room += 1 + needed / 4) {
        pare_buf cramped;
        pare_buf_init(&cramped, room);
        pare_outcome outcome = step->type->apply(step, &r->scratch, &record, value, &cramped);
        if (outcome == PARE_RELEASE && cramped.status == PARE_OK) {
            fail_msg("`%s` released %zu of %zu bytes and no error", step->type->name, cramped.len, needed);
        }
        assert_true(cramped.len <= room);
        pare_buf_clear(&cramped);
    }
}

/* The chain on one value. *result is valid until the next call; it is the value itself on SAME. */
static pare_outcome rig_apply(rig *r, pare_span value, pare_span *result)
{
    size_t mark = sizeof rig_guard - 1;
    bool changed = false;
    pare_buf_reset(&r->in);
    pare_buf_append_span(&r->in, value);
    pare_span current = {r->in.ptr == NULL ? (const unsigned char *)"" : r->in.ptr, value.len};
    for (size_t i = 0; i < r->n_steps; i++) {
        const pare_step *step = &r->steps[i];
        pare_outcome outcome = rig_apply_step(r, step, current);
        if (outcome == PARE_RELEASE) {
            rig_apply_cramped(r, step, current, r->out.len - mark);
            assert_int_equal(rig_apply_step(r, step, current), PARE_RELEASE); /* what stands in out is whole again */
            assert_true(pare_utf8_valid(pare_buf_since(&r->out, mark)));
            pare_buf next;
            pare_buf_init(&next, (size_t)16 << 20);
            pare_buf_append_span(&next, pare_buf_since(&r->out, mark));
            pare_buf_clear(&r->in);
            r->in = next;
            current = (pare_span){next.ptr == NULL ? (const unsigned char *)"" : next.ptr, next.len};
            changed = true;
        } else if (outcome != PARE_SAME) {
            return outcome;
        }
    }
    *result = current;
    return changed ? PARE_RELEASE : PARE_SAME;
}

#endif
