/*
 * Numbers of persons, firms and health care in the Americas: United States, Canada, Brazil, Mexico, Argentina, Chile.
 *
 * Each function names whose rule it follows. What the match holds besides letters and digits was the pattern's
 * business.
 */
#include "rules/detect/validate_checks.h"

#include <string.h>

/* IRS, Publication 4757: 9xx, and in the middle 50 to 65, 70 to 88, 90 to 92 or 94 to 99. */
bool pare_is_us_itin(pare_span match)
{
    unsigned char digit[9];
    if (!pare_exactly_digits(match, digit, 9) || digit[0] != 9) {
        return false;
    }
    uint64_t group = pare_number_of(digit + 3, 2);
    return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group != 93);
}

/* IRS, "How EINs are assigned and valid EIN prefixes". */
bool pare_is_us_ein(pare_span match)
{
    static const char unused[] = "07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97 00 ";
    unsigned char digit[9];
    if (!pare_exactly_digits(match, digit, 9)) {
        return false;
    }
    for (size_t i = 0; unused[i] != '\0'; i += 3) {
        if (unused[i] == (char)('0' + digit[0]) && unused[i + 1] == (char)('0' + digit[1])) {
            return false;
        }
    }
    return true;
}

/* American Bankers Association, routing transit number: Federal Reserve ranges, weights 3 7 1. */
bool pare_is_us_aba(pare_span match)
{
    unsigned char digit[9];
    if (!pare_exactly_digits(match, digit, 9)) {
        return false;
    }
    uint64_t range = pare_number_of(digit, 2);
    return ((range >= 1 && range <= 12) || (range >= 21 && range <= 32) || (range >= 61 && range <= 72) ||
            range == 80) &&
           pare_weigh(digit, "371371371") % 10 == 0;
}

/*
 * CMS, National Provider Identifier: 1 or 2, Luhn with the issuer prefix 80840 (45 CFR 162.406). One digit nine times
 * over is a placeholder.
 */
bool pare_is_us_npi(pare_span match)
{
    unsigned char digit[15] = {8, 0, 8, 4, 0};
    return pare_exactly_digits(match, digit + 5, 10) && (digit[5] == 1 || digit[5] == 2) &&
           !pare_all_alike(digit + 5, 9) && pare_luhn_holds(digit, 15);
}

/* DEA, registration number (21 CFR 1301): registrant's class, a letter or 9, six digits and a check digit. */
bool pare_is_us_dea(pare_span match)
{
    char text[10];
    if (!pare_exactly_symbols(match, text, 9) || strchr("ABCDEFGHJKLMPRSTUX", text[0]) == NULL ||
        (text[1] <= '9' && text[1] != '9') || !pare_are_digits(text, 2, 9)) {
        return false;
    }
    return pare_weigh_text(text + 2, "121212") % 10 == (unsigned)(text[8] - '0');
}

/* Employment and Social Development Canada: Luhn; numbers that begin with 0 or 8 are not issued. */
bool pare_is_ca_sin(pare_span match)
{
    unsigned char digit[9];
    return pare_exactly_digits(match, digit, 9) && digit[0] != 0 && digit[0] != 8 && pare_luhn_holds(digit, 9);
}

/** Brazil's check digit: 11 minus the sum modulo 11, where 10 and 11 become 0. */
static unsigned brazilian_check(unsigned sum)
{
    return sum % 11 < 2 ? 0 : 11 - sum % 11;
}

/* Receita Federal, IN RFB 1548/2015: two check digits modulo 11. */
bool pare_is_br_cpf(pare_span match)
{
    unsigned char digit[11];
    return pare_exactly_digits(match, digit, 11) && !pare_all_alike(digit, 11) &&
           brazilian_check(pare_weigh(digit, "A98765432")) == digit[9] &&
           brazilian_check(pare_weigh(digit, "BA98765432")) == digit[10];
}

/* Receita Federal, IN RFB 2229/2024: fourteen symbols; a letter's value is its ASCII code less 48; two check digits. */
bool pare_is_br_cnpj(pare_span match)
{
    char text[15];
    unsigned char value[14];
    if (!pare_exactly_symbols(match, text, 14) || !pare_are_digits(text, 12, 14)) {
        return false;
    }
    for (size_t i = 0; i < 14; i++) {
        value[i] = (unsigned char)(text[i] - '0');
    }
    return !pare_all_alike(value, 14) && brazilian_check(pare_weigh(value, "543298765432")) == value[12] &&
           brazilian_check(pare_weigh(value, "6543298765432")) == value[13];
}

/** Two digits of a Mexican text as a number. */
static uint64_t two_digits(const char *text)
{
    return (uint64_t)(text[0] - '0') * 10 + (uint64_t)(text[1] - '0');
}

/* RENAPO, instructivo normativo of the CURP (DOF 18 October 2021): date, sex, state, letters, check modulo 10. */
bool pare_is_mx_curp(pare_span match)
{
    static const char symbols[] = "0123456789ABCDEFGHIJKLMN*OPQRSTUVWXYZ"; /* * for N with tilde */
    static const char states[] = "AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC "
                                 "TL TS VZ YN ZS ";
    char text[19];
    unsigned sum = 0;
    bool known = false;
    if (!pare_exactly_symbols(match, text, 18) || !pare_are_digits(text, 4, 10) || !pare_are_digits(text, 17, 18) ||
        strchr("HMX", text[10]) == NULL ||
        !pare_is_short_date(two_digits(text + 4), two_digits(text + 6), two_digits(text + 8))) {
        return false;
    }
    for (size_t i = 0; states[i] != '\0'; i += 3) {
        known = known || (states[i] == text[11] && states[i + 1] == text[12]);
    }
    for (size_t i = 0; i < 17; i++) {
        sum += (unsigned)(strchr(symbols, text[i]) - symbols) * (unsigned)(18 - i);
    }
    return known && (10 - sum % 10) % 10 == (unsigned)(text[17] - '0');
}

/*
 * SAT, registro federal de contribuyentes: four letters for persons, three for firms (N with tilde and & among them),
 * a date, and three symbols. The last of these is a check that older numbers do not keep; it is not asked for.
 */
bool pare_is_mx_rfc(pare_span match)
{
    unsigned char digit[6];
    size_t at = 0, n = 0;
    while (at < match.len && (match.ptr[at] < '0' || match.ptr[at] > '9')) {
        at++;
    }
    for (; at < match.len && n < 6; at++) {
        if (match.ptr[at] >= '0' && match.ptr[at] <= '9') {
            digit[n++] = (unsigned char)(match.ptr[at] - '0');
        }
    }
    return n == 6 &&
           pare_is_short_date(pare_number_of(digit, 2), pare_number_of(digit + 2, 2), pare_number_of(digit + 4, 2));
}

/* AFIP, Argentina: kind of holder, eight digits, check modulo 11. */
bool pare_is_ar_cuit(pare_span match)
{
    static const char kinds[] = "20 23 24 25 26 27 30 33 34 50 51 55 ";
    unsigned char digit[11];
    bool known = false;
    if (!pare_exactly_digits(match, digit, 11)) {
        return false;
    }
    for (size_t i = 0; kinds[i] != '\0'; i += 3) {
        known = known || (kinds[i] == (char)('0' + digit[0]) && kinds[i + 1] == (char)('0' + digit[1]));
    }
    return known && "012345678990"[(11 - pare_weigh(digit, "5432765432") % 11) % 12] == (char)('0' + digit[10]);
}

/* Servicio de Registro Civil, Chile: seven or eight digits and a check modulo 11, K for 10. */
bool pare_is_cl_rut(pare_span match)
{
    char text[11];
    size_t n = pare_symbols_of(match, text, 11);
    const char *from = text;
    if (n > 2 && n <= 11 && text[0] == 'C' && text[1] == 'L') {
        from += 2;
        n -= 2;
    }
    if (n < 8 || n > 9 || !pare_are_digits(from, 0, n - 1) || (from[n - 1] > '9' && from[n - 1] != 'K')) {
        return false;
    }
    unsigned check = (11 - pare_weigh_text(from, n == 9 ? "32765432" : "2765432") % 11) % 11;
    return (check == 10 ? 'K' : (char)('0' + check)) == from[n - 1];
}
