/*
 * A record's own values of other fields, looked for inside a text: `echo` of `redact`.
 *
 * What a detector can't know, the record does: the customer's name stands in its first column, and again in the notes.
 * Exactly: docs/STEPS.md.
 */
#ifndef PARE_RULES_STEP_ECHO_H
#define PARE_RULES_STEP_ECHO_H

#include "rules/step/step.h"

enum {
    PARE_MAX_ECHOES = 64,
    PARE_ECHO_MIN = 3,         /* letters and digits of a value, by default */
    PARE_ECHO_MIN_NUMBER = 4,  /* where all of them are digits */
    PARE_ECHO_MIN_UNSPACED = 2 /* in scripts that put no blanks between words, or few */
};

/** A value to look for. Offsets into the space that `pare_echo_read` filled. */
typedef struct pare_echo_value {
    uint32_t field;                /* index in step->reads.names */
    bool is_word;                  /* a common word as well: its case must fit */
    size_t folded, folded_bytes;   /* as it is compared */
    size_t spelled, spelled_bytes; /* as it stands in its field */
} pare_echo_value;

typedef struct pare_echoes {
    pare_echo_value items[PARE_MAX_ECHOES];
    size_t n;
} pare_echoes;

/**
 * The values of the first `n` fields that the step reads, but those that are null or too short.
 * Uses temporary[0] and the shadow's space; the values stay in temporary[1].
 * @return false: one of them can't be told: withhold the value
 */
bool pare_echo_read(const pare_step *step, size_t n, pare_scratch *scratch, const pare_record *record, uint32_t min,
                    pare_echoes *echoes);

/**
 * Append to hits[*n_hits…max_hits) where the values stand in `text`, which may be scratch->shadow's; `detector` is the
 * field plus `first_label`. Uses temporary[0] and what is free of the shadow's edits.
 * @return false: a limit was met: withhold the value
 */
bool pare_echo_find(const pare_echoes *echoes, pare_scratch *scratch, pare_span text, uint32_t first_label,
                    pare_hit *hits, size_t max_hits, size_t *n_hits);

#endif
