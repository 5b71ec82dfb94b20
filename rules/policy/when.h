/*
 * Tests on the record as it was read: `allowed_when`, `when`.
 *
 * Three answers (pare_match): HIT, MISS, UNSURE. all/any/not combine them by Kleene's logic, so a doubt never becomes a
 * permission: what can't be read as the date or number a test needs, a regex at its limit, and, in `allowed_when`, a
 * value that is empty or a null text and not listed, are UNSURE, and so is their `not`.
 */
#ifndef PARE_RULES_POLICY_WHEN_H
#define PARE_RULES_POLICY_WHEN_H

#include "pare/record.h"
#include "rules/base/date.h"
#include "rules/detect/regex.h"
#include "rules/policy/gpp.h"
#include "rules/text/schema.h"

typedef enum pare_test_kind {
    PARE_TEST_IS,
    PARE_TEST_IS_NOT,
    PARE_TEST_MATCHES,
    PARE_TEST_PRESENT,
    PARE_TEST_ABSENT,
    PARE_TEST_BEFORE,
    PARE_TEST_AFTER,
    PARE_TEST_LESS_THAN,
    PARE_TEST_AT_LEAST,
    PARE_TEST_GPP,
    PARE_TEST_USP,
    PARE_TEST_ALL,
    PARE_TEST_ANY,
    PARE_TEST_NOT
} pare_test_kind;

typedef struct pare_test pare_test;
struct pare_test {
    pare_test_kind kind;
    uint32_t read;           /* which field: index into pare_policy.reads */
    bool strict_null;        /* in `allowed_when`: an empty value that is not listed is UNSURE */
    pare_texts values;       /* IS, IS_NOT */
    const pare_regex *regex; /* MATCHES: somewhere in the value; anchor it to mean the whole */
    pare_date date;          /* BEFORE, AFTER (compared by day) */
    pare_span number;        /* LESS_THAN, AT_LEAST: a decimal number, as the policy writes it */
    size_t section;          /* GPP: index into pare_gpp_section_names */
    unsigned signals;        /* GPP, USP: bits, by pare_gpp_signal; none of them was opted out of */
    const pare_texts *date_patterns;
    const pare_test *const *parts; /* ALL, ANY, NOT (one) */
    size_t n_parts;
    pare_place place;
};

/**
 * Where a test finds its values: the text of a field that is read, by its index in pare_policy.reads, and whether it is
 * null.
 */
typedef struct pare_test_input {
    pare_span (*text)(void *context, uint32_t read, bool *is_null);
    void *context;
    pare_regex_scratch *regex;
} pare_test_input;

pare_match pare_test_evaluate(const pare_test *test, const pare_test_input *input);

/** In plain English: "`marketing_consent` is one of `yes`, `true`". `reads` names the fields. */
void pare_test_explain(const pare_test *test, const pare_span *read_names, pare_buf *out);

#endif
