/* Arbitrary bytes in every encoding: what comes out is UTF-8 or a refusal, the same for every piece size. */
#include "rules/base/utf8.h"
#include "tests/fuzz/memory_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CEILING = 1 << 20 };
static unsigned char reference[CEILING], output[CEILING];

static pare_status decode(const uint8_t *data, size_t size, pare_encoding encoding, size_t piece, unsigned char *out,
                          size_t *len)
{
    pare_source *source = NULL, *inner = memory_source_new(data, size, piece);
    pare_error err;
    *len = 0;
    if (inner == NULL) {
        return PARE_E_NOMEM;
    }
    pare_status status = pare_transcode_new(inner, encoding, &source, &err);
    if (status == PARE_OK) {
        status = drain(source, piece, out, CEILING, len, &err);
        pare_source_close(source);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > CEILING / 4) {
        return 0;
    }
    for (int encoding = PARE_ENCODING_UTF8; encoding <= PARE_ENCODING_UTF16; encoding++) {
        size_t expected_len = 0;
        pare_status expected = decode(data, size, (pare_encoding)encoding, CEILING, reference, &expected_len);
        pare_span text = {reference, expected_len};
        if (expected == PARE_END && encoding != PARE_ENCODING_UTF8 && !pare_utf8_valid(text)) {
            abort();
        }
        for (size_t piece = 1; piece < 10000; piece = piece * 11 + 1) {
            size_t len = 0;
            pare_status status = decode(data, size, (pare_encoding)encoding, piece, output, &len);
            if (status != expected ||
                (status == PARE_END && (len != expected_len || memcmp(output, reference, len) != 0))) {
                abort();
            }
        }
    }
    return 0;
}
