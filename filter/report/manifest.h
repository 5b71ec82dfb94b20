/*
 * OUT.datapackage.json: a Data Package v2 descriptor with a `pare` section (docs/MANIFEST.md). Keys in fixed order, no
 * times unless asked for, no value of any record.
 */
#ifndef PARE_FILTER_REPORT_MANIFEST_H
#define PARE_FILTER_REPORT_MANIFEST_H

#include "pare/plan.h"
#include "rules/base/buf.h"

typedef struct pare_manifest_file {
    const char *name; /* base name only: where it lay is nobody's business; "-": standard input or output */
    const char *kind; /* inputs: "gzip", "zlib", "plain" */
    uint64_t bytes;
    char sha256[65];
} pare_manifest_file;

typedef struct pare_manifest {
    const pare_policy *policy;
    const pare_plan *plan;
    const pare_tally *tally;
    const char *policy_sha256;
    const char *key_fingerprint; /* NULL: no key was used */
    pare_day as_of;
    const pare_manifest_file *inputs;
    size_t n_inputs;
    pare_manifest_file output;
    const pare_manifest_file *quarantine; /* NULL: there is none */
    unsigned char delimiter;
    bool gzip;
    const char *sandbox; /* NULL: nobody was asked */
    const char *created; /* RFC 3339, or NULL */
} pare_manifest;

/** Append the descriptor. */
PARE_NODISCARD pare_status pare_manifest_write(const pare_manifest *manifest, pare_buf *out, pare_error *err);

#endif
