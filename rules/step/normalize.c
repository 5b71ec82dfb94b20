/*
 * normalize: one spelling for values that mean the same, so that they compare equal and get one pseudonym.
 *
 * Named forms carry a version and are frozen (docs/STEPS.md): tokens made from `email-1` today must come out the same
 * in ten years, so a better idea is `email-2`. Forms look at a value first and write only where something changes;
 * ASCII never asks the Unicode tables.
 */
#include "rules/step/normalize.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/step/unicode.h"

enum form { TRIM, LOWER, UPPER, NFC, NFKC, DIGITS, COLLAPSE_SPACE, EMAIL_1, PHONE_1 };
const char *const pare_normal_names[] = {"trim",   "lower",          "upper",   "nfc",     "nfkc",
                                         "digits", "collapse_space", "email-1", "phone-1", NULL};

/* What a form made of a value. Zero is the closed answer. */
typedef enum form_result {
    NO_ROOM = 0,
    VIEW /* *value is a part of what it was */,
    WRITTEN /* in the buffer */
} form_result;

/* The character at the start of `text`, its length in *bytes; ASCII without a call. */
static inline uint32_t next_character(pare_span text, size_t *bytes)
{
    if (text.ptr[0] < 0x80) {
        *bytes = 1;
        return text.ptr[0];
    }
    return pare_utf8_decode(text, bytes);
}

/* --- trim, collapse_space -------------------------------------------------------------------------------------------
 */

static pare_span trim(pare_span value)
{
    while (value.len > 0) {
        size_t bytes;
        if (!pare_unicode_is_space(next_character(value, &bytes))) {
            break;
        }
        value = pare_span_after(value, bytes);
    }
    while (value.len > 0) {
        size_t from = value.len - 1, bytes;
        while (from > 0 && (value.ptr[from] & 0xC0) == 0x80) {
            from--;
        }
        if (!pare_unicode_is_space(next_character(pare_span_after(value, from), &bytes))) {
            break;
        }
        value.len = from;
    }
    return value;
}

/* Every run of white space becomes one blank, at the ends too. */
static form_result collapse_space(pare_span *value, pare_buf *buffer)
{
    if (!pare_buf_reserve(buffer, value->len)) {
        return NO_ROOM;
    }
    unsigned char *end = buffer->ptr;
    bool in_space = false, changed = false;
    size_t bytes;
    for (size_t at = 0; at < value->len; at += bytes) {
        bool space = pare_unicode_is_space(next_character(pare_span_after(*value, at), &bytes));
        if (!space) {
            memcpy(end, value->ptr + at, bytes);
            end += bytes;
        } else if (!in_space) {
            changed |= value->ptr[at] != ' ';
            *end++ = ' ';
        } else {
            changed = true;
        }
        in_space = space;
    }
    buffer->len = (size_t)(end - buffer->ptr);
    return changed ? WRITTEN : VIEW;
}

/* --- lower, upper ---------------------------------------------------------------------------------------------------
 */

/* Of eight ASCII bytes: the top bit where the byte is one of the 26 letters from `first` on. */
static inline uint64_t letters_in(uint64_t word, unsigned char first)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t reaches = word + ones * (uint64_t)(0x80 - first), passes = word + ones * (uint64_t)(0x80 - first - 26);
    return (reaches ^ passes) & UINT64_C(0x8080808080808080);
}

static inline uint64_t change_word(const unsigned char *from, unsigned char first, unsigned char *to)
{
    uint64_t word;
    memcpy(&word, from, sizeof word);
    uint64_t letters = letters_in(word, first);
    word ^= letters >> 2; /* 0x80 becomes 0x20, which is the case */
    memcpy(to, &word, sizeof word);
    return letters;
}

/* ASCII letters from `first` ('A' or 'a') on change their case; eight at a time, the last eight overlap those before.
 */
static form_result change_ascii_case(pare_span value, unsigned char first, pare_buf *buffer)
{
    if (!pare_buf_reserve(buffer, value.len)) {
        return NO_ROOM;
    }
    uint64_t any = 0;
    if (value.len < sizeof any) {
        for (size_t at = 0; at < value.len; at++) {
            bool letter = (unsigned char)(value.ptr[at] - first) < 26;
            any |= letter;
            buffer->ptr[at] = (unsigned char)(value.ptr[at] ^ (letter ? 0x20 : 0));
        }
    } else {
        size_t last = value.len - sizeof any;
        for (size_t at = 0; at < last; at += sizeof any) {
            any |= change_word(value.ptr + at, first, buffer->ptr + at);
        }
        any |= change_word(value.ptr + last, first, buffer->ptr + last);
    }
    if (any == 0) {
        return VIEW;
    }
    buffer->len = value.len;
    return WRITTEN;
}

/* --- digits, phone-1 ------------------------------------------------------------------------------------------------
 */

/* Decimal digits of any script as ASCII, behind what `buffer` holds; the room was reserved. */
static void append_digits(pare_span value, pare_buf *buffer)
{
    size_t bytes;
    for (size_t at = 0; at < value.len; at += bytes) {
        int digit = pare_unicode_digit(next_character(pare_span_after(value, at), &bytes));
        if (digit >= 0) {
            buffer->ptr[buffer->len++] = (unsigned char)('0' + digit);
        }
    }
}

static form_result digits(pare_span value, pare_buf *buffer)
{
    size_t at = 0;
    while (at < value.len && pare_ascii_is_digit(value.ptr[at])) {
        at++;
    }
    if (at == value.len) {
        return VIEW;
    }
    if (!pare_buf_reserve(buffer, value.len)) {
        return NO_ROOM;
    }
    append_digits(value, buffer);
    return WRITTEN;
}

/*
 * phone-1, frozen: trimmed; international if it begins with `+`, the full-width plus sign or `00`; then the digits, in
 * an international number without each `(0)`, with one `+` before them and without the `00`. No digits: nothing.
 */
static form_result phone_1(pare_span value, pare_buf *buffer)
{
    value = trim(value);
    bool zeros = value.len >= 2 && value.ptr[0] == '0' && value.ptr[1] == '0';
    bool plus = value.len >= 1 && value.ptr[0] == '+';
    bool wide_plus = value.len >= 3 && memcmp(value.ptr, "\xEF\xBC\x8B", 3) == 0; /* U+FF0B */
    bool international = zeros || plus || wide_plus;
    if (!pare_buf_reserve(buffer, value.len + 1)) {
        return NO_ROOM;
    }
    if (international) {
        buffer->ptr[buffer->len++] = '+';
    }
    if (zeros) {
        value = pare_span_after(value, 2);
    }
    const unsigned char *trunk;
    while (international && value.len > 0 && (trunk = memmem(value.ptr, value.len, "(0)", 3)) != NULL) {
        size_t before = (size_t)(trunk - value.ptr);
        append_digits(pare_span_first(value, before), buffer);
        value = pare_span_after(value, before + 3);
    }
    append_digits(value, buffer);
    if (international && buffer->len == 1) {
        buffer->len = 0;
    }
    return WRITTEN;
}

/* --- the list of forms ----------------------------------------------------------------------------------------------
 */

static form_result apply_form(enum form form, bool ascii, pare_span *value, pare_buf *buffer)
{
    switch (form) {
    case TRIM:
        *value = trim(*value);
        return VIEW;
    case LOWER:
        if (ascii) {
            return change_ascii_case(*value, 'A', buffer);
        }
        return pare_unicode_lower(*value, buffer) ? WRITTEN : NO_ROOM;
    case UPPER:
        if (ascii) {
            return change_ascii_case(*value, 'a', buffer);
        }
        return pare_unicode_upper(*value, buffer) ? WRITTEN : NO_ROOM;
    case NFC:
        if (ascii) {
            return VIEW;
        }
        return pare_unicode_nfc(*value, buffer) ? WRITTEN : NO_ROOM;
    case NFKC:
        if (ascii) {
            return VIEW;
        }
        return pare_unicode_nfkc(*value, buffer) ? WRITTEN : NO_ROOM;
    case DIGITS:
        return digits(*value, buffer);
    case COLLAPSE_SPACE:
        return collapse_space(value, buffer);
    case PHONE_1:
        return phone_1(*value, buffer);
    case EMAIL_1: /* was written out by pare_normal_expand() */
        return NO_ROOM;
    }
    return NO_ROOM;
}

pare_outcome pare_normalize(pare_choices list, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    if (list.n == 0) {
        return PARE_SAME;
    }
    pare_span current = value;
    bool ascii = pare_is_ascii(value);
    unsigned spare = 0; /* the buffer that `current` does not stand in */
    for (size_t i = 0; i < list.n && current.len > 0; i++) {
        pare_buf *buffer = &scratch->temporary[spare];
        pare_buf_reset(buffer);
        switch (apply_form((enum form)list.items[i], ascii, &current, buffer)) {
        case VIEW:
            break;
        case WRITTEN:
            current = pare_buf_span(buffer);
            spare ^= 1;
            break;
        case NO_ROOM:
            if (buffer->status == PARE_E_NOMEM) {
                out->status = PARE_E_NOMEM; /* the run ends: what a value becomes must not depend on memory */
            }
            return PARE_WITHHOLD;
        }
    }
    if (current.len == value.len && (current.ptr == value.ptr || pare_span_equal(current, value))) {
        return PARE_SAME;
    }
    pare_buf_append_span(out, current);
    return PARE_RELEASE;
}

bool pare_normal_expand(pare_build *build, pare_choices names, pare_choices *list)
{
    int *items = pare_build_alloc(build, 3 * names.n + 1, sizeof *items);
    if (items == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < names.n; i++) {
        if (names.items[i] == EMAIL_1) { /* frozen */
            items[n++] = TRIM;
            items[n++] = LOWER;
            items[n++] = NFC;
        } else {
            items[n++] = names.items[i];
        }
    }
    list->items = items;
    list->n = n;
    return true;
}

void pare_normal_explain(pare_choices names, pare_buf *out)
{
    for (size_t i = 0; i < names.n; i++) {
        pare_buf_append_text(out, i == 0 ? "" : ", ");
        pare_buf_append_text(out, pare_normal_names[names.items[i]]);
    }
}

/* --- the step -------------------------------------------------------------------------------------------------------
 */

typedef struct normalize_params {
    pare_choices names, list;
} normalize_params;

static const pare_key_spec normalize_keys[] = {
    {.key = "forms",
     .kind = PARE_KIND_CHOICES,
     .required = true,
     .offset = offsetof(normalize_params, names),
     .choices = pare_normal_names,
     .help = "One form or a list, applied left to right."},
};
static const pare_schema normalize_schema = {
    .what = "the step `normalize`", .keys = normalize_keys, .n_keys = 1, .shorthand = "forms"};

static bool build_normalize(pare_step *step, const pare_node *params, pare_build *build)
{
    normalize_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&normalize_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    if (made->names.n == 0) {
        return pare_refuse(build, PR062, pare_param_place(step, params, "forms"), "write `normalize: [trim, lower]`",
                           "`normalize` names no form");
    }
    step->params = made;
    return pare_normal_expand(build, made->names, &made->list);
}

static pare_outcome apply_normalize(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                    pare_span value, pare_buf *out)
{
    (void)record;
    const normalize_params *params = step->params;
    return pare_normalize(params->list, scratch, value, out);
}

static void explain_normalize(const pare_step *step, pare_buf *out)
{
    const normalize_params *params = step->params;
    pare_buf_append_text(out, "normalizes the value (");
    pare_normal_explain(params->names, out);
    pare_buf_append_text(out, ")");
}

const pare_step_type pare_step_normalize = {
    .name = "normalize",
    .family = "none",
    .summary = "Values that mean the same get one spelling.",
    .params = &normalize_schema,
    .build = build_normalize,
    .apply = apply_normalize,
    .explain = explain_normalize,
};
