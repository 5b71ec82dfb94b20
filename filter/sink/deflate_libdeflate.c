/*
 * The small-output codec: libdeflate, levels 4 to 12. It compresses a whole buffer and always ends its stream, so its
 * blocks can't be joined: each is a gzip member of its own (RFC 1952 section 2.2 allows any number).
 *
 * The only file that includes libdeflate.h.
 */
#include "filter/sink/deflate_codecs.h"

#ifdef PARE_WITH_LIBDEFLATE

#include <libdeflate.h>

/* The library's compressor is ours: nothing else is needed, so the type is never defined. */
static struct libdeflate_compressor *compressor_of(pare_deflate *deflate)
{
    return (struct libdeflate_compressor *)deflate;
}

static pare_status libdeflate_open(int level, pare_deflate **deflate, pare_error *err)
{
    struct libdeflate_compressor *made = libdeflate_alloc_compressor(level);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for compressing at level %d", level);
    }
    *deflate = (pare_deflate *)made;
    return PARE_OK;
}

static pare_status libdeflate_block(pare_deflate *deflate, pare_span block, pare_buf *out, pare_error *err)
{
    if (block.len > PARE_DEFLATE_MAX_BLOCK) {
        return pare_fail(err, PARE_E_LIMIT, "a block of %zu bytes is too long to compress", block.len);
    }
    struct libdeflate_compressor *compressor = compressor_of(deflate);
    size_t bound = libdeflate_gzip_compress_bound(compressor, block.len);
    if (!pare_buf_reserve(out, bound)) {
        return pare_fail(err, out->status, "no room for a compressed block");
    }
    size_t made = libdeflate_gzip_compress(compressor, block.len == 0 ? (const unsigned char *)"" : block.ptr,
                                           block.len, out->ptr + out->len, bound);
    if (made == 0) {
        return pare_fail(err, PARE_E_INTERNAL, "libdeflate's own bound is too small for a block");
    }
    out->len += made;
    return PARE_OK;
}

static void libdeflate_close(pare_deflate *deflate)
{
    libdeflate_free_compressor(compressor_of(deflate)); /* NULL is fine */
}

const pare_codec pare_codec_libdeflate = {
    .name = "libdeflate",
    .min_level = 4,
    .max_level = 12,
    .joinable = false,
    .open = libdeflate_open,
    .block = libdeflate_block,
    .close = libdeflate_close,
};

#else
typedef int pare_libdeflate_is_not_here; /* ISO C wants a declaration in every file */
#endif
