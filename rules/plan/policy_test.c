/*
 * The policy's own tests: each `given` becomes a record of one row, the policy is bound to it under the published test
 * key, and what comes out is held against `expect` and `forbid`.
 *
 * The columns are those of `given`, and, so that a test need not name them all, whatever else the policy names: empty.
 */
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/plan/bound.h"

#include <string.h>

enum { MAX_TEST_COLUMNS = 8192, TEST_BYTES = 4 << 20 };

typedef struct test_row {
    pare_arena arena;
    pare_span *names;
    size_t n_names;
    pare_buf bytes;
    uint32_t *ends;
    uint32_t start;
} test_row;

typedef struct test_run {
    const pare_policy *policy;
    pare_key *key;
    pare_day as_of;
    pare_write write;
    void *context;
    size_t number;
    size_t failures;
} test_run;

static void say(test_run *run, const char *text)
{
    run->write(run->context, text, strlen(text));
}

static void say_span(test_run *run, pare_span span)
{
    run->write(run->context, (const char *)span.ptr, span.len);
}

static void begin_failure(test_run *run, const pare_case *test)
{
    char text[64];
    pare_buf line;
    pare_buf_init(&line, 256);
    pare_buf_printf(&line, "test %zu (line %u): ", run->number, test->place.line);
    size_t n = line.len < sizeof text - 1 ? line.len : sizeof text - 1;
    memcpy(text, line.ptr, n);
    text[n] = '\0';
    pare_buf_clear(&line);
    say(run, text);
    run->failures++;
}

static bool has_name(const test_row *row, pare_span name)
{
    for (size_t i = 0; i < row->n_names; i++) {
        if (pare_span_equal(row->names[i], name)) {
            return true;
        }
    }
    return false;
}

static void add_column(test_row *row, pare_span name, pare_span value)
{
    if (row->n_names >= MAX_TEST_COLUMNS) {
        row->bytes.status = PARE_E_LIMIT;
        return;
    }
    if (row->n_names > 0) {
        pare_buf_append_byte(&row->bytes, ',');
    }
    pare_buf_append_byte(&row->bytes, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"') {
            pare_buf_append_byte(&row->bytes, '"');
        }
        pare_buf_append_byte(&row->bytes, value.ptr[i]);
    }
    pare_buf_append_byte(&row->bytes, '"');
    row->ends[row->n_names] = (uint32_t)row->bytes.len;
    row->names[row->n_names++] = name;
}

static bool is_position(pare_span name)
{
    return name.len >= 2 && name.ptr[0] == '#' && name.ptr[1] >= '0' && name.ptr[1] <= '9';
}

/** Columns of `given` first, then what the policy names besides. */
static pare_status build_row(const pare_policy *policy, const pare_case *test, test_row *row, pare_error *err)
{
    pare_arena_init(&row->arena, TEST_BYTES);
    pare_buf_init(&row->bytes, TEST_BYTES);
    row->names = pare_arena_array(&row->arena, MAX_TEST_COLUMNS, sizeof *row->names);
    row->ends = pare_arena_array(&row->arena, MAX_TEST_COLUMNS, sizeof *row->ends);
    if (row->names == NULL || row->ends == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a policy's test");
    }
    pare_span none = {NULL, 0};
    size_t last_position = 0;
    for (size_t i = 0; i < test->n_given; i++) {
        add_column(row, test->given_names[i], test->given_values[i]);
    }
    for (size_t i = 0; i < policy->n_entries; i++) {
        const pare_entry *entry = &policy->entries[i];
        if (entry->kind == PARE_SELECT_EXACT && !has_name(row, entry->text)) {
            add_column(row, entry->text, none);
        } else if (entry->kind == PARE_SELECT_POSITION && entry->position > last_position) {
            last_position = entry->position;
        }
    }
    for (size_t i = 0; i < policy->n_reads; i++) {
        if (!is_position(policy->reads[i].name) && !has_name(row, policy->reads[i].name)) {
            add_column(row, policy->reads[i].name, none);
        }
    }
    while (row->n_names < last_position) {
        add_column(row, pare_span_of(""), none);
    }
    return row->bytes.status == PARE_OK ? PARE_OK : pare_fail(err, PARE_E_LIMIT, "a policy's test is too large");
}

/** Texts with doubled quotes halved, kept in the row's arena. */
static pare_span halve_quotes(test_row *row, pare_span text)
{
    if (text.len == 0 || memchr(text.ptr, '"', text.len) == NULL) {
        return text;
    }
    unsigned char *out = pare_arena_alloc(&row->arena, text.len);
    size_t n = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        out[n++] = text.ptr[i];
        if (text.ptr[i] == '"') {
            i++;
        }
    }
    return pare_span_from(out, n);
}

/** A value's text; the test row is always quoted. */
static pare_span value_text(test_row *row, const pare_block *block, pare_value value)
{
    pare_span bytes = pare_block_bytes(block, value);
    switch ((pare_form)value.form) {
    case PARE_FORM_TEXT:
        return bytes;
    case PARE_FORM_RAW:
        return halve_quotes(row, pare_span_from(bytes.ptr + 1, bytes.len - 2));
    case PARE_FORM_EMPTY:
        break;
    }
    return pare_span_from("", 0);
}

static bool contains(pare_span text, pare_span part)
{
    return part.len > 0 && memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

static void check_expected(test_run *run, const pare_plan *plan, const pare_case *test, const pare_span *values)
{
    for (size_t e = 0; e < test->n_expect; e++) {
        size_t c = 0;
        while (c < plan->n_columns && !pare_span_is(test->expect_names[e], plan->columns[c].name)) {
            c++;
        }
        if (c == plan->n_columns) {
            begin_failure(run, test);
            say(run, "the output has no column `");
            say_span(run, test->expect_names[e]);
            say(run, "`\n");
        } else if (!pare_span_equal(values[c], test->expect_values[e])) {
            begin_failure(run, test);
            say(run, "`");
            say_span(run, test->expect_names[e]);
            say(run, "` should be `");
            say_span(run, test->expect_values[e]);
            say(run, "` and is `");
            say_span(run, values[c]);
            say(run, "`\n");
        }
    }
}

static void check_forbidden(test_run *run, const pare_plan *plan, const pare_case *test, const pare_span *values)
{
    for (size_t f = 0; f < test->n_forbid; f++) {
        for (size_t c = 0; c < plan->n_columns; c++) {
            if (contains(values[c], test->forbid[f])) {
                begin_failure(run, test);
                say(run, "`");
                say_span(run, test->forbid[f]);
                say(run, "` is forbidden and stands in column `");
                say(run, plan->columns[c].name);
                say(run, "`\n");
            }
        }
    }
}

static pare_status check_outcome(test_run *run, const pare_plan *plan, const pare_case *test, test_row *row,
                                 const pare_block *block, pare_error *err)
{
    bool dropped = block->verdicts[0] != PARE_WRITE;
    if (dropped != test->expect_dropped && (dropped ? test->n_expect > 0 : true)) {
        begin_failure(run, test);
        say(run, dropped ? "the record was dropped\n" : "the record should be dropped and is written\n");
        return PARE_OK;
    }
    if (dropped) {
        return PARE_OK;
    }
    pare_span *values = pare_arena_array(&row->arena, plan->n_columns, sizeof *values);
    if (values == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a policy's test");
    }
    for (size_t c = 0; c < plan->n_columns; c++) {
        values[c] = value_text(row, block, pare_block_value(block, 0, (uint32_t)c));
    }
    check_expected(run, plan, test, values);
    check_forbidden(run, plan, test, values);
    return PARE_OK;
}

static pare_status run_case(test_run *run, const pare_case *test, pare_error *err)
{
    test_row row = {0};
    pare_plan *plan = NULL;
    pare_worker *worker = NULL;
    pare_error refused = {0};
    pare_status status = build_row(run->policy, test, &row, err);
    if (status != PARE_OK) {
        goto out;
    }
    pare_bind_options options = {run->key, run->as_of, .names_are_declared = true};
    status = pare_plan_bind(run->policy, row.names, row.n_names, &options, &plan, &refused);
    if (status == PARE_OK) {
        status = pare_worker_new(plan, &worker, &refused);
    }
    pare_rows rows = {row.bytes.ptr, row.ends, &row.start, NULL, 1, (uint32_t)row.n_names, 0};
    pare_block block;
    if (status == PARE_OK) {
        status = pare_worker_apply(worker, &rows, 0, 1, &block, &refused);
    }
    if (status == PARE_OK) {
        status = check_outcome(run, plan, test, &row, &block, err);
    } else if ((status == PARE_E_DATA || status == PARE_E_GATE) && refused.record > 0 && test->expect_dropped) {
        status = PARE_OK; /* refused: whatever --on-bad-record says, it is not in the output */
    } else if (status == PARE_E_POLICY || status == PARE_E_DATA || status == PARE_E_GATE) {
        begin_failure(run, test);
        say(run, refused.text);
        say(run, "\n");
        status = PARE_OK;
    } else if (err != NULL) {
        *err = refused;
    }
out:
    pare_worker_free(worker);
    pare_plan_free(plan);
    pare_buf_clear(&row.bytes);
    pare_arena_clear(&row.arena);
    return status;
}

pare_status pare_policy_run_tests(const pare_policy *policy, pare_day as_of, size_t *failed, pare_write write,
                                  void *context, pare_error *err)
{
    test_run run = {.policy = policy, .as_of = as_of, .write = write, .context = context};
    *failed = 0;
    PARE_TRY(pare_key_new_published_test_key(&run.key, err));
    pare_status status = PARE_OK;
    for (size_t i = 0; i < policy->n_cases && status == PARE_OK; i++) {
        run.number = i + 1;
        size_t before = run.failures;
        status = run_case(&run, &policy->cases[i], err);
        if (run.failures > before) {
            (*failed)++;
        }
    }
    pare_key_free(run.key);
    return status;
}
