/* The AVX2 kernel: two loads of 32 bytes, comparisons gathered into bits; quotes by carry-less multiplication. */
#include "filter/record/csv_kernel.h"

#ifdef PARE_HAVE_X86
#include <immintrin.h>
#include <string.h>

#define KERNEL __attribute__((target("avx2,pclmul,bmi,bmi2,lzcnt,popcnt")))

#include "filter/record/csv_utf8_avx2.h"

typedef struct masks {
    uint64_t quote, delimiter, lf, cr, odd, wide;
} masks;

KERNEL static inline uint64_t bits_of(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

KERNEL static inline uint64_t equal(__m256i low, __m256i high, unsigned char byte)
{
    __m256i pattern = _mm256_set1_epi8((char)byte);
    return bits_of(_mm256_cmpeq_epi8(low, pattern), _mm256_cmpeq_epi8(high, pattern));
}

KERNEL static inline void load(const unsigned char *at, unsigned char delimiter, masks *block)
{
    __m256i low = _mm256_loadu_si256((const __m256i_u *)at);
    __m256i high = _mm256_loadu_si256((const __m256i_u *)(at + 32));
    block->quote = equal(low, high, '"');
    block->delimiter = equal(low, high, delimiter);
    block->lf = equal(low, high, '\n');
    block->cr = equal(low, high, '\r');
    block->odd = equal(low, high, 0);
    block->wide = (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_or_si256(low, high));
}

KERNEL static inline void load_split(const unsigned char *at, uint64_t *quote, uint64_t *lf)
{
    __m256i low = _mm256_loadu_si256((const __m256i_u *)at);
    __m256i high = _mm256_loadu_si256((const __m256i_u *)(at + 32));
    *quote = equal(low, high, '"');
    *lf = equal(low, high, '\n');
}

KERNEL static inline uint64_t prefix_xor(uint64_t bits)
{
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/** Eight entries are written at a time, whether there are as many or not: a loop for each bit would be guessed wrong.
 */
KERNEL static inline unsigned write_positions(uint32_t *to, uint32_t base, uint64_t bits)
{
    const unsigned n = (unsigned)__builtin_popcountll(bits);
    for (unsigned left = n; left != 0; left = left > 8 ? left - 8 : 0) {
        for (unsigned i = 0; i < 8; i++) {
            to[i] = base + (uint32_t)_tzcnt_u64(bits);
            bits &= bits - 1;
        }
        to += 8;
    }
    return n;
}

/** How many bits are set; they may be few. */
KERNEL static inline unsigned count_few(uint64_t bits)
{
    return (unsigned)__builtin_popcountll(bits);
}

#include "filter/record/csv_index_body.h"

const pare_csv_kernel pare_csv_kernel_avx2 = {"avx2", split_whole, index_stretch};
#else
typedef int pare_csv_scan_avx2_is_empty; /* ISO C wants something in every file */
#endif
