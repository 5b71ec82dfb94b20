/*
 * Records in memory, a policy over them, and a worker: for tests of the plan. Fields stand as they would in a CSV file.
 */
#ifndef PARE_TESTS_PLAN_RIG_H
#define PARE_TESTS_PLAN_RIG_H

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

enum { RIG_ROWS = 512, RIG_COLUMNS = 12, RIG_BYTES = 1 << 16 };

typedef struct rig_table {
    unsigned char bytes[RIG_BYTES];
    size_t len;
    uint32_t ends[RIG_ROWS * RIG_COLUMNS], starts[RIG_ROWS], breaks[2 * RIG_ROWS];
    pare_rows rows;
} rig_table;

static inline void rig_clear(rig_table *t, uint32_t n_columns)
{
    t->len = 0;
    t->rows = (pare_rows){t->bytes, t->ends, t->starts, t->breaks, 0, n_columns, 0};
}

/** One record of n_columns raw fields. */
static inline void rig_add(rig_table *t, const char *const *fields)
{
    uint32_t row = t->rows.n_rows++;
    assert_true(row < RIG_ROWS);
    t->starts[row] = (uint32_t)t->len;
    for (uint32_t c = 0; c < t->rows.n_fields; c++) {
        size_t len = strlen(fields[c]);
        assert_true(t->len + len + 1 < sizeof t->bytes);
        for (size_t i = 0; i < len; i++) {
            if (fields[c][0] == '"' && (fields[c][i] == '\n' || fields[c][i] == '\r')) {
                t->breaks[t->rows.n_breaks++] = (uint32_t)(t->len + i);
            }
        }
        memcpy(t->bytes + t->len, fields[c], len);
        t->len += len;
        t->ends[row * t->rows.n_fields + c] = (uint32_t)t->len;
        t->bytes[t->len++] = c + 1 < t->rows.n_fields ? ',' : '\n';
    }
}

typedef struct rig {
    pare_policy *policy;
    pare_plan *plan;
    pare_worker *worker;
    pare_error err;
} rig;

/** A list of people, whatever its name: entries, and tiers behind a colon, parted by blanks. */
static inline pare_status rig_list(void *context, const char *name, pare_table_row head, pare_table_row row,
                                   void *row_context, pare_file_facts *facts, pare_error *err)
{
    (void)context;
    (void)err;
    *facts = (pare_file_facts){0};
    const pare_span names[2] = {pare_span_of("who"), pare_span_of("tier")};
    if (head != NULL && !head(row_context, names, 2)) {
        return PARE_OK;
    }
    while (*name != '\0') {
        size_t len = strcspn(name, " "), who = strcspn(name, " :");
        pare_span fields[2] = {pare_span_from(name, who),
                               pare_span_from(name + who + (who < len), len - who - (who < len))};
        if (!row(row_context, fields, 2)) {
            return PARE_OK;
        }
        name += len + (name[len] == ' ');
    }
    return PARE_OK;
}

static inline void rig_say(void *context, const char *text, size_t len)
{
    (void)context;
    (void)fwrite(text, 1, len, stderr);
}

/** Column names parted by blanks; the published test key; as of 31 March 2026. */
static inline rig rig_bind(const char *policy, const char *header)
{
    rig r = {0};
    pare_findings *findings = NULL;
    pare_key *key = NULL;
    pare_fetch fetch = {.list = rig_list};
    pare_span names[RIG_COLUMNS];
    size_t n = 0;
    if (pare_policy_load(pare_span_of(policy), "t.yaml", &fetch, &r.policy, &findings, &r.err) != PARE_OK) {
        pare_findings_text(findings, false, rig_say, NULL);
        fail();
    }
    pare_findings_free(findings);
    for (const char *at = header; *at != '\0'; n++) {
        size_t len = strcspn(at, " ");
        names[n] = pare_span_from(at, len);
        at += len + (at[len] == ' ');
    }
    assert_int_equal(pare_key_new_published_test_key(&key, &r.err), PARE_OK);
    pare_bind_options options = {.key = key, .as_of = {2026, 3, 31}};
    if (pare_plan_bind(r.policy, names, n, &options, &r.plan, &r.err) != PARE_OK) {
        fail_msg("%s", r.err.text);
    }
    pare_key_free(key);
    return r;
}

static inline rig rig_make(const char *policy, const char *header)
{
    rig r = rig_bind(policy, header);
    assert_int_equal(pare_worker_new(r.plan, &r.worker, &r.err), PARE_OK);
    return r;
}

static inline void rig_done(rig *r)
{
    pare_worker_free(r->worker);
    pare_plan_free(r->plan);
    pare_policy_free(r->policy);
}

/** The value's bytes as they would be written, or a span with ptr NULL where it is withheld. */
static inline pare_span rig_value(const pare_block *block, uint32_t row, uint32_t column)
{
    const pare_value value = pare_block_value(block, row, column);
    assert_true(value.form == PARE_FORM_TEXT || value.flags == 0); /* what means nothing for a form is 0 */
    if (value.form == PARE_FORM_EMPTY) {
        assert_int_equal(value.offset, 0);
        assert_int_equal(value.len, 0);
        return pare_span_from(NULL, 0);
    }
    return pare_block_bytes(block, value);
}

#endif
