/*
 * Dates as ISO 8601 and RFC 3339 write them, and durations as policies do.
 *
 * Strict on purpose: a text that is nearly a date is withheld by whoever asked, not repaired.
 */
#include "rules/base/date.h"

#include "rules/base/date_text.h"

#include <string.h>

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

/** YYYY-MM-DD and nothing else, as nearly all dates are: eight bytes at once. What is refused here may still be read.
 */
static bool read_plain_date(pare_span text, pare_date *date)
{
    uint64_t start;
    uint16_t end;
    if (text.len != 10) {
        return false;
    }
    memcpy(&start, text.ptr, sizeof start);
    memcpy(&end, text.ptr + sizeof start, sizeof end);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    start = __builtin_bswap64(start);
    end = __builtin_bswap16(end);
#endif
    /* A digit has 3 in its upper half, and has it still when 6 is added; a hyphen is 2D. The first byte is lowest. */
    const bool digits =
        ((start & UINT64_C(0x00F0F000F0F0F0F0)) == UINT64_C(0x0030300030303030)) &
        (((start + UINT64_C(0x0006060006060606)) & UINT64_C(0x00F0F000F0F0F0F0)) == UINT64_C(0x0030300030303030)) &
        ((end & 0xF0F0) == 0x3030) & (((end + 0x0606) & 0xF0F0) == 0x3030);
    if (!digits || (start & UINT64_C(0xFF0000FF00000000)) != UINT64_C(0x2D00002D00000000)) {
        return false;
    }
    const uint64_t tens = (start & UINT64_C(0x000F0F000F0F0F0F)) * 10 + (start >> 8 & UINT64_C(0x00000F00000F0F0F));
    const uint32_t year = (uint32_t)(tens & 0xFF) * 100 + (uint32_t)(tens >> 16 & 0xFF);
    const uint32_t month = (uint32_t)(tens >> 40 & 0xFF),
                   day = (uint32_t)(end & 0x0F) * 10 + (uint32_t)(end >> 8 & 0x0F);
    if (!pare_date_is_valid(year, month, day)) {
        return false;
    }
    *date = (pare_date){(int32_t)year, (uint8_t)month, (uint8_t)day};
    return true;
}

bool pare_moment_read_iso(pare_span text, pare_moment *moment)
{
    pare_moment read = {0};
    if (read_plain_date(text, &read.date)) {
        *moment = read;
        return true;
    }
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
