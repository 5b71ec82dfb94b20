/*
 * Words that must stand near a match, from a pack: as one expression that matches any of them, not within a longer
 * word.
 *
 * A word in capitals is matched as it is written: CA is California, and `in` no Indiana. Others match in any case.
 */
#include "rules/detect/pack_detector.h"

#include "rules/base/span.h"

/** The words of a part, parted by `|`; NULL: it is no name of a part in double braces. */
static const pare_node *part_of(const pare_pack_reader *r, pare_span word)
{
    if (word.len < 5 || memcmp(word.ptr, "{{", 2) != 0 || memcmp(word.ptr + word.len - 2, "}}", 2) != 0) {
        return NULL;
    }
    pare_span name = pare_span_from(word.ptr + 2, word.len - 4);
    for (size_t i = 0; r->parts != NULL && i < r->parts->n; i++) {
        if (pare_span_equal(r->parts->pairs[i].key->text, name)) {
            return r->parts->pairs[i].value;
        }
    }
    return NULL;
}

/** The text up to the next `|`, which is left out of `rest`. */
static pare_span cut_word(pare_span *rest)
{
    const unsigned char *end = memchr(rest->ptr, '|', rest->len);
    pare_span word = end == NULL ? *rest : pare_span_first(*rest, (size_t)(end - rest->ptr));
    *rest = pare_span_after(*rest, end == NULL ? rest->len : word.len + 1);
    return pare_span_trim(word);
}

/** Write all words into `out`, if it is not NULL. Returns how many there are. */
static size_t list_words(const pare_pack_reader *r, pare_texts texts, pare_span *out)
{
    size_t n = 0;
    for (size_t i = 0; i < texts.n; i++) {
        const pare_node *part = part_of(r, texts.items[i]);
        pare_span rest = part == NULL ? texts.items[i] : part->text;
        do {
            pare_span word = part == NULL ? rest : cut_word(&rest);
            if (out != NULL) {
                out[n] = word;
            }
            n++;
        } while (part != NULL && rest.len > 0);
    }
    return n;
}

static bool is_in_capitals(pare_span word)
{
    bool letters = false;
    for (size_t i = 0; i < word.len; i++) {
        unsigned char byte = word.ptr[i];
        if ((byte >= 'a' && byte <= 'z') || byte >= 0x80) {
            return false;
        }
        letters = letters || (byte >= 'A' && byte <= 'Z');
    }
    return letters;
}

static void append_word(pare_span word, bool first, pare_buf *pattern)
{
    bool as_written = is_in_capitals(word);
    pare_buf_append_text(pattern, first ? "" : "|");
    pare_buf_append_text(pattern, as_written ? "" : "(?i:");
    for (size_t i = 0; i < word.len; i++) {
        unsigned char byte = word.ptr[i];
        bool special = byte > ' ' && byte < 0x80 && strchr("\\^$.[]|()?*+{}#-", byte) != NULL;
        pare_buf_append_text(pattern, special ? "\\" : "");
        pare_buf_append_byte(pattern, byte);
    }
    pare_buf_append_text(pattern, as_written ? "" : ")");
}

bool pare_pack_read_context(const pare_pack_reader *r, pare_texts texts, pare_detector *detector)
{
    if (texts.n == 0) {
        return true;
    }
    pare_diagnostics *findings = r->reading->findings;
    size_t n = list_words(r, texts, NULL);
    pare_span *words = pare_arena_array(r->reading->arena, n, sizeof *words);
    if (words == NULL) {
        findings->out_of_memory = true;
        return false;
    }
    (void)list_words(r, texts, words);
    pare_buf pattern;
    pare_buf_init(&pattern, PARE_REGEX_MAX_PATTERN + 1);
    pare_buf_append_text(&pattern, "(?<![\\p{L}\\p{N}_])(?:");
    for (size_t i = 0; i < n; i++) {
        append_word(words[i], i == 0, &pattern);
    }
    pare_buf_append_text(&pattern, ")(?![\\p{L}\\p{N}_])");
    pare_context *context = &detector->contexts[detector->n_contexts];
    if (pattern.status == PARE_OK) {
        pare_span copy = pare_arena_copy(r->reading->arena, pare_buf_span(&pattern));
        findings->out_of_memory = findings->out_of_memory || copy.ptr == NULL;
        context->expression = copy.ptr == NULL ? NULL : pare_pack_expression(r, copy, false, texts.places[0]);
        context->words = (pare_texts){.n = n, .items = words};
    } else {
        pare_diagnose(findings, PR080, texts.places[0], "the context words are too long together");
    }
    pare_buf_clear(&pattern);
    detector->n_contexts += context->expression != NULL;
    return context->expression != NULL;
}
