/*
 * An expression and a subject. Input: options, the expression, a zero byte, the subject. Promises: the expression is
 * compiled or refused; what matches lies within the subject, on whole characters; machine code and PCRE2's interpreter,
 * called by the test itself, say the same unless a limit is met; what is said of every match (the prefilter builds on
 * that) is so; a match that may only begin at certain places is found there; asking whether an expression backtracks
 * badly ends.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/base/utf8.h"
#include "rules/detect/regex.h"
#include "rules/policy/backtrack.h"
#include "tests/fuzz/demand.h"

#include <pcre2.h>

enum { GROUPS = PARE_REGEX_MAX_GROUPS + 1, MOST_PATTERN = 200, MOST_SUBJECT = 400 };
static pare_regex_scratch *scratch;

/** The interpreter's answer. UNSURE: an error of any kind. */
static pare_match model(pare_span pattern, pare_span subject, uint32_t more_options, size_t *from, size_t *to)
{
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *compiled =
        pcre2_compile(pattern.ptr, pattern.len,
                      PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | more_options, &code, &at, NULL);
    DEMAND(compiled != NULL);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(compiled, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    (void)pcre2_set_match_limit(context, PARE_REGEX_MATCH_LIMIT);
    (void)pcre2_set_heap_limit(context, 4096);
    int rc = pcre2_match(compiled, subject.ptr, subject.len, 0, PCRE2_NO_JIT, data, context);
    *from = rc > 0 ? pcre2_get_ovector_pointer(data)[0] : 0;
    *to = rc > 0 ? pcre2_get_ovector_pointer(data)[1] : 0;
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(compiled);
    return rc > 0 ? PARE_HIT : rc == PCRE2_ERROR_NOMATCH ? PARE_MISS : PARE_UNSURE;
}

static bool is_boundary(pare_span text, size_t at)
{
    return at <= text.len && (at == text.len || (text.ptr[at] & 0xC0) != 0x80);
}

static void check_groups(pare_span subject, const pare_range *groups)
{
    DEMAND(groups[0].from <= groups[0].to && groups[0].to <= subject.len);
    for (size_t i = 0; i < GROUPS; i++) {
        bool unset = groups[i].from == SIZE_MAX && groups[i].to == SIZE_MAX;
        DEMAND(unset || (is_boundary(subject, groups[i].from) && is_boundary(subject, groups[i].to)));
    }
}

/** What PCRE2 knows of every match must be so of this one; \K makes a match of a part of what was read. */
static void check_facts(const pare_regex *regex, pare_span subject, pare_range match)
{
    pare_regex_facts facts;
    pare_regex_facts_of(regex, &facts);
    if (facts.moves_start) {
        return;
    }
    pare_span text = {subject.ptr + match.from, match.to - match.from};
    DEMAND(!facts.anchored || match.from == 0);
    DEMAND(pare_utf8_count(text) >= facts.min_length);
    DEMAND(!facts.has_first_bitmap ||
           (match.from < subject.len &&
            (facts.first_bitmap[subject.ptr[match.from] / 8] >> subject.ptr[match.from] % 8 & 1) != 0));
    DEMAND(facts.required_byte < 0 ||
           memchr(subject.ptr + match.from, facts.required_byte, subject.len - match.from) != NULL);
}

static void match_both(const pare_regex *regex, pare_span pattern, pare_span subject, uint32_t options)
{
    pare_range groups[GROUPS];
    size_t from = 0, to = 0;
    pare_match got = pare_regex_match(regex, scratch, subject, 0, false, groups, GROUPS);
    pare_match expected = model(pattern, subject, options, &from, &to);
    if (got == PARE_HIT) {
        check_groups(subject, groups);
        check_facts(regex, subject, groups[0]);
    }
    if (got != PARE_UNSURE && expected != PARE_UNSURE) {
        DEMAND(got == expected);
        DEMAND(got != PARE_HIT || (groups[0].from == from && groups[0].to == to));
    }
}

/** Tried from a place on, up to a place: found, unless the match begins elsewhere. */
static void match_from(pare_span pattern, pare_span subject, bool caseless)
{
    pare_regex *regex = NULL;
    pare_range groups[GROUPS], again[GROUPS];
    pare_error err;
    if (pare_regex_new_for_scan(pattern, caseless, false, &regex, NULL, &err) != PARE_OK) {
        return;
    }
    pare_regex_facts facts;
    pare_regex_facts_of(regex, &facts);
    if (pare_regex_match_from(regex, scratch, subject, 0, SIZE_MAX, groups, GROUPS) == PARE_HIT && !facts.moves_start) {
        check_groups(subject, groups);
        pare_match found =
            pare_regex_match_from(regex, scratch, subject, groups[0].from, groups[0].from, again, GROUPS);
        DEMAND(found != PARE_HIT || again[0].from == groups[0].from);
        DEMAND(found != PARE_MISS || memmem(pattern.ptr, pattern.len, "\\G", 2) != NULL ||
               memmem(pattern.ptr, pattern.len, "(*", 2) != NULL);
    }
    pare_regex_free(regex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pare_error err;
    if (scratch == NULL) {
        DEMAND(pare_regex_scratch_new(&scratch, &err) == PARE_OK);
    }
    const uint8_t *zero = size < 2 ? NULL : memchr(data + 1, 0, size - 1);
    if (zero == NULL || zero - data > MOST_PATTERN || size > MOST_PATTERN + MOST_SUBJECT) {
        return 0;
    }
    pare_span pattern = {data + 1, (size_t)(zero - data - 1)}, subject = {zero + 1, (size_t)(data + size - zero - 1)};
    bool caseless = (data[0] & 1) != 0;
    size_t offset = 0;
    (void)pare_backtrack_of(pattern, (data[0] & 2) != 0, &offset);
    DEMAND(offset <= pattern.len);
    pare_regex *regex = NULL;
    pare_status status = pare_regex_new(pattern, caseless, &regex, &offset, &err);
    DEMAND(status == PARE_OK || (status == PARE_E_POLICY && offset <= pattern.len && err.text[0] != '\0'));
    if (status == PARE_OK) {
        pare_match checked = pare_regex_match(regex, scratch, subject, 0, true, NULL, 0);
        if (pare_utf8_valid(subject)) {
            match_both(regex, pattern, subject, caseless ? PCRE2_CASELESS : 0);
            match_from(pattern, subject, caseless);
        } else {
            DEMAND(checked == PARE_UNSURE);
        }
    }
    pare_regex_free(regex);
    return 0;
}
