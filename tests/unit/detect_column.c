/*
 * What the name of a column says: how it is read as words, which detectors it announces or rules out, and the headings
 * of tables that stand within a text.
 */
#include "detect_rig.h"

#include <string.h>

#include "rules/detect/column.h"

static void names_are_read_as_words(void **state)
{
    static const char *const names[][2] = {
        {"ssn", "ssn"},
        {"passport_no", "passport no"},
        {"PassportNo", "Passport No"},
        {"PASSPORT-NO", "PASSPORT NO"},
        {"passport no 2", "passport no"},
        {"SSNNumber", "SSN Number"},
        {"customerSSN1", "customer SSN"},
        {"address.postal_code", "address postal code"},
        {"__tax__id__", "tax id"},
        {"Führerschein-Nr.", "Führerschein Nr"},
        {"№", "№"},
        {"2024", ""},
        {"", ""},
        {"__", ""},
        {"line2address", "line2address"},
    };
    char words[PARE_COLUMN_WORDS_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t len = pare_column_words(pare_span_of(names[i][0]), words);
        assert_int_equal(len, strlen(names[i][1]));
        assert_memory_equal(words, names[i][1], len);
        assert_string_equal(words + len, ": ");
    }
}

static void a_name_that_is_too_long_says_nothing(void **state)
{
    char name[4 * PARE_COLUMN_WORDS_BYTES], words[PARE_COLUMN_WORDS_BYTES];
    (void)state;
    memset(name, 'a', sizeof name);
    for (size_t len = 0; len <= sizeof name; len++) {
        size_t n = pare_column_words(pare_span_from(name, len), words);
        assert_true(n == len || (n == 0 && len + 6 > PARE_COLUMN_WORDS_BYTES));
        assert_string_equal(words + n, ": ");
    }
}

static void headings_stand_above_cells(void **state)
{
    static const struct {
        const char *text, *match, *heading; /* NULL: none */
    } cases[] = {
        {"a,ssn\nann,123", "123", "ssn"},
        {"a,ssn\nann,123\n", "123", "ssn"},
        {"a,ssn\r\nann,123\r\n", "123", "ssn\r"},
        {"a;b;c\n1;2;3\n4;123;6", "123", "b"},
        {"a\tb\n123\tx", "123", "a"},
        {"a|b\n\"x\"|\"123\"", "123", "b"},
        {"a,b\nx, 123", "123", NULL},  /* not all of its cell */
        {"a,b\nx,123;y", "123", NULL}, /* another delimiter behind */
        {"a,123\nx,y", "123", NULL},   /* the heading itself */
        {"a\nx,y,123", "123", NULL},   /* no such cell above */
        {"123", "123", NULL},
        {"see\n123", "123", NULL}, /* a line is no cell */
        {"see,this\n123", "123", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_span text = pare_span_of(cases[i].text), heading;
        size_t from = (size_t)(strstr(cases[i].text, cases[i].match) - cases[i].text);
        pare_range match = {from, from + strlen(cases[i].match)};
        bool found = pare_column_heading(text, match, &heading);
        if (found != (cases[i].heading != NULL) || (found && !pare_span_is(heading, cases[i].heading))) {
            fail_msg("case %zu", i);
        }
    }
}

/* Many matches in a long line cost no more than few: beyond a limit there is no heading. */
static void far_headings_are_not_looked_for(void **state)
{
    char text[4096];
    pare_span heading;
    (void)state;
    memset(text, ',', sizeof text);
    text[1] = '\n';
    memcpy(text + 4000, "123", 3);
    assert_false(pare_column_heading(pare_span_from(text, sizeof text), (pare_range){4000, 4003}, &heading));
    memset(text, 'x', sizeof text);
    text[3500] = '\n';
    memcpy(text + 3501, ",123", 4);
    assert_false(pare_column_heading(pare_span_from(text, sizeof text), (pare_range){3502, 3505}, &heading));
}

/** Is anything found in `value`, with the prefilter and without, in a column of that name? */
static bool found_in(rig *r, const char *detector, const char *column, const char *value)
{
    const char *const names[] = {detector, NULL};
    const pare_detector_set *set = rig_set(r, names);
    const pare_scope scope = {
        .column =
            column == NULL ? NULL : pare_detector_set_read_column(&r->arena, set, r->scratch, pare_span_of(column))};
    assert_true(column == NULL || scope.column != NULL);
    pare_match one = pare_detect_in(set, &scope, r->scratch, pare_span_of(value), r->hits, RIG_MAX_HITS, &r->n_hits);
    pare_match two =
        pare_detect_unfiltered_in(set, &scope, r->scratch, pare_span_of(value), r->hits, RIG_MAX_HITS, &r->n_hits);
    assert_int_equal(one, two);
    assert_int_not_equal(one, PARE_UNSURE);
    return one == PARE_HIT;
}

static void a_column_announces_what_is_in_it(void **state)
{
    rig *r = *state;
    assert_false(found_in(r, "passport", NULL, "C01X00T47"));
    assert_false(found_in(r, "passport", "code", "C01X00T47"));
    assert_true(found_in(r, "passport", "passport_no", "C01X00T47"));
    assert_true(found_in(r, "passport", "customerPassport", "C01X00T47"));
    assert_true(found_in(r, "passport", "Reisepass-Nr. 2", "seen: C01X00T47"));
    assert_true(found_in(r, "birth_date", "dob", "1985-03-12"));
    assert_true(found_in(r, "birth_date", "Geburtsdatum", "12.03.1985"));
    assert_false(found_in(r, "birth_date", "order_date", "1985-03-12"));
    assert_true(found_in(r, "us_npi", "provider_npi", "NP-1234567893"));
    assert_true(found_in(r, "phone", "mobile_phone", "555123 4"));
    assert_false(found_in(r, "phone", "text", "order 5551234 came"));
    assert_false(found_in(r, "phone", "call_notes", "order 5551234 came"));
}

static void a_column_of_other_numbers_rules_out(void **state)
{
    rig *r = *state;
    assert_true(found_in(r, "ssn", NULL, "130-07-5728"));
    assert_false(found_in(r, "ssn", "tracking_number", "130-07-5728"));
    assert_false(found_in(r, "ssn", "TrackingNo", " 130-07-5728 "));
    assert_true(found_in(r, "ssn", "tracking_number", "130-07-5728 is wrong")); /* a text is asked for what it says */
    assert_true(found_in(r, "ssn", "tracking_notes", "130-07-5728"));
    assert_true(found_in(r, "ssn", "ssn_reference_number", "130-07-5728")); /* announced and ruled out: found */
    assert_true(found_in(r, "ssn", "customer_id", "130-07-5728"));
}

static void tables_within_a_text_have_headings(void **state)
{
    rig *r = *state;
    assert_true(found_in(r, "passport", NULL, "name,passport\nann,123456789\n"));
    assert_false(found_in(r, "passport", NULL, "passport,name\nann,123456789\n"));
    assert_false(found_in(r, "ssn", NULL, "name,order_id\nann,130-07-5728\n"));
    assert_true(found_in(r, "ssn", NULL, "order_id,name\nann,130-07-5728\n"));
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
        cmocka_unit_test(names_are_read_as_words),
        cmocka_unit_test(a_name_that_is_too_long_says_nothing),
        cmocka_unit_test(headings_stand_above_cells),
        cmocka_unit_test(far_headings_are_not_looked_for),
        cmocka_unit_test_setup_teardown(a_column_announces_what_is_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_column_of_other_numbers_rules_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_within_a_text_have_headings, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
