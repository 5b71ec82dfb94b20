/*
 * JSON by RFC 8259, as strict as what json_out.h writes: objects, arrays, strings, whole numbers, true and false. A key
 * that stands twice, null, fractions, bytes that are not UTF-8, a NUL and anything behind the end are refused: two
 * programs could read such a document in two ways.
 *
 * Everything lives in the caller's arena, texts included; the document may go.
 */
#ifndef PARE_FILTER_REPORT_JSON_IN_H
#define PARE_FILTER_REPORT_JSON_IN_H

#include "pare/error.h"
#include "rules/base/arena.h"

typedef enum pare_json_kind {
    PARE_JSON_BOOL = 0,
    PARE_JSON_NUMBER,
    PARE_JSON_TEXT,
    PARE_JSON_ARRAY,
    PARE_JSON_OBJECT
} pare_json_kind;

typedef struct pare_json_value {
    pare_json_kind kind;
    pare_span key;                 /* of a member; empty in an array */
    pare_span text;                /* TEXT: what it means; a NUL stands behind it */
    uint64_t number;               /* NUMBER; BOOL: 0 or 1 */
    struct pare_json_value *first; /* ARRAY, OBJECT: the items in order */
    struct pare_json_value *next;
    size_t n_items;
} pare_json_value;

/** @return PARE_OK; PARE_E_DATA with err->byte; PARE_E_NOMEM */
PARE_NODISCARD pare_status pare_json_read(pare_span document, pare_arena *arena, const pare_json_value **value,
                                          pare_error *err);

/** The member of that name and kind, or NULL; `object` may be NULL or no object. */
const pare_json_value *pare_json_member(const pare_json_value *object, const char *key, pare_json_kind kind);

#endif
