/*
 * What docs/CSV.md says of delimited text, once more and from nothing but that page: a byte at a time, with no regard
 * to speed. The fuzz targets hold the reader against it.
 */
#ifndef PARE_TESTS_FUZZ_CSV_MODEL_H
#define PARE_TESTS_FUZZ_CSV_MODEL_H

#include "pare/record.h"
#include "tests/fuzz/demand.h"

enum { MODEL_MAX_FIELDS = 1 << 14, MODEL_MAX_RECORDS = 1 << 14 };

typedef struct model_record {
    size_t start, end, len; /* `end`: behind the last field; `len`: with the line end */
    size_t first, n;        /* its fields */
    bool good, hopeless;    /* hopeless: nothing can be read from here on */
    pare_fault fault;
} model_record;

typedef struct model_text {
    const uint8_t *bytes;
    size_t len;
    unsigned char delimiter;
    size_t n_columns, max_field;
    struct {
        size_t from, to;
    } fields[MODEL_MAX_FIELDS];
    size_t n_fields;
    model_record records[MODEL_MAX_RECORDS];
    size_t n_records;
} model_text;

/** Length of the character at `at` by RFC 3629 section 4; 0: it is ill-formed. */
static inline size_t model_character(const uint8_t *bytes, size_t len, size_t at)
{
    uint8_t first = bytes[at], low = 0x80, high = 0xBF;
    size_t n = first < 0x80                     ? 1
               : first >= 0xC2 && first <= 0xDF ? 2
               : first >= 0xE0 && first <= 0xEF ? 3
               : first >= 0xF0 && first <= 0xF4 ? 4
                                                : 0;
    if (n == 0 || n > len - at) {
        return 0;
    }
    low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : low;
    high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : high;
    for (size_t i = 1; i < n; i++, low = 0x80, high = 0xBF) {
        if (bytes[at + i] < low || bytes[at + i] > high) {
            return 0;
        }
    }
    return n;
}

/** The fault of the byte at `at`, in its place: no fault is FAULT_OTHER. `state`: 's'tart, 'p'lain, 'q'uoted, 'c'losed.
 */
static inline pare_fault model_fault(const model_text *text, size_t at, char state)
{
    uint8_t byte = text->bytes[at];
    if (state != 'q') {
        if (byte == '\r' && (at + 1 == text->len || text->bytes[at + 1] != '\n')) {
            return PARE_FAULT_BARE_CR;
        }
        if (byte == '\r' || byte == '\n' || byte == text->delimiter) {
            return PARE_FAULT_OTHER;
        }
        if (state == 'c') {
            return PARE_FAULT_AFTER_QUOTE;
        }
        if (byte == '"') {
            return state == 's' ? PARE_FAULT_OTHER : PARE_FAULT_STRAY_QUOTE;
        }
    }
    if (byte == 0) {
        return PARE_FAULT_NUL;
    }
    return model_character(text->bytes, text->len, at) == 0 ? PARE_FAULT_UTF8 : PARE_FAULT_OTHER;
}

/** A bad record ends with the first LF at or behind `place`. */
static inline void model_bad(const model_text *text, model_record *record, size_t place, pare_fault fault)
{
    const uint8_t *line_end = memchr(text->bytes + place, '\n', text->len - place);
    record->fault = fault;
    record->len = (line_end == NULL ? text->len : (size_t)(line_end + 1 - text->bytes)) - record->start;
}

static inline void model_read_record(model_text *text, model_record *record)
{
    const uint8_t *bytes = text->bytes;
    size_t at = record->start, field = at;
    char state = 's';
    record->first = text->n_fields;
    for (;;) {
        bool ends = at == text->len;
        pare_fault fault = ends ? PARE_FAULT_OTHER : model_fault(text, at, state);
        bool separates = !ends && state != 'q' && fault == PARE_FAULT_OTHER &&
                         (bytes[at] == text->delimiter || bytes[at] == '\n' || bytes[at] == '\r');
        if (fault != PARE_FAULT_OTHER) {
            model_bad(text, record, at, fault);
            return;
        }
        if (ends && state == 'q') {
            record->hopeless = true;
            return;
        }
        if (!ends && !separates) { /* one character, or a doubled quote */
            size_t n = model_character(bytes, text->len, at);
            if (state == 'q' && bytes[at] == '"') {
                bool doubled = at + 1 < text->len && bytes[at + 1] == '"';
                n = doubled ? 2 : 1;
                state = doubled ? 'q' : 'c';
            } else if (state == 's') {
                state = bytes[at] == '"' ? 'q' : 'p';
            }
            at += n;
            if (at - field >
                text->max_field) { /* at its first byte beyond the limit, whether or not its quote closes */
                model_bad(text, record, field + text->max_field, PARE_FAULT_LONG_FIELD);
                return;
            }
            continue;
        }
        DEMAND(text->n_fields < MODEL_MAX_FIELDS);
        text->fields[text->n_fields].from = field;
        text->fields[text->n_fields++].to = at;
        if (separates && bytes[at] == text->delimiter) {
            field = ++at;
            state = 's';
            continue;
        }
        record->end = at;
        record->n = text->n_fields - record->first;
        record->len = at + (ends ? 0 : bytes[at] == '\r' ? 2 : 1) - record->start;
        record->good = record->n == text->n_columns;
        record->fault = record->good                  ? PARE_FAULT_OTHER
                        : record->n < text->n_columns ? PARE_FAULT_SHORT
                                                      : PARE_FAULT_WIDE;
        return;
    }
}

/** Every record up to the end of the text or the first that is hopeless. */
static inline void model_read(model_text *text, const uint8_t *bytes, size_t len)
{
    text->bytes = bytes;
    text->len = len;
    text->n_fields = text->n_records = 0;
    for (size_t at = 0; at < len;) {
        DEMAND(text->n_records < MODEL_MAX_RECORDS);
        model_record *record = &text->records[text->n_records++];
        *record = (model_record){.start = at};
        model_read_record(text, record);
        if (!record->good) {
            text->n_fields = record->first;
        }
        if (record->hopeless) {
            return;
        }
        at += record->len;
    }
}

/** Whether the strict reader takes the whole of it. */
static inline bool model_is_strict(const model_text *text)
{
    for (size_t i = 0; i < text->n_records; i++) {
        if (!text->records[i].good) {
            return false;
        }
    }
    return true;
}

#endif
