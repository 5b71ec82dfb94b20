/*
 * Many HMACs at once: as many lanes of a vector register as the processor has, filled with different messages.
 *
 * One SHA-256 can't use a wide processor, since each round waits for the one before; sixteen at once can. Where the
 * build found Intel's multi-buffer library (PARE_WITH_IPSEC_MB) and the processor suits it, a token costs about half.
 * The results are those of pare_hmac(), which is what is used everywhere else, and the tests hold one against the
 * other.
 */
#ifndef PARE_RULES_CRYPTO_LANES_H
#define PARE_RULES_CRYPTO_LANES_H

#include "rules/crypto/prim.h"

typedef struct pare_lanes pare_lanes; /* one thread's; mutable */

enum { PARE_LANES_MAX_MESSAGE = 60000 }; /* bytes; longer ones are pare_hmac()'s */

/** NULL where this build or this processor has no lanes: then pare_hmac() does as well. Costs milliseconds: make it
 * when it pays. */
pare_lanes *pare_lanes_new(void);
void pare_lanes_free(pare_lanes *lanes);

/**
 * HMAC-SHA256 of `n` messages (at most 64) of 1 to PARE_LANES_MAX_MESSAGE bytes each.
 * @return false: nothing can be said of `out`, use pare_hmac()
 */
PARE_NODISCARD bool pare_lanes_hmac(pare_lanes *lanes, const pare_hmac_key *key, const pare_span *messages, size_t n,
                                    unsigned char (*out)[PARE_SHA256_BYTES]);

#endif
