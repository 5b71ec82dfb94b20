/*
 * Ambiguity of position automata: see backtrack.h.
 *
 * Exponential: a position s from which two different runs lead back to s over one text. Both runs together are a walk
 * of pairs that begins and ends at (s, s) and passes a pair of two positions. All (s, s) of one strongly connected part
 * reach each other, so one for each part is tried.
 *
 * Square: two loops p and q, each over one set, and a walk from p to q whose characters both sets hold: a text of these
 * may be parted between p and q anywhere. It matters only if what stands behind q can fail.
 */
#include "rules/policy/backtrack.h"

#include <stdlib.h>

enum { BUDGET = 20000000 }; /* steps: some 20 ms; what is not told by then is not told */

typedef struct work {
    pare_automaton automaton;
    size_t left;
    pare_positions reach[PARE_MAX_POSITIONS]; /* in one step or more */
    unsigned char forth[PARE_MAX_POSITIONS][PARE_MAX_POSITIONS];
    unsigned char back[PARE_MAX_POSITIONS][PARE_MAX_POSITIONS];
    uint16_t queue[PARE_MAX_POSITIONS * PARE_MAX_POSITIONS][2];
    bool part[PARE_MAX_POSITIONS]; /* the strongly connected part at work */
} work;

static pare_charset common(pare_charset a, pare_charset b)
{
    pare_charset both = {a.low & b.low, a.high & b.high, a.other && b.other};
    return both;
}

static bool meet(pare_charset a, pare_charset b)
{
    pare_charset both = common(a, b);
    return (both.low | both.high) != 0 || both.other;
}

static void fill_reach(work *w)
{
    const pare_automaton *a = &w->automaton;
    for (size_t p = 0; p < a->n; p++) {
        w->reach[p] = a->follow[p];
    }
    for (size_t via = 0; via < a->n; via++) { /* Warshall */
        for (size_t p = 0; p < a->n; p++) {
            for (size_t i = 0; pare_positions_has(&w->reach[p], via) && i < PARE_POSITION_WORDS; i++) {
                w->reach[p].words[i] |= w->reach[via].words[i];
            }
        }
    }
}

/* One step of both runs over one character, forwards or backwards. */
static bool moves(const pare_automaton *a, size_t from, size_t to, size_t other_from, size_t other_to)
{
    return pare_positions_has(&a->follow[from], to) && pare_positions_has(&a->follow[other_from], other_to) &&
           meet(a->reads[to], a->reads[other_to]);
}

/* Marks the pairs of the part that walks from (s, s), or to it, touch. */
static void walk_pairs(work *w, size_t s, bool backwards, unsigned char seen[PARE_MAX_POSITIONS][PARE_MAX_POSITIONS])
{
    const pare_automaton *a = &w->automaton;
    size_t head = 0;
    size_t tail = 0;
    w->queue[tail][0] = w->queue[tail][1] = (uint16_t)s;
    tail++;
    seen[s][s] = 1;
    while (head < tail && w->left > 0) {
        size_t p = w->queue[head][0];
        size_t q = w->queue[head][1];
        head++;
        for (size_t to = 0; to < a->n; to++) {
            size_t before = backwards ? to : p;
            size_t after = backwards ? p : to;
            if (!w->part[to] || !pare_positions_has(&a->follow[before], after)) {
                continue;
            }
            w->left -= w->left < a->n ? w->left : a->n;
            for (size_t other = 0; other < a->n; other++) {
                if (w->part[other] && seen[to][other] == 0 &&
                    (backwards ? moves(a, to, p, other, q) : moves(a, p, to, q, other))) {
                    seen[to][other] = 1;
                    w->queue[tail][0] = (uint16_t)to;
                    w->queue[tail][1] = (uint16_t)other;
                    tail++;
                }
            }
        }
    }
}

static void clear_pairs(work *w)
{
    for (size_t p = 0; p < w->automaton.n; p++) {
        for (size_t q = 0; q < w->automaton.n; q++) {
            w->forth[p][q] = w->back[p][q] = 0;
        }
    }
}

/* A pair of two positions on a walk from (s, s) to (s, s): *at is the first of them. */
static bool finds_two_ways(work *w, size_t s, size_t *at)
{
    const pare_automaton *a = &w->automaton;
    for (size_t p = 0; p < a->n; p++) {
        w->part[p] = pare_positions_has(&w->reach[s], p) && pare_positions_has(&w->reach[p], s);
    }
    clear_pairs(w);
    walk_pairs(w, s, false, w->forth);
    walk_pairs(w, s, true, w->back);
    for (size_t p = 0; p < a->n; p++) {
        for (size_t q = p + 1; q < a->n; q++) {
            if (w->forth[p][q] != 0 && w->back[p][q] != 0) {
                *at = p;
                return true;
            }
        }
    }
    return false;
}

static bool is_exponential(work *w, size_t *at)
{
    const pare_automaton *a = &w->automaton;
    bool done[PARE_MAX_POSITIONS] = {false};
    for (size_t s = 0; s < a->n; s++) {
        if (done[s] || !pare_positions_has(&w->reach[s], s)) {
            continue;
        }
        if (finds_two_ways(w, s, at)) {
            return true;
        }
        for (size_t p = 0; p < a->n; p++) {
            done[p] = done[p] || w->part[p];
        }
    }
    return false;
}

/* A walk from loop p to loop q over characters that both read. */
static bool share(const pare_automaton *a, size_t p, size_t q)
{
    pare_charset both = common(a->reads[p], a->reads[q]);
    bool seen[PARE_MAX_POSITIONS] = {false};
    uint16_t stack[PARE_MAX_POSITIONS];
    size_t n = 0;
    stack[n++] = (uint16_t)p;
    seen[p] = true;
    while (n > 0) {
        size_t from = stack[--n];
        for (size_t to = 0; to < a->n; to++) {
            if (!seen[to] && pare_positions_has(&a->follow[from], to) && meet(a->reads[to], both)) {
                if (to == q) {
                    return true;
                }
                seen[to] = true;
                stack[n++] = (uint16_t)to;
            }
        }
    }
    return false;
}

static bool is_square(const pare_automaton *a, bool whole, size_t *at)
{
    for (size_t p = 0; p < a->n; p++) {
        for (size_t q = 0; pare_positions_has(&a->follow[p], p) && q < a->n; q++) {
            bool loops = q != p && pare_positions_has(&a->follow[q], q) && meet(a->reads[p], a->reads[q]);
            bool may_fail = whole || !pare_positions_has(&a->last, q) || a->assertion_at > a->offsets[q];
            if (loops && may_fail && share(a, p, q)) {
                *at = q;
                return true;
            }
        }
    }
    return false;
}

pare_backtrack pare_backtrack_of(pare_span pattern, bool whole, size_t *offset)
{
    size_t at = 0;
    *offset = 0;
    work *w = calloc(1, sizeof *w);
    if (w == NULL || !pare_automaton_of(pattern, &w->automaton)) {
        free(w);
        return PARE_BACKTRACK_FINE;
    }
    pare_backtrack answer = PARE_BACKTRACK_FINE;
    w->left = BUDGET;
    fill_reach(w);
    if (w->automaton.ambiguous) {
        answer = PARE_BACKTRACK_EXPONENTIAL;
        *offset = w->automaton.ambiguous_at;
    } else if (is_exponential(w, &at)) {
        answer = PARE_BACKTRACK_EXPONENTIAL;
        *offset = w->automaton.offsets[at];
    } else if (is_square(&w->automaton, whole, &at)) {
        answer = PARE_BACKTRACK_SQUARE;
        *offset = w->automaton.offsets[at];
    }
    free(w);
    return answer;
}
