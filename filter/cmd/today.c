/* The days that --as-of stands in for. */
#include "filter/cmd/today.h"

#include "rules/base/date.h"

#include <time.h>

pare_day pare_today(void)
{
    enum { SECONDS_OF_A_DAY = 86400 }; /* POSIX time has no leap seconds */
    pare_date date = pare_date_from_days((int64_t)time(NULL) / SECONDS_OF_A_DAY);
    pare_day day = {date.year, date.month, date.day};
    return day;
}

pare_day pare_test_day(const pare_day *as_of)
{
    const pare_day published = {2026, 1, 1};
    return as_of->year != 0 ? *as_of : published;
}
