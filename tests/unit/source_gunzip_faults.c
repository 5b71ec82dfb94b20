/*
 * gzip and zlib where something fails below or memory runs out, at every place where that can happen; and what no file
 * can bring about: engines that are given more than they can count. Frames are made here, by RFC 1950 and RFC 1952.
 */
#include "filter/source/inflate.h"
#include "tests/faults/failing.h"
#include "tests/unit/source_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/mman.h>
#include <zlib.h>

enum { MOST_BYTES = 8192 };

static int set_up(void **state)
{
    (void)state;
    failing_clear();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    failing_clear();
    return failing_live() == 0 ? 0 : -1;
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

typedef struct bytes {
    unsigned char at[MOST_BYTES];
    size_t len;
} bytes;

static void put(bytes *to, const void *from, size_t len)
{
    memcpy(to->at + to->len, from, len);
    to->len += len;
}

static void put_number(bytes *to, uint64_t number, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        to->at[to->len++] = (unsigned char)(number >> 8 * i);
    }
}

static void put_deflated(bytes *to, const char *text)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)strlen(text);
    stream.next_out = to->at + to->len;
    stream.avail_out = (uInt)(MOST_BYTES - to->len);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    to->len += stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
}

/** A member whose header has everything that RFC 1952 knows. */
static void put_member(bytes *to, const char *text)
{
    static const unsigned char fixed[] = {0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 255};
    size_t start = to->len;
    put(to, fixed, sizeof fixed);
    put_number(to, 3, 2);
    put(to, "xyz", 3);
    put(to, "name.csv", sizeof "name.csv");
    put(to, "comment", sizeof "comment");
    put_number(to, (uint32_t)crc32(0, to->at + start, (uInt)(to->len - start)), 2);
    put_deflated(to, text);
    put_number(to, (uint32_t)crc32(0, (const Bytef *)text, (uInt)strlen(text)), 4);
    put_number(to, (uint32_t)strlen(text), 4);
}

static void put_zlib(bytes *to, const char *text)
{
    put(to, "\x78\x9C", 2);
    put_deflated(to, text);
    uint32_t check = (uint32_t)adler32(1, (const Bytef *)text, (uInt)strlen(text));
    for (unsigned i = 4; i > 0; i--) {
        put_number(to, check >> 8 * (i - 1), 1);
    }
}

/* --- a source that breaks ----------------------------------------------------------------------------------------- */

typedef struct breaking {
    pare_source base;
    pare_span left;
    bool closed;
} breaking;

static pare_status read_breaking(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    breaking *from = (breaking *)source;
    *len = from->left.len < cap ? from->left.len : cap;
    if (*len == 0) {
        return pare_fail_os(err, PARE_E_IO, EIO, "the disk is broken");
    }
    *len = 1;
    *out = *from->left.ptr++;
    from->left.len--;
    return PARE_OK;
}

static void close_breaking(pare_source *source)
{
    ((breaking *)source)->closed = true;
}

static pare_status read_all(pare_source *inner, bool zlib, bool portable, pare_buf *out, pare_error *err)
{
    pare_source *source = NULL;
    pare_source_options options = {.portable = portable};
    pare_status status = pare_gunzip_new(inner, zlib, &options, &source, err);
    return status != PARE_OK ? status : drain(source, 100, out, err);
}

static pare_status read_bytes(const bytes *packed, size_t len, bool zlib, bool portable, pare_error *err)
{
    bool closed = false;
    pare_buf out;
    pare_buf_init(&out, 1 << 20);
    pare_span span = {packed->at, len};
    pare_status status = read_all(memory_source_new(span, 1, &closed), zlib, portable, &out, err);
    assert_true(closed);
    pare_buf_clear(&out);
    return status;
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

/** Wherever the input ends, it is truncated; wherever it breaks, that is what is told. */
static void at_every_byte_of_a_frame(void **state)
{
    (void)state;
    for (int zlib = 0; zlib < 2; zlib++) {
        bytes packed = {.len = 0};
        if (zlib) {
            put_zlib(&packed, "some text");
        } else {
            put_member(&packed, "some text");
        }
        size_t one = packed.len;
        if (!zlib) {
            put_member(&packed, "more");
            put_number(&packed, 0, 4);
        }
        for (int portable = 0; portable < 2; portable++) {
            pare_error err = {0};
            assert_int_equal(read_bytes(&packed, packed.len, zlib, portable, &err), PARE_END);
            for (size_t len = 0; len < packed.len; len++) {
                bool whole = len == one || len >= packed.len - 4;
                breaking source = {.base = {&(const pare_source_type){"breaking", read_breaking, close_breaking}},
                                   .left = {packed.at, len}};
                pare_buf out;
                pare_buf_init(&out, 1 << 20);
                assert_int_equal(read_bytes(&packed, len, zlib, portable, &err),
                                 whole && !zlib ? PARE_END : PARE_E_TRUNCATED);
                err = (pare_error){0};
                assert_int_equal(read_all(&source.base, zlib, portable, &out, &err), PARE_E_IO);
                assert_int_equal(err.os_errno, EIO);
                assert_true(source.closed);
                pare_buf_clear(&out);
            }
        }
    }
}

static void expect_refused(const unsigned char *head, size_t len, bool zlib, const char *words)
{
    bytes packed = {.len = 0};
    pare_error err = {0};
    put(&packed, head, len); /* all else is right */
    put_deflated(&packed, "text");
    put_number(&packed,
               zlib ? __builtin_bswap32((uint32_t)adler32(1, (const Bytef *)"text", 4))
                    : (uint32_t)crc32(0, (const Bytef *)"text", 4),
               4);
    if (!zlib) {
        put_number(&packed, 4, 4);
    }
    assert_int_equal(read_bytes(&packed, packed.len, zlib, true, &err), PARE_E_DATA);
    assert_non_null(strstr(err.text, words));
    assert_true(err.has_byte);
}

static void headers_that_are_refused(void **state)
{
    (void)state;
    static const unsigned char zlib[][2] = {{0x79, 0x18}, {0x88, 0x1C}, {0x78, 0x9D}};
    for (size_t i = 0; i < 3; i++) { /* another method; a window of 64 KiB; a wrong check */
        expect_refused(zlib[i], 2, true, "not a zlib stream");
    }
    expect_refused((const unsigned char *)"\x78\xBB", 2, true, "dictionary");
    for (unsigned check = 0; check < 4; check++) { /* every level, and a smaller window */
        static const unsigned char right[][2] = {{0x78, 0x01}, {0x78, 0x5E}, {0x78, 0xDA}, {0x08, 0x1D}};
        bytes whole = {.len = 0};
        pare_error none;
        put_zlib(&whole, "text");
        memcpy(whole.at, right[check], 2);
        assert_int_equal(read_bytes(&whole, whole.len, true, true, &none), PARE_END);
    }
    static const unsigned char good[10] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255};
    unsigned char head[12];
    memcpy(head, good, 10);
    head[0] = 0x1E;
    expect_refused(head, 10, false, "not gzip data");
    memcpy(head, good, 10);
    head[1] = 0x8C;
    expect_refused(head, 10, false, "not gzip data");
    memcpy(head, good, 10);
    head[2] = 7;
    expect_refused(head, 10, false, "other than deflate");
    for (unsigned bit = 5; bit < 8; bit++) {
        memcpy(head, good, 10);
        head[3] = (unsigned char)(1u << bit);
        expect_refused(head, 10, false, "reserved");
    }
    memcpy(head, good, 10);
    head[3] = 2;
    uint32_t crc = (uint32_t)crc32(0, head, 10) & 0xFFFF;
    for (unsigned wrong = 0; wrong < 2; wrong++) { /* either byte */
        uint32_t other = crc ^ (wrong == 0 ? 1 : 0x100);
        head[10] = (unsigned char)other;
        head[11] = (unsigned char)(other >> 8);
        expect_refused(head, 12, false, "does not match its checksum");
    }
    head[3] = 1; /* FTEXT says nothing that matters */
    bytes packed = {.len = 0};
    pare_error err;
    put(&packed, head, 10);
    put_deflated(&packed, "text");
    put_number(&packed, (uint32_t)crc32(0, (const Bytef *)"text", 4), 4);
    put_number(&packed, 4, 4);
    assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_END);
}

/** An extra field of every length, with nothing behind it that could hide a wrong count. */
static void extra_fields(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 2, 255, 256, 257, 511, 3000, 65535};
    static unsigned char packed[70000], extra[65535];
    memset(extra, 0x1F, sizeof extra);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        bytes end = {.len = 0};
        bool closed = false;
        pare_error err = {0};
        pare_buf out;
        put_deflated(&end, "text");
        put_number(&end, (uint32_t)crc32(0, (const Bytef *)"text", 4), 4);
        put_number(&end, 4, 4);
        memcpy(packed, "\x1F\x8B\x08\x04\0\0\0\0\0\xFF", 10);
        packed[10] = (unsigned char)lengths[i];
        packed[11] = (unsigned char)(lengths[i] >> 8);
        memcpy(packed + 12, extra, lengths[i]);
        memcpy(packed + 12 + lengths[i], end.at, end.len);
        pare_buf_init(&out, 1 << 20);
        pare_span span = {packed, 12 + lengths[i] + end.len};
        assert_int_equal(read_all(memory_source_new(span, 1000, &closed), false, true, &out, &err), PARE_END);
        assert_int_equal(out.len, 4);
        pare_buf_clear(&out);
    }
}

/** Each byte of checksum and length counts. */
static void trailers_are_compared_whole(void **state)
{
    (void)state;
    for (int zlib = 0; zlib < 2; zlib++) {
        bytes packed = {.len = 0};
        pare_error err;
        if (zlib) {
            put_zlib(&packed, "some text");
        } else {
            put_member(&packed, "some text");
        }
        for (size_t i = 1; i <= (zlib ? 4 : 8); i++) {
            packed.at[packed.len - i] ^= 0x80;
            for (int portable = 0; portable < 2; portable++) {
                assert_int_equal(read_bytes(&packed, packed.len, zlib, portable, &err), PARE_E_DATA);
                assert_non_null(strstr(err.text, zlib || i > 4 ? "does not match its checksum" : "stated length"));
                assert_int_equal(err.byte, 9);
            }
            packed.at[packed.len - i] ^= 0x80;
        }
    }
}

static void behind_the_last_member(void **state)
{
    (void)state;
    static const unsigned char others[] = {1, 0x1E, 0x20, 0xFF};
    for (size_t i = 0; i < sizeof others; i++) {
        for (unsigned zeros = 0; zeros < 3; zeros++) {
            bytes packed = {.len = 0};
            pare_error err = {0};
            put_member(&packed, "text");
            put_number(&packed, 0, zeros);
            put(&packed, &others[i], 1);
            assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_E_DATA);
            assert_non_null(strstr(err.text, "something else behind the gzip data"));
        }
    }
    bytes packed = {.len = 0};
    pare_error err = {0};
    put_member(&packed, "text");
    put_number(&packed, 0, 1);
    put_member(&packed, "text"); /* behind padding no member begins */
    assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_E_DATA);
    packed.len = 0;
    put_member(&packed, "text");
    put(&packed, "\x1F\x8C", 2);
    assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_E_DATA);
    assert_non_null(strstr(err.text, "something else behind the gzip data"));
    packed.len = 0;
    put_zlib(&packed, "text");
    put_number(&packed, 0, 1); /* a zlib stream has no padding */
    assert_int_equal(read_bytes(&packed, packed.len, true, true, &err), PARE_E_DATA);
    assert_non_null(strstr(err.text, "behind the zlib stream"));
}

static void no_memory(void **state)
{
    (void)state;
    bytes packed = {.len = 0};
    put_member(&packed, "text");
    for (int portable = 0; portable < 2; portable++) {
        for (unsigned n = 1; n <= 2; n++) { /* ours, the engine's */
            bool closed = false;
            pare_error err = {0};
            pare_source *source = NULL, *inner = memory_source_new((pare_span){packed.at, packed.len}, 1, &closed);
            pare_source_options options = {.portable = portable};
            failing_clear();
            failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
            assert_int_equal(pare_gunzip_new(inner, false, &options, &source, &err), PARE_E_NOMEM);
            assert_true(closed);
            assert_null(source);
        }
    }
    pare_error err = {0};
    failing_clear();
    failing_rule(FAILING_INFLATE_INIT, 1, 1, FAILING_FAILS, Z_MEM_ERROR);
    assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_E_NOMEM);
    failing_clear();
    failing_rule(FAILING_INFLATE, 3, 1, FAILING_FAILS, Z_MEM_ERROR); /* zlib makes its window later */
    assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_E_NOMEM);
    failing_clear();
    failing_rule(FAILING_INFLATE, 2, 1000, FAILING_FAILS, Z_BUF_ERROR); /* an engine that stands still, for ever */
    assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_E_INTERNAL);
}

/** What zlib was asked to make ready it is told to put away. */
static void engines_are_closed(void **state)
{
    (void)state;
    bytes packed = {.len = 0};
    pare_error err = {0};
    put_member(&packed, "text");
    put_member(&packed, "more");
    failing_clear();
    assert_int_equal(read_bytes(&packed, packed.len, false, true, &err), PARE_END);
    assert_int_equal(read_bytes(&packed, 30, false, true, &err), PARE_E_TRUNCATED);
    (void)pare_inflate_probe((pare_span){packed.at + 40, 3});
    assert_int_equal(failing_made(FAILING_INFLATE_INIT), 3);
    assert_int_equal(failing_made(FAILING_INFLATE_END), 3);
}

/** A length that takes all four bytes to write. */
static void a_long_text(void **state)
{
    (void)state;
    enum { LONG_BYTES = (1 << 24) + 5 };
    static unsigned char room[65536];
    unsigned char *text = calloc(1, LONG_BYTES);
    pare_buf out;
    z_stream stream = {0};
    assert_non_null(text);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = text;
    stream.avail_in = LONG_BYTES;
    stream.next_out = room;
    stream.avail_out = sizeof room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t len = stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    for (int portable = 0; portable < 2; portable++) {
        pare_error err = {0};
        pare_buf_init(&out, 64 << 20);
        pare_source_options options = {.portable = portable != 0};
        pare_source *source = NULL;
        assert_int_equal(
            pare_gunzip_new(memory_source_new((pare_span){room, len}, 4096, NULL), false, &options, &source, &err),
            PARE_OK);
        assert_int_equal(drain(source, 1 << 16, &out, &err), PARE_END);
        assert_int_equal(out.len, LONG_BYTES);
        pare_buf_clear(&out);
    }
    free(text);
}

/** What may be a deflate stream is told from what is none, whatever its length. */
static void probing(void **state)
{
    (void)state;
    static char text[7000]; /* more than is looked at in one go */
    static bytes packed;
    packed.len = 0;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        text[i] = (char)('a' + (i * 2654435761u >> 7) % 26); /* not much to compress: damage may come to light late */
    }
    put_deflated(&packed, text);
    for (size_t len = 0; len <= packed.len; len++) {
        assert_true(pare_inflate_probe((pare_span){packed.at, len}));
    }
    unsigned refused = 0;
    for (size_t i = 0; i < packed.len; i++) { /* zlib itself, with room for everything, says which damage is an error */
        static unsigned char room[1 << 20];
        packed.at[i] ^= 0xFF;
        z_stream stream = {
            .next_in = packed.at, .avail_in = (uInt)packed.len, .next_out = room, .avail_out = sizeof room};
        assert_int_equal(inflateInit2(&stream, -15), Z_OK);
        bool damaged = inflate(&stream, Z_NO_FLUSH) == Z_DATA_ERROR;
        assert_int_equal(inflateEnd(&stream), Z_OK);
        assert_int_equal(pare_inflate_probe((pare_span){packed.at, packed.len}), !damaged);
        refused += damaged;
        packed.at[i] ^= 0xFF;
    }
    assert_true(refused > 0);
    assert_false(pare_inflate_probe((pare_span){(const unsigned char *)"\x07", 1})); /* a block type that is none */
    packed.len = 0;
    put_deflated(&packed, "");
    assert_true(pare_inflate_probe((pare_span){packed.at, packed.len}));
    failing_rule(FAILING_ALLOCATION, 1, 1, FAILING_FAILS, ENOMEM);
    assert_false(pare_inflate_probe((pare_span){packed.at, packed.len}));
    failing_clear();
    failing_rule(FAILING_INFLATE_INIT, 1, 1, FAILING_FAILS, Z_MEM_ERROR);
    assert_false(pare_inflate_probe((pare_span){packed.at, packed.len}));
}

/** More bytes on either side than 32 bits can count: the engines take a part of it. */
static void more_than_engines_can_count(void **state)
{
    (void)state;
    const size_t much = ((size_t)1 << 32) + 4096;
    bytes packed = {.len = 0};
    put_deflated(&packed, "some text");
    unsigned char *out = mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    unsigned char *in = mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (in == MAP_FAILED || out == MAP_FAILED) {
        skip();
    }
    memcpy(in + PARE_INFLATE_LOOKBEHIND, packed.at, packed.len);
    const pare_inflate_engine *engines[] = {&pare_inflate_zlib, pare_inflate_accelerated()};
    for (size_t i = 0; i < 2 && engines[i] != NULL; i++) {
        for (pare_inflate_check check = PARE_INFLATE_CRC32; check <= PARE_INFLATE_ADLER32; check++) {
            void *engine = engines[i]->open(check);
            assert_non_null(engine);
            for (unsigned again = 0; again < 2; again++) {
                const unsigned char *next = in + PARE_INFLATE_LOOKBEHIND;
                unsigned char *to = out;
                assert_int_equal(engines[i]->step(engine, &next, in + much, &to, out + much), PARE_INFLATE_STREAM_END);
                assert_int_equal(to - out, 9);
                assert_memory_equal(out, "some text", 9);
                assert_int_equal(next - in, PARE_INFLATE_LOOKBEHIND + packed.len);
                assert_int_equal(engines[i]->check(engine),
                                 check == PARE_INFLATE_CRC32 ? crc32(0, out, 9) : adler32(1, out, 9));
                engines[i]->reset(engine); /* and all is as at first */
            }
            engines[i]->close(engine);
        }
    }
    assert_int_equal(munmap(in, much) + munmap(out, much), 0);
}

static void limits_are_met_exactly(void **state)
{
    (void)state;
    static char text[100001];
    static bytes packed;
    memset(text, 'a', 100000);
    packed.len = 0;
    put_member(&packed, text);
    for (int portable = 0; portable < 2; portable++) {
        for (uint64_t limit = 99999; limit <= 100000; limit++) {
            pare_source_options options = {.portable = portable, .max_bytes = limit};
            pare_source *source = NULL;
            pare_error err = {0};
            pare_buf out;
            pare_buf_init(&out, 1 << 20);
            assert_int_equal(pare_gunzip_new(memory_source_new((pare_span){packed.at, packed.len}, 7, NULL), false,
                                             &options, &source, &err),
                             PARE_OK);
            assert_int_equal(drain(source, 1000, &out, &err), limit < 100000 ? PARE_E_LIMIT : PARE_END);
            assert_int_equal(err.byte, limit < 100000 ? limit : 0);
            pare_buf_clear(&out);
        }
    }
}

/** Text of `text_len` bytes, all of it read at once, under a limit of the ratio. */
static pare_status read_dense(size_t text_len, uint64_t ratio, bool portable, size_t *packed_len)
{
    static char text[100001];
    static bytes packed;
    pare_source_options options = {.portable = portable, .max_ratio = ratio};
    pare_source *source = NULL;
    pare_error err = {0};
    pare_buf out;
    memset(text, 'a', text_len);
    text[text_len] = '\0';
    packed.len = 0;
    put_member(&packed, text);
    *packed_len = packed.len;
    pare_buf_init(&out, 4 << 20);
    pare_source *inner = memory_source_new((pare_span){packed.at, packed.len}, MOST_BYTES, NULL);
    assert_int_equal(pare_gunzip_new(inner, false, &options, &source, &err), PARE_OK);
    pare_status status = drain(source, 1 << 20, &out, &err);
    assert_true(status == PARE_END || strstr(err.text, "--max-ratio") != NULL);
    pare_buf_clear(&out);
    return status;
}

static void dense_data(void **state)
{
    (void)state;
    for (int portable = 0; portable < 2; portable++) {
        size_t packed_len = 0;
        assert_int_equal(read_dense(65536, 1, portable, &packed_len), PARE_END); /* so much is free */
        assert_int_equal(read_dense(65537, 1, portable, &packed_len), PARE_E_LIMIT);
        assert_int_equal(read_dense(100000, 0, portable, &packed_len), PARE_END);
        const uint64_t used = packed_len - 8; /* when the last byte of text is there, only the trailer is not used */
        for (uint64_t ratio = 100000 / used - 20; ratio < 100000 / used + 20; ratio++) {
            assert_int_equal(read_dense(100000, ratio, portable, &packed_len),
                             100000 / ratio > used ? PARE_E_LIMIT : PARE_END);
        }
    }
}

static void damage_is_told(void **state)
{
    (void)state;
    for (int portable = 0; portable < 2; portable++) {
        bytes packed = {.len = 0};
        pare_error err = {0};
        put_member(&packed, "first");
        put(&packed, "\x1F\x8B\x08\0\0\0\0\0\0\xFF\x07", 11); /* a block of a type that is none */
        put_number(&packed, 0, 8);
        assert_int_equal(read_bytes(&packed, packed.len, false, portable, &err), PARE_E_DATA);
        assert_non_null(strstr(err.text, "damaged"));
        assert_int_equal(err.byte, 5); /* in the text */
    }
}

/** However little an engine takes at a time, and whatever stands in one piece of input. */
static void engines_may_be_slow(void **state)
{
    (void)state;
    static bytes packed;
    packed.len = 0;
    for (unsigned i = 0; i < 9; i++) {
        put_member(&packed, "one of nine");
        put_member(&packed, "");
    }
    for (unsigned slow = 0; slow < 2; slow++) {
        for (int portable = slow ? 1 : 0; portable < 2; portable++) {
            for (size_t step = 1; step < 2000; step = step * 3 + 1) {
                pare_source *source = NULL, *inner = memory_source_new((pare_span){packed.at, packed.len}, step, NULL);
                pare_source_options options = {.portable = portable};
                pare_error err = {0};
                pare_buf out;
                pare_buf_init(&out, 1 << 20);
                failing_clear();
                if (slow) {
                    failing_rule(FAILING_INFLATE, 1, 100000, FAILING_SHORT, 0);
                }
                assert_int_equal(pare_gunzip_new(inner, false, &options, &source, &err), PARE_OK);
                assert_int_equal(drain(source, 4, &out, &err), PARE_END);
                assert_int_equal(out.len, 99);
                for (unsigned i = 0; i < 9; i++) {
                    assert_memory_equal(out.ptr + 11 * i, "one of nine", 11);
                }
                pare_buf_clear(&out);
            }
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(at_every_byte_of_a_frame),
        TEST(headers_that_are_refused),
        TEST(extra_fields),
        TEST(engines_are_closed),
        TEST(a_long_text),
        TEST(trailers_are_compared_whole),
        TEST(behind_the_last_member),
        TEST(no_memory),
        TEST(probing),
        TEST(more_than_engines_can_count),
        TEST(limits_are_met_exactly),
        TEST(dense_data),
        TEST(damage_is_told),
        TEST(engines_may_be_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
