/*
 * Decoding GPP strings: IAB Tech Lab, Global Privacy Platform, "GPP String" 1.0, and the section specifications for the
 * United States; IAB Tech Lab, US Privacy String 1.0.
 *
 *     DBABBg~BVVVVVVVVWA.YA      header ~ section ~ section ...; a section's segments are parted by dots
 *
 * The header is a type (6 bits, 3), a version (6 bits, 1) and the numbers of the sections that follow: how many items
 * (12 bits), then for each one bit (is it a range?) and its distance from the number before in Fibonacci coding, for a
 * range a second distance to its end. A section of the United States begins with its version (6 bits); then come fields
 * of 2 bits each. A notice is 1 (given) or 2 (not given), a choice 1 (opted out) or 2 (not opted out), 0 not
 * applicable, 3 nothing. Text is base64url, six bits a character, whatever number of characters that makes; what
 * remains is zero.
 *
 * A segment of type 1 (2 bits) holds one bit: the browser's Global Privacy Control. Where it is set, the person has
 * opted out, whatever the fields say.
 *
 * Sections from Maryland's on (24) begin with a header of their own, in a segment before the core: the section's number
 * and its version (6 bits each), and which segments follow the core, coded as the sections are above. Their core begins
 * with the version of the industry's agreement (MSPA). The IAB's own encoder at first wrote them without this header
 * (iabgpp-es, 2026), so both are read: a version of the agreement as high as these numbers there is none.
 */
#include "rules/policy/gpp.h"

#include "rules/base/span.h"

enum {
    HEADER_TYPE = 3,
    HEADER_VERSION = 1,
    SECTION_USP = 6,
    SECTION_VERSION = 1,
    FIRST_HEADED = 24, /* sections from this number on have headers of their own */
    SEGMENT_GPC = 1,
    SENSITIVE_KINDS = 8,
    MAX_CHARACTERS = 4096, /* far more than all sections together take */
    NONE = 0,              /* a signal that a section does not have */
    PAIRS = 3              /* bits 0 to 5 of a section are its version: fields begin at 2-bit place 3 */
};

/*
 * The sections of the United States: number, how many 2-bit fields each version has (0: there is no such version), and
 * at which of them (from 1) the notice and the choice of each signal stand.
 */
typedef struct section_layout {
    const char *name;
    uint8_t id;
    uint8_t fields[2];                           /* of version 1, 2 */
    enum { NO_SEGMENT, GPC, SENSITIVE } segment; /* what may stand behind the core */
    bool headed;
    struct {
        uint8_t notice, choice;
    } signals[PARE_GPP_N_SIGNALS]; /* sale, sharing, targeted advertising */
} section_layout;

static const section_layout layouts[] = {
    {"uspv1", SECTION_USP, {0, 0}, NO_SEGMENT, false, {{1, 1}, {NONE, NONE}, {NONE, NONE}}},
    {"usnat", 7, {27, 32}, GPC, false, {{2, 7}, {3, 8}, {4, 9}}},
    {"usca", 8, {20, 0}, GPC, false, {{1, 4}, {2, 5}, {NONE, NONE}}},
    {"usva", 9, {17, 0}, NO_SEGMENT, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usco", 10, {16, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usut", 11, {18, 0}, NO_SEGMENT, false, {{2, 5}, {NONE, NONE}, {3, 6}}},
    {"usct", 12, {19, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usfl", 13, {20, 0}, NO_SEGMENT, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usmt", 14, {20, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usor", 15, {23, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"ustx", 16, {18, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usde", 17, {23, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usia", 18, {18, 0}, GPC, false, {{2, 5}, {NONE, NONE}, {3, 6}}},
    {"usne", 19, {18, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usnh", 20, {20, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usnj", 21, {24, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"ustn", 22, {18, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usmn", 23, {18, 0}, GPC, false, {{2, 4}, {NONE, NONE}, {3, 5}}},
    {"usmd", 24, {8, 0}, GPC, true, {{4, 6}, {NONE, NONE}, {5, 7}}},
    {"usin", 25, {9, 0}, SENSITIVE, true, {{4, 6}, {NONE, NONE}, {5, 7}}},
    {"usky", 26, {9, 0}, SENSITIVE, true, {{4, 6}, {NONE, NONE}, {5, 7}}},
    {"usri", 27, {9, 0}, SENSITIVE, true, {{4, 6}, {NONE, NONE}, {5, 7}}},
};
enum { N_SECTIONS = sizeof layouts / sizeof layouts[0] };

const char *const pare_gpp_section_names[] = {"uspv1", "usnat", "usca", "usva", "usco", "usut", "usct", "usfl",
                                              "usmt",  "usor",  "ustx", "usde", "usia", "usne", "usnh", "usnj",
                                              "ustn",  "usmn",  "usmd", "usin", "usky", "usri", NULL};
_Static_assert(sizeof pare_gpp_section_names / sizeof pare_gpp_section_names[0] == N_SECTIONS + 1,
               "a name for each layout");

const char *const pare_gpp_signal_names[] = {"sale", "sharing", "targeted_advertising", NULL};

bool pare_gpp_has(size_t section, pare_gpp_signal signal)
{
    return section < N_SECTIONS && layouts[section].signals[signal].choice != NONE;
}

/* --- bits --------------------------------------------------------------------------------------------------------- */

typedef struct bits {
    pare_span text; /* base64url: six bits a character */
    size_t at;      /* bits */
    bool failed;    /* read beyond the end, or a character that is none */
} bits;

static int sextet(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

static unsigned read_bits(bits *from, unsigned n)
{
    unsigned value = 0;
    for (; n > 0; n--, from->at++) {
        size_t character = from->at / 6;
        int six = character < from->text.len ? sextet(from->text.ptr[character]) : -1;
        if (six < 0) {
            from->failed = true;
            return 0;
        }
        value = value << 1 | ((unsigned)six >> (5 - from->at % 6) & 1);
    }
    return value;
}

/** Nothing but zeros is left. */
static bool ends_clean(bits *from)
{
    while (!from->failed && from->at < from->text.len * 6) {
        if (read_bits(from, 1) != 0) {
            return false;
        }
    }
    return !from->failed;
}

/** Zeckendorf's sum of Fibonacci numbers 1, 2, 3, 5, ... from the lowest on; two ones in a row end it. */
static unsigned read_fibonacci(bits *from)
{
    unsigned sum = 0, number = 1, next = 2, last = 0;
    for (unsigned i = 0; i < 20 && !from->failed; i++) {
        unsigned bit = read_bits(from, 1);
        if (bit == 1 && last == 1) {
            return sum;
        }
        sum += bit * number;
        unsigned after = number + next;
        number = next;
        next = after;
        last = bit;
    }
    from->failed = true;
    return 0;
}

/* --- header and sections ------------------------------------------------------------------------------------------ */

/**
 * Reads a list of numbers to the end of its segment, so that one that lies anywhere is not believed.
 * @param[out] place  at which place, from 1, `id` is in it; 0: it is not
 * @param[out] n      how many there are
 */
static bool read_numbers(bits *from, unsigned id, unsigned *place, unsigned *n)
{
    unsigned items = read_bits(from, 12), last = 0;
    *place = 0;
    *n = 0;
    for (unsigned i = 0; i < items && !from->failed; i++) {
        bool range = read_bits(from, 1) == 1;
        unsigned first = last + read_fibonacci(from);
        last = range ? first + read_fibonacci(from) : first;
        if (from->failed || last > MAX_CHARACTERS) {
            return false;
        }
        if (id >= first && id <= last) {
            *place = *n + 1 + (id - first);
        }
        *n += last - first + 1;
    }
    return ends_clean(from);
}

static bool read_header(pare_span header, unsigned id, unsigned *place, unsigned *n)
{
    bits from = {header, 0, false};
    *place = *n = 0;
    return read_bits(&from, 6) == HEADER_TYPE && read_bits(&from, 6) == HEADER_VERSION &&
           read_numbers(&from, id, place, n);
}

/** The part before the next `separator`, and what is behind it; *more says whether there was one. */
static pare_span cut(pare_span *text, char separator, bool *more)
{
    const unsigned char *end = text->len == 0 ? NULL : memchr(text->ptr, separator, text->len);
    size_t len = end == NULL ? text->len : (size_t)(end - text->ptr);
    pare_span part = pare_span_first(*text, len);
    *more = end != NULL;
    *text = pare_span_after(*text, end == NULL ? len : len + 1);
    return part;
}

/** Section number `id` of the string; false: there is none, or the string is not what its header says. */
static bool find_section(pare_span text, unsigned id, pare_span *section)
{
    unsigned place = 0, n = 0, at = 0;
    bool more = false;
    if (text.len > MAX_CHARACTERS || !read_header(cut(&text, '~', &more), id, &place, &n)) {
        return false;
    }
    while (more) {
        pare_span part = cut(&text, '~', &more);
        if (++at == place) {
            *section = part;
        }
    }
    return place != 0 && at == n;
}

/** Consents to sensitive data, two bits for each of eight kinds: nobody's opt-out, and read to its end. */
static bool skip_sensitive(bits *from)
{
    bool known = true;
    for (unsigned i = 0; i < SENSITIVE_KINDS; i++) {
        known = read_bits(from, 2) != 3 && known;
    }
    return known;
}

/** The segments behind the core: whether Global Privacy Control is set. False: there is one that nobody knows. */
static bool read_segments(const section_layout *layout, pare_span rest, bool more, bool *gpc)
{
    bool seen = false;
    *gpc = false;
    while (more) {
        bits from = {cut(&rest, '.', &more), 0, false};
        if (seen || layout->segment == NO_SEGMENT) {
            return false;
        }
        if (layout->segment == GPC ? read_bits(&from, 2) != SEGMENT_GPC : !skip_sensitive(&from)) {
            return false;
        }
        *gpc = layout->segment == GPC && read_bits(&from, 1) == 1;
        seen = true;
        if (!ends_clean(&from)) {
            return false;
        }
    }
    return true;
}

/** The section's own header, where there is one, is what stands behind it. What is left of `section` begins with the
 * core. */
static bool pass_section_header(const section_layout *layout, pare_span *section)
{
    bits from = {*section, 0, false};
    if (!layout->headed || read_bits(&from, 6) != layout->id) {
        return true;
    }
    bool more = false;
    unsigned place = 0, n = 0, segments = 0;
    from = (bits){cut(section, '.', &more), 6, false};
    if (!more || read_bits(&from, 6) != SECTION_VERSION || !read_numbers(&from, 1, &place, &n)) {
        return false;
    }
    for (size_t i = 0; i < section->len; i++) {
        segments += section->ptr[i] == '.';
    }
    return n == segments && (n == 0 || (n == 1 && place == 1)); /* 1 is the only one there is */
}

static unsigned field(pare_span core, unsigned number)
{
    bits from = {core, (size_t)(PAIRS + number - 1) * 2, false};
    return read_bits(&from, 2);
}

/** Version known, every field there and none of them 3, nothing behind them. */
static bool check_core(const section_layout *layout, pare_span core)
{
    bits from = {core, 0, false};
    unsigned version = read_bits(&from, 6);
    if (layout->headed) { /* the agreement's version says nothing of the form */
        version = version < FIRST_HEADED ? SECTION_VERSION : 0;
    }
    unsigned n = version == 1 || version == 2 ? layout->fields[version - 1] : 0;
    unsigned later = layout->fields[1];
    if (version == 1 && later > n && core.len * 6 >= 6 + 2 * later) { /* the IAB's encoder: new fields, old version */
        n = later;
    }
    if (from.failed || n == 0) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        if (read_bits(&from, 2) == 3 || from.failed) {
            return false;
        }
    }
    return ends_clean(&from);
}

pare_match pare_gpp_not_opted_out(pare_span text, size_t section, pare_gpp_signal signal)
{
    pare_span found = {NULL, 0};
    if (!pare_gpp_has(section, signal) || !find_section(text, layouts[section].id, &found)) {
        return PARE_UNSURE;
    }
    const section_layout *layout = &layouts[section];
    if (layout->id == SECTION_USP) {
        return pare_usp_not_opted_out(found);
    }
    bool more = false, gpc = false;
    if (!pass_section_header(layout, &found)) {
        return PARE_UNSURE;
    }
    pare_span core = cut(&found, '.', &more);
    if (!check_core(layout, core) || !read_segments(layout, found, more, &gpc)) {
        return PARE_UNSURE;
    }
    unsigned notice = field(core, layout->signals[signal].notice);
    unsigned choice = field(core, layout->signals[signal].choice);
    if (gpc || choice == 1) {
        return PARE_MISS;
    }
    return notice == 1 && choice == 2 ? PARE_HIT : PARE_UNSURE;
}

/* Version, explicit notice, opted out of sale, agreement of the industry: the last is nobody's consent. */
pare_match pare_usp_not_opted_out(pare_span text)
{
    if (text.len != 4 || text.ptr[0] != '1') {
        return PARE_UNSURE;
    }
    for (size_t i = 1; i < 4; i++) {
        if (text.ptr[i] == '\0' || strchr("YyNn-", text.ptr[i]) == NULL) {
            return PARE_UNSURE;
        }
    }
    bool noticed = (text.ptr[1] | 0x20) == 'y';
    unsigned char opted_out = text.ptr[2] == '-' ? '-' : text.ptr[2] | 0x20;
    if (opted_out == 'y') {
        return PARE_MISS;
    }
    return noticed && opted_out == 'n' ? PARE_HIT : PARE_UNSURE;
}
