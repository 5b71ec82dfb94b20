/* A policy from a file, with the side tables that it names. */
#ifndef PARE_FILTER_CMD_POLICY_SOURCE_H
#define PARE_FILTER_CMD_POLICY_SOURCE_H

#include "filter/cmd/options.h"
#include "pare/policy.h"
#include "rules/base/buf.h"

typedef struct pare_policy_source {
    pare_buf bytes;          /* the document */
    pare_policy *policy;     /* NULL: refused */
    pare_findings *findings; /* NULL: could not even be read */
    char **files;            /* [n_files], owned: paths of the tables and lists that it names, as they were opened */
    size_t n_files;
} pare_policy_source;

/**
 * Read and load `arguments->policy`.
 * @return PARE_OK, or a failure; pare_policy_source_close() in both cases. Findings are not printed.
 */
PARE_NODISCARD pare_status pare_policy_source_open(const pare_arguments *arguments, pare_policy_source *source,
                                                   pare_error *err);
void pare_policy_source_close(pare_policy_source *source);

/**
 * For commands that want a policy and not its review: load, and print findings to standard error: all of them when it
 * is refused, else its warnings. Returns an exit status; PARE_EXIT_OK: source->policy is there.
 */
int pare_policy_source_demand(const pare_arguments *arguments, pare_policy_source *source);

#endif
