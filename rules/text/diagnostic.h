/*
 * What is wrong with a policy or a pack: findings with a stable code, a place, and what to do.
 *
 * All findings of one document are collected, none stops the reading. They are rendered
 * (pare_diagnostics_render) like a compiler's:
 *
 *     error[PR021]: unknown key `purpse`
 *       --> policy.yaml:14:5
 *        |
 *     14 |     purpse: [measurement]
 *        |     ^^^^^^ not a key of a field rule
 *        = help: did you mean `for`?
 */
#ifndef PARE_RULES_TEXT_DIAGNOSTIC_H
#define PARE_RULES_TEXT_DIAGNOSTIC_H

#include "rules/base/arena.h"
#include "rules/base/buf.h"
#include "rules/text/code.h"

/** Where something stands: line and column from 1, `length` characters on that line. */
typedef struct pare_place {
    uint32_t line, column, length;
} pare_place;

typedef struct pare_diagnostic {
    pare_code code;
    pare_place place;
    const char *file;    /* as the caller named the document */
    pare_span source;    /* the document's bytes; the line to show is cut from it */
    const char *message; /* what is wrong */
    const char *label;   /* behind the caret; may be NULL */
    const char *help;    /* what to do; may be NULL */
    const char *note;    /* why; may be NULL */
    const char *allowed; /* the reason for which the document accepts it; NULL: it does not */
    struct pare_diagnostic *next;
} pare_diagnostic;

/** What is shown beside errors. */
typedef enum pare_diagnostics_view {
    PARE_VIEW_USUAL = 0, /* warnings and infos that nobody accepted */
    PARE_VIEW_WARNINGS,  /* no infos */
    PARE_VIEW_ALL        /* also what was accepted */
} pare_diagnostics_view;

typedef struct pare_diagnostics {
    pare_arena arena; /* owns everything below */
    pare_diagnostic *first, *last;
    size_t n_errors, n_warnings, n_infos; /* without what was accepted */
    size_t n_allowed_warnings, n_allowed_infos;
    size_t n_kept;
    pare_diagnostics_view view;
    const char *file; /* of the document that is being read */
    pare_span source; /* its bytes; must outlive the findings */
    bool out_of_memory;
    pare_diagnostic spare; /* what pare_diagnose() hands out where it can't keep a finding */
} pare_diagnostics;

void pare_diagnostics_init(pare_diagnostics *list);
void pare_diagnostics_clear(pare_diagnostics *list);

/** From here on findings are about this document. `file` is escaped and copied; `source` is copied too. */
void pare_diagnostics_document(pare_diagnostics *list, const char *file, pare_span source);

/**
 * Add a finding; returns it, so that label, help and note can be set, never NULL (a spare one stands in when memory
 * runs out, and out_of_memory is set). Whether it is an error, a warning or an info says the code's table.
 */
pare_diagnostic *pare_diagnose(pare_diagnostics *list, pare_code code, pare_place place, const char *format, ...)
    PARE_PRINTF(4, 5);

/** The document accepts this warning or info. `reason` must live as long as the findings. */
void pare_diagnostic_allow(pare_diagnostics *list, pare_diagnostic *finding, const char *reason);

/** Warnings, infos and accepted findings, as the view counts them. */
size_t pare_diagnostics_warnings(const pare_diagnostics *list);
size_t pare_diagnostics_infos(const pare_diagnostics *list);
size_t pare_diagnostics_allowed(const pare_diagnostics *list);

/** Text for label, help or note, kept with the findings. */
const char *pare_diagnostic_text(pare_diagnostics *list, const char *format, ...) PARE_PRINTF(2, 3);

/** The nearest of `names` (NULL-terminated) within an edit distance of 2 (of 1 for texts of up to 3), or NULL. */
const char *pare_nearest_name(pare_span text, const char *const *names);

/** Help for a wrong name: "did you mean `x`?", or `otherwise` and all names. May be NULL without memory. */
const char *pare_suggest_name(pare_diagnostics *list, pare_span text, const char *const *names, const char *otherwise);

/** All findings as text, errors and warnings in the order of their lines. `colour` adds ANSI sequences. */
void pare_diagnostics_render(const pare_diagnostics *list, bool colour, pare_buf *out);

/** The same as a JSON array: code, severity, file, line, column, length, message, label, help, note, allowed. */
void pare_diagnostics_render_json(const pare_diagnostics *list, pare_buf *out);

#endif
