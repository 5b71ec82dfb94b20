/* A source over bytes in memory that hands out a few at a time; and reading any source to its end. */
#ifndef PARE_TESTS_SOURCE_MEMORY_H
#define PARE_TESTS_SOURCE_MEMORY_H

#include "filter/source/source.h"
#include "rules/base/buf.h"

#include <stdlib.h>

typedef struct memory_source {
    pare_source base;
    pare_span bytes;
    size_t step;
    bool *closed; /* set when it is closed: whoever takes it over must do so */
} memory_source;

static inline pare_status memory_read(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    memory_source *memory = (memory_source *)source;
    size_t n = memory->step < cap ? memory->step : cap;
    (void)err;
    n = n < memory->bytes.len ? n : memory->bytes.len;
    *len = n;
    if (n == 0) {
        return PARE_END;
    }
    memcpy(out, memory->bytes.ptr, n);
    memory->bytes.ptr += n;
    memory->bytes.len -= n;
    return PARE_OK;
}

static inline void memory_close(pare_source *source)
{
    memory_source *memory = (memory_source *)source;
    if (memory->closed != NULL) {
        *memory->closed = true;
    }
    free(memory);
}

static inline pare_source *memory_source_new(pare_span bytes, size_t step, bool *closed)
{
    static const pare_source_type type = {"memory", memory_read, memory_close};
    memory_source *memory = calloc(1, sizeof *memory);
    if (memory == NULL) {
        abort();
    }
    memory->base.type = &type;
    memory->bytes = bytes;
    memory->step = step;
    memory->closed = closed;
    return &memory->base;
}

/* Everything, `cap` bytes asked for at a time; closes the source. The status is PARE_END if all was well. */
static inline pare_status drain(pare_source *source, size_t cap, pare_buf *out, pare_error *err)
{
    pare_status status;
    size_t len = 0;
    for (;;) {
        if (!pare_buf_reserve(out, cap)) {
            abort();
        }
        status = pare_source_read(source, out->ptr + out->len, cap, &len, err);
        if (status != PARE_OK) {
            break;
        }
        if (len == 0 || len > cap) {
            abort(); /* PARE_OK promises at least one byte */
        }
        out->len += len;
    }
    size_t again = 1;
    if (len != 0 || pare_source_read(source, out->ptr, cap, &again, NULL) != status || again != 0) {
        abort(); /* the end, or a failure, stays */
    }
    pare_source_close(source);
    return status;
}

#endif
