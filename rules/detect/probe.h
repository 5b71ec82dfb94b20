/*
 * What a set of detectors is made of: shared by detect_set.c, which builds it, and detect.c, which scans with it.
 */
#ifndef PARE_RULES_DETECT_PROBE_H
#define PARE_RULES_DETECT_PROBE_H

#include "rules/detect/detect.h"
#include "rules/detect/pack.h"
#include "rules/detect/prefilter.h"
#include "rules/detect/words.h"

/** One expression of a detector. */
typedef struct pare_probe {
    pare_demand demand;
    pare_starts starts;
    const pare_regex *regex;
    uint32_t detector, pattern; /* index in the set, and in the detector's patterns */
    bool contextual;
    size_t most_bytes; /* of a value in which it can match: what is alone fills it */
    size_t announced;  /* list of the words that announce it; PARE_MAX_WORD_LISTS: none */
    pare_evidence evidence;
} pare_probe;

/** What all probes of one detector demand, as small as it can be: every value is held against all of them. */
typedef struct pare_gate {
    uint64_t all, any; /* as in pare_demand */
    uint16_t bytes;
    uint8_t digits, run;
    uint8_t needs_shape; /* of the value, for this demand or one of a probe */
    uint16_t list;       /* of words of which one must be there, or in the column's name; PARE_MAX_WORD_LISTS: none */
} pare_gate;

/** The probes of one detector. */
typedef struct pare_probe_group {
    const pare_regex *glance; /* or NULL */
    pare_starts glance_starts;
    size_t contexts[PARE_DETECTOR_MAX_CONTEXTS]; /* lists of words that must stand near; PARE_MAX_WORD_LISTS: none */
    uint32_t first, end;                         /* probes, the end not included */
} pare_probe_group;

struct pare_detector_set {
    const pare_detector *const *detectors; /* [n_detectors] */
    size_t n_detectors;
    const pare_gate *gates;         /* [n_detectors] */
    const pare_probe_group *groups; /* [n_detectors] */
    const pare_probe *probes;       /* in the order of the detectors */
    size_t n_probes;
    pare_prefilter prefilter;
    const pare_prefilter_kind *kind; /* of the prefilter */
    pare_word_table *words;
    pare_texts lists[PARE_MAX_WORD_LISTS]; /* that were added to `words` */
    unsigned char number_first[32]; /* bitmap of the bytes that a match which starts at a number can begin with */
};

#endif
