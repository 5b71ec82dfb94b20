/* See side_digest.h. */
#include "filter/pipeline/side_digest.h"

#include "rules/base/try.h"

static void take_bytes(void *context, pare_span bytes)
{
    pare_side_digest *digest = context;
    pare_sha256_update(digest->hash, bytes);
    digest->bytes += bytes.len;
}

pare_status pare_side_digest_begin(pare_side_digest *digest, bool wanted, pare_source_options *options, pare_error *err)
{
    *digest = (pare_side_digest){NULL, 0};
    if (wanted) {
        PARE_TRY(pare_sha256_new(&digest->hash, err));
        options->tap = (pare_source_tap){take_bytes, digest};
    }
    return PARE_OK;
}

void pare_side_digest_end(pare_side_digest *digest, bool whole, pare_file_facts *facts)
{
    if (whole && facts != NULL && digest->hash != NULL) {
        facts->bytes = digest->bytes;
        pare_sha256_finish_hex(digest->hash, facts->sha256);
    }
    pare_sha256_free(digest->hash);
    digest->hash = NULL;
}
