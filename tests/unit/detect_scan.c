/*
 * Scanning with several detectors: what overlaps becomes one hit, what is in doubt withholds, and hostile text costs no
 * more than its length deserves.
 */
#include "detect_rig.h"

#include <string.h>

#include "rules/base/utf8.h"

static void expect(rig *r, const pare_detector_set *set, const char *text, const char *wanted)
{
    char found[512] = "";
    size_t at = 0;
    pare_match match = rig_scan(r, set, pare_span_of(text));
    for (size_t i = 0; i < r->n_hits; i++) {
        at += (size_t)snprintf(found + at, sizeof found - at, "%s%s:%.*s", i == 0 ? "" : "|",
                               pare_detector_name(pare_detector_set_get(set, r->hits[i].detector)),
                               (int)(r->hits[i].to - r->hits[i].from), text + r->hits[i].from);
        assert_true(at < sizeof found);
    }
    assert_int_equal(match, r->n_hits > 0 ? PARE_HIT : PARE_MISS);
    assert_string_equal(found, wanted);
}

static void hits_come_from_left_to_right(void **state)
{
    rig *r = *state;
    const pare_detector_set *set = rig_all(r);
    expect(r, set, "", "");
    expect(r, set, "nothing here", "");
    expect(r, set, "Call 07700 900123 or write to bob@example.com, card 4111 1111 1111 1111.",
           "phone:07700 900123|email:bob@example.com|card:4111 1111 1111 1111");
    expect(r, set, "a@b.example c@d.example", "email:a@b.example|email:c@d.example");
    expect(r, set, "07700 900123, 07700 900124", "phone:07700 900123|phone:07700 900124");
    expect(r, set, "030 1234567 030 1234568", "phone:030 1234567|phone:030 1234568");
    expect(r, set, "from 192.0.2.1 and 2001:db8::1", "ipv4:192.0.2.1|ipv6:2001:db8::1");
    expect(r, set, "SSN 130-07-5728, born 1970-01-02", "ssn:130-07-5728");
}

static void a_number_has_one_type(void **state)
{
    rig *r = *state;
    const pare_detector_set *set = rig_all(r);
    expect(r, set, "4111 1111 1111 1111", "card:4111 1111 1111 1111");
    expect(r, set, "378282246310005", "card:378282246310005");
    expect(r, set, "3782 822463 10005", "card:3782 822463 10005");
    expect(r, set, "DE89 3704 0044 0532 0130 00", "iban:DE89 3704 0044 0532 0130 00");
    expect(r, set, "GB29NWBK60161331926819", "iban:GB29NWBK60161331926819");
    expect(r, set, "054-28-6917", "ssn:054-28-6917");
    expect(r, set, "::ffff:192.0.2.1", "ipv6:::ffff:192.0.2.1");
    expect(r, set, "https://bob:pw@example.com/?q=bob@example.com",
           "url:https://bob:pw@example.com/?q=bob@example.com");
    expect(r, set, "07700900123@example.com", "email:07700900123@example.com");
    expect(r, set, "130-07-5728 4111111111111111", "ssn:130-07-5728|card:4111111111111111");
}

static const pare_detector *detector_of(rig *r, const char *name, const char *pattern, const char *example)
{
    char document[600];
    pare_reading reading = {&r->arena, &r->findings};
    int len = snprintf(document, sizeof document,
                       "pack: made\nversion: 1\ndetectors:\n  %s:\n    title: t\n    category: user\n"
                       "    pattern: '%s'\n    matches: [%s]\n",
                       name, pattern, example);
    assert_true(len > 0 && (size_t)len < sizeof document && r->n_packs < RIG_MAX_PACKS);
    pare_pack *pack = pare_pack_read(pare_span_from(document, (size_t)len), name, &reading);
    assert_non_null(pack);
    r->packs[r->n_packs++] = pack;
    return &pack->detectors[0];
}

static void overlaps_become_one_hit(void **state)
{
    rig *r = *state;
    const pare_detector *detectors[] = {detector_of(r, "letters", "[a-f]{3}", "abc"),
                                        detector_of(r, "middle", "c1?d+", "cd"),
                                        detector_of(r, "tail", "d[0-9]{4}", "d1234")};
    const pare_detector_set *set = pare_detector_set_build(&r->arena, detectors, 3);
    assert_non_null(set);
    expect(r, set, "abc", "letters:abc");
    expect(r, set, "cdd", "letters:cdd");                /* same bytes: the earlier detector */
    expect(r, set, "xcddd", "middle:cddd");              /* same start: the longer */
    expect(r, set, "abc1dd", "middle:abc1dd");           /* partly: both are covered, the longer names it */
    expect(r, set, "abcd9999", "tail:abcd9999");         /* a chain of three */
    expect(r, set, "abcabc", "letters:abc|letters:abc"); /* touching is not overlapping */
}

static void too_many_hits_withhold(void **state)
{
    rig *r = *state;
    const pare_detector_set *set = rig_all(r);
    char text[64 * 12 + 1] = "";
    pare_hit hits[8];
    size_t n = 0;
    for (int i = 0; i < 8; i++) {
        strcat(text, "a@b.example ");
    }
    assert_int_equal(pare_detect(set, r->scratch, pare_span_of(text), hits, 8, &n), PARE_HIT);
    assert_int_equal(n, 8);
    strcat(text, "a@b.example ");
    assert_int_equal(pare_detect(set, r->scratch, pare_span_of(text), hits, 8, &n), PARE_UNSURE);
    assert_int_equal(pare_detect_unfiltered(set, r->scratch, pare_span_of(text), hits, 8, &n), PARE_UNSURE);
}

static void a_met_limit_withholds(void **state)
{
    rig *r = *state;
    const pare_detector *detectors[] = {detector_of(r, "slow", "^(a+)+$", "aa"), detector_of(r, "other", "b", "b")};
    const pare_detector_set *set = pare_detector_set_build(&r->arena, detectors, 2);
    assert_int_equal(rig_scan(r, set, pare_span_of("aaaa!b")), PARE_HIT);
    assert_int_equal(rig_scan(r, set, pare_span_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!b")), PARE_UNSURE);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hits_come_from_left_to_right), TEST(a_number_has_one_type), TEST(overlaps_become_one_hit),
        TEST(too_many_hits_withhold),       TEST(a_met_limit_withholds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
