/* How long a match can be: by hand, for every shipped expression that fills a value, and against what PCRE2 matches. */
#include "detect_rig.h"

#include <string.h>

#include "rules/detect/longest.h"
#include "rules/detect/pack_examples.h"

static void by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        bool caseless;
        size_t longest;
    } cases[] = {
        {"", false, 0},
        {"abc", false, 3},
        {"a|bcd|ef", false, 3},
        {"\\d{3}-?\\d{2,4}", false, 8},
        {"(?:ab|c){0,3}x", false, 7},
        {"(?<name>ab)?(?P<other>c)(d)", false, 4},
        {"[0-9A-Z]{5}", false, 5},
        {"[0-9A-Z]{5}", true, 15}, /* U+212A is a K */
        {"(?i)[A-Z]", false, 3},
        {"[^0-9]", false, 4},
        {"[]a]b", false, 2},
        {"[\\x{e9}\\d]", false, 4},
        {".", false, 4},
        {"\\A\\s{0,4}\\K(?:ab)(?=\\s{0,4}\\z)", false, 6},
        {"(?<!\\w)a(?!xyz{5}+)$", false, 1},
        {"(?x) a b # c d\n e", false, 3},
        {"(?x) (?: a [ ] ) \\x20", false, 6},
        {"\\p{L}\\pL\\.", false, 9},
        {"\xC3\xA9", false, 4},
        {"a*", false, SIZE_MAX},
        {"a{2,}", false, SIZE_MAX},
        {"(?=a*)b", false, 1},
        {"(?:a*){0}b", false, 1},
        {"(a)\\1", false, SIZE_MAX},
        {"(a)\\g{-1}", false, SIZE_MAX},
        {"(?R)", false, SIZE_MAX},
        {"(?(1)a|b)", false, SIZE_MAX},
        {"(*UCP)a", false, SIZE_MAX},
        {"\\Qa*\\E", false, SIZE_MAX},
        {"[[:alpha:]]", false, SIZE_MAX},
        {"(a", false, SIZE_MAX},
        {"a)b", false, SIZE_MAX},
        {"[a", false, SIZE_MAX},
        {"((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))", false, SIZE_MAX},
        {"a{60000}{60000}", false, 3600000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t longest = pare_longest_match(pare_span_of(cases[i].pattern), cases[i].caseless);
        if (longest != cases[i].longest) {
            fail_msg("%s: %zu, not %zu", cases[i].pattern, longest, cases[i].longest);
        }
    }
}

static size_t longest_of(const pare_expression *expression)
{
    pare_buf text;
    pare_buf_init(&text, 4 * PARE_REGEX_MAX_PATTERN);
    assert_true(pare_expression_expand(expression, NULL, &text));
    size_t longest = pare_longest_match(pare_buf_span(&text), expression->caseless);
    pare_buf_clear(&text);
    return longest;
}

/* Whatever a shipped expression finds in any pack's examples is no longer than it may be. */
static void no_match_is_longer(void **state)
{
    rig *r = *state;
    size_t n_alone = 0, n_bounded = 0, n_matches = 0;
    pare_buf example;
    pare_buf_init(&example, 1 << 16);
    for (size_t p = 0; p < r->n_packs; p++) {
        for (size_t d = 0; d < r->packs[p]->n_detectors; d++) {
            const pare_detector *detector = &r->packs[p]->detectors[d];
            assert_true(pare_detector_compile(detector, NULL));
            for (size_t k = 0; k < detector->n_patterns; k++) {
                size_t longest = longest_of(detector->patterns[k]);
                n_alone += detector->alone[k];
                n_bounded += detector->alone[k] && longest < 400;
                for (size_t m = 0; m < detector->n_matches; m++) {
                    pare_range range;
                    (void)pare_pack_read_example(detector->matches[m], &example);
                    if (pare_regex_match(detector->patterns[k]->regex, r->scratch, pare_buf_span(&example), 0, false,
                                         &range, 1) == PARE_HIT) {
                        assert_true(range.to - range.from <= longest);
                        n_matches++;
                    }
                }
            }
        }
    }
    pare_buf_clear(&example);
    print_message("  %zu expressions fill a value, %zu of them a short one; %zu matches\n", n_alone, n_bounded,
                  n_matches);
    assert_true(n_alone - n_bounded <= 4 && n_bounded > 60 && n_matches > 500); /* addresses can be long */
}

static int set_up(void **state)
{
    rig *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return -1;
    }
    rig_open(r);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    rig_close(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test_setup_teardown(no_match_is_longer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
