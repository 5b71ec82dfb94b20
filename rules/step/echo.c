/*
 * Finding a record's own values inside a text (echo.h).
 *
 * Text and values are compared in one form: NFKD without accents, case folded, each run of blanks one blank,
 * apostrophes and dashes of one kind. A value must stand at the edges of words. One that is a common word as well
 * ("may", "rose") counts only with a capital letter, or spelled exactly as in its field.
 */
#include "rules/step/echo.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/step/unicode.h"

#include <stdlib.h>

static const char *const words[] = {
#include "rules/step/echo_words.h"
};

/* --- one form for comparison
 * ------------------------------------------------------------------------------------------
 */

/** Letters that no decomposition takes apart, as they are often written without them. In the order of the characters.
 */
static const struct {
    uint32_t folded;
    const char *plain;
} strokes[] = {{0xE6, "ae"}, {0xF0, "d"},  {0xF8, "o"},  {0xFE, "th"},  {0x111, "d"},
               {0x127, "h"}, {0x131, "i"}, {0x142, "l"}, {0x153, "oe"}, {0x167, "t"}};

static void fold_character(uint32_t c, pare_buf *made)
{
    if (c == 0x2018 || c == 0x2019 || c == 0x2BC || c == 0x2032) {
        pare_buf_append_byte(made, '\'');
        return;
    }
    if (pare_unicode_is_dash(c)) {
        pare_buf_append_byte(made, '-');
        return;
    }
    size_t mark = made->len, bytes;
    if (!pare_unicode_fold(c, made)) {
        made->status = made->status == PARE_OK ? PARE_E_NOMEM : made->status;
        return;
    }
    if (made->len > mark) {
        uint32_t folded = pare_utf8_decode(pare_buf_since(made, mark), &bytes);
        for (size_t i = 0; i < sizeof strokes / sizeof strokes[0] && made->len - mark == bytes; i++) {
            if (strokes[i].folded == folded) {
                made->len = mark;
                pare_buf_append_text(made, strokes[i].plain);
                return;
            }
        }
    }
}

/** The blanks that begin at `from`, as one. Returns where they end; `from` if there are none. */
static size_t fold_blanks(pare_rewriting *fold, size_t from)
{
    pare_span text = fold->before;
    size_t at = from, bytes;
    while (at < text.len && pare_unicode_is_space(pare_utf8_decode(pare_span_after(text, at), &bytes))) {
        at += bytes;
    }
    if (at > from) {
        size_t mark = fold->made->len;
        pare_buf_append_byte(fold->made, ' ');
        if (at - from > 1) {
            pare_rewriting_note(fold, from, at, mark);
        }
    }
    return at;
}

static bool is_visible_ascii(unsigned char byte)
{
    return byte > ' ' && byte < 0x80;
}

/** Fold what `text` begins with, as long as it is visible ASCII and single blanks. Returns how many bytes that is. */
static size_t fold_ascii(pare_span text, unsigned char *to)
{
    size_t at = 0;
    for (; at < text.len; at++) {
        unsigned char byte = text.ptr[at];
        bool single_blank = byte == ' ' && at + 1 < text.len && is_visible_ascii(text.ptr[at + 1]);
        if (!single_blank && !is_visible_ascii(byte)) {
            break;
        }
        to[at] = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
    }
    return at;
}

/** Write the folded form of fold->before. Ask pare_rewriting_is_whole(). */
static void fold_text(pare_rewriting *fold)
{
    pare_span text = fold->before;
    pare_buf *made = fold->made;
    for (size_t at = 0; at < text.len && pare_buf_reserve(made, text.len - at);) {
        size_t run = fold_ascii(pare_span_after(text, at), made->ptr + made->len);
        made->len += run;
        at += run;
        if (at == text.len) {
            break;
        }
        size_t from = at, mark = made->len, bytes;
        at = fold_blanks(fold, from);
        if (at > from) {
            continue;
        }
        fold_character(pare_utf8_decode(pare_span_after(text, from), &bytes), made);
        at = from + bytes;
        if (made->len - mark != bytes || pare_utf8_length(made->ptr[mark]) != bytes) { /* not one for one */
            pare_rewriting_note(fold, from, at, mark);
        }
    }
}

/* --- the values -----------------------------------------------------------------------------------------------------
 */

/** Scripts that write words without blanks between them, or hang endings on them (U+0E00 Thai to U+2FFFF, CJK). */
static bool is_unspaced(uint32_t c)
{
    return (c >= 0xE00 && c <= 0xEFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1100 && c <= 0x11FF) ||
           (c >= 0x1780 && c <= 0x17FF) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xA960 && c <= 0xA97F) ||
           (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

/** Long enough to mean something where it is found? */
static bool is_long_enough(pare_span spelled, uint32_t min)
{
    size_t letters = 0, digits = 0, unspaced = 0, bytes;
    for (size_t at = 0; at < spelled.len; at += bytes) {
        uint32_t c = pare_utf8_decode(pare_span_after(spelled, at), &bytes);
        bool digit = pare_unicode_digit(c) >= 0;
        digits += digit;
        letters += !digit && !pare_unicode_is_accent(c) && pare_unicode_is_alphanumeric(c);
        unspaced += is_unspaced(c);
    }
    size_t needed = min;
    if (letters == 0 && needed < PARE_ECHO_MIN_NUMBER) {
        needed = PARE_ECHO_MIN_NUMBER;
    } else if (unspaced > 0 && needed > PARE_ECHO_MIN_UNSPACED) {
        needed = PARE_ECHO_MIN_UNSPACED;
    }
    return letters + digits >= needed;
}

static int compare_word(const void *key, const void *entry)
{
    const pare_span *folded = key;
    const char *word = *(const char *const *)entry;
    size_t len = strlen(word);
    int order = memcmp(folded->ptr, word, folded->len < len ? folded->len : len);
    return order != 0 ? order : (folded->len > len) - (folded->len < len);
}

static pare_span trim_blank(pare_span folded) /* at most one at each end */
{
    if (folded.len > 0 && folded.ptr[0] == ' ') {
        folded = pare_span_after(folded, 1);
    }
    folded.len -= folded.len > 0 && folded.ptr[folded.len - 1] == ' ';
    return folded;
}

/** Prepare one value. False: a limit was met. */
static bool add_value(pare_echoes *echoes, pare_scratch *scratch, uint32_t field, pare_span text, uint32_t min)
{
    pare_buf *values = &scratch->temporary[1];
    pare_shadow shadow;
    pare_rewriting fold;
    if (pare_shadow_make(&shadow, &scratch->shadow, text, pare_shadow_pass(text, 0)) == PARE_UNSURE) {
        return false;
    }
    pare_span spelled = pare_span_trim(shadow.text);
    if (!is_long_enough(spelled, min)) {
        return true;
    }
    pare_rewriting_begin(&fold, spelled, &scratch->temporary[0], &scratch->shadow.edits);
    fold_text(&fold);
    if (!pare_rewriting_is_whole(&fold)) {
        return false;
    }
    pare_span folded = trim_blank(pare_buf_span(fold.made));
    if (folded.len == 0) {
        return true;
    }
    pare_echo_value *value = &echoes->items[echoes->n++];
    *value = (pare_echo_value){.field = field, .folded = values->len, .folded_bytes = folded.len};
    pare_buf_append_span(values, folded);
    value->spelled = values->len;
    value->spelled_bytes = spelled.len;
    pare_buf_append_span(values, spelled);
    value->is_word = bsearch(&folded, words, sizeof words / sizeof words[0], sizeof words[0], compare_word) != NULL;
    return values->status == PARE_OK;
}

bool pare_echo_read(const pare_step *step, size_t n, pare_scratch *scratch, const pare_record *record, uint32_t min,
                    pare_echoes *echoes)
{
    pare_buf_reset(&scratch->temporary[1]);
    echoes->n = 0;
    for (uint32_t i = 0; i < n && i < PARE_MAX_ECHOES; i++) {
        pare_span text;
        switch (pare_step_look(step, scratch, record, i, &text)) {
        case PARE_HIT:
            if (!add_value(echoes, scratch, i, text, min)) {
                return false;
            }
            break;
        case PARE_MISS:
            break;
        case PARE_UNSURE:
            return false;
        }
    }
    return true;
}

/* --- finding --------------------------------------------------------------------------------------------------------
 */

static uint32_t character_at(pare_span text, size_t at)
{
    size_t bytes;
    return pare_utf8_decode(pare_span_after(text, at), &bytes);
}

/** The last character before `at`, which is above 0. */
static uint32_t character_before(pare_span text, size_t at)
{
    do {
        at--;
    } while (at > 0 && (text.ptr[at] & 0xC0) == 0x80);
    return character_at(text, at);
}

/** Do two neighbouring characters belong to one word? */
static bool is_joined(uint32_t left, uint32_t right)
{
    return pare_unicode_is_alphanumeric(left) && pare_unicode_is_alphanumeric(right) && !is_unspaced(left) &&
           !is_unspaced(right);
}

static bool stands_alone(pare_span text, size_t from, size_t to)
{
    return (from == 0 || !is_joined(character_before(text, from), character_at(text, from))) &&
           (to == text.len || !is_joined(character_before(text, to), character_at(text, to)));
}

/** All places of one value in a folded text. False: too many. */
static bool find_value(const pare_echo_value *value, const pare_scratch *scratch, const pare_rewriting *fold,
                       uint32_t label, pare_hit *hits, size_t max_hits, size_t *n_hits)
{
    const unsigned char *values = scratch->temporary[1].ptr;
    pare_span folded = {values + value->folded, value->folded_bytes};
    pare_span spelled = {values + value->spelled, value->spelled_bytes}, text = pare_buf_span(fold->made);
    for (size_t at = 0; at + folded.len <= text.len;) {
        const unsigned char *found = memmem(text.ptr + at, text.len - at, folded.ptr, folded.len);
        if (found == NULL) {
            return true;
        }
        size_t from = (size_t)(found - text.ptr), to = from + folded.len;
        at = from + 1;
        if (!stands_alone(text, from, to)) {
            continue;
        }
        pare_range range = pare_rewriting_back(fold, (pare_range){from, to});
        pare_span hit = {fold->before.ptr + range.from, range.to - range.from};
        if (value->is_word && !pare_unicode_is_capital(character_at(hit, 0)) && !pare_span_equal(hit, spelled)) {
            continue;
        }
        if (*n_hits == max_hits) {
            return false;
        }
        hits[(*n_hits)++] = (pare_hit){(uint32_t)range.from, (uint32_t)range.to, label};
        at = to;
    }
    return true;
}

bool pare_echo_find(const pare_echoes *echoes, pare_scratch *scratch, pare_span text, uint32_t first_label,
                    pare_hit *hits, size_t max_hits, size_t *n_hits)
{
    if (echoes->n == 0 || text.len == 0) {
        return true;
    }
    if (text.len > UINT32_MAX) {
        return false;
    }
    pare_rewriting fold;
    pare_rewriting_begin(&fold, text, &scratch->temporary[0], &scratch->shadow.edits);
    fold_text(&fold);
    if (!pare_rewriting_is_whole(&fold)) {
        return false;
    }
    for (size_t i = 0; i < echoes->n; i++) {
        if (!find_value(&echoes->items[i], scratch, &fold, first_label + echoes->items[i].field, hits, max_hits,
                        n_hits)) {
            return false;
        }
    }
    return true;
}
