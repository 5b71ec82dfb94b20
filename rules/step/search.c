/* See search.h. */
#include "rules/step/search.h"

#include "rules/base/span.h"

/** Add the hits in `text`, the value or its shadow. False: unsure. */
static bool search_text(pare_search *s, pare_span text)
{
    size_t n = 0;
    if (s->detectors != NULL && pare_detect_in(s->detectors, &s->scope, s->scratch->regex, text,
                                               s->scratch->hits + s->n, PARE_MAX_HITS - s->n, &n) == PARE_UNSURE) {
        return false;
    }
    s->n += n;
    return s->echoes == NULL ||
           pare_echo_find(s->echoes, s->scratch, text, s->first_echo, s->scratch->hits, PARE_MAX_HITS, &s->n);
}

/** The same in the shadow, if the value has one; the hits are then those of the value. */
static bool search_shadow(pare_search *s, pare_span value, size_t passed)
{
    size_t first = s->n;
    switch (pare_shadow_make(&s->shadow, &s->scratch->shadow, value, passed)) {
    case PARE_MISS:
        return true;
    case PARE_UNSURE:
        return false;
    case PARE_HIT:
        break;
    }
    if (!search_text(s, s->shadow.text)) {
        return false;
    }
    for (size_t i = first; i < s->n; i++) {
        pare_hit *hit = &s->scratch->hits[i];
        pare_range range = pare_shadow_back(&s->shadow, (pare_range){hit->from, hit->to});
        hit->from = (uint32_t)range.from;
        hit->to = (uint32_t)range.to;
    }
    return true;
}

/** Is `a` the hit that names what both belong to? As in rules/detect. */
static bool names_hit(pare_hit a, pare_hit b)
{
    uint32_t a_length = a.to - a.from, b_length = b.to - b.from;
    if (a_length != b_length) {
        return a_length > b_length;
    }
    return a.from != b.from ? a.from < b.from : a.detector < b.detector;
}

/** Order by the start. Each search's hits are nearly in order: insertion is the cheapest, and needs no memory. */
static void sort_hits(pare_hit *hits, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        pare_hit moving = hits[i];
        size_t k = i;
        for (; k > 0 && hits[k - 1].from > moving.from; k--) {
            hits[k] = hits[k - 1];
        }
        hits[k] = moving;
    }
}

/** Make one hit of those that overlap. */
static void fuse(pare_search *s)
{
    pare_hit *hits = s->scratch->hits;
    size_t n = 0;
    sort_hits(hits, s->n);
    for (size_t i = 0; i < s->n;) {
        pare_hit fused = hits[i], namer = fused;
        for (i++; i < s->n && hits[i].from < fused.to; i++) {
            fused.to = hits[i].to > fused.to ? hits[i].to : fused.to;
            namer = names_hit(hits[i], namer) ? hits[i] : namer;
        }
        fused.detector = namer.detector;
        hits[n++] = fused;
    }
    s->n = n;
}

pare_match pare_search_value(pare_search *s, pare_span value)
{
    if (value.len > UINT32_MAX || !search_text(s, value)) {
        return PARE_UNSURE;
    }
    bool one_search = s->echoes == NULL; /* whose hits don't overlap */
    size_t passed = pare_shadow_pass(value, 0);
    if (passed < value.len) {
        size_t own = s->n;
        if (!search_shadow(s, value, passed)) {
            return PARE_UNSURE;
        }
        one_search = one_search && s->n == own;
    }
    if (!one_search && s->n > 1) {
        fuse(s);
    }
    return s->n > 0 ? PARE_HIT : PARE_MISS;
}

pare_span pare_search_reading(const pare_search *s, pare_span value, pare_hit hit)
{
    pare_range range = {hit.from, hit.to};
    if (s->shadow.n_rounds > 0) {
        range = pare_shadow_forth(&s->shadow, range);
        value = s->shadow.text;
    }
    if (range.from > range.to || range.to > value.len) {
        return pare_span_from(NULL, 0);
    }
    return pare_span_first(pare_span_after(value, range.from), range.to - range.from);
}
