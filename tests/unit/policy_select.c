/*
 * Selection: exact or position before glob before regex, the first among equals; globs against an independent matcher.
 */
#include "rules/base/span.h"
#include "rules/policy/select.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_most_exact_entry_wins(void **state)
{
    (void)state;
    static const char text[] = "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {basis: contract}}\nfields:\n"
                               "  /mail/: {do: drop}\n"   /* 0 */
                               "  /e?mail/: {do: drop}\n" /* 1: never before 0 */
                               "  '*': {do: drop}\n"      /* 2 */
                               "  'utm_*': {do: drop}\n"  /* 3: never before 2 */
                               "  email: {do: drop}\n"    /* 4 */
                               "  '#3': {do: drop}\n"     /* 5 */
                               "  '#id': {do: drop}\n";   /* 6: a name, not a position */
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    pare_error err;
    pare_regex_scratch *scratch = NULL;
    assert_int_equal(pare_policy_load(pare_span_of(text), "t", NULL, &policy, &findings, &err), PARE_OK);
    assert_int_equal(pare_regex_scratch_new(&scratch, &err), PARE_OK);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("email"), 1), 4);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("email"), 3), 4); /* both exact: the first in the file */
    assert_int_equal(pare_select(policy, scratch, pare_span_of("utm_source"), 3), 5);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("utm_source"), 2), 2);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("mail"), 2), 2);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("#id"), 2), 6);
    assert_int_equal(pare_select(policy, scratch, pare_span_of(""), 1), 2);
    pare_regex_scratch_free(scratch);
    pare_findings_free(findings);
    pare_policy_free(policy);
}

static void regexes_match_anywhere_and_none_is_none(void **state)
{
    (void)state;
    static const char text[] =
        "pare: 1\ndataset: d\nrecipient: r\nfields: {/^addr_/: {do: drop}, '/(a|a)*[b]!/': {do: drop}}\n";
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    pare_error err;
    pare_regex_scratch *scratch = NULL;
    assert_int_equal(pare_policy_load(pare_span_of(text), "t", NULL, &policy, &findings, &err), PARE_OK);
    assert_int_equal(pare_regex_scratch_new(&scratch, &err), PARE_OK);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("addr_1"), 1), 0);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("my_addr_1"), 1), -1);
    assert_int_equal(pare_select(policy, scratch, pare_span_of("xaab!"), 1), 1);
    /* at its limit a regex can't say: the caller refuses */
    assert_int_equal(
        pare_select(policy, scratch, pare_span_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab?!b"), 1), -2);
    pare_regex_scratch_free(scratch);
    pare_findings_free(findings);
    pare_policy_free(policy);
}

static void globs_agree_with_fnmatch(void **state)
{
    (void)state;
    static const char alphabet[] = "ab*?";
    unsigned seed = 7;
    for (int i = 0; i < 20000; i++) {
        char glob[8] = {0};
        char name[10] = {0};
        seed = seed * 1103515245 + 12345;
        unsigned bits = seed >> 8;
        size_t glob_len = bits % 8;
        size_t name_len = (bits >> 3) % 10;
        for (size_t k = 0; k < glob_len; k++) {
            seed = seed * 1103515245 + 12345;
            glob[k] = alphabet[(seed >> 16) % 4];
        }
        for (size_t k = 0; k < name_len; k++) {
            seed = seed * 1103515245 + 12345;
            name[k] = alphabet[(seed >> 16) % 2];
        }
        glob[glob_len < 8 ? glob_len : 7] = '\0';
        bool expected = fnmatch(glob, name, FNM_NOESCAPE) == 0;
        if (pare_glob_match(pare_span_of(glob), pare_span_of(name)) != expected) {
            fail_msg("glob %s, name %s: expected %d", glob, name, expected);
        }
    }
}

static void a_question_mark_is_one_character(void **state)
{
    (void)state;
    assert_true(pare_glob_match(pare_span_of("stra?e"), pare_span_of("stra\xC3\x9F"
                                                                     "e")));
    assert_false(pare_glob_match(pare_span_of("stra??e"), pare_span_of("stra\xC3\x9F"
                                                                       "e")));
    assert_true(pare_glob_match(pare_span_of("*?e"), pare_span_of("\xC3\x9F"
                                                                  "e")));
    assert_false(pare_glob_match(pare_span_of("*??e"), pare_span_of("\xC3\x9F"
                                                                    "e")));
    assert_true(pare_glob_match(pare_span_of("[a]"), pare_span_of("[a]"))); /* nothing else is special */
    assert_false(pare_glob_match(pare_span_of("[a]"), pare_span_of("a")));
    assert_true(pare_glob_match(pare_span_of("a\\*"), pare_span_of("a\\b")));
}

static void many_stars_end_soon(void **state)
{
    (void)state;
    char name[4001];
    memset(name, 'a', 4000);
    name[4000] = '\0';
    assert_false(pare_glob_match(pare_span_of("*a*a*a*a*a*a*a*a*a*a*b"), pare_span_of(name)));
    assert_true(pare_glob_match(pare_span_of("*a*a*a*a*a*a*a*a*a*a*"), pare_span_of(name)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_exact_entry_wins), cmocka_unit_test(regexes_match_anywhere_and_none_is_none),
        cmocka_unit_test(globs_agree_with_fnmatch),  cmocka_unit_test(a_question_mark_is_one_character),
        cmocka_unit_test(many_stars_end_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
