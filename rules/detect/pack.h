/*
 * Packs: YAML documents that define detectors (rules/packs/core.yaml is the example to read).
 */
#ifndef PARE_RULES_DETECT_PACK_H
#define PARE_RULES_DETECT_PACK_H

#include "rules/detect/detect.h"
#include "rules/detect/expression.h"
#include "rules/detect/place.h"
#include "rules/detect/validator.h"
#include "rules/text/schema.h"

enum {
    PARE_DETECTOR_MAX_VALIDATORS = 4,
    PARE_DETECTOR_MAX_PATTERNS = 8,
    PARE_DETECTOR_MAX_CONTEXTS = 2,
    PARE_NEEDS_MAX_SEQUENCES = 8
};

/** What every value with a match in it holds, as the pack states it: the prefilter's conditions (prefilter.h). */
typedef struct pare_needs {
    uint8_t bytes[4];   /* ASCII bytes that must each occur; 0 ends the list */
    uint8_t min_digits; /* ASCII digits at least */
    uint8_t min_run;    /* ASCII digits at least in one run of digits and what may stand between them */
    uint16_t min_bytes; /* of the whole match */
    uint8_t lead;       /* NUMBER: bytes before the run's first digit at which a match may begin */
    const char *sequences[PARE_NEEDS_MAX_SEQUENCES]; /* one of them must occur; `a` any letter, `1` any digit */
    size_t n_sequences;
    pare_start start; /* where a match begins: NUMBER goes by min_run, WORD by the sequences or the first byte */
} pare_needs;

/** Words of which one must stand near a match, or in the name of its column. */
typedef struct pare_context {
    pare_expression *expression; /* any of them */
    pare_texts words;
} pare_context;

/** Immutable but for its expressions, which are compiled when a set is first built of it; lives in the pack's arena. */
struct pare_detector {
    const char *name, *title, *category, *pack;
    const char *group; /* a name that stands for several detectors, `ip` for ipv4 and ipv6; NULL: none */
    pare_expression *patterns[PARE_DETECTOR_MAX_PATTERNS];
    pare_expression *behind[PARE_DETECTOR_MAX_PATTERNS]; /* must end where a match of that pattern begins; or NULL */
    bool alone[PARE_DETECTOR_MAX_PATTERNS];              /* matches of that pattern are alone in their field */
    bool regional[PARE_DETECTOR_MAX_PATTERNS]; /* matches count only by what a validator knows of the region */
    size_t n_patterns;
    const pare_validator *validators[PARE_DETECTOR_MAX_VALIDATORS]; /* all must accept */
    size_t n_validators;
    bool unchecked[PARE_DETECTOR_MAX_PATTERNS];  /* validators are not asked about matches of that pattern */
    bool contextual[PARE_DETECTOR_MAX_PATTERNS]; /* matches count only with a word of each of `contexts` near them */
    pare_context contexts[PARE_DETECTOR_MAX_CONTEXTS];
    size_t n_contexts;
    uint32_t context_window;      /* bytes before and after */
    pare_texts words;             /* where `behind` matches a word begins with one of these; none: it is not known */
    pare_expression *column;      /* names of columns that announce, in words; NULL: `behind` is asked (column.h) */
    pare_expression *not_column;  /* names of columns in which a match that fills the value is none; or NULL */
    pare_needs needs;             /* of all patterns */
    pare_needs needs_of_patterns; /* of the first `n_free`: `needs` and what is so of these alone */
    size_t n_free;                /* patterns that count wherever they match */
    pare_expression *glance;      /* matches in every value with a match in it, and faster; or NULL */
    const pare_span *matches, *rejects; /* examples, for `pare rules` and the tests */
    size_t n_matches, n_rejects;
    const pare_place *match_places, *reject_places;
    const pare_node *matches_in, *rejects_in; /* examples by the name of their column, or NULL */
    pare_place place;                         /* in its pack */
};

typedef struct pare_pack {
    const char *name; /* "core" */
    uint32_t version;
    const char *description;
    const pare_detector *detectors;
    size_t n_detectors;
} pare_pack;

/**
 * Read a pack and check it: every `matches:` example must be found whole, no `rejects:` example may be found at all.
 * Findings go to reading->findings. Everything lives in reading->arena, except the compiled expressions, which the pack
 * owns: pare_pack_release() frees them (NULL is fine).
 * @return NULL if there was an error
 */
pare_pack *pare_pack_read(pare_span document, const char *file, pare_reading *reading);

/** The same for a user's pack: what its expressions cost is measured, and bounded (regex.h). */
pare_pack *pare_pack_read_own(pare_span document, const char *file, pare_reading *reading);

/** The same for a pack that ships, which the tests have checked: examples are not run, and expressions not compiled
 * yet. */
pare_pack *pare_pack_open(pare_span document, const char *file, pare_reading *reading);

void pare_pack_release(pare_pack *pack);

/** Compile the detector's expressions, those that are not yet. False: findings were made, where `findings` is not NULL.
 */
bool pare_detector_compile(const pare_detector *detector, pare_diagnostics *findings);

/**
 * The detectors that `name` stands for: those of that name, or of that group, or all of the pack of that name.
 * @return how many there are, of which the first `max` are in `out`; 0: unknown
 */
size_t pare_packs_find(const pare_pack *const *packs, size_t n_packs, pare_span name, const pare_detector **out,
                       size_t max);

/** The packs that ship with the program, compiled in from rules/packs/ by the build (rules/packs/embed.cmake). */
typedef struct pare_shipped_pack {
    const char *name; /* "core" */
    const unsigned char *bytes;
    size_t len;
} pare_shipped_pack;
extern const pare_shipped_pack pare_shipped_packs[]; /* ends with a NULL name */
enum { PARE_MAX_SHIPPED_PACKS = 256 };

/**
 * Whether the pack may know `name`, of a detector, a group or the pack: whether a line of its text has it as a key,
 * or as the value of one. A glance that spares reading packs that don't; ours are written so that it sees every name.
 */
bool pare_shipped_pack_mentions(const pare_shipped_pack *shipped, pare_span name);

#endif
