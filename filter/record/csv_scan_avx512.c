/*
 * The AVX-512 kernel: 64 bytes in one load, comparisons straight into masks, and places written by compressing the
 * numbers 0 to 63 under the mask of separators (VBMI2).
 */
#include "filter/record/csv_kernel.h"

#ifdef PARE_HAVE_X86
#include <immintrin.h>
#include <string.h>

#define FEATURES "avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,pclmul,bmi,bmi2,lzcnt,popcnt"
#ifdef __clang__ /* it ignores the whole list where one word is GCC's alone */
#define KERNEL __attribute__((target(FEATURES)))
#else
#define KERNEL __attribute__((target(FEATURES ",prefer-vector-width=512")))
#endif

#include "filter/record/csv_utf8_avx2.h"

typedef struct masks {
    uint64_t quote, delimiter, lf, cr, odd, wide;
} masks;

KERNEL static inline uint64_t equal(__m512i bytes, unsigned char byte)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)byte));
}

KERNEL static inline void load(const unsigned char *at, unsigned char delimiter, masks *block)
{
    __m512i bytes = _mm512_loadu_si512(at);
    block->quote = equal(bytes, '"');
    block->delimiter = equal(bytes, delimiter);
    block->lf = equal(bytes, '\n');
    block->cr = equal(bytes, '\r');
    block->odd = _mm512_testn_epi8_mask(bytes, bytes);
    block->wide = _mm512_movepi8_mask(bytes);
}

KERNEL static inline void load_split(const unsigned char *at, uint64_t *quote, uint64_t *lf)
{
    __m512i bytes = _mm512_loadu_si512(at);
    *quote = equal(bytes, '"');
    *lf = equal(bytes, '\n');
}

KERNEL static inline uint64_t prefix_xor(uint64_t bits)
{
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/** Sixteen entries at a time; nearly always the first sixteen are all. */
KERNEL static inline unsigned write_positions(uint32_t *to, uint32_t base, uint64_t bits)
{
    static const unsigned char numbers[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                              16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                              32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                              48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i places = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(numbers));
    __m512i first = _mm512_set1_epi32((int)base);
    unsigned n = (unsigned)__builtin_popcountll(bits);
    _mm512_storeu_si512(to, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
    if (__builtin_expect(n > 16, 0)) {
        __m512i second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 1));
        __m512i third = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 2));
        __m512i fourth = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 3));
        _mm512_storeu_si512(to + 16, _mm512_add_epi32(first, second));
        _mm512_storeu_si512(to + 32, _mm512_add_epi32(first, third));
        _mm512_storeu_si512(to + 48, _mm512_add_epi32(first, fourth));
    }
    return n;
}

/** How many bits are set; they may be few. */
KERNEL static inline unsigned count_few(uint64_t bits)
{
    return (unsigned)__builtin_popcountll(bits);
}

#include "filter/record/csv_index_body.h"

const pare_csv_kernel pare_csv_kernel_avx512 = {"avx512", split_whole, index_stretch};
#else
typedef int pare_csv_scan_avx512_is_empty; /* ISO C wants something in every file */
#endif
