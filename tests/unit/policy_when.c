/*
 * Tests on records: each kind against values, null and otherwise, and Kleene's tables for all, any and not.
 *
 * Tests are written as a policy writes them: `allowed_when` of the purpose `p` (strict about nulls) or `when` of the
 * field `f`, both on the column `v`.
 */
#include "rules/base/span.h"
#include "rules/policy/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STRICT = 1, WHEN = 0 };
static pare_regex_scratch *scratch;

static pare_policy *load(const char *input, const char *test, bool strict)
{
    char text[2048];
    int len = snprintf(text, sizeof text,
                       "pare: 1\ndataset: d\nrecipient: r\n%spurposes: {p: {basis: contract%s%s}}\n"
                       "fields: {f: {category: user, for: p, do: keep%s%s}}\n",
                       input, strict ? ", allowed_when: " : "", strict ? test : "",
                       strict ? "" : ", when: ", strict ? "" : test);
    assert_true(len > 0 && (size_t)len < sizeof text);
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    pare_error err;
    pare_status status = pare_policy_load(pare_span_of(text), "test.yaml", NULL, &policy, &findings, &err);
    pare_findings_free(findings);
    assert_int_equal(status, PARE_OK);
    return policy;
}

typedef struct row {
    const pare_policy *policy;
    const char *values[4]; /* of the fields that are read, in the order of the policy's reads */
} row;

static pare_span text_of(void *context, uint32_t read, bool *is_null)
{
    const row *r = context;
    pare_span text = pare_span_of(r->values[read]);
    *is_null = false;
    for (size_t i = 0; i < r->policy->nulls.n; i++) {
        *is_null = *is_null || pare_span_equal(r->policy->nulls.items[i], text);
    }
    return text;
}

static const pare_test *test_of(const pare_policy *policy, bool strict)
{
    return strict ? policy->purposes[0].allowed_when : policy->entries[0].rules[0].when;
}

/* The answers for three columns a, b, c as the test reads them. */
static pare_match ask3(const char *input, const char *test, bool strict, const char *a, const char *b, const char *c)
{
    pare_policy *policy = load(input, test, strict);
    row r = {policy, {a, b, c, ""}};
    pare_test_input in = {text_of, &r, scratch};
    pare_match match = pare_test_evaluate(test_of(policy, strict), &in);
    pare_policy_free(policy);
    return match;
}

static pare_match ask(const char *test, bool strict, const char *value)
{
    return ask3("", test, strict, value, "", "");
}

static void is_lists_what_it_means(void **state)
{
    (void)state;
    assert_int_equal(ask("{field: v, is: [yes, 'true']}", STRICT, "yes"), PARE_HIT);
    assert_int_equal(ask("{field: v, is: [yes, 'true']}", STRICT, "Yes"), PARE_MISS);
    assert_int_equal(ask("{field: v, is: [yes, 'true']}", STRICT, "maybe"), PARE_MISS);
    assert_int_equal(ask("{field: v, is: yes}", STRICT, " yes"), PARE_MISS);
    assert_int_equal(ask("{field: v, is_not: [yes]}", STRICT, "no"), PARE_HIT);
    assert_int_equal(ask("{field: v, is_not: [yes]}", STRICT, "yes"), PARE_MISS);
}

static void in_allowed_when_an_empty_value_permits_only_where_listed(void **state)
{
    (void)state;
    assert_int_equal(ask("{field: v, is: [yes]}", STRICT, ""), PARE_UNSURE);
    assert_int_equal(ask("{field: v, is: [no, '']}", STRICT, ""), PARE_HIT);
    assert_int_equal(ask("{field: v, is_not: [yes]}", STRICT, ""), PARE_UNSURE);
    assert_int_equal(ask("{field: v, is_not: ['']}", STRICT, ""), PARE_MISS);
    assert_int_equal(ask("{field: v, matches: '.*'}", STRICT, ""), PARE_UNSURE);
    assert_int_equal(ask("{field: v, less_than: 5}", STRICT, ""), PARE_UNSURE);
    assert_int_equal(ask("{field: v, before: 2020-01-01}", STRICT, ""), PARE_UNSURE);
    assert_int_equal(ask("{not: {field: v, is: [yes]}}", STRICT, ""), PARE_UNSURE);
    assert_int_equal(ask("{field: v, present: true}", STRICT, ""), PARE_MISS);
    assert_int_equal(ask("{field: v, absent: true}", STRICT, ""), PARE_HIT);
    /* a null text is as empty as the empty text, and the empty text is no value even where `nulls` forgets it */
    const char *nulls = "input: {nulls: ['NULL']}\n";
    assert_int_equal(ask3(nulls, "{field: v, is_not: [yes]}", STRICT, "NULL", "", ""), PARE_UNSURE);
    assert_int_equal(ask3(nulls, "{field: v, is: ['NULL']}", STRICT, "NULL", "", ""), PARE_HIT);
    assert_int_equal(ask3(nulls, "{field: v, is_not: [yes]}", STRICT, "", "", ""), PARE_UNSURE);
    assert_int_equal(ask3(nulls, "{field: v, present: true}", STRICT, "", "", ""), PARE_MISS);
    assert_int_equal(ask3(nulls, "{field: v, present: true}", STRICT, "NULL", "", ""), PARE_MISS);
}

static void in_when_a_null_is_compared_as_text(void **state)
{
    (void)state;
    assert_int_equal(ask("{field: v, is: [yes]}", WHEN, ""), PARE_MISS);
    assert_int_equal(ask("{field: v, is_not: [yes]}", WHEN, ""), PARE_HIT);
    assert_int_equal(ask("{field: v, matches: '^$'}", WHEN, ""), PARE_HIT);
    assert_int_equal(ask("{field: v, present: true}", WHEN, ""), PARE_MISS);
    assert_int_equal(ask("{field: v, present: true}", WHEN, " "), PARE_HIT);
    assert_int_equal(ask("{field: v, absent: true}", WHEN, ""), PARE_HIT);
    assert_int_equal(ask("{field: v, absent: true}", WHEN, "x"), PARE_MISS);
    assert_int_equal(ask("{field: v, at_least: 5}", WHEN, ""), PARE_UNSURE);
}

static void numbers_are_compared_as_numbers(void **state)
{
    (void)state;
    assert_int_equal(ask("{field: v, less_than: 18}", WHEN, "9"), PARE_HIT);
    assert_int_equal(ask("{field: v, less_than: 18}", WHEN, "18"), PARE_MISS);
    assert_int_equal(ask("{field: v, less_than: 18}", WHEN, "17.99"), PARE_HIT);
    assert_int_equal(ask("{field: v, at_least: 18}", WHEN, "18.0"), PARE_HIT);
    assert_int_equal(ask("{field: v, at_least: -0.5}", WHEN, "-1"), PARE_MISS);
    assert_int_equal(ask("{field: v, at_least: 9007199254740993}", WHEN, "9007199254740992"), PARE_MISS); /* 2^53 */
    assert_int_equal(ask("{field: v, less_than: 0.3}", WHEN, "0.29999999999999999999"), PARE_HIT);
    static const char *const unreadable[] = {"eighteen", " 18", "18 ", "1e2", "0x12",
                                             "18,5",     "NaN", "inf", "18.", NULL};
    for (size_t i = 0; unreadable[i] != NULL; i++) {
        assert_int_equal(ask("{field: v, at_least: 1}", WHEN, unreadable[i]), PARE_UNSURE);
        assert_int_equal(ask("{not: {field: v, less_than: 1}}", WHEN, unreadable[i]), PARE_UNSURE);
    }
}

static void dates_are_compared_by_day(void **state)
{
    (void)state;
    assert_int_equal(ask("{field: v, before: 2026-03-01}", WHEN, "2026-02-28"), PARE_HIT);
    assert_int_equal(ask("{field: v, before: 2026-03-01}", WHEN, "2026-03-01"), PARE_MISS);
    assert_int_equal(ask("{field: v, after: 2026-03-01}", WHEN, "2026-03-01T23:59:59Z"), PARE_MISS);
    assert_int_equal(ask("{field: v, after: 2026-03-01}", WHEN, "2026-03-02 00:00"), PARE_HIT);
    assert_int_equal(ask("{field: v, after: 2026-03-01}", WHEN, "2026-02-30"), PARE_UNSURE);
    assert_int_equal(ask("{field: v, after: 2026-03-01}", WHEN, "02/03/2026"), PARE_UNSURE);
    const char *dates = "input: {dates: ['%d/%m/%Y', '%d.%m.%Y']}\n";
    assert_int_equal(ask3(dates, "{field: v, after: 2026-03-01}", WHEN, "02/03/2026", "", ""), PARE_HIT);
    assert_int_equal(ask3(dates, "{field: v, after: 2026-03-01}", WHEN, "02.02.2026", "", ""), PARE_MISS);
    /* the policy says how dates are written: what is written otherwise is not guessed */
    assert_int_equal(ask3(dates, "{field: v, after: 2026-03-01}", WHEN, "2026-03-02", "", ""), PARE_UNSURE);
}

static void matches_looks_anywhere_and_doubts_at_its_limit(void **state)
{
    (void)state;
    char evil[64];
    memset(evil, 'a', sizeof evil - 1);
    evil[sizeof evil - 1] = '\0';
    assert_int_equal(ask("{field: v, matches: 'b+'}", WHEN, "abba"), PARE_HIT);
    assert_int_equal(ask("{field: v, matches: '^b'}", WHEN, "abba"), PARE_MISS);
    assert_int_equal(ask("{field: v, matches: '^(a+)+$'}", WHEN, "aaaa"), PARE_HIT);
    evil[sizeof evil - 3] = '!';
    evil[sizeof evil - 2] = 'b'; /* else PCRE2 sees at once that the letter is missing */
    assert_int_equal(ask("{field: v, matches: '^(a|a)*[b]'}", WHEN, evil), PARE_UNSURE);
    assert_int_equal(ask("{not: {field: v, matches: '^(a|a)*[b]'}}", WHEN, evil), PARE_UNSURE);
}

/* HIT, MISS or UNSURE of `{field: X, less_than: 1}` for "0", "2", "?". Kleene 1952, section 64. */
static void three_values_follow_kleene(void **state)
{
    (void)state;
    static const char *const values[] = {"?", "2", "0"}; /* in the order of pare_match */
    static const pare_match and[3][3] = {
        {PARE_UNSURE, PARE_MISS, PARE_UNSURE}, {PARE_MISS, PARE_MISS, PARE_MISS}, {PARE_UNSURE, PARE_MISS, PARE_HIT}};
    static const pare_match or [3][3] = {
        {PARE_UNSURE, PARE_UNSURE, PARE_HIT}, {PARE_UNSURE, PARE_MISS, PARE_HIT}, {PARE_HIT, PARE_HIT, PARE_HIT}};
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            assert_int_equal(
                ask3("", "{all: [{field: a, less_than: 1}, {field: b, less_than: 1}]}", WHEN, values[a], values[b], ""),
                and[a][b]);
            assert_int_equal(
                ask3("", "{any: [{field: a, less_than: 1}, {field: b, less_than: 1}]}", WHEN, values[a], values[b], ""),
                or [a][b]);
            pare_match inner = and[a][b];
            pare_match negated = inner == PARE_UNSURE ? PARE_UNSURE : inner == PARE_HIT ? PARE_MISS : PARE_HIT;
            assert_int_equal(ask3("", "{not: {all: [{field: a, less_than: 1}, {field: b, less_than: 1}]}}", WHEN,
                                  values[a], values[b], ""),
                             negated);
        }
    }
    /* a later part decides although an earlier one is unsure */
    assert_int_equal(ask3("", "{any: [{field: a, less_than: 1}, {field: b, less_than: 1}, {field: c, less_than: 1}]}",
                          WHEN, "?", "2", "0"),
                     PARE_HIT);
}

static void assert_explained(const char *test, const char *expected)
{
    pare_policy *policy = load("", test, WHEN);
    pare_span names[4];
    pare_buf out;
    pare_buf_init(&out, 4096);
    for (size_t i = 0; i < policy->n_reads; i++) {
        names[i] = policy->reads[i].name;
    }
    pare_test_explain(test_of(policy, WHEN), names, &out);
    pare_buf_append_byte(&out, '\0');
    assert_string_equal((const char *)out.ptr, expected);
    pare_buf_clear(&out);
    pare_policy_free(policy);
}

static void tests_read_as_english(void **state)
{
    (void)state;
    assert_explained("{field: v, is: [yes, 'true']}", "`v` is one of `yes`, `true`");
    assert_explained("{field: v, is: ''}", "`v` is empty");
    assert_explained("{field: v, is_not: a}", "`v` is not `a`");
    assert_explained(
        "{all: [{field: a, present: true}, {any: [{field: b, before: 2020-01-02}, {field: c, at_least: 0.5}]}]}",
        "`a` has a value and (`b` is before 2020-01-02 or `c` is at least 0.5)");
    assert_explained("{not: {field: v, matches: '^x'}}", "not (`v` matches `^x`)");
    assert_explained("{any: [{field: a, absent: true}, {field: b, after: 2020-01-02}, {field: c, less_than: -3}]}",
                     "`a` has no value or `b` is after 2020-01-02 or `c` is less than -3");
}

static int make_scratch(void **state)
{
    (void)state;
    return pare_regex_scratch_new(&scratch, NULL) == PARE_OK ? 0 : -1;
}

static int free_scratch(void **state)
{
    (void)state;
    pare_regex_scratch_free(scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_lists_what_it_means),
        cmocka_unit_test(in_allowed_when_an_empty_value_permits_only_where_listed),
        cmocka_unit_test(in_when_a_null_is_compared_as_text),
        cmocka_unit_test(numbers_are_compared_as_numbers),
        cmocka_unit_test(dates_are_compared_by_day),
        cmocka_unit_test(matches_looks_anywhere_and_doubts_at_its_limit),
        cmocka_unit_test(three_values_follow_kleene),
        cmocka_unit_test(tests_read_as_english),
    };
    return cmocka_run_group_tests(tests, make_scratch, free_scratch);
}
