/*
 * One worker's part of the pipeline: a batch of text in, the bytes to deliver out.
 *
 *   index the batch (-> compare with the second reader) -> apply the plan, 64 records at a time -> format -> compress
 */
#ifndef PARE_FILTER_PIPELINE_STAGE_H
#define PARE_FILTER_PIPELINE_STAGE_H

#include "filter/pipeline/refused.h"
#include "filter/record/reader.h"
#include "filter/sink/deflate.h"
#include "filter/sink/writer.h"

/** What all workers share: immutable. */
typedef struct pare_stage_settings {
    const pare_plan *plan;
    const pare_reader *reader;
    pare_writer writer;
    const pare_codec *codec; /* NULL: plain output */
    int level;
    size_t batch_bytes, max_record_bytes;
    bool leaves_out;    /* bad records are left out */
    bool keeps_refused; /* and kept for the quarantine */
    bool cross_check;
    bool expects_many; /* the inputs are large */
} pare_stage_settings;

/** What a worker makes of one batch; travels to the output in the order of the input. */
typedef struct pare_product {
    pare_buf bytes;      /* formatted and, with a codec, compressed */
    uint64_t text_bytes; /* formatted, before compression */
    uint32_t crc;        /* CRC-32 of the formatted text, with a codec */
    pare_refused_list refused;
    uint64_t records_before, lines_before,
        bytes_before;          /* where the batch begins in its file: set before it is delivered */
    uint32_t n_records;        /* of the batch, as they were read */
    uint64_t n_lines, n_bytes; /* of the batch's text */
    uint32_t file;             /* which input it is from */
    uint64_t input_bytes;      /* stored bytes of all inputs read so far */
} pare_product;

/** One thread's. */
typedef struct pare_stage {
    const pare_stage_settings *settings; /* borrowed */
    pare_batch batch;
    pare_worker *worker;
    pare_csv_second *second; /* --cross-check */
    pare_deflate *deflate;
    pare_buf text; /* formatted, where it is compressed afterwards */
} pare_stage;

PARE_NODISCARD pare_status pare_stage_init(pare_stage *stage, const pare_stage_settings *settings, pare_error *err);
void pare_stage_clear(pare_stage *stage);

/**
 * Make `product` of stage->batch. `with_header`: the column names come first.
 * @return PARE_OK, or what is wrong, with err->record, line and byte counted from the batch's start
 */
PARE_NODISCARD pare_status pare_stage_run(pare_stage *stage, bool with_header, pare_product *product, pare_error *err);

#endif
