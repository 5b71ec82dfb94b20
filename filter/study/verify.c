/*
 * A finished dataset against its manifest. The file is read twice: as it is stored, for its length and digest, so that
 * these are judged whatever stands in it; then as records. The second reading takes a digest of its own: a file that
 * changes between the two is not the file that was judged.
 */
#include "filter/study/dataset.h"
#include "filter/study/verification.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char MANIFEST_ENDING[] = ".datapackage.json";
static const size_t MANIFEST_CEILING = (size_t)64 << 20, ARENA_CEILING = (size_t)1 << 30;
enum { PIECE_BYTES = 256 << 10, LINE_BYTES = 512 };

/* --- saying what is wrong ----------------------------------------------------------------------------------------- */

void pare_verify_find(pare_verification *v, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    v->result->n_findings++;
    if (v->options->finding != NULL) {
        v->options->finding(v->options->context, line);
    }
}

/** A failed call: what it says of the data is a finding, anything else ends the verification. */
pare_status pare_verify_judge(pare_verification *v, const char *what, pare_status status)
{
    const pare_error *err = v->err;
    if (status != PARE_E_DATA && status != PARE_E_TRUNCATED && status != PARE_E_LIMIT) {
        return status;
    }
    if (err->record > 0 || err->line > 0) {
        pare_verify_find(v, "%s: record %" PRIu64 ", line %" PRIu64 ": %s", what, err->record, err->line, err->text);
    } else {
        pare_verify_find(v, "%s: %s", what, err->text);
    }
    return PARE_OK;
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), end_len = strlen(ending);
    return len > end_len && strcmp(text + len - end_len, ending) == 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/** The manifest's path, from what was named. */
static pare_status name_manifest(pare_verification *v)
{
    const char *path = v->options->path;
    v->manifest = v->options->manifest;
    if (v->manifest == NULL && ends_with(path, MANIFEST_ENDING)) {
        v->manifest = path;
    } else {
        v->dataset = path;
    }
    if (v->manifest == NULL) {
        v->manifest = pare_arena_printf(&v->arena, "%s%s", path, MANIFEST_ENDING);
    }
    return v->manifest != NULL ? PARE_OK : pare_fail(v->err, PARE_E_NOMEM, "out of memory");
}

/** The dataset's path: as the manifest says, beside it; or as it was named, and then the manifest must be of that name.
 */
static pare_status name_dataset(pare_verification *v)
{
    if (v->dataset == NULL) {
        size_t folder = (size_t)(base_name(v->manifest) - v->manifest);
        v->dataset = pare_arena_printf(&v->arena, "%.*s%s", (int)folder, v->manifest, v->facts.path);
        return v->dataset != NULL ? PARE_OK : pare_fail(v->err, PARE_E_NOMEM, "out of memory");
    }
    if (v->options->manifest == NULL && strcmp(base_name(v->dataset), v->facts.path) != 0) {
        char shown[PARE_SHOWN_NAME];
        pare_escape(shown, sizeof shown, pare_span_of(v->facts.path));
        pare_verify_find(v, "the manifest is that of another dataset: `%s`", shown);
    }
    return PARE_OK;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/** Hand all bytes of a file to `bytes`, as they are stored. */
static pare_status read_stored(pare_verification *v, const char *path, void (*bytes)(void *, pare_span), void *context)
{
    pare_source *source = NULL;
    const pare_source_options plain = {.encoding = PARE_ENCODING_UTF8};
    unsigned char *piece = malloc(PIECE_BYTES);
    pare_status status = piece == NULL ? pare_fail(v->err, PARE_E_NOMEM, "out of memory")
                                       : pare_file_open(path, &plain, &source, v->err);
    while (status == PARE_OK) {
        size_t got = 0;
        status = pare_source_read(source, piece, PIECE_BYTES, &got, v->err);
        bytes(context, pare_span_from(piece, got));
    }
    pare_source_close(source);
    free(piece);
    if (status != PARE_END) {
        pare_error_in_file(v->err, path);
    }
    return status == PARE_END ? PARE_OK : status;
}

static void into_buf(void *context, pare_span bytes)
{
    pare_buf_append_span(context, bytes);
}

static pare_status read_manifest(pare_verification *v)
{
    pare_buf text;
    pare_buf_init(&text, MANIFEST_CEILING);
    pare_status status = read_stored(v, v->manifest, into_buf, &text);
    if (status == PARE_OK && text.status != PARE_OK) {
        status = pare_fail(v->err, text.status, "the manifest does not fit into memory");
    }
    if (status == PARE_OK) {
        status = pare_manifest_read(pare_buf_span(&text), &v->arena, &v->facts, v->err);
    }
    pare_buf_clear(&text);
    return status;
}

typedef struct digesting {
    pare_sha256 *hash;
    uint64_t bytes;
} digesting;

static void into_digest(void *context, pare_span bytes)
{
    digesting *d = context;
    pare_sha256_update(d->hash, bytes);
    d->bytes += bytes.len;
}

static pare_status check_bytes(pare_verification *v)
{
    digesting digest = {0};
    PARE_TRY(pare_sha256_new(&digest.hash, v->err));
    pare_status status = read_stored(v, v->dataset, into_digest, &digest);
    pare_sha256_finish_hex(digest.hash, v->sha256);
    pare_sha256_free(digest.hash);
    PARE_TRY(status);
    v->result->bytes = digest.bytes;
    if (digest.bytes != v->facts.bytes) {
        pare_verify_find(v, "the file has %" PRIu64 " bytes, the manifest says %" PRIu64, digest.bytes, v->facts.bytes);
    }
    if (!pare_span_is(v->facts.sha256, v->sha256)) {
        pare_verify_find(v, "the file's SHA-256 is not the one that the manifest says");
    }
    return PARE_OK;
}

static void check_names(pare_verification *v, const pare_dataset *dataset)
{
    size_t n = 0;
    const pare_span *names = pare_dataset_names(dataset, &n);
    v->result->n_columns = n;
    if (n != v->facts.n_columns) {
        pare_verify_find(v, "the header has %zu columns, the manifest names %zu", n, v->facts.n_columns);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!pare_span_equal(names[i], v->facts.columns[i])) {
            char shown[PARE_SHOWN_NAME];
            pare_escape(shown, sizeof shown, v->facts.columns[i]);
            pare_verify_find(v, "column %zu of the header is not `%s`, as the manifest says", i + 1, shown);
        }
    }
}

static pare_status count_records(pare_verification *v, pare_dataset *dataset)
{
    const pare_rows *rows = NULL;
    pare_status status = PARE_OK;
    while ((status = pare_dataset_next(dataset, &rows, v->err)) == PARE_OK) {
        v->result->records += rows->n_rows;
        if (rows->n_rows > 0) {
            const uint32_t *ends = rows->ends + (size_t)rows->n_rows * rows->n_fields;
            v->result->text_bytes += ends[-1];
        }
    }
    if (status != PARE_END) {
        return pare_verify_judge(v, "the dataset", status);
    }
    if (v->result->records != v->facts.written) {
        pare_verify_find(v, "the file has %" PRIu64 " records, the manifest says %" PRIu64, v->result->records,
                         v->facts.written);
    }
    return PARE_OK;
}

static pare_status check_records(pare_verification *v)
{
    digesting digest = {0};
    pare_dataset *dataset = NULL;
    const char *kind = NULL;
    char again[sizeof v->sha256];
    PARE_TRY(pare_sha256_new(&digest.hash, v->err));
    const pare_source_options options = {.encoding = PARE_ENCODING_UTF8, .tap = {into_digest, &digest}};
    size_t before = v->result->n_findings;
    pare_status status = pare_dataset_open(v->dataset, v->facts.delimiter, &options, &dataset, &kind, v->err);
    if (status == PARE_OK) {
        if (strcmp(kind, v->facts.gzip ? "gzip" : "plain") != 0) {
            pare_verify_find(v, "the file is %s, the manifest says %s", kind, v->facts.gzip ? "gzip" : "plain");
        }
        check_names(v, dataset);
        status = count_records(v, dataset);
    } else {
        status = pare_verify_judge(v, "the dataset", status);
    }
    pare_sha256_finish_hex(digest.hash, again);
    pare_sha256_free(digest.hash);
    pare_dataset_close(dataset);
    if (status == PARE_OK && v->result->n_findings == before && strcmp(again, v->sha256) != 0) {
        pare_verify_find(v, "the file changed while it was read");
    }
    return status;
}

static pare_status verify(pare_verification *v)
{
    PARE_TRY(name_manifest(v));
    pare_status status = read_manifest(v);
    if (status == PARE_E_DATA || status == PARE_E_LIMIT) {
        return pare_verify_judge(v, "the manifest", status); /* it says nothing that a dataset could be held against */
    }
    PARE_TRY(status);
    PARE_TRY(name_dataset(v));
    PARE_TRY(check_bytes(v));
    status = check_records(v);
    if (status == PARE_OK && v->options->policy != NULL && v->result->n_findings == 0) {
        status = pare_verify_values(v); /* of a dataset that is not whole nothing could be said */
    }
    if (status != PARE_OK) {
        pare_error_in_file(v->err, v->dataset);
    }
    return status;
}

pare_status pare_verify(const pare_verify_options *options, pare_verify_result *result, pare_error *err)
{
    pare_error unwanted;
    err = err == NULL ? &unwanted : err;
    *err = (pare_error){0};
    *result = (pare_verify_result){0};
    pare_verification v = {.options = options, .result = result, .err = err};
    pare_arena_init(&v.arena, ARENA_CEILING);
    pare_status status = verify(&v);
    pare_arena_clear(&v.arena);
    if (status == PARE_OK && result->n_findings > 0) {
        return pare_fail(err, PARE_E_GATE, "%zu thing%s wrong with it", result->n_findings,
                         result->n_findings == 1 ? " is" : "s are");
    }
    return status;
}
