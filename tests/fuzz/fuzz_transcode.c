/*
 * Text of every declared encoding, the first byte saying which. Promises: what a small decoder of its own (the Unicode
 * consortium's CP1252.TXT, RFC 2781) makes of it, comes out, for every piece size; what it refuses, is refused. Marks
 * and magics that are refused are the unit tests' to try.
 */
#include "filter/source/recognize.h"
#include "rules/base/utf8.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/memory_source.h"

enum { CEILING = 1 << 14 };
static unsigned char expected[CEILING], output[CEILING];

/* 80 to 9F, in UTF-8; undefined ones empty. */
static const char *const cp1252[32] = {"€", "",  "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "", "Ž", "",
                                       "",  "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "", "ž", "Ÿ"};

static void put(uint32_t character, size_t *len)
{
    unsigned char *out = expected + *len;
    if (character < 0x80) {
        out[0] = (unsigned char)character;
        *len += 1;
    } else if (character < 0x800) {
        out[0] = (unsigned char)(0xC0 | character >> 6);
        out[1] = (unsigned char)(0x80 | (character & 63));
        *len += 2;
    } else if (character < 0x10000) {
        out[0] = (unsigned char)(0xE0 | character >> 12);
        out[1] = (unsigned char)(0x80 | (character >> 6 & 63));
        out[2] = (unsigned char)(0x80 | (character & 63));
        *len += 3;
    } else {
        out[0] = (unsigned char)(0xF0 | character >> 18);
        out[1] = (unsigned char)(0x80 | (character >> 12 & 63));
        out[2] = (unsigned char)(0x80 | (character >> 6 & 63));
        out[3] = (unsigned char)(0x80 | (character & 63));
        *len += 4;
    }
}

static bool model_utf16(const uint8_t *data, size_t size, size_t *len)
{
    bool big = size >= 2 && data[0] == 0xFE && data[1] == 0xFF;
    size_t at = big || (size >= 2 && data[0] == 0xFF && data[1] == 0xFE) ? 2 : 0;
    for (; at < size; at += 2) {
        if (size - at < 2) {
            return false;
        }
        uint32_t unit = big ? data[at] * 256u + data[at + 1] : data[at + 1] * 256u + data[at];
        if (unit >= 0xDC00 && unit <= 0xDFFF) {
            return false;
        }
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            at += 2;
            if (size - at < 2) {
                return false;
            }
            uint32_t low = big ? data[at] * 256u + data[at + 1] : data[at + 1] * 256u + data[at];
            if (low < 0xDC00 || low > 0xDFFF) {
                return false;
            }
            unit = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00);
        }
        put(unit, len);
    }
    return true;
}

static bool model(const uint8_t *data, size_t size, pare_encoding encoding, size_t *len)
{
    *len = 0;
    if (encoding == PARE_ENCODING_UTF16) {
        return model_utf16(data, size, len);
    }
    if (encoding == PARE_ENCODING_UTF8) { /* as it is: the record reader looks at it */
        size_t mark = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        memcpy(expected, data + mark, size - mark);
        *len = size - mark;
        return true;
    }
    for (size_t i = 0; i < size; i++) {
        if (encoding == PARE_ENCODING_WINDOWS1252 && data[i] >= 0x80 && data[i] < 0xA0) {
            const char *text = cp1252[data[i] - 0x80];
            if (text[0] == '\0') {
                return false;
            }
            memcpy(expected + *len, text, strlen(text));
            *len += strlen(text);
        } else {
            put(data[i], len);
        }
    }
    return true;
}

static pare_status decode(const uint8_t *data, size_t size, pare_encoding encoding, size_t piece, size_t *len)
{
    pare_source *source = NULL;
    pare_error err;
    pare_source *inner = memory_source_new(data, size, piece);
    DEMAND(inner != NULL);
    DEMAND(pare_transcode_new(inner, encoding, &source, &err) == PARE_OK);
    pare_status status = drain(source, piece, output, CEILING, len, &err);
    pare_source_close(source);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > CEILING / 4) {
        return 0;
    }
    static const size_t pieces[] = {1, 2, 3, 5, 7, 64, CEILING};
    pare_encoding encoding = (pare_encoding)(data[0] % (PARE_ENCODING_UTF16 + 1));
    size_t piece = pieces[pick(data, size, sizeof pieces / sizeof pieces[0])], expected_len = 0, len = 0;
    data++;
    size--;
    pare_span head = {data, size < PARE_RECOGNIZE_BYTES ? size : PARE_RECOGNIZE_BYTES};
    bool recognized = pare_recognize_text(head, encoding, true, NULL) != PARE_OK;
    bool whole = model(data, size, encoding, &expected_len) && !recognized;
    pare_status status = decode(data, size, encoding, piece, &len);
    DEMAND((status == PARE_END) == whole);
    DEMAND(!whole || (len == expected_len && memcmp(output, expected, len) == 0));
    pare_span text = {output, len};
    DEMAND(!whole || encoding == PARE_ENCODING_UTF8 || pare_utf8_valid(text));
    return 0;
}
