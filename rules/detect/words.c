/*
 * Words that announce something (words.h).
 *
 * A word begins at an ASCII letter that no ASCII letter precedes, or at a character beyond ASCII that none precedes:
 * that is wherever an expression may take one to begin, and at some places more. Two letters have a third form that
 * PCRE2 takes for the same where case does not count, the long s (U+017F) and the Kelvin sign (U+212A): where one of
 * them stands, all lists are claimed.
 */
#include "rules/detect/words.h"

#include <string.h>

enum { BEYOND = 0x80 };

/** A byte as it is compared. */
static unsigned char fold(unsigned char byte)
{
    if (byte >= BEYOND) {
        return BEYOND;
    }
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

static bool is_letter(unsigned char byte)
{
    return (unsigned char)((byte | 0x20) - 'a') <= 25;
}

static size_t hash_of(unsigned char first, unsigned char second)
{
    return (fold(first) * 37u + fold(second)) % PARE_WORD_HASHES;
}

pare_word_table *pare_words_new(pare_arena *arena, size_t max_words)
{
    pare_word_table *table = pare_arena_alloc(arena, sizeof *table);
    pare_word *words = pare_arena_array(arena, max_words, sizeof *words);
    if (table == NULL || words == NULL) {
        return NULL;
    }
    table->words = words;
    table->max_words = max_words < UINT16_MAX ? max_words : UINT16_MAX;
    return table;
}

bool pare_word_can_be_listed(pare_span word)
{
    return word.len >= 2 && (is_letter(word.ptr[0]) || word.ptr[0] >= BEYOND);
}

/** The word as it is kept: up to its first character beyond ASCII, of which one byte stands for all. */
static void keep(pare_span word, pare_word *kept)
{
    for (kept->len = 0; kept->len < PARE_WORD_BYTES && kept->len < word.len;) {
        unsigned char byte = fold(word.ptr[kept->len]);
        kept->text[kept->len++] = byte;
        if (byte == BEYOND) {
            break;
        }
    }
}

size_t pare_words_add(pare_word_table *table, const pare_span *words, size_t n)
{
    bool room = table->n_lists < PARE_MAX_WORD_LISTS && n <= table->max_words - table->n_words;
    for (size_t i = 0; i < n; i++) {
        room = room && pare_word_can_be_listed(words[i]);
    }
    if (!room) {
        return PARE_MAX_WORD_LISTS;
    }
    for (size_t i = 0; i < n; i++) {
        pare_word *added = &table->words[table->n_words++];
        keep(words[i], added);
        added->lists.bits[table->n_lists / 64] = (uint64_t)1 << table->n_lists % 64;
        /* where the first character is beyond ASCII its second byte is too */
        uint16_t *first = &table->first[hash_of(added->text[0], added->len > 1 ? added->text[1] : BEYOND)];
        added->next = *first;
        *first = (uint16_t)table->n_words;
    }
    return table->n_lists++;
}

/** Does the value go on at `at` as the word does? */
static bool goes_on(const pare_word *word, pare_span value, size_t at)
{
    if (word->len > value.len - at) {
        return false;
    }
    for (size_t i = 0; i < word->len; i++) {
        if (fold(value.ptr[at + i]) != word->text[i]) {
            return false;
        }
    }
    return true;
}

static void look_up(const pare_word_table *table, pare_span value, size_t at, pare_word_lists *lists)
{
    size_t next = table->first[hash_of(value.ptr[at], value.ptr[at + 1])];
    for (; next != 0; next = table->words[next - 1].next) {
        const pare_word *word = &table->words[next - 1];
        if (goes_on(word, value, at)) {
            for (size_t i = 0; i < PARE_MAX_WORD_LISTS / 64; i++) {
                lists->bits[i] |= word->lists.bits[i];
            }
        }
    }
}

/** Is it another form of an ASCII letter, to whom case does not count? */
static bool is_other_form(pare_span value, size_t at)
{
    const unsigned char *byte = value.ptr + at; /* a first byte: there is another */
    return (byte[0] == 0xC5 && byte[1] == 0xBF) ||
           (byte[0] == 0xE2 && byte[1] == 0x84 && value.len - at > 2 && byte[2] == 0xAA);
}

void pare_words_in(const pare_word_table *table, pare_prefilter_letters letters, pare_span value,
                   pare_word_lists *lists)
{
    uint64_t behind = 0; /* the block before ended with an ASCII letter */
    memset(lists, 0, sizeof *lists);
    for (size_t block = 0; block + 1 < value.len; block += PARE_PREFILTER_BLOCK) {
        size_t n = value.len - block < PARE_PREFILTER_BLOCK ? value.len - block : PARE_PREFILTER_BLOCK;
        pare_letters found = letters(value.ptr + block, n);
        uint64_t starts = (found.ascii | found.lead) & ~(found.ascii << 1 | behind);
        behind = found.ascii >> (PARE_PREFILTER_BLOCK - 1);
        for (; found.lead != 0; found.lead &= found.lead - 1) {
            if (is_other_form(value, block + (size_t)__builtin_ctzll(found.lead))) {
                memset(lists, 0xFF, sizeof *lists);
                return;
            }
        }
        for (; starts != 0; starts &= starts - 1) {
            size_t at = block + (size_t)__builtin_ctzll(starts);
            if (at + 1 < value.len) {
                look_up(table, value, at, lists);
            }
        }
    }
}
