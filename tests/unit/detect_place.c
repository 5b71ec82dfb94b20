/*
 * Where a match can begin: texts in which one can point at the first and the last place. That nothing is lost by it
 * over the corpora and mutated examples is what detect_prefilter.c shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rules/base/span.h"
#include "rules/detect/place.h"

typedef struct fixture {
    pare_prefilter prefilter;
    pare_value_facts facts;
    unsigned char before[64]; /* nobody reads it */
    pare_edges edges;
    pare_places places;
    const unsigned char *first; /* of all expressions; NULL: of this one */
} fixture;

/** Are there places in `text`? They are left in f->places. */
static bool places_in(fixture *f, const pare_starts *starts, const char *text)
{
    const pare_prefilter_kind *kind = pare_prefilter_choose();
    pare_span value = pare_span_of(text);
    f->edges.made = false;
    kind->count(&f->prefilter, value, &f->facts);
    kind->shape(&f->prefilter, value, &f->facts);
    return pare_starts_in(starts, value, &f->facts, f->first == NULL ? starts->first : f->first, &f->edges, &f->places);
}

/** `marked` is a text in which ^ stands before the first byte of a place and | before its last, if that is another. */
static void expect(fixture *f, const pare_starts *starts, const char *marked)
{
    char text[300];
    pare_places wanted = {0};
    size_t n = 0;
    for (; *marked != '\0'; marked++) {
        if (*marked == '^') {
            wanted.items[wanted.n].from = wanted.items[wanted.n].to = n;
            wanted.n++;
        } else if (*marked == '|') {
            wanted.items[wanted.n - 1].to = n;
        } else {
            text[n++] = *marked;
        }
    }
    text[n] = '\0';
    assert_int_equal(places_in(f, starts, text), wanted.n > 0);
    if (f->places.n != wanted.n) {
        fail_msg("\"%s\": %zu places, not %zu", text, f->places.n, wanted.n);
    }
    for (size_t i = 0; i < wanted.n; i++) {
        if (f->places.items[i].from != wanted.items[i].from || f->places.items[i].to != wanted.items[i].to) {
            fail_msg("\"%s\": %zu to %zu, not %zu to %zu", text, f->places.items[i].from, f->places.items[i].to,
                     wanted.items[i].from, wanted.items[i].to);
        }
    }
}

/** As an expression whose matches begin with one of `first`. */
static pare_starts number(fixture *f, size_t run, const char *first)
{
    pare_starts starts;
    pare_regex_facts facts = {.first_byte = -1, .has_first_bitmap = true};
    for (; *first != '\0'; first++) {
        unsigned char byte = (unsigned char)*first;
        facts.first_bitmap[byte / 8] = (unsigned char)(facts.first_bitmap[byte / 8] | 1u << byte % 8);
    }
    memset(f, 0, sizeof *f);
    memset(&starts, 0, sizeof starts);
    starts.run = f->prefilter.noted_run = run;
    pare_starts_init(&starts, PARE_START_NUMBER, false, &facts);
    return starts;
}

static void numbers_begin_where_enough_digits_are_left(void **state)
{
    (void)state;
    fixture f;
    pare_starts starts = number(&f, 7, "0123456789+(");
    expect(&f, &starts, "");
    expect(&f, &starts, "none");
    expect(&f, &starts, "call ^07700 900123"); /* but six digits are left behind the blank */
    expect(&f, &starts, "call ^07700 9001234, |1234567 a 12");
    expect(&f, &starts, "^+|44 (0)20 12");    /* the second has seven, the others fewer */
    expect(&f, &starts, "12345, 67");         /* a comma ends a run */
    expect(&f, &starts, "^2024-|1234567-12"); /* no place within a group of digits */
}

static void numbers_begin_with_what_the_expression_can_begin_with(void **state)
{
    (void)state;
    fixture f;
    pare_starts starts = number(&f, 7, "+");
    expect(&f, &starts, "07700 900123");
    expect(&f, &starts, "07700 900123, ^+44 7700 900123");
    starts = number(&f, 7, "0");
    expect(&f, &starts, "+44 ^07700 900123");
    expect(&f, &starts, "1 ^000 0000");
    expect(&f, &starts, "11 00 0000");
}

static void what_may_stand_between_digits_may_stand_before_them(void **state)
{
    (void)state;
    fixture f;
    char text[200];
    pare_starts starts = number(&f, 7, "(");
    expect(&f, &starts, "a ^( 1234567");
    /* the parenthesis in one block of 64 bytes, the digits in the next */
    (void)snprintf(text, sizeof text, "%62s^(%30s1234567", "", "");
    expect(&f, &starts, text);
    (void)snprintf(text, sizeof text, "%62s^(12%30s34567", "", "");
    expect(&f, &starts, text);
}

static void places_that_are_near_are_one(void **state)
{
    (void)state;
    fixture f;
    pare_starts starts = number(&f, 7, "0123456789");
    expect(&f, &starts, "^1234567, 2345, |1234567");
    expect(&f, &starts, "^1234567, and a good deal behind it ^1234567");
}

/** The last place reaches to the end of the value, and the first begins at `from`. */
static void expect_to_the_end(fixture *f, const pare_starts *starts, const char *text, size_t from, size_t latest)
{
    assert_true(places_in(f, starts, text));
    assert_int_equal(f->places.items[0].from, from);
    assert_true(f->places.items[f->places.n - 1].from <= latest);
    assert_int_equal(f->places.items[f->places.n - 1].to, SIZE_MAX);
}

static void more_places_than_can_be_noted_are_not_forgotten(void **state)
{
    (void)state;
    fixture f;
    char text[1000] = "";
    pare_starts starts = number(&f, 2, "0123456789");
    for (int i = 0; i < PARE_PREFILTER_MAX_RUNS; i++) {
        strcat(text, "12, ");
    }
    assert_true(places_in(&f, &starts, text));
    assert_true(f.places.n == 1 && f.places.items[0].to == 4 * (PARE_PREFILTER_MAX_RUNS - 1));
    strcat(text, "12, ");
    expect_to_the_end(&f, &starts, text, 0, 0);

    text[0] = '\0'; /* places of one run */
    for (int i = 0; i < PARE_MAX_EDGES + 1; i++) {
        strcat(text, "1 ");
    }
    expect_to_the_end(&f, &starts, text, 0, 0);
    pare_starts all = starts;
    starts = number(&f, 2, "7"); /* none of the noted will do, but another may */
    f.first = all.first;
    strcat(text, "7 7");
    expect_to_the_end(&f, &starts, text, 2 * (PARE_MAX_EDGES - 1), 2 * (PARE_MAX_EDGES - 1));

    memset(&f, 0, sizeof f); /* places far apart */
    text[0] = '\0';
    starts = (pare_starts){.byte = '@'};
    pare_starts_init(&starts, PARE_START_WORD, false, &(pare_regex_facts){.first_byte = -1});
    for (int i = 0; i < PARE_MAX_PLACES + 1; i++) {
        strcat(text, "a@b, and a good deal behind it, ");
    }
    expect_to_the_end(&f, &starts, text, 0, 32 * (PARE_MAX_PLACES - 1));

    text[0] = '\0'; /* sequences */
    starts.sequences = pare_prefilter_want_sequence(&f.prefilter, "a1");
    pare_starts_init(&starts, PARE_START_SEQUENCE, false, &(pare_regex_facts){.first_byte = -1});
    for (int i = 0; i < PARE_PREFILTER_MAX_PLACES + 4; i++) {
        strcat(text, "a1, and a good deal of it behind ");
    }
    assert_true(places_in(&f, &starts, text));
    assert_int_equal(f.places.items[f.places.n - 1].to, 33 * (PARE_PREFILTER_MAX_PLACES + 3));
    assert_int_equal(f.places.items[0].from, 0);
}

/** Runs that can't begin a match fill what can be noted, and the one that can stands behind them. */
static void a_number_behind_runs_that_are_none_is_not_forgotten(void **state)
{
    (void)state;
    fixture f;
    char text[200] = "";
    for (int i = 0; i < PARE_PREFILTER_MAX_RUNS + 1; i++) {
        strcat(text, "1234567, ");
    }
    strcat(text, "9234567");
    pare_starts starts = number(&f, 7, "9");
    memset(f.before, 0xFF, sizeof f.before);
    expect_to_the_end(&f, &starts, text, 0, 0);
}

static void words_begin_behind_blanks(void **state)
{
    (void)state;
    fixture f = {0};
    pare_regex_facts facts = {.first_byte = -1};
    pare_starts starts = {.byte = '@'};
    pare_starts_init(&starts, PARE_START_WORD, false, &facts);
    expect(&f, &starts, "none");
    expect(&f, &starts, "write to ^bob|@example.com.");
    expect(&f, &starts, "^a@b, c@d, e|@f");
    expect(&f, &starts, "^a|@b or, as was said some time ago, ^c|@d");
    expect(&f, &starts, "\n^\xC3\xBC|@f");

    memset(&f, 0, sizeof f);
    starts.sequences = pare_prefilter_want_sequence(&f.prefilter, "aa11");
    starts.sequences |= pare_prefilter_want_sequence(&f.prefilter, "1-");
    expect(&f, &starts, "none 11");
    expect(&f, &starts, "to ^(|DE89");
    expect(&f, &starts, "to ^(DE89, x|1-");
    /* on the border of two blocks of 64 bytes */
    char text[200];
    (void)snprintf(text, sizeof text, "%62s^DE8|9-", "");
    expect(&f, &starts, text);
    /* a letter beyond ASCII has more bytes than one: places are characters */
    expect(&f, &starts,
           "^a|\xC3\xBC"
           "a11");
}

static void sequences_are_where_they_are(void **state)
{
    (void)state;
    fixture f = {0};
    pare_starts starts = {0};
    pare_regex_facts facts = {.first_byte = -1, .has_first_bitmap = true};
    facts.first_bitmap['D' / 8] = 1u << 'D' % 8;
    facts.first_bitmap['G' / 8] |= 1u << 'G' % 8;
    starts.sequences = pare_prefilter_want_sequence(&f.prefilter, "aa11");
    starts.sequences |= pare_prefilter_want_sequence(&f.prefilter, "aa 1");
    pare_starts_init(&starts, PARE_START_SEQUENCE, false, &facts);
    expect(&f, &starts, "call 07700, as said");
    expect(&f, &starts, "as said, IBAN^DE89");
    expect(&f, &starts, "^DE 89, |GB29, FR30");
    expect(&f, &starts, "^GB29 and then, a good while later, ^DE 89");
}

static void what_is_alone_begins_the_value(void **state)
{
    (void)state;
    fixture f;
    pare_regex_facts facts = {.first_byte = -1, .anchored = true, .moves_start = true};
    pare_starts starts = number(&f, 7, "1");
    pare_starts_init(&starts, PARE_START_NUMBER, true, &facts);
    expect(&f, &starts, "^1234567");
    expect(&f, &starts, "^    (1234567");
    expect(&f, &starts, "^     1234567"); /* five blanks: that they are too many is left to the expression */
    expect(&f, &starts, "hello, 1234567");
    expect(&f, &starts, "    a1234567");
    memset(&f, 0, sizeof f);
    starts = (pare_starts){.byte = '@'};
    pare_starts_init(&starts, PARE_START_WORD, true, &facts);
    expect(&f, &starts, "^a@b");
    expect(&f, &starts, "^    a@b");
    expect(&f, &starts, "to me a@b");
    expect(&f, &starts, "     a@b");
}

static void what_is_tried_elsewhere_is_tried_everywhere(void **state)
{
    (void)state;
    pare_regex_facts facts = {.first_byte = -1, .anchored = true};
    pare_starts starts = {.byte = '@'};
    pare_starts_init(&starts, PARE_START_WORD, false, &facts);
    assert_int_equal(starts.kind, PARE_START_ANYWHERE);
    facts = (pare_regex_facts){.first_byte = '"', .moves_start = true};
    pare_starts_init(&starts, PARE_START_NUMBER, false, &facts);
    assert_int_equal(starts.kind, PARE_START_ANYWHERE);
    facts = (pare_regex_facts){.first_byte = '"'}; /* one byte to begin with says more than a blank */
    pare_starts_init(&starts, PARE_START_WORD, false, &facts);
    assert_int_equal(starts.kind, PARE_START_BYTE);
    fixture f = {0};
    expect(&f, &starts, "none");
    expect(&f, &starts, "a ^\"b\" c |\"d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_begin_where_enough_digits_are_left),
        cmocka_unit_test(numbers_begin_with_what_the_expression_can_begin_with),
        cmocka_unit_test(what_may_stand_between_digits_may_stand_before_them),
        cmocka_unit_test(more_places_than_can_be_noted_are_not_forgotten),
        cmocka_unit_test(a_number_behind_runs_that_are_none_is_not_forgotten),
        cmocka_unit_test(places_that_are_near_are_one),
        cmocka_unit_test(words_begin_behind_blanks),
        cmocka_unit_test(sequences_are_where_they_are),
        cmocka_unit_test(what_is_alone_begins_the_value),
        cmocka_unit_test(what_is_tried_elsewhere_is_tried_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
