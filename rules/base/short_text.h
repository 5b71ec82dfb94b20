/* Texts of up to seven bytes as one number each, so that to compare them is one instruction. */
#ifndef PARE_RULES_BASE_SHORT_TEXT_H
#define PARE_RULES_BASE_SHORT_TEXT_H

#include "pare/types.h"

#include <string.h>

enum { PARE_SHORT_TEXT_BYTES = 7 };

/** Two texts of at most PARE_SHORT_TEXT_BYTES are equal if and only if these are: the bytes, and the length on top. */
static inline uint64_t pare_short_text(const unsigned char *at, size_t len)
{
    uint64_t bytes = 0;
    if (len >= 4) { /* two overlapping halves: the same bytes fall on the same place */
        uint32_t first, last;
        memcpy(&first, at, sizeof first);
        memcpy(&last, at + len - sizeof last, sizeof last);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        first = __builtin_bswap32(first);
        last = __builtin_bswap32(last);
#endif
        bytes = first | (uint64_t)last << 8 * (len - sizeof last);
    } else if (len > 0) { /* first, middle and last, likewise */
        bytes = at[0] | (uint64_t)at[len / 2] << 8 * (len / 2) | (uint64_t)at[len - 1] << 8 * (len - 1);
    }
    return bytes | (uint64_t)len << 8 * PARE_SHORT_TEXT_BYTES;
}

#endif
