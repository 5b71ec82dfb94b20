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

/** SHA-256 as bytes arrive (FIPS 180-4). Opaque; one thread at a time. */
typedef struct pare_sha256 pare_sha256;
PARE_NODISCARD pare_status pare_sha256_new(pare_sha256 **hash, pare_error *err);
void pare_sha256_update(pare_sha256 *hash, pare_span bytes);
/** Finish, write 64 lower-case hex digits and a NUL, and start anew. */
void pare_sha256_finish_hex(pare_sha256 *hash, char out[2 * PARE_SHA256_BYTES + 1]);
void pare_sha256_free(pare_sha256 *hash);

/** Random bytes from the system's generator. */
PARE_NODISCARD pare_status pare_random(void *out, size_t len, pare_error *err);

#endif
