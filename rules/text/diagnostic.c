/*
 * Collecting findings. They live in an arena of their own, so that they outlast a policy that was refused.
 *
 * A document can be wrong in a hundred thousand places; MAX_KEPT findings are kept and all are counted. Messages are
 * made harmless when they are added (render.c does the same for the lines it shows), so no name can steer a terminal.
 */
#include "rules/text/diagnostic.h"

#include "pare/error.h"
#include "rules/base/span.h"
#include "rules/text/render.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEPT = 1000, MAX_TEXT_BYTES = 2048, ARENA_CEILING = 64 << 20 };

void pare_diagnostics_init(pare_diagnostics *list)
{
    memset(list, 0, sizeof *list);
    pare_arena_init(&list->arena, ARENA_CEILING);
    list->file = "";
}

void pare_diagnostics_clear(pare_diagnostics *list)
{
    pare_arena_clear(&list->arena);
    memset(list, 0, sizeof *list);
}

void pare_diagnostics_document(pare_diagnostics *list, const char *file, pare_span source)
{
    char escaped[512];
    size_t len = pare_escape(escaped, sizeof escaped, pare_span_from(file, strlen(file)));
    pare_span name = pare_arena_copy(&list->arena, pare_span_from(escaped, len));
    pare_span copy = pare_arena_copy(&list->arena, source);
    if (name.ptr == NULL || copy.ptr == NULL) {
        list->out_of_memory = true;
        copy.len = 0;
    }
    list->file = name.ptr == NULL ? "" : (const char *)name.ptr;
    list->source = copy;
}

/* Formatted and made harmless; NULL where memory ran out. */
static const char *format_text(pare_diagnostics *list, const char *format, va_list args) PARE_PRINTF(2, 0);

static const char *format_text(pare_diagnostics *list, const char *format, va_list args)
{
    char raw[MAX_TEXT_BYTES];
    int len = vsnprintf(raw, sizeof raw, format, args);
    if (len < 0) {
        return NULL;
    }
    size_t n = (size_t)len < sizeof raw ? (size_t)len : sizeof raw - 1;
    pare_buf harmless;
    pare_buf_init(&harmless, (size_t)4 * MAX_TEXT_BYTES);
    pare_text_append_harmless(&harmless, pare_span_from(raw, n));
    pare_span kept = {NULL, 0};
    if (harmless.status == PARE_OK) {
        kept = pare_arena_copy(&list->arena, pare_buf_span(&harmless));
    }
    pare_buf_clear(&harmless);
    if (kept.ptr == NULL) {
        list->out_of_memory = true;
    }
    return (const char *)kept.ptr;
}

static size_t *count_of(pare_diagnostics *list, pare_severity severity)
{
    return severity == PARE_ERROR ? &list->n_errors : severity == PARE_WARNING ? &list->n_warnings : &list->n_infos;
}

pare_diagnostic *pare_diagnose(pare_diagnostics *list, pare_code code, pare_place place, const char *format, ...)
{
    *count_of(list, pare_code_entry_of(code)->severity) += 1;
    memset(&list->spare, 0, sizeof list->spare);
    if (list->n_kept >= MAX_KEPT) {
        return &list->spare;
    }
    pare_diagnostic *finding = pare_arena_alloc(&list->arena, sizeof *finding);
    if (finding == NULL) {
        list->out_of_memory = true;
        return &list->spare;
    }
    va_list args;
    va_start(args, format);
    const char *message = format_text(list, format, args);
    va_end(args);
    finding->code = code;
    finding->place = place;
    finding->file = list->file;
    finding->source = list->source;
    finding->message = message != NULL ? message : pare_code_entry_of(code)->title;
    if (list->last == NULL) {
        list->first = finding;
    } else {
        list->last->next = finding;
    }
    list->last = finding;
    list->n_kept++;
    return finding;
}

void pare_diagnostic_allow(pare_diagnostics *list, pare_diagnostic *finding, const char *reason)
{
    pare_severity severity = pare_code_entry_of(finding->code)->severity;
    if (severity == PARE_ERROR || finding->allowed != NULL) {
        return; /* errors can't be accepted */
    }
    finding->allowed = reason;
    *count_of(list, severity) -= 1;
    list->n_allowed_warnings += severity == PARE_WARNING ? 1 : 0;
    list->n_allowed_infos += severity == PARE_INFO ? 1 : 0;
}

size_t pare_diagnostics_warnings(const pare_diagnostics *list)
{
    return list->n_warnings + (list->view == PARE_VIEW_ALL ? list->n_allowed_warnings : 0);
}

size_t pare_diagnostics_infos(const pare_diagnostics *list)
{
    return list->view == PARE_VIEW_WARNINGS ? 0
                                            : list->n_infos + (list->view == PARE_VIEW_ALL ? list->n_allowed_infos : 0);
}

size_t pare_diagnostics_allowed(const pare_diagnostics *list)
{
    return list->view == PARE_VIEW_ALL ? 0 : list->n_allowed_warnings + list->n_allowed_infos;
}

const char *pare_diagnostic_text(pare_diagnostics *list, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = format_text(list, format, args);
    va_end(args);
    return text;
}
