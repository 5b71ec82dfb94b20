/*
 * IP addresses from text and to text (ip_text.h).
 *
 * IPv4 is four decimal numbers without leading zeros (RFC 6943 section 3.1.1 on why nothing looser is read). IPv6 is
 * whatever inet_pton() reads (RFC 4291 section 2.2), without a zone, and is written by RFC 5952.
 */
#include "rules/step/ip_text.h"

#include "rules/base/span.h"
#include "rules/step/unicode.h"

#include <arpa/inet.h>

enum { LONGEST_V4 = 15, LONGEST_V6 = 45 };

bool pare_ip_read_v4(pare_span value, unsigned char bytes[4])
{
    if (value.len > LONGEST_V4) {
        return false;
    }
    size_t at = 0;
    for (size_t part = 0; part < 4; part++) {
        if (part > 0 && (at == value.len || value.ptr[at++] != '.')) {
            return false;
        }
        size_t from = at;
        unsigned number = 0;
        while (at < value.len && at - from < 3 && pare_ascii_is_digit(value.ptr[at])) {
            number = number * 10 + (unsigned)(value.ptr[at++] - '0');
        }
        if (at == from || number > 255 || (at - from > 1 && value.ptr[from] == '0')) {
            return false;
        }
        bytes[part] = (unsigned char)number;
    }
    return at == value.len;
}

bool pare_ip_read_v6(pare_span value, unsigned char bytes[16])
{
    char text[LONGEST_V6 + 1];
    if (value.len > LONGEST_V6 || memchr(value.ptr, '\0', value.len) != NULL) {
        return false;
    }
    memcpy(text, value.ptr, value.len);
    text[value.len] = '\0';
    return inet_pton(AF_INET6, text, bytes) == 1;
}

bool pare_ip_is_mapped(const unsigned char bytes[16])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return memcmp(bytes, mapped, sizeof mapped) == 0;
}

unsigned char *pare_ip_put_v4(unsigned char *to, const unsigned char bytes[4])
{
    for (size_t i = 0; i < 4; i++) {
        unsigned number = bytes[i];
        if (i > 0) {
            *to++ = '.';
        }
        if (number >= 100) {
            *to++ = (unsigned char)('0' + number / 100);
        }
        if (number >= 10) {
            *to++ = (unsigned char)('0' + number / 10 % 10);
        }
        *to++ = (unsigned char)('0' + number % 10);
    }
    return to;
}

static unsigned char *put_hex(unsigned char *to, unsigned group)
{
    bool begun = false;
    for (unsigned shift = 16; shift > 0;) {
        shift -= 4;
        unsigned digit = group >> shift & 0xF;
        begun = begun || digit > 0 || shift == 0;
        if (begun) {
            *to++ = (unsigned char)"0123456789abcdef"[digit];
        }
    }
    return to;
}

/* RFC 5952 section 4: lower case, no leading zeros, `::` for the first of the longest runs of two or more zero groups.
 */
unsigned char *pare_ip_put_v6(unsigned char *to, const unsigned char bytes[16])
{
    unsigned groups[8];
    size_t run_at = 8, run = 1;
    for (size_t i = 0; i < 8; i++) {
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    }
    for (size_t i = 0; i < 8; i++) {
        size_t end = i;
        while (end < 8 && groups[end] == 0) {
            end++;
        }
        if (end - i > run) {
            run_at = i;
            run = end - i;
        }
    }
    for (size_t i = 0; i < 8;) {
        if (i == run_at) {
            *to++ = ':';
            *to++ = ':';
            i += run;
            continue;
        }
        if (i > 0 && i != run_at + run) {
            *to++ = ':';
        }
        to = put_hex(to, groups[i++]);
    }
    return to;
}
