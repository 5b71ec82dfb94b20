/*
 * Regions: what exports call them, and which telephone numbers are dialled there.
 *
 * The plans are held against an example number of every region and kind that another project publishes; without the
 * corpus that test is skipped.
 */
#include "detect_corpus.h"

#include <string.h>

static void regions_have_codes_and_names(void **state)
{
    static const char *const names[][2] = {
        {"DE", "DE"},
        {"de", "DE"},
        {"DEU", "DE"},
        {"Germany", "DE"},
        {" germany ", "DE"},
        {"Deutschland", "DE"},
        {"GB", "GB"},
        {"UK", "GB"},
        {"United Kingdom", "GB"},
        {"Scotland", "GB"},
        {"US", "US"},
        {"USA", "US"},
        {"United States", "US"},
        {"united states of america", "US"},
        {"España", "ES"},
        {"Côte d'Ivoire", "CI"},
        {"日本", "JP"},
        {"Türkiye", "TR"},
        {"Turkey", "TR"},
        {"GRC", "GR"},
        {"Kosovo", "XK"},
    };
    static const char *const unknown[] = {"", "-", "D", "XX", "XXX", "Atlantis", "Germany2", "German", "1", "49"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_string_equal(pare_region_code(pare_region_find(pare_span_of(names[i][0]))), names[i][1]);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_int_equal(pare_region_find(pare_span_of(unknown[i])), 0);
    }
    assert_string_equal(pare_region_code(0), "");
    assert_string_equal(pare_region_code(UINT16_MAX), "");
}

static pare_plan_fit fit(const char *region, const char *digits)
{
    return pare_region_fits(pare_region_find(pare_span_of(region)), (const unsigned char *)digits, strlen(digits));
}

/* By the national plans: Ofcom, Bundesnetzagentur, NANPA, CNMC, BTK. */
static void numbers_are_of_their_plan(void **state)
{
    (void)state;
    assert_int_equal(fit("GB", "02079460958"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("GB", "07700900123"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("GB", "7700900123"), PARE_PLAN_BARE);
    assert_int_equal(fit("GB", "0770090012"), PARE_PLAN_NO);
    assert_int_equal(fit("GB", "077009001234"), PARE_PLAN_NO);
    assert_int_equal(fit("GB", "04079460958"), PARE_PLAN_NO);
    assert_int_equal(fit("DE", "01711234567"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("DE", "0171123456"), PARE_PLAN_NO);
    assert_int_equal(fit("DE", "0494949"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("US", "2024561111"), PARE_PLAN_DIALLED); /* ten digits are dialled as they are */
    assert_int_equal(fit("US", "12024561111"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("US", "2021561111"), PARE_PLAN_NO);
    assert_int_equal(fit("US", "1024561111"), PARE_PLAN_NO);
    assert_int_equal(fit("CA", "6044561111"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("ES", "612345678"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("ES", "112345678"), PARE_PLAN_NO);
    assert_int_equal(fit("TR", "05321234567"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("TR", "6123456789"), PARE_PLAN_NO);
    assert_int_equal(fit("HU", "06201234567"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("BY", "80291234567"), PARE_PLAN_DIALLED);
    assert_int_equal(fit("DE", ""), PARE_PLAN_NO);
    assert_int_equal(fit("DE", "04949"), PARE_PLAN_NO); /* short codes are told from nothing else */
    assert_int_equal(fit("Atlantis", "02079460958"), PARE_PLAN_NO);
}

static void expect(rig *r, const char *region, const char *text, const char *wanted)
{
    static const char *const names[] = {"phone", NULL};
    const pare_detector_set *set = rig_set(r, names);
    const pare_scope scope = {.region = pare_region_find(pare_span_of(region))};
    char found[200] = "";
    pare_match plain =
        pare_detect_unfiltered_in(set, &scope, r->scratch, pare_span_of(text), r->hits, RIG_MAX_HITS, &r->n_hits);
    size_t n = r->n_hits;
    assert_int_equal(pare_detect_in(set, &scope, r->scratch, pare_span_of(text), r->hits, RIG_MAX_HITS, &r->n_hits),
                     plain);
    assert_int_equal(n, r->n_hits);
    for (size_t i = 0; i < r->n_hits; i++) {
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s", i == 0 ? "" : "|",
                       (int)(r->hits[i].to - r->hits[i].from), text + r->hits[i].from);
    }
    assert_string_equal(found, wanted);
}

static void a_region_tells_numbers_from_others(void **state)
{
    rig *r = *state;
    expect(r, "", "order 6123456789", "6123456789");
    expect(r, "TR", "order 6123456789", "");
    expect(r, "TR", "order 5321234567", "5321234567");
    expect(r, "TR", "call 6123456789", "6123456789");    /* announced: whatever the plan says */
    expect(r, "TR", "(612) 345-6789", "(612) 345-6789"); /* written as abroad */
    expect(r, "TR", "+16123456789", "+16123456789");
    expect(r, "", "code 91234567", "");
    expect(r, "SG", "code 91234567", "91234567");
    expect(r, "SG", "code 21234567", "");
    expect(r, "DE", "(0)3 0 -3 2 23 12 34", "(0)3 0 -3 2 23 12 34");
    expect(r, "DE", "0494949 ext. 49", "0494949 ext. 49");
    expect(r, "DE", "0494949 12 pieces", "0494949 12"); /* nobody can tell */
    expect(r, "GB", "07700 900123 12 pieces", "07700 900123");
    expect(r, "GB", "on 2024-01-15 10:30", "");
    expect(r, "GB", "4111111111111111", "");
    expect(r, "ES", "612345678, 712345678", "612345678|712345678");
}

/* National numbers as they are dialled at home, in a text without a word that announces them. */
static void example_numbers_are_found_at_home(void **state)
{
    static const char *const names[] = {"phone", NULL};
    corpus *c = *state;
    enum { FIXED, MOBILE, OTHER, SHORT, N_LINES };
    score lines[N_LINES] = {{0}};
    static const char *const kinds[N_LINES] = {"fixed", "mobile", "other", "short"};
    pare_arena arena;
    pare_arena_init(&arena, 16 << 20);
    open_corpus(c, "phone-libphonenumber/example_numbers.jsonl");
    const pare_detector_set *set = rig_set(&c->r, names);
    for (const pare_node *doc; (doc = next_line(c, &arena)) != NULL;) {
        const pare_scope scope = {.region = pare_region_find(text_of(doc, "region"))};
        pare_span prefix = text_of(doc, "national_prefix"), national = text_of(doc, "national");
        pare_span kind = text_of(doc, "type");
        bool trunk = !pare_span_is(prefix, "null") && !pare_span_is(prefix, "1");
        char text[80];
        if (scope.region == 0) {
            continue; /* 001 is the world */
        }
        int len = snprintf(text, sizeof text, "see %.*s%.*s now", trunk ? (int)prefix.len : 0, (const char *)prefix.ptr,
                           (int)national.len, (const char *)national.ptr);
        size_t line = pare_span_is(kind, "fixedLine") ? FIXED : pare_span_is(kind, "mobile") ? MOBILE : OTHER;
        score *s = &lines[len < 8 + 7 ? SHORT : line]; /* fewer than seven digits are not looked for */
        pare_match match = pare_detect_in(set, &scope, c->r.scratch, pare_span_from(text, (size_t)len), c->r.hits,
                                          RIG_MAX_HITS, &c->r.n_hits);
        s->labels++;
        s->found +=
            match == PARE_HIT && c->r.n_hits == 1 && c->r.hits[0].from == 4 && c->r.hits[0].to + 4 == (size_t)len;
    }
    pare_arena_clear(&arena);
    score all = {0};
    static const double floors[N_LINES] = {0.99, 0.99, 0.95, 0};
    for (size_t i = 0; i < N_LINES; i++) {
        report(kinds[i], &lines[i], floors[i], 0);
        all.labels += lines[i].labels;
        all.found += lines[i].found;
    }
    report("all", &all, 0.93, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, corpus_set_up, corpus_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_have_codes_and_names),
        cmocka_unit_test(numbers_are_of_their_plan),
        TEST(a_region_tells_numbers_from_others),
        TEST(example_numbers_are_found_at_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
