/*
 * Columns of a block, each way of making them; counts, and what makes them disagree; what a gate does with findings
 * that no list can give. Expectations are worked out by hand from docs/POLICY.md and docs/STEPS.md.
 */
#include "rules/plan/gate.h"
#include "rules/plan/tally.h"
#include "rules/plan/worker_column.h"
#include "tests/unit/plan_rig.h"

#define OPEN "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}}\n"
#define ALWAYS "when: {field: v, present: true}, "

static rig_table t;

static void fill(const char *const *values)
{
    rig_clear(&t, 2);
    for (; *values != NULL; values++) {
        rig_add(&t, (const char *[]){"x", *values});
    }
}

static void expect_counts(const rig *r, size_t column, uint64_t released, uint64_t suppressed, uint64_t nulls,
                          uint64_t unreadable)
{
    pare_column_counts counts;
    pare_error err;
    pare_tally_column(pare_worker_tally(r->worker), column, &counts);
    assert_int_equal(counts.released, released);
    assert_int_equal(counts.suppressed, suppressed);
    assert_int_equal(counts.null_values, nulls);
    assert_int_equal(counts.unreadable, unreadable);
    assert_int_equal(pare_tally_check(pare_worker_tally(r->worker), &err), PARE_OK);
}

/** The same, with a `when` that always holds and without: another loop, the same answer. */
static void expect_both(const char *step, const char *const *raw, const char *const *expected, uint64_t released,
                        uint64_t suppressed, uint64_t unreadable)
{
    for (unsigned way = 0; way < 2; way++) {
        char policy[600];
        pare_block block;
        (void)snprintf(policy, sizeof policy, OPEN "fields:\n  v: {category: user, for: p, %sdo: %s}\n",
                       way ? ALWAYS : "", step);
        rig r = rig_make(policy, "x v");
        assert_int_equal(r.plan->columns[0].path == PARE_PATH_ANY, way == 1 || step[0] == '[');
        fill(raw);
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, t.rows.n_rows, &block, &r.err), PARE_OK);
        for (uint32_t i = 0; expected[i] != NULL; i++) {
            assert_int_equal(block.verdicts[i], PARE_WRITE);
            pare_span text = rig_value(&block, i, 0);
            if (!pare_span_is(text, expected[i])) {
                fail_msg("%s, way %u, row %u: `%.*s`", step, way, i, PARE_SPAN_ARGS(text));
            }
        }
        expect_counts(&r, 0, released, suppressed, 0, unreadable);
        rig_done(&r);
    }
}

static void every_fate(void **state)
{
    (void)state;
    expect_both("{generalize: {date: year}}", (const char *[]){"1984-02-11", "soon", "\"1985-01-01\"", NULL},
                (const char *[]){"1984", "", "1985", NULL}, 2, 0, 1);
    expect_both("{replace: {map: {a: b, c: \"\"}}}", (const char *[]){"a", "z", "c", NULL},
                (const char *[]){"b", "", "", NULL}, 2, 1, 0);
    expect_both("{truncate: 2}", (const char *[]){"abc", "ab", "\"\"\"\"\"b\"", "\"ab\"", NULL},
                (const char *[]){"ab", "ab", "\"\"", "\"ab\"", NULL}, 4, 0, 0);
    expect_both("suppress", (const char *[]){"abc", NULL}, (const char *[]){"", NULL}, 0, 1, 0);
    expect_both("keep", (const char *[]){"abc", "\"a\"", NULL}, (const char *[]){"abc", "\"a\"", NULL}, 2, 0, 0);
    /* a chain ends with the first that withholds, whichever it is */
    expect_both("[{extract: \"a+\"}, {generalize: {number: 10}}]", (const char *[]){"b", "xa", NULL},
                (const char *[]){"", "", NULL}, 0, 1, 1);
    expect_both("[{truncate: 4}, {extract: \"[0-9]+$\"}, {generalize: {number: 10}}]",
                (const char *[]){"ab123", "ab12", "12", "abcd", NULL}, (const char *[]){"10", "10", "10", "", NULL}, 3,
                1, 0);
    expect_both("[{normalize: trim}, {truncate: 9}]", (const char *[]){" a ", "a", " ", NULL},
                (const char *[]){"a", "a", "", NULL}, 3, 0, 0);
}

/** Tokens that are made together are those that are made one by one. */
static void tokens(void **state)
{
    (void)state;
    static const char *const raw[] = {"a", "\"a\"", " A ", "\"a\"\"b\"", " ", "\"\"", "", "b", "\" A\"", NULL};
    pare_span made[2][9];
    static unsigned char kept[2][2048];
    for (unsigned way = 0; way < 2; way++) {
        char policy[600];
        pare_block block;
        (void)snprintf(policy, sizeof policy,
                       OPEN "fields:\n  v: {category: user, for: p, %sdo: {pseudonymize: {domain: d, normalize: [trim, "
                            "lower], prefix: \"t,\"}}}\n",
                       way ? ALWAYS : "");
        rig r = rig_make(policy, "x v");
        assert_int_equal(r.plan->columns[0].path, way ? PARE_PATH_ANY : PARE_PATH_TOKEN);
        fill(raw);
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, t.rows.n_rows, &block, &r.err), PARE_OK);
        for (uint32_t i = 0; i < 9; i++) {
            made[way][i] = rig_value(&block, i, 0);
            memcpy(kept[way] + 100 * i, made[way][i].ptr == NULL ? (const unsigned char *)"" : made[way][i].ptr,
                   made[way][i].len);
            made[way][i].ptr = kept[way] + 100 * i;
            assert_int_equal(block.values[i].flags, 0); /* the comma in the prefix wants a look */
        }
        expect_counts(&r, 0, 6, way == 0 ? 1 : 3, way == 0 ? 2 : 0, 0); /* `present` does not hold for the empty ones */
        rig_done(&r);
    }
    for (uint32_t i = 0; i < 9; i++) {
        assert_true(pare_span_equal(made[0][i], made[1][i]) || i == 5); /* which was withheld there, and is null here */
    }
    assert_int_equal(made[0][0].len, 28);
    assert_true(pare_span_equal(made[0][0], made[0][1]) && pare_span_equal(made[0][0], made[0][2]));
    assert_true(pare_span_equal(made[0][0], made[0][8]));
    assert_false(pare_span_equal(made[0][0], made[0][3]) || pare_span_equal(made[0][0], made[0][7]));
    assert_int_equal(made[0][4].len, 0);
}

/** A value with quotes in it, whose text lies in a buffer that the next one overwrites, in both cases of letters. */
static void tokens_of_quoted_values(void **state)
{
    (void)state;
    rig r = rig_make(OPEN "fields: {v: {category: user, for: p, do: {pseudonymize: {domain: d, normalize: lower}}}}\n",
                     "v");
    pare_block block;
    rig_clear(&t, 1);
    const char *const values[] = {"\"a\"\"b\"", "\"A\"\"B\"", "\"c\"\"d\"", "\"ab\"", "AB"};
    for (size_t i = 0; i < 5; i++) {
        rig_add(&t, &values[i]);
    }
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 5, &block, &r.err), PARE_OK);
    assert_true(pare_span_equal(rig_value(&block, 0, 0), rig_value(&block, 1, 0)));
    assert_false(pare_span_equal(rig_value(&block, 0, 0), rig_value(&block, 2, 0)));
    assert_true(pare_span_equal(rig_value(&block, 3, 0), rig_value(&block, 4, 0)));
    rig_done(&r);
}

/** After many tokens they are made in lanes, where there are any: nothing is to be seen of it. */
static void many_tokens(void **state)
{
    (void)state;
    rig r = rig_make(OPEN "fields: {v: {category: user, for: p, do: {pseudonymize: {domain: d}}}}\n", "x v");
    static char text[PARE_BLOCK_RECORDS][2100], expected[PARE_BLOCK_RECORDS][26];
    for (unsigned i = 0; i < PARE_BLOCK_RECORDS; i++) { /* lengths from nothing to what no lane takes */
        size_t len = i == 0 ? 0 : i < 60 ? i * 3 : 2000 + i;
        memset(text[i], 'a' + (int)(i % 26), len);
        text[i][len] = '\0';
    }
    for (unsigned round = 0; round < 400; round++) {
        pare_block block;
        unsigned n = round % 7 == 3 ? 1 + round % PARE_BLOCK_RECORDS : round % 5 == 0 ? PARE_BLOCK_RECORDS : 56;
        rig_clear(&t, 2);
        for (unsigned i = 0; i < n && t.len < 60000; i++) {
            rig_add(&t, (const char *[]){"x", text[i]});
        }
        n = t.rows.n_rows;
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, n, &block, &r.err), PARE_OK);
        for (unsigned i = 0; i < n; i++) {
            pare_span token = rig_value(&block, i, 0);
            assert_int_equal(token.len, i == 0 ? 0 : 26);
            if (round == 0 && i > 0) {
                memcpy(expected[i], token.ptr, 26);
            } else if (i > 0) {
                assert_memory_equal(token.ptr, expected[i], 26);
            }
        }
    }
    pare_lanes *lanes = pare_lanes_new(); /* whether there are any here */
    assert_true(r.worker->tried_lanes);
    assert_int_equal(r.worker->lanes != NULL, lanes != NULL);
    pare_lanes_free(lanes);
    static char longest[2][60002]; /* the second is longer than lanes take: then all are made one by one */
    pare_span alone[2];
    unsigned char kept[2][26];
    for (unsigned i = 0; i < 2; i++) {
        pare_block block;
        memset(longest[i], 'x', 60000 + i);
        rig_clear(&t, 2);
        rig_add(&t, (const char *[]){"x", longest[i]});
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 1, &block, &r.err), PARE_OK);
        alone[i] = rig_value(&block, 0, 0);
        memcpy(kept[i], alone[i].ptr, 26);
        for (unsigned j = 1; j < 12; j++) {
            rig_add(&t, (const char *[]){"x", text[j]});
        }
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 12, &block, &r.err), PARE_OK);
        assert_memory_equal(rig_value(&block, 0, 0).ptr, kept[i], 26);
        for (uint32_t j = 1; j < 12; j++) {
            assert_memory_equal(rig_value(&block, j, 0).ptr, expected[j], 26);
        }
    }
    rig_done(&r);
}

/** Every counter that belongs to a detector, also where two rules of a column use it, and two columns. */
static void hits_are_counted_by_detector(void **state)
{
    (void)state;
    rig r = rig_make(
        OPEN "fields:\n"
             "  x: {category: user, for: p, do: {redact: {find: phone}}}\n"
             "  v:\n    - {category: user, for: p, when: {field: x, is: x}, do: {redact: {find: [email, ipv4]}}}\n"
             "    - {category: user, for: p, do: [{truncate: 90}, {redact: {find: [ipv4, email]}}]}\n",
        "x v");
    pare_block block;
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"x", "mail a@b.example or c@d.example from 192.0.2.1"});
    rig_add(&t, (const char *[]){"y", "from 192.0.2.1 and 192.0.2.2 and 192.0.2.3 to e@f.example"});
    rig_add(&t, (const char *[]){"x", "nothing"});
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 3, &block, &r.err), PARE_OK);
    const pare_tally *tally = pare_worker_tally(r.worker);
    pare_column_info info;
    pare_plan_column(r.plan, 1, &info);
    assert_int_equal(info.n_detectors, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pare_tally_hits(tally, 1, i), strcmp(info.detectors[i], "email") == 0 ? 3 : 4);
    }
    assert_int_equal(pare_tally_hits(tally, 0, 0), 0);
    pare_tally *sum = NULL;
    assert_int_equal(pare_tally_new(r.plan, &sum, &r.err), PARE_OK);
    pare_tally_add(sum, tally);
    pare_tally_add(sum, tally);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pare_tally_hits(sum, 1, i), 2 * pare_tally_hits(tally, 1, i));
    }
    pare_tally_free(sum);
    rig_done(&r);
}

/** A value that is left out takes its hits with it, also those of a step that stands alone behind another's counters.
 */
static void hits_of_refused_records(void **state)
{
    (void)state;
    rig r = rig_make(OPEN "fields:\n  x: {category: user, for: p, do: {redact: {find: [phone, ipv4]}}}\n"
                          "  v: {category: user, for: p, do: {redact: {find: email}}}\n"
                          "  w: {category: user, for: p, do: {replace: {map: {a: b}, otherwise: fail}}}\n",
                     "x v w");
    pare_block block;
    assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
    rig_clear(&t, 3);
    rig_add(&t, (const char *[]){"192.0.2.1", "a@b.example c@d.example", "a"});
    rig_add(&t, (const char *[]){"192.0.2.1 192.0.2.2", "e@f.example", "refused"});
    rig_add(&t, (const char *[]){"", "g@h.example", "a"});
    for (uint64_t n = 1; n <= 2; n++) {
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 3, &block, &r.err), PARE_OK);
        assert_int_equal(pare_tally_hits(pare_worker_tally(r.worker), 0, 0), 0);
        assert_int_equal(pare_tally_hits(pare_worker_tally(r.worker), 0, 1), n);
        assert_int_equal(pare_tally_hits(pare_worker_tally(r.worker), 1, 0), 3 * n);
    }
    rig_done(&r);
}

/** Every counter is added, the first and the last of each kind as well. */
static void every_counter_is_added(void **state)
{
    (void)state;
    rig r = rig_make(OPEN "fields: {x: {category: user, for: p, do: {redact: {find: [email, phone]}}}, v: {category: "
                          "user, for: p, do: keep}}\n",
                     "x v");
    pare_tally *part = NULL, *sum = NULL;
    assert_int_equal(pare_tally_new(r.plan, &part, &r.err), PARE_OK);
    assert_int_equal(pare_tally_new(r.plan, &sum, &r.err), PARE_OK);
    uint64_t n = 1, *counts = (uint64_t *)&part->counts, *columns = (uint64_t *)part->columns;
    for (size_t i = 0; i < sizeof part->counts / sizeof *counts; i++) {
        counts[i] = n++;
    }
    for (size_t i = 0; i < PARE_N_FAULTS; i++) {
        part->quarantined[i] = n++;
    }
    for (size_t i = 0; i < 2 * sizeof *part->columns / sizeof *columns; i++) {
        columns[i] = n++;
    }
    for (size_t i = 0; i < r.plan->n_hits; i++) {
        part->hits[i] = n++;
    }
    part->purposes[0] = n++;
    for (uint64_t times = 1; times <= 2; times++) {
        pare_tally_add(sum, part);
        uint64_t expected = 1;
        for (size_t i = 0; i < sizeof part->counts / sizeof *counts; i++) {
            assert_int_equal(((uint64_t *)&sum->counts)[i], times * expected++);
        }
        for (size_t i = 0; i < PARE_N_FAULTS; i++) {
            assert_int_equal(pare_tally_quarantined(sum, (pare_fault)i), times * expected++);
        }
        for (size_t i = 0; i < 2 * sizeof *part->columns / sizeof *columns; i++) {
            assert_int_equal(((uint64_t *)sum->columns)[i], times * expected++);
        }
        for (size_t i = 0; i < r.plan->n_hits; i++) {
            assert_int_equal(sum->hits[i], times * expected++);
        }
        assert_int_equal(pare_tally_purpose(sum, 0), times * expected);
    }
    pare_tally_free(part);
    pare_tally_free(sum);
    rig_done(&r);
}

/** Buffers are used again: a chain over thousands of records takes no more memory than over one. */
static void memory_does_not_grow(void **state)
{
    (void)state;
    rig r = rig_make(
        OPEN
        "fields: {v: {category: user, for: p, do: [{normalize: upper}, {mask: {keep_last: 1}}, {truncate: 50}]}}\n",
        "x v");
    pare_block block;
    rig_clear(&t, 2);
    for (unsigned i = 0; i < 64; i++) {
        rig_add(&t, (const char *[]){"x", "a value of some length, to be changed"});
    }
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 64, &block, &r.err), PARE_OK);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_true(r.worker->chain[i].cap <= 4096);
        assert_true(r.worker->scratch.temporary[i].cap <= 4096);
    }
    assert_int_equal(r.worker->text.len, 64 * 37);
    rig_done(&r);
}

/** Whatever figure is off by one, the sums say so. */
static void sums_that_do_not_agree(void **state)
{
    (void)state;
    rig r = rig_make(OPEN "fields: {x: {category: user, for: p, do: keep}, v: {category: user, for: p, do: keep}}\n",
                     "x v");
    pare_block block;
    pare_tally *sum = NULL;
    fill((const char *[]){"a", "b", NULL});
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 2, &block, &r.err), PARE_OK);
    assert_int_equal(pare_tally_new(r.plan, &sum, &r.err), PARE_OK);
    pare_tally_add(sum, pare_worker_tally(r.worker));
    sum->counts.quarantined += PARE_N_FAULTS; /* so that every figure is other than 0 */
    sum->counts.read += PARE_N_FAULTS + 4;
    sum->counts.dropped_retention++;
    sum->counts.dropped_no_date++;
    sum->counts.dropped_no_purpose++;
    sum->counts.dropped_opted_out++;
    for (size_t i = 0; i < PARE_N_FAULTS; i++) {
        sum->quarantined[i]++;
    }
    assert_int_equal(pare_tally_check(sum, &r.err), PARE_OK);
    uint64_t *figures[] = {&sum->counts.read,
                           &sum->counts.written,
                           &sum->counts.dropped_retention,
                           &sum->counts.dropped_no_date,
                           &sum->counts.dropped_no_purpose,
                           &sum->counts.dropped_opted_out,
                           &sum->counts.quarantined,
                           &sum->quarantined[0],
                           &sum->quarantined[PARE_N_FAULTS - 1],
                           &sum->columns[0].released,
                           &sum->columns[1].released,
                           &sum->columns[0].suppressed,
                           &sum->columns[1].null_values,
                           &sum->columns[1].unreadable};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        for (int by = -1; by <= 1; by += 2) {
            *figures[i] += (uint64_t)(int64_t)by;
            assert_int_equal(pare_tally_check(sum, &r.err), PARE_E_INTERNAL);
            assert_true(i < 9 || i % 2 == 0 || strstr(r.err.text, "`x`") != NULL || strstr(r.err.text, "`v`") != NULL);
            *figures[i] -= (uint64_t)(int64_t)by;
        }
    }
    sum->counts.read++; /* one read, and two faults that cancel out: by fault they must agree as well */
    sum->counts.quarantined++;
    assert_int_equal(pare_tally_check(sum, &r.err), PARE_E_INTERNAL);
    pare_tally_free(sum);
    pare_tally_free(NULL);
    rig_done(&r);
}

static void records_that_are_not_the_plans(void **state)
{
    (void)state;
    rig r = rig_make(OPEN "fields: {v: {category: user, for: p, do: keep}}\n", "x v");
    pare_block block;
    fill((const char *[]){"a", "b", "c", NULL});
    static const struct {
        uint32_t first, n;
    } wrong[] = {{0, 0}, {0, 4}, {1, 3}, {4, 1}, {3, 1}, {UINT32_MAX, 1}, {0, 65}, {1, UINT32_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, wrong[i].first, wrong[i].n, &block, &r.err),
                         PARE_E_INTERNAL);
    }
    pare_rows many = t.rows;
    many.n_rows = 100;
    assert_int_equal(pare_worker_apply(r.worker, &many, 0, 65, &block, NULL), PARE_E_INTERNAL);
    for (uint32_t n_fields = 1; n_fields <= 3; n_fields += 2) {
        pare_rows other = t.rows;
        other.n_fields = n_fields;
        assert_int_equal(pare_worker_apply(r.worker, &other, 0, 1, &block, &r.err), PARE_E_INTERNAL);
    }
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 2, 1, &block, &r.err), PARE_OK);
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 3, &block, &r.err), PARE_OK);
    rig_done(&r);
}

/** 64 purposes: as many as there are bits. */
static void as_many_purposes_as_bits(void **state)
{
    (void)state;
    static char policy[8000];
    for (unsigned n = 63; n <= 64; n++) {
        int len = snprintf(policy, sizeof policy, "pare: 1\ndataset: d\nrecipient: r\npurposes:\n");
        for (unsigned i = 0; i < n; i++) {
            len += snprintf(policy + len, sizeof policy - (size_t)len, "  p%u: {description: x, basis: contract}\n", i);
        }
        (void)snprintf(policy + len, sizeof policy - (size_t)len,
                       "fields: {v: {category: user, for: p%u, do: keep}, x: {category: user, for: p0, do: keep}}\n",
                       n - 1);
        rig r = rig_make(policy, "x v");
        pare_block block;
        fill((const char *[]){"a", NULL});
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 1, &block, &r.err), PARE_OK);
        assert_true(pare_span_is(rig_value(&block, 0, 1), "a"));
        for (unsigned i = 0; i < n; i++) {
            assert_int_equal(pare_tally_purpose(pare_worker_tally(r.worker), i), 1);
        }
        rig_done(&r);
    }
}

/** A line break at the last byte of a value, or the first; in a batch of which a part was done before. */
static void breaks_at_the_edges(void **state)
{
    (void)state;
    pare_block block;
    static const char *const broken[] = {"\"\na\"", "\"a\n\"", "\"\r\"", NULL};
    for (size_t i = 0; broken[i] != NULL; i++) {
        rig r = rig_make(OPEN "fields: {v: {category: user, for: p, do: keep}}\n", "x v");
        rig_clear(&t, 2);
        rig_add(&t, (const char *[]){"\"\n\n\"", "a"}); /* in a column that does not leave */
        rig_add(&t, (const char *[]){"\"\n\"", "b"});
        rig_add(&t, (const char *[]){"\"x\n\"", broken[i]});
        rig_add(&t, (const char *[]){"x", "c"});
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 1, &block, &r.err), PARE_OK);
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 1, 1, &block, &r.err), PARE_OK);
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 2, 2, &block, NULL), PARE_E_DATA);
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 4, &block, &r.err), PARE_E_DATA);
        assert_int_equal(r.err.record, 3);
        rig_done(&r);
    }
}

/** A gate that is shown findings which no list gives closes. */
static void doubtful_findings(void **state)
{
    (void)state;
    rig r = rig_make("pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}, q: "
                     "{description: y, basis: contract}}\n"
                     "tiers: {file: \"a:t\", key: who, tier: tier, match: x, allow: {t: p, u: [p, q]}}\n"
                     "opt_outs: [{file: b, column: who, match: x, purposes: q}]\n"
                     "fields: {v: {category: user, for: [p, q], do: keep}}\n",
                     "x v");
    fill((const char *[]){"a", NULL});
    pare_record record = pare_rows_get(&t.rows, 0);
    pare_buf spare;
    pare_buf_init(&spare, 1 << 20);
    static const struct {
        pare_roll_finding opted, tier;
        uint64_t allowed;
    } cases[] = {
        {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_LISTED, 1}, 1},     {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_LISTED, 2}, 3},
        {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_LISTED, 3}, 0},     {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_LISTED, 0}, 0},
        {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_LISTED, -1}, 0},    {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_ABSENT, 2}, 0},
        {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_EMPTY, 2}, 0},      {{PARE_ROLL_ABSENT, 0}, {PARE_ROLL_UNKNOWABLE, 2}, 0},
        {{PARE_ROLL_LISTED, 1}, {PARE_ROLL_LISTED, 2}, 1},     {{PARE_ROLL_EMPTY, 1}, {PARE_ROLL_LISTED, 2}, 1},
        {{PARE_ROLL_UNKNOWABLE, 1}, {PARE_ROLL_LISTED, 2}, 1}, {{PARE_ROLL_UNKNOWABLE, 1}, {PARE_ROLL_LISTED, 1}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_roll_finding found[] = {cases[i].opted, cases[i].tier};
        pare_gate gate = {r.plan, &record, &spare, r.worker->scratch.regex};
        uint64_t allowed = 3; /* what `allowed_when` says: nothing against either */
        assert_int_equal(pare_gate_decide(&gate, found, &allowed),
                         cases[i].allowed == 0 ? PARE_DROP_NO_PURPOSE : PARE_WRITE);
        assert_int_equal(allowed, cases[i].allowed);
    }
    pare_buf_clear(&spare);
    rig_done(&r);
}

/** A test that meets a limit can't be told: nothing is allowed by it, also under `not`, and no rule is chosen by it. */
static void tests_at_their_limit(void **state)
{
    (void)state;
    rig r = rig_make("pare: 1\ndataset: d\nrecipient: r\npurposes:\n"
                     "  p: {description: x, basis: contract, allowed_when: {not: {field: x, matches: \"^(a+)+$\"}}}\n"
                     "  q: {description: x, basis: contract}\n"
                     "fields:\n  v:\n    - {category: user, for: q, when: {field: x, matches: \"^(a+)+$\"}, do: keep}\n"
                     "    - {category: user, for: q, do: keep}\n  x: {category: user, for: p, do: {truncate: 1}}\n",
                     "x v");
    pare_block block;
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "v"});
    rig_add(&t, (const char *[]){"b", "v"});
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 2, &block, &r.err), PARE_OK);
    assert_int_equal(rig_value(&block, 0, 0).len, 0);
    assert_int_equal(rig_value(&block, 0, 1).len, 0);
    assert_true(pare_span_is(rig_value(&block, 1, 0), "b"));
    assert_true(pare_span_is(rig_value(&block, 1, 1), "v"));
    rig_done(&r);
}

/** A tier that is empty allows nothing, also where the empty text is no null. */
static void an_empty_tier(void **state)
{
    (void)state;
    rig r = rig_make(
        "pare: 1\ndataset: d\nrecipient: r\ninput: {nulls: [\"-\"]}\npurposes: {p: {description: x, basis: contract}}\n"
        "tiers: {field: x, allow: {a: p}}\nfields: {v: {category: user, for: p, do: keep}}\n",
        "x v");
    pare_block block;
    rig_clear(&t, 2);
    static const char *const raw[] = {"a", "", "\"\"", "-", "b"};
    for (size_t i = 0; i < 5; i++) {
        rig_add(&t, (const char *[]){raw[i], "v"});
    }
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 5, &block, &r.err), PARE_OK);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(block.verdicts[i], i == 0 ? PARE_WRITE : PARE_DROP_NO_PURPOSE);
    }
    rig_done(&r);
}

/** Each list is asked for its own finding, whatever stands before it. */
static void lists_in_a_row(void **state)
{
    (void)state;
    rig r = rig_make(
        "pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}, q: {description: y, "
        "basis: contract}}\n"
        "tiers:\n  - {file: \"a:t b:u c:t d:t e:t\", key: who, tier: tier, match: x, allow: {t: [p, q], u: p}}\n"
        "  - {field: v, allow: {both: [p, q]}}\n"
        "  - {file: \"a:u b:t c:u d:u e:u\", key: who, tier: tier, match: x, allow: {t: q, u: [p, q]}}\n"
        "  - {file: \"a:t b:t c:u d:t e:t\", key: who, tier: tier, match: x, allow: {t: [p, q], u: p}}\n"
        "opt_outs:\n  - {file: d, column: who, match: x, purposes: p}\n  - {file: e, column: who, match: x, purposes: "
        "q}\n"
        "fields: {v: {category: user, for: p, do: keep}, x: {category: user, for: q, do: keep}}\n",
        "x v");
    static const char *const who[] = {"a", "b", "c", "d", "e"};
    static const uint64_t allowed[] = {3, 0, 1, 2, 1};
    pare_block block;
    for (unsigned from = 0; from < 5; from++) { /* alone, and behind others */
        rig_clear(&t, 2);
        for (unsigned i = from; i < 5; i++) {
            rig_add(&t, (const char *[]){who[i], "both"});
        }
        assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 5 - from, &block, &r.err), PARE_OK);
        for (unsigned i = from; i < 5; i++) {
            assert_int_equal(block.verdicts[i - from], allowed[i] == 0 ? PARE_DROP_NO_PURPOSE : PARE_WRITE);
            if (allowed[i] != 0) {
                assert_int_equal(rig_value(&block, i - from, 0).len, (allowed[i] & 2) != 0 ? 1 : 0);
                assert_int_equal(rig_value(&block, i - from, 1).len, (allowed[i] & 1) != 0 ? 4 : 0);
            }
        }
    }
    rig_done(&r);
}

/** A null allows nothing, also where a tier is named like it. */
static void a_tier_named_like_a_null(void **state)
{
    (void)state;
    rig r = rig_make("pare: 1\ndataset: d\nrecipient: r\ninput: {nulls: [\"\", \"-\"]}\n"
                     "purposes: {p: {description: x, basis: contract}}\n"
                     "tiers: {field: x, allow: {\"-\": p, a: p}}\nfields: {v: {category: user, for: p, do: keep}}\n",
                     "x v");
    pare_block block;
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"-", "v"});
    rig_add(&t, (const char *[]){"a", "v"});
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 2, &block, &r.err), PARE_OK);
    assert_int_equal(block.verdicts[0], PARE_DROP_NO_PURPOSE);
    assert_int_equal(block.verdicts[1], PARE_WRITE);
    rig_done(&r);
}

/** Two lists of digests share a worker's hash. */
static void two_lists_of_digests(void **state)
{
    (void)state;
    /* sha256sum(1) of "ann" and of "bob" */
    rig r = rig_make("pare: 1\ndataset: d\nrecipient: r\npurposes: {p: {description: x, basis: contract}, q: "
                     "{description: y, basis: contract}}\n"
                     "opt_outs:\n  - {file: 49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1, column: "
                     "who, match: x, digest: sha256, purposes: p}\n"
                     "  - {file: 81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9, column: who, match: "
                     "x, digest: sha256, purposes: q}\n"
                     "fields: {v: {category: user, for: p, do: keep}, x: {category: user, for: q, do: keep}}\n",
                     "x v");
    pare_block block;
    rig_clear(&t, 2);
    rig_add(&t, (const char *[]){"ann", "v"});
    rig_add(&t, (const char *[]){"bob", "v"});
    rig_add(&t, (const char *[]){"cid", "v"});
    assert_int_equal(pare_worker_apply(r.worker, &t.rows, 0, 3, &block, &r.err), PARE_OK);
    static const char *const expected[3][2] = {{"ann", ""}, {"", "v"}, {"cid", "v"}};
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(pare_span_is(rig_value(&block, i, 0), expected[i][0]));
        assert_true(pare_span_is(rig_value(&block, i, 1), expected[i][1]));
    }
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fate),
        cmocka_unit_test(tokens),
        cmocka_unit_test(many_tokens),
        cmocka_unit_test(tokens_of_quoted_values),
        cmocka_unit_test(hits_are_counted_by_detector),
        cmocka_unit_test(hits_of_refused_records),
        cmocka_unit_test(every_counter_is_added),
        cmocka_unit_test(memory_does_not_grow),
        cmocka_unit_test(sums_that_do_not_agree),
        cmocka_unit_test(records_that_are_not_the_plans),
        cmocka_unit_test(as_many_purposes_as_bits),
        cmocka_unit_test(breaks_at_the_edges),
        cmocka_unit_test(doubtful_findings),
        cmocka_unit_test(tests_at_their_limit),
        cmocka_unit_test(an_empty_tier),
        cmocka_unit_test(two_lists_of_digests),
        cmocka_unit_test(lists_in_a_row),
        cmocka_unit_test(a_tier_named_like_a_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
