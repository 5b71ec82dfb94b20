/*
 * The quarantine: one JSON object a line (RFC 8259) for each record that was left out, in the order of the input, its
 * bytes in base64 (RFC 4648 section 4), so that whatever they hold, a line is a line.
 *
 *     {"code":"BR03","input":1,"file":"crm.csv","record":7,"line":8,"byte":512,"length":31,"raw":"NDcxMSx4In..."}
 *
 * It is the one file in which pare puts values as they came. Mode 0600; delivered with the dataset or not at all.
 */
#include "filter/pipeline/job.h"
#include "filter/report/json_out.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <inttypes.h>
#include <stdio.h>

static const size_t TEXT_CEILING = (size_t)4 << 30;

static pare_status out_of_memory(pare_error *err)
{
    return pare_fail(err, PARE_E_NOMEM, "out of memory for the quarantine");
}

static void warn(const pare_job *job)
{
    char name[160], text[400];
    const pare_progress *progress = &job->options->progress;
    (void)pare_escape(name, sizeof name, pare_span_of(job->options->quarantine));
    (void)snprintf(text, sizeof text,
                   "RAW PERSONAL DATA: bad records go to %s as they came, not minimized, mode 0600; keep it where the "
                   "input is kept, and delete it as soon as they are dealt with",
                   name);
    if (progress->warning != NULL) {
        progress->warning(progress->context, text);
    }
}

pare_status pare_job_open_quarantine(pare_job *job, pare_error *err)
{
    const char *path = job->options->quarantine;
    if (job->options->on_bad_record != PARE_BAD_QUARANTINE) {
        return PARE_OK;
    }
    pare_buf_init(&job->quarantine_text, TEXT_CEILING);
    warn(job);
    PARE_TRY(pare_sha256_new(&job->quarantine_hash, err));
    pare_status status = pare_job_open_output(job, 2, path, pare_job_file_kind(job), &job->quarantine, err);
    if (status != PARE_OK) {
        pare_error_in_file(err, path);
    }
    return status;
}

static void append_base64(pare_buf *out, pare_span bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < bytes.len; at += 3) {
        size_t left = bytes.len - at;
        uint32_t group = (uint32_t)bytes.ptr[at] << 16;
        group |= left > 1 ? (uint32_t)bytes.ptr[at + 1] << 8 : 0;
        group |= left > 2 ? bytes.ptr[at + 2] : 0;
        unsigned char four[4] = {(unsigned char)digits[group >> 18], (unsigned char)digits[group >> 12 & 63], '=', '='};
        four[2] = left > 1 ? (unsigned char)digits[group >> 6 & 63] : four[2];
        four[3] = left > 2 ? (unsigned char)digits[group & 63] : four[3];
        pare_buf_append(out, four, sizeof four);
    }
}

/** The input's name without its folders: where it lay is nobody's business, and the file is the same wherever it lies.
 */
static pare_span input_name(const pare_job *job, uint32_t input)
{
    const char *path = pare_input_file_at(job->input, input)->path, *slash = strrchr(path, '/');
    return pare_span_of(slash == NULL ? path : slash + 1);
}

pare_status pare_job_quarantine(pare_job *job, const pare_product *product, pare_error *err)
{
    const pare_refused_list *refused = &product->refused;
    pare_buf *text = &job->quarantine_text;
    job->quarantined += refused->n;
    if (job->quarantine == NULL || refused->n == 0) {
        return PARE_OK;
    }
    pare_buf_reset(text);
    size_t at = 0;
    for (size_t i = 0; i < refused->n; i++) {
        const pare_refused *item = &refused->items[i];
        pare_buf_printf(text, "{\"code\":\"%s\",\"input\":%" PRIu32 ",\"file\":", pare_fault_code(item->fault),
                        product->file + 1);
        pare_json_append_string(text, input_name(job, product->file));
        pare_buf_printf(text,
                        ",\"record\":%" PRIu64 ",\"line\":%" PRIu64 ",\"byte\":%" PRIu64 ",\"length\":%zu,\"raw\":\"",
                        product->records_before + item->record, product->lines_before + item->line,
                        product->bytes_before + item->start, item->len);
        append_base64(text, pare_span_from(refused->raw.ptr + at, item->len));
        pare_buf_append_text(text, "\"}\n");
        at += item->len;
    }
    if (text->status != PARE_OK) {
        return out_of_memory(err);
    }
    pare_sha256_update(job->quarantine_hash, pare_buf_span(text));
    job->quarantine_bytes += text->len;
    pare_status status = pare_output_write(job->quarantine, pare_buf_span(text), err);
    if (status != PARE_OK) {
        pare_error_in_file(err, job->options->quarantine);
    }
    return status;
}

pare_status pare_job_finish_quarantine(pare_job *job, pare_error *err)
{
    if (job->quarantine == NULL) {
        return PARE_OK;
    }
    pare_sha256_finish_hex(job->quarantine_hash, job->quarantine_sha256);
    pare_status status = pare_output_finish(job->quarantine, err);
    if (status != PARE_OK) {
        pare_error_in_file(err, job->options->quarantine);
    }
    return status;
}
