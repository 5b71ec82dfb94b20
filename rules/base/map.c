/*
 * Open addressing with linear probing; grows at three quarters.
 *
 * The mix multiplies to 128 bits and folds the halves together, with a multiplier made of the
 * seed: who does not know the seed cannot choose texts that meet in one slot. Each used slot keeps
 * 31 bits of its hash in `used`, so that a probe seldom touches a text that is not the one.
 */
#include "rules/base/map.h"

#include "rules/base/span.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 16 };

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to 8 bytes as a number, the same on every machine that stores the low byte first. */
static uint64_t word_at(const unsigned char *ptr, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, ptr, len < 8 ? len : 8);
    return word;
}

uint64_t pare_hash(uint64_t seed, pare_span text)
{
    /* Binary digits of the square roots of 2 and 3: nothing up the sleeve. */
    const uint64_t root_2 = UINT64_C(0x6A09E667F3BCC908), root_3 = UINT64_C(0xBB67AE8584CAA73B);
    const uint64_t multiplier = fold(seed ^ root_2, root_3) | 1;
    uint64_t hash = seed ^ fold((uint64_t)text.len ^ root_3, multiplier);
    while (text.len > 0) {
        uint64_t word = word_at(text.ptr, text.len);
        hash = fold(hash ^ word, multiplier) ^ (hash << 23 | hash >> 41);
        text = pare_span_after(text, text.len < 8 ? text.len : 8);
    }
    return fold(hash ^ root_2, root_3);
}

void pare_map_init(pare_map *map, uint64_t seed)
{
    memset(map, 0, sizeof *map);
    map->seed = seed;
}

void pare_map_clear(pare_map *map)
{
    free(map->slots);
    pare_map_init(map, map->seed);
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32) | 1;
}

/* The slot that holds the text, or the free one where it belongs. One slot in four is always free. */
static pare_map_slot *find_slot(pare_map_slot *slots, size_t n_slots, uint64_t hash, pare_span text)
{
    size_t at = (size_t)hash & (n_slots - 1);
    while (slots[at].used != 0 && !(slots[at].used == tag_of(hash) && pare_span_equal(slots[at].text, text))) {
        at = (at + 1) & (n_slots - 1);
    }
    return &slots[at];
}

static bool grow(pare_map *map)
{
    if (map->n_slots > SIZE_MAX / 2) {
        return false;
    }
    size_t n_slots = map->n_slots == 0 ? FIRST_SLOTS : 2 * map->n_slots;
    pare_map_slot *slots = calloc(n_slots, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < map->n_slots; i++) {
        const pare_map_slot *old = &map->slots[i];
        if (old->used != 0) {
            *find_slot(slots, n_slots, pare_hash(map->seed, old->text), old->text) = *old;
        }
    }
    free(map->slots);
    map->slots = slots;
    map->n_slots = n_slots;
    return true;
}

pare_status pare_map_add(pare_map *map, pare_span text, uint32_t value, bool *existing)
{
    if (map->n_used >= map->n_slots - map->n_slots / 4 && !grow(map)) {
        return PARE_E_NOMEM;
    }
    uint64_t hash = pare_hash(map->seed, text);
    pare_map_slot *slot = find_slot(map->slots, map->n_slots, hash, text);
    if (existing != NULL) {
        *existing = slot->used != 0;
    }
    if (slot->used == 0) {
        slot->text = text;
        slot->value = value;
        slot->used = tag_of(hash);
        map->n_used++;
    }
    return PARE_OK;
}

int64_t pare_map_find(const pare_map *map, pare_span text)
{
    if (map->n_used == 0) {
        return PARE_MAP_NONE;
    }
    const pare_map_slot *slot = find_slot(map->slots, map->n_slots, pare_hash(map->seed, text), text);
    return slot->used != 0 ? (int64_t)slot->value : PARE_MAP_NONE;
}
