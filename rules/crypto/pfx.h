/*
 * Prefix-preserving encryption of IP addresses: ipcrypt-pfx of the Internet-Draft draft-denis-ipcrypt ("Methods for IP
 * Address Encryption and Obfuscation"), a form of Crypto-PAn that reads each bit from two AES permutations.
 *
 * Two addresses that share their first n bits give two that share their first n bits, and differ in the next one if
 * those do. IPv4 and IPv6 are worlds of their own.
 */
#ifndef PARE_RULES_CRYPTO_PFX_H
#define PARE_RULES_CRYPTO_PFX_H

#include "pare/error.h"

enum { PARE_PFX_KEY_BYTES = 32 };

/** Opaque; one thread at a time. */
typedef struct pare_pfx pare_pfx;

/** @param key  32 bytes, whose halves differ: else PARE_E_KEY */
PARE_NODISCARD pare_status pare_pfx_new(pare_span key, pare_pfx **pfx, pare_error *err);
/** Wipes and frees. NULL is fine. */
void pare_pfx_free(pare_pfx *pfx);

/** Encrypt an address of 4 or 16 bytes (network order) in place. False: `address` means nothing. */
PARE_NODISCARD bool pare_pfx_encrypt(pare_pfx *pfx, unsigned char *address, size_t len);
PARE_NODISCARD bool pare_pfx_decrypt(pare_pfx *pfx, unsigned char *address, size_t len);

#endif
