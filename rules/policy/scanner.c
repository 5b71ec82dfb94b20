/* Detectors beside a policy's steps: all packs, read once, and the set that is scanned with. See pare/scan.h. */
#include "pare/scan.h"

#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/detect/pack.h"
#include "rules/policy/model.h"
#include "rules/step/search.h"

#include <stdlib.h>

enum { MAX_PACKS = 128, MAX_DETECTORS = 1024 };
static const size_t ARENA_BYTES = (size_t)64 << 20, SHADOW_BYTES = (size_t)64 << 20;

struct pare_scanner {
    pare_arena arena;
    pare_pack *packs[MAX_PACKS]; /* the first n_shipped are owned, the others the policy's */
    size_t n_packs, n_shipped;
    const pare_detector *detectors[MAX_DETECTORS];
    size_t n_detectors;
    const pare_detector_set *set;
    pare_scratch scratch; /* what a search needs of it */
    pare_hit hits[PARE_MAX_HITS];
    const uint8_t **columns; /* [n_columns]: what their names say */
    size_t n_columns;
};

static pare_status read_packs(pare_scanner *scanner, pare_error *err)
{
    pare_diagnostics findings;
    pare_diagnostics_init(&findings);
    pare_reading reading = {&scanner->arena, &findings};
    pare_status status = PARE_OK;
    for (size_t i = 0; pare_shipped_packs[i].name != NULL && status == PARE_OK; i++) {
        const pare_shipped_pack *shipped = &pare_shipped_packs[i];
        pare_pack *pack = i == MAX_PACKS
                              ? NULL
                              : pare_pack_open(pare_span_from(shipped->bytes, shipped->len), shipped->name, &reading);
        if (pack == NULL) {
            status = pare_fail(err, findings.out_of_memory ? PARE_E_NOMEM : PARE_E_INTERNAL,
                               "the pack %s can't be read", shipped->name);
        } else {
            scanner->packs[scanner->n_packs++] = pack;
            scanner->n_shipped++;
        }
    }
    pare_diagnostics_clear(&findings);
    return status;
}

static pare_status borrow_packs(pare_scanner *scanner, const pare_policy *policy, pare_error *err)
{
    for (size_t i = 0; i < policy->n_own_packs; i++) {
        if (scanner->n_packs == MAX_PACKS) {
            return pare_fail(err, PARE_E_LIMIT, "the policy names too many packs to look with all of them");
        }
        scanner->packs[scanner->n_packs++] = policy->packs[i];
    }
    return PARE_OK;
}

/** Add the detectors that `name` stands for, each once. False: there is none of that name, or there are too many. */
static bool add_named(pare_scanner *scanner, pare_span name)
{
    const pare_detector *named[MAX_DETECTORS];
    size_t n = pare_packs_find((const pare_pack *const *)scanner->packs, scanner->n_packs, name, named, MAX_DETECTORS);
    for (size_t i = 0; i < n && i < MAX_DETECTORS; i++) {
        size_t known = 0;
        while (known < scanner->n_detectors && scanner->detectors[known] != named[i]) {
            known++;
        }
        if (known == MAX_DETECTORS) {
            return false;
        }
        if (known == scanner->n_detectors) {
            scanner->detectors[scanner->n_detectors++] = named[i];
        }
    }
    return n > 0;
}

static pare_status choose(pare_scanner *scanner, const char *names, pare_error *err)
{
    for (size_t i = 0; names == NULL && i < scanner->n_packs; i++) {
        if (!add_named(scanner, pare_span_of(scanner->packs[i]->name))) {
            return pare_fail(err, PARE_E_LIMIT, "there are too many detectors to look with all of them");
        }
    }
    while (names != NULL) {
        size_t len = strcspn(names, ",");
        pare_span name = pare_span_trim(pare_span_from(names, len));
        if (!add_named(scanner, name)) {
            char shown[80];
            pare_escape(shown, sizeof shown, name);
            return pare_fail(err, PARE_E_POLICY, "there is no detector or pack `%s`; `pare rules` lists them", shown);
        }
        names = names[len] == ',' ? names + len + 1 : NULL;
    }
    scanner->set = pare_detector_set_build(&scanner->arena, scanner->detectors, scanner->n_detectors);
    if (scanner->set == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for detectors");
    }
    return pare_regex_scratch_new(&scanner->scratch.regex, err);
}

pare_status pare_scanner_new(const pare_policy *policy, const char *names, pare_scanner **scanner, pare_error *err)
{
    pare_scanner *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for detectors");
    }
    pare_arena_init(&made->arena, ARENA_BYTES);
    pare_shadow_space_init(&made->scratch.shadow, SHADOW_BYTES);
    made->scratch.hits = made->hits;
    pare_status status = read_packs(made, err);
    if (status == PARE_OK && policy != NULL) {
        status = borrow_packs(made, policy, err);
    }
    if (status == PARE_OK) {
        status = choose(made, names, err);
    }
    if (status != PARE_OK) {
        pare_scanner_free(made);
        return status;
    }
    *scanner = made;
    return PARE_OK;
}

void pare_scanner_free(pare_scanner *scanner)
{
    if (scanner != NULL) {
        pare_regex_scratch_free(scanner->scratch.regex);
        pare_shadow_space_clear(&scanner->scratch.shadow);
        for (size_t i = 0; i < scanner->n_shipped; i++) {
            pare_pack_release(scanner->packs[i]);
        }
        pare_arena_clear(&scanner->arena);
        free(scanner);
    }
}

size_t pare_scanner_size(const pare_scanner *scanner)
{
    return scanner->n_detectors;
}

const char *pare_scanner_name(const pare_scanner *scanner, size_t index)
{
    return pare_detector_name(scanner->detectors[index]);
}

pare_status pare_scanner_columns(pare_scanner *scanner, const pare_span *names, size_t n, pare_error *err)
{
    const uint8_t **columns = pare_arena_array(&scanner->arena, n + 1, sizeof *columns);
    for (size_t i = 0; columns != NULL && i < n; i++) {
        columns[i] = pare_detector_set_read_column(&scanner->arena, scanner->set, scanner->scratch.regex, names[i]);
        columns = columns[i] == NULL ? NULL : columns;
    }
    if (columns == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for detectors");
    }
    scanner->columns = columns;
    scanner->n_columns = n;
    return PARE_OK;
}

bool pare_scanner_count(pare_scanner *scanner, size_t column, pare_span value, uint64_t *counts)
{
    const pare_scope scope = {.column = column < scanner->n_columns ? scanner->columns[column] : NULL};
    pare_search search;
    pare_search_begin(&search, scanner->set, scope, &scanner->scratch);
    pare_match found = pare_search_value(&search, value);
    for (size_t i = 0; found == PARE_HIT && i < search.n; i++) {
        counts[scanner->hits[i].detector]++;
    }
    return found != PARE_UNSURE;
}
