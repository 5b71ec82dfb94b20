/* Tests in plain English, for `pare explain` and the report. */
#include "rules/base/span.h"
#include "rules/policy/when.h"
#include "rules/text/render.h"

static void append_quoted(pare_buf *out, pare_span text)
{
    if (text.len == 0) {
        pare_buf_append_text(out, "empty");
        return;
    }
    pare_buf_append_byte(out, '`');
    pare_text_append_harmless(out, text);
    pare_buf_append_byte(out, '`');
}

static void explain_values(const pare_texts *values, const char *one, const char *several, pare_buf *out)
{
    pare_buf_append_text(out, values->n == 1 ? one : several);
    for (size_t i = 0; i < values->n; i++) {
        pare_buf_append_text(out, i == 0 ? " " : ", ");
        append_quoted(out, values->items[i]);
    }
}

static void explain_parts(const pare_test *test, const pare_span *read_names, const char *word, pare_buf *out)
{
    for (size_t i = 0; i < test->n_parts; i++) {
        bool group = test->parts[i]->kind == PARE_TEST_ALL || test->parts[i]->kind == PARE_TEST_ANY;
        pare_buf_append_text(out, i == 0 ? "" : word);
        pare_buf_append_text(out, group ? "(" : "");
        pare_test_explain(test->parts[i], read_names, out);
        pare_buf_append_text(out, group ? ")" : "");
    }
}

static void explain_signals(const pare_test *test, pare_buf *out)
{
    const char *before = " of ";
    pare_buf_append_text(out, " says");
    if (test->kind == PARE_TEST_GPP) {
        pare_buf_printf(out, " in its section %s", pare_gpp_section_names[test->section]);
    }
    pare_buf_append_text(out, " that the person was told and did not opt out");
    for (unsigned s = 0; s < PARE_GPP_N_SIGNALS; s++) {
        if ((test->signals >> s & 1) != 0) {
            pare_buf_append_text(out, before);
            pare_buf_append_text(out, s == PARE_GPP_TARGETED_ADVERTISING ? "targeted advertising"
                                                                         : pare_gpp_signal_names[s]);
            before = " and of ";
        }
    }
}

static void explain_field(const pare_test *test, const pare_span *read_names, pare_buf *out)
{
    append_quoted(out, read_names[test->read]);
    if (test->kind == PARE_TEST_IS) {
        explain_values(&test->values, " is", " is one of", out);
    } else if (test->kind == PARE_TEST_IS_NOT) {
        explain_values(&test->values, " is not", " is none of", out);
    } else if (test->kind == PARE_TEST_MATCHES) {
        pare_buf_append_text(out, " matches ");
        append_quoted(out, test->values.items[0]);
    } else if (test->kind == PARE_TEST_PRESENT) {
        pare_buf_append_text(out, " has a value");
    } else if (test->kind == PARE_TEST_ABSENT) {
        pare_buf_append_text(out, " has no value");
    } else if (test->kind == PARE_TEST_BEFORE || test->kind == PARE_TEST_AFTER) {
        pare_buf_printf(out, " is %s %04d-%02u-%02u", test->kind == PARE_TEST_BEFORE ? "before" : "after",
                        (int)test->date.year, (unsigned)test->date.month, (unsigned)test->date.day);
    } else if (test->kind == PARE_TEST_GPP || test->kind == PARE_TEST_USP) {
        explain_signals(test, out);
    } else {
        pare_buf_append_text(out, test->kind == PARE_TEST_LESS_THAN ? " is less than " : " is at least ");
        pare_text_append_harmless(out, test->number);
    }
}

void pare_test_explain(const pare_test *test, const pare_span *read_names, pare_buf *out)
{
    if (test->kind == PARE_TEST_ALL) {
        explain_parts(test, read_names, " and ", out);
    } else if (test->kind == PARE_TEST_ANY) {
        explain_parts(test, read_names, " or ", out);
    } else if (test->kind == PARE_TEST_NOT) {
        pare_buf_append_text(out, "not (");
        pare_test_explain(test->parts[0], read_names, out);
        pare_buf_append_text(out, ")");
    } else {
        explain_field(test, read_names, out);
    }
}
