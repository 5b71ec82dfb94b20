/* A delimited file with a header, read from its first to its last record, whole records at a time, by one thread. */
#ifndef PARE_FILTER_STUDY_DATASET_H
#define PARE_FILTER_STUDY_DATASET_H

#include "filter/record/reader.h"
#include "filter/source/source.h"

typedef struct pare_dataset pare_dataset;

/**
 * Open a file as pare writes them: UTF-8, plain or compressed, strict CSV.
 * @param[out] kind  "gzip", "zlib" or "plain"
 */
PARE_NODISCARD pare_status pare_dataset_open(const char *path, unsigned char delimiter,
                                             const pare_source_options *options, pare_dataset **dataset,
                                             const char **kind, pare_error *err);
void pare_dataset_close(pare_dataset *dataset);

/** Names of the columns, unquoted; borrowed. */
const pare_span *pare_dataset_names(const pare_dataset *dataset, size_t *n);

/**
 * The next records, at least one; borrowed until the next call.
 * @return PARE_OK; PARE_END: all was read, and was whole; or what is wrong, with the record and line of the file
 */
PARE_NODISCARD pare_status pare_dataset_next(pare_dataset *dataset, const pare_rows **rows, pare_error *err);

#endif
