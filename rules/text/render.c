/*
 * Findings as people read them (like a compiler's, with the line and a caret), and as JSON.
 *
 * Findings were added in the order of the checks; they are shown in the order of the document. Lines are counted as
 * libyaml counts them: LF, CR, CRLF, and also NEL, U+2028 and U+2029 end one. Columns are characters.
 */
#include "rules/text/render.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/text/diagnostic.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SHOWN = 120 /* characters of a line */, BEFORE = 60 /* of these at most, left of the caret */ };

/* A line of the source and the caret under it, cut to what fits. */
typedef struct excerpt {
    pare_span text;
    size_t indent; /* characters before the caret */
    size_t length; /* carets, at least 1 */
    bool cut_left, cut_right;
} excerpt;

size_t pare_text_line_end(pare_span text, size_t *terminator)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char *p = text.ptr + i;
        size_t left = text.len - i;
        *terminator = 0;
        if (p[0] == '\n') {
            *terminator = 1;
        } else if (p[0] == '\r') {
            *terminator = left > 1 && p[1] == '\n' ? 2 : 1;
        } else if (left > 1 && p[0] == 0xC2 && p[1] == 0x85) {
            *terminator = 2;
        } else if (left > 2 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9)) {
            *terminator = 3;
        }
        if (*terminator > 0) {
            return i;
        }
    }
    *terminator = 0;
    return text.len;
}

/* Line number `line` (from 1) of the source, without its end. False where the source has fewer. */
static bool find_line(pare_span source, uint32_t line, pare_span *found)
{
    if (source.len >= 3 && memcmp(source.ptr, "\xEF\xBB\xBF", 3) == 0) {
        source = pare_span_after(source, 3);
    }
    for (uint32_t i = 1; source.ptr != NULL; i++) {
        size_t terminator = 0;
        size_t end = pare_text_line_end(source, &terminator);
        if (i == line) {
            *found = pare_span_first(source, end);
            return true;
        }
        if (terminator == 0) {
            return false;
        }
        source = pare_span_after(source, end + terminator);
    }
    return false;
}

/* Bytes of the first `n` characters; bytes that are no UTF-8 count as one each, so that this never leaves the text. */
static size_t bytes_of(pare_span text, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n && at < text.len; i++) {
        size_t len = pare_utf8_length(text.ptr[at]);
        bool whole = len <= text.len - at && pare_utf8_valid(pare_span_from(text.ptr + at, len));
        at += whole ? len : 1;
    }
    return at;
}

static size_t characters_of(pare_span text)
{
    size_t n = 0;
    while (text.len > 0) {
        text = pare_span_after(text, bytes_of(text, 1));
        n++;
    }
    return n;
}

static excerpt cut_excerpt(pare_span line, pare_place place)
{
    size_t n = characters_of(line);
    size_t at = place.column > 0 ? place.column - 1 : 0;
    at = at > n ? n : at;
    size_t from = at > BEFORE && n > MAX_SHOWN ? at - BEFORE : 0;
    size_t to = n - from > MAX_SHOWN ? from + MAX_SHOWN : n;
    size_t first = bytes_of(line, from);
    excerpt result = {.indent = at - from, .cut_left = from > 0, .cut_right = to < n};
    result.text = pare_span_after(line, first);
    result.text = pare_span_first(result.text, bytes_of(result.text, to - from));
    result.length = place.length > to - at ? to - at : place.length;
    result.length = result.length > 0 ? result.length : 1;
    return result;
}

/* One shown character for one of the source, so that the caret stands right: no escapes here. */
static void append_shown(pare_buf *out, pare_span text)
{
    while (text.len > 0) {
        size_t len = bytes_of(text, 1);
        pare_span one = pare_span_first(text, len);
        size_t mark = out->len;
        if (text.ptr[0] == '\t') {
            pare_buf_append_byte(out, ' ');
        } else {
            pare_text_append_harmless(out, one);
            if (out->len - mark > len && out->ptr[mark] == '\\') {
                out->len = mark;
                pare_buf_append(out, "\xEF\xBF\xBD", 3);
            }
        }
        text = pare_span_after(text, len);
    }
}

typedef struct style {
    const char *error, *warning, *info, *bold, *dim, *reset;
} style;

static void append_many(pare_buf *out, char byte, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pare_buf_append_byte(out, (unsigned char)byte);
    }
}

static void render_excerpt(const pare_diagnostic *finding, const style *paint, const char *mark, int gutter,
                           pare_buf *out)
{
    pare_span line;
    if (finding->place.line == 0 || !find_line(finding->source, finding->place.line, &line)) {
        return;
    }
    excerpt shown = cut_excerpt(line, finding->place);
    pare_buf_printf(out, "%s%*s |%s\n", paint->dim, gutter, "", paint->reset);
    pare_buf_printf(out, "%s%*u |%s %s", paint->dim, gutter, finding->place.line, paint->reset,
                    shown.cut_left ? "..." : "");
    append_shown(out, shown.text);
    pare_buf_printf(out, "%s\n", shown.cut_right ? "..." : "");
    pare_buf_printf(out, "%s%*s |%s ", paint->dim, gutter, "", paint->reset);
    append_many(out, ' ', shown.indent + (shown.cut_left ? 3 : 0));
    pare_buf_append_text(out, mark);
    append_many(out, '^', shown.length);
    if (finding->label != NULL) {
        pare_buf_printf(out, " %s", finding->label);
    }
    pare_buf_printf(out, "%s\n", paint->reset);
}

static int digits_of(uint32_t n)
{
    int digits = 1;
    for (; n >= 10; n /= 10) {
        digits++;
    }
    return digits;
}

static void render_one(const pare_diagnostic *finding, const style *paint, pare_buf *out)
{
    const pare_code_entry *entry = pare_code_entry_of(finding->code);
    const char *word = entry->severity == PARE_ERROR ? "error" : entry->severity == PARE_WARNING ? "warning" : "info";
    const char *mark = entry->severity == PARE_ERROR     ? paint->error
                       : entry->severity == PARE_WARNING ? paint->warning
                                                         : paint->info;
    int gutter = digits_of(finding->place.line);
    gutter = gutter < 2 ? 2 : gutter;
    pare_buf_printf(out, "%s%s[%s]%s: %s%s%s\n", mark, word, entry->name, paint->reset, paint->bold, finding->message,
                    paint->reset);
    pare_buf_printf(out, "%s%*s-->%s %s", paint->dim, gutter, "", paint->reset, finding->file);
    if (finding->place.line > 0) {
        pare_buf_printf(out, ":%u:%u", finding->place.line, finding->place.column);
    }
    pare_buf_append_byte(out, '\n');
    render_excerpt(finding, paint, mark, gutter, out);
    if (finding->help != NULL) {
        pare_buf_printf(out, "%s%*s = help:%s %s\n", paint->dim, gutter, "", paint->reset, finding->help);
    }
    if (finding->note != NULL) {
        pare_buf_printf(out, "%s%*s = note:%s %s\n", paint->dim, gutter, "", paint->reset, finding->note);
    }
    if (finding->allowed != NULL) {
        pare_buf_printf(out, "%s%*s = allowed:%s %s\n", paint->dim, gutter, "", paint->reset, finding->allowed);
    }
    pare_buf_append_byte(out, '\n');
}

typedef struct sortable {
    const pare_diagnostic *finding;
    size_t document, sequence;
} sortable;

static int compare(const void *left, const void *right)
{
    const sortable *a = left;
    const sortable *b = right;
    if (a->document != b->document) {
        return a->document < b->document ? -1 : 1;
    }
    if (a->finding->place.line != b->finding->place.line) {
        return a->finding->place.line < b->finding->place.line ? -1 : 1;
    }
    if (a->finding->place.column != b->finding->place.column) {
        return a->finding->place.column < b->finding->place.column ? -1 : 1;
    }
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

/* Documents count by the first finding about each. */
static size_t document_of(const sortable *items, size_t n, const pare_diagnostic *finding)
{
    for (size_t i = 0; i < n; i++) {
        if (items[i].finding->file == finding->file) {
            return items[i].document;
        }
    }
    return n;
}

static bool is_shown(const pare_diagnostics *list, const pare_diagnostic *finding)
{
    bool info = pare_code_entry_of(finding->code)->severity == PARE_INFO;
    return list->view == PARE_VIEW_ALL || (finding->allowed == NULL && !(info && list->view == PARE_VIEW_WARNINGS));
}

/* What is shown, in the order of the document; *n is 0 where there is nothing or memory ran out. The caller frees. */
static sortable *sorted(const pare_diagnostics *list, size_t *n)
{
    *n = 0;
    sortable *items = list->n_kept == 0 ? NULL : calloc(list->n_kept, sizeof *items);
    if (items == NULL) {
        return NULL;
    }
    for (const pare_diagnostic *finding = list->first; finding != NULL; finding = finding->next) {
        if (is_shown(list, finding)) {
            items[*n].document = document_of(items, *n, finding);
            items[*n].finding = finding;
            items[*n].sequence = *n;
            (*n)++;
        }
    }
    qsort(items, *n, sizeof *items, compare);
    return items;
}

static void render_count(pare_buf *out, const char *before, size_t n, const char *what)
{
    pare_buf_printf(out, "%s%zu %s%s", before, n, what, n == 1 ? "" : "s");
}

static void render_total(const pare_diagnostics *list, size_t shown, pare_buf *out)
{
    size_t warnings = pare_diagnostics_warnings(list);
    size_t infos = pare_diagnostics_infos(list);
    size_t allowed = pare_diagnostics_allowed(list);
    size_t all = list->n_errors + warnings + infos;
    if (all + allowed == 0) {
        return;
    }
    render_count(out, "", list->n_errors, "error");
    render_count(out, ", ", warnings, "warning");
    if (infos > 0) {
        render_count(out, ", ", infos, "info");
    }
    if (allowed > 0) {
        pare_buf_printf(out, ", %zu allowed", allowed);
    }
    if (shown < all) {
        pare_buf_printf(out, "; the first %zu are shown", shown);
    }
    pare_buf_append_byte(out, '\n');
}

void pare_diagnostics_render(const pare_diagnostics *list, bool colour, pare_buf *out)
{
    static const style plain = {"", "", "", "", "", ""};
    static const style ansi = {"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[1m", "\x1b[34m", "\x1b[0m"};
    size_t n = 0;
    sortable *items = sorted(list, &n);
    for (size_t i = 0; i < n; i++) {
        render_one(items[i].finding, colour ? &ansi : &plain, out);
    }
    render_total(list, n, out);
    free(items);
}

static void append_member(pare_buf *out, const char *key, const char *text)
{
    pare_buf_printf(out, ", \"%s\": ", key);
    if (text == NULL) {
        pare_buf_append_text(out, "null");
    } else {
        pare_text_append_json(out, pare_span_of(text));
    }
}

void pare_diagnostics_render_json(const pare_diagnostics *list, pare_buf *out)
{
    size_t n = 0;
    sortable *items = sorted(list, &n);
    pare_buf_append_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        const pare_diagnostic *finding = items[i].finding;
        const pare_code_entry *entry = pare_code_entry_of(finding->code);
        pare_buf_append_text(out, i == 0 ? "\n  {" : ",\n  {");
        pare_buf_printf(out, "\"code\": \"%s\", \"severity\": \"%s\"", entry->name,
                        entry->severity == PARE_ERROR     ? "error"
                        : entry->severity == PARE_WARNING ? "warning"
                                                          : "info");
        append_member(out, "file", finding->file);
        pare_buf_printf(out, ", \"line\": %u, \"column\": %u, \"length\": %u", finding->place.line,
                        finding->place.column, finding->place.length);
        append_member(out, "message", finding->message);
        append_member(out, "label", finding->label);
        append_member(out, "help", finding->help);
        append_member(out, "note", finding->note);
        append_member(out, "allowed", finding->allowed);
        pare_buf_append_byte(out, '}');
    }
    pare_buf_append_text(out, n == 0 ? "]\n" : "\n]\n");
    free(items);
}
