/*
 * Properties that hold for every value, tried on seeded random text of nasty characters: what a step released is
 * well-formed UTF-8, a form applied twice is applied once, nothing leaves behind an error, and a prepared step answers
 * the same every time.
 */
#include "tests/unit/step_rig.h"

enum { ROUNDS = 3000, LONGEST = 40 };

/* splitmix64 (public domain, Vigna): small, seeded, the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Characters that change their length or their neighbours when mapped, and plain ones. */
static const uint32_t nasty[] = {
    'a',    'Z',    '0',    '9',     ' ',     '-',     '.',    '@',    '+',    '(',    ')',    '\t',   '\n',   0x85,
    0xA0,   0xDF,   0x130,  0x131,   0x149,   0x1F0,   0x301,  0x307,  0x345,  0x390,  0x3A3,  0x3C2,  0x587,  0x661,
    0x966,  0x1E9E, 0x1F52, 0x1FB7,  0x2028,  0x200B,  0x2126, 0x212B, 0x3000, 0xAC00, 0x1100, 0x1161, 0xFB03, 0xFDFA,
    0xFF11, 0xFF21, 0xFF0B, 0x10400, 0x1D15F, 0x1F600, 0xE9,   0x65,   'i',    'I',    0x3A9};

static pare_span random_value(uint64_t *state, unsigned char *out)
{
    size_t characters = next_random(state) % LONGEST, len = 0;
    bool ascii = next_random(state) % 2 == 0;
    for (size_t i = 0; i < characters; i++) {
        uint32_t character = ascii ? (uint32_t)(0x20 + next_random(state) % 0x5F)
                                   : nasty[next_random(state) % (sizeof nasty / sizeof nasty[0])];
        len += pare_utf8_encode(character, out + len);
    }
    return pare_span_from(out, len);
}

/* Apply `yaml` to random values; `twice`: the result must not change when it is applied again. */
static void try_values(const char *yaml, bool twice)
{
    rig *r = rig_new();
    rig_build(r, yaml);
    assert_true(r->built);
    uint64_t state = 2026;
    for (size_t round = 0; round < ROUNDS; round++) {
        unsigned char bytes[LONGEST * 4], first[LONGEST * 64];
        pare_span value = random_value(&state, bytes), result = {0}, again = {0};
        pare_outcome outcome = rig_apply(r, value, &result);
        if (outcome != PARE_SAME && outcome != PARE_RELEASE) {
            continue;
        }
        assert_true(pare_utf8_valid(result));
        assert_true(result.len <= sizeof first);
        memcpy(first, result.ptr, result.len);
        size_t len = result.len;
        if (twice) {
            pare_outcome second = rig_apply(r, pare_span_from(first, len), &again);
            if ((second != PARE_SAME && second != PARE_RELEASE) ||
                !pare_span_equal(again, pare_span_from(first, len))) {
                fail_msg("%s, round %zu: applied twice it gives another text", yaml, round);
            }
        }
        assert_int_equal(rig_apply(r, value, &again), outcome);
        assert_int_equal(again.len, len);
        assert_memory_equal(again.ptr, first, len);
    }
    rig_free(r);
}

static void forms_are_idempotent(void **state)
{
    (void)state;
    try_values("do: {normalize: trim}", true);
    try_values("do: {normalize: lower}", true);
    try_values("do: {normalize: nfc}", true);
    try_values("do: {normalize: nfkc}", true);
    try_values("do: {normalize: digits}", true);
    try_values("do: {normalize: collapse_space}", true);
    try_values("do: {normalize: email-1}", true);
}

static void cuts_are_idempotent(void **state)
{
    (void)state;
    try_values("do: {truncate: 7}", true);
    try_values("do: {generalize: {prefix: 5}}", true);
    try_values("do: {suppress: text}", true);
    try_values("do: {extract: '^[a-z]+'}", true);
}

static void masks_hold(void **state)
{
    (void)state;
    try_values("do: {mask: {keep_last: 4}}", true);
    try_values("do: {mask: {keep_first: 3, keep_last: 2, char: \"\\U0001F600\"}}", true);
    try_values("do: {mask: {keep_last: 4, skip: separators, char: x}}", true);
    try_values("do: {mask: {keep_last: 4, skip: separators}}",
               false); /* `*` is a separator: a second pass counts anew */
}

static void others_hold(void **state)
{
    (void)state;
    try_values("do: {normalize: upper}", false);
    try_values("do: {normalize: [nfkc, upper, trim]}", false);
    try_values("do: {normalize: phone-1}", false);
    try_values("do: {pseudonymize: {normalize: [trim, lower], prefix: p_}}", false);
    try_values("do: [{normalize: upper}, {mask: {keep_first: 1}}, {truncate: 3}]", false);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* No two of many values share a token. */
static void tokens_differ(void **state)
{
    (void)state;
    enum { N = 2000 };
    rig *r = rig_new();
    rig_build(r, "do: {pseudonymize: {bits: 80, encoding: hex}}");
    char(*tokens)[21] = calloc(N, sizeof *tokens);
    assert_non_null(tokens);
    for (size_t i = 0; i < N; i++) {
        char value[16];
        snprintf(value, sizeof value, "%zu", i);
        pare_span token;
        assert_int_equal(rig_apply(r, pare_span_of(value), &token), PARE_RELEASE);
        assert_int_equal(token.len, 20);
        assert_int_equal(pare_token_width(&r->steps[0]), 20);
        memcpy(tokens[i], token.ptr, 20);
    }
    qsort(tokens, N, sizeof *tokens, by_text);
    for (size_t i = 1; i < N; i++) {
        assert_string_not_equal(tokens[i - 1], tokens[i]);
    }
    free(tokens);
    rig_free(r);
}

/* The halves of a token, as a worker calls them to compute many at once, give what the whole gives. */
static void token_halves_agree(void **state)
{
    (void)state;
    rig *r = rig_new();
    rig_build(r, "do: {pseudonymize: {normalize: [trim, lower], prefix: p_, bits: 136, encoding: base64url}}");
    const pare_step *step = &r->steps[0];
    static const char *const values[] = {"Ann@Example.org", "ann@example.org", " x ", "\xC3\x84", NULL};
    for (size_t i = 0; values[i] != NULL; i++) {
        pare_span whole, value = pare_span_of(values[i]);
        assert_int_equal(rig_apply(r, value, &whole), PARE_RELEASE);
        pare_buf normal;
        pare_buf_init(&normal, 1024);
        pare_outcome outcome = pare_token_normalize(step, &r->scratch, value, &normal);
        assert_true(outcome == PARE_SAME ? normal.len == 0 : outcome == PARE_RELEASE);
        unsigned char mac[PARE_SHA256_BYTES], token[64];
        pare_hmac(&r->keys[0], outcome == PARE_SAME ? value : pare_buf_span(&normal), mac);
        pare_token_write(step, mac, token);
        assert_int_equal(pare_token_width(step), whole.len);
        assert_memory_equal(token, whole.ptr, whole.len);
        pare_buf_clear(&normal);
    }
    rig_free(r);
}

/* More hits than a worker has room for, and no room for what stands between two forms: withheld. */
static void doubts_withhold(void **state)
{
    (void)state;
    enum { HITS = PARE_MAX_HITS + 1 };
    static const char address[] = "a@b.example ";
    pare_buf text;
    pare_buf_init(&text, (size_t)1 << 20);
    for (size_t i = 0; i < HITS; i++) {
        pare_buf_append_text(&text, address);
    }
    rig *r = rig_new();
    rig_build(r, "do: {redact: email}");
    pare_span result;
    assert_int_equal(rig_apply(r, pare_buf_span(&text), &result), PARE_WITHHOLD);
    text.len -= sizeof address - 1;
    assert_int_equal(rig_apply(r, pare_buf_span(&text), &result), PARE_RELEASE);
    assert_int_equal(result.len, PARE_MAX_HITS * strlen("[email] "));
    rig_free(r);
    pare_buf_clear(&text);

    static const char *const forms[] = {"lower", "upper", "nfc", "nfkc", "digits", "collapse_space", "phone-1"};
    static const char *const values[] = {"ABc  1 x", "\xC3\x84\xC3\xA4 \xCE\xA3"};
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        char yaml[64];
        snprintf(yaml, sizeof yaml, "do: {normalize: %s}", forms[form]);
        for (size_t i = 0; i < 2; i++) {
            r = rig_new();
            rig_build(r, yaml);
            r->scratch.temporary[0].ceiling = 3;
            pare_outcome outcome = rig_apply(r, pare_span_of(values[i]), &result);
            assert_true(outcome == PARE_WITHHOLD || outcome == PARE_SAME);
            rig_free(r);
        }
    }
}

/* However little memory there is, a step is built whole or refused. */
static void memory_may_run_out(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "do: {suppress: x}",
        "do: {truncate: 3}",
        "do: {mask: {keep_last: 3}}",
        "do: {normalize: [trim, email-1]}",
        "do: {replace: {map: {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10}}}",
        "do: {replace: {map_file: x.csv}}",
        "do: {extract: '(a)'}",
        "do: {pseudonymize: {normalize: [trim, lower]}}",
        "do: {generalize: {date: year, format: [\"%Y%m%d\", \"%d.%m.%Y\"]}}",
        "do: {generalize: {age: {width: 5}}}",
        "do: {generalize: {number: {bins: [1, 2, 3]}}}",
        "do: {generalize: {prefix: 3}}",
        "do: {generalize: {ip: {}}}",
        "do: {generalize: {geo: 1}}",
        "do: {generalize: {hierarchy: {file: x.csv, level: 1}}}",
        "do: {shift: {days: 30, by: id, format: [\"%Y%m%d\", \"%d.%m.%Y\"]}}",
        "do: {noise: {laplace: 2, by: id, min: 0, max: 10}}",
        "do: {round: 10}",
        "do: {redact: {find: [email, phone], with: \"<{type}>\"}}",
        "do: {redact: {find: email, echo: [a, b], mask: {keep_last: 2}}}",
        "do: {redact: {find: email, echo: [a, b], pseudonymize: {normalize: lower}}}",
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        bool built = false;
        size_t refused = 0;
        for (size_t spare = 0; spare < 40000 && !built; spare += spare < 1024 ? 8 : 512) {
            rig *r = rig_new();
            static const char *const row[] = {"old", "new"};
            r->table[0][0] = pare_span_of(row[0]);
            r->table[0][1] = pare_span_of(row[1]);
            r->table_widths[0] = 2;
            r->n_table = 1;
            r->spare_bytes = spare;
            rig_build(r, steps[i]);
            built = r->built;
            refused += !built;
            rig_free(r);
        }
        if (!built || refused == 0) {
            fail_msg("%s: built %d, refused %zu times", steps[i], built, refused);
        }
    }
}

enum { ALL_OWN = PARE_TRAIT_WRITES_OWN | PARE_TRAIT_CHANGES_ALL };

/* What steps declare: the plan relies on it. */
static void traits_are_declared(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        unsigned traits;
    } cases[] = {
        {"do: drop", PARE_TRAIT_DROPS_COLUMN},
        {"do: {truncate: 1}", 0},
        {"do: {pseudonymize: {}}", PARE_TRAIT_NEEDS_KEY | PARE_TRAIT_FIXED_WIDTH_TOKEN | ALL_OWN},
        {"do: {pseudonymize: {rotate: never}}", PARE_TRAIT_NEEDS_KEY | PARE_TRAIT_FIXED_WIDTH_TOKEN | ALL_OWN},
        {"do: {pseudonymize: {rotate: monthly}}",
         PARE_TRAIT_NEEDS_KEY | PARE_TRAIT_FIXED_WIDTH_TOKEN | PARE_TRAIT_DEPENDS_ON_DATE | ALL_OWN},
        {"do: {pseudonymize: {method: siv}}", PARE_TRAIT_NEEDS_KEY | ALL_OWN},
        {"do: {pseudonymize: {method: ip}}", PARE_TRAIT_NEEDS_KEY | ALL_OWN},
        {"do: {pseudonymize: {method: ff1}}", PARE_TRAIT_NEEDS_KEY | PARE_TRAIT_WRITES_OWN},
        {"do: {generalize: {age: {}}}", PARE_TRAIT_DEPENDS_ON_DATE | PARE_TRAIT_MAKES_PLAIN},
        {"do: {generalize: {date: year}}", PARE_TRAIT_MAKES_PLAIN},
        {"do: {generalize: {geo: 1}}", 0},
        {"do: {generalize: {ip: {}}}", ALL_OWN},
        {"do: {generalize: {hierarchy: {shipped: us-zip3-2000, level: 1}}}", ALL_OWN},
        {"do: {shift: {days: 30, by: id}}", PARE_TRAIT_NEEDS_KEY},
        {"do: {noise: {laplace: 2, by: id}}", PARE_TRAIT_NEEDS_KEY},
        {"do: {round: 10}", 0},
        {"do: {suppress: x}", ALL_OWN},
        {"do: {replace: {with: x}}", ALL_OWN},
        {"do: {replace: {map: {a: b}}}", PARE_TRAIT_WRITES_OWN},
        {"do: {replace: {map: {a: b}, otherwise: keep}}", PARE_TRAIT_WRITES_OWN},
        {"do: {mask: {keep_last: 4}}", 0},
        {"do: {redact: {find: [email]}}", 0},
        {"do: {extract: {regex: .}}", 0},
        {"do: {normalize: lower}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rig *r = rig_new();
        rig_build(r, cases[i].yaml);
        assert_true(r->built);
        assert_int_equal(r->steps[0].traits, cases[i].traits);
        rig_free(r);
    }
    rig *r = rig_new();
    rig_build(r, "do: {pseudonymize: {domain: people, rotate: yearly}}");
    assert_true(pare_span_is(r->steps[0].key_use.method, "hmac"));
    assert_true(pare_span_is(r->steps[0].key_use.domain, "people"));
    assert_int_equal(r->steps[0].key_use.rotate, PARE_ROTATE_YEARLY);
    rig_free(r);
}

/* All dates of a policy move alike unless it says otherwise; noise is each field's own. */
static void keys_are_shared_where_they_should_be(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *method, *domain;
    } cases[] = {
        {"do: {shift: {days: 30, by: id}}", "shift", "shift"},
        {"do: {shift: {days: 30, by: id, domain: visits}}", "shift", "visits"},
        {"do: {noise: {laplace: 2, by: id}}", "noise", "field"},
        {"do: {noise: {laplace: 2, by: id, domain: pay}}", "noise", "pay"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rig *r = rig_new();
        rig_build(r, cases[i].yaml);
        assert_true(r->built);
        const pare_step *step = &r->steps[0];
        assert_true(pare_span_is(step->key_use.method, cases[i].method));
        assert_true(pare_span_is(step->key_use.domain, cases[i].domain));
        assert_int_equal(step->key_use.rotate, PARE_ROTATE_NEVER);
        assert_int_equal(step->reads.names.n, 1);
        assert_true(pare_span_is(step->reads.names.items[0], "id"));
        rig_free(r);
    }
}

/* Numbers and coordinates as text, valid ones mostly. */
static pare_span random_number(uint64_t *state, unsigned char *out, unsigned limit)
{
    static const char *const signs[] = {"", "", "-", "+"};
    int len = snprintf((char *)out, LONGEST, "%s%u", signs[next_random(state) % 4],
                       (unsigned)(next_random(state) % (limit + 1)));
    if (next_random(state) % 4 != 0) {
        len += snprintf((char *)out + len, LONGEST / 2, ".%0*u", (int)(next_random(state) % 9 + 1),
                        (unsigned)(next_random(state) % 100000));
    }
    return pare_span_from(out, (size_t)len);
}

/* What lies on a grid stays there. */
static void grids_are_idempotent(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "do: {round: 10}",    "do: {round: 0.25}",          "do: {round: 7}",
        "do: {round: 0.003}", "do: {generalize: {geo: 0}}", "do: {generalize: {geo: 3}}"};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        rig *r = rig_new();
        rig_build(r, steps[i]);
        uint64_t seed = 4;
        for (size_t round = 0; round < ROUNDS; round++) {
            unsigned char bytes[2 * LONGEST], first[LONGEST * 2];
            pare_span result, again, value = random_number(&seed, bytes, 179);
            assert_int_equal(rig_apply(r, value, &result), PARE_RELEASE);
            assert_true(result.len <= sizeof first);
            memcpy(first, result.ptr, result.len);
            pare_span once = pare_span_from(first, result.len);
            assert_int_equal(rig_apply(r, once, &again), PARE_RELEASE);
            assert_true(pare_span_equal(again, once));
        }
        rig_free(r);
    }
}

static int64_t days_of(pare_span text)
{
    pare_moment moment;
    assert_true(pare_moment_read_iso(text, &moment));
    return pare_date_to_days(moment.date);
}

/* For every person: never by nothing, never too far, and by the same number whatever the date. */
static void shifts_keep_intervals(void **state)
{
    (void)state;
    static const char *const dates[] = {"1900-02-28", "1970-01-01T00:00:00Z", "2000-02-29 12:30", "2024-12-31"};
    static const unsigned limits[] = {1, 2, 30, 365};
    for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++) {
        char yaml[64], person[24];
        snprintf(yaml, sizeof yaml, "do: {shift: {days: %u, by: id}}", limits[l]);
        rig *r = rig_new();
        rig_build(r, yaml);
        bool seen[2] = {false, false}; /* back, forth */
        for (unsigned p = 0; p < 500; p++) {
            int64_t moved = 0;
            snprintf(person, sizeof person, "person %u", p);
            r->by = person;
            for (size_t d = 0; d < sizeof dates / sizeof dates[0]; d++) {
                pare_span value = pare_span_of(dates[d]), result;
                assert_int_equal(rig_apply(r, value, &result), PARE_RELEASE);
                assert_int_equal(result.len, value.len);
                assert_memory_equal(result.ptr + 10, value.ptr + 10, value.len - 10);
                int64_t by = days_of(result) - days_of(value);
                assert_true(by != 0 && by >= -(int64_t)limits[l] && by <= (int64_t)limits[l]);
                assert_true(d == 0 || by == moved);
                moved = by;
                seen[by > 0] = true;
            }
        }
        assert_true(seen[0] && seen[1]);
        rig_free(r);
    }
}

/* Arbitrary text is no date and no number, and neither is anything where the person is missing. */
static void arbitrary_text_does_not_pass(void **state)
{
    (void)state;
    try_values("do: {shift: {days: 30, by: id}}", false);
    try_values("do: {noise: {laplace: {scale: 3}}}", false);
    try_values("do: {round: 0.7}", true);
    try_values("do: {generalize: {geo: 2}}", true);
    try_values("do: {generalize: {hierarchy: {shipped: us-zip3-2000, level: 1}}}", true);
    static const char *const steps[] = {"do: {shift: {days: 30, by: id}}", "do: {noise: {laplace: 2, by: id}}"};
    static const char *const values[] = {"2024-01-31", "12.5"};
    static const char *const nobody[] = {NULL, "", "\"\"", "NULL", "\"NULL\""};
    for (size_t i = 0; i < 2; i++) {
        for (size_t n = 0; n < sizeof nobody / sizeof nobody[0]; n++) {
            rig *r = rig_new();
            rig_build(r, steps[i]);
            pare_span result;
            r->by = nobody[n];
            assert_int_equal(rig_apply(r, pare_span_of(values[i]), &result), PARE_WITHHOLD);
            r->by = "\"some\"\"body\"";
            assert_int_equal(rig_apply(r, pare_span_of(values[i]), &result), PARE_RELEASE);
            r->scratch.read_text.ceiling = 3; /* no room to unquote */
            pare_buf_clear(&r->scratch.read_text);
            assert_int_equal(rig_apply(r, pare_span_of(values[i]), &result), PARE_WITHHOLD);
            rig_free(r);
        }
    }
}

static void table_is_complete(void **state)
{
    (void)state;
    for (const pare_step_type *const *type = pare_step_types; *type != NULL; type++) {
        assert_ptr_equal(pare_step_find(pare_span_of((*type)->name)), *type);
        assert_non_null((*type)->build);
        assert_non_null((*type)->explain);
        assert_non_null((*type)->family);
        assert_true(strlen((*type)->summary) > 10);
    }
    assert_null(pare_step_find(pare_span_of("sha256")));
    assert_null(pare_step_find(pare_span_of("")));
    for (const char *const *later = pare_step_names_later; *later != NULL; later++) {
        assert_null(pare_step_find(pare_span_of(*later)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_idempotent),
        cmocka_unit_test(cuts_are_idempotent),
        cmocka_unit_test(masks_hold),
        cmocka_unit_test(others_hold),
        cmocka_unit_test(tokens_differ),
        cmocka_unit_test(token_halves_agree),
        cmocka_unit_test(traits_are_declared),
        cmocka_unit_test(table_is_complete),
        cmocka_unit_test(doubts_withhold),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(grids_are_idempotent),
        cmocka_unit_test(shifts_keep_intervals),
        cmocka_unit_test(arbitrary_text_does_not_pass),
        cmocka_unit_test(keys_are_shared_where_they_should_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
