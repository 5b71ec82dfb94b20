/*
 * FF1 (NIST SP 800-38G, algorithms 7 and 8): ten Feistel rounds over two halves of a string of numerals.
 *
 * Each round MACs the second half (CBC-MAC with AES, algorithm 6), makes a number of it and adds that to the first
 * half, modulo radix to the power of its length. The CBC-MAC's input begins the same in all ten rounds (the block P,
 * the tweak, its padding), so that part is computed once a string: a round of an ordinary value then costs one block of
 * AES.
 *
 * Numbers are arrays of 32-bit limbs, least significant first. Numerals go in and out of them in groups of as many as
 * fit one limb; the sum modulo radix^m is numeral by numeral, its last carry dropped. Halves that fit 56 bits (16
 * decimal digits), which nearly all values have, are held as plain integers instead: twice as fast.
 */
#include "rules/crypto/ff1.h"

#include "rules/base/secret.h"
#include "rules/base/span.h"
#include "rules/crypto/prim.h"

#include <stdlib.h>

enum {
    ROUNDS = 10,
    MOST_TWEAK_BYTES = 1 << 16,
    MOST_HALF = (PARE_FF1_MOST_NUMERALS + 1) / 2,
    MOST_B_BYTES = MOST_HALF * 2, /* radix 2^16: two bytes a numeral */
    MOST_D_BYTES = (MOST_B_BYTES + 3) / 4 * 4 + 4,
    MOST_LIMBS = MOST_D_BYTES / 4 + 1,
    MOST_S_BYTES = (MOST_D_BYTES + PARE_AES_BLOCK - 1) / PARE_AES_BLOCK * PARE_AES_BLOCK
};

struct pare_ff1 {
    pare_aes *aes;
    uint32_t radix;
    uint32_t group_base; /* radix^group_len, which fits 32 bits */
    size_t group_len;
    size_t least; /* numerals */
    size_t tweak_len;
    unsigned char *tweak; /* [tweak_len] */
};

/** What belongs to one string. */
typedef struct feistel {
    pare_ff1 *ff1;
    size_t u, v;                         /* numerals of the halves as step 1 cuts them */
    size_t b, d;                         /* bytes of a half's number, and of the MAC's output that is used */
    unsigned char chain[PARE_AES_BLOCK]; /* CBC-MAC behind all blocks that every round begins with */
    unsigned char tail[PARE_AES_BLOCK];  /* the bytes of Q behind them and before the round's number */
    size_t tail_len;
} feistel;

size_t pare_ff1_least_numerals(uint32_t radix)
{
    size_t n = 0;
    for (uint64_t domain = 1; domain < PARE_FF1_LEAST_DOMAIN; domain *= radix) {
        n++;
    }
    return n < 2 ? 2 : n; /* minlen is at least 2 */
}

pare_status pare_ff1_new(pare_span key, pare_span tweak, uint32_t radix, pare_ff1 **ff1, pare_error *err)
{
    if (radix < 2 || radix > PARE_FF1_MOST_RADIX || tweak.len > MOST_TWEAK_BYTES) {
        return pare_fail(err, PARE_E_INTERNAL, "FF1 with a radix or a tweak out of range");
    }
    pare_ff1 *made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->tweak = malloc(tweak.len + 1);
    }
    if (made == NULL || made->tweak == NULL) {
        pare_ff1_free(made);
        return pare_fail(err, PARE_E_NOMEM, "no memory for a cipher");
    }
    made->radix = radix;
    made->group_base = radix;
    made->group_len = 1;
    while ((uint64_t)made->group_base * radix <= UINT32_MAX) {
        made->group_base *= radix;
        made->group_len++;
    }
    made->least = pare_ff1_least_numerals(radix);
    made->tweak_len = tweak.len;
    if (tweak.len > 0) {
        memcpy(made->tweak, tweak.ptr, tweak.len);
    }
    pare_status status = pare_aes_new(key, &made->aes, err);
    if (status != PARE_OK) {
        pare_ff1_free(made);
        return status;
    }
    *ff1 = made;
    return PARE_OK;
}

void pare_ff1_free(pare_ff1 *ff1)
{
    if (ff1 != NULL) {
        pare_aes_free(ff1->aes);
        free(ff1->tweak);
        free(ff1);
    }
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

/** limbs = limbs * factor + summand; returns the new count. */
static size_t multiply_add(uint32_t *limbs, size_t n, uint32_t factor, uint32_t summand)
{
    uint64_t carry = summand;
    for (size_t i = 0; i < n; i++) {
        carry += (uint64_t)limbs[i] * factor;
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry > 0) {
        limbs[n++] = (uint32_t)carry;
    }
    return n;
}

/** NUM_radix(numerals) as `b` bytes, big-endian. */
static void put_number(const pare_ff1 *ff1, const uint16_t *numerals, size_t n, unsigned char *out, size_t b)
{
    uint32_t limbs[MOST_LIMBS];
    size_t n_limbs = 0;
    for (size_t i = 0; i < n;) {
        uint32_t group = 0, base = 1;
        for (size_t k = 0; k < ff1->group_len && i < n; k++, i++) {
            group = group * ff1->radix + numerals[i];
            base *= ff1->radix;
        }
        n_limbs = multiply_add(limbs, n_limbs, base, group);
    }
    for (size_t i = 0; i < b; i++) {
        out[b - 1 - i] = (unsigned char)(i / 4 < n_limbs ? limbs[i / 4] >> (i % 4 * 8) : 0);
    }
}

/** The `m` low numerals of the number that `d` bytes are (a multiple of 4, big-endian), last numeral last. */
static void take_numerals(const pare_ff1 *ff1, const unsigned char *bytes, size_t d, uint16_t *out, size_t m)
{
    uint32_t limbs[MOST_LIMBS];
    size_t n_limbs = d / 4;
    for (size_t i = 0; i < n_limbs; i++) {
        const unsigned char *at = bytes + d - 4 * (i + 1);
        limbs[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    while (m > 0) {
        uint64_t rest = 0;
        for (size_t i = n_limbs; i > 0; i--) {
            rest = rest << 32 | limbs[i - 1];
            limbs[i - 1] = (uint32_t)(rest / ff1->group_base);
            rest %= ff1->group_base;
        }
        while (n_limbs > 0 && limbs[n_limbs - 1] == 0) {
            n_limbs--;
        }
        uint32_t group = (uint32_t)rest;
        for (size_t k = 0; k < ff1->group_len && m > 0; k++) {
            out[--m] = (uint16_t)(group % ff1->radix);
            group /= ff1->radix;
        }
    }
}

/** a = a + y or a - y modulo radix^m. */
static void add_numerals(uint32_t radix, uint16_t *a, const uint16_t *y, size_t m, bool subtract)
{
    uint32_t carry = 0;
    for (size_t i = m; i > 0; i--) {
        uint32_t sum = subtract ? radix + a[i - 1] - y[i - 1] - carry : (uint32_t)a[i - 1] + y[i - 1] + carry;
        bool above = sum >= radix;
        a[i - 1] = (uint16_t)(above ? sum - radix : sum);
        carry = above != subtract;
    }
}

/* --- rounds ------------------------------------------------------------------------------------------------------- */

/** chain = AES(chain xor block) */
static bool absorb(feistel *f, const unsigned char block[PARE_AES_BLOCK], unsigned char chain[PARE_AES_BLOCK])
{
    for (size_t i = 0; i < PARE_AES_BLOCK; i++) {
        chain[i] ^= block[i];
    }
    return pare_aes_encrypt(f->ff1->aes, chain, chain, 1);
}

/** Byte `i` of T | 0^((-t-b-1) mod 16): the part of Q that is the same in all rounds. */
static unsigned char constant_byte(const pare_ff1 *ff1, size_t i)
{
    return i < ff1->tweak_len ? ff1->tweak[i] : 0;
}

/** Steps 1 to 5, and as much of step 6.ii as does not depend on the round. */
static bool begin(feistel *f, pare_ff1 *ff1, size_t n)
{
    f->ff1 = ff1;
    f->u = n / 2;
    f->v = n - f->u;
    /* b = ceil(ceil(v * LOG2(radix)) / 8): the bytes of the largest number of v numerals, counted and not computed */
    uint32_t limbs[MOST_LIMBS];
    size_t n_limbs = 0;
    for (size_t i = 0; i < f->v; i++) {
        n_limbs = multiply_add(limbs, n_limbs, ff1->radix, ff1->radix - 1);
    }
    f->b = n_limbs * 4;
    while (f->b > 1 && (limbs[(f->b - 1) / 4] >> ((f->b - 1) % 4 * 8) & 0xFF) == 0) {
        f->b--;
    }
    f->d = 4 * ((f->b + 3) / 4) + 4;
    const size_t t = ff1->tweak_len;
    const unsigned char p[PARE_AES_BLOCK] = {1,
                                             2,
                                             1,
                                             (unsigned char)(ff1->radix >> 16),
                                             (unsigned char)(ff1->radix >> 8),
                                             (unsigned char)ff1->radix,
                                             ROUNDS,
                                             (unsigned char)f->u,
                                             (unsigned char)(n >> 24),
                                             (unsigned char)(n >> 16),
                                             (unsigned char)(n >> 8),
                                             (unsigned char)n,
                                             (unsigned char)(t >> 24),
                                             (unsigned char)(t >> 16),
                                             (unsigned char)(t >> 8),
                                             (unsigned char)t};
    memset(f->chain, 0, sizeof f->chain);
    if (!absorb(f, p, f->chain)) {
        return false;
    }
    size_t padding = (PARE_AES_BLOCK - (t + f->b + 1) % PARE_AES_BLOCK) % PARE_AES_BLOCK;
    size_t at = 0;
    for (; t + padding - at >= PARE_AES_BLOCK; at += PARE_AES_BLOCK) {
        unsigned char block[PARE_AES_BLOCK];
        for (size_t i = 0; i < sizeof block; i++) {
            block[i] = constant_byte(ff1, at + i);
        }
        if (!absorb(f, block, f->chain)) {
            return false;
        }
    }
    f->tail_len = t + padding - at;
    memset(f->tail, 0, sizeof f->tail);
    for (size_t i = 0; i < f->tail_len; i++) {
        f->tail[i] = constant_byte(ff1, at + i);
    }
    return true;
}

/** Steps 6.i to 6.iv for round `round`: y as `m` numerals modulo radix^m, of the half `b` with `n` numerals. */
static bool round_number(feistel *f, unsigned char round, const uint16_t *half, size_t n, uint16_t *y, size_t m)
{
    unsigned char q[PARE_AES_BLOCK + 1 + MOST_B_BYTES];
    unsigned char s[MOST_S_BYTES];
    memcpy(q, f->tail, f->tail_len);
    q[f->tail_len] = round;
    put_number(f->ff1, half, n, q + f->tail_len + 1, f->b);
    memcpy(s, f->chain, PARE_AES_BLOCK);
    size_t q_len = f->tail_len + 1 + f->b; /* a multiple of a block, by the padding */
    for (size_t at = 0; at < q_len; at += PARE_AES_BLOCK) {
        if (!absorb(f, q + at, s)) {
            return false;
        }
    }
    /* S = R | AES(R xor [1]) | AES(R xor [2]) ..., its first d bytes */
    size_t blocks = (f->d + PARE_AES_BLOCK - 1) / PARE_AES_BLOCK;
    for (size_t j = 1; j < blocks; j++) {
        unsigned char *block = s + j * PARE_AES_BLOCK;
        memcpy(block, s, PARE_AES_BLOCK);
        block[PARE_AES_BLOCK - 2] ^= (unsigned char)(j >> 8);
        block[PARE_AES_BLOCK - 1] ^= (unsigned char)j;
    }
    if (blocks > 1 && !pare_aes_encrypt(f->ff1->aes, s + PARE_AES_BLOCK, s + PARE_AES_BLOCK, blocks - 1)) {
        return false;
    }
    take_numerals(f->ff1, s, f->d, y, m);
    return true;
}

/* --- short strings ------------------------------------------------------------------------------------------------ */

enum { SHORT_B_BYTES = 7 };

/** The number that `len` bytes are, modulo `modulus`, which is below 2^56. */
static uint64_t remainder_of(const unsigned char *bytes, size_t len, uint64_t modulus)
{
    uint64_t rest = 0;
    for (size_t i = 0; i < 8; i++) {
        rest = rest << 8 | bytes[i];
    }
    rest %= modulus;
    for (size_t i = 8; i < len; i++) {
        rest = (rest << 8 | bytes[i]) % modulus;
    }
    return rest;
}

/** One round on halves that are numbers: its Q is one block, its S no longer than the MAC. */
static bool short_round(feistel *f, unsigned char round, uint64_t heard, uint64_t *y, uint64_t modulus)
{
    unsigned char block[PARE_AES_BLOCK], mac[PARE_AES_BLOCK];
    memcpy(block, f->tail, sizeof block);
    memcpy(mac, f->chain, sizeof mac);
    block[PARE_AES_BLOCK - 1 - f->b] = round;
    for (size_t i = 0; i < f->b; i++) {
        block[PARE_AES_BLOCK - 1 - i] = (unsigned char)(heard >> (8 * i));
    }
    if (!absorb(f, block, mac)) {
        return false;
    }
    *y = remainder_of(mac, f->d, modulus);
    return true;
}

static bool run_short(feistel *f, uint16_t *numerals, bool decrypt)
{
    const uint64_t radix = f->ff1->radix;
    const size_t ends[2] = {f->u, f->u + f->v};
    uint64_t half[2] = {0, 0}, modulus[2] = {1, 1};
    for (size_t i = 0; i < ends[1]; i++) {
        size_t h = i < ends[0] ? 0 : 1;
        half[h] = half[h] * radix + numerals[i];
        modulus[h] *= radix;
    }
    for (unsigned char step = 0; step < ROUNDS; step++) {
        unsigned char round = (unsigned char)(decrypt ? ROUNDS - 1 - step : step);
        size_t changed = round % 2;
        uint64_t y = 0;
        if (!short_round(f, round, half[1 - changed], &y, modulus[changed])) {
            return false;
        }
        uint64_t sum = half[changed] + (decrypt ? modulus[changed] - y : y);
        half[changed] = sum >= modulus[changed] ? sum - modulus[changed] : sum;
    }
    for (size_t i = ends[1]; i > 0; i--) {
        size_t h = i > ends[0] ? 1 : 0;
        numerals[i - 1] = (uint16_t)(half[h] % radix);
        half[h] /= radix;
    }
    return true;
}

/* --- both ways ---------------------------------------------------------------------------------------------------- */

static bool fits(const pare_ff1 *ff1, const uint16_t *numerals, size_t n)
{
    if (n < ff1->least || n > PARE_FF1_MOST_NUMERALS) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (numerals[i] >= ff1->radix) {
            return false;
        }
    }
    return true;
}

/**
 * Both directions. The halves stay where they are: in even rounds the first is changed by what the second says, in odd
 * rounds the second by the first; that is the standard's exchange of A and B without moving them. After ten rounds, an
 * even number, A is the first again.
 */
static bool run(pare_ff1 *ff1, uint16_t *numerals, size_t n, bool decrypt)
{
    feistel f;
    uint16_t work[PARE_FF1_MOST_NUMERALS], y[MOST_HALF];
    if (!fits(ff1, numerals, n) || !begin(&f, ff1, n)) {
        return false;
    }
    if (f.b <= SHORT_B_BYTES) {
        return run_short(&f, numerals, decrypt);
    }
    memcpy(work, numerals, n * sizeof *work);
    uint16_t *first = work, *second = work + f.u;
    for (unsigned char step = 0; step < ROUNDS; step++) {
        unsigned char round = (unsigned char)(decrypt ? ROUNDS - 1 - step : step);
        bool even = round % 2 == 0;
        uint16_t *changed = even ? first : second;
        const uint16_t *heard = even ? second : first;
        size_t m = even ? f.u : f.v;
        if (!round_number(&f, round, heard, n - m, y, m)) {
            return false;
        }
        add_numerals(ff1->radix, changed, y, m, decrypt);
    }
    memcpy(numerals, work, n * sizeof *work);
    pare_secret_wipe(work, sizeof work);
    return true;
}

bool pare_ff1_encrypt(pare_ff1 *ff1, uint16_t *numerals, size_t n)
{
    return run(ff1, numerals, n, false);
}

bool pare_ff1_decrypt(pare_ff1 *ff1, uint16_t *numerals, size_t n)
{
    return run(ff1, numerals, n, true);
}
