/*
 * The temporary file beside a target, `.NAME.pare-XXXXXX`, and what runs that died left under such names.
 *
 * Whoever makes one holds a lock on it (flock(2)) for as long as it lives; the system lets go of it when the process
 * ends, however it ends. So a later run of the same target can tell: a file that it can lock has nobody who writes it.
 */
#ifndef PARE_FILTER_SINK_TEMPORARY_H
#define PARE_FILTER_SINK_TEMPORARY_H

#include "pare/types.h"

/** ".NAME" and this. A name without a lock (the file system has none) has `_` for the `-`, and is never swept. */
#define PARE_TEMPORARY_ENDING ".pare-XXXXXX"
enum { PARE_TEMPORARY_ENDING_BYTES = sizeof PARE_TEMPORARY_ENDING - 1 };

/**
 * Make one, 0600, locked.
 * @param directory  descriptor of the directory
 * @param name       ".NAME" with PARE_TEMPORARY_ENDING; what it is called now is written over its ending
 * @return its descriptor; -1: errno says why
 */
int pare_temporary_make(int directory, char *name);

/**
 * Remove the files beside the target that fit `name`, are plain files of this user, and whose makers are dead. Only on
 * file systems of this machine: elsewhere a lock may not be seen by others. What can't be told stays.
 * @return how many
 */
unsigned pare_temporary_sweep(int directory, const char *name);

#endif
