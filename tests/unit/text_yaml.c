/*
 * The YAML subset: what the tree holds and where it says that it stands. What is refused has cases in
 * tests/cases/bad-policies; here are the limits, and what a document can't be too large for.
 */
#include "rules/base/span.h"
#include "rules/text/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct document {
    pare_arena arena;
    pare_diagnostics findings;
    const pare_node *root;
} document;

static void read_span(document *d, pare_span text)
{
    pare_arena_init(&d->arena, 64 << 20);
    pare_diagnostics_init(&d->findings);
    pare_diagnostics_document(&d->findings, "test.yaml", text);
    d->root = pare_yaml_read(text, &d->arena, &d->findings);
}

static void read_text(document *d, const char *text)
{
    read_span(d, pare_span_of(text));
}

static void done(document *d)
{
    pare_diagnostics_clear(&d->findings);
    pare_arena_clear(&d->arena);
}

static void assert_text(const pare_node *node, const char *expected)
{
    assert_non_null(node);
    assert_int_equal(node->kind, PARE_NODE_SCALAR);
    assert_string_equal((const char *)node->text.ptr, expected); /* the NUL stands there */
    assert_int_equal(node->text.len, strlen(expected));
}

static void assert_place(pare_place place, uint32_t line, uint32_t column, uint32_t length)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
    assert_int_equal(place.length, length);
}

static void every_scalar_is_text(void **state)
{
    (void)state;
    document d;
    read_text(&d,
              "a: no\nb: 1.10\nc: ~\nd: 0123\ne: 2001-01-01\nf:\ng: \"\\u00e9\\t\"\nh: 'it''s'\ni: |\n  one\n  two\n");
    assert_text(pare_node_get(d.root, "a"), "no");
    assert_text(pare_node_get(d.root, "b"), "1.10");
    assert_text(pare_node_get(d.root, "c"), "~");
    assert_text(pare_node_get(d.root, "d"), "0123");
    assert_text(pare_node_get(d.root, "e"), "2001-01-01");
    assert_text(pare_node_get(d.root, "f"), "");
    assert_text(pare_node_get(d.root, "g"), "\xC3\xA9\t");
    assert_text(pare_node_get(d.root, "h"), "it's");
    assert_text(pare_node_get(d.root, "i"), "one\ntwo\n");
    assert_true(pare_node_get(d.root, "a")->plain);
    assert_false(pare_node_get(d.root, "g")->plain);
    assert_null(pare_node_get(d.root, "j"));
    assert_null(pare_node_get(pare_node_get(d.root, "a"), "a"));
    done(&d);
}

static void places_count_characters_from_one(void **state)
{
    (void)state;
    document d;
    read_text(&d, "\xEF\xBB\xBF\xC3\xA9t\xC3\xA9: [n\xC3\xB6, 'q r']\nmap:\n  key: {x: y}\n");
    assert_place(d.root->place, 1, 1, 1);
    const pare_node *list = d.root->pairs[0].value;
    assert_place(d.root->pairs[0].key->place, 1, 1, 3);
    assert_place(list->place, 1, 6, 1);
    assert_place(list->items[0]->place, 1, 7, 2);
    assert_place(list->items[1]->place, 1, 11, 5);
    const pare_node *map = pare_node_get(d.root, "map");
    assert_place(map->place, 3, 3, 1);
    assert_place(pare_node_get(map, "key")->place, 3, 8, 1);
    done(&d);
}

static void lists_and_maps_keep_their_order(void **state)
{
    (void)state;
    document d;
    read_text(&d, "{\"z\": [1, [], {}, [2, 3]], \"a\": {\"y\": {}, \"b\": []}}"); /* JSON is YAML */
    assert_int_equal(d.root->n, 2);
    assert_text(d.root->pairs[0].key, "z");
    const pare_node *z = pare_node_get(d.root, "z");
    assert_int_equal(z->n, 4);
    assert_text(z->items[0], "1");
    assert_int_equal(z->items[1]->kind, PARE_NODE_LIST);
    assert_int_equal(z->items[2]->kind, PARE_NODE_MAP);
    assert_text(z->items[3]->items[1], "3");
    assert_text(pare_node_get(d.root, "a")->pairs[0].key, "y");
    done(&d);
}

static void duplicate_keys_are_found_among_many(void **state)
{
    (void)state;
    pare_buf text;
    pare_buf_init(&text, 1 << 20);
    for (int i = 0; i < 20000; i++) {
        pare_buf_printf(&text, "k%d: v\n", i);
    }
    pare_buf_append_text(&text, "k777: w\n");
    document d;
    read_span(&d, pare_buf_span(&text));
    assert_null(d.root);
    assert_int_equal(d.findings.n_errors, 1);
    assert_int_equal(d.findings.first->code, PR008);
    assert_int_equal(d.findings.first->place.line, 20001);
    assert_non_null(strstr(d.findings.first->help, "line 778"));
    done(&d);
    pare_buf_clear(&text);
}

/* A document of `n` bytes: one text. */
static void read_sized(document *d, size_t n)
{
    unsigned char *bytes = malloc(n);
    assert_non_null(bytes);
    memset(bytes, 'x', n);
    bytes[0] = '"';
    bytes[n - 1] = '"';
    read_span(d, pare_span_from(bytes, n));
    free(bytes);
}

static void a_document_has_at_most_one_mebibyte(void **state)
{
    (void)state;
    document d;
    read_sized(&d, 1 << 20);
    assert_non_null(d.root);
    done(&d);
    read_sized(&d, (1 << 20) + 1);
    assert_null(d.root);
    assert_int_equal(d.findings.first->code, PR002);
    done(&d);
}

static void nesting_ends_at_32(void **state)
{
    (void)state;
    char text[80] = {0};
    document d;
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    read_text(&d, text);
    assert_non_null(d.root);
    done(&d);
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    read_text(&d, text);
    assert_null(d.root);
    assert_int_equal(d.findings.first->code, PR003);
    done(&d);
}

static void parts_end_at_100000(void **state)
{
    (void)state;
    pare_buf text;
    pare_buf_init(&text, 1 << 20);
    pare_buf_append_byte(&text, '[');
    for (int i = 0; i < 100000; i++) {
        pare_buf_append_text(&text, "x,");
    }
    document d;
    pare_buf_append_byte(&text, ']');
    read_span(&d, pare_buf_span(&text)); /* with the list itself one more than is allowed */
    assert_null(d.root);
    assert_int_equal(d.findings.n_errors, 1);
    assert_int_equal(d.findings.first->code, PR013);
    done(&d);
    pare_buf_clear(&text);
}

static void an_earlier_error_does_not_spoil_a_later_document(void **state)
{
    (void)state;
    document d;
    read_text(&d, "a: &x b");
    assert_null(d.root);
    pare_span second = pare_span_of("a: b");
    pare_diagnostics_document(&d.findings, "second.yaml", second);
    const pare_node *root = pare_yaml_read(second, &d.arena, &d.findings);
    assert_text(pare_node_get(root, "a"), "b");
    done(&d);
}

static void memory_that_runs_out_is_no_finding(void **state)
{
    (void)state;
    document d;
    pare_span text = pare_span_of("a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\nb: c\n");
    for (size_t ceiling = 1; ceiling < 400; ceiling += 20) {
        pare_arena_init(&d.arena, ceiling);
        pare_diagnostics_init(&d.findings);
        assert_null(pare_yaml_read(text, &d.arena, &d.findings));
        assert_true(d.findings.out_of_memory);
        assert_int_equal(d.findings.n_errors, 0);
        done(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_is_text),
        cmocka_unit_test(places_count_characters_from_one),
        cmocka_unit_test(lists_and_maps_keep_their_order),
        cmocka_unit_test(duplicate_keys_are_found_among_many),
        cmocka_unit_test(a_document_has_at_most_one_mebibyte),
        cmocka_unit_test(nesting_ends_at_32),
        cmocka_unit_test(parts_end_at_100000),
        cmocka_unit_test(an_earlier_error_does_not_spoil_a_later_document),
        cmocka_unit_test(memory_that_runs_out_is_no_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
