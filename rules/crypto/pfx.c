/*
 * ipcrypt-pfx (draft-denis-ipcrypt, the section on prefix-preserving encryption).
 *
 * Bit i of the result is bit i of the address, flipped by the last bit of AES(K1, p) xor AES(K2, p), where p is the i
 * bits before it, right-aligned behind a single 1 bit. IPv4 addresses are taken as ::ffff:0:0/96, whose 96 bits stay.
 *
 * Encrypting, all prefixes are known beforehand, so that all blocks go through AES in one call for each key.
 */
#include "rules/crypto/pfx.h"

#include "rules/base/secret.h"
#include "rules/base/span.h"
#include "rules/crypto/prim.h"

#include <stdlib.h>

enum { BLOCK = PARE_AES_BLOCK, MOST_BITS = 128 };

struct pare_pfx {
    pare_aes *one, *two;
    unsigned char first[MOST_BITS * BLOCK], second[MOST_BITS * BLOCK];
};

pare_status pare_pfx_new(pare_span key, pare_pfx **pfx, pare_error *err)
{
    if (key.len != PARE_PFX_KEY_BYTES) {
        return pare_fail(err, PARE_E_INTERNAL, "an address key of %zu bytes", key.len);
    }
    if (memcmp(key.ptr, key.ptr + BLOCK, BLOCK) == 0) { /* the two permutations would cancel each other out */
        return pare_fail(err, PARE_E_KEY, "the halves of an address key are equal");
    }
    pare_pfx *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "no memory for a cipher");
    }
    pare_status status = pare_aes_new(pare_span_first(key, BLOCK), &made->one, err);
    if (status == PARE_OK) {
        status = pare_aes_new(pare_span_after(key, BLOCK), &made->two, err);
    }
    if (status != PARE_OK) {
        pare_pfx_free(made);
        return status;
    }
    *pfx = made;
    return PARE_OK;
}

void pare_pfx_free(pare_pfx *pfx)
{
    if (pfx != NULL) {
        pare_aes_free(pfx->one);
        pare_aes_free(pfx->two);
        pare_secret_wipe(pfx, sizeof *pfx); /* its blocks hold the last address */
        free(pfx);
    }
}

/** The padded prefix of no bits: of IPv6, and of IPv4 behind its 96. */
static void begin_prefix(size_t len, unsigned char prefix[BLOCK])
{
    memset(prefix, 0, BLOCK);
    if (len == BLOCK) {
        prefix[15] = 1;
    } else {
        prefix[3] = 1;
        prefix[14] = 0xFF;
        prefix[15] = 0xFF;
    }
}

static void append_bit(unsigned char prefix[BLOCK], unsigned bit)
{
    for (size_t i = 0; i + 1 < BLOCK; i++) {
        prefix[i] = (unsigned char)(prefix[i] << 1 | prefix[i + 1] >> 7);
    }
    prefix[BLOCK - 1] = (unsigned char)((unsigned)prefix[BLOCK - 1] << 1 | bit);
}

static unsigned bit_of(const unsigned char *address, size_t i)
{
    return (unsigned)address[i / 8] >> (7 - i % 8) & 1U;
}

bool pare_pfx_encrypt(pare_pfx *pfx, unsigned char *address, size_t len)
{
    unsigned char prefix[BLOCK];
    size_t bits = len * 8;
    if (len != 4 && len != 16) {
        return false;
    }
    begin_prefix(len, prefix);
    for (size_t i = 0; i < bits; i++) {
        memcpy(pfx->first + i * BLOCK, prefix, BLOCK);
        append_bit(prefix, bit_of(address, i));
    }
    if (!pare_aes_encrypt(pfx->two, pfx->first, pfx->second, bits) ||
        !pare_aes_encrypt(pfx->one, pfx->first, pfx->first, bits)) {
        return false;
    }
    for (size_t i = 0; i < bits; i++) {
        unsigned flip = (pfx->first[i * BLOCK + 15] ^ pfx->second[i * BLOCK + 15]) & 1U;
        address[i / 8] ^= (unsigned char)(flip << (7 - i % 8));
    }
    return true;
}

bool pare_pfx_decrypt(pare_pfx *pfx, unsigned char *address, size_t len)
{
    unsigned char prefix[BLOCK], one[BLOCK], two[BLOCK];
    if (len != 4 && len != 16) {
        return false;
    }
    begin_prefix(len, prefix);
    for (size_t i = 0; i < len * 8; i++) {
        if (!pare_aes_encrypt(pfx->one, prefix, one, 1) || !pare_aes_encrypt(pfx->two, prefix, two, 1)) {
            return false;
        }
        unsigned flip = (one[15] ^ two[15]) & 1U;
        address[i / 8] ^= (unsigned char)(flip << (7 - i % 8));
        append_bit(prefix, bit_of(address, i));
    }
    return true;
}
