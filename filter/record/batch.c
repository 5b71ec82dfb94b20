/*
 * Memory of a batch. Offsets are 32 bits wide, so a batch is below 4 GiB.
 *
 * A record never straddles two batches: what is filled is cut at the last record boundary, and the rest moves to the
 * next batch's start. A batch is therefore as long as the longest record may be, and --max-record sets its capacity.
 */
#include "filter/record/batch.h"

#include <stdlib.h>

enum { GROW_FIRST = 1 << 14 };

pare_status pare_batch_init(pare_batch *batch, size_t cap)
{
    memset(batch, 0, sizeof *batch);
    if (cap == 0 || cap > UINT32_MAX - PARE_BATCH_PADDING) {
        return PARE_E_LIMIT;
    }
    batch->bytes = malloc(cap + PARE_BATCH_PADDING);
    if (batch->bytes == NULL) {
        return PARE_E_NOMEM;
    }
    memset(batch->bytes, 0, PARE_BATCH_PADDING);
    batch->cap = cap;
    return PARE_OK;
}

void pare_batch_clear(pare_batch *batch)
{
    free(batch->bytes);
    free(batch->ends);
    free(batch->starts);
    free(batch->breaks);
    free(batch->bad);
    memset(batch, 0, sizeof *batch);
}

bool pare_batch_grow(uint32_t **array, size_t *cap, size_t len, size_t n)
{
    if (n <= *cap - len) {
        return true;
    }
    const size_t most = SIZE_MAX / sizeof **array;
    if (n > most - len) {
        return false;
    }
    size_t wanted = *cap > most / 2 ? most : *cap * 2; /* doubling: each entry is moved once on average */
    wanted = wanted < GROW_FIRST ? GROW_FIRST : wanted;
    wanted = wanted < len + n ? len + n : wanted;
    uint32_t *moved = realloc(*array, wanted * sizeof **array);
    if (moved == NULL) {
        return false;
    }
    *array = moved;
    *cap = wanted;
    return true;
}

bool pare_batch_add_bad(pare_batch *batch, const pare_bad_record *bad)
{
    if (batch->n_bad == batch->bad_cap) { /* at most one for each byte of a batch: no overflow */
        size_t wanted = batch->bad_cap == 0 ? 64 : 2 * batch->bad_cap;
        pare_bad_record *moved = realloc(batch->bad, wanted * sizeof *moved);
        if (moved == NULL) {
            return false;
        }
        batch->bad = moved;
        batch->bad_cap = wanted;
    }
    batch->bad[batch->n_bad++] = *bad;
    return true;
}
