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
    } else if (kind != PARE_START_NUMBER && facts->first_byte >= 0) {
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
        while (at > PARE_ALONE_BLANKS && is_joint(value.ptr[at - 1])) {
            at--;
        }
        if (at <= PARE_ALONE_BLANKS && facts->runs[i].digits >= starts->run) {
            return true;
        }
    }
    return false;
}

static bool number_in(const pare_starts *starts, const pare_edges *edges, pare_range *places)
{
    bool any = false;
    for (size_t i = 0; i < edges->n; i++) {
        if (edges->items[i].digits >= starts->run && pare_bitmap_has(starts->first, edges->items[i].byte)) {
            places->from = any ? places->from : edges->items[i].at;
            places->to = edges->items[i].at;
            any = true;
        }
    }
    if (edges->more) { /* whatever is behind the last may be one as well */
        places->from = any ? places->from : edges->items[edges->n - 1].at;
        places->to = SIZE_MAX;
    }
    return any || edges->more;
}

/** Where the byte stands, from the first to the last. */
static bool byte_in(unsigned char byte, pare_span value, pare_range *places)
{
    const unsigned char *first = memchr(value.ptr, byte, value.len);
    if (first == NULL) {
        return false;
    }
    const unsigned char *last = memrchr(first, byte, value.len - (size_t)(first - value.ptr));
    places->from = (size_t)(first - value.ptr);
    places->to = last == NULL ? places->from : (size_t)(last - value.ptr);
    return true;
}

/** Where a sequence of `wanted` begins, from the first to the last. */
static bool sequences_in(uint64_t wanted, const pare_value_facts *facts, pare_range *places)
{
    bool any = false;
    for (uint64_t bits = (wanted & facts->bits) >> PARE_PREFILTER_MAX_BYTES; bits != 0; bits &= bits - 1) {
        size_t i = (size_t)__builtin_ctzll(bits);
        size_t first = facts->sequences[i].first, last = facts->sequences[i].last;
        places->from = any && places->from < first ? places->from : first;
        places->to = any && places->to > last ? places->to : last;
        any = true;
    }
    return any;
}

/** From behind the blank before the first place where the byte or a sequence stands, to the last. */
static bool word_in(const pare_starts *starts, pare_span value, const pare_value_facts *facts, pare_range *places)
{
    if (!(starts->sequences != 0 ? sequences_in(starts->sequences, facts, places)
                                 : byte_in(starts->byte, value, places))) {
        return false;
    }
    while (places->from > 0 && value.ptr[places->from - 1] > ' ') {
        places->from--;
    }
    places->to = character_start(value, places->to);
    return !starts->alone || places->from <= PARE_ALONE_BLANKS;
}

static bool are_there(const pare_starts *starts, pare_span value, const pare_value_facts *facts,
                      const unsigned char first[32], pare_edges *edges, pare_range *places)
{
    switch (starts->kind) {
    case PARE_START_NUMBER:
        if (starts->alone) {
            return number_alone(starts, value, facts);
        }
        if (!edges->made) {
            make_edges(value, facts, first, edges);
        }
        return number_in(starts, edges, places);
    case PARE_START_BYTE:
        return value.len > 0 && byte_in(starts->byte, value, places);
    case PARE_START_WORD:
        return value.len > 0 && word_in(starts, value, facts, places);
    case PARE_START_ANYWHERE:
        break;
    }
    return true;
}

bool pare_starts_in(const pare_starts *starts, pare_span value, const pare_value_facts *facts,
                    const unsigned char first[32], pare_edges *edges, pare_range *places)
{
    places->from = 0;
    places->to = SIZE_MAX;
    if (!are_there(starts, value, facts, first, edges, places)) {
        return false;
    }
    if (starts->alone) { /* its expression begins with the blanks */
        places->from = places->to = 0;
    }
    return true;
}
