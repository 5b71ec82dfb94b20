/* Looking up: normalize, hash if the list is of digests, find. The list of digests knows their hex text in lower case. */
#include "rules/policy/roll.h"

#include "rules/base/span.h"

bool pare_roll_normal(const pare_roll *roll, const pare_roll_scratch *scratch, pare_span value, pare_span *normal,
                      pare_roll_answer *answer)
{
    *normal = value;
    if (roll->forms.n > 0 && value.len > 0) {
        pare_buf_reset(scratch->normal);
        pare_outcome outcome = pare_normalize(roll->forms, scratch->scratch, value, scratch->normal);
        if ((outcome != PARE_SAME && outcome != PARE_RELEASE) || scratch->normal->status != PARE_OK) {
            *answer = PARE_ROLL_UNKNOWABLE;
            return false;
        }
        *normal = outcome == PARE_SAME ? value : pare_buf_span(scratch->normal);
    }
    *answer = PARE_ROLL_EMPTY;
    return normal->len > 0;
}

pare_roll_answer pare_roll_find(const pare_roll *roll, const pare_roll_scratch *scratch, pare_span value, int *mark)
{
    pare_span key;
    pare_roll_answer answer;
    char hex[2 * PARE_SHA256_BYTES + 1];
    if (!pare_roll_normal(roll, scratch, value, &key, &answer)) {
        return answer;
    }
    if (roll->digests) {
        if (scratch->hash == NULL) {
            return PARE_ROLL_UNKNOWABLE;
        }
        pare_sha256_update(scratch->hash, key);
        pare_sha256_finish_hex(scratch->hash, hex);
        key = pare_span_from(hex, sizeof hex - 1);
    }
    int found = pare_people_find(roll->people, key);
    if (mark != NULL) {
        *mark = found;
    }
    return found == PARE_PEOPLE_ABSENT ? PARE_ROLL_ABSENT : PARE_ROLL_LISTED;
}
