/*
 * The shadow of a text: the same text as a reader sees it, in the plainest characters there are for it.
 *
 * Detectors see bytes, and `４１１１…`, `a<ZERO WIDTH SPACE>lice@example.org` and `alice&#64;example.org` are other
 * bytes. The shadow is scanned beside the text itself; what is found there is mapped back to whole characters of the
 * text, so that nothing but what is found changes. A text whose shadow it is itself is not scanned twice. Exactly:
 * docs/DETECTORS.md.
 */
#ifndef PARE_RULES_STEP_SHADOW_H
#define PARE_RULES_STEP_SHADOW_H

#include "rules/step/rewriting.h"

/** Escapes within escapes, and what comes to light when others are gone: so many times, or the answer is UNSURE. */
enum { PARE_SHADOW_ROUNDS = 4, PARE_SHADOW_GROWTH = 4, PARE_SHADOW_GROWTH_MORE = 256 };

/** What a shadow is written to; a worker has one. */
typedef struct pare_shadow_space {
    pare_buf texts[2];
    pare_buf edits;
} pare_shadow_space;

typedef struct pare_shadow {
    pare_span text; /* in `space` */
    pare_rewriting rounds[PARE_SHADOW_ROUNDS];
    size_t n_rounds;
} pare_shadow;

void pare_shadow_space_init(pare_shadow_space *space, size_t ceiling);
void pare_shadow_space_clear(pare_shadow_space *space);

/**
 * Where the first byte from `at` on is that may not be its own shadow: one beyond ASCII, a `&` or a `%`. text.len:
 * there is none, and a text without any is its own shadow.
 */
size_t pare_shadow_pass(pare_span text, size_t at);

/**
 * The shadow of well-formed UTF-8. Overwrites what stood in `space`.
 * @param passed  what pare_shadow_pass() said of the text from 0 on
 * @return PARE_HIT (made), PARE_MISS (the text is its own shadow), PARE_UNSURE (a limit was met: withhold the value)
 */
pare_match pare_shadow_make(pare_shadow *shadow, pare_shadow_space *space, pare_span text, size_t passed);

/** The bytes of the text that a range of its shadow came from, and the other way round. */
pare_range pare_shadow_back(const pare_shadow *shadow, pare_range range);
pare_range pare_shadow_forth(const pare_shadow *shadow, pare_range range);

#endif
