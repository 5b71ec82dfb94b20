/*
 * Letters, digits, case and normal forms of Unicode. unicode.c is the only file that includes libunistring.
 *
 * ASCII never gets there: callers ask pare_is_ascii() first, the functions on one character answer for ASCII inline.
 * Nothing depends on the locale.
 */
#ifndef PARE_RULES_STEP_UNICODE_H
#define PARE_RULES_STEP_UNICODE_H

#include "rules/base/buf.h"

/** No byte of 0x80 or above. Eight at a time; the last eight overlap those before. */
static inline bool pare_is_ascii(pare_span text)
{
    uint64_t seen = 0, word;
    if (text.len >= sizeof word) {
        const size_t last = text.len - sizeof word;
        for (size_t at = 0; at < last; at += sizeof word) {
            memcpy(&word, text.ptr + at, sizeof word);
            seen |= word;
        }
        memcpy(&word, text.ptr + last, sizeof word);
        seen |= word;
    }
    for (size_t at = 0; text.len < sizeof word && at < text.len; at++) {
        seen |= text.ptr[at];
    }
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

static inline bool pare_ascii_is_space(unsigned char byte)
{
    return byte == ' ' || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F);
}

static inline bool pare_ascii_is_digit(unsigned char byte)
{
    return (unsigned char)(byte - '0') < 10;
}

static inline bool pare_ascii_is_alphanumeric(unsigned char byte)
{
    return pare_ascii_is_digit(byte) || (unsigned char)((byte | 0x20) - 'a') < 26;
}

/** White space: bidirectional type WS, B or S, or category Zs; what Python's str.isspace() says. */
bool pare_unicode_is_space(uint32_t character);

/** A letter (L), a number (N), or a mark (M), which belongs to the letter it stands on. */
bool pare_unicode_is_alphanumeric(uint32_t character);

/** The value of a decimal digit of any script (category Nd), or -1. */
int pare_unicode_digit(uint32_t character);

/** What a reader does not see: format characters (Cf) and whatever else is ignored by default (soft hyphen, zero
 * width). */
bool pare_unicode_is_hidden(uint32_t character);

/** What stands on, under or around the character before it: combining class above 0, category Me, variation selectors.
 */
bool pare_unicode_is_accent(uint32_t character);

/** A dash (category Pd) or the minus sign. */
bool pare_unicode_is_dash(uint32_t character);

/** A letter in upper or title case. */
bool pare_unicode_is_capital(uint32_t character);

/** Full case mapping (SpecialCasing.txt, no language), appended. False: `out` could not hold it; nothing was appended.
 */
bool pare_unicode_lower(pare_span text, pare_buf *out);
bool pare_unicode_upper(pare_span text, pare_buf *out);

/** Normalization Form C and KC (UAX 15), appended. */
bool pare_unicode_nfc(pare_span text, pare_buf *out);
bool pare_unicode_nfkc(pare_span text, pare_buf *out);

/** One character for comparison: NFKD, without accents, then full case folding; perhaps nothing. Appended. */
bool pare_unicode_fold(uint32_t character, pare_buf *out);

#endif
