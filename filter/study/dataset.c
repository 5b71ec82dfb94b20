/*
 * Reading a dataset back. The buffer grows with the longest record: what pare wrote is not held to limits that its
 * input was held to, because a rule may have made values longer.
 */
#include "filter/study/dataset.h"

#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>

enum { MOST_COLUMNS = 1 << 20 };
static const size_t LONGEST_RECORD = (size_t)1 << 30;

struct pare_dataset {
    pare_source *source;
    pare_reader reader;
    pare_batch batch;
    size_t filled; /* bytes in the batch's memory; those behind batch.len are the start of the next */
    bool ended;
    pare_span *names;
    size_t n_names;
    pare_buf text, store;    /* what the names point into */
    uint64_t records, lines; /* behind us */
};

/** Fill the batch's memory as far as it goes. */
static pare_status fill(pare_dataset *d, pare_error *err)
{
    while (!d->ended && d->filled < d->batch.cap) {
        size_t got = 0;
        pare_status status =
            pare_source_read(d->source, d->batch.bytes + d->filled, d->batch.cap - d->filled, &got, err);
        d->ended = status == PARE_END;
        if (status != PARE_OK && status != PARE_END) {
            return status;
        }
        d->filled += got;
    }
    memset(d->batch.bytes + d->filled, 0, PARE_BATCH_PADDING);
    return PARE_OK;
}

static pare_status grow(pare_dataset *d, pare_error *err)
{
    size_t wanted = d->batch.cap * 2;
    if (wanted > LONGEST_RECORD) {
        return pare_fail(err, PARE_E_DATA, "a record does not end within %zu bytes", LONGEST_RECORD);
    }
    unsigned char *moved = realloc(d->batch.bytes, wanted + PARE_BATCH_PADDING);
    if (moved == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a record");
    }
    d->batch.bytes = moved;
    d->batch.cap = wanted;
    return fill(d, err);
}

/** Move what is left behind `used` to the start. */
static void consume(pare_dataset *d, size_t used)
{
    memmove(d->batch.bytes, d->batch.bytes + used, d->filled - used);
    d->filled -= used;
}

static pare_status read_header(pare_dataset *d, pare_error *err)
{
    size_t used = 0;
    d->names = calloc(MOST_COLUMNS, sizeof *d->names); /* pages that no name stands on are never touched */
    if (d->names == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a header");
    }
    PARE_TRY(fill(d, err));
    for (;;) {
        size_t before = d->batch.cap;
        pare_status status = pare_csv_header(pare_span_from(d->batch.bytes, d->filled), d->ended, d->reader.dialect,
                                             d->names, MOST_COLUMNS, &d->n_names, &used, &d->store, err);
        if (status == PARE_OK) {
            break;
        }
        if (status != PARE_E_LIMIT || d->ended) {
            return status;
        }
        PARE_TRY(grow(d, err));
        if (d->batch.cap == before) {
            return status;
        }
    }
    /* names point into the batch, which is about to be filled anew */
    pare_buf_append(&d->text, d->batch.bytes, used);
    if (d->text.status != PARE_OK) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a header");
    }
    for (size_t i = 0; i < d->n_names; i++) {
        const unsigned char *at = d->names[i].ptr;
        if (at >= d->batch.bytes && at < d->batch.bytes + used) {
            d->names[i].ptr = d->text.ptr + (at - d->batch.bytes);
        }
    }
    for (size_t i = 0; i < used; i++) {
        d->lines += d->batch.bytes[i] == '\n';
    }
    consume(d, used);
    d->reader.n_columns = (uint32_t)d->n_names;
    return PARE_OK;
}

pare_status pare_dataset_open(const char *path, unsigned char delimiter, const pare_source_options *options,
                              pare_dataset **dataset, const char **kind, pare_error *err)
{
    pare_dataset *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    made->reader = (pare_reader){.dialect = {delimiter}, .max_field_bytes = LONGEST_RECORD, .vector = PARE_CSV_BEST};
    pare_buf_init(&made->text, LONGEST_RECORD);
    pare_buf_init(&made->store, LONGEST_RECORD);
    pare_status status = pare_batch_init(&made->batch, PARE_BATCH_BYTES) == PARE_OK
                             ? pare_source_open(path, options, &made->source, kind, err)
                             : pare_fail(err, PARE_E_NOMEM, "out of memory");
    if (status == PARE_OK) {
        status = read_header(made, err);
    }
    if (status != PARE_OK) {
        pare_dataset_close(made);
        return status;
    }
    *dataset = made;
    return PARE_OK;
}

void pare_dataset_close(pare_dataset *d)
{
    if (d != NULL) {
        pare_source_close(d->source);
        pare_batch_clear(&d->batch);
        pare_buf_clear(&d->text);
        pare_buf_clear(&d->store);
        free(d->names);
        free(d);
    }
}

const pare_span *pare_dataset_names(const pare_dataset *dataset, size_t *n)
{
    *n = dataset->n_names;
    return dataset->names;
}

/** Cut whole records off what is filled. */
static pare_status cut(pare_dataset *d, pare_error *err)
{
    for (;;) {
        size_t whole = d->ended ? d->filled : pare_csv_split(&d->reader, pare_span_from(d->batch.bytes, d->filled));
        if (whole > 0 || d->ended) {
            d->batch.len = whole;
            return PARE_OK;
        }
        PARE_TRY(grow(d, err));
    }
}

pare_status pare_dataset_next(pare_dataset *d, const pare_rows **rows, pare_error *err)
{
    d->records += d->batch.rows.n_rows;
    d->lines += d->batch.n_lines;
    consume(d, d->batch.len);
    d->batch.len = 0;
    d->batch.rows.n_rows = 0;
    d->batch.n_lines = 0;
    PARE_TRY(fill(d, err));
    if (d->filled == 0) {
        return PARE_END;
    }
    PARE_TRY(cut(d, err));
    /* The reader wants zeros behind the last record; what stands there is put back. */
    unsigned char behind[PARE_BATCH_PADDING];
    memcpy(behind, d->batch.bytes + d->batch.len, sizeof behind);
    memset(d->batch.bytes + d->batch.len, 0, sizeof behind);
    pare_status status = pare_csv_index(&d->reader, &d->batch, err);
    memcpy(d->batch.bytes + d->batch.len, behind, sizeof behind);
    if (status != PARE_OK) {
        if (err != NULL) {
            err->record += d->records;
            err->line += d->lines;
            err->has_byte = false;
        }
        return status;
    }
    *rows = &d->batch.rows;
    return PARE_OK;
}
