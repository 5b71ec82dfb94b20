/*
 * The lenient reader on arbitrary bytes. Promise: what comes out of it is what the strict reader takes, for every piece
 * size the same.
 */
#include "filter/record/reader.h"
#include "tests/fuzz/memory_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CEILING = 1 << 18 };
static unsigned char reference[CEILING], output[CEILING];

static pare_status read_all(const uint8_t *data, size_t size, size_t piece, unsigned char *out, size_t *len)
{
    pare_source *source = NULL, *inner = memory_source_new(data, size, piece);
    pare_error err;
    *len = 0;
    if (inner == NULL) {
        return PARE_E_NOMEM;
    }
    pare_status status = pare_csv_lenient_new(inner, ';', 1 << 12, &source, &err);
    if (status == PARE_OK) {
        status = drain(source, piece, out, CEILING, len, &err);
        pare_source_close(source);
    }
    return status;
}

static bool is_no_text(const pare_error *err, pare_status status)
{
    return status == PARE_E_DATA && (strstr(err->text, "UTF-8") != NULL || strstr(err->text, "NUL") != NULL);
}

static void check_strict(size_t len)
{
    pare_span names[4096], bytes = {reference, len};
    pare_buf store;
    size_t n = 0, used = 0;
    pare_error err;
    pare_buf_init(&store, CEILING);
    pare_status status = pare_csv_header(bytes, true, (pare_dialect){','}, names, 4096, &n, &used, &store, &err);
    pare_buf_clear(&store);
    /* bytes that are no text stay the strict reader's to refuse */
    if (status == PARE_E_LIMIT || len == 0 || is_no_text(&err, status)) {
        return;
    }
    if (status != PARE_OK) {
        abort();
    }
    pare_batch batch;
    if (pare_batch_init(&batch, len + 1) != PARE_OK) {
        return;
    }
    memcpy(batch.bytes, reference + used, len - used);
    batch.len = len - used;
    memset(batch.bytes + batch.len, 0, PARE_BATCH_PADDING);
    pare_reader reader = {{','}, (uint32_t)n, CEILING, PARE_CSV_BEST};
    status = pare_csv_index(&reader, &batch, &err);
    if (status != PARE_OK && !is_no_text(&err, status)) {
        abort();
    }
    pare_batch_clear(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 14) {
        return 0;
    }
    size_t expected_len = 0;
    pare_status expected = read_all(data, size, CEILING, reference, &expected_len);
    if (expected == PARE_END) {
        check_strict(expected_len);
    }
    for (size_t piece = 1; piece < 10000; piece = piece * 11 + 1) {
        size_t len = 0;
        pare_status status = read_all(data, size, piece, output, &len);
        if (status != expected ||
            (status == PARE_END && (len != expected_len || memcmp(output, reference, len) != 0))) {
            abort();
        }
    }
    return 0;
}
