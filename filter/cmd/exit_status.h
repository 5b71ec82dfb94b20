/* What the program's exit status says (DESIGN: sysexits' numbers where they fit). */
#ifndef PARE_FILTER_CMD_EXIT_STATUS_H
#define PARE_FILTER_CMD_EXIT_STATUS_H

#include "pare/types.h"

enum {
    PARE_EXIT_OK = 0,
    PARE_EXIT_FOUND = 1, /* a gate failed, or something was found */
    PARE_EXIT_USAGE = 2,
    PARE_EXIT_DATA = 65,
    PARE_EXIT_MISSING = 66,
    PARE_EXIT_INTERNAL = 70, /* our bug, or no memory */
    PARE_EXIT_CREATE = 73,
    PARE_EXIT_IO = 74,
    PARE_EXIT_KEY = 77,
    PARE_EXIT_POLICY = 78
};

int pare_exit_status(pare_status status);

/** For help and the manual page; ends with a NULL text. */
typedef struct pare_exit_meaning {
    int status;
    const char *text;
} pare_exit_meaning;
extern const pare_exit_meaning pare_exit_meanings[];

#endif
