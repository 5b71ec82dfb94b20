/*
 * What is looked at before it leaves: `scan_released`, and `output: {formulas: ...}`. What is found, what becomes of
 * it, what is counted. Expectations are worked out by hand.
 */
#include "tests/unit/plan_rig.h"

#define HEAD "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}}\n"

enum { EMAIL, IPV4, UNSURE }; /* places in `find` below; the last one behind them */

static rig_table t;
static pare_block block;

static pare_status apply(rig *r)
{
    return pare_worker_apply(r->worker, &t.rows, 0, t.rows.n_rows, &block, &r->err);
}

static pare_column_counts counts_of(const rig *r, size_t column)
{
    pare_column_counts counts;
    pare_tally_column(pare_worker_tally(r->worker), column, &counts);
    return counts;
}

static uint64_t scanned(const rig *r, size_t column, size_t detector)
{
    return pare_tally_scan(pare_worker_tally(r->worker), column, detector);
}

/** One column `v` with these steps, that `scan_released` looks through. */
static rig scan_rig(const char *steps, const char *action)
{
    char policy[1000];
    (void)snprintf(policy, sizeof policy,
                   HEAD "fields: {v: {category: user, for: p, do: %s}}\n"
                        "scan_released: {find: [email, ipv4], on_hit: %s}\n",
                   steps, action);
    rig_clear(&t, 1);
    return rig_make(policy, "v");
}

static void add(const char *value)
{
    rig_add(&t, &value);
}

/** Apply; what is there is written, NULL: withheld. */
static void expect_values(rig *r, const char *const *expected, size_t n)
{
    assert_int_equal(apply(r), PARE_OK);
    assert_int_equal(t.rows.n_rows, n);
    for (uint32_t i = 0; i < n; i++) {
        pare_span value = rig_value(&block, i, 0);
        if (expected[i] == NULL) {
            assert_null(value.ptr);
        } else if (!pare_span_is(value, expected[i])) {
            fail_msg("record %u: `%.*s`, not `%s`", i, PARE_SPAN_ARGS(value), expected[i]);
        }
    }
}

static void what_a_value_holds(void **state)
{
    (void)state;
    rig r = scan_rig("keep", "withhold");
    add("amber");
    add("write to ann@x.example");
    add("from 192.0.2.7 ann@x.example and bo@x.example");
    add("");
    add("\"quoted \"\"cy@x.example\"\"\"");
    expect_values(&r, (const char *[]){"amber", NULL, NULL, "", NULL}, 5);
    pare_column_counts counts = counts_of(&r, 0);
    assert_int_equal(counts.released, 1);
    assert_int_equal(counts.null_values, 1);
    assert_int_equal(counts.detected, 3);
    assert_int_equal(counts.suppressed, 0);
    assert_int_equal(scanned(&r, 0, EMAIL), 4);
    assert_int_equal(scanned(&r, 0, IPV4), 1);
    assert_int_equal(scanned(&r, 0, UNSURE), 0);
    assert_int_equal(scanned(&r, 0, UNSURE + 1), 0);
    assert_int_equal(pare_tally_check(pare_worker_tally(r.worker), &r.err), PARE_OK);
    pare_tally *sum = NULL;
    assert_int_equal(pare_tally_new(r.plan, &sum, &r.err), PARE_OK);
    pare_tally_add(sum, pare_worker_tally(r.worker));
    pare_tally_add(sum, pare_worker_tally(r.worker));
    assert_int_equal(pare_tally_scan(sum, 0, EMAIL), 8);
    assert_int_equal(pare_tally_scan(sum, 0, IPV4), 2);
    pare_tally_free(sum);
    rig_done(&r);
}

/** Values that don't leave anyway are not looked at; a column that is excepted is not either. */
static void what_does_not_leave(void **state)
{
    (void)state;
    rig r = scan_rig("{extract: {regex: '[a-z]+@x\\.example'}}", "withhold");
    add("no address");
    add("ann@x.example");
    expect_values(&r, (const char *[]){NULL, NULL}, 2);
    assert_int_equal(counts_of(&r, 0).suppressed, 1);
    assert_int_equal(counts_of(&r, 0).detected, 1);
    rig_done(&r);
    r = rig_make(HEAD "fields: {v: {category: user, for: p, do: keep}, w: {category: user, for: p, do: keep}}\n"
                      "scan_released: {find: email, except: v}\n",
                 "v w");
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"ann@x.example", "ann@x.example"});
    assert_int_equal(apply(&r), PARE_OK);
    assert_true(pare_span_is(rig_value(&block, 0, 0), "ann@x.example"));
    assert_null(rig_value(&block, 0, 1).ptr);
    assert_int_equal(scanned(&r, 0, EMAIL), 0);
    assert_int_equal(scanned(&r, 1, EMAIL), 1);
    rig_done(&r);
}

/** What a step wrote is not the record's, whatever it looks like; what it left of the value is. */
static void what_steps_write(void **state)
{
    (void)state;
    rig r = scan_rig("{replace: {with: support@r.example}}", "withhold");
    add("ann@x.example");
    expect_values(&r, (const char *[]){"support@r.example"}, 1);
    rig_done(&r);
    r = scan_rig("{pseudonymize: {domain: d, prefix: 'ann@x.example '}}", "withhold");
    add("ann@x.example");
    assert_int_equal(apply(&r), PARE_OK);
    assert_int_equal(counts_of(&r, 0).released, 1);
    rig_done(&r);
    r = scan_rig("[{redact: {find: email, with: 'Support@Zr.example'}}, {normalize: [trim, upper]}]", "withhold");
    add("ann@x.example");            /* the label is known in other letters too */
    add("ann@x.example, 192.0.2.7"); /* beside it stands something of the record's */
    add("192.0.2.7");
    add("amber");
    expect_values(&r, (const char *[]){"SUPPORT@ZR.EXAMPLE", NULL, NULL, "AMBER"}, 4);
    assert_int_equal(scanned(&r, 0, EMAIL), 0);
    assert_int_equal(scanned(&r, 0, IPV4), 2);
    rig_done(&r);
    r = scan_rig("[{redact: {find: email, with: 'a@r.example'}}, {extract: {regex: '[^ ]+$'}}]", "withhold");
    add("ann@x.example 192.0.2.177"); /* longer than all that was written */
    add("ann@x.example 2.3.4.5");     /* as long as something else */
    expect_values(&r, (const char *[]){NULL, NULL}, 2);
    rig_done(&r);
}

/** Wherever a text of the policy stands, in the value and among the others; and only as it is, and in its own value. */
static void what_steps_wrote_elsewhere(void **state)
{
    (void)state;
    rig r = scan_rig("{redact: {find: [email, ipv4], with: '{type}@r.example'}}", "withhold");
    add("see ann@x.example or 192.0.2.7");
    add("192.0.2.7");
    expect_values(&r, (const char *[]){"see email@r.example or ipv4@r.example", "ipv4@r.example"}, 2);
    rig_done(&r);
    r = rig_make(HEAD "fields:\n  v:\n"
                      "    - {when: {field: x, is: '1'}, category: user, for: p, do: {redact: {find: ipv4, with: "
                      "ann@r.example}}}\n"
                      "    - {when: {field: x, is: '2'}, category: user, for: p, do: keep}\n"
                      "    - {when: {field: x, is: '3'}, category: user, for: p, do: {pseudonymize: {method: ff1}}}\n"
                      "    - {when: {field: x, is: '4'}, category: user, for: p, do: {replace: {with: bo@x.example}}}\n"
                      "scan_released: {find: email}\n",
                 "v x");
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"192.0.2.7", "1"});
    rig_add(&t, (const char *[]){"ann@r.example", "2"}); /* what was written into another value */
    rig_add(&t, (const char *[]){"192.0.2.7 and bnn@r.example", "1"});
    rig_add(&t, (const char *[]){"bo@x.example 12345678", "3"});
    rig_add(&t, (const char *[]){"cy", "4"}); /* what was left of another value */
    assert_int_equal(apply(&r), PARE_OK);
    assert_true(pare_span_is(rig_value(&block, 0, 0), "ann@r.example"));
    assert_null(rig_value(&block, 1, 0).ptr);
    assert_null(rig_value(&block, 2, 0).ptr);
    assert_null(rig_value(&block, 3, 0).ptr);
    assert_true(pare_span_is(rig_value(&block, 4, 0), "bo@x.example"));
    rig_done(&r);
}

/** FF1 leaves what is not in its alphabet: only there a hit is the record's. */
static void what_ff1_leaves(void **state)
{
    (void)state;
    rig r = scan_rig("{pseudonymize: {method: ff1, domain: d}}", "withhold");
    for (unsigned i = 0; i < 60; i++) { /* tokens that read as addresses of the Internet are tokens */
        char value[32];
        (void)snprintf(value, sizeof value, "%u.%u.%u.%u", 11 + i, 99 - i % 90, 10 + i % 7, 20 + i % 79);
        add(value);
    }
    assert_int_equal(apply(&r), PARE_OK);
    assert_int_equal(counts_of(&r, 0).released, 60);
    rig_clear(&t, 1);
    add("ann@x.example 12345678");
    add("ann 12345678");
    assert_int_equal(apply(&r), PARE_OK);
    assert_null(rig_value(&block, 0, 0).ptr);
    assert_int_equal(rig_value(&block, 1, 0).len, 12);
    assert_int_equal(scanned(&r, 0, EMAIL), 1);
    assert_int_equal(scanned(&r, 0, IPV4), 0);
    rig_done(&r);
}

/** More hits than can be counted: nobody can tell, and what is unsure is no miss. */
static void what_cannot_be_told(void **state)
{
    (void)state;
    static char many[9 * 1025 + 1];
    for (size_t i = 0; i < 1025; i++) {
        memcpy(many + 9 * i, "a@b.info ", 9);
    }
    static const struct {
        const char *action, *says;
        pare_status status;
    } actions[] = {{"withhold", NULL, PARE_OK},
                   {"quarantine", "can't tell what a value of column `v` holds", PARE_E_DATA},
                   {"fail", "can't tell what a value of column `v` holds", PARE_E_GATE}};
    for (size_t i = 0; i < 3; i++) {
        rig r = scan_rig("keep", actions[i].action);
        add("amber");
        add(many);
        assert_int_equal(apply(&r), actions[i].status);
        if (actions[i].says == NULL) {
            assert_null(rig_value(&block, 1, 0).ptr);
            assert_int_equal(counts_of(&r, 0).detected, 1);
            assert_int_equal(scanned(&r, 0, UNSURE), 1);
            assert_int_equal(scanned(&r, 0, EMAIL), 0);
        } else {
            assert_non_null(strstr(r.err.text, actions[i].says));
            assert_non_null(strstr(r.err.text, actions[i].action));
            assert_int_equal(r.err.record, 2);
        }
        rig_done(&r);
    }
}

static void records_are_refused(void **state)
{
    (void)state;
    for (unsigned tolerates = 0; tolerates < 2; tolerates++) {
        rig r = scan_rig("keep", "quarantine");
        add("amber");
        add("192.0.2.7 ann@x.example"); /* the first hit is told */
        add("basalt");
        if (tolerates) {
            assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
            assert_int_equal(apply(&r), PARE_OK);
            assert_int_equal(block.verdicts[1], PARE_QUARANTINE);
            assert_int_equal(block.faults[1], PARE_FAULT_DETECTED);
            assert_int_equal(counts_of(&r, 0).released, 2);
            assert_int_equal(counts_of(&r, 0).detected, 0);
            assert_int_equal(scanned(&r, 0, EMAIL), 1); /* why it was refused is told */
            assert_int_equal(scanned(&r, 0, IPV4), 1);
            assert_true(pare_span_is(rig_value(&block, 2, 0), "basalt"));
        } else {
            assert_int_equal(apply(&r), PARE_E_DATA);
            assert_string_equal(
                r.err.text,
                "`scan_released` finds `ipv4` in a value of column `v`, and the policy says `on_hit: quarantine`");
            assert_int_equal(r.err.record, 2);
            assert_int_equal(r.err.byte, 6);
        }
        rig_done(&r);
    }
}

/** Every count once: of a record that something else refuses, what was found in it goes with it. */
static void counts_of_refused_records(void **state)
{
    (void)state;
    rig r = rig_make(HEAD "fields:\n  v: {category: user, for: p, do: keep}\n"
                          "  w: {category: user, for: p, do: {replace: {map: {a: b}, otherwise: fail}}}\n"
                          "scan_released: {find: [email, ipv4], on_hit: withhold}\n",
                     "v w");
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"ann@x.example", "a"});
    rig_add(&t, (const char *[]){"ann@x.example 192.0.2.7", "refused"});
    rig_add(&t, (const char *[]){"bo@x.example", "a"});
    assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
    assert_int_equal(apply(&r), PARE_OK);
    assert_int_equal(block.faults[1], PARE_FAULT_VALUE);
    assert_int_equal(scanned(&r, 0, EMAIL), 2);
    assert_int_equal(scanned(&r, 0, IPV4), 0);
    assert_int_equal(counts_of(&r, 0).detected, 2);
    rig_done(&r);
}

/** `on_hit: fail` ends the run, whatever is tolerated, also behind records that are refused for something else. */
static void the_run_ends(void **state)
{
    (void)state;
    for (unsigned tolerates = 0; tolerates < 2; tolerates++) {
        rig r = rig_make(HEAD "fields:\n  v: {category: user, for: p, do: keep}\n"
                              "  w: {category: user, for: p, do: {replace: {map: {a: b}, otherwise: fail}}}\n"
                              "scan_released: {find: email, on_hit: fail}\n",
                         "v w");
        rig_clear(&t, 2);
        rig_add(&t, (const char *[]){"amber", tolerates ? "refused" : "a"});
        rig_add(&t, (const char *[]){"ann@x.example", "a"});
        if (tolerates) {
            assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
        }
        assert_int_equal(apply(&r), PARE_E_GATE);
        assert_int_equal(r.err.record, 2);
        assert_null(strstr(r.err.text, "ann"));
        assert_non_null(strstr(r.err.text, "`email`"));
        rig_done(&r);
        if (!tolerates) {
            continue;
        }
        r = rig_make(HEAD "fields: {v: {category: user, for: p, do: keep}}\n"
                          "scan_released: {find: email, on_hit: fail}\n",
                     "v");
        rig_clear(&t, 1);
        add("ann@x.example");
        assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 1, &block, NULL), PARE_E_GATE); /* nobody asks why */
        rig_done(&r);
    }
}

/* --- formulas ----------------------------------------------------------------------------------------------------- */

/** As read, quoted by hand; whether a value of it begins as a formula does. */
static const struct {
    const char *raw, *value, *quoted;
    bool begins;
} beginnings[] = {
    {"amber", "amber", "amber", false},
    {"=1+1", "=1+1", "'=1+1", true},
    {"\"=1,\"\"2\"\"\"", "=1,\"2\"", "'=1,\"2\"", true},
    {"-5.25", "-5.25", "-5.25", false},
    {" @x", " @x", "' @x", true},
    {"'=1", "'=1", "''=1", false}, /* so that undoing is always right */
    {"'amber", "'amber", "'amber", false},
    {"\"\"", "", "", false},
    {"", "", "", false},
    {"\"'=1\"", "'=1", "''=1", false},
};
enum { N_BEGINNINGS = sizeof beginnings / sizeof beginnings[0] };

/** Every way in which a column is made, and whether its value is only there for records that are allowed. */
static const struct {
    const char *rule;
    bool is_some;
} ways[] = {
    {"for: p, do: keep", false},
    {"for: some, do: keep", true},
    {"for: p, do: {truncate: 99}", false},
    {"for: p, do: [{truncate: 99}, {normalize: nfc}]", false},
    {"for: some, do: {truncate: 99}", true},
};
enum { N_WAYS = sizeof ways / sizeof ways[0] };

static rig formula_rig(const char *rule, const char *formulas)
{
    char policy[1000];
    (void)snprintf(policy, sizeof policy,
                   "pare: 1\ndataset: d\nrecipient: r\noutput: {columns: [v]%s}\n"
                   "purposes:\n  p: {description: x, basis: contract}\n"
                   "  some: {description: x, basis: consent, allowed_when: {field: ok, is: \"yes\"}}\n"
                   "fields: {v: {category: user, %s}, w: {category: user, for: p, do: keep}}\n",
                   formulas, rule);
    return rig_make(policy, "ok v w");
}

static void add_beginnings(void)
{
    rig_clear(&t, 3);
    for (size_t i = 0; i < N_BEGINNINGS; i++) {
        rig_add(&t, (const char *[]){i % 2 == 0 ? "yes" : "no", beginnings[i].raw, "w"});
    }
}

static bool is_released(size_t way, size_t record)
{
    return !ways[way].is_some || record % 2 == 0;
}

static void formulas_are_counted_or_quoted(void **state)
{
    (void)state;
    static const char *const actions[] = {"", ", formulas: keep", ", formulas: quote"};
    for (size_t way = 0; way < N_WAYS; way++) {
        for (size_t action = 0; action < 3; action++) {
            rig r = formula_rig(ways[way].rule, actions[action]);
            unsigned begin = 0, quoted = 0;
            add_beginnings();
            assert_int_equal(apply(&r), PARE_OK);
            for (uint32_t i = 0; i < N_BEGINNINGS; i++) {
                const char *expected = action < 2 ? beginnings[i].raw : beginnings[i].quoted;
                const char *value = action < 2 ? beginnings[i].value : beginnings[i].quoted;
                pare_span found = rig_value(&block, i, 0);
                if (!is_released(way, i)) {
                    assert_null(found.ptr);
                    continue;
                }
                begin += beginnings[i].begins;
                quoted += strcmp(beginnings[i].value, beginnings[i].quoted) != 0;
                bool as_read = pare_block_value(&block, i, 0).form == PARE_FORM_RAW;
                assert_true(pare_span_is(found, as_read ? beginnings[i].raw : value) || pare_span_is(found, expected));
                assert_true(action < 2 || strcmp(beginnings[i].value, beginnings[i].quoted) == 0 || !as_read);
            }
            assert_int_equal(counts_of(&r, 0).formulas, action < 2 ? begin : quoted);
            assert_int_equal(counts_of(&r, 1).formulas, 0);
            rig_done(&r);
        }
    }
}

/** A value that only a step makes, behind others in its column and in the block, is looked at where it stands. */
static void made_formulas_are_found(void **state)
{
    (void)state;
    rig r = rig_make(HEAD "fields:\n  w: {category: user, for: p, do: {extract: {regex: 'q.*'}}}\n"
                          "  v: {category: user, for: p, do: {extract: {regex: '[=z].*'}}}\n",
                     "w v");
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"qq", "azz"});
    rig_add(&t, (const char *[]){"qq", "b="});
    rig_add(&t, (const char *[]){"qq", "azz"});
    assert_int_equal(apply(&r), PARE_OK);
    assert_true(pare_span_is(rig_value(&block, 1, 1), "="));
    assert_int_equal(counts_of(&r, 0).formulas, 0);
    assert_int_equal(counts_of(&r, 1).formulas, 1);
    rig_done(&r);
}

/** In a column that is kept as it is, not the first, nothing but a quoted value begins as a formula does. */
static void quoted_formulas_are_found(void **state)
{
    (void)state;
    rig r = rig_make(HEAD "fields:\n  w: {category: user, for: p, do: keep}\n"
                          "  v: {category: user, for: p, do: keep}\n",
                     "w v");
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"ab", "cd"});
    rig_add(&t, (const char *[]){"ab", "\"=1,2\""});
    assert_int_equal(apply(&r), PARE_OK);
    assert_int_equal(counts_of(&r, 0).formulas, 0);
    assert_int_equal(counts_of(&r, 1).formulas, 1);
    rig_done(&r);
}

static void formulas_are_refused(void **state)
{
    (void)state;
    for (size_t way = 0; way < N_WAYS; way++) {
        for (unsigned tolerates = 0; tolerates < 2; tolerates++) {
            rig r = formula_rig(ways[way].rule, ", formulas: refuse");
            unsigned refused = 0;
            add_beginnings();
            if (tolerates) {
                assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
                assert_int_equal(apply(&r), PARE_OK);
                for (size_t i = 0; i < N_BEGINNINGS; i++) {
                    bool expected = beginnings[i].begins && is_released(way, i);
                    assert_int_equal(block.verdicts[i], expected ? PARE_QUARANTINE : PARE_WRITE);
                    assert_int_equal(block.faults[i], expected ? PARE_FAULT_FORMULA : 0);
                    refused += expected;
                }
                assert_int_equal(pare_tally_quarantined(pare_worker_tally(r.worker), PARE_FAULT_FORMULA), refused);
                assert_int_equal(counts_of(&r, 0).formulas, 0); /* of records that are written */
                assert_int_equal(counts_of(&r, 1).released, N_BEGINNINGS - refused);
            } else {
                assert_int_equal(apply(&r), PARE_E_DATA);
                assert_string_equal(
                    r.err.text,
                    "a value of column `v` begins as a formula does, and the policy says `formulas: refuse`");
                assert_int_equal(r.err.record, ways[way].is_some ? 3 : 2);
            }
            rig_done(&r);
        }
    }
}

/** The value that ends a run stays the first one, whichever column it stands in, and whatever refuses it. */
static void the_first_refusal_is_told(void **state)
{
    (void)state;
    rig r = rig_make(HEAD "output: {formulas: refuse}\nfields:\n"
                          "  v: {category: user, for: p, do: {replace: {map: {a: '=1', b: b}, otherwise: fail}}}\n",
                     "v");
    rig_clear(&t, 1);
    add("b");
    add("z"); /* refused by the step */
    add("a"); /* and behind it one that would be refused as a formula */
    assert_int_equal(apply(&r), PARE_E_DATA);
    assert_int_equal(r.err.record, 2);
    assert_non_null(strstr(r.err.text, "otherwise: fail"));
    rig_done(&r);
    r = rig_make(HEAD "output: {formulas: refuse}\nfields:\n"
                      "  v: {category: user, for: p, do: {replace: {map: {a: '=1', b: b}, otherwise: fail}}}\n",
                 "v");
    rig_clear(&t, 1);
    add("a");
    add("z");
    assert_int_equal(apply(&r), PARE_E_DATA);
    assert_int_equal(r.err.record, 1);
    assert_non_null(strstr(r.err.text, "formulas: refuse"));
    rig_done(&r);
}

/** Nulls leave as they are, from columns too whose tokens can't begin as a formula does. */
static void nulls_are_looked_at(void **state)
{
    (void)state;
    static const char *const steps[] = {"{pseudonymize: {domain: d, encoding: hex}}", "{generalize: {date: month}}",
                                        "keep"};
    for (size_t i = 0; i < 3; i++) {
        char policy[600];
        (void)snprintf(policy, sizeof policy,
                       HEAD "input: {nulls: ['=NA()', '-']}\noutput: {formulas: quote}\n"
                            "fields: {v: {category: user, for: p, do: %s}}\n",
                       steps[i]);
        rig r = rig_make(policy, "v");
        rig_clear(&t, 1);
        add("=NA()");
        add("-");
        add("2026-03-30");
        assert_int_equal(apply(&r), PARE_OK);
        assert_true(pare_span_is(rig_value(&block, 0, 0), "'=NA()"));
        assert_true(pare_span_is(rig_value(&block, 1, 0), "-"));
        assert_int_equal(counts_of(&r, 0).formulas, 1);
        assert_int_equal(counts_of(&r, 0).null_values, 2);
        rig_done(&r);
    }
}

/** Columns beside each other that leave unchanged are a run, but not around one that has a quoted value. */
static void runs_are_left(void **state)
{
    (void)state;
    rig r = rig_make(HEAD "output: {formulas: quote}\nfields: {\"*\": {category: user, for: p, do: keep}}\n"
                          "input: {header: true}\n",
                     "u v w x");
    rig_clear(&t, 4);
    rig_add(&t, (const char *[]){"u0", "v0", "w0", "x0"});
    rig_add(&t, (const char *[]){"u1", "=v1", "w1", "x1"});
    rig_add(&t, (const char *[]){"u2", "v2", "w2", "\"x\"\"2\""});
    assert_int_equal(apply(&r), PARE_OK);
    static const char *const expected[3][4] = {
        {"u0", "v0", "w0", "x0"}, {"u1", "'=v1", "w1", "x1"}, {"u2", "v2", "w2", "\"x\"\"2\""}};
    for (uint32_t row = 0; row < 3; row++) {
        for (uint32_t column = 0; column < 4; column++) {
            assert_true(pare_span_is(rig_value(&block, row, column), expected[row][column]));
        }
    }
    assert_int_equal(block.runs[1], 0);
    assert_int_equal(block.runs[2], 2);
    rig_done(&r);
}

/* --- tokens, lists ------------------------------------------------------------------------------------------------ */

/** Lanes are made when they pay, or when it is known that they will: tokens are the same. */
static void expecting_many(void **state)
{
    (void)state;
    static const char *const steps[] = {"{pseudonymize: {domain: d}}", "{truncate: 3}"};
    for (size_t i = 0; i < 2; i++) {
        char policy[400], first[40][64];
        (void)snprintf(policy, sizeof policy,
                       HEAD "fields: {v: {category: user, for: p, do: %s}, w: {category: user, for: p, do: keep}}\n",
                       steps[i]);
        for (unsigned expects = 0; expects < 3; expects++) {
            rig r = rig_make(policy, "v w");
            rig_clear(&t, 2);
            for (unsigned row = 0; row < 40; row++) {
                char value[16];
                (void)snprintf(value, sizeof value, "%u", row);
                rig_add(&t, (const char *[]){value, "w"});
            }
            for (unsigned times = 0; times < expects; times++) {
                pare_worker_expect_many(r.worker);
            }
            assert_int_equal(apply(&r), PARE_OK);
            for (uint32_t row = 0; row < 40; row++) {
                pare_span token = rig_value(&block, row, 0);
                if (expects == 0) {
                    (void)snprintf(first[row], sizeof first[row], "%.*s", PARE_SPAN_ARGS(token));
                }
                assert_true(pare_span_is(token, first[row]));
            }
            rig_done(&r);
        }
    }
}

/** How many records each list had something to say about; files that are no lists of people have no figure. */
static void lists_have_figures(void **state)
{
    (void)state;
    rig r = rig_make(HEAD "tiers:\n  - {field: x, allow: {t: p}}\n"
                          "  - {file: \"a:t b:t\", key: who, tier: tier, match: v, allow: {t: p}}\n"
                          "opt_outs:\n  - {file: \"a\", column: who, match: v}\n"
                          "  - {file: \"c a d\", column: who, match: v}\n"
                          "fields: {v: {category: user, for: p, do: keep}}\n",
                     "v x");
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"a", "t"});
    rig_add(&t, (const char *[]){"b", "t"});
    rig_add(&t, (const char *[]){"c", "t"});
    rig_add(&t, (const char *[]){"e", "t"});
    rig_add(&t, (const char *[]){"b", "t"});
    assert_int_equal(apply(&r), PARE_OK);
    unsigned lists = 0, seen[6] = {0};
    for (size_t i = 0; i < pare_policy_n_files(r.policy); i++) {
        pare_side_file_info file;
        pare_policy_file(r.policy, i, &file);
        uint64_t matches = pare_tally_matches(pare_worker_tally(r.worker), i);
        assert_true(file.names_people && matches < 6);
        lists++;
        seen[matches]++;
    }
    assert_int_equal(lists, 3);
    assert_int_equal(seen[1], 1); /* a */
    assert_int_equal(seen[2], 1); /* a, c */
    assert_int_equal(seen[3], 1); /* a, b, b */
    assert_int_equal(pare_tally_matches(pare_worker_tally(r.worker), 99), 0);
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_value_holds),
        cmocka_unit_test(what_does_not_leave),
        cmocka_unit_test(what_steps_write),
        cmocka_unit_test(what_steps_wrote_elsewhere),
        cmocka_unit_test(what_ff1_leaves),
        cmocka_unit_test(what_cannot_be_told),
        cmocka_unit_test(records_are_refused),
        cmocka_unit_test(counts_of_refused_records),
        cmocka_unit_test(the_run_ends),
        cmocka_unit_test(formulas_are_counted_or_quoted),
        cmocka_unit_test(made_formulas_are_found),
        cmocka_unit_test(quoted_formulas_are_found),
        cmocka_unit_test(formulas_are_refused),
        cmocka_unit_test(the_first_refusal_is_told),
        cmocka_unit_test(nulls_are_looked_at),
        cmocka_unit_test(runs_are_left),
        cmocka_unit_test(expecting_many),
        cmocka_unit_test(lists_have_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
