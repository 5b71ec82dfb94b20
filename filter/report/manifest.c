/*
 * The manifest: what was delivered, made of what, by which rules, and how many of each. docs/MANIFEST.md is its
 * reference.
 *
 * Follows Data Package v2 (datapackage.org), so that any tool for it reads the columns; what is pare's own stands in
 * the `pare` section. Knows names and figures only: it is given no record, so it can't leak one. Keys always come in
 * the order of this file.
 */
#include "filter/report/manifest.h"

#include "filter/report/json_out.h"
#include "pare/pare.h"
#include "rules/base/span.h"
#include "rules/base/try.h"

#include <string.h>

static const char note[] = "minimized and pseudonymized; not anonymous";

/* --- names -------------------------------------------------------------------------------------------------------- */

/** A Data Package name: lower-case letters, digits, `.`, `_`, `-`; a run of anything else becomes one `-`. */
static void append_slug(pare_buf *out, const char *text)
{
    size_t start = out->len;
    bool gap = false;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte >= 'A' && byte <= 'Z') {
            byte = (unsigned char)(byte - 'A' + 'a');
        }
        if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-') {
            if (gap && out->len > start) {
                pare_buf_append_byte(out, '-');
            }
            pare_buf_append_byte(out, byte);
            gap = false;
        } else {
            gap = true;
        }
    }
    if (out->len == start) {
        pare_buf_append_text(out, "dataset");
    }
}

/* --- the Data Package --------------------------------------------------------------------------------------------- */

static void write_dialect(pare_json *json, unsigned char delimiter)
{
    pare_json_object(json, "dialect");
    pare_json_bool(json, "header", true);
    pare_json_span(json, "delimiter", pare_span_from(&delimiter, 1));
    pare_json_text(json, "lineTerminator", "\n");
    pare_json_text(json, "quoteChar", "\"");
    pare_json_bool(json, "doubleQuote", true);
    pare_json_bool(json, "skipInitialSpace", false);
    pare_json_end(json);
}

static void write_schema(pare_json *json, const pare_plan *plan)
{
    pare_json_object(json, "schema");
    pare_json_array(json, "fields");
    for (size_t i = 0; i < pare_plan_n_columns(plan); i++) {
        pare_column_info column;
        pare_plan_column(plan, i, &column);
        pare_json_object(json, NULL);
        pare_json_text(json, "name", column.name);
        pare_json_text(json, "type", "string"); /* no other type is sure to hold every value: 00501 is a postal code */
        pare_json_text(json, "description", column.says);
        pare_json_end(json);
    }
    pare_json_end(json);
    pare_json_array(json, "missingValues");
    pare_json_text(json, NULL, "");
    pare_json_end(json);
    pare_json_end(json);
}

static void write_resource(pare_json *json, const pare_manifest *manifest, pare_span slug)
{
    const bool tabs = manifest->delimiter == '\t';
    const char *extension = tabs ? ".tsv" : ".csv";
    char hash[sizeof "sha256:" + sizeof manifest->output.sha256];
    memcpy(hash, "sha256:", sizeof "sha256:");
    memcpy(hash + sizeof "sha256:" - 1, manifest->output.sha256, sizeof manifest->output.sha256);
    pare_json_object(json, NULL);
    pare_json_span(json, "name", slug);
    const char *name = manifest->output.name;
    if (name != NULL && strcmp(name, "-") != 0) {
        pare_json_text(json, "path", name);
    } else { /* standard output has no name, and a resource must: the one its receiver would choose */
        pare_buf path;
        pare_buf_init(&path, slug.len + 16);
        pare_buf_append_span(&path, slug);
        pare_buf_append_text(&path, extension);
        pare_buf_append_text(&path, manifest->gzip ? ".gz" : "");
        pare_json_span(json, "path", pare_buf_span(&path));
        if (path.status != PARE_OK && json->out->status == PARE_OK) {
            json->out->status = path.status;
        }
        pare_buf_clear(&path);
    }
    pare_json_text(json, "type", "table");
    pare_json_text(json, "format", extension + 1);
    pare_json_text(json, "mediatype", tabs ? "text/tab-separated-values" : "text/csv");
    pare_json_text(json, "encoding", "utf-8");
    if (manifest->gzip) {
        pare_json_text(json, "compression", "gz");
    }
    pare_json_number(json, "bytes", manifest->output.bytes);
    pare_json_text(json, "hash", hash);
    write_dialect(json, manifest->delimiter);
    write_schema(json, manifest->plan);
    pare_json_end(json);
}

/* --- the pare section --------------------------------------------------------------------------------------------- */

static void write_inputs(pare_json *json, const pare_manifest *manifest)
{
    pare_json_array(json, "inputs");
    for (size_t i = 0; i < manifest->n_inputs; i++) {
        const pare_manifest_file *input = &manifest->inputs[i];
        pare_json_object(json, NULL);
        pare_json_text(json, "name", input->name);
        pare_json_text(json, "kind", input->kind);
        pare_json_number(json, "bytes", input->bytes);
        pare_json_text(json, "sha256", input->sha256);
        pare_json_end(json);
    }
    pare_json_end(json);
}

/** As the policy writes it, which counts from the policy's folder; of a whole path the last part, as for inputs. */
static const char *file_name(const char *name)
{
    const char *slash = name[0] == '/' ? strrchr(name, '/') : NULL;
    return slash == NULL ? name : slash + 1;
}

static void write_files(pare_json *json, const pare_manifest *manifest)
{
    pare_json_array(json, "files");
    for (size_t i = 0; i < pare_policy_n_files(manifest->policy); i++) {
        pare_side_file_info file;
        pare_policy_file(manifest->policy, i, &file);
        pare_json_object(json, NULL);
        pare_json_text(json, "name", file_name(file.name));
        pare_json_text(json, "use", file.use);
        pare_json_number(json, "bytes", file.bytes);
        pare_json_text(json, "sha256", file.sha256);
        pare_json_number(json, "entries", file.entries);
        if (file.names_people) {
            pare_json_number(json, "matches", pare_tally_matches(manifest->tally, i));
        }
        pare_json_end(json);
    }
    pare_json_end(json);
}

static void write_quarantine(pare_json *json, const pare_manifest_file *quarantine)
{
    if (quarantine != NULL) {
        pare_json_object(json, "quarantine");
        pare_json_text(json, "name", quarantine->name);
        pare_json_number(json, "bytes", quarantine->bytes);
        pare_json_text(json, "sha256", quarantine->sha256);
        pare_json_end(json);
    }
}

static void write_counts(pare_json *json, const pare_tally *tally)
{
    pare_counts counts;
    pare_tally_counts(tally, &counts);
    pare_json_object(json, "counts");
    pare_json_number(json, "read", counts.read);
    pare_json_number(json, "written", counts.written);
    pare_json_object(json, "dropped");
    pare_json_number(json, "retention", counts.dropped_retention);
    pare_json_number(json, "no_date", counts.dropped_no_date);
    pare_json_number(json, "no_purpose", counts.dropped_no_purpose);
    pare_json_number(json, "opted_out", counts.dropped_opted_out);
    pare_json_end(json);
    pare_json_number(json, "quarantined", counts.quarantined);
    pare_json_object(json, "quarantined_by");
    for (unsigned i = 0; i < PARE_N_FAULTS; i++) {
        uint64_t n = pare_tally_quarantined(tally, (pare_fault)i);
        if (n > 0) {
            pare_json_number(json, pare_fault_code((pare_fault)i), n);
        }
    }
    pare_json_end(json);
    pare_json_end(json);
}

static void write_purposes(pare_json *json, const pare_manifest *manifest, size_t n_purposes)
{
    pare_json_array(json, "purposes");
    for (size_t i = 0; i < n_purposes; i++) {
        pare_purpose_info purpose;
        pare_policy_purpose(manifest->policy, i, &purpose);
        pare_json_object(json, NULL);
        pare_json_text(json, "name", purpose.name);
        pare_json_text(json, "basis", purpose.basis);
        pare_json_text(json, "description", purpose.description);
        pare_json_number(json, "allowed", pare_tally_purpose(manifest->tally, i));
        pare_json_end(json);
    }
    pare_json_end(json);
}

/** "redact, truncate; keep" as items: rules are parted by semicolons, the steps of one by commas. */
static void write_steps(pare_json *json, const char *steps)
{
    pare_json_array(json, "steps");
    while (*steps != '\0') {
        size_t len = strcspn(steps, ",;");
        pare_span step = pare_span_trim(pare_span_from(steps, len));
        if (step.len > 0) {
            pare_json_span(json, NULL, step);
        }
        steps += len + (steps[len] != '\0');
    }
    pare_json_end(json);
}

/** Names of detectors. */
static void write_names(pare_json *json, const char *key, const char *const *names, size_t n)
{
    pare_json_array(json, key);
    for (size_t i = 0; i < n; i++) {
        pare_json_text(json, NULL, names[i]);
    }
    pare_json_end(json);
}

/** What is looked for in whatever is released, and where it is not. */
static void write_scan(pare_json *json, const pare_policy *policy)
{
    pare_scan_info scan;
    if (!pare_policy_scan(policy, &scan)) {
        return;
    }
    pare_json_object(json, "scan_released");
    write_names(json, "find", scan.detectors, scan.n_detectors);
    pare_json_text(json, "on_hit", scan.on_hit);
    pare_json_object(json, "except");
    for (size_t i = 0; i < scan.n_exceptions; i++) {
        pare_scan_exception_info exception;
        pare_policy_scan_exception(policy, i, &exception);
        write_names(json, exception.field, exception.n_detectors > 0 ? exception.detectors : scan.detectors,
                    exception.n_detectors > 0 ? exception.n_detectors : scan.n_detectors);
    }
    pare_json_end(json);
    pare_json_end(json);
}

/** What became of values that a spreadsheet would run: the reader of the dataset must know how to undo it. */
static void write_formulas(pare_json *json, const pare_manifest *manifest)
{
    const char *action = pare_policy_output(manifest->policy)->formulas;
    uint64_t n = 0;
    for (size_t i = 0; i < pare_plan_n_columns(manifest->plan); i++) {
        pare_column_counts counts;
        pare_tally_column(manifest->tally, i, &counts);
        n += counts.formulas;
    }
    pare_json_object(json, "formulas");
    pare_json_text(json, "action", action == NULL ? "keep" : action);
    pare_json_number(json, "values", n);
    pare_json_end(json);
}

/** What the scan found in the column: detectors that found something, and "unsure". */
static void write_found(pare_json *json, const pare_manifest *manifest, size_t column)
{
    pare_scan_info scan;
    if (!pare_policy_scan(manifest->policy, &scan)) {
        return;
    }
    pare_json_object(json, "scan");
    for (size_t i = 0; i <= scan.n_detectors; i++) {
        uint64_t hits = pare_tally_scan(manifest->tally, column, i);
        if (hits > 0) {
            pare_json_number(json, i == scan.n_detectors ? "unsure" : scan.detectors[i], hits);
        }
    }
    pare_json_end(json);
}

static void write_field(pare_json *json, const pare_manifest *manifest, size_t index, size_t n_purposes)
{
    pare_column_info column;
    pare_column_counts counts;
    pare_plan_column(manifest->plan, index, &column);
    pare_tally_column(manifest->tally, index, &counts);
    pare_json_object(json, NULL);
    pare_json_text(json, "name", column.name);
    pare_json_text(json, "source", column.source);
    pare_json_text(json, "category", column.category);
    pare_json_array(json, "purposes");
    for (size_t i = 0; i < n_purposes; i++) {
        if ((column.purposes >> i & 1) != 0) {
            pare_purpose_info purpose;
            pare_policy_purpose(manifest->policy, i, &purpose);
            pare_json_text(json, NULL, purpose.name);
        }
    }
    pare_json_end(json);
    write_steps(json, column.steps);
    pare_json_text(json, "says", column.says);
    pare_json_object(json, "counts");
    pare_json_number(json, "released", counts.released);
    pare_json_number(json, "suppressed", counts.suppressed);
    pare_json_number(json, "null", counts.null_values);
    pare_json_number(json, "unreadable", counts.unreadable);
    if (column.scanned) {
        pare_json_number(json, "detected", counts.detected);
    }
    pare_json_end(json);
    if (column.n_detectors > 0) {
        pare_json_object(json, "hits");
        for (size_t i = 0; i < column.n_detectors; i++) {
            pare_json_number(json, column.detectors[i], pare_tally_hits(manifest->tally, index, i));
        }
        pare_json_end(json);
    }
    if (column.scanned) {
        write_found(json, manifest, index);
    }
    if (counts.formulas > 0) {
        pare_json_number(json, "formulas", counts.formulas);
    }
    pare_json_end(json);
}

static void write_withheld(pare_json *json, const pare_plan *plan)
{
    pare_json_object(json, "withheld");
    for (unsigned pass = 0; pass < 2; pass++) {
        pare_json_array(json, pass == 0 ? "by_rule" : "unlisted");
        for (size_t i = 0; i < pare_plan_n_withheld(plan); i++) {
            bool unlisted = false;
            const char *name = pare_plan_withheld(plan, i, &unlisted);
            if (unlisted == (pass == 1)) {
                pare_json_text(json, NULL, name);
            }
        }
        pare_json_end(json);
    }
    pare_json_end(json);
}

static void write_allowed(pare_json *json, const pare_policy *policy)
{
    pare_json_array(json, "allowed");
    for (size_t i = 0; i < pare_policy_n_allowed(policy); i++) {
        pare_allowed_info allowed;
        pare_policy_allowed(policy, i, &allowed);
        pare_json_object(json, NULL);
        pare_json_text(json, "code", allowed.code);
        if (allowed.file != NULL) {
            pare_json_text(json, "file", allowed.file);
        }
        pare_json_number(json, "line", allowed.line);
        pare_json_text(json, "reason", allowed.reason);
        pare_json_end(json);
    }
    pare_json_end(json);
}

static void write_pare(pare_json *json, const pare_manifest *manifest, const pare_policy_info *policy)
{
    pare_json_object(json, "pare");
    pare_json_text(json, "version", PARE_VERSION);
    pare_json_text(json, "note", note);
    pare_json_text(json, "dataset", policy->dataset);
    pare_json_text(json, "recipient", policy->recipient);
    pare_json_object(json, "policy");
    pare_json_text(json, "sha256", manifest->policy_sha256);
    pare_json_end(json);
    write_files(json, manifest);
    if (manifest->key_fingerprint != NULL) {
        pare_json_text(json, "key_fingerprint", manifest->key_fingerprint);
    }
    if (policy->depends_on_date) {
        pare_buf day;
        pare_buf_init(&day, 32);
        pare_buf_printf(&day, "%04d-%02d-%02d", (int)manifest->as_of.year, manifest->as_of.month, manifest->as_of.day);
        pare_json_span(json, "as_of", pare_buf_span(&day));
        if (day.status != PARE_OK && json->out->status == PARE_OK) {
            json->out->status = day.status;
        }
        pare_buf_clear(&day);
    }
    if (manifest->sandbox != NULL) {
        pare_json_text(json, "sandbox", manifest->sandbox);
    }
    write_inputs(json, manifest);
    write_counts(json, manifest->tally);
    write_quarantine(json, manifest->quarantine);
    write_purposes(json, manifest, policy->n_purposes);
    write_scan(json, manifest->policy);
    write_formulas(json, manifest);
    pare_json_array(json, "fields");
    for (size_t i = 0; i < pare_plan_n_columns(manifest->plan); i++) {
        write_field(json, manifest, i, policy->n_purposes);
    }
    pare_json_end(json);
    write_withheld(json, manifest->plan);
    write_allowed(json, manifest->policy);
    pare_json_end(json);
}

static void write_package(const pare_manifest *manifest, pare_span slug, pare_buf *out)
{
    pare_policy_info policy;
    pare_policy_about(manifest->policy, &policy);
    pare_json json = pare_json_begin(out);
    pare_json_object(&json, NULL);
    pare_json_text(&json, "$schema", "https://datapackage.org/profiles/2.0/datapackage.json");
    pare_json_span(&json, "name", slug);
    if (policy.description != NULL && policy.description[0] != '\0') {
        pare_json_text(&json, "description", policy.description);
    }
    if (manifest->created != NULL) {
        pare_json_text(&json, "created", manifest->created);
    }
    pare_json_array(&json, "resources");
    write_resource(&json, manifest, slug);
    pare_json_end(&json);
    write_pare(&json, manifest, &policy);
    pare_json_end(&json);
}

pare_status pare_manifest_write(const pare_manifest *manifest, pare_buf *out, pare_error *err)
{
    PARE_TRY(pare_tally_check(manifest->tally, err)); /* figures that don't add up are not handed on */
    pare_policy_info policy;
    pare_policy_about(manifest->policy, &policy);
    pare_buf slug;
    pare_buf_init(&slug, PARE_MAX_POLICY_BYTES);
    append_slug(&slug, policy.dataset);
    pare_status status = slug.status;
    if (status == PARE_OK) {
        write_package(manifest, pare_buf_span(&slug), out);
        status = out->status;
    }
    pare_buf_clear(&slug);
    return status == PARE_OK ? PARE_OK : pare_fail(err, status, "no room for the manifest");
}
