/* What a manifest says of its dataset, read back and held against itself (docs/MANIFEST.md, "What always holds"). */
#ifndef PARE_FILTER_REPORT_MANIFEST_READ_H
#define PARE_FILTER_REPORT_MANIFEST_READ_H

#include "filter/report/json_in.h"

typedef struct pare_manifest_facts {
    const char *path; /* base name of the dataset */
    pare_span sha256; /* 64 lower-case hex digits */
    uint64_t bytes, written;
    unsigned char delimiter;
    bool gzip;
    const pare_span *columns; /* [n_columns]: names */
    const bool *scannable;    /* [n_columns]: released as it is or at least not by tokens and redaction alone */
    size_t n_columns;
    pare_span policy_sha256;
    const pare_json_value *inputs; /* array; each has a text `sha256` if it is a manifest of pare */
} pare_manifest_facts;

/**
 * Read a manifest that pare wrote. The facts live in `arena`.
 * @return PARE_OK; PARE_E_DATA: it is none, or its figures don't add up; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_manifest_read(pare_span document, pare_arena *arena, pare_manifest_facts *facts,
                                              pare_error *err);

#endif
