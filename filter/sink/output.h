/*
 * Where the dataset goes. A file appears under its name whole or not at all: written beside it under a temporary name
 * (0600, O_EXCL), synced, renamed, and the directory synced. Standard output is live, or spooled until it may go.
 */
#ifndef PARE_FILTER_SINK_OUTPUT_H
#define PARE_FILTER_SINK_OUTPUT_H

#include "pare/error.h"

typedef struct pare_output pare_output;

typedef enum pare_output_kind {
    PARE_OUTPUT_FILE,    /* temporary + rename */
    PARE_OUTPUT_LIVE,    /* a descriptor, written at once */
    PARE_OUTPUT_SPOOLED, /* a temporary without a name, copied to the descriptor on commit */
    PARE_OUTPUT_FILE_NEW /* as FILE, and never in the place of a file that is there: --no-clobber */
} pare_output_kind;

/**
 * @param path  Name of the file, or NULL for standard output (`fd`).
 * @return PARE_OK; PARE_E_CREATE; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_output_open(pare_output_kind kind, const char *path, int fd, pare_output **output,
                                            pare_error *err);

PARE_NODISCARD pare_status pare_output_write(pare_output *output, pare_span bytes, pare_error *err);

/** Everything written and synced (file); still under the temporary name. Nothing can be written any more. */
PARE_NODISCARD pare_status pare_output_finish(pare_output *output, pare_error *err);

/** Deliver: rename and sync the directory, or copy the spool. After pare_output_finish(). */
PARE_NODISCARD pare_status pare_output_commit(pare_output *output, pare_error *err);

/** Take a committed file away again: what follows it (its manifest) failed, and a failed run leaves nothing behind. */
void pare_output_retract(pare_output *output);

/** Remove what was not committed; free. NULL is fine. */
void pare_output_close(pare_output *output);

/** Name of the temporary file, or NULL: for the signal handler, which may unlink it. Valid until close. */
const char *pare_output_temporary(const pare_output *output);

/** How many temporary files of dead runs were removed when it was opened (temporary.h). */
unsigned pare_output_swept(const pare_output *output);

/**
 * Whether an output is a plain file that is read as well: by device and inode, whatever it is called. NULL or "-" is
 * standard output, or input.
 */
bool pare_output_is_input(const char *output_path, const char *input_path);

/** Whether two outputs would be one file; NULL is standard output. Also where nothing stands there yet. */
bool pare_output_same_place(const char *a, const char *b);

/** Whether committing `output` would replace `committed`. */
bool pare_output_would_replace(const pare_output *output, const pare_output *committed);

#endif
