/*
 * Bump allocation from a chain of blocks that double from 4 KiB to 1 MiB.
 *
 * A block comes zeroed from calloc() and no byte is handed out twice, so nothing is cleared here.
 * What does not fit the newest block opens a new one; the rest of the old one is left unused.
 */
#include "rules/base/arena.h"

#include "rules/base/span.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 4 << 10, LARGEST_BLOCK = 1 << 20 };

struct pare_arena_block {
    pare_arena_block *older;
    size_t used, cap; /* bytes of `memory` */
    _Alignas(max_align_t) unsigned char memory[];
};

void pare_arena_init(pare_arena *arena, size_t ceiling)
{
    memset(arena, 0, sizeof *arena);
    arena->ceiling = ceiling;
}

void pare_arena_clear(pare_arena *arena)
{
    while (arena->newest != NULL) {
        pare_arena_block *older = arena->newest->older;
        free(arena->newest);
        arena->newest = older;
    }
    arena->total = 0;
}

static bool add_block(pare_arena *arena, size_t at_least)
{
    size_t cap = FIRST_BLOCK;
    if (arena->newest != NULL) {
        cap = arena->newest->cap >= LARGEST_BLOCK / 2 ? LARGEST_BLOCK : 2 * arena->newest->cap;
    }
    if (cap < at_least) {
        cap = at_least;
    }
    if (cap > SIZE_MAX - sizeof(pare_arena_block)) {
        return false;
    }
    pare_arena_block *block = calloc(1, sizeof *block + cap);
    if (block == NULL) {
        return false;
    }
    block->cap = cap;
    block->older = arena->newest;
    arena->newest = block;
    return true;
}

void *pare_arena_alloc(pare_arena *arena, size_t bytes)
{
    const size_t unit = _Alignof(max_align_t);
    if (bytes > SIZE_MAX - unit) {
        return NULL;
    }
    size_t size = bytes == 0 ? unit : (bytes + unit - 1) / unit * unit;
    if (size > arena->ceiling - arena->total) {
        return NULL;
    }
    if (arena->newest == NULL || size > arena->newest->cap - arena->newest->used) {
        if (!add_block(arena, size)) {
            return NULL;
        }
    }
    void *memory = arena->newest->memory + arena->newest->used;
    arena->newest->used += size;
    arena->total += size;
    return memory;
}

void *pare_arena_array(pare_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    return pare_arena_alloc(arena, count * size);
}

pare_span pare_arena_copy(pare_arena *arena, pare_span span)
{
    pare_span none = {NULL, 0};
    unsigned char *copy = span.len == SIZE_MAX ? NULL : pare_arena_alloc(arena, span.len + 1);
    if (copy == NULL) {
        return none;
    }
    if (span.len > 0) {
        memcpy(copy, span.ptr, span.len);
    }
    return pare_span_from(copy, span.len);
}

char *pare_arena_printf(pare_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char *text = NULL;
    int len = vsnprintf(NULL, 0, format, args);
    if (len >= 0) {
        text = pare_arena_alloc(arena, (size_t)len + 1);
    }
    if (text != NULL && vsnprintf(text, (size_t)len + 1, format, again) != len) {
        text = NULL;
    }
    va_end(again);
    va_end(args);
    return text;
}
