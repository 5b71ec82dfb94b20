/*
 * International bank account numbers (ISO 13616): country, length, structure, check digits (ISO 7064 MOD 97-10).
 *
 * The first table restates the structures of the SWIFT IBAN registry; the second holds those that banks use although
 * the registry does not list them (partial adopters, French territories under their own codes, forms since replaced). A
 * structure is a run of numbers, each followed by its kind: n digits, a letters, c either. Letters of either case are
 * read, blanks, dashes and dots are skipped. An account of fewer than 10 digits in all is none.
 */
#include "rules/detect/validate.h"

enum { MAX_CHARS = 34, MIN_DIGITS = 10 };

typedef struct structure {
    char country[3];
    const char *account; /* what follows the country and the two check digits */
} structure;

/* clang-format off */
static const structure structures[] = {
    /* SWIFT IBAN registry */
    {"AD", "8n12c"}, {"AE", "19n"}, {"AL", "8n16c"}, {"AT", "16n"}, {"AZ", "4a20c"}, {"BA", "16n"}, {"BE", "12n"},
    {"BG", "4a6n8c"}, {"BH", "4a14c"}, {"BI", "23n"}, {"BR", "23n1a1c"}, {"BY", "4c4n16c"}, {"CH", "5n12c"},
    {"CR", "18n"}, {"CY", "8n16c"}, {"CZ", "20n"}, {"DE", "18n"}, {"DJ", "23n"}, {"DK", "14n"}, {"DO", "4c20n"},
    {"EE", "16n"}, {"EG", "25n"}, {"ES", "20n"}, {"FI", "14n"}, {"FK", "2a12n"}, {"FO", "14n"}, {"FR", "10n11c2n"},
    {"GB", "4a14n"}, {"GE", "2a16n"}, {"GI", "4a15c"}, {"GL", "14n"}, {"GR", "7n16c"}, {"GT", "24c"}, {"HN", "4a20n"},
    {"HR", "17n"}, {"HU", "24n"}, {"IE", "4a14n"}, {"IL", "19n"}, {"IQ", "4a15n"}, {"IS", "22n"}, {"IT", "1a10n12c"},
    {"JO", "4a4n18c"}, {"KW", "4a22c"}, {"KZ", "3n13c"}, {"LB", "4n20c"}, {"LC", "4a24c"}, {"LI", "5n12c"},
    {"LT", "16n"}, {"LU", "3n13c"}, {"LV", "4a13c"}, {"LY", "21n"}, {"MC", "10n11c2n"}, {"MD", "20c"}, {"ME", "18n"},
    {"MK", "3n10c2n"}, {"MN", "16n"}, {"MR", "23n"}, {"MT", "4a5n18c"}, {"MU", "4a19n3a"}, {"NI", "4a20n"},
    {"NL", "4a10n"}, {"NO", "11n"}, {"OM", "3n16c"}, {"PK", "4a16c"}, {"PL", "24n"}, {"PS", "4a21c"}, {"PT", "21n"},
    {"QA", "4a21c"}, {"RO", "4a16c"}, {"RS", "18n"}, {"RU", "14n15c"}, {"SA", "2n18c"}, {"SC", "4a20n3a"},
    {"SD", "14n"}, {"SE", "20n"}, {"SI", "15n"}, {"SK", "20n"}, {"SM", "1a10n12c"}, {"SO", "19n"}, {"ST", "21n"},
    {"SV", "4a20n"}, {"TL", "19n"}, {"TN", "20n"}, {"TR", "6n16c"}, {"UA", "6n19c"}, {"VA", "18n"}, {"VG", "4a16n"},
    {"XK", "16n"}, {"YE", "4a4n18c"},
    /* in use, not in the registry; AA, which ISO 3166-1 leaves to users, in examples */
    {"AA", "12c"}, {"AO", "21n"}, {"AX", "14n"}, {"BF", "2c22n"}, {"BF", "23n"}, {"BJ", "2c22n"}, {"CF", "23n"}, {"CG", "23n"},
    {"CI", "2c22n"}, {"CM", "23n"}, {"CV", "21n"}, {"DZ", "22n"}, {"DZ", "20n"}, {"GA", "23n"}, {"GQ", "23n"},
    {"GW", "2c19n"}, {"IR", "22n"}, {"KM", "23n"}, {"MA", "24n"}, {"MG", "23n"}, {"ML", "2c22n"}, {"MZ", "21n"},
    {"NE", "2c22n"}, {"NI", "4a24n"}, {"SN", "2c22n"}, {"TD", "23n"}, {"TG", "2c22n"}, {"BL", "10n11c2n"},
    {"GF", "10n11c2n"}, {"GP", "10n11c2n"}, {"MF", "10n11c2n"}, {"MQ", "10n11c2n"}, {"NC", "10n11c2n"},
    {"PF", "10n11c2n"}, {"PM", "10n11c2n"}, {"RE", "10n11c2n"}, {"TF", "10n11c2n"}, {"WF", "10n11c2n"},
    {"YT", "10n11c2n"}, {"BI", "12n"},
};
/* clang-format on */

/** `text` read by a structure from its first to its last character. */
static bool fits(const char *account, const char *text, size_t len)
{
    size_t at = 0;
    while (*account != '\0') {
        size_t count = 0;
        for (; *account >= '0' && *account <= '9'; account++) {
            count = count * 10 + (size_t)(*account - '0');
        }
        char kind = *account++;
        if (count > len - at) {
            return false;
        }
        for (; count > 0; count--, at++) {
            bool digit = text[at] <= '9'; /* all are digits or capitals */
            if (kind == 'n' ? !digit : kind == 'a' && digit) {
                return false;
            }
        }
    }
    return at == len;
}

/** Digits and capitals of `match` without what may stand between them; 0 if there is anything else or too much. */
static size_t compact(pare_span match, char out[MAX_CHARS], size_t *n_digits)
{
    size_t n = 0;
    *n_digits = 0;
    for (size_t i = 0; i < match.len; i++) {
        unsigned char byte = match.ptr[i];
        if (byte == ' ' || byte == '-' || byte == '.' || byte == 0xC2 || byte == 0xA0) { /* U+00A0 is C2 A0 */
            continue;
        }
        bool digit = byte >= '0' && byte <= '9';
        unsigned char capital = byte >= 'a' && byte <= 'z' ? (unsigned char)(byte - 'a' + 'A') : byte;
        if ((!digit && (capital < 'A' || capital > 'Z')) || n == MAX_CHARS) {
            return 0;
        }
        *n_digits += digit;
        out[n++] = (char)capital;
    }
    return n;
}

/** The remainder that ISO 7064 MOD 97-10 wants to be 1: account, country, check digits, letters as 10 to 35. */
static unsigned remainder_97(const char *text, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        char symbol = text[(i + 4) % len];
        sum = symbol <= '9' ? sum * 10 + (unsigned)(symbol - '0') : sum * 100 + (unsigned)(symbol - 'A' + 10);
        sum %= 97;
    }
    return sum;
}

bool pare_is_iban(pare_span match)
{
    char text[MAX_CHARS];
    size_t n_digits;
    size_t len = compact(match, text, &n_digits);
    if (len < 15 || n_digits < MIN_DIGITS || text[2] > '9' || text[3] > '9') {
        return false;
    }
    for (size_t i = 0; i < sizeof structures / sizeof structures[0]; i++) {
        if (structures[i].country[0] == text[0] && structures[i].country[1] == text[1] &&
            fits(structures[i].account, text + 4, len - 4)) {
            return remainder_97(text, len) == 1;
        }
    }
    return false;
}
