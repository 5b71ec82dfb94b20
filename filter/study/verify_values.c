/*
 * The values of a finished dataset: what detectors find in columns that pass as they are, and what of the original
 * stands in it that should have been withheld. Told are columns, detectors and counts, never a value.
 */
#include "filter/pipeline/input.h"
#include "filter/study/dataset.h"
#include "filter/study/residue.h"
#include "filter/study/verification.h"
#include "pare/scan.h"
#include "rules/base/raw.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MOST_MEETINGS = 256 };
static const size_t LONGEST_VALUE = (size_t)1 << 30;

static pare_status no_memory(pare_error *err)
{
    return pare_fail(err, PARE_E_NOMEM, "out of memory for looking through the values");
}

/** Call `each` for every value of the dataset. */
static pare_status each_value(pare_verification *v,
                              pare_status (*each)(void *context, uint32_t column, pare_span value, pare_error *err),
                              void *context)
{
    pare_dataset *dataset = NULL;
    const pare_rows *rows = NULL;
    const pare_source_options options = {.encoding = PARE_ENCODING_UTF8};
    pare_buf spare;
    pare_buf_init(&spare, LONGEST_VALUE);
    pare_status status = pare_dataset_open(v->dataset, v->facts.delimiter, &options, &dataset, NULL, v->err);
    while (status == PARE_OK && (status = pare_dataset_next(dataset, &rows, v->err)) == PARE_OK) {
        for (uint32_t r = 0; r < rows->n_rows && status == PARE_OK; r++) {
            pare_record record = pare_rows_get(rows, r);
            for (uint32_t c = 0; c < rows->n_fields && status == PARE_OK; c++) {
                pare_span value = pare_raw_text(pare_record_raw(&record, c), &spare);
                status = spare.status == PARE_OK ? each(context, c, value, v->err) : no_memory(v->err);
            }
        }
    }
    pare_dataset_close(dataset);
    pare_buf_wipe(&spare);
    return status == PARE_END ? PARE_OK : status;
}

/* --- detectors ------------------------------------------------------------------------------------------------------
 */

typedef struct scanning {
    pare_verification *v;
    pare_scanner *scanner;
    size_t n_detectors;
    uint64_t *counts; /* [n_columns][n_detectors + 1]; the last: values that can't be judged */
} scanning;

static pare_status scan_value(void *context, uint32_t column, pare_span value, pare_error *err)
{
    scanning *s = context;
    uint64_t *counts = s->counts + column * (s->n_detectors + 1);
    (void)err;
    if (s->v->facts.scannable[column] && value.len > 0 && !pare_scanner_count(s->scanner, column, value, counts)) {
        counts[s->n_detectors]++;
    }
    return PARE_OK;
}

static void tell_hits(const scanning *s)
{
    for (size_t c = 0; c < s->v->facts.n_columns; c++) {
        const uint64_t *counts = s->counts + c * (s->n_detectors + 1);
        char shown[PARE_SHOWN_NAME];
        pare_escape(shown, sizeof shown, s->v->facts.columns[c]);
        s->v->result->n_scanned += s->v->facts.scannable[c];
        for (size_t d = 0; d < s->n_detectors; d++) {
            if (counts[d] > 0) {
                pare_verify_find(s->v, "column `%s`: %s: %" PRIu64 " found", shown, pare_scanner_name(s->scanner, d),
                                 counts[d]);
            }
        }
        if (counts[s->n_detectors] > 0) {
            pare_verify_find(s->v, "column `%s`: %" PRIu64 " values are beyond the detectors' limits", shown,
                             counts[s->n_detectors]);
        }
    }
}

static pare_status scan(pare_verification *v)
{
    scanning s = {.v = v};
    PARE_TRY(pare_scanner_new(v->options->policy, v->options->find, &s.scanner, v->err));
    s.n_detectors = pare_scanner_size(s.scanner);
    s.counts = calloc(v->facts.n_columns, (s.n_detectors + 1) * sizeof *s.counts);
    pare_status status = s.counts == NULL
                             ? no_memory(v->err)
                             : pare_scanner_columns(s.scanner, v->facts.columns, v->facts.n_columns, v->err);
    if (status == PARE_OK) {
        status = each_value(v, scan_value, &s);
    }
    if (status == PARE_OK) {
        tell_hits(&s);
    }
    free(s.counts);
    pare_scanner_free(s.scanner);
    return status;
}

/* --- the original ----------------------------------------------------------------------------------------------------
 */

/** Where values that are withheld in one column stand in another. */
typedef struct meeting {
    uint32_t column, source;
    pare_residue_form form;
    uint64_t n;
} meeting;

typedef struct comparing {
    pare_verification *v;
    pare_residue *residue;
    pare_run_options reading; /* what pare_input wants to know */
    bool *withheld;           /* [n_sources]: dropped, unlisted or tokenized */
    size_t n_sources;
    pare_span *sources; /* [n_sources]: names, in the arena */
    pare_span *own;     /* [n_sources]: what the record at work withholds */
    pare_buf *spares;   /* [n_sources] */
    bool explaining;    /* the second time */
    uint32_t column;    /* of the value at work */
    meeting meetings[MOST_MEETINGS];
    size_t n_meetings;
    uint64_t n_more; /* that found no room */
} comparing;

static pare_status note_value(void *context, uint32_t column, pare_span value, pare_error *err)
{
    comparing *c = context;
    (void)column;
    return pare_residue_note(c->residue, value, err);
}

static pare_status take_record(comparing *c, const pare_record *record)
{
    size_t n_own = 0;
    pare_status status = PARE_OK;
    for (uint32_t i = 0; i < record->n_fields && status == PARE_OK; i++) {
        pare_span value = pare_raw_text(pare_record_raw(record, i), &c->spares[i]);
        if (c->spares[i].status != PARE_OK) {
            status = no_memory(c->v->err);
        } else if (c->withheld[i]) {
            c->own[n_own++] = value;
            status = c->explaining ? PARE_OK : pare_residue_withhold(c->residue, i, value, c->v->err);
        }
    }
    for (uint32_t i = 0; c->explaining && i < record->n_fields && status == PARE_OK; i++) {
        if (!c->withheld[i]) {
            pare_span value = pare_raw_text(pare_record_raw(record, i), &c->spares[i]);
            status = pare_residue_explain(c->residue, value, c->own, n_own, c->v->err);
        }
    }
    return status;
}

/** Which columns of the export the policy withholds: those of which it makes nothing, and those it makes tokens of. */
static pare_status sort_columns(comparing *c, const pare_span *names, size_t n)
{
    pare_verification *v = c->v;
    pare_plan *plan = NULL;
    pare_key *key = NULL;
    PARE_TRY(pare_key_new_published_test_key(&key, v->err)); /* only names are asked for; no token is made */
    const pare_bind_options bind = {.key = key, .as_of = {2026, 1, 1}};
    pare_status status = pare_plan_bind(v->options->policy, names, n, &bind, &plan, v->err);
    pare_key_free(key);
    PARE_TRY(status);
    c->n_sources = n;
    c->withheld = pare_arena_array(&v->arena, n, sizeof *c->withheld);
    c->sources = pare_arena_array(&v->arena, n, sizeof *c->sources);
    c->own = pare_arena_array(&v->arena, n, sizeof *c->own);
    c->spares = pare_arena_array(&v->arena, n, sizeof *c->spares);
    if (c->withheld == NULL || c->sources == NULL || c->own == NULL || c->spares == NULL) {
        pare_plan_free(plan);
        return no_memory(v->err);
    }
    for (size_t i = 0; i < n; i++) {
        pare_buf_init(&c->spares[i], LONGEST_VALUE);
        c->withheld[i] = true;
        const char *position = pare_arena_printf(&v->arena, "#%zu", i + 1);
        c->sources[i] = pare_plan_header_is_known(plan) ? pare_arena_copy(&v->arena, names[i])
                        : position == NULL              ? pare_span_from(NULL, 0)
                                                        : pare_span_of(position);
        status = c->sources[i].ptr == NULL ? no_memory(v->err) : status;
    }
    for (size_t i = 0; i < pare_plan_n_columns(plan); i++) {
        pare_column_info column;
        pare_plan_column(plan, i, &column);
        c->withheld[column.source_index] = strstr(column.steps, "pseudonymize") != NULL;
    }
    pare_plan_free(plan);
    return status;
}

/** Whether the manifest names that file among its inputs. */
static bool is_input(const pare_verification *v, const char *sha256)
{
    for (const pare_json_value *input = v->facts.inputs->first; input != NULL; input = input->next) {
        const pare_json_value *digest = pare_json_member(input, "sha256", PARE_JSON_TEXT);
        if (digest != NULL && pare_span_is(digest->text, sha256)) {
            return true;
        }
    }
    return false;
}

/** Read the export once. */
static pare_status read_original(comparing *c)
{
    pare_verification *v = c->v;
    pare_input *input = NULL;
    pare_batch batch = {0};
    uint32_t file = 0;
    PARE_TRY(pare_input_open(&c->reading, true, &input, v->err));
    size_t n = 0;
    const pare_span *names = pare_input_names(input, &n);
    pare_status status = c->withheld == NULL ? sort_columns(c, names, n) : PARE_OK;
    if (status == PARE_OK && n != c->n_sources) {
        status = pare_fail(v->err, PARE_E_DATA, "the original changed while it was read");
    }
    if (status == PARE_OK && pare_batch_init(&batch, pare_input_batch_bytes(input)) != PARE_OK) {
        status = no_memory(v->err);
    }
    while (status == PARE_OK && (status = pare_input_next(input, &batch, &file, v->err)) == PARE_OK) {
        status = pare_csv_index(pare_input_reader(input), &batch, v->err);
        for (uint32_t r = 0; r < batch.rows.n_rows && status == PARE_OK; r++) {
            pare_record record = pare_rows_get(&batch.rows, r);
            status = take_record(c, &record);
        }
    }
    if (status == PARE_END && !c->explaining && !is_input(v, pare_input_file_at(input, 0)->sha256)) {
        pare_verify_find(v, "the original is not among the inputs that the manifest names");
    }
    pare_batch_clear(&batch);
    pare_input_close(input);
    if (status != PARE_END) {
        v->err->record = 0; /* counted from a batch: no place that could be told */
        v->err->line = 0;
        v->err->has_byte = false;
        pare_error_in_file(v->err, v->options->original);
    }
    return status == PARE_END ? PARE_OK : status;
}

static void note_meeting(void *context, uint32_t source, pare_residue_form form)
{
    comparing *c = context;
    for (size_t i = 0; i < c->n_meetings; i++) {
        meeting *m = &c->meetings[i];
        if (m->column == c->column && m->source == source && m->form == form) {
            m->n++;
            return;
        }
    }
    if (c->n_meetings == MOST_MEETINGS) {
        c->n_more++;
    } else {
        c->meetings[c->n_meetings++] = (meeting){c->column, source, form, 1};
    }
}

static pare_status look_at_value(void *context, uint32_t column, pare_span value, pare_error *err)
{
    comparing *c = context;
    c->column = column;
    return pare_residue_look(c->residue, value, note_meeting, c, err);
}

static void tell_meetings(const comparing *c)
{
    for (size_t i = 0; i < c->n_meetings; i++) {
        const meeting *m = &c->meetings[i];
        char column[PARE_SHOWN_NAME], source[PARE_SHOWN_NAME];
        pare_escape(column, sizeof column, c->v->facts.columns[m->column]);
        pare_escape(source, sizeof source, c->sources[m->source]);
        pare_verify_find(c->v, "column `%s`: values withheld in `%s`, %s: %" PRIu64 " found", column, source,
                         pare_residue_form_name(m->form), m->n);
    }
    if (c->n_more > 0) {
        pare_verify_find(c->v, "and %" PRIu64 " more in other columns", c->n_more);
    }
}

static pare_status compare_in_passes(comparing *c)
{
    PARE_TRY(each_value(c->v, note_value, c));
    pare_status status = read_original(c);
    if (status == PARE_E_LIMIT) {
        return pare_verify_judge(c->v, "the dataset", status);
    }
    PARE_TRY(status);
    c->explaining = true;
    PARE_TRY(read_original(c));
    PARE_TRY(each_value(c->v, look_at_value, c));
    tell_meetings(c);
    return PARE_OK;
}

static pare_status compare(pare_verification *v)
{
    comparing *c = pare_arena_alloc(&v->arena, sizeof *c);
    if (c == NULL) {
        return no_memory(v->err);
    }
    c->v = v;
    c->reading.policy = v->options->policy;
    c->reading.inputs = &v->options->original;
    c->reading.n_inputs = 1;
    PARE_TRY(pare_residue_new(v->result->text_bytes, &c->residue, v->err));
    pare_status status = compare_in_passes(c);
    for (size_t i = 0; i < c->n_sources && c->spares != NULL; i++) {
        pare_buf_wipe(&c->spares[i]);
    }
    pare_residue_free(c->residue);
    return status;
}

pare_status pare_verify_values(pare_verification *v)
{
    char digest[2 * PARE_SHA256_BYTES + 1];
    pare_sha256 *hash = NULL;
    PARE_TRY(pare_sha256_new(&hash, v->err));
    pare_sha256_update(hash, v->options->policy_bytes);
    pare_sha256_finish_hex(hash, digest);
    pare_sha256_free(hash);
    if (!pare_span_is(v->facts.policy_sha256, digest)) {
        pare_verify_find(v, "the dataset was made by another policy, or by another version of it");
        return PARE_OK; /* which columns pass as they are, only that one says */
    }
    PARE_TRY(scan(v));
    return v->options->original == NULL ? PARE_OK : compare(v);
}
