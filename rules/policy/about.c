/* What a loaded policy says of itself. */
#include "rules/policy/model.h"

/* Texts of the document are NUL-terminated where the YAML reader put them. */
static const char *text_of(pare_span span)
{
    return span.ptr == NULL ? "" : (const char *)span.ptr;
}

const pare_input_settings *pare_policy_input(const pare_policy *policy)
{
    return &policy->input;
}

const pare_output_settings *pare_policy_output(const pare_policy *policy)
{
    return &policy->output;
}

void pare_policy_about(const pare_policy *policy, pare_policy_info *info)
{
    info->dataset = text_of(policy->dataset);
    info->recipient = text_of(policy->recipient);
    info->description = text_of(policy->description);
    info->n_purposes = policy->n_purposes;
    info->n_tests = policy->n_cases;
    info->needs_key = policy->n_key_steps > 0;
    info->depends_on_date = policy->depends_on_date;
    info->has_max_quarantined = policy->has_max_quarantined;
    info->has_min_records = policy->has_min_records;
    info->max_quarantined = policy->max_quarantined;
    info->min_records = policy->min_records;
}

void pare_policy_purpose(const pare_policy *policy, size_t index, pare_purpose_info *info)
{
    const pare_purpose *purpose = &policy->purposes[index];
    info->name = text_of(purpose->name);
    info->description = text_of(purpose->description);
    info->basis = text_of(purpose->basis);
}

size_t pare_policy_n_allowed(const pare_policy *policy)
{
    return policy->n_allowed;
}

size_t pare_policy_n_files(const pare_policy *policy)
{
    return policy->n_files;
}

void pare_policy_file(const pare_policy *policy, size_t index, pare_side_file_info *info)
{
    const pare_side_file *file = &policy->files[index];
    *info = (pare_side_file_info){.name = file->name,
                                  .use = file->use,
                                  .bytes = file->facts.bytes,
                                  .entries = file->entries,
                                  .sha256 = file->facts.sha256,
                                  .names_people = file->names_people};
}

void pare_policy_allowed(const pare_policy *policy, size_t index, pare_allowed_info *info)
{
    info->code = policy->allowed[index].code;
    info->reason = policy->allowed[index].reason;
    info->file = policy->allowed[index].file;
    info->line = policy->allowed[index].line;
}

bool pare_policy_scan(const pare_policy *policy, pare_scan_info *info)
{
    static const char *const actions[] = {"withhold", "quarantine", "fail"};
    *info = (pare_scan_info){.n_detectors = policy->scan.n,
                             .detectors = policy->scan.names,
                             .on_hit = actions[policy->scan.action],
                             .n_exceptions = policy->scan.n_exceptions};
    return policy->scan.n > 0;
}

void pare_policy_scan_exception(const pare_policy *policy, size_t index, pare_scan_exception_info *info)
{
    const pare_scan_exception *exception = &policy->scan.exceptions[index];
    *info = (pare_scan_exception_info){text_of(exception->field), exception->n, exception->names};
}

bool pare_policy_allows_quarantined(const pare_policy *policy, uint64_t quarantined, uint64_t read)
{
    __extension__ typedef unsigned __int128 wide; /* quarantine_of is at most 10^17: no product is too large */
    return !policy->has_max_quarantined ||
           (wide)quarantined * policy->quarantine_of <= (wide)read * policy->quarantine_parts;
}
