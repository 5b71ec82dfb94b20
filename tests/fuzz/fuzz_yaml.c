/*
 * Arbitrary bytes as the YAML that policies and packs are written in. Promises: a tree or at least one finding; the
 * tree is what the page says (no depth above 32, no key twice, every text well-formed and with a NUL behind it); a
 * place points at what stands there; the same bytes give the same findings; a finding can be shown.
 */
#include "rules/base/utf8.h"
#include "rules/text/yaml.h"
#include "tests/fuzz/demand.h"

enum { MOST_DEPTH = 32 };
static pare_span document;

/** The bytes from line `line`, character `column` (both from 1) on; NULL: there is no such place. */
static const uint8_t *at_place(uint32_t line, uint32_t column)
{
    const uint8_t *at = document.ptr, *end = document.ptr + document.len;
    for (; line > 1; line--) {
        const uint8_t *line_end = memchr(at, '\n', (size_t)(end - at));
        if (line_end == NULL) {
            return NULL;
        }
        at = line_end + 1;
    }
    for (; column > 1; column--) {
        if (at >= end) {
            return NULL;
        }
        at += pare_utf8_length(*at);
    }
    return at <= end ? at : NULL;
}

/** YAML 1.1 has more line ends than LF and a mark that is no text: places are compared where there are none. */
static bool is_simple(pare_span text)
{
    return memchr(text.ptr, '\r', text.len) == NULL && memmem(text.ptr, text.len, "\xC2\x85", 2) == NULL &&
           memmem(text.ptr, text.len, "\xE2\x80\xA8", 3) == NULL &&
           memmem(text.ptr, text.len, "\xE2\x80\xA9", 3) == NULL &&
           memmem(text.ptr, text.len, "\xEF\xBB\xBF", 3) == NULL;
}

static void check_scalar(const pare_node *node)
{
    DEMAND(node->text.ptr != NULL && node->text.ptr[node->text.len] == '\0');
    DEMAND(pare_utf8_valid(node->text));
    DEMAND(node->place.line >= 1 && node->place.column >= 1);
    bool one_line = node->end_line == node->place.line;
    if (node->plain && one_line && node->text.len > 0 && is_simple(document)) {
        const uint8_t *at = at_place(node->place.line, node->place.column);
        DEMAND(at != NULL && (size_t)(document.ptr + document.len - at) >= node->text.len);
        DEMAND(memcmp(at, node->text.ptr, node->text.len) == 0);
    }
}

static void check(const pare_node *node, unsigned depth)
{
    DEMAND(depth <= MOST_DEPTH);
    switch (node->kind) {
    case PARE_NODE_SCALAR:
        check_scalar(node);
        return;
    case PARE_NODE_LIST:
        for (size_t i = 0; i < node->n; i++) {
            check(node->items[i], depth + 1);
        }
        return;
    case PARE_NODE_MAP:
        for (size_t i = 0; i < node->n; i++) {
            DEMAND(node->pairs[i].key->kind == PARE_NODE_SCALAR);
            check_scalar(node->pairs[i].key);
            for (size_t j = 0; j < i; j++) {
                const pare_span *a = &node->pairs[i].key->text, *b = &node->pairs[j].key->text;
                DEMAND(a->len != b->len || memcmp(a->ptr, b->ptr, a->len) != 0);
            }
            check(node->pairs[i].value, depth + 1);
        }
    }
}

/** Read; the findings as text and as JSON. */
static bool read_document(pare_buf *shown)
{
    pare_arena arena;
    pare_diagnostics findings;
    pare_arena_init(&arena, 64 << 20);
    pare_diagnostics_init(&findings);
    pare_diagnostics_document(&findings, "fuzz.yaml", document);
    const pare_node *root = pare_yaml_read(document, &arena, &findings);
    DEMAND((root != NULL) == (findings.n_errors == 0));
    if (root != NULL) {
        check(root, 1);
    }
    pare_diagnostics_render(&findings, true, shown);
    pare_diagnostics_render_json(&findings, shown);
    DEMAND(shown->status == PARE_OK && pare_utf8_valid(pare_buf_span(shown)));
    pare_diagnostics_clear(&findings);
    pare_arena_clear(&arena);
    return root != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pare_buf first = {.ceiling = 64 << 20}, again = {.ceiling = 64 << 20};
    document.ptr = data;
    document.len = size;
    pare_buf_reset(&first);
    pare_buf_reset(&again);
    bool is_tree = read_document(&first);
    DEMAND(read_document(&again) == is_tree && first.len == again.len &&
           (first.len == 0 || memcmp(first.ptr, again.ptr, first.len) == 0));
    return 0;
}
