/*
 * VAT identification numbers of the European Union and its neighbours (Directive 2006/112/EC article 215): a prefix for
 * the country, then what that country's tax office issues, each with a check of its own.
 *
 * The forms are those of the Commission's VIES list; the checks are the ones that the tax offices publish. Greece
 * writes EL, Northern Ireland XI.
 */
#include "rules/base/span.h"
#include "rules/detect/validate_checks.h"

enum { MAX_SYMBOLS = 17 };

/** What follows the prefix: symbols, the digits at their beginning as numbers, and how many of either there are. */
typedef struct vat_text {
    char symbols[MAX_SYMBOLS + 1];
    size_t n;
    unsigned char digits[MAX_SYMBOLS];
    size_t n_digits;
} vat_text;

static bool only_digits(const vat_text *vat, size_t n)
{
    return vat->n == n && vat->n_digits == n;
}

static bool is_at(const vat_text *vat)
{
    if (vat->n != 9 || vat->symbols[0] != 'U' || !pare_are_digits(vat->symbols, 1, 9)) {
        return false;
    }
    unsigned sum = 4;
    for (size_t i = 1; i < 8; i++) {
        unsigned digit = (unsigned)(vat->symbols[i] - '0');
        sum += i % 2 == 1 ? digit : digit / 5 + digit * 2 % 10;
    }
    return (unsigned)(vat->symbols[8] - '0') == (10 - sum % 10) % 10;
}

/* Ten digits, of which the old nine had no leading 0. */
static bool is_be(const vat_text *vat)
{
    if (!only_digits(vat, 9) && !(only_digits(vat, 10) && vat->digits[0] <= 1)) {
        return false;
    }
    uint64_t value = pare_number_of(vat->digits, vat->n - 2);
    return value > 0 && 97 - value % 97 == pare_number_of(vat->digits + vat->n - 2, 2);
}

/* Nine digits for firms; ten for persons: Bulgarian, foreign, or others. */
static bool is_bg(const vat_text *vat)
{
    const unsigned char *digit = vat->digits;
    if (only_digits(vat, 9)) {
        unsigned check = pare_weigh(digit, "12345678") % 11;
        check = check == 10 ? pare_weigh(digit, "3456789A") % 11 % 10 : check;
        return check == digit[8];
    }
    return only_digits(vat, 10) &&
           (pare_weigh(digit, "2485A9736") % 11 % 10 == digit[9] || pare_weigh(digit, "LJHDB9731") % 10 == digit[9] ||
            (11 - pare_weigh(digit, "432765432") % 11) % 11 == digit[9]);
}

static bool is_cy(const vat_text *vat)
{
    static const unsigned char odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    unsigned sum = 0;
    if (vat->n != 9 || vat->n_digits != 8 || (vat->digits[0] == 1 && vat->digits[1] == 2)) {
        return false;
    }
    for (size_t i = 0; i < 8; i++) {
        sum += i % 2 == 0 ? odd[vat->digits[i]] : vat->digits[i];
    }
    return vat->symbols[8] == (char)('A' + sum % 26);
}

/* Eight digits for firms, nine with a 6 before for some persons, otherwise the birth number. */
static bool is_cz(const vat_text *vat)
{
    if (only_digits(vat, 8)) {
        unsigned check = (11 - pare_weigh(vat->digits, "8765432") % 11) % 11;
        return vat->digits[0] != 9 && (check == 0 ? 1 : check % 10) == vat->digits[7];
    }
    if (only_digits(vat, 9) && vat->digits[0] == 6) {
        unsigned check = pare_weigh(vat->digits + 1, "8765432") % 11;
        return vat->digits[8] == (8 + 10 - (10 + 11 - check) % 11) % 10 ||
               pare_is_cz_rodne_cislo(pare_span_from(vat->symbols, 9));
    }
    return (only_digits(vat, 9) || only_digits(vat, 10)) &&
           pare_is_cz_rodne_cislo(pare_span_from(vat->symbols, vat->n));
}

static bool is_de(const vat_text *vat)
{
    return only_digits(vat, 9) && vat->digits[0] != 0 && pare_is_mod_11_10(vat->digits, 9);
}

static bool is_dk(const vat_text *vat)
{
    return only_digits(vat, 8) && vat->digits[0] != 0 && pare_weigh(vat->digits, "27654321") % 11 == 0;
}

static bool is_ee(const vat_text *vat)
{
    return only_digits(vat, 9) && pare_weigh(vat->digits, "371371371") % 10 == 0 && pare_number_of(vat->digits, 9) > 0;
}

static bool is_el(const vat_text *vat)
{
    unsigned sum = 0;
    for (size_t i = 0; i < 8; i++) {
        sum += (unsigned)vat->digits[i] << (8 - i);
    }
    return only_digits(vat, 9) && sum > 0 && sum % 11 % 10 == vat->digits[8];
}

static bool is_es(const vat_text *vat)
{
    pare_span text = pare_span_from(vat->symbols, vat->n);
    return vat->n == 9 && (pare_is_es_cif(text) || pare_is_es_dni(text) || pare_is_es_nie(text));
}

static bool is_fi(const vat_text *vat)
{
    return only_digits(vat, 8) && pare_number_of(vat->digits, 8) > 0 && pare_weigh(vat->digits, "79A58421") % 11 == 0;
}

/* Key and SIREN (Luhn; Monaco's begin with 000 and have none). A key with letters is counted in another system. */
static bool is_fr(const vat_text *vat)
{
    static const char letters[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    unsigned char siren[9];
    if (vat->n != 11 || !pare_exactly_digits(pare_span_from(vat->symbols + 2, 9), siren, 9)) {
        return false;
    }
    uint64_t value = pare_number_of(siren, 9);
    if (value == 0 || (!pare_luhn_holds(siren, 9) && value >= 1000000)) {
        return false;
    }
    if (pare_are_digits(vat->symbols, 0, 2)) {
        return (12 + 3 * (value % 97)) % 97 == pare_number_of(vat->digits, 2);
    }
    const char *first = strchr(letters, vat->symbols[0]), *second = strchr(letters, vat->symbols[1]);
    if (first == NULL || second == NULL) {
        return false;
    }
    uint64_t a = (uint64_t)(first - letters), b = (uint64_t)(second - letters);
    uint64_t key = a < 10 ? a * 24 + b - 10 : a * 34 + b - 100;
    return (value + 1 + key / 11) % 11 == key % 11;
}

static bool is_gb(const vat_text *vat)
{
    const char *text = vat->symbols;
    if (vat->n == 5 && pare_are_digits(text, 2, 5)) { /* departments and health authorities */
        return (text[0] == 'G' && text[1] == 'D' && text[2] < '5') ||
               (text[0] == 'H' && text[1] == 'A' && text[2] >= '5');
    }
    if (!only_digits(vat, 9) && !only_digits(vat, 12)) {
        return false;
    }
    uint64_t rest = (pare_weigh(vat->digits, "8765432") + pare_number_of(vat->digits + 7, 2)) % 97;
    return pare_number_of(vat->digits, 7) > 0 && (rest == 0 || rest == 42);
}

static bool is_hr(const vat_text *vat)
{
    return only_digits(vat, 11) && pare_is_mod_11_10(vat->digits, 11);
}

static bool is_hu(const vat_text *vat)
{
    return only_digits(vat, 8) && pare_number_of(vat->digits, 8) > 0 && pare_weigh(vat->digits, "97319731") % 10 == 0;
}

/* Seven digits and a check letter as in a person's number; until 2013 the second symbol could be a letter or a sign. */
static bool is_ie(const vat_text *vat)
{
    char text[10] = {0};
    if (vat->n_digits >= 7) {
        return (vat->n == 8 || vat->n == 9) && pare_is_ie_pps(pare_span_from(vat->symbols, vat->n));
    }
    if (vat->n != 8 || vat->n_digits != 1 || !pare_are_digits(vat->symbols, 2, 7)) {
        return false;
    }
    text[0] = '0';
    memcpy(text + 1, vat->symbols + 2, 5);
    text[6] = vat->symbols[0];
    text[7] = vat->symbols[7];
    return pare_is_ie_pps(pare_span_from(text, 8));
}

static bool is_it(const vat_text *vat)
{
    uint64_t office = pare_number_of(vat->digits + 7, 3);
    return only_digits(vat, 11) && pare_number_of(vat->digits, 7) > 0 && pare_luhn_holds(vat->digits, 11) &&
           ((office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999);
}

/* Nine digits, or twelve for temporary ones; the last but one is 1. */
static bool is_lt(const vat_text *vat)
{
    bool permanent = only_digits(vat, 9);
    if ((!permanent && !only_digits(vat, 12)) || vat->digits[vat->n - 2] != 1) {
        return false;
    }
    unsigned check = pare_weigh(vat->digits, permanent ? "12345678" : "12345678912") % 11;
    if (check == 10) {
        check = pare_weigh(vat->digits, permanent ? "34567891" : "34567891234") % 11 % 10;
    }
    return check == vat->digits[vat->n - 1];
}

static bool is_lu(const vat_text *vat)
{
    return only_digits(vat, 8) && pare_number_of(vat->digits, 6) > 0 &&
           pare_number_of(vat->digits, 6) % 89 == pare_number_of(vat->digits + 6, 2);
}

/* Firms begin with 4 or more; persons have the number of the population register, by date until 2017. */
static bool is_lv(const vat_text *vat)
{
    const unsigned char *digit = vat->digits;
    if (!only_digits(vat, 11)) {
        return false;
    }
    if (digit[0] > 3) {
        return pare_weigh(digit, "91483A25761") % 11 == 3;
    }
    if (digit[0] == 3 && digit[1] == 2) {
        return true;
    }
    return digit[6] <= 2 &&
           pare_is_birth_date(1800 + 100 * (uint64_t)digit[6] + pare_number_of(digit + 4, 2),
                              pare_number_of(digit + 2, 2), pare_number_of(digit, 2)) &&
           (1 + pare_weigh(digit, "A5842163A7")) % 11 % 10 == digit[10];
}

static bool is_mt(const vat_text *vat)
{
    return only_digits(vat, 8) && vat->digits[0] != 0 &&
           (pare_weigh(vat->digits, "346789") + pare_number_of(vat->digits + 6, 2)) % 37 == 0;
}

/* Nine digits, B, two digits: by the eleven-test of the citizen number, or since 2020 MOD 97-10 over all of it. */
static bool is_nl(const vat_text *vat)
{
    if (vat->n == 11 && vat->n_digits == 8 && vat->symbols[8] == 'B') { /* written without a leading zero */
        return pare_is_nl_bsn(pare_span_from(vat->symbols, 8));
    }
    if (vat->n != 12 || vat->n_digits != 9 || vat->symbols[9] != 'B' || !pare_are_digits(vat->symbols, 10, 12) ||
        pare_number_of(vat->digits, 9) == 0 || (vat->symbols[10] == '0' && vat->symbols[11] == '0')) {
        return false;
    }
    uint64_t rest = 2321; /* NL */
    for (size_t i = 0; i < 12; i++) {
        rest = i == 9 ? rest * 100 + 11 : rest * 10 + (uint64_t)(vat->symbols[i] - '0');
        rest %= 97;
    }
    return rest == 1 || pare_is_nl_bsn(pare_span_from(vat->symbols, 9));
}

/* Norway: the organisation number, often with MVA behind it. */
static bool is_no(const vat_text *vat)
{
    return (only_digits(vat, 9) || (vat->n == 12 && vat->n_digits == 9 && memcmp(vat->symbols + 9, "MVA", 3) == 0)) &&
           pare_number_of(vat->digits, 9) > 0 && (11 - pare_weigh(vat->digits, "32765432") % 11) % 11 == vat->digits[8];
}

static bool is_pl(const vat_text *vat)
{
    return vat->n == 10 && pare_is_pl_nip(pare_span_from(vat->symbols, 10));
}

static bool is_pt(const vat_text *vat)
{
    return vat->n == 9 && pare_is_pt_nif(pare_span_from(vat->symbols, 9));
}

/* Two to ten digits for firms, thirteen for persons. */
static bool is_ro(const vat_text *vat)
{
    unsigned char digit[10] = {0};
    if (vat->n_digits != vat->n || vat->n < 2) {
        return false;
    }
    if (vat->n == 13) {
        return pare_is_ro_cnp(pare_span_from(vat->symbols, 13));
    }
    if (vat->n > 10 || vat->digits[0] == 0) {
        return false;
    }
    memcpy(digit + 10 - vat->n, vat->digits, vat->n);
    return pare_weigh(digit, "753217532") * 10 % 11 % 10 == digit[9];
}

static bool is_se(const vat_text *vat)
{
    uint64_t unit = pare_number_of(vat->digits + 10, 2);
    return only_digits(vat, 12) && pare_luhn_holds(vat->digits, 10) && unit == 1;
}

static bool is_si(const vat_text *vat)
{
    unsigned check = 11 - pare_weigh(vat->digits, "8765432") % 11;
    return only_digits(vat, 8) && vat->digits[0] != 0 && check != 11 && check % 10 == vat->digits[7];
}

/* Ten digits that are a multiple of 11, or a birth number. */
static bool is_sk(const vat_text *vat)
{
    if (!only_digits(vat, 10)) {
        return false;
    }
    bool firm =
        vat->digits[0] != 0 && strchr("234789", vat->symbols[2]) != NULL && pare_number_of(vat->digits, 10) % 11 == 0;
    return firm || pare_is_cz_rodne_cislo(pare_span_from(vat->symbols, 10));
}

/* Switzerland and Liechtenstein: CHE, the enterprise number, and MWST, TVA, IVA or TPV. */
static bool is_ch(const vat_text *vat)
{
    unsigned char digit[9];
    if (vat->n < 10 || vat->symbols[0] != 'E' || !pare_exactly_digits(pare_span_from(vat->symbols + 1, 9), digit, 9)) {
        return false;
    }
    return (11 - pare_weigh(digit, "54327654") % 11) % 11 == digit[8];
}

static const struct vat_country {
    char prefix[3];
    bool (*accepts)(const vat_text *vat);
} countries[] = {
    {"AT", is_at}, {"BE", is_be}, {"BG", is_bg}, {"CH", is_ch}, {"CY", is_cy}, {"CZ", is_cz}, {"DE", is_de},
    {"DK", is_dk}, {"EE", is_ee}, {"EL", is_el}, {"ES", is_es}, {"FI", is_fi}, {"FR", is_fr}, {"GB", is_gb},
    {"GR", is_el}, {"HR", is_hr}, {"HU", is_hu}, {"IE", is_ie}, {"IT", is_it}, {"LT", is_lt}, {"LU", is_lu},
    {"LV", is_lv}, {"MC", is_fr}, {"MT", is_mt}, {"NL", is_nl}, {"NO", is_no}, {"PL", is_pl}, {"PT", is_pt},
    {"RO", is_ro}, {"SE", is_se}, {"SI", is_si}, {"SK", is_sk}, {"XI", is_gb},
};

/** What stands behind the country's prefix. */
static vat_text read_vat(const char *symbols, size_t n)
{
    vat_text vat = {.n = n};
    memcpy(vat.symbols, symbols, n);
    for (; vat.n_digits < n && vat.symbols[vat.n_digits] <= '9'; vat.n_digits++) {
        vat.digits[vat.n_digits] = (unsigned char)(vat.symbols[vat.n_digits] - '0');
    }
    return vat;
}

bool pare_is_eu_vat(pare_span match)
{
    char text[MAX_SYMBOLS + 3];
    size_t n = pare_symbols_of(match, text, sizeof text);
    if (n < 4 || n > MAX_SYMBOLS + 2) {
        return false;
    }
    if (text[0] <= '9') { /* Norway's has its country behind it */
        const vat_text vat = read_vat(text, n <= MAX_SYMBOLS ? n : 0);
        return n == 12 && is_no(&vat);
    }
    const vat_text vat = read_vat(text + 2, n - 2);
    for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++) {
        if (countries[i].prefix[0] == text[0] && countries[i].prefix[1] == text[1]) {
            return countries[i].accepts(&vat);
        }
    }
    return false;
}
