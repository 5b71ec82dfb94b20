/*
 * gzip and zlib framing (RFC 1952, RFC 1950), with each engine and in every chunking. Streams are made by zlib's
 * deflate, so that the expectation is what went in.
 */
#include "rules/base/span.h"
#include "rules/crypto/prim.h"
#include "tests/unit/source_memory.h"

#include "filter/record/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <zlib.h>

#include <cmocka.h>

enum { CEILING = 1 << 30 };

static const size_t sizes[] = {1, 2, 3, 7, 4095, 4096, 4097, 1 << 20};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

/* Compress `text` and append it: window 31 is gzip, 15 zlib. */
static void pack(pare_buf *out, pare_span text, int window, int strategy)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, window, 8, strategy), Z_OK);
    size_t bound = deflateBound(&stream, text.len) + 64;
    assert_true(pare_buf_reserve(out, bound));
    stream.next_in = (z_const Bytef *)(uintptr_t)text.ptr;
    stream.avail_in = (uInt)text.len;
    stream.next_out = out->ptr + out->len;
    stream.avail_out = (uInt)bound;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->len += stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
}

typedef struct result {
    pare_status status;
    pare_error err;
    pare_buf text;
} result;

static result unpack(pare_span packed, bool zlib_wrapped, pare_source_options options, size_t step, size_t cap)
{
    result r = {0};
    bool closed = false;
    pare_source *source = NULL;
    pare_buf_init(&r.text, CEILING);
    pare_source *memory = memory_source_new(packed, step, &closed);
    assert_int_equal(pare_gunzip_new(memory, zlib_wrapped, &options, &source, &r.err), PARE_OK);
    r.status = drain(source, cap, &r.text, &r.err);
    assert_true(closed);
    return r;
}

static void expect_text(pare_span packed, bool zlib_wrapped, pare_span text)
{
    for (int portable = 0; portable < 2; portable++) {
        pare_source_options options = {.portable = portable != 0};
        for (size_t i = 0; i < N_SIZES; i++) {
            for (size_t j = 0; j < N_SIZES; j++) {
                if (sizes[i] * sizes[j] < 4 && text.len > 5000) {
                    continue; /* slow and nothing new */
                }
                result r = unpack(packed, zlib_wrapped, options, sizes[i], sizes[j]);
                assert_int_equal(r.status, PARE_END);
                assert_int_equal(r.text.len, text.len);
                assert_true(pare_span_equal(pare_buf_span(&r.text), text));
                pare_buf_clear(&r.text);
            }
        }
    }
}

static void expect_failure(pare_span packed, bool zlib_wrapped, pare_status status)
{
    for (int portable = 0; portable < 2; portable++) {
        pare_source_options options = {.portable = portable != 0};
        for (size_t i = 0; i < N_SIZES; i++) {
            result r = unpack(packed, zlib_wrapped, options, sizes[i], sizes[N_SIZES - 1 - i]);
            assert_int_equal(r.status, status);
            assert_int_equal(r.err.status, status);
            assert_true(r.err.has_byte);
            assert_int_equal(r.err.byte, r.text.len);
            pare_buf_clear(&r.text);
        }
    }
}

static void fill_text(pare_buf *text, size_t len)
{
    pare_buf_init(text, CEILING);
    for (unsigned i = 0; text->len < len; i++) {
        pare_buf_printf(text, "%u,name %u,\"quoted, %x\"\n", i, i * 2654435761U % 1000, i * 40503U);
    }
}

static void members_are_joined(void **state)
{
    (void)state;
    pare_buf text, packed;
    fill_text(&text, 100000);
    pare_buf_init(&packed, CEILING);
    pare_span all = pare_buf_span(&text), none = {NULL, 0};
    pack(&packed, none, 31, 0);
    pack(&packed, pare_span_first(all, 1), 31, 0);
    pack(&packed, pare_span_from(all.ptr + 1, 40000), 31, Z_FIXED);
    pack(&packed, none, 31, 0);
    pack(&packed, pare_span_after(all, 40001), 31, Z_HUFFMAN_ONLY);
    expect_text(pare_buf_span(&packed), false, all);
    for (unsigned i = 0; i < 700; i++) { /* tape padding */
        pare_buf_append_byte(&packed, 0);
        if (i % 233 == 0) {
            expect_text(pare_buf_span(&packed), false, all);
        }
    }
    pare_buf_append_byte(&packed, 1);
    expect_failure(pare_buf_span(&packed), false, PARE_E_DATA);
    pare_buf_clear(&packed);
    pare_buf_clear(&text);
}

static void a_zlib_stream_is_read_and_nothing_may_follow(void **state)
{
    (void)state;
    pare_buf text, packed;
    fill_text(&text, 70000);
    pare_buf_init(&packed, CEILING);
    pack(&packed, pare_buf_span(&text), 15, 0);
    expect_text(pare_buf_span(&packed), true, pare_buf_span(&text));
    pare_buf_append_byte(&packed, 0);
    expect_failure(pare_buf_span(&packed), true, PARE_E_DATA);
    packed.len -= 2;
    expect_failure(pare_buf_span(&packed), true, PARE_E_TRUNCATED);
    packed.len += 1;
    packed.ptr[packed.len - 1] ^= 1;
    expect_failure(pare_buf_span(&packed), true, PARE_E_DATA);
    packed.ptr[1] |= 0x20; /* FDICT; RFC 1950 section 2.2: the check bits follow */
    packed.ptr[1] =
        (unsigned char)((packed.ptr[1] & 0xE0) | (31 - (packed.ptr[0] * 256 + (packed.ptr[1] & 0xE0)) % 31) % 31);
    expect_failure(pare_buf_span(&packed), true, PARE_E_DATA);
    pare_buf_clear(&packed);
    pare_buf_clear(&text);
}

/* Each prefix is short of something, but where a member ends. Two engines, the same answer. */
static void every_prefix_is_truncated(void **state)
{
    (void)state;
    pare_buf text, packed;
    fill_text(&text, 9000);
    pare_buf_init(&packed, CEILING);
    pack(&packed, pare_span_first(pare_buf_span(&text), 4000), 31, 0);
    size_t border = packed.len;
    pack(&packed, pare_span_after(pare_buf_span(&text), 4000), 31, 0);
    for (size_t len = 0; len < packed.len; len++) {
        for (int portable = 0; portable < 2; portable++) {
            pare_source_options options = {.portable = portable != 0};
            size_t step = len % 3 == 0 ? 1 : 4096;
            result r = unpack(pare_span_first(pare_buf_span(&packed), len), false, options, step, 4096);
            assert_int_equal(r.status, len == border ? PARE_END : PARE_E_TRUNCATED);
            pare_buf_clear(&r.text);
        }
    }
    pare_buf_clear(&packed);
    pare_buf_clear(&text);
}

/* One wrong bit: an error, or (time, name, system in the header) the very same text. */
static void no_flipped_bit_changes_the_text(void **state)
{
    (void)state;
    pare_buf text, packed;
    fill_text(&text, 6000);
    pare_buf_init(&packed, CEILING);
    pack(&packed, pare_span_first(pare_buf_span(&text), 3000), 31, 0);
    pack(&packed, pare_span_after(pare_buf_span(&text), 3000), 31, Z_FIXED);
    size_t survived = 0;
    for (size_t bit = 0; bit < packed.len * 8; bit++) {
        pare_status seen[2];
        packed.ptr[bit / 8] ^= (unsigned char)(1 << bit % 8);
        for (int portable = 0; portable < 2; portable++) {
            pare_source_options options = {.portable = portable != 0};
            result r = unpack(pare_buf_span(&packed), false, options, 4096, 1 << 16);
            seen[portable] = r.status;
            if (r.status == PARE_END) {
                assert_true(pare_span_equal(pare_buf_span(&r.text), pare_buf_span(&text)));
                survived++;
            } else {
                assert_true(r.status == PARE_E_DATA || r.status == PARE_E_TRUNCATED);
            }
            pare_buf_clear(&r.text);
        }
        assert_int_equal(seen[0] == PARE_END, seen[1] == PARE_END);
        packed.ptr[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    /* 2 engines, 2 members; MTIME, XFL, OS (6 bytes) and FTEXT are free, and up to 7 bits that fill the last byte of
       the deflate data (RFC 1951 section 3.2.3) */
    assert_in_range(survived, 2 * 2 * (6 * 8 + 1), 2 * 2 * (6 * 8 + 1 + 7));
    pare_buf_clear(&packed);
    pare_buf_clear(&text);
}

static void limits_hold(void **state)
{
    (void)state;
    pare_buf text, packed;
    pare_buf_init(&text, CEILING);
    pare_buf_init(&packed, CEILING);
    assert_true(pare_buf_reserve(&text, 4 << 20));
    memset(text.ptr, 'a', 4 << 20);
    text.len = 4 << 20;
    pack(&packed, pare_buf_span(&text), 31, 0);
    for (int portable = 0; portable < 2; portable++) {
        pare_source_options ratio = {.portable = portable != 0, .max_ratio = 100};
        result r = unpack(pare_buf_span(&packed), false, ratio, 4096, 1 << 16);
        assert_int_equal(r.status, PARE_E_LIMIT);
        pare_buf_clear(&r.text);
        pare_source_options generous = {.portable = portable != 0, .max_ratio = 1100, .max_bytes = 4 << 20};
        r = unpack(pare_buf_span(&packed), false, generous, 4096, 1 << 16);
        assert_int_equal(r.status, PARE_END);
        pare_buf_clear(&r.text);
        pare_source_options bytes = {.portable = portable != 0, .max_bytes = (4 << 20) - 1};
        r = unpack(pare_buf_span(&packed), false, bytes, 4096, 1 << 16);
        assert_int_equal(r.status, PARE_E_LIMIT);
        assert_int_equal(r.err.byte, (4 << 20) - 1);
        pare_buf_clear(&r.text);
    }
    pare_buf_clear(&packed);
    pare_buf_clear(&text);
}

/* The value of a JSON text or number in one flat line; false: absent or null. */
static bool json_value(const char *line, const char *key, char *out, size_t cap)
{
    char quoted[40];
    (void)snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    const char *at = strstr(line, quoted);
    if (at == NULL) {
        return false;
    }
    at += strlen(quoted);
    at += *at == '"';
    size_t n = strcspn(at, "\",}");
    assert_true(n < cap);
    memcpy(out, at, n);
    out[n] = '\0';
    return strcmp(out, "null") != 0;
}

/* Files of the set that are not gzip at all: the record reader has to refuse their text. */
static void expect_no_csv(const char *path)
{
    pare_source_options options = {0};
    pare_source *source = NULL;
    pare_error err;
    pare_buf text, store;
    pare_span names[64];
    size_t n = 0, used = 0;
    pare_buf_init(&text, CEILING);
    pare_buf_init(&store, CEILING);
    assert_int_equal(pare_source_open(path, &options, &source, NULL, &err), PARE_OK);
    assert_int_equal(drain(source, 1 << 16, &text, &err), PARE_END);
    pare_dialect dialect = {','};
    assert_int_equal(pare_csv_header(pare_buf_span(&text), true, dialect, names, 64, &n, &used, &store, &err),
                     PARE_E_DATA);
    pare_buf_clear(&store);
    pare_buf_clear(&text);
}

static void check_generated(const char *folder, const char *line, bool portable)
{
    char file[100], expect[40], length[24] = "", digest[80] = "", path[400];
    assert_true(json_value(line, "file", file, sizeof file) && json_value(line, "expect", expect, sizeof expect));
    bool known = json_value(line, "out_len", length, sizeof length);
    bool hashed = json_value(line, "out_sha256", digest, sizeof digest);
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);

    pare_source_options options = {.portable = portable};
    pare_source *source = NULL;
    const char *kind = "";
    pare_error err = {0};
    pare_sha256 *hash = NULL;
    size_t total = 0, len = 0;
    assert_int_equal(pare_sha256_new(&hash, NULL), PARE_OK);
    pare_status status = pare_source_open(path, &options, &source, &kind, &err);
    if (status == PARE_OK) {
        static unsigned char memory[1 << 16];
        while ((status = pare_source_read(source, memory, sizeof memory, &len, &err)) == PARE_OK) {
            total += len;
            pare_sha256_update(hash, pare_span_from(memory, len));
        }
        pare_source_close(source);
    }
    char got[65];
    pare_sha256_finish_hex(hash, got);
    pare_sha256_free(hash);
    print_message("    %s (%s): %s%s\n", file, expect,
                  status == PARE_END ? "read" : "refused: ", status == PARE_END ? "" : err.text);
    if (strcmp(kind, "plain") == 0) { /* wrong magic, no header, nothing */
        assert_true(strncmp(expect, "error", 5) == 0);
        expect_no_csv(path);
    } else if (strcmp(kind, "zlib") == 0) { /* the set asks a gzip reader; this one reads zlib too */
        assert_int_equal(status, PARE_END);
    } else if (strcmp(file, "gz-of-gz.csv.gz") == 0) {
        assert_int_equal(status, PARE_E_DATA);
        assert_non_null(strstr(err.text, "compressed twice"));
    } else if (strncmp(expect, "ok", 2) == 0 || strcmp(expect, "error-bounded-memory") == 0) {
        assert_int_equal(status, PARE_END); /* that one's error is an open quote: no business of a source */
        assert_true(known);
        assert_int_equal(total, strtoull(length, NULL, 10));
        if (hashed) {
            assert_string_equal(got, digest);
        }
    } else { /* error; decide: strictly */
        assert_true(status == PARE_E_DATA || status == PARE_E_TRUNCATED);
    }
}

static void generated_files_behave_as_their_manifest_says(void **state)
{
    (void)state;
    const char *folder = PARE_SOURCE_DIR "/../shared/data/gzip/generated";
    char path[400], line[2000];
    (void)snprintf(path, sizeof path, "%s/manifest.jsonl", folder);
    FILE *manifest = fopen(path, "r");
    if (manifest == NULL) {
        skip();
    }
    size_t n = 0;
    while (fgets(line, sizeof line, manifest) != NULL) {
        check_generated(folder, line, false);
        check_generated(folder, line, true);
        n++;
    }
    (void)fclose(manifest);
    assert_true(n >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_joined),
        cmocka_unit_test(a_zlib_stream_is_read_and_nothing_may_follow),
        cmocka_unit_test(every_prefix_is_truncated),
        cmocka_unit_test(no_flipped_bit_changes_the_text),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(generated_files_behave_as_their_manifest_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
