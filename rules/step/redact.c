/*
 * redact: replace what detectors find in free text, and leave the rest as it stands.
 *
 * The detectors' answer has three values, and only two of them release: where they are unsure (a limit was met, too
 * many hits) the whole value is withheld. Replacements are written out when the policy is loaded.
 */
#include "rules/step/build.h"

#include "rules/base/span.h"

enum { MAX_DETECTORS = 256 };

typedef struct redact_params {
    pare_texts find;
    pare_span with;
    const pare_span *replacements; /* by the detector's index in the set */
} redact_params;

static const pare_key_spec redact_keys[] = {
    {.key = "find",
     .kind = PARE_KIND_TEXTS,
     .required = true,
     .offset = offsetof(redact_params, find),
     .help = "Detectors and packs to look for."},
    {.key = "with",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(redact_params, with),
     .help = "What stands in a hit's place; `{type}` is the detector's name; default `[{type}]`."},
    {.key = "echo", .later = "the record's own values are not looked for yet"},
    {.key = "mask", .later = "`with` is what this version has for a hit"},
    {.key = "pseudonymize", .later = "`with` is what this version has for a hit"},
};
static const pare_schema redact_schema = {.what = "the step `redact`",
                                          .keys = redact_keys,
                                          .n_keys = sizeof redact_keys / sizeof redact_keys[0],
                                          .shorthand = "find"};

/* --- building -------------------------------------------------------------------------------------------------------
 */

static bool check_template(pare_step *step, const pare_node *params, pare_span with, pare_build *build)
{
    for (size_t at = 0; at < with.len; at++) {
        if (with.ptr[at] != '{') {
            continue;
        }
        pare_span rest = pare_span_after(with, at);
        const unsigned char *end = memchr(rest.ptr, '}', rest.len);
        if (end != NULL && !pare_span_is(pare_span_first(rest, (size_t)(end - rest.ptr) + 1), "{type}")) {
            return pare_refuse(build, PR071, pare_param_place(step, params, "with"),
                               "the only placeholder is `{type}`, the detector's name",
                               "`with` of `redact` holds an unknown placeholder");
        }
    }
    return true;
}

/* `with` with the detector's name in place of each `{type}`. */
static pare_span write_replacement(pare_build *build, pare_span with, pare_span name)
{
    static const char placeholder[] = "{type}";
    const size_t len = sizeof placeholder - 1;
    if (name.len > SIZE_MAX / (with.len + 1)) {
        return pare_span_from(NULL, 0);
    }
    unsigned char *text = pare_build_alloc(build, with.len * (name.len + 1) + 1, 1);
    if (text == NULL) {
        return pare_span_from(NULL, 0);
    }
    size_t end = 0;
    for (size_t at = 0; at < with.len;) {
        if (with.len - at >= len && memcmp(with.ptr + at, placeholder, len) == 0) {
            memcpy(text + end, name.ptr, name.len);
            end += name.len;
            at += len;
        } else {
            text[end++] = with.ptr[at++];
        }
    }
    return pare_span_from(text, end);
}

/* All detectors that `find` names, each once. Returns how many; 0 with findings. */
static size_t gather(const redact_params *made, pare_build *build, const pare_detector *all[MAX_DETECTORS])
{
    size_t n = 0;
    bool good = true;
    for (size_t i = 0; i < made->find.n; i++) {
        const pare_detector *named[MAX_DETECTORS];
        size_t n_named = build->find_detectors(build->context, made->find.items[i], named, MAX_DETECTORS);
        if (n_named == 0) {
            const char *nearest = pare_nearest_name(made->find.items[i], build->detector_names);
            good = pare_refuse(build, PR066, made->find.places[i],
                               nearest == NULL
                                   ? "`pare rules` lists the detectors and packs"
                                   : pare_diagnostic_text(build->reading.findings, "did you mean `%s`?", nearest),
                               "there is no detector or pack `%.*s`", PARE_SPAN_ARGS(made->find.items[i]));
        }
        for (size_t k = 0; k < n_named; k++) {
            size_t known = 0;
            while (known < n && all[known] != named[k]) {
                known++;
            }
            if (known == n && n < MAX_DETECTORS) {
                all[n++] = named[k];
            }
        }
        if (n == MAX_DETECTORS) {
            good = pare_refuse(build, PR066, made->find.places[i], "split the step in two",
                               "one `redact` looks for fewer than %d detectors", MAX_DETECTORS);
            break;
        }
    }
    return good ? n : 0;
}

static bool build_redact(pare_step *step, const pare_node *params, pare_build *build)
{
    redact_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->with = pare_span_of("[{type}]");
    if (!pare_schema_read(&redact_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    if (made->find.n == 0) {
        return pare_refuse(build, PR062, pare_param_place(step, params, "find"), "write `find: [email, phone]`",
                           "`redact` names no detector");
    }
    const pare_detector *all[MAX_DETECTORS];
    bool good = check_template(step, params, made->with, build);
    size_t n = gather(made, build, all);
    if (!good || n == 0) {
        return false;
    }
    pare_span *replacements = pare_build_alloc(build, n, sizeof *replacements);
    step->detectors = pare_detector_set_build(build->reading.arena, all, n);
    if (replacements == NULL || step->detectors == NULL) {
        build->reading.findings->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = pare_detector_name(pare_detector_set_get(step->detectors, i));
        replacements[i] = write_replacement(build, made->with, pare_span_of(name));
        if (replacements[i].ptr == NULL) {
            build->reading.findings->out_of_memory = true;
            return false;
        }
    }
    made->replacements = replacements;
    step->params = made;
    return true;
}

/* --- applying -------------------------------------------------------------------------------------------------------
 */

static pare_outcome apply_redact(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                 pare_span value, pare_buf *out)
{
    (void)record;
    const redact_params *params = step->params;
    size_t n_hits = 0;
    switch (pare_detect(step->detectors, scratch->regex, value, scratch->hits, PARE_MAX_HITS, &n_hits)) {
    case PARE_UNSURE:
        return PARE_WITHHOLD;
    case PARE_MISS:
        return PARE_SAME;
    case PARE_HIT:
        break;
    }
    size_t done = 0;
    for (size_t i = 0; i < n_hits; i++) {
        pare_hit hit = scratch->hits[i];
        if (hit.from < done || hit.to < hit.from || hit.to > value.len) { /* out of order: never trust it */
            return PARE_WITHHOLD;
        }
        pare_buf_append(out, value.ptr + done, hit.from - done);
        pare_buf_append_span(out, params->replacements[hit.detector]);
        done = hit.to;
    }
    pare_buf_append(out, value.ptr + done, value.len - done);
    if (scratch->hit_counts != NULL) {
        for (size_t i = 0; i < n_hits; i++) {
            scratch->hit_counts[scratch->hits[i].detector]++;
        }
    }
    return PARE_RELEASE;
}

static void explain_redact(const pare_step *step, pare_buf *out)
{
    const redact_params *params = step->params;
    pare_buf_append_text(out, "replaces what looks like ");
    size_t n = pare_detector_set_size(step->detectors);
    for (size_t i = 0; i < n; i++) {
        pare_buf_append_text(out, i == 0 ? "" : i + 1 == n ? " or " : ", ");
        pare_buf_append_text(out, pare_detector_name(pare_detector_set_get(step->detectors, i)));
    }
    pare_buf_append_text(out, " by `");
    pare_buf_append_span(out, params->with);
    pare_buf_append_text(out, "` inside the text");
}

const pare_step_type pare_step_redact = {
    .name = "redact",
    .family = "suppression",
    .summary = "What detectors find inside free text is replaced; where they are unsure, the value goes.",
    .params = &redact_schema,
    .build = build_redact,
    .apply = apply_redact,
    .explain = explain_redact,
};
