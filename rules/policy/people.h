/*
 * A set of people, by the texts that name them: millions of entries at about 16.5 bytes each, filled once, then only
 * read.
 *
 *   entries    120 bits of a seeded hash of the text and 8 bits of mark, grouped by the hash's highest bits
 *   directory  where each group begins; a group has about 8 entries, so that a look-up touches two places
 *
 * No text is kept. Whoever was added is found, always. That somebody who was not added is taken for somebody who was
 * has a chance of n / 2^120 for a set of n, whoever writes the texts: the hash's seed is random.
 */
#ifndef PARE_RULES_POLICY_PEOPLE_H
#define PARE_RULES_POLICY_PEOPLE_H

#include "pare/error.h"

typedef struct pare_people pare_people;

enum {
    PARE_PEOPLE_ABSENT = -1,
    PARE_PEOPLE_CONFLICT = 0, /* added with two different marks */
    PARE_PEOPLE_MAX_MARK = 255
};

PARE_NODISCARD pare_status pare_people_new(pare_people **people, pare_error *err);
void pare_people_free(pare_people *people);

/** @param mark  1 to PARE_PEOPLE_MAX_MARK, or PARE_PEOPLE_CONFLICT: what pare_people_find() shall answer */
PARE_NODISCARD pare_status pare_people_add(pare_people *people, pare_span text, int mark, pare_error *err);

/** The last entry was added: order them. From here on the set is immutable and may be shared. */
PARE_NODISCARD pare_status pare_people_seal(pare_people *people, pare_error *err);

/** A text as a set knows it: the hash, made once. */
typedef struct pare_people_key {
    uint64_t high, low;
} pare_people_key;

pare_people_key pare_people_key_of(const pare_people *people, pare_span text);

/** Of a sealed set: the mark, or PARE_PEOPLE_ABSENT. */
int pare_people_find(const pare_people *people, pare_people_key key);

/**
 * Memory is far away, and a processor fetches from several places at once if it is told: who looks up many says so
 * first, for all of them the directory, then for all of them the entries.
 */
void pare_people_fetch_directory(const pare_people *people, pare_people_key key);
void pare_people_fetch_entries(const pare_people *people, pare_people_key key);

/** Different entries, once sealed; before, how many were added. */
size_t pare_people_count(const pare_people *people);

/** Bytes of memory that the set holds. */
size_t pare_people_bytes(const pare_people *people);

#endif
