/* See json_in.h. By recursive descent, to the depth that json_out.h can write. */
#include "filter/report/json_in.h"

#include "filter/report/json_out.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/base/utf8.h"

typedef struct parsing {
    pare_span document;
    size_t at;
    unsigned depth;
    pare_arena *arena;
    pare_error *err;
} parsing;

static pare_status parse_value(parsing *p, pare_json_value *value);

static pare_status refuse(const parsing *p, const char *what)
{
    pare_status status = pare_fail(p->err, PARE_E_DATA, "%s", what);
    if (p->err != NULL) {
        p->err->byte = p->at;
        p->err->has_byte = true;
    }
    return status;
}

static pare_status no_memory(const parsing *p)
{
    return pare_fail(p->err, PARE_E_NOMEM, "out of memory for a JSON document");
}

static void skip_blanks(parsing *p)
{
    while (p->at < p->document.len && memchr(" \t\r\n", p->document.ptr[p->at], 4) != NULL) {
        p->at++;
    }
}

/** The next byte that is no blank, or 0 at the end. */
static unsigned char peek(parsing *p)
{
    skip_blanks(p);
    return p->at < p->document.len ? p->document.ptr[p->at] : 0;
}

static bool take(parsing *p, unsigned char byte)
{
    bool here = peek(p) == byte;
    p->at += here ? 1 : 0;
    return here;
}

/* --- strings ------------------------------------------------------------------------------------------------------ */

static bool read_unit(parsing *p, uint32_t *unit)
{
    *unit = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned char byte = p->at < p->document.len ? p->document.ptr[p->at] : 0;
        unsigned digit = byte >= '0' && byte <= '9'   ? (unsigned)(byte - '0')
                         : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a' + 10)
                         : byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A' + 10)
                                                      : 16U;
        if (digit == 16) {
            return false;
        }
        *unit = *unit << 4 | digit;
        p->at++;
    }
    return true;
}

/** \uXXXX, or two of them for what lies beyond the first 65,536 characters. Appended at *len. */
static bool read_character(parsing *p, unsigned char *out, size_t *len)
{
    uint32_t unit = 0, low = 0;
    if (!read_unit(p, &unit) || unit == 0) {
        return false;
    }
    if (unit >= 0xD800 && unit < 0xDC00) {
        if (p->document.len - p->at < 2 || memcmp(p->document.ptr + p->at, "\\u", 2) != 0) {
            return false;
        }
        p->at += 2;
        if (!read_unit(p, &low) || low < 0xDC00 || low > 0xDFFF) {
            return false;
        }
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    unsigned char bytes[4];
    size_t n = pare_utf8_encode(unit, bytes);
    memcpy(out + *len, bytes, n);
    *len += n;
    return n > 0;
}

static bool read_escape(parsing *p, unsigned char *out, size_t *len)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    unsigned char letter = p->at < p->document.len ? p->document.ptr[p->at] : 0;
    p->at++;
    if (letter == 'u') {
        return read_character(p, out, len);
    }
    const char *found = letter == 0 ? NULL : strchr(letters, letter);
    if (found != NULL) {
        out[(*len)++] = (unsigned char)meanings[found - letters];
    }
    return found != NULL;
}

/** A string, from its first quote on; what it means is never longer than how it is written. */
static pare_status parse_string(parsing *p, pare_span *text)
{
    size_t from = p->at + 1, end = from;
    while (end < p->document.len && p->document.ptr[end] != '"') {
        end += p->document.ptr[end] == '\\' ? 2 : 1;
    }
    if (end >= p->document.len) {
        return refuse(p, "a string does not end");
    }
    unsigned char *out = pare_arena_alloc(p->arena, end - from + 1);
    size_t len = 0;
    if (out == NULL) {
        return no_memory(p);
    }
    for (p->at = from; p->at < end;) {
        unsigned char byte = p->document.ptr[p->at++];
        if (byte < 0x20) {
            return refuse(p, "a control character stands in a string");
        }
        if (byte != '\\') {
            out[len++] = byte;
        } else if (!read_escape(p, out, &len)) {
            return refuse(p, "an escape in a string is unknown");
        }
    }
    if (p->at != end) {
        return refuse(p, "an escape in a string is unknown");
    }
    p->at = end + 1;
    *text = pare_span_from(out, len);
    return PARE_OK;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static pare_status parse_number(parsing *p, pare_json_value *value)
{
    size_t from = p->at;
    value->kind = PARE_JSON_NUMBER;
    for (; p->at < p->document.len && p->document.ptr[p->at] >= '0' && p->document.ptr[p->at] <= '9'; p->at++) {
        uint64_t digit = (uint64_t)(p->document.ptr[p->at] - '0');
        if (value->number > (UINT64_MAX - digit) / 10) {
            return refuse(p, "a number is too large");
        }
        value->number = value->number * 10 + digit;
    }
    bool padded = p->document.ptr[from] == '0' && p->at - from > 1;
    bool goes_on = p->at < p->document.len && memchr(".eE+-", p->document.ptr[p->at], 5) != NULL;
    return padded || goes_on ? refuse(p, "a number is not a whole one") : PARE_OK;
}

static pare_status parse_word(parsing *p, pare_json_value *value)
{
    pare_span rest = pare_span_after(p->document, p->at);
    bool yes = rest.len >= 4 && memcmp(rest.ptr, "true", 4) == 0;
    if (!yes && (rest.len < 5 || memcmp(rest.ptr, "false", 5) != 0)) {
        return refuse(p, "something is neither object, array, string, whole number, true nor false");
    }
    value->kind = PARE_JSON_BOOL;
    value->number = yes ? 1 : 0;
    p->at += yes ? 4 : 5;
    return PARE_OK;
}

static pare_status parse_key(parsing *p, const pare_json_value *object, pare_json_value *item)
{
    if (peek(p) != '"') {
        return refuse(p, "a member has no name");
    }
    PARE_TRY(parse_string(p, &item->key));
    for (const pare_json_value *other = object->first; other != NULL; other = other->next) {
        if (pare_span_equal(other->key, item->key)) {
            return refuse(p, "a name stands twice in one object");
        }
    }
    return take(p, ':') ? PARE_OK : refuse(p, "a colon is missing");
}

static pare_status parse_items(parsing *p, pare_json_value *value, unsigned char closing)
{
    pare_json_value **link = &value->first;
    p->at++;
    if (take(p, closing)) {
        return PARE_OK;
    }
    do {
        pare_json_value *item = pare_arena_alloc(p->arena, sizeof *item);
        if (item == NULL) {
            return no_memory(p);
        }
        if (value->kind == PARE_JSON_OBJECT) {
            PARE_TRY(parse_key(p, value, item));
        }
        PARE_TRY(parse_value(p, item));
        *link = item;
        link = &item->next;
        value->n_items++;
    } while (take(p, ','));
    return take(p, closing) ? PARE_OK : refuse(p, "a bracket is not closed, or a comma is missing");
}

static pare_status parse_value(parsing *p, pare_json_value *value)
{
    unsigned char first = peek(p);
    if (first == '"') {
        value->kind = PARE_JSON_TEXT;
        return parse_string(p, &value->text);
    }
    if (first >= '0' && first <= '9') {
        return parse_number(p, value);
    }
    if (first != '{' && first != '[') {
        return parse_word(p, value);
    }
    if (p->depth == PARE_JSON_DEPTH) {
        return refuse(p, "brackets are nested too deep");
    }
    p->depth++;
    value->kind = first == '{' ? PARE_JSON_OBJECT : PARE_JSON_ARRAY;
    PARE_TRY(parse_items(p, value, first == '{' ? '}' : ']'));
    p->depth--;
    return PARE_OK;
}

pare_status pare_json_read(pare_span document, pare_arena *arena, const pare_json_value **value, pare_error *err)
{
    parsing p = {.document = document, .arena = arena, .err = err};
    p.at = pare_utf8_valid_prefix(document);
    if (p.at < document.len) {
        return refuse(&p, "the text is not UTF-8");
    }
    p.at = 0;
    pare_json_value *made = pare_arena_alloc(arena, sizeof *made);
    if (made == NULL) {
        return no_memory(&p);
    }
    PARE_TRY(parse_value(&p, made));
    skip_blanks(&p);
    if (p.at < document.len) {
        return refuse(&p, "something stands behind the end");
    }
    *value = made;
    return PARE_OK;
}

const pare_json_value *pare_json_member(const pare_json_value *object, const char *key, pare_json_kind kind)
{
    if (object == NULL || object->kind != PARE_JSON_OBJECT) {
        return NULL;
    }
    for (const pare_json_value *item = object->first; item != NULL; item = item->next) {
        if (pare_span_is(item->key, key)) {
            return item->kind == kind ? item : NULL;
        }
    }
    return NULL;
}
