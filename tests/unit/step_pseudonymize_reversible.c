/*
 * Tokens of ff1, siv and ip through the public interface: random values of many alphabets come back as they were, no
 * two values share a token, and a million ids of two recipients have no token in common.
 */
#include "pare/pare.h"
#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/plan/bound.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct maker {
    pare_policy *policy;
    pare_plan *plan;
    pare_worker *worker;
    pare_revealer *revealer;
    pare_block block;
} maker;

static maker maker_new(const char *recipient, const char *params)
{
    maker m = {0};
    char text[2048];
    pare_findings *findings = NULL;
    pare_key *key = NULL;
    pare_error err = {0};
    const pare_span name = pare_span_of("id");
    (void)snprintf(text, sizeof text,
                   "pare: 1\ndataset: d\nrecipient: %s\npurposes: {p: {description: x, basis: contract}}\n"
                   "fields:\n  id: {category: user, for: p, multiline: true, do: {pseudonymize: {%s}}}\n",
                   recipient, params);
    if (pare_policy_load(pare_span_of(text), "t", NULL, &m.policy, &findings, &err) != PARE_OK) {
        fail_msg("refused: %s", params);
    }
    pare_findings_free(findings);
    assert_int_equal(pare_key_new_published_test_key(&key, &err), PARE_OK);
    const pare_bind_options options = {.key = key, .as_of = {2026, 11, 23}};
    assert_int_equal(pare_plan_bind(m.policy, &name, 1, &options, &m.plan, &err), PARE_OK);
    assert_int_equal(pare_worker_new(m.plan, &m.worker, &err), PARE_OK);
    if (pare_token_is_reversible(m.policy->key_steps[0])) {
        assert_int_equal(pare_revealer_new(m.policy, name, &options, &m.revealer, &err), PARE_OK);
    }
    pare_key_free(key);
    return m;
}

static void maker_free(maker *m)
{
    pare_revealer_free(m->revealer);
    pare_worker_free(m->worker);
    pare_plan_free(m->plan);
    pare_policy_free(m->policy);
}

/* The token of one value; empty: withheld. Valid until the next call. */
static pare_span token_of(maker *m, pare_span value)
{
    pare_rows rows = {0};
    unsigned char bytes[4096 + 64];
    uint32_t starts[2] = {0}, ends[1];
    pare_error err = {0};
    bool quoted = memchr(value.ptr, '"', value.len) == NULL;
    assert_true(value.len < 4000 && quoted); /* quoted as a whole: no quote within */
    bytes[0] = '"';
    memcpy(bytes + 1, value.ptr, value.len);
    bytes[value.len + 1] = '"';
    bytes[value.len + 2] = '\n';
    ends[0] = (uint32_t)value.len + 2;
    starts[1] = (uint32_t)value.len + 3;
    rows.base = bytes;
    rows.n_rows = 1;
    rows.n_fields = 1;
    rows.starts = starts;
    rows.ends = ends;
    assert_int_equal(pare_worker_apply(m->worker, &rows, 0, 1, &m->block, &err), PARE_OK);
    pare_value made = pare_block_value(&m->block, 0, 0);
    return made.form == PARE_FORM_TEXT ? pare_block_bytes(&m->block, made) : pare_span_from(NULL, 0);
}

static uint64_t seed = 0x2545F4914F6CDD1D;
static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* `n` characters of a list of texts. */
static size_t random_text(unsigned char *out, const char *const *characters, size_t n_characters, size_t n)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const char *text = characters[next_random() % n_characters];
        memcpy(out + len, text, strlen(text));
        len += strlen(text);
    }
    return len;
}

static void assert_comes_back(maker *m, pare_span value, bool always)
{
    unsigned char kept[8192];
    pare_error err = {0};
    pare_span back = {NULL, 0}, token = token_of(m, value);
    if (token.len == 0) {
        assert_false(always);
        return;
    }
    assert_true(token.len <= sizeof kept);
    memcpy(kept, token.ptr, token.len);
    assert_int_equal(pare_revealer_reveal(m->revealer, pare_span_from(kept, token.len), &back, &err), PARE_OK);
    assert_int_equal(back.len, value.len);
    assert_memory_equal(back.ptr, value.ptr, value.len);
    /* the same again: nothing of one value stays for the next */
    token = token_of(m, value);
    assert_memory_equal(kept, token.ptr, token.len);
}

static void random_values_of_all_alphabets_come_back(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        const char *characters[16];
        size_t least; /* characters; from here on all are fit */
    } cases[] = {
        {"method: ff1", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, 6},
        {"method: ff1", {"0", "5", "9", "-", " ", "x", "é"}, 0},
        {"method: ff1, alphabet: lower", {"a", "m", "z", "q", "b"}, 5},
        {"method: ff1, alphabet: upper", {"A", "M", "Z", "Q", "0", "1"}, 0},
        {"method: ff1, alphabet: alnum", {"A", "M", "Z", "Q", "0", "9"}, 4},
        {"method: ff1, alphabet: base62", {"A", "z", "Z", "a", "0", "9"}, 4},
        {"method: ff1, alphabet: \"01\"", {"0", "1"}, 20},
        {"method: ff1, alphabet: \"aé語😀b\"", {"a", "é", "語", "😀", "b"}, 9},
        {"method: ff1, alphabet: \"aé語😀b\"", {"a", "é", "語", "😀", "x", "ß", "😁"}, 0},
        {"method: siv", {"a", "é", "語", "😀", " ", "\n", ","}, 1},
        {"method: siv, prefix: s_", {"0", "1"}, 1},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        maker m = maker_new("acme", cases[c].params);
        size_t n = 0;
        while (n < 16 && cases[c].characters[n] != NULL) {
            n++;
        }
        for (size_t i = 0; i < 400; i++) {
            unsigned char value[2048];
            size_t characters = 1 + (i < 60 ? i : next_random() % 300);
            size_t len = random_text(value, cases[c].characters, n, characters);
            assert_comes_back(&m, pare_span_from(value, len), cases[c].least > 0 && characters >= cases[c].least);
        }
        maker_free(&m);
    }
}

static void addresses_come_back(void **state)
{
    (void)state;
    maker m = maker_new("acme", "method: ip");
    for (size_t i = 0; i < 2000; i++) {
        char text[64];
        uint64_t r = next_random();
        (void)snprintf(text, sizeof text, "%s%u.%u.%u.%u", i % 3 == 0 ? "::ffff:" : "", (unsigned)(r & 255),
                       (unsigned)(r >> 8 & 255), (unsigned)(r >> 16 & 255), (unsigned)(r >> 24 & 255));
        assert_comes_back(&m, pare_span_of(text), true);
        (void)snprintf(text, sizeof text, "2001:db8:%x:%x:%x::1", (unsigned)(r >> 32 & 0xFFFF) | 1,
                       (unsigned)(r >> 40 & 0xFFFF) | 1, (unsigned)(r >> 48 & 0xFFFF) | 1);
        assert_comes_back(&m, pare_span_of(text), true);
    }
    static const char *const unreadable[] = {"192.0.2", "192.0.2.1/24", "x", "[::1]", "192.0.2.01"};
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
        assert_int_equal(token_of(&m, pare_span_of(unreadable[i])).len, 0);
    }
    maker_free(&m);
}

/* All 7-digit ids that begin alike: ff1 is a permutation, so no two share a token, and check digits stay valid. */
static void no_two_values_share_a_token(void **state)
{
    (void)state;
    enum { DOMAIN = 10000000, VALUES = 100000 };
    static const char *const params[] = {
        "method: ff1", "method: ff1, check_digit: luhn",
        "method: ff1, segments: '(?<keep_one>[0-9])[1-9][0-9]{5}[02468]|(?<keep_two>[0-9]{2})[0-9]{6}'"};
    for (size_t p = 0; p < sizeof params / sizeof params[0]; p++) {
        maker m = maker_new("acme", params[p]);
        unsigned char *seen = calloc(10 * (size_t)DOMAIN, 1);
        size_t released = 0, same = 0;
        assert_non_null(seen);
        for (size_t i = 0; i < VALUES; i++) {
            char text[16];
            int len = snprintf(text, sizeof text, p == 2 ? "%08zu" : "%07zu", i * 37);
            pare_span token = token_of(&m, pare_span_of(text));
            if (token.len == 0) {
                continue;
            }
            assert_int_equal(token.len, len);
            size_t number = 0;
            for (size_t k = 0; k < token.len; k++) {
                assert_in_range(token.ptr[k], '0', '9');
                number = number * 10 + (size_t)(token.ptr[k] - '0');
            }
            assert_false(seen[number]);
            seen[number] = 1;
            same += memcmp(token.ptr, text, token.len) == 0;
            released++;
        }
        assert_true(released > VALUES / 12); /* one in ten has a valid check digit */
        assert_true(same < 5);               /* as a random permutation: one in ten million each, or in 100,000 */
        free(seen);
        maker_free(&m);
    }
}

static int compare_tokens(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* What differs within the first 16 characters behind a prefix differs. */
static void two_recipients_share_no_token_in_a_million(void **state)
{
    (void)state;
    enum { IDS = 1000000 };
    static const char *const params[] = {"domain: customer", "method: siv, domain: customer"};
    for (size_t p = 0; p < sizeof params / sizeof params[0]; p++) {
        char(*tokens)[16] = calloc(2 * (size_t)IDS, sizeof *tokens);
        assert_non_null(tokens);
        for (size_t r = 0; r < 2; r++) {
            maker m = maker_new(r == 0 ? "acme" : "rival", params[p]);
            for (size_t i = 0; i < IDS; i++) {
                char text[16];
                (void)snprintf(text, sizeof text, "%zu", i);
                pare_span token = token_of(&m, pare_span_of(text));
                assert_true(token.len >= 16);
                memcpy(tokens[r * IDS + i], token.ptr, 16);
            }
            maker_free(&m);
        }
        qsort(tokens, 2 * (size_t)IDS, sizeof *tokens, compare_tokens);
        for (size_t i = 1; i < 2 * (size_t)IDS; i++) {
            assert_memory_not_equal(tokens[i - 1], tokens[i], 16);
        }
        free(tokens);
    }
}

/*
 * ff1 keeps the form, so that both recipients' tokens are numbers of so many digits, and some are equal by chance: of n
 * and n numbers out of d, n * n / d on average. None more, so that an equal token says nothing about the person.
 */
static void two_recipients_share_tokens_of_ff1_by_chance_alone(void **state)
{
    (void)state;
    enum { IDS = 1000000 };
    static const struct {
        int digits;
        double expected;
    } cases[] = {{7, 100000}, {9, 1000}, {12, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        char(*tokens)[16] = calloc(2 * (size_t)IDS, sizeof *tokens);
        size_t shared = 0, same_person = 0;
        assert_non_null(tokens);
        for (size_t r = 0; r < 2; r++) {
            maker m = maker_new(r == 0 ? "acme" : "rival", "method: ff1, domain: customer");
            for (size_t i = 0; i < IDS; i++) {
                char text[24];
                int len = snprintf(text, sizeof text, "%0*zu", cases[c].digits, i);
                pare_span token = token_of(&m, pare_span_of(text));
                assert_int_equal(token.len, len);
                memcpy(tokens[r * IDS + i], token.ptr, token.len);
                same_person += r == 1 && memcmp(tokens[i], tokens[IDS + i], token.len) == 0;
            }
            maker_free(&m);
        }
        qsort(tokens, 2 * (size_t)IDS, sizeof *tokens, compare_tokens);
        for (size_t i = 1; i < 2 * (size_t)IDS; i++) { /* within one recipient no two are equal: so twice is shared */
            shared += memcmp(tokens[i - 1], tokens[i], 16) == 0;
        }
        free(tokens);
        print_message("  %d digits: %zu of a million tokens shared, %.0f by chance; %zu of them of the same id\n",
                      cases[c].digits, shared, cases[c].expected, same_person);
        double spread = 6 * sqrt(cases[c].expected) + 2;
        assert_true((double)shared < cases[c].expected + spread && (double)shared > cases[c].expected - spread);
        assert_true(same_person < 6); /* 0.1 on average at 7 digits */
    }
}

/* Letters that would stay readable only because of their case, too few characters, too many. */
static void unfit_values_are_withheld(void **state)
{
    (void)state;
    maker m = maker_new("acme", "method: ff1, alphabet: upper");
    assert_int_equal(token_of(&m, pare_span_of("SMITH, John")).len, 0);
    assert_int_equal(token_of(&m, pare_span_of("SMIT")).len, 0);
    assert_int_equal(token_of(&m, pare_span_of("SMITH 1")).len, 7);
    maker_free(&m);
    m = maker_new("acme", "method: ff1");
    char digits[600];
    memset(digits, '7', sizeof digits);
    assert_int_equal(token_of(&m, pare_span_from(digits, 512)).len, 512);
    assert_int_equal(token_of(&m, pare_span_from(digits, 513)).len, 0);
    maker_free(&m);
    /* an expression that hardly any value matches ends */
    m = maker_new("acme", "method: ff1, segments: '(?<keep>)123456789012'");
    assert_int_equal(token_of(&m, pare_span_of("123456789012")).len, 0);
    maker_free(&m);
    m = maker_new("acme", "method: ff1, check_digit: iban");
    assert_int_equal(token_of(&m, pare_span_of("DE89370400440532013000")).len, 22);
    assert_int_equal(token_of(&m, pare_span_of("DE88370400440532013000")).len, 0);
    assert_int_equal(token_of(&m, pare_span_of("not an account")).len, 0);
    assert_int_equal(token_of(&m, pare_span_of("DE89370400440532013000370400440532013000")).len, 0);
    maker_free(&m);
}

/* Whatever stands in a file of tokens, well-formed or not, is refused or becomes well-formed text. */
static void random_tokens_do_no_harm(void **state)
{
    (void)state;
    static const char *const params[] = {"method: ff1",
                                         "method: ff1, check_digit: iban, unfit: hmac",
                                         "method: ff1, alphabet: \"aé語😀b\"",
                                         "method: ff1, alphabet: base62, segments: '(?<keep>.{0,3}).*'",
                                         "method: siv, prefix: s_",
                                         "method: ip"};
    static const char *const pieces[] = {"s_", "0",  "99", "aB", "é", "\xC3", "\xFF", "",   "::", "1.2",
                                         ".",  "DE", " ",  "語", "_", "-",    "z",    "Zz", "%",  "\x01"};
    for (size_t p = 0; p < sizeof params / sizeof params[0]; p++) {
        maker m = maker_new("acme", params[p]);
        for (size_t i = 0; i < 3000; i++) {
            unsigned char token[512];
            pare_error err = {0};
            pare_span value = {NULL, 0};
            size_t len = random_text(token, pieces, sizeof pieces / sizeof pieces[0], next_random() % 80);
            if (pare_revealer_reveal(m.revealer, pare_span_from(token, len), &value, &err) == PARE_OK) {
                assert_true(value.len > 0 && pare_utf8_valid(value));
            } else {
                assert_int_equal(err.status, PARE_E_DATA);
                assert_int_equal(value.len, 0);
            }
        }
        maker_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_values_of_all_alphabets_come_back),
        cmocka_unit_test(addresses_come_back),
        cmocka_unit_test(no_two_values_share_a_token),
        cmocka_unit_test(two_recipients_share_no_token_in_a_million),
        cmocka_unit_test(two_recipients_share_tokens_of_ff1_by_chance_alone),
        cmocka_unit_test(unfit_values_are_withheld),
        cmocka_unit_test(random_tokens_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
