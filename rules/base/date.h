/*
 * Civil dates of the proleptic Gregorian calendar, and clock times as they are written.
 *
 * No time zones are computed: a zone is carried as it stood. Days are counted from 1970-01-01.
 */
#ifndef PARE_RULES_BASE_DATE_H
#define PARE_RULES_BASE_DATE_H

#include "rules/base/buf.h"

typedef struct pare_date {
    int32_t year;  /* 1 to 9999 */
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to the month's last */
} pare_date;

/** A date, with the clock time if one stood there. */
typedef struct pare_moment {
    pare_date date;
    bool has_time;
    uint8_t hour, minute, second; /* 0-23, 0-59, 0-60 */
    pare_span fraction;           /* digits behind the point, as they stood; borrowed; empty if none */
    pare_span zone;               /* "Z", "+01:00"; as it stood; borrowed; empty if none */
} pare_moment;

typedef enum pare_duration_unit { PARE_DAYS, PARE_WEEKS, PARE_MONTHS, PARE_YEARS } pare_duration_unit;
typedef struct pare_duration {
    uint32_t count;
    pare_duration_unit unit;
} pare_duration;

bool pare_date_is_valid(int64_t year, int64_t month, int64_t day);
int64_t pare_date_to_days(pare_date date);
pare_date pare_date_from_days(int64_t days);
int pare_date_compare(pare_date a, pare_date b);

/** Monday = 1 to Sunday = 7, and the ISO 8601 week with the year it belongs to. */
void pare_date_iso_week(pare_date date, int32_t *year, unsigned *week, unsigned *weekday);

/** `date` minus the duration; months and years count by the calendar and clamp the day to the month's last. */
pare_date pare_date_minus(pare_date date, pare_duration duration);

/** Whole years from `birth` to `at`; negative if `at` comes first. Born 29 February: a year older on 1 March. */
int pare_date_age(pare_date birth, pare_date at);

/**
 * ISO 8601: YYYY-MM-DD, or that and a clock time behind `T`, `t` or one blank: hh:mm[:ss[.fraction]] and optionally
 * a zone (Z, z, +hh:mm, +hhmm, +hh, also behind one blank). The whole text must be read. Nothing else is guessed.
 */
bool pare_moment_read_iso(pare_span text, pare_moment *moment);

/**
 * By a strptime pattern: %Y %m %d %e %y %b %B %H %I %M %S %p %z %Z(Z or offset only) %T %F %D %j %% %f(fraction
 * digits), blanks match any run of blanks, other characters themselves. Names of months are English, whatever the
 * locale.
 * %y: 69-99 are 1969-1999, 00-68 are 2000-2068 (POSIX). Leading zeros may be missing, but not where two numbers touch,
 * nor those of %Y. The whole text must be read.
 */
bool pare_moment_read(pare_span pattern, pare_span text, pare_moment *moment);

/**
 * Append `text`, which `pattern` reads, with `date` in place of its own: the parts of the date as strftime writes them
 * (names of months in the case of the one that stood there), clock time, zone and whatever else as they stood, blanks
 * as the pattern has them. False: it is not read, %y can't tell the year, or there is no room; what was appended is
 * void.
 */
bool pare_moment_rewrite(pare_span pattern, pare_span text, pare_date date, pare_buf *out);

/** NULL if the pattern can be used, else what is wrong with it (a constant text). */
const char *pare_moment_check_pattern(pare_span pattern);

/** "24 months", "2 years", "1 day", "90 days", "6 weeks". */
bool pare_duration_read(pare_span text, pare_duration *duration);

#endif
