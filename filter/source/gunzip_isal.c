/*
 * ISA-L as an inflating engine: about three times zlib's speed. Compiled to nothing where ISA-L is missing.
 *
 * ISA-L reads ahead up to 64 bits. At the end of a stream the whole bytes among them were not needed; they are given
 * back by stepping the input back, which is why gunzip.c keeps some bytes in front of its buffer.
 */
#include "filter/source/inflate.h"

#ifdef PARE_WITH_ISAL
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

enum { MOST = 1 << 30 }; /* ISA-L counts in uint32_t */

typedef struct isal_state {
    struct inflate_state stream;
    uint32_t flag;
} isal_state;

static void isal_reset(void *opaque)
{
    isal_state *state = opaque;
    isal_inflate_reset(&state->stream);
    state->stream.crc_flag = state->flag;
    state->stream.crc = 0; /* also for Adler-32: ISA-L adds the 1 it starts with (RFC 1950 section 8.2) at the end */
}

static void *isal_open(pare_inflate_check kind)
{
    isal_state *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return NULL;
    }
    isal_inflate_init(&state->stream);
    state->flag = kind == PARE_INFLATE_CRC32 ? ISAL_GZIP_NO_HDR : ISAL_ZLIB_NO_HDR;
    isal_reset(state);
    return state;
}

static pare_inflate_result isal_step(void *opaque, const unsigned char **in, const unsigned char *in_end,
                                     unsigned char **out, unsigned char *out_end)
{
    isal_state *state = opaque;
    size_t in_len = (size_t)(in_end - *in), out_len = (size_t)(out_end - *out);
    state->stream.next_in = (uint8_t *)(uintptr_t)*in; /* never written to; ISA-L's type lacks const */
    state->stream.avail_in = (uint32_t)(in_len < MOST ? in_len : MOST);
    state->stream.next_out = *out;
    state->stream.avail_out = (uint32_t)(out_len < MOST ? out_len : MOST);
    int result = isal_inflate(&state->stream);
    *out = state->stream.next_out;
    *in = state->stream.next_in;
    if (result != ISAL_DECOMP_OK) {
        return PARE_INFLATE_BAD;
    }
    if (state->stream.block_state != ISAL_BLOCK_FINISH) {
        return PARE_INFLATE_MORE;
    }
    *in -= state->stream.read_in_length / 8;
    return PARE_INFLATE_STREAM_END;
}

static uint32_t isal_check(const void *opaque)
{
    const isal_state *state = opaque;
    return state->stream.crc;
}

static void isal_close(void *opaque)
{
    free(opaque);
}

static const pare_inflate_engine isal_engine = {"isal", isal_open, isal_reset, isal_step, isal_check, isal_close};

const pare_inflate_engine *pare_inflate_accelerated(void)
{
    return &isal_engine;
}
#else
const pare_inflate_engine *pare_inflate_accelerated(void)
{
    return NULL;
}
#endif
