/*
 * See residue.h. The filter is Bloom's (1970) with two bits for each run, both in one cache line; what passes it is
 * kept as 64 bits of a hash, so that two different texts are taken for one with odds of 1 to 10^12 among millions.
 */
#include "filter/study/residue.h"

#include "rules/base/buf.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/base/utf8.h"
#include "rules/crypto/prim.h"

#include <stdlib.h>

enum { LINE_WORDS = 8, MOST_RUN_BYTES = 4096 };
static const size_t LONGEST_TEXT = (size_t)1 << 31;
static const uint64_t LEAST_LINES = 1 << 12, MOST_LINES = 1 << 21; /* of 64 bytes */

typedef struct known {
    uint64_t hash; /* 0: the place is free */
    uint32_t column;
    uint8_t form, explained;
} known;

struct pare_residue {
    uint64_t *filter; /* [n_lines * LINE_WORDS] */
    uint64_t n_lines; /* a power of two */
    known *known;     /* [2 * PARE_RESIDUE_MOST] */
    size_t n_known;
    pare_buf folded, form, encoded;
};

static const char *const form_names[PARE_RESIDUE_FORMS] = {"as it is", "base64", "hex",    "percent-encoded",
                                                           "MD5",      "SHA-1",  "SHA-256"};

const char *pare_residue_form_name(pare_residue_form form)
{
    return form_names[form];
}

static uint64_t power_above(uint64_t wanted)
{
    uint64_t power = LEAST_LINES;
    while (power < wanted && power < MOST_LINES) {
        power *= 2;
    }
    return power;
}

pare_status pare_residue_new(uint64_t text_bytes, pare_residue **residue, pare_error *err)
{
    pare_residue *made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->n_lines = power_above(text_bytes / 16); /* 32 bits for a byte of text, which begins 1 to 2 runs */
        made->filter = calloc(made->n_lines * LINE_WORDS, sizeof *made->filter);
        made->known = calloc((size_t)2 * PARE_RESIDUE_MOST, sizeof *made->known);
        pare_buf_init(&made->folded, LONGEST_TEXT);
        pare_buf_init(&made->form, LONGEST_TEXT);
        pare_buf_init(&made->encoded, LONGEST_TEXT);
    }
    if (made == NULL || made->filter == NULL || made->known == NULL) {
        pare_residue_free(made);
        return pare_fail(err, PARE_E_NOMEM, "out of memory for the comparison with the original");
    }
    *residue = made;
    return PARE_OK;
}

void pare_residue_free(pare_residue *r)
{
    if (r != NULL) {
        pare_buf_wipe(&r->folded);
        pare_buf_wipe(&r->form);
        pare_buf_wipe(&r->encoded);
        free(r->filter);
        free(r->known);
        free(r);
    }
}

static pare_status no_memory(pare_error *err)
{
    return pare_fail(err, PARE_E_NOMEM, "out of memory for the comparison with the original");
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static bool is_word(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
}

/** Append with ASCII letters in lower case. */
static void fold(pare_span text, pare_buf *out)
{
    if (!pare_buf_reserve(out, text.len)) {
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = text.ptr[i];
        out->ptr[out->len++] = byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
    }
}

enum { HASH_START = 0x5bd1e995 };

static uint64_t hash_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * 0x100000001b3ULL + 0x9e3779b97f4a7c15ULL;
}

/** Spread over all bits; never 0. */
static uint64_t hash_end(uint64_t hash)
{
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33;
    hash *= 0xc4ceb9fe1a85ec53ULL;
    hash ^= hash >> 33;
    return hash == 0 ? 1 : hash;
}

/** The value's own run: its words from the first on, at most 8, what is no word at both ends left out. */
static pare_span run_of(pare_span text)
{
    size_t from = 0, to = 0, words = 0;
    while (from < text.len && !is_word(text.ptr[from])) {
        from++;
    }
    for (size_t i = from; i < text.len && i - from < MOST_RUN_BYTES; i++) {
        bool ends = is_word(text.ptr[i]) && (i + 1 == text.len || !is_word(text.ptr[i + 1]));
        if (ends) {
            to = i + 1;
            if (++words == PARE_RESIDUE_WORDS) {
                break;
            }
        }
    }
    return to > from ? pare_span_from(text.ptr + from, to - from) : pare_span_from(text.ptr, 0);
}

static uint64_t hash_run(pare_span run)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < run.len; i++) {
        hash = hash_byte(hash, run.ptr[i]);
    }
    return hash_end(hash);
}

/** Call `each` with the hash of every run of 1 to 8 words of folded text. */
static void each_run(pare_residue *r, pare_span text, void (*each)(pare_residue *r, uint64_t hash, void *context),
                     void *context)
{
    for (size_t from = 0; from < text.len; from++) {
        if (!is_word(text.ptr[from]) || (from > 0 && is_word(text.ptr[from - 1]))) {
            continue;
        }
        uint64_t hash = HASH_START;
        size_t words = 0;
        for (size_t i = from; i < text.len && i - from < MOST_RUN_BYTES && words < PARE_RESIDUE_WORDS; i++) {
            hash = hash_byte(hash, text.ptr[i]);
            if (is_word(text.ptr[i]) && (i + 1 == text.len || !is_word(text.ptr[i + 1]))) {
                words++;
                if (i + 1 - from >= PARE_RESIDUE_CHARACTERS) {
                    each(r, hash_end(hash), context);
                }
            }
        }
    }
}

/* --- the filter and what passes it ----------------------------------------------------------------------------------
 */

static uint64_t *line_of(const pare_residue *r, uint64_t hash)
{
    return r->filter + (hash & (r->n_lines - 1)) * LINE_WORDS;
}

static void set_bits(pare_residue *r, uint64_t hash, void *context)
{
    (void)context;
    uint64_t *line = line_of(r, hash);
    line[hash >> 61] |= 1ULL << (hash >> 55 & 63);
    line[hash >> 52 & 7] |= 1ULL << (hash >> 46 & 63);
}

static bool may_stand(const pare_residue *r, uint64_t hash)
{
    const uint64_t *line = line_of(r, hash);
    return (line[hash >> 61] >> (hash >> 55 & 63) & 1) != 0 && (line[hash >> 52 & 7] >> (hash >> 46 & 63) & 1) != 0;
}

/** The place of that hash, or the free one where it belongs. */
static known *place_of(const pare_residue *r, uint64_t hash)
{
    const size_t n = (size_t)2 * PARE_RESIDUE_MOST;
    size_t at = (size_t)(hash >> 20) & (n - 1);
    while (r->known[at].hash != 0 && r->known[at].hash != hash) {
        at = (at + 1) & (n - 1);
    }
    return &r->known[at];
}

pare_status pare_residue_note(pare_residue *r, pare_span value, pare_error *err)
{
    pare_buf_reset(&r->folded);
    fold(value, &r->folded);
    each_run(r, pare_buf_span(&r->folded), set_bits, NULL);
    return r->folded.status == PARE_OK ? PARE_OK : no_memory(err);
}

/* --- the forms of a withheld value ----------------------------------------------------------------------------------
 */

static void append_base64(pare_span text, pare_buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < text.len; i += 3) {
        uint32_t bits = 0;
        size_t n = text.len - i < 3 ? text.len - i : 3;
        for (size_t k = 0; k < 3; k++) {
            bits = bits << 8 | (k < n ? text.ptr[i + k] : 0);
        }
        for (size_t k = 0; k <= n; k++) { /* padding is no word: left out */
            pare_buf_append_byte(out, (unsigned char)digits[bits >> (18 - 6 * k) & 63]);
        }
    }
}

static void append_hex(pare_span bytes, pare_buf *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        pare_buf_append_byte(out, (unsigned char)digits[bytes.ptr[i] >> 4]);
        pare_buf_append_byte(out, (unsigned char)digits[bytes.ptr[i] & 15]);
    }
}

/** RFC 3986 section 2.1: all but unreserved characters. */
static void append_percent(pare_span text, pare_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = text.ptr[i];
        if ((is_word(byte) && byte < 0x80) || strchr("-._~", byte) != NULL) {
            pare_buf_append_byte(out, byte);
        } else {
            pare_buf_append_byte(out, '%');
            append_hex(pare_span_from(&byte, 1), out);
        }
    }
}

static bool append_digest(pare_residue_form form, pare_span text, pare_buf *out)
{
    unsigned char digest[PARE_DIGEST_BYTES];
    pare_digest_kind kind = form == PARE_RESIDUE_MD5    ? PARE_DIGEST_MD5
                            : form == PARE_RESIDUE_SHA1 ? PARE_DIGEST_SHA1
                                                        : PARE_DIGEST_SHA256;
    size_t len = pare_digest(kind, text, digest);
    append_hex(pare_span_from(digest, len), out);
    return len > 0;
}

static pare_status remember(pare_residue *r, uint64_t hash, uint32_t column, pare_residue_form form, pare_error *err)
{
    if (!may_stand(r, hash)) {
        return PARE_OK;
    }
    known *place = place_of(r, hash);
    if (place->hash != 0) {
        return PARE_OK;
    }
    if (r->n_known == PARE_RESIDUE_MOST) {
        return pare_fail(err, PARE_E_LIMIT, "more than %d withheld values seem to stand in the output",
                         PARE_RESIDUE_MOST);
    }
    *place = (known){hash, column, (uint8_t)form, 0};
    r->n_known++;
    return PARE_OK;
}

/** One form of `text`, remembered if the output may hold it. */
static pare_status withhold_form(pare_residue *r, uint32_t column, pare_residue_form form, pare_span text,
                                 pare_error *err)
{
    bool made = true;
    pare_buf_reset(&r->form);
    pare_buf_reset(&r->encoded);
    switch (form) {
    case PARE_RESIDUE_PLAIN:
        pare_buf_append_span(&r->form, text);
        break;
    case PARE_RESIDUE_BASE64:
        append_base64(text, &r->form);
        break;
    case PARE_RESIDUE_HEX:
        append_hex(text, &r->form);
        break;
    case PARE_RESIDUE_PERCENT:
        append_percent(text, &r->form);
        break;
    case PARE_RESIDUE_MD5:
    case PARE_RESIDUE_SHA1:
    case PARE_RESIDUE_SHA256:
        made = append_digest(form, text, &r->form);
        break;
    }
    fold(pare_buf_span(&r->form), &r->encoded);
    if (!made || r->form.status != PARE_OK || r->encoded.status != PARE_OK) {
        return no_memory(err);
    }
    pare_span run = run_of(pare_buf_span(&r->encoded));
    PARE_TRY(remember(r, hash_run(run), column, form, err));
    bool has_url_form = form == PARE_RESIDUE_BASE64;
    for (size_t i = 0; i < r->encoded.len && has_url_form; i++) { /* RFC 4648 section 5: base64url */
        unsigned char *byte = &r->encoded.ptr[i];
        *byte = *byte == '+' ? '-' : *byte == '/' ? '_' : *byte;
    }
    return has_url_form ? remember(r, hash_run(run_of(pare_buf_span(&r->encoded))), column, form, err) : PARE_OK;
}

/** Whether the folded value's own run is long enough to say something. */
static bool is_evidence(pare_span folded)
{
    return pare_utf8_count(run_of(folded)) >= PARE_RESIDUE_CHARACTERS;
}

pare_status pare_residue_withhold(pare_residue *r, uint32_t column, pare_span value, pare_error *err)
{
    pare_span trimmed = pare_span_trim(value);
    pare_buf_reset(&r->folded);
    fold(trimmed, &r->folded);
    if (r->folded.status != PARE_OK) {
        return no_memory(err);
    }
    pare_span folded = pare_buf_span(&r->folded);
    if (!is_evidence(folded)) {
        return PARE_OK;
    }
    PARE_TRY(withhold_form(r, column, PARE_RESIDUE_PLAIN, folded, err)); /* stands for all three */
    const pare_span texts[] = {folded, trimmed, value};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (i > 0 && pare_span_equal(texts[i], texts[i - 1])) {
            continue;
        }
        for (unsigned form = PARE_RESIDUE_BASE64; form < PARE_RESIDUE_FORMS; form++) {
            PARE_TRY(withhold_form(r, column, (pare_residue_form)form, texts[i], err));
        }
    }
    return PARE_OK;
}

/* --- explaining and looking -----------------------------------------------------------------------------------------
 */

static uint64_t hash_value(pare_residue *r, pare_span value)
{
    pare_buf_reset(&r->folded);
    fold(value, &r->folded);
    return hash_run(run_of(pare_buf_span(&r->folded)));
}

pare_status pare_residue_explain(pare_residue *r, pare_span value, const pare_span *withheld, size_t n_withheld,
                                 pare_error *err)
{
    uint64_t hash = hash_value(r, value);
    known *place = place_of(r, hash);
    bool is_whole = run_of(pare_buf_span(&r->folded)).len > 0;
    if (place->hash == 0 || place->explained != 0 || !is_whole) {
        return r->folded.status == PARE_OK ? PARE_OK : no_memory(err);
    }
    for (size_t i = 0; i < n_withheld; i++) {
        if (hash_value(r, withheld[i]) == hash) {
            return PARE_OK; /* it is this record's own: no coincidence */
        }
    }
    place->explained = r->folded.status == PARE_OK;
    return r->folded.status == PARE_OK ? PARE_OK : no_memory(err);
}

typedef struct looking {
    void (*found)(void *context, uint32_t column, pare_residue_form form);
    void *context;
} looking;

static void look_up(pare_residue *r, uint64_t hash, void *context)
{
    const looking *l = context;
    const known *place = place_of(r, hash);
    if (place->hash != 0 && place->explained == 0) {
        l->found(l->context, place->column, (pare_residue_form)place->form);
    }
}

pare_status pare_residue_look(pare_residue *r, pare_span value,
                              void (*found)(void *context, uint32_t column, pare_residue_form form), void *context,
                              pare_error *err)
{
    looking l = {found, context};
    pare_buf_reset(&r->folded);
    fold(value, &r->folded);
    each_run(r, pare_buf_span(&r->folded), look_up, &l);
    return r->folded.status == PARE_OK ? PARE_OK : no_memory(err);
}
