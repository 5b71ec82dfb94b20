/*
 * Regular expressions: three answers, offsets, limits. Whatever is neither "match" nor "no match" must be UNSURE.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "rules/base/span.h"
#include "rules/detect/regex.h"

static pare_regex_scratch *scratch;

static int set_up(void **state)
{
    (void)state;
    return pare_regex_scratch_new(&scratch, NULL) == PARE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    pare_regex_scratch_free(scratch);
    pare_regex_scratch_free(NULL);
    return 0;
}

static pare_regex *compile(const char *pattern, bool caseless)
{
    pare_regex *regex = NULL;
    pare_error err;
    if (pare_regex_new(pare_span_of(pattern), caseless, &regex, NULL, &err) != PARE_OK) {
        fail_msg("%s: %s", pattern, err.text);
    }
    return regex;
}

static pare_match match(const char *pattern, bool caseless, const char *text)
{
    pare_regex *regex = compile(pattern, caseless);
    pare_match answer = pare_regex_match(regex, scratch, pare_span_of(text), 0, false, NULL, 0);
    pare_regex_free(regex);
    return answer;
}

static void hits_and_misses(void **state)
{
    (void)state;
    assert_int_equal(match("b", false, "abc"), PARE_HIT);
    assert_int_equal(match("x", false, "abc"), PARE_MISS);
    assert_int_equal(match("B", false, "abc"), PARE_MISS);
    assert_int_equal(match("B", true, "abc"), PARE_HIT);
    assert_int_equal(match("Ü", true, "ü"), PARE_HIT);
    assert_int_equal(match("", false, ""), PARE_HIT);
    assert_int_equal(match("^.$", false, "ü"), PARE_HIT);         /* a dot is a character, not a byte */
    assert_int_equal(match("\\d", false, "\xD9\xA3"), PARE_MISS); /* U+0663 is no ASCII digit */
    assert_int_equal(match("\\p{Nd}", false, "\xD9\xA3"), PARE_HIT);
    assert_int_equal(match("a$", false, "a\n"), PARE_MISS); /* `$` is the very end */
}

static void groups_have_offsets(void **state)
{
    (void)state;
    pare_regex *regex = compile("(?<day>\\d+)(x)?-(\\d+)", false);
    pare_range groups[6];
    assert_int_equal(pare_regex_n_groups(regex), 3);
    assert_int_equal(pare_regex_group(regex, "day"), 1);
    assert_int_equal(pare_regex_group(regex, "month"), -1);
    assert_int_equal(pare_regex_match(regex, scratch, pare_span_of("on 12-34"), 0, false, groups, 6), PARE_HIT);
    assert_int_equal(groups[0].from, 3);
    assert_int_equal(groups[0].to, 8);
    assert_int_equal(groups[1].to, 5);
    assert_true(groups[2].from == SIZE_MAX && groups[2].to == SIZE_MAX);
    assert_int_equal(groups[3].from, 6);
    assert_true(groups[4].from == SIZE_MAX && groups[5].from == SIZE_MAX);
    pare_regex_free(regex);

    regex = compile("(?<=a)b", false); /* look-behind sees what stands before the start */
    assert_int_equal(pare_regex_match(regex, scratch, pare_span_of("ab"), 1, false, groups, 1), PARE_HIT);
    assert_int_equal(groups[0].from, 1);
    assert_int_equal(pare_regex_match(regex, scratch, pare_span_of("ab"), 2, false, groups, 1), PARE_MISS);
    assert_int_equal(pare_regex_match(regex, scratch, pare_span_of("ab"), 3, false, groups, 1), PARE_UNSURE);
    pare_regex_free(regex);
}

static void refused(const char *pattern, size_t len, pare_status status)
{
    pare_regex *regex = NULL;
    pare_error err = {0};
    size_t offset = SIZE_MAX;
    assert_int_equal(pare_regex_new(pare_span_from(pattern, len), false, &regex, &offset, &err), status);
    assert_null(regex);
    assert_true(err.text[0] != '\0');
    assert_true(offset <= len);
}

static void unfit_patterns_are_refused(void **state)
{
    (void)state;
    static char big[PARE_REGEX_MAX_PATTERN + 1];
    static const char repeats[] = "((((a{1,99}b){1,99}c){1,99}d){1,99}e){1,99}";
    refused("(", 1, PARE_E_POLICY);
    refused("a\\Cb", 4, PARE_E_POLICY);
    refused("a**", 3, PARE_E_POLICY);
    refused("\xFF", 1, PARE_E_POLICY);
    refused("(?<=a\\Kb)c", 10, PARE_E_POLICY);
    memset(big, 'a', sizeof big);
    refused(big, sizeof big, PARE_E_POLICY);
    refused(repeats, sizeof repeats - 1, PARE_E_POLICY);
    char many[3 * (PARE_REGEX_MAX_GROUPS + 1)];
    for (size_t i = 0; i < sizeof many; i += 3) {
        memcpy(many + i, "(a)", 3);
    }
    refused(many, sizeof many, PARE_E_POLICY);
    pare_regex *regex = NULL;
    size_t offset = 0;
    const char unfinished[] = "(*UCP)(*LIMIT_MATCH=9"; /* PCRE2 10.42 points behind its end */
    assert_int_equal(pare_regex_new(pare_span_of(unfinished), false, &regex, &offset, NULL), PARE_E_POLICY);
    assert_true(offset <= strlen(unfinished));
    assert_int_equal(pare_regex_new(pare_span_from(many, sizeof many - 3), false, &regex, NULL, NULL), PARE_OK);
    pare_regex_free(regex);
    pare_regex_free(NULL);
}

static void whatever_is_in_doubt_is_unsure(void **state)
{
    (void)state;
    /* exponential: the match limit ends it, with JIT and without */
    assert_int_equal(match("^(a+)+$", false, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), PARE_UNSURE);
    assert_int_equal(match("(*NO_JIT)^(a+)+$", false, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), PARE_UNSURE);
    /* deep recursion: the stack of the JIT ends it, or the limit */
    size_t len = 4 << 20;
    char *deep = malloc(len);
    assert_non_null(deep);
    memset(deep, '(', len);
    pare_regex *regex = compile("^(\\((?1)*\\))*+$", false);
    assert_int_not_equal(pare_regex_match(regex, scratch, pare_span_from(deep, len), 0, false, NULL, 0), PARE_HIT);
    pare_regex_free(regex);
    free(deep);
    /* malformed UTF-8 where the caller did not vouch for it */
    regex = compile("b", false);
    assert_int_equal(pare_regex_match(regex, scratch,
                                      pare_span_of("a\xFF"
                                                   "b"),
                                      0, true, NULL, 0),
                     PARE_UNSURE);
    assert_int_equal(pare_regex_match(regex, scratch, pare_span_of("ab"), 0, true, NULL, 0), PARE_HIT);
    assert_int_equal(pare_regex_match(regex, scratch, pare_span_of("ac"), 0, true, NULL, 0), PARE_MISS);
    pare_regex_free(regex);
}

static void facts_are_lower_bounds(void **state)
{
    (void)state;
    pare_regex_facts facts;
    pare_regex *regex = compile("[a-c]x{2,5}@", false);
    pare_regex_facts_of(regex, &facts);
    assert_int_equal(facts.min_length, 4);
    assert_int_equal(facts.required_byte, '@');
    assert_true(facts.has_first_bitmap);
    assert_true((facts.first_bitmap['b' / 8] >> ('b' % 8) & 1) == 1);
    assert_true((facts.first_bitmap['x' / 8] >> ('x' % 8) & 1) == 0);
    pare_regex_free(regex);
    regex = compile("1(?i)z", false); /* a letter may stand for both its cases */
    pare_regex_facts_of(regex, &facts);
    assert_int_equal(facts.required_byte, -1);
    pare_regex_free(regex);
    regex = compile("a?", false);
    pare_regex_facts_of(regex, &facts);
    assert_int_equal(facts.min_length, 0);
    assert_int_equal(facts.required_byte, -1);
    pare_regex_free(regex);
}

static void matches_are_tried_where_asked(void **state)
{
    (void)state;
    pare_regex *regex = NULL;
    pare_range range;
    pare_span text = pare_span_of("ab ab ab");
    assert_int_equal(pare_regex_new_for_scan(pare_span_of("ab(?= |\\z)"), false, false, &regex, NULL, NULL), PARE_OK);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 0, SIZE_MAX, &range, 1), PARE_HIT);
    assert_int_equal(range.from, 0);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 1, 3, &range, 1), PARE_HIT); /* sees behind `last` */
    assert_true(range.from == 3 && range.to == 5);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 1, 2, &range, 1), PARE_MISS);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 4, 6, &range, 1), PARE_HIT);
    assert_int_equal(range.from, 6);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 2, 1, &range, 1), PARE_UNSURE);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 9, 9, &range, 1), PARE_UNSURE);
    /* the limit is not left behind */
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 1, 2, NULL, 0), PARE_MISS);
    assert_int_equal(pare_regex_match(regex, scratch, text, 1, false, &range, 1), PARE_HIT);
    assert_int_equal(range.from, 3);
    pare_regex_free(regex);
    assert_int_equal(pare_regex_new_for_scan(pare_span_of("(*NO_JIT)ab"), false, false, &regex, NULL, NULL), PARE_OK);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 1, 2, NULL, 0), PARE_MISS);
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 1, 3, NULL, 0), PARE_HIT);
    pare_regex_free(regex);
    regex = compile("ab", false); /* not made for it */
    assert_int_equal(pare_regex_match_from(regex, scratch, text, 0, 1, NULL, 0), PARE_UNSURE);
    pare_regex_free(regex);
}

static void beginnings_are_known(void **state)
{
    (void)state;
    pare_regex_facts facts;
    pare_regex *regex = compile("(?<!x)\"a", false);
    pare_regex_facts_of(regex, &facts);
    assert_int_equal(facts.first_byte, '"');
    assert_true(facts.has_first_bitmap && !facts.anchored && !facts.moves_start);
    assert_int_equal(facts.first_bitmap['"' / 8], 1 << '"' % 8);
    pare_regex_free(regex);
    regex = compile("a1", true);
    pare_regex_facts_of(regex, &facts);
    assert_int_equal(facts.first_byte, -1);
    pare_regex_free(regex);
    regex = compile("\\As{0,4}\\Kb", false);
    pare_regex_facts_of(regex, &facts);
    assert_true(facts.anchored && facts.moves_start);
    pare_regex_free(regex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hits_and_misses),
        cmocka_unit_test(groups_have_offsets),
        cmocka_unit_test(unfit_patterns_are_refused),
        cmocka_unit_test(whatever_is_in_doubt_is_unsure),
        cmocka_unit_test(facts_are_lower_bounds),
        cmocka_unit_test(matches_are_tried_where_asked),
        cmocka_unit_test(beginnings_are_known),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
