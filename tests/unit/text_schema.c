/*
 * The walker by tables: each kind of value into its member, and what stays untouched where a value is refused. Decimal
 * numbers, which it reads, too.
 */
#include "rules/base/span.h"
#include "rules/text/decimal.h"
#include "rules/text/schema.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct target {
    pare_span text, name;
    pare_texts texts;
    uint32_t count;
    double number;
    bool flag;
    int choice;
    pare_choices choices;
    const pare_node *node;
} target;

static const char *const colours[] = {"red", "green", "blue", NULL};
static const pare_key_spec keys[] = {
    {.key = "text", .kind = PARE_KIND_TEXT, .offset = offsetof(target, text)},
    {.key = "name", .kind = PARE_KIND_NAME, .required = true, .offset = offsetof(target, name)},
    {.key = "texts", .kind = PARE_KIND_TEXTS, .offset = offsetof(target, texts)},
    {.key = "count", .kind = PARE_KIND_COUNT, .offset = offsetof(target, count), .min = 2, .max = 9},
    {.key = "number", .kind = PARE_KIND_NUMBER, .offset = offsetof(target, number), .min = 1},
    {.key = "flag", .kind = PARE_KIND_BOOL, .offset = offsetof(target, flag)},
    {.key = "choice", .kind = PARE_KIND_CHOICE, .offset = offsetof(target, choice), .choices = colours},
    {.key = "choices", .kind = PARE_KIND_CHOICES, .offset = offsetof(target, choices), .choices = colours},
    {.key = "node", .kind = PARE_KIND_NODE, .offset = offsetof(target, node)},
    {.key = "soon", .kind = PARE_KIND_NODE, .later = "wait"},
};
static const pare_schema schema = {"the thing", keys, sizeof keys / sizeof keys[0], NULL};
static const pare_schema short_schema = {"the thing", keys, sizeof keys / sizeof keys[0], "name"};

typedef struct reading {
    pare_arena arena;
    pare_diagnostics findings;
    target out;
    bool good;
} reading;

static void read_by(reading *r, const pare_schema *by, const char *text)
{
    pare_arena_init(&r->arena, 1 << 20);
    pare_diagnostics_init(&r->findings);
    pare_diagnostics_document(&r->findings, "t", pare_span_of(text));
    const pare_node *root = pare_yaml_read(pare_span_of(text), &r->arena, &r->findings);
    assert_non_null(root);
    memset(&r->out, 0, sizeof r->out);
    r->out.choice = 7;
    r->out.count = 5;
    pare_reading into = {&r->arena, &r->findings};
    r->good = pare_schema_read(by, root, root->place, &r->out, &into);
}

static void done(reading *r)
{
    pare_diagnostics_clear(&r->findings);
    pare_arena_clear(&r->arena);
}

static void each_kind_fills_its_member(void **state)
{
    (void)state;
    reading r;
    read_by(&r, &schema,
            "text: ''\nname: n\ntexts: [a, '']\ncount: 9\nnumber: 1.5\nflag: true\nchoice: green\n"
            "choices: [blue, red]\nnode: {x: y}\n");
    assert_true(r.good);
    assert_int_equal(r.out.text.len, 0);
    assert_true(pare_span_is(r.out.name, "n"));
    assert_int_equal(r.out.texts.n, 2);
    assert_int_equal(r.out.texts.places[1].column, 12);
    assert_int_equal(r.out.count, 9);
    assert_true(r.out.number == 1.5);
    assert_true(r.out.flag);
    assert_int_equal(r.out.choice, 1);
    assert_int_equal(r.out.choices.n, 2);
    assert_int_equal(r.out.choices.items[0], 2);
    assert_int_equal(r.out.choices.items[1], 0);
    assert_int_equal(r.out.node->kind, PARE_NODE_MAP);
    done(&r);
    read_by(&r, &schema, "name: n\ntexts: a\nchoices: red\n");
    assert_true(r.good);
    assert_int_equal(r.out.texts.n, 1);
    assert_int_equal(r.out.choices.n, 1);
    assert_int_equal(r.out.choice, 7); /* absent: as it was */
    done(&r);
}

static void what_is_refused_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        pare_code code;
    } cases[] = {
        {"text: [a]", PR023},   {"texts: {a: b}", PR023}, {"texts: [[a]]", PR023},
        {"count: 1", PR024},    {"count: 10", PR024},     {"count: 3.0", PR024},
        {"count: [3]", PR023},  {"number: 0.5", PR025},   {"number: 1e3", PR025},
        {"number: {}", PR023},  {"flag: yes", PR026},     {"flag: []", PR023},
        {"choice: Red", PR027}, {"choice: [red]", PR023}, {"choices: [red, mauve]", PR027},
        {"soon: 1", PR029},     {"nmae: x", PR021},       {"choices: [[red]]", PR023},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        reading r;
        target untouched = {.choice = 7, .count = 5};
        strcpy(text, "name: n\n");
        strcat(text, cases[i].line);
        read_by(&r, &schema, text);
        assert_false(r.good);
        assert_int_equal(r.findings.n_errors, 1);
        assert_int_equal(r.findings.first->code, cases[i].code);
        assert_int_equal(r.findings.first->place.line, 2);
        untouched.name = r.out.name;
        assert_memory_equal(&r.out, &untouched, sizeof untouched);
        done(&r);
    }
}

static void missing_and_empty_are_told_apart(void **state)
{
    (void)state;
    reading r;
    read_by(&r, &schema, "text: a");
    assert_false(r.good);
    assert_int_equal(r.findings.first->code, PR022);
    done(&r);
    read_by(&r, &schema, "name: ''");
    assert_false(r.good);
    assert_int_equal(r.findings.n_errors, 1);
    assert_int_equal(r.findings.first->code, PR028);
    done(&r);
    reading none;
    pare_arena_init(&none.arena, 1 << 20);
    pare_diagnostics_init(&none.findings);
    pare_reading into = {&none.arena, &none.findings};
    const pare_place where = {4, 2, 1};
    assert_false(pare_schema_read(&schema, NULL, where, &none.out, &into));
    assert_int_equal(none.findings.first->place.line, 4);
    done(&none);
}

static void a_shorthand_stands_for_its_key(void **state)
{
    (void)state;
    reading r;
    read_by(&r, &short_schema, "n");
    assert_true(r.good);
    assert_true(pare_span_is(r.out.name, "n"));
    done(&r);
    read_by(&r, &schema, "n");
    assert_false(r.good);
    assert_int_equal(r.findings.first->code, PR020);
    done(&r);
}

static void decimals_are_read_strictly_under_any_locale(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double number;
    } good[] = {{"0", 0},          {"-0.5", -0.5},  {"+7", 7},
                {"007.250", 7.25}, {"0.1", 0.1},    {"123456789.125", 123456789.125},
                {"0.001", 0.001},  {"99.99", 99.99}};
    static const char *const bad[] = {"",   "-",   ".5",  "5.",  "1e3", "0x10",  "inf",      "nan", " 1",
                                      "1 ", "1,5", "1_0", "--1", "+-1", "1.2.3", "\xD9\xA1", NULL};
    (void)setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed, strtod would want a comma */
    double number = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pare_decimal_read(pare_span_of(good[i].text), &number));
        assert_true(number == good[i].number);
    }
    for (size_t i = 0; bad[i] != NULL; i++) {
        assert_false(pare_decimal_read(pare_span_of(bad[i]), &number));
    }
    static const char *const ascending[] = {"-123456789012345678901234567890.2",
                                            "-123456789012345678901234567890.1",
                                            "-10",
                                            "-9.99",
                                            "-9",
                                            "-0.10000000000000000001",
                                            "-0.1",
                                            "0",
                                            "0.00000000000000000001",
                                            "0.1",
                                            "0.10000000000000000001",
                                            "9007199254740992",
                                            "9007199254740993",
                                            "10000000000000000000000000000000",
                                            NULL};
    int order = 7;
    for (size_t i = 0; ascending[i] != NULL; i++) {
        for (size_t j = 0; ascending[j] != NULL; j++) {
            assert_true(pare_decimal_compare(pare_span_of(ascending[i]), pare_span_of(ascending[j]), &order));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    static const char *const zeros[] = {"0", "-0", "+0", "00", "0.0", "-0.000", "+00.00", NULL};
    for (size_t i = 0; zeros[i] != NULL; i++) {
        assert_true(pare_decimal_compare(pare_span_of(zeros[i]), pare_span_of("0"), &order));
        assert_int_equal(order, 0);
    }
    assert_true(pare_decimal_compare(pare_span_of("+007.2500"), pare_span_of("7.25"), &order));
    assert_int_equal(order, 0);
    assert_false(pare_decimal_compare(pare_span_of("1e3"), pare_span_of("1"), &order));
    assert_false(pare_decimal_compare(pare_span_of("1"), pare_span_of(""), &order));
    uint32_t count = 0;
    assert_true(pare_count_read(pare_span_of("4294967295"), &count));
    assert_int_equal(count, UINT32_MAX);
    assert_false(pare_count_read(pare_span_of("4294967296"), &count));
    assert_false(pare_count_read(pare_span_of("+1"), &count));
    assert_false(pare_count_read(pare_span_of(""), &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_fills_its_member),
        cmocka_unit_test(what_is_refused_changes_nothing),
        cmocka_unit_test(missing_and_empty_are_told_apart),
        cmocka_unit_test(a_shorthand_stands_for_its_key),
        cmocka_unit_test(decimals_are_read_strictly_under_any_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
