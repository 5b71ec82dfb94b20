/*
 * Records that are left out while the run goes on: each counts as a whole or not at all, for whatever reason it goes.
 * Expectations are worked out by hand.
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

enum { MOST_ROWS = 64, WIDTH = 3 };

/** Records of three fields, as they would stand in a CSV file. */
typedef struct table {
    char bytes[8192];
    uint32_t ends[MOST_ROWS * WIDTH], starts[MOST_ROWS], breaks[MOST_ROWS];
    pare_rows rows;
} table;

static void add(table *t, const char *d, const char *x, const char *y)
{
    const char *fields[WIDTH] = {d, x, y};
    size_t len = t->rows.n_rows == 0 ? 0 : strlen(t->bytes);
    t->starts[t->rows.n_rows] = (uint32_t)len;
    for (size_t c = 0; c < WIDTH; c++) {
        const char *at = strchr(fields[c], '\n');
        if (at != NULL) {
            t->breaks[t->rows.n_breaks++] = (uint32_t)(len + (size_t)(at - fields[c]));
        }
        len += (size_t)snprintf(t->bytes + len, sizeof t->bytes - len, "%s%c", fields[c], c + 1 < WIDTH ? ',' : '\n');
        t->ends[t->rows.n_rows * WIDTH + c] = (uint32_t)len - 1;
    }
    t->rows = (pare_rows){
        (const unsigned char *)t->bytes, t->ends, t->starts, t->breaks, t->rows.n_rows + 1, WIDTH, t->rows.n_breaks};
}

static const char policy_text[] =
    "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}}\n"
    "retention: [{field: d, keep: 1 month, unreadable: fail}]\n"
    "fields:\n  x: {category: user, for: p, do: keep}\n"
    "  y: {category: user, for: p, do: {replace: {map: {a: b}, otherwise: fail}}}\n";

typedef struct rig {
    pare_policy *policy;
    pare_plan *plan;
    pare_worker *worker;
    pare_error err;
} rig;

static rig set_up(void)
{
    rig r = {0};
    pare_findings *findings = NULL;
    const pare_span names[WIDTH] = {pare_span_of("d"), pare_span_of("x"), pare_span_of("y")};
    const pare_bind_options options = {.as_of = {2026, 3, 31}};
    assert_int_equal(pare_policy_load(pare_span_of(policy_text), "t", NULL, &r.policy, &findings, &r.err), PARE_OK);
    pare_findings_free(findings);
    assert_int_equal(pare_plan_bind(r.policy, names, WIDTH, &options, &r.plan, &r.err), PARE_OK);
    assert_int_equal(pare_worker_new(r.plan, &r.worker, &r.err), PARE_OK);
    return r;
}

static void tear_down(rig *r)
{
    pare_worker_free(r->worker);
    pare_plan_free(r->plan);
    pare_policy_free(r->policy);
}

static void each_reason(void **state)
{
    (void)state;
    static table t;
    t.rows = (pare_rows){0};
    add(&t, "2026-03-30", "k0", "a");
    add(&t, "soon", "k1", "a");             /* no date */
    add(&t, "2026-03-30", "\"k\n2\"", "a"); /* a line break */
    add(&t, "2026-03-30", "k3", "z");       /* a value that the policy refuses */
    add(&t, "2026-01-01", "k4", "z");       /* too old: what its values are is nobody's business */
    add(&t, "soon", "\"k\n5\"", "z");       /* all three: the first in order of evaluation counts */
    add(&t, "2026-03-30", "\"k\n6\"", "z");
    add(&t, "2026-03-30", "k7", "");
    static const uint8_t verdicts[] = {PARE_WRITE,          PARE_QUARANTINE, PARE_QUARANTINE, PARE_QUARANTINE,
                                       PARE_DROP_RETENTION, PARE_QUARANTINE, PARE_QUARANTINE, PARE_WRITE};
    rig r = set_up();
    pare_block block;
    assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, t.rows.n_rows, &block, &r.err), PARE_OK);
    assert_memory_equal(block.verdicts, verdicts, sizeof verdicts);
    assert_int_equal(block.faults[1], PARE_FAULT_DATE);
    assert_int_equal(block.faults[2], PARE_FAULT_LINE_BREAK);
    assert_int_equal(block.faults[3], PARE_FAULT_VALUE);
    assert_int_equal(block.faults[5], PARE_FAULT_DATE);
    assert_int_equal(block.faults[6], PARE_FAULT_LINE_BREAK);
    assert_memory_equal(pare_block_bytes(&block, pare_block_value(&block, 0, 1)).ptr, "b", 1); /* row 0, y */
    pare_worker_refused(r.worker, PARE_FAULT_NUL);
    const pare_tally *tally = pare_worker_tally(r.worker);
    pare_counts counts;
    pare_column_counts column;
    pare_tally_counts(tally, &counts);
    assert_int_equal(counts.read, 9);
    assert_int_equal(counts.written, 2);
    assert_int_equal(counts.quarantined, 6);
    assert_int_equal(counts.dropped_retention, 1);
    assert_int_equal(pare_tally_quarantined(tally, PARE_FAULT_DATE), 2);
    assert_int_equal(pare_tally_quarantined(tally, PARE_FAULT_LINE_BREAK), 2);
    assert_int_equal(pare_tally_quarantined(tally, PARE_FAULT_VALUE), 1);
    assert_int_equal(pare_tally_quarantined(tally, PARE_FAULT_NUL), 1);
    pare_tally_column(tally, 0, &column);
    assert_int_equal(column.released, 2);
    pare_tally_column(tally, 1, &column);
    assert_int_equal(column.released, 1);
    assert_int_equal(column.null_values, 1);
    assert_int_equal(pare_tally_purpose(tally, 0), 2);
    assert_int_equal(pare_tally_check(tally, &r.err), PARE_OK);
    tear_down(&r);
}

static void every_record_of_a_full_block(void **state)
{
    (void)state;
    static table t;
    rig r = set_up();
    pare_block block;
    pare_counts counts;
    t.rows = (pare_rows){0};
    for (uint32_t i = 0; i < MOST_ROWS; i++) {
        add(&t, "2026-03-30", "k", i % 2 == 0 ? "z" : "a");
    }
    assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, MOST_ROWS, &block, &r.err), PARE_OK);
    for (uint32_t i = 0; i < MOST_ROWS; i++) {
        assert_int_equal(block.verdicts[i], i % 2 == 0 ? PARE_QUARANTINE : PARE_WRITE);
    }
    pare_tally_counts(pare_worker_tally(r.worker), &counts);
    assert_int_equal(counts.written, MOST_ROWS / 2);
    assert_int_equal(pare_tally_check(pare_worker_tally(r.worker), &r.err), PARE_OK);
    tear_down(&r);
}

static void without_tolerance_it_is_an_error(void **state)
{
    (void)state;
    static table t;
    rig r = set_up();
    pare_block block;
    t.rows = (pare_rows){0};
    add(&t, "2026-03-30", "k0", "a");
    add(&t, "2026-03-30", "k1", "z");
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 2, &block, &r.err), PARE_E_DATA);
    assert_int_equal(r.err.record, 2);
    tear_down(&r);
}

static void codes_differ(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PARE_N_FAULTS; i++) {
        char code[8];
        (void)snprintf(code, sizeof code, "BR%02u", i);
        assert_string_equal(pare_fault_code((pare_fault)i), code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason),
        cmocka_unit_test(every_record_of_a_full_block),
        cmocka_unit_test(without_tolerance_it_is_an_error),
        cmocka_unit_test(codes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
