/*
 * Scan a value with a set of detectors.
 *
 * A set is a flat list of probes, one for each expression of each detector, with what the prefilter must have seen for
 * it to be worth running. The scan of one probe walks the value from the left: a match that the validators and the
 * context accept is a match, and the walk goes on behind it; a match that they refuse is none, and the walk goes on one
 * character further, so that a refused candidate can't hide another one that begins inside it.
 *
 * All matches of all probes are then put in order and fused where they overlap (detect.h says how a fused hit is
 * named). To pick one of two overlapping matches and forget the other would leave a part of what was found in the
 * clear.
 */
#include "rules/detect/detect.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/detect/column.h"
#include "rules/detect/pack.h"
#include "rules/detect/prefilter.h"
#include "rules/detect/surroundings.h"
#include "rules/detect/words.h"

typedef struct probe {
    pare_demand demand;
    pare_starts starts;
    const pare_regex *regex;
    uint32_t detector, pattern; /* index in the set, and in the detector's patterns */
    bool contextual;
    size_t announced; /* list of the words that announce it; PARE_MAX_WORD_LISTS: none */
    pare_evidence evidence;
} probe;

/** The probes of one detector, and what all of them demand. */
typedef struct probe_group {
    pare_demand demand;
    const pare_regex *glance; /* or NULL */
    pare_starts glance_starts;
    size_t
        contexts[PARE_DETECTOR_MAX_CONTEXTS]; /* lists of the words that must stand near; PARE_MAX_WORD_LISTS: none */
    uint32_t first, end;                      /* probes, the end not included */
} probe_group;

struct pare_detector_set {
    const pare_detector *const *detectors; /* [n_detectors] */
    size_t n_detectors;
    const probe_group *groups; /* [n_detectors] */
    const probe *probes;       /* in the order of the detectors */
    size_t n_probes;
    pare_prefilter prefilter;
    const pare_prefilter_kind *kind; /* of the prefilter */
    pare_word_table *words;
    pare_texts lists[PARE_MAX_WORD_LISTS]; /* that were added to `words` */
    unsigned char number_first[32]; /* bitmap of the bytes that a match which starts at a number can begin with */
};

/* --- building ------------------------------------------------------------------------------------- */

/** What a detector's pack states, for the prefilter of the set. */
static pare_demand demand_of(const pare_detector *detector, pare_prefilter *prefilter)
{
    const pare_needs *needs = &detector->needs;
    size_t digits = needs->min_run > needs->min_digits ? needs->min_run : needs->min_digits;
    pare_demand demand = {0, 0, digits, needs->min_run, needs->min_bytes};
    for (size_t i = 0; i < sizeof needs->bytes && needs->bytes[i] != 0; i++) {
        demand.all |= pare_prefilter_want_byte(prefilter, needs->bytes[i]);
    }
    for (size_t i = 0; i < needs->n_sequences; i++) {
        uint64_t bit = pare_prefilter_want_sequence(prefilter, needs->sequences[i]);
        if (bit == 0) { /* no room to look for one of them: then none may be demanded */
            demand.any = 0;
            break;
        }
        demand.any |= bit;
    }
    return demand;
}

/** Where the detector's matches begin, and what else is known of those of one expression. */
static pare_starts starts_of(pare_detector_set *set, const pare_detector *detector, pare_demand demand, bool alone,
                             const pare_regex_facts *facts)
{
    pare_starts starts = {.byte = detector->needs.bytes[0], .sequences = demand.any, .run = demand.run};
    pare_start stated = detector->needs.start;
    bool sequences = stated == PARE_START_WORD || stated == PARE_START_SEQUENCE;
    if (sequences && detector->needs.n_sequences > 0 && demand.any == 0) {
        stated = PARE_START_ANYWHERE; /* there was no room to look for them */
    }
    pare_starts_init(&starts, stated, alone, facts);
    if (starts.kind == PARE_START_NUMBER && !alone) {
        size_t *noted = &set->prefilter.noted_run;
        *noted = *noted == 0 || starts.run < *noted ? starts.run : *noted;
        for (size_t i = 0; i < sizeof starts.first; i++) {
            set->number_first[i] |= starts.first[i];
        }
    }
    return starts;
}

/** The same with what PCRE2 knows of one expression. */
static pare_demand demand_of_regex(pare_demand demand, const pare_regex_facts *facts, pare_prefilter *prefilter)
{
    const int bytes[] = {facts->required_byte, facts->first_byte};
    if (facts->min_length > demand.bytes) { /* characters: bytes are at least as many */
        demand.bytes = facts->min_length;
    }
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        if (bytes[i] > 0 && (bytes[i] < '0' || bytes[i] > '9')) {
            demand.all |= pare_prefilter_want_byte(prefilter, (unsigned char)bytes[i]);
        }
    }
    return demand;
}

static bool are_equal(pare_texts a, pare_texts b)
{
    for (size_t i = 0; a.n == b.n && i < a.n; i++) {
        if (!pare_span_equal(a.items[i], b.items[i])) {
            return false;
        }
    }
    return a.n == b.n;
}

/** A list of words, where there are any. Detectors that look for the same words share one. */
static size_t add_words(pare_detector_set *set, pare_texts words)
{
    for (size_t i = 0; words.n > 0 && i < set->words->n_lists; i++) {
        if (are_equal(words, set->lists[i])) {
            return i;
        }
    }
    size_t added = words.n == 0 ? PARE_MAX_WORD_LISTS : pare_words_add(set->words, words.items, words.n);
    if (added < PARE_MAX_WORD_LISTS) {
        set->lists[added] = words;
    }
    return added;
}

static void add_probes(pare_detector_set *set, uint32_t index, const pare_detector *detector, probe_group *group,
                       probe *probes)
{
    pare_regex_facts facts;
    group->demand = demand_of(detector, &set->prefilter);
    group->first = (uint32_t)set->n_probes;
    for (size_t i = 0; i < PARE_DETECTOR_MAX_CONTEXTS; i++) { /* those that are not there have no words */
        group->contexts[i] = add_words(set, detector->contexts[i].words);
    }
    size_t announced = add_words(set, detector->words);
    if (detector->glance != NULL) {
        group->glance = detector->glance->regex;
        pare_regex_facts_of(group->glance, &facts);
        group->glance_starts = starts_of(set, detector, group->demand, false, &facts);
    }
    for (size_t k = 0; k < detector->n_patterns; k++) {
        probe *added = &probes[set->n_probes++];
        added->regex = detector->patterns[k]->regex;
        pare_regex_facts_of(added->regex, &facts);
        added->demand = demand_of_regex(group->demand, &facts, &set->prefilter);
        added->starts = starts_of(set, detector, group->demand, detector->alone[k], &facts);
        added->pattern = (uint32_t)k;
        added->contextual = detector->contextual[k];
        added->announced = detector->behind[k] == NULL ? PARE_MAX_WORD_LISTS : announced;
        added->evidence = detector->regional[k]         ? PARE_BY_PLAN
                          : detector->behind[k] != NULL ? PARE_BY_WORD
                                                        : PARE_BY_FORM;
        added->detector = index;
    }
    group->end = (uint32_t)set->n_probes;
}

const pare_detector_set *pare_detector_set_build(pare_arena *arena, const pare_detector *const *detectors, size_t n)
{
    size_t n_probes = 0, n_words = 0;
    for (size_t i = 0; i < n; i++) {
        if (!pare_detector_compile(detectors[i], NULL)) { /* that it compiles was checked: memory ran out */
            return NULL;
        }
        n_probes += detectors[i]->n_patterns;
        n_words += detectors[i]->words.n;
        for (size_t k = 0; k < detectors[i]->n_contexts; k++) {
            n_words += detectors[i]->contexts[k].words.n;
        }
    }
    pare_detector_set *set = pare_arena_alloc(arena, sizeof *set);
    const pare_detector **kept = pare_arena_array(arena, n, sizeof *kept);
    probe *probes = pare_arena_array(arena, n_probes, sizeof *probes);
    probe_group *groups = pare_arena_array(arena, n, sizeof *groups);
    if (set == NULL || kept == NULL || probes == NULL || groups == NULL) {
        return NULL;
    }
    set->words = pare_words_new(arena, n_words);
    if (set->words == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        kept[i] = detectors[i];
        add_probes(set, (uint32_t)i, detectors[i], &groups[i], probes);
    }
    set->groups = groups;
    set->detectors = kept;
    set->n_detectors = n;
    set->probes = probes;
    set->kind = pare_prefilter_choose();
    return set;
}

size_t pare_detector_set_size(const pare_detector_set *set)
{
    return set->n_detectors;
}

const pare_detector *pare_detector_set_get(const pare_detector_set *set, size_t index)
{
    return set->detectors[index];
}

const char *pare_detector_name(const pare_detector *detector)
{
    return detector->name;
}

const char *pare_detector_category(const pare_detector *detector)
{
    return detector->category;
}

bool pare_detector_knows_regions(const pare_detector *detector)
{
    for (size_t i = 0; i < detector->n_validators; i++) {
        if (detector->validators[i]->accepts_in != NULL) {
            return true;
        }
    }
    return false;
}

const uint8_t *pare_detector_set_read_column(pare_arena *arena, const pare_detector_set *set,
                                             pare_regex_scratch *scratch, pare_span name)
{
    char words[PARE_COLUMN_WORDS_BYTES];
    const size_t len = pare_column_words(name, words);
    uint8_t *bits = pare_arena_array(arena, set->n_detectors + 1, sizeof *bits);
    for (size_t i = 0; bits != NULL && i < set->n_detectors; i++) {
        bits[i] = (uint8_t)pare_column_says(set->detectors[i], scratch, words, len);
    }
    return bits;
}

/* --- scanning ------------------------------------------------------------------------------------- */

/** Where hits go: the caller's array. */
typedef struct hit_list {
    pare_hit *items;
    size_t n, max;
} hit_list;

/** One value, what is known of where it stands, and what is found in it. */
typedef struct scanning {
    const pare_detector_set *set;
    const uint8_t *column; /* or NULL */
    pare_region region;
    pare_regex_scratch *scratch;
    pare_span value;
    hit_list hits;
} scanning;

/** What the column's name says of a detector. */
static unsigned column_says(const scanning *s, size_t detector)
{
    return s->column == NULL ? 0 : s->column[detector];
}

/** Is `a` the match that names the hit both belong to? */
static bool names_hit(pare_hit a, pare_hit b)
{
    uint32_t a_length = a.to - a.from, b_length = b.to - b.from;
    if (a_length != b_length) {
        return a_length > b_length;
    }
    return a.from != b.from ? a.from < b.from : a.detector < b.detector;
}

/** Would it add nothing to what was found: it lies within a match that has the better claim to name them both? */
static bool is_known(const hit_list *hits, pare_hit hit)
{
    for (size_t i = 0; i < hits->n; i++) {
        if (hit.from >= hits->items[i].from && hit.to <= hits->items[i].to && !names_hit(hit, hits->items[i])) {
            return true;
        }
    }
    return false;
}

/** How many bytes of the match the validators accept, from its start; 0: none. */
static size_t valid_bytes(const pare_detector *detector, const probe *sent, pare_region region, pare_span match)
{
    for (size_t i = 0; i < detector->n_validators && !detector->unchecked[sent->pattern]; i++) {
        const pare_validator *validator = detector->validators[i];
        if (region != 0 && validator->accepts_in != NULL) {
            match.len = validator->accepts_in(match, region, sent->evidence);
        } else if (!validator->accepts(match)) {
            return 0;
        }
    }
    return match.len;
}

/**
 * Do the validators accept this match, and what stands around it? The latter is what costs, so it is not asked where
 * the match would add nothing: then it counts as refused, and the walk looks for more than it would otherwise, never
 * less.
 */
static pare_match judge(const scanning *s, const probe *sent, pare_range *range)
{
    const pare_detector *detector = s->set->detectors[sent->detector];
    pare_span match = {s->value.ptr + range->from, range->to - range->from};
    range->to = range->from + valid_bytes(detector, sent, s->region, match);
    if (range->to == range->from) {
        return PARE_MISS;
    }
    pare_hit hit = {(uint32_t)range->from, (uint32_t)range->to, sent->detector};
    if (!pare_surroundings_matter(detector, sent->pattern)) {
        return PARE_HIT;
    }
    if (is_known(&s->hits, hit)) {
        return PARE_MISS;
    }
    return pare_surroundings_allow(detector, sent->pattern, column_says(s, sent->detector), s->scratch, s->value,
                                   *range);
}

/** All matches of one probe that begin at place->from to place->to, and not before *from. False: UNSURE. */
static bool scan_place(scanning *s, const probe *sent, const pare_range *place, size_t *from)
{
    size_t at = *from > place->from ? *from : place->from;
    while (at <= s->value.len && at <= place->to) {
        pare_range range;
        pare_match match = pare_regex_match_from(sent->regex, s->scratch, s->value, at, place->to, &range, 1);
        if (match != PARE_HIT) {
            return match == PARE_MISS;
        }
        match = judge(s, sent, &range);
        if (match == PARE_UNSURE || (match == PARE_HIT && s->hits.n == s->hits.max)) {
            return false;
        }
        if (match == PARE_HIT) {
            s->hits.items[s->hits.n++] = (pare_hit){(uint32_t)range.from, (uint32_t)range.to, sent->detector};
            *from = at = range.to;
            continue;
        }
        size_t next = range.from > at ? range.from : at;
        if (next >= s->value.len) {
            return true;
        }
        at = next + pare_utf8_length(s->value.ptr[next]);
    }
    return true;
}

/** All matches of one probe. False: UNSURE. */
static bool scan(scanning *s, const probe *sent, const pare_places *places)
{
    size_t from = 0;
    for (size_t i = 0; i < places->n; i++) {
        if (!scan_place(s, sent, &places->items[i], &from)) {
            return false;
        }
    }
    return true;
}

/** What was read of a value, and what has been made of that. */
typedef struct sight {
    pare_value_facts facts;
    pare_edges edges;
    bool has_read_words;
    pare_word_lists words;
} sight;

/** Does the value have a word of this list? */
static bool says(const scanning *s, size_t list, sight *seen)
{
    if (list == PARE_MAX_WORD_LISTS) {
        return true;
    }
    if (!seen->has_read_words) {
        pare_words_in(s->set->words, s->set->kind->letters, s->value, &seen->words);
        seen->has_read_words = true;
    }
    return pare_word_lists_have(&seen->words, list);
}

static bool begins_in(const scanning *s, const pare_starts *starts, sight *seen, pare_places *places)
{
    return pare_starts_in(starts, s->value, &seen->facts, s->set->number_first, &seen->edges, places);
}

/** Only a plain "no match" lets a detector be passed over. */
static bool passes_glance(const scanning *s, const probe_group *group, sight *seen)
{
    pare_places places;
    if (group->glance == NULL) {
        return true;
    }
    if (!begins_in(s, &group->glance_starts, seen, &places)) {
        return false;
    }
    for (size_t i = 0; i < places.n; i++) {
        pare_range place = places.items[i];
        if (pare_regex_match_from(group->glance, s->scratch, s->value, place.from, place.to, NULL, 0) != PARE_MISS) {
            return true;
        }
    }
    return false;
}

/** Has the value, or its column's name, a word of each of the detector's contexts? */
static bool has_words(const scanning *s, const probe_group *group, unsigned column, sight *seen)
{
    for (size_t i = 0; i < PARE_DETECTOR_MAX_CONTEXTS; i++) {
        if ((column & (unsigned)PARE_COLUMN_IS_CONTEXT << i) == 0 && !says(s, group->contexts[i], seen)) {
            return false;
        }
    }
    return true;
}

/** All matches of one detector. False: UNSURE. */
static bool scan_group(scanning *s, size_t detector, sight *seen)
{
    const probe_group *group = &s->set->groups[detector];
    const unsigned column = column_says(s, detector);
    pare_places places;
    if (!passes_glance(s, group, seen)) {
        return true;
    }
    for (size_t k = group->first; k < group->end; k++) {
        const probe *sent = &s->set->probes[k];
        if ((sent->evidence == PARE_BY_PLAN && s->region == 0) ||
            (sent->contextual && !has_words(s, group, column, seen))) {
            continue;
        }
        if (pare_demand_met(&sent->demand, &seen->facts) && begins_in(s, &sent->starts, seen, &places) &&
            ((column & PARE_COLUMN_ANNOUNCES) != 0 || says(s, sent->announced, seen)) && !scan(s, sent, &places)) {
            return false;
        }
    }
    return true;
}

/** Order by the start. Each probe's matches are in order already and there are few: insertion is the cheapest. */
static void sort_hits(hit_list *hits)
{
    for (size_t i = 1; i < hits->n; i++) {
        pare_hit moving = hits->items[i];
        size_t k = i;
        for (; k > 0 && hits->items[k - 1].from > moving.from; k--) {
            hits->items[k] = hits->items[k - 1];
        }
        hits->items[k] = moving;
    }
}

/** Make one hit of matches that overlap. */
static void fuse_hits(hit_list *hits)
{
    size_t n = 0;
    for (size_t i = 0; i < hits->n;) {
        pare_hit fused = hits->items[i], namer = fused;
        for (i++; i < hits->n && hits->items[i].from < fused.to; i++) {
            fused.to = hits->items[i].to > fused.to ? hits->items[i].to : fused.to;
            namer = names_hit(hits->items[i], namer) ? hits->items[i] : namer;
        }
        fused.detector = namer.detector;
        hits->items[n++] = fused;
    }
    hits->n = n;
}

static pare_match finish(hit_list *hits, size_t *n_hits)
{
    if (hits->n > 1) {
        sort_hits(hits);
        fuse_hits(hits);
    }
    *n_hits = hits->n;
    return hits->n > 0 ? PARE_HIT : PARE_MISS;
}

pare_match pare_detect_in(const pare_detector_set *set, const pare_scope *scope, pare_regex_scratch *scratch,
                          pare_span value, pare_hit *hits, size_t max_hits, size_t *n_hits)
{
    scanning s = {set,
                  scope == NULL ? NULL : scope->column,
                  scope == NULL ? 0 : scope->region,
                  scratch,
                  value,
                  {hits, 0, max_hits}};
    sight seen;
    *n_hits = 0;
    if (value.len > UINT32_MAX) {
        return PARE_UNSURE;
    }
    seen.edges.made = seen.has_read_words = false;
    set->kind->count(&set->prefilter, value, &seen.facts);
    for (size_t i = 0; i < set->n_detectors; i++) {
        const probe_group *group = &set->groups[i];
        if (!pare_demand_possible(&group->demand, &seen.facts)) {
            continue;
        }
        if (!seen.facts.shaped && pare_demand_needs_shape(&group->demand)) {
            set->kind->shape(&set->prefilter, value, &seen.facts);
        }
        if (pare_demand_met(&group->demand, &seen.facts) && !scan_group(&s, i, &seen)) {
            return PARE_UNSURE;
        }
    }
    return s.hits.n == 0 ? PARE_MISS : finish(&s.hits, n_hits);
}

pare_match pare_detect(const pare_detector_set *set, pare_regex_scratch *scratch, pare_span value, pare_hit *hits,
                       size_t max_hits, size_t *n_hits)
{
    return pare_detect_in(set, NULL, scratch, value, hits, max_hits, n_hits);
}

pare_match pare_detect_unfiltered_in(const pare_detector_set *set, const pare_scope *scope, pare_regex_scratch *scratch,
                                     pare_span value, pare_hit *hits, size_t max_hits, size_t *n_hits)
{
    scanning s = {set,
                  scope == NULL ? NULL : scope->column,
                  scope == NULL ? 0 : scope->region,
                  scratch,
                  value,
                  {hits, 0, max_hits}};
    const pare_places all = {1, {{0, SIZE_MAX}}};
    *n_hits = 0;
    if (value.len > UINT32_MAX) {
        return PARE_UNSURE;
    }
    for (size_t i = 0; i < set->n_probes; i++) {
        bool asked = set->probes[i].evidence != PARE_BY_PLAN || s.region != 0;
        if (asked && !scan(&s, &set->probes[i], &all)) {
            return PARE_UNSURE;
        }
    }
    return finish(&s.hits, n_hits);
}

pare_match pare_detect_unfiltered(const pare_detector_set *set, pare_regex_scratch *scratch, pare_span value,
                                  pare_hit *hits, size_t max_hits, size_t *n_hits)
{
    return pare_detect_unfiltered_in(set, NULL, scratch, value, hits, max_hits, n_hits);
}
