/*
 * JSON by RFC 8259, written in order: two blanks for each level, one member a line, nothing to free.
 *
 * Knows brackets, commas and escapes, not what is written. Errors stick to `out`.
 *
 *     pare_json json = pare_json_begin(out);
 *     pare_json_object(&json, NULL);
 *     pare_json_text(&json, "name", "acme");
 *     pare_json_array(&json, "purposes");
 *     pare_json_text(&json, NULL, "measurement");      in an array: no key
 *     pare_json_end(&json);
 *     pare_json_end(&json);                             writes the final line end
 */
#ifndef PARE_FILTER_REPORT_JSON_OUT_H
#define PARE_FILTER_REPORT_JSON_OUT_H

#include "rules/base/buf.h"

enum { PARE_JSON_DEPTH = 16 };

typedef struct pare_json {
    pare_buf *out;                   /* borrowed */
    unsigned depth;                  /* open brackets, at most PARE_JSON_DEPTH */
    bool has_items[PARE_JSON_DEPTH]; /* of each open bracket */
    bool is_array[PARE_JSON_DEPTH];
} pare_json;

pare_json pare_json_begin(pare_buf *out);

/** A text alone, quoted and escaped: for lines of JSON. */
void pare_json_append_string(pare_buf *out, pare_span text);

void pare_json_object(pare_json *json, const char *key);
void pare_json_array(pare_json *json, const char *key);
/** Close the innermost bracket; `[]` and `{}` where it is empty. */
void pare_json_end(pare_json *json);

void pare_json_text(pare_json *json, const char *key, const char *text);
void pare_json_span(pare_json *json, const char *key, pare_span text);
void pare_json_number(pare_json *json, const char *key, uint64_t number);
void pare_json_bool(pare_json *json, const char *key, bool value);

#endif
