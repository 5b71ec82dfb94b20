/*
 * Is a dataset whole, and is it what its manifest says? `pare verify` is a command line around this.
 */
#ifndef PARE_VERIFY_H
#define PARE_VERIFY_H

#include "pare/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pare_verify_options {
    const char *path;     /**< the dataset, or its manifest (a name that ends in .datapackage.json) */
    const char *manifest; /**< the manifest, where it does not stand beside the dataset; NULL: it does */
    /**
     * The policy that the dataset was made by: then its values are looked through as well. NULL: they are not.
     * Detectors run over every value of each column that is not made by `pseudonymize` or `redact` alone.
     */
    const pare_policy *policy;
    pare_span policy_bytes;
    const char *find; /**< detectors and packs, parted by commas; NULL: all that ship */
    /**
     * With a policy, the export that the dataset was made of (a file, it is read twice): no value that the policy
     * drops, tokenizes or leaves unlisted may stand in the dataset: as it is, in base64, hex or percent-encoded, or as
     * its plain MD5, SHA-1 or SHA-256. docs/DELIVERY.md says what is not found. NULL: not compared.
     */
    const char *original;
    /** Called for each thing that is wrong: one line, no value of a record. */
    void (*finding)(void *context, const char *text);
    void *context;
} pare_verify_options;

/** What was read; of use where nothing is wrong. */
typedef struct pare_verify_result {
    uint64_t bytes, text_bytes, records; /**< as stored; of the records decompressed */
    size_t n_columns, n_findings;
    size_t n_scanned; /**< columns that detectors looked through */
} pare_verify_result;

/**
 * Read a dataset to its end and hold it against its manifest: length and SHA-256 of the file, whole gzip members,
 * strict CSV, names of the columns, number of records; and the manifest's figures against each other.
 *
 * @return PARE_OK: all as it should be; PARE_E_GATE: it is not, and `finding` was told why; PARE_E_MISSING: the dataset
 * or its manifest is not there; PARE_E_IO; PARE_E_NOMEM
 */
PARE_API PARE_NODISCARD pare_status pare_verify(const pare_verify_options *options, pare_verify_result *result,
                                                pare_error *err);

#ifdef __cplusplus
}
#endif
#endif
