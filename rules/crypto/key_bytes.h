/* What is inside a pare_key, for derivation alone: nothing else may see the master key's bytes. */
#ifndef PARE_RULES_CRYPTO_KEY_BYTES_H
#define PARE_RULES_CRYPTO_KEY_BYTES_H

#include "pare/key.h"

/** Borrowed from the key. */
pare_span pare_key_bytes(const pare_key *key);

#endif
