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
typedef enum pare_csv_vector {
    PARE_CSV_BEST = 0,
    PARE_CSV_PORTABLE,
    PARE_CSV_AVX2,
    PARE_CSV_AVX512,
    PARE_CSV_NEON
} pare_csv_vector;

/** Whether this build on this processor has it. */
bool pare_csv_vector_available(pare_csv_vector vector);

/**
 * How many of the first bytes are whole records: one behind the last line end outside quotes, 0 if there is none.
 * `bytes` begins at a record's start; PARE_BATCH_PADDING bytes behind it may be read.
 */
size_t pare_csv_split(const pare_reader *reader, pare_span bytes);

/**
 * Find every field of batch->bytes[0, len), which holds whole records (the last one's line end may be missing at the
 * end of the input), and fill batch->rows and n_lines. Strict by RFC 4180: quotes open a field or are doubled inside
 * one, each record has reader->n_columns fields, lines end with LF or CRLF; no NUL; well-formed UTF-8.
 *
 * @return PARE_OK; PARE_E_DATA or PARE_E_LIMIT with the place counted from the batch: err->record (from 1), err->line
 * (from 1), err->byte (from 0), and everything before that record in batch->rows, so that the first error in record
 * order wins; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_csv_index(const pare_reader *reader, pare_batch *batch, pare_error *err);

/**
 * Index what can be read and mark what can't: the first whole records of batch->bytes[0, len), which begin a record.
 * A malformed record ends with the first LF at or behind the place where it is malformed (docs/CSV.md says where that
 * is); reading starts afresh behind it. Good ones become rows, the others batch->bad; batch->len is not changed.
 *
 * @param      at_end      nothing follows the bytes: the last record may do without a line end
 * @param      max_record  bytes of a record, good or bad, line end included
 * @param[out] used        bytes of these records; 0 only with an error
 * @return PARE_OK; PARE_END: not one record is whole; PARE_E_DATA, PARE_E_LIMIT: nothing can be read behind the first
 * record, with its place as pare_csv_index() says; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_csv_salvage(const pare_reader *reader, pare_batch *batch, bool at_end,
                                            size_t max_record, size_t *used, pare_error *err);

/** Behind the last byte of row `row`, its line end included. */
size_t pare_batch_row_end(const pare_batch *batch, uint32_t row);

/**
 * The header: the first record of `bytes`. `at_end`: nothing follows `bytes`.
 * @param[out] names   [max_names], unquoted; point into `bytes` or into `store`, which is appended to
 * @param[out] used    bytes of the header with its line end
 * @return PARE_OK; PARE_E_DATA (empty input: text "there is no header"; malformed); PARE_E_LIMIT (more than max_names,
 * or not at_end and no line end found); PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_csv_header(pare_span bytes, bool at_end, pare_dialect dialect, pare_span *names,
                                           size_t max_names, size_t *n_names, size_t *used, pare_buf *store,
                                           pare_error *err);

/**
 * Which of , ; TAB | separates the columns of `bytes`, the start of a file: counted on the first line, outside quotes;
 * the most frequent wins, the earlier in that list on a tie; a comma where there is none.
 */
unsigned char pare_csv_sniff(pare_span bytes);

/** libcsv, asked whether it reads the same. One thread's. */
typedef struct pare_csv_second pare_csv_second;
PARE_NODISCARD pare_status pare_csv_second_new(unsigned char delimiter, pare_csv_second **second, pare_error *err);
void pare_csv_second_free(pare_csv_second *second);

/**
 * Compare every field of the batch's rows.
 * @return PARE_OK; PARE_E_DATA: the place of the first field on which they disagree, err->record and err->byte (its
 * record's start) counted from the batch, among its rows; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_csv_second_batch(pare_csv_second *second, const pare_batch *batch, pare_error *err);

/** The same for a header: its bytes without a byte order mark, line end included, and the names that were found in it.
 */
PARE_NODISCARD pare_status pare_csv_second_header(pare_csv_second *second, pare_span bytes, const pare_span *names,
                                                  size_t n, pare_error *err);

struct pare_source;
/**
 * The lenient reader as a source: text that libcsv can make sense of goes in, strict RFC 4180 text with `,` comes out.
 * Takes `inner` over. Rows shorter than the header are filled with empty fields, a longer row is refused (its values
 * can't be told apart), blank lines are passed over, a quote that stays open to the end is refused, and no record
 * exceeds `max_record` bytes.
 */
PARE_NODISCARD pare_status pare_csv_lenient_new(struct pare_source *inner, unsigned char delimiter, size_t max_record,
                                                struct pare_source **source, pare_error *err);

#endif
