/* How far a run has come: one line that is drawn over itself, on a terminal only. */
#ifndef PARE_FILTER_CMD_PROGRESS_H
#define PARE_FILTER_CMD_PROGRESS_H

#include "pare/types.h"

typedef struct pare_progress_line {
    bool on;
    bool shown;           /* something stands on the line now */
    uint64_t total_bytes; /* of all inputs as stored; 0: not known */
    int64_t start_ms, drawn_ms;
} pare_progress_line;

/** `wanted`: not quiet, no JSON. `pretend`: as if standard error were a terminal (for tests). */
void pare_progress_start(pare_progress_line *line, bool wanted, bool pretend, const char *const *inputs,
                         size_t n_inputs);
void pare_progress_tick(pare_progress_line *line, uint64_t input_bytes, uint64_t records);
/** Wipe the line, before something else is printed and at the end. */
void pare_progress_clear(pare_progress_line *line);

#endif
