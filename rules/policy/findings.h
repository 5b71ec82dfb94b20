/* What pare_findings holds: the list of rules/text, for callers outside. */
#ifndef PARE_RULES_POLICY_FINDINGS_H
#define PARE_RULES_POLICY_FINDINGS_H

#include "pare/policy.h"
#include "rules/text/diagnostic.h"

struct pare_findings {
    pare_diagnostics list;
};

/** Empty, or NULL without memory. */
pare_findings *pare_findings_new(void);

#endif
