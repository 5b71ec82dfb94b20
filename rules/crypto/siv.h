/*
 * AES-SIV: deterministic authenticated encryption (RFC 5297). The same plaintext gives the same ciphertext, and a
 * ciphertext that was changed, or made with another key or other associated data, is refused.
 */
#ifndef PARE_RULES_CRYPTO_SIV_H
#define PARE_RULES_CRYPTO_SIV_H

#include "rules/crypto/prim.h"

enum { PARE_SIV_TAG_BYTES = 16 };

/** A key with its associated data. Opaque; one thread at a time. */
typedef struct pare_siv pare_siv;

/**
 * @param key   32, 48 or 64 bytes: AES-128, -192 or -256, the first half for the tag, the second to encrypt
 * @param data  the associated data, each a string of its own; borrowed for the call
 */
PARE_NODISCARD pare_status pare_siv_new(pare_span key, const pare_span *data, size_t n_data, pare_siv **siv,
                                        pare_error *err);
/** Wipes and frees. NULL is fine. */
void pare_siv_free(pare_siv *siv);

/** Writes the tag and the ciphertext: plaintext.len + PARE_SIV_TAG_BYTES bytes. `out` may not overlap. */
PARE_NODISCARD bool pare_siv_encrypt(pare_siv *siv, pare_span plaintext, unsigned char *out);

/** Writes sealed.len - PARE_SIV_TAG_BYTES bytes. False: not made with this key and data; `out` holds zeros. */
PARE_NODISCARD bool pare_siv_decrypt(pare_siv *siv, pare_span sealed, unsigned char *out);

/** AES-CMAC (RFC 4493, SP 800-38B). */
PARE_NODISCARD bool pare_cmac(pare_aes *aes, pare_span message, unsigned char out[PARE_AES_BLOCK]);

#endif
