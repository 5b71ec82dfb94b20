/*
 * bench_micro: the program around the sections. Arguments, the export in memory, the clock, the table.
 *
 *     bench_micro [--rounds N] [--only SECTION[,SECTION]] [--json FILE] [--policies FOLDER] EXPORT.csv
 *
 * Wall time is CLOCK_MONOTONIC's, CPU time that of all threads of the process. Nothing is pinned: what else the machine
 * does shows in the wall time and less in the CPU time, and the load at both ends stands in the heading.
 */
#include "tests/bench/micro.h"

#include "rules/base/raw.h"
#include "rules/base/span.h"
#include "tests/bench/micro_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const size_t TEXT_CEILING = (size_t)4 << 30;

bool micro_fail(const char *format, ...)
{
    va_list args;
    (void)fprintf(stderr, "bench_micro: ");
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return false;
}

/* --- cases ------------------------------------------------------------------------------------------ */

micro_case *micro_add(micro *m, const char *section, micro_work work, void *context, const char *name, ...)
{
    if (m->n_cases == MICRO_MAX_CASES) {
        (void)micro_fail("more than %d cases", MICRO_MAX_CASES);
        return NULL;
    }
    micro_case *added = &m->cases[m->n_cases++];
    *added = (micro_case){.section = section, .work = work, .context = context};
    va_list args;
    va_start(args, name);
    (void)vsnprintf(added->name, sizeof added->name, name, args);
    va_end(args);
    return added;
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

bool micro_run(micro *m, size_t first)
{
    size_t n = m->n_cases - first;
    double *wall = calloc(n * m->rounds + 1, sizeof *wall), *cpu = calloc(n * m->rounds + 1, sizeof *cpu);
    bool good = (wall != NULL && cpu != NULL) || micro_fail("out of memory");
    for (unsigned round = 0; good && round <= m->rounds; round++) { /* the first one is not counted */
        for (size_t i = 0; good && i < n; i++) {
            const micro_case *c = &m->cases[first + i];
            double cpu_before = seconds(CLOCK_PROCESS_CPUTIME_ID), before = seconds(CLOCK_MONOTONIC);
            good = c->work(c->context) || micro_fail("%s: %s did not come out right", c->section, c->name);
            double after = seconds(CLOCK_MONOTONIC), cpu_after = seconds(CLOCK_PROCESS_CPUTIME_ID);
            if (round > 0) {
                wall[i * m->rounds + round - 1] = after - before;
                cpu[i * m->rounds + round - 1] = cpu_after - cpu_before;
            }
        }
    }
    for (size_t i = 0; good && i < n; i++) {
        m->cases[first + i].wall_seconds = median(wall + i * m->rounds, m->rounds);
        m->cases[first + i].cpu_seconds = median(cpu + i * m->rounds, m->rounds);
    }
    free(wall);
    free(cpu);
    return good;
}

void micro_compare(micro_case *c, const micro_case *other, const char *name)
{
    c->times = other->cpu_seconds / c->cpu_seconds;
    c->times_of = name;
}

/* --- the export ------------------------------------------------------------------------------------- */

static bool read_file(const char *path, pare_buf *out)
{
    FILE *file = fopen(path, "rb");
    size_t got = 0;
    if (file == NULL) {
        return micro_fail("can't open %s", path);
    }
    do {
        if (!pare_buf_reserve(out, PARE_BATCH_BYTES + PARE_BATCH_PADDING)) {
            break;
        }
        got = fread(out->ptr + out->len, 1, PARE_BATCH_BYTES, file);
        out->len += got;
    } while (got > 0);
    bool good = ferror(file) == 0 && out->status == PARE_OK && pare_buf_reserve(out, PARE_BATCH_PADDING);
    (void)fclose(file);
    return good || micro_fail("can't read %s", path);
}

/** Cut one batch off the text at `at`, and index it. */
static bool add_batch(micro *m, size_t *at)
{
    size_t left = m->text.len - *at;
    pare_span piece = {m->text.ptr + *at, left < PARE_BATCH_BYTES ? left : PARE_BATCH_BYTES};
    size_t len = piece.len == left ? left : pare_csv_split(&m->reader, piece);
    pare_batch *batch = &m->batches[m->n_batches];
    pare_error err;
    if (len == 0 || pare_batch_init(batch, PARE_BATCH_BYTES) != PARE_OK) {
        return micro_fail("a record does not fit into a batch, or memory is out");
    }
    m->n_batches++;
    memcpy(batch->bytes, piece.ptr, len);
    batch->len = len;
    if (pare_csv_index(&m->reader, batch, &err) != PARE_OK) {
        return micro_fail("%s: %s", m->path, err.text);
    }
    m->n_records += batch->rows.n_rows;
    m->bytes += (double)len;
    *at += len;
    return true;
}

static bool load_export(micro *m)
{
    pare_buf_init(&m->text, TEXT_CEILING);
    pare_buf_init(&m->store, PARE_MAX_RECORD_BYTES);
    if (!read_file(m->path, &m->text)) {
        return false;
    }
    pare_error err;
    size_t used = 0;
    m->reader.max_field_bytes = PARE_MAX_FIELD_BYTES;
    m->reader.dialect.delimiter = pare_csv_sniff(pare_buf_span(&m->text));
    if (pare_csv_header(pare_buf_span(&m->text), true, m->reader.dialect, m->names, MICRO_MAX_COLUMNS, &m->n_names,
                        &used, &m->store, &err) != PARE_OK) {
        return micro_fail("%s: %s", m->path, err.text);
    }
    m->reader.n_columns = (uint32_t)m->n_names;
    size_t n = m->text.len / (PARE_BATCH_BYTES / 2) + 2; /* a batch is at least half full, or its record is too long */
    m->batches = calloc(n, sizeof *m->batches);
    if (m->batches == NULL) {
        return micro_fail("out of memory");
    }
    for (size_t at = used; at < m->text.len;) {
        if (m->n_batches == n || !add_batch(m, &at)) {
            return m->n_batches == n ? micro_fail("%s: records are too long", m->path) : false;
        }
    }
    return m->n_records > 0 || micro_fail("%s: there is no record", m->path);
}

static void free_export(micro *m)
{
    for (size_t i = 0; i < m->n_batches; i++) {
        pare_batch_clear(&m->batches[i]);
    }
    free(m->batches);
    pare_buf_clear(&m->text);
    pare_buf_clear(&m->store);
}

/* --- columns ---------------------------------------------------------------------------------------- */

static bool add_value(micro_column *column, pare_span raw, size_t *used, pare_buf *spare)
{
    pare_span text = pare_raw_text(raw, spare);
    if (text.len > 0) {
        memcpy(column->text + *used, text.ptr, text.len);
        column->values[column->n++] = pare_span_from(column->text + *used, text.len);
        column->bytes += (double)text.len;
        *used += text.len;
    }
    return spare->status == PARE_OK;
}

bool micro_column_read(const micro *m, const char *name, micro_column *column)
{
    uint32_t index = 0;
    *column = (micro_column){0};
    while (index < m->n_names && !pare_span_is(m->names[index], name)) {
        index++;
    }
    if (index == m->n_names) {
        return micro_fail("%s has no column %s: tests/bench/gencust makes one that has", m->path, name);
    }
    size_t bytes = 0, used = 0;
    for (size_t b = 0; b < m->n_batches; b++) {
        for (uint32_t row = 0; row < m->batches[b].rows.n_rows; row++) {
            pare_record record = pare_rows_get(&m->batches[b].rows, row);
            bytes += pare_record_raw(&record, index).len;
        }
    }
    pare_buf spare;
    pare_buf_init(&spare, PARE_MAX_FIELD_BYTES);
    column->values = calloc(m->n_records, sizeof *column->values);
    column->text = malloc(bytes + 1);
    bool good = column->values != NULL && column->text != NULL;
    for (size_t b = 0; good && b < m->n_batches; b++) {
        for (uint32_t row = 0; good && row < m->batches[b].rows.n_rows; row++) {
            pare_record record = pare_rows_get(&m->batches[b].rows, row);
            good = add_value(column, pare_record_raw(&record, index), &used, &spare);
        }
    }
    pare_buf_clear(&spare);
    return good && column->n > 0 ? true : micro_fail("column %s: out of memory, or all of it is empty", name);
}

void micro_column_clear(micro_column *column)
{
    free(column->values);
    free(column->text);
    *column = (micro_column){0};
}

/* --- the program ------------------------------------------------------------------------------------ */

typedef struct section {
    const char *name;
    bool (*run)(micro *m);
} section;

static const section sections[] = {
    {"reader", micro_reader}, {"tokens", micro_tokens}, {"detectors", micro_detectors}, {"codecs", micro_codecs},
    {"worker", micro_worker}, {"writer", micro_writer}, {"start", micro_start},         {"floor", micro_floor},
};
enum { N_SECTIONS = sizeof sections / sizeof sections[0] };

/** Is `name` one of the words of `list`, which commas separate? */
static bool is_listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

typedef struct arguments {
    const char *only, *json;
} arguments;

static bool read_arguments(micro *m, arguments *asked, int argc, char **argv)
{
    m->rounds = 5;
    m->policies = PARE_SOURCE_DIR "/tests/bench";
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(argv[i], "--", 2) != 0) {
            m->path = argv[i];
            continue;
        }
        if (value == NULL) {
            return false;
        }
        if (strcmp(argv[i], "--rounds") == 0) {
            m->rounds = (unsigned)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--only") == 0) {
            asked->only = value;
        } else if (strcmp(argv[i], "--json") == 0) {
            asked->json = value;
        } else if (strcmp(argv[i], "--policies") == 0) {
            m->policies = value;
        } else {
            return false;
        }
        i++;
    }
    return m->path != NULL && m->rounds >= 1 && m->rounds <= MICRO_MAX_ROUNDS;
}

static bool run_sections(micro *m, const char *only)
{
    bool any = false;
    for (size_t i = 0; i < N_SECTIONS; i++) {
        if (only != NULL && !is_listed(only, sections[i].name)) {
            continue;
        }
        size_t first = m->n_cases;
        any = true;
        if (!sections[i].run(m)) {
            return false;
        }
        micro_report_table(m, first);
    }
    return any ||
           micro_fail("--only names no section: reader, tokens, detectors, codecs, worker, writer, start, floor");
}

int main(int argc, char **argv)
{
    static micro m;
    arguments asked = {NULL, NULL};
    if (!read_arguments(&m, &asked, argc, argv)) {
        (void)micro_fail("usage: bench_micro [--rounds N] [--only SECTION[,SECTION]] [--json FILE] [--policies FOLDER] "
                         "EXPORT.csv");
        return EXIT_FAILURE;
    }
    bool good = load_export(&m);
    if (good) {
        micro_machine machine;
        micro_report_machine(&machine);
        micro_report_heading(&m, &machine);
        good = run_sections(&m, asked.only);
        micro_report_load(&machine);
        good = good && (asked.json == NULL || micro_report_json(&m, &machine, asked.json));
    }
    free_export(&m);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
