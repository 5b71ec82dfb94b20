/*
 * Applying a plan: the order of evaluation, and that whatever is in doubt is withheld. Expectations follow from the
 * policy language (docs/POLICY.md), worked out by hand.
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

enum { MAX_ROWS = 8, MAX_COLUMNS = 8 };

/** Records of fields as they would stand in a CSV file, quotes included. */
typedef struct table {
    char bytes[4096];
    uint32_t ends[MAX_ROWS * MAX_COLUMNS], starts[MAX_ROWS], breaks[64];
    pare_rows rows;
} table;

static void fill(table *t, uint32_t n_columns, const char *const *fields)
{
    size_t len = 0, n = 0;
    *t = (table){.rows = {.n_fields = n_columns}};
    for (; fields[n] != NULL; n++) {
        if (n % n_columns == 0) {
            t->starts[n / n_columns] = (uint32_t)len;
        }
        bool quoted = fields[n][0] == '"';
        for (size_t i = 0; fields[n][i] != '\0'; i++) {
            if (quoted && (fields[n][i] == '\n' || fields[n][i] == '\r')) {
                t->breaks[t->rows.n_breaks++] = (uint32_t)len;
            }
            t->bytes[len++] = fields[n][i];
        }
        t->ends[n] = (uint32_t)len;
        t->bytes[len++] = (n + 1) % n_columns == 0 ? '\n' : ',';
    }
    t->rows.base = (const unsigned char *)t->bytes;
    t->rows.ends = t->ends;
    t->rows.starts = t->starts;
    t->rows.breaks = t->breaks;
    t->rows.n_rows = (uint32_t)(n / n_columns);
}

typedef struct run {
    pare_policy *policy;
    pare_plan *plan;
    pare_worker *worker;
    pare_block block;
    pare_status status;
    pare_error err;
} run;

static run apply(const char *policy, const char *header, const table *t)
{
    run r = {0};
    pare_findings *findings = NULL;
    pare_span names[MAX_COLUMNS];
    size_t n = 0;
    assert_int_equal(pare_policy_load(pare_span_of(policy), "t.yaml", NULL, &r.policy, &findings, &r.err), PARE_OK);
    pare_findings_free(findings);
    for (const char *at = header; *at != '\0'; n++) {
        size_t len = strcspn(at, " ");
        names[n] = pare_span_from(at, len);
        at += len + (at[len] == ' ');
    }
    pare_bind_options options = {.as_of = {2026, 3, 31}};
    assert_int_equal(pare_plan_bind(r.policy, names, n, &options, &r.plan, &r.err), PARE_OK);
    assert_int_equal(pare_worker_new(r.plan, &r.worker, &r.err), PARE_OK);
    r.status = pare_worker_apply(r.worker, &t->rows, 0, t->rows.n_rows, &r.block, &r.err);
    return r;
}

static void finish(run *r)
{
    pare_worker_free(r->worker);
    pare_plan_free(r->plan);
    pare_policy_free(r->policy);
}

static void check_value(const run *r, uint32_t row, uint32_t column, const char *expected)
{
    pare_value value = pare_block_value(&r->block, row, column);
    pare_span text = {NULL, 0};
    if (value.form != PARE_FORM_EMPTY) {
        text = pare_block_bytes(&r->block, value);
    }
    if (!pare_span_is(text, expected)) {
        fail_msg("row %u, column %u is `%.*s`, and should be `%s`", row, column, PARE_SPAN_ARGS(text), expected);
    }
}

#define HEAD                                                                                                           \
    "pare: 1\ndataset: d\nrecipient: r\npurposes:\n"                                                                   \
    "  mail: {description: m, basis: consent, allowed_when: {field: ok, is: [\"yes\", \"1\"]}}\n"                      \
    "  stat: {description: s, basis: legitimate_interests, allowed_when: {field: sell, is: [\"no\", \"\"]}}\n"

static void purposes_decide(void **state)
{
    (void)state;
    table t;
    /* ok sell v */
    fill(&t, 3,
         (const char *[]){"yes", "yes", "a", "no", "no", "b", "\"\"", "maybe", "c", "1", "", "d", "Yes", "x", "e",
                          NULL});
    run r = apply(HEAD "fields:\n  v: {category: user, for: mail, do: keep}\n"
                       "  sell: {category: user, for: [stat, mail], do: keep}\n",
                  "ok sell v", &t);
    assert_int_equal(r.status, PARE_OK);
    assert_int_equal(r.block.verdicts[0], PARE_WRITE);
    assert_int_equal(r.block.verdicts[1], PARE_WRITE);
    assert_int_equal(r.block.verdicts[2], PARE_DROP_NO_PURPOSE); /* empty is not listed; `maybe` neither */
    assert_int_equal(r.block.verdicts[3], PARE_WRITE);
    assert_int_equal(r.block.verdicts[4], PARE_DROP_NO_PURPOSE); /* the case differs */
    check_value(&r, 0, 1, "a");
    check_value(&r, 1, 1, ""); /* `mail` is not allowed for this one */
    check_value(&r, 1, 0, "no");
    check_value(&r, 3, 1, "d");
    pare_counts counts;
    pare_column_counts column;
    pare_tally_counts(pare_worker_tally(r.worker), &counts);
    assert_int_equal(counts.read, 5);
    assert_int_equal(counts.written, 3);
    assert_int_equal(counts.dropped_no_purpose, 2);
    pare_tally_column(pare_worker_tally(r.worker), 1, &column);
    assert_int_equal(column.released, 2);
    assert_int_equal(column.suppressed, 1);
    assert_int_equal(pare_tally_purpose(pare_worker_tally(r.worker), 0), 2);
    assert_int_equal(pare_tally_purpose(pare_worker_tally(r.worker), 1), 2);
    assert_int_equal(pare_tally_check(pare_worker_tally(r.worker), &r.err), PARE_OK);
    finish(&r);
}

/** The same test alone, which has a loop of its own where its texts are few and short, and inside others. */
static void consent_is_read_the_same_way_in_every_test(void **state)
{
    (void)state;
    static const char *const policies[] = {
        "{field: ok, is: [\"yes\", \"1\", \"a\\\"b\", \"granted\"]}",
        "{all: [{field: ok, is: [\"yes\", \"1\", \"a\\\"b\", \"granted\"]}]}",
        "{field: ok, is: [\"yes\", \"1\", \"a\\\"b\", \"granted\", \"longer than short\"]}",
        "{field: ok, is: [\"yes\", \"1\", \"a\\\"b\", \"granted\", \"2\", \"3\", \"4\", \"5\", \"6\"]}"};
    static const struct {
        const char *field;
        bool allowed;
    } cases[] = {{"yes", true},       {"\"yes\"", true},     {"1", true},         {"\"a\"\"b\"", true},
                 {"granted", true},   {"\"granted\"", true}, {"", false},         {"\"\"", false},
                 {"11", false},       {"ye", false},         {"yess", false},     {"yes ", false},
                 {"grantee", false},  {"grante", false},     {"granted1", false}, {"sey", false},
                 {"\"\"\"\"", false}, {"Yes", false},        {"1\x01", false},    {"yes\x7f", false}};
    for (size_t p = 0; p < sizeof policies / sizeof policies[0]; p++) {
        char policy[700];
        (void)snprintf(policy, sizeof policy,
                       "pare: 1\ndataset: d\nrecipient: r\npurposes:\n"
                       "  mail: {description: m, basis: consent, allowed_when: %s}\n"
                       "fields:\n  v: {category: user, for: mail, do: keep}\n",
                       policies[p]);
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            table t;
            fill(&t, 2, (const char *[]){cases[c].field, "x", NULL});
            run r = apply(policy, "ok v", &t);
            assert_int_equal(r.status, PARE_OK);
            if (r.block.verdicts[0] != (cases[c].allowed ? PARE_WRITE : PARE_DROP_NO_PURPOSE)) {
                fail_msg("policy %zu, `%s`: verdict %u", p, cases[c].field, r.block.verdicts[0]);
            }
            finish(&r);
        }
    }
}

/** A single text, short or long, of a column that is not the first. */
static void consent_stands_in_any_column(void **state)
{
    (void)state;
    static const char *const texts[] = {"yes", "granted in full"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char policy[400];
        (void)snprintf(policy, sizeof policy,
                       "pare: 1\ndataset: d\nrecipient: r\npurposes:\n"
                       "  mail: {description: m, basis: consent, allowed_when: {field: ok, is: \"%s\"}}\n"
                       "fields:\n  v: {category: user, for: mail, do: keep}\n",
                       texts[i]);
        table t;
        fill(&t, 2, (const char *[]){texts[i], "no", "no", texts[i], NULL});
        run r = apply(policy, "v ok", &t);
        assert_int_equal(r.status, PARE_OK);
        assert_int_equal(r.block.verdicts[0], PARE_DROP_NO_PURPOSE);
        assert_int_equal(r.block.verdicts[1], PARE_WRITE);
        finish(&r);
    }
}

#define OPEN "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}}\n"

static void retention_comes_first(void **state)
{
    (void)state;
    table t;
    fill(&t, 2,
         (const char *[]){"2026-02-28", "a", "2026-02-27", "b", "soon", "c", "", "d", "2026-03-01T10:00:00Z", "e",
                          NULL});
    run r = apply(OPEN "retention: [{field: at, keep: 1 month}]\nfields: {v: {category: user, for: p, do: keep}}\n",
                  "at v", &t);
    assert_int_equal(r.status, PARE_OK);
    assert_int_equal(r.block.verdicts[0], PARE_WRITE); /* 31 March minus a month is the last of February: not older */
    assert_int_equal(r.block.verdicts[1], PARE_DROP_RETENTION);
    assert_int_equal(r.block.verdicts[2], PARE_DROP_NO_DATE);
    assert_int_equal(r.block.verdicts[3], PARE_DROP_NO_DATE);
    assert_int_equal(r.block.verdicts[4], PARE_WRITE);
    finish(&r);
}

static void unreadable_dates_can_end_the_run(void **state)
{
    (void)state;
    table t;
    fill(&t, 2, (const char *[]){"2026-03-01", "a", "soon", "b", NULL});
    run r = apply(OPEN "retention: [{field: at, keep: 1 month, unreadable: fail}]\n"
                       "fields: {v: {category: user, for: p, do: keep}}\n",
                  "at v", &t);
    assert_int_equal(r.status, PARE_E_DATA);
    assert_int_equal(r.err.record, 2);
    assert_int_equal(r.err.byte, 13);
    assert_null(strstr(r.err.text, "soon"));
    finish(&r);
}

static void the_first_rule_that_holds_applies(void **state)
{
    (void)state;
    table t;
    fill(&t, 2, (const char *[]){"DE", "12345", "FR", "12345", "US", "12345", NULL});
    run r = apply(OPEN "fields:\n  v:\n"
                       "    - {category: user, for: p, when: {field: land, is: DE}, do: {truncate: 2}}\n"
                       "    - {category: user, for: p, when: {field: land, is: [DE, FR]}, do: {truncate: 1}}\n"
                       "  land: {category: user, for: p, do: {replace: {with: xx}}}\n",
                  "land v", &t);
    assert_int_equal(r.status, PARE_OK);
    check_value(&r, 0, 1, "12");
    check_value(&r, 1, 1, "1");
    check_value(&r, 2, 1, "");   /* none holds: withheld */
    check_value(&r, 0, 0, "xx"); /* `when` saw the record as it was read */
    finish(&r);
}

static void chains_run_left_to_right(void **state)
{
    (void)state;
    table t;
    fill(&t, 1, (const char *[]){"\"  Ab\"\"Cd \"", "xyz", "\"\"", NULL});
    run r = apply(
        OPEN "fields:\n  v:\n    category: user\n    for: p\n"
             "    do: [{normalize: [trim]}, {normalize: [lower]}, {truncate: 9}, {truncate: 4}, {normalize: [trim]}]\n",
        "v", &t);
    assert_int_equal(r.status, PARE_OK);
    check_value(&r, 0, 0, "ab\"c");
    check_value(&r, 1, 0, "xyz");
    check_value(&r, 2, 0, "\"\""); /* no value: passes as it stood */
    finish(&r);
}

/** A middle step that writes more than it reads must not write over what it reads. */
static void steps_do_not_share_a_buffer(void **state)
{
    (void)state;
    table t;
    fill(&t, 1, (const char *[]){"ABCDEF", NULL});
    run r = apply(OPEN "fields:\n  v:\n    category: user\n    for: p\n"
                       "    do: [{normalize: [lower]}, {mask: {keep_last: 2, char: \"€\"}}, {truncate: 5}]\n",
                  "v", &t);
    assert_int_equal(r.status, PARE_OK);
    check_value(&r, 0, 0, "€€€€e");
    finish(&r);
}

/* Found by fuzz_steps.c: a null pointer, with an offset added to it. */
static void empty_texts_stand_somewhere(void **state)
{
    (void)state;
    table t;
    fill(&t, 3, (const char *const[]){"yes", "no", " ", NULL});
    run r = apply(HEAD "fields: {a: {category: user, for: mail, do: {normalize: [trim]}}}\n", "ok sell a", &t);
    assert_int_equal(r.status, PARE_OK);
    assert_int_equal(r.block.values[0].form, PARE_FORM_TEXT);
    assert_int_equal(r.block.values[0].len, 0);
    assert_non_null(r.block.text);
    finish(&r);
}

static void nulls_pass_unchanged(void **state)
{
    (void)state;
    table t;
    fill(&t, 1, (const char *[]){"NULL", "\"NULL\"", "null", "", NULL});
    run r = apply("pare: 1\ndataset: d\nrecipient: r\ninput: {nulls: [\"\", \"NULL\"]}\n"
                  "purposes: {p: {description: x, basis: contract}}\n"
                  "fields: {v: {category: user, for: p, do: {replace: {with: gone}}}}\n",
                  "v", &t);
    assert_int_equal(r.status, PARE_OK);
    check_value(&r, 0, 0, "NULL");
    check_value(&r, 1, 0, "\"NULL\"");
    check_value(&r, 2, 0, "gone");
    check_value(&r, 3, 0, "");
    pare_column_counts column;
    pare_tally_column(pare_worker_tally(r.worker), 0, &column);
    assert_int_equal(column.null_values, 3);
    assert_int_equal(column.released, 1);
    finish(&r);
}

static void a_line_break_must_be_expected(void **state)
{
    (void)state;
    table t;
    fill(&t, 2, (const char *[]){"1", "\"one\"", "2", "\"two\nlines\"", NULL});
    run r = apply(OPEN "fields: {v: {category: user, for: p, do: keep}}\n", "id v", &t);
    assert_int_equal(r.status, PARE_E_DATA);
    assert_int_equal(r.err.record, 2);
    finish(&r);
    r = apply(OPEN "fields: {v: {category: user, for: p, do: keep, multiline: true}}\n", "id v", &t);
    assert_int_equal(r.status, PARE_OK);
    check_value(&r, 1, 0, "\"two\nlines\"");
    finish(&r);
    r = apply(OPEN "fields: {id: {category: user, for: p, do: keep}}\n", "id v", &t); /* it does not leave: no matter */
    assert_int_equal(r.status, PARE_OK);
    finish(&r);
}

static void otherwise_fail_ends_the_run_at_the_first_record(void **state)
{
    (void)state;
    table t;
    fill(&t, 2, (const char *[]){"a", "a", "a", "q", "q", "a", NULL});
    run r = apply(OPEN "fields:\n  x: {category: user, for: p, do: {replace: {map: {a: b}, otherwise: fail}}}\n"
                       "  y: {category: user, for: p, do: {replace: {map: {a: b}, otherwise: fail}}}\n",
                  "x y", &t);
    assert_int_equal(r.status, PARE_E_DATA);
    assert_int_equal(r.err.record, 2); /* column y's failure comes first in record order */
    finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purposes_decide),
        cmocka_unit_test(consent_is_read_the_same_way_in_every_test),
        cmocka_unit_test(consent_stands_in_any_column),
        cmocka_unit_test(retention_comes_first),
        cmocka_unit_test(unreadable_dates_can_end_the_run),
        cmocka_unit_test(the_first_rule_that_holds_applies),
        cmocka_unit_test(chains_run_left_to_right),
        cmocka_unit_test(steps_do_not_share_a_buffer),
        cmocka_unit_test(empty_texts_stand_somewhere),
        cmocka_unit_test(nulls_pass_unchanged),
        cmocka_unit_test(a_line_break_must_be_expected),
        cmocka_unit_test(otherwise_fail_ends_the_run_at_the_first_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
