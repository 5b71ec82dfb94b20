/*
 * Numbers of persons in the north and east of Europe: Sweden, Norway, Denmark, Finland, Iceland, Poland, Czechia and
 * Slovakia, Romania, Bulgaria, Croatia, Slovenia and its neighbours, Greece, the Baltic states.
 *
 * Most of them begin with a date of birth, and the century is in another digit: a date that does not exist, or that
 * nobody is born on yet, refuses the number.
 */
#include "rules/base/date.h"
#include "rules/detect/validate_checks.h"

#include <string.h>

/* Skatteverket, SKV 704: ten or twelve digits, Luhn over the last ten; days plus 60 are of coordination numbers. */
bool pare_is_se_personnummer(pare_span match)
{
    unsigned char all[12];
    size_t n = pare_digits_of(match, all, 12);
    if (n != 10 && n != 12) {
        return false;
    }
    const unsigned char *digit = all + n - 10;
    uint64_t month = pare_number_of(digit + 2, 2), day = pare_number_of(digit + 4, 2);
    day -= day > 60 ? 60 : 0;
    uint64_t year = pare_number_of(all, 4);
    bool dated = n == 12 ? year >= 1800 && pare_is_birth_date(year, month, day)
                         : pare_is_short_date(pare_number_of(digit, 2), month, day);
    return dated && pare_luhn_holds(digit, 10);
}

/* Skatteverket, organisation number: ten digits by Luhn, the third at least 2, which tells it from a person's. */
bool pare_is_se_organisationsnummer(pare_span match)
{
    unsigned char digit[10];
    return pare_exactly_digits(match, digit, 10) && digit[0] >= 1 && digit[2] >= 2 && pare_luhn_holds(digit, 10);
}

/** Year of birth of a Norwegian number by its individual digits; 0: they don't go together. */
static uint64_t norwegian_year(uint64_t yy, uint64_t individual)
{
    if (individual < 500) {
        return 1900 + yy;
    }
    if (individual < 750 && yy >= 54) {
        return 1800 + yy;
    }
    if (yy < 40) {
        return 2000 + yy;
    }
    return individual >= 900 ? 1900 + yy : 0;
}

/* Skatteetaten, FOR-2017-07-14-1201: two check digits modulo 11; day plus 40 (D number), month plus 40 or 80 (others).
 */
bool pare_is_no_fodselsnummer(pare_span match)
{
    unsigned char digit[11];
    if (!pare_exactly_digits(match, digit, 11)) {
        return false;
    }
    uint64_t day = pare_number_of(digit, 2), month = pare_number_of(digit + 2, 2);
    uint64_t year = norwegian_year(pare_number_of(digit + 4, 2), pare_number_of(digit + 6, 3));
    day -= day > 40 ? 40 : 0;
    month -= month > 80 ? 80 : month > 40 ? 40 : 0;
    return year != 0 && pare_is_birth_date(year, month, day) && pare_weigh(digit, "3761894521") % 11 == 0 &&
           pare_weigh(digit, "54327654321") % 11 == 0;
}

/* CPR-kontoret: the seventh digit and the year tell the century. Since 2007 numbers are issued that modulus 11 fails.
 */
bool pare_is_dk_cpr(pare_span match)
{
    unsigned char digit[10];
    if (!pare_exactly_digits(match, digit, 10)) {
        return false;
    }
    uint64_t yy = pare_number_of(digit + 4, 2), year = 1900 + yy;
    if (digit[6] >= 5 && digit[6] <= 8) {
        year = yy <= 57 ? 2000 + yy : 1800 + yy;
    } else if (digit[6] == 4 || digit[6] == 9) {
        year = yy <= 36 ? 2000 + yy : 1900 + yy;
    }
    uint64_t day = pare_number_of(digit, 2);
    return pare_is_birth_date(year, pare_number_of(digit + 2, 2), day > 60 ? day - 60 : day);
}

/* Digital and Population Data Services Agency, decree 690/2022: the sign is the century, the letter is n modulo 31. */
bool pare_is_fi_hetu(pare_span match)
{
    char text[11];
    size_t n = 0;
    for (size_t i = 0; i < match.len && n < sizeof text; i++, n++) {
        unsigned char byte = match.ptr[i];
        text[n] = (char)(byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte);
    }
    if (match.len != 11 || !pare_are_digits(text, 0, 6) || !pare_are_digits(text, 7, 10)) {
        return false;
    }
    unsigned char digit[9];
    for (size_t i = 0; i < 9; i++) {
        digit[i] = (unsigned char)(text[i < 6 ? i : i + 1] - '0');
    }
    uint64_t century = text[6] == '+'                                         ? 1800
                       : text[6] == '-' || (text[6] >= 'U' && text[6] <= 'Y') ? 1900
                       : text[6] >= 'A' && text[6] <= 'F'                     ? 2000
                                                                              : 0;
    uint64_t year = century + pare_number_of(digit + 4, 2);
    return century != 0 && pare_number_of(digit + 6, 3) >= 2 &&
           pare_date_is_valid((int64_t)year, (int64_t)pare_number_of(digit + 2, 2),
                              (int64_t)pare_number_of(digit, 2)) &&
           "0123456789ABCDEFHJKLMNPRSTUVWXY"[pare_number_of(digit, 9) % 31] == text[10];
}

/* Registers Iceland: date (day plus 40: an organisation), serial, check digit modulo 11, century. */
bool pare_is_is_kennitala(pare_span match)
{
    unsigned char digit[10];
    if (!pare_exactly_digits(match, digit, 10) || (digit[9] != 8 && digit[9] != 9 && digit[9] != 0)) {
        return false;
    }
    uint64_t day = pare_number_of(digit, 2), year = pare_number_of(digit + 4, 2);
    year += digit[9] == 0 ? 2000 : 1000 + 100 * (uint64_t)digit[9];
    return pare_is_birth_date(year, pare_number_of(digit + 2, 2), day > 40 ? day - 40 : day) &&
           (11 - pare_weigh(digit, "32765432") % 11) % 11 == digit[8];
}

/* --- Poland ----------------------------------------------------------------------------------------- */

/* Poland, Act on the population register of 2010: date with the century in the month, serial, weights 1 3 7 9. */
bool pare_is_pl_pesel(pare_span match)
{
    unsigned char digit[11];
    if (!pare_exactly_digits(match, digit, 11)) {
        return false;
    }
    static const uint64_t centuries[] = {1900, 2000, 2100, 2200, 1800};
    uint64_t month = pare_number_of(digit + 2, 2);
    return pare_is_birth_date(centuries[month / 20] + pare_number_of(digit, 2), month % 20,
                              pare_number_of(digit + 4, 2)) &&
           pare_weigh(digit, "13791379131") % 10 == 0;
}

/* Poland, Ministry of Finance, tax number: weights modulo 11, a check of 10 is not used. */
bool pare_is_pl_nip(pare_span match)
{
    unsigned char digit[10];
    return pare_exactly_digits(match, digit, 10) && !pare_all_alike(digit, 10) &&
           pare_weigh(digit, "657234567") % 11 == digit[9];
}

/* Poland, Statistics Poland, business register: nine digits, or fourteen for a local unit. */
bool pare_is_pl_regon(pare_span match)
{
    unsigned char digit[14];
    size_t n = pare_digits_of(match, digit, 14);
    if ((n != 9 && n != 14) || pare_number_of(digit, 9) == 0 || pare_weigh(digit, "89234567") % 11 % 10 != digit[8]) {
        return false;
    }
    return n == 9 || pare_weigh(digit, "2485097361248") % 11 % 10 == digit[13];
}

/* --- the others ------------------------------------------------------------------------------------- */

/*
 * Czechia, Act 133/2000, and Slovakia, Act 301/1995: ten digits that are a multiple of 11 (until 1985 also where ten
 * was the remainder of the first nine and the last is 0), nine until 1953; months plus 50 are women's, plus 20
 * overflow.
 */
bool pare_is_cz_rodne_cislo(pare_span match)
{
    unsigned char digit[10];
    size_t n = pare_digits_of(match, digit, 10);
    if (n != 9 && n != 10) {
        return false;
    }
    uint64_t year = 1900 + pare_number_of(digit, 2), month = pare_number_of(digit + 2, 2) % 50;
    month -= month > 20 ? 20 : 0;
    if (n == 9) {
        year -= year >= 1980 ? 100 : 0;
        return year <= 1953 && pare_is_birth_date(year, month, pare_number_of(digit + 4, 2));
    }
    year += year < 1954 ? 100 : 0;
    uint64_t rest = pare_number_of(digit, 9) % 11 % 10;
    return pare_is_birth_date(year, month, pare_number_of(digit + 4, 2)) && rest == digit[9];
}

/* Romania, Act 105/1996: sex and century, date, county, serial, check digit modulo 11. */
bool pare_is_ro_cnp(pare_span match)
{
    static const uint64_t centuries[] = {0, 1900, 1900, 1800, 1800, 2000, 2000, 1900, 1900, 1900};
    unsigned char digit[13];
    if (!pare_exactly_digits(match, digit, 13) || digit[0] == 0) {
        return false;
    }
    uint64_t yy = pare_number_of(digit + 1, 2), month = pare_number_of(digit + 3, 2),
             day = pare_number_of(digit + 5, 2);
    bool dated = pare_is_birth_date(centuries[digit[0]] + yy, month, day) ||
                 (digit[0] >= 7 && pare_is_birth_date(2000 + yy, month, day));
    uint64_t county = pare_number_of(digit + 7, 2);
    bool known =
        (county >= 1 && county <= 48) || county == 51 || county == 52 || county == 70 || (county >= 80 && county <= 83);
    unsigned check = pare_weigh(digit, "279146358279") % 11;
    return known && dated && (check == 10 ? 1 : check) == digit[12];
}

/* Bulgaria, Ordinance RD-02-20-9: date with the century in the month, serial, weights of powers of 2 modulo 11. */
bool pare_is_bg_egn(pare_span match)
{
    unsigned char digit[10];
    if (!pare_exactly_digits(match, digit, 10)) {
        return false;
    }
    uint64_t yy = pare_number_of(digit, 2), month = pare_number_of(digit + 2, 2);
    uint64_t century = month > 40 ? 2000 : month > 20 ? 1800 : 1900;
    month -= month > 40 ? 40 : month > 20 ? 20 : 0;
    return pare_is_birth_date(century + yy, month, pare_number_of(digit + 4, 2)) &&
           pare_weigh(digit, "2485A9736") % 11 % 10 == digit[9];
}

/* Croatia, Act on the personal identification number of 2008: ISO/IEC 7064 MOD 11,10. */
bool pare_is_hr_oib(pare_span match)
{
    unsigned char digit[11];
    return pare_exactly_digits(match, digit, 11) && !pare_all_alike(digit, 11) && pare_is_mod_11_10(digit, 11);
}

/* Slovenia, Act on the central population register, and the other successors of Yugoslavia's law of 1976 (JMBG). */
bool pare_is_si_emso(pare_span match)
{
    unsigned char digit[13];
    if (!pare_exactly_digits(match, digit, 13)) {
        return false;
    }
    uint64_t year = pare_number_of(digit + 4, 3);
    year += year < 800 ? 2000 : 1000;
    return pare_is_birth_date(year, pare_number_of(digit + 2, 2), pare_number_of(digit, 2)) &&
           (11 - pare_weigh(digit, "765432765432") % 11) % 11 % 10 == digit[12];
}

/* Greece, IDIKA, social security number: date of birth, serial, Luhn. */
bool pare_is_gr_amka(pare_span match)
{
    unsigned char digit[11];
    return pare_exactly_digits(match, digit, 11) &&
           pare_is_short_date(pare_number_of(digit + 4, 2), pare_number_of(digit + 2, 2), pare_number_of(digit, 2)) &&
           pare_luhn_holds(digit, 11);
}

/* Estonia, EVS 585:2007, and Lithuania alike: sex and century, date, serial, two rounds of weights modulo 11. */
bool pare_is_ee_isikukood(pare_span match)
{
    unsigned char digit[11];
    if (!pare_exactly_digits(match, digit, 11) || digit[0] < 1 || digit[0] > 6) {
        return false;
    }
    unsigned check = pare_weigh(digit, "1234567891") % 11;
    check = check == 10 ? pare_weigh(digit, "3456789123") % 11 % 10 : check;
    return check == digit[10] &&
           pare_is_birth_date(1800 + 100 * (uint64_t)((digit[0] - 1) / 2) + pare_number_of(digit + 1, 2),
                              pare_number_of(digit + 3, 2), pare_number_of(digit + 5, 2));
}
