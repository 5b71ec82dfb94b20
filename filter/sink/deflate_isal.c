/*
 * The fast codec: ISA-L, levels 1 to 3. Three to four times zlib's speed at a ratio near its own; level 1 is pare's
 * default. The only file of the sink that includes ISA-L's headers.
 *
 * Each block starts from a reset compressor and ends with FULL_FLUSH (igzip_lib.h): byte-aligned, not final, and
 * nothing looks back over it. What ISA-L needs beside its state, the level buffer, is allocated when the codec is
 * opened. isal_deflate_stateless() would seem made for this and is no faster, but in 2.30 what it makes at level 2
 * depends on what the level buffer held before (ratio 5.9 on a fresh one, 1.6 on a used one), and the same input must
 * give the same bytes.
 */
#include "filter/sink/deflate_codecs.h"

#ifdef PARE_WITH_ISAL

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <stdlib.h>

struct pare_deflate {
    struct isal_zstream stream;
    unsigned char *level_buffer; /* owned */
    uint32_t level_bytes;
    uint32_t level;
};

/** What each level works in, by igzip_lib.h; 0 is not used: it compresses less and is hardly faster. */
static const uint32_t level_bytes[] = {0, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};

enum {
    STORED_BLOCK_BYTES =
        65535, /* RFC 1951 section 3.2.4: what can't be compressed is stored in blocks of at most that */
    STORED_HEADER_BYTES = 5,
    SPARE_BYTES = 1024 /* a block header of at most 328 bytes, the flush marker, and room that is never full */
};

static pare_status isal_open(int level, pare_deflate **deflate, pare_error *err)
{
    pare_deflate *made = NULL;
    if (level < 1 || level > 3) {
        return pare_fail(err, PARE_E_INTERNAL, "ISA-L has no level %d", level);
    }
    made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->level = (uint32_t)level;
        made->level_bytes = level_bytes[level];
        made->level_buffer = calloc(1, made->level_bytes);
    }
    if (made == NULL || made->level_buffer == NULL) {
        free(made);
        return pare_fail(err, PARE_E_NOMEM, "out of memory for compressing");
    }
    isal_deflate_init(&made->stream);
    *deflate = made;
    return PARE_OK;
}

/** More than any outcome: nothing compressed, all stored, each stored block with its header, twice that for safety. */
static size_t bound_of(size_t len)
{
    return len + (len / STORED_BLOCK_BYTES + 1) * 2 * STORED_HEADER_BYTES + len / 256 + SPARE_BYTES;
}

static pare_status isal_block(pare_deflate *deflate, pare_span block, pare_buf *out, pare_error *err)
{
    if (block.len == 0) {
        return PARE_OK; /* no bytes at all are a sound piece of an unfinished stream */
    }
    if (block.len > PARE_DEFLATE_MAX_BLOCK) {
        return pare_fail(err, PARE_E_LIMIT, "a block of %zu bytes is too long to compress", block.len);
    }
    if (!pare_buf_reserve(out, bound_of(block.len))) {
        return pare_fail(err, out->status, "no room for a compressed block");
    }
    struct isal_zstream *stream = &deflate->stream;
    isal_deflate_reset(stream);
    stream->level = deflate->level;
    stream->level_buf = deflate->level_buffer;
    stream->level_buf_size = deflate->level_bytes;
    stream->gzip_flag = IGZIP_DEFLATE;
    stream->flush = FULL_FLUSH;
    stream->end_of_stream = 0;
    stream->next_in = (uint8_t *)(uintptr_t)block.ptr; /* ISA-L reads it only; its type has no const */
    stream->avail_in = (uint32_t)block.len;
    do {
        /* One pass does it, since the bound is above any outcome; should ISA-L ever want more, it gets more. */
        if (!pare_buf_reserve(out, SPARE_BYTES)) {
            return pare_fail(err, out->status, "no room for a compressed block");
        }
        size_t room = out->cap - out->len;
        uint32_t given = room > UINT32_MAX ? UINT32_MAX : (uint32_t)room;
        stream->next_out = out->ptr + out->len;
        stream->avail_out = given;
        int result = isal_deflate(stream);
        if (result != COMP_OK) {
            return pare_fail(err, PARE_E_INTERNAL, "ISA-L can't compress a block (%d)", result);
        }
        out->len += given - stream->avail_out;
    } while (stream->avail_out == 0);
    if (stream->avail_in != 0 || stream->internal_state.state != ZSTATE_NEW_HDR) {
        return pare_fail(err, PARE_E_INTERNAL, "ISA-L left a block unfinished");
    }
    return PARE_OK;
}

static void isal_close(pare_deflate *deflate)
{
    if (deflate != NULL) {
        free(deflate->level_buffer);
        free(deflate);
    }
}

const pare_codec pare_codec_isal = {
    .name = "isal",
    .min_level = 1,
    .max_level = 3,
    .joinable = true,
    .open = isal_open,
    .block = isal_block,
    .close = isal_close,
};

uint32_t pare_isal_crc32(uint32_t crc, pare_span bytes)
{
    return bytes.len == 0 ? crc : crc32_gzip_refl(crc, bytes.ptr, bytes.len);
}

#else
typedef int pare_isal_is_not_here; /* ISO C wants a declaration in every file */
#endif
