/*
 * Payment cards: the Luhn check digit (ISO/IEC 7812-1 annex B), and which prefixes are issued in which lengths.
 *
 * The table is what the schemes publish about their issuer identification numbers, a row for each range: digits that
 * begin a number, and the lengths it may have. It is wider than any one list, because a missed card costs more than a
 * number that is covered without need: whatever passes here has passed Luhn as well.
 */
#include "rules/detect/validate.h"

enum { MIN_DIGITS = 12, MAX_DIGITS = 19 };

#define LENGTH(n) (1u << ((n)-MIN_DIGITS))
#define LENGTHS(from, to) ((LENGTH(to) << 1) - LENGTH(from))

typedef struct issuer {
    uint32_t first, last; /* prefix, both ends included */
    uint8_t digits;       /* of the prefix */
    uint8_t lengths;      /* bits, LENGTH() */
} issuer;

static const issuer issuers[] = {
    {4, 4, 1, LENGTH(13) | LENGTH(16) | LENGTH(18) | LENGTH(19)}, /* Visa; also Elo, Dankort, Visa Electron */
    {51, 55, 2, LENGTH(16)},                                      /* Mastercard */
    {2221, 2720, 4, LENGTH(16)},                                  /* Mastercard, series 2 */
    {34, 34, 2, LENGTH(15)},                                      /* American Express */
    {37, 37, 2, LENGTH(15)},
    {6011, 6011, 4, LENGTHS(16, 19)}, /* Discover */
    {644, 649, 3, LENGTHS(16, 19)},
    {65, 65, 2, LENGTHS(16, 19)}, /* Discover, RuPay, Troy, Verve */
    {622126, 622925, 6, LENGTHS(16, 19)},
    {300, 305, 3, LENGTHS(14, 19)}, /* Diners Club */
    {3095, 3095, 4, LENGTHS(14, 19)},
    {36, 36, 2, LENGTHS(14, 19)},
    {38, 39, 2, LENGTHS(14, 19)},
    {35, 35, 2, LENGTHS(16, 19)}, /* JCB (3528 to 3589), RuPay 353 and 356 */
    {1800, 1800, 4, LENGTH(15)},  /* JCB, old */
    {2131, 2131, 4, LENGTH(15)},
    {62, 62, 2, LENGTHS(16, 19)},     /* UnionPay */
    {81, 82, 2, LENGTHS(16, 19)},     /* UnionPay, RuPay */
    {50, 50, 2, LENGTHS(12, 19)},     /* Maestro, RuPay 508, Verve 506, Elo */
    {56, 58, 2, LENGTHS(12, 19)},     /* Maestro */
    {60, 69, 2, LENGTHS(12, 19)},     /* Maestro, Hipercard, InterPayment, InstaPayment */
    {2200, 2204, 4, LENGTHS(16, 19)}, /* Mir */
    {2205, 2205, 4, LENGTH(16)},      /* Borica */
    {1, 1, 1, LENGTH(15)},            /* UATP */
    {8600, 8600, 4, LENGTH(16)},      /* UzCard */
    {9112, 9112, 4, LENGTH(16)},      /* Belkart */
    {9792, 9792, 4, LENGTH(16)},      /* Troy */
    {9860, 9860, 4, LENGTH(16)},      /* Humo */
};

bool pare_is_luhn(pare_span match)
{
    unsigned sum = 0, place = 0;
    for (size_t i = match.len; i-- > 0;) {
        unsigned digit = (unsigned)match.ptr[i] - '0';
        if (digit > 9) {
            continue;
        }
        if (place++ % 2 == 1) {
            digit = digit < 5 ? digit * 2 : digit * 2 - 9;
        }
        sum += digit;
    }
    return place >= 2 && sum % 10 == 0;
}

bool pare_is_card_issuer(pare_span match)
{
    unsigned char digit[MAX_DIGITS];
    size_t n = pare_digits_of(match, digit, sizeof digit);
    if (n < MIN_DIGITS || n > MAX_DIGITS) {
        return false;
    }
    uint32_t prefix[7] = {0}; /* [d]: the number that the first d digits make */
    for (size_t i = 0; i < 6; i++) {
        prefix[i + 1] = prefix[i] * 10 + digit[i];
    }
    for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++) {
        uint32_t head = prefix[issuers[i].digits];
        if (head >= issuers[i].first && head <= issuers[i].last && (issuers[i].lengths & LENGTH(n)) != 0) {
            return true;
        }
    }
    return false;
}
