/*
 * What a bound column is called, which detectors scan it, and what happens to it in a sentence: for the manifest, the
 * summary and `explain`. Worked out once, when the plan is bound.
 */
#include "rules/base/buf.h"
#include "rules/base/span.h"
#include "rules/plan/bound.h"

#include <string.h>

enum { SENTENCE_BYTES = 16 << 10 };

static const char *kept_text(pare_plan *plan, const pare_buf *buf)
{
    return buf->status == PARE_OK ? (const char *)pare_arena_copy(&plan->arena, pare_buf_span(buf)).ptr : NULL;
}

static void say_rule(const pare_rule *rule, pare_buf *says)
{
    if (rule->n_steps == 0) {
        pare_buf_append_text(says, "keeps the value");
    }
    for (size_t i = 0; i < rule->n_steps; i++) {
        pare_buf_append_text(says, i == 0 ? "" : ", then ");
        if (rule->steps[i].type->explain != NULL) {
            rule->steps[i].type->explain(&rule->steps[i], says);
        } else {
            pare_buf_append_text(says, rule->steps[i].type->name);
        }
    }
    if (rule->when != NULL) {
        pare_buf_append_text(says, ", where its condition holds");
    }
}

/** Index of `name` among the column's detectors, added if it is new. */
static uint32_t detector_index(pare_bound_column *column, const char *name)
{
    for (size_t i = 0; i < column->n_detectors; i++) {
        if (strcmp(column->detectors[i], name) == 0) {
            return (uint32_t)i;
        }
    }
    column->detectors[column->n_detectors] = name;
    return (uint32_t)column->n_detectors++;
}

/** Give every detector of every step a counter. */
static bool number_hits(pare_plan *plan, pare_bound_column *column)
{
    size_t n_hits = 0;
    for (size_t r = 0; r < column->n_rules; r++) {
        for (size_t s = 0; s < column->rules[r].rule->n_steps; s++) {
            n_hits += column->rules[r].rule->steps[s].n_hit_names;
        }
    }
    column->detectors = pare_arena_array(&plan->arena, n_hits + 1, sizeof *column->detectors);
    uint32_t *hit_detector = pare_arena_array(&plan->arena, n_hits + 1, sizeof *hit_detector);
    if (column->detectors == NULL || hit_detector == NULL) {
        return false;
    }
    column->first_hit = plan->n_hits;
    for (size_t r = 0; r < column->n_rules; r++) {
        const pare_rule *rule = column->rules[r].rule;
        uint32_t *hits_at = pare_arena_array(&plan->arena, rule->n_steps + 1, sizeof *hits_at);
        if (hits_at == NULL) {
            return false;
        }
        for (size_t s = 0; s < rule->n_steps; s++) {
            hits_at[s] = plan->n_hits;
            for (size_t d = 0; d < rule->steps[s].n_hit_names; d++) {
                hit_detector[column->n_hits++] = detector_index(column, rule->steps[s].hit_names[d]);
                plan->n_hits++;
            }
        }
        column->rules[r].hits_at = hits_at;
    }
    column->hit_detector = hit_detector;
    return true;
}

bool pare_plan_describe(pare_plan *plan, pare_bound_column *column)
{
    pare_buf steps, says;
    pare_buf_init(&steps, SENTENCE_BYTES);
    pare_buf_init(&says, SENTENCE_BYTES);
    column->keeps_type = true;
    column->category = (const char *)column->rules[0].rule->category.ptr;
    for (size_t r = 0; r < column->n_rules; r++) {
        const pare_rule *rule = column->rules[r].rule;
        column->purposes |= rule->purposes;
        column->multiline = column->multiline || rule->multiline;
        column->keeps_type = column->keeps_type && rule->n_steps == 0;
        pare_buf_append_text(&steps, r == 0 ? "" : "; ");
        pare_buf_append_text(&says, r == 0 ? "" : "; otherwise ");
        for (size_t s = 0; s < rule->n_steps; s++) {
            pare_buf_append_text(&steps, s == 0 ? "" : ", ");
            pare_buf_append_text(&steps, rule->steps[s].type->name);
        }
        if (rule->n_steps == 0) {
            pare_buf_append_text(&steps, "keep");
        }
        say_rule(rule, &says);
    }
    column->steps = kept_text(plan, &steps);
    column->says = kept_text(plan, &says);
    pare_buf_clear(&steps);
    pare_buf_clear(&says);
    return column->steps != NULL && column->says != NULL && number_hits(plan, column);
}

size_t pare_plan_n_columns(const pare_plan *plan)
{
    return plan->n_columns;
}

void pare_plan_column(const pare_plan *plan, size_t index, pare_column_info *info)
{
    const pare_bound_column *column = &plan->columns[index];
    *info = (pare_column_info){.name = column->name,
                               .source = column->source_name,
                               .source_index = column->source,
                               .category = column->category == NULL ? "" : column->category,
                               .purposes = column->purposes,
                               .steps = column->steps,
                               .says = column->says,
                               .keeps_type = column->keeps_type,
                               .n_detectors = column->n_detectors,
                               .detectors = (const char *const *)column->detectors,
                               .scanned = column->scan != NULL};
}

bool pare_plan_header_is_known(const pare_plan *plan)
{
    return plan->header_is_known;
}

size_t pare_plan_n_withheld(const pare_plan *plan)
{
    return plan->n_withheld;
}

const char *pare_plan_withheld(const pare_plan *plan, size_t index, bool *unlisted)
{
    *unlisted = plan->withheld[index].unlisted;
    return plan->withheld[index].name;
}

size_t pare_plan_n_warnings(const pare_plan *plan)
{
    return plan->n_warnings;
}

const char *pare_plan_warning(const pare_plan *plan, size_t index)
{
    return plan->warnings[index];
}
