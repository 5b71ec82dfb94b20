/*
 * Compressing the output: blocks compressed by workers, each on its own, joined by the sink into one gzip stream.
 *
 * A codec is one entry of a table (deflate_codecs.h). A joinable codec ends each block on a byte boundary without
 * ending the stream, so that blocks form one member with a combined CRC; of the others each block is a member of its
 * own.
 */
#ifndef PARE_FILTER_SINK_DEFLATE_H
#define PARE_FILTER_SINK_DEFLATE_H

#include "pare/error.h"
#include "rules/base/buf.h"

typedef struct pare_deflate pare_deflate; /* one worker's compressor: mutable */

typedef struct pare_codec {
    const char *name; /* "zlib", "isal", "libdeflate" */
    int min_level, max_level;
    bool joinable;
    PARE_NODISCARD pare_status (*open)(int level, pare_deflate **deflate, pare_error *err);
    /** Append `block`, compressed; joinable: raw deflate, byte-aligned, not final; else: a whole gzip member. */
    PARE_NODISCARD pare_status (*block)(pare_deflate *deflate, pare_span block, pare_buf *out, pare_error *err);
    void (*close)(pare_deflate *deflate);
} pare_codec;

/** All codecs of this build in order of preference; ends with a NULL. zlib is always there. */
extern const pare_codec *const pare_codecs[];

/** The codec for a level: the first in the table that has it (`portable`: zlib). NULL: no such level. */
const pare_codec *pare_codec_for(int level, bool portable);

/** CRC-32 (ISO 3309, RFC 1952) of a block, and of two blocks from theirs. */
uint32_t pare_crc32(uint32_t crc, pare_span bytes);
uint32_t pare_crc32_combine(uint32_t first, uint32_t second, uint64_t second_bytes);

enum { PARE_GZIP_HEADER_BYTES = 10, PARE_GZIP_TRAILER_BYTES = 10 };
/** RFC 1952 header without name and time (reproducible): OS 255. */
void pare_gzip_header(unsigned char out[PARE_GZIP_HEADER_BYTES]);
/** The empty final block of a joined stream (2 bytes), CRC and length. */
void pare_gzip_trailer(uint32_t crc, uint64_t bytes, unsigned char out[PARE_GZIP_TRAILER_BYTES]);

#endif
