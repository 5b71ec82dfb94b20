/* The one place that knows which status of the library is which exit status of the program. */
#include "filter/cmd/exit_status.h"

const pare_exit_meaning pare_exit_meanings[] = {
    {PARE_EXIT_OK, "delivered; nothing found"},
    {PARE_EXIT_FOUND, "the run worked but a gate failed, so nothing was delivered; or a check found something"},
    {PARE_EXIT_USAGE, "the command line is wrong; nothing was touched"},
    {PARE_EXIT_DATA, "the input is malformed, truncated or beyond a limit"},
    {PARE_EXIT_MISSING, "an input can't be opened"},
    {PARE_EXIT_INTERNAL, "an internal error, or memory ran out"},
    {PARE_EXIT_CREATE, "an output can't be created"},
    {PARE_EXIT_IO, "reading or writing failed"},
    {PARE_EXIT_KEY, "a key is missing, unreadable or unsafe"},
    {PARE_EXIT_POLICY, "the policy is refused, by itself or against this input's header"},
    {0, NULL},
};

int pare_exit_status(pare_status status)
{
    switch (status) {
    case PARE_OK:
    case PARE_END:
        return PARE_EXIT_OK;
    case PARE_E_GATE:
        return PARE_EXIT_FOUND;
    case PARE_E_LIMIT:
    case PARE_E_DATA:
    case PARE_E_TRUNCATED:
        return PARE_EXIT_DATA;
    case PARE_E_MISSING:
        return PARE_EXIT_MISSING;
    case PARE_E_CREATE:
        return PARE_EXIT_CREATE;
    case PARE_E_IO:
        return PARE_EXIT_IO;
    case PARE_E_POLICY:
        return PARE_EXIT_POLICY;
    case PARE_E_KEY:
        return PARE_EXIT_KEY;
    case PARE_E_NOMEM: /* 71 is the operating system's; what ran out here is ours to bound */
    case PARE_E_INTERNAL:
        return PARE_EXIT_INTERNAL;
    }
    return PARE_EXIT_INTERNAL;
}
