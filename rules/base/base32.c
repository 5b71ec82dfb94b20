/*
 * See base32.h. Five bytes are eight groups of five bits. They are spread over the eight bytes of a word by halving
 * three times, and become characters by one addition for all eight:
 *
 *     40 bits    hhhhhhhhhhhhhhhhhhhh llllllllllllllllllll
 *     2 x 20     h in the lower, l in the upper half of the word
 *     4 x 10, 8 x 5 likewise: the first group is the lowest byte
 */
#include "rules/base/base32.h"

#include <string.h>

/** The eight characters of the five bytes at `from`, in order from the lowest byte on. */
static uint64_t eight_characters(const unsigned char from[5])
{
    uint64_t bits = (uint64_t)from[0] << 32 | (uint64_t)from[1] << 24 | (uint64_t)from[2] << 16 |
                    (uint64_t)from[3] << 8 | (uint64_t)from[4];
    bits = bits >> 20 | (bits & UINT64_C(0xFFFFF)) << 32;
    bits = (bits >> 10 & UINT64_C(0x000003FF000003FF)) | (bits & UINT64_C(0x000003FF000003FF)) << 16;
    bits = (bits >> 5 & UINT64_C(0x001F001F001F001F)) | (bits & UINT64_C(0x001F001F001F001F)) << 8;
    /* 0 to 25 are letters, 26 to 31 the digits from 2 on, which stand 73 lower than letters would */
    uint64_t digits = (bits + UINT64_C(0x6666666666666666)) >> 7 & UINT64_C(0x0101010101010101);
    return bits + UINT64_C(0x6161616161616161) - digits * 73;
}

static void put_word(unsigned char *to, uint64_t word, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* compiles to one store where n is 8 */
        to[i] = (unsigned char)(word >> 8 * i);
    }
}

void pare_base32_write(const unsigned char *bytes, size_t len, unsigned char *out)
{
    for (; len >= 5; bytes += 5, len -= 5, out += 8) {
        put_word(out, eight_characters(bytes), 8);
    }
    if (len > 0) {
        unsigned char rest[5] = {0};
        memcpy(rest, bytes, len);
        put_word(out, eight_characters(rest), pare_base32_length(len));
    }
}
