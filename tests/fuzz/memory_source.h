/* Bytes in memory as a source, handed out in odd pieces. For the fuzz targets. */
#ifndef PARE_TESTS_FUZZ_MEMORY_SOURCE_H
#define PARE_TESTS_FUZZ_MEMORY_SOURCE_H

#include "filter/source/source.h"

#include <stdlib.h>
#include <string.h>

typedef struct memory_source {
    pare_source base;
    const uint8_t *data;
    size_t size, at, piece;
} memory_source;

static pare_status memory_read(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    memory_source *self = (memory_source *)source;
    (void)err;
    size_t n = self->size - self->at;
    *len = 0;
    if (n == 0) {
        return PARE_END;
    }
    n = n < cap ? n : cap;
    n = n < self->piece ? n : self->piece;
    memcpy(out, self->data + self->at, n);
    self->at += n;
    *len = n;
    return PARE_OK;
}

static void memory_close(pare_source *source)
{
    free(source);
}

static const pare_source_type memory_type = {"memory", memory_read, memory_close};

static inline pare_source *memory_source_new(const uint8_t *data, size_t size, size_t piece)
{
    memory_source *made = malloc(sizeof *made);
    if (made != NULL) {
        *made = (memory_source){{&memory_type}, data, size, 0, piece};
    }
    return made == NULL ? NULL : &made->base;
}

/** Read a source to its end, at most `ceiling` bytes. */
static inline pare_status drain(pare_source *source, size_t piece, unsigned char *out, size_t ceiling, size_t *len,
                                pare_error *err)
{
    *len = 0;
    for (;;) {
        size_t got = 0, room = ceiling - *len;
        if (room == 0) {
            return PARE_E_LIMIT;
        }
        pare_status status = pare_source_read(source, out + *len, room < piece ? room : piece, &got, err);
        if (status != PARE_OK) {
            return status;
        }
        *len += got;
    }
}

#endif
