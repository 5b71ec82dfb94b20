/*
 * Opening inputs one after another, reading headers, cutting batches. See input.h.
 */
#include "filter/pipeline/input.h"
#include "filter/pipeline/replay.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <stdlib.h>
#include <string.h>

enum { SNIFF_BYTES = 64 << 10, FILL_BYTES = 512 << 10 };

struct pare_input {
    const pare_run_options *options; /* borrowed */
    pare_input_settings settings;
    pare_reader reader;
    pare_source *source; /* of the input at work, or NULL */
    pare_input_file *files;
    uint32_t at; /* which input is at work */
    bool source_ended;
    unsigned char delimiter;
    size_t batch_bytes, max_columns;
    unsigned char *carry; /* what is read and not handed out yet: [carry_from, carry_len) */
    size_t carry_from, carry_len;
    pare_span *names;
    size_t n_names;
    pare_buf name_store, header_copy;
    pare_sha256 *hash; /* NULL: no digests */
    uint64_t stored_bytes, text_bytes;
};

static void tap_bytes(void *context, pare_span bytes)
{
    pare_input *input = context;
    input->files[input->at].stored_bytes += bytes.len;
    input->stored_bytes += bytes.len;
    if (input->hash != NULL) {
        pare_sha256_update(input->hash, bytes);
    }
}

static size_t or_default(size_t given, size_t otherwise)
{
    return given == 0 ? otherwise : given;
}

/** Read from the input at work; what it holds as text counts against --max-bytes, compressed or not. */
static pare_status read_some(pare_input *input, unsigned char *out, size_t cap, size_t *got, pare_error *err)
{
    pare_status status = pare_source_read(input->source, out, cap, got, err);
    uint64_t limit = input->options->max_bytes;
    input->text_bytes += *got;
    if (status == PARE_OK && limit > 0 && input->text_bytes > limit) {
        *got = 0;
        return pare_fail(err, PARE_E_LIMIT, "the inputs hold more than %llu bytes of text (--max-bytes)",
                         (unsigned long long)limit);
    }
    return status;
}

/** Read until `carry` holds `wanted` bytes or the input ends. */
static pare_status fill_carry(pare_input *input, size_t wanted, pare_error *err)
{
    while (input->carry_len < wanted && !input->source_ended) {
        size_t got = 0;
        pare_status status = read_some(input, input->carry + input->carry_len, wanted - input->carry_len, &got, err);
        if (status == PARE_END) {
            input->source_ended = true;
        } else if (status != PARE_OK) {
            pare_error_in_file(err, input->files[input->at].path);
            return status;
        }
        input->carry_len += got;
    }
    return PARE_OK;
}

/** Put the lenient reader in front: what follows is strict text with commas. */
static pare_status read_leniently(pare_input *input, pare_error *err)
{
    PARE_TRY(fill_carry(input, SNIFF_BYTES, err));
    if (input->delimiter == 0) {
        input->delimiter = pare_csv_sniff(pare_span_from(input->carry, input->carry_len));
    }
    pare_source *inner = input->source;
    input->source = NULL;
    PARE_TRY(pare_replay_new(inner, pare_span_from(input->carry, input->carry_len), &input->source, err));
    inner = input->source;
    input->source = NULL;
    input->carry_len = 0;
    input->source_ended = false;
    input->reader.dialect.delimiter = ',';
    return pare_csv_lenient_new(inner, input->delimiter, input->batch_bytes, &input->source, err);
}

static pare_status open_source(pare_input *input, pare_error *err)
{
    const pare_run_options *options = input->options;
    pare_input_file *file = &input->files[input->at];
    pare_source_options source_options = {.encoding = input->settings.encoding,
                                          .tap = {tap_bytes, input},
                                          .read_bytes = options->read_bytes,
                                          .max_ratio = options->max_ratio,
                                          .max_bytes = options->max_bytes,
                                          .portable = options->portable};
    input->carry_from = 0;
    input->carry_len = 0;
    input->source_ended = false;
    PARE_TRY(pare_source_open(file->path, &source_options, &input->source, &file->kind, err));
    if (input->settings.lenient) {
        PARE_TRY(read_leniently(input, err));
    }
    return PARE_OK;
}

static uint64_t count_lines(pare_span text)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n';
    }
    return lines;
}

/** The first input's header gives the names; every later one must say the same. */
static pare_status keep_or_compare_names(pare_input *input, const pare_span *names, size_t n, pare_error *err)
{
    if (input->names == NULL) {
        input->names = calloc(n, sizeof *input->names);
        for (size_t i = 0; i < n; i++) {
            pare_buf_append_span(&input->header_copy, names[i]);
        }
        if (input->names == NULL || input->header_copy.status != PARE_OK) {
            return pare_fail(err, PARE_E_NOMEM, "out of memory for the header");
        }
        size_t at = 0;
        for (size_t i = 0; i < n; i++) {
            input->names[i] = pare_span_from(input->header_copy.ptr + at, names[i].len);
            at += names[i].len;
        }
        input->n_names = n;
        return PARE_OK;
    }
    if (n != input->n_names) {
        return pare_fail(err, PARE_E_DATA, "the header has %zu columns, that of the first input has %zu", n,
                         input->n_names);
    }
    for (size_t i = 0; i < n; i++) {
        if (!pare_span_equal(names[i], input->names[i])) {
            return pare_fail(err, PARE_E_DATA, "column %zu of the header is not the one of the first input", i + 1);
        }
    }
    return PARE_OK;
}

/** Column names that the policy declares, for files without a header. */
static pare_status declared_names(pare_input *input, pare_error *err)
{
    return keep_or_compare_names(input, input->settings.columns, input->settings.n_columns, err);
}

/** --cross-check: libcsv must find the same names. */
static pare_status cross_check_header(const pare_input *input, pare_span header, const pare_span *names, size_t n,
                                      pare_error *err)
{
    pare_csv_second *second = NULL;
    PARE_TRY(pare_csv_second_new(input->reader.dialect.delimiter, &second, err));
    pare_status status = pare_csv_second_header(second, header, names, n, err);
    pare_csv_second_free(second);
    return status;
}

/** The header is a record, and its names are fields: the same limits. */
static pare_status check_header_lengths(const pare_input *input, const pare_span *names, size_t n, size_t used,
                                        pare_error *err)
{
    const size_t most = or_default(input->options->max_record_bytes, PARE_MAX_RECORD_BYTES);
    if (used > most) {
        return pare_fail(err, PARE_E_DATA, "the header is longer than %zu bytes (--max-record)", most);
    }
    for (size_t i = 0; i < n; i++) {
        if (names[i].len > input->reader.max_field_bytes) {
            return pare_fail(err, PARE_E_DATA, "the name of column %zu is longer than %zu bytes (--max-field)", i + 1,
                             input->reader.max_field_bytes);
        }
    }
    return PARE_OK;
}

static pare_status parse_header(pare_input *input, pare_error *err)
{
    pare_input_file *file = &input->files[input->at];
    pare_span start = pare_span_from(input->carry, input->carry_len);
    if (input->reader.dialect.delimiter == 0) {
        input->reader.dialect.delimiter = input->delimiter != 0 ? input->delimiter : pare_csv_sniff(start);
        input->delimiter = input->reader.dialect.delimiter;
    }
    if (!input->settings.header) {
        return declared_names(input, err);
    }
    pare_span *names = calloc(input->max_columns, sizeof *names);
    size_t n = 0, used = 0;
    if (names == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for the header");
    }
    pare_buf_reset(&input->name_store);
    pare_status status = pare_csv_header(start, input->source_ended, input->reader.dialect, names, input->max_columns,
                                         &n, &used, &input->name_store, err);
    if (status == PARE_OK) {
        file->header_bytes = used;
        file->header_lines = count_lines(pare_span_first(start, used));
        input->carry_from = used;
        status = check_header_lengths(input, names, n, used, err);
        if (status == PARE_OK && input->options->cross_check) {
            status = cross_check_header(input, pare_span_first(start, used), names, n, err);
        }
    }
    if (status == PARE_OK) {
        status = keep_or_compare_names(input, names, n, err);
    }
    free(names);
    return status;
}

/** The header is in the first bytes, nearly always; only a longer one is worth the memory of a whole batch. */
static pare_status read_header(pare_input *input, pare_error *err)
{
    PARE_TRY(fill_carry(input, FILL_BYTES, err));
    pare_status status = parse_header(input, err);
    if (status == PARE_E_LIMIT && !input->source_ended && input->carry_len < input->batch_bytes) {
        PARE_TRY(fill_carry(input, input->batch_bytes, err));
        status = parse_header(input, err);
    }
    return status;
}

static pare_status open_file(pare_input *input, pare_error *err)
{
    pare_status status = open_source(input, err);
    if (status == PARE_OK) {
        status = read_header(input, err);
    }
    if (status != PARE_OK) {
        pare_error_in_file(err, input->files[input->at].path);
    }
    return status;
}

pare_status pare_input_open(const pare_run_options *options, bool digests, pare_input **input, pare_error *err)
{
    pare_input *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    made->options = options;
    made->settings = *pare_policy_input(options->policy);
    made->batch_bytes = or_default(options->max_record_bytes, PARE_MAX_RECORD_BYTES);
    if (made->batch_bytes < PARE_BATCH_BYTES) {
        made->batch_bytes = PARE_BATCH_BYTES;
    }
    made->max_columns = or_default(options->max_columns, PARE_MAX_COLUMNS);
    made->reader.max_field_bytes = or_default(options->max_field_bytes, PARE_MAX_FIELD_BYTES);
    made->reader.vector = options->portable ? PARE_CSV_PORTABLE : PARE_CSV_BEST;
    made->delimiter = made->settings.delimiter;
    if (made->delimiter == 0 && made->settings.format == PARE_FORMAT_TSV) {
        made->delimiter = '\t';
    }
    pare_buf_init(&made->name_store, made->batch_bytes);
    pare_buf_init(&made->header_copy, made->batch_bytes);
    made->files = calloc(options->n_inputs, sizeof *made->files);
    made->carry = calloc(1, made->batch_bytes + PARE_BATCH_PADDING);
    pare_status status = PARE_OK;
    if (made->files == NULL || made->carry == NULL) {
        status = pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < options->n_inputs && status == PARE_OK; i++) {
        made->files[i].path = options->inputs[i];
    }
    if (status == PARE_OK && digests) {
        status = pare_sha256_new(&made->hash, err);
    }
    if (status == PARE_OK) {
        status = open_file(made, err);
    }
    if (status != PARE_OK) {
        pare_input_close(made);
        return status;
    }
    made->reader.n_columns = (uint32_t)made->n_names;
    *input = made;
    return PARE_OK;
}

void pare_input_close(pare_input *input)
{
    if (input != NULL) {
        pare_source_close(input->source);
        pare_sha256_free(input->hash);
        pare_buf_clear(&input->name_store);
        pare_buf_clear(&input->header_copy);
        free(input->names);
        free(input->carry);
        free(input->files);
        free(input);
    }
}

/** The input at work was read to its end: note its digest, go to the next. PARE_END: there is none. */
static pare_status next_file(pare_input *input, pare_error *err)
{
    pare_source_close(input->source);
    input->source = NULL;
    if (input->hash != NULL) {
        pare_sha256_finish_hex(input->hash, input->files[input->at].sha256);
    }
    if (input->at + 1 == input->options->n_inputs) {
        return PARE_END;
    }
    input->at++;
    return open_file(input, err);
}

/** Start a batch with what is carried over. */
static void take_carry(pare_input *input, pare_batch *batch)
{
    batch->len = input->carry_len - input->carry_from;
    memcpy(batch->bytes, input->carry + input->carry_from, batch->len);
    input->carry_from = 0;
    input->carry_len = 0;
}

/** Read until the batch holds `wanted` bytes or the input ends. */
static pare_status fill_batch(pare_input *input, pare_batch *batch, size_t wanted, pare_error *err)
{
    while (batch->len < wanted && !input->source_ended) {
        size_t got = 0;
        pare_status status = read_some(input, batch->bytes + batch->len, wanted - batch->len, &got, err);
        if (status == PARE_END) {
            input->source_ended = true;
        } else if (status != PARE_OK) {
            pare_error_in_file(err, input->files[input->at].path);
            return status;
        }
        batch->len += got;
    }
    memset(batch->bytes + batch->len, 0, PARE_BATCH_PADDING);
    return PARE_OK;
}

/** Keep the first `whole` bytes of the batch and carry the rest. */
static void carry_rest(pare_input *input, pare_batch *batch, size_t whole)
{
    input->carry_from = 0;
    input->carry_len = batch->len - whole;
    memcpy(input->carry, batch->bytes + whole, input->carry_len);
    batch->len = whole;
    memset(batch->bytes + whole, 0, PARE_BATCH_PADDING);
}

static pare_status record_too_long(const pare_input *input, pare_error *err)
{
    pare_status status =
        pare_fail(err, PARE_E_LIMIT, "a record is longer than %zu bytes; a quote may be missing, or raise --max-record",
                  input->batch_bytes);
    if (err != NULL) {
        err->record = 1;
        err->line = 1;
        err->has_byte = true;
    }
    pare_error_in_file(err, input->files[input->at].path);
    return status;
}

/** Keep whole records in the batch and carry the rest. A record longer than the batch so far makes it longer. */
static pare_status cut_batch(pare_input *input, pare_batch *batch, pare_error *err)
{
    size_t whole = 0;
    while (!input->source_ended) {
        whole = pare_csv_split(&input->reader, pare_span_from(batch->bytes, batch->len));
        if (whole > 0 || batch->len >= input->batch_bytes) {
            break;
        }
        size_t twice = batch->len * 2;
        PARE_TRY(fill_batch(input, batch, twice < input->batch_bytes ? twice : input->batch_bytes, err));
    }
    if (input->source_ended && whole == 0) {
        return PARE_OK; /* the last record may do without a line end */
    }
    if (whole == 0) {
        return record_too_long(input, err);
    }
    carry_rest(input, batch, whole);
    return PARE_OK;
}

static bool records_fit(const pare_batch *batch, size_t limit)
{
    for (uint32_t row = 0; row < batch->rows.n_rows; row++) {
        if (pare_batch_row_end(batch, row) - batch->rows.starts[row] > limit) {
            return false;
        }
    }
    return true;
}

/**
 * The same for an input whose bad records are left out: cut and index at once, since only what is indexed shows where a
 * record ends. The fast pass does where nothing is wrong, with the same answer as the careful one.
 */
static pare_status salvage_batch(pare_input *input, pare_batch *batch, pare_error *err)
{
    const size_t max_record = or_default(input->options->max_record_bytes, PARE_MAX_RECORD_BYTES);
    for (;;) {
        const size_t len = batch->len;
        size_t whole = input->source_ended ? len : pare_csv_split(&input->reader, pare_span_from(batch->bytes, len));
        carry_rest(input, batch, whole);
        batch->n_bad = 0;
        batch->indexed = true;
        if (whole > 0 && pare_csv_index(&input->reader, batch, NULL) == PARE_OK && records_fit(batch, max_record)) {
            return PARE_OK;
        }
        memcpy(batch->bytes + whole, input->carry, len - whole);
        batch->len = len;
        pare_status status = pare_csv_salvage(&input->reader, batch, input->source_ended, max_record, &whole, err);
        if (status == PARE_OK) {
            carry_rest(input, batch, whole);
            return PARE_OK;
        }
        input->carry_len = 0;
        if (status != PARE_END) {
            pare_error_in_file(err, input->files[input->at].path);
            return status;
        }
        if (len >= input->batch_bytes) {
            return record_too_long(input, err);
        }
        PARE_TRY(fill_batch(input, batch, 2 * len < input->batch_bytes ? 2 * len : input->batch_bytes, err));
    }
}

pare_status pare_input_next(pare_input *input, pare_batch *batch, uint32_t *file, pare_error *err)
{
    *file = input->at;
    batch->len = 0;
    batch->n_bad = 0;
    batch->indexed = false;
    for (;;) {
        if (input->source == NULL) {
            return PARE_END;
        }
        take_carry(input, batch);
        PARE_TRY(fill_batch(input, batch, FILL_BYTES, err));
        if (batch->len > 0) {
            break;
        }
        pare_status status = next_file(input, err);
        *file = input->at;
        if (status != PARE_OK) {
            return status;
        }
    }
    return input->options->on_bad_record == PARE_BAD_ABORT ? cut_batch(input, batch, err)
                                                           : salvage_batch(input, batch, err);
}

const pare_span *pare_input_names(const pare_input *input, size_t *n)
{
    *n = input->n_names;
    return input->names;
}

const pare_reader *pare_input_reader(const pare_input *input)
{
    return &input->reader;
}

unsigned char pare_input_delimiter(const pare_input *input)
{
    return input->delimiter;
}

size_t pare_input_batch_bytes(const pare_input *input)
{
    return input->batch_bytes;
}

const pare_input_file *pare_input_file_at(const pare_input *input, size_t index)
{
    return &input->files[index];
}

uint64_t pare_input_stored_bytes(const pare_input *input)
{
    return input->stored_bytes;
}
