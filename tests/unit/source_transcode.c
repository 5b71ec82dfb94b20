/* Declared encodings, against the C library's iconv; and what the first bytes of a text give away. */
#include "rules/base/span.h"
#include "tests/unit/source_memory.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { CEILING = 1 << 20 };

static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 4095, 4096, 4097, 1 << 17};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

static pare_status decode(pare_span text, pare_encoding encoding, size_t step, size_t cap, pare_buf *out,
                          pare_error *err)
{
    pare_source *source = NULL;
    bool closed = false;
    pare_buf_init(out, CEILING);
    assert_int_equal(pare_transcode_new(memory_source_new(text, step, &closed), encoding, &source, err), PARE_OK);
    pare_status status = drain(source, cap, out, err);
    assert_true(closed);
    return status;
}

static void expect(pare_span text, pare_encoding encoding, pare_span utf8)
{
    for (size_t i = 0; i < N_SIZES; i++) {
        for (size_t j = 0; j < N_SIZES; j++) {
            pare_buf out;
            pare_error err;
            assert_int_equal(decode(text, encoding, sizes[i], sizes[j], &out, &err), PARE_END);
            assert_true(pare_span_equal(pare_buf_span(&out), utf8));
            pare_buf_clear(&out);
        }
    }
}

static void expect_failure(pare_span text, pare_encoding encoding, uint64_t byte)
{
    for (size_t i = 0; i < N_SIZES; i++) {
        pare_buf out;
        pare_error err = {0};
        assert_int_equal(decode(text, encoding, sizes[i], sizes[N_SIZES - 1 - i], &out, &err), PARE_E_DATA);
        assert_true(err.has_byte);
        assert_int_equal(err.byte, byte);
        pare_buf_clear(&out);
    }
}

/* Length of the UTF-8 of `in`, 0 if iconv refuses it. */
static size_t by_iconv(const char *name, const void *in, size_t len, unsigned char *out, size_t cap)
{
    iconv_t converter = iconv_open("UTF-8", name);
    assert_true(converter != (iconv_t)-1);
    char *from = (char *)(uintptr_t)in, *to = (char *)out;
    size_t left = cap;
    size_t result = iconv(converter, &from, &len, &to, &left);
    (void)iconv_close(converter);
    return result == (size_t)-1 || len != 0 ? 0 : cap - left;
}

static void every_byte_of_a_single_byte_encoding(void **state)
{
    (void)state;
    unsigned char text[3] = {'a', 0, 'z'}, utf8[16];
    size_t undefined = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        text[1] = (unsigned char)byte;
        size_t len = by_iconv("ISO-8859-1", text, 3, utf8, sizeof utf8);
        assert_true(len > 0);
        expect(pare_span_from(text, 3), PARE_ENCODING_LATIN1, pare_span_from(utf8, len));
        len = by_iconv("WINDOWS-1252", text, 3, utf8, sizeof utf8);
        if (len > 0) {
            expect(pare_span_from(text, 3), PARE_ENCODING_WINDOWS1252, pare_span_from(utf8, len));
        } else {
            expect_failure(pare_span_from(text, 3), PARE_ENCODING_WINDOWS1252, 1);
            undefined++;
        }
    }
    assert_int_equal(undefined, 5);
}

static void utf_16_of_every_kind(void **state)
{
    (void)state;
    static const unsigned char little[] = "\xFF\xFE"
                                          "a\0,\0\xE9\0\xAC\x20\x3D\xD8\x00\xDE\n";
    static const unsigned char big[] = "\xFE\xFF\0a\0,\0\xE9\x20\xAC\xD8\x3D\xDE\x00\0\n";
    pare_span utf8 = pare_span_of("a,\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\n");
    expect(pare_span_from(little, sizeof little), PARE_ENCODING_UTF16, utf8);
    expect(pare_span_from(big, sizeof big - 1), PARE_ENCODING_UTF16, utf8);
    expect(pare_span_from(little + 2, sizeof little - 2), PARE_ENCODING_UTF16, utf8); /* no mark: little-endian */
    pare_span none = {NULL, 0};
    expect(none, PARE_ENCODING_UTF16, none);
    expect(pare_span_from(little, 2), PARE_ENCODING_UTF16, none);
    expect_failure(pare_span_from(little, 5), PARE_ENCODING_UTF16, 4);             /* half a unit */
    expect_failure(pare_span_from(little, 12), PARE_ENCODING_UTF16, 10);           /* a first half at the end */
    expect_failure(pare_span_from("a\0\x00\xDEz\0", 6), PARE_ENCODING_UTF16, 2);   /* a second half alone */
    expect_failure(pare_span_from("\x3D\xD8\x3D\xD8", 4), PARE_ENCODING_UTF16, 0); /* two first halves */
}

/* All scalar values in one text, so that characters fall on every border of the buffers. */
static void utf_16_agrees_with_iconv(void **state)
{
    (void)state;
    static unsigned char text[400000], utf8[600000];
    size_t len = 0;
    for (uint32_t c = 0x21; c < 0x10FFFF; c += 7) {
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        uint32_t high = c < 0x10000 ? c : 0xD800 + ((c - 0x10000) >> 10), low = 0xDC00 + (c & 0x3FF);
        text[len++] = (unsigned char)high;
        text[len++] = (unsigned char)(high >> 8);
        if (c >= 0x10000) {
            text[len++] = (unsigned char)low;
            text[len++] = (unsigned char)(low >> 8);
        }
        if (len > sizeof text - 4) {
            break;
        }
    }
    size_t expected = by_iconv("UTF-16LE", text, len, utf8, sizeof utf8);
    assert_true(expected > len / 2);
    pare_buf out;
    pare_error err;
    assert_int_equal(decode(pare_span_from(text, len), PARE_ENCODING_UTF16, 4097, 4093, &out, &err), PARE_END);
    assert_true(pare_span_equal(pare_buf_span(&out), pare_span_from(utf8, expected)));
    pare_buf_clear(&out);
}

static void utf_8_passes_without_its_mark(void **state)
{
    (void)state;
    pare_span none = {NULL, 0};
    expect(pare_span_of("\xEF\xBB\xBFname,x\n1,2\n"), PARE_ENCODING_UTF8, pare_span_of("name,x\n1,2\n"));
    expect(pare_span_of("\xEF\xBB\xBF\xEF\xBB\xBFz"), PARE_ENCODING_UTF8, pare_span_of("\xEF\xBB\xBFz")); /* one mark */
    expect(pare_span_of("\xEF\xBB"), PARE_ENCODING_UTF8,
           pare_span_of("\xEF\xBB")); /* the record reader will refuse it */
    expect(pare_span_of("\xEF\xBB\xBF"), PARE_ENCODING_UTF8, none);
    expect(none, PARE_ENCODING_UTF8, none);
    expect(pare_span_of("a"), PARE_ENCODING_UTF8, pare_span_of("a"));
}

static void what_is_no_text_is_named(void **state)
{
    (void)state;
    static const struct {
        pare_span start;
        pare_encoding encoding;
        const char *says;
    } cases[] = {
        {{(const unsigned char *)"\x1F\x8B\x08\0", 4}, PARE_ENCODING_UTF8, "compressed twice"},
        {{(const unsigned char *)"\x28\xB5\x2F\xFD\x04", 5}, PARE_ENCODING_UTF8, "zstd"},
        {{(const unsigned char *)"BZh91AY&SY\x01", 11}, PARE_ENCODING_UTF8, "bzip2"},
        {{(const unsigned char *)"\xFD"
                                 "7zXZ\0\0",
          7},
         PARE_ENCODING_UTF8,
         "xz"},
        {{(const unsigned char *)"PK\x03\x04\x14", 5}, PARE_ENCODING_UTF8, "zip"},
        {{(const unsigned char *)"7z\xBC\xAF\x27\x1C\0", 7}, PARE_ENCODING_UTF8, "7z"},
        {{(const unsigned char *)"\xFF\xFE"
                                 "a\0",
          4},
         PARE_ENCODING_UTF8,
         "UTF-16"},
        {{(const unsigned char *)"\xFE\xFF\0a", 4}, PARE_ENCODING_LATIN1, "UTF-16"},
        {{(const unsigned char *)"\xFF\xFE\0\0a\0\0\0", 8}, PARE_ENCODING_UTF16, "UTF-32"},
        {{(const unsigned char *)"\xEF\xBB\xBFname", 7}, PARE_ENCODING_LATIN1, "UTF-8"},
        {{(const unsigned char *)"\xEF\xBB\xBFname", 7}, PARE_ENCODING_UTF16, "UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t j = 0; j < N_SIZES; j++) {
            pare_buf out;
            pare_error err = {0};
            assert_int_equal(decode(cases[i].start, cases[i].encoding, sizes[j], 1 << 10, &out, &err), PARE_E_DATA);
            assert_non_null(strstr(err.text, cases[i].says));
            assert_int_equal(out.len, 0);
            pare_buf_clear(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_a_single_byte_encoding),
        cmocka_unit_test(utf_16_of_every_kind),
        cmocka_unit_test(utf_16_agrees_with_iconv),
        cmocka_unit_test(utf_8_passes_without_its_mark),
        cmocka_unit_test(what_is_no_text_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
