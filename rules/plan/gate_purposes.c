/*
 * Which purposes the records of a block allow by `allowed_when`, purpose by purpose.
 *
 * Nearly every policy asks whether a column of consent is one of a few short texts. That has a loop of its own, in
 * which nothing depends on what the record says but the answer.
 */
#include "rules/base/raw.h"
#include "rules/base/short_text.h"
#include "rules/plan/gate.h"

enum { MOST_TEXTS = 8 };

/** The texts of a test that asks for one of a few short ones; 0: it is another test. */
static size_t short_texts_of(const pare_test *test, uint64_t texts[MOST_TEXTS])
{
    if (test->kind != PARE_TEST_IS || test->values.n > MOST_TEXTS) {
        return 0;
    }
    for (size_t i = 0; i < test->values.n; i++) {
        pare_span value = test->values.items[i];
        if (value.len > PARE_SHORT_TEXT_BYTES) {
            return 0;
        }
        texts[i] = pare_short_text(value.ptr, value.len);
    }
    return test->values.n;
}

static bool is_one_of(const uint64_t *texts, size_t n, pare_span text)
{
    if (text.len > PARE_SHORT_TEXT_BYTES) {
        return false;
    }
    const uint64_t wanted = pare_short_text(text.ptr, text.len);
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        found |= texts[i] == wanted;
    }
    return found;
}

void pare_gate_purposes(const pare_gate_block *block, uint64_t allowed[PARE_BLOCK_RECORDS])
{
    const pare_policy *policy = block->plan->policy;
    memset(allowed, 0, block->n * sizeof *allowed);
    for (size_t p = 0; p < policy->n_purposes; p++) {
        const uint64_t bit = UINT64_C(1) << p;
        const pare_test *test = policy->purposes[p].allowed_when;
        uint64_t texts[MOST_TEXTS];
        const size_t n_texts = test == NULL ? 0 : short_texts_of(test, texts);
        const uint32_t column = n_texts > 0 ? block->plan->read_columns[test->read] : 0;
        for (uint32_t i = 0; i < block->n; i++) {
            const pare_record record = pare_rows_get(block->rows, block->first + i);
            bool holds = test == NULL;
            if (n_texts > 0) { /* listed is allowed, whatever else the value may mean */
                pare_span text = pare_raw_text(pare_record_raw(&record, column), block->spare);
                holds = block->spare->status == PARE_OK && is_one_of(texts, n_texts, text);
            } else if (test != NULL) {
                pare_gate gate = {block->plan, &record, block->spare, block->regex};
                holds = pare_gate_test(&gate, test) == PARE_HIT;
            }
            allowed[i] |= holds ? bit : 0;
        }
    }
}
