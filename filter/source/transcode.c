/*
 * Text of the declared encoding becomes UTF-8 without a byte order mark.
 *
 * UTF-8 passes as it is, straight into the caller's memory: the record reader checks it. latin-1 is ISO 8859-1, byte
 * for character; windows-1252 follows the Unicode consortium's table, its five undefined bytes are errors; utf-16 is
 * RFC 2781: the mark says the order, without one it is little-endian, and surrogates must come in pairs.
 */
#include "filter/source/recognize.h"
#include "rules/base/span.h"
#include "rules/base/utf8.h"

#include <stdlib.h>

enum { IN_BYTES = 64 << 10 };

/* 0x80 to 0x9F; 0: undefined. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

typedef struct transcoder {
    pare_source base;
    pare_source *inner;
    pare_encoding encoding;
    bool started, inner_ended, big_endian;
    pare_status failed;
    pare_error failure;
    uint64_t in_bytes;      /* consumed: the place of an error */
    unsigned char spill[4]; /* a character that did not fit the caller's memory whole */
    size_t spill_at, spill_len;
    size_t at, len; /* in[at, len) is still to be decoded */
    unsigned char in[IN_BYTES];
} transcoder;

static pare_status fail(transcoder *trans, const char *text)
{
    trans->failed = pare_fail(&trans->failure, PARE_E_DATA, "%s", text);
    trans->failure.byte = trans->in_bytes;
    trans->failure.has_byte = true;
    return trans->failed;
}

/** At least `n` bytes in in[at, len), unless the text ends before. */
static pare_status want(transcoder *trans, size_t n)
{
    if (trans->len - trans->at >= n || trans->inner_ended) {
        return PARE_OK;
    }
    memmove(trans->in, trans->in + trans->at, trans->len - trans->at);
    trans->len -= trans->at;
    trans->at = 0;
    while (trans->len < n) {
        size_t got = 0;
        pare_status status =
            pare_source_read(trans->inner, trans->in + trans->len, IN_BYTES - trans->len, &got, &trans->failure);
        if (status == PARE_END) {
            trans->inner_ended = true;
            return PARE_OK;
        }
        if (status != PARE_OK) {
            trans->failed = status;
            return status;
        }
        trans->len += got;
    }
    return PARE_OK;
}

/** Look at the first bytes, once: marks, and what is no text at all. */
static pare_status start(transcoder *trans)
{
    trans->started = true;
    pare_status status = want(trans, PARE_RECOGNIZE_BYTES);
    if (status != PARE_OK) {
        return status;
    }
    pare_span head = pare_span_from(trans->in, trans->len);
    trans->failed = pare_recognize_text(head, trans->encoding, true, &trans->failure);
    if (trans->failed != PARE_OK) {
        return trans->failed;
    }
    size_t mark = pare_recognize_mark(head, trans->encoding);
    trans->big_endian = mark == 2 && trans->in[0] == 0xFE;
    trans->at = mark;
    trans->in_bytes = mark;
    return PARE_OK;
}

static unsigned unit(const transcoder *trans, size_t at)
{
    const unsigned char *pair = trans->in + trans->at + at;
    return trans->big_endian ? pair[0] * 256U + pair[1] : pair[1] * 256U + pair[0];
}

/** One character of UTF-16, and how many bytes it took. */
static pare_status utf16_character(transcoder *trans, uint32_t *character, size_t *used)
{
    size_t left = trans->len - trans->at;
    if (left < 2) {
        return fail(trans, "utf-16 text ends within a character");
    }
    unsigned first = unit(trans, 0);
    *used = 2;
    *character = first;
    if (first < 0xD800 || first > 0xDFFF) {
        return PARE_OK;
    }
    if (first > 0xDBFF || left < 4) {
        return fail(trans, "utf-16 text with half a surrogate pair");
    }
    unsigned second = unit(trans, 2);
    if (second < 0xDC00 || second > 0xDFFF) {
        return fail(trans, "utf-16 text with half a surrogate pair");
    }
    *used = 4;
    *character = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    return PARE_OK;
}

static pare_status next_character(transcoder *trans, uint32_t *character, size_t *used)
{
    if (trans->encoding == PARE_ENCODING_UTF16) {
        return utf16_character(trans, character, used);
    }
    unsigned char byte = trans->in[trans->at];
    *used = 1;
    *character = byte;
    if (trans->encoding == PARE_ENCODING_WINDOWS1252 && byte >= 0x80 && byte < 0xA0) {
        *character = windows_1252[byte - 0x80];
        if (*character == 0) {
            return fail(trans, "a byte that windows-1252 does not define");
        }
    }
    return PARE_OK;
}

/** Bytes of a single-byte encoding that are ASCII, copied as they are. */
static size_t copy_ascii(transcoder *trans, unsigned char *out, size_t cap)
{
    size_t left = trans->len - trans->at, most = left < cap ? left : cap, n = 0;
    const unsigned char *in = trans->in + trans->at;
    while (n < most && in[n] < 0x80) {
        out[n] = in[n];
        n++;
    }
    trans->at += n;
    trans->in_bytes += n;
    return n;
}

/** Decode into out[0, cap) until it is full, the text ends, or something is wrong. */
static size_t decode(transcoder *trans, unsigned char *out, size_t cap)
{
    size_t made = 0;
    while (made < cap) {
        if (trans->spill_at < trans->spill_len) {
            out[made++] = trans->spill[trans->spill_at++];
            continue;
        }
        if (want(trans, 4) != PARE_OK || trans->at == trans->len) {
            break;
        }
        if (trans->encoding != PARE_ENCODING_UTF16) {
            size_t copied = copy_ascii(trans, out + made, cap - made);
            made += copied;
            if (copied > 0) {
                continue;
            }
        }
        uint32_t character = 0;
        size_t used = 0;
        if (next_character(trans, &character, &used) != PARE_OK) {
            break;
        }
        trans->at += used;
        trans->in_bytes += used;
        trans->spill_at = 0;
        trans->spill_len = pare_utf8_encode(character, trans->spill);
    }
    return made;
}

static pare_status transcode_read(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    transcoder *trans = (transcoder *)source;
    *len = 0;
    if (trans->failed == PARE_OK && !trans->started) {
        (void)start(trans); /* trans->failed keeps it */
    }
    if (trans->failed == PARE_OK && trans->encoding != PARE_ENCODING_UTF8) {
        *len = decode(trans, out, cap);
    } else if (trans->failed == PARE_OK && trans->at < trans->len) {
        size_t left = trans->len - trans->at;
        *len = left < cap ? left : cap;
        memcpy(out, trans->in + trans->at, *len);
        trans->at += *len;
    } else if (trans->failed == PARE_OK && !trans->inner_ended) {
        return pare_source_read(trans->inner, out, cap, len, err); /* the inner source repeats its failures itself */
    }
    if (*len > 0) {
        return PARE_OK;
    }
    if (trans->failed != PARE_OK && err != NULL) {
        *err = trans->failure;
    }
    return trans->failed != PARE_OK ? trans->failed : PARE_END;
}

static void transcode_close(pare_source *source)
{
    transcoder *trans = (transcoder *)source;
    pare_source_close(trans->inner);
    free(trans);
}

static const pare_source_type transcode_type = {"transcode", transcode_read, transcode_close};

pare_status pare_transcode_new(pare_source *inner, pare_encoding encoding, pare_source **source, pare_error *err)
{
    transcoder *trans = calloc(1, sizeof *trans);
    if (trans == NULL) {
        pare_source_close(inner);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    trans->base.type = &transcode_type;
    trans->inner = inner;
    trans->encoding = encoding;
    *source = &trans->base;
    return PARE_OK;
}
