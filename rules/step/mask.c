/*
 * mask: hide the middle of a value and leave its ends.
 *
 * Characters are code points. A value that has no more of them than would stay visible is hidden whole, or a short
 * value would pass untouched. With `skip: separators` whatever is neither letter nor digit stays and is not counted, so
 * that
 * `+44 7700 900123` keeps its shape; combining marks count with the letters, because they tell about them.
 */
#include "rules/step/build.h"
#include "rules/step/unicode.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

typedef struct mask_params {
    uint32_t keep_first, keep_last;
    pare_span character;
    int skip; /* 0: separators; -1: nothing */
} mask_params;

static const char *const skip_choices[] = {"separators", NULL};
static const pare_key_spec mask_keys[] = {
    {.key = "keep_first",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(mask_params, keep_first),
     .max = PARE_MAX_FIELD_BYTES,
     .help = "Characters that stay visible at the start; default 0."},
    {.key = "keep_last",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(mask_params, keep_last),
     .max = PARE_MAX_FIELD_BYTES,
     .help = "Characters that stay visible at the end; default 0."},
    {.key = "char",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(mask_params, character),
     .help = "The one character that hides another; default `*`."},
    {.key = "skip",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(mask_params, skip),
     .choices = skip_choices,
     .help = "`separators`: what is neither letter nor digit stays and is not counted."},
};
static const pare_schema mask_schema = {
    .what = "the step `mask`", .keys = mask_keys, .n_keys = sizeof mask_keys / sizeof mask_keys[0]};

static bool is_one_character(pare_span text)
{
    size_t bytes;
    return text.len > 0 && pare_utf8_count(text) == 1 && pare_utf8_decode(text, &bytes) >= 0x20 &&
           !pare_span_is(text, "\x7f");
}

static bool build_mask(pare_step *step, const pare_node *params, pare_build *build)
{
    mask_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->character = pare_span_of("*");
    made->skip = -1;
    if (!pare_schema_read(&mask_schema, params, step->place, made, &build->reading)) {
        return false;
    }
    if (!is_one_character(made->character)) {
        return pare_refuse(build, PR063, pare_param_place(step, params, "char"),
                           "write one character, as in `char: \"#\"`", "`char` of `mask` is not exactly one character");
    }
    if (!pare_param_given(params, "keep_first", NULL) && !pare_param_given(params, "keep_last", NULL)) {
        return pare_refuse(build, PR062, params == NULL ? step->place : params->place,
                           "write `keep_last: 4`; 0 masks every character, `suppress` hides the length too",
                           "`mask` does not say what stays visible");
    }
    step->params = made;
    return true;
}

/* `n` times the mask's character; the room was reserved. */
static inline unsigned char *hide(unsigned char *to, pare_span character, size_t n)
{
    if (character.len == 1) {
        memset(to, character.ptr[0], n);
        return to + n;
    }
    for (; n > 0; n--) {
        memcpy(to, character.ptr, character.len);
        to += character.len;
    }
    return to;
}

/* Every character counts: keep the ends, hide what is between. `n` is how many there are. */
static pare_outcome mask_plain(const mask_params *params, pare_span value, size_t n, pare_buf *out)
{
    size_t first = params->keep_first, last = params->keep_last;
    if (n <= first + last) {
        first = last = 0;
    }
    size_t from = n == value.len ? first : pare_utf8_bytes_of(value, first);
    size_t to = n == value.len ? n - last : pare_utf8_bytes_of(value, n - last);
    unsigned char *end = out->ptr + out->len;
    memcpy(end, value.ptr, from);
    end = hide(end + from, params->character, n - first - last);
    memcpy(end, value.ptr + to, value.len - to);
    out->len = (size_t)(end + (value.len - to) - out->ptr);
    return PARE_RELEASE;
}

/* Whether the character at `at` counts; its length goes to *bytes. */
static inline bool counts(pare_span value, size_t at, size_t *bytes)
{
    if (value.ptr[at] < 0x80) {
        *bytes = 1;
        return pare_ascii_is_alphanumeric(value.ptr[at]);
    }
    return pare_unicode_is_alphanumeric(pare_utf8_decode(pare_span_after(value, at), bytes));
}

static pare_outcome mask_letters(const mask_params *params, pare_span value, pare_buf *out)
{
    size_t n = 0, bytes;
    for (size_t at = 0; at < value.len; at += bytes) {
        n += counts(value, at, &bytes);
    }
    if (n == 0) {
        return PARE_SAME;
    }
    size_t first = params->keep_first, last = params->keep_last;
    if (n <= first + last) {
        first = last = 0;
    }
    size_t seen = 0;
    unsigned char *end = out->ptr + out->len;
    for (size_t at = 0; at < value.len; at += bytes) {
        bool hidden = false;
        if (counts(value, at, &bytes)) {
            hidden = seen >= first && seen < n - last;
            seen++;
        }
        if (hidden) {
            end = hide(end, params->character, 1);
        } else {
            memcpy(end, value.ptr + at, bytes);
            end += bytes;
        }
    }
    out->len = (size_t)(end - out->ptr);
    return PARE_RELEASE;
}

/*
 * The same for ASCII and a `char` of one byte, which is nearly every telephone number: hide everything that counts
 * without a branch, then give the ends back.
 */
static pare_outcome mask_ascii_letters(const mask_params *params, pare_span value, pare_buf *out)
{
    unsigned char *to = out->ptr + out->len;
    size_t n = 0;
    for (size_t at = 0; at < value.len; at++) {
        unsigned char byte = value.ptr[at];
        bool counted = pare_ascii_is_digit(byte) | ((unsigned char)((byte | 0x20) - 'a') < 26);
        to[at] = counted ? params->character.ptr[0] : byte;
        n += counted;
    }
    if (n == 0) {
        return PARE_SAME;
    }
    size_t first = params->keep_first, last = params->keep_last;
    if (n > first + last) {
        for (size_t at = 0; first > 0; at++) {
            first -= pare_ascii_is_alphanumeric(value.ptr[at]);
            to[at] = value.ptr[at];
        }
        for (size_t at = value.len; last > 0;) {
            at--;
            last -= pare_ascii_is_alphanumeric(value.ptr[at]);
            to[at] = value.ptr[at];
        }
    }
    out->len += value.len;
    return PARE_RELEASE;
}

static pare_outcome apply_mask(const pare_step *step, pare_scratch *scratch, const pare_record *record, pare_span value,
                               pare_buf *out)
{
    (void)scratch;
    (void)record;
    const mask_params *params = step->params;
    if (value.len == 0) {
        return PARE_SAME;
    }
    /* Each character stays, or becomes `char`, and had at least one byte: so many bytes are always enough. */
    if (value.len > SIZE_MAX / 4 || !pare_buf_reserve(out, value.len * params->character.len)) {
        return PARE_WITHHOLD;
    }
    bool ascii = pare_is_ascii(value);
    if (params->skip == 0) {
        return ascii && params->character.len == 1 ? mask_ascii_letters(params, value, out)
                                                   : mask_letters(params, value, out);
    }
    return mask_plain(params, value, ascii ? value.len : pare_utf8_count(value), out);
}

static void explain_mask(const pare_step *step, pare_buf *out)
{
    const mask_params *params = step->params;
    pare_buf_append_text(out, "masks every ");
    pare_buf_append_text(out, params->skip == 0 ? "letter and digit" : "character");
    if (params->keep_first > 0 && params->keep_last > 0) {
        pare_buf_printf(out, " but the first %u and the last %u", params->keep_first, params->keep_last);
    } else if (params->keep_first > 0) {
        pare_buf_printf(out, " but the first %u", params->keep_first);
    } else if (params->keep_last > 0) {
        pare_buf_printf(out, " but the last %u", params->keep_last);
    }
}

const pare_step_type pare_step_mask = {
    .name = "mask",
    .family = "masking",
    .summary = "Characters are hidden but for some at the ends; a value no longer than those is hidden whole.",
    .params = &mask_schema,
    .build = build_mask,
    .apply = apply_mask,
    .explain = explain_mask,
};
