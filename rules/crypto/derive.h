/*
 * Working keys from the master key: HKDF-SHA256 (RFC 5869), docs/TOKENS.md.
 *
 *   salt = "pare/1"
 *   info = for each of method, recipient, domain, epoch: its length in bytes (4, big-endian), its bytes
 */
#ifndef PARE_RULES_CRYPTO_DERIVE_H
#define PARE_RULES_CRYPTO_DERIVE_H

#include "pare/key.h"

/** What a working key is for. Texts are UTF-8, borrowed. */
typedef struct pare_key_use {
    pare_span method, recipient, domain, epoch;
} pare_key_use;

/** `len` bytes, at most 64, of the working key into `out`, which the caller wipes. */
PARE_NODISCARD pare_status pare_derive(const pare_key *master, const pare_key_use *use, unsigned char *out, size_t len,
                                       pare_error *err);

/** HKDF-SHA256 with any salt and info (RFC 5869), at most 255 * 32 bytes. For the tests' vectors and pare_derive(). */
PARE_NODISCARD pare_status pare_hkdf(pare_span input_key, pare_span salt, pare_span info, unsigned char *out,
                                     size_t len, pare_error *err);

#endif
