/*
 * A damaged gzip file is never taken for a whole one: all 65,536 prefixes of a file of 64 KiB, and all 32,768
 * single-bit flips of one of 4 KiB, with each engine. Streams are made by zlib's deflate (RFC 1952), from stored, fixed
 * and dynamic blocks; an extra field in the header brings the file to its exact length.
 *
 * Under a sanitizer every seventh prefix is taken, unless PARE_LONG_TESTS is set.
 */
#include "rules/base/span.h"
#include "tests/unit/source_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <zlib.h>

#include <cmocka.h>

enum { LARGE = 64 << 10, SMALL = 4 << 10, HEADER = 10, EXTRA_LENGTH = 2, TRAILER = 8, FEXTRA = 4 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STRIDE = 7 };
#else
enum { STRIDE = 1 };
#endif

static size_t stride(void)
{
    const char *wanted = getenv("PARE_LONG_TESTS");
    return wanted != NULL && wanted[0] != '\0' && wanted[0] != '0' ? 1 : STRIDE;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Records, then bytes that don't compress, then records again: blocks of every type. */
static void fill_text(pare_buf *text, size_t records, size_t noise)
{
    uint32_t state = 5;
    pare_buf_init(text, 1 << 20);
    for (int part = 0; part < 2; part++) {
        for (size_t i = 0; i < records; i++) {
            pare_buf_printf(text, "%zu,name %u,\"quoted, %x\"\n", i, next_random(&state) % 1000, next_random(&state));
        }
        for (size_t i = 0; part == 0 && i < noise; i++) {
            pare_buf_append_byte(text, (unsigned char)next_random(&state));
        }
    }
}

/* One member of exactly `size` bytes. */
static void pack(pare_buf *out, pare_span text, size_t size)
{
    unsigned char deflated[LARGE];
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (z_const Bytef *)(uintptr_t)text.ptr;
    stream.avail_in = (uInt)text.len;
    stream.next_out = deflated;
    stream.avail_out = sizeof deflated;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t body = stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    assert_true(HEADER + EXTRA_LENGTH + body + TRAILER <= size);
    size_t extra = size - HEADER - EXTRA_LENGTH - body - TRAILER;

    const unsigned char header[HEADER] = {0x1f, 0x8b, 8, FEXTRA, 0, 0, 0, 0, 0, 255};
    pare_buf_init(out, size);
    pare_buf_append(out, header, sizeof header);
    pare_buf_append_byte(out, (unsigned char)(extra & 255));
    pare_buf_append_byte(out, (unsigned char)(extra >> 8));
    for (size_t i = 0; i < extra; i++) {
        pare_buf_append_byte(out, 'x');
    }
    pare_buf_append(out, deflated, body);
    uint32_t ends[2] = {(uint32_t)crc32(0, text.ptr, (uInt)text.len), (uint32_t)text.len};
    for (unsigned i = 0; i < TRAILER; i++) {
        pare_buf_append_byte(out, (unsigned char)(ends[i / 4] >> 8 * (i % 4)));
    }
    assert_int_equal(out->status, PARE_OK);
    assert_int_equal(out->len, size);
}

static pare_status unpack(pare_span packed, bool portable, size_t cap, pare_buf *text)
{
    pare_source_options options = {.portable = portable};
    pare_source *source = NULL;
    assert_int_equal(pare_gunzip_new(memory_source_new(packed, 1 << 16, NULL), false, &options, &source, NULL),
                     PARE_OK);
    pare_buf_reset(text);
    return drain(source, cap, text, NULL);
}

static void every_prefix_of_64_kib_is_truncated(void **state)
{
    (void)state;
    pare_buf text, packed, got;
    fill_text(&text, 650, 40000);
    pack(&packed, pare_buf_span(&text), LARGE);
    pare_buf_init(&got, 1 << 20);
    const size_t step = stride();
    size_t n = 0;
    for (int portable = 0; portable < 2; portable++) {
        for (size_t len = 0; len < LARGE; len += step) {
            assert_int_equal(unpack(pare_span_first(pare_buf_span(&packed), len), portable != 0, 1 << 16, &got),
                             PARE_E_TRUNCATED);
            n++;
        }
        assert_int_equal(unpack(pare_buf_span(&packed), portable != 0, 1 << 16, &got), PARE_END);
        assert_true(pare_span_equal(pare_buf_span(&got), pare_buf_span(&text)));
    }
    print_message("    %zu prefixes\n", n);
    pare_buf_clear(&got);
    pare_buf_clear(&packed);
    pare_buf_clear(&text);
}

static void no_flipped_bit_of_4_kib_changes_the_text(void **state)
{
    (void)state;
    pare_buf text, packed, got;
    fill_text(&text, 80, 2000);
    pack(&packed, pare_buf_span(&text), SMALL);
    pare_buf_init(&got, 1 << 20);
    size_t n = 0, survived = 0;
    for (size_t bit = 0; bit < (size_t)SMALL * 8; bit++) {
        packed.ptr[bit / 8] ^= (unsigned char)(1 << bit % 8);
        pare_status seen[2];
        for (int portable = 0; portable < 2; portable++) {
            seen[portable] = unpack(pare_buf_span(&packed), portable != 0, 1 << 14, &got);
            n++;
            if (seen[portable] == PARE_END) {
                assert_true(pare_span_equal(pare_buf_span(&got), pare_buf_span(&text)));
                survived++;
            } else {
                assert_true(seen[portable] == PARE_E_DATA || seen[portable] == PARE_E_TRUNCATED);
            }
        }
        assert_int_equal(seen[0] == PARE_END, seen[1] == PARE_END);
        packed.ptr[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(survived < n);
    print_message("    %zu flips, %zu of them in bits that say nothing about the text\n", n, survived);
    pare_buf_clear(&got);
    pare_buf_clear(&packed);
    pare_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_of_64_kib_is_truncated),
        cmocka_unit_test(no_flipped_bit_of_4_kib_changes_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
