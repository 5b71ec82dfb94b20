/*
 * Regular expressions. regex.c is the only file that includes PCRE2.
 *
 * A compiled expression is immutable and shared; what matching writes to belongs to one worker's
 * pare_regex_scratch: match data, a JIT stack of its own, the match limit. A match has three
 * answers, and zero is the closed one: whatever PCRE2 reports besides "match" and "no match" is
 * UNSURE, and UNSURE withholds.
 */
#ifndef PARE_RULES_DETECT_REGEX_H
#define PARE_RULES_DETECT_REGEX_H

#include "pare/error.h"

typedef enum pare_match { PARE_UNSURE = 0, PARE_MISS, PARE_HIT } pare_match;

typedef struct pare_regex pare_regex;
typedef struct pare_regex_scratch pare_regex_scratch;

enum {
    PARE_REGEX_MAX_PATTERN = 4096, /* bytes */
    PARE_REGEX_MAX_GROUPS = 32,
    PARE_REGEX_MATCH_LIMIT = 100000,  /* backtracking steps from one start, of detectors' expressions */
    PARE_REGEX_MOST_EFFORT = 2500000, /* of one match of a policy's expression: some 3 ms */
    PARE_REGEX_SHORT_BYTES = 256,     /* up to here the effort is not measured */
    PARE_REGEX_SHORT_LIMIT = 10000    /* unless there were so many backtracking steps from one start */
};

/** Part of a subject: offsets in bytes. */
typedef struct pare_range {
    size_t from, to;
} pare_range;

/**
 * Compile an expression of a policy: with UTF, no \C, JIT where the platform has it. What matching costs is bounded,
 * whatever the expression and the subject (regex.c says how): beyond PARE_REGEX_MOST_EFFORT a match is UNSURE.
 *
 * @param[out] regex   To free with pare_regex_free(). Untouched on failure.
 * @param[out] offset  Where in the pattern it failed; may be NULL.
 * @return PARE_OK; PARE_E_POLICY with PCRE2's message in err; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_regex_new(pare_span pattern, bool caseless, pare_regex **regex, size_t *offset,
                                          pare_error *err);
/**
 * For pare_regex_match_from() as well. Not `measured`: at half the cost, for expressions that we ship; that they are
 * bounded is tested (unit.detect_effort).
 */
PARE_NODISCARD pare_status pare_regex_new_for_scan(pare_span pattern, bool caseless, bool measured, pare_regex **regex,
                                                   size_t *offset, pare_error *err);
void pare_regex_free(pare_regex *regex);

/** Number of a named group, or -1. */
int pare_regex_group(const pare_regex *regex, const char *name);
/** How many groups the expression has, the whole match not counted. */
uint32_t pare_regex_n_groups(const pare_regex *regex);

/** What PCRE2 knows of every match: for the prefilter. */
typedef struct pare_regex_facts {
    size_t min_length; /* characters a match has at least; 0 if not known */
    int required_byte; /* ASCII byte that every match holds (PCRE2_INFO_LASTCODEUNIT), or -1; caseless: -1 for letters
                        */
    int first_byte;    /* ASCII byte, no letter, that every match begins with, or -1 */
    bool has_first_bitmap;
    unsigned char first_bitmap[32]; /* bytes a match can begin with, if has_first_bitmap */
    bool anchored;                  /* can match from the subject's first byte only */
    bool moves_start;               /* may hold \K: a match may begin elsewhere than where it was tried */
} pare_regex_facts;
void pare_regex_facts_of(const pare_regex *regex, pare_regex_facts *facts);

PARE_NODISCARD pare_status pare_regex_scratch_new(pare_regex_scratch **scratch, pare_error *err);
void pare_regex_scratch_free(pare_regex_scratch *scratch);

/**
 * Match `subject` from the byte `from` on; look-behind sees what stands before. The subject must be well-formed UTF-8
 * (the reader checked it) unless `check_utf` is set.
 * @param[out] groups  [n_groups]: the whole match, then groups; unset groups are {SIZE_MAX, SIZE_MAX}. May be NULL with
 * 0.
 */
pare_match pare_regex_match(const pare_regex *regex, pare_regex_scratch *scratch, pare_span subject, size_t from,
                            bool check_utf, pare_range *groups, size_t n_groups);

/**
 * As pare_regex_match(), but matches are tried from the bytes `from` to `last` only, both the start of a character;
 * what stands behind `last` is seen. For expressions of pare_regex_new_for_scan(). `last` may be SIZE_MAX.
 */
pare_match pare_regex_match_from(const pare_regex *regex, pare_regex_scratch *scratch, pare_span subject, size_t from,
                                 size_t last, pare_range *groups, size_t n_groups);

/**
 * From here on all measured matches together may cost PARE_REGEX_MOST_EFFORT, and no longer each of them: a scan of one
 * value, which is many matches. pare_regex_end_scan() ends it.
 */
void pare_regex_begin_scan(pare_regex_scratch *scratch);
void pare_regex_end_scan(pare_regex_scratch *scratch);

/** What all measured matches with this scratch have cost: for tests. */
uint64_t pare_regex_effort(const pare_regex_scratch *scratch);

#endif
