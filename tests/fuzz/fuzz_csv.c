/*
 * The reader on arbitrary bytes. Promises: it takes what docs/CSV.md takes and nothing else, field boundary for field
 * boundary (csv_model.h says the page once more); every machine code of the processor gives the same table or the same
 * error; a split is followed by nothing but whole records; and reading on behind a bad record gives the same records
 * however the text is cut.
 */
#include "filter/record/reader.h"
#include "tests/fuzz/csv_model.h"

static model_text model;
static pare_batch first, other;

static void fill(pare_batch *batch, const uint8_t *data, size_t size)
{
    if (batch->cap == 0) {
        DEMAND(pare_batch_init(batch, 1 << 16) == PARE_OK);
    }
    DEMAND(size < batch->cap);
    if (size > 0) {
        memcpy(batch->bytes, data, size);
    }
    batch->len = size;
    memset(batch->bytes + size, 0, PARE_BATCH_PADDING);
}

static bool same_rows(const pare_rows *a, const pare_rows *b)
{
    size_t n = (size_t)a->n_rows * a->n_fields;
    return a->n_rows == b->n_rows && a->n_breaks == b->n_breaks &&
           (n == 0 || memcmp(a->ends, b->ends, n * sizeof *a->ends) == 0) &&
           (a->n_rows == 0 || memcmp(a->starts, b->starts, a->n_rows * sizeof *a->starts) == 0) &&
           (a->n_breaks == 0 || memcmp(a->breaks, b->breaks, a->n_breaks * sizeof *a->breaks) == 0);
}

static bool same_error(const pare_error *a, const pare_error *b)
{
    return a->record == b->record && a->line == b->line && a->byte == b->byte && strcmp(a->text, b->text) == 0;
}

/** Rows are the model's good records, from the first on. */
static void check_rows(const pare_rows *rows, size_t *next_record)
{
    for (uint32_t r = 0; r < rows->n_rows; r++) {
        while (*next_record < model.n_records && !model.records[*next_record].good) {
            ++*next_record;
        }
        DEMAND(*next_record < model.n_records);
        const model_record *expected = &model.records[(*next_record)++];
        pare_record record = pare_rows_get(rows, r);
        DEMAND(record.start == expected->start && record.n_fields == expected->n);
        for (uint32_t c = 0; c < record.n_fields; c++) {
            pare_span raw = pare_record_raw(&record, c);
            DEMAND((size_t)(raw.ptr - record.base) == model.fields[expected->first + c].from);
            DEMAND(record.ends[c] == model.fields[expected->first + c].to);
        }
    }
}

static void check_strict(const pare_reader *reader, const uint8_t *data, size_t size)
{
    pare_error first_err = {0}, other_err = {0};
    pare_reader portable = *reader;
    portable.vector = PARE_CSV_PORTABLE;
    fill(&first, data, size);
    pare_status expected = pare_csv_index(&portable, &first, &first_err);
    size_t next_record = 0;
    DEMAND((expected == PARE_OK) == model_is_strict(&model));
    check_rows(&first.rows, &next_record);
    DEMAND(expected != PARE_OK || next_record == model.n_records);
    for (unsigned vector = PARE_CSV_AVX2; vector <= PARE_CSV_NEON; vector++) {
        if (!pare_csv_vector_available((pare_csv_vector)vector)) {
            continue;
        }
        pare_reader fast = *reader;
        fast.vector = vector;
        fill(&other, data, size);
        pare_status status = pare_csv_index(&fast, &other, &other_err);
        DEMAND(status == expected && same_rows(&first.rows, &other.rows));
        DEMAND(status == PARE_OK || same_error(&first_err, &other_err));
        DEMAND(status != PARE_OK || first.n_lines == other.n_lines);
        pare_span bytes = {other.bytes, size};
        DEMAND(pare_csv_split(&portable, bytes) == pare_csv_split(&fast, bytes));
    }
}

/** The first `cut` bytes of the text: their records are the first of the whole text's, good ones and bad ones. */
static void check_salvage(const pare_reader *reader, const uint8_t *data, size_t size, size_t cut)
{
    pare_error err = {0};
    size_t used = 0, next_record = 0, bad = 0, lines = 1;
    fill(&first, data, cut);
    pare_status status = pare_csv_salvage(reader, &first, cut == size, SIZE_MAX, &used, &err);
    DEMAND(status == PARE_OK || used == 0);
    check_rows(&first.rows, &next_record);
    size_t n = first.rows.n_rows + first.n_bad, end = 0, rows = 0;
    DEMAND(n <= model.n_records);
    for (size_t i = 0; i < n; i++) {
        const model_record *expected = &model.records[i];
        DEMAND(!expected->hopeless);
        if (expected->good) {
            rows++;
        } else {
            DEMAND(bad < first.n_bad);
            const pare_bad_record *at = &first.bad[bad++];
            DEMAND(at->start == expected->start && at->len == expected->len && at->fault == expected->fault);
            DEMAND(at->rows == rows && at->line == lines);
        }
        for (size_t b = 0; b < expected->len; b++) {
            lines += data[expected->start + b] == '\n';
        }
        end = expected->start + expected->len;
    }
    DEMAND(rows == first.rows.n_rows && used == end);
    DEMAND(cut != size || n == model.n_records || model.records[n].hopeless);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > MODEL_MAX_RECORDS) {
        return 0;
    }
    static const unsigned char delimiters[] = {',', ';', '\t', '|'};
    pare_reader reader = {{delimiters[data[0] >> 2 & 3]}, 1 + data[0] % 4u, (data[0] & 0x20) != 0 ? 8 : 1000, 0};
    size_t cut = pick(data, size, size); /* of what follows the first byte: from none to all */
    data++;
    size--;
    model.delimiter = reader.dialect.delimiter;
    model.n_columns = reader.n_columns;
    model.max_field = reader.max_field_bytes;
    model_read(&model, data, size);
    check_strict(&reader, data, size);
    check_salvage(&reader, data, size, size);
    check_salvage(&reader, data, size, cut);
    return 0;
}
