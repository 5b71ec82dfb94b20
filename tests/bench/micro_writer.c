/*
 * The writer alone, over blocks that a worker has made of the export's first batches: with the whole policy, where
 * values alternate between raw and made, and with keep and drop only, where long runs are copied.
 */
#include "filter/sink/writer.h"
#include "tests/bench/micro_policy.h"

#include <stdlib.h>

enum { WRITER_BATCHES = 2, TIMES = 8 };
static const size_t CEILING = (size_t)2 << 30;

/** Copies of what a worker made, since a block lives until the next one. */
typedef struct writing {
    pare_writer writer;
    pare_block *blocks;
    size_t n_blocks;
    uint64_t records;
    double bytes; /* that they were in the export */
    pare_buf out;
} writing;

static void *copy_of(const void *from, size_t bytes)
{
    void *copy = malloc(bytes + 1);
    if (copy != NULL && bytes > 0) {
        memcpy(copy, from, bytes);
    }
    return copy;
}

static bool keep_block(writing *w, const pare_block *block)
{
    const size_t n = (size_t)PARE_BLOCK_RECORDS * block->n_columns;
    size_t text = 0;
    for (uint32_t r = 0; r < block->n_records; r++) {
        for (uint32_t c = 0; block->verdicts[r] == PARE_WRITE && c < block->n_columns; c++) {
            pare_value value = pare_block_value(block, r, c);
            size_t end = (size_t)value.offset + value.len;
            text = value.form == PARE_FORM_TEXT && end > text ? end : text;
        }
    }
    pare_block *kept = &w->blocks[w->n_blocks++];
    *kept = *block;
    kept->text = copy_of(block->text, text + PARE_BLOCK_SLACK);
    kept->values = copy_of(block->values, n * sizeof *block->values);
    kept->runs = copy_of(block->runs, block->n_columns * sizeof *block->runs);
    kept->sources = copy_of(block->sources, block->n_columns * sizeof *block->sources);
    kept->verdicts = copy_of(block->verdicts, block->n_records);
    w->records += block->n_records;
    return kept->text != NULL && kept->values != NULL && kept->runs != NULL && kept->sources != NULL &&
           kept->verdicts != NULL;
}

static bool keep_batch(writing *w, pare_worker *worker, const pare_batch *batch)
{
    bool good = true;
    for (uint32_t first = 0; good && first < batch->rows.n_rows; first += PARE_BLOCK_RECORDS) {
        uint32_t left = batch->rows.n_rows - first;
        pare_block block;
        left = left < PARE_BLOCK_RECORDS ? left : PARE_BLOCK_RECORDS;
        good = pare_worker_apply(worker, &batch->rows, first, left, &block, NULL) == PARE_OK && keep_block(w, &block);
    }
    w->bytes += (double)batch->len;
    return good;
}

static bool keep_blocks(writing *w, const micro *m, const char *name)
{
    micro_policy policy;
    pare_worker *worker = NULL;
    size_t n_batches = m->n_batches < WRITER_BATCHES ? m->n_batches : WRITER_BATCHES, n_blocks = 0;
    for (size_t i = 0; i < n_batches; i++) {
        n_blocks += m->batches[i].rows.n_rows / PARE_BLOCK_RECORDS + 1;
    }
    pare_buf_init(&w->out, CEILING);
    w->blocks = calloc(n_blocks, sizeof *w->blocks);
    w->writer = (pare_writer){.delimiter = m->reader.dialect.delimiter, .raw_passes = true, .plain_passes = true};
    bool good = micro_policy_open(m, name, &policy) && w->blocks != NULL &&
                pare_worker_new(policy.plan, &worker, NULL) == PARE_OK;
    for (size_t i = 0; good && i < n_batches; i++) {
        good = keep_batch(w, worker, &m->batches[i]);
    }
    pare_worker_free(worker);
    micro_policy_clear(&policy);
    return good || micro_fail("writer: no blocks");
}

static void forget_blocks(writing *w)
{
    for (size_t i = 0; i < w->n_blocks; i++) {
        union { /* the block's views are const, the copies are ours */
            const void *view;
            void *owned;
        } text = {w->blocks[i].text}, values = {w->blocks[i].values}, runs = {w->blocks[i].runs},
          sources = {w->blocks[i].sources}, verdicts = {w->blocks[i].verdicts};
        free(text.owned);
        free(values.owned);
        free(runs.owned);
        free(sources.owned);
        free(verdicts.owned);
    }
    free(w->blocks);
    pare_buf_clear(&w->out);
}

/** A new batch of output for about as many blocks as a batch of input has. */
static bool write_all(void *context)
{
    writing *w = context;
    uint64_t written = 0;
    for (size_t i = 0; i < w->n_blocks * TIMES; i++) { /* as near as in a run, where the rules have just made it */
        if (w->out.len >= PARE_BATCH_BYTES) {
            pare_buf_reset(&w->out);
        }
        written += pare_csv_write(&w->writer, &w->blocks[i / TIMES], &w->out);
    }
    return w->out.status == PARE_OK && written == w->records * TIMES;
}

bool micro_writer(micro *m)
{
    static const char *const policies[] = {"policy.yaml", "policy-cut.yaml"};
    writing all[2] = {{.n_blocks = 0}};
    size_t first = m->n_cases;
    bool good = true;
    for (size_t i = 0; good && i < 2; i++) {
        micro_case *c = micro_add(m, "writer", write_all, &all[i], "pare_csv_write, %s", policies[i]);
        good = c != NULL && keep_blocks(&all[i], m, policies[i]);
        if (good) {
            c->bytes = all[i].bytes * TIMES;
            c->values = (double)all[i].records * TIMES;
        }
    }
    good = good && micro_run(m, first);
    for (size_t i = 0; i < 2; i++) {
        forget_blocks(&all[i]);
    }
    return good;
}
