/*
 * Sets of characters in PCRE2 expressions: classes, escapes, properties. ASCII is told exactly, whatever lies beyond it
 * counts as one character, so two sets may seem to meet there and don't; never the other way round.
 */
#include "rules/policy/backtrack_parse.h"

static const pare_charset any = {UINT64_MAX, UINT64_MAX, true};

static void include(pare_charset *set, unsigned c)
{
    set->low |= c < 64 ? (uint64_t)1 << c : 0;
    set->high |= c >= 64 && c < 128 ? (uint64_t)1 << (c - 64) : 0;
    set->other = set->other || c >= 128;
}

static void include_range(pare_charset *set, unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to && c <= 128; c++) {
        include(set, c);
    }
}

void pare_charset_unite(pare_charset *set, pare_charset more)
{
    set->low |= more.low;
    set->high |= more.high;
    set->other = set->other || more.other;
}

/* What is not in an ASCII set; characters beyond ASCII are in it. */
pare_charset pare_charset_opposite(pare_charset set)
{
    pare_charset rest = {~set.low, ~set.high, true};
    return rest;
}

pare_charset pare_charset_fold(pare_charset set)
{
    uint64_t letters = 0x07FFFFFE; /* A to Z, counted from @ */
    uint64_t upper = set.high & letters;
    uint64_t lower = set.high >> 32 & letters;
    set.high |= lower | upper << 32;
    return set;
}

static pare_charset digits(void)
{
    pare_charset set = {0, 0, false};
    include_range(&set, '0', '9');
    return set;
}

static pare_charset letters_of(bool upper, bool lower)
{
    pare_charset set = {0, 0, false};
    include_range(&set, upper ? 'A' : 'a', upper ? 'Z' : 'z');
    if (upper && lower) {
        include_range(&set, 'a', 'z');
    }
    return set;
}

static pare_charset word(void)
{
    pare_charset set = letters_of(true, true);
    pare_charset_unite(&set, digits());
    include(&set, '_');
    return set;
}

pare_charset pare_charset_of(const char *members)
{
    pare_charset set = {0, 0, false};
    for (; *members != '\0'; members++) {
        include(&set, (unsigned char)*members);
    }
    return set;
}

static bool class_escape(unsigned char c, pare_charset *set)
{
    switch (c | 0x20) {
    case 'd':
        *set = digits();
        break;
    case 'w':
        *set = word();
        break;
    case 's':
        *set = pare_charset_of(" \t\n\v\f\r");
        break;
    case 'h':
        *set = pare_charset_of(" \t");
        set->other = true;
        break;
    case 'v':
        *set = pare_charset_of("\n\v\f\r");
        set->other = true;
        break;
    default:
        return false;
    }
    *set = c < 'a' ? pare_charset_opposite(*set) : *set;
    return true;
}

/* \p{L}, \pN, \P{Lu}: ASCII by the first letter of the property, and the rest of Unicode. */
static pare_charset property(pare_pattern_reader *p, bool negated)
{
    bool braced = pare_pattern_take(p, "{");
    negated = pare_pattern_take(p, "^") != negated;
    unsigned char kind = pare_pattern_peek(p);
    bool lower = pare_pattern_sees(p, "Ll");
    bool upper = pare_pattern_sees(p, "Lu");
    while (braced && pare_pattern_more(p) && pare_pattern_peek(p) != '}') {
        p->at++;
    }
    p->at += p->at < p->text.len ? 1 : 0;
    pare_charset set = any;
    if (kind == 'L') {
        set = lower ? letters_of(false, true) : letters_of(true, !upper);
        set.other = true;
    } else if (kind == 'N') {
        set = digits();
        set.other = true;
    } else if (negated) {
        return any;
    }
    return negated ? pare_charset_opposite(set) : set;
}

static int hex_of(unsigned char c)
{
    int lower = c | 0x20;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static unsigned hexadecimal(pare_pattern_reader *p)
{
    bool braced = pare_pattern_take(p, "{");
    unsigned value = 0;
    for (size_t n = 0; pare_pattern_more(p) && hex_of(pare_pattern_peek(p)) >= 0 && (braced || n < 2); n++) {
        value = value > 0xFFFF ? value : value * 16 + (unsigned)hex_of(pare_pattern_peek(p));
        p->at++;
    }
    if (braced && !pare_pattern_take(p, "}")) {
        p->failed = true;
    }
    return value;
}

/* An escape that stands for one character; `at` is behind the backslash. */
static unsigned escaped_character(pare_pattern_reader *p)
{
    unsigned char c = pare_pattern_peek(p);
    p->at += p->at < p->text.len ? 1 : 0;
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'f':
        return '\f';
    case 'a':
        return 7;
    case 'e':
        return 27;
    case 'x':
        return hexadecimal(p);
    case 'o':
    case 'c':
    case 'N':
        p->failed = true;
        return 0;
    default:
        return c;
    }
}

/* One character of the pattern, whole where it is not ASCII. */
static unsigned character(pare_pattern_reader *p)
{
    unsigned char c = pare_pattern_peek(p);
    p->at++;
    while (c >= 0x80 && p->at < p->text.len && (pare_pattern_peek(p) & 0xC0) == 0x80) {
        p->at++;
    }
    return c;
}

/* [:alpha:] and its like inside a class. */
static bool posix_class(pare_pattern_reader *p, pare_charset *set)
{
    static const struct {
        const char *name;
        const char *more_of;
        bool upper, lower, digits;
    } names[] = {{"[:alpha:]", "", true, true, false},
                 {"[:digit:]", "", false, false, true},
                 {"[:alnum:]", "", true, true, true},
                 {"[:upper:]", "", true, false, false},
                 {"[:lower:]", "", false, true, false},
                 {"[:space:]", " \t\n\v\f\r", false, false, false},
                 {"[:word:]", "_", true, true, true},
                 {"[:blank:]", " \t", false, false, false},
                 {"[:xdigit:]", "ABCDEFabcdef", false, false, true}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (pare_pattern_take(p, names[i].name)) {
            pare_charset_unite(set, pare_charset_of(names[i].more_of));
            if (names[i].upper || names[i].lower) {
                pare_charset_unite(set, letters_of(names[i].upper, names[i].lower));
            }
            pare_charset_unite(set, names[i].digits ? digits() : pare_charset_of(""));
            return true;
        }
    }
    if (pare_pattern_sees(p, "[:")) {
        p->failed = true;
    }
    return false;
}

/* One member of a class, or the start of a range; *single: it is one character. */
static unsigned class_member(pare_pattern_reader *p, pare_charset *set, bool *single)
{
    pare_charset escape = {0, 0, false};
    *single = false;
    if (posix_class(p, set)) {
        return 0;
    }
    if (pare_pattern_take(p, "\\")) {
        unsigned char c = pare_pattern_peek(p);
        if (c == 'p' || c == 'P') {
            p->at++;
            pare_charset_unite(set, property(p, c == 'P'));
            return 0;
        }
        if (class_escape(c, &escape)) {
            p->at++;
            pare_charset_unite(set, escape);
            return 0;
        }
        p->failed = p->failed || c == 'Q' || c == 'E' || (c >= '0' && c <= '9');
        *single = true;
        return c == 'b' ? (p->at++, 8U) : escaped_character(p);
    }
    *single = true;
    return character(p);
}

/* Behind the `[`. */
pare_charset pare_pattern_class(pare_pattern_reader *p)
{
    pare_charset set = {0, 0, false};
    bool negated = pare_pattern_take(p, "^");
    bool fresh = true;
    while (pare_pattern_more(p) && (fresh || pare_pattern_peek(p) != ']')) {
        bool single = false;
        bool end_single = false;
        unsigned from = class_member(p, &set, &single);
        unsigned to = from;
        fresh = false;
        bool ranges = single && pare_pattern_peek(p) == '-' && p->at + 1 < p->text.len && p->text.ptr[p->at + 1] != ']';
        if (ranges) {
            p->at++;
            to = class_member(p, &set, &end_single);
            to = end_single ? to : from;
        }
        if (single) {
            include_range(&set, from > 128 ? 128 : from, to > 128 ? 128 : to);
        }
    }
    if (!pare_pattern_take(p, "]")) {
        p->failed = true;
    }
    set = p->folds ? pare_charset_fold(set) : set;
    return negated ? pare_charset_opposite(set) : set;
}

pare_charset pare_pattern_character(pare_pattern_reader *p)
{
    pare_charset set = {0, 0, false};
    include(&set, character(p));
    return set;
}

pare_charset pare_pattern_escape(pare_pattern_reader *p)
{
    unsigned char c = pare_pattern_peek(p);
    pare_charset set = {0, 0, false};
    if (class_escape(c, &set)) {
        p->at++;
    } else if (c == 'p' || c == 'P') {
        p->at++;
        set = property(p, c == 'P');
    } else {
        include(&set, escaped_character(p));
    }
    return set;
}
