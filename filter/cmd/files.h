/* Files that the command line names: read whole, with a ceiling. */
#ifndef PARE_FILTER_CMD_FILES_H
#define PARE_FILTER_CMD_FILES_H

#include "pare/error.h"
#include "rules/base/buf.h"

/**
 * Append all of a file ("-": standard input) to `out`, whose ceiling is the most it may hold.
 * @param failure  the status for a file that can't be opened or is too long (PARE_E_POLICY, ...)
 */
PARE_NODISCARD pare_status pare_file_read(const char *path, pare_status failure, pare_buf *out, pare_error *err);

/** Append all that `fd` still gives. As above; `path` is for the error only. */
PARE_NODISCARD pare_status pare_fd_read(int fd, const char *path, pare_status failure, pare_buf *out, pare_error *err);

#endif
