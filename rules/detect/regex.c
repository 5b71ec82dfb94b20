/*
 * PCRE2 behind three answers (regex.h).
 *
 * How expressions are compiled:
 *  - PCRE2_UTF without PCRE2_UCP: a dot is a character, while \d, \w, \s and \b stay ASCII. That is what a pattern for
 *    card numbers means by \d, it keeps the JIT's code small, and \p{L} is there for who wants letters of any script.
 *  - PCRE2_NEVER_BACKSLASH_C, since \C could leave the match inside a character; PCRE2_DOLLAR_ENDONLY, so that `$`
 * never overlooks a line end behind what it accepted; a callout that the pattern holds does nothing.
 *  - Twice where a policy wrote it: plain, and with a callout before each item (PCRE2_AUTO_CALLOUT) to measure by.
 *
 * What bounds the work: PCRE2's match limit does not, because it counts for each start anew and counts no character
 * that a loop reads: `a[^b]*c` reads the square of a long value and meets no limit. So a policy's expression is
 * measured: each callout counts, and so does each byte that the place of matching moved since the one before, which is
 * what loops read. That depends on nothing but the pattern and the value, so that the same value is withheld in every
 * run. Short values go without: there the limit does bound the work, and where it is met the measured match has the
 * last word.
 *
 * Heap and depth limits hold in the interpreter only. JIT code runs on a stack of its own, because the default is 32
 * KiB of the thread's.
 */
#include "rules/detect/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#ifdef PARE_WITHOUT_JIT /* a build for tools that can't follow machine code made at run time, such as valgrind */
#define USES_JIT false
#else
#define USES_JIT true
#endif

enum {
    JIT_STACK_START_BYTES = 32 << 10,
    JIT_STACK_MAX_BYTES = 1 << 20,
    HEAP_LIMIT_KIB = 8 << 10,       /* of the interpreter */
    MAX_COMPILED_BYTES = 256 << 10, /* a pattern of 4 KiB can repeat itself into far more */
    MATCH_PAIRS = PARE_REGEX_MAX_GROUPS + 1,
    CALLOUT_EFFORT = 16 /* as long as a loop reads so many bytes, about */
};

struct pare_regex {
    pcre2_code *anywhere; /* owned */
    pcre2_code *measured; /* owned; the same with callouts; NULL where nothing needs to be measured */
    bool has_jit;         /* both have machine code */
    bool moves_start;     /* the pattern may hold \K */
    bool for_scan;        /* compiled with PCRE2_USE_OFFSET_LIMIT */
    uint32_t n_groups;
};

struct pare_regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;  /* for expressions that are not measured */
    pcre2_match_context *brief;    /* for the plain form of those that are */
    pcre2_match_context *measured; /* for the other */
    pcre2_jit_stack *stack;        /* NULL where PCRE2 was built without JIT */
    uint64_t effort, limit;        /* so far; where the match at work ends */
    bool scanning;                 /* the limit is that of the scan */
    size_t at;                     /* place at the last callout */
};

static pare_status fail_compile(pare_error *err, int code)
{
    PCRE2_UCHAR text[160];
    if (pcre2_get_error_message(code, text, sizeof text) == PCRE2_ERROR_BADDATA) {
        return pare_fail(err, PARE_E_POLICY, "PCRE2 error %d", code);
    }
    return pare_fail(err, PARE_E_POLICY, "%s", (const char *)text);
}

static pcre2_code *compile(pare_span pattern, uint32_t options, int *code, size_t *offset)
{
    PCRE2_SIZE at = 0;
    PCRE2_SPTR text = pattern.len == 0 ? (PCRE2_SPTR) "" : pattern.ptr;
    pcre2_code *compiled = pcre2_compile(
        text, pattern.len, options | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY, code, &at, NULL);
    if (compiled == NULL) {
        *offset = at < pattern.len ? at : pattern.len; /* an unfinished (*LIMIT_MATCH=9 is told of behind its end */
    }
    return compiled;
}

/** What a compiled expression must not exceed. NULL if it does not. */
static const char *exceeded(const pcre2_code *code, uint32_t *n_groups)
{
    size_t bytes = 0;
    *n_groups = 0;
    (void)pcre2_pattern_info(code, PCRE2_INFO_SIZE, &bytes);
    (void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, n_groups);
    if (bytes > MAX_COMPILED_BYTES) {
        return "the expression is too large once its repeats are written out (more than 256 KiB)";
    }
    if (*n_groups > PARE_REGEX_MAX_GROUPS) {
        return "the expression has more than 32 groups";
    }
    return NULL;
}

/** May \K stand in it? An escaped backslash before a K counts as well: that costs nothing but time. */
static bool holds_reset(pare_span pattern)
{
    for (size_t i = 0; i + 1 < pattern.len; i++) {
        if (pattern.ptr[i] == '\\' && pattern.ptr[i + 1] == 'K') {
            return true;
        }
    }
    return false;
}

static pare_status make(pare_span pattern, uint32_t options, bool measured, pare_regex **regex, size_t *offset,
                        pare_error *err)
{
    size_t at = 0;
    int code = 0;
    uint32_t n_groups = 0;
    if (offset != NULL) {
        *offset = 0;
    }
    if (pattern.len > PARE_REGEX_MAX_PATTERN) {
        return pare_fail(err, PARE_E_POLICY, "the expression is longer than %d bytes", PARE_REGEX_MAX_PATTERN);
    }
    pare_regex *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    made->anywhere = compile(pattern, options, &code, &at);
    made->moves_start = holds_reset(pattern);
    made->for_scan = (options & PCRE2_USE_OFFSET_LIMIT) != 0;
    if (made->anywhere != NULL && measured) {
        made->measured = compile(pattern, options | PCRE2_AUTO_CALLOUT, &code, &at);
    }
    if (made->anywhere == NULL || (measured && made->measured == NULL)) {
        pare_regex_free(made);
        if (offset != NULL) {
            *offset = at;
        }
        return code == PCRE2_ERROR_HEAP_FAILED ? pare_fail(err, PARE_E_NOMEM, "out of memory")
                                               : fail_compile(err, code);
    }
    const char *wrong = exceeded(made->anywhere, &n_groups);
    if (wrong != NULL) {
        pare_regex_free(made);
        return pare_fail(err, PARE_E_POLICY, "%s", wrong);
    }
    made->n_groups = n_groups;
    /* Without JIT (no support, or no memory that may be executed) the interpreter gives the same answers. */
    made->has_jit = USES_JIT && pcre2_jit_compile(made->anywhere, PCRE2_JIT_COMPLETE) == 0 &&
                    (!measured || pcre2_jit_compile(made->measured, PCRE2_JIT_COMPLETE) == 0);
    size_t machine_code = 0;
    if (pcre2_pattern_info(made->anywhere, PCRE2_INFO_JITSIZE, &machine_code) != 0 || machine_code == 0) {
        made->has_jit = false; /* (*NO_JIT) in the pattern */
    }
    *regex = made;
    return PARE_OK;
}

pare_status pare_regex_new(pare_span pattern, bool caseless, pare_regex **regex, size_t *offset, pare_error *err)
{
    return make(pattern, caseless ? PCRE2_CASELESS : 0, true, regex, offset, err);
}

pare_status pare_regex_new_for_scan(pare_span pattern, bool caseless, bool measured, pare_regex **regex, size_t *offset,
                                    pare_error *err)
{
    uint32_t options = PCRE2_USE_OFFSET_LIMIT | (caseless ? PCRE2_CASELESS : 0);
    return make(pattern, options, measured, regex, offset, err);
}

void pare_regex_free(pare_regex *regex)
{
    if (regex != NULL) {
        pcre2_code_free(regex->anywhere);
        pcre2_code_free(regex->measured);
        free(regex);
    }
}

int pare_regex_group(const pare_regex *regex, const char *name)
{
    int number = pcre2_substring_number_from_name(regex->anywhere, (PCRE2_SPTR)name);
    return number < 0 ? -1 : number;
}

uint32_t pare_regex_n_groups(const pare_regex *regex)
{
    return regex->n_groups;
}

/** A letter may stand for both its cases, by option or by (?i), and PCRE2 does not tell which. */
static bool is_letter(uint32_t unit)
{
    return (unit | 0x20) >= 'a' && (unit | 0x20) <= 'z';
}

/** What a match begins with: a byte, or one of a bitmap, or nothing that is known. */
static void read_first(const pare_regex *regex, pare_regex_facts *facts)
{
    uint32_t kind = 0, unit = 0;
    const uint8_t *bitmap = NULL;
    facts->first_byte = -1;
    if (pcre2_pattern_info(regex->anywhere, PCRE2_INFO_FIRSTCODETYPE, &kind) == 0 && kind == 1 &&
        pcre2_pattern_info(regex->anywhere, PCRE2_INFO_FIRSTCODEUNIT, &unit) == 0 && unit > 0 && unit < 0x80 &&
        !is_letter(unit)) {
        facts->first_byte = (int)unit;
        facts->has_first_bitmap = true;
        facts->first_bitmap[unit / 8] = (unsigned char)(1u << unit % 8);
    } else if (pcre2_pattern_info(regex->anywhere, PCRE2_INFO_FIRSTBITMAP, &bitmap) == 0 && bitmap != NULL) {
        facts->has_first_bitmap = true;
        memcpy(facts->first_bitmap, bitmap, sizeof facts->first_bitmap);
    }
}

void pare_regex_facts_of(const pare_regex *regex, pare_regex_facts *facts)
{
    uint32_t min_length = 0, kind = 0, unit = 0, options = 0;
    memset(facts, 0, sizeof *facts);
    facts->required_byte = -1;
    if (pcre2_pattern_info(regex->anywhere, PCRE2_INFO_MINLENGTH, &min_length) == 0) {
        facts->min_length = min_length;
    }
    if (pcre2_pattern_info(regex->anywhere, PCRE2_INFO_LASTCODETYPE, &kind) == 0 && kind == 1 &&
        pcre2_pattern_info(regex->anywhere, PCRE2_INFO_LASTCODEUNIT, &unit) == 0 && unit > 0 && unit < 0x80) {
        facts->required_byte = is_letter(unit) ? -1 : (int)unit;
    }
    read_first(regex, facts);
    facts->moves_start = regex->moves_start;
    facts->anchored =
        pcre2_pattern_info(regex->anywhere, PCRE2_INFO_ALLOPTIONS, &options) != 0 || (options & PCRE2_ANCHORED) != 0;
}

/** The callout: what was done since the last one? */
static int measure(pcre2_callout_block *block, void *context)
{
    pare_regex_scratch *scratch = context;
    size_t moved = block->current_position > scratch->at ? block->current_position - scratch->at
                                                         : scratch->at - block->current_position;
    scratch->at = block->current_position;
    scratch->effort += CALLOUT_EFFORT + moved;
    return scratch->effort > scratch->limit ? PCRE2_ERROR_CALLOUT : 0;
}

pare_status pare_regex_scratch_new(pare_regex_scratch **scratch, pare_error *err)
{
    pare_regex_scratch *made = calloc(1, sizeof *made);
    uint32_t has_jit = 0;
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    (void)pcre2_config(PCRE2_CONFIG_JIT, &has_jit);
    has_jit = USES_JIT ? has_jit : 0;
    made->data = pcre2_match_data_create(MATCH_PAIRS, NULL);
    made->context = pcre2_match_context_create(NULL);
    made->brief = pcre2_match_context_create(NULL);
    made->measured = pcre2_match_context_create(NULL);
    made->stack = has_jit ? pcre2_jit_stack_create(JIT_STACK_START_BYTES, JIT_STACK_MAX_BYTES, NULL) : NULL;
    if (made->data == NULL || made->context == NULL || made->brief == NULL || made->measured == NULL ||
        (has_jit && made->stack == NULL)) {
        pare_regex_scratch_free(made);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    pcre2_match_context *contexts[] = {made->context, made->brief, made->measured};
    for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++) {
        (void)pcre2_set_match_limit(contexts[i], PARE_REGEX_MATCH_LIMIT);
        (void)pcre2_set_heap_limit(contexts[i], HEAP_LIMIT_KIB);
        pcre2_jit_stack_assign(contexts[i], NULL, made->stack);
    }
    (void)pcre2_set_match_limit(made->brief, PARE_REGEX_SHORT_LIMIT);
    (void)pcre2_set_match_limit(made->measured, PARE_REGEX_MOST_EFFORT); /* the effort ends it first */
    (void)pcre2_set_callout(made->measured, measure, made);
    *scratch = made;
    return PARE_OK;
}

void pare_regex_scratch_free(pare_regex_scratch *scratch)
{
    if (scratch != NULL) {
        pcre2_match_data_free(scratch->data);
        pcre2_match_context_free(scratch->context);
        pcre2_match_context_free(scratch->brief);
        pcre2_match_context_free(scratch->measured);
        pcre2_jit_stack_free(scratch->stack);
        free(scratch);
    }
}

/** PCRE2's answer as ours: only "no match" is a MISS, only a positive count is a HIT. */
static pare_match answer(int rc)
{
    if (rc > 0) {
        return PARE_HIT;
    }
    return rc == PCRE2_ERROR_NOMATCH ? PARE_MISS : PARE_UNSURE;
}

/** What a match is made with. */
typedef struct attempt {
    const pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    bool has_jit, check_utf;
} attempt;

static int run(const attempt *with, pare_span subject, size_t from)
{
    PCRE2_SPTR text = subject.len == 0 ? (PCRE2_SPTR) "" : subject.ptr;
    if (with->has_jit && !with->check_utf) { /* the fast path: it skips the checks that the reader has made */
        return pcre2_jit_match(with->code, text, subject.len, from, PCRE2_NO_UTF_CHECK, with->data, with->context);
    }
    return pcre2_match(with->code, text, subject.len, from, with->check_utf ? 0 : PCRE2_NO_UTF_CHECK, with->data,
                       with->context);
}

static pare_match run_measured(const pare_regex *regex, pare_regex_scratch *scratch, pare_span subject, size_t from,
                               bool check_utf)
{
    attempt with = {regex->anywhere, scratch->data, scratch->brief, regex->has_jit, check_utf};
    if (subject.len <= PARE_REGEX_SHORT_BYTES) {
        int rc = run(&with, subject, from);
        if (rc != PCRE2_ERROR_MATCHLIMIT) {
            return answer(rc);
        }
    }
    with.code = regex->measured;
    with.context = scratch->measured;
    scratch->at = from;
    scratch->limit = scratch->scanning ? scratch->limit : scratch->effort + PARE_REGEX_MOST_EFFORT;
    return answer(run(&with, subject, from));
}

/** The groups of the match that was just found. */
static pare_match take_groups(const pare_regex *regex, const pare_regex_scratch *scratch, pare_range *groups,
                              size_t n_groups)
{
    const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(scratch->data);
    if (pairs[0] > pairs[1]) { /* only \K within a look-around could do that */
        return PARE_UNSURE;
    }
    for (size_t i = 0; i < n_groups; i++) {
        bool there = i <= regex->n_groups && pairs[2 * i] != PCRE2_UNSET;
        groups[i].from = there ? pairs[2 * i] : SIZE_MAX;
        groups[i].to = there ? pairs[2 * i + 1] : SIZE_MAX;
    }
    return PARE_HIT;
}

pare_match pare_regex_match(const pare_regex *regex, pare_regex_scratch *scratch, pare_span subject, size_t from,
                            bool check_utf, pare_range *groups, size_t n_groups)
{
    if (from > subject.len) {
        return PARE_UNSURE;
    }
    const attempt with = {regex->anywhere, scratch->data, scratch->context, regex->has_jit, check_utf};
    pare_match match = regex->measured != NULL ? run_measured(regex, scratch, subject, from, check_utf)
                                               : answer(run(&with, subject, from));
    return match != PARE_HIT || n_groups == 0 ? match : take_groups(regex, scratch, groups, n_groups);
}

pare_match pare_regex_match_from(const pare_regex *regex, pare_regex_scratch *scratch, pare_span subject, size_t from,
                                 size_t last, pare_range *groups, size_t n_groups)
{
    if (from > subject.len || from > last || !regex->for_scan) {
        return PARE_UNSURE;
    }
    pcre2_match_context *contexts[] = {scratch->context, scratch->brief, scratch->measured};
    const size_t first = regex->measured != NULL ? 1 : 0, end = regex->measured != NULL ? 3 : 1;
    for (size_t i = first; i < end; i++) {
        (void)pcre2_set_offset_limit(contexts[i], last);
    }
    const attempt with = {regex->anywhere, scratch->data, scratch->context, regex->has_jit, false};
    pare_match match = regex->measured != NULL ? run_measured(regex, scratch, subject, from, false)
                                               : answer(run(&with, subject, from));
    for (size_t i = first; i < end; i++) {
        (void)pcre2_set_offset_limit(contexts[i], PCRE2_UNSET);
    }
    return match != PARE_HIT || n_groups == 0 ? match : take_groups(regex, scratch, groups, n_groups);
}

void pare_regex_begin_scan(pare_regex_scratch *scratch)
{
    scratch->limit = scratch->effort + PARE_REGEX_MOST_EFFORT;
    scratch->scanning = true;
}

void pare_regex_end_scan(pare_regex_scratch *scratch)
{
    scratch->scanning = false;
}

uint64_t pare_regex_effort(const pare_regex_scratch *scratch)
{
    return scratch->effort;
}
