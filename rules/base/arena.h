/*
 * Bump allocation: many small things with one lifetime, freed at once.
 *
 * What a policy owns lives in its arena. Memory is zeroed and aligned for any type.
 */
#ifndef PARE_RULES_BASE_ARENA_H
#define PARE_RULES_BASE_ARENA_H

#include "pare/types.h"

typedef struct pare_arena_block pare_arena_block;

typedef struct pare_arena {
    pare_arena_block *newest; /* owned chain */
    size_t total;             /* bytes handed out */
    size_t ceiling;           /* bytes; at this, allocation fails */
} pare_arena;

void pare_arena_init(pare_arena *arena, size_t ceiling);
void pare_arena_clear(pare_arena *arena);

/** Zeroed memory, or NULL. Owned by the arena. */
void *pare_arena_alloc(pare_arena *arena, size_t bytes);

/** Zeroed memory for `count` items of `size` bytes; the product is checked. NULL where it can't be had. */
void *pare_arena_array(pare_arena *arena, size_t count, size_t size);

/** A copy with a NUL behind it (not counted in len), or a span with ptr NULL. */
pare_span pare_arena_copy(pare_arena *arena, pare_span span);

/** Formatted text, NUL-terminated, or NULL. */
char *pare_arena_printf(pare_arena *arena, const char *format, ...) PARE_PRINTF(2, 3);

#endif
