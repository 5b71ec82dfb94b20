/*
 * The shadow of a text (shadow.h), made in rounds until one changes nothing.
 *
 * A round walks over the text by characters, an escape counting as the character that it writes. Most characters are
 * their own shadow and are passed over; another one, with the accents that follow it, becomes its NFKC (UAX 15) without
 * hidden characters and accents that stay apart, digits of any script as ASCII, any blank as a blank, unusual dashes as
 * `-`. Rounds repeat, because what a round takes away may have hidden an escape (`&#6<SOFT HYPHEN>4;`) or written one
 * (`&amp;#64;`).
 */
#include "rules/step/shadow.h"

#include "rules/base/sixteen.h"
#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/step/encoded.h"
#include "rules/step/unicode.h"

enum { MAX_CLUSTER = 32 }; /* UAX 15 section 13: a text that is safe for streams has at most 30 accents in a row */

void pare_shadow_space_init(pare_shadow_space *space, size_t ceiling)
{
    pare_buf_init(&space->texts[0], ceiling);
    pare_buf_init(&space->texts[1], ceiling);
    pare_buf_init(&space->edits, ceiling);
}

void pare_shadow_space_clear(pare_shadow_space *space)
{
    pare_buf_clear(&space->texts[0]);
    pare_buf_clear(&space->texts[1]);
    pare_buf_clear(&space->edits);
}

/** The highest bits of those of eight bytes that are beyond ASCII, a `%` (0x25) or a `&` (0x26). The first is right. */
static inline uint64_t look_at(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t within =
        (eight + ones * (0x80 - 0x25)) ^ (eight + ones * (0x80 - 0x27)); /* from 0x25 on and not from 0x27 on */
    return (eight | within) & (ones * 0x80);
}

static inline uint64_t load_eight(const unsigned char *bytes) /* the first is the lowest */
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    eight = __builtin_bswap64(eight);
#endif
    return eight;
}

/** Bytes with the highest bit where one of the sixteen is such a one. */
static inline pare_sixteen look_at_sixteen(const unsigned char *bytes)
{
    const pare_sixteen read = pare_sixteen_load(bytes);
    return read | pare_sixteen_equal(read, pare_sixteen_of('%')) | pare_sixteen_equal(read, pare_sixteen_of('&'));
}

/** Pass over sixteen bytes without any, as long as there are. */
static size_t pass_sixteens(pare_span text, size_t at)
{
    enum { ONE = PARE_SIXTEEN, FOUR = 4 * PARE_SIXTEEN };
    while (text.len - at >= FOUR) {
        const unsigned char *bytes = text.ptr + at;
        if (pare_sixteen_any(look_at_sixteen(bytes) | look_at_sixteen(bytes + ONE) | look_at_sixteen(bytes + 2 * ONE) |
                                 look_at_sixteen(bytes + 3 * ONE),
                             0x80)) {
            break;
        }
        at += FOUR;
    }
    while (text.len - at >= ONE && !pare_sixteen_any(look_at_sixteen(text.ptr + at), 0x80)) {
        at += ONE;
    }
    return at;
}

size_t pare_shadow_pass(pare_span text, size_t at)
{
    uint64_t seen = 0;
    at = pass_sixteens(text, at);
    for (; text.len - at >= 8; at += 8) {
        seen = look_at(load_eight(text.ptr + at));
        if (seen != 0) {
            return at + (size_t)__builtin_ctzll(seen) / 8;
        }
    }
    if (at < text.len && text.len >= 8) { /* the rest, where it ends the last eight bytes */
        size_t left = text.len - at;
        seen = look_at(load_eight(text.ptr + (text.len - 8)) >> (8 * (8 - left)));
        return seen != 0 ? at + (size_t)__builtin_ctzll(seen) / 8 : text.len;
    }
    while (at < text.len && text.ptr[at] < 0x80 && text.ptr[at] != '%' && text.ptr[at] != '&') {
        at++;
    }
    return at;
}

/** A character of a text, and how many bytes write it. */
typedef struct unit {
    uint32_t character;
    size_t bytes;
} unit;

static unit read_unit(pare_span text, size_t at)
{
    unit read = {0, 0};
    pare_span rest = pare_span_after(text, at);
    if (rest.ptr[0] == '&' || rest.ptr[0] == '%') {
        read.bytes = pare_encoded_read(rest, &read.character);
    }
    if (read.bytes == 0) {
        read.character = pare_utf8_decode(rest, &read.bytes);
    }
    return read;
}

/** The letters that most texts beyond ASCII are made of: each is its own shadow, whatever Unicode adds. */
static bool is_own_shadow(uint32_t c)
{
    return c < 0x80 || (c >= 0xC0 && c < 0x132) || (c >= 0x400 && c < 0x483) || (c >= 0x2018 && c < 0x201E) ||
           c == 0x20AC || (c >= 0x3041 && c < 0x3097) || (c >= 0x4E00 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7A4);
}

/** What a character of an NFKC text is in the shadow; 0: nothing. */
static uint32_t plain_character(uint32_t c)
{
    if (c < 0x80) {
        return c;
    }
    if (pare_unicode_is_hidden(c) || pare_unicode_is_accent(c)) {
        return 0;
    }
    int digit = pare_unicode_digit(c);
    if (digit >= 0) {
        return (uint32_t)('0' + digit);
    }
    if (pare_unicode_is_space(c)) {
        return ' ';
    }
    bool parts_numbers = c == 0x2012 || c == 0x2013; /* detectors know them, and tell "1-2" from "1 to 2" by them */
    if (!parts_numbers && pare_unicode_is_dash(c)) {
        return '-';
    }
    return c == 0x3002 ? '.' : c; /* the ideographic full stop separates labels of domains (UTS 46) */
}

/** Append the shadow of one character and its accents. */
static void append_plain(const unsigned char *cluster, size_t len, pare_buf *made)
{
    size_t mark = made->len, end = mark, bytes;
    if (!pare_unicode_nfkc(pare_span_from(cluster, len), made)) {
        made->status = made->status == PARE_OK ? PARE_E_NOMEM : made->status;
        return;
    }
    for (size_t at = mark; at < made->len; at += bytes) { /* in place: no character becomes a longer one */
        uint32_t plain = plain_character(pare_utf8_decode(pare_buf_since(made, at), &bytes));
        unsigned char text[4];
        size_t n = plain == 0 ? 0 : pare_utf8_encode(plain, text);
        memcpy(made->ptr + end, text, n);
        end += n;
    }
    made->len = end;
}

/**
 * Append the shadow of the character at `at` and of the accents behind it.
 * @return where it ends
 */
static size_t make_cluster(pare_rewriting *round, size_t at)
{
    pare_span text = round->before;
    unsigned char cluster[4 * MAX_CLUSTER];
    size_t len = 0, n = 0, end = at, mark = round->made->len;
    do {
        unit next = read_unit(text, end);
        if (n > 0 && !pare_unicode_is_accent(next.character)) {
            break;
        }
        len += pare_utf8_encode(next.character, cluster + len);
        end += next.bytes;
        n++;
    } while (n < MAX_CLUSTER && end < text.len);
    append_plain(cluster, len, round->made);
    pare_span before = {text.ptr + at, end - at};
    if (round->made->status == PARE_OK && !pare_span_equal(before, pare_buf_since(round->made, mark))) {
        pare_rewriting_note(round, at, end, mark);
    }
    return end;
}

static size_t character_before(pare_span text, size_t at)
{
    do {
        at--;
    } while ((text.ptr[at] & 0xC0) == 0x80);
    return at;
}

/** One round; nothing changes before `at`. Where nothing changed at all, no text is made. */
static void make_round(pare_rewriting *round, size_t at)
{
    pare_span text = round->before;
    size_t kept = 0; /* what lies between is passed over, and still to be taken over */
    for (; at < text.len && round->made->status == PARE_OK; at = pare_shadow_pass(text, at)) {
        unit next = read_unit(text, at);
        bool is_literal = text.ptr[at] >= 0x80 || next.bytes == 1;
        if (is_literal && is_own_shadow(next.character)) {
            at += next.bytes;
            continue;
        }
        size_t from = at > kept && pare_unicode_is_accent(next.character) ? character_before(text, at) : at;
        pare_rewriting_keep(round, kept, from);
        at = kept = make_cluster(round, from);
    }
    if (round->n_edits > 0) {
        pare_rewriting_keep(round, kept, text.len);
    }
}

pare_match pare_shadow_make(pare_shadow *shadow, pare_shadow_space *space, pare_span text, size_t passed)
{
    *shadow = (pare_shadow){.text = text};
    pare_buf_reset(&space->edits);
    if (text.len > UINT32_MAX / (2 * PARE_SHADOW_GROWTH)) {
        return PARE_UNSURE;
    }
    const size_t most = text.len * PARE_SHADOW_GROWTH + PARE_SHADOW_GROWTH_MORE;
    for (;;) {
        pare_rewriting round;
        pare_rewriting_begin(&round, shadow->text, &space->texts[shadow->n_rounds % 2], &space->edits);
        make_round(&round, shadow->n_rounds == 0 ? passed : pare_shadow_pass(shadow->text, 0));
        if (!pare_rewriting_is_whole(&round) || round.made->len > most) {
            return PARE_UNSURE;
        }
        if (round.n_edits == 0) {
            break;
        }
        if (shadow->n_rounds == PARE_SHADOW_ROUNDS) {
            return PARE_UNSURE;
        }
        shadow->rounds[shadow->n_rounds++] = round;
        shadow->text = pare_buf_span(round.made);
    }
    return shadow->n_rounds == 0 ? PARE_MISS : PARE_HIT;
}

pare_range pare_shadow_back(const pare_shadow *shadow, pare_range range)
{
    for (size_t i = shadow->n_rounds; i > 0; i--) {
        range = pare_rewriting_back(&shadow->rounds[i - 1], range);
    }
    return range;
}

pare_range pare_shadow_forth(const pare_shadow *shadow, pare_range range)
{
    for (size_t i = 0; i < shadow->n_rounds && range.from < range.to; i++) {
        range = pare_rewriting_forth(&shadow->rounds[i], range);
    }
    return range;
}
