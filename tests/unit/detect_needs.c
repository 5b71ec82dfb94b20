/*
 * What every shipped detector says it needs must be so in every match: else the prefilter hides matches.
 *
 * Each detector is scanned with alone, with and without the prefilter, over its own examples, over those of the others,
 * and over random mutations of its own. And all of them together cover what each finds alone.
 */
#include "detect_rig.h"

#include <string.h>

#include "rules/base/utf8.h"
#include "rules/detect/pack_examples.h"

typedef struct comparison {
    rig r;
    pare_hit plain[RIG_MAX_HITS];
    size_t n_texts, n_hits;
} comparison;

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

static void compare(comparison *c, const pare_detector_set *set, pare_span text)
{
    size_t n = 0;
    pare_match filtered = rig_scan(&c->r, set, text);
    pare_match plain = pare_detect_unfiltered(set, c->r.scratch, text, c->plain, RIG_MAX_HITS, &n);
    c->n_texts++;
    if (plain == PARE_UNSURE) {
        return;
    }
    c->n_hits += n;
    if (filtered != plain || n != c->r.n_hits || memcmp(c->plain, c->r.hits, n * sizeof c->plain[0]) != 0) {
        fail_msg("%s: %zu hits filtered, %zu unfiltered: %.*s", pare_detector_name(pare_detector_set_get(set, 0)),
                 c->r.n_hits, n, (int)text.len, (const char *)text.ptr);
    }
}

/** One edit at a random place: another byte, one more, one less. */
static size_t mutate(unsigned char *text, size_t len, size_t max, uint64_t *random)
{
    static const char alphabet[] = "00112233456789 -./:,xXaZBKT\n";
    uint64_t r = next_random(random);
    size_t at = len == 0 ? 0 : (size_t)(r >> 8) % len;
    unsigned char byte = (unsigned char)alphabet[(r >> 40) % (sizeof alphabet - 1)];
    if (r % 3 == 0 && len > 0) {
        text[at] = byte;
    } else if (r % 3 == 1 && len < max) {
        memmove(text + at + 1, text + at, len - at);
        text[at] = byte;
        len++;
    } else if (len > 0) {
        memmove(text + at, text + at + 1, len - at - 1);
        len--;
    }
    return len;
}

/** All examples of one detector, and mutations of them. */
static void try_examples(comparison *c, const pare_detector *detector, const pare_detector_set *set, pare_buf *buf,
                         int rounds, uint64_t *random)
{
    for (size_t i = 0; i < detector->n_matches; i++) {
        (void)pare_pack_read_example(detector->matches[i], buf);
        pare_span example = pare_buf_span(buf);
        compare(c, set, example);
        for (int round = 0; round < rounds; round++) {
            unsigned char text[600];
            size_t len = example.len < sizeof text ? example.len : 0;
            memcpy(text, example.ptr, len);
            for (uint64_t edits = next_random(random) % 4; edits > 0; edits--) {
                len = mutate(text, len, sizeof text, random);
            }
            if (pare_utf8_valid(pare_span_from(text, len))) {
                compare(c, set, pare_span_from(text, len));
            }
        }
    }
}

static void needs_hide_no_match(void **state)
{
    comparison *c = *state;
    uint64_t random = 11;
    size_t n_detectors = 0;
    pare_buf buf;
    pare_buf_init(&buf, 1 << 16);
    for (size_t p = 0; p < c->r.n_packs; p++) {
        for (size_t i = 0; i < c->r.packs[p]->n_detectors; i++, n_detectors++) {
            const pare_detector *detector = &c->r.packs[p]->detectors[i];
            const pare_detector_set *set = pare_detector_set_build(&c->r.arena, &detector, 1);
            assert_non_null(set);
            try_examples(c, detector, set, &buf, 1000, &random);
            for (size_t q = 0; q < c->r.n_packs; q++) {
                for (size_t k = 0; k < c->r.packs[q]->n_detectors; k++) {
                    try_examples(c, &c->r.packs[q]->detectors[k], set, &buf, 0, &random);
                }
            }
        }
    }
    pare_buf_clear(&buf);
    print_message("%zu detectors, %zu texts, %zu hits\n", n_detectors, c->n_texts, c->n_hits);
    assert_true(n_detectors > 80 && c->n_texts > 200000 && c->n_hits > 100000);
}

/* With all detectors together each example is still covered, whoever names it: to fuse hits loses none. */
static void all_together_cover_every_example(void **state)
{
    comparison *c = *state;
    const pare_detector *all[RIG_MAX_DETECTORS] = {NULL};
    size_t n = 0;
    for (size_t p = 0; p < c->r.n_packs; p++) {
        for (size_t i = 0; i < c->r.packs[p]->n_detectors; i++) {
            assert_true(n < RIG_MAX_DETECTORS);
            all[n++] = &c->r.packs[p]->detectors[i];
        }
    }
    const pare_detector_set *set = pare_detector_set_build(&c->r.arena, all, n);
    assert_non_null(set);
    pare_buf buf;
    pare_buf_init(&buf, 1 << 16);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < all[i]->n_matches; k++) {
            pare_range wanted = pare_pack_read_example(all[i]->matches[k], &buf);
            pare_span text = pare_buf_span(&buf);
            bool covered = rig_scan(&c->r, set, text) == PARE_UNSURE;
            for (size_t h = 0; h < c->r.n_hits; h++) {
                covered = covered || (c->r.hits[h].from <= wanted.from && c->r.hits[h].to >= wanted.to);
            }
            if (!covered) {
                fail_msg("%s is not covered in: %.*s", all[i]->name, (int)text.len, (const char *)text.ptr);
            }
        }
    }
    pare_buf_clear(&buf);
}

static int set_up(void **state)
{
    comparison *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return -1;
    }
    rig_open(&c->r);
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
        cmocka_unit_test_setup_teardown(needs_hide_no_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_together_cover_every_example, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
