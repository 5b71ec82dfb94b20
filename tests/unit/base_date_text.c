/* Dates as they are written: ISO 8601 and strptime patterns, read whole or not at all. */
#include "rules/base/date.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* One line for a moment: 1984-02-11, or 1984-02-11 14:03:00, then .fraction and zone as they stood. */
static void describe(const pare_moment *moment, char out[100])
{
    int len = snprintf(out, 100, "%04d-%02u-%02u", moment->date.year, moment->date.month, moment->date.day);
    if (moment->has_time) {
        len += snprintf(out + len, 100 - (size_t)len, " %02u:%02u:%02u", moment->hour, moment->minute, moment->second);
    }
    if (moment->fraction.len > 0) {
        len += snprintf(out + len, 100 - (size_t)len, ".%.*s", PARE_SPAN_ARGS(moment->fraction));
    }
    if (moment->zone.len > 0) {
        (void)snprintf(out + len, 100 - (size_t)len, " %.*s", PARE_SPAN_ARGS(moment->zone));
    }
}

static void iso_dates_are_read(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"1984-02-11", "1984-02-11"},
        {"0001-01-01", "0001-01-01"},
        {"9999-12-31", "9999-12-31"},
        {"2000-02-29", "2000-02-29"},
        {"1984-02-11T14:03", "1984-02-11 14:03:00"},
        {"1984-02-11 14:03:59", "1984-02-11 14:03:59"},
        {"1984-02-11t00:00:00z", "1984-02-11 00:00:00 z"},
        {"2016-12-31T23:59:60Z", "2016-12-31 23:59:60 Z"},
        {"1985-04-12T23:20:50.52Z", "1985-04-12 23:20:50.52 Z"},           /* RFC 3339 section 5.8 */
        {"1996-12-19T16:39:57-08:00", "1996-12-19 16:39:57 -08:00"},       /* likewise */
        {"1937-01-01T12:00:27.87+00:20", "1937-01-01 12:00:27.87 +00:20"}, /* likewise */
        {"2026-11-23 08:15:00.000001 +0100", "2026-11-23 08:15:00.000001 +0100"},
        {"2026-11-23 08:15+01", "2026-11-23 08:15:00 +01"},
        {"2026-11-23T08:15 Z", "2026-11-23 08:15:00 Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_moment moment;
        char text[100];
        if (!pare_moment_read_iso(pare_span_of(cases[i][0]), &moment)) {
            fail_msg("%s was not read", cases[i][0]);
        }
        describe(&moment, text);
        assert_string_equal(text, cases[i][1]);
    }
}

static void nothing_else_is_guessed(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "1984",
        "1984-02",
        "1984-2-11",
        "84-02-11",
        "19840211",
        "1984/02/11",
        "11.02.1984",
        "1984-02-30",
        "1900-02-29",
        "0000-01-01",
        "10000-01-01",
        "-1984-02-11",
        "+1984-02-11",
        "1984-02-11 ",
        " 1984-02-11",
        "1984-02-11T",
        "1984-02-11T14",
        "1984-02-11T1:03",
        "1984-02-11T24:00",
        "1984-02-11T14:60",
        "1984-02-11T14:03:61",
        "1984-02-11T14:03:",
        "1984-02-11T14:03:00.",
        "1984-02-11T14:03:00,5",
        "1984-02-11T14:03.5",
        "1984-02-11Z",
        "1984-02-11  14:03",
        "1984-02-11_14:03",
        "1984-02-11T14:03 ",
        "1984-02-11T14:03  Z",
        "1984-02-11T14:03+1",
        "1984-02-11T14:03+24:00",
        "1984-02-11T14:03+01:",
        "1984-02-11T14:03+01:60",
        "1984-02-11T14:03+010",
        "1984-02-11T14:03+01000",
        "1984-02-11T14:03UTC",
        "1984-02-11T14:03ZZ",
        "1984-W07",
        "1984-042",
        "\xEF\xBC\x91"
        "984-02-11",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_moment moment = {.second = 42};
        if (pare_moment_read_iso(pare_span_of(cases[i]), &moment)) {
            fail_msg("%s was read", cases[i]);
        }
        assert_int_equal(moment.second, 42); /* and left alone */
    }
    pare_moment moment;
    assert_false(pare_moment_read_iso(pare_span_from("1984-02-11\0", 11), &moment));
    assert_false(pare_moment_read_iso(pare_span_from(NULL, 0), &moment));
}

static void patterns_read_what_they_say(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"%Y-%m-%d", "1984-02-11", "1984-02-11"},
        {"%F", "1984-02-11", "1984-02-11"},
        {"%d.%m.%Y", "11.02.1984", "1984-02-11"},
        {"%d.%m.%Y", "1.2.1984", "1984-02-01"},
        {"%m/%d/%Y", "2/11/1984", "1984-02-11"},
        {"%D", "02/11/84", "1984-02-11"},
        {"%m/%d/%y", "02/11/68", "2068-02-11"},
        {"%m/%d/%y", "02/11/69", "1969-02-11"},
        {"%m/%d/%y", "2/1/5", "2005-02-01"},
        {"%m/%d/%y", "02/11/00", "2000-02-11"},
        {"%Y%m%d", "19840211", "1984-02-11"},
        {"%Y%m%d%H%M%S", "19840211140359", "1984-02-11 14:03:59"},
        {"%y%m%d", "840211", "1984-02-11"},
        {"%Y%j", "1984042", "1984-02-11"},
        {"%j of %Y", "366 of 2000", "2000-12-31"},
        {"%Y-%j", "2026-1", "2026-01-01"},
        {"%d %b %Y", "11 Feb 1984", "1984-02-11"},
        {"%d %b %Y", "11 FEBRUARY 1984", "1984-02-11"},
        {"%d %B %Y", "11 february 1984", "1984-02-11"},
        {"%d %B %Y", "1 may 1984", "1984-05-01"},
        {"%b %e, %Y", "Feb  1, 1984", "1984-02-01"},
        {"%b %d %Y %I:%M%p", "Jun 1 2005 1:33PM", "2005-06-01 13:33:00"}, /* an example of Python's strptime */
        {"%Y-%m-%d %I:%M %p", "1984-02-11 12:00 am", "1984-02-11 00:00:00"},
        {"%Y-%m-%d %I:%M %p", "1984-02-11 12:00 PM", "1984-02-11 12:00:00"},
        {"%Y-%m-%d %I %p", "1984-02-11 11 pm", "1984-02-11 23:00:00"},
        {"%FT%T", "1984-02-11T14:03:59", "1984-02-11 14:03:59"},
        {"%FT%T.%f%z", "1984-02-11T14:03:59.123456+0100", "1984-02-11 14:03:59.123456 +0100"},
        {"%F %T %z", "1984-02-11   14:03:59 -08:00", "1984-02-11 14:03:59 -08:00"},
        {"%F %T%Z", "1984-02-11 14:03:59Z", "1984-02-11 14:03:59 Z"},
        {"%d/%b/%Y:%T %z", "10/Oct/2000:13:55:36 -0700", "2000-10-10 13:55:36 -0700"}, /* a web server's log */
        {"%F\t%H", "1984-02-11 \t 7", "1984-02-11 07:00:00"},
        {"100%% %F", "100% 1984-02-11", "1984-02-11"},
        {"le %d\xC2\xB0 %m %Y", "le 1\xC2\xB0 2 1984", "1984-02-01"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_moment moment;
        char text[100];
        assert_null(pare_moment_check_pattern(pare_span_of(cases[i][0])));
        if (!pare_moment_read(pare_span_of(cases[i][0]), pare_span_of(cases[i][1]), &moment)) {
            fail_msg("%s was not read by %s", cases[i][1], cases[i][0]);
        }
        describe(&moment, text);
        assert_string_equal(text, cases[i][2]);
    }
}

static void texts_that_do_not_fit_or_have_two_readings_are_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"%Y-%m-%d", ""},
        {"%Y-%m-%d", "1984-02-11 "},
        {"%Y-%m-%d", " 1984-02-11"},
        {"%Y-%m-%d", "1984-02-11T14:03"},
        {"%Y-%m-%d", "1984-02-30"},
        {"%Y-%m-%d", "1984-13-01"},
        {"%Y-%m-%d", "1984-00-01"},
        {"%Y-%m-%d", "1984-01-00"},
        {"%Y-%m-%d", "0000-01-01"},
        {"%Y-%m-%d", "84-02-11"},
        {"%Y-%m-%d", "1984-002-11"},
        {"%Y-%m-%d", "+984-02-11"},
        {"%Y%m%d", "1984121"}, /* 1 December or 21 January */
        {"%Y%m%d", "1984211"},
        {"%Y%j", "198442"},
        {"%F %H%M", "1984-02-11 123"},
        {"%Y%m%d", "198402110"},
        {"%d %m %Y", "1112026"},
        {"%d %b %Y", "11 Fev 1984"},
        {"%d %b %Y", "11 Febr 1984"},
        {"%d %b %Y", "11Feb 1984"},
        {"%Y %j", "2026 0"},
        {"%Y %j", "2026 366"},
        {"%Y %j", "9999 366"},
        {"%F %I:%M %p", "1984-02-11 00:30 AM"},
        {"%F %I:%M %p", "1984-02-11 13:30 PM"},
        {"%F %I:%M %p", "1984-02-11 11:30"},
        {"%F %H", "1984-02-11 24"},
        {"%F %T", "1984-02-11 14:03:61"},
        {"%F %T.%f", "1984-02-11 14:03:00."},
        {"%F %T %Z", "1984-02-11 14:03:00 CET"},
        {"%F %T %z", "1984-02-11 14:03:00 0100"},
        {"%F", "1984-02-1\xD9\xA1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_moment moment = {.second = 42};
        assert_null(pare_moment_check_pattern(pare_span_of(cases[i][0])));
        if (pare_moment_read(pare_span_of(cases[i][0]), pare_span_of(cases[i][1]), &moment)) {
            fail_msg("%s was read by %s", cases[i][1], cases[i][0]);
        }
        assert_int_equal(moment.second, 42);
    }
}

static void patterns_that_give_no_date_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "%",
        "%Y-%m-%d%",
        "%Y-%m",
        "%m-%d",
        "%Y-%m-%d %Q",
        "%Y %Y %m %d",
        "%F %Y",
        "%y %Y-%m-%d",
        "%Y %j %d",
        "%Y %j %m",
        "%Y-%m-%d %H %I %p",
        "%F %I:%M",
        "%F %p",
        "%F %H %p",
        "%F :%M",
        "%F %H::%S",
        "%F %H.%f",
        "%F %z",
        "%F %T %z %Z",
        "%d %e %m %Y",
        "%b %B %d %Y",
        "%c",
        "%Ey-%m-%d",
        "%s",
        "%A %F",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (pare_moment_check_pattern(pare_span_of(cases[i])) == NULL) {
            fail_msg("%s was accepted", cases[i]);
        }
    }
    char endless[129] = "%F";
    pare_moment moment;
    memset(endless + 2, 'x', sizeof endless - 2);
    assert_non_null(pare_moment_check_pattern(pare_span_from(endless, sizeof endless)));
    assert_false(pare_moment_read(pare_span_from(endless, sizeof endless), pare_span_of("1984-02-11"), &moment));
}

/* Reading must be safe by a pattern that nobody checked: no date comes of it, and no byte beyond it is looked at. */
static void unchecked_patterns_are_safe(void **state)
{
    (void)state;
    static const char letters[] = "%YmdyjTFDzpI e";
    char pattern[4];
    pare_moment moment;
    for (size_t a = 0; a < sizeof letters; a++) {
        for (size_t b = 0; b < sizeof letters; b++) {
            for (size_t c = 0; c < sizeof letters; c++) {
                for (size_t d = 0; d < sizeof letters; d++) {
                    pattern[0] = letters[a];
                    pattern[1] = letters[b];
                    pattern[2] = letters[c];
                    pattern[3] = letters[d];
                    pare_span span = pare_span_from(pattern, sizeof pattern);
                    if (pare_moment_read(span, pare_span_of("11"), &moment)) {
                        fail_msg("%.4s read a date in \"11\"", pattern);
                    }
                }
            }
        }
    }
    char repeated[128];
    for (size_t i = 0; i < sizeof repeated; i += 2) {
        memcpy(repeated + i, "%F", 2);
    }
    assert_false(pare_moment_read(pare_span_from(repeated, sizeof repeated), pare_span_of("1984-02-11"), &moment));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_dates_are_read),
        cmocka_unit_test(nothing_else_is_guessed),
        cmocka_unit_test(patterns_read_what_they_say),
        cmocka_unit_test(texts_that_do_not_fit_or_have_two_readings_are_refused),
        cmocka_unit_test(patterns_that_give_no_date_are_refused),
        cmocka_unit_test(unchecked_patterns_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
