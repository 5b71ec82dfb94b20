/*
 * The portable kernel: eight bytes at a time in plain C. Comparing is by the carry-free test for zero bytes.
 */
#include "filter/record/csv_kernel.h"
#include "rules/base/utf8.h"

#include <string.h>

#define KERNEL
#define VALIDATES_RUNS

typedef struct masks {
    uint64_t quote, delimiter, lf, cr, odd, wide;
} masks;

static inline uint64_t load_word(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/** Eight flags of 0x80, a byte each, as eight bits. */
static inline uint64_t pack(uint64_t flags)
{
    return (flags >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

/** A bit for each byte of `word` that equals the byte repeated in `pattern`. Exact: no borrow crosses bytes. */
static inline uint64_t equal(uint64_t word, uint64_t pattern)
{
    const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    uint64_t difference = word ^ pattern;
    return pack(~(((difference & low) + low) | difference | low));
}

static inline uint64_t repeat(unsigned char byte)
{
    return byte * UINT64_C(0x0101010101010101);
}

static inline void load(const unsigned char *at, unsigned char delimiter, masks *block)
{
    memset(block, 0, sizeof *block);
    for (unsigned i = 0; i < 8; i++) {
        uint64_t word = load_word(at + 8 * i);
        block->quote |= equal(word, repeat('"')) << (8 * i);
        block->delimiter |= equal(word, repeat(delimiter)) << (8 * i);
        block->lf |= equal(word, repeat('\n')) << (8 * i);
        block->cr |= equal(word, repeat('\r')) << (8 * i);
        block->odd |= equal(word, 0) << (8 * i);
        block->wide |= word & repeat(0x80);
    }
}

static inline void load_split(const unsigned char *at, uint64_t *quote, uint64_t *lf)
{
    *quote = 0;
    *lf = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t word = load_word(at + 8 * i);
        *quote |= equal(word, repeat('"')) << (8 * i);
        *lf |= equal(word, repeat('\n')) << (8 * i);
    }
}

static inline uint64_t prefix_xor(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

static inline void write_positions(uint32_t *to, uint32_t base, uint64_t bits)
{
    while (bits != 0) {
        *to++ = base + (uint32_t)__builtin_ctzll(bits);
        bits &= bits - 1;
    }
}

#include "filter/record/csv_index_body.h"

const pare_csv_kernel pare_csv_kernel_portable = {"portable", split_whole, index_stretch};
