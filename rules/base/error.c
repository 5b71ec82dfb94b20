/*
 * Filling a pare_error, and names made safe to print.
 *
 * A terminal is misled by more than ASCII controls: C1 controls move the cursor as escape
 * sequences do, and the bidirectional and invisible characters of Unicode reorder or hide what
 * stands beside them (Unicode TR 36, section 2.10). All of these leave as \xNN, byte by byte.
 */
#include "pare/error.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* Cutting at a capacity may split a character: leave only whole ones. */
static void keep_whole_characters(char *text)
{
    text[pare_utf8_valid_prefix(pare_span_of(text))] = '\0';
}

static void write_text(pare_error *err, const char *format, va_list args) PARE_PRINTF(2, 0);

static void write_text(pare_error *err, const char *format, va_list args)
{
    if (vsnprintf(err->text, sizeof err->text, format, args) < 0) {
        err->text[0] = '\0';
    }
    keep_whole_characters(err->text);
}

pare_status pare_fail(pare_error *err, pare_status status, const char *format, ...)
{
    if (err == NULL) {
        return status;
    }
    memset(err, 0, sizeof *err);
    err->status = status;
    va_list args;
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    return status;
}

pare_status pare_fail_os(pare_error *err, pare_status status, int os_errno, const char *format, ...)
{
    if (err == NULL) {
        return status;
    }
    memset(err, 0, sizeof *err);
    err->status = status;
    err->os_errno = os_errno;
    va_list args;
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);

    char storage[128];
    const char *description = strerror_r(os_errno, storage, sizeof storage); /* GNU: may not use the storage */
    size_t len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof err->text - len, ": %s (errno %d)", description, os_errno);
    keep_whole_characters(err->text);
    return status;
}

void pare_error_in_file(pare_error *err, const char *name)
{
    if (err != NULL && err->file[0] == '\0' && name != NULL) {
        (void)pare_escape(err->file, sizeof err->file, pare_span_of(name));
    }
}

/* What shows nothing, or changes how its neighbours are shown. */
static bool misleads(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character <= 0xA0) || character == '\\' ||
           character == 0x00AD ||                          /* soft hyphen */
           character == 0x061C ||                          /* Arabic letter mark */
           (character >= 0x200B && character <= 0x200F) || /* zero width, direction marks */
           (character >= 0x2028 && character <= 0x202E) || /* line ends, embeddings, overrides */
           (character >= 0x2060 && character <= 0x206F) || /* isolates, invisible operators */
           character == 0xFEFF || (character >= 0xFFF9 && character <= 0xFFFB) ||
           (character >= 0xE0000 && character <= 0xE007F); /* tags */
}

enum { PIECE_CAPACITY = 4 * 4 };

/* The next piece to show, either one character or its bytes as \xNN; *used is what it came from. */
static size_t next_piece(pare_span text, char piece[PIECE_CAPACITY], size_t *used)
{
    static const char hex[] = "0123456789abcdef";
    size_t want = text.ptr[0] < 0x80 ? 1 : pare_utf8_length(text.ptr[0]);
    if (want > text.len || pare_utf8_valid_prefix(pare_span_first(text, want)) != want) {
        want = 1;
    } else if (!misleads(pare_utf8_decode(text, used))) {
        memcpy(piece, text.ptr, want);
        return want;
    }
    *used = want;
    for (size_t i = 0; i < want; i++) {
        char *at = piece + 4 * i;
        at[0] = '\\';
        at[1] = 'x';
        at[2] = hex[text.ptr[i] >> 4];
        at[3] = hex[text.ptr[i] & 15];
    }
    return 4 * want;
}

size_t pare_escape(char *out, size_t cap, pare_span text)
{
    if (cap == 0) {
        return 0;
    }
    const size_t room = cap - 1;
    size_t len = 0, cut = 0; /* cut: the longest whole beginning that leaves room for the dots */
    while (text.len > 0) {
        char piece[PIECE_CAPACITY];
        size_t used = 1;
        size_t piece_len = next_piece(text, piece, &used);
        if (piece_len > room - len) {
            len = cut;
            while (len < room && len < cut + 3) {
                out[len++] = '.';
            }
            break;
        }
        memcpy(out + len, piece, piece_len);
        len += piece_len;
        if (len + 3 <= room) {
            cut = len;
        }
        text = pare_span_after(text, used);
    }
    out[len] = '\0';
    return len;
}
