/*
 * Which expressions can backtrack badly. The evil ones are those of OWASP's page on regular expression denial of
 * service and of the papers that backtrack.h names; each of the others differs from an evil one in what makes it
 * harmless.
 */
#include "rules/policy/backtrack.h"

#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

typedef struct expectation {
    const char *pattern;
    pare_backtrack risk;
} expectation;

static void hold(const expectation *cases, size_t n, bool whole)
{
    for (size_t i = 0; i < n; i++) {
        size_t offset = 0;
        pare_backtrack risk = pare_backtrack_of(pare_span_of(cases[i].pattern), whole, &offset);
        if (risk != cases[i].risk) {
            fail_msg("%s: %d, not %d (at %zu)", cases[i].pattern, (int)risk, (int)cases[i].risk, offset);
        }
        assert_true(offset <= strlen(cases[i].pattern));
    }
}

#define FINE PARE_BACKTRACK_FINE
#define SQUARE PARE_BACKTRACK_SQUARE
#define EXPONENTIAL PARE_BACKTRACK_EXPONENTIAL

static void loops_within_loops(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"^(a+)+$", EXPONENTIAL},
        {"(a*)*b", EXPONENTIAL},
        {"([a-zA-Z]+)*x", EXPONENTIAL},
        {"(a|aa)+$", EXPONENTIAL},
        {"(a|a?)+$", EXPONENTIAL},
        {"(a|b|ab)*c", EXPONENTIAL},
        {"^(([a-z])+.)+[A-Z]([a-z])+$", EXPONENTIAL},
        {"^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))"
         "$",
         EXPONENTIAL},
        {"^(\\w+\\s?)+$", EXPONENTIAL},
        {"(?:\\d+[ -]?)+x", EXPONENTIAL},
        {"(a{1,5})+b", EXPONENTIAL},
        {"(?:a?b?)*c", EXPONENTIAL},
        {"(x{2,})*y", EXPONENTIAL},
        {"(?i)(a|A)+b", EXPONENTIAL},
        {"(?=(a+)+b)c", EXPONENTIAL},
        {"(é|.)+$", EXPONENTIAL},
        {"(\\d|\\w)+@", EXPONENTIAL},
        {"([[:alpha:]]|[a-c])+!", EXPONENTIAL},
        {"(\\p{Lu}|A)+!", EXPONENTIAL},
        {"^\\w+(?:\\s\\w+)*$", FINE},
        {"(a|b)+c", FINE},
        {"(a|A)+b", FINE},
        {"(a+b)+c", FINE},
        {"(?:a++b?)+c", FINE},
        {"(?>a+b?)+c", FINE},
        {"(\\d+,)*\\d+x", FINE},
        {"([A-Z][a-z]*)+$", FINE},
        {"([[:upper:]]|[a-c])+!", FINE},
        {"(\\p{Lu}|\\d)+!", FINE},
        {"(a{3})+b", FINE},
        {"([^,]+,)+$", FINE},
        {"([^\\]]|\\])+$", FINE},
        {"(\\Qa+\\E)+b", FINE},
        {"(\\x41|B)+c", FINE},
        {"(\\x41|A)+c", EXPONENTIAL},
    };
    hold(cases, sizeof cases / sizeof cases[0], false);
}

static void loops_side_by_side(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"^\\d+\\.?\\d*$", SQUARE}, {"\\s*\\w*\\s*=", SQUARE},
        {"a*a*b", SQUARE},          {"^.*foo.*bar", SQUARE},
        {"(.*a){12}x", SQUARE},     {"\\w+\\d+\\b", SQUARE},
        {"x{0,5000}x*y", SQUARE},   {"^\\d+(?:\\.\\d*)?$", FINE},
        {"\\d+-\\d+$", FINE},       {"a*b*c", FINE},
        {"a{0,64}a*b", FINE},       {"a++a*b", FINE},
        {"\\s*(.*)", FINE}, /* what follows can't fail */
        {"\\d+\\.?\\d*", FINE},     {"[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+$", FINE},
        {"\\w+@\\w+", FINE},
    };
    hold(cases, sizeof cases / sizeof cases[0], false);
}

/* Matched against the whole value, an expression can fail at its end. */
static void the_end_counts(void **state)
{
    (void)state;
    static const expectation cases[] = {{"\\d+\\.?\\d*", SQUARE}, {"\\s*(.*)", SQUARE}, {"\\w+@\\w+", FINE}};
    hold(cases, sizeof cases / sizeof cases[0], true);
}

/* Where it does not understand, it says nothing. */
static void what_is_not_understood_is_fine(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"", FINE},
        {"(a+)+\\1", FINE},
        {"(?R)(a+)+", FINE},
        {"(?(1)a|b)(a+)+", FINE},
        {"(*COMMIT)(a+)+", FINE},
        {"(?x)(a +)+", FINE},
        {"(a+)+(", FINE},
        {"[a", FINE},
        {"\\", FINE},
        {"(?", FINE},
        {"a{2", FINE},
        {"a{,", FINE},
        {"[[:foo:]](a+)+", FINE},
        {"(?<n", FINE},
        {"\\Qa", FINE},
        {"\\x{41", FINE},
        {"\\p{L", FINE},
        {"[\\", FINE},
        {"(?#", FINE},
        {")(a+)+", FINE},
    };
    hold(cases, sizeof cases / sizeof cases[0], false);
}

/* Each is taken apart in bounded time, whatever stands in it. */
static void large_expressions_end(void **state)
{
    (void)state;
    char text[4096];
    size_t offset = 0;
    memset(text, '(', sizeof text);
    assert_int_equal(pare_backtrack_of(pare_span_from(text, sizeof text), false, &offset), FINE);
    memset(text, '.', sizeof text);
    assert_int_equal(pare_backtrack_of(pare_span_from(text, sizeof text), false, &offset), FINE);
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = ".*"[i % 2];
    }
    assert_int_equal(pare_backtrack_of(pare_span_from(text, 200), true, &offset), SQUARE);
    size_t n = 0;
    text[n++] = '(';
    for (size_t i = 0; i < 120; i++) { /* so many pairs that the budget may end it: any answer, and soon */
        memcpy(text + n, ".a|", 3);
        n += 3;
    }
    memcpy(text + n, "b)*c", 4);
    pare_backtrack_of(pare_span_from(text, n + 4), true, &offset);
    n = 0;
    for (; n < 30; n++) {
        text[n] = '(';
    }
    text[n++] = 'a';
    for (size_t i = 0; i < 30; i++, n += 4) {
        memcpy(text + n, "){2}", 4);
    }
    assert_int_equal(pare_backtrack_of(pare_span_from(text, n), false, &offset), FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loops_within_loops),    cmocka_unit_test(loops_side_by_side),
        cmocka_unit_test(the_end_counts),        cmocka_unit_test(what_is_not_understood_is_fine),
        cmocka_unit_test(large_expressions_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
