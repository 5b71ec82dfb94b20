/*
 * Every code that PCRE2 can return instead of an answer: none is taken for "no match". The two functions that match
 * stand in this program and are bound before the library's; while a code is armed they return it without looking
 * (pcre2api(3), "Error return values from pcre2_match()": all are negative; -1 alone is PCRE2_ERROR_NOMATCH, and 0
 * means that the offsets did not fit).
 */
#include "tests/unit/detect_rig.h"

#include <dlfcn.h>
#include <limits.h>

typedef int match_function(const void *code, const unsigned char *subject, size_t len, size_t from, uint32_t options,
                           void *data, void *context);

static struct {
    int code;       /* returned while `countdown` is at zero */
    long countdown; /* calls that still pass; negative: none fails */
    long fired;
} armed = {.countdown = -1};

static int match_or_fail(const char *name, match_function **real, const void *code, const unsigned char *subject,
                         size_t len, size_t from, uint32_t options, void *data, void *context)
{
    if (armed.countdown == 0) {
        armed.fired++;
        return armed.code;
    }
    armed.countdown -= armed.countdown > 0;
    if (*real == NULL) {
        void *found = dlsym(RTLD_NEXT, name);
        memcpy(real, &found, sizeof *real); /* POSIX.1-2017, dlsym(): ISO C has no cast for it */
    }
    return (*real)(code, subject, len, from, options, data, context);
}

match_function pcre2_match_8, pcre2_jit_match_8;

int pcre2_match_8(const void *code, const unsigned char *subject, size_t len, size_t from, uint32_t options, void *data,
                  void *context)
{
    static match_function *real;
    return match_or_fail("pcre2_match_8", &real, code, subject, len, from, options, data, context);
}

int pcre2_jit_match_8(const void *code, const unsigned char *subject, size_t len, size_t from, uint32_t options,
                      void *data, void *context)
{
    static match_function *real;
    return match_or_fail("pcre2_jit_match_8", &real, code, subject, len, from, options, data, context);
}

static const int others[] = {0, -1000, INT_MIN + 1, INT_MIN};
enum { FIRST = -2, LAST = -200, N_OTHERS = sizeof others / sizeof others[0] };

/* PCRE2 10.42 has codes down to -66; what a later one adds is an error too. */
static int nth_code(int n)
{
    return n < N_OTHERS ? others[n] : FIRST - (n - N_OTHERS);
}

enum { N_CODES = FIRST - LAST + 1 + N_OTHERS };

static void a_match_is_unsure(void **state)
{
    (void)state;
    pare_regex_scratch *scratch = NULL;
    pare_regex *regex = NULL;
    assert_int_equal(pare_regex_scratch_new(&scratch, NULL), PARE_OK);
    assert_int_equal(pare_regex_new(pare_span_of("b+"), false, &regex, NULL, NULL), PARE_OK);
    const pare_span hit = pare_span_of("abbc"), miss = pare_span_of("aac");
    pare_range range;
    for (int n = 0; n < N_CODES; n++) {
        for (int check_utf = 0; check_utf < 2; check_utf++) { /* the interpreter, and the JIT where there is one */
            armed.code = nth_code(n);
            armed.countdown = 0;
            armed.fired = 0;
            assert_int_equal(pare_regex_match(regex, scratch, hit, 0, check_utf != 0, &range, 1), PARE_UNSURE);
            assert_int_equal(pare_regex_match(regex, scratch, miss, 0, check_utf != 0, NULL, 0), PARE_UNSURE);
            assert_true(armed.fired >= 2);
            armed.countdown = -1;
        }
    }
    assert_int_equal(pare_regex_match(regex, scratch, hit, 0, false, &range, 1), PARE_HIT);
    assert_int_equal(pare_regex_match(regex, scratch, miss, 0, true, NULL, 0), PARE_MISS);
    pare_regex_free(regex);
    pare_regex_scratch_free(scratch);
}

/* Whichever of a scan's calls fails, the scan is unsure: the value is withheld. */
static void a_scan_is_unsure(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "mail ann@example.org now",         "call +49 30 1234567, or 07700 900123", "card 4111 1111 1111 1111",
        "iban DE89 3704 0044 0532 0130 00", "192.0.2.1 and https://example.org/x",  "ssn 078-05-1120"};
    rig r;
    rig_open(&r);
    const pare_detector_set *set = rig_all(&r);
    long points = 0;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        pare_span text = pare_span_of(texts[t]);
        armed.countdown = -1;
        assert_int_not_equal(rig_scan(&r, set, text), PARE_UNSURE);
        for (int n = 0; n < N_CODES; n++) {
            for (long call = 0;; call++) {
                armed.code = nth_code(n);
                armed.countdown = call;
                armed.fired = 0;
                pare_match found = rig_scan(&r, set, text);
                long fired = armed.fired;
                armed.countdown = -1;
                if (fired == 0) {
                    assert_true(call > 0);
                    break;
                }
                assert_int_equal(found, PARE_UNSURE);
                points++;
            }
        }
    }
    print_message("    %ld injected codes\n", points);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_is_unsure),
        cmocka_unit_test(a_scan_is_unsure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
