/*
 * What stands around a match, or names the column it is in: whether that lets the match count.
 */
#ifndef PARE_RULES_DETECT_SURROUNDINGS_H
#define PARE_RULES_DETECT_SURROUNDINGS_H

#include "rules/detect/pack.h"

/** Is there anything to ask, for matches that `behind` (or NULL) must announce? */
static inline bool pare_surroundings_matter(const pare_detector *detector, const pare_regex *behind)
{
    return behind != NULL || detector->context != NULL || detector->not_column != NULL;
}

/**
 * @param behind  must end where the match begins, or NULL
 * @param column  what the column's name says of the detector: bits of column.h
 * @return HIT: it counts; MISS: it doesn't; UNSURE: a limit was met
 */
pare_match pare_surroundings_allow(const pare_detector *detector, const pare_regex *behind, unsigned column,
                                   pare_regex_scratch *scratch, pare_span value, pare_range range);

#endif
