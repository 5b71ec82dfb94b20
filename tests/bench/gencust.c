/*
 * gencust: customer records for the bench, the same bytes for the same seed on every machine.
 *
 *   gencust [-n RECORDS | -b BYTES] [-s SEED] [-c] > customers.csv      -c: lines end with CRLF
 *
 * Whole records are written until there are RECORDS of them or BYTES are reached (10M, 2G and the like may be written);
 * a longer file begins with the shorter one of the same seed. Chance is splitmix64, and no floating point and no locale
 * is asked. 18 columns: identifiers, names (one in ten beyond ASCII), phones in five shapes (8 % none), streets with
 * commas, interests (always quoted) and notes (8 % none) of two to five sentences, about 121 bytes. One note in seven
 * carries an e-mail address, a phone number, a card number that passes Luhn's test, or a German IBAN with right check
 * digits; some hold a line break, a doubled quote, letters beyond ASCII. Domains are reserved ones (RFC 2606), numbers
 * are random: nobody real.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* --- chance: splitmix64 (Steele, Lea, Flood 2014) --------------------------------------------------------------------
 */

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* 0 to n - 1; the high half times n, so that no low bit is favoured. */
static unsigned below(uint64_t *state, unsigned n)
{
    return (unsigned)(((next(state) >> 32) * n) >> 32);
}

static int percent(uint64_t *state, unsigned n)
{
    return below(state, 1000) < n * 10;
}

/* --- a record is built here, then written at once
 * --------------------------------------------------------------------- */

typedef struct line {
    char text[4096];
    size_t len;
} line;

static void put(line *out, const char *text)
{
    size_t len = strlen(text);
    if (len > sizeof out->text - out->len) {
        len = sizeof out->text - out->len; /* can't happen: records are far shorter */
    }
    memcpy(out->text + out->len, text, len);
    out->len += len;
}

static void put_byte(line *out, char byte)
{
    char text[2] = {byte, '\0'};
    put(out, text);
}

static void put_number(line *out, uint64_t number, int digits)
{
    char text[32];
    snprintf(text, sizeof text, "%0*" PRIu64, digits, number);
    put(out, text);
}

static void put_digits(line *out, uint64_t *state, int n)
{
    while (n-- > 0) {
        put_byte(out, (char)('0' + below(state, 10)));
    }
}

/* --- words
 * ------------------------------------------------------------------------------------------------------------ */

static const char *const first_names[] = {
    "Ada",    "Adam",    "Agnes",  "Albert", "Alice",  "Amir",   "Amina",  "Anders",  "Angela", "Anton",  "Arthur",
    "Astrid", "Barbara", "Ben",    "Bianca", "Boris",  "Carla",  "Carlos", "Cecilia", "Chloe",  "Clara",  "Daniel",
    "David",  "Diana",   "Dora",   "Edgar",  "Elena",  "Elias",  "Emil",   "Emma",    "Erik",   "Esther", "Fatima",
    "Felix",  "Fiona",   "Frank",  "George", "Grace",  "Greta",  "Hannah", "Harry",   "Helen",  "Hugo",   "Ida",
    "Igor",   "Irene",   "Isabel", "Jacob",  "James",  "Jasmin", "Julia",  "Karl",    "Karen",  "Kevin",  "Laura",
    "Leo",    "Lily",    "Louis",  "Lucy",   "Marco",  "Maria",  "Martin", "Nadia",   "Nina",   "Noah",   "Olga",
    "Oscar",  "Paula",   "Peter",  "Rosa",   "Samuel", "Sofia"};
static const char *const first_names_beyond_ascii[] = {
    "Zo\u00eb",   "J\u00fcrgen", "\u00c5sa",   "Ren\u00e9",
    "Bj\u00f6rn", "\u0141ukasz", "N\u00faria", "\u0395\u03bb\u03ad\u03bd\u03b7"};
static const char *const last_names[] = {
    "Adler",   "Ahmed",  "Andersen",    "Bauer",       "Becker",     "Bell",          "Berg",         "Brown",
    "Carter",  "Costa",  "Cruz",        "Dietrich",    "Dubois",     "Evans",         "Fischer",      "Foster",
    "Garcia",  "Gomez",  "Gray",        "Hansen",      "Harris",     "Hoffmann",      "Ito",          "Jensen",
    "Johnson", "Keller", "Khan",        "Klein",       "Kowalski",   "Larsen",        "Lewis",        "Lopez",
    "Martin",  "Meyer",  "Mitchell",    "Moreau",      "Nakamura",   "Nguyen",        "Novak",        "O'Brien",
    "Okafor",  "Olsen",  "Parker",      "Patel",       "Petrov",     "Quinn",         "Ramirez",      "Reed",
    "Richter", "Rossi",  "Santos",      "Schmidt",     "Silva",      "Singh",         "Smith",        "Stone",
    "Tanaka",  "Taylor", "Thomas",      "Vogel",       "Wagner",     "Walker",        "Weber",        "Williams",
    "Wolf",    "Young",  "M\u00fcller", "Garc\u00eda", "Nov\u00e1k", "S\u00f8rensen", "Lef\u00e8vre", "Jim\u00e9nez"};
static const char *const streets[] = {"High Street", "Station Road", "Mill Lane",      "Church Street", "Park Avenue",
                                      "Garden Way",  "Hauptstrasse", "Bahnhofstrasse", "Ringstrasse",   "Rue de Lyon",
                                      "Via Roma",    "Calle Mayor",  "Oak Street",     "Elm Street",    "Maple Drive",
                                      "King Street", "Queen Street", "Bridge Road"};
static const char *const cities[] = {
    "Berlin",     "Hamburg",     "M\u00fcnchen", "K\u00f6ln",   "Paris",    "Lyon",   "Madrid", "Roma",   "Milano",
    "Wien",       "Z\u00fcrich", "London",       "Leeds",       "Dublin",   "Lisboa", "Porto",  "Oslo",   "Stockholm",
    "Malm\u00f6", "Praha",       "Warszawa",     "Krak\u00f3w", "Budapest", "Boston", "Denver", "Austin", "Portland"};
static const char *const countries[] = {"DE", "DE", "DE", "FR", "ES", "IT", "AT", "CH", "GB",
                                        "IE", "PT", "NO", "SE", "CZ", "PL", "HU", "US"};
static const char *const tiers[] = {"bronze", "bronze", "bronze", "silver", "silver", "gold", "platinum"};
static const char *const interests[] = {"books",   "cooking", "cycling", "fashion", "films",       "fitness",
                                        "gaming",  "garden",  "hiking",  "music",   "photography", "running",
                                        "sailing", "travel",  "wine",    "yoga"};
static const char *const mail_hosts[] = {"example.com",  "example.org",  "example.net",
                                         "mail.example", "post.example", "inbox.example"};

static const char *const fragments[] = {"Customer asked about the delivery date again.",
                                        "Prefers to be contacted in the morning.",
                                        "Wants a paper invoice from now on.",
                                        "Parcel was left with a neighbour upstairs.",
                                        "Refund of ##.## agreed, second time this year.",
                                        "Interested in the new catalogue.",
                                        "Complained about the packaging.",
                                        "Very happy with the last order.",
                                        "Changed the delivery address twice in a month.",
                                        "Asked for a discount on bulk orders.",
                                        "Left a friendly review last week.",
                                        "Could not log in, ticket ######.",
                                        "Password was reset by the help desk.",
                                        "Order ##### came incomplete, one item missing.",
                                        "Would like to pause the subscription.",
                                        "Referred two friends in spring.",
                                        "Voucher was sent by post.",
                                        "Please do not call at weekends.",
                                        "Returned the shoes, too small.",
                                        "Waiting for the item to be back in stock.",
                                        "Paid late, but paid in the end.",
                                        "Moved to another city in May."};
static const char *const fragments_beyond_ascii[] = {"Wohnt jetzt in der Gartenstra\u00dfe, bitte pr\u00fcfen.",
                                                     "Demande une facture corrig\u00e9e d\u00e8s que possible.",
                                                     "Pregunt\u00f3 por el env\u00edo de ma\u00f1ana.",
                                                     "P\u0159ipomenout term\u00edn z\u00e1silky."};
static const char *const fragments_with_quotes[] = {"Said \"\"never again\"\" on the phone.",
                                                    "Marked as \"\"VIP\"\" by the branch.",
                                                    "Ordered the \"\"Classic\"\" set once more."};

#define ONE_OF(state, list) (list)[below((state), COUNT(list))]

/* --- what a detector should find
 * --------------------------------------------------------------------------------------- */

static char luhn_digit(const char *digits, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(digits[n - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

static void put_card(line *out, uint64_t *state)
{
    char digits[17] = "4";
    for (size_t i = 1; i < 15; i++) {
        digits[i] = (char)('0' + below(state, 10));
    }
    digits[15] = luhn_digit(digits, 15);
    static const char separators[] = {'\0', ' ', '-'};
    char separator = separators[below(state, 3)];
    for (size_t i = 0; i < 16; i++) {
        if (i > 0 && i % 4 == 0 && separator != '\0') {
            put_byte(out, separator);
        }
        put_byte(out, digits[i]);
    }
}

/* ISO 13616: the check digits make the rearranged number 1 modulo 97. "DE" is 1314 there. */
static void put_iban(line *out, uint64_t *state)
{
    char account[19] = "";
    unsigned rest = 0;
    for (size_t i = 0; i < 18; i++) {
        account[i] = (char)('0' + below(state, 10));
        rest = (rest * 10 + (unsigned)(account[i] - '0')) % 97;
    }
    for (const char *at = "131400"; *at != '\0'; at++) {
        rest = (rest * 10 + (unsigned)(*at - '0')) % 97;
    }
    char whole[23];
    snprintf(whole, sizeof whole, "DE%02u%s", 98 - rest, account);
    int spaced = below(state, 2) == 0;
    for (size_t i = 0; i < 22; i++) {
        if (spaced && i > 0 && i % 4 == 0) {
            put_byte(out, ' ');
        }
        put_byte(out, whole[i]);
    }
}

static void put_lower(line *out, const char *name)
{
    for (; *name != '\0'; name++) {
        if (*name >= 'A' && *name <= 'Z') {
            put_byte(out, (char)(*name - 'A' + 'a'));
        } else if (*name >= 'a' && *name <= 'z') {
            put_byte(out, *name);
        }
    }
}

/* An address from names; some are written with capitals, as people do. */
static void put_mail(line *out, uint64_t *state, const char *first, const char *last)
{
    if (percent(state, 15)) {
        put_byte(out, 'U');
        put_byte(out, '.');
    }
    put_lower(out, first);
    put_byte(out, '.');
    put_lower(out, last);
    put_number(out, below(state, 1000), 1);
    put_byte(out, '@');
    put(out, ONE_OF(state, mail_hosts));
}

/* A text in which each # is a digit of its own. */
static void put_shape(line *out, uint64_t *state, const char *shape)
{
    for (; *shape != '\0'; shape++) {
        put_byte(out, *shape == '#' ? (char)('1' + below(state, 9)) : *shape);
    }
}

static void put_phone(line *out, uint64_t *state)
{
    static const char *const shapes[] = {"+49 ## #######", "(0##) ###-####", "0### #######", "+1-###-###-####",
                                         "0## / ### ## ##"};
    put_shape(out, state, ONE_OF(state, shapes));
}

static void put_found(line *out, uint64_t *state)
{
    unsigned kind = below(state, 10);
    if (kind < 4) {
        put(out, " Write to ");
        put_mail(out, state, ONE_OF(state, first_names), ONE_OF(state, last_names));
        put(out, " instead.");
    } else if (kind < 7) {
        put(out, " New number ");
        put_phone(out, state);
        put(out, " since June.");
    } else if (kind < 9) {
        put(out, " Paid with ");
        put_card(out, state);
        put(out, " at the counter.");
    } else {
        put(out, " Refund to ");
        put_iban(out, state);
        put(out, " please.");
    }
}

static void put_notes(line *out, uint64_t *state)
{
    if (percent(state, 8)) {
        return;
    }
    unsigned n = 2 + below(state, 4);
    unsigned found_behind = below(state, 1000) < 151 ? below(state, n) : n;
    unsigned quote_at = percent(state, 20) ? below(state, n) : n;
    unsigned beyond_at = percent(state, 20) ? below(state, n) : n;
    unsigned break_at = percent(state, 14) ? below(state, n) : n; /* behind the first sentence there is none */
    put_byte(out, '"');
    for (unsigned i = 0; i < n; i++) {
        if (i > 0) {
            put_byte(out, i == break_at ? '\n' : ' ');
        }
        if (i == quote_at) {
            put(out, ONE_OF(state, fragments_with_quotes));
        } else if (i == beyond_at) {
            put(out, ONE_OF(state, fragments_beyond_ascii));
        } else {
            put_shape(out, state, ONE_OF(state, fragments));
        }
        if (i == found_behind) {
            put_found(out, state);
        }
    }
    put_byte(out, '"');
}

/* --- a record
 * ------------------------------------------------------------------------------------------------------------ */

static void put_date(line *out, uint64_t *state, unsigned first_year, unsigned years)
{
    put_number(out, first_year + below(state, years), 4);
    put_byte(out, '-');
    put_number(out, 1 + below(state, 12), 2);
    put_byte(out, '-');
    put_number(out, 1 + below(state, 28), 2);
}

static void put_street(line *out, uint64_t *state)
{
    int quoted = percent(state, 8);
    put(out, quoted ? "\"" : "");
    put(out, ONE_OF(state, streets));
    put_byte(out, ' ');
    put_number(out, 1 + below(state, 250), 1);
    if (quoted) {
        put(out, ", Apt. ");
        put_number(out, 1 + below(state, 60), 1);
        put_byte(out, '"');
    }
}

static void put_interests(line *out, uint64_t *state)
{
    unsigned n = 1 + below(state, 5);
    put_byte(out, '"');
    for (unsigned i = 0; i < n; i++) {
        put(out, i > 0 ? ";" : "");
        put(out, ONE_OF(state, interests));
    }
    put_byte(out, '"');
}

static void put_ip(line *out, uint64_t *state)
{
    for (int i = 0; i < 4; i++) {
        put(out, i > 0 ? "." : "");
        put_number(out, 1 + below(state, 254), 1);
    }
}

static void put_record(line *out, uint64_t *state, uint64_t number, const char *end)
{
    const char *first = percent(state, 10) ? ONE_OF(state, first_names_beyond_ascii) : ONE_OF(state, first_names);
    const char *last = ONE_OF(state, last_names);
    put_byte(out, 'C');
    put_number(out, number, 9);
    put_byte(out, ',');
    put(out, first);
    put_byte(out, ',');
    put(out, last);
    put_byte(out, ',');
    put_mail(out, state, first, last);
    put_byte(out, ',');
    if (!percent(state, 8)) {
        put_phone(out, state);
    }
    put_byte(out, ',');
    put_date(out, state, 1935, 72);
    put(out, below(state, 100) < 2 ? ",x," : below(state, 2) == 0 ? ",f," : ",m,");
    put_street(out, state);
    put_byte(out, ',');
    put(out, ONE_OF(state, cities));
    put_byte(out, ',');
    put_digits(out, state, 5);
    put_byte(out, ',');
    put(out, ONE_OF(state, countries));
    put_byte(out, ',');
    put_ip(out, state);
    put_byte(out, ',');
    put_date(out, state, 2015, 11);
    put_byte(out, 'T');
    put_number(out, below(state, 24), 2);
    put_byte(out, ':');
    put_number(out, below(state, 60), 2);
    put_byte(out, ':');
    put_number(out, below(state, 60), 2);
    put(out, percent(state, 61) ? "Z,yes," : "Z,no,");
    put(out, ONE_OF(state, tiers));
    put_byte(out, ',');
    put_number(out, below(state, 10000), 1);
    put_byte(out, '.');
    put_digits(out, state, 2);
    put_byte(out, ',');
    put_interests(out, state);
    put_byte(out, ',');
    put_notes(out, state);
    put(out, end);
}

/* --- the program
 * ---------------------------------------------------------------------------------------------------------- */

static const char header[] =
    "customer_id,first_name,last_name,email,phone,birth_date,gender,street,city,postal_code,country,ip,"
    "signup_ts,marketing_consent,loyalty_tier,lifetime_value,interests,notes";

/* Digits and at most one of k, M, G. Zero: not readable. */
static uint64_t read_amount(const char *text)
{
    char *end;
    errno = 0;
    uint64_t amount = strtoull(text, &end, 10);
    uint64_t unit = *end == 'k' ? 1000 : *end == 'M' ? 1000000 : *end == 'G' ? 1000000000 : 1;
    end += unit > 1;
    return errno != 0 || end == text || *end != '\0' || amount > UINT64_MAX / unit ? 0 : amount * unit;
}

static int write_all(uint64_t records, uint64_t bytes, uint64_t state, const char *end)
{
    static line out;
    uint64_t n_records = 0, n_bytes = 0;
    for (;;) {
        out.len = 0;
        if (n_bytes == 0) {
            put(&out, header);
            put(&out, end);
        } else {
            put_record(&out, &state, ++n_records, end);
        }
        n_bytes += out.len;
        if (fwrite(out.text, 1, out.len, stdout) != out.len) {
            break;
        }
        if (records > 0 ? n_records >= records : n_bytes >= bytes) {
            break;
        }
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("gencust");
        return 1;
    }
    fprintf(stderr, "%" PRIu64 " records, %" PRIu64 " bytes\n", n_records, n_bytes);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t records = 0, bytes = 0, seed = 42;
    const char *end = "\n";
    int wrong = argc < 2;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0) {
            end = "\r\n";
        } else if (i + 1 < argc && strcmp(argv[i], "-n") == 0) {
            records = read_amount(argv[++i]);
        } else if (i + 1 < argc && strcmp(argv[i], "-b") == 0) {
            bytes = read_amount(argv[++i]);
        } else if (i + 1 < argc && strcmp(argv[i], "-s") == 0) {
            seed = strtoull(argv[++i], NULL, 10);
        } else {
            wrong = 1;
        }
    }
    if (wrong || (records == 0) == (bytes == 0)) {
        fputs("usage: gencust -n RECORDS | -b BYTES [-s SEED] [-c] > FILE\n", stderr);
        return 2;
    }
    return write_all(records, bytes, seed, end);
}
