/* What the process may no longer do once everything that a run needs is open. Linux only. */
#ifndef PARE_FILTER_CMD_SANDBOX_H
#define PARE_FILTER_CMD_SANDBOX_H

#include "filter/cmd/options.h"
#include "pare/error.h"

/**
 * Lay down what is no longer needed, for this thread and those that it starts: by --sandbox, for the inputs and outputs
 * that the command line names.
 *
 * @param[out] state  what holds from now on, constant text: "landlock+seccomp", "landlock", "seccomp", "none"; "off"
 * where nobody wanted it
 * @return PARE_OK; PARE_E_KEY: --sandbox require, and the system can't
 */
PARE_NODISCARD pare_status pare_sandbox_enter(const pare_arguments *arguments, const char **state, pare_error *err);

#endif
