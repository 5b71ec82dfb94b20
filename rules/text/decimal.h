/* Decimal numbers as people write them: an optional sign, digits, optionally a point and digits. Never the locale. */
#ifndef PARE_RULES_TEXT_DECIMAL_H
#define PARE_RULES_TEXT_DECIMAL_H

#include "pare/types.h"

/** No exponent, no hex, no blanks, no separators, no `.5` and no `5.`. The whole text must be read; at most 64 bytes.
 */
bool pare_decimal_read(pare_span text, double *number);

/**
 * Compare two such numbers exactly, digit by digit, whatever a double can hold. *order is below, at or above zero.
 * False: one of them is no decimal number.
 */
bool pare_decimal_compare(pare_span a, pare_span b, int *order);

/** Digits only, at most UINT32_MAX. */
bool pare_count_read(pare_span text, uint32_t *count);

#endif
