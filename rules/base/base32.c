/*
 * See base32.h. Five bytes are eight groups of five bits. They are spread over the eight bytes of a word by halving
 * three times, and become characters by one addition for all eight:
 *
 *     40 bits    hhhhhhhhhhhhhhhhhhhh llllllllllllllllllll
 *     2 x 20     h in the lower, l in the upper half of the word
 *     4 x 10, 8 x 5 likewise: the first group is the lowest byte
 *
 * A token of the usual length, 128 bits, has all its characters made at once where the processor has AVX2: each group
 * lies within two neighbouring bytes, which are brought into a lane of 16 bits and shifted into place.
 */
#include "rules/base/base32.h"

#include "rules/base/vectors.h"

#include <string.h>

#ifdef PARE_HAVE_X86
#include <immintrin.h>
#endif

enum { USUAL_BYTES = 16 };

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

#ifdef PARE_HAVE_X86
#define AVX2 __attribute__((target("avx2")))

/**
 * Sixteen groups, a lane of 16 bits for each. `pairs` brings the two bytes that hold a group into its lane, the first
 * on top; above the group are then 0, 5, 2, 7, 4, 1, 6, 3 bits, and the upper half of a product shifts it to the
 * bottom.
 */
AVX2 static inline __m256i sixteen_groups(__m256i bytes, __m256i pairs)
{
    const __m256i shifts = _mm256_setr_epi16(1 << 5, 1 << 10, 1 << 7, 1 << 12, 1 << 9, 1 << 6, 1 << 11, 1 << 8, 1 << 5,
                                             1 << 10, 1 << 7, 1 << 12, 1 << 9, 1 << 6, 1 << 11, 1 << 8);
    __m256i lanes = _mm256_shuffle_epi8(bytes, pairs);
    return _mm256_and_si256(_mm256_mulhi_epu16(lanes, shifts), _mm256_set1_epi16(31));
}

/** The 26 characters of 16 bytes. */
AVX2 static void write_usual(const unsigned char *bytes, unsigned char *out)
{
    /* group i begins at bit 5 i: in byte 5 i / 8, where it may need the next one. 0x80: nothing, beyond the end */
    enum { NONE = (char)0x80 };
    const __m256i first = _mm256_setr_epi8(1, 0, 1, 0, 2, 1, 2, 1, 3, 2, 4, 3, 4, 3, 5, 4, /* groups 0 to 7 */
                                           11, 10, 11, 10, 12, 11, 12, 11, 13, 12, 14, 13, 14, 13, 15, 14); /* 16 on */
    const __m256i second = _mm256_setr_epi8(6, 5, 6, 5, 7, 6, 7, 6, 8, 7, 9, 8, 9, 8, 10, 9, /* groups 8 to 15 */
                                            NONE, 15, NONE, 15, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
                                            NONE, NONE, NONE); /* 24 and 25 */
    __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)bytes));
    /* packing puts groups 0 to 15 into the lower half, 16 to 25 into the upper one */
    __m256i groups = _mm256_packus_epi16(sixteen_groups(both, first), sixteen_groups(both, second));
    __m256i digits = _mm256_cmpgt_epi8(groups, _mm256_set1_epi8(25)); /* -1 where it is one */
    __m256i letters = _mm256_add_epi8(groups, _mm256_set1_epi8('a'));
    __m256i characters = _mm256_sub_epi8(letters, _mm256_and_si256(digits, _mm256_set1_epi8(73)));
    __m128i rest = _mm256_extracti128_si256(characters, 1);
    _mm_storeu_si128((__m128i *)(void *)out, _mm256_castsi256_si128(characters));
    _mm_storel_epi64((__m128i *)(void *)(out + 16), rest);
    const uint16_t last = (uint16_t)_mm_extract_epi16(rest, 4);
    memcpy(out + 24, &last, sizeof last);
}
#endif

void pare_base32_write(const unsigned char *bytes, size_t len, unsigned char *out)
{
#ifdef PARE_HAVE_X86
    if (len == USUAL_BYTES && __builtin_cpu_supports("avx2")) {
        write_usual(bytes, out);
        return;
    }
#endif
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
