/* See replay.h: so that the delimiter can be found from the first bytes before the lenient reader takes over. */
#include "filter/pipeline/replay.h"

#include <stdlib.h>
#include <string.h>

typedef struct replay {
    pare_source base;
    pare_source *inner;
    size_t len, at;
    unsigned char bytes[];
} replay;

static pare_status replay_read(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    replay *self = (replay *)source;
    if (self->at == self->len) {
        return pare_source_read(self->inner, out, cap, len, err);
    }
    size_t n = self->len - self->at < cap ? self->len - self->at : cap;
    memcpy(out, self->bytes + self->at, n);
    self->at += n;
    *len = n;
    return PARE_OK;
}

static void replay_close(pare_source *source)
{
    replay *self = (replay *)source;
    pare_source_close(self->inner);
    free(self);
}

static const pare_source_type replay_type = {"replay", replay_read, replay_close};

pare_status pare_replay_new(pare_source *inner, pare_span bytes, pare_source **source, pare_error *err)
{
    replay *made = malloc(sizeof *made + bytes.len);
    if (made == NULL) {
        pare_source_close(inner);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    made->base.type = &replay_type;
    made->inner = inner;
    made->len = bytes.len;
    made->at = 0;
    if (bytes.len > 0) {
        memcpy(made->bytes, bytes.ptr, bytes.len);
    }
    *source = &made->base;
    return PARE_OK;
}
