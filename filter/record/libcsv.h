/*
 * libcsv behind a small door: the second opinion on what CSV means. Blanks are data; stray quotes are taken as they
 * come. Only libcsv.c knows its types.
 */
#ifndef PARE_FILTER_RECORD_LIBCSV_H
#define PARE_FILTER_RECORD_LIBCSV_H

#include "pare/error.h"

typedef struct pare_libcsv pare_libcsv;

typedef struct pare_libcsv_calls {
    void (*field)(void *text, size_t len, void *context);
    void (*row)(int line_end, void *context); /* the byte that ended it; -1: the text ended */
    void *context;
} pare_libcsv_calls;

/** @param tells_blank_lines  call `row` for each line end of an empty line, and for the LF of each CR LF as well */
PARE_NODISCARD pare_status pare_libcsv_new(unsigned char delimiter, bool tells_blank_lines, pare_libcsv_calls calls,
                                           pare_libcsv **parser, pare_error *err);
void pare_libcsv_free(pare_libcsv *parser);

/** @return PARE_OK; PARE_E_DATA: it can't go on; PARE_E_NOMEM */
PARE_NODISCARD pare_status pare_libcsv_parse(pare_libcsv *parser, pare_span bytes, pare_error *err);

/** The text ends; the next byte begins another. `strict`: a quote that is still open is PARE_E_DATA. */
PARE_NODISCARD pare_status pare_libcsv_finish(pare_libcsv *parser, bool strict, pare_error *err);

/** Bytes of the field in hand. */
size_t pare_libcsv_pending(const pare_libcsv *parser);

#endif
