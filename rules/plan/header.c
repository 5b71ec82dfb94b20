/*
 * Is the first line a header? In a file that lost its header the first record stands there, and its values would become
 * names of columns: in the manifest, in messages, and, where a glob releases whatever it fits, at the top of the
 * dataset.
 *
 * Nobody can tell from the line itself ("Carol" is a name of a column as good as any), but what the policy names in
 * full tells: a name that the export must have, or two that it may have. Where the policy has none, its author vouches
 * by writing `header: true`.
 */
#include "rules/base/map.h"
#include "rules/plan/bound.h"

enum { EVIDENCE_OF_NEEDED = 2, EVIDENCE_OF_OPTIONAL = 1, ENOUGH_EVIDENCE = 2 };

static bool is_needed(const pare_entry *entry)
{
    return !entry->rules[0].drops && !entry->rules[0].optional;
}

bool pare_header_is_known(const pare_policy *policy, const pare_map *by_name)
{
    unsigned evidence = 0;
    if (!policy->input.header || policy->header_is_stated) {
        return true;
    }
    for (size_t i = 0; i < policy->n_entries && evidence < ENOUGH_EVIDENCE; i++) {
        const pare_entry *entry = &policy->entries[i];
        if (entry->kind == PARE_SELECT_EXACT && pare_map_find(by_name, entry->text) != PARE_MAP_NONE) {
            evidence += is_needed(entry) ? EVIDENCE_OF_NEEDED : EVIDENCE_OF_OPTIONAL;
        }
    }
    for (size_t i = 0; i < policy->n_reads && evidence < ENOUGH_EVIDENCE; i++) {
        evidence += pare_map_find(by_name, policy->reads[i].name) != PARE_MAP_NONE ? EVIDENCE_OF_NEEDED : 0;
    }
    return evidence >= ENOUGH_EVIDENCE;
}
