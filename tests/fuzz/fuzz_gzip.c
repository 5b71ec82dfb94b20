/*
 * gzip and zlib streams. The first byte says how the rest is taken: as it is, or as deflate data that a right frame is
 * put around, so that what lies behind a checksum is reached too. Promises: what zlib's own framing (inflateInit2()
 * with 15 + 16) and the rules of docs/CSV.md take is taken, to the same bytes, and nothing else; both engines and every
 * piece size come to the same answer.
 */
#include "tests/fuzz/demand.h"
#include "tests/fuzz/memory_source.h"

#include <zlib.h>

enum { CEILING = 1 << 16, MODE_ZLIB = 1, MODE_FRAMED = 2, FRAME_BYTES = 18 };
static unsigned char reference[CEILING], output[CEILING], framed[(1 << 14) + FRAME_BYTES];
static bool odd_codes; /* why zlib refused it */

/** One member from `data` on by zlib alone. The bytes it takes; 0: it is not whole, damaged, or too long. */
static size_t model_member(const uint8_t *data, size_t size, int window_bits, unsigned char *out, size_t cap,
                           size_t *len)
{
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    if (inflateInit2(&stream, window_bits) != Z_OK) {
        return 0;
    }
    stream.next_out = out;
    stream.avail_out = (uInt)cap;
    bool ended = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    *len = (size_t)stream.total_out;
    size_t used = ended ? (size_t)stream.total_in : 0, n = stream.msg == NULL ? 0 : strlen(stream.msg);
    odd_codes = n > 4 && strcmp(stream.msg + n - 4, " set") == 0;
    (void)inflateEnd(&stream);
    return used;
}

/** docs/CSV.md, "Compression". */
static bool model(const uint8_t *data, size_t size, bool zlib, size_t *len)
{
    size_t at = 0, total = 0;
    do {
        size_t made = 0, used = model_member(data + at, size - at, zlib ? 15 : 15 + 16, reference + total,
                                             CEILING - total, &made);
        if (used == 0) {
            return false;
        }
        at += used;
        total += made;
    } while (!zlib && at < size && data[at] != 0);
    while (!zlib && at < size && data[at] == 0) {
        at++;
    }
    *len = total;
    return at == size && total < CEILING;
}

/** Put a right frame around deflate data, as far as it is any. */
static size_t frame(const uint8_t *data, size_t size, bool zlib)
{
    static const unsigned char gzip_header[10] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255}, zlib_header[2] = {0x78, 0x01};
    size_t header = zlib ? sizeof zlib_header : sizeof gzip_header, made = 0;
    size_t used = model_member(data, size, -15, reference, CEILING, &made);
    uLong check = zlib ? adler32(adler32(0, Z_NULL, 0), reference, (uInt)made)
                       : crc32(crc32(0, Z_NULL, 0), reference, (uInt)made);
    memcpy(framed, zlib ? zlib_header : gzip_header, header);
    memcpy(framed + header, data, used);
    unsigned char *next = framed + header + used;
    for (unsigned i = 0; i < 4; i++) {
        *next++ = (unsigned char)(check >> (zlib ? 24 - 8 * i : 8 * i));
    }
    for (unsigned i = 0; i < 4 && !zlib; i++) {
        *next++ = (unsigned char)(made >> 8 * i);
    }
    memcpy(next, data + used, size - used);
    return (size_t)(next - framed) + size - used;
}

static pare_status inflate_all(const uint8_t *data, size_t size, bool zlib, bool portable, size_t piece, size_t *len)
{
    pare_source_options options = {.portable = portable, .max_bytes = CEILING - 1};
    pare_source *source = NULL;
    pare_error err;
    pare_source *inner = memory_source_new(data, size, piece);
    DEMAND(inner != NULL);
    *len = 0;
    pare_status status = pare_gunzip_new(inner, zlib, &options, &source, &err);
    DEMAND(status == PARE_OK);
    status = drain(source, piece, output, CEILING, len, &err);
    pare_source_close(source);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 1 << 14) {
        return 0;
    }
    static const size_t pieces[] = {1, 2, 3, 7, 8, 9, 64, 255, 1024, CEILING};
    bool zlib = (data[0] & MODE_ZLIB) != 0, framing = (data[0] & MODE_FRAMED) != 0;
    size_t piece = pieces[pick(data, size, sizeof pieces / sizeof pieces[0])];
    data++;
    size--;
    if (framing) {
        size = frame(data, size, zlib);
        data = framed;
    }
    size_t expected_len = 0;
    bool expected = model(data, size, zlib, &expected_len);
    for (int portable = 0; portable < 2; portable++) {
        size_t len = 0;
        pare_status status = inflate_all(data, size, zlib, portable != 0, portable != 0 ? CEILING : piece, &len);
        DEMAND((status == PARE_END) == expected || (portable == 0 && !expected && odd_codes));
        DEMAND(!expected || (len == expected_len && memcmp(output, reference, len) == 0));
    }
    return 0;
}
