/*
 * The reader on arbitrary bytes. Promises: every machine code of the processor gives the same table or the same error;
 * a split is followed by nothing but whole records; what is accepted lies within the bytes.
 */
#include "filter/record/reader.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds) {
        abort();
    }
}

static pare_status index_with(unsigned vector, const uint8_t *data, size_t size, uint32_t n_columns, pare_batch *batch,
                              pare_error *err)
{
    pare_reader reader = {{','}, n_columns, 1000, vector};
    demand(pare_batch_init(batch, size + 1) == PARE_OK);
    if (size > 0) {
        memcpy(batch->bytes, data, size);
    }
    batch->len = size;
    memset(batch->bytes + size, 0, PARE_BATCH_PADDING);
    memset(err, 0, sizeof *err);
    return pare_csv_index(&reader, batch, err);
}

static void check_inside(const pare_batch *batch)
{
    const pare_rows *rows = &batch->rows;
    for (uint32_t r = 0; r < rows->n_rows; r++) {
        pare_record record = pare_rows_get(rows, r);
        uint32_t from = record.start;
        for (uint32_t c = 0; c < record.n_fields; c++) {
            demand(record.ends[c] >= from && record.ends[c] <= batch->len);
            from = record.ends[c] + 1;
        }
    }
}

static bool same_rows(const pare_rows *a, const pare_rows *b)
{
    size_t n = (size_t)a->n_rows * a->n_fields;
    return a->n_rows == b->n_rows && a->n_breaks == b->n_breaks &&
           (n == 0 || memcmp(a->ends, b->ends, n * sizeof *a->ends) == 0) &&
           (a->n_rows == 0 || memcmp(a->starts, b->starts, a->n_rows * sizeof *a->starts) == 0) &&
           (a->n_breaks == 0 || memcmp(a->breaks, b->breaks, a->n_breaks * sizeof *a->breaks) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 1 << 16) {
        return 0;
    }
    uint32_t n_columns = 1 + data[0] % 4u;
    data++;
    size--;
    pare_batch first, other;
    pare_error first_err, other_err;
    pare_status first_status = index_with(PARE_CSV_PORTABLE, data, size, n_columns, &first, &first_err);
    if (first_status == PARE_OK) {
        check_inside(&first);
    }
    for (unsigned vector = PARE_CSV_AVX2; vector <= PARE_CSV_NEON; vector++) {
        if (!pare_csv_vector_available((pare_csv_vector)vector)) {
            continue;
        }
        pare_status status = index_with(vector, data, size, n_columns, &other, &other_err);
        demand(status == first_status);
        demand(status != PARE_OK || same_rows(&first.rows, &other.rows));
        demand(status == PARE_OK || (first_err.record == other_err.record && first_err.line == other_err.line &&
                                     first_err.byte == other_err.byte && strcmp(first_err.text, other_err.text) == 0));
        pare_reader a = {{','}, n_columns, 1000, PARE_CSV_PORTABLE}, b = {{','}, n_columns, 1000, vector};
        pare_span bytes = {other.bytes, size};
        demand(pare_csv_split(&a, bytes) == pare_csv_split(&b, bytes));
        pare_batch_clear(&other);
    }
    pare_batch_clear(&first);
    return 0;
}
