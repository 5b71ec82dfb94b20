/*
 * Detectors: what finds an e-mail address or a card number in free text.
 *
 * A detector is a PCRE2 pattern, validators on what it matched, optional context words, and a
 * prefilter: facts that every match fulfils (a byte it must hold, how many digits at least), so
 * that most values are passed over after one vector pass. They come from packs (pack.h); what
 * ships has no privilege.
 */
#ifndef PARE_RULES_DETECT_DETECT_H
#define PARE_RULES_DETECT_DETECT_H

#include "rules/base/arena.h"
#include "rules/detect/regex.h"
#include "rules/detect/region.h"

/** A match that was validated: bytes [from, to) of the value are of this detector's type. */
typedef struct pare_hit {
    uint32_t from, to;
    uint32_t detector; /* index in the set that was scanned with */
} pare_hit;

typedef struct pare_detector pare_detector; /* immutable; lives in the pack's arena; pack.h has the fields */

/** Detectors that are scanned for together. Immutable after pare_detector_set_build(); lives in an arena. */
typedef struct pare_detector_set pare_detector_set;

/**
 * A set of detectors in the order of `detectors`. Where matches overlap they become one hit that covers them all, so
 * that nothing that was found stays visible; its type is that of the longest match, then of the one that begins first,
 * then of the earlier detector (docs/DETECTORS.md). Expressions of detectors that were not used before are compiled
 * here, so that only one thread may build sets of one pack. NULL if memory runs out.
 */
const pare_detector_set *pare_detector_set_build(pare_arena *arena, const pare_detector *const *detectors, size_t n);

/** What is known of where a value stands. Zeroed: nothing. */
typedef struct pare_scope {
    const uint8_t *column; /* [size of the set]: pare_detector_set_read_column(); NULL: it has no name */
    pare_region region;    /* whose numbers are written without a country code */
} pare_scope;

size_t pare_detector_set_size(const pare_detector_set *set);
const pare_detector *pare_detector_set_get(const pare_detector_set *set, size_t index);

/** Name as users write it: `email`; the label in `[{type}]`. */
const char *pare_detector_name(const pare_detector *detector);
const char *pare_detector_category(const pare_detector *detector);
/** Does it make a difference to it which region a value is from? */
bool pare_detector_knows_regions(const pare_detector *detector);

/** What the name of a column says to each of the set's detectors (column.h). NULL if memory runs out. */
const uint8_t *pare_detector_set_read_column(pare_arena *arena, const pare_detector_set *set,
                                             pare_regex_scratch *scratch, pare_span name);

/**
 * Find all hits in a value, left to right, not overlapping.
 *
 * @param value   Well-formed UTF-8, at most PARE_MAX_FIELD_BYTES... UINT32_MAX bytes.
 * @param hits    [max_hits], filled from the left. Where there are more, the answer is UNSURE.
 * @return PARE_HIT (*n_hits at least 1), PARE_MISS (none), PARE_UNSURE (a limit was met: withhold the value)
 */
pare_match pare_detect(const pare_detector_set *set, pare_regex_scratch *scratch, pare_span value, pare_hit *hits,
                       size_t max_hits, size_t *n_hits);

/** The same where it is known where the value stands. `scope` may be NULL. */
pare_match pare_detect_in(const pare_detector_set *set, const pare_scope *scope, pare_regex_scratch *scratch,
                          pare_span value, pare_hit *hits, size_t max_hits, size_t *n_hits);

/** As pare_detect_in() without the prefilter: the tests and the bench hold one against the other. */
pare_match pare_detect_unfiltered_in(const pare_detector_set *set, const pare_scope *scope, pare_regex_scratch *scratch,
                                     pare_span value, pare_hit *hits, size_t max_hits, size_t *n_hits);
pare_match pare_detect_unfiltered(const pare_detector_set *set, pare_regex_scratch *scratch, pare_span value,
                                  pare_hit *hits, size_t max_hits, size_t *n_hits);

#endif
