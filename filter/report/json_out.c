/*
 * JSON by RFC 8259: section 7 says which characters are escaped. Also escaped is DEL, which no terminal shows; what is
 * no well-formed UTF-8 becomes U+FFFD (it can't come here: names are checked when they are read).
 */
#include "filter/report/json_out.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

#include <assert.h>
#include <inttypes.h>

pare_json pare_json_begin(pare_buf *out)
{
    pare_json json = {.out = out};
    return json;
}

static void new_line(pare_json *json)
{
    pare_buf_append_byte(json->out, '\n');
    for (unsigned i = 0; i < json->depth; i++) {
        pare_buf_append_text(json->out, "  ");
    }
}

static void append_escape(pare_buf *out, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    switch (byte) {
    case '"':
        pare_buf_append_text(out, "\\\"");
        break;
    case '\\':
        pare_buf_append_text(out, "\\\\");
        break;
    case '\n':
        pare_buf_append_text(out, "\\n");
        break;
    case '\r':
        pare_buf_append_text(out, "\\r");
        break;
    case '\t':
        pare_buf_append_text(out, "\\t");
        break;
    default:
        pare_buf_append_text(out, "\\u00");
        pare_buf_append_byte(out, (unsigned char)hex[byte >> 4]);
        pare_buf_append_byte(out, (unsigned char)hex[byte & 15]);
        break;
    }
}

void pare_json_append_string(pare_buf *out, pare_span text)
{
    pare_buf_append_byte(out, '"');
    while (text.len > 0) {
        size_t valid = pare_utf8_valid_prefix(text);
        for (size_t at = 0; at < valid; at++) {
            unsigned char byte = text.ptr[at];
            if (byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\') {
                append_escape(out, byte);
            } else {
                pare_buf_append_byte(out, byte);
            }
        }
        text = pare_span_after(text, valid);
        if (text.len > 0) {
            pare_buf_append_text(out, "\\ufffd");
            text = pare_span_after(text, 1);
        }
    }
    pare_buf_append_byte(out, '"');
}

/** Everything before a value: comma, line, key. */
static void start_item(pare_json *json, const char *key)
{
    if (json->depth == 0) {
        return;
    }
    unsigned level = json->depth - 1;
    assert(json->is_array[level] == (key == NULL)); /* members of objects have keys, items of arrays have none */
    if (json->has_items[level]) {
        pare_buf_append_byte(json->out, ',');
    }
    json->has_items[level] = true;
    new_line(json);
    if (key != NULL) {
        pare_json_append_string(json->out, pare_span_of(key));
        pare_buf_append_text(json->out, ": ");
    }
}

static void open_bracket(pare_json *json, const char *key, bool is_array)
{
    start_item(json, key);
    assert(json->depth < PARE_JSON_DEPTH);
    json->has_items[json->depth] = false;
    json->is_array[json->depth] = is_array;
    json->depth++;
    pare_buf_append_byte(json->out, is_array ? '[' : '{');
}

void pare_json_object(pare_json *json, const char *key)
{
    open_bracket(json, key, false);
}

void pare_json_array(pare_json *json, const char *key)
{
    open_bracket(json, key, true);
}

void pare_json_end(pare_json *json)
{
    assert(json->depth > 0);
    json->depth--;
    if (json->has_items[json->depth]) {
        new_line(json);
    }
    pare_buf_append_byte(json->out, json->is_array[json->depth] ? ']' : '}');
    if (json->depth == 0) {
        pare_buf_append_byte(json->out, '\n');
    }
}

void pare_json_span(pare_json *json, const char *key, pare_span text)
{
    start_item(json, key);
    pare_json_append_string(json->out, text);
}

void pare_json_text(pare_json *json, const char *key, const char *text)
{
    pare_json_span(json, key, pare_span_of(text));
}

void pare_json_number(pare_json *json, const char *key, uint64_t number)
{
    start_item(json, key);
    pare_buf_printf(json->out, "%" PRIu64, number);
}

void pare_json_bool(pare_json *json, const char *key, bool value)
{
    start_item(json, key);
    pare_buf_append_text(json->out, value ? "true" : "false");
}
