/*
 * The slow half of pare_buf: growing, formatting, freeing.
 *
 * The capacity doubles, so appending costs constant time on average, and stops at the ceiling,
 * so that no input decides how much memory is used.
 */
#include "rules/base/buf.h"

#include "rules/base/secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 64, PRINTF_CAPACITY = 512 };

void pare_buf_init(pare_buf *buf, size_t ceiling)
{
    memset(buf, 0, sizeof *buf);
    buf->ceiling = ceiling;
}

void pare_buf_clear(pare_buf *buf)
{
    free(buf->ptr);
    pare_buf_init(buf, buf->ceiling);
}

void pare_buf_wipe(pare_buf *buf)
{
    if (buf->ptr != NULL) {
        pare_secret_wipe(buf->ptr, buf->cap);
    }
    pare_buf_clear(buf);
}

bool pare_buf_reserve_slow(pare_buf *buf, size_t more)
{
    if (buf->status != PARE_OK) {
        return false;
    }
    if (more <= buf->cap - buf->len) {
        return true;
    }
    if (more > buf->ceiling - buf->len) {
        buf->status = PARE_E_LIMIT;
        return false;
    }
    size_t need = buf->len + more;
    size_t doubled = buf->cap > buf->ceiling / 2 ? buf->ceiling : 2 * buf->cap;
    size_t cap = need > doubled ? need : doubled;
    if (cap < FIRST_CAPACITY) {
        cap = buf->ceiling < FIRST_CAPACITY ? buf->ceiling : FIRST_CAPACITY;
    }
    unsigned char *grown = realloc(buf->ptr, cap);
    if (grown == NULL) {
        buf->status = PARE_E_NOMEM;
        return false;
    }
    buf->ptr = grown;
    buf->cap = cap;
    return true;
}

/* Long texts take a detour: vsnprintf() wants a byte more than the text, which the ceiling may not have. */
static void printf_long(pare_buf *buf, size_t len, const char *format, va_list args) PARE_PRINTF(3, 0);

static void printf_long(pare_buf *buf, size_t len, const char *format, va_list args)
{
    if (!pare_buf_reserve(buf, len)) {
        return;
    }
    char *text = malloc(len + 1);
    if (text == NULL) {
        buf->status = PARE_E_NOMEM;
        return;
    }
    if (vsnprintf(text, len + 1, format, args) == (int)len) {
        pare_buf_append(buf, text, len);
    }
    free(text);
}

void pare_buf_printf(pare_buf *buf, const char *format, ...)
{
    char text[PRINTF_CAPACITY];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(text, sizeof text, format, args);
    if (len >= 0 && (size_t)len < sizeof text) {
        pare_buf_append(buf, text, (size_t)len);
    } else if (len >= 0) {
        printf_long(buf, (size_t)len, format, again);
    }
    va_end(again);
    va_end(args);
}
