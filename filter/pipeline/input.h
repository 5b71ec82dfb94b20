/*
 * The inputs of a run as one stream of batches: opened one after another, each with the same header, cut at record
 * boundaries. One thread at a time.
 *
 * Where batches are cut depends on the bytes alone, never on how they arrive, so the output is the same for every read
 * size.
 */
#ifndef PARE_FILTER_PIPELINE_INPUT_H
#define PARE_FILTER_PIPELINE_INPUT_H

#include "filter/record/reader.h"
#include "filter/source/source.h"
#include "pare/run.h"
#include "rules/crypto/prim.h"

/** What is known of one input once it is read. */
typedef struct pare_input_file {
    const char *path; /* borrowed from the options */
    const char *kind; /* "gzip", "zlib", "plain" */
    uint64_t stored_bytes;
    uint64_t header_bytes, header_lines; /* where the first record begins */
    char sha256[2 * PARE_SHA256_BYTES + 1];
} pare_input_file;

typedef struct pare_input pare_input;

/**
 * Open the first input and read its header.
 * @param digests  hash every input's bytes as they are read
 */
PARE_NODISCARD pare_status pare_input_open(const pare_run_options *options, bool digests, pare_input **input,
                                           pare_error *err);
void pare_input_close(pare_input *input);

/** Names of the columns, unquoted; borrowed. */
const pare_span *pare_input_names(const pare_input *input, size_t *n);
/** The reader for every batch. Borrowed, immutable. */
const pare_reader *pare_input_reader(const pare_input *input);
/** The delimiter as it stands in the files: that of the reader, unless they are read leniently. */
unsigned char pare_input_delimiter(const pare_input *input);
/** Bytes a batch must be able to hold. */
size_t pare_input_batch_bytes(const pare_input *input);

/**
 * Fill `batch` with the next whole records, at least one. *file says which input they are from.
 * @return PARE_OK; PARE_END: all inputs are read, and were whole; or what is wrong, with err->file set, and
 * err->record, line and byte counted from the end of the batch before
 */
PARE_NODISCARD pare_status pare_input_next(pare_input *input, pare_batch *batch, uint32_t *file, pare_error *err);

/** Facts of input `index`; digests are complete after PARE_END. */
const pare_input_file *pare_input_file_at(const pare_input *input, size_t index);
uint64_t pare_input_stored_bytes(const pare_input *input);

#endif
