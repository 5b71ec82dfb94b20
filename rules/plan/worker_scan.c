/*
 * See worker_scan.h. Not everything that leaves is the record's. A token of `pseudonymize`, a fixed text and what a
 * table says are written by the policy or under its key: they are not looked at, whatever they look like. `redact` puts
 * such texts between the record's: a hit that lies within one of them does not count. An FF1 token keeps what is not in
 * its alphabet: there a hit counts only if it lies within what was kept.
 *
 * "Within" goes by the text, not by its place: a later step (`truncate`, `normalize`) may have moved it. That an
 * identifier of the record reads just like a part of a keyed token has odds that nobody needs to reckon with.
 */
#include "rules/plan/worker_scan.h"

#include "rules/base/span.h"
#include "rules/step/search.h"

static const size_t LOG_BYTES = (size_t)1 << 30;

void pare_scan_init(pare_scan_work *work, size_t ceiling)
{
    pare_buf_init(&work->written, ceiling);
    pare_buf_init(&work->left, ceiling);
    pare_buf_init(&work->log, LOG_BYTES);
}

void pare_scan_clear(pare_scan_work *work)
{
    pare_buf_clear(&work->written);
    pare_buf_clear(&work->left);
    pare_buf_clear(&work->log);
}

void pare_scan_begin(pare_scan_work *work, pare_scratch *scratch)
{
    pare_buf_reset(&work->written);
    pare_buf_reset(&work->left);
    work->own = false;
    scratch->written = &work->written;
    scratch->left = &work->left;
}

void pare_scan_end(pare_scan_work *work, pare_scratch *scratch)
{
    (void)work;
    scratch->written = NULL;
    scratch->left = NULL;
}

static unsigned char fold(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
}

/** Whether `part`, not empty, stands in one of the texts, ASCII letters of either case taken for one. */
static bool stands_in(const pare_buf *texts, pare_span part)
{
    for (size_t at = 0; at + part.len <= texts->len; at++) {
        size_t n = 0;
        while (n < part.len && fold(texts->ptr[at + n]) == fold(part.ptr[n])) {
            n++;
        }
        if (n == part.len) {
            return true;
        }
    }
    return false;
}

/** Whether the hit is one in what the record holds. */
static bool is_the_records(const pare_scan_work *work, pare_span hit)
{
    return (!work->own || stands_in(&work->left, hit)) && !stands_in(&work->written, hit);
}

static void count(pare_scan_work *work, pare_tally *tally, uint32_t counter)
{
    tally->scan[counter]++;
    pare_buf_append(&work->log, &counter, sizeof counter);
}

/** Count what is the record's; the first of it in work->found. @return whether there is any */
static bool count_hits(pare_scan_work *work, const pare_search *search, const pare_bound_column *column, pare_span text,
                       pare_tally *tally)
{
    bool any = false;
    for (size_t i = 0; i < search->n; i++) {
        const pare_hit *hit = &search->scratch->hits[i];
        if (is_the_records(work, pare_span_from(text.ptr + hit->from, hit->to - hit->from))) {
            const uint32_t detector = column->scan->indices[hit->detector];
            count(work, tally, column->first_scan + detector);
            work->found = any ? work->found : detector;
            any = true;
        }
    }
    return any;
}

pare_scan_verdict pare_scan_judge(pare_scan_work *work, pare_scratch *scratch, const pare_bound_column *column,
                                  const pare_scan *scan, pare_span text, pare_tally *tally)
{
    pare_search search;
    pare_scan_end(work, scratch);
    if (work->own && work->left.len == 0 && work->left.status == PARE_OK) {
        return PARE_SCAN_CLEARS;
    }
    const pare_scope scope = {.column = column->scan_says};
    pare_search_begin(&search, column->scan->set, scope, scratch);
    pare_match match = work->left.status == PARE_OK ? pare_search_value(&search, text) : PARE_UNSURE;
    switch (match) {
    case PARE_MISS:
        return PARE_SCAN_CLEARS;
    case PARE_UNSURE:
        work->found = (uint32_t)scan->n;
        count(work, tally, column->first_scan + work->found);
        break;
    case PARE_HIT:
        if (!count_hits(work, &search, column, text, tally)) {
            return PARE_SCAN_CLEARS;
        }
        break;
    }
    return scan->action == PARE_SCAN_WITHHOLD ? PARE_SCAN_HOLDS : PARE_SCAN_REFUSES;
}

size_t pare_scan_mark(const pare_scan_work *work)
{
    return work->log.len;
}

void pare_scan_rewind(pare_scan_work *work, pare_tally *tally, size_t mark)
{
    while (work->log.len > mark) {
        uint32_t counter;
        work->log.len -= sizeof counter;
        memcpy(&counter, work->log.ptr + work->log.len, sizeof counter);
        tally->scan[counter]--;
    }
}
