/*
 * Words that announce something (words.h).
 *
 * A word begins at an ASCII letter that no ASCII letter precedes, or at a character beyond ASCII that none precedes:
 * that is wherever an expression may take one to begin, and at some places more. Two letters have a third form that
 * PCRE2 takes for the same where case does not count, the long s (U+017F) and the Kelvin sign (U+212A): where one of
 * them stands, all lists are claimed.
 */
#include "rules/detect/words.h"

#include "rules/base/span.h"

#include <string.h>

enum { BEYOND = 0x80 };

/** Eight bytes as they are compared, each by itself: letters small, and whatever is not ASCII alike. */
static uint64_t fold(uint64_t bytes)
{
    const uint64_t each = UINT64_MAX / 0xFF, high = bytes & each << 7, low = bytes & ~(each << 7);
    const uint64_t from_a = low + each * (0x80 - 'A'), behind_z = low + each * (0x80 - 'Z' - 1);
    const uint64_t capitals = from_a & ~behind_z & ~high & each << 7;
    return ((bytes | capitals >> 2) & ~((high >> 7) * 0xFF)) | high;
}

/** Eight bytes at most, folded; behind the end of the text zeros. */
static uint64_t load(pare_span text)
{
    unsigned char bytes[PARE_WORD_BYTES] = {0};
    uint64_t loaded = 0;
    if (text.len >= sizeof loaded) {
        memcpy(&loaded, text.ptr, sizeof loaded);
    } else {
        memcpy(bytes, text.ptr, text.len);
        memcpy(&loaded, bytes, sizeof loaded);
    }
    return fold(loaded);
}

static bool is_letter(unsigned char byte)
{
    return (unsigned char)((byte | 0x20) - 'a') <= 25;
}

/** Of the first two bytes. */
static size_t hash_of(uint64_t folded)
{
    unsigned char bytes[PARE_WORD_BYTES];
    memcpy(bytes, &folded, sizeof bytes);
    return (bytes[0] * 37u + bytes[1]) % PARE_WORD_HASHES;
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
    unsigned char bytes[PARE_WORD_BYTES], mask[PARE_WORD_BYTES] = {0};
    const uint64_t folded = load(word);
    memcpy(bytes, &folded, sizeof bytes);
    for (size_t i = 0; i < PARE_WORD_BYTES && i < word.len; i++) {
        mask[i] = 0xFF;
        if (bytes[i] == BEYOND) {
            break;
        }
    }
    memcpy(&kept->mask, mask, sizeof mask);
    kept->text = folded & kept->mask;
}

/** The word that is there already, or NULL. */
static pare_word *find_word(const pare_word_table *table, uint16_t first, const pare_word *kept)
{
    for (size_t next = first; next != 0; next = table->words[next - 1].next) {
        pare_word *word = &table->words[next - 1];
        if (word->text == kept->text && word->mask == kept->mask) {
            return word;
        }
    }
    return NULL;
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
        pare_word kept = {0};
        keep(words[i], &kept);
        /* where the first character is beyond ASCII its second byte is too */
        uint16_t *first = &table->first[hash_of(load(words[i]))];
        pare_word *word = find_word(table, *first, &kept);
        if (word == NULL) {
            kept.next = *first;
            word = &table->words[table->n_words++];
            *word = kept;
            *first = (uint16_t)table->n_words;
        }
        word->lists.bits[table->n_lists / 64] |= (uint64_t)1 << table->n_lists % 64;
    }
    return table->n_lists++;
}

static void look_up(const pare_word_table *table, pare_span value, size_t at, pare_word_lists *lists)
{
    const uint64_t text = load(pare_span_from(value.ptr + at, value.len - at));
    for (size_t next = table->first[hash_of(text)]; next != 0; next = table->words[next - 1].next) {
        const pare_word *word = &table->words[next - 1];
        if ((text & word->mask) == word->text) {
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
