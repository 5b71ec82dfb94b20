/*
 * What looks at values before they leave, over arbitrary CSV. Promises: in what leaves, detectors find nothing but what
 * steps wrote, so nothing at all in fields that none wrote into; nothing begins as a formula does; what was quoted can
 * be undone; records that are refused don't count twice; the sums add up.
 *
 * The first byte chooses what becomes of formulas, and whether refused records are left out.
 */
#include "filter/record/reader.h"
#include "pare/plan.h"
#include "pare/scan.h"
#include "rules/base/formula.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DETECTORS "email,phone,card,ipv4,ipv6,url,iban"

static const char POLICY[] =
    "pare: 1\ndataset: d\nrecipient: r\n%s"
    "scan_released: {find: [email, phone, card, ipv4, ipv6, url, iban], on_hit: %s, except: {e: [url]}}\n"
    "purposes: {p: {description: x, basis: contract}}\n"
    "fields:\n"
    "  a: {category: system, for: p, multiline: true, do: keep}\n"
    "  b: {category: system, for: p, multiline: true, do: [{normalize: [trim, nfkc, upper]}, {truncate: 30}]}\n"
    "  c: {category: system, for: p, multiline: true, do: [{redact: {find: [email], with: \"x@{type}.example\"}}, "
    "{truncate: 60}]}\n"
    "  d: {category: system, for: p, multiline: true, do: {pseudonymize: {method: ff1, unfit: hmac}}}\n"
    "  e: {category: system, for: p, multiline: true, do: {replace: {map: {x: fail@here.example}, otherwise: keep}}}\n";

enum { FIELDS = 5, KINDS = 4, QUOTES = 1, TOLERATES = 2 };
static const char *const formulas[] = {"", "output: {formulas: quote}\n", "", "output: {formulas: refuse}\n"};
static const char *const actions[] = {"withhold", "withhold", "quarantine", "quarantine"};

static pare_policy *policies[KINDS];
static pare_plan *plans[KINDS];
static pare_worker *workers[KINDS];
static pare_scanner *scanner;

static void demand(bool good)
{
    if (!good) {
        abort();
    }
}

static void start(unsigned kind)
{
    pare_error err;
    pare_worker_free(workers[kind]);
    demand(pare_worker_new(plans[kind], &workers[kind], &err) == PARE_OK);
    demand((kind & TOLERATES) == 0 || pare_worker_tolerate(workers[kind], &err) == PARE_OK);
}

static void set_up(void)
{
    static const unsigned char names[] = "abcde";
    pare_span header[FIELDS];
    pare_key *key = NULL;
    pare_error err;
    for (size_t i = 0; i < FIELDS; i++) {
        header[i] = (pare_span){names + i, 1};
    }
    demand(pare_key_new_published_test_key(&key, &err) == PARE_OK);
    demand(pare_scanner_new(NULL, DETECTORS, &scanner, &err) == PARE_OK);
    for (unsigned kind = 0; kind < KINDS; kind++) {
        pare_buf text;
        pare_findings *findings = NULL;
        pare_buf_init(&text, 1 << 16);
        pare_buf_printf(&text, POLICY, formulas[kind], actions[kind]);
        demand(pare_policy_load(pare_buf_span(&text), "fuzz", NULL, &policies[kind], &findings, &err) == PARE_OK);
        pare_findings_free(findings);
        pare_buf_clear(&text);
        const pare_bind_options options = {.key = key, .as_of = {2026, 3, 31}};
        demand(pare_plan_bind(policies[kind], header, FIELDS, &options, &plans[kind], &err) == PARE_OK);
        start(kind);
    }
    pare_key_free(key);
}

static pare_span text_of(const pare_block *block, pare_value value, pare_buf *spare)
{
    if (value.form == PARE_FORM_EMPTY) {
        return pare_span_from("", 0);
    }
    const pare_span bytes = pare_block_bytes(block, value);
    return value.form == PARE_FORM_RAW ? pare_raw_text(bytes, spare) : bytes;
}

static void check_value(unsigned kind, size_t column, pare_value value, pare_span text)
{
    uint64_t counts[64] = {0}, total = 0;
    const bool quotes = kind == QUOTES, keeps = formulas[kind][0] == '\0';
    demand(keeps || !pare_formula_begins(text));
    demand(quotes || (value.flags & PARE_VALUE_QUOTED) == 0);
    pare_span before = quotes ? pare_formula_unquote(text) : text;
    demand(!quotes || (before.len < text.len) == pare_formula_needs_quote(before));
    if (column < 2) { /* nothing in it is a step's own */
        demand(pare_scanner_size(scanner) <= sizeof counts / sizeof counts[0]);
        demand(pare_scanner_count(scanner, 0, before, counts));
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            total += counts[i];
        }
        demand(total == 0);
    }
}

static void check_block(unsigned kind, const pare_block *block, pare_buf *spare)
{
    for (uint32_t r = 0; r < block->n_records; r++) {
        for (uint32_t c = 0; block->verdicts[r] == PARE_WRITE && c < block->n_columns; c++) {
            const pare_value value = pare_block_value(block, r, c);
            check_value(kind, c, value, text_of(block, value, spare));
        }
    }
}

/** Formulas that the worker has counted so far. */
static uint64_t counted(unsigned kind)
{
    uint64_t sum = 0;
    pare_column_counts counts;
    for (size_t c = 0; c < FIELDS; c++) {
        pare_tally_column(pare_worker_tally(workers[kind]), c, &counts);
        sum += counts.formulas;
    }
    return sum;
}

/** What it has counted in the block, against each value read by itself. */
static void check_counts(unsigned kind, const pare_block *block, pare_buf *spare, uint64_t found)
{
    uint64_t wanted = 0;
    for (uint32_t r = 0; r < block->n_records; r++) {
        for (uint32_t c = 0; block->verdicts[r] == PARE_WRITE && c < block->n_columns; c++) {
            wanted += pare_formula_begins(text_of(block, pare_block_value(block, r, c), spare));
        }
    }
    demand(formulas[kind][0] != '\0' || found == wanted);
}

static void apply(unsigned kind, const pare_rows *rows, pare_buf *spare)
{
    pare_error err = {0};
    for (uint32_t first = 0; first < rows->n_rows; first += PARE_BLOCK_RECORDS) {
        const uint32_t left = rows->n_rows - first;
        const uint64_t before = counted(kind);
        pare_block block;
        if (pare_worker_apply(workers[kind], rows, first, left < PARE_BLOCK_RECORDS ? left : PARE_BLOCK_RECORDS, &block,
                              &err) != PARE_OK) {
            demand(err.status != PARE_E_INTERNAL);
            start(kind); /* a refused run is over: its counts are not asked for */
            return;
        }
        check_block(kind, &block, spare);
        check_counts(kind, &block, spare, counted(kind) - before);
    }
    demand(pare_tally_check(pare_worker_tally(workers[kind]), &err) == PARE_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (scanner == NULL) {
        set_up();
    }
    const unsigned kind = size > 0 ? data[0] % KINDS : 0;
    pare_reader reader = {{','}, FIELDS, 1 << 16, PARE_CSV_BEST};
    pare_batch batch;
    pare_buf spare;
    pare_error err;
    size -= size > 0;
    if (pare_batch_init(&batch, size + 1) != PARE_OK) {
        return 0;
    }
    pare_buf_init(&spare, (size_t)1 << 24);
    if (size > 0) {
        memcpy(batch.bytes, data + 1, size);
    }
    batch.len = size;
    memset(batch.bytes + size, 0, PARE_BATCH_PADDING);
    if (pare_csv_index(&reader, &batch, &err) == PARE_OK) {
        apply(kind, &batch.rows, &spare);
    }
    pare_buf_clear(&spare);
    pare_batch_clear(&batch);
    return 0;
}
