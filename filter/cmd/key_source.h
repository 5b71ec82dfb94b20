/* Where the master key comes from, and whether it may be used. */
#ifndef PARE_FILTER_CMD_KEY_SOURCE_H
#define PARE_FILTER_CMD_KEY_SOURCE_H

#include "filter/cmd/options.h"
#include "pare/key.h"

#include <limits.h>

/**
 * Load the master key from the first of: --key-file or --key-fd, $CREDENTIALS_DIRECTORY/pare.key (if it is there),
 * $PARE_KEY_FILE.
 *
 * @param[out] key  The caller's, to free with pare_key_free(). NULL where no source was named.
 * @return PARE_OK; PARE_E_KEY: it can't be read, is unsafe or no key, or PARE_KEY is set; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_key_source_load(const pare_arguments *arguments, pare_key **key, pare_error *err);

/** The file that the key is in, so that nothing is written over it. False: none is named. */
bool pare_key_source_path(const pare_arguments *arguments, char path[PATH_MAX]);

#endif
