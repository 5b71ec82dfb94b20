/*
 * What matching costs, whatever stands in the value: counted in steps, not in time, so that it is the same on every
 * machine (regex.c, "What bounds the work").
 *
 *  - a policy's expression: 699 expressions from RegExLib that are known to backtrack badly (Li et al.,
 *    ReDoS-Benchmarks), each against its attack and against that made 64 KiB long: no match costs more than the bound
 *  - an expression that ships: values made of each detector's own pieces: a walk over the value costs so many steps for
 *    each byte at most, however long the value is
 */
#include "detect_corpus.h"

#include <time.h>

#include "rules/base/utf8.h"

static double now(void)
{
    struct timespec time;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), 0);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

/* --- what a policy may write -------------------------------------------------------------------------------------- */

static unsigned hex_value(const unsigned char *digits, size_t n)
{
    char text[9] = {0};
    memcpy(text, digits, n);
    return (unsigned)strtoul(text, NULL, 16);
}

/** Text that the corpus writes as Python does, "\n" and "\x0b": append it. */
static void append_unescaped(pare_buf *out, pare_span text)
{
    static const char names[] = "nrtvfab0\\'\"", bytes[] = "\n\r\t\v\f\a\b\0\\'\"";
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char *c = text.ptr + i;
        const char *name = *c == '\\' && i + 1 < text.len && c[1] != '\0' ? strchr(names, c[1]) : NULL;
        size_t digits = *c == '\\' && i + 1 < text.len ? (c[1] == 'x' ? 2 : c[1] == 'u' ? 4 : 0) : 0;
        if (name != NULL) {
            pare_buf_append(out, &bytes[name - names], 1);
            i++;
        } else if (digits > 0 && i + 1 + digits < text.len) {
            unsigned char utf8[4];
            pare_buf_append(out, utf8, pare_utf8_encode(hex_value(c + 2, digits), utf8));
            i += 1 + digits;
        } else {
            pare_buf_append(out, c, 1);
        }
    }
}

/** prefix, pump over and over, suffix: as often as the corpus says, or as fits into the longest field. */
static void write_attack(const pare_node *attack, bool longest, pare_buf *out)
{
    pare_buf pump, suffix;
    pare_buf_init(&pump, PARE_MAX_FIELD_BYTES);
    pare_buf_init(&suffix, PARE_MAX_FIELD_BYTES);
    append_unescaped(&pump, text_of(attack, "pump"));
    append_unescaped(&suffix, text_of(attack, "suffix"));
    pare_buf_reset(out);
    append_unescaped(out, text_of(attack, "prefix"));
    size_t times = longest ? SIZE_MAX : number_of(pare_node_get(attack, "times"));
    for (size_t i = 0; i < times && pump.len > 0 && out->len + pump.len + suffix.len <= PARE_MAX_FIELD_BYTES; i++) {
        pare_buf_append_span(out, pare_buf_span(&pump));
    }
    pare_buf_append_span(out, pare_buf_span(&suffix));
    assert_int_equal(out->status, PARE_OK);
    assert_true(pare_utf8_valid(pare_buf_span(out)));
    pare_buf_clear(&pump);
    pare_buf_clear(&suffix);
}

typedef struct account {
    size_t expressions, refused, matches, unsure, compared;
    uint64_t most;
    double slowest;
} account;

static void match_both(corpus *c, const pare_regex *measured, const pare_regex *plain, pare_span text, account *bill)
{
    uint64_t before = pare_regex_effort(c->r.scratch);
    double from = now();
    pare_match answer = pare_regex_match(measured, c->r.scratch, text, 0, false, NULL, 0);
    double took = now() - from;
    uint64_t effort = pare_regex_effort(c->r.scratch) - before;
    bill->matches++;
    bill->unsure += answer == PARE_UNSURE;
    bill->most = effort > bill->most ? effort : bill->most;
    bill->slowest = took > bill->slowest ? took : bill->slowest;
    if (effort > PARE_REGEX_MOST_EFFORT + PARE_MAX_FIELD_BYTES + 16) {
        fail_msg("an effort of %llu", (unsigned long long)effort);
    }
    if (text.len <= 1000) { /* without a measure the same, where that has an answer at all */
        pare_match other = pare_regex_match(plain, c->r.scratch, text, 0, false, NULL, 0);
        assert_true(answer == PARE_UNSURE || other == PARE_UNSURE || answer == other);
        bill->compared++;
    }
}

static void expressions_that_backtrack_cost_no_more_than_the_bound(void **state)
{
    corpus *c = *state;
    account bill = {0};
    pare_arena arena;
    pare_buf text;
    const pare_node *line;
    pare_arena_init(&arena, 16 << 20);
    pare_buf_init(&text, 2 * PARE_MAX_FIELD_BYTES);
    open_corpus(c, "redos/regexlib_vulnerable.jsonl");
    while ((line = next_line(c, &arena)) != NULL) {
        pare_regex *measured = NULL, *plain = NULL;
        pare_error err;
        bill.expressions++;
        if (pare_regex_new(text_of(line, "regex"), false, &measured, NULL, &err) != PARE_OK) {
            assert_int_equal(err.status, PARE_E_POLICY);
            bill.refused++;
            continue;
        }
        assert_int_equal(pare_regex_new_for_scan(text_of(line, "regex"), false, false, &plain, NULL, NULL), PARE_OK);
        const pare_node *attacks = pare_node_get(line, "attacks");
        for (size_t i = 0; i < 2 * attacks->n; i++) {
            write_attack(attacks->items[i / 2], i % 2 == 1, &text);
            match_both(c, measured, plain, pare_buf_span(&text), &bill);
        }
        pare_regex_free(measured);
        pare_regex_free(plain);
    }
    pare_buf_clear(&text);
    pare_arena_clear(&arena);
    print_message("  %zu expressions, %zu refused; %zu matches, %zu of them withheld; most effort %llu of %d, slowest "
                  "%.1f ms; %zu compared\n",
                  bill.expressions, bill.refused, bill.matches, bill.unsure, (unsigned long long)bill.most,
                  PARE_REGEX_MOST_EFFORT, bill.slowest, bill.compared);
    assert_true(bill.expressions - bill.refused > 600 && bill.unsure > 100 && bill.compared > 50);
}

/** One start may read the whole value without a step that a limit counts: of a square, no more is done than the bound.
 */
static void loops_without_a_step_count(void **state)
{
    corpus *c = *state;
    pare_regex *regex = NULL;
    static unsigned char text[PARE_MAX_FIELD_BYTES];
    memset(text, 'x', sizeof text);
    assert_int_equal(pare_regex_new(pare_span_of("x[^yz]*(?:y|z)"), false, &regex, NULL, NULL), PARE_OK);
    assert_int_equal(pare_regex_match(regex, c->r.scratch, pare_span_from(text, sizeof text), 0, false, NULL, 0),
                     PARE_UNSURE);
    uint64_t spent = pare_regex_effort(c->r.scratch);
    assert_in_range(spent, PARE_REGEX_MOST_EFFORT, PARE_REGEX_MOST_EFFORT + PARE_MAX_FIELD_BYTES + 16);
    /* the next match has the whole bound for itself; a short one is not measured at all */
    text[sizeof text - 1] = 'y';
    assert_int_equal(pare_regex_match(regex, c->r.scratch, pare_span_from(text, sizeof text), 0, false, NULL, 0),
                     PARE_HIT);
    assert_int_equal(pare_regex_match(regex, c->r.scratch, pare_span_from(text, 1000), 0, false, NULL, 0), PARE_MISS);
    spent = pare_regex_effort(c->r.scratch);
    assert_int_equal(pare_regex_match(regex, c->r.scratch, pare_span_from(text, 200), 0, false, NULL, 0), PARE_MISS);
    assert_int_equal(pare_regex_effort(c->r.scratch), spent);
    pare_regex_free(regex);
}

/** All matches of one pattern in one value together: of a pack that we don't ship. */
static void a_scan_costs_no_more_than_the_bound(void **state)
{
    corpus *c = *state;
    static const char pack[] = "pack: own\nversion: 1\ndetectors:\n"
                               "  often: {title: t, category: user, pattern: 'a(?:[^b]{0,999}c)?', context: [zz], "
                               "matches: ['zz <<a0c>>']}\n"
                               "  nested: {title: t, category: user, pattern: '(?:a+)+[bc]', matches: ['ab']}\n";
    static unsigned char text[PARE_MAX_FIELD_BYTES];
    pare_reading reading = {&c->r.arena, &c->r.findings};
    pare_pack *own = pare_pack_read_own(pare_span_from(pack, sizeof pack - 1), "own", &reading);
    assert_non_null(own);
    memset(text, 'a', sizeof text);
    memcpy(text, "zz", 2); /* and then too far away */
    for (size_t d = 0; d < own->n_detectors; d++) {
        const pare_detector *detector = &own->detectors[d];
        const pare_detector_set *set = pare_detector_set_build(&c->r.arena, &detector, 1);
        uint64_t before = pare_regex_effort(c->r.scratch);
        double from = now();
        assert_int_equal(rig_scan(&c->r, set, pare_span_from(text, sizeof text)), PARE_UNSURE);
        print_message("  %s: %.1f ms\n", detector->name, now() - from);
        assert_in_range(pare_regex_effort(c->r.scratch) - before, PARE_REGEX_MOST_EFFORT,
                        PARE_REGEX_MOST_EFFORT + PARE_MAX_FIELD_BYTES + 16);
        assert_int_equal(rig_scan(&c->r, set, pare_span_of("no such thing here")), PARE_MISS);
    }
    pare_pack_release(own);
}

/* --- what ships --------------------------------------------------------------------------------------------------- */

enum {
    WALKED_BYTES = 1024,
    BEHIND_BYTES = 96, /* as far as is looked for the words that announce a match */
    STEP = 16,         /* the effort of one */
    MOST_STEPS = 200   /* for each byte: without callouts, machine code makes about two in a nanosecond */
};

static const char *const pieces[] = {
    "a",
    "a.",
    "@",
    "a@",
    "a@a.",
    "a.a@a-",
    "0",
    "0 ",
    "+1 ",
    "(0",
    "1-",
    "1.1.",
    "4111 ",
    "4 1 ",
    "DE89 ",
    "de89a",
    "::",
    "1:",
    "http://",
    "http://a(",
    "www.a",
    "www.",
    "call me ",
    "call 1 ",
    "ssn ",
    "\"",
    "\"a",
    "ü",
    "ü.ü@",
    "0 0",
    "x12 ",
    "ext 1 ",
    "00 1",
    "tel tel ",
    "2024-01-",
    "1 234 ",
    "a@[1:",
    "a-a.a-a",
    "99 99 ",
    "\xC2\xA0"
    "1",
};

/** One expression of a detector, and those that are asked about what stands around its matches. All measured. */
typedef struct walker {
    pare_regex *pattern, *behind, *contexts[PARE_DETECTOR_MAX_CONTEXTS];
    size_t n_contexts, window;
} walker;

static pare_regex *measured(const pare_expression *expression)
{
    pare_buf text;
    pare_regex *regex = NULL;
    pare_buf_init(&text, 4 * PARE_REGEX_MAX_PATTERN);
    assert_true(pare_expression_expand(expression, NULL, &text));
    assert_int_equal(pare_regex_new(pare_buf_span(&text), expression->caseless, &regex, NULL, NULL), PARE_OK);
    pare_buf_clear(&text);
    return regex;
}

/** k: which of the detector's patterns; behind the last: its glance. False: it has none. */
static bool walker_open(walker *w, const pare_detector *detector, size_t k)
{
    const pare_expression *pattern = k < detector->n_patterns ? detector->patterns[k] : detector->glance;
    memset(w, 0, sizeof *w);
    if (pattern == NULL) {
        return false;
    }
    w->pattern = measured(pattern);
    if (k < detector->n_patterns && detector->behind[k] != NULL) {
        w->behind = measured(detector->behind[k]);
    }
    for (size_t i = 0; k < detector->n_patterns && detector->contextual[k] && i < detector->n_contexts; i++) {
        w->contexts[w->n_contexts++] = measured(detector->contexts[i].expression);
    }
    w->window = detector->context_window;
    return true;
}

static void walker_close(walker *w)
{
    pare_regex_free(w->pattern);
    pare_regex_free(w->behind);
    for (size_t i = 0; i < w->n_contexts; i++) {
        pare_regex_free(w->contexts[i]);
    }
}

static size_t character_start(pare_span text, size_t at)
{
    while (at > 0 && at < text.len && (text.ptr[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

static void ask(const pare_regex *regex, pare_regex_scratch *scratch, pare_span text, size_t from)
{
    (void)pare_regex_match(regex, scratch, text, from, false, NULL, 0);
}

/** All that is asked about a match, before it and behind it, as if each answer were no. */
static void look_around(const walker *w, pare_regex_scratch *scratch, pare_span text, pare_range match)
{
    const pare_span before = pare_span_first(text, match.from);
    if (w->behind != NULL) {
        ask(w->behind, scratch, before,
            character_start(text, match.from > BEHIND_BYTES ? match.from - BEHIND_BYTES : 0));
    }
    size_t from = character_start(text, match.from > w->window ? match.from - w->window : 0);
    size_t to = text.len - match.to > w->window ? character_start(text, match.to + w->window) : text.len;
    for (size_t i = 0; i < w->n_contexts; i++) {
        ask(w->contexts[i], scratch, before, from);
        ask(w->contexts[i], scratch, pare_span_first(text, to), match.to);
    }
}

/** The steps of a scan that accepts nothing, so that it goes on one character behind where a match began. */
static uint64_t walk(const walker *w, pare_regex_scratch *scratch, pare_span text)
{
    uint64_t before = pare_regex_effort(scratch);
    for (size_t at = 0; at < text.len;) {
        pare_range range;
        pare_match match = pare_regex_match(w->pattern, scratch, text, at, false, &range, 1);
        if (match != PARE_HIT) {
            assert_int_equal(match, PARE_MISS);
            break;
        }
        look_around(w, scratch, text, range);
        at = range.from > at ? range.from : at;
        at += at < text.len ? pare_utf8_length(text.ptr[at]) : 1;
    }
    return (pare_regex_effort(scratch) - before) / STEP;
}

/** Steps for each byte of a value made of `piece`. They must not be more where the value is longer. */
static double steps_for(const walker *w, pare_regex_scratch *scratch, const char *name, pare_span piece)
{
    static unsigned char text[WALKED_BYTES];
    double steps[2];
    for (size_t shorter = 0; shorter < 2; shorter++) {
        size_t len = 0;
        while (len + piece.len <= sizeof text >> shorter) {
            memcpy(text + len, piece.ptr, piece.len);
            len += piece.len;
        }
        steps[shorter] = (double)walk(w, scratch, pare_span_from(text, len)) / (double)(len + 1);
    }
    if (steps[0] > MOST_STEPS || steps[0] > 1.5 * steps[1] + 1) {
        fail_msg("%s: %.1f steps for each byte of \"%.*s\" over and over, %.1f where it is half as long", name,
                 steps[0], PARE_SPAN_ARGS(piece), steps[1]);
    }
    return steps[0];
}

/** The nth piece: those above, then the detector's examples, whole, without their end, and the first half. */
static bool nth_piece(const pare_detector *detector, size_t n, pare_span *piece)
{
    const size_t n_pieces = sizeof pieces / sizeof pieces[0];
    if (n < n_pieces) {
        *piece = pare_span_of(pieces[n]);
        return true;
    }
    n -= n_pieces;
    if (n >= 3 * detector->n_matches) {
        return false;
    }
    *piece = detector->matches[n / 3];
    piece->len = n % 3 == 0 ? piece->len : n % 3 == 1 ? piece->len - 1 : piece->len / 2 + 1;
    while (!pare_utf8_valid(*piece)) {
        piece->len--;
    }
    return true;
}

static void detectors_cost_so_many_steps_for_each_byte(void **state)
{
    corpus *c = *state;
    double most = 0;
    const char *of = "";
    size_t n = 0;
    for (size_t p = 0; p < c->r.n_packs; p++) {
        for (size_t d = 0; d < c->r.packs[p]->n_detectors; d++) {
            const pare_detector *detector = &c->r.packs[p]->detectors[d];
            for (size_t k = 0; k <= detector->n_patterns; k++) {
                walker w;
                pare_span piece;
                bool there = walker_open(&w, detector, k);
                for (size_t m = 0; there && nth_piece(detector, m, &piece); m++, n++) {
                    double steps = steps_for(&w, c->r.scratch, detector->name, piece);
                    of = steps > most ? detector->name : of;
                    most = steps > most ? steps : most;
                }
                walker_close(&w);
            }
        }
    }
    print_message("  %zu walks; most steps for a byte %.1f (%s)\n", n, most, of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(expressions_that_backtrack_cost_no_more_than_the_bound, corpus_set_up,
                                        corpus_tear_down),
        cmocka_unit_test_setup_teardown(loops_without_a_step_count, corpus_set_up, corpus_tear_down),
        cmocka_unit_test_setup_teardown(a_scan_costs_no_more_than_the_bound, corpus_set_up, corpus_tear_down),
        cmocka_unit_test_setup_teardown(detectors_cost_so_many_steps_for_each_byte, corpus_set_up, corpus_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
