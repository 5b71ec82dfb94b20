/*
 * Decimal numbers, read without strtod, whose point depends on the locale and which accepts `0x10`, `inf` and `nan`.
 *
 * Up to 15 significant digits with up to 22 behind the point the result is the nearest double (both parts are exact and
 * one division rounds once); beyond that it can be off in the last place.
 */
#include "rules/text/decimal.h"

#include "rules/base/span.h"

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

/* A number's digits, without the zeros that don't count: 0 has none, and no sign. */
typedef struct digits {
    bool negative;
    pare_span whole, fraction;
} digits;

static bool read_digits(pare_span text, digits *out)
{
    double unused = 0;
    if (!pare_decimal_read(text, &unused)) {
        return false;
    }
    bool sign = text.ptr[0] == '+' || text.ptr[0] == '-';
    out->negative = text.ptr[0] == '-';
    text = pare_span_after(text, sign ? 1 : 0);
    const unsigned char *point = memchr(text.ptr, '.', text.len);
    size_t len = point == NULL ? text.len : (size_t)(point - text.ptr);
    out->whole = pare_span_first(text, len);
    out->fraction = pare_span_after(text, point == NULL ? len : len + 1);
    while (out->whole.len > 0 && out->whole.ptr[0] == '0') {
        out->whole = pare_span_after(out->whole, 1);
    }
    while (out->fraction.len > 0 && out->fraction.ptr[out->fraction.len - 1] == '0') {
        out->fraction.len--;
    }
    out->negative = out->negative && out->whole.len + out->fraction.len > 0;
    return true;
}

static int compare_size(const digits *a, const digits *b)
{
    if (a->whole.len != b->whole.len) {
        return a->whole.len < b->whole.len ? -1 : 1;
    }
    int order = a->whole.len == 0 ? 0 : memcmp(a->whole.ptr, b->whole.ptr, a->whole.len);
    size_t shorter = a->fraction.len < b->fraction.len ? a->fraction.len : b->fraction.len;
    if (order == 0 && shorter > 0) {
        order = memcmp(a->fraction.ptr, b->fraction.ptr, shorter);
    }
    if (order == 0 && a->fraction.len != b->fraction.len) {
        order = a->fraction.len < b->fraction.len ? -1 : 1;
    }
    return order;
}

bool pare_decimal_compare(pare_span a, pare_span b, int *order)
{
    digits left = {false, {NULL, 0}, {NULL, 0}}, right = left;
    if (!read_digits(a, &left) || !read_digits(b, &right)) {
        return false;
    }
    if (left.negative != right.negative) {
        *order = left.negative ? -1 : 1;
    } else {
        *order = left.negative ? compare_size(&right, &left) : compare_size(&left, &right);
    }
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
