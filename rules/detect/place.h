/*
 * Where in a value a match can begin.
 *
 * To run an expression over a whole value is what costs, not to run it where the match is. So a pack states where its
 * matches begin (`needs: {start: ...}`), the prefilter has noted on the way where such places are, and the expression
 * is tried there only:
 *
 *     number     call 07700 900123, ticket 42     within a run of digits that is long enough, and not behind a digit:
 *                     |     x              x      what is left of the run at the second has but six, and 42 has two
 *     word       write to bob@example.com         no blank before the `@`: from behind the blank to the `@`
 *                         |--|
 *     sequence   account DE89 3704 0044           at two letters and two digits
 *                        |
 *
 * PCRE2 adds which bytes a match can begin with. Like every need, a start is a promise about all matches, and is
 * tested.
 */
#ifndef PARE_RULES_DETECT_PLACE_H
#define PARE_RULES_DETECT_PLACE_H

#include "rules/detect/prefilter.h"
#include "rules/detect/regex.h"

typedef enum pare_start {
    PARE_START_ANYWHERE = 0,
    /* Within a run of `run` digits and what may stand between them, with no digit right before; or up to `lead` bytes
     * before the run's first digit. */
    PARE_START_NUMBER,
    PARE_START_WORD,     /* at or before a sequence or byte, with no blank or control character between */
    PARE_START_SEQUENCE, /* at a sequence */
    PARE_START_BYTE      /* at a byte */
} pare_start;

/** Where matches of one expression begin. */
typedef struct pare_starts {
    pare_start kind;
    bool alone;              /* behind blanks that begin the value, up to PARE_ALONE_BLANKS of them */
    unsigned char byte;      /* WORD, where there are no sequences; BYTE */
    uint64_t sequences;      /* WORD, SEQUENCE: bits as in pare_value_facts */
    size_t run, lead;        /* NUMBER */
    unsigned char first[32]; /* NUMBER, SEQUENCE: bitmap of the bytes that a match can begin with */
} pare_starts;

enum { PARE_MAX_EDGES = 16, PARE_MAX_PLACES = 8, PARE_ALONE_BLANKS = 4 };

/** What NUMBER goes by: the places of a value with no digit right before them, made when first asked for. */
typedef struct pare_edges {
    bool made;
    bool more; /* there are others behind the last one */
    size_t n;
    struct {
        size_t at, digits; /* digits of the run from here on */
        unsigned char byte;
    } items[PARE_MAX_EDGES];
} pare_edges;

/** Where matches may be tried, both ends included, from left to right and apart. */
typedef struct pare_places {
    size_t n;
    pare_range items[PARE_MAX_PLACES]; /* the last may reach to SIZE_MAX: to the end of the value */
} pare_places;

static inline bool pare_bitmap_has(const unsigned char bitmap[32], unsigned char byte)
{
    return (bitmap[byte / 8] >> byte % 8 & 1) != 0;
}

/** What is known of an expression whose detector states `kind`, and that may have been made for `alone`. */
void pare_starts_init(pare_starts *starts, pare_start kind, bool alone, const pare_regex_facts *facts);

/**
 * Where a match can begin. Places that are near each other are taken for one.
 * @param first  Bitmap of the bytes that a match of any NUMBER in the set can begin with.
 * @param edges  Of this value; `made` is false at first.
 * @return false: nowhere
 */
bool pare_starts_in(const pare_starts *starts, pare_span value, const pare_value_facts *facts,
                    const unsigned char first[32], pare_edges *edges, pare_places *places);

#endif
