/*
 * zlib as an inflating engine: raw deflate, checksums by zlib's own functions. Always there, and the second opinion on
 * the accelerated engine.
 */
#include "filter/source/inflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MOST = 1 << 30 }; /* zlib counts in unsigned int */

typedef struct zlib_state {
    z_stream stream;
    pare_inflate_check kind;
    uLong check;
} zlib_state;

static uLong check_start(pare_inflate_check kind)
{
    return kind == PARE_INFLATE_CRC32 ? crc32(0, Z_NULL, 0) : adler32(0, Z_NULL, 0);
}

static void *zlib_open(pare_inflate_check kind)
{
    zlib_state *state = calloc(1, sizeof *state);
    if (state == NULL || inflateInit2(&state->stream, -MAX_WBITS) != Z_OK) {
        free(state);
        return NULL;
    }
    state->kind = kind;
    state->check = check_start(kind);
    return state;
}

static void zlib_reset(void *opaque)
{
    zlib_state *state = opaque;
    (void)inflateReset(&state->stream); /* fails only without a state */
    state->check = check_start(state->kind);
}

static pare_inflate_result zlib_step(void *opaque, const unsigned char **in, const unsigned char *in_end,
                                     unsigned char **out, unsigned char *out_end)
{
    zlib_state *state = opaque;
    size_t in_len = (size_t)(in_end - *in), out_len = (size_t)(out_end - *out);
    state->stream.next_in = (z_const Bytef *)(uintptr_t)*in; /* zlib's type lacks const unless ZLIB_CONST is set */
    state->stream.avail_in = (uInt)(in_len < MOST ? in_len : MOST);
    state->stream.next_out = *out;
    state->stream.avail_out = (uInt)(out_len < MOST ? out_len : MOST);
    int result = inflate(&state->stream, Z_NO_FLUSH);
    uInt made = (uInt)(state->stream.next_out - *out);
    state->check =
        state->kind == PARE_INFLATE_CRC32 ? crc32(state->check, *out, made) : adler32(state->check, *out, made);
    *in = state->stream.next_in;
    *out = state->stream.next_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress was possible: not an error */
        return PARE_INFLATE_MORE;
    case Z_STREAM_END:
        return PARE_INFLATE_STREAM_END;
    case Z_MEM_ERROR:
        return PARE_INFLATE_NOMEM;
    default:
        return PARE_INFLATE_BAD;
    }
}

static uint32_t zlib_check(const void *opaque)
{
    const zlib_state *state = opaque;
    return (uint32_t)state->check;
}

static void zlib_close(void *opaque)
{
    zlib_state *state = opaque;
    (void)inflateEnd(&state->stream);
    free(state);
}

const pare_inflate_engine pare_inflate_zlib = {"zlib", zlib_open, zlib_reset, zlib_step, zlib_check, zlib_close};

uint32_t pare_inflate_crc32(uint32_t crc, pare_span bytes)
{
    return (uint32_t)crc32_z(crc, bytes.ptr, bytes.len);
}

bool pare_inflate_probe(pare_span start)
{
    unsigned char out[4096];
    void *state = zlib_open(PARE_INFLATE_ADLER32);
    if (state == NULL) {
        return false;
    }
    const unsigned char *in = start.ptr;
    pare_inflate_result result;
    unsigned char *next;
    do {
        next = out;
        result = zlib_step(state, &in, start.ptr + start.len, &next, out + sizeof out);
    } while (result == PARE_INFLATE_MORE && next == out + sizeof out);
    zlib_close(state);
    return result == PARE_INFLATE_MORE || result == PARE_INFLATE_STREAM_END;
}
