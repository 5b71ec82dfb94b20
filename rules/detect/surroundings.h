/*
 * What stands around a match, or names the column it is in: whether that lets the match count.
 */
#ifndef PARE_RULES_DETECT_SURROUNDINGS_H
#define PARE_RULES_DETECT_SURROUNDINGS_H

#include "rules/detect/pack.h"

/** Is there anything to ask about matches of pattern number `pattern`? */
static inline bool pare_surroundings_matter(const pare_detector *detector, size_t pattern)
{
    return detector->behind[pattern] != NULL || detector->contextual[pattern] || detector->not_column != NULL;
}

/**
 * @param pattern  of the detector's patterns, the one that matched
 * @param column  what the column's name says of the detector: bits of column.h
 * @return HIT: it counts; MISS: it doesn't; UNSURE: a limit was met
 */
pare_match pare_surroundings_allow(const pare_detector *detector, size_t pattern, unsigned column,
                                   pare_regex_scratch *scratch, pare_span value, pare_range range);

#endif
