/*
 * What the first bytes of a file say about it.
 *
 * gzip is known by its magic (RFC 1952 section 2.3.1). A zlib stream (RFC 1950 section 2.2) has only a weak mark: a
 * text that begins with `x^` passes its check too. So three things must hold: the header's check, at least one byte
 * that no text has, and a start that inflates without error.
 */
#include "filter/source/recognize.h"

#include "filter/source/inflate.h"
#include "rules/base/span.h"
#include "rules/base/utf8.h"

typedef struct kind {
    const char *name;
    const char *magic;
    size_t len;
} kind;

#define KIND(name, magic)                                                                                              \
    {                                                                                                                  \
        name, magic, sizeof(magic) - 1                                                                                 \
    }

/* Long magics, so that no line of text is taken for one of these. */
static const kind refused[] = {
    KIND("zstd", "\x28\xB5\x2F\xFD"),
    KIND("bzip2", "BZh1\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh2\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh3\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh4\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh5\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh6\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh7\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh8\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh9\x31\x41\x59\x26\x53\x59"),
    KIND("bzip2", "BZh9\x17\x72\x45\x38\x50\x90"), /* of nothing: no block at all */
    KIND("xz", "\xFD"
               "7zXZ\0"),
    KIND("lz4", "\x04\x22\x4D\x18"),
    KIND("a zip archive", "PK\x03\x04"),
    KIND("an empty zip archive", "PK\x05\x06"),
    KIND("a 7z archive", "7z\xBC\xAF\x27\x1C"),
    KIND("an old Office document", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
    KIND("a Parquet file", "PAR1\x15"),
};

static bool begins(pare_span start, const char *magic, size_t len)
{
    return start.len >= len && memcmp(start.ptr, magic, len) == 0;
}

/** A byte that no text of `encoding` has: a control character other than TAB, LF, FF, CR; in UTF-8, one that is
 * ill-formed. */
static bool has_no_text_byte(pare_span start, pare_encoding encoding)
{
    for (size_t i = 0; i < start.len; i++) {
        unsigned char byte = start.ptr[i];
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\f' && byte != '\r') || byte == 0x7F) {
            return true;
        }
    }
    if (encoding != PARE_ENCODING_UTF8) {
        return false;
    }
    size_t valid = pare_utf8_valid_prefix(start);
    return valid < start.len && (start.len - valid > 3 || valid < 4); /* a character cut by the end is no sign */
}

pare_packing pare_recognize_packing(pare_span start, pare_encoding encoding)
{
    if (begins(start, "\x1F\x8B", 2) || (start.len == 1 && start.ptr[0] == 0x1F)) {
        return PARE_PACKING_GZIP;
    }
    if (start.len < 2) {
        return PARE_PACKING_NONE;
    }
    unsigned cmf = start.ptr[0], flags = start.ptr[1];
    bool header = (cmf & 0x0F) == 8 && (cmf >> 4) <= 7 && (cmf * 256 + flags) % 31 == 0 && (flags & 0x20) == 0;
    if (header && has_no_text_byte(start, encoding) && pare_inflate_probe(pare_span_after(start, 2))) {
        return PARE_PACKING_ZLIB;
    }
    return PARE_PACKING_NONE;
}

size_t pare_recognize_mark(pare_span start, pare_encoding encoding)
{
    switch (encoding) {
    case PARE_ENCODING_UTF8:
        return begins(start, "\xEF\xBB\xBF", 3) ? 3 : 0;
    case PARE_ENCODING_UTF16:
        return begins(start, "\xFF\xFE", 2) || begins(start, "\xFE\xFF", 2) ? 2 : 0;
    case PARE_ENCODING_LATIN1:
    case PARE_ENCODING_WINDOWS1252:
        break;
    }
    return 0;
}

/** Byte order marks that contradict the declared encoding. */
static pare_status check_mark(pare_span start, pare_encoding encoding, pare_error *err)
{
    if (begins(start, "\xFF\xFE\0\0", 4) || begins(start, "\0\0\xFE\xFF", 4)) {
        return pare_fail(err, PARE_E_DATA, "this is UTF-32 text; pare reads utf-8, latin-1, windows-1252 and utf-16");
    }
    if (encoding != PARE_ENCODING_UTF16 && (begins(start, "\xFF\xFE", 2) || begins(start, "\xFE\xFF", 2))) {
        return pare_fail(err, PARE_E_DATA, "this is UTF-16 text; the policy must say so (input: {encoding: utf-16})");
    }
    if (encoding != PARE_ENCODING_UTF8 && begins(start, "\xEF\xBB\xBF", 3)) {
        return pare_fail(err, PARE_E_DATA,
                         "the text begins with the mark of UTF-8, but the policy declares another encoding");
    }
    return PARE_OK;
}

pare_status pare_recognize_text(pare_span start, pare_encoding encoding, bool unpacked, pare_error *err)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (begins(start, refused[i].magic, refused[i].len)) {
            return pare_fail(err, PARE_E_DATA, "this is %s%s; pare reads gzip, zlib and plain text", refused[i].name,
                             unpacked ? " inside compressed data" : "");
        }
    }
    if (begins(start, "\x1F\x8B\x08", 3)) {
        return pare_fail(err, PARE_E_DATA, "compressed twice: the decompressed text is itself gzip");
    }
    return check_mark(start, encoding, err);
}
