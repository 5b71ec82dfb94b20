/*
 * Records as the rules see them: read-only views of fields that stand one after another.
 *
 * A view says where each field ends and nothing else. Field `c` reaches from one byte behind the end of field `c - 1`
 * (or from the record's start) up to its own end, so a column that nobody asks for costs nothing, and neighbours that
 * pass unchanged are copied in one go, separators included.
 *
 *     base: ... 4 7 , " a , b " , x \n ...
 *               ^start = 0
 *                   ^ ends[0] = 2     ^ ends[1] = 10
 *                                         ^ ends[2] = 12
 *
 * Bytes are "raw": as they stood, quotes and doubled quotes included. pare_raw_text() gives what they mean.
 */
#ifndef PARE_RECORD_H
#define PARE_RECORD_H

#include "pare/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is wrong with a record that is left out; its code, BR01 and so on, is stable (docs/CSV.md). */
typedef enum pare_fault {
    PARE_FAULT_OTHER = 0,   /**< none of these: the run can't go on behind it */
    PARE_FAULT_SHORT,       /**< fewer fields than the header */
    PARE_FAULT_WIDE,        /**< more fields than the header */
    PARE_FAULT_STRAY_QUOTE, /**< a quote inside an unquoted field */
    PARE_FAULT_AFTER_QUOTE, /**< text behind a closing quote */
    PARE_FAULT_BARE_CR,     /**< a carriage return without a line feed, outside quotes */
    PARE_FAULT_NUL,
    PARE_FAULT_UTF8,       /**< ill-formed UTF-8 */
    PARE_FAULT_LONG_FIELD, /**< a field longer than allowed */
    PARE_FAULT_LINE_BREAK, /**< a line break inside a column that expects none */
    PARE_FAULT_DATE,       /**< a date that retention needs and can't read, under `unreadable: fail` */
    PARE_FAULT_VALUE,      /**< a value that a step refuses, under `otherwise: fail` */
    PARE_FAULT_DETECTED,   /**< a value in which `scan_released` finds something, under `on_hit: quarantine` */
    PARE_FAULT_FORMULA     /**< a value that a spreadsheet would run, under `formulas: refuse` */
} pare_fault;

enum { PARE_N_FAULTS = PARE_FAULT_FORMULA + 1 };

/** "BR01" ... ; "BR00" for OTHER. Static. */
PARE_API const char *pare_fault_code(pare_fault fault);

/** One record. Borrowed from its rows. */
typedef struct pare_record {
    const unsigned char *base; /**< what the offsets count from */
    const uint32_t *ends;      /**< [n_fields]: one behind the last byte of each field, line end excluded */
    uint32_t start;            /**< the first field's first byte */
    uint32_t n_fields;
} pare_record;

/** Whole records of equal width, one after another. Made by a reader, borrowed from its batch, read by a worker. */
typedef struct pare_rows {
    const unsigned char *base;
    const uint32_t *ends;   /**< [n_rows * n_fields] */
    const uint32_t *starts; /**< [n_rows] */
    const uint32_t *breaks; /**< [n_breaks], ascending: offsets of each CR and LF that stands inside a quoted field */
    uint32_t n_rows, n_fields, n_breaks;
} pare_rows;

/** One record of `rows`; `row` < n_rows. */
static inline pare_record pare_rows_get(const pare_rows *rows, uint32_t row)
{
    pare_record record = {rows->base, rows->ends + (size_t)row * rows->n_fields, rows->starts[row], rows->n_fields};
    return record;
}

/** The bytes of one field as they stood in the input, quotes included. `column` < n_fields. */
static inline pare_span pare_record_raw(const pare_record *record, uint32_t column)
{
    uint32_t from = column == 0 ? record->start : record->ends[column - 1] + 1;
    pare_span raw = {record->base + from, record->ends[column] - from};
    return raw;
}

#ifdef __cplusplus
}
#endif
#endif
