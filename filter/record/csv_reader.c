/*
 * The record reader: strict RFC 4180, at the speed of its kernel.
 *
 * A batch is scanned once (csv_kernel.h): that gives the places of all separators outside quotes, in order, which are
 * the ends of all fields. The shape is right if there are as many line ends as records should have and one stands
 * behind each n-th field. If the scan or the shape is not right, the careful pass (csv_strict.c) does the batch again
 * and says where.
 */
#include "filter/record/csv_kernel.h"
#include "rules/base/span.h"

/* The order is that of preference; the portable kernel is always there. */
static const pare_csv_kernel *kernel_of(pare_csv_vector vector)
{
    switch (vector) {
    case PARE_CSV_PORTABLE:
        return &pare_csv_kernel_portable;
    case PARE_CSV_AVX2:
#ifdef PARE_HAVE_X86
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi2")) {
            return &pare_csv_kernel_avx2;
        }
#endif
        return NULL;
    case PARE_CSV_AVX512:
#ifdef PARE_HAVE_X86
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
            __builtin_cpu_supports("avx512vl") && kernel_of(PARE_CSV_AVX2) != NULL) {
            return &pare_csv_kernel_avx512;
        }
#endif
        return NULL;
    case PARE_CSV_NEON:
#ifdef PARE_HAVE_NEON
        return &pare_csv_kernel_neon;
#else
        return NULL;
#endif
    case PARE_CSV_BEST:
        break;
    }
    static const pare_csv_vector best[] = {PARE_CSV_AVX512, PARE_CSV_AVX2, PARE_CSV_NEON};
    for (size_t i = 0; i < sizeof best / sizeof best[0]; i++) {
        const pare_csv_kernel *kernel = kernel_of(best[i]);
        if (kernel != NULL) {
            return kernel;
        }
    }
    return &pare_csv_kernel_portable;
}

/** The kernel that a reader asks for; what this machine lacks becomes the portable one. */
static const pare_csv_kernel *kernel_for(const pare_reader *reader)
{
    const pare_csv_kernel *kernel = kernel_of((pare_csv_vector)reader->vector);
    return kernel != NULL ? kernel : &pare_csv_kernel_portable;
}

bool pare_csv_vector_available(pare_csv_vector vector)
{
    return kernel_of(vector) != NULL;
}

size_t pare_csv_split(const pare_reader *reader, pare_span bytes)
{
    return kernel_for(reader)->split(bytes.ptr, bytes.len);
}

/** Scan the whole batch, making room stretch by stretch. */
static bool scan_batch(const pare_csv_kernel *kernel, pare_batch *batch, pare_csv_scan *scan)
{
    const size_t room = PARE_CSV_STRETCH + PARE_CSV_SLACK;
    for (size_t from = 0; from < batch->len; from += PARE_CSV_STRETCH) {
        size_t to = batch->len - from < PARE_CSV_STRETCH ? batch->len : from + PARE_CSV_STRETCH;
        if (!pare_batch_grow(&batch->ends, &batch->ends_cap, scan->n_ends, room) ||
            !pare_batch_grow(&batch->breaks, &batch->breaks_cap, scan->n_breaks, room)) {
            return false;
        }
        scan->ends = batch->ends;
        scan->breaks = batch->breaks;
        kernel->index(scan, from, to);
    }
    return true;
}

/** What only the end of the batch can tell; counts the last record's end where its line end is missing. */
static void finish_scan(pare_batch *batch, pare_csv_scan *scan)
{
    if (batch->len == 0) {
        return;
    }
    unsigned char last = batch->bytes[batch->len - 1];
    if (scan->inside != 0 || last == '\r') { /* an open quote; a CR without its LF */
        scan->irregular = 1;
    } else if (last != '\n') {
        batch->ends[scan->n_ends++] = (uint32_t)batch->len; /* the slack has room */
        scan->n_record_ends++;
    }
}

/** Line ends stand behind each n-th field; take the CR off them and note where records start. */
static bool shape_rows(const pare_reader *reader, pare_batch *batch, size_t n_rows)
{
    const unsigned char *bytes = batch->bytes;
    uint32_t *ends = batch->ends, start = 0;
    const size_t width = reader->n_columns;
    bool regular = true;
    for (size_t row = 0; row < n_rows; row++) {
        uint32_t *last = &ends[row * width + width - 1];
        uint32_t end = *last;
        regular &= end == batch->len || bytes[end] == '\n';
        batch->starts[row] = start;
        *last = end - (end > start && bytes[end - 1] == '\r');
        regular &= end - start <= reader->max_field_bytes; /* else: look at each field, in the careful pass */
        start = end + 1;
    }
    return regular;
}

pare_status pare_csv_index(const pare_reader *reader, pare_batch *batch, pare_error *err)
{
    pare_csv_scan scan = {0};
    memset(&batch->rows, 0, sizeof batch->rows);
    memset(batch->bytes + batch->len, 0, PARE_BATCH_PADDING);
    scan.bytes = batch->bytes;
    scan.len = batch->len;
    scan.delimiter = reader->dialect.delimiter;
    scan.may_open = 1;
    if (!scan_batch(kernel_for(reader), batch, &scan)) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    finish_scan(batch, &scan);
    size_t n_rows = (size_t)scan.n_record_ends;
    if (scan.irregular != 0 || scan.n_ends != n_rows * reader->n_columns) {
        return pare_csv_strict_index(reader, batch, err);
    }
    if (!pare_batch_grow(&batch->starts, &batch->starts_cap, 0, n_rows)) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    if (!shape_rows(reader, batch, n_rows)) {
        return pare_csv_strict_index(reader, batch, err);
    }
    batch->n_lines = scan.n_lines;
    pare_rows rows = {batch->bytes,     batch->ends,       batch->starts,          batch->breaks,
                      (uint32_t)n_rows, reader->n_columns, (uint32_t)scan.n_breaks};
    batch->rows = rows;
    return PARE_OK;
}
