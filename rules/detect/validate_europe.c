/*
 * Numbers of persons in western and southern Europe: Germany, France, Spain, Italy, Netherlands, Belgium, Portugal,
 * Austria, Switzerland, Ireland, United Kingdom.
 *
 * Each function names whose rule it follows. What the match holds besides letters and digits was the pattern's
 * business.
 */
#include "rules/detect/validate_checks.h"

#include <string.h>

/*
 * Bundeszentralamt fuer Steuern, identification number (AO section 139b): eleven digits, the first not 0, ISO/IEC 7064
 * MOD 11,10. Of the first ten one occurs two or three times and no other twice; numbers without a repetition, which
 * documentation likes to show, pass as well.
 */
bool pare_is_de_tax_id(pare_span match)
{
    unsigned char digit[11];
    unsigned count[10] = {0}, repeated = 0;
    if (!pare_exactly_digits(match, digit, 11) || digit[0] == 0) {
        return false;
    }
    for (size_t i = 0; i < 10; i++) {
        count[digit[i]]++;
    }
    for (size_t i = 0; i < 10; i++) {
        repeated += count[i] > 1;
        if (count[i] > 3) {
            return false;
        }
    }
    return repeated <= 1 && pare_is_mod_11_10(digit, 11);
}

/** Digits of products summed, which the German social insurances do instead of subtracting 9. */
static unsigned cross_sum(const char *text, const char *weights)
{
    unsigned sum = 0;
    for (size_t i = 0; weights[i] != '\0'; i++) {
        unsigned product = (unsigned)(text[i] - '0') * (unsigned)(weights[i] - '0');
        sum += product / 10 + product % 10;
    }
    return sum;
}

/* Deutsche Rentenversicherung, VKVV section 2: area, day (+50 where needed), month, year, letter, serial, check digit.
 */
bool pare_is_de_social_security(pare_span match)
{
    char text[13], spread[13];
    if (!pare_exactly_symbols(match, text, 12) || !pare_are_digits(text, 0, 8) || text[8] < 'A' ||
        !pare_are_digits(text, 9, 12)) {
        return false;
    }
    unsigned day = (unsigned)(text[2] - '0') * 10 + (unsigned)(text[3] - '0');
    unsigned month = (unsigned)(text[4] - '0') * 10 + (unsigned)(text[5] - '0');
    unsigned letter = (unsigned)(text[8] - 'A') + 1;
    day -= day > 50 ? 50 : 0;
    if (day > 31 || month > 12) {
        return false;
    }
    memcpy(spread, text, 8);
    spread[8] = (char)('0' + letter / 10);
    spread[9] = (char)('0' + letter % 10);
    memcpy(spread + 10, text + 9, 2);
    return cross_sum(spread, "212571212121") % 10 == (unsigned)(text[11] - '0');
}

/* GKV-Spitzenverband, health insurance number (SGB V section 290): a letter and nine digits, the last a check digit. */
bool pare_is_de_health_insurance(pare_span match)
{
    char text[11], spread[11];
    if (!pare_exactly_symbols(match, text, 10) || text[0] < 'A' || !pare_are_digits(text, 1, 10)) {
        return false;
    }
    unsigned letter = (unsigned)(text[0] - 'A') + 1;
    spread[0] = (char)('0' + letter / 10);
    spread[1] = (char)('0' + letter % 10);
    memcpy(spread + 2, text + 1, 8);
    return cross_sum(spread, "1212121212") % 10 == (unsigned)(text[9] - '0');
}

/* INSEE, number of the national register: 13 symbols (2A and 2B are Corsica) and the key 97 - n mod 97. */
bool pare_is_fr_nir(pare_span match)
{
    char text[16];
    uint64_t value = 0, corsica = 0;
    if (!pare_exactly_symbols(match, text, 15)) {
        return false;
    }
    if (text[5] == '2' && (text[6] == 'A' || text[6] == 'B')) {
        corsica = text[6] == 'A' ? 1000000 : 2000000;
        text[6] = '0';
    }
    unsigned month = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');
    if (!pare_are_digits(text, 0, 15) || strchr("123478", text[0]) == NULL || month == 0 ||
        (month > 12 && month < 20) || (month > 42 && month < 50)) {
        return false;
    }
    for (size_t i = 0; i < 13; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    uint64_t key = (uint64_t)(text[13] - '0') * 10 + (uint64_t)(text[14] - '0');
    return 97 - (value - corsica) % 97 == key;
}

/* Spain, Real Decreto 1553/2005: up to eight digits, or X, Y or Z and seven, and the letter of the number modulo 23. */
static bool is_es_person(const char *text, size_t n)
{
    uint64_t value = 0;
    size_t from = 0;
    if (text[0] >= 'X') {
        value = (uint64_t)(text[0] - 'X');
        from = 1;
    } else if (text[0] >= 'A') {
        if (strchr("KLM", text[0]) == NULL) {
            return false;
        }
        from = 1;
    }
    if (n < 8 || !pare_are_digits(text, from, n - 1)) {
        return false;
    }
    for (size_t i = from; i + 1 < n; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    return value > 0 && "TRWAGMYFPDXBNJZSQVHLCKE"[value % 23] == text[n - 1];
}

bool pare_is_es_dni(pare_span match)
{
    char text[9];
    size_t n = pare_symbols_of(match, text, 9);
    return n >= 8 && n <= 9 && text[0] < 'X' && is_es_person(text, n);
}

bool pare_is_es_nie(pare_span match)
{
    char text[9];
    return pare_symbols_of(match, text, 9) == 9 && text[0] >= 'X' && is_es_person(text, 9);
}

/* Spain, Orden EHA/451/2008, legal persons: letter, seven digits, and a check that is a digit, a letter or either. */
bool pare_is_es_cif(pare_span match)
{
    char text[10];
    unsigned sum = 0;
    if (!pare_exactly_symbols(match, text, 9) || strchr("ABCDEFGHJNPQRSUVW", text[0]) == NULL ||
        !pare_are_digits(text, 1, 8)) {
        return false;
    }
    for (size_t i = 1; i < 8; i++) {
        unsigned digit = (unsigned)(text[i] - '0');
        sum += i % 2 == 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9;
    }
    unsigned check = (10 - sum % 10) % 10;
    bool as_digit = text[8] == (char)('0' + check), as_letter = text[8] == "JABCDEFGHI"[check];
    return strchr("ABEH", text[0]) != NULL     ? as_digit
           : strchr("NPQRSW", text[0]) != NULL ? as_letter
                                               : as_digit || as_letter;
}

/*
 * Italy, DM 12 March 1974 (and 23 December 1976): letters may stand for digits where two persons share a code. Legal
 * persons have eleven digits by Luhn.
 */
bool pare_is_it_codice_fiscale(pare_span match)
{
    static const char odd[] = "BAFHJNPRTVCESULDGIMOQKWZYX"; /* [n]: the value of n at odd places, as a letter */
    static const char substitutes[] = "LMNPQRSTUV";
    char text[17];
    unsigned char digit[11];
    unsigned sum = 0;
    if (pare_symbols_of(match, text, 16) == 11 && pare_exactly_digits(match, digit, 11)) {
        return pare_number_of(digit, 7) > 0 && pare_luhn_holds(digit, 11);
    }
    if (!pare_exactly_symbols(match, text, 16)) {
        return false;
    }
    for (size_t i = 0; i < 15; i++) {
        unsigned value = text[i] <= '9' ? (unsigned)(text[i] - '0') : (unsigned)(text[i] - 'A');
        sum += i % 2 == 1 ? value : (unsigned)(odd[value] - 'A');
    }
    if (text[15] != (char)('A' + sum % 26)) {
        return false;
    }
    unsigned number[4] = {0};
    for (size_t i = 0; i < 4; i++) { /* year and day */
        char symbol = text[i < 2 ? 6 + i : 7 + i];
        const char *substitute = strchr(substitutes, symbol);
        if (symbol > '9' && substitute == NULL) {
            return false;
        }
        number[i] = symbol > '9' ? (unsigned)(substitute - substitutes) : (unsigned)(symbol - '0');
    }
    const char *month = strchr("ABCDEHLMPRST", text[8]);
    unsigned day = number[2] * 10 + number[3];
    return month != NULL && pare_is_short_date(number[0] * 10 + number[1], (uint64_t)(month - "ABCDEHLMPRST") + 1,
                                               day > 40 ? day - 40 : day);
}

/* Netherlands, Wet algemene bepalingen burgerservicenummer: the eleven-test, whose last weight is -1. */
bool pare_is_nl_bsn(pare_span match)
{
    unsigned char digit[9] = {0};
    size_t n = pare_digits_of(match, digit, 9);
    if (n == 8) { /* written without its leading zero */
        memmove(digit + 1, digit, 8);
        digit[0] = 0;
    } else if (n != 9) {
        return false;
    }
    return pare_number_of(digit, 9) > 0 && (pare_weigh(digit, "98765432") + 11 * 9 - digit[8]) % 11 == 0;
}

/*
 * Belgium, Royal Decree of 3 April 1984: date, serial, 97 - n mod 97, with a 2 before n from the year 2000 on. Months
 * plus 20 or 40 are of numbers for those who are not registered (BIS); unknown months and days are 00.
 */
bool pare_is_be_nrn(pare_span match)
{
    unsigned char digit[11];
    if (!pare_exactly_digits(match, digit, 11)) {
        return false;
    }
    uint64_t month = pare_number_of(digit + 2, 2), day = pare_number_of(digit + 4, 2);
    uint64_t value = pare_number_of(digit, 9), key = pare_number_of(digit + 9, 2);
    if (month % 20 > 12 || month > 52 || day > 31 || pare_number_of(digit + 6, 3) == 0) {
        return false;
    }
    return key == 97 - value % 97 ||
           (pare_number_of(digit, 2) <= PARE_LAST_BIRTH_YEAR % 100 && key == 97 - (value + 2000000000) % 97);
}

/* Portugal, Decreto-Lei 14/2013: nine digits modulo 11. */
bool pare_is_pt_nif(pare_span match)
{
    unsigned char digit[9];
    if (!pare_exactly_digits(match, digit, 9) || digit[0] == 0) {
        return false;
    }
    return (11 - pare_weigh(digit, "98765432") % 11) % 11 % 10 == digit[8];
}

/* Austria, Dachverband der Sozialversicherungstraeger: serial, check digit, date of birth (months 13 to 15: unknown).
 */
bool pare_is_at_svnr(pare_span match)
{
    unsigned char digit[10];
    if (!pare_exactly_digits(match, digit, 10) || digit[0] == 0) {
        return false;
    }
    uint64_t day = pare_number_of(digit + 4, 2), month = pare_number_of(digit + 6, 2);
    return day >= 1 && day <= 31 && month >= 1 && month <= 15 && pare_weigh(digit, "3790584216") % 11 == digit[3];
}

/* Switzerland, AHVV article 133bis: 756 and an EAN-13 check digit (GS1 General Specifications 7.9). */
bool pare_is_ch_ahv(pare_span match)
{
    unsigned char digit[13];
    return pare_exactly_digits(match, digit, 13) && pare_number_of(digit, 3) == 756 &&
           pare_weigh(digit, "1313131313131") % 10 == 0;
}

/* Ireland, Social Welfare Consolidation Act 2005 section 262: seven digits, check letter modulo 23, optional letter. */
bool pare_is_ie_pps(pare_span match)
{
    char text[10];
    size_t n = pare_symbols_of(match, text, 9);
    if (n < 8 || n > 9 || !pare_are_digits(text, 0, 7) || text[7] < 'A' || (n == 9 && text[8] < 'A')) {
        return false;
    }
    unsigned second = n == 9 && text[8] != 'W' ? (unsigned)(text[8] - 'A') + 1 : 0;
    return "WABCDEFGHIJKLMNOPQRSTUV"[(pare_weigh_text(text, "8765432") + second * 9) % 23] == text[7];
}

/* --- United Kingdom ------------------------------------------------------------------------------- */

/* HMRC, NIM39110: prefixes that are not given out; six digits; a suffix A to D. */
bool pare_is_uk_nino(pare_span match)
{
    static const char *const unused[] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
    char text[10];
    if (!pare_exactly_symbols(match, text, 9) || text[0] < 'A' || text[1] < 'A' || !pare_are_digits(text, 2, 8) ||
        strchr("DFIQUV", text[0]) != NULL || strchr("DFIOQUV", text[1]) != NULL || text[8] < 'A' || text[8] > 'D') {
        return false;
    }
    for (size_t i = 0; i < sizeof unused / sizeof unused[0]; i++) {
        if (memcmp(unused[i], text, 2) == 0) {
            return false;
        }
    }
    return true;
}

/* NHS Data Dictionary, NHS NUMBER: modulus 11, a check of 10 is not used. */
bool pare_is_uk_nhs(pare_span match)
{
    unsigned char digit[10];
    return pare_exactly_digits(match, digit, 10) && !pare_all_alike(digit, 10) &&
           (11 - pare_weigh(digit, "A98765432") % 11) % 11 == digit[9];
}

/* HMRC, unique taxpayer reference: the first digit checks the nine behind it. */
bool pare_is_uk_utr(pare_span match)
{
    unsigned char digit[10];
    return pare_exactly_digits(match, digit, 10) && !pare_all_alike(digit, 10) &&
           "21987654321"[pare_weigh(digit + 1, "6789A5432") % 11] == (char)('0' + digit[0]);
}
