/* The calendar: every day of the years 1 to 9999 against a count by hand and the C library, and known facts. */
#include "rules/base/date.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static pare_date on(int year, int month, int day)
{
    pare_date date = {year, (uint8_t)month, (uint8_t)day};
    return date;
}

static void assert_date(pare_date date, int year, int month, int day)
{
    if (date.year != year || date.month != month || date.day != day) {
        fail_msg("%d-%u-%u, expected %d-%d-%d", date.year, date.month, date.day, year, month, day);
    }
}

static void known_days_have_their_numbers(void **state)
{
    (void)state;
    assert_int_equal(pare_date_to_days(on(1970, 1, 1)), 0);
    assert_int_equal(pare_date_to_days(on(1969, 12, 31)), -1);
    assert_int_equal(pare_date_to_days(on(2000, 3, 1)), 11017);
    assert_int_equal(pare_date_to_days(on(2001, 9, 9)), 11574);   /* 1,000,000,000 seconds */
    assert_int_equal(pare_date_to_days(on(2038, 1, 19)), 24855);  /* 2^31 seconds */
    assert_int_equal(pare_date_to_days(on(1601, 1, 1)), -134774); /* epoch of another system */
    assert_int_equal(pare_date_to_days(on(1, 1, 1)), -719162);
    assert_int_equal(pare_date_to_days(on(9999, 12, 31)), 2932896);
}

static int month_length(int year, int month)
{
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Counts 3,652,059 days one by one. The week is asked of strftime(), in and around the turn of each year. */
static void every_day_round_trips(void **state)
{
    (void)state;
    int64_t days = -719162;
    unsigned weekday = 1; /* 0001-01-01 is a Monday */
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            int last = month_length(year, month);
            assert_false(pare_date_is_valid(year, month, 0));
            assert_false(pare_date_is_valid(year, month, last + 1));
            for (int day = 1; day <= last; day++, days++, weekday = weekday % 7 + 1) {
                pare_date date = on(year, month, day), back = pare_date_from_days(days);
                if (pare_date_to_days(date) != days || pare_date_compare(date, back) != 0 ||
                    !pare_date_is_valid(year, month, day)) {
                    fail_msg("%d-%d-%d", year, month, day);
                }
                bool turn = (month == 1 && day <= 8) || (month == 12 && day >= 24) || day == 15;
                if (turn) {
                    int32_t iso_year = 0;
                    unsigned iso_week = 0, iso_weekday = 0;
                    char ours[32], theirs[32];
                    time_t seconds = (time_t)days * 86400;
                    struct tm broken;
                    assert_non_null(gmtime_r(&seconds, &broken));
                    assert_true(strftime(theirs, sizeof theirs, "%G-%V-%u", &broken) > 0);
                    pare_date_iso_week(date, &iso_year, &iso_week, &iso_weekday);
                    (void)snprintf(ours, sizeof ours, "%d-%02u-%u", iso_year, iso_week, iso_weekday);
                    if (strcmp(ours, theirs) != 0 || iso_weekday != weekday) {
                        fail_msg("%d-%d-%d is in %s, not %s", year, month, day, theirs, ours);
                    }
                }
            }
        }
    }
    assert_int_equal(days, 2932897);
}

static void days_beyond_the_calendar_stop_at_its_ends(void **state)
{
    (void)state;
    assert_date(pare_date_from_days(-719163), 1, 1, 1);
    assert_date(pare_date_from_days(INT64_MIN), 1, 1, 1);
    assert_date(pare_date_from_days(2932897), 9999, 12, 31);
    assert_date(pare_date_from_days(INT64_MAX), 9999, 12, 31);
}

static void dates_that_are_none_are_refused(void **state)
{
    (void)state;
    assert_false(pare_date_is_valid(0, 1, 1));
    assert_false(pare_date_is_valid(-4, 2, 29));
    assert_false(pare_date_is_valid(10000, 1, 1));
    assert_false(pare_date_is_valid(2026, 0, 1));
    assert_false(pare_date_is_valid(2026, 13, 1));
    assert_false(pare_date_is_valid(INT64_MAX, INT64_MAX, INT64_MAX));
    assert_false(pare_date_is_valid(2026, INT64_MIN, 1));
    assert_false(pare_date_is_valid(1900, 2, 29));
    assert_true(pare_date_is_valid(2000, 2, 29));
}

/* ISO 8601's own examples, and years of 53 weeks. */
/** Any byte at any place of a date: with a clock time behind, another reader reads the same. */
static void plain_dates_are_read_like_others(void **state)
{
    (void)state;
    static const char *const dates[] = {"1984-02-29", "1985-02-28", "0001-01-01",
                                        "9999-12-31", "2026-10-09", "2000-09-30"};
    size_t good = 0;
    for (size_t d = 0; d < sizeof dates / sizeof dates[0]; d++) {
        for (size_t place = 0; place < 10; place++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                unsigned char text[17];
                pare_moment plain = {0}, timed = {0};
                memcpy(text, dates[d], 10);
                memcpy(text + 10, "T00:00", 6);
                text[place] = (unsigned char)byte;
                bool read = pare_moment_read_iso((pare_span){text, 10}, &plain);
                assert_int_equal(read, pare_moment_read_iso((pare_span){text, 16}, &timed));
                assert_int_equal(pare_date_compare(plain.date, timed.date), 0);
                assert_false(plain.has_time);
                good += read;
            }
        }
    }
    assert_in_range(good, 200, 400); /* 6 dates, 8 digits of each, some of ten */
}

static void weeks_belong_to_the_year_of_their_thursday(void **state)
{
    (void)state;
    static const struct {
        int year, month, day, iso_year;
        unsigned week, weekday;
    } cases[] = {
        {1995, 1, 1, 1994, 52, 7}, {1996, 12, 31, 1997, 1, 2},  {2005, 1, 1, 2004, 53, 6}, {2008, 12, 29, 2009, 1, 1},
        {2010, 1, 3, 2009, 53, 7}, {2020, 12, 31, 2020, 53, 4}, {2021, 1, 3, 2020, 53, 7}, {2021, 1, 4, 2021, 1, 1},
        {1984, 2, 11, 1984, 6, 6}, {2026, 11, 23, 2026, 48, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t year = 0;
        unsigned week = 0, weekday = 0;
        pare_date_iso_week(on(cases[i].year, cases[i].month, cases[i].day), &year, &week, &weekday);
        assert_int_equal(year, cases[i].iso_year);
        assert_int_equal(week, cases[i].week);
        assert_int_equal(weekday, cases[i].weekday);
    }
}

static pare_date minus(pare_date date, uint32_t count, pare_duration_unit unit)
{
    pare_duration duration = {count, unit};
    return pare_date_minus(date, duration);
}

static void durations_count_by_the_calendar(void **state)
{
    (void)state;
    assert_date(minus(on(2026, 3, 31), 1, PARE_MONTHS), 2026, 2, 28);
    assert_date(minus(on(2024, 3, 31), 1, PARE_MONTHS), 2024, 2, 29);
    assert_date(minus(on(2026, 7, 31), 1, PARE_MONTHS), 2026, 6, 30);
    assert_date(minus(on(2026, 7, 30), 1, PARE_MONTHS), 2026, 6, 30);
    assert_date(minus(on(2026, 1, 15), 1, PARE_MONTHS), 2025, 12, 15);
    assert_date(minus(on(2026, 11, 23), 24, PARE_MONTHS), 2024, 11, 23);
    assert_date(minus(on(2026, 11, 23), 11, PARE_MONTHS), 2025, 12, 23);
    assert_date(minus(on(2024, 2, 29), 1, PARE_YEARS), 2023, 2, 28);
    assert_date(minus(on(2024, 2, 29), 4, PARE_YEARS), 2020, 2, 29);
    assert_date(minus(on(2024, 3, 1), 1, PARE_DAYS), 2024, 2, 29);
    assert_date(minus(on(2026, 3, 1), 90, PARE_DAYS), 2025, 12, 1);
    assert_date(minus(on(2026, 1, 1), 6, PARE_WEEKS), 2025, 11, 20);
    assert_date(minus(on(2026, 1, 1), 0, PARE_MONTHS), 2026, 1, 1);
    assert_date(minus(on(2026, 1, 1), UINT32_MAX, PARE_DAYS), 1, 1, 1);
    assert_date(minus(on(2026, 1, 1), UINT32_MAX, PARE_WEEKS), 1, 1, 1);
    assert_date(minus(on(2026, 1, 1), UINT32_MAX, PARE_MONTHS), 1, 1, 1);
    assert_date(minus(on(2026, 1, 1), UINT32_MAX, PARE_YEARS), 1, 1, 1);
    assert_date(minus(on(2, 1, 31), 12, PARE_MONTHS), 1, 1, 31);
}

static void ages_are_whole_years(void **state)
{
    (void)state;
    assert_int_equal(pare_date_age(on(1984, 2, 11), on(2026, 2, 10)), 41);
    assert_int_equal(pare_date_age(on(1984, 2, 11), on(2026, 2, 11)), 42);
    assert_int_equal(pare_date_age(on(2000, 2, 29), on(2001, 2, 28)), 0);
    assert_int_equal(pare_date_age(on(2000, 2, 29), on(2001, 3, 1)), 1);
    assert_int_equal(pare_date_age(on(2000, 2, 29), on(2004, 2, 29)), 4);
    assert_int_equal(pare_date_age(on(2026, 1, 1), on(2026, 1, 1)), 0);
    assert_int_equal(pare_date_age(on(2026, 1, 2), on(2026, 1, 1)), -1);
    assert_int_equal(pare_date_age(on(2030, 1, 1), on(2026, 1, 1)), -4);
}

static void dates_compare_by_year_then_month_then_day(void **state)
{
    (void)state;
    assert_int_equal(pare_date_compare(on(2026, 1, 1), on(2026, 1, 1)), 0);
    assert_true(pare_date_compare(on(2025, 12, 31), on(2026, 1, 1)) < 0);
    assert_true(pare_date_compare(on(2026, 2, 1), on(2026, 1, 31)) > 0);
    assert_true(pare_date_compare(on(9, 1, 1), on(10, 1, 1)) < 0);
}

static void durations_are_read_as_policies_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t count;
        pare_duration_unit unit;
    } good[] = {{"24 months", 24, PARE_MONTHS}, {"2 years", 2, PARE_YEARS}, {"1 day", 1, PARE_DAYS},
                {"90 days", 90, PARE_DAYS},     {"6 weeks", 6, PARE_WEEKS}, {"1  year", 1, PARE_YEARS}};
    static const char *const bad[] = {"",          "24",      "months",   "24months", "24 Months",      "-1 days",
                                      "1.5 years", "P1D",     "1 decade", " 1 day",   "1 day ",         "1\tday",
                                      "1 da",      "1 dayss", "+1 day",   "1e3 days", "4294967296 days"};
    pare_duration duration = {0, PARE_DAYS};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pare_duration_read(pare_span_of(good[i].text), &duration));
        assert_int_equal(duration.count, good[i].count);
        assert_int_equal(duration.unit, good[i].unit);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (pare_duration_read(pare_span_of(bad[i]), &duration)) {
            fail_msg("%s was read", bad[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days_have_their_numbers),
        cmocka_unit_test(every_day_round_trips),
        cmocka_unit_test(days_beyond_the_calendar_stop_at_its_ends),
        cmocka_unit_test(dates_that_are_none_are_refused),
        cmocka_unit_test(plain_dates_are_read_like_others),
        cmocka_unit_test(weeks_belong_to_the_year_of_their_thursday),
        cmocka_unit_test(durations_count_by_the_calendar),
        cmocka_unit_test(ages_are_whole_years),
        cmocka_unit_test(dates_compare_by_year_then_month_then_day),
        cmocka_unit_test(durations_are_read_as_policies_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
