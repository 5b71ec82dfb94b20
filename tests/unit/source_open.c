/* Opening files: what they are is seen in their bytes; the tap hears each byte once; failures are told apart. */
#include "rules/base/span.h"
#include "tests/unit/source_memory.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { CEILING = 1 << 24 };

static char folder[] = "/tmp/pare-source-open-XXXXXX";
static char path[64];

static void write_file(pare_span bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
    (void)close(fd);
}

static pare_buf tapped;
static void tap(void *context, pare_span bytes)
{
    pare_buf_append_span(context, bytes);
}

/* Opens and reads; PARE_END is success. */
static pare_status read_all(pare_encoding encoding, size_t read_bytes, pare_buf *text, const char **kind,
                            pare_error *err)
{
    pare_source_options options = {.encoding = encoding, .read_bytes = read_bytes, .tap = {tap, &tapped}};
    pare_source *source = NULL;
    pare_buf_reset(&tapped);
    pare_buf_init(text, CEILING);
    pare_status status = pare_source_open(path, &options, &source, kind, err);
    return status == PARE_OK ? drain(source, 5000, text, err) : status;
}

static void expect(pare_span stored, pare_encoding encoding, const char *kind, pare_span text)
{
    static const size_t reads[] = {0, 1, 2, 3, 511, 512, 513, 4097};
    write_file(stored);
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        pare_buf got;
        pare_error err = {0};
        const char *found = NULL;
        assert_int_equal(read_all(encoding, reads[i], &got, &found, &err), PARE_END);
        assert_string_equal(found, kind);
        assert_true(pare_span_equal(pare_buf_span(&got), text));
        assert_true(pare_span_equal(pare_buf_span(&tapped), stored));
        pare_buf_clear(&got);
    }
}

static void expect_refused(pare_span stored, pare_status status, const char *says)
{
    pare_buf got;
    pare_error err = {0};
    write_file(stored);
    assert_int_equal(read_all(PARE_ENCODING_UTF8, 0, &got, NULL, &err), status);
    assert_int_equal(err.status, status);
    assert_non_null(strstr(err.text, says));
    pare_buf_clear(&got);
}

static void pack(pare_buf *out, pare_span text, int window, int level)
{
    z_stream stream = {0};
    pare_buf_init(out, CEILING);
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, window, 8, 0), Z_OK);
    assert_true(pare_buf_reserve(out, text.len + 1000));
    stream.next_in = (z_const Bytef *)(uintptr_t)text.ptr;
    stream.avail_in = (uInt)text.len;
    stream.next_out = out->ptr;
    stream.avail_out = (uInt)(text.len + 1000);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->len = stream.total_out;
    (void)deflateEnd(&stream);
}

static void compression_is_seen_in_the_bytes(void **state)
{
    (void)state;
    static unsigned char long_text[20000];
    for (size_t i = 0; i < sizeof long_text; i++) {
        long_text[i] = (unsigned char)("abcdefgh,\n"[i * i / 7 % 10]);
    }
    const pare_span texts[] = {{NULL, 0}, {long_text, 1}, {long_text, 500}, {long_text, sizeof long_text}};
    for (size_t i = 0; i < 4; i++) {
        expect(texts[i], PARE_ENCODING_UTF8, "plain", texts[i]);
        for (int level = 0; level <= 9; level += 3) {
            pare_buf packed;
            pack(&packed, texts[i], 31, level);
            expect(pare_buf_span(&packed), PARE_ENCODING_UTF8, "gzip", texts[i]);
            pare_buf_clear(&packed);
            for (int window = 9; window <= 15; window++) {
                pack(&packed, texts[i], window, level);
                expect(pare_buf_span(&packed), PARE_ENCODING_UTF8, "zlib", texts[i]);
                expect(pare_buf_span(&packed), PARE_ENCODING_LATIN1, "zlib", texts[i]);
                pare_buf_clear(&packed);
            }
        }
    }
}

/* Texts whose first two bytes pass the check of a zlib header (RFC 1950 section 2.2: 256 * CMF + FLG is a multiple of
 * 31) */
static void text_that_looks_like_zlib_is_text(void **state)
{
    (void)state;
    size_t n = 0;
    for (unsigned first = 0x20; first < 0x7F; first++) {
        for (unsigned second = 0x20; second < 0x7F; second++) {
            if ((first * 256 + second) % 31 == 0 && (first & 15) == 8) {
                char text[64];
                (void)snprintf(text, sizeof text, "%c%c,b,c\n1,2,3\ncaf\xC3\xA9,,\n", first, second);
                expect(pare_span_of(text), PARE_ENCODING_UTF8, "plain", pare_span_of(text));
                n++;
            }
        }
    }
    assert_true(n >= 3); /* x^ is one of them */
    expect(pare_span_of("x^"), PARE_ENCODING_UTF8, "plain", pare_span_of("x^"));
    expect(pare_span_of("x\xC3\xA9,b\n"), PARE_ENCODING_UTF8, "plain", pare_span_of("x\xC3\xA9,b\n"));
}

static void other_kinds_are_named(void **state)
{
    (void)state;
    expect_refused(pare_span_from("PK\x03\x04\x14\0", 6), PARE_E_DATA, "zip");
    expect_refused(pare_span_from("\x28\xB5\x2F\xFD\x04\0", 6), PARE_E_DATA, "zstd");
    expect_refused(pare_span_from("\xFF\xFE"
                                  "a\0",
                                  4),
                   PARE_E_DATA, "utf-16");
    expect_refused(pare_span_from("\x1F", 1), PARE_E_TRUNCATED, "too early");
    expect_refused(pare_span_from("\x1F\x8B", 2), PARE_E_TRUNCATED, "too early");
    expect_refused(pare_span_from("\x78\x9C", 2), PARE_E_TRUNCATED, "too early");
    expect(pare_span_from("\xFF\xFE"
                          "a\0",
                          4),
           PARE_ENCODING_UTF16, "plain", pare_span_of("a"));
    pare_buf packed;
    pack(&packed,
         pare_span_from("\xFF\xFE"
                        "a\0",
                        4),
         31, 6);
    expect(pare_buf_span(&packed), PARE_ENCODING_UTF16, "gzip", pare_span_of("a"));
    pare_buf_clear(&packed);
}

static void missing_files_and_folders(void **state)
{
    (void)state;
    pare_source_options options = {0};
    pare_source *source = NULL;
    pare_error err = {0};
    assert_int_equal(pare_source_open("/nonexistent/file", &options, &source, NULL, &err), PARE_E_MISSING);
    assert_int_equal(err.status, PARE_E_MISSING);
    assert_int_not_equal(err.os_errno, 0);
    assert_int_equal(pare_source_open("/", &options, &source, NULL, &err), PARE_E_MISSING);
    assert_null(source);
}

/* Standard input, as a pipe that gives a little at a time, is read to its end and stays open. */
static void standard_input(void **state)
{
    (void)state;
    int ends[2], kept = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    assert_true(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
    (void)close(ends[1]);
    pare_source_options options = {0};
    pare_source *source = NULL;
    pare_buf text;
    pare_buf_init(&text, CEILING);
    assert_int_equal(pare_source_open("-", &options, &source, NULL, NULL), PARE_OK);
    assert_int_equal(drain(source, 3, &text, NULL), PARE_END);
    assert_true(pare_span_is(pare_buf_span(&text), "a,b\n1,2\n"));
    assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
    pare_buf_clear(&text);
    (void)close(ends[0]);
    if (kept >= 0) {
        (void)dup2(kept, STDIN_FILENO);
        (void)close(kept);
    }
}

static int setup(void **state)
{
    (void)state;
    pare_buf_init(&tapped, CEILING);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pare_buf_clear(&tapped);
    (void)unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compression_is_seen_in_the_bytes),
        cmocka_unit_test(text_that_looks_like_zlib_is_text),
        cmocka_unit_test(other_kinds_are_named),
        cmocka_unit_test(missing_files_and_folders),
        cmocka_unit_test(standard_input),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
