/*
 * What a raw field means (RFC 4180 section 2.5 to 2.7): without its quotes, doubled quotes halved.
 */
#ifndef PARE_RULES_BASE_RAW_H
#define PARE_RULES_BASE_RAW_H

#include "pare/record.h"
#include "rules/base/buf.h"

/** The slow half of pare_raw_text(): halve doubled quotes of `inner` into `spare`. */
pare_span pare_raw_unquote(pare_span inner, pare_buf *spare);

/**
 * The text of a raw field that a reader has found well-formed. Points into `raw`, or, where quotes were doubled, into
 * `spare`, which is overwritten; valid until either changes. If `spare` can't grow, its status says so and the span is
 * empty: ask for spare->status.
 */
static inline pare_span pare_raw_text(pare_span raw, pare_buf *spare)
{
    if (raw.len < 2 || raw.ptr[0] != '"') {
        return raw;
    }
    pare_span inner = {raw.ptr + 1, raw.len - 2};
    if (inner.len < 2 || memchr(inner.ptr, '"', inner.len) == NULL) {
        return inner;
    }
    return pare_raw_unquote(inner, spare);
}

#endif
