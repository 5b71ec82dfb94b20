/*
 * The table of validators, and the short ones. Longer ones have files of their own: validate_card.c, validate_iban.c,
 * validate_phone.c.
 *
 * A validator sees the bytes of one match, separators included, and is a pure function of them: no locale, no clock, no
 * memory. It accepts what the standard allows and refuses the rest; what it refuses was no hit.
 */
#include "rules/detect/validator.h"

#include "rules/base/span.h"
#include "rules/detect/validate.h"

#include <arpa/inet.h>

size_t pare_digits_of(pare_span match, unsigned char *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < match.len; i++) {
        if (match.ptr[i] >= '0' && match.ptr[i] <= '9') {
            if (n < max) {
                out[n] = (unsigned char)(match.ptr[i] - '0');
            }
            n++;
        }
    }
    return n;
}

/** A decimal number of 1 to 3 digits up to `max` that is the whole of `text`. */
static bool is_small_number(pare_span text, unsigned max)
{
    unsigned value = 0;
    if (text.len < 1 || text.len > 3) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    }
    return value <= max;
}

/** Cut what follows the last `mark` off `text` into `rest`; false if the mark does not occur. */
static bool cut_behind(pare_span *text, unsigned char mark, pare_span *rest)
{
    for (size_t i = text->len; i-- > 0;) {
        if (text->ptr[i] == mark) {
            *rest = pare_span_after(*text, i + 1);
            text->len = i;
            return true;
        }
    }
    return false;
}

/* Dotted quad (RFC 791) with an optional prefix length (RFC 4632). Leading zeros are read as decimal. */
static bool is_ipv4(pare_span match)
{
    pare_span part;
    if (cut_behind(&match, '/', &part) && !is_small_number(part, 32)) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (!cut_behind(&match, '.', &part) || !is_small_number(part, 255)) {
            return false;
        }
    }
    return is_small_number(match, 255);
}

/* RFC 4291 section 2.2, with an optional zone (RFC 4007 section 11) and prefix length. `::` alone is nobody's address. */
static bool is_ipv6(pare_span match)
{
    pare_span part;
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (cut_behind(&match, '/', &part) && !is_small_number(part, 128)) {
        return false;
    }
    if (cut_behind(&match, '%', &part) && part.len == 0) {
        return false;
    }
    if (match.len <= 2 || match.len >= sizeof text) {
        return false;
    }
    memcpy(text, match.ptr, match.len);
    text[match.len] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

/* Area not 000, 666 or 9xx, group not 00, serial not 0000 (SSA, POMS RM 10201.035). */
static bool is_ssn_us(pare_span match)
{
    unsigned char digit[9];
    if (pare_digits_of(match, digit, sizeof digit) != 9) {
        return false;
    }
    int area = digit[0] * 100 + digit[1] * 10 + digit[2];
    int group = digit[3] * 10 + digit[4];
    int serial = digit[5] * 1000 + digit[6] * 100 + digit[7] * 10 + digit[8];
    return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
}

static bool is_letter(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
}

/**
 * The last label of a domain: two characters at least, and the first a letter, which tells it from a number and admits
 * A-labels (RFC 5890). The pattern is stricter where the address stands within a text.
 */
static bool is_top_label(pare_span label)
{
    return label.len >= 2 && is_letter(label.ptr[0]);
}

/*
 * Lengths of RFC 5321 section 4.5.3.1 (local part 64, address 254) and RFC 1035 section 2.3.4 (label 63). Letters beyond
 * ASCII are counted as their UTF-8 bytes, as RFC 6531 does.
 */
static bool is_email(pare_span match)
{
    pare_span domain, label;
    if (match.len > 254 || !cut_behind(&match, '@', &domain) || match.len < 1 || match.len > 64) {
        return false;
    }
    if (domain.len > 2 && domain.ptr[0] == '[' && domain.ptr[domain.len - 1] == ']') {
        return true; /* an address literal: its pattern has read it */
    }
    bool last = true;
    while (cut_behind(&domain, '.', &label)) {
        if (label.len < 1 || label.len > 63 || (last && !is_top_label(label))) {
            return false;
        }
        last = false;
    }
    return domain.len >= 1 && domain.len <= 63 && (!last || is_top_label(domain));
}

const pare_validator pare_validators[] = {
    {"luhn", pare_is_luhn, "The digits end in a check digit by the Luhn formula (ISO/IEC 7812-1 annex B)."},
    {"card_issuer", pare_is_card_issuer, "The digits begin and are as many as some card scheme issues (ISO/IEC 7812)."},
    {"iban", pare_is_iban,
     "Country, length and structure are in the SWIFT IBAN registry and the check digits hold (ISO 13616, ISO 7064 MOD "
     "97-10)."},
    {"ssn_us", is_ssn_us, "Area not 000, 666 or 9xx, group not 00, serial not 0000 (US Social Security Administration)."},
    {"ipv4", is_ipv4, "Four numbers up to 255 and an optional prefix length up to 32 (RFC 791, RFC 4632)."},
    {"ipv6", is_ipv6, "An address of RFC 4291 section 2.2, with an optional zone and prefix length; `::` alone is none."},
    {"email", is_email, "The lengths of RFC 5321, and a top-level label that begins with a letter."},
    {"phone", pare_is_phone,
     "6 to 15 digits (ITU-T E.164) that are no date, dotted quad, span of years or US Social Security number."},
    {NULL, NULL, NULL},
};

const pare_validator *pare_validator_find(pare_span name)
{
    for (const pare_validator *validator = pare_validators; validator->name != NULL; validator++) {
        if (pare_span_is(name, validator->name)) {
            return validator;
        }
    }
    return NULL;
}
