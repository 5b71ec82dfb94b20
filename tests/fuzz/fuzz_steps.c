/*
 * Every step over arbitrary CSV, end to end inside the engine. Promises: each record has a verdict,
 * the sums add up, every value that leaves is well-formed UTF-8, and column `d`, which the policy drops, leaves
 * nowhere.
 */
#include "filter/record/reader.h"
#include "pare/plan.h"
#include "rules/base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char POLICY[] =
    "pare: 1\ndataset: d\nrecipient: r\ninput: {nulls: [\"\", \"NULL\"]}\n"
    "purposes:\n  p: {description: x, basis: contract, allowed_when: {not: {field: a, is: \"no\"}}}\n"
    "  q: {description: x, basis: contract, allowed_when: {field: b, matches: \"^[a-z]+$\"}}\n"
    "retention: [{field: c, keep: 3 months, unreadable: keep}]\n"
    "fields:\n"
    "  a: {category: user, for: p, do: [{normalize: [trim, nfkc, lower, collapse_space]}, {mask: {keep_last: 2, skip: "
    "separators}}]}\n"
    "  b:\n    - {category: user, for: [p, q], multiline: true, when: {field: a, at_least: 3}, do: {generalize: "
    "{number: {width: 0.5}}}}\n"
    "    - {category: user, for: q, when: {field: a, matches: \"^e\"}, do: {redact: {find: [email, phone], echo: [a, "
    "c, \"#5\"], "
    "echo_min: 2, pseudonymize: {normalize: [lower, nfkc]}}}}\n"
    "    - {category: user, for: q, do: [{redact: {find: [email, phone, card, iban, ipv4, ipv6, ssn, url], echo: [a, "
    "d], mask: "
    "{keep_last: 2}}}, {truncate: 20}]}\n"
    "  c:\n    - {category: user, for: p, multiline: true, when: {field: b, matches: \"^s\"}, do: {shift: {days: 40, "
    "by: a}}}\n"
    "    - {category: user, for: p, multiline: true, when: {field: b, matches: \"^t\"}, do: {shift: {days: 9, by: f, "
    "format: "
    "[\"%e %B %Y %I:%M %p\", \"%y%j\", \"%d.%m.%Y\"]}}}\n"
    "    - {category: user, for: [p, q], multiline: true, do: {generalize: {date: week}}}\n"
    "  d: {do: drop}\n"
    "  e: {category: user, for: p, multiline: true, do: [{extract: {regex: \"(\\\\w+)@\", group: 1}}, {pseudonymize: "
    "{domain: x, normalize: [upper]}}]}\n"
    "  f:\n    - {category: user, for: p, multiline: true, when: {field: b, matches: \"^n\"}, do: {noise: {laplace: "
    "2.5, by: a, max: 99}}}\n"
    "    - {category: user, for: p, multiline: true, when: {field: b, matches: \"^r\"}, do: [{round: 0.25}, {noise: "
    "{laplace: 1}}]}\n"
    "    - {category: user, for: p, multiline: true, when: {field: b, matches: \"^g\"}, do: {generalize: {geo: "
    "{decimals: 2}}}}\n"
    "    - {category: user, for: p, multiline: true, when: {field: b, matches: \"^z\"}, do: {generalize: {hierarchy: "
    "{shipped: "
    "us-zip3-2000, level: 1}}}}\n"
    "    - {category: user, for: [p, q], multiline: true, do: {generalize: {ip: {v4: 20, v6: 40}}}}\n";

static pare_plan *plan;
static pare_worker *worker;
static pare_policy *policy;

static void set_up(void)
{
    static const unsigned char names[] = "abcdef";
    pare_span document = {(const unsigned char *)POLICY, sizeof POLICY - 1}, header[6];
    pare_findings *findings = NULL;
    pare_key *key = NULL;
    pare_error err;
    for (size_t i = 0; i < 6; i++) {
        header[i] = (pare_span){names + i, 1};
    }
    if (pare_policy_load(document, "fuzz", NULL, &policy, &findings, &err) != PARE_OK ||
        pare_key_new_published_test_key(&key, &err) != PARE_OK) {
        abort();
    }
    pare_findings_free(findings);
    pare_bind_options options = {.key = key, .as_of = {2026, 3, 31}};
    if (pare_plan_bind(policy, header, 6, &options, &plan, &err) != PARE_OK ||
        pare_worker_new(plan, &worker, &err) != PARE_OK) {
        abort();
    }
    pare_key_free(key);
}

static void check_block(const pare_block *block)
{
    for (uint32_t r = 0; r < block->n_records; r++) {
        for (uint32_t c = 0; block->verdicts[r] == PARE_WRITE && c < block->n_columns; c++) {
            pare_value value = pare_block_value(block, r, c);
            if (value.form != PARE_FORM_EMPTY && !pare_utf8_valid(pare_block_bytes(block, value))) {
                abort();
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (worker == NULL) {
        set_up();
    }
    pare_reader reader = {{','}, 6, 1 << 16, PARE_CSV_BEST};
    pare_batch batch;
    pare_error err;
    if (pare_batch_init(&batch, size + 1) != PARE_OK) {
        return 0;
    }
    if (size > 0) {
        memcpy(batch.bytes, data, size);
    }
    batch.len = size;
    memset(batch.bytes + size, 0, PARE_BATCH_PADDING);
    if (pare_csv_index(&reader, &batch, &err) == PARE_OK) {
        for (uint32_t first = 0; first < batch.rows.n_rows; first += PARE_BLOCK_RECORDS) {
            uint32_t left = batch.rows.n_rows - first;
            pare_block block;
            if (pare_worker_apply(worker, &batch.rows, first, left < PARE_BLOCK_RECORDS ? left : PARE_BLOCK_RECORDS,
                                  &block, &err) != PARE_OK) {
                pare_worker_free(worker); /* a refused run is over: its counts are not asked for */
                if (pare_worker_new(plan, &worker, &err) != PARE_OK) {
                    abort();
                }
                break;
            }
            check_block(&block);
        }
        if (pare_tally_check(pare_worker_tally(worker), &err) != PARE_OK) {
            abort();
        }
    }
    pare_batch_clear(&batch);
    return 0;
}
