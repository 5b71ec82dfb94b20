/*
 * Text -> index, filled once and then only read.
 *
 * Hashed with a seed that is fixed per map, so that nobody who writes an input can pile up
 * collisions across runs on purpose: pass random bytes as the seed where the texts come from data,
 * any constant where they come from a policy. Texts are borrowed and must outlive the map.
 */
#ifndef PARE_RULES_BASE_MAP_H
#define PARE_RULES_BASE_MAP_H

#include "pare/types.h"

typedef struct pare_map_slot {
    pare_span text;
    uint32_t value;
    uint32_t used;
} pare_map_slot;

typedef struct pare_map {
    pare_map_slot *slots; /* owned */
    size_t n_slots;       /* a power of two */
    size_t n_used;
    uint64_t seed;
} pare_map;

enum { PARE_MAP_NONE = -1 };

void pare_map_init(pare_map *map, uint64_t seed);
void pare_map_clear(pare_map *map);

/** Add, or find the text there already: *existing (may be NULL) says which; the first value stays. */
PARE_NODISCARD pare_status pare_map_add(pare_map *map, pare_span text, uint32_t value, bool *existing);

/** The value, or PARE_MAP_NONE. */
int64_t pare_map_find(const pare_map *map, pare_span text);

/** SipHash-free, seeded 64-bit mix of a text; for tables, never for anything that leaves. */
uint64_t pare_hash(uint64_t seed, pare_span text);

#endif
