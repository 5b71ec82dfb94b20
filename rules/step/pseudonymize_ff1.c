/*
 * pseudonymize, method ff1: the value's own form. Its characters of the alphabet are encrypted together, as one string
 * of numerals (FF1 of NIST SP 800-38G, AES-256, tweak: the domain's bytes); all others stay in place.
 *
 * `segments` and `check_digit` cut down what a token may be: it must match the expression with the same characters
 * kept, and have valid check digits. Encrypting again until it does (cycle-walking; Black and Rogaway 2002) is a
 * permutation of those values that already do. So a value that does not is unfit, as is one with fewer than a million
 * possibilities.
 */
#include "rules/step/pseudonymize.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/crypto/ff1.h"
#include "rules/step/unicode.h"

enum {
    MOST_TWEAK_BYTES = 200,
    /* One IBAN in 97 is valid: that none is found in so many steps has odds of 1 in 10^18. It ends hopeless
       expressions. */
    MOST_WALK = 4096
};

/** The encrypted part of a value. */
typedef struct shape {
    uint16_t numerals[PARE_FF1_MOST_NUMERALS];
    uint32_t places[PARE_FF1_MOST_NUMERALS]; /* which characters of the value these are */
    size_t n;
} shape;

/* --- building ----------------------------------------------------------------------------------------------------- */

/** The next `(?<name>`, `(?P<name>` or `(?'name'` of an expression. */
static bool next_group_name(pare_span pattern, size_t *at, pare_span *name)
{
    for (; *at + 3 < pattern.len; (*at)++) {
        const unsigned char *text = pattern.ptr + *at;
        size_t lead = memcmp(text, "(?<", 3) == 0 || memcmp(text, "(?'", 3) == 0 ? 3
                      : *at + 4 < pattern.len && memcmp(text, "(?P<", 4) == 0    ? 4
                                                                                 : 0;
        size_t end = *at + lead;
        while (lead > 0 && end < pattern.len &&
               (pare_ascii_is_alphanumeric(pattern.ptr[end]) || pattern.ptr[end] == '_')) {
            end++;
        }
        if (lead > 0 && end > *at + lead) {
            *name = pare_span_from(text + lead, end - *at - lead);
            *at = end;
            return true;
        }
    }
    return false;
}

static bool find_kept_groups(pare_token_params *params)
{
    size_t at = 0;
    pare_span name;
    while (next_group_name(params->segments, &at, &name)) {
        char text[64];
        if (name.len < 4 || name.len >= sizeof text || memcmp(name.ptr, "keep", 4) != 0) {
            continue;
        }
        memcpy(text, name.ptr, name.len);
        text[name.len] = '\0';
        int group = pare_regex_group(params->segments_regex, text); /* -1: it stood in a class or behind a backslash */
        if (group >= PARE_REGEX_MAX_GROUPS || (group > 0 && params->n_kept == PARE_MOST_KEPT_GROUPS)) {
            return false;
        }
        if (group > 0) {
            params->kept[params->n_kept++] = (uint32_t)group;
            params->n_groups = (size_t)group + 1 > params->n_groups ? (size_t)group + 1 : params->n_groups;
        }
    }
    return params->n_kept > 0;
}

static bool build_segments(pare_step *step, const pare_node *node, pare_token_params *params, pare_build *build)
{
    pare_place place = pare_param_place(step, node, "segments");
    if (params->segments.len == 0) {
        return true;
    }
    if (build->compile(build->context, params->segments, false, place) == NULL) {
        return false;
    }
    /* the whole value, whichever branch would match less of it first */
    char *whole = pare_arena_printf(build->reading.arena, "\\A(?:%s)\\z", (const char *)params->segments.ptr);
    if (whole == NULL) {
        build->reading.findings->out_of_memory = true;
        return false;
    }
    params->segments_regex = build->compile(build->context, pare_span_of(whole), false, place);
    if (params->segments_regex == NULL) {
        return false;
    }
    return find_kept_groups(params) ||
           pare_refuse(build, PR076, place, "name what stays: `segments: '(?<keep_bin>\\d{6})\\d+'`",
                       "`segments` has no group whose name begins with `keep`, or more than %d", PARE_MOST_KEPT_GROUPS);
}

static bool build_ff1(pare_step *step, const pare_node *node, pare_token_params *params, pare_build *build)
{
    pare_place place = pare_param_place(step, node, "alphabet");
    params->alphabet = pare_alphabet_build(params->alphabet_text, place, build);
    bool good = build_segments(step, node, params, build);
    if (params->check_digit != PARE_CHECK_NONE && params->alphabet != NULL &&
        !pare_span_is(params->alphabet_text, "digits")) {
        good = pare_refuse(build, PR077, pare_param_place(step, node, "check_digit"),
                           "leave `alphabet` at its default, `digits`: letters stay in place",
                           "check digits are repaired over digits only");
    }
    if (params->domain.len > MOST_TWEAK_BYTES) {
        good = pare_refuse(build, PR030, pare_param_place(step, node, "domain"), "take a shorter name",
                           "the domain of an ff1 token has at most %d bytes", MOST_TWEAK_BYTES);
    }
    return good && params->alphabet != NULL;
}

static pare_status open_ff1(const pare_token_params *params, pare_span recipient, pare_span key, void **cipher,
                            pare_error *err)
{
    (void)recipient; /* it is in the key */
    pare_ff1 *ff1 = NULL;
    pare_status status = pare_ff1_new(key, params->domain, params->alphabet->radix, &ff1, err);
    *cipher = ff1;
    return status;
}

static void close_ff1(void *cipher)
{
    pare_ff1_free(cipher);
}

/* --- check digits ------------------------------------------------------------------------------------------------- */

/** ISO/IEC 7812-1 annex B, over all digits of the text. */
static bool passes_luhn(pare_span text)
{
    unsigned sum = 0;
    bool doubled = false;
    for (size_t i = text.len; i > 0; i--) {
        if (pare_ascii_is_digit(text.ptr[i - 1])) {
            unsigned digit = (unsigned)(text.ptr[i - 1] - '0');
            digit = doubled ? digit * 2 : digit;
            sum += digit > 9 ? digit - 9 : digit;
            doubled = !doubled;
        }
    }
    return sum % 10 == 0;
}

/**
 * ISO 13616, by ISO 7064 MOD 97-10: two letters, two check digits from 02 to 98 (others are never computed, though some
 * would pass), and the account, in letters and digits; anything else between them is skipped.
 */
static bool passes_iban(pare_span text)
{
    enum { MOST = 34, LEAST = 5 };
    unsigned char symbols[MOST];
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = text.ptr[i];
        if (pare_ascii_is_alphanumeric(byte)) {
            if (n == MOST) {
                return false;
            }
            symbols[n++] = (unsigned char)(pare_ascii_is_digit(byte) ? byte - '0' : (byte | 0x20) - 'a' + 10);
        }
    }
    if (n < LEAST || symbols[0] < 10 || symbols[1] < 10 || symbols[2] > 9 || symbols[3] > 9) {
        return false;
    }
    unsigned check = symbols[2] * 10U + symbols[3], sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned symbol = symbols[(i + 4) % n];
        sum = (sum * (symbol < 10 ? 10 : 100) + symbol) % 97;
    }
    return check >= 2 && check <= 98 && sum == 1;
}

static bool passes_check(const pare_token_params *params, pare_span text)
{
    switch ((pare_check_digit)params->check_digit) {
    case PARE_CHECK_LUHN:
        return passes_luhn(text);
    case PARE_CHECK_IBAN:
        return passes_iban(text);
    case PARE_CHECK_NONE:
        break;
    }
    return true;
}

/* --- the form ----------------------------------------------------------------------------------------------------- */

static bool is_kept(const pare_token_params *params, const pare_range *groups, size_t at)
{
    for (uint32_t i = 0; i < params->n_kept; i++) {
        const pare_range *group = &groups[params->kept[i]];
        if (at >= group->from && at < group->to) { /* one that took no part is {SIZE_MAX, SIZE_MAX} */
            return true;
        }
    }
    return false;
}

/** The encrypted part of `text`. False: it has another form than the policy describes. */
static bool read_shape(const pare_token_params *params, pare_scratch *scratch, pare_span text, shape *out)
{
    pare_range groups[PARE_REGEX_MAX_GROUPS];
    if (params->segments_regex != NULL && pare_regex_match(params->segments_regex, scratch->regex, text, 0, false,
                                                           groups, params->n_groups) != PARE_HIT) {
        return false;
    }
    out->n = 0;
    uint32_t place = 0;
    for (size_t at = 0, bytes = 0; at < text.len; at += bytes, place++) {
        int numeral = pare_alphabet_numeral(params->alphabet, pare_span_after(text, at), &bytes);
        if (params->n_kept > 0 && is_kept(params, groups, at)) {
            continue;
        }
        if (numeral < 0) {
            if (text.ptr[at] < 0x80 && params->alphabet->other_case[text.ptr[at]]) {
                return false; /* a letter that would stay readable only because of its case */
            }
            continue;
        }
        if (out->n == PARE_FF1_MOST_NUMERALS) {
            return false;
        }
        out->numerals[out->n] = (uint16_t)numeral;
        out->places[out->n++] = place;
    }
    return passes_check(params, text);
}

/** `text` with the numerals of `from` at their places, appended; what stays goes to `left` as well, unless it is NULL.
 */
static void write_shape(const pare_token_params *params, pare_span text, const shape *from, pare_buf *left,
                        pare_buf *out)
{
    uint32_t place = 0;
    size_t next = 0;
    if (left != NULL) {
        pare_buf_reset(left);
    }
    for (size_t at = 0, bytes = 0; at < text.len; at += bytes, place++) {
        bytes = pare_utf8_length(text.ptr[at]);
        if (next < from->n && from->places[next] == place) {
            unsigned char encoded[4];
            uint32_t character = params->alphabet->characters[from->numerals[next++]];
            pare_buf_append(out, encoded, pare_utf8_encode(character, encoded));
            if (left != NULL) {
                pare_buf_append_byte(left, PARE_TEXT_END);
            }
            continue;
        }
        pare_buf_append(out, text.ptr + at, bytes);
        if (left != NULL) {
            pare_buf_append(left, text.ptr + at, bytes);
        }
    }
}

/** Whether what was written reads back as it was meant: the same characters kept, and the check digits valid. */
static bool reads_back(const pare_token_params *params, pare_scratch *scratch, pare_span text, const shape *meant)
{
    shape again;
    if (params->segments_regex == NULL) {
        return passes_check(params, text); /* what is encrypted is what is in the alphabet, and stays in it */
    }
    return read_shape(params, scratch, text, &again) && again.n == meant->n &&
           memcmp(again.places, meant->places, meant->n * sizeof *meant->places) == 0 &&
           memcmp(again.numerals, meant->numerals, meant->n * sizeof *meant->numerals) == 0;
}

/* --- tokens ------------------------------------------------------------------------------------------------------- */

/** Walk from `text` to the next value of the same form; appended to `out`. */
static bool walk(const pare_step *step, pare_scratch *scratch, pare_span text, pare_buf *out,
                 bool (*turn)(pare_ff1 *ff1, uint16_t *numerals, size_t n))
{
    const pare_token_params *params = step->params;
    pare_ff1 *ff1 = pare_token_cipher(step, scratch);
    size_t mark = out->len;
    shape at;
    if (ff1 == NULL || !read_shape(params, scratch, text, &at)) {
        return false;
    }
    for (size_t i = 0; i < MOST_WALK; i++) {
        if (!turn(ff1, at.numerals, at.n)) { /* too few possibilities, or too long */
            return false;
        }
        out->len = mark;
        write_shape(params, text, &at, scratch->left, out);
        if (out->status != PARE_OK || (scratch->left != NULL && scratch->left->status != PARE_OK)) {
            return false;
        }
        if (reads_back(params, scratch, pare_buf_since(out, mark), &at)) {
            return true;
        }
    }
    return false;
}

static pare_outcome apply_ff1(const pare_step *step, pare_scratch *scratch, pare_span value, size_t mark, pare_buf *out)
{
    const pare_token_params *params = step->params;
    pare_buf *text = &scratch->temporary[0]; /* the value may lie where its token will */
    pare_buf_reset(text);
    pare_buf_append_span(text, value);
    out->len = mark;
    if (text->status != PARE_OK) {
        return PARE_WITHHOLD;
    }
    if (walk(step, scratch, pare_buf_span(text), out, pare_ff1_encrypt)) {
        return PARE_RELEASE;
    }
    out->len = mark;
    if (scratch->left != NULL) {
        pare_buf_reset(scratch->left);
    }
    switch ((pare_unfit)params->unfit) {
    case PARE_UNFIT_FAIL:
        return PARE_FAIL_RUN;
    case PARE_UNFIT_HMAC:
        return pare_token_mac(step, scratch, pare_buf_span(text), mark, out);
    case PARE_UNFIT_SUPPRESS:
        break;
    }
    return PARE_WITHHOLD;
}

static pare_outcome reverse_ff1(const pare_step *step, pare_scratch *scratch, pare_span token, pare_buf *out)
{
    const pare_token_params *params = step->params;
    if (params->unfit == PARE_UNFIT_HMAC && pare_token_looks_like_mac(params, token)) {
        return PARE_WITHHOLD;
    }
    return walk(step, scratch, token, out, pare_ff1_decrypt) ? PARE_RELEASE : PARE_WITHHOLD;
}

static const char *const takes[] = {"alphabet", "segments", "check_digit", "unfit", NULL};
const pare_token_method pare_token_ff1 = {.name = "ff1",
                                          .takes = takes,
                                          .cipher_bytes = 32,
                                          .says = "another of the same form (FF1)",
                                          .build = build_ff1,
                                          .open = open_ff1,
                                          .close = close_ff1,
                                          .apply = apply_ff1,
                                          .reverse = reverse_ff1};
