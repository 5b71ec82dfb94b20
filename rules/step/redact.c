/*
 * redact: replace what is found in free text, and leave the rest as it stands.
 *
 * Each hit of the search (search.h) is replaced by a label (written out when the policy is loaded), or by what `mask`
 * or `pseudonymize` makes of it: steps within this step. Where the search is unsure, the whole value is withheld.
 */
#include "rules/step/redact.h"

#include "rules/base/span.h"
#include "rules/step/build.h"
#include "rules/step/search.h"

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
    const pare_redact_params *params = step->params;
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

/** Where the record's field does not tell, the policy's region holds; without one, numbers are judged by their form. */
static pare_region region_of(const pare_step *step, pare_scratch *scratch, const pare_record *record)
{
    const pare_redact_params *params = step->params;
    pare_span text;
    pare_region region = 0;
    if (params->region_field.len > 0 &&
        pare_step_look(step, scratch, record, (uint32_t)params->echo.n, &text) == PARE_HIT) {
        region = pare_region_find(text);
    }
    return region != 0 ? region : params->home;
}

static pare_outcome apply_redact(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                 pare_span value, pare_buf *out)
{
    const pare_redact_params *params = step->params;
    pare_search s;
    pare_echoes echoes;
    if (value.len == 0) {
        return PARE_SAME;
    }
    const pare_scope scope = {scratch->column_says, region_of(step, scratch, record)};
    pare_search_begin(&s, step->detectors, scope, scratch);
    if (params->echo.n > 0) {
        pare_buf_reset(&scratch->shadow.edits);
        if (!pare_echo_read(step, params->echo.n, scratch, record, params->echo_min, &echoes)) {
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

static void explain_region(const pare_redact_params *params, pare_buf *out)
{
    pare_buf_append_text(out, " (numbers without a country code are read as those of ");
    if (params->region_field.len > 0) {
        pare_buf_append_text(out, "the country in `");
        pare_buf_append_span(out, params->region_field);
        pare_buf_append_text(out, params->home != 0 ? "`, or of " : "`");
    }
    pare_buf_append_text(out, pare_region_code(params->home));
    pare_buf_append_text(out, ")");
}

static void explain_redact(const pare_step *step, pare_buf *out)
{
    const pare_redact_params *params = step->params;
    pare_buf_append_text(out, params->mask == NULL ? "replaces " : "in ");
    if (params->n_detectors > 0) {
        pare_buf_append_text(out, "what looks like ");
        list_names(out, step->hit_names, params->n_detectors, " or ", "");
    }
    if (params->home != 0 || params->region_field.len > 0) {
        explain_region(params, out);
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
    .params = &pare_redact_schema,
    .build = pare_redact_build,
    .apply = apply_redact,
    .explain = explain_redact,
};
