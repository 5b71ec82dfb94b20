/* See stage.h. */
#include "filter/pipeline/stage.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>

static const size_t PRODUCT_CEILING = (size_t)2
                                      << 30; /* bytes made of one batch: replacements may be longer than values */

pare_status pare_stage_init(pare_stage *stage, const pare_stage_settings *settings, pare_error *err)
{
    *stage = (pare_stage){.settings = settings};
    pare_buf_init(&stage->text, PRODUCT_CEILING);
    PARE_TRY(pare_worker_new(settings->plan, &stage->worker, err));
    if (settings->expects_many) { /* first, so that what it needs for a moment is not needed beside the batch */
        pare_worker_expect_many(stage->worker);
    }
    if (pare_batch_init(&stage->batch, settings->batch_bytes) != PARE_OK) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a batch");
    }
    if (settings->leaves_out) {
        PARE_TRY(pare_worker_tolerate(stage->worker, err));
    }
    if (settings->cross_check) {
        PARE_TRY(pare_csv_second_new(settings->reader->dialect.delimiter, &stage->second, err));
    }
    if (settings->codec != NULL) {
        PARE_TRY(settings->codec->open(settings->level, &stage->deflate, err));
    }
    return PARE_OK;
}

void pare_stage_clear(pare_stage *stage)
{
    pare_batch_clear(&stage->batch);
    pare_worker_free(stage->worker);
    pare_csv_second_free(stage->second);
    if (stage->deflate != NULL) {
        stage->settings->codec->close(stage->deflate);
    }
    pare_buf_clear(&stage->text);
}

/** The line on which the byte `offset` of the batch stands, from 1. */
static uint64_t line_at(const pare_batch *batch, uint64_t offset)
{
    uint64_t line = 1;
    for (uint64_t i = 0; i < offset && i < batch->len; i++) {
        line += batch->bytes[i] == '\n';
    }
    return line;
}

static pare_status check_record_lengths(const pare_stage *stage, pare_error *err)
{
    const pare_rows *rows = &stage->batch.rows;
    size_t limit = stage->settings->max_record_bytes;
    if (limit >= stage->settings->batch_bytes || stage->batch.indexed) {
        return PARE_OK; /* a longer one did not fit into the batch, or was not let through */
    }
    for (uint32_t r = 0; r < rows->n_rows; r++) {
        size_t next = r + 1 < rows->n_rows ? rows->starts[r + 1] : stage->batch.len;
        if (next - rows->starts[r] > limit) {
            pare_status status =
                pare_fail(err, PARE_E_LIMIT, "a record is longer than %zu bytes (--max-record)", limit);
            if (err != NULL) {
                err->record = (uint64_t)r + 1;
                err->byte = rows->starts[r];
                err->has_byte = true;
                err->line = line_at(&stage->batch, err->byte);
            }
            return status;
        }
    }
    return PARE_OK;
}

static pare_status write_header(const pare_stage *stage, pare_buf *out, pare_error *err)
{
    const pare_plan *plan = stage->settings->plan;
    size_t n = pare_plan_n_columns(plan);
    const char **names = calloc(n, sizeof *names); /* once in a run */
    if (names == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        pare_column_info info;
        pare_plan_column(plan, i, &info);
        names[i] = info.name;
    }
    pare_csv_write_header(&stage->settings->writer, names, n, out);
    free(names);
    return PARE_OK;
}

/** Apply the plan to every record of the batch and format what is written. */
static pare_status apply_and_format(pare_stage *stage, pare_buf *out, pare_refused_merge *refused, pare_error *err)
{
    const pare_rows *rows = &stage->batch.rows;
    for (uint32_t first = 0; first < rows->n_rows; first += PARE_BLOCK_RECORDS) {
        uint32_t left = rows->n_rows - first;
        pare_block block;
        pare_status status = pare_worker_apply(stage->worker, rows, first,
                                               left < PARE_BLOCK_RECORDS ? left : PARE_BLOCK_RECORDS, &block, err);
        if (status != PARE_OK) {
            if (err != NULL && err->has_byte) {
                err->line = line_at(&stage->batch, err->byte);
            }
            return status;
        }
        uint32_t n_written = pare_csv_write(&stage->settings->writer, &block, out);
        for (uint32_t i = 0; i < block.n_records && n_written < block.n_records && refused != NULL; i++) {
            if (block.verdicts[i] == PARE_QUARANTINE) {
                pare_refused_row(refused, first + i, (pare_fault)block.faults[i]);
            }
        }
    }
    return out->status == PARE_OK ? PARE_OK : pare_fail(err, out->status, "out of memory for the output of a batch");
}

/** Find the fields, unless whoever cut the batch had to. */
static pare_status index_batch(pare_stage *stage, pare_error *err)
{
    return stage->batch.indexed ? PARE_OK : pare_csv_index(stage->settings->reader, &stage->batch, err);
}

static pare_status cross_check(pare_stage *stage, pare_error *err)
{
    if (stage->second == NULL) {
        return PARE_OK;
    }
    pare_status status = pare_csv_second_batch(stage->second, &stage->batch, err);
    if (status == PARE_E_DATA && err != NULL && err->record > 0) {
        err->record = pare_refused_record(&stage->batch, (uint32_t)(err->record - 1));
        err->line = line_at(&stage->batch, err->byte);
    }
    return status;
}

pare_status pare_stage_run(pare_stage *stage, bool with_header, pare_product *product, pare_error *err)
{
    const pare_stage_settings *settings = stage->settings;
    pare_buf *text = settings->codec == NULL ? &product->bytes : &stage->text;
    pare_buf_reset(&product->bytes);
    pare_buf_reset(text);
    if (with_header) {
        PARE_TRY(write_header(stage, text, err));
    }
    pare_status indexed = index_batch(stage, err);
    if (indexed != PARE_OK) {
        /* A record before the malformed one may be refused, too: the first in record order is the one to tell. */
        pare_error earlier;
        pare_status status = apply_and_format(stage, text, NULL, &earlier);
        if (status != PARE_OK && err != NULL) {
            *err = earlier;
            return status;
        }
        return indexed;
    }
    PARE_TRY(check_record_lengths(stage, err));
    PARE_TRY(cross_check(stage, err));
    pare_refused_merge refused =
        pare_refused_begin(&product->refused, &stage->batch, stage->worker, settings->keeps_refused);
    PARE_TRY(apply_and_format(stage, text, &refused, err));
    PARE_TRY(pare_refused_end(&refused, err));
    product->n_records = stage->batch.rows.n_rows + (uint32_t)stage->batch.n_bad;
    product->n_lines = stage->batch.n_lines;
    product->n_bytes = stage->batch.len;
    product->text_bytes = text->len;
    if (settings->codec != NULL && text->len > 0) {
        product->crc = pare_crc32(0, pare_buf_span(text));
        return settings->codec->block(stage->deflate, pare_buf_span(text), &product->bytes, err);
    }
    return PARE_OK;
}
