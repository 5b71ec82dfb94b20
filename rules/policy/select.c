/*
 * Which entry a column falls under. An exact name or a position says who is meant, a glob says less, a regex least:
 * the most exact wins whatever the order, so a `*` at the top can't swallow a rule below it.
 */
#include "rules/policy/select.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

/* Bytes of the character at `at`, never past the end. */
static size_t character_at(pare_span name, size_t at)
{
    size_t len = pare_utf8_length(name.ptr[at]);
    return len > name.len - at ? name.len - at : len;
}

/* Two pointers and the last star to come back to: at most glob times name, never exponential. */
bool pare_glob_match(pare_span glob, pare_span name)
{
    size_t g = 0;
    size_t n = 0;
    size_t star = SIZE_MAX;
    size_t resume = 0;
    while (n < name.len) {
        if (g < glob.len && glob.ptr[g] == '*') {
            star = g++;
            resume = n;
        } else if (g < glob.len && glob.ptr[g] == '?') {
            g++;
            n += character_at(name, n);
        } else if (g < glob.len && glob.ptr[g] == name.ptr[n]) {
            g++;
            n++;
        } else if (star != SIZE_MAX) {
            g = star + 1;
            resume += character_at(name, resume);
            n = resume;
        } else {
            return false;
        }
    }
    while (g < glob.len && glob.ptr[g] == '*') {
        g++;
    }
    return g == glob.len;
}

static pare_match entry_match(const pare_entry *entry, pare_regex_scratch *scratch, pare_span name, uint32_t position)
{
    bool yes = false;
    switch (entry->kind) {
    case PARE_SELECT_EXACT:
        yes = pare_span_equal(entry->text, name);
        break;
    case PARE_SELECT_POSITION:
        yes = entry->position == position;
        break;
    case PARE_SELECT_GLOB:
        yes = pare_glob_match(entry->text, name);
        break;
    case PARE_SELECT_REGEX:
        return pare_regex_match(entry->regex, scratch, name, 0, true, NULL, 0);
    }
    return yes ? PARE_HIT : PARE_MISS;
}

static int rank_of(pare_selector_kind kind)
{
    return kind == PARE_SELECT_REGEX ? 2 : kind == PARE_SELECT_GLOB ? 1 : 0;
}

int pare_select(const pare_policy *policy, pare_regex_scratch *scratch, pare_span name, uint32_t position)
{
    for (int rank = 0; rank < 3; rank++) {
        for (size_t i = 0; i < policy->n_entries; i++) {
            if (rank_of(policy->entries[i].kind) != rank) {
                continue;
            }
            pare_match match = entry_match(&policy->entries[i], scratch, name, position);
            if (match != PARE_MISS) {
                return match == PARE_HIT ? (int)i : -2;
            }
        }
    }
    return -1;
}
