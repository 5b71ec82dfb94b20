/*
 * Decimal numbers as text, computed with exactly: whole numbers of 10^-scale, and no binary fraction anywhere.
 *
 * A number is [+-]digits[.digits]; no exponent, no blanks, no `.5` and no `5.`, in no locale.
 */
#ifndef PARE_RULES_STEP_EXACT_H
#define PARE_RULES_STEP_EXACT_H

#include "rules/base/buf.h"

__extension__ typedef __int128 pare_whole; /* multiples of 10^-scale */

enum { PARE_EXACT_DIGITS = 34 }; /* times 10, and twice that, they still fit 127 bits */

/** A number as it is written. */
typedef struct pare_exact {
    bool negative;
    pare_span before, behind; /* the point; digits only; `before` without leading, `behind` without trailing zeros */
    size_t n_decimals;        /* digits behind the point as it stood, zeros too */
} pare_exact;

/** The whole text must be read. Borrows from it. */
bool pare_exact_read(pare_span text, pare_exact *number);

/** In units of 10^-scale, rounded down (to minus infinity). False: digits before the point and scale are over 34. */
bool pare_exact_floor(const pare_exact *number, unsigned scale, pare_whole *result);

/** The same, rounded to the nearest; what lies in the middle goes away from zero. */
bool pare_exact_nearest(const pare_exact *number, unsigned scale, pare_whole *result);

/** As decimal text, without zeros at the end of a fraction; zero is `0`. */
void pare_exact_append(pare_buf *out, pare_whole number, unsigned scale);

/** As decimal text with all `scale` (at most 34) digits behind the point; never `-0`. */
void pare_exact_append_fixed(pare_buf *out, pare_whole number, unsigned scale);

#endif
