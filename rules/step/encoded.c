/*
 * Characters written in another way (encoded.h).
 *
 *   &#64;  &#x40;  &#64     numeric character references, HTML section 13.2.5.80: the semicolon may be missing
 *   &commat;                named ones: Latin-1's (HTML 4 section 24.2) and those of punctuation; with their semicolon
 *   %40  %C3%BC             percent-encoded UTF-8, RFC 3986 section 2.1
 *
 * What would be a control character or no character at all is none: the text stays as it is.
 */
#include "rules/step/encoded.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

enum { MAX_NAME = 8, MAX_DIGITS = 16, FIRST_LATIN = 160, N_LATIN = 96 };

/* U+00A0 to U+00FF */
static const char latin[N_LATIN][MAX_NAME + 1] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",
    "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",
    "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",
    "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
    "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute",
    "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide",
    "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml",
};

static const struct {
    char name[MAX_NAME + 1];
    uint16_t character;
} others[] = {
    {"Tab", 9},          {"NewLine", 10},    {"excl", '!'},      {"quot", '"'},      {"QUOT", '"'},
    {"num", '#'},        {"dollar", '$'},    {"percnt", '%'},    {"amp", '&'},       {"AMP", '&'},
    {"apos", '\''},      {"lpar", '('},      {"rpar", ')'},      {"ast", '*'},       {"midast", '*'},
    {"plus", '+'},       {"comma", ','},     {"period", '.'},    {"sol", '/'},       {"colon", ':'},
    {"semi", ';'},       {"lt", '<'},        {"LT", '<'},        {"equals", '='},    {"gt", '>'},
    {"GT", '>'},         {"quest", '?'},     {"commat", '@'},    {"lsqb", '['},      {"lbrack", '['},
    {"bsol", '\\'},      {"rsqb", ']'},      {"rbrack", ']'},    {"Hat", '^'},       {"lowbar", '_'},
    {"UnderBar", '_'},   {"grave", '`'},     {"lcub", '{'},      {"lbrace", '{'},    {"verbar", '|'},
    {"vert", '|'},       {"rcub", '}'},      {"rbrace", '}'},    {"ensp", 0x2002},   {"emsp", 0x2003},
    {"numsp", 0x2007},   {"puncsp", 0x2008}, {"thinsp", 0x2009}, {"hairsp", 0x200A}, {"zwnj", 0x200C},
    {"zwj", 0x200D},     {"lrm", 0x200E},    {"rlm", 0x200F},    {"hyphen", 0x2010}, {"dash", 0x2010},
    {"ndash", 0x2013},   {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"minus", 0x2212},
    {"NoBreak", 0x2060},
};

static bool is_character(uint32_t c)
{
    if (c < 0xA0) {
        return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r';
    }
    return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

static int hex_value(unsigned char byte)
{
    unsigned char lower = byte | 0x20;
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* &#64; or &#x40; */
static size_t read_number(pare_span text, uint32_t *character)
{
    bool hex = text.len > 2 && (text.ptr[2] | 0x20) == 'x';
    size_t first = hex ? 3 : 2, at = first;
    uint32_t value = 0;
    for (; at < text.len && at - first <= MAX_DIGITS; at++) {
        int digit = hex_value(text.ptr[at]);
        if (digit < 0 || (!hex && digit > 9)) {
            break;
        }
        value = value * (hex ? 16 : 10) + (uint32_t)digit;
        if (value > 0x10FFFF) {
            return 0;
        }
    }
    if (at == first || at - first > MAX_DIGITS || !is_character(value)) {
        return 0;
    }
    *character = value;
    return at + (at < text.len && text.ptr[at] == ';');
}

/* &commat; */
static size_t read_name(pare_span text, uint32_t *character)
{
    pare_span head = pare_span_first(text, text.len < MAX_NAME + 2 ? text.len : MAX_NAME + 2);
    const unsigned char *semicolon = memchr(head.ptr, ';', head.len);
    if (semicolon == NULL || semicolon == head.ptr + 1) {
        return 0;
    }
    pare_span name = {head.ptr + 1, (size_t)(semicolon - head.ptr) - 1};
    for (size_t i = 0; i < N_LATIN; i++) {
        if (pare_span_is(name, latin[i])) {
            *character = (uint32_t)(FIRST_LATIN + i);
            return name.len + 2;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (pare_span_is(name, others[i].name)) {
            *character = others[i].character;
            return name.len + 2;
        }
    }
    return 0;
}

/* %40: the byte, or -1. */
static int read_byte(pare_span text, size_t at)
{
    if (text.len < 3 || at > text.len - 3 || text.ptr[at] != '%') {
        return -1;
    }
    int high = hex_value(text.ptr[at + 1]), low = hex_value(text.ptr[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static size_t read_percent(pare_span text, uint32_t *character)
{
    unsigned char bytes[4];
    int first = read_byte(text, 0);
    if (first < 0 || (first >= 0x80 && first < 0xC2) || first > 0xF4) {
        return 0;
    }
    size_t n = pare_utf8_length((unsigned char)first), used;
    for (size_t i = 0; i < n; i++) {
        int byte = read_byte(text, 3 * i);
        if (byte < 0) {
            return 0;
        }
        bytes[i] = (unsigned char)byte;
    }
    if (!pare_utf8_valid(pare_span_from(bytes, n))) {
        return 0;
    }
    *character = pare_utf8_decode(pare_span_from(bytes, n), &used);
    return is_character(*character) ? 3 * n : 0;
}

size_t pare_encoded_read(pare_span text, uint32_t *character)
{
    if (text.len < 3) {
        return 0;
    }
    if (text.ptr[0] == '%') {
        return read_percent(text, character);
    }
    return text.ptr[1] == '#' ? read_number(text, character) : read_name(text, character);
}
