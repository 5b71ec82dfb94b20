/*
 * Detectors on the column `notes`: sets of 3, 5, 12 and all that ship with the prefilter and one after another without
 * it, and the prefilter alone. Before anything is timed, both ways must find the same in every note.
 */
#include "rules/base/span.h"
#include "rules/detect/pack.h"
#include "rules/detect/prefilter.h"
#include "tests/bench/micro.h"

#include <stdio.h>

enum {
    MAX_PACKS = 64,
    MAX_DETECTORS = 256,
    MOST_AT_ONCE = 12,
    MAX_HITS = 1024,
    N_SETS = 4,
    FEW_NOTES = 50000,
    MAX_KINDS = 4
};
static const size_t PACKS_CEILING = (size_t)64 << 20;

typedef struct shipped {
    pare_arena arena;
    pare_diagnostics findings;
    pare_pack *packs[MAX_PACKS];
    size_t n_packs;
    const pare_detector *detectors[MAX_DETECTORS]; /* those a usual policy asks for first, then the others */
    size_t n_detectors;
    pare_regex_scratch *scratch;
} shipped;

typedef struct scan {
    const micro_column *notes;
    const pare_detector_set *set;
    pare_regex_scratch *scratch;
    pare_match (*detect)(const pare_detector_set *set, pare_regex_scratch *scratch, pare_span value, pare_hit *hits,
                         size_t max_hits, size_t *n_hits);
    size_t expected; /* hits in all notes */
    pare_hit hits[MAX_HITS];
} scan;

typedef struct reading {
    const micro_column *notes;
    pare_prefilter prefilter;
    const pare_prefilter_kind *kind;
    uint64_t seen;
} reading;

static bool has_detector(const shipped *s, const pare_detector *detector)
{
    for (size_t i = 0; i < s->n_detectors; i++) {
        if (s->detectors[i] == detector) {
            return true;
        }
    }
    return false;
}

static void take_detector(shipped *s, const pare_detector *detector)
{
    if (s->n_detectors < MAX_DETECTORS && !has_detector(s, detector)) {
        s->detectors[s->n_detectors++] = detector;
    }
}

/** All packs; the detectors of the small sets come first. */
static bool load_shipped(shipped *s)
{
    static const char *const first[] = {"email", "card", "phone", "iban", "ip"};
    for (const pare_shipped_pack *pack = pare_shipped_packs; pack->name != NULL && s->n_packs < MAX_PACKS; pack++) {
        pare_reading packs = {&s->arena, &s->findings};
        s->packs[s->n_packs] = pare_pack_read(pare_span_from(pack->bytes, pack->len), pack->name, &packs);
        if (s->packs[s->n_packs] == NULL) {
            return micro_fail("detectors: the pack %s can't be read", pack->name);
        }
        s->n_packs++;
    }
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
        const pare_detector *found[MAX_DETECTORS];
        size_t n = pare_packs_find((const pare_pack *const *)s->packs, s->n_packs, pare_span_of(first[i]), found,
                                   MAX_DETECTORS);
        if (n == 0) {
            return micro_fail("detectors: there is none for %s", first[i]);
        }
        take_detector(s, found[0]);
    }
    for (size_t i = 0; i < s->n_packs; i++) {
        for (size_t k = 0; k < s->packs[i]->n_detectors; k++) {
            take_detector(s, &s->packs[i]->detectors[k]);
        }
    }
    return pare_regex_scratch_new(&s->scratch, NULL) == PARE_OK || micro_fail("detectors: no memory");
}

static void free_shipped(shipped *s)
{
    for (size_t i = 0; i < s->n_packs; i++) {
        pare_pack_release(s->packs[i]);
    }
    pare_regex_scratch_free(s->scratch);
    pare_arena_clear(&s->arena);
    pare_diagnostics_clear(&s->findings);
}

static bool scan_all(void *context)
{
    scan *s = context;
    size_t hits = 0;
    for (size_t i = 0; i < s->notes->n; i++) {
        size_t n = 0;
        if (s->detect(s->set, s->scratch, s->notes->values[i], s->hits, MAX_HITS, &n) == PARE_UNSURE) {
            return false;
        }
        hits += n;
    }
    return hits == s->expected;
}

static bool read_all(void *context)
{
    reading *r = context;
    for (size_t i = 0; i < r->notes->n; i++) {
        pare_value_facts facts;
        r->kind->count(&r->prefilter, r->notes->values[i], &facts);
        r->kind->shape(&r->prefilter, r->notes->values[i], &facts);
        r->seen ^= facts.bits;
    }
    return true;
}

/** Both ways find the same, note by note. How much that is goes into both. */
static bool hits_agree(scan *filtered, scan *unfiltered)
{
    for (size_t i = 0; i < filtered->notes->n; i++) {
        size_t n = 0, n_unfiltered = 0;
        pare_span note = filtered->notes->values[i];
        pare_match one = filtered->detect(filtered->set, filtered->scratch, note, filtered->hits, MAX_HITS, &n);
        pare_match two =
            unfiltered->detect(unfiltered->set, unfiltered->scratch, note, unfiltered->hits, MAX_HITS, &n_unfiltered);
        bool same = one == two && n == n_unfiltered;
        for (size_t k = 0; same && k < n; k++) {
            const pare_hit *a = &filtered->hits[k], *b = &unfiltered->hits[k];
            same = a->from == b->from && a->to == b->to && a->detector == b->detector;
        }
        if (!same || one == PARE_UNSURE) {
            return micro_fail("detectors: note %zu is not the same with and without the prefilter", i + 1);
        }
        filtered->expected += n;
    }
    unfiltered->expected = filtered->expected;
    return true;
}

/** "email card phone" */
static void name_detectors(const shipped *s, size_t n, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && len < cap; i++) {
        len += (size_t)snprintf(out + len, cap - len, "%s%s", i == 0 ? "" : " ", pare_detector_name(s->detectors[i]));
    }
}

static bool add_set(micro *m, shipped *s, const micro_column *notes, size_t n, scan pair[2])
{
    const pare_detector_set *set = pare_detector_set_build(&s->arena, s->detectors, n);
    if (set == NULL) {
        return micro_fail("detectors: no memory");
    }
    for (size_t i = 0; i < 2; i++) {
        pair[i].notes = notes;
        pair[i].set = set;
        pair[i].scratch = s->scratch;
        pair[i].detect = i == 0 ? pare_detect : pare_detect_unfiltered;
    }
    return hits_agree(&pair[0], &pair[1]) &&
           micro_add(m, "detectors", scan_all, &pair[0], "%zu detectors, with prefilter", n) != NULL &&
           micro_add(m, "detectors", scan_all, &pair[1], "%zu detectors, one after another", n) != NULL;
}

/** The prefilter of the largest set, built as detect.c builds it: from what the packs state and PCRE2 knows. */
static void ask_for_all(const shipped *s, size_t n, pare_prefilter *prefilter)
{
    for (size_t i = 0; i < n; i++) {
        const pare_detector *detector = s->detectors[i];
        for (size_t k = 0; k < sizeof detector->needs.bytes && detector->needs.bytes[k] != 0; k++) {
            (void)pare_prefilter_want_byte(prefilter, detector->needs.bytes[k]);
        }
        for (size_t k = 0; k < detector->needs.n_sequences; k++) {
            (void)pare_prefilter_want_sequence(prefilter, detector->needs.sequences[k]);
        }
        for (size_t k = 0; k < detector->n_patterns; k++) {
            pare_regex_facts facts;
            pare_regex_facts_of(detector->patterns[k]->regex, &facts);
            if (facts.required_byte > 0 && (facts.required_byte < '0' || facts.required_byte > '9')) {
                (void)pare_prefilter_want_byte(prefilter, (unsigned char)facts.required_byte);
            }
        }
    }
}

static bool add_prefilters(micro *m, const shipped *s, const micro_column *notes, size_t n, reading *readings)
{
    size_t n_readings = 0;
    bool good = true;
    for (const pare_prefilter_kind *kind = pare_prefilter_kinds; kind->name != NULL && n_readings < MAX_KINDS; kind++) {
        if (kind->runs_here()) {
            reading *r = &readings[n_readings++];
            r->notes = notes;
            r->kind = kind;
            ask_for_all(s, n, &r->prefilter);
            good = good && micro_add(m, "detectors", read_all, r, "prefilter alone, %s", kind->name) != NULL;
        }
    }
    return good;
}

/** The first notes, without copying them: all detectors one after another take their time. */
static micro_column few_notes(const micro_column *notes)
{
    micro_column few = *notes;
    few.n = notes->n < FEW_NOTES ? notes->n : FEW_NOTES;
    few.bytes = 0;
    for (size_t i = 0; i < few.n; i++) {
        few.bytes += (double)few.values[i].len;
    }
    return few;
}

static bool measure(micro *m, shipped *s, const micro_column *notes)
{
    static scan scans[N_SETS][2]; /* large */
    reading readings[MAX_KINDS] = {{0}};
    size_t most = s->n_detectors < MOST_AT_ONCE ? s->n_detectors : MOST_AT_ONCE;
    const size_t sizes[N_SETS] = {3, 5, most, s->n_detectors};
    const micro_column few = few_notes(notes);
    size_t first = m->n_cases;
    memset(scans, 0, sizeof scans);
    for (size_t i = 0; i < N_SETS; i++) {
        if (!add_set(m, s, i == N_SETS - 1 ? &few : notes, sizes[i], scans[i])) {
            return false;
        }
    }
    if (!add_prefilters(m, s, notes, most, readings)) {
        return false;
    }
    for (size_t i = first; i < m->n_cases; i++) {
        size_t set = (i - first) / 2;
        const micro_column *read = set < N_SETS ? scans[set][0].notes : notes;
        m->cases[i].bytes = read->bytes;
        m->cases[i].values = (double)read->n;
    }
    if (!micro_run(m, first)) {
        return false;
    }
    for (size_t i = 0; i < N_SETS; i++) {
        micro_case *c = &m->cases[first + 2 * i];
        micro_compare(c, c + 1, "one after another");
        (void)snprintf(c->note, sizeof c->note, "hits identical: %zu", scans[i][0].expected);
        if (sizes[i] <= MOST_AT_ONCE) {
            name_detectors(s, sizes[i], c[1].note, sizeof c[1].note);
        }
    }
    return true;
}

bool micro_detectors(micro *m)
{
    shipped s = {.n_packs = 0};
    micro_column notes = {0};
    pare_arena_init(&s.arena, PACKS_CEILING);
    pare_diagnostics_init(&s.findings);
    bool good = load_shipped(&s) && micro_column_read(m, "notes", &notes) && measure(m, &s, &notes);
    micro_column_clear(&notes);
    free_shipped(&s);
    return good;
}
