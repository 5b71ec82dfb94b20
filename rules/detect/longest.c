/*
 * The longest match (longest.h): one walk over the expression, sums along a branch, the largest of the branches.
 *
 * Bytes, not characters: what may be beyond ASCII counts four, and a letter three where case does not count, because
 * U+212A, the Kelvin sign, is a K (UAX 15). Too much is no harm.
 */
#include "rules/detect/longest.h"

#include "rules/base/span.h"

#include <string.h>

enum { MOST_DEPTH = 32, ANY_BYTES = 4, LETTER_BYTES = 3 };
static const size_t UNBOUNDED = SIZE_MAX;

typedef struct reading {
    pare_span text;
    size_t at;
    bool caseless, extended;
    bool failed; /* not understood */
} reading;

static size_t longest_of_branches(reading *r, unsigned depth);

static unsigned char peek(const reading *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? r->text.ptr[r->at + ahead] : '\0';
}

static bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(unsigned char byte)
{
    return (unsigned char)((byte | 0x20) - 'a') < 26;
}

static bool is_one_of(unsigned char byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

static size_t add(size_t a, size_t b)
{
    return a == UNBOUNDED || b == UNBOUNDED || a > UNBOUNDED - 1 - b ? UNBOUNDED : a + b;
}

static size_t times(size_t n, size_t bytes)
{
    if (n == 0 || bytes == 0) {
        return 0;
    }
    return n == UNBOUNDED || bytes == UNBOUNDED || bytes > (UNBOUNDED - 1) / n ? UNBOUNDED : n * bytes;
}

static size_t bytes_of(const reading *r, unsigned char byte)
{
    return r->caseless && is_letter(byte) ? LETTER_BYTES : byte >= 0x80 ? 2 : 1;
}

static size_t give_up(reading *r)
{
    r->failed = true;
    r->at = r->text.len;
    return UNBOUNDED;
}

/** Behind a backslash. */
static size_t read_escape(reading *r)
{
    unsigned char byte = peek(r, 0);
    r->at++;
    if (is_one_of(byte, "AZzbBGK")) {
        return 0;
    }
    if (is_one_of(byte, "dwsh")) {
        return r->caseless && byte == 'w' ? LETTER_BYTES : byte == 'h' ? ANY_BYTES : 1;
    }
    if (is_one_of(byte, "pPxDWSNHVv")) {
        if (peek(r, 0) == '{') {
            while (r->at < r->text.len && peek(r, 0) != '}') {
                r->at++;
            }
            r->at++;
        } else if (byte == 'p' || byte == 'P') {
            r->at++;
        } else if (byte == 'x') {
            r->at += 2;
        }
        return ANY_BYTES;
    }
    if (is_one_of(byte, "nrtfea")) {
        return 1;
    }
    return is_letter(byte) || is_digit(byte) || byte == '\0' ? give_up(r) : 1;
}

/** Behind the opening bracket. */
static size_t read_class(reading *r)
{
    size_t longest = 1;
    if (peek(r, 0) == '^') {
        longest = ANY_BYTES;
        r->at++;
    }
    for (bool first = true; peek(r, 0) != ']' || first; first = false) {
        unsigned char byte = peek(r, 0);
        if (r->at >= r->text.len || (byte == '[' && is_one_of(peek(r, 1), ":.="))) {
            return give_up(r);
        }
        r->at++;
        size_t bytes = byte == '\\' ? read_escape(r) : byte >= 0x80 ? ANY_BYTES : bytes_of(r, byte);
        longest = bytes > longest ? bytes : longest;
    }
    r->at++;
    return longest;
}

/** `(?i)`, `(?xi)`; with a colon they hold for the group, which here is for all that follows. */
static bool read_flags(reading *r)
{
    for (; peek(r, 0) != ')' && peek(r, 0) != ':'; r->at++) {
        if (!is_one_of(peek(r, 0), "ixms")) {
            return false;
        }
        r->caseless = r->caseless || peek(r, 0) == 'i';
        r->extended = r->extended || peek(r, 0) == 'x';
    }
    return true;
}

/** Behind the opening parenthesis. */
static size_t read_group(reading *r, unsigned depth)
{
    bool looks_around = false;
    if (peek(r, 0) == '*' || depth == 0) {
        return give_up(r);
    }
    if (peek(r, 0) == '?') {
        r->at++;
        unsigned char kind = peek(r, 0);
        bool behind = kind == '<' && (peek(r, 1) == '=' || peek(r, 1) == '!');
        looks_around = kind == '=' || kind == '!' || behind;
        if (looks_around) {
            r->at += behind ? 2 : 1;
        } else if (kind == '>') {
            r->at++;
        } else if (kind == '<' || kind == 'P') {
            while (r->at < r->text.len && peek(r, 0) != '>' && peek(r, 0) != ')') {
                r->at++;
            }
            if (peek(r, 0) != '>') {
                return give_up(r);
            }
            r->at++;
        } else if (!read_flags(r)) {
            return give_up(r);
        } else if (peek(r, 0) == ')') {
            r->at++;
            return 0;
        } else {
            r->at++;
        }
    }
    size_t longest = longest_of_branches(r, depth - 1);
    if (peek(r, 0) != ')') {
        return give_up(r);
    }
    r->at++;
    return looks_around ? 0 : longest;
}

static size_t read_number(reading *r)
{
    size_t number = 0;
    for (; is_digit(peek(r, 0)) && number < 100000; r->at++) {
        number = 10 * number + (size_t)(peek(r, 0) - '0');
    }
    return number;
}

/** How often at most the item before is read. */
static size_t read_quantifier(reading *r)
{
    size_t most = 1;
    unsigned char byte = peek(r, 0);
    if (byte == '*' || byte == '+') {
        most = UNBOUNDED;
        r->at++;
    } else if (byte == '?') {
        r->at++;
    } else {
        r->at++;
        most = read_number(r);
        if (peek(r, 0) == ',') {
            r->at++;
            most = is_digit(peek(r, 0)) ? read_number(r) : UNBOUNDED;
        }
        if (peek(r, 0) != '}') {
            return give_up(r);
        }
        r->at++;
    }
    r->at += peek(r, 0) == '+' || peek(r, 0) == '?'; /* possessive, lazy */
    return most;
}

static size_t read_item(reading *r, unsigned depth)
{
    unsigned char byte = peek(r, 0);
    r->at++;
    switch (byte) {
    case '\\':
        return read_escape(r);
    case '[':
        return read_class(r);
    case '(':
        return read_group(r, depth);
    case '.':
        return ANY_BYTES;
    case '^':
    case '$':
        return 0;
    default:
        return bytes_of(r, byte);
    }
}

/** Blanks and comments, where the expression is (?x). */
static bool skip_blank(reading *r)
{
    unsigned char byte = peek(r, 0);
    if (!r->extended || !is_one_of(byte, " \t\n\r#")) {
        return false;
    }
    do {
        r->at++;
    } while (byte == '#' && r->at < r->text.len && r->text.ptr[r->at - 1] != '\n');
    return true;
}

/** Up to the end, or to the parenthesis that closes the group. */
static size_t longest_of_branches(reading *r, unsigned depth)
{
    size_t longest = 0, branch = 0;
    while (r->at < r->text.len && peek(r, 0) != ')') {
        if (skip_blank(r)) {
            continue;
        }
        if (peek(r, 0) == '|') {
            r->at++;
            longest = branch > longest ? branch : longest;
            branch = 0;
            continue;
        }
        size_t item = read_item(r, depth);
        while (is_one_of(peek(r, 0), "*+?") || (peek(r, 0) == '{' && is_digit(peek(r, 1)))) {
            item = times(read_quantifier(r), item); /* there may be several: `a{2}{3}` */
        }
        branch = add(branch, item);
    }
    return branch > longest ? branch : longest;
}

size_t pare_longest_match(pare_span pattern, bool caseless)
{
    reading r = {.text = pattern, .caseless = caseless};
    size_t longest = longest_of_branches(&r, MOST_DEPTH);
    return r.failed || r.at < pattern.len ? UNBOUNDED : longest;
}
