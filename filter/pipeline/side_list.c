/*
 * Lists of people that policies name, streamed: read in batches with the same sources and the same strict reader as the
 * data, so that a list may be larger than memory.
 */
#include "filter/pipeline/side_digest.h"
#include "filter/record/reader.h"
#include "filter/source/source.h"
#include "pare/run.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 256 };

typedef struct list_reader {
    pare_source *source;
    pare_side_digest digest;
    bool ended;
    pare_reader reader;
    pare_batch batch;
    unsigned char *carry; /* what is read and belongs to the next batch: [0, carry_len) */
    size_t carry_len;
    uint64_t records, lines; /* before the batch */
    pare_span names[MAX_COLUMNS];
    pare_buf spare[MAX_COLUMNS];
    size_t n_columns;
} list_reader;

/** Fill the batch: what was carried over, then as much as there is room for. */
static pare_status fill(list_reader *list, pare_error *err)
{
    pare_batch *batch = &list->batch;
    memcpy(batch->bytes, list->carry, list->carry_len);
    batch->len = list->carry_len;
    list->carry_len = 0;
    while (batch->len < batch->cap && !list->ended) {
        size_t got = 0;
        pare_status status =
            pare_source_read(list->source, batch->bytes + batch->len, batch->cap - batch->len, &got, err);
        list->ended = status == PARE_END;
        if (status != PARE_END) {
            PARE_TRY(status);
        }
        batch->len += got;
    }
    memset(batch->bytes + batch->len, 0, PARE_BATCH_PADDING);
    return PARE_OK;
}

/** Columns and dialect from the first line; takes the line out if it is a header. */
static pare_status read_head(list_reader *list, pare_table_row head, void *context, pare_error *err)
{
    pare_batch *batch = &list->batch;
    pare_span start = pare_span_from(batch->bytes, batch->len);
    size_t used = 0;
    pare_buf store;
    if (batch->len == 0) {
        return pare_fail(err, PARE_E_DATA, "the list is empty, not even a header stands in it");
    }
    pare_buf_init(&store, PARE_BATCH_BYTES);
    list->reader = (pare_reader){{pare_csv_sniff(start)}, 0, PARE_MAX_FIELD_BYTES, PARE_CSV_BEST};
    pare_status status = pare_csv_header(start, list->ended, list->reader.dialect, list->names, MAX_COLUMNS,
                                         &list->n_columns, &used, &store, err);
    if (status == PARE_OK && head != NULL && !head(context, list->names, list->n_columns)) {
        status = pare_fail(err, PARE_E_POLICY, "the list's header is refused");
    }
    pare_buf_clear(&store);
    PARE_TRY(status);
    list->reader.n_columns = (uint32_t)list->n_columns;
    if (head != NULL) {
        for (size_t i = 0; i < used; i++) {
            list->lines += batch->bytes[i] == '\n';
        }
        batch->len -= used;
        memmove(batch->bytes, batch->bytes + used, batch->len + PARE_BATCH_PADDING);
    }
    return PARE_OK;
}

/** Keep whole records in the batch, carry the rest. */
static pare_status cut(list_reader *list, pare_error *err)
{
    if (list->ended) {
        return PARE_OK;
    }
    size_t whole = pare_csv_split(&list->reader, pare_span_from(list->batch.bytes, list->batch.len));
    if (whole == 0) {
        return pare_fail(err, PARE_E_LIMIT, "a record of the list is longer than 1 MiB; a quote may be missing");
    }
    list->carry_len = list->batch.len - whole;
    memcpy(list->carry, list->batch.bytes + whole, list->carry_len);
    list->batch.len = whole;
    memset(list->batch.bytes + whole, 0, PARE_BATCH_PADDING);
    return PARE_OK;
}

static pare_status hand_out(list_reader *list, pare_table_row row, void *context, pare_error *err)
{
    const pare_rows *rows = &list->batch.rows;
    pare_span fields[MAX_COLUMNS];
    for (uint32_t r = 0; r < rows->n_rows; r++) {
        pare_record record = pare_rows_get(rows, r);
        for (uint32_t c = 0; c < rows->n_fields; c++) {
            fields[c] = pare_raw_text(pare_record_raw(&record, c), &list->spare[c]);
            if (list->spare[c].status != PARE_OK) {
                return pare_fail(err, PARE_E_NOMEM, "out of memory for a list of people");
            }
        }
        if (!row(context, fields, rows->n_fields)) {
            pare_status status = pare_fail(err, PARE_E_POLICY, "an entry of the list is refused");
            if (err != NULL) {
                err->record = list->records + r + 1;
            }
            return status;
        }
    }
    list->records += rows->n_rows;
    list->lines += list->batch.n_lines;
    return PARE_OK;
}

static pare_status read_all(list_reader *list, pare_table_row head, pare_table_row row, void *context, pare_error *err)
{
    PARE_TRY(fill(list, err));
    PARE_TRY(read_head(list, head, context, err));
    while (list->batch.len > 0) {
        PARE_TRY(cut(list, err));
        pare_status status = pare_csv_index(&list->reader, &list->batch, err);
        if (status != PARE_OK) {
            if (err != NULL) {
                err->record += err->record == 0 ? 0 : list->records;
                err->line += err->line == 0 ? 0 : list->lines;
                err->has_byte = false; /* counted from a batch: of no use to anybody */
            }
            return status;
        }
        PARE_TRY(hand_out(list, row, context, err));
        PARE_TRY(fill(list, err));
    }
    return PARE_OK;
}

static pare_status open_list(list_reader *list, const char *path, bool digest, pare_error *err)
{
    pare_source_options options = {.encoding = PARE_ENCODING_UTF8};
    for (size_t i = 0; i < MAX_COLUMNS; i++) {
        pare_buf_init(&list->spare[i], PARE_MAX_FIELD_BYTES);
    }
    list->carry = malloc(PARE_BATCH_BYTES);
    if (list->carry == NULL || pare_batch_init(&list->batch, PARE_BATCH_BYTES) != PARE_OK) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a list of people");
    }
    PARE_TRY(pare_side_digest_begin(&list->digest, digest, &options, err));
    return pare_source_open(path, &options, &list->source, NULL, err);
}

pare_status pare_list_read(const char *path, pare_table_row head, pare_table_row row, void *row_context,
                           pare_file_facts *facts, pare_error *err)
{
    list_reader *list = calloc(1, sizeof *list);
    if (list == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a list of people");
    }
    pare_status status = open_list(list, path, facts != NULL, err);
    if (status == PARE_OK) {
        status = read_all(list, head, row, row_context, err);
    }
    pare_source_close(list->source);
    pare_side_digest_end(&list->digest, status == PARE_OK, facts);
    pare_batch_clear(&list->batch);
    for (size_t i = 0; i < MAX_COLUMNS; i++) {
        pare_buf_clear(&list->spare[i]);
    }
    free(list->carry);
    free(list);
    if (status != PARE_OK) {
        pare_error_in_file(err, path);
    }
    return status;
}
