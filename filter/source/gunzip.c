/*
 * gzip (RFC 1952) and zlib (RFC 1950) streams: strict framing around a raw inflating engine.
 *
 *   member+ zero*      member = header, deflate data, CRC-32, length
 *
 * At least one member, each whole: header with its reserved flags clear and its own CRC right where it has one, CRC-32
 * and length of the text as stated. Behind the last member only zero bytes (tape padding) up to the end. A zlib stream
 * is one stream with nothing behind it. Anything else is an error: a reader that shrugs at the end of a file loses
 * rows.
 *
 * Headers are pulled byte by byte; the text is inflated straight into the caller's memory. Text that came before a
 * failure is handed out first, the failure with the next call: nobody may act on text before PARE_END.
 */
#include "filter/source/inflate.h"
#include "filter/source/source.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>

enum { IN_BYTES = 128 << 10, RATIO_FREE_BYTES = 64 << 10 };
enum {
    FLAG_HCRC = 2,
    FLAG_EXTRA = 4,
    FLAG_NAME = 8,
    FLAG_COMMENT = 16,
    FLAGS_RESERVED = 0xE0
}; /* RFC 1952 section 2.3.1 */

typedef enum stage { STAGE_HEADER = 0, STAGE_BODY, STAGE_END } stage;

typedef struct gunzip {
    pare_source base;
    pare_source *inner;
    const pare_inflate_engine *engine;
    void *state;
    bool zlib_wrapped;
    stage stage;
    uint64_t max_ratio, max_bytes;
    uint64_t n_members, out_bytes, in_bytes; /* in_bytes: read from inner */
    uint64_t member_start;                   /* out_bytes when the member began */
    uint32_t header_crc;
    pare_status failed;
    pare_error failure;
    const unsigned char *next, *end; /* in `buffer`, behind the lookbehind */
    unsigned char buffer[PARE_INFLATE_LOOKBEHIND + IN_BYTES];
} gunzip;

/** The stream's own failures carry the place in the decompressed text. */
static pare_status fail(gunzip *gz, pare_status status, const char *text)
{
    (void)pare_fail(&gz->failure, status, "%s", text);
    gz->failure.byte = gz->out_bytes;
    gz->failure.has_byte = true;
    gz->failed = status;
    return status;
}

/** More input behind what is left. PARE_END: there is none. */
static pare_status refill(gunzip *gz)
{
    unsigned char *text = gz->buffer + PARE_INFLATE_LOOKBEHIND;
    memmove(gz->buffer, gz->end - PARE_INFLATE_LOOKBEHIND, PARE_INFLATE_LOOKBEHIND); /* all of it is used by now */
    size_t len = 0;
    pare_status status = pare_source_read(gz->inner, text, IN_BYTES, &len, &gz->failure);
    if (status == PARE_OK) {
        gz->next = text;
        gz->end = text + len;
        gz->in_bytes += len;
    } else if (status != PARE_END) { /* at the end there is nothing, as before */
        gz->failed = status;
    }
    return status;
}

/** The next byte of input. PARE_END: there is none. */
static pare_status next_byte(gunzip *gz, unsigned char *byte)
{
    if (gz->next == gz->end) {
        PARE_TRY(refill(gz));
    }
    *byte = *gz->next++;
    return PARE_OK;
}

/** The next byte of a frame: it must be there. */
static pare_status frame_byte(gunzip *gz, unsigned char *byte)
{
    pare_status status = next_byte(gz, byte);
    if (status == PARE_END) {
        return fail(gz, PARE_E_TRUNCATED, "the compressed data ends too early");
    }
    return status;
}

static pare_status header_bytes(gunzip *gz, unsigned char *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        PARE_TRY(frame_byte(gz, &out[i]));
    }
    gz->header_crc = pare_inflate_crc32(gz->header_crc, pare_span_from(out, n));
    return PARE_OK;
}

/** FNAME, FCOMMENT: up to and with a zero byte. */
static pare_status skip_text(gunzip *gz)
{
    unsigned char byte;
    do {
        PARE_TRY(header_bytes(gz, &byte, 1));
    } while (byte != 0);
    return PARE_OK;
}

static pare_status skip_extra(gunzip *gz)
{
    unsigned char pair[2], byte;
    PARE_TRY(header_bytes(gz, pair, 2));
    for (unsigned left = pair[0] + 256U * pair[1]; left > 0; left--) {
        PARE_TRY(header_bytes(gz, &byte, 1));
    }
    return PARE_OK;
}

/** RFC 1952 section 2.3, from the first byte of the magic on. */
static pare_status gzip_header(gunzip *gz)
{
    unsigned char fixed[10], pair[2];
    gz->header_crc = 0;
    PARE_TRY(header_bytes(gz, fixed, 2));
    if (fixed[0] != 0x1F || fixed[1] != 0x8B) {
        return fail(gz, PARE_E_DATA,
                    gz->n_members == 0 ? "not gzip data" : "there is something else behind the gzip data");
    }
    PARE_TRY(header_bytes(gz, fixed + 2, 8));
    unsigned flags = fixed[3];
    if (fixed[2] != 8) {
        return fail(gz, PARE_E_DATA, "gzip header with a compression method other than deflate");
    }
    if ((flags & FLAGS_RESERVED) != 0) {
        return fail(gz, PARE_E_DATA, "gzip header with reserved flags set");
    }
    if ((flags & FLAG_EXTRA) != 0) {
        PARE_TRY(skip_extra(gz));
    }
    if ((flags & FLAG_NAME) != 0) {
        PARE_TRY(skip_text(gz));
    }
    if ((flags & FLAG_COMMENT) != 0) {
        PARE_TRY(skip_text(gz));
    }
    if ((flags & FLAG_HCRC) != 0) {
        unsigned expected = gz->header_crc & 0xFFFF;
        PARE_TRY(header_bytes(gz, pair, 2));
        if (pair[0] + 256U * pair[1] != expected) {
            return fail(gz, PARE_E_DATA, "gzip header does not match its checksum");
        }
    }
    return PARE_OK;
}

/** RFC 1950 section 2.2. */
static pare_status zlib_header(gunzip *gz)
{
    unsigned char head[2];
    PARE_TRY(header_bytes(gz, head, 2));
    if ((head[0] & 0x0F) != 8 || (head[0] >> 4) > 7 || (head[0] * 256 + head[1]) % 31 != 0) {
        return fail(gz, PARE_E_DATA, "not a zlib stream");
    }
    if ((head[1] & 0x20) != 0) {
        return fail(gz, PARE_E_DATA, "zlib stream that needs a dictionary");
    }
    return PARE_OK;
}

/** What stands where a member may begin: a header, padding, or the end. */
static pare_status begin(gunzip *gz)
{
    if (gz->n_members > 0) {
        unsigned char byte = 0;
        if (gz->next == gz->end) {
            pare_status status = refill(gz);
            if (status != PARE_OK && status != PARE_END) {
                return status;
            }
        }
        if (gz->next == gz->end) {
            gz->stage = STAGE_END;
            return PARE_OK;
        }
        if (gz->zlib_wrapped) {
            return fail(gz, PARE_E_DATA, "there is something behind the zlib stream");
        }
        if (*gz->next == 0) {
            pare_status status;
            while ((status = next_byte(gz, &byte)) == PARE_OK && byte == 0) {
            }
            if (status == PARE_OK) {
                return fail(gz, PARE_E_DATA, "there is something else behind the gzip data");
            }
            gz->stage = STAGE_END;
            return status == PARE_END ? PARE_OK : status;
        }
        if (*gz->next != 0x1F) {
            return fail(gz, PARE_E_DATA, "there is something else behind the gzip data");
        }
        gz->engine->reset(gz->state);
    }
    PARE_TRY(gz->zlib_wrapped ? zlib_header(gz) : gzip_header(gz));
    gz->member_start = gz->out_bytes;
    gz->stage = STAGE_BODY;
    return PARE_OK;
}

/** The checksum, and for gzip the length modulo 2^32, behind the text. */
static pare_status trailer(gunzip *gz)
{
    unsigned char raw[8];
    size_t n = gz->zlib_wrapped ? 4 : 8;
    for (size_t i = 0; i < n; i++) {
        PARE_TRY(frame_byte(gz, &raw[i]));
    }
    uint32_t stated = gz->zlib_wrapped
                          ? (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3]
                          : (uint32_t)raw[3] << 24 | (uint32_t)raw[2] << 16 | (uint32_t)raw[1] << 8 | raw[0];
    if (stated != gz->engine->check(gz->state)) {
        return fail(gz, PARE_E_DATA, "the decompressed text does not match its checksum");
    }
    if (!gz->zlib_wrapped) {
        uint32_t length = (uint32_t)raw[7] << 24 | (uint32_t)raw[6] << 16 | (uint32_t)raw[5] << 8 | raw[4];
        if (length != (uint32_t)(gz->out_bytes - gz->member_start)) {
            return fail(gz, PARE_E_DATA, "the decompressed text does not have its stated length");
        }
    }
    gz->n_members++;
    gz->stage = STAGE_HEADER;
    return PARE_OK;
}

static pare_status check_limits(gunzip *gz)
{
    if (gz->max_bytes != 0 && gz->out_bytes > gz->max_bytes) {
        gz->out_bytes = gz->max_bytes; /* the place does not depend on how much was asked for at a time */
        return fail(gz, PARE_E_LIMIT, "more decompressed text than allowed (--max-bytes)");
    }
    uint64_t used = gz->in_bytes - (uint64_t)(gz->end - gz->next);
    if (gz->max_ratio != 0 && gz->out_bytes > RATIO_FREE_BYTES && gz->out_bytes / gz->max_ratio > used) {
        return fail(gz, PARE_E_LIMIT, "compressed more densely than allowed (--max-ratio)");
    }
    return PARE_OK;
}

/** Inflate into [*out, out_end) until it is full, the stream ends, or something is wrong. */
static pare_status body(gunzip *gz, unsigned char **out, unsigned char *out_end)
{
    const unsigned char *before_in = gz->next;
    unsigned char *before = *out;
    pare_inflate_result result = gz->engine->step(gz->state, &gz->next, gz->end, out, out_end);
    bool moved = gz->next != before_in || *out != before;
    gz->out_bytes += (uint64_t)(*out - before);
    PARE_TRY(check_limits(gz));
    switch (result) {
    case PARE_INFLATE_STREAM_END:
        return trailer(gz);
    case PARE_INFLATE_MORE:
        break;
    case PARE_INFLATE_NOMEM:
        return fail(gz, PARE_E_NOMEM, "out of memory");
    case PARE_INFLATE_BAD:
        return fail(gz, PARE_E_DATA, "the compressed data is damaged");
    }
    if (*out == out_end || (gz->next != gz->end && moved)) {
        return PARE_OK;
    }
    if (gz->next != gz->end) {
        return fail(gz, PARE_E_INTERNAL, "inflating does not get on");
    }
    pare_status status = refill(gz);
    return status == PARE_END ? fail(gz, PARE_E_TRUNCATED, "the compressed data ends too early") : status;
}

static pare_status gunzip_read(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    gunzip *gz = (gunzip *)source;
    unsigned char *next = out, *out_end = out + cap;
    while (gz->failed == PARE_OK && next < out_end && gz->stage != STAGE_END) {
        if ((gz->stage == STAGE_HEADER ? begin(gz) : body(gz, &next, out_end)) != PARE_OK) {
            break; /* gz->failed says so */
        }
    }
    *len = (size_t)(next - out);
    if (*len > 0) {
        return PARE_OK;
    }
    if (gz->failed != PARE_OK && err != NULL) {
        *err = gz->failure;
    }
    return gz->failed != PARE_OK ? gz->failed : PARE_END;
}

static void gunzip_close(pare_source *source)
{
    gunzip *gz = (gunzip *)source;
    gz->engine->close(gz->state);
    pare_source_close(gz->inner);
    free(gz);
}

static const pare_source_type gunzip_type = {"gunzip", gunzip_read, gunzip_close};

pare_status pare_gunzip_new(pare_source *inner, bool zlib_wrapped, const pare_source_options *options,
                            pare_source **source, pare_error *err)
{
    gunzip *gz = calloc(1, sizeof *gz);
    if (gz != NULL) {
        gz->engine = options->portable ? NULL : pare_inflate_accelerated();
        gz->engine = gz->engine == NULL ? &pare_inflate_zlib : gz->engine;
        gz->state = gz->engine->open(zlib_wrapped ? PARE_INFLATE_ADLER32 : PARE_INFLATE_CRC32);
    }
    if (gz == NULL || gz->state == NULL) {
        free(gz);
        pare_source_close(inner);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    gz->base.type = &gunzip_type;
    gz->inner = inner;
    gz->zlib_wrapped = zlib_wrapped;
    gz->max_ratio = options->max_ratio;
    gz->max_bytes = options->max_bytes;
    gz->next = gz->end = gz->buffer + PARE_INFLATE_LOOKBEHIND;
    *source = &gz->base;
    return PARE_OK;
}
