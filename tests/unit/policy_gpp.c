/*
 * Strings of the Global Privacy Platform and US Privacy strings: those that the specifications and the IAB's own
 * encoder publish, and whatever else a column may hold.
 */
#include "rules/base/span.h"
#include "rules/policy/gpp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t section(const char *name)
{
    for (size_t i = 0; pare_gpp_section_names[i] != NULL; i++) {
        if (strcmp(pare_gpp_section_names[i], name) == 0) {
            return i;
        }
    }
    fail();
    return 0;
}

static pare_match ask(const char *text, const char *name, pare_gpp_signal signal)
{
    return pare_gpp_not_opted_out(pare_span_of(text), section(name), signal);
}

/* The specification's examples: sections 2, 2 and 6, 5 and 6; and 6 alone. */
static void test_headers(void **state)
{
    (void)state;
    assert_int_equal(ask("DBABTA~1YNN", "uspv1", PARE_GPP_SALE), PARE_HIT);
    assert_int_equal(ask("DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN", "uspv1", PARE_GPP_SALE),
                     PARE_HIT);
    assert_int_equal(ask("DBACNY~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YYN", "uspv1", PARE_GPP_SALE),
                     PARE_MISS);
    assert_int_equal(ask("DBABjw~BPXuQIAPXuQIAAfKABENB-CgAAAAAAAAAAAAAAAA.YAAAAAAAAAA~1YNN", "uspv1", PARE_GPP_SALE),
                     PARE_HIT);
    assert_int_equal(ask("DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", "uspv1", PARE_GPP_SALE), PARE_UNSURE);
    assert_int_equal(ask("DBABjw~BPXuQIAPXuQIAAfKABENB-CgAAAAAAAAAAAAAAAA~1YNN~1YNN", "uspv1", PARE_GPP_SALE),
                     PARE_UNSURE);
}

/* Strings of the IAB's encoder, with what its tests say of their fields. */
static void test_published_sections(void **state)
{
    (void)state;
    /* usca: notices and choices all 1, GPC set */
    assert_int_equal(ask("DBABBg~BVWSSSVY.YA", "usca", PARE_GPP_SALE), PARE_MISS);
    assert_int_equal(ask("DBABBg~BVWSSSVY.YA", "usca", PARE_GPP_SHARING), PARE_MISS);
    assert_int_equal(ask("DBABBg~BVWSSSVY", "usca", PARE_GPP_SALE), PARE_MISS);
    assert_int_equal(ask("DBABBg~BVWSSSVY.YA", "usnat", PARE_GPP_SALE), PARE_UNSURE);
    /* defaults: everything not applicable, GPC not set */
    assert_int_equal(ask("DBABBg~BAAAAABA.QA", "usca", PARE_GPP_SALE), PARE_UNSURE);
    assert_int_equal(ask("DBABBg~BAAAAABA", "usca", PARE_GPP_SALE), PARE_UNSURE);
    assert_int_equal(ask("DBABLA~BAAAAAAAAQA.QA", "usnat", PARE_GPP_SALE), PARE_UNSURE);
    /* usnat: notices and choices all 1 */
    for (pare_gpp_signal s = PARE_GPP_SALE; s < PARE_GPP_N_SIGNALS; s++) {
        assert_int_equal(ask("DBABLA~BVVVkkkklWA", "usnat", s), PARE_MISS);
    }
}

/* Of every other state, the strings of the IAB's encoder (iabgpp-es): nothing applicable; all notices and choices 1. */
static void test_published_states(void **state)
{
    (void)state;
    static const struct {
        const char *section, *header, *none, *all;
    } cases[] = {
        {"usnat", "DBABLA", "BAAAAAAAAABA.QA", "BVVVkkkkkpFY.YA"}, /* 16 and 3 kinds of data, called version 1 */
        {"usnat", "DBABLA", "BAAAAAAAAABA", "BVVVkkkkkpFY"},
        {"usva", "DBABRg", "BAAAABA", "BVWSSVY"},
        {"usco", "DBABJg", "BAAAAEA.Q", "BVWSSVg.Y"},
        {"usco", "DBABJg", "BAAAAEA", "BVWSSVg"},
        {"usut", "DBABFg", "BAAAAAQ", "BVVkklWA"},
        {"usct", "DBABVg", "BAAAAAEA.QA", "BVWSSZFg.YA"},
        {"usfl", "DBABAw", "BAAAAABA", "BVWSSZlY"},
        {"usmt", "DBABQw", "BAAAAABA.QA", "BVWSSZFY"},
        {"usor", "DBABIw", "BAAAAAABAA.QA", "BVWSSRpFYA"},
        {"ustx", "DBABEw", "BAAAAAQ.Q", "BVWSSVW"},
        {"usde", "DBABUw", "BAAAAAABA.Q", "BVWSSSSVYA.YA"},
        {"usia", "DBABCw", "BAAAAAQ.Q", "BVVkklW"},
        {"usne", "DBABSw", "BAAAAAQ.Q", "BVWSSVW"},
        {"usnh", "DBABKw", "BAAAAABA.Q", "BVWSSZFY"},
        {"usnj", "DBABAY", "BAAAAAAAQA.QA", "BVWSSRklWA"},
        {"ustn", "DBABQY", "BAAAAAQA.QA", "BVWSSVWA"},
        {"usmn", "DBABIY", "BAAAAAQ.Q", "BVWSSVW"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s~%s", cases[i].header, cases[i].none);
        assert_int_equal(ask(text, cases[i].section, PARE_GPP_SALE), PARE_UNSURE);
        (void)snprintf(text, sizeof text, "%s~%s", cases[i].header, cases[i].all);
        assert_int_equal(ask(text, cases[i].section, PARE_GPP_SALE), PARE_MISS);
        assert_int_equal(ask(text, cases[i].section, PARE_GPP_TARGETED_ADVERTISING), PARE_MISS);
    }
    /* told of everything and opted out of nothing, sections 7 to 12 in one string; and one that tells of two */
    static const char six[] = "DBABrGA~BVVqAAEABCA~BVoYYZoI~BVoYYYI~BVoYYQg~BVaGGGCA~BVoYYYQg";
    static const char *const sections[] = {"usnat", "usca", "usva", "usco", "usut", "usct"};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        assert_int_equal(ask(six, sections[i], PARE_GPP_SALE), PARE_HIT);
    }
    /* 000001 010101 010000 101010: four notices, three choices, and 27 fields */
    assert_int_equal(ask("DBABLA~BVQqAAAACg", "usnat", PARE_GPP_SALE), PARE_HIT);
    assert_int_equal(ask("DBABLA~BVQqAAAACg", "usnat", PARE_GPP_SHARING), PARE_HIT);
    assert_int_equal(ask("DBABLA~BVQqAAAACg", "usnat", PARE_GPP_TARGETED_ADVERTISING), PARE_HIT);
    assert_int_equal(ask("DBABAw~Bqqqqqqo", "usfl", PARE_GPP_SALE),
                     PARE_UNSURE); /* opted out of nothing, told nothing */
}

/* usca, version 1: notices 1, 1, 1, choices 2, 2, covered 1: 000001 01 01 01 10 10, 18 zeros, 00 00 00 01 00 00. */
static void test_global_privacy_control(void **state)
{
    (void)state;
    assert_int_equal(ask("DBABBg~BVoAAABA", "usca", PARE_GPP_SALE), PARE_HIT);
    assert_int_equal(ask("DBABBg~BVoAAABA.QA", "usca", PARE_GPP_SALE), PARE_HIT);
    assert_int_equal(ask("DBABBg~BVoAAABA.YA", "usca", PARE_GPP_SALE), PARE_MISS);
    assert_int_equal(ask("DBABBg~BVoAAABA.Y", "usca", PARE_GPP_SHARING), PARE_MISS);
    assert_int_equal(ask("DBABBg~BVoAAABA.AA", "usca", PARE_GPP_SALE), PARE_UNSURE);
    assert_int_equal(ask("DBABBg~BVoAAABA.", "usca", PARE_GPP_SALE), PARE_UNSURE);
}

/*
 * Sections from Maryland's on. The strings of the core are those of the IAB's encoders' tests: BQAA.QA, BVVU.YA
 * (iabgpp-es 106), the same behind a section header (iabgpp-java 109). Headers of the whole by hand: 24 is 3 + 21 in
 * Fibonacci numbers, 25 is 1 + 3 + 21, 26 is 5 + 21, 27 is 1 + 5 + 21. BVWg: agreement 1; covered, mode, three notices
 * 1; choices 2.
 */
static void test_sections_with_headers(void **state)
{
    (void)state;
    static const struct {
        const char *section, *header, *own;
    } states[] = {{"usmd", "DBABEY", "YBABY"},
                  {"usin", "DBABUY", "ZBABYA"},
                  {"usky", "DBABCY", "aBABYA"},
                  {"usri", "DBABSY", "bBABYA"}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        bool maryland = i == 0;
        const struct {
            const char *core;
            pare_match match;
        } cases[] = {
            {"BQAA", PARE_UNSURE},                            /* everything not applicable */
            {maryland ? "BQAA.QA" : "BQAA.AAA", PARE_UNSURE}, /* the same with the second segment */
            {maryland ? "BVVU.YA" : "BVVV.kkk", PARE_MISS},   /* everything 1 */
            {"BVWg", PARE_HIT},
            {maryland ? "BVWg.QA" : "BVWg.AAA", PARE_HIT},
            {maryland ? "BVWg.YA" : "BVWg.kkk", maryland ? PARE_MISS : PARE_HIT},
            {maryland ? "BVWg.AAA" : "BVWg.QA", PARE_UNSURE}, /* another state's segment */
            {"BVWg.", PARE_UNSURE},
            {"BVWg.QA.QA", PARE_UNSURE},
            {"BVWgA", PARE_HIT},
            {"BVWgB", PARE_UNSURE},
            {"BVW", PARE_UNSURE},
            {"BVW_", PARE_UNSURE}, /* a field of 3 */
        };
        for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
            char text[64];
            bool one = strchr(cases[k].core, '.') != NULL;
            (void)snprintf(text, sizeof text, "%s~%s", states[i].header, cases[k].core);
            assert_int_equal(ask(text, states[i].section, PARE_GPP_SALE), cases[k].match);
            assert_int_equal(ask(text, states[i].section, PARE_GPP_TARGETED_ADVERTISING), cases[k].match);
            assert_int_equal(ask(text, states[(i + 1) % 4].section, PARE_GPP_SALE), PARE_UNSURE);
            /* behind a header that says whether there is a second segment: count 0 or 1, then 0 and 11 */
            (void)snprintf(text, sizeof text, "%s~%c%s.%s", states[i].header, states[i].own[0],
                           one ? states[i].own + 1 : "BAA", cases[k].core);
            assert_int_equal(ask(text, states[i].section, PARE_GPP_SALE), cases[k].match);
            /* it says otherwise */
            (void)snprintf(text, sizeof text, "%s~%c%s.%s", states[i].header, states[i].own[0],
                           one ? "BAA" : states[i].own + 1, cases[k].core);
            assert_int_equal(ask(text, states[i].section, PARE_GPP_SALE), PARE_UNSURE);
        }
        char text[64];
        (void)snprintf(text, sizeof text, "%s~%cCAA.BVWg", states[i].header, states[i].own[0]); /* version 2 */
        assert_int_equal(ask(text, states[i].section, PARE_GPP_SALE), PARE_UNSURE);
        (void)snprintf(text, sizeof text, "%s~%cBABG.BVWg.QA", states[i].header, states[i].own[0]); /* a segment 3 */
        assert_int_equal(ask(text, states[i].section, PARE_GPP_SALE), PARE_UNSURE);
        (void)snprintf(text, sizeof text, "%s~%cBAA", states[i].header, states[i].own[0]); /* no core */
        assert_int_equal(ask(text, states[i].section, PARE_GPP_SALE), PARE_UNSURE);
        assert_false(pare_gpp_has(section(states[i].section), PARE_GPP_SHARING));
    }
    assert_int_equal(ask("DBABEY~cBAA.BVWg", "usmd", PARE_GPP_SALE), PARE_UNSURE); /* another section's number */
}

static void test_signals(void **state)
{
    (void)state;
    assert_false(pare_gpp_has(section("usca"), PARE_GPP_TARGETED_ADVERTISING));
    assert_false(pare_gpp_has(section("usva"), PARE_GPP_SHARING));
    assert_true(pare_gpp_has(section("usnat"), PARE_GPP_SHARING));
    assert_false(pare_gpp_has(1000, PARE_GPP_SALE));
    for (size_t i = 0; pare_gpp_section_names[i] != NULL; i++) {
        assert_true(pare_gpp_has(i, PARE_GPP_SALE));
    }
    assert_int_equal(pare_gpp_not_opted_out(pare_span_of("DBABBg~BVoAAABA"), 1000, PARE_GPP_SALE), PARE_UNSURE);
}

static void test_us_privacy(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        pare_match match;
    } cases[] = {{"1YNN", PARE_HIT},     {"1YNY", PARE_HIT},    {"1YN-", PARE_HIT},    {"1YYN", PARE_MISS},
                 {"1NYN", PARE_MISS},    {"1---", PARE_UNSURE}, {"1NNN", PARE_UNSURE}, {"1-NN", PARE_UNSURE},
                 {"1Y-N", PARE_UNSURE},  {"2YNN", PARE_UNSURE}, {"1YN", PARE_UNSURE},  {"", PARE_UNSURE},
                 {"1YNNN", PARE_UNSURE}, {"1YNX", PARE_UNSURE}, {"1ynn", PARE_HIT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pare_usp_not_opted_out(pare_span_of(cases[i].text)), cases[i].match);
    }
}

/* A good string with one byte changed, in a block of its exact size, so that a reader that runs over is caught. */
static void test_every_byte(void **state)
{
    (void)state;
    static const char *const strings[] = {"DBACLMA~BVoAAABA.QA~BVVVqkAAAAA.QA", "DBABUY~ZBABYA.BVWg.kkk"};
    for (size_t s = 0; s < sizeof strings / sizeof strings[0]; s++) {
        const char *good = strings[s];
        size_t len = strlen(good);
        for (size_t cut = 0; cut <= len; cut++) {
            unsigned char *text = malloc(cut == 0 ? 1 : cut);
            assert_non_null(text);
            for (size_t at = 0; at < cut; at++) {
                for (unsigned byte = 0; byte < 256; byte++) {
                    memcpy(text, good, cut);
                    text[at] = (unsigned char)byte;
                    for (size_t i = 0; pare_gpp_section_names[i] != NULL; i++) {
                        (void)pare_gpp_not_opted_out(pare_span_from(text, cut), i, PARE_GPP_SALE);
                    }
                }
            }
            free(text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_published_sections),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_global_privacy_control),
        cmocka_unit_test(test_us_privacy),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_sections_with_headers),
        cmocka_unit_test(test_published_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
