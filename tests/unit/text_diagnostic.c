/*
 * Findings: how they are kept, ordered and shown, and the nearest name.
 */
#include "rules/base/span.h"
#include "rules/text/diagnostic.h"
#include "rules/text/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_buf(const pare_buf *buf, const char *expected)
{
    assert_int_equal(buf->status, PARE_OK);
    char text[4096];
    assert_true(buf->len < sizeof text);
    memcpy(text, buf->ptr, buf->len);
    text[buf->len] = '\0';
    assert_string_equal(text, expected);
}

static void a_finding_looks_like_a_compilers(void **state)
{
    (void)state;
    pare_diagnostics list;
    pare_buf out;
    pare_diagnostics_init(&list);
    pare_buf_init(&out, 1 << 16);
    pare_diagnostics_document(&list, "policy.yaml", pare_span_of("pare: 1\r\n    purpse: [measurement]\nlast"));
    pare_place place = {2, 5, 6};
    pare_diagnostic *finding = pare_diagnose(&list, PR021, place, "unknown key `%s`", "purpse");
    finding->label = "not a key of a field rule";
    finding->help = pare_diagnostic_text(&list, "did you mean `%s`?", "purpose");
    finding->note = "a note";
    pare_diagnostics_render(&list, false, &out);
    assert_buf(&out, "error[PR021]: unknown key `purpse`\n"
                     "  --> policy.yaml:2:5\n"
                     "   |\n"
                     " 2 |     purpse: [measurement]\n"
                     "   |     ^^^^^^ not a key of a field rule\n"
                     "   = help: did you mean `purpose`?\n"
                     "   = note: a note\n"
                     "\n"
                     "1 error, 0 warnings\n");
    pare_buf_clear(&out);
    pare_diagnostics_clear(&list);
}

static void findings_come_in_the_order_of_the_document(void **state)
{
    (void)state;
    pare_diagnostics list;
    pare_buf out;
    pare_diagnostics_init(&list);
    pare_buf_init(&out, 1 << 16);
    pare_diagnostics_document(&list, "p", pare_span_of("ab\ncd\n"));
    const pare_place places[] = {{2, 2, 1}, {1, 1, 1}, {2, 1, 1}, {2, 1, 1}};
    const char *const names[] = {"fourth", "first", "second", "third"};
    for (size_t i = 0; i < 4; i++) {
        pare_diagnose(&list, i == 0 ? PR090 : PR021, places[i], "%s", names[i]);
    }
    pare_diagnostics_render_json(&list, &out);
    pare_buf_append_byte(&out, '\0');
    const char *text = (const char *)out.ptr;
    assert_true(strstr(text, "first") < strstr(text, "second"));
    assert_true(strstr(text, "second") < strstr(text, "third"));
    assert_true(strstr(text, "third") < strstr(text, "fourth"));
    assert_int_equal(list.n_errors, 3);
    assert_int_equal(list.n_warnings, 1);
    pare_buf_clear(&out);
    pare_diagnostics_clear(&list);
}

static void names_cannot_steer_a_terminal(void **state)
{
    (void)state;
    pare_buf out;
    pare_buf_init(&out, 4096);
    pare_text_append_harmless(&out, pare_span_from("a\x1b[31m\xC2\x9B\xE2\x80\xAEz\\d\xFF\n", 16));
    assert_buf(&out, "a\\x1b[31m\xEF\xBF\xBD\xEF\xBF\xBDz\\d\\xff\\x0a");
    pare_buf_reset(&out);
    pare_text_append_json(&out, pare_span_from("\"\\\n\x01\xC3\xA9\xFF", 7));
    assert_buf(&out, "\"\\\"\\\\\\u000a\\u0001\xC3\xA9\xEF\xBF\xBD\"");
    pare_buf_clear(&out);
}

static void the_caret_stands_under_its_character(void **state)
{
    (void)state;
    pare_diagnostics list;
    pare_buf out;
    pare_diagnostics_init(&list);
    pare_buf_init(&out, 1 << 16);
    pare_diagnostics_document(&list, "p", pare_span_of("\xC3\xA9\t\xE2\x80\xAE\x01x"));
    const pare_place place = {1, 5, 99}; /* longer than the line: cut at its end */
    pare_diagnose(&list, PR021, place, "m");
    pare_diagnostics_render(&list, false, &out);
    assert_buf(&out, "error[PR021]: m\n  --> p:1:5\n   |\n"
                     " 1 | \xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBDx\n"
                     "   |     ^\n\n1 error, 0 warnings\n");
    pare_buf_clear(&out);
    pare_diagnostics_clear(&list);
}

static void a_long_line_is_cut_around_the_caret(void **state)
{
    (void)state;
    static char line[1001];
    pare_diagnostics list;
    pare_buf out;
    memset(line, 'a', 1000);
    line[500] = 'X';
    pare_diagnostics_init(&list);
    pare_buf_init(&out, 1 << 16);
    pare_diagnostics_document(&list, "p", pare_span_of(line));
    const pare_place place = {1, 501, 1};
    pare_diagnose(&list, PR021, place, "m");
    pare_diagnostics_render(&list, false, &out);
    pare_buf_append_byte(&out, '\0');
    const char *shown = strstr((const char *)out.ptr, " 1 | ...");
    assert_non_null(shown);
    const char *caret = strstr(shown, "   | ") + 5;
    assert_int_equal(strcspn(shown + 5, "X"), strcspn(caret, "^"));
    assert_true(strcspn(shown, "\n") < 140);
    pare_buf_clear(&out);
    pare_diagnostics_clear(&list);
}

/* Lines end where libyaml ends them, or the excerpt would show another line than the one that is meant. */
static void every_line_end_counts(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        pare_diagnostics list;
        pare_buf source;
        pare_buf out;
        pare_diagnostics_init(&list);
        pare_buf_init(&source, 100);
        pare_buf_init(&out, 1 << 12);
        pare_buf_printf(&source,
                        "\xEF\xBB\xBF"
                        "one%stwo%s",
                        ends[i], ends[i]);
        pare_diagnostics_document(&list, "p", pare_buf_span(&source));
        const pare_place first = {1, 1, 3};
        const pare_place second = {2, 1, 3};
        const pare_place beyond = {9, 1, 3};
        pare_diagnose(&list, PR021, first, "m");
        pare_diagnose(&list, PR090, second, "m");
        pare_diagnose(&list, PR021, beyond, "m");
        pare_diagnostics_render(&list, true, &out);
        pare_buf_append_byte(&out, '\0');
        assert_non_null(strstr((const char *)out.ptr, " 1 |\x1b[0m one\n"));
        assert_non_null(strstr((const char *)out.ptr, " 2 |\x1b[0m two\n"));
        assert_non_null(strstr((const char *)out.ptr, "p:9:1\n\n"));
        pare_buf_clear(&out);
        pare_buf_clear(&source);
        pare_diagnostics_clear(&list);
    }
}

static void documents_stay_apart(void **state)
{
    (void)state;
    pare_diagnostics list;
    pare_buf out;
    const pare_place late = {2, 1, 1};
    const pare_place early = {1, 1, 1};
    pare_diagnostics_init(&list);
    pare_buf_init(&out, 1 << 12);
    pare_diagnostics_render_json(&list, &out);
    assert_buf(&out, "[]\n");
    pare_buf_reset(&out);
    pare_diagnostics_render(&list, false, &out);
    assert_int_equal(out.len, 0);
    pare_diagnostics_document(&list, "first\n.yaml", pare_span_of("a\nb\n"));
    pare_diagnose(&list, PR021, late, "in the first");
    pare_diagnostics_document(&list, "second.yaml", pare_span_of("a\nb\n"));
    pare_diagnose(&list, PR021, early, "in the second")->label = "l";
    pare_diagnostics_render_json(&list, &out);
    assert_buf(&out,
               "[\n  {\"code\": \"PR021\", \"severity\": \"error\", \"file\": \"first\\\\x0a.yaml\", \"line\": 2, "
               "\"column\": 1, \"length\": 1, \"message\": \"in the first\", \"label\": null, \"help\": null, "
               "\"note\": null, \"allowed\": null},\n"
               "  {\"code\": \"PR021\", \"severity\": \"error\", \"file\": \"second.yaml\", \"line\": 1, "
               "\"column\": 1, \"length\": 1, \"message\": \"in the second\", \"label\": \"l\", \"help\": null, "
               "\"note\": null, \"allowed\": null}\n]\n");
    pare_buf_clear(&out);
    pare_diagnostics_clear(&list);
}

static void findings_beyond_a_thousand_are_counted(void **state)
{
    (void)state;
    pare_diagnostics list;
    pare_buf out;
    const pare_place place = {1, 1, 1};
    pare_diagnostics_init(&list);
    pare_buf_init(&out, 1 << 20);
    pare_diagnostics_document(&list, "p", pare_span_of("x"));
    for (int i = 0; i < 1500; i++) {
        pare_diagnose(&list, PR021, place, "m")->help = "h";
    }
    assert_int_equal(list.n_errors, 1500);
    pare_diagnostics_render(&list, false, &out);
    pare_buf_append_byte(&out, '\0');
    assert_non_null(strstr((const char *)out.ptr, "1500 errors, 0 warnings; the first 1000 are shown"));
    pare_buf_clear(&out);
    pare_diagnostics_clear(&list);
}

static void memory_that_runs_out_gives_a_spare_finding(void **state)
{
    (void)state;
    pare_diagnostics list;
    const pare_place place = {1, 1, 1};
    pare_diagnostics_init(&list);
    list.arena.ceiling = 1;
    pare_diagnostics_document(&list, "p", pare_span_of("x"));
    assert_non_null(pare_diagnose(&list, PR021, place, "m"));
    assert_true(list.out_of_memory);
    assert_int_equal(list.n_errors, 1);
    pare_diagnostics_clear(&list);
}

static void the_nearest_name_is_near(void **state)
{
    (void)state;
    static const char *const names[] = {"purposes", "retention", "for", "do", "is", "is_not", "as", NULL};
    static const struct {
        const char *text, *nearest;
    } cases[] = {
        {"purpses", "purposes"},
        {"prupose", "purposes"},
        {"PURPOSES", "purposes"}, /* one swap and one letter */
        {"retetnion", "retention"},
        {"fro", "for"},
        {"f", NULL}, /* two away from a short name */
        {"fo", "for"},
        {"xyz", NULL},
        {"", NULL},
        {"isnot", "is_not"},
        {"retain", NULL},
        {"purp", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = pare_nearest_name(pare_span_of(cases[i].text), names);
        if (cases[i].nearest == NULL) {
            assert_null(found);
        } else {
            assert_non_null(found);
            assert_string_equal(found, cases[i].nearest);
        }
    }
}

static void every_code_explains_itself(void **state)
{
    (void)state;
    assert_string_equal(pare_code_find("pr021")->title, pare_code_entry_of(PR021)->title);
    assert_null(pare_code_find("PR999"));
    for (int code = 0; code < PARE_N_CODES; code++) {
        const pare_code_entry *entry = pare_code_entry_of((pare_code)code);
        assert_int_equal(strlen(entry->name), 5);
        assert_true(strlen(entry->title) > 5);
        assert_true(strlen(entry->explanation) > strlen(entry->title));
        assert_true(code == 0 || strcmp(pare_code_entry_of((pare_code)(code - 1))->name, entry->name) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_looks_like_a_compilers),
        cmocka_unit_test(findings_come_in_the_order_of_the_document),
        cmocka_unit_test(names_cannot_steer_a_terminal),
        cmocka_unit_test(the_caret_stands_under_its_character),
        cmocka_unit_test(a_long_line_is_cut_around_the_caret),
        cmocka_unit_test(every_line_end_counts),
        cmocka_unit_test(documents_stay_apart),
        cmocka_unit_test(findings_beyond_a_thousand_are_counted),
        cmocka_unit_test(memory_that_runs_out_gives_a_spare_finding),
        cmocka_unit_test(the_nearest_name_is_near),
        cmocka_unit_test(every_code_explains_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
