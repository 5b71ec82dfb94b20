/*
 * The table of codecs, and what frames their blocks (RFC 1952).
 *
 * Knows no compression library, only their entries. A gzip member made of joined blocks is
 *
 *     header (10 bytes) | block | block | ... | 03 00 | CRC-32 (4, LE) | length mod 2^32 (4, LE)
 *
 * where each block is raw deflate (RFC 1951) that ends on a byte boundary and says "not the last"; 03 00 is the empty
 * last block with fixed codes (section 3.2.6): bits 1, 10, 0000000.
 */
#include "filter/sink/deflate.h"

#include "filter/sink/deflate_codecs.h"

const pare_codec *const pare_codecs[] = {
#ifdef PARE_WITH_ISAL
    &pare_codec_isal,
#endif
#ifdef PARE_WITH_LIBDEFLATE
    &pare_codec_libdeflate,
#endif
    &pare_codec_zlib,
    NULL,
};

static bool has_level(const pare_codec *codec, int level)
{
    return codec->min_level <= level && level <= codec->max_level;
}

const pare_codec *pare_codec_for(int level, bool portable)
{
    if (portable) {
        return has_level(&pare_codec_zlib, level) ? &pare_codec_zlib : NULL;
    }
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        if (has_level(*codec, level)) {
            return *codec;
        }
    }
    return NULL;
}

uint32_t pare_crc32(uint32_t crc, pare_span bytes)
{
#ifdef PARE_WITH_ISAL
    return pare_isal_crc32(crc, bytes);
#else
    return pare_zlib_crc32(crc, bytes);
#endif
}

uint32_t pare_crc32_combine(uint32_t first, uint32_t second, uint64_t second_bytes)
{
    return pare_zlib_crc32_combine(first, second, second_bytes);
}

static void put_le32(unsigned char *out, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (unsigned char)(value >> (8 * i));
    }
}

void pare_gzip_header(unsigned char out[PARE_GZIP_HEADER_BYTES])
{
    /* RFC 1952 section 2.3: magic, CM 8 = deflate, no flags, MTIME 0 = none, XFL 0, OS 255 = unknown. */
    static const unsigned char header[PARE_GZIP_HEADER_BYTES] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    for (unsigned i = 0; i < PARE_GZIP_HEADER_BYTES; i++) {
        out[i] = header[i];
    }
}

void pare_gzip_trailer(uint32_t crc, uint64_t bytes, unsigned char out[PARE_GZIP_TRAILER_BYTES])
{
    out[0] = 0x03;
    out[1] = 0x00;
    put_le32(out + 2, crc);
    put_le32(out + 6, (uint32_t)(bytes & UINT32_MAX));
}
