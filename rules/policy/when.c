/*
 * Evaluating tests by Kleene's strong logic of three values: HIT, MISS, and UNSURE for "nobody can say".
 *
 *   not UNSURE = UNSURE;  all: one MISS decides;  any: one HIT decides;  else one UNSURE makes the whole UNSURE.
 *
 * So a doubt can withhold and never permit, whichever way a policy is worded.
 */
#include "rules/policy/when.h"

#include "rules/base/span.h"
#include "rules/text/decimal.h"

static pare_match answer(bool yes)
{
    return yes ? PARE_HIT : PARE_MISS;
}

static bool listed(const pare_texts *values, pare_span text)
{
    for (size_t i = 0; i < values->n; i++) {
        if (pare_span_equal(values->items[i], text)) {
            return true;
        }
    }
    return false;
}

static bool read_date(const pare_test *test, pare_span text, pare_date *date)
{
    pare_moment moment;
    const pare_texts *patterns = test->date_patterns;
    if (patterns == NULL || patterns->n == 0) {
        bool good = pare_moment_read_iso(text, &moment);
        *date = moment.date;
        return good;
    }
    for (size_t i = 0; i < patterns->n; i++) {
        if (pare_moment_read(patterns->items[i], text, &moment)) {
            *date = moment.date;
            return true;
        }
    }
    return false;
}

static pare_match compare_date(const pare_test *test, pare_span text)
{
    pare_date date = {0, 0, 0};
    if (!read_date(test, text, &date)) {
        return PARE_UNSURE;
    }
    int order = pare_date_compare(date, test->date);
    return answer(test->kind == PARE_TEST_BEFORE ? order < 0 : order > 0);
}

static pare_match compare_number(const pare_test *test, pare_span text)
{
    int order = 0;
    if (!pare_decimal_compare(text, test->number, &order)) {
        return PARE_UNSURE;
    }
    return answer(test->kind == PARE_TEST_LESS_THAN ? order < 0 : order >= 0);
}

/* Each of the test's signals: one that was opted out of decides. */
static pare_match read_signals(const pare_test *test, pare_span text)
{
    pare_match result = PARE_HIT;
    for (unsigned s = 0; s < PARE_GPP_N_SIGNALS; s++) {
        if ((test->signals >> s & 1) == 0) {
            continue;
        }
        pare_match one = test->kind == PARE_TEST_USP ? pare_usp_not_opted_out(text)
                                                     : pare_gpp_not_opted_out(text, test->section, (pare_gpp_signal)s);
        if (one == PARE_MISS) {
            return PARE_MISS;
        }
        result = one == PARE_HIT ? result : PARE_UNSURE;
    }
    return test->signals == 0 ? PARE_UNSURE : result;
}

/* A test of one field. `no_value`: in `allowed_when` an empty text is no value even where `nulls` does not list it. */
static pare_match evaluate_field(const pare_test *test, const pare_test_input *input)
{
    bool is_null = true;
    pare_span text = input->text(input->context, test->read, &is_null);
    bool no_value = is_null || (test->strict_null && text.len == 0);
    bool found = (test->kind == PARE_TEST_IS || test->kind == PARE_TEST_IS_NOT) && listed(&test->values, text);
    if (test->kind == PARE_TEST_PRESENT || test->kind == PARE_TEST_ABSENT) {
        return answer(no_value == (test->kind == PARE_TEST_ABSENT));
    }
    if (no_value && test->strict_null && !found) {
        return PARE_UNSURE;
    }
    switch (test->kind) {
    case PARE_TEST_IS:
        return answer(found);
    case PARE_TEST_IS_NOT:
        return answer(!found);
    case PARE_TEST_MATCHES:
        return pare_regex_match(test->regex, input->regex, text, 0, false, NULL, 0);
    case PARE_TEST_BEFORE:
    case PARE_TEST_AFTER:
        return compare_date(test, text);
    case PARE_TEST_LESS_THAN:
    case PARE_TEST_AT_LEAST:
        return compare_number(test, text);
    case PARE_TEST_GPP:
    case PARE_TEST_USP:
        return read_signals(test, text);
    case PARE_TEST_PRESENT:
    case PARE_TEST_ABSENT:
    case PARE_TEST_ALL:
    case PARE_TEST_ANY:
    case PARE_TEST_NOT:
        break;
    }
    return PARE_UNSURE;
}

/* `decides` is the answer of one part that settles the whole: MISS for all, HIT for any. */
static pare_match evaluate_parts(const pare_test *test, const pare_test_input *input, pare_match decides)
{
    pare_match result = decides == PARE_MISS ? PARE_HIT : PARE_MISS;
    for (size_t i = 0; i < test->n_parts; i++) {
        pare_match part = pare_test_evaluate(test->parts[i], input);
        if (part == decides) {
            return decides;
        }
        if (part == PARE_UNSURE) {
            result = PARE_UNSURE;
        }
    }
    return result;
}

pare_match pare_test_evaluate(const pare_test *test, const pare_test_input *input)
{
    if (test->kind == PARE_TEST_ALL) {
        return evaluate_parts(test, input, PARE_MISS);
    }
    if (test->kind == PARE_TEST_ANY) {
        return evaluate_parts(test, input, PARE_HIT);
    }
    if (test->kind == PARE_TEST_NOT) {
        pare_match part = pare_test_evaluate(test->parts[0], input);
        return part == PARE_UNSURE ? PARE_UNSURE : answer(part == PARE_MISS);
    }
    return evaluate_field(test, input);
}
