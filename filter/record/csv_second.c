/*
 * A second opinion: libcsv reads what the strict reader has read, and each field must be the same to both.
 *
 * It goes record by record through rows that are indexed, so a batch is compared by whoever holds it. That loses
 * nothing: libcsv stands at the start of a record wherever the two have agreed so far, and that is where each batch
 * begins. What it does on its own account: it ends lines with CR as with LF, and tells of a row for the LF of each CR
 * LF.
 */
#include "filter/record/libcsv.h"
#include "filter/record/reader.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>

struct pare_csv_second {
    pare_libcsv *parser;
    pare_buf spare;         /* a field without its quotes */
    pare_record record;     /* what the strict reader says */
    const pare_span *names; /* the same for a header; NULL: there is a record */
    uint32_t n_fields;      /* of it */
    uint32_t n_seen;        /* fields that libcsv gave */
    uint32_t differs;       /* from 1: the first column on which they disagree; 0: none */
    bool ended;             /* libcsv gave the row */
    bool after_cr;          /* the last row was ended by a CR: an LF is still its line end */
};

static pare_span expected_text(pare_csv_second *second, uint32_t column)
{
    return second->names != NULL ? second->names[column]
                                 : pare_raw_text(pare_record_raw(&second->record, column), &second->spare);
}

static void disagree(pare_csv_second *second, uint32_t column)
{
    if (second->differs == 0) {
        second->differs = column + 1;
    }
}

/* libcsv's types, not ours: its first callback, after each field */
static void take_field(void *text, size_t len, void *context)
{
    pare_csv_second *second = context;
    uint32_t column = second->n_seen;
    second->after_cr = false;
    if (second->ended || column >= second->n_fields ||
        !pare_span_equal(pare_span_from(text, len), expected_text(second, column))) {
        disagree(second, column);
    }
    second->n_seen++;
}

/* ... and its second, after each row */
static void take_row(int line_end, void *context)
{
    pare_csv_second *second = context;
    if (second->after_cr && line_end == '\n' && second->n_seen == 0) {
        second->after_cr = false;
        return;
    }
    if (second->n_seen == 0 && second->n_fields == 1) { /* a blank line is a record of one empty field */
        take_field(NULL, 0, second);
    }
    if (second->ended || second->n_seen != second->n_fields) {
        disagree(second, second->n_seen < second->n_fields ? second->n_seen : second->n_fields);
    }
    second->ended = true;
    second->n_seen = 0;
    second->after_cr = line_end == '\r';
}

pare_status pare_csv_second_new(unsigned char delimiter, pare_csv_second **second, pare_error *err)
{
    pare_csv_second *made = calloc(1, sizeof *made);
    pare_libcsv_calls calls = {take_field, take_row, made};
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    pare_buf_init(&made->spare, SIZE_MAX);
    pare_status status = pare_libcsv_new(delimiter, true, calls, &made->parser, err);
    if (status != PARE_OK) {
        free(made);
        return status;
    }
    *second = made;
    return PARE_OK;
}

void pare_csv_second_free(pare_csv_second *second)
{
    if (second != NULL) {
        pare_libcsv_free(second->parser);
        pare_buf_clear(&second->spare);
        free(second);
    }
}

/** Read one record; `at_end`: libcsv is told that the text ends. */
static pare_status compare_one(pare_csv_second *second, pare_span bytes, bool at_end, pare_error *err)
{
    second->n_seen = 0;
    second->differs = 0;
    second->ended = false;
    PARE_TRY(pare_libcsv_parse(second->parser, bytes, err));
    if (at_end) {
        PARE_TRY(pare_libcsv_finish(second->parser, false, err));
        second->after_cr = false;
    }
    if (!second->ended || second->n_seen > 0) { /* still in the record, or in another */
        disagree(second, second->n_seen < second->n_fields ? second->n_seen : second->n_fields - 1);
    }
    if (second->spare.status != PARE_OK) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    return second->differs == 0
               ? PARE_OK
               : pare_fail(err, PARE_E_DATA, "two readers disagree on column %u (--cross-check)", second->differs);
}

pare_status pare_csv_second_batch(pare_csv_second *second, const pare_batch *batch, pare_error *err)
{
    const pare_rows *rows = &batch->rows;
    second->names = NULL;
    second->n_fields = rows->n_fields;
    for (uint32_t row = 0; row < rows->n_rows; row++) {
        size_t start = rows->starts[row], end = pare_batch_row_end(batch, row);
        pare_buf_reset(&second->spare);
        second->record = pare_rows_get(rows, row);
        pare_status status =
            compare_one(second, pare_span_from(batch->bytes + start, end - start), row + 1 == rows->n_rows, err);
        if (status != PARE_OK) {
            if (err != NULL) {
                err->record = (uint64_t)row + 1;
                err->byte = start;
                err->has_byte = true;
            }
            return status;
        }
    }
    return PARE_OK;
}

pare_status pare_csv_second_header(pare_csv_second *second, pare_span bytes, const pare_span *names, size_t n,
                                   pare_error *err)
{
    second->names = names;
    second->n_fields = (uint32_t)n;
    return compare_one(second, bytes, true, err);
}
