/*
 * Scan a value with a set of detectors.
 *
 * A set is a flat list of probes, one for each expression of each detector, with what the prefilter must have seen for it
 * to be worth running. The scan of one probe walks the value from the left: a match that the validators and the context
 * accept is a match, and the walk goes on behind it; a match that they refuse is none, and the walk goes on one character
 * further, so that a refused candidate can't hide another one that begins inside it.
 *
 * All matches of all probes are then put in order and fused where they overlap (detect.h says how a fused hit is named).
 * To pick one of two overlapping matches and forget the other would leave a part of what was found in the clear.
 */
#include "rules/detect/detect.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/detect/pack.h"
#include "rules/detect/prefilter.h"

enum { MAX_BEHIND_BYTES = 96 };

typedef struct probe {
    pare_demand demand;
    const pare_regex *regex;
    const pare_regex *behind; /* must end where a match begins; or NULL */
    uint32_t detector;        /* index in the set */
} probe;

/** The probes of one detector, and what all of them demand. */
typedef struct probe_group {
    pare_demand demand;
    const pare_regex *glance; /* or NULL */
    uint32_t first, end; /* probes, the end not included */
} probe_group;

struct pare_detector_set {
    const pare_detector *const *detectors; /* [n_detectors] */
    size_t n_detectors;
    const probe_group *groups;             /* [n_detectors] */
    const probe *probes;                   /* in the order of the detectors */
    size_t n_probes;
    pare_prefilter prefilter;
    pare_prefilter_read read;
};

/* --- building ------------------------------------------------------------------------------------- */

/** What a detector's pack states, for the prefilter of the set. */
static pare_demand demand_of(const pare_detector *detector, pare_prefilter *prefilter)
{
    const pare_needs *needs = &detector->needs;
    pare_demand demand = {0, 0, needs->min_digits, needs->min_run, needs->min_bytes};
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

/** The same with what PCRE2 knows of one expression. */
static pare_demand demand_of_regex(pare_demand demand, const pare_regex *regex, pare_prefilter *prefilter)
{
    pare_regex_facts facts;
    pare_regex_facts_of(regex, &facts);
    if (facts.min_length > demand.bytes) { /* characters: bytes are at least as many */
        demand.bytes = facts.min_length;
    }
    if (facts.required_byte > 0 && (facts.required_byte < '0' || facts.required_byte > '9')) {
        demand.all |= pare_prefilter_want_byte(prefilter, (unsigned char)facts.required_byte);
    }
    return demand;
}

const pare_detector_set *pare_detector_set_build(pare_arena *arena, const pare_detector *const *detectors, size_t n)
{
    size_t n_probes = 0;
    for (size_t i = 0; i < n; i++) {
        n_probes += detectors[i]->n_regexes;
    }
    pare_detector_set *set = pare_arena_alloc(arena, sizeof *set);
    const pare_detector **kept = pare_arena_array(arena, n, sizeof *kept);
    probe *probes = pare_arena_array(arena, n_probes, sizeof *probes);
    probe_group *groups = pare_arena_array(arena, n, sizeof *groups);
    if (set == NULL || kept == NULL || probes == NULL || groups == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        pare_demand demand = demand_of(detectors[i], &set->prefilter);
        kept[i] = detectors[i];
        groups[i].demand = demand;
        groups[i].glance = detectors[i]->glance;
        groups[i].first = (uint32_t)set->n_probes;
        for (size_t k = 0; k < detectors[i]->n_regexes; k++) {
            probe *added = &probes[set->n_probes++];
            added->regex = detectors[i]->regexes[k];
            added->demand = demand_of_regex(demand, added->regex, &set->prefilter);
            added->behind = detectors[i]->behind[k];
            added->detector = (uint32_t)i;
        }
        groups[i].end = (uint32_t)set->n_probes;
    }
    set->groups = groups;
    set->detectors = kept;
    set->n_detectors = n;
    set->probes = probes;
    set->read = pare_prefilter_choose();
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

/* --- scanning ------------------------------------------------------------------------------------- */

/** Where hits go: the caller's array. */
typedef struct hit_list {
    pare_hit *items;
    size_t n, max;
} hit_list;

/** The start of the character that `at` lies in. */
static size_t character_start(pare_span value, size_t at)
{
    while (at > 0 && at < value.len && (value.ptr[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

/** Does a context word stand within the window before or behind the match, outside of it? */
static pare_match has_context(const pare_detector *detector, pare_regex_scratch *scratch, pare_span value,
                              pare_range range)
{
    if (detector->context == NULL) {
        return PARE_HIT;
    }
    size_t window = detector->context_window;
    size_t from = character_start(value, range.from > window ? range.from - window : 0);
    size_t to = value.len - range.to > window ? character_start(value, range.to + window) : value.len;
    pare_match before =
        pare_regex_match(detector->context, scratch, pare_span_first(value, range.from), from, false, NULL, 0);
    if (before != PARE_MISS) {
        return before;
    }
    to = to < range.to ? range.to : to;
    return pare_regex_match(detector->context, scratch, pare_span_first(value, to), range.to, false, NULL, 0);
}

/** Does what announces the match stand right before it? A look-behind of any length, up to a limit. */
static pare_match is_announced(const pare_regex *behind, pare_regex_scratch *scratch, pare_span value, pare_range range)
{
    size_t from = character_start(value, range.from > MAX_BEHIND_BYTES ? range.from - MAX_BEHIND_BYTES : 0);
    return pare_regex_match(behind, scratch, pare_span_first(value, range.from), from, false, NULL, 0);
}

/** Do the validators accept this match, and what stands around it? */
static pare_match judge(const pare_detector *detector, const probe *sent, pare_regex_scratch *scratch, pare_span value,
                        pare_range range)
{
    pare_span match = {value.ptr + range.from, range.to - range.from};
    if (match.len == 0) {
        return PARE_MISS;
    }
    for (size_t i = 0; i < detector->n_validators; i++) {
        if (!detector->validators[i]->accepts(match)) {
            return PARE_MISS;
        }
    }
    if (sent->behind != NULL) {
        pare_match announced = is_announced(sent->behind, scratch, value, range);
        if (announced != PARE_HIT) {
            return announced;
        }
    }
    return has_context(detector, scratch, value, range);
}

/** All matches of one probe. False: UNSURE. */
static bool scan(const pare_detector_set *set, const probe *sent, pare_regex_scratch *scratch, pare_span value,
                 hit_list *hits)
{
    const pare_detector *detector = set->detectors[sent->detector];
    size_t at = 0;
    while (at <= value.len) {
        pare_range range;
        pare_match match = pare_regex_match(sent->regex, scratch, value, at, false, &range, 1);
        if (match != PARE_HIT) {
            return match == PARE_MISS;
        }
        match = judge(detector, sent, scratch, value, range);
        if (match == PARE_UNSURE || (match == PARE_HIT && hits->n == hits->max)) {
            return false;
        }
        if (match == PARE_HIT) {
            pare_hit hit = {(uint32_t)range.from, (uint32_t)range.to, sent->detector};
            hits->items[hits->n++] = hit;
            at = range.to;
            continue;
        }
        size_t next = range.from > at ? range.from : at;
        if (next >= value.len) {
            return true;
        }
        at = next + pare_utf8_length(value.ptr[next]);
    }
    return true;
}

/** Only a plain "no match" lets a detector be passed over. */
static bool passes_glance(const probe_group *group, pare_regex_scratch *scratch, pare_span value)
{
    return group->glance == NULL ||
           pare_regex_match(group->glance, scratch, value, 0, false, NULL, 0) != PARE_MISS;
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

pare_match pare_detect(const pare_detector_set *set, pare_regex_scratch *scratch, pare_span value, pare_hit *hits,
                       size_t max_hits, size_t *n_hits)
{
    hit_list list = {hits, 0, max_hits};
    pare_value_facts facts;
    *n_hits = 0;
    if (value.len > UINT32_MAX) {
        return PARE_UNSURE;
    }
    set->read(&set->prefilter, value, &facts);
    for (size_t i = 0; i < set->n_detectors; i++) {
        if (!pare_demand_met(&set->groups[i].demand, &facts) || !passes_glance(&set->groups[i], scratch, value)) {
            continue;
        }
        for (size_t k = set->groups[i].first; k < set->groups[i].end; k++) {
            if (pare_demand_met(&set->probes[k].demand, &facts) && !scan(set, &set->probes[k], scratch, value, &list)) {
                return PARE_UNSURE;
            }
        }
    }
    return list.n == 0 ? PARE_MISS : finish(&list, n_hits);
}

pare_match pare_detect_unfiltered(const pare_detector_set *set, pare_regex_scratch *scratch, pare_span value,
                                  pare_hit *hits, size_t max_hits, size_t *n_hits)
{
    hit_list list = {hits, 0, max_hits};
    *n_hits = 0;
    if (value.len > UINT32_MAX) {
        return PARE_UNSURE;
    }
    for (size_t i = 0; i < set->n_probes; i++) {
        if (!scan(set, &set->probes[i], scratch, value, &list)) {
            return PARE_UNSURE;
        }
    }
    return finish(&list, n_hits);
}
