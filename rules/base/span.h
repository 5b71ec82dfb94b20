/* Small questions about borrowed bytes. Knows nothing but bytes; allocates nothing. */
#ifndef PARE_RULES_BASE_SPAN_H
#define PARE_RULES_BASE_SPAN_H

#include "pare/types.h"

#include <string.h>

static inline pare_span pare_span_of(const char *text)
{
    pare_span span = {(const unsigned char *)text, strlen(text)};
    return span;
}

static inline pare_span pare_span_from(const void *ptr, size_t len)
{
    pare_span span = {(const unsigned char *)ptr, len};
    return span;
}

static inline bool pare_span_equal(pare_span a, pare_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool pare_span_is(pare_span span, const char *text)
{
    return pare_span_equal(span, pare_span_of(text));
}

/** The part from `from` (at most span.len) on. */
static inline pare_span pare_span_after(pare_span span, size_t from)
{
    pare_span rest = {span.len == 0 ? span.ptr : span.ptr + from, span.len - from};
    return rest;
}

/** The first `len` (at most span.len) bytes. */
static inline pare_span pare_span_first(pare_span span, size_t len)
{
    pare_span head = {span.ptr, len};
    return head;
}

/** Without blanks, tabs, CR and LF (ASCII) at either end. */
static inline pare_span pare_span_trim(pare_span span)
{
    while (span.len > 0 && (span.ptr[0] == ' ' || (span.ptr[0] >= '\t' && span.ptr[0] <= '\r'))) {
        span = pare_span_after(span, 1);
    }
    while (span.len > 0 &&
           (span.ptr[span.len - 1] == ' ' || (span.ptr[span.len - 1] >= '\t' && span.ptr[span.len - 1] <= '\r'))) {
        span.len--;
    }
    return span;
}

/** For printf's "%.*s": PARE_SPAN_ARGS(span). Names only, never a value of the data. */
#define PARE_SPAN_ARGS(span) (int)((span).len > 200 ? 200 : (span).len), (const char *)(span).ptr

#endif
