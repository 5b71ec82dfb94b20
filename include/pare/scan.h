/*
 * Detectors beside a policy's steps: what of e-mail addresses, card numbers and the like stands in a value.
 */
#ifndef PARE_SCAN_H
#define PARE_SCAN_H

#include "pare/error.h"
#include "pare/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pare_scanner pare_scanner; /**< opaque; one thread at a time */

/**
 * @param policy  Its own packs are looked with too; it lives longer than the scanner. NULL: those that ship only.
 * @param names   Detectors, groups and packs, parted by commas; NULL: all of them.
 * @return PARE_OK; PARE_E_POLICY: a name is unknown; PARE_E_LIMIT: there are too many; PARE_E_NOMEM
 */
PARE_API PARE_NODISCARD pare_status pare_scanner_new(const pare_policy *policy, const char *names,
                                                     pare_scanner **scanner, pare_error *err);
PARE_API void pare_scanner_free(pare_scanner *scanner);

PARE_API size_t pare_scanner_size(const pare_scanner *scanner);
/** Name of a detector; `index` below the size. */
PARE_API const char *pare_scanner_name(const pare_scanner *scanner, size_t index);

/**
 * The names of the columns whose values are counted; a name may say what its values are (`passport_no`). At most once.
 * @return PARE_OK; PARE_E_NOMEM
 */
PARE_API PARE_NODISCARD pare_status pare_scanner_columns(pare_scanner *scanner, const pare_span *names, size_t n,
                                                         pare_error *err);

/**
 * Add what is found in `value`, well-formed UTF-8, to counts[size].
 * @param column  index of the name of its column; without one, SIZE_MAX
 * @return false: a limit was met, so that nobody can say what else stands in it
 */
PARE_API PARE_NODISCARD bool pare_scanner_count(pare_scanner *scanner, size_t column, pare_span value,
                                                uint64_t *counts);

#ifdef __cplusplus
}
#endif
#endif
