/*
 * The prefilter must never hide a match.
 *
 * Each implementation is held against facts counted here, byte by byte, in the plainest way; and the filtered scan is
 * held against the unfiltered one over everything in the corpora and over random mutations of what the detectors find.
 */
#include "detect_rig.h"

#include <string.h>

#include "rules/base/utf8.h"
#include "rules/detect/prefilter.h"

/* xorshift64*: the same texts in every run */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

static bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_element(char element, unsigned char byte)
{
    if (element == '1') {
        return is_digit(byte);
    }
    if (element == 'a') {
        return byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    }
    return (unsigned char)element == byte;
}

/** How often the sequence occurs, where first, and where last. */
static size_t count_sequence(pare_span text, const char *sequence, uint32_t at[PARE_PREFILTER_MAX_PLACES], size_t *last)
{
    size_t n = strlen(sequence), found = 0;
    for (size_t i = 0; i + n <= text.len; i++) {
        size_t k = 0;
        while (k < n && is_element(sequence[k], text.ptr[i + k])) {
            k++;
        }
        if (k == n) {
            if (found < PARE_PREFILTER_MAX_PLACES) {
                at[found] = (uint32_t)i;
            }
            found++;
            *last = i;
        }
    }
    return found;
}

static size_t longest_run(pare_span text)
{
    size_t best = 0, digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = text.ptr[i];
        bool joint = byte >= 0x80 || is_digit(byte) || (byte != 0 && strchr(" ()*+-./", byte) != NULL);
        digits = joint ? digits + is_digit(byte) : 0;
        best = digits > best ? digits : best;
    }
    return best;
}

/** The runs of at least `least` digits: where their first and last digits stand. */
static size_t count_runs(pare_span text, size_t least, pare_digit_run *runs, size_t max)
{
    size_t n = 0;
    pare_digit_run run = {0};
    for (size_t i = 0; i <= text.len; i++) {
        unsigned char byte = i < text.len ? text.ptr[i] : ',';
        if (is_digit(byte)) {
            run.first = run.digits == 0 ? i : run.first;
            run.last = i;
            run.digits++;
        } else if (byte < 0x80 && (byte == 0 || strchr(" ()*+-./", byte) == NULL)) {
            if (run.digits >= least && n++ < max) {
                runs[n - 1] = run;
            }
            run.digits = 0;
        }
    }
    return n;
}

static void check_runs(const pare_value_facts *facts, pare_span text, size_t least)
{
    pare_digit_run runs[PARE_PREFILTER_MAX_RUNS];
    size_t n = count_runs(text, least, runs, PARE_PREFILTER_MAX_RUNS);
    size_t noted = n < PARE_PREFILTER_MAX_RUNS ? n : PARE_PREFILTER_MAX_RUNS;
    assert_int_equal(facts->n_runs, n > noted ? noted + 1 : n);
    for (size_t i = 0; i < noted; i++) {
        assert_int_equal(facts->runs[i].first, runs[i].first);
        assert_int_equal(facts->runs[i].last, runs[i].last);
        assert_int_equal(facts->runs[i].digits, runs[i].digits);
    }
}

static const char *const sequences[] = {"::", ":1", "aa11", "aa 1", "1.1", ".a", "://", "a1"};
enum { N_SEQUENCES = sizeof sequences / sizeof sequences[0] };

static void check_facts(const pare_prefilter_kind *kind, const pare_prefilter *prefilter, const uint64_t *bits,
                        pare_span text)
{
    pare_value_facts facts;
    size_t digits = 0;
    kind->count(prefilter, text, &facts);
    assert_false(facts.shaped);
    for (size_t i = 0; i < prefilter->n_bytes; i++) {
        bool there = text.len > 0 && memchr(text.ptr, prefilter->bytes[i], text.len) != NULL;
        assert_int_equal(facts.bits >> i & 1, there);
    }
    assert_int_equal(facts.bits >> prefilter->n_bytes, 0);
    kind->shape(prefilter, text, &facts);
    for (size_t i = 0; i < text.len; i++) {
        digits += is_digit(text.ptr[i]);
    }
    assert_int_equal(facts.bytes, text.len);
    assert_int_equal(facts.digits, digits);
    assert_int_equal(facts.run, longest_run(text));
    check_runs(&facts, text, prefilter->noted_run);
    assert_int_equal((facts.bits & 1) != 0, text.len > 0 && memchr(text.ptr, '@', text.len) != NULL);
    for (size_t i = 0; i < N_SEQUENCES; i++) {
        uint32_t at[PARE_PREFILTER_MAX_PLACES];
        size_t last = 0, index = (size_t)__builtin_ctzll(bits[i]) - PARE_PREFILTER_MAX_BYTES;
        size_t n = count_sequence(text, sequences[i], at, &last);
        size_t noted = n < PARE_PREFILTER_MAX_PLACES ? n : PARE_PREFILTER_MAX_PLACES;
        assert_int_equal((facts.bits & bits[i]) != 0, n > 0);
        if (n > 0) {
            assert_true(facts.sequences[index].n == n && facts.sequences[index].last == last);
            assert_memory_equal(facts.sequences[index].at, at, noted * sizeof at[0]);
        }
    }
}

static void all_implementations_count_alike(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789  ..-:/@+(),abcxyzABCXYZ\xC3\xBC*%\t\n[`{^";
    pare_prefilter prefilter = {0};
    uint64_t bits[N_SEQUENCES], random = 42;
    assert_int_equal(pare_prefilter_want_byte(&prefilter, '@'), 1);
    prefilter.noted_run = 5;
    for (size_t i = 0; i < N_SEQUENCES; i++) {
        bits[i] = pare_prefilter_want_sequence(&prefilter, sequences[i]);
        assert_true(bits[i] != 0);
    }
    for (const pare_prefilter_kind *kind = pare_prefilter_kinds; kind->name != NULL; kind++) {
        if (!kind->runs_here()) {
            print_message("%s does not run here\n", kind->name);
            continue;
        }
        for (int round = 0; round < 60000; round++) {
            size_t len = next_random(&random) % 300;
            /* exactly as long as the text, so that a byte read behind it is seen by the sanitizers */
            unsigned char *text = malloc(len + (len == 0));
            assert_non_null(text);
            unsigned mostly = (unsigned)(next_random(&random) % 4);
            for (size_t i = 0; i < len; i++) {
                uint64_t r = next_random(&random);
                text[i] = r % 4 < mostly ? (unsigned char)('0' + r / 4 % 10)
                                         : (unsigned char)alphabet[r / 4 % (sizeof alphabet - 1)];
            }
            check_facts(kind, &prefilter, bits, pare_span_from(text, len));
            free(text);
        }
        for (unsigned byte = 0; byte < 256; byte++) { /* each byte by itself, at both sides of a block's end */
            unsigned char text[130];
            for (size_t at = 62; at < 67; at++) {
                memset(text, 'q', sizeof text);
                memset(text + at - 3, '1', 3);
                memset(text + at + 1, '1', 3);
                text[at] = (unsigned char)byte;
                check_facts(kind, &prefilter, bits, pare_span_from(text, sizeof text));
            }
        }
    }
}

static void a_full_prefilter_demands_nothing(void **state)
{
    (void)state;
    pare_prefilter prefilter = {0};
    for (unsigned char byte = '!'; byte < '!' + PARE_PREFILTER_MAX_BYTES; byte++) {
        assert_true(pare_prefilter_want_byte(&prefilter, byte) != 0);
    }
    assert_int_equal(pare_prefilter_want_byte(&prefilter, '~'), 0);
    assert_int_equal(pare_prefilter_want_byte(&prefilter, 0), 0);
    assert_true(pare_prefilter_want_byte(&prefilter, '!') != 0);
    assert_int_equal(pare_prefilter_want_sequence(&prefilter, "a~"), 0);
    assert_int_equal(pare_prefilter_want_sequence(&prefilter, "a"), 0);
    assert_int_equal(pare_prefilter_want_sequence(&prefilter, "a1a1a"), 0);
    assert_null(pare_prefilter_check_sequence(pare_span_of("a.1 ")));
    assert_non_null(pare_prefilter_check_sequence(pare_span_of("xy")));
    assert_non_null(pare_prefilter_check_sequence(pare_span_of("a")));
    assert_non_null(pare_prefilter_check_sequence(pare_span_of("a\x01")));
}

/* --- the filtered scan against the unfiltered one ------------------------------------------------------ */

typedef struct comparison {
    rig r;
    const pare_detector_set *set;
    pare_hit plain[RIG_MAX_HITS];
    size_t n_texts, n_hits;
} comparison;

static void compare(comparison *c, pare_span text)
{
    size_t n = 0;
    pare_match filtered = rig_scan(&c->r, c->set, text);
    pare_match plain = pare_detect_unfiltered(c->set, c->r.scratch, text, c->plain, RIG_MAX_HITS, &n);
    c->n_texts++;
    c->n_hits += n;
    /* The filter may spare a scan that would have been UNSURE; where it answers, the answers are the same. */
    if (filtered != plain && plain != PARE_UNSURE) {
        fail_msg("filtered %d, unfiltered %d: %.*s", (int)filtered, (int)plain, (int)text.len, (const char *)text.ptr);
    }
    if (plain == PARE_UNSURE) {
        return;
    }
    if (n != c->r.n_hits || memcmp(c->plain, c->r.hits, n * sizeof c->plain[0]) != 0) {
        fail_msg("%zu hits filtered, %zu unfiltered: %.*s", c->r.n_hits, n, (int)text.len, (const char *)text.ptr);
    }
}

/** One edit: a byte of the alphabet over, into or out of the text, or a piece of another example into it. */
static size_t mutate(unsigned char *text, size_t len, size_t max, pare_span other, uint64_t *random)
{
    static const char alphabet[] = "0123456789 -./()+:@_,xXaZ\n%#\xC2\xA0";
    uint64_t r = next_random(random);
    size_t at = len == 0 ? 0 : (size_t)(r >> 8) % len;
    unsigned char byte = (unsigned char)alphabet[(r >> 40) % (sizeof alphabet - 1)];
    if (r % 4 == 0 && len > 0) {
        text[at] = byte;
    } else if (r % 4 == 1 && len < max) {
        memmove(text + at + 1, text + at, len - at);
        text[at] = byte;
        len++;
    } else if (r % 4 == 2 && len > 0) {
        memmove(text + at, text + at + 1, len - at - 1);
        len--;
    } else if (other.len > 0) {
        size_t from = (size_t)(r >> 20) % other.len;
        size_t n = 1 + (size_t)(r >> 50) % (other.len - from);
        if (n <= max - len) {
            memmove(text + at + n, text + at, len - at);
            memcpy(text + at, other.ptr + from, n);
            len += n;
        }
    }
    return len;
}

static void mutations_are_found_alike(void **state)
{
    comparison *c = *state;
    uint64_t random = 7;
    size_t n = 0;
    pare_span examples[2000];
    for (size_t i = 0; i < pare_detector_set_size(c->set); i++) {
        const pare_detector *detector = pare_detector_set_get(c->set, i);
        for (size_t k = 0; k < detector->n_matches + detector->n_rejects; k++) {
            assert_true(n < sizeof examples / sizeof examples[0]);
            examples[n++] = k < detector->n_matches ? detector->matches[k] : detector->rejects[k - detector->n_matches];
        }
    }
    for (int round = 0; round < 150000; round++) {
        unsigned char text[600];
        pare_span start = examples[next_random(&random) % n];
        size_t len = start.len;
        memcpy(text, start.ptr, len);
        for (uint64_t edits = next_random(&random) % 6; edits > 0; edits--) {
            len = mutate(text, len, sizeof text, examples[next_random(&random) % n], &random);
        }
        if (pare_utf8_valid(pare_span_from(text, len))) {
            compare(c, pare_span_from(text, len));
        }
    }
    print_message("%zu texts, %zu hits\n", c->n_texts, c->n_hits);
    assert_true(c->n_texts > 100000 && c->n_hits > 50000);
}

static void corpora_are_found_alike(void **state)
{
    static const char *const files[] = {
        "pii-presidio-research/synth_dataset_v2.jsonl",
        "pii-presidio-tests/recognizer_cases.share.jsonl",
        "pii-ferret-score/cases.share.jsonl",
        "phone-libphonenumber/example_numbers.jsonl",
        "phone-libphonenumber/matcher_cases.share.jsonl",
        "ids-iban/iban_registry.jsonl",
        "ids-stdnum/numbers.share.jsonl",
        "email-isemail/tests.jsonl",
        "exports/us-500/us-500.csv",
        "exports/datablist/customers-10000.csv",
    };
    comparison *c = *state;
    static char line[PARE_MAX_FIELD_BYTES];
    size_t n_lines = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/../shared/data/%s", PARE_SOURCE_DIR, files[i]);
        FILE *file = fopen(path, "rb");
        if (file == NULL) {
            continue;
        }
        while (fgets(line, sizeof line, file) != NULL) {
            pare_span text = pare_span_of(line);
            n_lines++;
            if (pare_utf8_valid(text)) {
                compare(c, text);
            }
        }
        (void)fclose(file);
    }
    if (n_lines == 0) {
        skip();
    }
    print_message("%zu lines\n", n_lines);
}

static int set_up(void **state)
{
    comparison *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return -1;
    }
    rig_open(&c->r);
    c->set = rig_all(&c->r);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    comparison *c = *state;
    rig_close(&c->r);
    free(c);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_implementations_count_alike),
        cmocka_unit_test(a_full_prefilter_demands_nothing),
        cmocka_unit_test_setup_teardown(mutations_are_found_alike, set_up, tear_down),
        cmocka_unit_test_setup_teardown(corpora_are_found_alike, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
