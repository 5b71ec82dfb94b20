/*
 * AES-SIV (RFC 5297) with CMAC (RFC 4493) and counter mode, on single blocks of AES.
 *
 * libcrypto has a SIV of its own, which wants its context keyed anew for each value. Here the associated data of a step
 * never changes, so S2V's state behind it is computed once, and a value costs its own blocks.
 */
#include "rules/crypto/siv.h"

#include "rules/base/secret.h"
#include "rules/base/span.h"

#include <stdlib.h>

enum { BLOCK = PARE_AES_BLOCK, COUNTERS = 16 };

struct pare_siv {
    pare_aes *mac, *counter;
    unsigned char subkeys[2][BLOCK]; /* CMAC's K1 and K2 */
    unsigned char state[BLOCK];      /* S2V's D behind the associated data */
};

/** Multiply by x in GF(2^128) (RFC 5297 section 2.3), without a branch on the value. */
static void double_block(unsigned char block[BLOCK])
{
    unsigned char carry = (unsigned char)(0x87 & -(block[0] >> 7));
    for (size_t i = 0; i + 1 < BLOCK; i++) {
        block[i] = (unsigned char)(block[i] << 1 | block[i + 1] >> 7);
    }
    block[BLOCK - 1] = (unsigned char)(block[BLOCK - 1] << 1 ^ carry);
}

static void xor_into(unsigned char *to, const unsigned char *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        to[i] ^= from[i];
    }
}

static bool make_subkeys(pare_aes *aes, unsigned char subkeys[2][BLOCK])
{
    memset(subkeys[0], 0, BLOCK);
    if (!pare_aes_encrypt(aes, subkeys[0], subkeys[0], 1)) {
        return false;
    }
    double_block(subkeys[0]);
    memcpy(subkeys[1], subkeys[0], BLOCK);
    double_block(subkeys[1]);
    return true;
}

/** CMAC of `message`, whose last 16 bytes are combined with `end` first (S2V's xorend); NULL: as it is. */
static bool cmac(pare_aes *aes, unsigned char subkeys[2][BLOCK], pare_span message, const unsigned char *end,
                 unsigned char out[BLOCK])
{
    unsigned char chain[BLOCK] = {0};
    size_t end_at = end == NULL ? message.len : message.len - BLOCK;
    size_t at = 0;
    for (;;) {
        size_t len = message.len - at < BLOCK ? message.len - at : BLOCK;
        bool last = message.len - at <= BLOCK;
        if (len > 0) {
            xor_into(chain, message.ptr + at, len);
        }
        for (size_t i = 0; end != NULL && i < len; i++) {
            chain[i] ^= at + i >= end_at ? end[at + i - end_at] : 0;
        }
        if (last) {
            if (len < BLOCK) {
                chain[len] ^= 0x80;
            }
            xor_into(chain, subkeys[len < BLOCK], BLOCK);
        }
        if (!pare_aes_encrypt(aes, chain, chain, 1)) {
            return false;
        }
        if (last) {
            memcpy(out, chain, BLOCK);
            return true;
        }
        at += BLOCK;
    }
}

bool pare_cmac(pare_aes *aes, pare_span message, unsigned char out[PARE_AES_BLOCK])
{
    unsigned char subkeys[2][BLOCK];
    bool good = make_subkeys(aes, subkeys) && cmac(aes, subkeys, message, NULL, out);
    pare_secret_wipe(subkeys, sizeof subkeys);
    return good;
}

/** S2V up to the plaintext (section 2.4). */
static bool absorb_data(pare_siv *siv, const pare_span *data, size_t n_data)
{
    static const unsigned char zero[BLOCK];
    if (!make_subkeys(siv->mac, siv->subkeys) ||
        !cmac(siv->mac, siv->subkeys, pare_span_from(zero, BLOCK), NULL, siv->state)) {
        return false;
    }
    for (size_t i = 0; i < n_data; i++) {
        unsigned char one[BLOCK];
        if (!cmac(siv->mac, siv->subkeys, data[i], NULL, one)) {
            return false;
        }
        double_block(siv->state);
        xor_into(siv->state, one, BLOCK);
    }
    return true;
}

pare_status pare_siv_new(pare_span key, const pare_span *data, size_t n_data, pare_siv **siv, pare_error *err)
{
    pare_siv *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "no memory for a cipher");
    }
    size_t half = key.len / 2;
    pare_status status = key.len % 2 != 0 ? pare_fail(err, PARE_E_INTERNAL, "a SIV key of %zu bytes", key.len)
                                          : pare_aes_new(pare_span_first(key, half), &made->mac, err);
    if (status == PARE_OK) {
        status = pare_aes_new(pare_span_after(key, half), &made->counter, err);
    }
    if (status == PARE_OK && !absorb_data(made, data, n_data)) {
        status = pare_fail(err, PARE_E_INTERNAL, "the crypto library refuses AES");
    }
    if (status != PARE_OK) {
        pare_siv_free(made);
        return status;
    }
    *siv = made;
    return PARE_OK;
}

void pare_siv_free(pare_siv *siv)
{
    if (siv != NULL) {
        pare_aes_free(siv->mac);
        pare_aes_free(siv->counter);
        pare_secret_wipe(siv, sizeof *siv);
        free(siv);
    }
}

/** The synthetic IV: S2V's last step. */
static bool make_tag(pare_siv *siv, pare_span plaintext, unsigned char tag[BLOCK])
{
    unsigned char last[BLOCK];
    memcpy(last, siv->state, BLOCK);
    if (plaintext.len >= BLOCK) {
        return cmac(siv->mac, siv->subkeys, plaintext, last, tag);
    }
    double_block(last);
    if (plaintext.len > 0) {
        xor_into(last, plaintext.ptr, plaintext.len);
    }
    last[plaintext.len] ^= 0x80;
    return cmac(siv->mac, siv->subkeys, pare_span_from(last, BLOCK), NULL, tag);
}

/** Counter mode from the tag with two bits cleared (section 2.5), so that the lower words never overflow into them. */
static bool apply_counter(pare_siv *siv, const unsigned char tag[BLOCK], pare_span in, unsigned char *out)
{
    unsigned char counter[BLOCK], stream[COUNTERS * BLOCK];
    memcpy(counter, tag, BLOCK);
    counter[8] &= 0x7F;
    counter[12] &= 0x7F;
    bool good = true;
    for (size_t at = 0; at < in.len && good;) {
        size_t left = in.len - at;
        size_t take = left < sizeof stream ? left : sizeof stream;
        size_t blocks = (take + BLOCK - 1) / BLOCK;
        for (size_t i = 0; i < blocks; i++) {
            memcpy(stream + i * BLOCK, counter, BLOCK);
            for (size_t k = BLOCK; k > 0 && ++counter[k - 1] == 0; k--) {
            }
        }
        good = pare_aes_encrypt(siv->counter, stream, stream, blocks);
        for (size_t i = 0; i < take; i++) {
            out[at + i] = in.ptr[at + i] ^ stream[i];
        }
        at += take;
    }
    pare_secret_wipe(stream, sizeof stream);
    return good;
}

bool pare_siv_encrypt(pare_siv *siv, pare_span plaintext, unsigned char *out)
{
    return make_tag(siv, plaintext, out) && apply_counter(siv, out, plaintext, out + PARE_SIV_TAG_BYTES);
}

bool pare_siv_decrypt(pare_siv *siv, pare_span sealed, unsigned char *out)
{
    unsigned char tag[BLOCK];
    if (sealed.len < PARE_SIV_TAG_BYTES) {
        return false;
    }
    pare_span ciphertext = pare_span_after(sealed, PARE_SIV_TAG_BYTES);
    bool good = apply_counter(siv, sealed.ptr, ciphertext, out) &&
                make_tag(siv, pare_span_from(out, ciphertext.len), tag) &&
                pare_secret_equal(tag, sealed.ptr, PARE_SIV_TAG_BYTES);
    if (!good && ciphertext.len > 0) {
        memset(out, 0, ciphertext.len);
    }
    return good;
}
