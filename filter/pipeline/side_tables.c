/*
 * Side tables that policies name: read with the same sources and the same strict reader as the data. And texts.
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

enum { TABLE_BYTES = 64 << 20, TABLE_COLUMNS = 64 };

/** All of the table's text, with padding behind it. */
static pare_status read_whole(pare_source *source, pare_buf *text, pare_error *err)
{
    for (;;) {
        size_t got = 0;
        if (!pare_buf_reserve(text, 64 << 10)) {
            return pare_fail(err, text->status,
                             text->status == PARE_E_LIMIT ? "a side table is larger than 64 MiB"
                                                          : "out of memory for a side table");
        }
        pare_status status = pare_source_read(source, text->ptr + text->len, text->cap - text->len, &got, err);
        if (status == PARE_END) {
            return PARE_OK;
        }
        PARE_TRY(status);
        text->len += got;
    }
}

static pare_status hand_out_rows(const pare_rows *rows, pare_table_row row, void *row_context, pare_error *err)
{
    pare_span fields[TABLE_COLUMNS];
    pare_buf spare[TABLE_COLUMNS];
    for (uint32_t c = 0; c < rows->n_fields; c++) {
        pare_buf_init(&spare[c], TABLE_BYTES);
    }
    pare_status status = PARE_OK;
    for (uint32_t r = 0; r < rows->n_rows && status == PARE_OK; r++) {
        pare_record record = pare_rows_get(rows, r);
        for (uint32_t c = 0; c < rows->n_fields; c++) {
            fields[c] = pare_raw_text(pare_record_raw(&record, c), &spare[c]);
        }
        if (!row(row_context, fields, rows->n_fields)) {
            status = pare_fail(err, PARE_E_POLICY, "the table's record %u is refused", r + 1);
        }
    }
    for (uint32_t c = 0; c < rows->n_fields; c++) {
        pare_buf_clear(&spare[c]);
    }
    return status;
}

/** What a file is read as. */
typedef struct table_form {
    bool has_header;
    pare_table_row row;
    void *row_context;
} table_form;

static pare_status parse_table(pare_buf *text, const void *context, pare_error *err)
{
    const table_form *form = context;
    pare_span names[TABLE_COLUMNS];
    size_t n = 0, used = 0;
    pare_buf store;
    pare_buf_init(&store, TABLE_BYTES);
    pare_dialect dialect = {pare_csv_sniff(pare_buf_span(text))};
    pare_status status =
        pare_csv_header(pare_buf_span(text), true, dialect, names, TABLE_COLUMNS, &n, &used, &store, err);
    pare_buf_clear(&store);
    PARE_TRY(status);
    used = form->has_header ? used : 0; /* else the first line only told how many columns there are */
    pare_batch batch = {0};
    if (pare_batch_init(&batch, text->len) != PARE_OK) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a side table");
    }
    batch.len = text->len - used;
    memcpy(batch.bytes, text->ptr + used, batch.len);
    pare_reader reader = {dialect, (uint32_t)n, PARE_MAX_FIELD_BYTES, PARE_CSV_BEST};
    status = pare_csv_index(&reader, &batch, err);
    if (status == PARE_OK) {
        status = hand_out_rows(&batch.rows, form->row, form->row_context, err);
    } else if (err != NULL && form->has_header) {
        err->line += err->line == 0 ? 0 : 1; /* the header's, which is one line in any table worth naming */
    }
    pare_batch_clear(&batch);
    return status;
}

/** What is done with the text of a file. */
typedef pare_status use_text(pare_buf *text, const void *context, pare_error *err);

static pare_status read_file(const char *path, use_text *use, const void *context, pare_file_facts *facts,
                             pare_error *err)
{
    pare_source *source = NULL;
    pare_source_options options = {.encoding = PARE_ENCODING_UTF8};
    pare_side_digest digest;
    pare_buf text;
    pare_buf_init(&text, TABLE_BYTES);
    pare_status status = pare_side_digest_begin(&digest, facts != NULL, &options, err);
    if (status == PARE_OK) {
        status = pare_source_open(path, &options, &source, NULL, err);
    }
    if (status == PARE_OK) {
        status = read_whole(source, &text, err);
    }
    if (status == PARE_OK) {
        status = use(&text, context, err);
    }
    pare_source_close(source);
    pare_side_digest_end(&digest, status == PARE_OK, facts);
    pare_buf_clear(&text);
    if (status != PARE_OK) {
        pare_error_in_file(err, path);
    }
    return status;
}

pare_status pare_table_read(const char *path, pare_table_row row, void *row_context, pare_file_facts *facts,
                            pare_error *err)
{
    const table_form form = {true, row, row_context};
    return read_file(path, parse_table, &form, facts, err);
}

pare_status pare_table_read_rows(const char *path, pare_table_row row, void *row_context, pare_file_facts *facts,
                                 pare_error *err)
{
    const table_form form = {false, row, row_context};
    return read_file(path, parse_table, &form, facts, err);
}

/** Where a text goes. */
typedef struct text_form {
    pare_write write;
    void *context;
} text_form;

static pare_status hand_out_text(pare_buf *text, const void *context, pare_error *err)
{
    const text_form *form = context;
    (void)err;
    form->write(form->context, text->ptr == NULL ? "" : (const char *)text->ptr, text->len);
    return PARE_OK;
}

pare_status pare_text_read(const char *path, pare_write write, void *write_context, pare_file_facts *facts,
                           pare_error *err)
{
    const text_form form = {write, write_context};
    return read_file(path, hand_out_text, &form, facts, err);
}
