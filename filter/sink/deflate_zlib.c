/*
 * The portable codec: zlib, levels 1 to 9. Always there, and the second opinion on the others.
 *
 * Each block starts from a reset compressor, so it refers to nothing before it, and ends with Z_SYNC_FLUSH: an empty
 * stored block (zlib.h, deflate()), which puts the next block on a byte boundary. The only file of the sink that
 * includes zlib.h.
 */
#define ZLIB_CONST
#include <zlib.h>

#include "filter/sink/deflate_codecs.h"

#include <stdlib.h>

struct pare_deflate {
    z_stream stream;
};

enum {
    RAW_WINDOW_BITS = -15, /* negative: raw deflate; 15: the 32 KiB window every inflater has */
    MEMORY_LEVEL = 8,      /* zlib's default: 256 KiB each */
    FLUSH_BYTES = 16       /* over deflateBound(): the flush marker, 5 bytes behind a partial byte */
};

static pare_status zlib_open(int level, pare_deflate **compressor, pare_error *err)
{
    pare_deflate *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for compressing");
    }
    int result = deflateInit2(&made->stream, level, Z_DEFLATED, RAW_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    if (result != Z_OK) {
        free(made);
        return result == Z_MEM_ERROR ? pare_fail(err, PARE_E_NOMEM, "out of memory for compressing")
                                     : pare_fail(err, PARE_E_INTERNAL, "zlib refuses level %d (%d)", level, result);
    }
    *compressor = made;
    return PARE_OK;
}

static pare_status zlib_block(pare_deflate *compressor, pare_span block, pare_buf *out, pare_error *err)
{
    if (block.len == 0) {
        return PARE_OK; /* no bytes at all are a sound piece of an unfinished stream */
    }
    if (block.len > PARE_DEFLATE_MAX_BLOCK) {
        return pare_fail(err, PARE_E_LIMIT, "a block of %zu bytes is too long to compress", block.len);
    }
    z_stream *stream = &compressor->stream;
    if (deflateReset(stream) != Z_OK) {
        return pare_fail(err, PARE_E_INTERNAL, "zlib can't start a block");
    }
    size_t bound = deflateBound(stream, (uLong)block.len) + FLUSH_BYTES;
    if (!pare_buf_reserve(out, bound)) {
        return pare_fail(err, out->status, "no room for a compressed block");
    }
    stream->next_in = block.ptr;
    stream->avail_in = (uInt)block.len;
    stream->next_out = out->ptr + out->len;
    stream->avail_out = (uInt)bound;
    int result = deflate(stream, Z_SYNC_FLUSH);
    if (result != Z_OK || stream->avail_in != 0 || stream->avail_out == 0) {
        return pare_fail(err, PARE_E_INTERNAL, "zlib left a block unfinished (%d)", result);
    }
    out->len += bound - stream->avail_out;
    return PARE_OK;
}

static void zlib_close(pare_deflate *compressor)
{
    if (compressor != NULL) {
        (void)deflateEnd(&compressor->stream);
        free(compressor);
    }
}

const pare_codec pare_codec_zlib = {
    .name = "zlib",
    .min_level = 1,
    .max_level = 9,
    .joinable = true,
    .open = zlib_open,
    .block = zlib_block,
    .close = zlib_close,
};

uint32_t pare_zlib_crc32(uint32_t crc, pare_span bytes)
{
    return bytes.len == 0 ? crc : (uint32_t)crc32_z(crc, bytes.ptr, bytes.len); /* NULL would mean "initial value" */
}

uint32_t pare_zlib_crc32_combine(uint32_t first, uint32_t second, uint64_t second_bytes)
{
    return (uint32_t)crc32_combine(first, second, (z_off_t)second_bytes);
}
