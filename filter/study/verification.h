/* A verification at work: shared by the files that make up pare_verify(). */
#ifndef PARE_FILTER_STUDY_VERIFICATION_H
#define PARE_FILTER_STUDY_VERIFICATION_H

#include "filter/report/manifest_read.h"
#include "pare/verify.h"
#include "rules/crypto/prim.h"

enum { PARE_SHOWN_NAME = 128 };

typedef struct pare_verification {
    const pare_verify_options *options;
    pare_verify_result *result;
    pare_arena arena;
    const char *dataset, *manifest; /* paths */
    pare_manifest_facts facts;
    char sha256[2 * PARE_SHA256_BYTES + 1]; /* of the file as it is stored */
    pare_error *err;
} pare_verification;

/** Something is wrong: one line, no value of a record. */
void pare_verify_find(pare_verification *v, const char *format, ...) PARE_PRINTF(2, 3);

/** A failed call: what it says of the data is a finding and the answer PARE_OK; anything else is the answer. */
PARE_NODISCARD pare_status pare_verify_judge(pare_verification *v, const char *what, pare_status status);

/** Look through the values, as the options ask: verify_values.c. The dataset is whole. */
PARE_NODISCARD pare_status pare_verify_values(pare_verification *v);

#endif
