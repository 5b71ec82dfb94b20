/*
 * All detectors that ship over arbitrary text. The first byte says which: one of them, or all together. Promises: the
 * prefilter and the places where matches may begin hide nothing, so that the scan finds what a scan without them finds;
 * hits lie in the text, from left to right, apart, on whole characters; what one detector finds alone is covered when
 * all look.
 */
#include "rules/base/span.h"
#include "rules/detect/pack.h"
#include "tests/fuzz/csv_model.h"

enum { MOST_PACKS = 64, MOST_DETECTORS = 400, MOST_HITS = 1024, MOST_BYTES = 2000 };
static pare_arena arena;
static pare_pack *packs[MOST_PACKS];
static size_t n_packs, n_detectors;
static const pare_detector *detectors[MOST_DETECTORS];
static const pare_detector_set *all, *each[MOST_DETECTORS];
static pare_regex_scratch *scratch;

static void set_up(void)
{
    static pare_diagnostics findings;
    pare_reading reading = {&arena, &findings};
    pare_error err;
    pare_arena_init(&arena, 256 << 20);
    pare_diagnostics_init(&findings);
    for (const pare_shipped_pack *shipped = pare_shipped_packs; shipped->name != NULL; shipped++) {
        DEMAND(n_packs < MOST_PACKS);
        packs[n_packs] = pare_pack_read(pare_span_from(shipped->bytes, shipped->len), shipped->name, &reading);
        DEMAND(packs[n_packs] != NULL);
        n_packs++;
        n_detectors += pare_packs_find((const pare_pack *const *)packs, n_packs, pare_span_of(shipped->name),
                                       detectors + n_detectors, MOST_DETECTORS - n_detectors);
        DEMAND(n_detectors < MOST_DETECTORS);
    }
    DEMAND(pare_regex_scratch_new(&scratch, &err) == PARE_OK);
    all = pare_detector_set_build(&arena, detectors, n_detectors);
    for (size_t i = 0; i < n_detectors; i++) {
        each[i] = pare_detector_set_build(&arena, &detectors[i], 1);
        DEMAND(all != NULL && each[i] != NULL);
    }
}

static bool is_boundary(pare_span text, size_t at)
{
    return at <= text.len && (at == text.len || (text.ptr[at] & 0xC0) != 0x80);
}

/** Scan both ways; the same. How many hits; SIZE_MAX: nobody can tell. */
static size_t scan(const pare_detector_set *set, pare_span text, pare_hit *hits)
{
    static pare_hit plain[MOST_HITS];
    size_t n = 0, n_plain = 0, end = 0;
    pare_match found = pare_detect(set, scratch, text, hits, MOST_HITS, &n);
    pare_match expected = pare_detect_unfiltered(set, scratch, text, plain, MOST_HITS, &n_plain);
    if (found == PARE_UNSURE || expected == PARE_UNSURE) {
        return SIZE_MAX; /* the one that looks in fewer places may meet a limit less often */
    }
    DEMAND(found == expected && n == n_plain && (found == PARE_HIT) == (n > 0));
    for (size_t i = 0; i < n; i++) {
        DEMAND(hits[i].from == plain[i].from && hits[i].to == plain[i].to && hits[i].detector == plain[i].detector);
        DEMAND(hits[i].from >= end && hits[i].from < hits[i].to);
        DEMAND(is_boundary(text, hits[i].from) && is_boundary(text, hits[i].to));
        DEMAND(hits[i].detector < pare_detector_set_size(set));
        end = hits[i].to;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pare_hit hits[MOST_HITS], hits_of_all[MOST_HITS];
    if (size < 2 || size > MOST_BYTES) {
        return 0;
    }
    if (scratch == NULL) {
        set_up();
    }
    pare_span text = {data + 1, size - 1};
    for (size_t at = 0, n = 0; at < text.len; at += n) {
        n = model_character(text.ptr, text.len, at);
        if (n == 0 || text.ptr[at] == 0) {
            return 0; /* the reader lets none of it pass */
        }
    }
    size_t n = scan(each[data[0] % n_detectors], text, hits);
    if (pick(data, size, 4) != 0) {
        return 0;
    }
    size_t n_all = scan(all, text, hits_of_all);
    for (size_t i = 0, j = 0; i < n && n != SIZE_MAX && n_all != SIZE_MAX; i++) {
        while (j < n_all && hits_of_all[j].to < hits[i].to) {
            j++;
        }
        DEMAND(j < n_all && hits_of_all[j].from <= hits[i].from && hits_of_all[j].to >= hits[i].to);
    }
    return 0;
}
