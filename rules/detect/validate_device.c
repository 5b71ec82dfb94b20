/*
 * Things rather than persons: devices, vehicles, banks, places, dates of birth.
 *
 * They identify a person as soon as one stands beside them. Each function names whose rule it follows.
 */
#include "rules/detect/validate_checks.h"

#include <string.h>

/* IEEE 802-2014 clause 8: six bytes; all zeros and all ones are nobody's. */
bool pare_is_mac(pare_span match)
{
    char text[13];
    if (!pare_exactly_symbols(match, text, 12)) {
        return false;
    }
    return strcmp(text, "000000000000") != 0 && strcmp(text, "FFFFFFFFFFFF") != 0;
}

/* 3GPP TS 23.003 section 6.2: fourteen digits and a Luhn digit; sixteen digits (IMEISV) have a version and no check. */
bool pare_is_imei(pare_span match)
{
    unsigned char digit[16];
    size_t n = pare_digits_of(match, digit, 16);
    return (n == 15 && !pare_all_alike(digit, 15) && pare_luhn_holds(digit, 15)) ||
           (n == 16 && !pare_all_alike(digit, 16));
}

/*
 * ISO 3779 with the check digit of 49 CFR 565.15, which North America and China ask for; elsewhere (regions other than
 * 1 to 5 and L) the four digits at the end must do.
 */
bool pare_is_vin(pare_span match)
{
    static const char values[] = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ";
    static const char weights[] = "8765432A098765432";
    char text[18];
    unsigned sum = 0;
    if (!pare_exactly_symbols(match, text, 17) || !pare_are_digits(text, 13, 17)) {
        return false;
    }
    for (size_t i = 0; i < 17; i++) {
        const char *value = strchr(values, text[i]);
        if (value == NULL) {
            return false;
        }
        sum += (unsigned)(value - values) % 10 * (weights[i] == 'A' ? 10 : (unsigned)(weights[i] - '0'));
    }
    bool checked = text[8] == "0123456789X"[sum % 11];
    return checked || !((text[0] >= '1' && text[0] <= '5') || text[0] == 'L');
}

/* ISO 9362: four letters, country, two symbols of which the last is not O, optionally three for the branch. */
bool pare_is_bic(pare_span match)
{
    return (match.len == 8 || match.len == 11) && pare_is_country((const char *)match.ptr + 4) && match.ptr[7] != 'O';
}
