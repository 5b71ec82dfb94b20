/*
 * Sets of detectors: from what packs state and what PCRE2 knows of their expressions to probes and what each of them
 * demands of a value (probe.h).
 */
#include "rules/base/span.h"
#include "rules/detect/column.h"
#include "rules/detect/longest.h"
#include "rules/detect/probe.h"

/** What a detector's pack states, for the prefilter of the set. */
static pare_demand demand_of(const pare_needs *needs, pare_prefilter *prefilter)
{
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
static pare_starts starts_of(pare_detector_set *set, const pare_needs *needs, pare_demand demand, bool alone,
                             const pare_regex_facts *facts)
{
    pare_starts starts = {.byte = needs->bytes[0], .sequences = demand.any, .run = demand.run, .lead = needs->lead};
    pare_start stated = needs->start;
    bool sequences = stated == PARE_START_WORD || stated == PARE_START_SEQUENCE;
    if (sequences && needs->n_sequences > 0 && demand.any == 0) {
        stated = PARE_START_ANYWHERE; /* there was no room to look for them */
    }
    pare_starts_init(&starts, stated, alone, facts);
    if (starts.kind == PARE_START_NUMBER && !alone) {
        size_t *noted = &set->prefilter.noted_run;
        *noted = *noted == 0 || starts.run < *noted ? starts.run : *noted;
        for (size_t i = 0; i < sizeof starts.first && starts.lead == 0; i++) {
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

/** Of an expression that matches a whole value: how long that can be. */
static size_t longest_of(const pare_expression *expression)
{
    pare_buf text;
    size_t longest = SIZE_MAX;
    pare_buf_init(&text, 4 * PARE_REGEX_MAX_PATTERN);
    if (pare_expression_expand(expression, NULL, &text)) {
        longest = pare_longest_match(pare_buf_span(&text), expression->caseless);
    }
    pare_buf_clear(&text);
    return longest < SIZE_MAX - PARE_ALONE_BLANKS ? longest + PARE_ALONE_BLANKS : SIZE_MAX; /* those behind it */
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

/** The words without which none of the probes can have a match, if there are such; else PARE_MAX_WORD_LISTS. */
static size_t list_of_all(const pare_probe_group *group, const pare_probe *probes)
{
    size_t list = PARE_MAX_WORD_LISTS;
    for (size_t k = 0; k < group->end - group->first; k++) {
        size_t wanted = probes[k].contextual ? group->contexts[0] : probes[k].announced;
        if (wanted == PARE_MAX_WORD_LISTS || (k > 0 && wanted != list)) {
            return PARE_MAX_WORD_LISTS;
        }
        list = wanted;
    }
    return list;
}

static void add_probes(pare_detector_set *set, uint32_t index, const pare_detector *detector, pare_probe_group *group,
                       pare_gate *gate, pare_probe *probes)
{
    pare_regex_facts facts;
    const pare_demand of_all = demand_of(&detector->needs, &set->prefilter);
    const pare_demand of_patterns = demand_of(&detector->needs_of_patterns, &set->prefilter);
    group->first = (uint32_t)set->n_probes;
    for (size_t i = 0; i < PARE_DETECTOR_MAX_CONTEXTS; i++) { /* those that are not there have no words */
        group->contexts[i] = add_words(set, detector->contexts[i].words);
    }
    size_t announced = add_words(set, detector->words);
    if (detector->glance != NULL) {
        group->glance = detector->glance->regex;
        pare_regex_facts_of(group->glance, &facts);
        group->glance_starts = starts_of(set, &detector->needs, of_all, false, &facts);
    }
    for (size_t k = 0; k < detector->n_patterns; k++) {
        pare_probe *added = &probes[set->n_probes++];
        added->regex = detector->patterns[k]->regex;
        pare_regex_facts_of(added->regex, &facts);
        const bool is_free = k < detector->n_free;
        const pare_demand demand = is_free ? of_patterns : of_all;
        added->demand = demand_of_regex(demand, &facts, &set->prefilter);
        added->starts = starts_of(set, is_free ? &detector->needs_of_patterns : &detector->needs, demand,
                                  detector->alone[k], &facts);
        added->pattern = (uint32_t)k;
        added->most_bytes = detector->alone[k] ? longest_of(detector->patterns[k]) : SIZE_MAX;
        added->contextual = detector->contextual[k];
        added->announced = detector->behind[k] == NULL ? PARE_MAX_WORD_LISTS : announced;
        added->evidence = detector->regional[k]         ? PARE_BY_PLAN
                          : detector->behind[k] != NULL ? PARE_BY_WORD
                                                        : PARE_BY_FORM;
        added->detector = index;
    }
    group->end = (uint32_t)set->n_probes;
    *gate = (pare_gate){.all = of_all.all,
                        .any = of_all.any,
                        .bytes = (uint16_t)of_all.bytes,
                        .digits = (uint8_t)of_all.digits,
                        .run = (uint8_t)of_all.run,
                        .needs_shape = pare_demand_needs_shape(&of_all) || pare_demand_needs_shape(&of_patterns),
                        .list = (uint16_t)list_of_all(group, &probes[group->first])};
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
    pare_probe *probes = pare_arena_array(arena, n_probes, sizeof *probes);
    pare_probe_group *groups = pare_arena_array(arena, n, sizeof *groups);
    pare_gate *gates = pare_arena_array(arena, n, sizeof *gates);
    if (set == NULL || kept == NULL || probes == NULL || groups == NULL || gates == NULL) {
        return NULL;
    }
    set->words = pare_words_new(arena, n_words);
    if (set->words == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        kept[i] = detectors[i];
        add_probes(set, (uint32_t)i, detectors[i], &groups[i], &gates[i], probes);
    }
    set->groups = groups;
    set->gates = gates;
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
