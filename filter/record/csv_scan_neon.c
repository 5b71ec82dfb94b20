/*
 * The NEON kernel: four loads of 16 bytes; NEON has no instruction that gathers comparisons into bits, so each byte
 * keeps the bit of its place in a group of eight and pairwise additions bring the groups together.
 */
#include "filter/record/csv_kernel.h"
#include "rules/base/utf8.h"

#ifdef PARE_HAVE_NEON
#include <arm_neon.h>

#define KERNEL
#define VALIDATES_RUNS

typedef struct masks {
    uint64_t quote, delimiter, lf, cr, odd, wide;
} masks;

/** A bit for each byte of the four vectors that equals `byte`. */
static inline uint64_t equal(const uint8x16_t in[4], unsigned char byte)
{
    static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t pattern = vdupq_n_u8(byte), place = vld1q_u8(places);
    uint8x16_t first = vandq_u8(vceqq_u8(in[0], pattern), place), second = vandq_u8(vceqq_u8(in[1], pattern), place);
    uint8x16_t third = vandq_u8(vceqq_u8(in[2], pattern), place), fourth = vandq_u8(vceqq_u8(in[3], pattern), place);
    uint8x16_t sums = vpaddq_u8(vpaddq_u8(first, second), vpaddq_u8(third, fourth));
    sums = vpaddq_u8(sums, sums);
    return vgetq_lane_u64(vreinterpretq_u64_u8(sums), 0);
}

static inline void load_vectors(const unsigned char *at, uint8x16_t in[4])
{
    for (unsigned i = 0; i < 4; i++) {
        in[i] = vld1q_u8(at + 16 * i);
    }
}

static inline void load(const unsigned char *at, unsigned char delimiter, masks *block)
{
    uint8x16_t in[4];
    load_vectors(at, in);
    block->quote = equal(in, '"');
    block->delimiter = equal(in, delimiter);
    block->lf = equal(in, '\n');
    block->cr = equal(in, '\r');
    block->odd = equal(in, 0);
    block->wide = vmaxvq_u8(vorrq_u8(vorrq_u8(in[0], in[1]), vorrq_u8(in[2], in[3]))) & 0x80;
}

static inline void load_split(const unsigned char *at, uint64_t *quote, uint64_t *lf)
{
    uint8x16_t in[4];
    load_vectors(at, in);
    *quote = equal(in, '"');
    *lf = equal(in, '\n');
}

/* Carry-less multiplication is an optional part of the architecture; six shifts are not much slower. */
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

static inline unsigned write_positions(uint32_t *to, uint32_t base, uint64_t bits)
{
    unsigned n = 0;
    for (; bits != 0; bits &= bits - 1) {
        to[n++] = base + (uint32_t)__builtin_ctzll(bits);
    }
    return n;
}

/** How many bits are set; they may be few. */
KERNEL static inline unsigned count_few(uint64_t bits)
{
    return (unsigned)__builtin_popcountll(bits);
}

#include "filter/record/csv_index_body.h"

const pare_csv_kernel pare_csv_kernel_neon = {"neon", split_whole, index_stretch};
#else
typedef int pare_csv_scan_neon_is_empty; /* ISO C wants something in every file */
#endif
