/* Length and SHA-256 of a file that a policy names, taken while it is read. */
#ifndef PARE_FILTER_PIPELINE_SIDE_DIGEST_H
#define PARE_FILTER_PIPELINE_SIDE_DIGEST_H

#include "filter/source/source.h"
#include "rules/crypto/prim.h"

typedef struct pare_side_digest {
    pare_sha256 *hash; /* NULL: nobody asked */
    uint64_t bytes;
} pare_side_digest;

/** Have a source that is opened with `options` tell its bytes; `digest` must outlive it. */
PARE_NODISCARD pare_status pare_side_digest_begin(pare_side_digest *digest, bool wanted, pare_source_options *options,
                                                  pare_error *err);

/** The file was read to its end (`whole`) or not: fill `facts`, which may be NULL, and free. */
void pare_side_digest_end(pare_side_digest *digest, bool whole, pare_file_facts *facts);

#endif
