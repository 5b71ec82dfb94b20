/*
 * See formula.h. What OWASP's page on CSV injection lists, full-width forms included, also behind blanks, which some
 * programs take away. A number stays a number: `-5.25` runs nothing. Neither does what consists of digits and the
 * separators of a telephone number: a formula that reaches anything needs a letter, a quote or a bar.
 */
#include "rules/base/formula.h"

#include "rules/base/span.h"

enum { LEAST_PHONE_DIGITS = 7, MOST_PHONE_DIGITS = 15 }; /* the latter: ITU-T E.164 */

const uint8_t pare_formula_first[256] = {
    ['='] = PARE_FORMULA_MAYBE,       ['+'] = PARE_FORMULA_MAYBE,     ['-'] = PARE_FORMULA_MAYBE,
    ['@'] = PARE_FORMULA_MAYBE,       ['\t'] = PARE_FORMULA_MAYBE,    ['\r'] = PARE_FORMULA_MAYBE,
    ['\n'] = PARE_FORMULA_MAYBE,      [' '] = PARE_FORMULA_MAYBE,     [0xC2] = PARE_FORMULA_MAYBE, /* U+00A0 */
    [0xE2] = PARE_FORMULA_MAYBE,                                                                   /* U+200B */
    [0xE3] = PARE_FORMULA_MAYBE,                                                                   /* U+3000 */
    [0xEF] = PARE_FORMULA_MAYBE, /* U+FEFF, U+FF0B, U+FF0D, U+FF1D, U+FF20 */
    ['\''] = PARE_FORMULA_APOSTROPHE, ['"'] = PARE_FORMULA_IN_QUOTES,
};

/** How many bytes of the text are a blank or a mark that some programs take away before they look; 0: none. */
static size_t blank_length(pare_span text)
{
    const unsigned char *at = text.ptr;
    if (text.len > 0 && at[0] == ' ') {
        return 1;
    }
    if (text.len > 1 && at[0] == 0xC2) { /* U+00A0 */
        return at[1] == 0xA0 ? 2 : 0;
    }
    bool is_blank = text.len > 2 && ((at[0] == 0xE2 && at[1] == 0x80 && at[2] == 0x8B) || /* U+200B */
                                     (at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x80) || /* U+3000 */
                                     (at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF));  /* U+FEFF */
    return is_blank ? 3 : 0;
}

static pare_span without_blanks(pare_span text)
{
    size_t len;
    while ((len = blank_length(text)) > 0) {
        text = pare_span_after(text, len);
    }
    return text;
}

static bool is_digit(pare_span text, size_t at)
{
    return at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
}

static size_t pass_digits(pare_span text, size_t at)
{
    while (is_digit(text, at)) {
        at++;
    }
    return at;
}

/** Behind a sign: digits with single points or commas before or between them, an exponent, a percent sign. */
static bool is_number(pare_span text)
{
    size_t at = 1;
    do {
        at += at < text.len && (text.ptr[at] == '.' || text.ptr[at] == ',');
        if (!is_digit(text, at)) {
            return false;
        }
        at = pass_digits(text, at);
    } while (at < text.len && (text.ptr[at] == '.' || text.ptr[at] == ','));
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
        at++;
        at += at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-');
        if (!is_digit(text, at)) {
            return false;
        }
        at = pass_digits(text, at);
    }
    at += at < text.len && text.ptr[at] == '%';
    return at == text.len;
}

/**
 * Behind a sign only digits, blanks and `( ) - . / *`. A telephone number: `+`, and 7 to 15 digits, one of them last,
 * without an asterisk. Or what masking left of one: two asterisks together, which no formula has outside of quotes.
 */
static bool is_phone(pare_span text)
{
    enum { OTHER = 0, SEPARATOR = 2, DIGIT = 3, STAR = 6 };
    static const uint8_t kinds[256] = {
        [' '] = SEPARATOR, ['('] = SEPARATOR, [')'] = SEPARATOR, ['-'] = SEPARATOR, ['.'] = SEPARATOR,
        ['/'] = SEPARATOR, ['*'] = STAR,      ['0'] = DIGIT,     ['1'] = DIGIT,     ['2'] = DIGIT,
        ['3'] = DIGIT,     ['4'] = DIGIT,     ['5'] = DIGIT,     ['6'] = DIGIT,     ['7'] = DIGIT,
        ['8'] = DIGIT,     ['9'] = DIGIT};
    size_t n_digits = 0, n_pairs = 0;
    unsigned common = SEPARATOR, all = 0, before = 0;
    for (size_t at = 1; at < text.len; at++) {
        const unsigned kind = kinds[text.ptr[at]];
        n_digits += kind & 1U;
        n_pairs += (kind & before & (STAR & ~SEPARATOR)) != 0;
        common &= kind;
        all |= kind;
        before = kind;
    }
    if (common == OTHER) {
        return false;
    }
    if ((all & (STAR & ~SEPARATOR)) != 0) {
        return n_pairs > 0;
    }
    return text.ptr[0] == '+' && is_digit(text, text.len - 1) && n_digits >= LEAST_PHONE_DIGITS &&
           n_digits <= MOST_PHONE_DIGITS;
}

/** Nothing but signs: what people write for "none". */
static bool is_dashes(pare_span text)
{
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+')) {
        at++;
    }
    return at == text.len;
}

bool pare_formula_begins(pare_span text)
{
    if (text.len > 0 && (text.ptr[0] == '\t' || text.ptr[0] == '\r' || text.ptr[0] == '\n')) {
        return true;
    }
    text = without_blanks(text);
    if (text.len == 0) {
        return false;
    }
    switch (text.ptr[0]) {
    case '=':
    case '@':
        return true;
    case '+':
    case '-':
        return !is_phone(text) && !is_number(text) && !is_dashes(text);
    case 0xEF: { /* U+FF0B, U+FF0D, U+FF1D, U+FF20: the same, full-width */
        unsigned char last = text.len > 2 && text.ptr[1] == 0xBC ? text.ptr[2] : 0;
        return last == 0x8B || last == 0x8D || last == 0x9D || last == 0xA0;
    }
    default:
        return false;
    }
}

static pare_span without_apostrophes(pare_span text)
{
    while (text.len > 0 && text.ptr[0] == '\'') {
        text = pare_span_after(text, 1);
    }
    return text;
}

bool pare_formula_needs_quote(pare_span text)
{
    return pare_formula_begins(without_apostrophes(text));
}

pare_span pare_formula_unquote(pare_span text)
{
    bool quoted = text.len > 0 && text.ptr[0] == '\'' && pare_formula_needs_quote(text);
    return quoted ? pare_span_after(text, 1) : text;
}
