/*
 * The cryptographic primitives pare uses. prim.c is the only file that includes the crypto library.
 */
#ifndef PARE_RULES_CRYPTO_PRIM_H
#define PARE_RULES_CRYPTO_PRIM_H

#include "pare/error.h"

enum { PARE_SHA256_BYTES = 32 };

/**
 * A prepared HMAC-SHA256 key (RFC 2104, FIPS 198-1): the hash states behind the inner and the outer padded key, so that
 * one value costs two compressions and nothing is set up again. Immutable once prepared; wiped by pare_hmac_wipe().
 */
typedef struct pare_hmac_key {
    uint32_t inner[8], outer[8];
} pare_hmac_key;

/** `key` of any length (RFC 2104 section 2: longer than 64 bytes is hashed first). */
void pare_hmac_prepare(pare_span key, pare_hmac_key *prepared);

/** HMAC-SHA256 of one message. Threads may share `key`. */
void pare_hmac(const pare_hmac_key *key, pare_span message, unsigned char out[PARE_SHA256_BYTES]);

void pare_hmac_wipe(pare_hmac_key *key);

enum { PARE_AES_BLOCK = 16 };

/**
 * AES (FIPS 197) with one key, encryption only: all that FF1, SIV and prefix-preserving addresses are built of. Opaque;
 * one thread at a time.
 */
typedef struct pare_aes pare_aes;
/** @param key  16, 24 or 32 bytes, else PARE_E_INTERNAL. Borrowed for the call. */
PARE_NODISCARD pare_status pare_aes_new(pare_span key, pare_aes **aes, pare_error *err);
/** Encrypt `n_blocks` blocks, each by itself (ECB). `in` may be `out`. False: what stands in `out` means nothing. */
PARE_NODISCARD bool pare_aes_encrypt(pare_aes *aes, const unsigned char *in, unsigned char *out, size_t n_blocks);
/** Wipes and frees. NULL is fine. */
void pare_aes_free(pare_aes *aes);

/** SHA-256 as bytes arrive (FIPS 180-4). Opaque; one thread at a time. */
typedef struct pare_sha256 pare_sha256;
PARE_NODISCARD pare_status pare_sha256_new(pare_sha256 **hash, pare_error *err);
void pare_sha256_update(pare_sha256 *hash, pare_span bytes);
/** Finish, write 64 lower-case hex digits and a NUL, and start anew. */
void pare_sha256_finish_hex(pare_sha256 *hash, char out[2 * PARE_SHA256_BYTES + 1]);
void pare_sha256_free(pare_sha256 *hash);

enum { PARE_DIGEST_BYTES = 32 };
typedef enum pare_digest_kind { PARE_DIGEST_MD5, PARE_DIGEST_SHA1, PARE_DIGEST_SHA256 } pare_digest_kind;
/**
 * The plain digest of a message, for finding digests that others made; pare makes no token of it. Returns its length, 0
 * where the library refuses.
 */
size_t pare_digest(pare_digest_kind kind, pare_span message, unsigned char out[PARE_DIGEST_BYTES]);

/** Random bytes from the system's generator. */
PARE_NODISCARD pare_status pare_random(void *out, size_t len, pare_error *err);

#endif
