/* Findings and codes as the public header gives them. */
#include "rules/policy/findings.h"

#include <stdlib.h>

enum { MAX_RENDERED_BYTES = 64 << 20 };

pare_findings *pare_findings_new(void)
{
    pare_findings *findings = calloc(1, sizeof *findings);
    if (findings != NULL) {
        pare_diagnostics_init(&findings->list);
    }
    return findings;
}

void pare_findings_free(pare_findings *findings)
{
    if (findings != NULL) {
        pare_diagnostics_clear(&findings->list);
        free(findings);
    }
}

size_t pare_findings_errors(const pare_findings *findings)
{
    return findings->list.n_errors;
}

size_t pare_findings_warnings(const pare_findings *findings)
{
    return pare_diagnostics_warnings(&findings->list);
}

size_t pare_findings_infos(const pare_findings *findings)
{
    return pare_diagnostics_infos(&findings->list);
}

size_t pare_findings_allowed(const pare_findings *findings)
{
    return pare_diagnostics_allowed(&findings->list);
}

void pare_findings_choose(pare_findings *findings, pare_findings_view view)
{
    findings->list.view = view == PARE_FINDINGS_ALL        ? PARE_VIEW_ALL
                          : view == PARE_FINDINGS_WARNINGS ? PARE_VIEW_WARNINGS
                                                           : PARE_VIEW_USUAL;
}

/* Renders in memory first: a writer never sees half a finding. */
static void pass_on(pare_buf *text, pare_write write, void *context)
{
    if (text->len > 0) {
        write(context, (const char *)text->ptr, text->len);
    }
    pare_buf_clear(text);
}

void pare_findings_text(const pare_findings *findings, bool colour, pare_write write, void *context)
{
    pare_buf text;
    pare_buf_init(&text, MAX_RENDERED_BYTES);
    pare_diagnostics_render(&findings->list, colour, &text);
    pass_on(&text, write, context);
}

void pare_findings_json(const pare_findings *findings, pare_write write, void *context)
{
    pare_buf text;
    pare_buf_init(&text, MAX_RENDERED_BYTES);
    pare_diagnostics_render_json(&findings->list, &text);
    pass_on(&text, write, context);
}

const char *pare_explain_code(const char *code)
{
    const pare_code_entry *entry = pare_code_find(code);
    return entry == NULL ? NULL : entry->explanation;
}

const char *pare_code_title(const char *code)
{
    const pare_code_entry *entry = pare_code_find(code);
    return entry == NULL ? NULL : entry->title;
}
