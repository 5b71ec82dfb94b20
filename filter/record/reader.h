/*
 * A reader: cuts bytes at record boundaries (in the order of the input, cheap) and finds the fields of a batch (in any
 * order, by whoever holds it). Immutable once opened, so that workers share it.
 */
#ifndef PARE_FILTER_RECORD_READER_H
#define PARE_FILTER_RECORD_READER_H

#include "filter/record/batch.h"
#include "pare/error.h"

/** How delimited text is written. */
typedef struct pare_dialect {
    unsigned char delimiter; /* ',', ';', '\t', '|' ...: any ASCII byte but '"', CR, LF */
} pare_dialect;

typedef struct pare_reader {
    pare_dialect dialect;
    uint32_t n_columns;
    size_t max_field_bytes;
    unsigned vector; /* which machine code to use: pare_csv_vector */
} pare_reader;

/** Machine code for finding structure; all give the same answers. BEST is chosen once, by what the processor has. */
typedef enum pare_csv_vector { PARE_CSV_BEST = 0, PARE_CSV_PORTABLE, PARE_CSV_AVX2, PARE_CSV_AVX512, PARE_CSV_NEON } pare_csv_vector;

/** Whether this build on this processor has it. */
bool pare_csv_vector_available(pare_csv_vector vector);

/**
 * How many of the first bytes are whole records: one behind the last line end outside quotes, 0 if there is none.
 * `bytes` begins at a record's start; PARE_BATCH_PADDING bytes behind it may be read.
 */
size_t pare_csv_split(const pare_reader *reader, pare_span bytes);

/**
 * Find every field of batch->bytes[0, len), which holds whole records (the last one's line end may be missing at the end
 * of the input), and fill batch->rows and n_lines. Strict by RFC 4180: quotes open a field or are doubled inside one,
 * each record has reader->n_columns fields, lines end with LF or CRLF; no NUL; well-formed UTF-8.
 *
 * @return PARE_OK; PARE_E_DATA or PARE_E_LIMIT with the place counted from the batch: err->record (from 1), err->line (from 1), err->byte
 *         (from 0), and everything before that record in batch->rows, so that the first error in record order wins;
 *         PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_csv_index(const pare_reader *reader, pare_batch *batch, pare_error *err);

/**
 * The header: the first record of `bytes`. `at_end`: nothing follows `bytes`.
 * @param[out] names   [max_names], unquoted; point into `bytes` or into `store`, which is appended to
 * @param[out] used    bytes of the header with its line end
 * @return PARE_OK; PARE_E_DATA (empty input: text "there is no header"; malformed); PARE_E_LIMIT (more than max_names, or not at_end and no
 *         line end found); PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_csv_header(pare_span bytes, bool at_end, pare_dialect dialect, pare_span *names,
                                           size_t max_names, size_t *n_names, size_t *used, pare_buf *store,
                                           pare_error *err);

/**
 * Which of , ; TAB | separates the columns of `bytes`, the start of a file: counted on the first line, outside quotes;
 * the most frequent wins, the earlier in that list on a tie; a comma where there is none.
 */
unsigned char pare_csv_sniff(pare_span bytes);

struct pare_source;
/**
 * The lenient reader as a source: text that libcsv can make sense of goes in, strict RFC 4180 text with `,` comes out.
 * Takes `inner` over. Rows shorter than the header are filled with empty fields, a longer row is refused (its values can't be told apart),
 * blank lines are passed over, a quote that stays open to the end is refused, and no record exceeds `max_record` bytes.
 */
PARE_NODISCARD pare_status pare_csv_lenient_new(struct pare_source *inner, unsigned char delimiter, size_t max_record,
                                                struct pare_source **source, pare_error *err);

#endif
