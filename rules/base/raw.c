/*
 * Doubled quotes halved (RFC 4180 section 2.7), in one forward pass.
 *
 * Each piece up to and with a quote is copied whole and the quote's twin is skipped; moving the
 * rest up for every pair would take quadratic time on a field of nothing but quotes.
 */
#include "rules/base/raw.h"

#include "rules/base/span.h"

pare_span pare_raw_unquote(pare_span inner, pare_buf *spare)
{
    pare_span none = {NULL, 0};
    pare_buf_reset(spare);
    if (!pare_buf_reserve(spare, inner.len)) {
        return none;
    }
    while (inner.len > 0) {
        const unsigned char *quote = memchr(inner.ptr, '"', inner.len);
        size_t piece = quote == NULL ? inner.len : (size_t)(quote - inner.ptr) + 1;
        memcpy(spare->ptr + spare->len, inner.ptr, piece);
        spare->len += piece;
        inner = pare_span_after(inner, piece);
        if (quote != NULL && inner.len > 0 && inner.ptr[0] == '"') {
            inner = pare_span_after(inner, 1);
        }
    }
    return pare_buf_span(spare);
}
