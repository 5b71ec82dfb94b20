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

/** The 40 bits of five bytes, most significant first. */
static inline uint64_t load_five(const unsigned char *from)
{
    return (uint64_t)from[0] << 32 | (uint64_t)from[1] << 24 | (uint64_t)from[2] << 16 | (uint64_t)from[3] << 8 |
           (uint64_t)from[4];
}

/** The eight characters of 40 bits, in order from the lowest byte on. */
static inline uint64_t eight_characters(uint64_t bits)
{
    bits = bits >> 20 | (bits & UINT64_C(0xFFFFF)) << 32;
    bits = (bits >> 10 & UINT64_C(0x000003FF000003FF)) | (bits & UINT64_C(0x000003FF000003FF)) << 16;
    bits = (bits >> 5 & UINT64_C(0x001F001F001F001F)) | (bits & UINT64_C(0x001F001F001F001F)) << 8;
    /* 0 to 25 are letters, 26 to 31 the digits from 2 on, which stand 73 lower than letters would */
    uint64_t digits = (bits + UINT64_C(0x6666666666666666)) >> 7 & UINT64_C(0x0101010101010101);
    return bits + UINT64_C(0x6161616161616161) - digits * 73;
}

static inline void put_eight(unsigned char *to, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(to, &word, sizeof word);
}

void pare_base32_write(const unsigned char *bytes, size_t len, unsigned char *out)
{
    for (; len >= 5; bytes += 5, len -= 5, out += 8) {
        put_eight(out, eight_characters(load_five(bytes)));
    }
    if (len > 0) {
        unsigned char rest[5] = {0}, characters[8];
        memcpy(rest, bytes, len);
        put_eight(characters, eight_characters(load_five(rest)));
        memcpy(out, characters, pare_base32_length(len));
    }
}
