/*
 * The calendar: days, ISO weeks, subtraction, ages (proleptic Gregorian, ISO 8601-1:2019 4.2.1).
 *
 * Days are counted within the 400-year cycle the calendar repeats in. Dates stay within the years
 * 1 to 9999: what would leave them stops at the first or the last day.
 */
#include "rules/base/date.h"

#include "rules/base/span.h"

enum { DAYS_IN_400_YEARS = 146097, DAYS_IN_100_YEARS = 36524, DAYS_IN_4_YEARS = 1461, DAYS_IN_A_YEAR = 365 };

/* Days from 0001-01-01 to 1970-01-01, and to 9999-12-31. */
enum { DAYS_TO_1970 = 719162, LAST_DAY = 3652058 };

/* Days before each month of a common year. */
static const uint16_t DAYS_BEFORE_MONTH[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* month: 1 to 13; 13 asks for the length of the year. */
static int64_t days_before_month(int64_t year, int64_t month)
{
    return DAYS_BEFORE_MONTH[month - 1] + (month > 2 && is_leap(year) ? 1 : 0);
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    return days_before_month(year, month + 1) - days_before_month(year, month);
}

bool pare_date_is_valid(int64_t year, int64_t month, int64_t day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/* Days from 0001-01-01 to the first of January. */
static int64_t days_before_year(int64_t year)
{
    int64_t past = year - 1;
    return past * DAYS_IN_A_YEAR + past / 4 - past / 100 + past / 400;
}

int64_t pare_date_to_days(pare_date date)
{
    return days_before_year(date.year) + days_before_month(date.year, date.month) + (date.day - 1) - DAYS_TO_1970;
}

static pare_date date_of(int64_t year, int64_t month, int64_t day)
{
    pare_date date = {(int32_t)year, (uint8_t)month, (uint8_t)day};
    return date;
}

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

pare_date pare_date_from_days(int64_t days)
{
    if (days < -(int64_t)DAYS_TO_1970) {
        return date_of(1, 1, 1);
    }
    if (days > LAST_DAY - DAYS_TO_1970) {
        return date_of(9999, 12, 31);
    }
    int64_t rest = days + DAYS_TO_1970;
    int64_t year = 1 + 400 * (rest / DAYS_IN_400_YEARS);
    rest %= DAYS_IN_400_YEARS;
    /* The last century of a cycle and the last year of four are a day longer: hence the limits of 3. */
    int64_t centuries = at_most(rest / DAYS_IN_100_YEARS, 3);
    rest -= centuries * DAYS_IN_100_YEARS;
    int64_t fours = rest / DAYS_IN_4_YEARS;
    rest -= fours * DAYS_IN_4_YEARS;
    int64_t years = at_most(rest / DAYS_IN_A_YEAR, 3);
    rest -= years * DAYS_IN_A_YEAR;
    year += 100 * centuries + 4 * fours + years;

    int64_t month = 1 + rest / 32; /* right, or one too early: no month has more than 31 days */
    if (rest >= days_before_month(year, month + 1)) {
        month++;
    }
    return date_of(year, month, 1 + rest - days_before_month(year, month));
}

int pare_date_compare(pare_date a, pare_date b)
{
    int64_t left = ((int64_t)a.year * 16 + a.month) * 32 + a.day;
    int64_t right = ((int64_t)b.year * 16 + b.month) * 32 + b.day;
    return (left > right) - (left < right);
}

void pare_date_iso_week(pare_date date, int32_t *year, unsigned *week, unsigned *weekday)
{
    /* 0001-01-01 was a Monday. A week belongs to the year that its Thursday lies in. */
    int64_t days = pare_date_to_days(date);
    int64_t since_monday = (days + DAYS_TO_1970) % 7;
    pare_date thursday = pare_date_from_days(days - since_monday + 3);
    *year = thursday.year;
    *week = (unsigned)((days_before_month(thursday.year, thursday.month) + thursday.day - 1) / 7 + 1);
    *weekday = (unsigned)since_monday + 1;
}

static pare_date minus_months(pare_date date, int64_t months)
{
    int64_t index = (int64_t)date.year * 12 + (date.month - 1) - months;
    if (index < 12) {
        return date_of(1, 1, 1);
    }
    int64_t year = index / 12, month = index % 12 + 1;
    return date_of(year, month, at_most(date.day, days_in_month(year, month)));
}

pare_date pare_date_minus(pare_date date, pare_duration duration)
{
    int64_t count = duration.count;
    switch (duration.unit) {
    case PARE_DAYS:
        return pare_date_from_days(pare_date_to_days(date) - count);
    case PARE_WEEKS:
        return pare_date_from_days(pare_date_to_days(date) - 7 * count);
    case PARE_MONTHS:
        return minus_months(date, count);
    case PARE_YEARS:
        return minus_months(date, 12 * count);
    }
    return date;
}

int pare_date_age(pare_date birth, pare_date at)
{
    bool birthday_ahead = at.month < birth.month || (at.month == birth.month && at.day < birth.day);
    return at.year - birth.year - (birthday_ahead ? 1 : 0);
}
