/*
 * Words that announce: a list is claimed wherever one of its words begins a word of the value, against a search written
 * here in the plainest way, with each implementation of the letters' masks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules/base/span.h"
#include "rules/detect/words.h"

typedef struct fixture {
    pare_arena arena;
    pare_word_table *table;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return -1;
    }
    pare_arena_init(&f->arena, 1 << 20);
    f->table = pare_words_new(&f->arena, 1000);
    *state = f;
    return f->table == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    pare_arena_clear(&f->arena);
    free(f);
    return 0;
}

static size_t add(fixture *f, const char *a, const char *b)
{
    pare_span words[2] = {pare_span_of(a), pare_span_of(b == NULL ? "" : b)};
    return pare_words_add(f->table, words, b == NULL ? 1 : 2);
}

static bool has(const fixture *f, size_t list, const char *text)
{
    pare_word_lists lists[3];
    size_t n = 0;
    for (const pare_prefilter_kind *kind = pare_prefilter_kinds; kind->name != NULL; kind++) {
        if (kind->runs_here()) {
            pare_words_in(f->table, kind->letters, pare_span_of(text), &lists[n++]);
            assert_memory_equal(&lists[n - 1], &lists[0], sizeof lists[0]);
        }
    }
    return pare_word_lists_have(&lists[0], list);
}

static void words_begin_words(void **state)
{
    fixture *f = *state;
    size_t pass = add(f, "passport", "reise"), dl = add(f, "DL", NULL), dotted = add(f, "d.o", NULL);
    assert_true(pass == 0 && dl == 1 && dotted == 2);
    assert_true(has(f, pass, "my Passports"));
    assert_true(has(f, pass, "REISEPASS"));
    assert_true(has(f, pass, "x_reise")); /* more than \b would take, never less */
    assert_true(has(f, pass, "1reise"));
    assert_false(has(f, pass, "mypassport"));
    assert_false(has(f, pass, "passpor"));
    assert_false(has(f, pass, "pass port"));
    assert_true(has(f, dl, "dl"));
    assert_true(has(f, dl, "my dl"));
    assert_false(has(f, dl, "d"));
    assert_false(has(f, dl, ""));
    assert_false(has(f, dl, "handle"));
    assert_true(has(f, dotted, "D.O.B."));
    assert_false(has(f, dotted, "dob"));
}

static void words_are_found_across_blocks(void **state)
{
    fixture *f = *state;
    size_t list = add(f, "passport", NULL);
    for (size_t at = 0; at < 140; at++) {
        char text[200];
        memset(text, ' ', sizeof text);
        memcpy(text + at, "passport", 8);
        text[at + 8] = '\0';
        assert_true(has(f, list, text));
        text[at + 7] = '\0';
        assert_false(has(f, list, text));
        text[at + 7] = 't';
        if (at > 0) {
            text[at - 1] = 'x';
            assert_false(has(f, list, text));
        }
    }
}

static void characters_beyond_ascii_are_all_alike(void **state)
{
    fixture *f = *state;
    size_t german = add(f, "führerschein", NULL), russian = add(f, "паспорт", NULL), none = add(f, "none", NULL);
    assert_true(has(f, german, "Führerschein"));
    assert_true(has(f, german, "FÜHRERSCHEIN"));
    assert_true(has(f, german, "fö"));
    assert_false(has(f, german, "fuehrerschein"));
    assert_true(has(f, russian, "Паспорт"));
    assert_true(has(f, russian, "\xC2\xA0паспорт"));
    assert_false(has(f, russian, "für")); /* not at the start of a word */
    assert_false(has(f, russian, "passport"));
    /* the long s and the Kelvin sign are an s and a k to an expression that does not tell cases apart */
    assert_true(has(f, none, "pa\xC5\xBF\xC5\xBFport"));
    assert_true(has(f, none,
                    "\xE2\x84\xAA"
                    "ontakt"));
    assert_false(has(f, none, "\xE2\x84\xA2 and \xC5\xBE"));
}

static void what_has_no_room_is_refused(void **state)
{
    fixture *f = *state;
    assert_int_equal(add(f, "a", NULL), PARE_MAX_WORD_LISTS);
    assert_int_equal(add(f, "1a", NULL), PARE_MAX_WORD_LISTS);
    assert_int_equal(add(f, "abc", "-"), PARE_MAX_WORD_LISTS);
    for (size_t i = 0; i < PARE_MAX_WORD_LISTS; i++) {
        assert_int_equal(add(f, "abc", NULL), i);
    }
    assert_int_equal(add(f, "abc", NULL), PARE_MAX_WORD_LISTS);
    assert_true(has(f, 0, "abc") && has(f, PARE_MAX_WORD_LISTS - 1, "abc"));
    pare_word_table *small = pare_words_new(&f->arena, 1);
    assert_non_null(small);
    f->table = small;
    assert_int_equal(add(f, "ab", "cd"), PARE_MAX_WORD_LISTS);
    assert_int_equal(add(f, "ab", NULL), 0);
    assert_int_equal(add(f, "cd", NULL), PARE_MAX_WORD_LISTS);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_plain(const char *text, const char *word)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        if ((i == 0 || !is_letter(text[i - 1])) && strncasecmp(text + i, word, strlen(word)) == 0) {
            return true;
        }
    }
    return false;
}

static void many_words_are_told_apart(void **state)
{
    static const char *const words[] = {"ab", "abc", "ba", "bab", "cc", "ccab", "a-b", "b c", "abcabcab"};
    enum { N = sizeof words / sizeof words[0] };
    fixture *f = *state;
    uint64_t random = 3;
    size_t n_hits = 0;
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(add(f, words[i], NULL), i);
    }
    for (int round = 0; round < 20000; round++) {
        char text[150];
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        size_t len = random >> 40 & 127;
        for (size_t i = 0; i < len; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            text[i] = "abcABC -1"[(random >> 33) % 9];
        }
        text[len] = '\0';
        for (size_t i = 0; i < N; i++) {
            bool wanted = has_plain(text, words[i]);
            n_hits += wanted;
            assert_int_equal(has(f, i, text), wanted);
        }
    }
    assert_true(n_hits > 20000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_begin_words),
        TEST(words_are_found_across_blocks),
        TEST(characters_beyond_ascii_are_all_alike),
        TEST(what_has_no_room_is_refused),
        TEST(many_words_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
