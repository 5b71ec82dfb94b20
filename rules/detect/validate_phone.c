/*
 * Telephone numbers: what can't be one. Which shapes may be one say the patterns (rules/packs/core.yaml).
 *
 * ITU-T E.164 allows 15 digits with the country code. Refused are dates and times of day behind them, dotted quads,
 * spans of years, US Social Security numbers, one digit over and over, and what is padded with zeros. An extension
 * ("x123", "ext. 12") is not counted. Where the region is known, its numbering plan is asked as well.
 */
#include "rules/base/span.h"
#include "rules/detect/validate.h"

enum { MIN_DIGITS = 6, MAX_DIGITS = 15, MAX_GROUPS = 16 };

/** Runs of digits as numbers, and what stands between them. */
typedef struct groups {
    unsigned value[MAX_GROUPS], digits[MAX_GROUPS];
    unsigned char before[MAX_GROUPS]; /* the byte before the group; 0: none */
    size_t n, n_digits;
    bool same; /* one digit over and over */
    bool plus;
} groups;

static void read_groups(pare_span match, groups *out)
{
    unsigned char first = 0;
    bool inside = false;
    out->n = out->n_digits = 0;
    out->same = true;
    out->plus = match.len > 0 && match.ptr[0] == '+';
    for (size_t i = 0; i < match.len; i++) {
        unsigned char byte = match.ptr[i];
        if (byte < '0' || byte > '9') {
            bool extension = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
            if (extension || byte == '#' || byte == ',' || byte == ';') {
                return;
            }
            inside = false;
            continue;
        }
        if (!inside && out->n < MAX_GROUPS) {
            out->value[out->n] = out->digits[out->n] = 0;
            out->before[out->n++] = i > 0 ? match.ptr[i - 1] : 0;
            inside = true;
        }
        first = out->n_digits == 0 ? byte : first;
        out->same = out->same && byte == first;
        out->n_digits++;
        if (out->digits[out->n - 1]++ < 8) {
            out->value[out->n - 1] = out->value[out->n - 1] * 10 + (unsigned)(byte - '0');
        }
    }
}

static bool is_year(unsigned value)
{
    return value >= 1900 && value <= 2099;
}

/** A day and a month, in either order. */
static bool is_day_and_month(unsigned a, unsigned b)
{
    return a >= 1 && b >= 1 && ((a <= 31 && b <= 12) || (a <= 12 && b <= 31));
}

/** 2024-01-15, 15.01.2024, 1/15/2024, 20240115, and the same with something behind. */
static bool begins_with_date(const groups *g)
{
    if (g->n >= 3 && g->digits[0] == 4 && g->digits[1] <= 2 && g->digits[2] <= 2) {
        return is_year(g->value[0]) && is_day_and_month(g->value[1], g->value[2]);
    }
    if (g->n >= 3 && g->digits[2] == 4 && g->digits[0] <= 2 && g->digits[1] <= 2) {
        return is_year(g->value[2]) && is_day_and_month(g->value[0], g->value[1]);
    }
    if (g->n >= 1 && g->digits[0] == 8) {
        unsigned year = g->value[0] / 10000, rest = g->value[0] % 10000;
        return is_year(year) && is_day_and_month(rest / 100, rest % 100);
    }
    return false;
}

/** 10.20.30.40, also behind a country code that is none. */
static bool is_dotted_quad(const groups *g)
{
    if (g->n != 4) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        if (g->value[i] > 255 || g->digits[i] > 3 || (i > 0 && g->before[i] != '.')) {
            return false;
        }
    }
    return true;
}

/** 2019 2020, 1999-2004. */
static bool is_span_of_years(const groups *g)
{
    return g->n == 2 && g->digits[0] == 4 && g->digits[1] == 4 && is_year(g->value[0]) && is_year(g->value[1]);
}

/** 130-07-5728: a US Social Security number, which is another detector's. */
static bool is_ssn_shaped(const groups *g)
{
    return g->n == 3 && g->digits[0] == 3 && g->digits[1] == 2 && g->digits[2] == 4 && g->before[1] == '-' &&
           g->before[2] == '-';
}

bool pare_is_phone(pare_span match)
{
    groups g;
    read_groups(match, &g);
    if (g.n_digits < MIN_DIGITS || g.n_digits > MAX_DIGITS + 3 || g.n == 0 || g.same) {
        return false; /* 3 more for a prefix 00 or 011 */
    }
    if (g.plus) {
        return g.n_digits <= MAX_DIGITS;
    }
    if (g.digits[0] >= 3 && match.ptr[0] == '0' && match.ptr[1] == '0' && match.ptr[2] == '0') {
        return false;
    }
    return !begins_with_date(&g) && !is_dotted_quad(&g) && !is_span_of_years(&g) && !is_ssn_shaped(&g);
}

/* --- where the region is known -------------------------------------------------------------------------------------
 */

/** The digits of a number up to an extension. */
typedef struct dialled {
    unsigned char digits[MAX_DIGITS + 4];
    size_t ends[MAX_DIGITS + 4]; /* of the match, behind each digit */
    size_t n;
    bool in_one; /* nothing stands between them */
} dialled;

/** False: more than any number has. */
static bool read_dialled(pare_span match, dialled *out)
{
    out->n = 0;
    out->in_one = true;
    for (size_t i = 0; i < match.len; i++) {
        unsigned char byte = match.ptr[i];
        if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') {
            return true; /* an extension */
        }
        if (byte < '0' || byte > '9') {
            out->in_one = out->in_one && byte < 0x80 && (out->n == 0 || byte == '#' || byte == ',' || byte == ';');
            if (byte == '#' || byte == ',' || byte == ';') {
                return true;
            }
            continue;
        }
        if (out->n == sizeof out->digits) {
            return false;
        }
        out->digits[out->n] = byte;
        out->ends[out->n++] = i + 1;
    }
    return true;
}

static bool is_from_abroad(pare_span match, const dialled *number)
{
    bool plus = match.ptr[0] == '+' || (match.len > 1 && match.ptr[0] == '(' && match.ptr[1] == '+');
    return plus || (number->n > 2 && number->digits[0] == '0' && number->digits[1] == '0');
}

/** The longest beginning that ends with a group of digits and is dialled so in the region; in one only as a whole. */
static size_t longest_by_plan(pare_span match, const dialled *number, pare_region region)
{
    for (size_t n = number->n; n > 0; n--) {
        size_t end = number->ends[n - 1];
        bool group_ends = n == number->n || number->ends[n] > end + 1;
        pare_plan_fit fit = group_ends ? pare_region_fits(region, number->digits, n) : PARE_PLAN_NO;
        bool in_one = number->ends[n - 1] - number->ends[0] == n - 1;
        size_t len = n == number->n ? match.len : end; /* with its extension */
        if ((fit == PARE_PLAN_DIALLED || (fit == PARE_PLAN_BARE && !in_one)) &&
            pare_is_phone(pare_span_from(match.ptr, len))) {
            return len;
        }
    }
    return 0;
}

/*
 * What has a word before it is one whatever the plan says: people leave the area out. Otherwise the plan says where the
 * number ends. Groups of digits that are not of the plan may still be a number of another country; digits in one are
 * none.
 */
size_t pare_phone_in(pare_span match, pare_region region, pare_evidence evidence)
{
    dialled number;
    if (!read_dialled(match, &number)) {
        return 0;
    }
    if (evidence == PARE_BY_PLAN) {
        return is_from_abroad(match, &number) ? 0 : longest_by_plan(match, &number, region);
    }
    bool abroad = is_from_abroad(match, &number);
    size_t planned = evidence == PARE_BY_WORD || abroad ? 0 : longest_by_plan(match, &number, region);
    if (planned > 0) {
        return planned;
    }
    bool one = evidence == PARE_BY_WORD || abroad || !number.in_one ||
               pare_region_fits(region, number.digits, number.n) != PARE_PLAN_NO;
    return one && pare_is_phone(match) ? match.len : 0;
}
