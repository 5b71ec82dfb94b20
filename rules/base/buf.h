/*
 * Growing bytes with a ceiling and a sticky status.
 *
 * Append freely and ask once: after the first append that would pass the ceiling or runs out of
 * memory, `status` says so, every later append does nothing, and the length stays what it was.
 *
 *  - 0 <= len <= cap <= ceiling
 *  - ptr is NULL only while cap is 0
 *  - status is PARE_OK, PARE_E_LIMIT or PARE_E_NOMEM
 */
#ifndef PARE_RULES_BASE_BUF_H
#define PARE_RULES_BASE_BUF_H

#include "pare/types.h"

#include <string.h>

typedef struct pare_buf {
    unsigned char *ptr; /* owned */
    size_t len, cap;    /* bytes */
    size_t ceiling;     /* bytes; set by pare_buf_init() */
    pare_status status; /* sticky */
} pare_buf;

/** An empty buffer that may grow to `ceiling` bytes. Allocates nothing. */
void pare_buf_init(pare_buf *buf, size_t ceiling);

/** Free the bytes; the buffer is empty and usable again with the same ceiling. */
void pare_buf_clear(pare_buf *buf);

/** Overwrite with zeros, then clear: for bytes that must not linger. */
void pare_buf_wipe(pare_buf *buf);

/** Make room for `more` bytes behind len. False, with status set, where that can't be had. */
bool pare_buf_reserve_slow(pare_buf *buf, size_t more);

static inline bool pare_buf_reserve(pare_buf *buf, size_t more)
{
    return more <= buf->cap - buf->len ? buf->status == PARE_OK : pare_buf_reserve_slow(buf, more);
}

/**
 * Keep the memory, forget the content and the status. Only that memory ran out is remembered until pare_buf_clear(): it
 * says nothing of the value at work, and must not decide what becomes of it.
 */
static inline void pare_buf_reset(pare_buf *buf)
{
    buf->len = 0;
    buf->status = buf->status == PARE_E_NOMEM ? PARE_E_NOMEM : PARE_OK;
}

static inline void pare_buf_append(pare_buf *buf, const void *bytes, size_t len)
{
    if (len > 0 && pare_buf_reserve(buf, len)) {
        memcpy(buf->ptr + buf->len, bytes, len);
        buf->len += len;
    }
}

static inline void pare_buf_append_span(pare_buf *buf, pare_span span)
{
    pare_buf_append(buf, span.ptr, span.len);
}

static inline void pare_buf_append_byte(pare_buf *buf, unsigned char byte)
{
    if (pare_buf_reserve(buf, 1)) {
        buf->ptr[buf->len++] = byte;
    }
}

/** A NUL-terminated text, without its NUL. */
static inline void pare_buf_append_text(pare_buf *buf, const char *text)
{
    pare_buf_append(buf, text, strlen(text));
}

void pare_buf_printf(pare_buf *buf, const char *format, ...) PARE_PRINTF(2, 3);

static inline pare_span pare_buf_span(const pare_buf *buf)
{
    pare_span span = {buf->ptr, buf->len};
    return span;
}

/** What was appended since `mark`, an earlier len. */
static inline pare_span pare_buf_since(const pare_buf *buf, size_t mark)
{
    pare_span span = {buf->ptr == NULL ? NULL : buf->ptr + mark, buf->len - mark};
    return span;
}

#endif
