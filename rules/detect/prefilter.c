/*
 * Facts about a value, 64 bytes at a time (prefilter.h).
 *
 * What differs between processors is only how 64 bytes become masks: load_*(). What is made of the masks, derive(), is
 * one piece of code that is inlined into each. The portable version makes the same masks with no instruction that some
 * processor lacks, and the tests hold all of them against a reading byte by byte.
 */
#include "rules/detect/prefilter.h"

#include "rules/base/sixteen.h"
#include "rules/base/vectors.h"

#ifdef PARE_HAVE_X86
#include <immintrin.h>
#endif

enum { BLOCK = PARE_PREFILTER_BLOCK };

/** The masks of this block and of the one before, and the digits of the run that reaches the end of the latter. */
typedef struct pass {
    uint64_t masks[2][PARE_N_MASKS];
    unsigned now; /* which of the two is this block's */
    size_t at;    /* where this block begins */
    size_t run;
    size_t run_first; /* offset of that run's first digit, if it has any */
    size_t noted_run;
} pass;

static inline size_t lowest(uint64_t bits)
{
    return (size_t)__builtin_ctzll(bits);
}

static inline size_t highest(uint64_t bits)
{
    return BLOCK - 1 - (size_t)__builtin_clzll(bits);
}

/** A run of `digits` digits, of which `inside` are in this block: it is the longest so far, or one to be noted. */
static inline __attribute__((always_inline)) void take_run(const pass *p, size_t first, size_t digits, uint64_t inside,
                                                           pare_value_facts *facts)
{
    facts->run = digits > facts->run ? digits : facts->run;
    if (digits < p->noted_run || inside == 0) {
        return;
    }
    bool grows =
        facts->n_runs > 0 && facts->n_runs <= PARE_PREFILTER_MAX_RUNS && facts->runs[facts->n_runs - 1].first == first;
    facts->n_runs += !grows && facts->n_runs <= PARE_PREFILTER_MAX_RUNS;
    if (facts->n_runs <= PARE_PREFILTER_MAX_RUNS) {
        facts->runs[facts->n_runs - 1] = (pare_digit_run){first, p->at + highest(inside), digits};
    }
}

static inline __attribute__((always_inline)) void derive_runs(uint64_t digits, uint64_t joints, pass *p,
                                                              pare_value_facts *facts)
{
    uint64_t breaks = ~joints;
    size_t run = p->run;
    uint64_t rest = digits; /* digits that are not counted yet */
    uint64_t seen = 0;      /* bits below the run that is being counted */
    if (breaks == 0) {
        p->run_first = run > 0 ? p->run_first : p->at + lowest(digits);
        p->run += (size_t)__builtin_popcountll(digits);
        take_run(p, p->run_first, p->run, digits, facts);
        return;
    }
    p->run = 0;
    while (rest != 0) {
        uint64_t first = rest & (~rest + 1);
        uint64_t ahead = breaks & ~(first - 1); /* breaks behind the first digit */
        uint64_t end = ahead & (~ahead + 1);    /* the nearest, or 0: the run leaves the block */
        uint64_t inside = rest & (end - 1);     /* all bits if end is 0 */
        bool joined = (breaks & (first - 1) & ~seen) == 0 && seen == 0; /* with what was carried in */
        size_t count = (size_t)__builtin_popcountll(inside) + (joined ? run : 0);
        size_t at = joined && run > 0 ? p->run_first : p->at + lowest(first);
        take_run(p, at, count, inside, facts);
        if (end == 0) {
            p->run = count;
            p->run_first = at;
            return;
        }
        seen = end - 1;
        rest &= ~inside;
    }
}

/** Where a sequence ends in this block. It may have begun in the one before. */
static inline __attribute__((always_inline)) uint64_t ends_of(const uint8_t *elements, size_t n, const uint64_t *now,
                                                              const uint64_t *before)
{
    uint64_t ends = now[elements[0]], ends_before = before[elements[0]];
    for (size_t k = 1; k < n; k++) { /* of ends_before only the last bit matters, and it sees all it needs */
        ends = (ends << 1 | ends_before >> (BLOCK - 1)) & now[elements[k]];
        ends_before = ends_before << 1 & before[elements[k]];
    }
    return ends;
}

/** A sequence of n elements, and where it ends in this block. */
static inline __attribute__((always_inline)) void take_sequence(const pass *p, size_t index, size_t n, uint64_t ends,
                                                                pare_value_facts *facts)
{
    uint64_t bit = (uint64_t)1 << (PARE_PREFILTER_MAX_BYTES + index);
    size_t known = (facts->bits & bit) == 0 ? 0 : facts->sequences[index].n;
    facts->bits |= bit;
    facts->sequences[index].n = known + (size_t)__builtin_popcountll(ends);
    facts->sequences[index].last = p->at + highest(ends) + 1 - n;
    for (; ends != 0 && known < PARE_PREFILTER_MAX_PLACES; ends &= ends - 1) {
        facts->sequences[index].at[known++] = (uint32_t)(p->at + lowest(ends) + 1 - n);
    }
}

static inline __attribute__((always_inline)) void derive(const pare_prefilter *prefilter, pass *p,
                                                         pare_value_facts *facts)
{
    const uint64_t *now = p->masks[p->now], *before = p->masks[1 - p->now];
    for (size_t i = 0; i < prefilter->n_sequences; i++) {
        uint8_t rarest = prefilter->sequences[i].rarest, n = prefilter->sequences[i].n;
        uint64_t ends =
            (now[rarest] | before[rarest]) == 0 ? 0 : ends_of(prefilter->sequences[i].masks, n, now, before);
        if (ends != 0) {
            take_sequence(p, i, n, ends, facts);
        }
    }
    if ((now[PARE_MASK_DIGIT] | p->run) != 0) {
        derive_runs(now[PARE_MASK_DIGIT], now[PARE_MASK_JOINT], p, facts);
    }
    p->now = 1 - p->now;
    p->at += BLOCK;
}

static inline __attribute__((always_inline)) void begin(const pare_prefilter *prefilter, pare_value_facts *facts,
                                                        pass *p)
{
    facts->shaped = true;
    facts->run = facts->n_runs = 0;
    p->at = p->run = p->run_first = 0;
    p->noted_run = prefilter->noted_run == 0 ? SIZE_MAX : prefilter->noted_run;
    p->now = 0;
    for (size_t i = 0; i < PARE_MASK_FIRST_BYTE + prefilter->n_bytes; i++) {
        p->masks[1][i] = 0; /* there is no block before the first */
    }
}

static inline __attribute__((always_inline)) void begin_count(pare_span value, pare_value_facts *facts)
{
    facts->bits = 0;
    facts->digits = facts->run = facts->n_runs = 0;
    facts->bytes = value.len;
    facts->shaped = false;
}

/* --- portable ---------------------------------------------------------------------------------- */

/** Bytes whose distance from `first` is at most `span`. */
static inline pare_sixteen within_sixteen(pare_sixteen bytes, unsigned char first, unsigned char span)
{
    return (pare_sixteen)(bytes - pare_sixteen_of(first) <= pare_sixteen_of(span));
}

static inline pare_sixteen equal_sixteen(pare_sixteen bytes, unsigned char byte)
{
    return pare_sixteen_equal(bytes, pare_sixteen_of(byte));
}

static void load_portable(const pare_prefilter *prefilter, const unsigned char bytes[BLOCK],
                          uint64_t masks[PARE_N_MASKS])
{
    memset(masks, 0, (PARE_MASK_FIRST_BYTE + prefilter->n_bytes) * sizeof masks[0]);
    for (unsigned shift = 0; shift < BLOCK; shift += PARE_SIXTEEN) {
        const pare_sixteen x = pare_sixteen_load(bytes + shift);
        const pare_sixteen high = (pare_sixteen)(x >= pare_sixteen_of(0x80));
        const pare_sixteen digit = within_sixteen(x, '0', 9);
        const pare_sixteen letter = within_sixteen(x | pare_sixteen_of(0x20), 'a', 25);
        const pare_sixteen joint = (within_sixteen(x, 0x28, 7) & ~equal_sixteen(x, ',')) | equal_sixteen(x, ' ');
        masks[PARE_MASK_DIGIT] |= (uint64_t)pare_sixteen_bits(digit) << shift;
        masks[PARE_MASK_LETTER] |= (uint64_t)pare_sixteen_bits(letter | high) << shift;
        masks[PARE_MASK_JOINT] |= (uint64_t)pare_sixteen_bits(joint | digit | high) << shift;
        for (size_t k = 0; k < prefilter->n_bytes; k++) {
            masks[PARE_MASK_FIRST_BYTE + k] |= (uint64_t)pare_sixteen_bits(equal_sixteen(x, prefilter->bytes[k]))
                                               << shift;
        }
    }
}

/** Digits in sixteen bytes; what of the bytes that are asked for they hold is added to `seen`. */
static inline unsigned count_sixteen(const pare_prefilter *prefilter, const unsigned char *bytes,
                                     pare_sixteen seen[PARE_PREFILTER_MAX_BYTES])
{
    const pare_sixteen x = pare_sixteen_load(bytes);
    for (size_t k = 0; k < prefilter->n_bytes; k++) {
        seen[k] |= equal_sixteen(x, prefilter->bytes[k]);
    }
    const pare_sixteen_halves ones =
        (pare_sixteen_halves)(within_sixteen(x, '0', 9) & pare_sixteen_of(1)); /* two bytes' sum is at most 2 */
    return (unsigned)((ones[0] + ones[1]) * UINT64_C(0x0101010101010101) >> 56);
}

static void count_portable(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts)
{
    unsigned char tail[PARE_SIXTEEN] = {0}; /* NUL is no byte that can be asked for */
    pare_sixteen seen[PARE_PREFILTER_MAX_BYTES];
    size_t at = 0;
    begin_count(value, facts);
    memset(seen, 0, prefilter->n_bytes * sizeof seen[0]);
    for (; value.len - at >= PARE_SIXTEEN; at += PARE_SIXTEEN) {
        facts->digits += count_sixteen(prefilter, value.ptr + at, seen);
    }
    if (at < value.len) {
        memcpy(tail, value.ptr + at, value.len - at);
        facts->digits += count_sixteen(prefilter, tail, seen);
    }
    for (size_t k = 0; k < prefilter->n_bytes; k++) {
        facts->bits |= (uint64_t)pare_sixteen_any(seen[k], 0xFF) << k;
    }
}

static void shape_portable(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts)
{
    pass p;
    unsigned char tail[BLOCK] = {0}; /* NUL belongs to no mask, unless a detector asks for NUL: none can */
    size_t at = 0;
    begin(prefilter, facts, &p);
    for (; value.len - at >= BLOCK; at += BLOCK) {
        load_portable(prefilter, value.ptr + at, p.masks[p.now]);
        derive(prefilter, &p, facts);
    }
    if (at < value.len) {
        memcpy(tail, value.ptr + at, value.len - at);
        load_portable(prefilter, tail, p.masks[p.now]);
        derive(prefilter, &p, facts);
    }
}

static pare_letters letters_portable(const unsigned char *bytes, size_t n)
{
    pare_letters letters = {0, 0};
    unsigned char block[BLOCK] = {0};
    memcpy(block, bytes, n < BLOCK ? n : BLOCK);
    for (unsigned shift = 0; shift < BLOCK; shift += PARE_SIXTEEN) {
        const pare_sixteen x = pare_sixteen_load(block + shift);
        const pare_sixteen ascii = within_sixteen(x | pare_sixteen_of(0x20), 'a', 25);
        const pare_sixteen lead = (pare_sixteen)(x >= pare_sixteen_of(0xC0));
        letters.ascii |= (uint64_t)pare_sixteen_bits(ascii) << shift;
        letters.lead |= (uint64_t)pare_sixteen_bits(lead) << shift;
    }
    return letters;
}

static bool always(void)
{
    return true;
}

/* --- AVX2 and AVX-512 ---------------------------------------------------------------------------- */
#ifdef PARE_HAVE_X86
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2,popcnt,lzcnt")))

/** Bits of the bytes of x whose distance from `first` is at most `span`. */
static inline AVX2 uint32_t within_256(__m256i x, char first, char span)
{
    __m256i distance = _mm256_sub_epi8(x, _mm256_set1_epi8(first));
    __m256i near = _mm256_min_epu8(distance, _mm256_set1_epi8(span));
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(near, distance));
}

static inline AVX2 uint32_t equal_256(__m256i x, unsigned char byte)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)byte)));
}

static inline AVX2 void load_avx2(const pare_prefilter *prefilter, const unsigned char *bytes,
                                  uint64_t masks[PARE_N_MASKS])
{
    for (size_t i = 0; i < PARE_MASK_FIRST_BYTE + prefilter->n_bytes; i++) {
        masks[i] = 0;
    }
    for (unsigned half = 0; half < 2; half++) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + half * 32));
        unsigned shift = half * 32;
        uint32_t high = (uint32_t)_mm256_movemask_epi8(x);
        uint32_t digit = within_256(x, '0', 9);
        uint32_t letter = within_256(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), 'a', 25);
        uint32_t joint = (within_256(x, 0x28, 7) & ~equal_256(x, ',')) | equal_256(x, ' ');
        masks[PARE_MASK_DIGIT] |= (uint64_t)digit << shift;
        masks[PARE_MASK_LETTER] |= (uint64_t)(letter | high) << shift;
        masks[PARE_MASK_JOINT] |= (uint64_t)(joint | digit | high) << shift;
        for (size_t k = 0; k < prefilter->n_bytes; k++) {
            masks[PARE_MASK_FIRST_BYTE + k] |= (uint64_t)equal_256(x, prefilter->bytes[k]) << shift;
        }
    }
}

/** All bits that any of the 32 bytes has. */
static inline AVX2 unsigned char any_256(__m256i x)
{
    __m128i half = _mm_or_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    uint64_t rest = (uint64_t)_mm_cvtsi128_si64(_mm_or_si128(half, _mm_unpackhi_epi64(half, half)));
    rest |= rest >> 32;
    rest |= rest >> 16;
    return (unsigned char)(rest | rest >> 8);
}

static inline AVX2 __m256i table_256(const unsigned char table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/** The bits of group `g` that the bytes of x have. */
static inline AVX2 __m256i look_up_256(const pare_prefilter *prefilter, size_t g, __m256i x)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i low = _mm256_shuffle_epi8(table_256(prefilter->low[g]), _mm256_and_si256(x, nibble));
    __m256i high =
        _mm256_shuffle_epi8(table_256(prefilter->high[g]), _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
    return _mm256_and_si256(low, high);
}

static inline AVX2 void count_block_256(const pare_prefilter *prefilter, const unsigned char *bytes,
                                        pare_value_facts *facts, __m256i seen[PARE_PREFILTER_GROUPS])
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    facts->digits += (size_t)__builtin_popcount(within_256(x, '0', 9));
    for (size_t g = 0; g < PARE_PREFILTER_GROUPS && g * 8 < prefilter->n_bytes; g++) {
        seen[g] = _mm256_or_si256(seen[g], look_up_256(prefilter, g, x));
    }
}

static AVX2 void count_avx2(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts)
{
    enum { STEP = 32 };
    unsigned char tail[STEP] = {0}; /* NUL is no byte that can be asked for */
    __m256i seen[PARE_PREFILTER_GROUPS] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    size_t at = 0;
    begin_count(value, facts);
    for (; value.len - at >= STEP; at += STEP) {
        count_block_256(prefilter, value.ptr + at, facts, seen);
    }
    if (at < value.len) {
        memcpy(tail, value.ptr + at, value.len - at);
        count_block_256(prefilter, tail, facts, seen);
    }
    for (size_t g = 0; g < PARE_PREFILTER_GROUPS && g * 8 < prefilter->n_bytes; g++) {
        facts->bits |= (uint64_t)any_256(seen[g]) << g * 8;
    }
}

static AVX2 void shape_avx2(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts)
{
    pass p;
    unsigned char tail[BLOCK] = {0}; /* NUL belongs to no mask, unless a detector asks for NUL: none can */
    size_t at = 0;
    begin(prefilter, facts, &p);
    for (; value.len - at >= BLOCK; at += BLOCK) {
        load_avx2(prefilter, value.ptr + at, p.masks[p.now]);
        derive(prefilter, &p, facts);
    }
    if (at < value.len) {
        memcpy(tail, value.ptr + at, value.len - at);
        load_avx2(prefilter, tail, p.masks[p.now]);
        derive(prefilter, &p, facts);
    }
}

static AVX2 pare_letters letters_avx2(const unsigned char *bytes, size_t n)
{
    pare_letters letters = {0, 0};
    unsigned char tail[BLOCK] = {0};
    if (n < BLOCK) {
        memcpy(tail, bytes, n);
        bytes = tail;
    }
    for (unsigned half = 0; half < 2; half++) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + half * 32));
        __m256i high = _mm256_and_si256(x, _mm256_slli_epi16(x, 1)); /* in the first bit of a byte: its first two */
        letters.ascii |= (uint64_t)within_256(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), 'a', 25) << half * 32;
        letters.lead |= (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << half * 32;
    }
    return letters;
}

static bool has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static inline AVX512 __mmask64 within_512(__m512i x, char first, char span)
{
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(x, _mm512_set1_epi8(first)), _mm512_set1_epi8(span));
}

static inline AVX512 void load_avx512(const pare_prefilter *prefilter, __m512i x, uint64_t masks[PARE_N_MASKS])
{
    uint64_t high = _mm512_movepi8_mask(x);
    uint64_t digit = within_512(x, '0', 9);
    uint64_t letter = within_512(_mm512_or_si512(x, _mm512_set1_epi8(0x20)), 'a', 25);
    uint64_t comma = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(','));
    uint64_t blank = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(' '));
    masks[PARE_MASK_DIGIT] = digit;
    masks[PARE_MASK_LETTER] = letter | high;
    masks[PARE_MASK_JOINT] = (within_512(x, 0x28, 7) & ~comma) | blank | digit | high;
    for (size_t k = 0; k < prefilter->n_bytes; k++) {
        masks[PARE_MASK_FIRST_BYTE + k] = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)prefilter->bytes[k]));
    }
}

static inline AVX512 __m512i table_512(const unsigned char table[16])
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)table));
}

static AVX512 void count_avx512(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts)
{
    const __m512i nibble = _mm512_set1_epi8(15);
    size_t n_groups = (prefilter->n_bytes + 7) / 8;
    __m512i seen[PARE_PREFILTER_GROUPS] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
    begin_count(value, facts);
    for (size_t at = 0; at < value.len; at += BLOCK) {
        size_t n = value.len - at;
        __mmask64 there = n >= BLOCK ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1; /* nothing behind the value is read */
        __m512i x = _mm512_maskz_loadu_epi8(there, value.ptr + at);
        __m512i low = _mm512_and_si512(x, nibble), high = _mm512_and_si512(_mm512_srli_epi16(x, 4), nibble);
        facts->digits += (size_t)__builtin_popcountll(within_512(x, '0', 9));
        for (size_t g = 0; g < PARE_PREFILTER_GROUPS && g < n_groups; g++) {
            seen[g] =
                _mm512_or_si512(seen[g], _mm512_and_si512(_mm512_shuffle_epi8(table_512(prefilter->low[g]), low),
                                                          _mm512_shuffle_epi8(table_512(prefilter->high[g]), high)));
        }
    }
    for (size_t g = 0; g < n_groups; g++) {
        __m256i half = _mm256_or_si256(_mm512_castsi512_si256(seen[g]), _mm512_extracti64x4_epi64(seen[g], 1));
        facts->bits |= (uint64_t)any_256(half) << g * 8;
    }
}

static AVX512 void shape_avx512(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts)
{
    pass p;
    begin(prefilter, facts, &p);
    for (size_t at = 0; at < value.len; at += BLOCK) {
        size_t n = value.len - at;
        __mmask64 there = n >= BLOCK ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1; /* nothing behind the value is read */
        load_avx512(prefilter, _mm512_maskz_loadu_epi8(there, value.ptr + at), p.masks[p.now]);
        derive(prefilter, &p, facts);
    }
}

static AVX512 pare_letters letters_avx512(const unsigned char *bytes, size_t n)
{
    __mmask64 there = n >= BLOCK ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1;
    __m512i x = _mm512_maskz_loadu_epi8(there, bytes);
    return (pare_letters){within_512(_mm512_or_si512(x, _mm512_set1_epi8(0x20)), 'a', 25),
                          _mm512_cmpge_epu8_mask(x, _mm512_set1_epi8((char)0xC0))};
}

static bool has_avx512(void)
{
    __builtin_cpu_init();
    return has_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

const pare_prefilter_kind pare_prefilter_kinds[] = {
#ifdef PARE_HAVE_X86
    {"avx512", count_avx512, shape_avx512, letters_avx512, has_avx512},
    {"avx2", count_avx2, shape_avx2, letters_avx2, has_avx2},
#endif
    {"portable", count_portable, shape_portable, letters_portable, always},
    {NULL, NULL, NULL, NULL, NULL},
};

const pare_prefilter_kind *pare_prefilter_choose(void)
{
    const pare_prefilter_kind *kind = pare_prefilter_kinds;
    while (!kind->runs_here()) {
        kind++;
    }
    return kind;
}

/* --- what a set asks for -------------------------------------------------------------------------- */

/** Index of the mask of a byte, or PARE_N_MASKS where there is no room. */
static size_t mask_of_byte(pare_prefilter *prefilter, unsigned char byte)
{
    for (size_t i = 0; i < prefilter->n_bytes; i++) {
        if (prefilter->bytes[i] == byte) {
            return PARE_MASK_FIRST_BYTE + i;
        }
    }
    if (byte == 0 || prefilter->n_bytes == PARE_PREFILTER_MAX_BYTES) {
        return PARE_N_MASKS;
    }
    size_t group = prefilter->n_bytes / 8;
    unsigned bit = 1u << prefilter->n_bytes % 8;
    prefilter->low[group][byte & 15] = (unsigned char)(prefilter->low[group][byte & 15] | bit);
    prefilter->high[group][byte >> 4] = (unsigned char)(prefilter->high[group][byte >> 4] | bit);
    prefilter->bytes[prefilter->n_bytes] = byte;
    return PARE_MASK_FIRST_BYTE + prefilter->n_bytes++;
}

uint64_t pare_prefilter_want_byte(pare_prefilter *prefilter, unsigned char byte)
{
    size_t mask = mask_of_byte(prefilter, byte);
    return mask == PARE_N_MASKS ? 0 : (uint64_t)1 << (mask - PARE_MASK_FIRST_BYTE);
}

const char *pare_prefilter_check_sequence(pare_span sequence)
{
    if (sequence.len < 2 || sequence.len > PARE_PREFILTER_SEQUENCE) {
        return "a sequence has 2 to 4 characters";
    }
    for (size_t i = 0; i < sequence.len; i++) {
        unsigned char byte = sequence.ptr[i];
        bool alphanumeric = (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
        if (byte < ' ' || byte > '~' || (alphanumeric && byte != 'a' && byte != '1')) {
            return "`a` stands for any letter, `1` for any digit, and blanks and ASCII punctuation for themselves";
        }
    }
    return NULL;
}

uint64_t pare_prefilter_want_sequence(pare_prefilter *prefilter, const char *sequence)
{
    uint8_t masks[PARE_PREFILTER_SEQUENCE] = {0};
    size_t n = strlen(sequence);
    if (n < 2 || n > PARE_PREFILTER_SEQUENCE || prefilter->n_sequences == PARE_PREFILTER_MAX_SEQUENCES) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        size_t mask = sequence[i] == 'a'   ? (size_t)PARE_MASK_LETTER
                      : sequence[i] == '1' ? (size_t)PARE_MASK_DIGIT
                                           : mask_of_byte(prefilter, (unsigned char)sequence[i]);
        if (mask == PARE_N_MASKS) {
            return 0;
        }
        masks[i] = (uint8_t)mask;
    }
    for (size_t i = 0; i < prefilter->n_sequences; i++) {
        if (prefilter->sequences[i].n == n && memcmp(prefilter->sequences[i].masks, masks, sizeof masks) == 0) {
            return (uint64_t)1 << (PARE_PREFILTER_MAX_BYTES + i);
        }
    }
    uint8_t rarest = masks[0]; /* punctuation is rarer than digits, and digits are rarer than letters */
    for (size_t i = 0; i < n; i++) {
        bool letters = rarest == PARE_MASK_LETTER || sequence[0] == ' ';
        bool digits = rarest == PARE_MASK_DIGIT;
        bool byte = masks[i] >= PARE_MASK_FIRST_BYTE && sequence[i] != ' ';
        rarest = (letters && masks[i] == PARE_MASK_DIGIT) || ((letters || digits) && byte) ? masks[i] : rarest;
    }
    memcpy(prefilter->sequences[prefilter->n_sequences].masks, masks, sizeof masks);
    prefilter->sequences[prefilter->n_sequences].n = (uint8_t)n;
    prefilter->sequences[prefilter->n_sequences].rarest = rarest;
    return (uint64_t)1 << (PARE_PREFILTER_MAX_BYTES + prefilter->n_sequences++);
}
