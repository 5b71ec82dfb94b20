/*
 * Codecs: what each makes inflates to what it was given, by zlib, joined or as members; CRCs by published values.
 *
 * Expectations: RFC 1952 (framing), the CRC check value of "123456789" (CBF43926, in the catalogue of CRC algorithms
 * under CRC-32/ISO-HDLC), and zlib's inflate() as the independent reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "filter/sink/deflate.h"

/* --- inputs --------------------------------------------------------------------------------------------------------
 */

/** xorshift64: noise that is the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static unsigned char *make_noise(size_t len)
{
    unsigned char *bytes = malloc(len + 1);
    assert_non_null(bytes);
    uint64_t state = UINT64_C(88172645463325252);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (unsigned char)(next_random(&state) >> 32);
    }
    return bytes;
}

/** Records such as a CRM exports: compressible, never the same twice. */
static unsigned char *make_records(size_t len)
{
    unsigned char *bytes = malloc(len + 200);
    assert_non_null(bytes);
    uint64_t state = UINT64_C(42);
    size_t at = 0;
    while (at < len) {
        unsigned long number = (unsigned long)(next_random(&state) % 1000000);
        at += (size_t)snprintf((char *)bytes + at, 200, "%lu,person%lu@mail.example,%lu-02-11,\"a, b\",GB\n", number,
                               number % 5000, 1950 + number % 60);
    }
    return bytes;
}

/* --- reading back --------------------------------------------------------------------------------------------------
 */

/** Inflate every member of a gzip file with zlib; fails where anything is wrong with one. */
static void expect_gunzip(pare_span file, const unsigned char *expected, size_t expected_len)
{
    unsigned char *out = malloc(expected_len + 1);
    assert_non_null(out);
    z_stream stream = {0};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    unsigned char *input = malloc(file.len + 1);
    assert_non_null(input);
    memcpy(input, file.ptr, file.len);
    stream.next_in = input;
    stream.avail_in = (uInt)file.len;
    size_t len = 0;
    do {
        stream.next_out = out + len;
        stream.avail_out = (uInt)(expected_len + 1 - len);
        int result = inflate(&stream, Z_FINISH);
        assert_int_equal(result, Z_STREAM_END);
        len = expected_len + 1 - stream.avail_out;
    } while (stream.avail_in > 0 && inflateReset(&stream) == Z_OK);
    assert_int_equal(len, expected_len);
    assert_memory_equal(out, expected, expected_len);
    assert_int_equal(inflateEnd(&stream), Z_OK);
    free(input);
    free(out);
}

/** Compress `input` in blocks of `block_len` as the pipeline does: joined with a combined CRC, or members. */
static void compress_file(const pare_codec *codec, int level, pare_span input, size_t block_len, pare_buf *out)
{
    pare_deflate *deflate = NULL;
    pare_error err;
    assert_int_equal(codec->open(level, &deflate, &err), PARE_OK);
    unsigned char
        frame[PARE_GZIP_HEADER_BYTES > PARE_GZIP_TRAILER_BYTES ? PARE_GZIP_HEADER_BYTES : PARE_GZIP_TRAILER_BYTES];
    if (codec->joinable) {
        pare_gzip_header(frame);
        pare_buf_append(out, frame, PARE_GZIP_HEADER_BYTES);
    }
    uint32_t crc = 0;
    size_t at = 0;
    do {
        pare_span block = {input.ptr + at, input.len - at < block_len ? input.len - at : block_len};
        assert_int_equal(codec->block(deflate, block, out, &err), PARE_OK);
        crc = pare_crc32_combine(crc, pare_crc32(0, block), block.len);
        at += block.len;
    } while (at < input.len);
    if (codec->joinable) {
        pare_gzip_trailer(crc, input.len, frame);
        pare_buf_append(out, frame, PARE_GZIP_TRAILER_BYTES);
    }
    assert_int_equal(out->status, PARE_OK);
    codec->close(deflate);
}

static void check_all(const unsigned char *bytes, size_t len, size_t block_len)
{
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        for (int level = (*codec)->min_level; level <= (*codec)->max_level; level++) {
            pare_buf out;
            pare_buf_init(&out, SIZE_MAX);
            compress_file(*codec, level, (pare_span){bytes, len}, block_len, &out);
            expect_gunzip(pare_buf_span(&out), bytes, len);
            pare_buf_clear(&out);
        }
    }
}

static void empty_input_is_a_whole_gzip_file(void **state)
{
    (void)state;
    check_all((const unsigned char *)"", 0, 1);
}

static void one_byte(void **state)
{
    (void)state;
    check_all((const unsigned char *)"x", 1, 1);
}

static void many_tiny_blocks(void **state)
{
    (void)state;
    unsigned char *records = make_records(3000);
    check_all(records, 3000, 7);
    free(records);
}

static void noise_that_cannot_be_compressed(void **state)
{
    (void)state;
    unsigned char *noise = make_noise(200001);
    check_all(noise, 200001, 65536);
    free(noise);
}

static void noise_in_one_block(void **state)
{
    (void)state;
    unsigned char *noise = make_noise(1 << 20);
    check_all(noise, 1 << 20, 1 << 20);
    free(noise);
}

static void three_mebibytes_of_records(void **state)
{
    (void)state;
    size_t len = 3u << 20;
    unsigned char *records = make_records(len);
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        int levels[] = {(*codec)->min_level, (*codec)->max_level};
        for (unsigned i = 0; i < 2; i++) {
            pare_buf out;
            pare_buf_init(&out, SIZE_MAX);
            compress_file(*codec, levels[i], (pare_span){records, len}, 1u << 20, &out);
            expect_gunzip(pare_buf_span(&out), records, len);
            assert_true(out.len < len / 2); /* it did compress */
            pare_buf_clear(&out);
        }
    }
    free(records);
}

static void joined_blocks_are_one_member(void **state)
{
    (void)state;
    unsigned char *records = make_records(5000);
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        pare_buf out;
        pare_buf_init(&out, SIZE_MAX);
        compress_file(*codec, (*codec)->min_level, (pare_span){records, 5000}, 1000, &out);
        z_stream stream = {0};
        assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
        unsigned char text[6000];
        stream.next_in = out.ptr;
        stream.avail_in = (uInt)out.len;
        stream.next_out = text;
        stream.avail_out = sizeof text;
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, (*codec)->joinable ? 5000 : 1000);
        assert_int_equal(stream.avail_in == 0, (*codec)->joinable);
        (void)inflateEnd(&stream);
        pare_buf_clear(&out);
    }
    free(records);
}

/** A block's bytes depend on the block alone: not on what the compressor did before, nor on which one does it. */
static void blocks_depend_on_nothing_else(void **state)
{
    (void)state;
    unsigned char *records = make_records(300000);
    unsigned char *noise = make_noise(100000);
    pare_span a = {records, 300000}, b = {noise, 100000};
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        for (int level = (*codec)->min_level; level <= (*codec)->max_level; level++) {
            pare_deflate *one = NULL, *other = NULL;
            pare_buf first, between, again, elsewhere;
            pare_buf *all[] = {&first, &between, &again, &elsewhere};
            for (unsigned i = 0; i < 4; i++) {
                pare_buf_init(all[i], SIZE_MAX);
            }
            assert_int_equal((*codec)->open(level, &one, NULL), PARE_OK);
            assert_int_equal((*codec)->open(level, &other, NULL), PARE_OK);
            assert_int_equal((*codec)->block(one, a, &first, NULL), PARE_OK);
            assert_int_equal((*codec)->block(one, b, &between, NULL), PARE_OK);
            assert_int_equal((*codec)->block(one, a, &again, NULL), PARE_OK);
            assert_int_equal((*codec)->block(other, a, &elsewhere, NULL), PARE_OK);
            assert_int_equal(first.len, again.len);
            assert_memory_equal(first.ptr, again.ptr, first.len);
            assert_int_equal(first.len, elsewhere.len);
            assert_memory_equal(first.ptr, elsewhere.ptr, first.len);
            (*codec)->close(one);
            (*codec)->close(other);
            for (unsigned i = 0; i < 4; i++) {
                pare_buf_clear(all[i]);
            }
        }
    }
    free(records);
    free(noise);
}

/**
 * Nor on where in memory the compressor stands. Blocks so small that their hash tables are too make it likely that a
 * hash of an address would be seen: ISA-L 2.30 has one.
 */
static void blocks_do_not_depend_on_addresses(void **state)
{
    (void)state;
    enum { COMPRESSORS = 300, TEXTS = 10 };
    pare_deflate **open = calloc(COMPRESSORS, sizeof *open);
    assert_non_null(open);
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        for (int level = (*codec)->min_level; level <= (*codec)->max_level; level++) {
            pare_buf first[TEXTS];
            for (unsigned i = 0; i < COMPRESSORS; i++) { /* none is closed meanwhile: each stands elsewhere */
                assert_int_equal((*codec)->open(level, &open[i], NULL), PARE_OK);
                for (unsigned text = 0; text < TEXTS; text++) {
                    char row[32], rows[96];
                    snprintf(row, sizeof row, "%c%u345678,write to us\n", 'b' + (char)text, text * 37);
                    size_t len = (size_t)snprintf(rows, sizeof rows, "%s%s%s", row, row, row);
                    pare_buf block;
                    pare_buf_init(&block, SIZE_MAX);
                    assert_int_equal((*codec)->block(open[i], (pare_span){(unsigned char *)rows, len}, &block, NULL),
                                     PARE_OK);
                    if (i == 0) {
                        first[text] = block;
                        continue;
                    }
                    assert_int_equal(block.len, first[text].len);
                    assert_memory_equal(block.ptr, first[text].ptr, block.len);
                    pare_buf_clear(&block);
                }
            }
            for (unsigned i = 0; i < COMPRESSORS; i++) {
                (*codec)->close(open[i]);
            }
            for (unsigned text = 0; text < TEXTS; text++) {
                pare_buf_clear(&first[text]);
            }
        }
    }
    free(open);
}

static void full_buffer_is_an_error(void **state)
{
    (void)state;
    unsigned char *noise = make_noise(5000);
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        pare_deflate *deflate = NULL;
        pare_error err;
        pare_buf out;
        pare_buf_init(&out, 1000);
        assert_int_equal((*codec)->open((*codec)->min_level, &deflate, &err), PARE_OK);
        assert_int_equal((*codec)->block(deflate, (pare_span){noise, 5000}, &out, &err), PARE_E_LIMIT);
        assert_int_equal(err.status, PARE_E_LIMIT);
        (*codec)->close(deflate);
        pare_buf_clear(&out);
    }
    free(noise);
}

static void crc_has_its_check_value(void **state)
{
    (void)state;
    pare_span digits = {(const unsigned char *)"123456789", 9};
    assert_int_equal(pare_crc32(0, digits), 0xCBF43926);
    assert_int_equal(pare_crc32(0, (pare_span){NULL, 0}), 0);
    assert_int_equal(pare_crc32(pare_crc32(0, (pare_span){digits.ptr, 4}), (pare_span){digits.ptr + 4, 5}), 0xCBF43926);
}

static void crc_equals_zlib_and_combines(void **state)
{
    (void)state;
    unsigned char *noise = make_noise(100003);
    for (size_t len = 0; len <= 100003; len = len * 3 + 1) {
        uint32_t whole = (uint32_t)crc32(0, noise, (uInt)len);
        assert_int_equal(pare_crc32(0, (pare_span){noise, len}), whole);
        size_t cut = len / 3;
        uint32_t first = pare_crc32(0, (pare_span){noise, cut});
        uint32_t second = pare_crc32(0, (pare_span){noise + cut, len - cut});
        assert_int_equal(pare_crc32_combine(first, second, len - cut), whole);
    }
    free(noise);
}

static void header_and_trailer_by_rfc_1952(void **state)
{
    (void)state;
    unsigned char header[PARE_GZIP_HEADER_BYTES], trailer[PARE_GZIP_TRAILER_BYTES];
    const unsigned char expected_header[] = {0x1f, 0x8b, 0x08, 0x00, 0, 0, 0, 0, 0x00, 0xff};
    const unsigned char expected_trailer[] = {0x03, 0x00, 0x26, 0x39, 0xf4, 0xcb, 0x05, 0x00, 0x00, 0x00};
    pare_gzip_header(header);
    assert_memory_equal(header, expected_header, sizeof header);
    pare_gzip_trailer(UINT32_C(0xCBF43926), (UINT64_C(1) << 32) + 5, trailer); /* ISIZE is modulo 2^32 */
    assert_memory_equal(trailer, expected_trailer, sizeof trailer);
}

static void levels_find_their_codec(void **state)
{
    (void)state;
    for (int level = 1; level <= 9; level++) {
        assert_non_null(pare_codec_for(level, false));
        assert_string_equal(pare_codec_for(level, true)->name, "zlib");
        assert_true(pare_codec_for(level, false)->min_level <= level &&
                    level <= pare_codec_for(level, false)->max_level);
    }
    assert_null(pare_codec_for(0, false));
    assert_null(pare_codec_for(-1, false));
    assert_null(pare_codec_for(13, false));
    assert_null(pare_codec_for(10, true));
    unsigned n_codecs = 0;
    bool has_libdeflate = false;
    while (pare_codecs[n_codecs] != NULL) {
        has_libdeflate = has_libdeflate || strcmp(pare_codecs[n_codecs]->name, "libdeflate") == 0;
        n_codecs++;
    }
    assert_string_equal(pare_codecs[n_codecs - 1]->name, "zlib");
    if (strcmp(pare_codecs[0]->name, "isal") == 0) {
        assert_string_equal(pare_codec_for(1, false)->name, "isal");
        assert_string_equal(pare_codec_for(3, false)->name, "isal");
    }
    assert_string_equal(pare_codec_for(6, false)->name, has_libdeflate ? "libdeflate" : "zlib");
    assert_int_equal(pare_codec_for(12, false) != NULL, has_libdeflate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_input_is_a_whole_gzip_file),
        cmocka_unit_test(one_byte),
        cmocka_unit_test(many_tiny_blocks),
        cmocka_unit_test(noise_that_cannot_be_compressed),
        cmocka_unit_test(noise_in_one_block),
        cmocka_unit_test(three_mebibytes_of_records),
        cmocka_unit_test(joined_blocks_are_one_member),
        cmocka_unit_test(blocks_depend_on_nothing_else),
        cmocka_unit_test(blocks_do_not_depend_on_addresses),
        cmocka_unit_test(full_buffer_is_an_error),
        cmocka_unit_test(crc_has_its_check_value),
        cmocka_unit_test(crc_equals_zlib_and_combines),
        cmocka_unit_test(header_and_trailer_by_rfc_1952),
        cmocka_unit_test(levels_find_their_codec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
