/*
 * Looking up: normalize, hash if the list is of digests, find. The list of digests knows their hex text in lower case.
 */
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

bool pare_roll_key(const pare_roll *roll, const pare_roll_scratch *scratch, pare_span value, pare_people_key *key,
                   pare_roll_answer *answer)
{
    pare_span normal;
    char hex[2 * PARE_SHA256_BYTES + 1];
    if (!pare_roll_normal(roll, scratch, value, &normal, answer)) {
        return false;
    }
    if (roll->digests) {
        if (scratch->hash == NULL) {
            *answer = PARE_ROLL_UNKNOWABLE;
            return false;
        }
        pare_sha256_update(scratch->hash, normal);
        pare_sha256_finish_hex(scratch->hash, hex);
        normal = pare_span_from(hex, sizeof hex - 1);
    }
    *key = pare_people_key_of(roll->people, normal);
    return true;
}
