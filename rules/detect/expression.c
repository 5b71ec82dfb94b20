/*
 * Expressions of packs (expression.h): names are replaced by their pieces, and PCRE2 compiles what comes of it.
 */
#include "rules/detect/expression.h"

#include "rules/base/span.h"

enum { MAX_PART_DEPTH = 4 };

/** What is being expanded, for findings, and where it goes. */
typedef struct expansion {
    const pare_expression *expression;
    pare_diagnostics *findings; /* or NULL */
    pare_buf *text;
} expansion;

/** Offset of a mark of two characters in `text` from `from` on, or text.len. */
static size_t find_mark(pare_span text, const char *mark, size_t from)
{
    for (size_t i = from; i + 1 < text.len; i++) {
        if (text.ptr[i] == (unsigned char)mark[0] && text.ptr[i + 1] == (unsigned char)mark[1]) {
            return i;
        }
    }
    return text.len;
}

/** The piece that a part's name stands for; NULL: there is none of that name. */
static const pare_node *find_part(const pare_node *parts, pare_span name)
{
    for (size_t i = 0; parts != NULL && i < parts->n; i++) {
        if (pare_span_equal(parts->pairs[i].key->text, name)) {
            return parts->pairs[i].value;
        }
    }
    return NULL;
}

/** Write `text` with its parts in place of their names; parts may hold parts, `depth` deep. */
static bool expand(expansion *e, pare_span text, unsigned depth)
{
    for (size_t at = 0; at < text.len;) {
        size_t open = find_mark(text, "{{", at);
        size_t close = find_mark(text, "}}", open);
        if (open == text.len || close == text.len) {
            pare_buf_append_span(e->text, pare_span_after(text, at));
            break;
        }
        pare_span name = {text.ptr + open + 2, close - open - 2};
        const pare_node *part = find_part(e->expression->parts, name);
        if (part == NULL || depth == 0) {
            if (e->findings != NULL) {
                pare_diagnose(e->findings, PR080, e->expression->place,
                              part == NULL ? "`{{%.*s}}` is not among the pack's `parts`" : "`{{%.*s}}` nests too deep",
                              PARE_SPAN_ARGS(name));
            }
            return false;
        }
        pare_buf_append(e->text, text.ptr + at, open - at);
        if (!expand(e, part->text, depth - 1)) {
            return false;
        }
        at = close + 2;
    }
    return true;
}

static void report(pare_diagnostics *findings, pare_place place, pare_status status, const pare_error *err,
                   size_t offset)
{
    if (findings == NULL) {
        return;
    }
    if (status == PARE_E_NOMEM) {
        findings->out_of_memory = true;
        return;
    }
    pare_diagnostic *finding = pare_diagnose(findings, PR082, place, "the pattern does not compile");
    finding->label = pare_diagnostic_text(findings, "%s, at byte %zu", err->text, offset + 1);
}

bool pare_expression_expand(const pare_expression *expression, pare_diagnostics *findings, pare_buf *out)
{
    expansion e = {expression, findings, out};
    return expand(&e, expression->text, MAX_PART_DEPTH) && out->status == PARE_OK;
}

bool pare_expression_compile(pare_expression *expression, pare_diagnostics *findings)
{
    if (expression->regex != NULL) {
        return true;
    }
    pare_buf text;
    pare_buf_init(&text, 4 * PARE_REGEX_MAX_PATTERN);
    if (pare_expression_expand(expression, findings, &text) || text.status != PARE_OK) {
        pare_error err = {.status = PARE_OK};
        size_t offset = 0;
        pare_status status = text.status == PARE_E_NOMEM
                                 ? PARE_E_NOMEM
                                 : pare_regex_new_for_scan(pare_buf_span(&text), expression->caseless,
                                                           expression->measured, &expression->regex, &offset, &err);
        if (status != PARE_OK) {
            report(findings, expression->place, status, &err, offset);
        }
    }
    pare_buf_clear(&text);
    return expression->regex != NULL;
}

void pare_expression_release(pare_expression *expression)
{
    if (expression != NULL) {
        pare_regex_free(expression->regex);
        expression->regex = NULL;
    }
}
