/*
 * Sixteen bytes at once, in whatever registers the machine has: a vector extension of GCC and clang, which every
 * processor can do something with. Comparisons give 255 where they hold and 0 where they don't.
 */
#ifndef PARE_RULES_BASE_SIXTEEN_H
#define PARE_RULES_BASE_SIXTEEN_H

#include "pare/types.h"

#include <string.h>

typedef unsigned char pare_sixteen __attribute__((vector_size(16)));
typedef uint64_t pare_sixteen_halves __attribute__((vector_size(16)));
enum { PARE_SIXTEEN = sizeof(pare_sixteen) };

static inline pare_sixteen pare_sixteen_load(const unsigned char *at)
{
    pare_sixteen bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/** The byte sixteen times. */
static inline pare_sixteen pare_sixteen_of(unsigned char byte)
{
    const uint64_t eight = UINT64_C(0x0101010101010101) * byte;
    return (pare_sixteen)(pare_sixteen_halves){eight, eight};
}

/** 255 in the first `n` (at most 16), 0 in the others. */
static inline pare_sixteen pare_sixteen_first(size_t n)
{
    static const unsigned char window[2 * PARE_SIXTEEN] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                           255, 255, 255, 255, 255, 255, 255, 255}; /* then zeros */
    return pare_sixteen_load(window + PARE_SIXTEEN - n);
}

/** Bytes equal to `byte`. */
static inline pare_sixteen pare_sixteen_equal(pare_sixteen bytes, pare_sixteen other)
{
    return (pare_sixteen)(bytes == other);
}

/** Whether any of the bits of `mask`, in any of the bytes, is set. */
static inline bool pare_sixteen_any(pare_sixteen bytes, unsigned char mask)
{
    const pare_sixteen_halves halves = (pare_sixteen_halves)bytes;
    return ((halves[0] | halves[1]) & UINT64_C(0x0101010101010101) * mask) != 0;
}

/** A bit for each of the sixteen bytes, all of which are 0 or 255; the first is the lowest. */
static inline uint32_t pare_sixteen_bits(pare_sixteen bytes)
{
    /* each byte of a half keeps a bit of its own; a product gathers the eight in its highest byte */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    const uint64_t own = UINT64_C(0x0102040810204080);
#else
    const uint64_t own = UINT64_C(0x8040201008040201);
#endif
    const pare_sixteen_halves halves = (pare_sixteen_halves)bytes;
    const uint64_t gather = UINT64_C(0x0101010101010101);
    return (uint32_t)((halves[0] & own) * gather >> 56 | (halves[1] & own) * gather >> 56 << 8);
}

#endif
