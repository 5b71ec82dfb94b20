/*
 * What a person decided, as the advertising industry writes it: strings of the IAB Global Privacy Platform (GPP) and of
 * the US Privacy specification (`1YNN`).
 *
 * Only a clear "was told and did not opt out" is a HIT. Opted out is a MISS. Everything else is UNSURE: a string that
 * can't be decoded to its end, a section that is absent or unknown, "not applicable", a choice without a notice.
 */
#ifndef PARE_RULES_POLICY_GPP_H
#define PARE_RULES_POLICY_GPP_H

#include "rules/detect/regex.h"

/** What a person may object to. */
typedef enum pare_gpp_signal {
    PARE_GPP_SALE,
    PARE_GPP_SHARING,
    PARE_GPP_TARGETED_ADVERTISING,
    PARE_GPP_N_SIGNALS
} pare_gpp_signal;

/**
 * Names of the sections that are known, NULL-terminated: the choices of a schema. An index is what `section` means
 * below.
 */
extern const char *const pare_gpp_section_names[];
/** "sale", "sharing", "targeted_advertising": as the policy writes them. NULL-terminated. */
extern const char *const pare_gpp_signal_names[];

/** Whether the section has this signal: California has no targeted advertising, Virginia no sharing. */
bool pare_gpp_has(size_t section, pare_gpp_signal signal);

/** "The person did not opt out of it", by the GPP string `text`. */
pare_match pare_gpp_not_opted_out(pare_span text, size_t section, pare_gpp_signal signal);

/** The same of sale, by the US Privacy string `text`. */
pare_match pare_usp_not_opted_out(pare_span text);

#endif
