/*
 * The master key: 32 bytes or more that its holder never shows anybody.
 *
 * It lives in memory that is locked, left out of core dumps and wiped. Working keys are derived
 * from it per method, recipient, domain and epoch (docs/TOKENS.md); what is printed is its
 * fingerprint.
 */
#ifndef PARE_KEY_H
#define PARE_KEY_H

#include "pare/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pare_key pare_key;

enum { PARE_KEY_MIN_BYTES = 32, PARE_KEY_MAX_BYTES = 1024, PARE_FINGERPRINT_CHARS = 16 };

/**
 * @param bytes  Borrowed for the call; copied. The caller wipes its own copy.
 * @param[out] key  The caller's, to free with pare_key_free(). Untouched on failure.
 * @return PARE_OK; PARE_E_KEY: shorter than 32 or longer than 1024 bytes; PARE_E_NOMEM.
 */
PARE_API PARE_NODISCARD pare_status pare_key_new(pare_span bytes, pare_key **key, pare_error *err);

/** The key under which a policy's own tests run: 32 bytes, published in docs/TOKENS.md. Never for data. */
PARE_API PARE_NODISCARD pare_status pare_key_new_published_test_key(pare_key **key, pare_error *err);

/** Wipes and frees. NULL is fine. */
PARE_API void pare_key_free(pare_key *key);

/** 16 hex digits and a NUL: safe to print and to keep. */
PARE_API PARE_NODISCARD pare_status pare_key_fingerprint(const pare_key *key, char out[PARE_FINGERPRINT_CHARS + 1],
                                                         pare_error *err);

#ifdef __cplusplus
}
#endif
#endif
