/*
 * Entries are appended as they come, then moved in place to their groups (McIlroy, Bostic, McIlroy: "Engineering Radix
 * Sort", the American flag), so that ordering needs no second copy. Within a group they are sorted, and doubles go.
 */
#include "rules/policy/people.h"

#include "rules/base/map.h"
#include "rules/crypto/prim.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ENTRIES = 1024, PER_GROUP = 8, FEW = 24, PART_BITS = 8 };
static const uint64_t MARK_BITS = 0xFF;

typedef pare_people_key entry; /* the lowest 8 bits of `low` are the mark */

struct pare_people {
    entry *entries; /* owned */
    size_t n, cap;
    uint32_t *first; /* owned; [groups + 1]: where each group begins. NULL until sealed */
    unsigned bits;   /* groups = 2^bits */
    uint64_t seeds[2];
};

pare_status pare_people_new(pare_people **people, pare_error *err)
{
    pare_people *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a list of people");
    }
    pare_status status = pare_random(made->seeds, sizeof made->seeds, err);
    if (status != PARE_OK) {
        pare_people_free(made);
        return status;
    }
    *people = made;
    return PARE_OK;
}

void pare_people_free(pare_people *people)
{
    if (people != NULL) {
        free(people->entries);
        free(people->first);
        free(people);
    }
}

pare_people_key pare_people_key_of(const pare_people *people, pare_span text)
{
    pare_people_key key = {pare_hash(people->seeds[0], text), pare_hash(people->seeds[1], text) & ~MARK_BITS};
    return key;
}

pare_status pare_people_add(pare_people *people, pare_span text, int mark, pare_error *err)
{
    if (people->n == people->cap) {
        size_t cap = people->cap == 0 ? FIRST_ENTRIES : people->cap + people->cap / 2;
        if (cap > UINT32_MAX) {
            return pare_fail(err, PARE_E_LIMIT, "a list of people has more than two billion entries");
        }
        entry *grown = realloc(people->entries, cap * sizeof *grown);
        if (grown == NULL) {
            return pare_fail(err, PARE_E_NOMEM, "out of memory for a list of people");
        }
        people->entries = grown;
        people->cap = cap;
    }
    people->entries[people->n] = pare_people_key_of(people, text);
    people->entries[people->n++].low |= (uint64_t)mark & MARK_BITS;
    return PARE_OK;
}

static size_t group_of(const pare_people *people, const entry *e)
{
    return people->bits == 0 ? 0 : (size_t)(e->high >> (64 - people->bits));
}

static int compare(const void *a, const void *b)
{
    const entry *left = a, *right = b;
    if (left->high != right->high) {
        return left->high < right->high ? -1 : 1;
    }
    return left->low == right->low ? 0 : left->low < right->low ? -1 : 1;
}

static void sort_group(entry *entries, size_t n)
{
    if (n > FEW) { /* only a list of many doubles has such groups */
        qsort(entries, n, sizeof *entries, compare);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        entry moved = entries[i];
        size_t at = i;
        for (; at > 0 && compare(&entries[at - 1], &moved) > 0; at--) {
            entries[at] = entries[at - 1];
        }
        entries[at] = moved;
    }
}

/** people->first from how many entries each group has. */
static void count_groups(pare_people *people)
{
    size_t groups = (size_t)1 << people->bits;
    for (size_t i = 0; i < people->n; i++) {
        people->first[group_of(people, &people->entries[i]) + 1]++;
    }
    for (size_t g = 0; g < groups; g++) {
        people->first[g + 1] += people->first[g];
    }
}

/**
 * Move the entries of groups [from, to) to where they belong, `span` groups at a time taken for one. `next`: where the
 * next of each goes.
 */
static void move_entries(pare_people *people, size_t from, size_t to, size_t span, uint32_t *next)
{
    for (size_t g = from; g < to; g += span) {
        next[g] = people->first[g];
    }
    for (size_t g = from; g < to; g += span) {
        while (next[g] < people->first[g + span]) {
            entry *here = &people->entries[next[g]];
            size_t belongs = group_of(people, here) & ~(span - 1);
            if (belongs == g) {
                next[g]++;
            } else {
                entry *there = &people->entries[next[belongs]++];
                entry moved = *here;
                *here = *there;
                *there = moved;
            }
        }
    }
}

/** Move every entry to its group: coarsely first, then within each part, which the processor's caches hold. */
static void move_to_groups(pare_people *people, uint32_t *next)
{
    size_t groups = (size_t)1 << people->bits;
    size_t span = people->bits <= PART_BITS ? groups : groups >> PART_BITS;
    move_entries(people, 0, groups, span, next);
    for (size_t part = 0; part < groups; part += span) {
        move_entries(people, part, part + span, 1, next);
    }
}

static bool same_person(const entry *a, const entry *b)
{
    return a->high == b->high && ((a->low ^ b->low) & ~MARK_BITS) == 0;
}

/** Sort each group, keep one entry for each person, and close the gaps. */
static void drop_doubles(pare_people *people)
{
    size_t groups = (size_t)1 << people->bits;
    size_t kept = 0, from = 0;
    for (size_t g = 0; g < groups; g++) {
        size_t end = people->first[g + 1], begin = kept;
        sort_group(people->entries + from, end - from);
        for (; from < end; from++) {
            entry *last = kept == begin ? NULL : &people->entries[kept - 1];
            if (last == NULL || !same_person(last, &people->entries[from])) {
                people->entries[kept++] = people->entries[from];
            } else if (last->low != people->entries[from].low) {
                last->low &= ~MARK_BITS; /* PARE_PEOPLE_CONFLICT */
            }
        }
        people->first[g + 1] = (uint32_t)kept;
    }
    people->n = kept;
}

pare_status pare_people_seal(pare_people *people, pare_error *err)
{
    while (people->bits < 28 && ((size_t)PER_GROUP << people->bits) < people->n) {
        people->bits++;
    }
    size_t groups = (size_t)1 << people->bits;
    people->first = calloc(groups + 1, sizeof *people->first);
    uint32_t *next = malloc(groups * sizeof *next);
    if (people->first == NULL || next == NULL) {
        free(next);
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a list of people");
    }
    if (people->n > 0) {
        count_groups(people);
        move_to_groups(people, next);
        drop_doubles(people);
        entry *fitted = realloc(people->entries, people->n * sizeof *fitted);
        if (fitted != NULL) {
            people->entries = fitted;
            people->cap = people->n;
        }
    }
    free(next);
    return PARE_OK;
}

int pare_people_find(const pare_people *people, pare_people_key key)
{
    size_t group = group_of(people, &key);
    for (uint32_t i = people->first[group]; i < people->first[group + 1]; i++) {
        if (same_person(&people->entries[i], &key)) {
            return (int)(people->entries[i].low & MARK_BITS);
        }
    }
    return PARE_PEOPLE_ABSENT;
}

void pare_people_fetch_directory(const pare_people *people, pare_people_key key)
{
    __builtin_prefetch(&people->first[group_of(people, &key)]);
}

void pare_people_fetch_entries(const pare_people *people, pare_people_key key)
{
    const char *from = (const char *)(people->entries + people->first[group_of(people, &key)]);
    for (size_t line = 0; people->n > 0 && line < PER_GROUP * sizeof(entry); line += 64) {
        __builtin_prefetch(from + line);
    }
}

size_t pare_people_count(const pare_people *people)
{
    return people->n;
}

size_t pare_people_bytes(const pare_people *people)
{
    size_t groups = people->first == NULL ? 0 : ((size_t)1 << people->bits) + 1;
    return sizeof *people + people->cap * sizeof *people->entries + groups * sizeof *people->first;
}
