/*
 * The packs that ship: each is read without a finding, which means that every example under `matches` is found as its
 * pack says and nothing is found in any under `rejects`. And what is wrong with a pack is said with a code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/base/span.h"
#include "rules/detect/pack.h"

typedef struct fixture {
    pare_arena arena;
    pare_diagnostics findings;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return -1;
    }
    pare_arena_init(&f->arena, 64 << 20);
    pare_diagnostics_init(&f->findings);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    pare_arena_clear(&f->arena);
    pare_diagnostics_clear(&f->findings);
    free(f);
    return 0;
}

static pare_pack *read_pack(fixture *f, const char *name, pare_span document)
{
    pare_reading reading = {&f->arena, &f->findings};
    return pare_pack_read(document, name, &reading);
}

static void shipped_packs_are_sound(void **state)
{
    fixture *f = *state;
    size_t n_packs = 0;
    for (const pare_shipped_pack *shipped = pare_shipped_packs; shipped->name != NULL; shipped++, n_packs++) {
        pare_pack *pack = read_pack(f, shipped->name, pare_span_from(shipped->bytes, shipped->len));
        pare_buf text;
        pare_buf_init(&text, 1 << 20);
        pare_diagnostics_render(&f->findings, false, &text);
        if (text.len > 0) {
            print_message("%.*s\n", (int)text.len, (const char *)text.ptr);
        }
        pare_buf_clear(&text);
        assert_non_null(pack);
        assert_int_equal(f->findings.n_errors, 0);
        assert_string_equal(pack->name, shipped->name);
        for (size_t i = 0; i < pack->n_detectors; i++) {
            assert_true(pack->detectors[i].n_matches >= 1);
            assert_true(pack->detectors[i].n_rejects >= 1);
            assert_true(pare_shipped_pack_mentions(shipped, pare_span_of(pack->detectors[i].name)));
            assert_true(pack->detectors[i].group == NULL ||
                        pare_shipped_pack_mentions(shipped, pare_span_of(pack->detectors[i].group)));
        }
        assert_true(pare_shipped_pack_mentions(shipped, pare_span_of(pack->name)));
        pare_pack_release(pack);
    }
    assert_true(n_packs >= 3);
}

static void a_pack_is_glanced_at_for_names(void **state)
{
    (void)state;
    static const unsigned char text[] = "pack: cards\ndetectors:\n  card_x: {}\n  xcard:\n    group: plastic\n"
                                        "    title: Card of an iban: 1\n  bank: {}\n    group: money";
    const pare_shipped_pack pack = {"cards", text, sizeof text - 1};
    static const char *const there[] = {"pack", "cards", "card_x", "xcard", "plastic", "bank", "money", "iban"};
    static const char *const not_there[] = {"card",  "x",      "iba",  "ban",  "d", "",
                                            "ibans", "cards_", "Card", "mone", "of"};
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) { /* too many are no matter: `iban` is none */
        assert_true(pare_shipped_pack_mentions(&pack, pare_span_of(there[i])));
    }
    for (size_t i = 0; i < sizeof not_there / sizeof not_there[0]; i++) {
        assert_false(pare_shipped_pack_mentions(&pack, pare_span_of(not_there[i])));
    }
}

static void names_stand_for_detectors_groups_and_packs(void **state)
{
    fixture *f = *state;
    enum { MAX_PACKS = 64 };
    pare_pack *packs[MAX_PACKS];
    const pare_pack *known[MAX_PACKS];
    size_t n = 0;
    for (const pare_shipped_pack *shipped = pare_shipped_packs; shipped->name != NULL; shipped++, n++) {
        assert_true(n < MAX_PACKS);
        packs[n] = read_pack(f, shipped->name, pare_span_from(shipped->bytes, shipped->len));
        assert_non_null(packs[n]);
        known[n] = packs[n];
    }
    const pare_detector *found[16];
    assert_int_equal(pare_packs_find(known, n, pare_span_of("ip"), found, 16), 2);
    assert_string_equal(pare_detector_name(found[0]), "ipv4");
    assert_string_equal(pare_detector_name(found[1]), "ipv6");
    assert_int_equal(pare_packs_find(known, n, pare_span_of("payment"), found, 16), 2);
    assert_int_equal(pare_packs_find(known, n, pare_span_of("ssn"), found, 16), 1);
    assert_string_equal(found[0]->pack, "us");
    assert_int_equal(pare_packs_find(known, n, pare_span_of("nothing"), found, 16), 0);
    for (size_t i = 0; i < n; i++) {
        pare_pack_release(packs[i]);
    }
}

static void what_is_not_asked_for_is_not_compiled(void **state)
{
    static const char document[] = "pack: mine\nversion: 1\ndetectors:\n"
                                   "  one: {title: t, category: user, pattern: '1', matches: ['1']}\n"
                                   "  two: {title: t, category: user, pattern: '2', matches: ['2'], context: [near]}\n"
                                   "  bad: {title: t, category: user, pattern: '(', matches: ['3']}\n";
    fixture *f = *state;
    pare_reading reading = {&f->arena, &f->findings};
    pare_pack *pack = pare_pack_open(pare_span_of(document), "mine.yaml", &reading);
    assert_non_null(pack);
    assert_int_equal(f->findings.n_errors, 0);
    const pare_detector *one = &pack->detectors[0], *two = &pack->detectors[1], *bad = &pack->detectors[2];
    assert_null(one->patterns[0]->regex);
    assert_non_null(pare_detector_set_build(&f->arena, &one, 1));
    const pare_regex *regex = one->patterns[0]->regex;
    assert_non_null(regex);
    assert_non_null(pare_detector_set_build(&f->arena, &one, 1)); /* once is enough */
    assert_ptr_equal(one->patterns[0]->regex, regex);
    assert_true(two->patterns[0]->regex == NULL && two->contexts[0].expression->regex == NULL);
    assert_null(pare_detector_set_build(&f->arena, &bad, 1));
    assert_false(pare_detector_compile(bad, &f->findings));
    assert_int_equal(f->findings.first->code, PR082);
    pare_pack_release(pack);
    assert_null(one->patterns[0]->regex);
}

/** A pack of one detector with `body`, and the code of the first finding about it. */
static void expect_code(fixture *f, const char *body, pare_code code)
{
    char document[2000];
    int len = snprintf(
        document, sizeof document,
        "pack: mine\nversion: 1\ndetectors:\n  badge:\n    title: Badge\n    category: user.unique_id\n%s", body);
    pare_diagnostics_clear(&f->findings);
    pare_diagnostics_init(&f->findings);
    assert_true(len > 0 && (size_t)len < sizeof document);
    assert_null(read_pack(f, "mine.yaml", pare_span_from(document, (size_t)len)));
    assert_non_null(f->findings.first);
    if (f->findings.first->code != code) {
        print_message("%s\n", f->findings.first->message);
    }
    assert_int_equal(f->findings.first->code, code);
}

static void faults_have_codes(void **state)
{
    fixture *f = *state;
    expect_code(f, "    matches: [B-1]\n", PR080);
    expect_code(f, "    pattern: B\n    matches: []\n", PR080);
    expect_code(f, "    patterns: [a, b, c, d, e, f, g, h, i]\n    matches: [a]\n", PR080);
    expect_code(
        f, "    pattern: B\n    announced: {behind: no, patterns: ['\\d']}\n    matches: [B, 'no<<1>>', 'yes<<1>>']\n",
        PR083);
    expect_code(f, "    pattern: B\n    announced: {behind: 'no(', patterns: ['\\d']}\n    matches: [B]\n", PR082);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {pattern: 'C'}\n", PR083);
    expect_code(f, "    pattern: B\n    validators: [lunh]\n    matches: [B]\n", PR081);
    expect_code(f, "    pattern: 'B-('\n    matches: [B-1]\n", PR082);
    expect_code(f, "    pattern: 'B\\C'\n    matches: [B-1]\n", PR082);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-x]\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-12]\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: ['<<B-1>>2', 'a <<B->>1']\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    rejects: [AB-1]\n", PR084);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {digits: 2}\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {bytes: '+'}\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {sequences: ['1-']}\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {sequences: ['xyz']}\n", PR085);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    context: [badge]\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {start: number}\n", PR085);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {start: word}\n", PR085);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {run: 1, start: number}\n", PR083);
    expect_code(f, "    pattern: 'B \\d-'\n    matches: [B 1-]\n    needs: {bytes: '-', start: word}\n", PR083);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {bytes: '-', start: sequence}\n", PR085);
    expect_code(f, "    pattern: 'B-\\d'\n    matches: [B-1]\n    needs: {sequences: ['-1'], start: sequence}\n",
                PR083);
    expect_code(f, "    announced: {behind: 'no', words: [yes], patterns: ['\\d']}\n    matches: ['no<<1>>']\n", PR083);
    expect_code(f, "    announced: {behind: 'no', words: [n], patterns: ['\\d']}\n    matches: ['no<<1>>']\n", PR085);
    expect_code(f, "    alone: 'B-\\d'\n    matches: ['a <<B-1>>']\n", PR083);
    expect_code(f, "    alone: 'B-\\d'\n    matches: ['B-1']\n    rejects: [' B-1']\n", PR084);
}

static void parts_stand_for_pieces(void **state)
{
    static const char document[] = "pack: mine\n"
                                   "version: 1\n"
                                   "parts: {digit: '[0-9]', pair: '{{digit}}{{digit}}'}\n"
                                   "detectors:\n"
                                   "  badge:\n"
                                   "    title: Badge\n"
                                   "    category: user.unique_id\n"
                                   "    pattern: 'B{{pair}}{{digit}}{2}(?!{{digit}})'\n"
                                   "    matches: [B1234]\n"
                                   "    rejects: [B123, B12345]\n";
    static const char circle[] = "pack: mine\nversion: 1\nparts: {a: '{{b}}', b: '{{a}}'}\ndetectors:\n  badge:\n"
                                 "    {title: Badge, category: user.unique_id, pattern: '{{a}}', matches: [a]}\n";
    fixture *f = *state;
    pare_pack *pack = read_pack(f, "mine.yaml", pare_span_of(document));
    assert_non_null(pack);
    pare_pack_release(pack);
    assert_null(read_pack(f, "circle.yaml", pare_span_of(circle)));
    assert_int_equal(f->findings.first->code, PR080);
    expect_code(f, "    pattern: 'B{{nothing}}'\n    matches: [B]\n", PR080);
}

/* The example in docs/DETECTORS.md is a pack that loads. */
static void the_documented_pack_loads(void **state)
{
    fixture *f = *state;
    static char page[1 << 16];
    FILE *file = fopen(PARE_SOURCE_DIR "/docs/DETECTORS.md", "rb");
    if (file == NULL) {
        skip();
    }
    size_t len = fread(page, 1, sizeof page - 1, file);
    (void)fclose(file);
    page[len] = '\0';
    char *from = strstr(page, "```yaml\npack: staff");
    assert_non_null(from);
    from += strlen("```yaml\n");
    char *to = strstr(from, "```");
    assert_non_null(to);
    pare_pack *pack = read_pack(f, "DETECTORS.md", pare_span_from(from, (size_t)(to - from)));
    if (pack == NULL && f->findings.first != NULL) {
        print_message("%s\n", f->findings.first->message);
    }
    assert_non_null(pack);
    assert_string_equal(pack->name, "staff");
    pare_pack_release(pack);
}

static void a_context_word_must_be_near(void **state)
{
    static const char document[] = "pack: mine\n"
                                   "version: 1\n"
                                   "detectors:\n"
                                   "  badge:\n"
                                   "    title: Badge\n"
                                   "    category: user.unique_id\n"
                                   "    pattern: '\\d{4}'\n"
                                   "    context: [badge, 'ID no.']\n"
                                   "    context_window: 12\n"
                                   "    matches:\n"
                                   "      - 'badge <<1234>>'\n"
                                   "      - '<<1234>> is my Badge'\n"
                                   "      - 'ID no. <<1234>>'\n"
                                   "      - 'id no. ü <<1234>>'\n"
                                   "    rejects:\n"
                                   "      - 'badges 1234'\n"
                                   "      - 'number 1234'\n"
                                   "      - 'badge of the company: 1234'\n"
                                   "      - '1234 is on the new badge'\n";
    fixture *f = *state;
    pare_pack *pack = read_pack(f, "mine.yaml", pare_span_of(document));
    assert_non_null(pack);
    pare_pack_release(pack);
    pare_pack_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shipped_packs_are_sound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pack_is_glanced_at_for_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_stand_for_detectors_groups_and_packs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_asked_for_is_not_compiled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_have_codes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_documented_pack_loads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parts_stand_for_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_context_word_must_be_near, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
