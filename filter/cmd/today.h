/* The days that --as-of stands in for. The only clock that a rule's outcome depends on. */
#ifndef PARE_FILTER_CMD_TODAY_H
#define PARE_FILTER_CMD_TODAY_H

#include "pare/plan.h"

/** Today in UTC, so that the machine's time zone changes nothing. */
pare_day pare_today(void);

/** The day of a policy's own tests, unless --as-of names another: they must come out the same on every day. */
pare_day pare_test_day(const pare_day *as_of);

#endif
