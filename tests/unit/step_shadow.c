/*
 * The shadow of a text: the look for bytes that may differ against a plain loop, ranges there and back, and limits.
 * What the shadow of a text is, tests/check/redact_oracle.py holds against another calculation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/step/encoded.h"
#include "rules/step/shadow.h"

static uint32_t next_random(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static void passes_what_a_loop_passes(void **state)
{
    (void)state;
    static const unsigned char near[] = {0x24, 0x25, 0x26, 0x27, 0x7F, 0x80, 0xFF, 0x00, 0xA5, 0xA6};
    for (int round = 0; round < 20000; round++) {
        size_t len = next_random() % 40;
        unsigned char *bytes = malloc(len + 1); /* of this size, so that a byte too many is seen */
        assert_non_null(bytes);
        for (size_t i = 0; i < len; i++) {
            bytes[i] =
                next_random() % 12 == 0 ? near[next_random() % sizeof near] : (unsigned char)('a' + next_random() % 26);
        }
        for (size_t from = 0; from <= len; from++) {
            size_t expected = from;
            while (expected < len && bytes[expected] < 0x80 && bytes[expected] != '%' && bytes[expected] != '&') {
                expected++;
            }
            assert_int_equal(pare_shadow_pass((pare_span){bytes, len}, from), expected);
        }
        free(bytes);
    }
}

static pare_match make(pare_shadow *shadow, pare_shadow_space *space, const char *text)
{
    pare_span span = pare_span_of(text);
    return pare_shadow_make(shadow, space, span, pare_shadow_pass(span, 0));
}

static void expect_range(pare_range range, size_t from, size_t to)
{
    assert_int_equal(range.from, from);
    assert_int_equal(range.to, to);
}

static void maps_whole_pieces(void **state)
{
    (void)state;
    pare_shadow_space space;
    pare_shadow shadow;
    pare_shadow_space_init(&space, 1 << 20);
    assert_int_equal(make(&shadow, &space, "M\xC3\xBCller <a&amp;#64;b\xE2\x80\x8B.c\xC2\xADo>"), PARE_HIT);
    assert_true(pare_span_is(shadow.text, "M\xC3\xBCller <a@b.co>"));
    assert_int_equal(shadow.n_rounds, 2);
    expect_range(pare_shadow_back(&shadow, (pare_range){0, 7}), 0, 7);     /* what did not change */
    expect_range(pare_shadow_back(&shadow, (pare_range){9, 15}), 9, 28);   /* a@b.co */
    expect_range(pare_shadow_back(&shadow, (pare_range){10, 11}), 10, 19); /* @ */
    expect_range(pare_shadow_back(&shadow, (pare_range){11, 12}), 19,
                 20); /* b, and not the hidden character behind it */
    expect_range(pare_shadow_back(&shadow, (pare_range){12, 13}), 23, 24); /* nor the one before the point */
    expect_range(pare_shadow_forth(&shadow, (pare_range){9, 28}), 9, 15);
    expect_range(pare_shadow_forth(&shadow, (pare_range){11, 13}), 10, 11); /* within the escape */
    pare_range nothing = pare_shadow_forth(&shadow, (pare_range){20, 23});
    assert_true(nothing.from >= nothing.to);
    pare_shadow_space_clear(&space);
}

static void knows_a_text_that_is_its_own_shadow(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "plain", "caf\xC3\xA9 & 100 %", "\xE6\x9D\x8E\xE6\x98\x8E",
                                        "&nosuch; &#xD800; %zz"};
    pare_shadow_space space;
    pare_shadow_space_init(&space, 1 << 20);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pare_shadow shadow;
        assert_int_equal(make(&shadow, &space, texts[i]), PARE_MISS);
        assert_true(pare_span_is(shadow.text, texts[i]));
    }
    pare_shadow_space_clear(&space);
}

static void stops_at_its_limits(void **state)
{
    (void)state;
    pare_shadow_space space, none;
    pare_shadow shadow;
    pare_buf text;
    pare_buf_init(&text, 1 << 20);
    pare_shadow_space_init(&space, 1 << 20);
    memset(&none, 0, sizeof none);
    assert_int_equal(make(&shadow, &none, "a\xE2\x80\x8B"), PARE_UNSURE); /* no room at all */
    assert_int_equal(make(&shadow, &space, "&amp;amp;amp;amp;#64;"), PARE_UNSURE);
    assert_int_equal(make(&shadow, &space, "&amp;amp;amp;#64;"), PARE_HIT);
    assert_true(pare_span_is(shadow.text, "@"));
    for (int i = 0; i < 200; i++) {
        pare_buf_append_text(&text, "\xEF\xB7\xBA"); /* one character that becomes 18 */
    }
    pare_buf_append_byte(&text, 0);
    assert_int_equal(make(&shadow, &space, (const char *)text.ptr), PARE_UNSURE);
    pare_buf_clear(&text);
    pare_shadow_space_clear(&space);
}

/* Each byte is read, or not, whatever stands behind it: nothing beyond the text. */
static void reads_escapes_to_the_end_only(void **state)
{
    (void)state;
    static const char *const whole[] = {"&#64;", "&#x1F600;", "&commat;", "%40", "%C3%BC", "&#0000000000000064;"};
    static const uint32_t meant[] = {'@', 0x1F600, '@', '@', 0xFC, '@'};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        size_t len = strlen(whole[i]);
        for (size_t cut = 1; cut <= len; cut++) {
            unsigned char *bytes = malloc(cut);
            assert_non_null(bytes);
            memcpy(bytes, whole[i], cut);
            uint32_t character = 0;
            size_t used = pare_encoded_read((pare_span){bytes, cut}, &character);
            assert_true(used <= cut);
            if (cut == len) {
                assert_int_equal(used, len);
                assert_int_equal(character, meant[i]);
            } else if (whole[i][1] != '#') { /* a number may end before its semicolon */
                assert_int_equal(used, 0);
            }
            free(bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_what_a_loop_passes),           cmocka_unit_test(maps_whole_pieces),
        cmocka_unit_test(knows_a_text_that_is_its_own_shadow), cmocka_unit_test(stops_at_its_limits),
        cmocka_unit_test(reads_escapes_to_the_end_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
