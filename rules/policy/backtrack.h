/*
 * Can a regular expression backtrack badly? Told from its text, without matching anything.
 *
 * PCRE2 tries the ways of reading a text one after another. Where a loop can read one text in two ways (`(\w+\s?)+`),
 * their number doubles with every turn; where two loops can share a text between them (`\d+\d+x`), it grows with the
 * square. At run time a match limit ends that and the value is withheld; this says so while the policy is written.
 *
 * The expression becomes its position automaton (Glushkov 1961): one position for each place that reads a character,
 * and which may follow which. The two questions are those of Weideman, van der Merwe, Berglund and Watson (2016),
 * the second one for loops over one set of characters only.
 *
 * The answer is for the common language: recursion, conditions and verbs are not understood, and then it is "fine", as
 * it is for expressions of more than 256 positions or of more pairs than a budget allows. {n,m} counts as at most three
 * copies, from 1,000 on as without a bound.
 */
#ifndef PARE_RULES_POLICY_BACKTRACK_H
#define PARE_RULES_POLICY_BACKTRACK_H

#include "pare/types.h"

typedef enum pare_backtrack {
    PARE_BACKTRACK_FINE = 0,
    PARE_BACKTRACK_SQUARE,
    PARE_BACKTRACK_EXPONENTIAL
} pare_backtrack;

/**
 * @param      whole   The expression must match the whole value: it can fail at its end.
 * @param[out] offset  The byte of the pattern where the loop is that does it; 0 where it is fine.
 */
pare_backtrack pare_backtrack_of(pare_span pattern, bool whole, size_t *offset);

enum { PARE_MAX_POSITIONS = 256, PARE_POSITION_WORDS = PARE_MAX_POSITIONS / 64 };

/** A set of characters: ASCII exactly, all others as one. */
typedef struct pare_charset {
    uint64_t low, high;
    bool other;
} pare_charset;

typedef struct pare_positions {
    uint64_t words[PARE_POSITION_WORDS];
} pare_positions;

/** The position automaton of an expression. */
typedef struct pare_automaton {
    size_t n;
    pare_charset reads[PARE_MAX_POSITIONS];
    size_t offsets[PARE_MAX_POSITIONS]; /* in the pattern */
    pare_positions follow[PARE_MAX_POSITIONS];
    pare_positions last; /* a match may end here */
    bool ambiguous;      /* a loop has an edge that was there already: two ways in itself */
    size_t ambiguous_at;
    size_t assertion_at; /* behind the last `$`, `\b` or lookaround; 0: none */
} pare_automaton;

/** False: the expression is not understood, or too large. backtrack_parse.c */
bool pare_automaton_of(pare_span pattern, pare_automaton *automaton);

static inline bool pare_positions_has(const pare_positions *set, size_t position)
{
    return (set->words[position / 64] >> (position % 64) & 1) != 0;
}

static inline void pare_positions_add(pare_positions *set, size_t position)
{
    set->words[position / 64] |= (uint64_t)1 << (position % 64);
}

#endif
