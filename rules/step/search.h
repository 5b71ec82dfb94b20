/*
 * Looking for identifiers in one value: what detectors find in it as it stands, what they find in its shadow
 * (shadow.h), and, for `redact`, where it holds the record's own values of other fields (echo.h). Hits that overlap
 * become one.
 *
 * Every search has an answer between yes and no, and that one is UNSURE: a limit was met, there are too many hits.
 */
#ifndef PARE_RULES_STEP_SEARCH_H
#define PARE_RULES_STEP_SEARCH_H

#include "rules/step/echo.h"

typedef struct pare_search {
    const pare_detector_set *detectors; /* NULL: none */
    pare_scope scope;                   /* what is known of where the value stands */
    pare_scratch *scratch;              /* hits are in its `hits`, [n]; its regex and shadow are used */
    const pare_echoes *echoes;          /* values to look for as well, read before; NULL: none */
    uint32_t first_echo;                /* the label of the first of their fields */
    pare_shadow shadow;
    size_t n;
} pare_search;

/** Nothing found yet. `scope` is of these detectors. */
static inline void pare_search_begin(pare_search *search, const pare_detector_set *detectors, pare_scope scope,
                                     pare_scratch *scratch)
{
    search->detectors = detectors;
    search->scope = scope;
    search->scratch = scratch;
    search->echoes = NULL;
    search->first_echo = 0;
    search->shadow.n_rounds = 0;
    search->n = 0;
}

/**
 * Search well-formed UTF-8. Hits are in order and do not overlap.
 * @return PARE_HIT, PARE_MISS, PARE_UNSURE (withhold the value)
 */
pare_match pare_search_value(pare_search *search, pare_span value);

/** The text of a hit as it reads: from the shadow, where there is one. Empty: it can't be told. */
pare_span pare_search_reading(const pare_search *search, pare_span value, pare_hit hit);

#endif
