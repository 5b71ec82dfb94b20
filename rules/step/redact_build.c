/*
 * redact, as the policy says it: detectors and fields by name, the labels that stand in for hits, and the steps within
 * this step that mask hits or make tokens of them.
 */
#include "rules/step/redact.h"

#include "rules/base/span.h"
#include "rules/step/build.h"
#include "rules/step/echo.h"
#include "rules/step/pseudonymize.h"

static const pare_key_spec redact_keys[] = {
    {.key = "find",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(pare_redact_params, find),
     .help = "Detectors and packs to look for."},
    {.key = "echo",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(pare_redact_params, echo),
     .help = "Fields of the input: the record's own values of them are looked for as well."},
    {.key = "echo_min",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(pare_redact_params, echo_min),
     .min = 2,
     .max = 64,
     .help = "Letters and digits that a value of `echo` has at least; default 3, and 4 where all are digits."},
    {.key = "region",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(pare_redact_params, region),
     .help = "Country whose telephone numbers are written without a country code: a code of ISO 3166-1, such as `GB`."},
    {.key = "region_field",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(pare_redact_params, region_field),
     .help =
         "Field of the input that says the country of a record, as code or name; where it does not, `region` holds."},
    {.key = "with",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(pare_redact_params, with),
     .help = "What stands in a hit's place; `{type}` is the detector's or the field's name; default `[{type}]`."},
    {.key = "mask",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(pare_redact_params, mask),
     .help = "Instead of `with`: each hit is masked; parameters as of the step `mask`."},
    {.key = "pseudonymize",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(pare_redact_params, pseudonymize),
     .help =
         "Instead of `with`: a token of each hit; parameters as of the step `pseudonymize`, method hmac; the default "
         "domain is the detector's or the field's name."},
};
const pare_schema pare_redact_schema = {.what = "the step `redact`",
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
                               "the only placeholder is `{type}`, the name of the detector or field",
                               "`with` of `redact` holds an unknown placeholder");
        }
    }
    return true;
}

/* `with` with the name in place of each `{type}`. */
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

/* What excludes, or is missing for, something else. */
static bool check_parameters(pare_step *step, const pare_node *node, const pare_redact_params *made, pare_build *build)
{
    static const char *const ways[] = {"with", "mask", "pseudonymize"};
    const char *first = NULL;
    bool good = true;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        bool given = pare_param_given(node, ways[i], NULL);
        if (given && first != NULL) {
            good = pare_refuse(build, PR061, pare_param_place(step, node, ways[i]),
                               "a hit becomes a label, is masked, or becomes a token",
                               "`%s` and `%s` exclude each other", first, ways[i]);
        }
        first = given && first == NULL ? ways[i] : first;
    }
    if (made->find.n == 0 && made->echo.n == 0) {
        good = pare_refuse(build, PR062, pare_param_place(step, node, "find"), "write `find: [email, phone]`",
                           "`redact` names no detector and no field");
    }
    if (pare_param_given(node, "echo_min", NULL) && made->echo.n == 0) {
        good = pare_refuse(build, PR061, pare_param_place(step, node, "echo_min"),
                           "remove it, or name fields in `echo`", "`echo_min` means nothing without `echo`");
    }
    for (size_t i = 0; i < made->echo.n; i++) {
        if (made->echo.items[i].len == 0 || i == PARE_MAX_ECHOES) {
            good = pare_refuse(build, PR062, made->echo.places[i], "write `echo: [first_name, last_name]`",
                               "`echo` names from 1 to %d fields", PARE_MAX_ECHOES);
            break;
        }
    }
    return good;
}

/* The step that makes something of each hit. */
static bool build_inner(pare_step *inner, const char *name, const pare_node *node, pare_span field, pare_build *build)
{
    const pare_step_type *type = pare_step_find(pare_span_of(name));
    pare_build within = *build;
    within.field = field;
    *inner = (pare_step){.type = type, .place = node->place, .traits = type->traits};
    return type->build(inner, node, &within);
}

static bool build_mask_of_hits(pare_step *step, const pare_redact_params *made, pare_build *build)
{
    step->inner = pare_build_alloc(build, 1, sizeof *step->inner);
    step->n_inner = step->inner == NULL ? 0 : 1;
    return step->inner != NULL && build_inner(step->inner, "mask", made->mask, build->field, build);
}

/* One step for each label, because each has a domain of its own, and so a key; all else they share. */
static bool build_tokens_of_hits(pare_step *step, const pare_redact_params *made, size_t n, pare_build *build)
{
    pare_step *inner = pare_build_alloc(build, n, sizeof *inner);
    if (inner == NULL ||
        !build_inner(&inner[0], "pseudonymize", made->pseudonymize, pare_span_of(step->hit_names[0]), build)) {
        return false;
    }
    const pare_token_params *params = inner[0].params;
    if (params->method != &pare_token_hmac) {
        return pare_refuse(build, PR064, pare_param_place(step, made->pseudonymize, "method"),
                           "use `method: hmac`, the default: nobody could tell which words of a text to reverse",
                           "the tokens of `redact` are one-way, and `%s` is not", params->method->name);
    }
    bool one_domain = pare_param_given(made->pseudonymize, "domain", NULL);
    for (size_t i = 1; i < n; i++) {
        inner[i] = inner[0];
        inner[i].key_use.domain = one_domain ? params->domain : pare_span_of(step->hit_names[i]);
    }
    step->inner = inner;
    step->n_inner = n;
    return true;
}

/* The names that hits are labelled and counted by: those of the detectors, then those of the fields. */
static bool name_hits(pare_step *step, pare_redact_params *made, pare_build *build)
{
    size_t n = made->n_detectors + made->echo.n;
    const char **names = pare_build_alloc(build, n, sizeof *names);
    pare_span *replacements = pare_build_alloc(build, n, sizeof *replacements);
    if (names == NULL || replacements == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        size_t field = i - made->n_detectors; /* from there on */
        names[i] = i < made->n_detectors
                       ? pare_detector_name(pare_detector_set_get(step->detectors, i))
                       : (const char *)pare_arena_copy(build->reading.arena, made->echo.items[field]).ptr;
        replacements[i] =
            names[i] == NULL ? pare_span_from(NULL, 0) : write_replacement(build, made->with, pare_span_of(names[i]));
        if (replacements[i].ptr == NULL) {
            build->reading.findings->out_of_memory = true;
            return false;
        }
    }
    made->replacements = replacements;
    step->hit_names = names;
    step->n_hit_names = n;
    return true;
}

static bool knows_regions(const pare_detector_set *set)
{
    for (size_t i = 0; set != NULL && i < pare_detector_set_size(set); i++) {
        if (pare_detector_knows_regions(pare_detector_set_get(set, i))) {
            return true;
        }
    }
    return false;
}

/** `region` and `region_field`, once it is known what is looked for. */
static bool read_region(pare_step *step, const pare_node *node, pare_redact_params *made, pare_build *build)
{
    const char *given = made->region.len > 0 ? "region" : "region_field";
    if (made->region.len == 0 && made->region_field.len == 0) {
        return true;
    }
    if (!knows_regions(step->detectors)) {
        return pare_refuse(build, PR061, pare_param_place(step, node, given), "remove it, or look for `phone`",
                           "`%s` means nothing to the detectors of `find`", given);
    }
    made->home = pare_region_find(made->region);
    if (made->region.len > 0 && (made->region.len != 2 || made->home == 0)) {
        return pare_refuse(
            build, PR062, pare_param_place(step, node, "region"),
            made->home == 0 ? "write two letters, such as `GB`"
                            : pare_diagnostic_text(build->reading.findings, "write `%s`", pare_region_code(made->home)),
            "`region` is a code of ISO 3166-1");
    }
    return true;
}

/** The fields that the step reads: those of `echo`, then that of the region. */
static bool list_reads(pare_step *step, const pare_node *node, const pare_redact_params *made, pare_build *build)
{
    size_t n = made->echo.n + (made->region_field.len > 0);
    pare_span *names = pare_build_alloc(build, n + 1, sizeof *names);
    pare_place *places = pare_build_alloc(build, n + 1, sizeof *places);
    if (names == NULL || places == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool echo = i < made->echo.n;
        names[i] = echo ? made->echo.items[i] : made->region_field;
        places[i] = echo ? made->echo.places[i] : pare_param_place(step, node, "region_field");
    }
    step->reads.names = (pare_texts){.n = n, .items = names, .places = places};
    step->reads.who = "step `redact`";
    return true;
}

bool pare_redact_build(pare_step *step, const pare_node *params, pare_build *build)
{
    pare_redact_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->with = pare_span_of("[{type}]");
    made->echo_min = PARE_ECHO_MIN;
    if (!pare_schema_read(&pare_redact_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    const pare_detector *all[PARE_MAX_DETECTORS];
    bool good = check_parameters(step, params, made, build);
    good = check_template(step, params, made->with, build) && good;
    made->n_detectors = pare_build_detectors(build, &made->find, "`redact`", all);
    if (!good || (made->n_detectors == 0 && made->find.n > 0)) {
        return false;
    }
    if (made->n_detectors > 0) {
        step->detectors = pare_detector_set_build(build->reading.arena, all, made->n_detectors);
        if (step->detectors == NULL) {
            build->reading.findings->out_of_memory = true;
            return false;
        }
    }
    if (!read_region(step, params, made, build) || !name_hits(step, made, build) ||
        !list_reads(step, params, made, build)) {
        return false;
    }
    step->params = made;
    if (made->mask != NULL) {
        return build_mask_of_hits(step, made, build);
    }
    return made->pseudonymize == NULL || build_tokens_of_hits(step, made, step->n_hit_names, build);
}
