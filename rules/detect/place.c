/*
 * Where in a value a match can begin (place.h): from what the prefilter noted to offsets.
 */
#include "rules/detect/place.h"

#include <string.h>

void pare_starts_init(pare_starts *starts, pare_start kind, bool alone, const pare_regex_facts *facts)
{
    starts->kind = kind;
    starts->alone = alone;
    memset(starts->first, 0xFF, sizeof starts->first);
    if (alone) { /* what PCRE2 knows is about the blanks as well */
        return;
    }
    if (facts->anchored || facts->moves_start) { /* it is tried elsewhere than where its match begins */
        starts->kind = PARE_START_ANYWHERE;
    } else if (kind != PARE_START_NUMBER && kind != PARE_START_SEQUENCE && facts->first_byte >= 0) {
        starts->kind = PARE_START_BYTE;
        starts->byte = (unsigned char)facts->first_byte;
    }
    if (facts->has_first_bitmap) {
        memcpy(starts->first, facts->first_bitmap, sizeof starts->first);
    }
}

static bool is_digit(unsigned char byte)
{
    return (unsigned char)(byte - '0') <= 9;
}

/** As the prefilter's mask of joints has it. */
static bool is_joint(unsigned char byte)
{
    return byte >= 0x80 || is_digit(byte) || byte == ' ' || ((byte & 0xF8) == 0x28 && byte != ',');
}

/** The start of the character that `at` lies in. */
static size_t character_start(pare_span value, size_t at)
{
    while (at > 0 && (value.ptr[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

/** Add from..to, which is not left of what was added before, or in it. */
static void add_place(pare_places *places, size_t from, size_t to)
{
    enum { NEAR_BYTES = 16 }; /* to try a few more bytes costs less than to begin again */
    pare_range *last = places->n > 0 ? &places->items[places->n - 1] : NULL;
    if (last != NULL && (from <= last->to || from - last->to <= NEAR_BYTES)) {
        last->from = from < last->from ? from : last->from;
        last->to = to > last->to ? to : last->to;
    } else if (last != NULL && places->n == PARE_MAX_PLACES) {
        last->to = SIZE_MAX;
    } else {
        places->items[places->n++] = (pare_range){from, to};
    }
}

/** The places of one run. */
static void add_edges(pare_span value, pare_digit_run run, const unsigned char first[32], pare_edges *edges)
{
    size_t at = run.first, digits = run.digits;
    while (at > 0 && is_joint(value.ptr[at - 1])) {
        at--;
    }
    for (bool inside = at > 0 && is_digit(value.ptr[at - 1]); at <= run.last; at++) {
        unsigned char byte = value.ptr[at];
        if (!inside && pare_bitmap_has(first, byte) && (byte & 0xC0) != 0x80) {
            if (edges->n == PARE_MAX_EDGES) {
                edges->more = true;
                return;
            }
            edges->items[edges->n].at = at;
            edges->items[edges->n].digits = digits;
            edges->items[edges->n++].byte = byte;
        }
        inside = is_digit(byte);
        digits -= inside;
    }
}

static void make_edges(pare_span value, const pare_value_facts *facts, const unsigned char first[32], pare_edges *edges)
{
    size_t n = facts->n_runs < PARE_PREFILTER_MAX_RUNS ? facts->n_runs : PARE_PREFILTER_MAX_RUNS;
    edges->made = true;
    edges->more = facts->n_runs > n;
    edges->n = 0;
    for (size_t i = 0; i < n; i++) {
        add_edges(value, facts->runs[i], first, edges);
    }
}

/** Does a run that is long enough reach to where something alone begins? */
static bool number_alone(const pare_starts *starts, pare_span value, const pare_value_facts *facts)
{
    if (facts->n_runs > PARE_PREFILTER_MAX_RUNS) {
        return true;
    }
    for (size_t i = 0; i < facts->n_runs; i++) {
        size_t at = facts->runs[i].first;
        while (at > PARE_ALONE_BLANKS + starts->lead && is_joint(value.ptr[at - 1])) {
            at--;
        }
        if (at <= PARE_ALONE_BLANKS + starts->lead && facts->runs[i].digits >= starts->run) {
            return true;
        }
    }
    return false;
}

/** The next such byte, or NULL. */
static const unsigned char *find(const unsigned char *at, const unsigned char *end, unsigned char byte)
{
    return at == end ? NULL : memchr(at, byte, (size_t)(end - at));
}

static void find_numbers(const pare_starts *starts, const pare_edges *edges, pare_places *places)
{
    for (size_t i = 0; i < edges->n; i++) {
        if (edges->items[i].digits >= starts->run && pare_bitmap_has(starts->first, edges->items[i].byte)) {
            add_place(places, edges->items[i].at, edges->items[i].at);
        }
    }
    if (edges->more) { /* whatever is behind the last may be one as well; where no known run has any, anything */
        add_place(places, edges->n > 0 ? edges->items[edges->n - 1].at : 0, SIZE_MAX);
    }
}

/** Numbers that something leads: from so many bytes before a run on. */
static void find_led_numbers(const pare_starts *starts, pare_span value, const pare_value_facts *facts,
                             pare_places *places)
{
    size_t n = facts->n_runs < PARE_PREFILTER_MAX_RUNS ? facts->n_runs : PARE_PREFILTER_MAX_RUNS;
    for (size_t i = 0; i < n; i++) {
        const pare_digit_run *run = &facts->runs[i];
        bool last = i == n - 1 && facts->n_runs > n; /* there are others behind it */
        if (run->digits >= starts->run || last) {
            size_t from = run->first > starts->lead ? run->first - starts->lead : 0;
            add_place(places, character_start(value, from), last ? SIZE_MAX : run->last);
        }
    }
}

static void find_bytes(unsigned char byte, pare_span value, pare_places *places)
{
    const unsigned char *end = value.ptr + value.len;
    for (const unsigned char *at = value.ptr; (at = find(at, end, byte)) != NULL; at++) {
        add_place(places, (size_t)(at - value.ptr), (size_t)(at - value.ptr));
    }
}

/** The place of a word that begins at or before `at`. What lies in the place before is not walked over again. */
static void add_word(pare_span value, size_t at, pare_places *places)
{
    size_t from = at, known = places->n == 0 ? 0 : places->items[places->n - 1].to;
    while (from > known && value.ptr[from - 1] > ' ') {
        from--;
    }
    add_place(places, from, character_start(value, at));
}

static void find_words(unsigned char byte, pare_span value, pare_places *places)
{
    const unsigned char *end = value.ptr + value.len;
    for (const unsigned char *at = value.ptr; (at = find(at, end, byte)) != NULL; at++) {
        add_word(value, (size_t)(at - value.ptr), places);
    }
}

static void add_sequence(const pare_starts *starts, pare_span value, size_t at, pare_places *places)
{
    unsigned char byte = value.ptr[at];
    if (starts->kind == PARE_START_WORD) {
        add_word(value, at, places);
    } else if (pare_bitmap_has(starts->first, byte) && (byte & 0xC0) != 0x80) {
        add_place(places, at, at);
    }
}

/** Where the wanted sequences begin, in order: they are few. Behind `known` there may be others, up to `last`. */
typedef struct occurrences {
    size_t n, known, last;
    size_t at[PARE_PREFILTER_MAX_SEQUENCES * PARE_PREFILTER_MAX_PLACES];
} occurrences;

static void gather(uint64_t wanted, const pare_value_facts *facts, occurrences *found)
{
    found->n = found->last = 0;
    found->known = SIZE_MAX;
    for (uint64_t bits = (wanted & facts->bits) >> PARE_PREFILTER_MAX_BYTES; bits != 0; bits &= bits - 1) {
        size_t i = (size_t)__builtin_ctzll(bits), n = facts->sequences[i].n;
        found->last = facts->sequences[i].last > found->last ? facts->sequences[i].last : found->last;
        if (n > PARE_PREFILTER_MAX_PLACES) {
            n = PARE_PREFILTER_MAX_PLACES;
            found->known = facts->sequences[i].at[n - 1] < found->known ? facts->sequences[i].at[n - 1] : found->known;
        }
        for (size_t k = 0; k < n; k++) {
            size_t at = facts->sequences[i].at[k], to = found->n++;
            for (; to > 0 && found->at[to - 1] > at; to--) {
                found->at[to] = found->at[to - 1];
            }
            found->at[to] = at;
        }
    }
}

static void find_sequences(const pare_starts *starts, pare_span value, const pare_value_facts *facts,
                           pare_places *places)
{
    occurrences found;
    gather(starts->sequences, facts, &found);
    for (size_t i = 0; i < found.n && found.at[i] <= found.known; i++) {
        add_sequence(starts, value, found.at[i], places);
    }
    if (found.known != SIZE_MAX) {
        add_place(places, character_start(value, found.known), character_start(value, found.last));
    }
}

/** Something alone is tried once, from the value's first byte: its expression begins with the blanks. */
static bool alone_in(const pare_starts *starts, pare_span value, const pare_value_facts *facts, pare_places *places)
{
    bool there = true;
    if (starts->kind == PARE_START_NUMBER) {
        there = number_alone(starts, value, facts);
    } else if (starts->kind == PARE_START_WORD && starts->sequences == 0) {
        const unsigned char *at = value.len == 0 ? NULL : memchr(value.ptr, starts->byte, value.len);
        if (at != NULL) {
            add_word(value, (size_t)(at - value.ptr), places);
        }
        there = at != NULL && places->items[0].from <= PARE_ALONE_BLANKS;
    } else if (starts->kind != PARE_START_ANYWHERE) {
        find_sequences(starts, value, facts, places);
        there = places->n > 0 && places->items[0].from <= PARE_ALONE_BLANKS;
    }
    places->n = there;
    places->items[0] = (pare_range){0, 0};
    return there;
}

bool pare_starts_in(const pare_starts *starts, pare_span value, const pare_value_facts *facts,
                    const unsigned char first[32], pare_edges *edges, pare_places *places)
{
    places->n = 0;
    if (starts->alone) {
        return alone_in(starts, value, facts, places);
    }
    switch (starts->kind) {
    case PARE_START_NUMBER:
        if (starts->lead > 0) {
            find_led_numbers(starts, value, facts, places);
            break;
        }
        if (!edges->made) {
            make_edges(value, facts, first, edges);
        }
        find_numbers(starts, edges, places);
        break;
    case PARE_START_WORD:
        if (starts->sequences == 0) {
            find_words(starts->byte, value, places);
            break;
        }
        find_sequences(starts, value, facts, places);
        break;
    case PARE_START_SEQUENCE:
        find_sequences(starts, value, facts, places);
        break;
    case PARE_START_BYTE:
        find_bytes(starts->byte, value, places);
        break;
    case PARE_START_ANYWHERE:
        add_place(places, 0, SIZE_MAX);
        break;
    }
    return places->n > 0;
}
