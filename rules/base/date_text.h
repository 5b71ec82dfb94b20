/* Digits and zones, as both readers of dates (date_iso.c, date_pattern.c) need them. */
#ifndef PARE_RULES_BASE_DATE_TEXT_H
#define PARE_RULES_BASE_DATE_TEXT_H

#include "rules/base/span.h"

static inline bool pare_is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

/** How many digits `text` begins with. */
static inline size_t pare_count_digits(pare_span text)
{
    size_t n = 0;
    while (n < text.len && pare_is_digit(text.ptr[n])) {
        n++;
    }
    return n;
}

/** Take `least` to `most` (at most 9) digits off the front of *text; within 0 and `limit`. False leaves *text alone. */
static inline bool pare_take_number(pare_span *text, size_t least, size_t most, uint32_t limit, uint32_t *number)
{
    size_t n = 0;
    uint32_t sum = 0;
    while (n < most && n < text->len && pare_is_digit(text->ptr[n])) {
        sum = sum * 10 + (uint32_t)(text->ptr[n++] - '0');
    }
    if (n < least || sum > limit) {
        return false;
    }
    *number = sum;
    *text = pare_span_after(*text, n);
    return true;
}

static inline bool pare_take_byte(pare_span *text, unsigned char byte)
{
    if (text->len == 0 || text->ptr[0] != byte) {
        return false;
    }
    *text = pare_span_after(*text, 1);
    return true;
}

/** Take a zone off the front of *text: Z, z, +hh, +hhmm, +hh:mm, or with a minus. False may have moved *text. */
static inline bool pare_take_zone(pare_span *text, pare_span *zone)
{
    const unsigned char *from = text->ptr;
    uint32_t number = 0;
    if (!pare_take_byte(text, 'Z') && !pare_take_byte(text, 'z')) {
        if (!pare_take_byte(text, '+') && !pare_take_byte(text, '-')) {
            return false;
        }
        if (!pare_take_number(text, 2, 2, 23, &number)) {
            return false;
        }
        bool colon = pare_take_byte(text, ':');
        if ((colon || pare_count_digits(*text) > 0) && !pare_take_number(text, 2, 2, 59, &number)) {
            return false;
        }
    }
    *zone = pare_span_from(from, (size_t)(text->ptr - from));
    return true;
}

#endif
