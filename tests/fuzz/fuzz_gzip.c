/*
 * gzip and zlib streams of arbitrary bytes. Promises: both engines and every piece size come to the same answer and,
 * where it is "whole", to the same bytes.
 */
#include "tests/fuzz/memory_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CEILING = 1 << 20 };
static unsigned char reference[CEILING], output[CEILING];

static pare_status inflate_all(const uint8_t *data, size_t size, bool zlib, bool portable, size_t piece,
                               unsigned char *out, size_t *len)
{
    pare_source_options options = {.portable = portable, .max_bytes = CEILING - 1};
    pare_source *source = NULL;
    pare_error err;
    pare_source *inner = memory_source_new(data, size, piece);
    if (inner == NULL) {
        return PARE_E_NOMEM;
    }
    *len = 0;
    pare_status status = pare_gunzip_new(inner, zlib, &options, &source, &err);
    if (status == PARE_OK) {
        status = drain(source, piece, out, CEILING, len, &err);
        pare_source_close(source);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int zlib = 0; zlib < 2; zlib++) {
        size_t expected_len = 0;
        pare_status expected = inflate_all(data, size, zlib != 0, true, CEILING, reference, &expected_len);
        for (int portable = 0; portable < 2; portable++) {
            for (size_t piece = 1; piece < 1 << 17; piece = piece * 37 + 1) {
                size_t len = 0;
                pare_status status = inflate_all(data, size, zlib != 0, portable != 0, piece, output, &len);
                if ((status == PARE_END) != (expected == PARE_END)) {
                    abort();
                }
                if (status == PARE_END && (len != expected_len || memcmp(output, reference, len) != 0)) {
                    abort();
                }
            }
        }
    }
    return 0;
}
