/* "Did you mean": the nearest of some names. */
#ifndef PARE_FILTER_CMD_DID_YOU_MEAN_H
#define PARE_FILTER_CMD_DID_YOU_MEAN_H

#include "pare/types.h"

/** Holds the nearest name met so far. Start with {0}. */
typedef struct pare_nearest {
    const char *name; /* NULL: none near enough */
    size_t distance;
} pare_nearest;

/** Look at one candidate. Near enough: one typing error for each three characters, at least one. */
void pare_nearest_try(pare_nearest *nearest, const char *text, const char *candidate);

#endif
