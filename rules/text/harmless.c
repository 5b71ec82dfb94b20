/*
 * Text that a document's author wrote, made harmless: for terminals and for JSON (RFC 8259 section 7).
 */
#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/text/render.h"

/* Characters that reorder, hide or join what stands around them: a reader would see another policy than pare reads. */
static bool misleads(uint32_t c)
{
    return (c >= 0x80 && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0x061C;
}

static void append_replacement(pare_buf *out)
{
    pare_buf_append(out, "\xEF\xBF\xBD", 3);
}

/* The well-formed character at the start of `text`, or 0 with *bytes = 1 where there is none. */
static uint32_t next_character(pare_span text, size_t *bytes)
{
    size_t len = text.ptr[0] < 0x80 ? 1 : pare_utf8_length(text.ptr[0]);
    if (len > text.len || !pare_utf8_valid(pare_span_first(text, len))) {
        *bytes = 1;
        return 0;
    }
    return pare_utf8_decode(text, bytes);
}

void pare_text_append_harmless(pare_buf *out, pare_span text)
{
    while (text.len > 0) {
        size_t bytes = 1;
        uint32_t c = next_character(text, &bytes);
        if (c < 0x20 || c == 0x7F) {
            pare_buf_printf(out, "\\x%02x", text.ptr[0]);
        } else if (misleads(c)) {
            append_replacement(out);
        } else {
            pare_buf_append(out, text.ptr, bytes);
        }
        text = pare_span_after(text, bytes);
    }
}

void pare_text_append_json(pare_buf *out, pare_span text)
{
    pare_buf_append_byte(out, '"');
    while (text.len > 0) {
        size_t bytes = 1;
        uint32_t c = next_character(text, &bytes);
        if (text.ptr[0] == '"' || text.ptr[0] == '\\') {
            pare_buf_append_byte(out, '\\');
            pare_buf_append_byte(out, text.ptr[0]);
        } else if (text.ptr[0] < 0x20 || c == 0x7F) {
            pare_buf_printf(out, "\\u%04x", text.ptr[0]);
        } else if (c == 0 || misleads(c)) {
            append_replacement(out);
        } else {
            pare_buf_append(out, text.ptr, bytes);
        }
        text = pare_span_after(text, bytes);
    }
    pare_buf_append_byte(out, '"');
}
