/*
 * What a run came to, for people: what went in, what came out, what was held back and why. Counts and names of columns
 * only.
 */
#include "filter/pipeline/job.h"
#include "rules/base/buf.h"
#include "rules/base/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUMMARY_BYTES = 64 << 10, SHOWN_NAMES = 12, NAME_CHARS = 80 };

/** 1234567 as 1,234,567. */
static void append_count(pare_buf *out, uint64_t count)
{
    char digits[32];
    size_t n = 0;
    do {
        if (n % 4 == 3) {
            digits[n++] = ',';
        }
        digits[n++] = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    while (n > 0) {
        pare_buf_append_byte(out, (unsigned char)digits[--n]);
    }
}

static void append_reason(pare_buf *out, uint64_t count, const char *reason, bool *first)
{
    if (count > 0) {
        pare_buf_append_text(out, *first ? " (" : ", ");
        append_count(out, count);
        pare_buf_append_text(out, reason);
        *first = false;
    }
}

/** " quarantined: 3 BR01, 2 BR07" */
static void append_quarantined(pare_buf *out, const pare_job *job, bool *first)
{
    const char *before = ": ";
    append_reason(out, job->counts.quarantined, " quarantined", first);
    for (unsigned i = 0; i < PARE_N_FAULTS; i++) {
        uint64_t n = pare_tally_quarantined(job->tally, (pare_fault)i);
        if (n > 0) {
            pare_buf_append_text(out, before);
            append_count(out, n);
            pare_buf_append_byte(out, ' ');
            pare_buf_append_text(out, pare_fault_code((pare_fault)i));
            before = ", ";
        }
    }
}

static void append_records(pare_buf *out, const pare_job *job)
{
    const pare_counts *counts = &job->counts;
    bool first = true;
    pare_buf_append_text(out, "  records   ");
    append_count(out, counts->read);
    pare_buf_append_text(out, " in, ");
    append_count(out, counts->written);
    pare_buf_append_text(out, " out, ");
    append_count(out, counts->read - counts->written);
    pare_buf_append_text(out, " held back");
    append_reason(out, counts->dropped_no_purpose, " no purpose may use", &first);
    append_reason(out, counts->dropped_opted_out, " opted out", &first);
    append_reason(out, counts->dropped_retention, " older than kept", &first);
    append_reason(out, counts->dropped_no_date, " without a readable date", &first);
    append_quarantined(out, job, &first);
    pare_buf_append_text(out, first ? "\n" : ")\n");
}

static void append_name(pare_buf *out, const char *name)
{
    char shown[NAME_CHARS];
    (void)pare_escape(shown, sizeof shown, pare_span_of(name));
    pare_buf_append_text(out, shown);
}

static void append_withheld(pare_buf *out, const pare_plan *plan, bool unlisted, const char *title)
{
    size_t n = 0;
    for (size_t i = 0; i < pare_plan_n_withheld(plan); i++) {
        bool is_unlisted = false;
        const char *name = pare_plan_withheld(plan, i, &is_unlisted);
        if (is_unlisted == unlisted) {
            if (n < SHOWN_NAMES) {
                pare_buf_append_text(out, n == 0 ? title : ", ");
                append_name(out, name);
            }
            n++;
        }
    }
    if (n > SHOWN_NAMES) {
        pare_buf_printf(out, " and %zu more", n - SHOWN_NAMES);
    }
    pare_buf_append_text(out, n == 0 ? "" : "\n");
}

/** " held back by the scan: 2 email, 1 unsure" */
static void append_detected(pare_buf *out, const pare_job *job, size_t column, uint64_t n_values, bool *first)
{
    pare_scan_info scan;
    const char *before = ": ";
    append_reason(out, n_values, " held back by the scan", first);
    if (!pare_policy_scan(job->options->policy, &scan)) {
        return;
    }
    for (size_t d = 0; d <= scan.n_detectors; d++) {
        uint64_t hits = pare_tally_scan(job->tally, column, d);
        if (hits > 0) {
            if (*first) { /* of records that were refused */
                pare_buf_append_text(out, " (the scan refused records");
                *first = false;
            }
            pare_buf_append_text(out, before);
            append_count(out, hits);
            pare_buf_append_byte(out, ' ');
            pare_buf_append_text(out, d == scan.n_detectors ? "unsure" : scan.detectors[d]);
            before = ", ";
        }
    }
}

/** One line a column: what happens to it, what was withheld, what was found. */
static void append_columns(pare_buf *out, const pare_job *job)
{
    size_t n = pare_plan_n_columns(job->plan);
    const char *formulas = pare_policy_output(job->options->policy)->formulas;
    const bool quotes = formulas != NULL && strcmp(formulas, "quote") == 0;
    for (size_t i = 0; i < n; i++) {
        pare_column_info info;
        pare_column_counts counts;
        pare_plan_column(job->plan, i, &info);
        pare_tally_column(job->tally, i, &counts);
        bool first = true;
        pare_buf_append_text(out, "    ");
        append_name(out, info.name);
        pare_buf_append_text(out, ": ");
        pare_buf_append_text(out, info.steps);
        append_reason(out, counts.suppressed, " withheld", &first);
        append_reason(out, counts.unreadable, " not readable", &first);
        for (size_t d = 0; d < info.n_detectors; d++) {
            uint64_t hits = pare_tally_hits(job->tally, i, d);
            if (hits > 0) {
                pare_buf_append_text(out, first ? " (" : ", ");
                append_count(out, hits);
                pare_buf_append_text(out, " ");
                pare_buf_append_text(out, info.detectors[d]);
                first = false;
            }
        }
        append_detected(out, job, i, counts.detected, &first);
        append_reason(out, counts.formulas, quotes ? " formulas quoted" : " begin like a formula", &first);
        pare_buf_append_text(out, first ? "\n" : ")\n");
    }
}

void pare_job_summarize(const pare_job *job, pare_run_result *result)
{
    size_t n_names = 0;
    (void)pare_input_names(job->input, &n_names);
    result->n_columns_in = n_names;
    result->n_columns_out = pare_plan_n_columns(job->plan);
    for (size_t i = 0; i < result->n_columns_out; i++) {
        pare_column_counts counts;
        pare_tally_column(job->tally, i, &counts);
        result->detected += counts.detected;
        result->formulas += counts.formulas;
    }
    for (size_t i = 0; i < pare_plan_n_withheld(job->plan); i++) {
        bool unlisted = false;
        (void)pare_plan_withheld(job->plan, i, &unlisted);
        *(unlisted ? &result->n_unlisted : &result->n_dropped_columns) += 1;
    }
    pare_buf out;
    pare_buf_init(&out, SUMMARY_BYTES);
    append_records(&out, job);
    pare_buf_printf(&out, "  columns   %zu in, %zu out, %zu held back\n", n_names, result->n_columns_out,
                    n_names - result->n_columns_out);
    append_withheld(&out, job->plan, false, "  dropped   ");
    append_withheld(&out, job->plan, true, "  unlisted  ");
    pare_buf_append_text(&out, "  released\n");
    append_columns(&out, job);
    pare_buf_append_text(&out, "  bytes     ");
    append_count(&out, result->input_bytes);
    pare_buf_append_text(&out, " in, ");
    append_count(&out, result->output_bytes);
    pare_buf_append_text(&out, " out\n");
    pare_buf_append_byte(&out, '\0');
    if (out.status == PARE_OK) {
        result->summary = (char *)out.ptr; /* malloc'd; the caller's now */
    } else {
        pare_buf_clear(&out);
    }
}

void pare_job_warn_of_formulas(const pare_job *job)
{
    const pare_progress *progress = &job->options->progress;
    char text[512];
    pare_buf names;
    uint64_t n = 0;
    if (progress->warning == NULL || pare_policy_output(job->options->policy)->formulas != NULL) {
        return; /* the policy knows of them */
    }
    pare_buf_init(&names, sizeof text / 2);
    for (size_t i = 0; i < pare_plan_n_columns(job->plan); i++) {
        pare_column_info info;
        pare_column_counts counts;
        pare_plan_column(job->plan, i, &info);
        pare_tally_column(job->tally, i, &counts);
        if (counts.formulas > 0) {
            pare_buf_append_text(&names, n == 0 ? "" : ", ");
            append_name(&names, info.name);
        }
        n += counts.formulas;
    }
    if (n > 0) {
        (void)snprintf(text, sizeof text,
                       "%llu released value%s as a formula does, and a spreadsheet would run it (%.*s): `output: "
                       "{formulas: quote}` makes text of it, `keep` says that nobody opens this in one",
                       (unsigned long long)n, n == 1 ? " begins" : "s begin", (int)names.len,
                       names.ptr == NULL ? "" : (const char *)names.ptr);
        progress->warning(progress->context, text);
    }
    pare_buf_clear(&names);
}
