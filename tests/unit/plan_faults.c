/*
 * A worker without memory: each allocation fails, once and from then on. What must hold: the call says so, or the block
 * is what it is with memory; a value is never withheld for lack of it; the next call is not fooled either.
 */
#include "tests/faults/failing.h"
#include "tests/unit/plan_rig.h"

#include <errno.h>

static const char POLICY[] =
    "pare: 1\ndataset: d\nrecipient: r\ninput: {nulls: [\"\", \"-\"]}\n"
    "purposes:\n  p: {description: x, basis: consent, allowed_when: {field: ok, is: [\"y\\\"\"]}}\n"
    "retention: {field: at, keep: 1 month, unreadable: keep}\n"
    "tiers:\n  - {file: \"a\\\"b:t c:t\", key: who, tier: tier, match: who, normalize: [trim, lower], allow: {t: p}}\n"
    "  - {field: tier, allow: {\"t\\\"\": p}}\n"
    "opt_outs:\n  - {file: b73f6f1b8a3f9d3f0f4e6dbd6fbbf3c0b73f6f1b8a3f9d3f0f4e6dbd6fbbf3c0, column: who, match: who, "
    "normalize: [lower], digest: sha256}\n"
    "  - {file: c73f6f1b8a3f9d3f0f4e6dbd6fbbf3c0b73f6f1b8a3f9d3f0f4e6dbd6fbbf3c0, column: who, match: who, digest: "
    "sha256}\n"
    "fields:\n  k: {category: user, for: p, do: keep}\n"
    "  t: {category: user, for: p, do: {pseudonymize: {domain: t, normalize: upper}}}\n"
    "  u: {category: user, for: p, do: {pseudonymize: {method: siv, domain: t}}}\n"
    "  s: {category: user, for: p, do: {truncate: 3}}\n"
    "  w: {category: user, for: p, when: {field: tier, is: \"t\\\"\"}, do: [{normalize: upper}, {mask: {keep_last: "
    "1}}, {truncate: 9}]}\n"
    "  f: {category: user, for: p, do: {replace: {map: {\"q\\\"\": r}, otherwise: fail}}}\n";
static const char HEADER[] = "ok at who tier k t u s w f";
enum { IN_COLUMNS = 10, OUT_COLUMNS = 6, ROWS = 9 };

static rig_table t;
static char expected[ROWS * OUT_COLUMNS][64];

/** Values with doubled quotes: to read one takes memory. The last is refused by `f`. */
static void fill_table(void)
{
    rig_clear(&t, IN_COLUMNS);
    for (unsigned i = 0; i < ROWS; i++) {
        rig_add(&t, (const char *[]){"\"y\"\"\"", "\"2026-03-30\"", i % 2 == 0 ? "\"A\"\"b\"" : "c", "\"t\"\"\"",
                                     "\"k\"\"k\"", "\"t\"\"token\"", "\"u\"\"u\"", "\"s\"\"\"\"\"", "\"w\"\"w\"",
                                     i + 1 < ROWS ? "\"q\"\"\"" : "\"z\"\"\""});
    }
}

static void keep_expected(const pare_block *block)
{
    for (uint32_t i = 0; i < ROWS * OUT_COLUMNS; i++) {
        pare_span text = rig_value(block, i / OUT_COLUMNS, i % OUT_COLUMNS);
        assert_true(i / OUT_COLUMNS == ROWS - 1 || text.len > 0);
        assert_true(text.len < sizeof expected[i]);
        (void)snprintf(expected[i], sizeof expected[i], "%.*s", PARE_SPAN_ARGS(text));
    }
}

static void compare_block(const pare_block *block)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_int_equal(block->verdicts[i], i + 1 < ROWS ? PARE_WRITE : PARE_QUARANTINE);
        for (uint32_t c = 0; c < OUT_COLUMNS && i + 1 < ROWS; c++) {
            assert_true(pare_span_is(rig_value(block, i, c), expected[i * OUT_COLUMNS + c]));
        }
    }
}

static void making_a_worker(void **state)
{
    (void)state;
    for (unsigned tolerates = 0; tolerates < 2; tolerates++) {
        unsigned n = 1;
        for (bool failed = true; failed; n++) {
            rig r = rig_bind(POLICY, HEADER);
            failing_clear();
            failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
            pare_status status = pare_worker_new(r.plan, &r.worker, &r.err);
            if (status == PARE_OK && tolerates) {
                status = pare_worker_tolerate(r.worker, &r.err);
            }
            failed = failing_made(FAILING_ALLOCATION) >= n;
            failing_clear();
            assert_int_equal(status, failed ? PARE_E_NOMEM : PARE_OK);
            rig_done(&r);
        }
        assert_true(n > 10);
    }
}

static void making_a_tally(void **state)
{
    (void)state;
    rig r = rig_bind(POLICY, HEADER);
    pare_tally *tally = NULL;
    for (unsigned n = 1; n <= 4; n++) {
        failing_clear();
        failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
        assert_int_equal(pare_tally_new(r.plan, &tally, &r.err), PARE_E_NOMEM);
        assert_null(tally);
    }
    failing_clear();
    rig_done(&r);
}

static void applying_the_plan(void **state)
{
    (void)state;
    fill_table();
    for (unsigned tolerates = 0; tolerates < 2; tolerates++) {
        for (unsigned count = 1; count <= 1000; count += 999) {
            unsigned n = 0;
            for (bool failed = true; failed; n++) { /* without a failure first */
                rig r = rig_make(POLICY, HEADER);
                pare_block block;
                uint32_t rows = tolerates ? ROWS : ROWS - 1;
                if (tolerates) {
                    assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
                }
                failing_clear();
                if (n > 0) {
                    failing_rule(FAILING_ALLOCATION, n, count, FAILING_FAILS, ENOMEM);
                }
                pare_status status = pare_worker_apply(r.worker, &t.rows, 0, rows, &block, &r.err);
                failed = n == 0 || failing_made(FAILING_ALLOCATION) >= n;
                failing_clear();
                if (n == 0 && tolerates) {
                    assert_int_equal(status, PARE_OK);
                    keep_expected(&block);
                    compare_block(&block);
                } else if (status == PARE_OK && tolerates) {
                    compare_block(&block);
                } else {
                    assert_true(status == PARE_E_NOMEM || (status == PARE_OK && !failed) ||
                                (n == 0 && status == PARE_OK));
                }
                if (status == PARE_E_NOMEM) { /* nobody knows what is missing from what was counted: it stays so */
                    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 1, &block, NULL), PARE_E_NOMEM);
                }
                rig_done(&r);
            }
            assert_true(n > 5);
        }
    }
}

/** The same with one column at a time, so that each way of making columns meets it alone. */
static void each_column_alone(void **state)
{
    (void)state;
    static const char *const steps[] = {"keep",
                                        "{truncate: 2}",
                                        "{pseudonymize: {domain: d}}",
                                        "{pseudonymize: {domain: d, normalize: upper}}",
                                        "[{normalize: upper}, {truncate: 9}]",
                                        "[{truncate: 9}, {normalize: upper}, {mask: {keep_last: 1}}]",
                                        "{redact: {find: email, echo: [x]}}",
                                        "{redact: {find: [email, phone], echo: [x], mask: {keep_last: 2}}}",
                                        "{redact: {find: email, pseudonymize: {domain: d, normalize: nfkc}}}",
                                        "{normalize: [lower, nfc, upper, collapse_space]}",
                                        "{pseudonymize: {domain: d, normalize: [lower, nfc, upper]}}",
                                        "{pseudonymize: {method: siv, normalize: [lower, nfc, upper]}}",
                                        "{replace: {with: \"a\\\"\"}}",
                                        "{pseudonymize: {method: ff1, domain: d, alphabet: lower}}"};
    static const char *const looks[] = {"", "output: {formulas: quote}\n", "scan_released: {find: ipv4}\n"};
    for (size_t i = 0; i < 3 * sizeof steps / sizeof steps[0]; i++) {
        for (unsigned when = 0; when < 2; when++) {
            for (unsigned tolerates = 0; tolerates < 2; tolerates++) {
                char policy[600];
                (void)snprintf(
                    policy, sizeof policy,
                    "pare: 1\ndataset: d\nrecipient: r\n%s%spurposes: {p: {description: x, basis: contract}}\n"
                    "fields: {v: {category: user, for: p, %sdo: %s}}\n",
                    looks[i % 3], tolerates ? "input: {nulls: [\"n\\\"\"]}\n" : "",
                    when ? "when: {field: x, present: true}, " : "", steps[i / 3]);
                unsigned n = 1;
                for (bool failed = true; failed; n++) {
                    rig r = rig_make(policy, "x v");
                    pare_block block;
                    if (tolerates) {
                        assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
                    }
                    rig_clear(&t, 2);
                    /* a quote, and characters that a shadow is made of: full width, an accent, a hidden one, an escape
                     */
                    rig_add(&t, (const char *[]){
                                    "\"xé\"\"\"",
                                    "\"=a\"\"b ａnn＠x.example a\xCC\x81\xE2\x80\x8B&#64;b &amp;#64; xé\"\"\""});
                    failing_clear();
                    failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
                    pare_status status = pare_worker_apply(r.worker, &t.rows, 0, 1, &block, &r.err);
                    failed = failing_made(FAILING_ALLOCATION) >= n;
                    failing_clear();
                    if (status != (failed ? PARE_E_NOMEM : PARE_OK) &&
                        !(failed && strstr(steps[i / 3], "redact") != NULL)) {
                        fail_msg("%s: allocation %u, status %d", steps[i / 3], n, (int)status);
                    }
                    assert_true(status == PARE_E_NOMEM || rig_value(&block, 0, 0).len > 0);
                    rig_done(&r);
                }
            }
        }
    }
}

/** What a refused record leaves to be made again can take more memory than all took before. */
static void making_a_block_again(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "{replace: {map: {z: y}, otherwise: fail}}",
        "[{replace: {map: {z: y}, otherwise: fail}}, {mask: {keep_last: 0}}, {mask: {keep_last: 0}}]"};
    static char z[4001];
    (void)snprintf(z, sizeof z, "%04000d", 1);
    for (size_t i = 0; i < 2; i++) {
        char policy[6000];
        (void)snprintf(policy, sizeof policy,
                       "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}}\n"
                       "fields: {v: {category: user, for: p, do: %s}}\n",
                       steps[i]);
        char *y = strstr(policy, "z: y");
        memmove(y + 3 + 4000, y + 4, strlen(y + 4) + 1); /* z becomes a long text */
        memcpy(y + 3, z, 4000);
        unsigned n = 1;
        for (bool failed = true; failed; n++) {
            rig r = rig_make(policy, "x v");
            pare_block block;
            assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
            rig_clear(&t, 2);
            rig_add(&t, (const char *[]){"x", "refused"});
            rig_add(&t, (const char *[]){"x", "z"});
            rig_add(&t, (const char *[]){"x", "z"});
            failing_clear();
            failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
            pare_status status = pare_worker_apply(r.worker, &t.rows, 0, 3, &block, &r.err);
            failed = failing_made(FAILING_ALLOCATION) >= n;
            failing_clear();
            assert_int_equal(status, failed ? PARE_E_NOMEM : PARE_OK);
            for (uint32_t row = 1; row < 3 && !failed; row++) {
                assert_int_equal(rig_value(&block, row, 0).len, 4000);
            }
            rig_done(&r);
        }
        assert_true(n > 2);
    }
}

/** A tier that is the first value of the record to take memory when it is read; and a date. */
static void reading_at_the_gate(void **state)
{
    (void)state;
    static const char *const gates[] = {
        "tiers: {field: x, allow: {\"t\\\"\": p}}\n", "retention: {field: x, keep: 1 month, unreadable: keep}\n",
        "opt_outs: {file: \"q\", column: who, match: x, purposes: p, normalize: upper}\n"};
    for (size_t i = 0; i < sizeof gates / sizeof gates[0]; i++) {
        for (unsigned n = 1; n <= 2; n++) {
            char policy[600];
            pare_block block;
            (void)snprintf(policy, sizeof policy,
                           "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}}\n%s"
                           "fields: {v: {category: user, for: p, do: keep}}\n",
                           gates[i]);
            rig r = rig_make(policy, "x v");
            rig_clear(&t, 2);
            rig_add(&t, (const char *[]){"\"t\"\"\"", "v"});
            failing_clear();
            failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
            pare_status status = pare_worker_apply(r.worker, &t.rows, 0, 1, &block, &r.err);
            bool failed = failing_made(FAILING_ALLOCATION) >= n;
            failing_clear();
            assert_true(n > 1 || failed);
            assert_int_equal(status, failed ? PARE_E_NOMEM : PARE_OK);
            rig_done(&r);
        }
    }
}

static int set_up(void **state)
{
    static long before;
    *state = &before;
    before = failing_live();
    return 0;
}

/** Nothing may be left of what a test did. */
static int tear_down(void **state)
{
    failing_clear();
    return failing_live() == *(const long *)*state ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(making_a_worker),   TEST(making_a_tally),       TEST(applying_the_plan),
        TEST(each_column_alone), TEST(making_a_block_again), TEST(reading_at_the_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
