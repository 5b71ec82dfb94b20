/* See refused.h. Running out of memory sticks to `raw`, as errors do to a buffer. */
#include "filter/pipeline/refused.h"
#include "rules/base/span.h"

#include <stdlib.h>

static const size_t RAW_CEILING = UINT32_MAX; /* a batch is shorter */

void pare_refused_init(pare_refused_list *list)
{
    *list = (pare_refused_list){0};
    pare_buf_init(&list->raw, RAW_CEILING);
}

void pare_refused_clear(pare_refused_list *list)
{
    free(list->items);
    pare_buf_clear(&list->raw);
    list->items = NULL;
}

pare_refused_merge pare_refused_begin(pare_refused_list *list, const pare_batch *batch, pare_worker *worker,
                                      bool keeps_raw)
{
    pare_refused_merge merge = {list, batch, worker, keeps_raw, 0, 0, 1};
    list->n = 0;
    pare_buf_reset(&list->raw);
    return merge;
}

static void append(pare_refused_merge *merge, uint64_t record, size_t start, size_t len, pare_fault fault)
{
    pare_refused_list *list = merge->list;
    const pare_batch *batch = merge->batch;
    if (list->n == list->cap) { /* at most one for each byte of a batch: no overflow */
        size_t wanted = list->cap == 0 ? 64 : 2 * list->cap;
        pare_refused *moved = realloc(list->items, wanted * sizeof *moved);
        if (moved == NULL) {
            list->raw.status = PARE_E_NOMEM;
            return;
        }
        list->items = moved;
        list->cap = wanted;
    }
    for (; merge->counted < start; merge->counted++) {
        merge->line += batch->bytes[merge->counted] == '\n';
    }
    list->items[list->n++] = (pare_refused){record, merge->line, start, len, fault};
    if (merge->keeps_raw) {
        pare_buf_append(&list->raw, batch->bytes + start, len);
    }
}

/** Those that the reader left out before row `row`. */
static void append_bad(pare_refused_merge *merge, uint32_t row)
{
    const pare_batch *batch = merge->batch;
    for (; merge->next_bad < batch->n_bad && batch->bad[merge->next_bad].rows <= row; merge->next_bad++) {
        const pare_bad_record *bad = &batch->bad[merge->next_bad];
        append(merge, (uint64_t)bad->rows + merge->next_bad + 1, bad->start, bad->len, bad->fault);
        pare_worker_refused(merge->worker, bad->fault);
    }
}

void pare_refused_row(pare_refused_merge *merge, uint32_t row, pare_fault fault)
{
    append_bad(merge, row);
    size_t start = merge->batch->rows.starts[row];
    append(merge, (uint64_t)row + merge->next_bad + 1, start, pare_batch_row_end(merge->batch, row) - start, fault);
}

pare_status pare_refused_end(pare_refused_merge *merge, pare_error *err)
{
    append_bad(merge, UINT32_MAX);
    return merge->list->raw.status == PARE_OK ? PARE_OK
                                              : pare_fail(err, PARE_E_NOMEM, "out of memory for records left out");
}

uint64_t pare_refused_record(const pare_batch *batch, uint32_t row)
{
    size_t n_bad = 0;
    while (n_bad < batch->n_bad && batch->bad[n_bad].rows <= row) {
        n_bad++;
    }
    return (uint64_t)row + n_bad + 1;
}
