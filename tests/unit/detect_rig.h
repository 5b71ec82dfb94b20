/* What the detector tests share: the shipped packs, loaded, and sets of their detectors by name. */
#ifndef PARE_TESTS_DETECT_RIG_H
#define PARE_TESTS_DETECT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/base/span.h"
#include "rules/detect/pack.h"

enum { RIG_MAX_PACKS = 64, RIG_MAX_DETECTORS = 256, RIG_MAX_HITS = 1024 };

typedef struct rig {
    pare_arena arena;
    pare_diagnostics findings;
    pare_pack *packs[RIG_MAX_PACKS];
    size_t n_packs;
    pare_regex_scratch *scratch;
    pare_hit hits[RIG_MAX_HITS];
    size_t n_hits;
} rig;

static inline void rig_open(rig *r)
{
    r->n_packs = r->n_hits = 0;
    pare_arena_init(&r->arena, 64 << 20);
    pare_diagnostics_init(&r->findings);
    assert_int_equal(pare_regex_scratch_new(&r->scratch, NULL), PARE_OK);
    for (const pare_shipped_pack *shipped = pare_shipped_packs; shipped->name != NULL; shipped++) {
        pare_reading reading = {&r->arena, &r->findings};
        assert_true(r->n_packs < RIG_MAX_PACKS);
        r->packs[r->n_packs] = pare_pack_read(pare_span_from(shipped->bytes, shipped->len), shipped->name, &reading);
        assert_non_null(r->packs[r->n_packs]);
        r->n_packs++;
    }
}

static inline void rig_close(rig *r)
{
    for (size_t i = 0; i < r->n_packs; i++) {
        pare_pack_release(r->packs[i]);
    }
    pare_regex_scratch_free(r->scratch);
    pare_arena_clear(&r->arena);
    pare_diagnostics_clear(&r->findings);
}

/** A set of what `names` (ends with NULL) stand for, in that order. */
static inline const pare_detector_set *rig_set(rig *r, const char *const *names)
{
    const pare_detector *detectors[RIG_MAX_DETECTORS];
    size_t n = 0;
    for (; *names != NULL; names++) {
        size_t added = pare_packs_find((const pare_pack *const *)r->packs, r->n_packs, pare_span_of(*names),
                                       detectors + n, RIG_MAX_DETECTORS - n);
        assert_true(added > 0 && added <= RIG_MAX_DETECTORS - n);
        n += added;
    }
    const pare_detector_set *set = pare_detector_set_build(&r->arena, detectors, n);
    assert_non_null(set);
    return set;
}

static inline const pare_detector_set *rig_all(rig *r)
{
    static const char *const names[] = {"email", "phone", "card", "iban", "ip", "url", "ssn", NULL};
    return rig_set(r, names);
}

static inline pare_match rig_scan(rig *r, const pare_detector_set *set, pare_span text)
{
    return pare_detect(set, r->scratch, text, r->hits, RIG_MAX_HITS, &r->n_hits);
}

#endif
