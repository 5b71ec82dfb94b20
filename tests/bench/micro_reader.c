/*
 * The record reader alone, each of its kernels over every batch of the export, and libcsv over the same bytes.
 *
 * One table of fields is used for all batches, as a worker does. The text comes from memory, not from a cache that a
 * decompressor has just filled. libcsv calls back for each field and record and copies the fields, as it always does.
 */
#include "tests/bench/micro.h"

#include <csv.h>

typedef struct reading {
    const micro *m;
    pare_reader reader;
    pare_batch table; /* its arrays are reused; its bytes are each batch's */
} reading;

static bool split_all(void *context)
{
    const reading *r = context;
    bool good = true;
    for (size_t i = 0; i < r->m->n_batches; i++) {
        pare_span bytes = {r->m->batches[i].bytes, r->m->batches[i].len};
        size_t len = pare_csv_split(&r->reader, bytes);
        good &= len == bytes.len || i + 1 == r->m->n_batches; /* only the last record may lack its line end */
    }
    return good;
}

static bool index_all(void *context)
{
    reading *r = context;
    size_t records = 0;
    for (size_t i = 0; i < r->m->n_batches; i++) {
        r->table.bytes = r->m->batches[i].bytes;
        r->table.len = r->m->batches[i].len;
        pare_status status = pare_csv_index(&r->reader, &r->table, NULL);
        r->table.bytes = NULL;
        if (status != PARE_OK) {
            return false;
        }
        records += r->table.rows.n_rows;
    }
    return records == r->m->n_records;
}

typedef struct second_reader {
    const micro *m;
    size_t fields, records;
} second_reader;

static void on_field(void *text, size_t len, void *context)
{
    (void)text;
    (void)len;
    ((second_reader *)context)->fields++;
}

static void on_record(int end, void *context)
{
    (void)end;
    ((second_reader *)context)->records++;
}

static bool libcsv_all(void *context)
{
    second_reader *second = context;
    struct csv_parser parser;
    second->fields = second->records = 0;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        return false;
    }
    csv_set_delim(&parser, second->m->reader.dialect.delimiter);
    bool good = true;
    for (size_t i = 0; good && i < second->m->n_batches; i++) {
        const pare_batch *batch = &second->m->batches[i];
        good = csv_parse(&parser, batch->bytes, batch->len, on_field, on_record, second) == batch->len;
    }
    good = csv_fini(&parser, on_field, on_record, second) == 0 && good;
    csv_free(&parser);
    return good && second->records == second->m->n_records &&
           second->fields == second->m->n_records * second->m->n_names;
}

bool micro_reader(micro *m)
{
    static const struct {
        pare_csv_vector vector;
        const char *name;
    } kernels[] = {{PARE_CSV_PORTABLE, "portable"},
                   {PARE_CSV_NEON, "NEON"},
                   {PARE_CSV_AVX2, "AVX2"},
                   {PARE_CSV_AVX512, "AVX-512"}};
    enum { N_KERNELS = sizeof kernels / sizeof kernels[0] };
    reading readings[N_KERNELS] = {{0}};
    second_reader second = {m, 0, 0};
    size_t first = m->n_cases;
    bool good = true;
    for (size_t i = 0; i < N_KERNELS; i++) {
        readings[i].m = m;
        readings[i].reader = m->reader;
        readings[i].reader.vector = kernels[i].vector;
        if (pare_csv_vector_available(kernels[i].vector)) {
            good = good && micro_add(m, "reader", split_all, &readings[i], "split, %s", kernels[i].name) != NULL &&
                   micro_add(m, "reader", index_all, &readings[i], "index, %s", kernels[i].name) != NULL;
        }
    }
    good = good && micro_add(m, "reader", libcsv_all, &second, "libcsv, strict") != NULL;
    for (size_t i = first; i < m->n_cases; i++) {
        m->cases[i].bytes = m->bytes;
        m->cases[i].values = (double)m->n_records;
    }
    good = good && micro_run(m, first);
    for (size_t i = 0; i < N_KERNELS; i++) {
        pare_batch_clear(&readings[i].table);
    }
    for (size_t i = first; good && i + 1 < m->n_cases; i++) {
        micro_compare(&m->cases[i], &m->cases[m->n_cases - 1], "libcsv");
    }
    return good;
}
