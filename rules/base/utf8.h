/* UTF-8 by RFC 3629: validate, count, step. Never the locale. Tables of Unicode are not here (step/unicode.c). */
#ifndef PARE_RULES_BASE_UTF8_H
#define PARE_RULES_BASE_UTF8_H

#include "pare/types.h"

/** Offset of the first byte that is not part of well-formed UTF-8, or text.len. */
size_t pare_utf8_valid_prefix(pare_span text);

static inline bool pare_utf8_valid(pare_span text)
{
    return pare_utf8_valid_prefix(text) == text.len;
}

/** Characters (code points) of well-formed text. */
size_t pare_utf8_count(pare_span text);

/** Bytes of the first `n` characters of well-formed text, or text.len where it has fewer. */
size_t pare_utf8_bytes_of(pare_span text, size_t n);

/** Bytes of the character that `lead` begins, in well-formed text. */
static inline size_t pare_utf8_length(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/** The character at the start of well-formed, non-empty text, and its length in *bytes. */
uint32_t pare_utf8_decode(pare_span text, size_t *bytes);

/** Encode one scalar value into out[4]; returns its length, 0 for a surrogate or beyond U+10FFFF. */
size_t pare_utf8_encode(uint32_t character, unsigned char out[4]);

#endif
