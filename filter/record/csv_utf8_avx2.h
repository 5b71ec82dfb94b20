/*
 * Well-formed UTF-8 in 32 bytes at once, after J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction
 * per byte", Software: Practice and Experience 51 (2021): three 16-entry tables, looked up by the high and low half of
 * the byte before and the high half of the byte itself, name the errors each pair may be; what all three name, is one.
 * Second and third continuation bytes are demanded by the bytes two and three before.
 *
 * Needs AVX2; included by kernels that have it, with KERNEL defined.
 */
#ifndef PARE_FILTER_RECORD_CSV_UTF8_AVX2_H
#define PARE_FILTER_RECORD_CSV_UTF8_AVX2_H

/* Errors of a pair of bytes (RFC 3629 section 4). */
enum {
    TOO_SHORT = 1 << 0,      /* a lead without its continuation */
    TOO_LONG = 1 << 1,       /* a continuation behind ASCII */
    OVERLONG_3 = 1 << 2,     /* E0 80..9F */
    TOO_LARGE = 1 << 3,      /* F4 90.. and above */
    SURROGATE = 1 << 4,      /* ED A0..BF */
    OVERLONG_2 = 1 << 5,     /* C0, C1 */
    TOO_LARGE_1000 = 1 << 6, /* F5.. with 80..8F; shares its bit with the next, which the same bytes exclude */
    OVERLONG_4 = 1 << 6,     /* F0 80..8F */
    TWO_CONTINUATIONS = 1 << 7,
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS
};

#define TWICE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)                                                          \
    _mm256_setr_epi8((char)(a), (char)(b), (char)(c), (char)(d), (char)(e), (char)(f), (char)(g), (char)(h),           \
                     (char)(i), (char)(j), (char)(k), (char)(l), (char)(m), (char)(n), (char)(o), (char)(p),           \
                     (char)(a), (char)(b), (char)(c), (char)(d), (char)(e), (char)(f), (char)(g), (char)(h),           \
                     (char)(i), (char)(j), (char)(k), (char)(l), (char)(m), (char)(n), (char)(o), (char)(p))

KERNEL static inline __m256i utf8_pair_errors(__m256i now, __m256i before)
{
    const __m256i half = _mm256_set1_epi8(0x0F);
    const __m256i before_high =
        TWICE(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, /* 0.: ASCII */
              TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,     /* 8. to B. */
              TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,          /* C., D., E. */
              TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4);                           /* F. */
    const __m256i before_low = TWICE(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY,
                                     CARRY | TOO_LARGE, CARRY | TOO_LARGE | TOO_LARGE_1000,
                                     CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
                                     CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
                                     CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
                                     CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE,
                                     CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000);
    const __m256i now_high =
        TWICE(TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, /* ASCII */
              TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,   /* 8. */
              TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,                     /* 9. */
              TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,                      /* A. */
              TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,                      /* B. */
              TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);                                            /* leads */
    __m256i high = _mm256_shuffle_epi8(before_high, _mm256_and_si256(_mm256_srli_epi16(before, 4), half));
    __m256i low = _mm256_shuffle_epi8(before_low, _mm256_and_si256(before, half));
    __m256i here = _mm256_shuffle_epi8(now_high, _mm256_and_si256(_mm256_srli_epi16(now, 4), half));
    return _mm256_and_si256(_mm256_and_si256(high, low), here);
}

/** Errors in the 32 bytes at `at`; the three before them may be read. */
KERNEL static inline __m256i utf8_errors(const unsigned char *at)
{
    __m256i now = _mm256_loadu_si256((const __m256i_u *)at);
    __m256i one = _mm256_loadu_si256((const __m256i_u *)(at - 1));
    __m256i two = _mm256_loadu_si256((const __m256i_u *)(at - 2));
    __m256i three = _mm256_loadu_si256((const __m256i_u *)(at - 3));
    __m256i pairs = utf8_pair_errors(now, one);
    /* E0.. two before, F0.. three before: here must stand a continuation behind a continuation, bit 7 and no error */
    __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8(0xE0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8(0xF0 - 0x80));
    __m256i demanded = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(demanded, pairs);
}

/** See csv_index_body.h. */
KERNEL static inline uint64_t utf8_bad(const unsigned char *bytes, size_t at)
{
    unsigned char first[4 + PARE_CSV_BLOCK] = {0};
    const unsigned char *here = bytes + at;
    if (at < 3) { /* too little stands before: as if it were ASCII */
        memcpy(first + 4 - at, bytes, at + PARE_CSV_BLOCK);
        here = first + 4;
    }
    __m256i errors = _mm256_or_si256(utf8_errors(here), utf8_errors(here + 32));
    return _mm256_testz_si256(errors, errors) ? 0 : 1;
}

#undef TWICE
#endif
