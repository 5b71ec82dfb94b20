/*
 * Numbers of persons in Asia, Africa and the Pacific: India, Singapore, Korea, Japan, China, Turkey, Israel, South
 * Africa, Australia, New Zealand.
 *
 * Each function names whose rule it follows. What the match holds besides letters and digits was the pattern's
 * business.
 */
#include "rules/detect/validate_checks.h"

#include <string.h>

/* UIDAI: twelve digits, the first not 0 or 1, Verhoeff; a number that reads the same backwards is not issued. */
bool pare_is_in_aadhaar(pare_span match)
{
    unsigned char digit[12];
    bool mirrored = true;
    if (!pare_exactly_digits(match, digit, 12) || digit[0] < 2) {
        return false;
    }
    for (size_t i = 0; i < 6; i++) {
        mirrored = mirrored && digit[i] == digit[11 - i];
    }
    return !mirrored && pare_verhoeff_holds(digit, 12);
}

/* Income Tax Department of India: five letters, of which the fourth is the holder's kind, four digits, a letter. */
bool pare_is_in_pan(pare_span match)
{
    char text[11];
    return pare_exactly_symbols(match, text, 10) && strchr("ABCEFGHJKLPT", text[3]) != NULL &&
           pare_are_digits(text, 5, 9) && memcmp(text + 5, "0000", 4) != 0;
}

/* GSTN: state, PAN, registration of that holder, Z, and a check by Luhn's formula in base 36. */
bool pare_is_in_gstin(pare_span match)
{
    char text[16];
    unsigned sum = 0;
    if (!pare_exactly_symbols(match, text, 15) || !pare_are_digits(text, 0, 2) || text[12] == '0' || text[13] != 'Z') {
        return false;
    }
    unsigned state = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
    for (size_t i = 0; i < 15; i++) {
        unsigned value = text[i] <= '9' ? (unsigned)(text[i] - '0') : (unsigned)(text[i] - 'A' + 10);
        value *= i % 2 == 1 ? 2 : 1;
        sum += value / 36 + value % 36;
    }
    return ((state >= 1 && state <= 38) || state == 97 || state == 99) && sum % 36 == 0;
}

/* Immigration and Checkpoints Authority of Singapore: weights, an offset for T, G and M, and a letter by the series. */
bool pare_is_sg_nric(pare_span match)
{
    char text[10];
    if (!pare_exactly_symbols(match, text, 9) || !pare_are_digits(text, 1, 8)) {
        return false;
    }
    unsigned sum = pare_weigh_text(text + 1, "2765432");
    sum += text[0] == 'T' || text[0] == 'G' ? 4 : text[0] == 'M' ? 3 : 0;
    const char *letters = text[0] == 'S' || text[0] == 'T'   ? "JZIHGFEDCBA"
                          : text[0] == 'F' || text[0] == 'G' ? "XWUTRQPNMLK"
                          : text[0] == 'M'                   ? "XWUTRQPNJLK"
                                                             : NULL;
    return letters != NULL && letters[sum % 11] == text[8];
}

/*
 * Ministry of the Interior and Safety of Korea: date of birth, a digit for century, sex and nationality, six digits.
 * Since October 2020 these six are random: the check digit that was among them is asked for only of those who were born
 * before 1900.
 */
bool pare_is_kr_rrn(pare_span match)
{
    unsigned char digit[13];
    if (!pare_exactly_digits(match, digit, 13)) {
        return false;
    }
    if (digit[6] == 0 || digit[6] == 9) {       /* born before 1900: these had the check digit */
        uint64_t yy = pare_number_of(digit, 2); /* the oldest who were registered were about a hundred */
        return yy >= 60 && pare_is_birth_date(1800 + yy, pare_number_of(digit + 2, 2), pare_number_of(digit + 4, 2)) &&
               (11 - pare_weigh(digit, "234567892345") % 11) % 10 == digit[12];
    }
    bool recent = digit[6] == 3 || digit[6] == 4 || digit[6] >= 7;
    return pare_is_birth_date((recent ? 2000u : 1900u) + pare_number_of(digit, 2), pare_number_of(digit + 2, 2),
                              pare_number_of(digit + 4, 2));
}

/* Japan, My Number Act ordinance of MIC 85/2014 article 5: twelve digits, check modulo 11. */
bool pare_is_jp_my_number(pare_span match)
{
    unsigned char digit[12];
    if (!pare_exactly_digits(match, digit, 12) || pare_all_alike(digit, 12)) {
        return false;
    }
    unsigned rest = pare_weigh(digit, "65432765432") % 11;
    return (rest < 2 ? 0 : 11 - rest) == digit[11];
}

/* China, GB 11643-1999: administrative division, date of birth, serial, ISO/IEC 7064 MOD 11-2. */
bool pare_is_cn_id(pare_span match)
{
    static const char provinces[] =
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 "
        "64 65 71 81 82 83 ";
    char text[19];
    unsigned char digit[17];
    bool known = false;
    if (!pare_exactly_symbols(match, text, 18) || !pare_are_digits(text, 0, 17)) {
        return false;
    }
    for (size_t i = 0; provinces[i] != '\0'; i += 3) {
        known = known || (provinces[i] == text[0] && provinces[i + 1] == text[1]);
    }
    for (size_t i = 0; i < 17; i++) {
        digit[i] = (unsigned char)(text[i] - '0');
    }
    return known && pare_number_of(digit + 6, 4) >= 1800 &&
           pare_is_birth_date(pare_number_of(digit + 6, 4), pare_number_of(digit + 10, 2),
                              pare_number_of(digit + 12, 2)) &&
           "10X98765432"[pare_weigh(digit, "79A584216379A5842") % 11] == text[17];
}

/* Turkey, Population Services Law 5490: two check digits, the first not 0. */
bool pare_is_tr_tckn(pare_span match)
{
    unsigned char digit[11];
    if (!pare_exactly_digits(match, digit, 11) || digit[0] == 0) {
        return false;
    }
    unsigned odd = pare_weigh(digit, "101010101"), even = pare_weigh(digit, "01010101");
    return (odd * 7 + 10 * 9 - even) % 10 == digit[9] && (odd + even + digit[9]) % 10 == digit[10];
}

/* Israel, Population and Immigration Authority: nine digits, leading zeros often left out, Luhn. */
bool pare_is_il_id(pare_span match)
{
    unsigned char digit[9];
    size_t n = pare_digits_of(match, digit, 9);
    return n >= 8 && n <= 9 && pare_number_of(digit, n) > 0 && !pare_all_alike(digit, n) && pare_luhn_holds(digit, n);
}

/* South Africa, Identification Act 68 of 1997: date of birth, serial, citizenship 0 to 2, a digit, Luhn. */
bool pare_is_za_id(pare_span match)
{
    unsigned char digit[13];
    return pare_exactly_digits(match, digit, 13) && digit[10] <= 2 &&
           pare_is_short_date(pare_number_of(digit, 2), pare_number_of(digit + 2, 2), pare_number_of(digit + 4, 2)) &&
           pare_luhn_holds(digit, 13);
}

/* --- Australia and New Zealand ---------------------------------------------------------------------- */

/* Australian Taxation Office: nine digits, or eight of the older ones, modulo 11. */
bool pare_is_au_tfn(pare_span match)
{
    unsigned char digit[9];
    size_t n = pare_digits_of(match, digit, 9);
    if ((n != 8 && n != 9) || pare_all_alike(digit, n)) {
        return false;
    }
    return pare_weigh(digit, n == 9 ? "14375869A" : "A7846351") % 11 == 0;
}

/* Australian Business Register: the first digit less one, modulo 89. */
bool pare_is_au_abn(pare_span match)
{
    unsigned char digit[11];
    if (!pare_exactly_digits(match, digit, 11) || digit[0] == 0) {
        return false;
    }
    digit[0]--;
    return pare_weigh(digit, "A13579BDFHJ") % 89 == 0;
}

/* Australian Securities and Investments Commission: nine digits, weights 8 to 1, modulo 10. */
bool pare_is_au_acn(pare_span match)
{
    unsigned char digit[9];
    return pare_exactly_digits(match, digit, 9) && pare_number_of(digit, 9) > 0 &&
           (10 - pare_weigh(digit, "87654321") % 10) % 10 == digit[8];
}

/* Services Australia, Medicare card: ten digits, the first 2 to 6, the ninth checks the first eight; person's digit. */
bool pare_is_au_medicare(pare_span match)
{
    unsigned char digit[11];
    size_t n = pare_digits_of(match, digit, 11);
    return (n == 10 || n == 11) && digit[0] >= 2 && digit[0] <= 6 && digit[9] != 0 &&
           pare_weigh(digit, "13791379") % 10 == digit[8];
}

/* Inland Revenue of New Zealand: eight or nine digits in a range, two rounds of weights modulo 11. */
bool pare_is_nz_ird(pare_span match)
{
    unsigned char digit[9];
    size_t n = pare_digits_of(match, digit, 9);
    if (n == 8) {
        memmove(digit + 1, digit, 8);
        digit[0] = 0;
    } else if (n != 9) {
        return false;
    }
    uint64_t value = pare_number_of(digit, 9);
    unsigned check = (11 - pare_weigh(digit, "32765432") % 11) % 11;
    if (check == 10) {
        check = (11 - pare_weigh(digit, "74325276") % 11) % 11;
    }
    return value > 10000000 && value < 150000000 && check == digit[8];
}
