/*
 * Binding a policy to a header: what is refused, and what the output's columns are.
 */
#include "pare/plan.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char HEAD[] = "pare: 1\ndataset: d\nrecipient: r\n"
                           "purposes:\n  p: {description: x, basis: contract}\n"
                           "  q: {description: x, basis: consent, allowed_when: {field: c, is: [\"yes\"]}}\n";

typedef struct bound {
    pare_policy *policy;
    pare_plan *plan;
    pare_status status;
    pare_error err;
} bound;

static bound bind_to(const char *rest, const char *const *header)
{
    char text[4096];
    bound b = {0};
    pare_findings *findings = NULL;
    (void)snprintf(text, sizeof text, "%s%s", HEAD, rest);
    pare_status loaded = pare_policy_load(pare_span_of(text), "test.yaml", NULL, &b.policy, &findings, &b.err);
    pare_findings_free(findings);
    assert_int_equal(loaded, PARE_OK);
    pare_span names[16];
    size_t n = 0;
    for (; header[n] != NULL; n++) {
        names[n] = pare_span_of(header[n]);
    }
    pare_bind_options options = {.as_of = {2026, 11, 23}};
    b.status = pare_plan_bind(b.policy, names, n, &options, &b.plan, &b.err);
    return b;
}

static void unbind(bound *b)
{
    pare_plan_free(b->plan);
    pare_policy_free(b->policy);
}

static const char *column_name(const bound *b, size_t i)
{
    pare_column_info info;
    pare_plan_column(b->plan, i, &info);
    return info.name;
}

#define RULE "{category: user, for: p, do: keep}"

static void columns_follow_the_input(void **state)
{
    (void)state;
    bound b = bind_to("fields:\n  b: " RULE "\n  a: " RULE "\n  x: {do: drop}\n",
                      (const char *[]){"a", "x", "b", "c", "z", NULL});
    assert_int_equal(b.status, PARE_OK);
    assert_int_equal(pare_plan_n_columns(b.plan), 2);
    assert_string_equal(column_name(&b, 0), "a");
    assert_string_equal(column_name(&b, 1), "b");
    bool unlisted = true;
    assert_int_equal(pare_plan_n_withheld(b.plan), 3);
    assert_string_equal(pare_plan_withheld(b.plan, 0, &unlisted), "x");
    assert_false(unlisted);
    assert_string_equal(pare_plan_withheld(b.plan, 1, &unlisted), "c");
    assert_true(unlisted);
    unbind(&b);
}

static void output_columns_come_first(void **state)
{
    (void)state;
    bound b = bind_to("output: {columns: [c2, b]}\nfields:\n  a: " RULE "\n  b: " RULE
                      "\n  c: {category: user, for: p, do: keep, as: c2}\n",
                      (const char *[]){"a", "b", "c", NULL});
    assert_int_equal(b.status, PARE_OK);
    assert_string_equal(column_name(&b, 0), "c2");
    assert_string_equal(column_name(&b, 1), "b");
    assert_string_equal(column_name(&b, 2), "a");
    unbind(&b);
}

static void exact_before_glob_before_regex(void **state)
{
    (void)state;
    bound b = bind_to("fields:\n  /^utm/: {category: user, for: p, do: keep, as: by_regex}\n"
                      "  utm_*: {do: drop}\n  utm_id: {category: user, for: p, do: keep, as: by_name}\n"
                      "  \"#4\": {category: user, for: p, do: keep, as: by_position}\n",
                      (const char *[]){"utm_id", "utm_x", "utmost", "c", NULL});
    assert_int_equal(b.status, PARE_OK);
    assert_int_equal(pare_plan_n_columns(b.plan), 3);
    assert_string_equal(column_name(&b, 0), "by_name");
    assert_string_equal(column_name(&b, 1), "by_regex");
    assert_string_equal(column_name(&b, 2), "by_position");
    unbind(&b);
}

static void refused(const char *rest, const char *const *header, pare_status status, const char *says)
{
    bound b = bind_to(rest, header);
    assert_int_equal(b.status, status);
    if (strstr(b.err.text, says) == NULL) {
        fail_msg("the message is `%s`, and should hold `%s`", b.err.text, says);
    }
    assert_null(b.plan);
    unbind(&b);
}

static void what_is_refused(void **state)
{
    (void)state;
    const char *abc[] = {"a", "b", "c", NULL};
    const char *twice[] = {"a", "b", "a", "c", NULL};
    refused("fields: {nope: " RULE "}\n", abc, PARE_E_POLICY, "no column `nope`");
    refused("fields: {a: " RULE "}\n", (const char *[]){"a", NULL}, PARE_E_POLICY, "no column `c`");
    refused("fields: {a: " RULE "}\n", twice, PARE_E_DATA, "two columns named `a` (1 and 3)");
    refused("fields: {\"*\": " RULE "}\n", twice, PARE_E_DATA, "two columns named `a`");
    refused("unlisted: fail\nfields: {a: " RULE ", b: {do: drop}}\n", abc, PARE_E_POLICY, "column `c`");
    refused("fields: {\"a*\": {category: user, for: p, do: keep, as: x}}\n", (const char *[]){"a1", "a2", "c", NULL},
            PARE_E_POLICY, "two rules");
    refused("output: {columns: [zz]}\nfields: {a: " RULE "}\n", abc, PARE_E_POLICY, "no rule releases");
    refused("fields: {a: {category: user, for: p, do: pseudonymize}}\n", abc, PARE_E_KEY, "no key");
    refused("fields: {a: {do: drop}, \"z*\": " RULE "}\n", abc, PARE_E_POLICY, "releases none");
    refused("fields: {\"#9\": " RULE "}\n", abc, PARE_E_POLICY, "#9");
}

static void positions_tell_twins_apart(void **state)
{
    (void)state;
    bound b = bind_to("fields: {\"#1\": {category: user, for: p, do: keep, as: first}}\n",
                      (const char *[]){"a", "b", "a", "c", NULL});
    assert_int_equal(b.status, PARE_OK);
    assert_int_equal(pare_plan_n_columns(b.plan), 1);
    unbind(&b);
}

static void a_glob_without_columns_warns(void **state)
{
    (void)state;
    bound b =
        bind_to("fields:\n  a: " RULE "\n  utm_*: " RULE "\n  o: {category: user, for: p, do: keep, optional: true}\n",
                (const char *[]){"a", "c", NULL});
    assert_int_equal(b.status, PARE_OK);
    assert_int_equal(pare_plan_n_warnings(b.plan), 1);
    assert_non_null(strstr(pare_plan_warning(b.plan, 0), "utm_*"));
    unbind(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_follow_the_input),       cmocka_unit_test(output_columns_come_first),
        cmocka_unit_test(exact_before_glob_before_regex), cmocka_unit_test(what_is_refused),
        cmocka_unit_test(positions_tell_twins_apart),     cmocka_unit_test(a_glob_without_columns_warns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
