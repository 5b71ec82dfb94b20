/*
 * Reading another field of the record: `by` and its like.
 *
 * Which column it is was settled when the plan was bound. Null and empty texts are no value: whoever asks then
 * withholds, because what is made from "nobody" would be the same for everybody who lacks the value.
 */
#include "rules/step/step.h"

#include "rules/base/raw.h"
#include "rules/base/span.h"

pare_match pare_step_look(const pare_step *step, pare_scratch *scratch, const pare_record *record, uint32_t index,
                          pare_span *text)
{
    if (scratch->read_columns == NULL || index >= step->reads.names.n) {
        return PARE_UNSURE;
    }
    uint32_t column = scratch->read_columns[step->reads.slots[index]];
    if (column >= record->n_fields) {
        return PARE_UNSURE;
    }
    pare_buf_reset(&scratch->read_text);
    pare_span read = pare_raw_text(pare_record_raw(record, column), &scratch->read_text);
    if (scratch->read_text.status != PARE_OK) {
        return PARE_UNSURE;
    }
    if (read.len == 0) {
        return PARE_MISS;
    }
    for (size_t i = 0; scratch->nulls != NULL && i < scratch->nulls->n; i++) {
        if (pare_span_equal(scratch->nulls->items[i], read)) {
            return PARE_MISS;
        }
    }
    *text = read;
    return PARE_HIT;
}

bool pare_step_read(const pare_step *step, pare_scratch *scratch, const pare_record *record, uint32_t index,
                    pare_span *text)
{
    return pare_step_look(step, scratch, record, index, text) == PARE_HIT;
}
