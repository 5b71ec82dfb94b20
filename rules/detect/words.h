/*
 * Words that announce something: which of the lists of a set have a word that a word of the value begins with.
 *
 * One walk over the value serves all detectors that look for "passport" or "date of birth" before a number: at the
 * start of each word two bytes are looked up in a table. ASCII letters count in either case. A character beyond ASCII
 * is not told from another one, and what follows it in a listed word is not compared: a list may so be claimed to be
 * there, never missed.
 */
#ifndef PARE_RULES_DETECT_WORDS_H
#define PARE_RULES_DETECT_WORDS_H

#include "rules/base/arena.h"
#include "rules/detect/prefilter.h"

enum {
    PARE_WORD_BYTES = 8,       /* of a listed word that are compared */
    PARE_MAX_WORD_LISTS = 256, /* of one set */
    PARE_WORD_HASHES = 1024
};

/** Indexes of lists. */
typedef struct pare_word_lists {
    uint64_t bits[PARE_MAX_WORD_LISTS / 64];
} pare_word_lists;

typedef struct pare_word {
    uint64_t text, mask; /* folded, as it lies in memory; 0xFF for each byte that is compared */
    uint16_t next;       /* with the same hash, + 1; 0: none */
    pare_word_lists lists;
} pare_word;

/** Zeroed: no list. */
typedef struct pare_word_table {
    uint16_t first[PARE_WORD_HASHES]; /* index + 1 */
    pare_word *words;
    size_t n_words, max_words;
    size_t n_lists;
} pare_word_table;

/** Room for that many words. NULL if memory runs out. */
pare_word_table *pare_words_new(pare_arena *arena, size_t max_words);

/** Can it be listed: two bytes at least, and at its start a letter or a character beyond ASCII? */
bool pare_word_can_be_listed(pare_span word);

/** Add a list: its index, or PARE_MAX_WORD_LISTS where there is no room or a word can't be listed. */
size_t pare_words_add(pare_word_table *table, const pare_span *words, size_t n);

/** The lists of which the value has a word. */
void pare_words_in(const pare_word_table *table, pare_prefilter_letters letters, pare_span value,
                   pare_word_lists *lists);

static inline bool pare_word_lists_have(const pare_word_lists *lists, size_t list)
{
    return (lists->bits[list / 64] >> list % 64 & 1) != 0;
}

#endif
