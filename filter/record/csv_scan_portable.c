/*
 * The portable kernel: sixteen bytes at a time, with no instruction that some processor lacks (rules/base/sixteen.h).
 */
#include "filter/record/csv_kernel.h"
#include "rules/base/sixteen.h"
#include "rules/base/utf8.h"

#define KERNEL
#define VALIDATES_RUNS

typedef struct masks {
    uint64_t quote, delimiter, lf, cr, odd, wide;
} masks;

static inline uint64_t equal(const pare_sixteen bytes[4], unsigned char byte)
{
    const pare_sixteen pattern = pare_sixteen_of(byte);
    uint64_t bits = 0;
    for (unsigned i = 0; i < 4; i++) {
        bits |= (uint64_t)pare_sixteen_bits(pare_sixteen_equal(bytes[i], pattern)) << PARE_SIXTEEN * i;
    }
    return bits;
}

static inline void load_four(const unsigned char *at, pare_sixteen bytes[4])
{
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = pare_sixteen_load(at + PARE_SIXTEEN * i);
    }
}

static inline void load(const unsigned char *at, unsigned char delimiter, masks *block)
{
    pare_sixteen bytes[4];
    load_four(at, bytes);
    block->quote = equal(bytes, '"');
    block->delimiter = equal(bytes, delimiter);
    block->lf = equal(bytes, '\n');
    block->cr = equal(bytes, '\r');
    block->odd = equal(bytes, 0);
    block->wide = pare_sixteen_any(bytes[0] | bytes[1] | bytes[2] | bytes[3], 0x80);
}

static inline void load_split(const unsigned char *at, uint64_t *quote, uint64_t *lf)
{
    pare_sixteen bytes[4];
    load_four(at, bytes);
    *quote = equal(bytes, '"');
    *lf = equal(bytes, '\n');
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

static inline unsigned write_positions(uint32_t *to, uint32_t base, uint64_t bits)
{
    unsigned n = 0;
    for (; bits != 0; bits &= bits - 1) {
        to[n++] = base + (uint32_t)__builtin_ctzll(bits);
    }
    return n;
}

/** Without an instruction for it, a loop is faster where there are few. */
static inline unsigned count_few(uint64_t bits)
{
    unsigned n = 0;
    for (; bits != 0; bits &= bits - 1) {
        n++;
    }
    return n;
}

#include "filter/record/csv_index_body.h"

const pare_csv_kernel pare_csv_kernel_portable = {"portable", split_whole, index_stretch};
