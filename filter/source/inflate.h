/*
 * An engine that inflates raw deflate data (RFC 1951). gunzip.c does the framing around it, the same for each engine.
 */
#ifndef PARE_FILTER_SOURCE_INFLATE_H
#define PARE_FILTER_SOURCE_INFLATE_H

#include "pare/types.h"

/** How far an engine may step back behind the input it was given: it buffers bits and returns what it did not need. */
enum { PARE_INFLATE_LOOKBEHIND = 8 };

typedef enum pare_inflate_result {
    PARE_INFLATE_BAD = 0,    /* not deflate data */
    PARE_INFLATE_MORE,       /* all input used, or no room left */
    PARE_INFLATE_STREAM_END, /* `in` stands at the first byte behind the stream */
    PARE_INFLATE_NOMEM
} pare_inflate_result;

typedef enum pare_inflate_check { PARE_INFLATE_CRC32 = 0, PARE_INFLATE_ADLER32 } pare_inflate_check;

typedef struct pare_inflate_engine {
    const char *name;
    void *(*open)(pare_inflate_check check); /* NULL: no memory */
    void (*reset)(void *state);              /* a new stream begins */
    /** Inflate from [*in, in_end) to [*out, out_end); both are moved on, *in back by at most the lookbehind. */
    pare_inflate_result (*step)(void *state, const unsigned char **in, const unsigned char *in_end, unsigned char **out,
                                unsigned char *out_end);
    uint32_t (*check)(const void *state); /* of all output since reset */
    void (*close)(void *state);
} pare_inflate_engine;

extern const pare_inflate_engine pare_inflate_zlib;

/** The accelerated engine of this build, or NULL. */
const pare_inflate_engine *pare_inflate_accelerated(void);

/** CRC-32 (ISO 3309) continued over `bytes`; starts with 0. */
uint32_t pare_inflate_crc32(uint32_t crc, pare_span bytes);

/** Whether `start` may be the start of a deflate stream: it inflates without error, as far as it goes. */
bool pare_inflate_probe(pare_span start);

#endif
