/*
 * Decimal numbers, read without strtod, whose point depends on the locale and which accepts `0x10`, `inf` and `nan`.
 *
 * Up to 15 significant digits with up to 22 behind the point the result is the nearest double (both parts are exact and
 * one division rounds once); beyond that it can be off in the last place.
 */
#include "rules/text/decimal.h"

enum { MAX_TEXT = 64 };

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

bool pare_decimal_read(pare_span text, double *number)
{
    size_t at = 0;
    bool negative = false;
    double whole = 0;
    double scale = 1;
    if (text.len == 0 || text.len > MAX_TEXT) {
        return false;
    }
    if (text.ptr[0] == '+' || text.ptr[0] == '-') {
        negative = text.ptr[0] == '-';
        at++;
    }
    size_t first = at;
    for (; at < text.len && is_digit(text.ptr[at]); at++) {
        whole = whole * 10 + (text.ptr[at] - '0');
    }
    if (at == first) {
        return false;
    }
    if (at < text.len) {
        if (text.ptr[at] != '.' || at + 1 == text.len) {
            return false;
        }
        for (at++; at < text.len && is_digit(text.ptr[at]); at++) {
            whole = whole * 10 + (text.ptr[at] - '0');
            scale *= 10;
        }
    }
    if (at < text.len) {
        return false;
    }
    *number = negative ? -(whole / scale) : whole / scale;
    return true;
}

bool pare_count_read(pare_span text, uint32_t *count)
{
    uint64_t value = 0;
    if (text.len == 0 || text.len > 10) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i])) {
            return false;
        }
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    if (value > UINT32_MAX) {
        return false;
    }
    *count = (uint32_t)value;
    return true;
}
