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
#include "rules/detect/probe.h"
#include "rules/detect/surroundings.h"

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
static size_t valid_bytes(const pare_detector *detector, const pare_probe *sent, pare_region region, pare_span match)
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
static pare_match judge(const scanning *s, const pare_probe *sent, pare_range *range)
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
static bool scan_place(scanning *s, const pare_probe *sent, const pare_range *place, size_t *from)
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
static bool scan(scanning *s, const pare_probe *sent, const pare_places *places)
{
    size_t from = 0;
    bool sure = true;
    pare_regex_begin_scan(s->scratch);
    for (size_t i = 0; sure && i < places->n; i++) {
        sure = scan_place(s, sent, &places->items[i], &from);
    }
    pare_regex_end_scan(s->scratch);
    return sure;
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
static bool passes_glance(const scanning *s, const pare_probe_group *group, sight *seen)
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
static bool has_words(const scanning *s, const pare_probe_group *group, unsigned column, sight *seen)
{
    for (size_t i = 0; i < PARE_DETECTOR_MAX_CONTEXTS; i++) {
        if ((column & (unsigned)PARE_COLUMN_IS_CONTEXT << i) == 0 && !says(s, group->contexts[i], seen)) {
            return false;
        }
    }
    return true;
}

/** Can the value have a match of this probe, and where? What costs least is asked first. */
static bool is_asked(const scanning *s, const pare_probe *sent, unsigned column, sight *seen, pare_places *places)
{
    const bool announced = (column & PARE_COLUMN_ANNOUNCES) != 0 || sent->announced == PARE_MAX_WORD_LISTS;
    if (!announced && seen->has_read_words && !says(s, sent->announced, seen)) {
        return false;
    }
    return pare_demand_met(&sent->demand, &seen->facts) && begins_in(s, &sent->starts, seen, places) &&
           (announced || says(s, sent->announced, seen));
}

/** All matches of one detector. False: UNSURE. */
static bool scan_group(scanning *s, size_t detector, sight *seen)
{
    const pare_probe_group *group = &s->set->groups[detector];
    const unsigned column = column_says(s, detector);
    pare_places places;
    if (!passes_glance(s, group, seen)) {
        return true;
    }
    for (size_t k = group->first; k < group->end; k++) {
        const pare_probe *sent = &s->set->probes[k];
        if (s->value.len > sent->most_bytes || (sent->evidence == PARE_BY_PLAN && s->region == 0) ||
            (sent->contextual && !has_words(s, group, column, seen))) {
            continue;
        }
        if (is_asked(s, sent, column, seen, &places) && !scan(s, sent, &places)) {
            return false;
        }
    }
    return true;
}

/** Can the value have a match of this detector at all? */
static bool passes_gate(const scanning *s, size_t detector, sight *seen)
{
    const pare_gate *gate = &s->set->gates[detector];
    const pare_value_facts *facts = &seen->facts;
    if (facts->bytes < gate->bytes || facts->digits < gate->digits || (facts->bits & gate->all) != gate->all) {
        return false;
    }
    if (gate->needs_shape && !facts->shaped) {
        s->set->kind->shape(&s->set->prefilter, s->value, &seen->facts);
    }
    if (facts->run < gate->run || (gate->any != 0 && (facts->bits & gate->any) == 0)) {
        return false;
    }
    return gate->list == PARE_MAX_WORD_LISTS || column_says(s, detector) != 0 || says(s, gate->list, seen);
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
        if (passes_gate(&s, i, &seen) && !scan_group(&s, i, &seen)) {
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
