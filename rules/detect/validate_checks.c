/*
 * Arithmetic of check digits, dates within numbers, country codes (validate_checks.h).
 *
 * All of it works on digits as numbers or on capitals and digits as text; separators are gone by then. Pure.
 */
#include "rules/detect/validate_checks.h"

#include "rules/base/date.h"

#include <string.h>

bool pare_exactly_digits(pare_span match, unsigned char *digits, size_t n)
{
    return pare_digits_of(match, digits, n) == n;
}

size_t pare_symbols_of(pare_span match, char *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < match.len; i++) {
        unsigned char byte = match.ptr[i];
        bool small = byte >= 'a' && byte <= 'z';
        if (small || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9')) {
            if (n < max) {
                out[n] = (char)(small ? byte - 'a' + 'A' : byte);
            }
            n++;
        }
    }
    return n;
}

bool pare_exactly_symbols(pare_span match, char *out, size_t n)
{
    out[n] = '\0';
    return pare_symbols_of(match, out, n) == n;
}

bool pare_are_digits(const char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return true;
}

static unsigned weight_of(char weight)
{
    return weight <= '9' ? (unsigned)(weight - '0') : (unsigned)(weight - 'A' + 10);
}

unsigned pare_weigh(const unsigned char *digits, const char *weights)
{
    unsigned sum = 0;
    for (size_t i = 0; weights[i] != '\0'; i++) {
        sum += digits[i] * weight_of(weights[i]);
    }
    return sum;
}

unsigned pare_weigh_text(const char *text, const char *weights)
{
    unsigned sum = 0;
    for (size_t i = 0; weights[i] != '\0'; i++) {
        sum += (unsigned)(text[i] - '0') * weight_of(weights[i]);
    }
    return sum;
}

uint64_t pare_number_of(const unsigned char *digits, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value * 10 + digits[i];
    }
    return value;
}

bool pare_all_alike(const unsigned char *digits, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (digits[i] != digits[0]) {
            return false;
        }
    }
    return true;
}

bool pare_is_mod_11_10(const unsigned char *digits, size_t n)
{
    unsigned product = 10;
    for (size_t i = 0; i + 1 < n; i++) {
        unsigned sum = (digits[i] + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - product) % 10 == digits[n - 1];
}

bool pare_luhn_holds(const unsigned char *digits, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = digits[n - 1 - i];
        sum += i % 2 == 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9;
    }
    return sum % 10 == 0;
}

bool pare_verhoeff_holds(const unsigned char *digits, size_t n)
{
    static const char product[10][11] = {"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
                                         "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"};
    static const char permuted[8][11] = {"0123456789", "1576283094", "5803796142", "8916043527",
                                         "9453126870", "4286573901", "2793806415", "7046913258"};
    unsigned check = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(permuted[i % 8][digits[n - 1 - i]] - '0');
        check = (unsigned)(product[check][digit] - '0');
    }
    return check == 0;
}

bool pare_is_birth_date(uint64_t year, uint64_t month, uint64_t day)
{
    return year <= PARE_LAST_BIRTH_YEAR && pare_date_is_valid((int64_t)year, (int64_t)month, (int64_t)day);
}

bool pare_is_short_date(uint64_t yy, uint64_t month, uint64_t day)
{
    return pare_is_birth_date(1900 + yy, month, day) || pare_is_birth_date(2000 + yy, month, day);
}

bool pare_is_country(const char *two)
{
    static const char codes[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN "
                                "BO BQ BR BS BT BV BW BY BZ "
                                "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG "
                                "EH ER ES ET FI FJ FK FM FO "
                                "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE "
                                "IL IM IN IO IQ IR IS IT JE "
                                "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD "
                                "ME MF MG MH MK ML MM MN MO "
                                "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG "
                                "PH PK PL PM PN PR PS PT PW "
                                "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ "
                                "TC TD TF TG TH TJ TK TL TM "
                                "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";
    for (size_t i = 0; codes[i] != '\0'; i += 3) {
        if (codes[i] == two[0] && codes[i + 1] == two[1]) {
            return true;
        }
    }
    return false;
}
