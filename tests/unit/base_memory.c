/* Buffers and arenas: ceilings hold, failures stick, contents survive growing. */
#include "rules/base/arena.h"
#include "rules/base/buf.h"
#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The tests ask for more than there is: the sanitizers shall answer NULL as malloc() does, and not end the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void a_buffer_keeps_what_was_appended(void **state)
{
    (void)state;
    pare_buf buf;
    pare_buf_init(&buf, 1 << 20);
    assert_null(buf.ptr);
    for (unsigned i = 0; i < 100000; i++) {
        pare_buf_append_byte(&buf, (unsigned char)(i % 251));
    }
    assert_int_equal(buf.status, PARE_OK);
    assert_int_equal(buf.len, 100000);
    for (unsigned i = 0; i < 100000; i++) {
        assert_int_equal(buf.ptr[i], i % 251);
    }
    size_t mark = buf.len;
    pare_buf_append_text(&buf, "tail");
    assert_true(pare_span_is(pare_buf_since(&buf, mark), "tail"));
    pare_buf_wipe(&buf);
    assert_null(buf.ptr);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.ceiling, 1 << 20);
}

static void a_buffer_fills_to_its_ceiling_and_then_sticks(void **state)
{
    (void)state;
    for (size_t ceiling = 0; ceiling < 300; ceiling++) {
        pare_buf buf;
        pare_buf_init(&buf, ceiling);
        for (size_t i = 0; i < ceiling; i++) {
            pare_buf_append_byte(&buf, 'x');
            assert_true(buf.cap <= ceiling);
        }
        assert_int_equal(buf.status, PARE_OK);
        assert_int_equal(buf.len, ceiling);
        pare_buf_append_byte(&buf, 'y');
        assert_int_equal(buf.status, PARE_E_LIMIT);
        assert_int_equal(buf.len, ceiling);
        pare_buf_clear(&buf);
    }
}

static void after_a_failure_nothing_is_appended(void **state)
{
    (void)state;
    pare_buf buf;
    pare_buf_init(&buf, 10);
    pare_buf_append_text(&buf, "12345");
    pare_buf_append_text(&buf, "123456"); /* one too many: none of it */
    assert_int_equal(buf.status, PARE_E_LIMIT);
    pare_buf_append_text(&buf, "1"); /* would fit */
    pare_buf_append_byte(&buf, '1');
    pare_buf_printf(&buf, "%d", 1);
    assert_false(pare_buf_reserve(&buf, 1));
    assert_true(pare_span_is(pare_buf_span(&buf), "12345"));
    pare_buf_reset(&buf);
    pare_buf_append_text(&buf, "1234567890");
    assert_int_equal(buf.status, PARE_OK);
    assert_int_equal(buf.len, 10);
    pare_buf_clear(&buf);
}

static void sizes_that_would_wrap_are_refused(void **state)
{
    (void)state;
    pare_buf buf;
    pare_buf_init(&buf, SIZE_MAX);
    pare_buf_append_text(&buf, "x");
    assert_false(pare_buf_reserve(&buf, SIZE_MAX));
    assert_int_equal(buf.status, PARE_E_LIMIT);
    assert_int_equal(buf.len, 1);
    pare_buf_reset(&buf);
    assert_false(pare_buf_reserve(&buf, SIZE_MAX / 2)); /* allowed by the ceiling, not by the memory */
    assert_int_equal(buf.status, PARE_E_NOMEM);
    pare_buf_clear(&buf);
}

static void printing_reaches_the_ceiling_exactly(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    for (size_t len = 500; len < sizeof text; len += 499) {
        pare_buf buf;
        pare_buf_init(&buf, len);
        pare_buf_printf(&buf, "%.*s", (int)len, text);
        assert_int_equal(buf.status, PARE_OK);
        assert_int_equal(buf.len, len);
        assert_memory_equal(buf.ptr, text, len);
        pare_buf_clear(&buf);
        pare_buf_printf(&buf, "%.*s!", (int)len, text);
        assert_int_equal(buf.status, PARE_E_LIMIT);
        assert_int_equal(buf.len, 0);
        pare_buf_clear(&buf);
    }
}

static void an_arena_gives_zeroed_aligned_separate_memory(void **state)
{
    (void)state;
    enum { PIECES = 5000 };
    static unsigned char *pieces[PIECES];
    pare_arena arena;
    pare_arena_init(&arena, 64 << 20);
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = i % 700;
        pieces[i] = pare_arena_alloc(&arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < size; j++) {
            assert_int_equal(pieces[i][j], 0);
        }
        memset(pieces[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t j = 0; j < i % 700; j++) {
            assert_int_equal(pieces[i][j], i % 255 + 1);
        }
    }
    pare_arena_clear(&arena);
    assert_int_equal(arena.total, 0);
    assert_non_null(pare_arena_alloc(&arena, 1)); /* usable again */
    pare_arena_clear(&arena);
}

static void an_arena_stops_at_its_ceiling(void **state)
{
    (void)state;
    pare_arena arena;
    pare_arena_init(&arena, 1 << 16);
    size_t given = 0;
    while (pare_arena_alloc(&arena, 1000) != NULL) {
        given += 1000;
    }
    assert_in_range(given, (1 << 16) * 9 / 10, 1 << 16);
    assert_null(pare_arena_alloc(&arena, 1000));
    pare_arena_clear(&arena);
    assert_null(pare_arena_alloc(&arena, (1 << 16) + 1));
    assert_non_null(pare_arena_alloc(&arena, 1 << 16));
    pare_arena_clear(&arena);
}

static void an_arena_checks_its_sums_and_products(void **state)
{
    (void)state;
    pare_arena arena;
    pare_arena_init(&arena, SIZE_MAX);
    assert_null(pare_arena_alloc(&arena, SIZE_MAX));
    assert_null(pare_arena_alloc(&arena, SIZE_MAX - 40));
    assert_null(pare_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(pare_arena_array(&arena, SIZE_MAX / 4 + 2, 4)); /* wraps to 4 */
    assert_non_null(pare_arena_array(&arena, 3, 7));
    assert_non_null(pare_arena_array(&arena, 0, 7));
    pare_span endless = {(const unsigned char *)"", SIZE_MAX};
    assert_null(pare_arena_copy(&arena, endless).ptr);
    pare_arena_clear(&arena);
}

static void an_arena_copies_and_formats(void **state)
{
    (void)state;
    pare_arena arena;
    pare_arena_init(&arena, 1 << 20);
    char source[] = "abcdef";
    pare_span copy = pare_arena_copy(&arena, pare_span_from(source, 3));
    pare_span empty = pare_arena_copy(&arena, pare_span_from(NULL, 0));
    source[0] = 'X';
    assert_int_equal(copy.len, 3);
    assert_string_equal((const char *)copy.ptr, "abc");
    assert_int_equal(empty.len, 0);
    assert_non_null(empty.ptr);
    assert_int_equal(empty.ptr[0], 0);
    assert_string_equal(pare_arena_printf(&arena, "%s-%05d", "x", 42), "x-00042");
    char *wide = pare_arena_printf(&arena, "%9000d", 7);
    assert_non_null(wide);
    assert_int_equal(strlen(wide), 9000);
    pare_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_keeps_what_was_appended),
        cmocka_unit_test(a_buffer_fills_to_its_ceiling_and_then_sticks),
        cmocka_unit_test(after_a_failure_nothing_is_appended),
        cmocka_unit_test(sizes_that_would_wrap_are_refused),
        cmocka_unit_test(printing_reaches_the_ceiling_exactly),
        cmocka_unit_test(an_arena_gives_zeroed_aligned_separate_memory),
        cmocka_unit_test(an_arena_stops_at_its_ceiling),
        cmocka_unit_test(an_arena_checks_its_sums_and_products),
        cmocka_unit_test(an_arena_copies_and_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
