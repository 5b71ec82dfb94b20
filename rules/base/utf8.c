/*
 * UTF-8 as RFC 3629 section 4 spells it out: shortest forms only, no surrogates, nothing beyond
 * U+10FFFF.
 *
 * Customer data is mostly ASCII, so eight bytes at a time are looked at while none has its high
 * bit set; only what remains is read character by character.
 */
#include "rules/base/utf8.h"

#include <string.h>

static const uint64_t HIGH_BITS = UINT64_C(0x8080808080808080);
static const uint64_t LOW_BITS = UINT64_C(0x0101010101010101);

static uint64_t eight_bytes(const unsigned char *ptr)
{
    uint64_t word;
    memcpy(&word, ptr, sizeof word);
    return word;
}

static bool is_tail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

static bool is_between(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

/* Length of the well-formed character of two to four bytes at `ptr`, or 0. */
static size_t sequence_length(const unsigned char *ptr, size_t left)
{
    unsigned char lead = ptr[0];
    if (lead < 0xC2 || lead > 0xF4 || left < 2) { /* a tail, C0 and C1 (overlong), beyond U+10FFFF */
        return 0;
    }
    if (lead < 0xE0) {
        return is_tail(ptr[1]) ? 2 : 0;
    }
    if (lead < 0xF0) {
        unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;  /* overlong below U+0800 */
        unsigned char high = lead == 0xED ? 0x9F : 0xBF; /* surrogates from U+D800 */
        return left >= 3 && is_between(ptr[1], low, high) && is_tail(ptr[2]) ? 3 : 0;
    }
    unsigned char low = lead == 0xF0 ? 0x90 : 0x80;  /* overlong below U+10000 */
    unsigned char high = lead == 0xF4 ? 0x8F : 0xBF; /* beyond U+10FFFF */
    return left >= 4 && is_between(ptr[1], low, high) && is_tail(ptr[2]) && is_tail(ptr[3]) ? 4 : 0;
}

size_t pare_utf8_valid_prefix(pare_span text)
{
    size_t at = 0;
    while (at < text.len) {
        while (text.len - at >= 8 && (eight_bytes(text.ptr + at) & HIGH_BITS) == 0) {
            at += 8;
        }
        while (at < text.len && text.ptr[at] < 0x80) {
            at++;
        }
        while (at < text.len && text.ptr[at] >= 0x80) {
            size_t len = sequence_length(text.ptr + at, text.len - at);
            if (len == 0) {
                return at;
            }
            at += len;
        }
    }
    return at;
}

/* How many of the eight bytes are tails, that is, have bit 7 set and bit 6 clear. */
static size_t count_tails(uint64_t word)
{
    uint64_t tails = (word >> 7) & (~word >> 6) & LOW_BITS;
    return (size_t)((tails * LOW_BITS) >> 56);
}

size_t pare_utf8_count(pare_span text)
{
    size_t tails = 0, at = 0;
    for (; text.len - at >= 8; at += 8) {
        tails += count_tails(eight_bytes(text.ptr + at));
    }
    for (; at < text.len; at++) {
        tails += is_tail(text.ptr[at]);
    }
    return text.len - tails;
}

size_t pare_utf8_bytes_of(pare_span text, size_t n)
{
    if (n >= text.len) {
        return text.len;
    }
    size_t at = 0;
    for (; n > 0 && at < text.len; n--) {
        at += pare_utf8_length(text.ptr[at]);
    }
    return at < text.len ? at : text.len;
}

uint32_t pare_utf8_decode(pare_span text, size_t *bytes)
{
    const unsigned char *ptr = text.ptr;
    size_t len = pare_utf8_length(ptr[0]);
    *bytes = len;
    switch (len) {
    case 1:
        return ptr[0];
    case 2:
        return (uint32_t)(ptr[0] & 0x1F) << 6 | (ptr[1] & 0x3F);
    case 3:
        return (uint32_t)(ptr[0] & 0x0F) << 12 | (uint32_t)(ptr[1] & 0x3F) << 6 | (ptr[2] & 0x3F);
    default:
        return (uint32_t)(ptr[0] & 0x07) << 18 | (uint32_t)(ptr[1] & 0x3F) << 12 | (uint32_t)(ptr[2] & 0x3F) << 6 |
               (ptr[3] & 0x3F);
    }
}

static unsigned char tail_of(uint32_t character, unsigned shift)
{
    return (unsigned char)(0x80 | ((character >> shift) & 0x3F));
}

size_t pare_utf8_encode(uint32_t character, unsigned char out[4])
{
    if (character < 0x80) {
        out[0] = (unsigned char)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (unsigned char)(0xC0 | character >> 6);
        out[1] = tail_of(character, 0);
        return 2;
    }
    if ((character >= 0xD800 && character <= 0xDFFF) || character > 0x10FFFF) {
        return 0;
    }
    if (character < 0x10000) {
        out[0] = (unsigned char)(0xE0 | character >> 12);
        out[1] = tail_of(character, 6);
        out[2] = tail_of(character, 0);
        return 3;
    }
    out[0] = (unsigned char)(0xF0 | character >> 18);
    out[1] = tail_of(character, 12);
    out[2] = tail_of(character, 6);
    out[3] = tail_of(character, 0);
    return 4;
}
