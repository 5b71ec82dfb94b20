/*
 * A writer: formats records into bytes. Immutable; every worker formats with the same one.
 */
#ifndef PARE_FILTER_SINK_WRITER_H
#define PARE_FILTER_SINK_WRITER_H

#include "pare/plan.h"
#include "rules/base/buf.h"

typedef struct pare_writer {
    unsigned char delimiter; /* of the output */
    bool raw_passes;         /* a raw value of the input is well-formed here as it is: same delimiter */
    bool plain_passes;       /* PARE_VALUE_PLAIN needs no look: the delimiter is none of those characters */
} pare_writer;

/** Append the header line. Names are quoted where needed (RFC 4180 section 2.6, 2.7); lines end with LF. */
void pare_csv_write_header(const pare_writer *writer, const char *const *names, size_t n, pare_buf *out);

/** Append every record of the block whose verdict is PARE_WRITE. Errors stick to `out`. @return how many */
uint32_t pare_csv_write(const pare_writer *writer, const pare_block *block, pare_buf *out);

#endif
