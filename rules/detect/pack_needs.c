/*
 * `needs` of a detector: what every value with a match in it holds, for the prefilter (prefilter.h, place.h).
 */
#include "rules/detect/pack_detector.h"
#include "rules/detect/prefilter.h"

#include "rules/base/span.h"

/** What the tables fill. */
typedef struct needs_text {
    pare_span bytes, pattern;
    uint32_t digits, run, length, lead;
    pare_texts sequences;
    int start;
    const pare_node *patterns;
} needs_text;

#define AT(type, member) .offset = offsetof(type, member)

static const char *const start_names[] = {"anywhere", "number", "word", "sequence",
                                          NULL}; /* in the order of pare_start */

static const pare_key_spec needs_keys[] = {
    {.key = "bytes",
     .kind = PARE_KIND_TEXT,
     AT(needs_text, bytes),
     .help = "Up to 4 ASCII characters; each must occur."},
    {.key = "digits", .kind = PARE_KIND_COUNT, AT(needs_text, digits), .max = 255, .help = "Digits at least."},
    {.key = "run",
     .kind = PARE_KIND_COUNT,
     AT(needs_text, run),
     .max = 255,
     .help = "Digits at least with nothing but blanks and ( ) * + - . / between them."},
    {.key = "length", .kind = PARE_KIND_COUNT, AT(needs_text, length), .max = 65535, .help = "Bytes at least."},
    {.key = "sequences",
     .kind = PARE_KIND_TEXTS,
     AT(needs_text, sequences),
     .help = "Up to 8 texts, one of which must occur; `a` is any letter, `1` any digit."},
    {.key = "start",
     .kind = PARE_KIND_CHOICE,
     .choices = start_names,
     AT(needs_text, start),
     .help =
         "Where every match begins: in the run of digits and not behind a digit (`number`), with no blank before the "
         "sequence or the first of `bytes` (`word`), or at the sequence (`sequence`)."},
    {.key = "lead",
     .kind = PARE_KIND_COUNT,
     AT(needs_text, lead),
     .max = 32,
     .help = "With `start: number`: a match may begin up to so many bytes before the run's first digit."},
    {.key = "pattern",
     .kind = PARE_KIND_NAME,
     AT(needs_text, pattern),
     .help = "An expression that matches in every value with a match in it, and is faster than the patterns."},
    {.key = "patterns",
     .kind = PARE_KIND_NODE,
     AT(needs_text, patterns),
     .help = "What matches of `pattern` and `patterns` need beside: `alone`, `announced` and the others don't."},
};
enum { N_NEEDS_KEYS = sizeof needs_keys / sizeof needs_keys[0], N_OF_DETECTOR = 2 };
static const pare_schema needs_schema = {"`needs`", needs_keys, N_NEEDS_KEYS, NULL};
static const pare_schema of_patterns_schema = {"`patterns` of `needs`", needs_keys, N_NEEDS_KEYS - N_OF_DETECTOR, NULL};

static bool fail(pare_reading *reading, pare_place place, const char *what)
{
    pare_diagnose(reading->findings, PR085, place, "%s", what);
    return false;
}

static bool has_start(const pare_needs *needs, pare_place place, pare_reading *reading)
{
    if (needs->start == PARE_START_NUMBER && needs->min_run == 0) {
        return fail(reading, place, "`start: number` goes with `run`");
    }
    if (needs->lead > 0 && needs->start != PARE_START_NUMBER) {
        return fail(reading, place, "`lead` goes with `start: number`");
    }
    if (needs->start == PARE_START_SEQUENCE && needs->n_sequences == 0) {
        return fail(reading, place, "`start: sequence` goes with `sequences`");
    }
    if (needs->start == PARE_START_WORD && needs->n_sequences == 0 && needs->bytes[0] == 0) {
        return fail(reading, place, "`start: word` goes with `sequences` or `bytes`");
    }
    return true;
}

/** Add what one table says to `needs`: figures are at least as large, and sequences and start are these, if given. */
static bool add_needs(const needs_text *text, pare_place place, pare_needs *needs, pare_reading *reading)
{
    size_t n_bytes = 0;
    while (n_bytes < sizeof needs->bytes && needs->bytes[n_bytes] != 0) {
        n_bytes++;
    }
    if (text->bytes.len > sizeof needs->bytes - n_bytes || text->sequences.n > PARE_NEEDS_MAX_SEQUENCES) {
        return fail(reading, place, "at most 4 bytes and 8 sequences");
    }
    for (size_t i = 0; i < text->bytes.len; i++) {
        if (text->bytes.ptr[i] <= ' ' || text->bytes.ptr[i] > '~') {
            return fail(reading, place, "`bytes` are printable ASCII characters");
        }
        needs->bytes[n_bytes++] = text->bytes.ptr[i];
    }
    needs->n_sequences = text->sequences.n > 0 ? 0 : needs->n_sequences;
    for (size_t i = 0; i < text->sequences.n; i++) {
        const char *wrong = pare_prefilter_check_sequence(text->sequences.items[i]);
        if (wrong != NULL) {
            return fail(reading, text->sequences.places[i], wrong);
        }
        needs->sequences[needs->n_sequences++] = (const char *)text->sequences.items[i].ptr;
    }
    needs->min_digits = text->digits > needs->min_digits ? (uint8_t)text->digits : needs->min_digits;
    needs->min_run = text->run > needs->min_run ? (uint8_t)text->run : needs->min_run;
    needs->min_bytes = text->length > needs->min_bytes ? (uint16_t)text->length : needs->min_bytes;
    needs->lead = text->lead > 0 ? (uint8_t)text->lead : needs->lead;
    needs->start = text->start != 0 ? (pare_start)text->start : needs->start;
    return has_start(needs, place, reading);
}

bool pare_pack_read_needs(const pare_pack_reader *r, const pare_node *node, bool caseless, pare_detector *detector)
{
    needs_text text = {0}, of_patterns = {0};
    if (node == NULL) {
        return true;
    }
    if (!pare_schema_read(&needs_schema, node, node->place, &text, r->reading) ||
        !add_needs(&text, node->place, &detector->needs, r->reading)) {
        return false;
    }
    if (text.pattern.len > 0) {
        detector->glance =
            pare_pack_expression(r, text.pattern, caseless, pare_schema_place(node, "pattern", node->place));
        if (detector->glance == NULL) {
            return false;
        }
    }
    detector->needs_of_patterns = detector->needs;
    return text.patterns == NULL ||
           (pare_schema_read(&of_patterns_schema, text.patterns, text.patterns->place, &of_patterns, r->reading) &&
            add_needs(&of_patterns, text.patterns->place, &detector->needs_of_patterns, r->reading));
}
