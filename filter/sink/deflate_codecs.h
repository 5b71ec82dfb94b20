/*
 * The codecs of this build: one file each, one line each in the table of deflate.c.
 *
 * Private to the deflate*.c files. A codec file is the only one that includes its library's header, and it is empty
 * where the library was not found at build time.
 */
#ifndef PARE_FILTER_SINK_DEFLATE_CODECS_H
#define PARE_FILTER_SINK_DEFLATE_CODECS_H

#include "filter/sink/deflate.h"

/** The longest block any codec takes: their counters have 32 bits. Blocks of a run have about 1 MiB. */
enum { PARE_DEFLATE_MAX_BLOCK = 1 << 30 };

extern const pare_codec pare_codec_zlib;
uint32_t pare_zlib_crc32(uint32_t crc, pare_span bytes);
uint32_t pare_zlib_crc32_combine(uint32_t first, uint32_t second, uint64_t second_bytes);

#ifdef PARE_WITH_ISAL
extern const pare_codec pare_codec_isal;
uint32_t pare_isal_crc32(uint32_t crc, pare_span bytes);
#endif

#ifdef PARE_WITH_LIBDEFLATE
extern const pare_codec pare_codec_libdeflate;
#endif

#endif
