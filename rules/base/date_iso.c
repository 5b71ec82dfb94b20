/*
 * Dates as ISO 8601 and RFC 3339 write them, and durations as policies do.
 *
 * Strict on purpose: a text that is nearly a date is withheld by whoever asked, not repaired.
 */
#include "rules/base/date.h"

#include "rules/base/date_text.h"

static bool read_date(pare_span *text, pare_date *date)
{
    uint32_t year = 0, month = 0, day = 0;
    bool read = pare_take_number(text, 4, 4, 9999, &year) && pare_take_byte(text, '-') &&
                pare_take_number(text, 2, 2, 12, &month) && pare_take_byte(text, '-') &&
                pare_take_number(text, 2, 2, 31, &day);
    if (!read || !pare_date_is_valid(year, month, day)) {
        return false;
    }
    date->year = (int32_t)year;
    date->month = (uint8_t)month;
    date->day = (uint8_t)day;
    return true;
}

static bool read_clock(pare_span *text, pare_moment *moment)
{
    uint32_t hour = 0, minute = 0, second = 0;
    if (!pare_take_number(text, 2, 2, 23, &hour) || !pare_take_byte(text, ':') ||
        !pare_take_number(text, 2, 2, 59, &minute)) {
        return false;
    }
    if (pare_take_byte(text, ':')) {
        if (!pare_take_number(text, 2, 2, 60, &second)) { /* 60: a leap second */
            return false;
        }
        if (pare_take_byte(text, '.')) {
            size_t digits = pare_count_digits(*text);
            if (digits == 0) {
                return false;
            }
            moment->fraction = pare_span_first(*text, digits);
            *text = pare_span_after(*text, digits);
        }
    }
    moment->has_time = true;
    moment->hour = (uint8_t)hour;
    moment->minute = (uint8_t)minute;
    moment->second = (uint8_t)second;
    return true;
}

bool pare_moment_read_iso(pare_span text, pare_moment *moment)
{
    pare_moment read = {0};
    if (!read_date(&text, &read.date)) {
        return false;
    }
    if (text.len > 0) {
        if (!pare_take_byte(&text, 'T') && !pare_take_byte(&text, 't') && !pare_take_byte(&text, ' ')) {
            return false;
        }
        if (!read_clock(&text, &read)) {
            return false;
        }
    }
    if (text.len > 0) {
        (void)pare_take_byte(&text, ' ');
        if (!pare_take_zone(&text, &read.zone)) {
            return false;
        }
    }
    if (text.len > 0) {
        return false;
    }
    *moment = read;
    return true;
}

bool pare_duration_read(pare_span text, pare_duration *duration)
{
    static const struct {
        const char *one, *many;
        pare_duration_unit unit;
    } units[] = {
        {"day", "days", PARE_DAYS},
        {"week", "weeks", PARE_WEEKS},
        {"month", "months", PARE_MONTHS},
        {"year", "years", PARE_YEARS},
    };
    uint32_t count = 0;
    if (!pare_take_number(&text, 1, 9, UINT32_MAX, &count) || !pare_take_byte(&text, ' ')) {
        return false;
    }
    while (pare_take_byte(&text, ' ')) {
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (pare_span_is(text, units[i].one) || pare_span_is(text, units[i].many)) {
            duration->count = count;
            duration->unit = units[i].unit;
            return true;
        }
    }
    return false;
}
