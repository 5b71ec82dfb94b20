/*
 * FF1: format-preserving encryption (NIST SP 800-38G, section 5.1; the limits of its revision 1).
 *
 * A string of numerals below a radix becomes another of the same length. FF3 and FF3-1 are not here: both were broken,
 * and NIST withdrew them.
 */
#ifndef PARE_RULES_CRYPTO_FF1_H
#define PARE_RULES_CRYPTO_FF1_H

#include "pare/error.h"

/** A key with its tweak and radix. Opaque; one thread at a time. */
typedef struct pare_ff1 pare_ff1;

enum {
    PARE_FF1_MOST_RADIX = 1 << 16,
    PARE_FF1_MOST_NUMERALS = 512,
    PARE_FF1_LEAST_DOMAIN = 1000000 /* radix to the power of the length: below, all pairs can be tried out */
};

/**
 * @param key    16, 24 or 32 bytes
 * @param tweak  any bytes, at most 64 KiB; copied
 * @param radix  2 to PARE_FF1_MOST_RADIX
 */
PARE_NODISCARD pare_status pare_ff1_new(pare_span key, pare_span tweak, uint32_t radix, pare_ff1 **ff1,
                                        pare_error *err);
/** Wipes and frees. NULL is fine. */
void pare_ff1_free(pare_ff1 *ff1);

/** The fewest numerals of this radix that have PARE_FF1_LEAST_DOMAIN possibilities. */
size_t pare_ff1_least_numerals(uint32_t radix);

/** Encrypt `n` numerals in place. False, `numerals` untouched: too few or too many, or one is not below the radix. */
PARE_NODISCARD bool pare_ff1_encrypt(pare_ff1 *ff1, uint16_t *numerals, size_t n);
/** The inverse. */
PARE_NODISCARD bool pare_ff1_decrypt(pare_ff1 *ff1, uint16_t *numerals, size_t n);

#endif
