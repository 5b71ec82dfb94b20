/*
 * redact: replace what is found in free text, and leave the rest as it stands.
 *
 * Each hit of the search (search.h) is replaced by a label (written out when the policy is loaded), or by what `mask`
 * or `pseudonymize` makes of it: steps within this step. Where the search is unsure, the whole value is withheld.
 */
#include "rules/step/pseudonymize.h"
#include "rules/step/search.h"

#include "rules/base/span.h"

typedef struct redact_params {
    pare_texts find, echo;
    uint32_t echo_min;
    pare_span with;
    const pare_node *mask, *pseudonymize;
    const pare_span *replacements; /* by label: detectors by their index in the set, then fields of `echo` */
    size_t n_detectors;
} redact_params;

static const pare_key_spec redact_keys[] = {
    {.key = "find",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(redact_params, find),
     .help = "Detectors and packs to look for."},
    {.key = "echo",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(redact_params, echo),
     .help = "Fields of the input: the record's own values of them are looked for as well."},
    {.key = "echo_min",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(redact_params, echo_min),
     .min = 2,
     .max = 64,
     .help = "Letters and digits that a value of `echo` has at least; default 3, and 4 where all are digits."},
    {.key = "with",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(redact_params, with),
     .help = "What stands in a hit's place; `{type}` is the detector's or the field's name; default `[{type}]`."},
    {.key = "mask",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(redact_params, mask),
     .help = "Instead of `with`: each hit is masked; parameters as of the step `mask`."},
    {.key = "pseudonymize",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(redact_params, pseudonymize),
     .help =
         "Instead of `with`: a token of each hit; parameters as of the step `pseudonymize`, method hmac; the default "
         "domain is the detector's or the field's name."},
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
static bool check_parameters(pare_step *step, const pare_node *node, const redact_params *made, pare_build *build)
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

static bool build_mask_of_hits(pare_step *step, const redact_params *made, pare_build *build)
{
    step->inner = pare_build_alloc(build, 1, sizeof *step->inner);
    step->n_inner = step->inner == NULL ? 0 : 1;
    return step->inner != NULL && build_inner(step->inner, "mask", made->mask, build->field, build);
}

/* One step for each label, because each has a domain of its own, and so a key; all else they share. */
static bool build_tokens_of_hits(pare_step *step, const redact_params *made, size_t n, pare_build *build)
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
static bool name_hits(pare_step *step, redact_params *made, pare_build *build)
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

static bool build_redact(pare_step *step, const pare_node *params, pare_build *build)
{
    redact_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->with = pare_span_of("[{type}]");
    made->echo_min = PARE_ECHO_MIN;
    if (!pare_schema_read(&redact_schema, params, step->place, made, &build->reading)) {
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
    if (!name_hits(step, made, build)) {
        return false;
    }
    step->params = made;
    step->reads.names = made->echo;
    step->reads.who = "step `redact`";
    if (made->mask != NULL) {
        return build_mask_of_hits(step, made, build);
    }
    return made->pseudonymize == NULL || build_tokens_of_hits(step, made, step->n_hit_names, build);
}

/* --- replacing ------------------------------------------------------------------------------------------------------
 */

/** Tell whoever looks at the text later what of it is not the record's: behind a byte that no text holds. */
static void tell_written(pare_scratch *scratch, pare_span text)
{
    if (scratch->written != NULL) {
        pare_buf_append_span(scratch->written, text);
        pare_buf_append_byte(scratch->written, PARE_TEXT_END);
    }
}

static bool replace_hit(const pare_search *s, const pare_step *step, const pare_record *record, pare_span value,
                        pare_hit hit, pare_buf *out)
{
    const redact_params *params = step->params;
    size_t mark = out->len;
    if (step->n_inner == 0) {
        pare_buf_append_span(out, params->replacements[hit.detector]);
        tell_written(s->scratch, params->replacements[hit.detector]);
        return true;
    }
    const pare_step *inner = &step->inner[step->n_inner == 1 ? 0 : hit.detector];
    pare_span text = pare_search_reading(s, value, hit);
    if (text.len == 0 || inner->type->apply(inner, s->scratch, record, text, out) != PARE_RELEASE) {
        return false;
    }
    if (params->pseudonymize != NULL) {
        tell_written(s->scratch, pare_buf_since(out, mark));
    }
    return true;
}

static pare_outcome apply_redact(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                 pare_span value, pare_buf *out)
{
    const redact_params *params = step->params;
    pare_search s;
    pare_echoes echoes;
    if (value.len == 0) {
        return PARE_SAME;
    }
    pare_search_begin(&s, step->detectors, scratch->column_says, scratch);
    if (params->echo.n > 0) {
        pare_buf_reset(&scratch->shadow.edits);
        if (!pare_echo_read(step, scratch, record, params->echo_min, &echoes)) {
            return PARE_WITHHOLD;
        }
        s.echoes = &echoes;
        s.first_echo = (uint32_t)params->n_detectors;
    }
    switch (pare_search_value(&s, value)) {
    case PARE_UNSURE:
        return PARE_WITHHOLD;
    case PARE_MISS:
        return PARE_SAME;
    case PARE_HIT:
        break;
    }
    size_t done = 0;
    for (size_t i = 0; i < s.n; i++) {
        pare_hit hit = scratch->hits[i];
        if (hit.from < done || hit.to <= hit.from || hit.to > value.len) { /* out of order: never trust it */
            return PARE_WITHHOLD;
        }
        pare_buf_append(out, value.ptr + done, hit.from - done);
        if (!replace_hit(&s, step, record, value, hit, out)) {
            return PARE_WITHHOLD;
        }
        done = hit.to;
    }
    pare_buf_append(out, value.ptr + done, value.len - done);
    if (scratch->hit_counts != NULL) {
        for (size_t i = 0; i < s.n; i++) {
            scratch->hit_counts[scratch->hits[i].detector]++;
        }
    }
    return PARE_RELEASE;
}

/* --- explaining -----------------------------------------------------------------------------------------------------
 */

static void list_names(pare_buf *out, const char *const *names, size_t n, const char *last, const char *quote)
{
    for (size_t i = 0; i < n; i++) {
        pare_buf_append_text(out, i == 0 ? "" : i + 1 == n ? last : ", ");
        pare_buf_append_text(out, quote);
        pare_buf_append_text(out, names[i]);
        pare_buf_append_text(out, quote);
    }
}

static void explain_redact(const pare_step *step, pare_buf *out)
{
    const redact_params *params = step->params;
    pare_buf_append_text(out, params->mask == NULL ? "replaces " : "in ");
    if (params->n_detectors > 0) {
        pare_buf_append_text(out, "what looks like ");
        list_names(out, step->hit_names, params->n_detectors, " or ", "");
    }
    if (params->echo.n > 0) {
        pare_buf_append_text(out, params->n_detectors > 0 ? ", and the record's own " : "the record's own ");
        list_names(out, step->hit_names + params->n_detectors, params->echo.n, " and ", "`");
    }
    if (params->mask != NULL) {
        pare_buf_append_text(out, ", ");
        step->inner->type->explain(step->inner, out);
    } else if (params->pseudonymize != NULL) {
        pare_buf_append_text(out, " inside the text by a keyed token, the same for the same text in the domain ");
        if (pare_param_given(params->pseudonymize, "domain", NULL)) {
            pare_buf_append_text(out, "`");
            pare_buf_append_span(out, step->inner->key_use.domain);
            pare_buf_append_text(out, "`");
        } else {
            pare_buf_append_text(out, "of its kind");
        }
    } else {
        pare_buf_append_text(out, " by `");
        pare_buf_append_span(out, params->with);
        pare_buf_append_text(out, "` inside the text");
    }
}

const pare_step_type pare_step_redact = {
    .name = "redact",
    .family = "suppression",
    .summary =
        "What detectors find inside free text, and the record's own values of other fields, is replaced; where they "
        "are unsure, the value goes.",
    .params = &redact_schema,
    .build = build_redact,
    .apply = apply_redact,
    .explain = explain_redact,
};
