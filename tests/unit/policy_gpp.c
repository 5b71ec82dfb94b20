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
    static const char good[] = "DBACLMA~BVoAAABA.QA~BVVVqkAAAAA.QA";
    size_t len = sizeof good - 1;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),    cmocka_unit_test(test_published_sections),
        cmocka_unit_test(test_signals),    cmocka_unit_test(test_global_privacy_control),
        cmocka_unit_test(test_us_privacy), cmocka_unit_test(test_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
