/*
 * What a detector's author promises, checked (pack_examples.h).
 *
 * The detector is scanned with alone, with and without the prefilter: `needs` that pass over an example are told apart
 * from a pattern that does not match it.
 */
#include "rules/detect/pack_examples.h"

#include "rules/base/span.h"

enum { MAX_EXAMPLE_HITS = 64, MAX_EXAMPLE_BYTES = PARE_MAX_FIELD_BYTES };

typedef struct bench {
    const pare_detector_set *set;
    pare_regex_scratch *scratch;
    pare_buf text;
    pare_reading *reading;
    pare_scope scope; /* of the column that the examples at work stand in */
} bench;

/** Offset of `mark` (two characters) in `text` from `from` on, or text.len. */
static size_t find_mark(pare_span text, const char *mark, size_t from)
{
    for (size_t i = from; i + 1 < text.len; i++) {
        if (text.ptr[i] == (unsigned char)mark[0] && text.ptr[i + 1] == (unsigned char)mark[1]) {
            return i;
        }
    }
    return text.len;
}

pare_range pare_pack_read_example(pare_span example, pare_buf *buf)
{
    pare_range range = {0, example.len};
    size_t open = find_mark(example, "<<", 0);
    size_t close = open < example.len ? find_mark(example, ">>", open + 2) : example.len;
    pare_buf_reset(buf);
    if (close == example.len) {
        pare_buf_append_span(buf, example);
        return range;
    }
    pare_buf_append(buf, example.ptr, open);
    pare_buf_append(buf, example.ptr + open + 2, close - open - 2);
    pare_buf_append(buf, example.ptr + close + 2, example.len - close - 2);
    range.from = open;
    range.to = close - 2;
    return range;
}

static void report(bench *b, pare_code code, pare_place place, const char *message, const char *label)
{
    pare_diagnostic *finding = pare_diagnose(b->reading->findings, code, place, "%s", message);
    finding->label = label;
}

static bool check_match(bench *b, pare_span example, pare_place place)
{
    pare_hit hits[MAX_EXAMPLE_HITS];
    size_t n = 0;
    pare_range wanted = pare_pack_read_example(example, &b->text);
    pare_span text = pare_buf_span(&b->text);
    pare_match match = pare_detect_in(b->set, &b->scope, b->scratch, text, hits, MAX_EXAMPLE_HITS, &n);
    if (match == PARE_HIT) {
        for (size_t i = 0; i < n; i++) {
            if (hits[i].from == wanted.from && hits[i].to == wanted.to) {
                return true;
            }
        }
        const char *label = pare_diagnostic_text(b->reading->findings, "found: its bytes %u to %u, not %zu to %zu",
                                                 hits[0].from + 1, hits[0].to, wanted.from + 1, wanted.to);
        report(b, PR083, place, "another part of the example is found", label);
        return false;
    }
    if (match == PARE_MISS &&
        pare_detect_unfiltered_in(b->set, &b->scope, b->scratch, text, hits, MAX_EXAMPLE_HITS, &n) == PARE_HIT) {
        report(b, PR083, place, "`needs` demand what this example does not hold", "passed over by the prefilter");
        return false;
    }
    report(b, PR083, place, match == PARE_MISS ? "the example is not found" : "the example exceeds a limit of matching",
           NULL);
    return false;
}

static bool check_reject(bench *b, pare_span example, pare_place place)
{
    pare_hit hits[MAX_EXAMPLE_HITS];
    size_t n = 0;
    pare_match match = pare_detect_unfiltered_in(b->set, &b->scope, b->scratch, example, hits, MAX_EXAMPLE_HITS, &n);
    if (match == PARE_MISS) {
        return true;
    }
    const char *label = match == PARE_UNSURE ? "exceeds a limit of matching"
                                             : pare_diagnostic_text(b->reading->findings, "found: its bytes %u to %u",
                                                                    hits[0].from + 1, hits[0].to);
    report(b, PR084, place, "the counter-example is found", label);
    return false;
}

/** Examples by the name of their column. */
static bool check_in_columns(bench *b, const pare_node *examples,
                             bool (*check)(bench *b, pare_span example, pare_place place))
{
    bool fine = true;
    for (size_t i = 0; examples != NULL && i < examples->n; i++) {
        const pare_node *texts = examples->pairs[i].value;
        b->scope.column =
            pare_detector_set_read_column(b->reading->arena, b->set, b->scratch, examples->pairs[i].key->text);
        if (b->scope.column == NULL) {
            b->reading->findings->out_of_memory = true;
            return false;
        }
        if (texts->kind == PARE_NODE_SCALAR) {
            fine = check(b, texts->text, texts->place) && fine;
        }
        for (size_t k = 0; texts->kind == PARE_NODE_LIST && k < texts->n; k++) {
            fine = check(b, texts->items[k]->text, texts->items[k]->place) && fine;
        }
    }
    return fine;
}

bool pare_pack_check_examples(const pare_detector *detector, pare_reading *reading)
{
    bench b = {pare_detector_set_build(reading->arena, &detector, 1), NULL, {0}, reading, {NULL, 0}};
    bool fine = true;
    if (b.set == NULL || pare_regex_scratch_new(&b.scratch, NULL) != PARE_OK) {
        reading->findings->out_of_memory = true;
        return false;
    }
    pare_buf_init(&b.text, MAX_EXAMPLE_BYTES);
    for (size_t i = 0; i < detector->n_matches; i++) {
        fine = check_match(&b, detector->matches[i], detector->match_places[i]) && fine;
    }
    for (size_t i = 0; i < detector->n_rejects; i++) {
        fine = check_reject(&b, detector->rejects[i], detector->reject_places[i]) && fine;
    }
    fine = check_in_columns(&b, detector->matches_in, check_match) && fine;
    fine = check_in_columns(&b, detector->rejects_in, check_reject) && fine;
    pare_buf_clear(&b.text);
    pare_regex_scratch_free(b.scratch);
    return fine;
}
