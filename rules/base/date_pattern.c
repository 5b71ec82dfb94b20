/*
 * Dates by a strptime pattern (POSIX.1-2017 strptime), without the locale and without guessing.
 *
 * Stricter than POSIX where its reading is a guess:
 *  - %Y is four digits: "84" is hardly the year 84
 *  - where two numbers touch, as in %Y%m%d, each has its full width: "2026111" has two readings
 *  - blanks match at least one blank
 *  - a pattern says each thing once, and enough for a whole date
 */
#include "rules/base/date.h"

#include "rules/base/date_text.h"

/* Bytes of a pattern, as written and with %T, %F and %D written out: those are two bytes and become eight. */
enum { PATTERN_MAX = 128, EXPANDED_MAX = 4 * PATTERN_MAX };

/* The parts a pattern can give, as bits. */
enum {
    HAS_YEAR = 1 << 0,
    HAS_MONTH = 1 << 1,
    HAS_DAY = 1 << 2,
    HAS_DAY_OF_YEAR = 1 << 3,
    HAS_HOUR = 1 << 4,
    HAS_HOUR_OF_12 = 1 << 5,
    HAS_HALF = 1 << 6, /* AM or PM */
    HAS_MINUTE = 1 << 7,
    HAS_SECOND = 1 << 8,
    HAS_FRACTION = 1 << 9,
    HAS_ZONE = 1 << 10
};

/* What was read so far. */
typedef struct date_parts {
    uint32_t year, month, day, day_of_year, hour, minute, second;
    unsigned has;
    bool afternoon;
    pare_span fraction, zone;
} date_parts;

/* A conversion: a number of some width and limit, one of the special texts, or an abbreviation for a pattern. */
typedef enum conversion_kind {
    KIND_NUMBER,
    KIND_MONTH_NAME,
    KIND_HALF,
    KIND_ZONE,
    KIND_FRACTION,
    KIND_PATTERN
} conversion_kind;

typedef struct conversion_type {
    char letter;
    uint8_t kind;
    uint8_t least, most; /* digits of a number */
    uint16_t limit;
    uint16_t gives;
    const char *pattern; /* KIND_PATTERN: what it stands for */
} conversion_type;

static const conversion_type CONVERSIONS[] = {
    {'Y', KIND_NUMBER, 4, 4, 9999, HAS_YEAR, NULL},   {'y', KIND_NUMBER, 1, 2, 99, HAS_YEAR, NULL},
    {'m', KIND_NUMBER, 1, 2, 12, HAS_MONTH, NULL},    {'d', KIND_NUMBER, 1, 2, 31, HAS_DAY, NULL},
    {'e', KIND_NUMBER, 1, 2, 31, HAS_DAY, NULL},      {'j', KIND_NUMBER, 1, 3, 366, HAS_DAY_OF_YEAR, NULL},
    {'H', KIND_NUMBER, 1, 2, 23, HAS_HOUR, NULL},     {'I', KIND_NUMBER, 1, 2, 12, HAS_HOUR_OF_12, NULL},
    {'M', KIND_NUMBER, 1, 2, 59, HAS_MINUTE, NULL},   {'S', KIND_NUMBER, 1, 2, 60, HAS_SECOND, NULL},
    {'b', KIND_MONTH_NAME, 0, 0, 0, HAS_MONTH, NULL}, {'B', KIND_MONTH_NAME, 0, 0, 0, HAS_MONTH, NULL},
    {'p', KIND_HALF, 0, 0, 0, HAS_HALF, NULL},        {'z', KIND_ZONE, 0, 0, 0, HAS_ZONE, NULL},
    {'Z', KIND_ZONE, 0, 0, 0, HAS_ZONE, NULL},        {'f', KIND_FRACTION, 0, 0, 0, HAS_FRACTION, NULL},
    {'T', KIND_PATTERN, 0, 0, 0, 0, "%H:%M:%S"},      {'F', KIND_PATTERN, 0, 0, 0, 0, "%Y-%m-%d"},
    {'D', KIND_PATTERN, 0, 0, 0, 0, "%m/%d/%y"},
};

static const conversion_type *find_conversion(unsigned char letter)
{
    for (size_t i = 0; i < sizeof CONVERSIONS / sizeof CONVERSIONS[0]; i++) {
        if ((unsigned char)CONVERSIONS[i].letter == letter) {
            return &CONVERSIONS[i];
        }
    }
    return NULL;
}

/* The conversion that `pattern` begins with, or NULL where it begins with something else. */
static const conversion_type *conversion_at(pare_span pattern)
{
    return pattern.len >= 2 && pattern.ptr[0] == '%' ? find_conversion(pattern.ptr[1]) : NULL;
}

static bool is_blank(unsigned char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static unsigned char lower(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

/* Take `word` (lower case) off the front of *text, whatever the case there. */
static bool take_word(pare_span *text, const char *word, size_t len)
{
    if (text->len < len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (lower(text->ptr[i]) != (unsigned char)word[i]) {
            return false;
        }
    }
    *text = pare_span_after(*text, len);
    return true;
}

static const char *const MONTHS[12] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};

static bool take_month_name(pare_span *text, uint32_t *month)
{
    for (uint32_t i = 0; i < 12; i++) {
        if (take_word(text, MONTHS[i], strlen(MONTHS[i])) || take_word(text, MONTHS[i], 3)) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static void store_number(date_parts *parts, const conversion_type *conversion, uint32_t number)
{
    switch (conversion->letter) {
    case 'Y':
        parts->year = number;
        break;
    case 'y':
        parts->year = number + (number >= 69 ? 1900 : 2000);
        break;
    case 'm':
        parts->month = number;
        break;
    case 'j':
        parts->day_of_year = number;
        break;
    case 'H':
    case 'I':
        parts->hour = number;
        break;
    case 'M':
        parts->minute = number;
        break;
    case 'S':
        parts->second = number;
        break;
    default: /* 'd', 'e' */
        parts->day = number;
        break;
    }
}

/* Numbers take all the digits they may: what is cut short is the one that `touches` the number before it. */
static bool take_conversion(const conversion_type *conversion, bool touches, pare_span *text, date_parts *parts)
{
    uint32_t number = 0;
    size_t digits = 0;
    parts->has |= conversion->gives;
    switch ((conversion_kind)conversion->kind) {
    case KIND_NUMBER:
        if (conversion->letter == 'e' && pare_take_byte(text, ' ')) {
            touches = false; /* %e pads with a blank */
        }
        if (!pare_take_number(text, touches ? conversion->most : conversion->least, conversion->most, conversion->limit,
                              &number)) {
            return false;
        }
        store_number(parts, conversion, number);
        return true;
    case KIND_MONTH_NAME:
        return take_month_name(text, &parts->month);
    case KIND_HALF:
        parts->afternoon = take_word(text, "pm", 2);
        return parts->afternoon || take_word(text, "am", 2);
    case KIND_ZONE:
        return pare_take_zone(text, &parts->zone);
    case KIND_FRACTION:
        digits = pare_count_digits(*text);
        parts->fraction = pare_span_first(*text, digits);
        *text = pare_span_after(*text, digits);
        return digits > 0;
    case KIND_PATTERN:
        break;
    }
    return false;
}

static bool take_blanks(pare_span *text)
{
    size_t n = 0;
    while (n < text->len && is_blank(text->ptr[n])) {
        n++;
    }
    *text = pare_span_after(*text, n);
    return n > 0;
}

/* The name of a month, in the case of the one that stood there. */
static void write_month(pare_buf *out, unsigned month, bool whole, pare_span stood)
{
    const char *name = MONTHS[month - 1];
    size_t len = whole ? strlen(name) : 3;
    for (size_t i = 0; i < len; i++) {
        size_t model = i == 0 ? 0 : 1; /* the first letter's case, and that of the others */
        bool upper = stood.ptr[model] >= 'A' && stood.ptr[model] <= 'Z';
        pare_buf_append_byte(out, (unsigned char)(name[i] - (upper ? 'a' - 'A' : 0)));
    }
}

/* What a conversion of a date's part writes: as strftime does. False: the year has no form of two digits. */
static bool write_date_part(pare_buf *out, pare_date date, const conversion_type *conversion, pare_span stood)
{
    pare_date new_year = {date.year, 1, 1};
    switch (conversion->letter) {
    case 'Y':
        pare_buf_printf(out, "%04d", (int)date.year);
        return true;
    case 'y':
        pare_buf_printf(out, "%02d", (int)(date.year % 100));
        return date.year >= 1969 && date.year <= 2068;
    case 'm':
        pare_buf_printf(out, "%02u", (unsigned)date.month);
        return true;
    case 'e':
        pare_buf_printf(out, "%2u", (unsigned)date.day);
        return true;
    case 'j':
        pare_buf_printf(out, "%03d", (int)(pare_date_to_days(date) - pare_date_to_days(new_year)) + 1);
        return true;
    case 'b':
    case 'B':
        write_month(out, date.month, conversion->letter == 'B', stood);
        return true;
    default: /* 'd' */
        pare_buf_printf(out, "%02u", (unsigned)date.day);
        return true;
    }
}

/* A second reading writes the text anew with another date; blanks as the pattern has them, the rest as it stood. */
typedef struct date_writer {
    pare_buf *out;
    pare_date date;
} date_writer;

/* What `pattern` matched there. */
static bool write_piece(const date_writer *writer, const conversion_type *conversion, pare_span pattern,
                        pare_span stood)
{
    const unsigned date_parts_given = HAS_YEAR | HAS_MONTH | HAS_DAY | HAS_DAY_OF_YEAR;
    if (conversion != NULL && (conversion->gives & date_parts_given) != 0) {
        return write_date_part(writer->out, writer->date, conversion, stood);
    }
    pare_buf_append_span(writer->out, conversion == NULL && is_blank(pattern.ptr[0]) ? pattern : stood);
    return true;
}

/* Read by an expanded pattern, from left to right. `writer` may be NULL. */
static bool take_pattern(pare_span pattern, pare_span *text, date_parts *parts, const date_writer *writer)
{
    bool behind_number = false;
    while (pattern.len > 0) {
        const conversion_type *conversion = conversion_at(pattern);
        pare_span rule = pattern, stood = *text;
        if (conversion != NULL) {
            pattern = pare_span_after(pattern, 2);
            if (!take_conversion(conversion, behind_number, text, parts)) {
                return false;
            }
            behind_number = conversion->kind == KIND_NUMBER || conversion->kind == KIND_FRACTION;
        } else if (is_blank(pattern.ptr[0])) {
            (void)take_blanks(&pattern);
            if (!take_blanks(text)) {
                return false;
            }
            behind_number = false;
        } else {
            size_t literal = pattern.ptr[0] == '%' && pattern.len >= 2 ? 1 : 0;
            if ((literal == 1 && pattern.ptr[1] != '%') || !pare_take_byte(text, pattern.ptr[literal])) {
                return false; /* an unknown conversion matches nothing */
            }
            behind_number = pare_is_digit(pattern.ptr[literal]);
            pattern = pare_span_after(pattern, literal + 1);
        }
        if (writer != NULL && !write_piece(writer, conversion, pare_span_first(rule, rule.len - pattern.len),
                                           pare_span_first(stood, stood.len - text->len))) {
            return false;
        }
    }
    return true;
}

/* %T, %F and %D written out. */
static pare_span expand(pare_span pattern, unsigned char out[EXPANDED_MAX])
{
    size_t len = 0;
    while (pattern.len > 0) {
        const conversion_type *conversion = conversion_at(pattern);
        size_t used = pattern.ptr[0] == '%' && pattern.len >= 2 ? 2 : 1;
        pare_span piece = pare_span_first(pattern, used);
        if (conversion != NULL && conversion->kind == KIND_PATTERN) {
            piece = pare_span_of(conversion->pattern);
        }
        memcpy(out + len, piece.ptr, piece.len);
        len += piece.len;
        pattern = pare_span_after(pattern, used);
    }
    return pare_span_from(out, len);
}

static bool date_of(const date_parts *parts, pare_date *date)
{
    if ((parts->has & HAS_DAY_OF_YEAR) != 0) {
        pare_date new_year = {(int32_t)parts->year, 1, 1};
        if (!pare_date_is_valid(parts->year, 1, 1) || parts->day_of_year == 0) {
            return false;
        }
        *date = pare_date_from_days(pare_date_to_days(new_year) + parts->day_of_year - 1);
        return date->year == new_year.year && (parts->year < 9999 || parts->day_of_year <= 365);
    }
    if (!pare_date_is_valid(parts->year, parts->month, parts->day)) {
        return false;
    }
    date->year = (int32_t)parts->year;
    date->month = (uint8_t)parts->month;
    date->day = (uint8_t)parts->day;
    return true;
}

/* Hours by the clock of 12 become those of 24. */
static bool settle_hour(date_parts *parts)
{
    if ((parts->has & HAS_HOUR_OF_12) == 0) {
        return true;
    }
    if ((parts->has & HAS_HALF) == 0 || parts->hour == 0) {
        return false;
    }
    parts->hour = parts->hour % 12 + (parts->afternoon ? 12 : 0);
    return true;
}

bool pare_moment_read(pare_span pattern, pare_span text, pare_moment *moment)
{
    if (pattern.len > PATTERN_MAX) {
        return false;
    }
    unsigned char expanded[EXPANDED_MAX];
    date_parts parts = {0};
    pare_moment read = {0};
    if (!take_pattern(expand(pattern, expanded), &text, &parts, NULL) || text.len > 0 || !date_of(&parts, &read.date) ||
        !settle_hour(&parts)) {
        return false;
    }
    read.has_time = (parts.has & (HAS_HOUR | HAS_HOUR_OF_12)) != 0;
    read.hour = (uint8_t)parts.hour;
    read.minute = (uint8_t)parts.minute;
    read.second = (uint8_t)parts.second;
    read.fraction = parts.fraction;
    read.zone = parts.zone;
    *moment = read;
    return true;
}

bool pare_moment_rewrite(pare_span pattern, pare_span text, pare_date date, pare_buf *out)
{
    if (pattern.len > PATTERN_MAX) {
        return false;
    }
    unsigned char expanded[EXPANDED_MAX];
    date_parts parts = {0};
    date_writer writer = {out, date};
    return take_pattern(expand(pattern, expanded), &text, &parts, &writer) && text.len == 0 && out->status == PARE_OK;
}

/* Add what an expanded pattern gives to *has; says what is wrong, or NULL. */
static const char *collect(pare_span pattern, unsigned *has)
{
    while (pattern.len > 0) {
        if (pattern.ptr[0] != '%') {
            pattern = pare_span_after(pattern, 1);
            continue;
        }
        if (pattern.len < 2) {
            return "the pattern ends in a lone %";
        }
        unsigned char letter = pattern.ptr[1];
        const conversion_type *conversion = find_conversion(letter);
        pattern = pare_span_after(pattern, 2);
        if (letter == '%') {
            continue;
        }
        if (conversion == NULL) {
            return "the pattern has an unknown conversion; known are "
                   "%Y %y %m %b %B %d %e %j %H %I %p %M %S %f %z %Z %T %F %D %%";
        }
        if ((*has & conversion->gives) != 0) {
            return "the pattern gives one part of the date twice";
        }
        *has |= conversion->gives;
    }
    return NULL;
}

const char *pare_moment_check_pattern(pare_span pattern)
{
    if (pattern.len > PATTERN_MAX) {
        return "the pattern is longer than 128 bytes";
    }
    unsigned char expanded[EXPANDED_MAX];
    unsigned has = 0;
    const char *wrong = collect(expand(pattern, expanded), &has);
    if (wrong != NULL) {
        return wrong;
    }
    bool month_and_day = (has & (HAS_MONTH | HAS_DAY)) == (HAS_MONTH | HAS_DAY);
    bool day_of_year = (has & HAS_DAY_OF_YEAR) != 0;
    bool hour = (has & HAS_HOUR) != 0, hour_of_12 = (has & HAS_HOUR_OF_12) != 0;
    if ((has & HAS_YEAR) == 0) {
        return "the pattern has no year (%Y or %y)";
    }
    if (day_of_year ? (has & (HAS_MONTH | HAS_DAY)) != 0 : !month_and_day) {
        return "the pattern needs a month and a day (%m %d), or the day of the year alone (%j)";
    }
    if (hour && hour_of_12) {
        return "the pattern has both %H and %I";
    }
    if (hour_of_12 != ((has & HAS_HALF) != 0)) {
        return "%I and %p need each other";
    }
    if ((has & HAS_MINUTE) != 0 && !hour && !hour_of_12) {
        return "the pattern has minutes without hours";
    }
    if ((has & HAS_SECOND) != 0 && (has & HAS_MINUTE) == 0) {
        return "the pattern has seconds without minutes";
    }
    if ((has & HAS_FRACTION) != 0 && (has & HAS_SECOND) == 0) {
        return "the pattern has a fraction without seconds";
    }
    if ((has & HAS_ZONE) != 0 && !hour && !hour_of_12) {
        return "the pattern has a zone without a time";
    }
    return NULL;
}
