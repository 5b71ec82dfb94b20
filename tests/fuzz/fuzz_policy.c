/*
 * Arbitrary bytes as a policy, with files in memory for what it names. Promises: it is loaded or refused with at least
 * one finding; all findings can be shown; what was loaded can be explained, tests itself, and either binds to a header
 * or says why not; and what is bound gives every record a verdict, with sums that add up.
 */
#include "filter/record/reader.h"
#include "pare/plan.h"
#include "rules/base/utf8.h"
#include "tests/fuzz/demand.h"

static pare_key *key;
static pare_batch batch;

static void count_text(void *context, const char *text, size_t len)
{
    (void)text;
    *(size_t *)context += len;
}

/* A file of two columns, whatever its name; one that is missing; one that is broken. */
static pare_status feed(const char *name, bool has_header, pare_table_row head, pare_table_row row, void *context,
                        pare_error *err)
{
    static const char *const rows[][2] = {{"a", "b"}, {"1", "x"}, {"2", "y"}, {"ann@example.com", "sharing"}};
    if (name[0] == 'm') {
        return pare_fail(err, PARE_E_MISSING, "can't be opened");
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pare_span fields[2] = {{(const unsigned char *)rows[i][0], strlen(rows[i][0])},
                               {(const unsigned char *)rows[i][1], strlen(rows[i][1])}};
        pare_table_row take = i == 0 && has_header ? head : row;
        if (take != NULL && !take(context, fields, 2)) {
            return PARE_OK;
        }
    }
    return name[0] == 'b' ? pare_fail(err, PARE_E_DATA, "is broken") : PARE_OK;
}

static pare_status fetch_table(void *context, const char *name, pare_table_row row, void *row_context,
                               pare_file_facts *facts, pare_error *err)
{
    (void)context;
    *facts = (pare_file_facts){1, "00"};
    return feed(name, true, NULL, row, row_context, err);
}

static pare_status fetch_rows(void *context, const char *name, pare_table_row row, void *row_context,
                              pare_file_facts *facts, pare_error *err)
{
    (void)context;
    *facts = (pare_file_facts){1, "00"};
    return feed(name, false, NULL, row, row_context, err);
}

static pare_status fetch_list(void *context, const char *name, pare_table_row head, pare_table_row row,
                              void *row_context, pare_file_facts *facts, pare_error *err)
{
    (void)context;
    *facts = (pare_file_facts){1, "00"};
    return feed(name, head != NULL, head, row, row_context, err);
}

static void apply(const pare_plan *plan)
{
    static const char text[] =
        "1,2,3,x@example.org,2026-02-28\n2,yes,,\"a \"\"b\"\"\",10.9\nann@example.com,no,NULL,é,1.2.3.4\n";
    pare_reader reader = {{','}, 5, 1 << 16, PARE_CSV_BEST};
    pare_worker *worker = NULL;
    pare_block block;
    pare_error err;
    memcpy(batch.bytes, text, sizeof text - 1);
    batch.len = sizeof text - 1;
    DEMAND(pare_csv_index(&reader, &batch, &err) == PARE_OK);
    DEMAND(pare_worker_new(plan, &worker, &err) == PARE_OK && pare_worker_tolerate(worker, &err) == PARE_OK);
    pare_status status = pare_worker_apply(worker, &batch.rows, 0, batch.rows.n_rows, &block, &err);
    DEMAND(status == PARE_OK || status == PARE_E_GATE); /* `scan_released: {on_hit: fail}` */
    if (status == PARE_E_GATE) {
        pare_worker_free(worker); /* a run that has failed is over: its counts are not asked for */
        return;
    }
    DEMAND(block.n_columns == pare_plan_n_columns(plan) && block.n_records == batch.rows.n_rows);
    for (uint32_t r = 0; r < block.n_records; r++) {
        for (uint32_t c = 0; block.verdicts[r] == PARE_WRITE && c < block.n_columns; c++) {
            pare_value value = pare_block_value(&block, r, c);
            DEMAND(value.form == PARE_FORM_EMPTY || pare_utf8_valid(pare_block_bytes(&block, value)));
        }
    }
    DEMAND(pare_tally_check(pare_worker_tally(worker), &err) == PARE_OK);
    pare_worker_free(worker);
}

static void use(const pare_policy *policy)
{
    static const char names[] = "abcde";
    pare_bind_options options = {.key = key, .as_of = {2026, 3, 31}};
    pare_span header[5];
    pare_plan *plan = NULL;
    pare_error err;
    size_t shown = 0, failed = 0;
    for (size_t i = 0; i < 5; i++) {
        header[i] = (pare_span){(const unsigned char *)names + i, 1};
    }
    pare_policy_explain(policy, count_text, &shown);
    DEMAND(shown > 0);
    pare_status status = pare_plan_bind(policy, header, 5, &options, &plan, &err);
    DEMAND(status == PARE_OK || ((status == PARE_E_POLICY || status == PARE_E_DATA) && err.text[0] != '\0'));
    if (status == PARE_OK) {
        apply(plan);
        pare_plan_free(plan);
    }
    status = pare_policy_run_tests(policy, options.as_of, &failed, count_text, &shown, &err);
    DEMAND(status == PARE_OK || status == PARE_E_POLICY || status == PARE_E_DATA);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pare_error err;
    if (key == NULL) {
        DEMAND(pare_key_new_published_test_key(&key, &err) == PARE_OK && pare_batch_init(&batch, 1 << 12) == PARE_OK);
    }
    bool reads_packs = memmem(data, size, "redact", 6) != NULL;
    if (reads_packs && pick(data, size, 16) != 0) {
        return 0; /* to read the packs takes a hundred times as long as all else */
    }
    pare_fetch fetch = {.table = fetch_table, .rows = fetch_rows, .list = fetch_list};
    pare_span document = {data, size};
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    size_t shown = 0;
    pare_status status = pare_policy_load(document, "fuzz.yaml", &fetch, &policy, &findings, &err);
    DEMAND(status == PARE_OK || status == PARE_E_POLICY || status == PARE_E_MISSING || status == PARE_E_DATA);
    DEMAND(status != PARE_E_POLICY || pare_findings_errors(findings) > 0);
    DEMAND((status == PARE_OK) == (policy != NULL));
    if (findings != NULL) {
        pare_findings_text(findings, true, count_text, &shown);
        pare_findings_json(findings, count_text, &shown);
    }
    if (status == PARE_OK) {
        use(policy);
    }
    pare_findings_free(findings);
    pare_policy_free(policy);
    return 0;
}
