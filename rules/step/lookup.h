/*
 * A table from whole texts to texts: filled while a policy is loaded, then only read.
 *
 * Open-addressed, in the policy's arena; texts are borrowed and live as long as the policy.
 */
#ifndef PARE_RULES_STEP_LOOKUP_H
#define PARE_RULES_STEP_LOOKUP_H

#include "rules/step/build.h"

typedef struct pare_lookup_entry {
    pare_span from, to;
    bool used;
} pare_lookup_entry;

/** Zeroed: empty. Linear probing; at most half full. */
typedef struct pare_lookup {
    pare_lookup_entry *slots;
    size_t n_slots; /* a power of two, or 0 */
    size_t n_used;
} pare_lookup;

typedef enum pare_lookup_result {
    PARE_LOOKUP_NO_MEMORY = 0,
    PARE_LOOKUP_CONTRADICTS,
    PARE_LOOKUP_OK
} pare_lookup_result;

/** CONTRADICTS: `from` is there already, with another text. */
pare_lookup_result pare_lookup_add(pare_lookup *table, pare_build *build, pare_span from, pare_span to);

/** NULL where `from` is not listed. */
const pare_span *pare_lookup_find(const pare_lookup *table, pare_span from);

#endif
