/*
 * Unicode by libunistring, behind small functions. No locale, no language: the same bytes everywhere.
 *
 * libunistring writes into the buffer it is given and allocates only where that is too small. What one value can grow
 * to is bounded (case: threefold; NFC: threefold; NFKC: U+FDFA becomes 11 times as long), so a buffer of that size is
 * reserved first and an answer that stands elsewhere is copied and freed: right, and not on the usual path.
 */
#include "rules/step/unicode.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

bool pare_unicode_is_space(uint32_t c)
{
    if (c < 0x80) {
        return pare_ascii_is_space((unsigned char)c);
    }
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool pare_unicode_is_alphanumeric(uint32_t c)
{
    if (c < 0x80) {
        return pare_ascii_is_alphanumeric((unsigned char)c);
    }
    return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

int pare_unicode_digit(uint32_t c)
{
    if (c < 0x80) {
        return pare_ascii_is_digit((unsigned char)c) ? (int)c - '0' : -1;
    }
    return uc_decimal_value(c);
}

bool pare_unicode_is_hidden(uint32_t c)
{
    return c >= 0x80 &&
           (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cf) || uc_is_property_default_ignorable_code_point(c));
}

bool pare_unicode_is_accent(uint32_t c)
{
    return c >= 0x300 && (uc_combining_class(c) != 0 || uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Me) ||
                          uc_is_property_variation_selector(c));
}

bool pare_unicode_is_dash(uint32_t c)
{
    return c < 0x80 ? c == '-' : c == 0x2212 || uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Pd);
}

bool pare_unicode_is_capital(uint32_t c)
{
    return c < 0x80 ? c >= 'A' && c <= 'Z'
                    : uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Lu | UC_CATEGORY_MASK_Lt);
}

/* Take over what libunistring answered: in place behind out->len, or allocated. */
static bool take_over(pare_buf *out, uint8_t *answer, size_t len)
{
    if (answer == NULL) {
        out->status = PARE_E_NOMEM;
        return false;
    }
    if (answer == out->ptr + out->len) {
        out->len += len;
        return true;
    }
    pare_buf_append(out, answer, len);
    free(answer);
    return out->status == PARE_OK;
}

/* Room for `growth` times the text; libunistring wants to be told a capacity above 0. */
static bool make_room(pare_buf *out, size_t len, size_t growth)
{
    return len <= (SIZE_MAX - 64) / growth && pare_buf_reserve(out, len * growth + 64);
}

static bool lower_part(pare_span text, pare_buf *out)
{
    if (!make_room(out, text.len, 3)) {
        return false;
    }
    size_t len = out->cap - out->len;
    uint8_t *answer = u8_tolower(text.ptr, text.len, NULL, NULL, out->ptr + out->len, &len);
    return take_over(out, answer, len);
}

static const char capital_sigma[] = "\xCE\xA3"; /* U+03A3 */

/*
 * Final_Sigma (Unicode, SpecialCasing.txt and section 3.13): behind a cased letter and not before one, whatever is
 * case-ignorable passed over. Decided here, because libunistring 1.0 does not count the apostrophe as case-ignorable in
 * this place, and a token must not depend on that.
 */
static bool is_final_sigma(pare_span text, size_t at)
{
    size_t bytes, next = at + sizeof capital_sigma - 1;
    bool cased = false;
    while (at > 0) {
        do {
            at--;
        } while ((text.ptr[at] & 0xC0) == 0x80);
        uint32_t before = pare_utf8_decode(pare_span_after(text, at), &bytes);
        if (!uc_is_property_case_ignorable(before)) {
            cased = uc_is_property_cased(before);
            break;
        }
    }
    for (; cased && next < text.len; next += bytes) {
        uint32_t behind = pare_utf8_decode(pare_span_after(text, next), &bytes);
        if (!uc_is_property_case_ignorable(behind)) {
            return !uc_is_property_cased(behind);
        }
    }
    return cased;
}

/* Nothing but the capital sigma looks at its neighbours (where no language is given), so parts are mapped one by one.
 */
bool pare_unicode_lower(pare_span text, pare_buf *out)
{
    size_t mark = out->len, from = 0;
    bool good = true;
    while (good && from < text.len) {
        const unsigned char *sigma = memmem(text.ptr + from, text.len - from, capital_sigma, sizeof capital_sigma - 1);
        size_t to = sigma == NULL ? text.len : (size_t)(sigma - text.ptr);
        pare_span part = {text.ptr + from, to - from};
        good = part.len == 0 || lower_part(part, out);
        if (sigma != NULL) {
            pare_buf_append_text(out, is_final_sigma(text, to) ? "\xCF\x82" : "\xCF\x83");
            to += sizeof capital_sigma - 1;
        }
        from = to;
    }
    good = good && out->status == PARE_OK;
    out->len = good ? out->len : mark;
    return good;
}

bool pare_unicode_upper(pare_span text, pare_buf *out)
{
    if (!make_room(out, text.len, 3)) {
        return false;
    }
    size_t len = out->cap - out->len;
    uint8_t *answer = u8_toupper(text.ptr, text.len, NULL, NULL, out->ptr + out->len, &len);
    return take_over(out, answer, len);
}

static bool normalize(uninorm_t form, size_t growth, pare_span text, pare_buf *out)
{
    if (!make_room(out, text.len, growth)) {
        return false;
    }
    size_t len = out->cap - out->len;
    uint8_t *answer = u8_normalize(form, text.ptr, text.len, out->ptr + out->len, &len);
    return take_over(out, answer, len);
}

bool pare_unicode_nfc(pare_span text, pare_buf *out)
{
    return normalize(UNINORM_NFC, 3, text, out);
}

bool pare_unicode_nfkc(pare_span text, pare_buf *out)
{
    return normalize(UNINORM_NFKC, 11, text, out);
}

bool pare_unicode_fold(uint32_t character, pare_buf *out)
{
    enum { LONGEST = 32 }; /* the longest compatibility decomposition has 18 characters */
    uint32_t decomposed[LONGEST];
    unsigned char text[4 * LONGEST];
    size_t n = LONGEST, len = 0;
    uint32_t *answer = u32_normalize(UNINORM_NFKD, &character, 1, decomposed, &n);
    if (answer != decomposed) { /* no memory, or longer than there are */
        free(answer);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        len += pare_unicode_is_accent(answer[i]) ? 0 : pare_utf8_encode(answer[i], text + len);
    }
    if (len == 0) {
        return true;
    }
    if (!make_room(out, len, 3)) {
        return false;
    }
    size_t room = out->cap - out->len;
    uint8_t *folded = u8_casefold(text, len, NULL, NULL, out->ptr + out->len, &room);
    return take_over(out, folded, room);
}
