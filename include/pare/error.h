/*
 * The error a failing call fills: what kind, where, and one line of text.
 *
 * The caller owns it, it has a fixed size, and there is nothing to free. The text never holds a
 * value of the data; names of files and columns in it are escaped (pare_error_escape).
 * The lowest level that knows the place writes it; nobody above overwrites it, callers only add
 * the file.
 */
#ifndef PARE_ERROR_H
#define PARE_ERROR_H

#include "pare/types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pare_error {
    pare_status status;
    int os_errno;    /**< 0 if the operating system had no part in it */
    char file[160];  /**< escaped; empty if none */
    uint64_t record; /**< data: from 1, the header not counted; 0: none or the header itself */
    uint64_t line;   /**< data and policy: from 1; 0: not known */
    uint64_t column; /**< policy: from 1, in characters; 0: not known */
    uint64_t byte;   /**< data: offset in the decompressed input, from 0 */
    bool has_byte;
    char text[232]; /**< one line, lower case, no full stop */
} pare_error;

/**
 * Fill `err` (unless NULL) with a status and one line of text, and return the status, so that
 * `return pare_fail(err, PARE_E_DATA, "...")` reads well. Place, file and errno are cleared.
 */
PARE_API pare_status pare_fail(pare_error *err, pare_status status, const char *format, ...) PARE_PRINTF(3, 4);

/** As pare_fail(), with errno's number and description added to the text. */
PARE_API pare_status pare_fail_os(pare_error *err, pare_status status, int os_errno, const char *format, ...)
    PARE_PRINTF(4, 5);

/** Name the file, if none is named yet. `name` is escaped on the way. */
PARE_API void pare_error_in_file(pare_error *err, const char *name);

/**
 * Write `text` into `out` (capacity `cap`, always terminated) so that a terminal can't be
 * misled: control characters, backslash and invalid UTF-8 become \xNN, and what does not fit is
 * cut with `...`. For names only; values of the data are never printed.
 * @return the length written
 */
PARE_API size_t pare_escape(char *out, size_t cap, pare_span text);

#ifdef __cplusplus
}
#endif
#endif
