/*
 * The two readers. Promise: whatever the strict one takes, libcsv reads with the same fields, byte for byte; so that
 * --cross-check never stops a run without a reason, and a disagreement is news.
 */
#include "filter/record/reader.h"
#include "tests/fuzz/demand.h"

static pare_batch batch;
static pare_csv_second *seconds[4];
static const unsigned char delimiters[] = {',', ';', '\t', '|'};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 1 << 14) {
        return 0;
    }
    unsigned which = data[0] >> 2 & 3;
    pare_reader reader = {{delimiters[which]}, 1 + data[0] % 4u, PARE_MAX_FIELD_BYTES, PARE_CSV_BEST};
    pare_error err;
    if (batch.cap == 0) {
        DEMAND(pare_batch_init(&batch, 1 << 15) == PARE_OK);
    }
    if (seconds[which] == NULL) {
        DEMAND(pare_csv_second_new(delimiters[which], &seconds[which], &err) == PARE_OK);
    }
    data++;
    size--;
    memcpy(batch.bytes, data, size);
    batch.len = size;
    if (pare_csv_index(&reader, &batch, &err) == PARE_OK) {
        DEMAND(pare_csv_second_batch(seconds[which], &batch, &err) == PARE_OK);
    }
    static pare_span names[1 << 14];
    static pare_buf store = {.ceiling = 1 << 16};
    size_t n = 0, used = 0;
    pare_buf_reset(&store);
    pare_span bytes = {data, size};
    if (pare_csv_header(bytes, true, reader.dialect, names, 1 << 14, &n, &used, &store, &err) == PARE_OK) {
        bytes.len = used;
        DEMAND(pare_csv_second_header(seconds[which], bytes, names, n, &err) == PARE_OK);
    }
    return 0;
}
