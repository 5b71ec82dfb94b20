/* Decimal text to whole numbers and back (exact.h). */
#include "rules/step/exact.h"

#include "rules/base/span.h"
#include "rules/step/unicode.h"

__extension__ typedef unsigned __int128 natural;

bool pare_exact_read(pare_span text, pare_exact *number)
{
    size_t at = 0;
    number->negative = text.len > 0 && text.ptr[0] == '-';
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        at = 1;
    }
    size_t from = at;
    while (at < text.len && pare_ascii_is_digit(text.ptr[at])) {
        at++;
    }
    if (at == from) {
        return false;
    }
    size_t point = at;
    if (at < text.len) {
        if (text.ptr[at] != '.' || ++at == text.len) {
            return false;
        }
        while (at < text.len && pare_ascii_is_digit(text.ptr[at])) {
            at++;
        }
        if (at < text.len) {
            return false;
        }
    }
    while (from < point && text.ptr[from] == '0') {
        from++;
    }
    number->before = pare_span_from(text.ptr + from, point - from);
    number->behind = pare_span_from(text.ptr + point, 0);
    number->n_decimals = 0;
    if (at > point) {
        number->n_decimals = at - point - 1;
        while (text.ptr[at - 1] == '0') { /* stops at the point at the latest */
            at--;
        }
        number->behind = pare_span_from(text.ptr + point + 1, at - point - 1);
    }
    return true;
}

/* Without its sign, rounded towards zero. */
static bool magnitude(const pare_exact *number, unsigned scale, pare_whole *result)
{
    if (number->before.len > PARE_EXACT_DIGITS || number->before.len + scale > PARE_EXACT_DIGITS) {
        return false;
    }
    pare_whole sum = 0;
    for (size_t i = 0; i < number->before.len; i++) {
        sum = sum * 10 + (number->before.ptr[i] - '0');
    }
    for (unsigned i = 0; i < scale; i++) {
        sum = sum * 10 + (i < number->behind.len ? number->behind.ptr[i] - '0' : 0);
    }
    *result = sum;
    return true;
}

bool pare_exact_floor(const pare_exact *number, unsigned scale, pare_whole *result)
{
    pare_whole sum;
    if (!magnitude(number, scale, &sum)) {
        return false;
    }
    if (number->negative) {
        sum = -sum - (number->behind.len > scale); /* behind has no trailing zeros: what is cut is more than nothing */
    }
    *result = sum;
    return true;
}

bool pare_exact_nearest(const pare_exact *number, unsigned scale, pare_whole *result)
{
    pare_whole sum;
    if (!magnitude(number, scale, &sum)) {
        return false;
    }
    sum += number->behind.len > scale && number->behind.ptr[scale] >= '5';
    *result = number->negative ? -sum : sum;
    return true;
}

/* The last digit, taken off. */
static inline unsigned take_digit(natural *rest)
{
    unsigned digit;
    if (*rest <= UINT64_MAX) { /* nearly always, and much cheaper */
        digit = (unsigned)((uint64_t)*rest % 10);
        *rest = (uint64_t)*rest / 10;
    } else {
        digit = (unsigned)(*rest % 10);
        *rest /= 10;
    }
    return digit;
}

void pare_exact_append(pare_buf *out, pare_whole number, unsigned scale)
{
    unsigned char text[48];
    unsigned char *end = text + sizeof text, *start = end;
    natural rest = number < 0 ? (natural)0 - (natural)number : (natural)number;
    bool in_fraction = scale > 0, written = false;
    for (unsigned i = 0; rest > 0 || i <= scale; i++) {
        unsigned digit = take_digit(&rest);
        if (in_fraction && i == scale) {
            if (written) {
                *--start = '.';
            }
            in_fraction = false;
        }
        if (!in_fraction || digit > 0 || written) {
            *--start = (unsigned char)('0' + digit);
            written = true;
        }
    }
    if (number < 0) {
        *--start = '-';
    }
    pare_buf_append(out, start, (size_t)(end - start));
}

void pare_exact_append_fixed(pare_buf *out, pare_whole number, unsigned scale)
{
    unsigned char text[48];
    unsigned char *end = text + sizeof text, *start = end;
    natural rest = number < 0 ? (natural)0 - (natural)number : (natural)number;
    for (unsigned i = 0; rest > 0 || i <= scale; i++) {
        if (i == scale && scale > 0) {
            *--start = '.';
        }
        *--start = (unsigned char)('0' + take_digit(&rest));
    }
    if (number < 0) {
        *--start = '-';
    }
    pare_buf_append(out, start, (size_t)(end - start));
}
