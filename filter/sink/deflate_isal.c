/*
 * The fast codec: ISA-L, levels 1 to 3. Three to four times zlib's speed at a ratio near its own; level 1 is pare's
 * default. The only file of the sink that includes ISA-L's headers.
 *
 * Each block starts from a reset compressor and ends with FULL_FLUSH (igzip_lib.h): byte-aligned, not final, and
 * nothing looks back over it. What ISA-L needs beside its state, the level buffer, is allocated when the codec is
 * opened.
 *
 * The same input must give the same bytes, and ISA-L 2.30 needs help for that, twice. isal_deflate_stateless() would
 * seem made for this and is no faster, but what it makes at level 2 depends on what the level buffer held before (ratio
 * 5.9 on a fresh one, 1.6 on a used one). And where level 1 or 2 begins a history of more than 16 bytes, it files the
 * third byte under a hash of the compressor's own address (isal_deflate_icf_body_hash_hist, at the first byte, hashes a
 * register that still holds its argument), so that which matches are found changes from run to run and from worker to
 * worker. The last 16 bytes before a flush take another way, which is sound: so the first 16 bytes are flushed by
 * themselves.
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
    FIRST_BYTES = 16,  /* what goes the sound way (above) */
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

/** Compress what comes next and flush it; `flush`: whether what comes after that may look back on it. */
static pare_status isal_part(pare_deflate *deflate, pare_span part, uint16_t flush, pare_buf *out, pare_error *err)
{
    struct isal_zstream *stream = &deflate->stream;
    stream->level = deflate->level;
    stream->level_buf = deflate->level_buffer;
    stream->level_buf_size = deflate->level_bytes;
    stream->gzip_flag = IGZIP_DEFLATE;
    stream->flush = flush;
    stream->end_of_stream = 0;
    stream->next_in = (uint8_t *)(uintptr_t)part.ptr; /* ISA-L reads it only; its type has no const */
    stream->avail_in = (uint32_t)part.len;
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
    isal_deflate_reset(&deflate->stream);
    pare_span first = {block.ptr, block.len < FIRST_BYTES ? block.len : FIRST_BYTES};
    pare_span rest = {block.ptr + first.len, block.len - first.len};
    pare_status status = isal_part(deflate, first, rest.len > 0 ? SYNC_FLUSH : FULL_FLUSH, out, err);
    return status == PARE_OK && rest.len > 0 ? isal_part(deflate, rest, FULL_FLUSH, out, err) : status;
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
