/*
 * Each step alone, on arbitrary text. Input: the chain's number, the value, and behind a byte FF the person it is of.
 * Promises: the value is released, withheld or unreadable, and counted as that; what leaves is well-formed and what
 * docs/STEPS.md says of the step, as far as a few lines of C say it once more; in a block with others the value becomes
 * what it becomes alone; a token that can be reversed is.
 */
#include "filter/record/reader.h"
#include "pare/plan.h"
#include "pare/reveal.h"
#include "rules/base/utf8.h"
#include "tests/fuzz/csv_model.h"

#include <arpa/inet.h>

enum { MOST_VALUE = 1000, COLUMNS = 3 }; /* v: the value; w: the person; x: a secret */
static const char SECRET[] = "CANARY-x";

typedef bool (*promise)(pare_span in, pare_span out, pare_span person);

/* --- what the page says ------------------------------------------------------------------------------------------- */

static bool equal(pare_span a, pare_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool is_text(pare_span a, const char *text)
{
    return equal(a, (pare_span){(const unsigned char *)text, strlen(text)});
}

static size_t characters(pare_span text)
{
    size_t n = 0;
    for (size_t at = 0; at < text.len; at += model_character(text.ptr, text.len, at)) {
        n++;
    }
    return n;
}

/** `d`: a digit; other characters themselves. */
static bool has_shape(pare_span text, const char *shape)
{
    size_t n = strlen(shape);
    for (size_t i = 0; i < n && text.len == n; i++) {
        if (shape[i] == 'd' ? text.ptr[i] < '0' || text.ptr[i] > '9' : text.ptr[i] != (unsigned char)shape[i]) {
            return false;
        }
    }
    return text.len == n;
}

static bool consists_of(pare_span text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0' || strchr(bytes, text.ptr[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool hides_all_but(pare_span in, pare_span out, size_t keep_first, size_t keep_last)
{
    size_t n = characters(in), i = 0, to = 0;
    bool whole = n <= keep_first + keep_last;
    for (size_t at = 0; at < in.len; i++) {
        size_t len = model_character(in.ptr, in.len, at);
        bool stays = !whole && (i < keep_first || i >= n - keep_last);
        if (out.len - to < (stays ? len : 1) ||
            (stays ? memcmp(in.ptr + at, out.ptr + to, len) != 0 : out.ptr[to] != '*')) {
            return false;
        }
        to += stays ? len : 1;
        at += len;
    }
    return to == out.len;
}

static bool masked_last(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return hides_all_but(in, out, 0, 4);
}

static bool masked_both(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return hides_all_but(in, out, 1, 2);
}

static bool masked_separators(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return characters(in) == characters(out);
}

static bool first_three(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    size_t at = 0;
    for (size_t i = 0; i < 3 && at < in.len; i++) {
        at += model_character(in.ptr, in.len, at);
    }
    return equal(out, (pare_span){in.ptr, at});
}

static bool unchanged(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return equal(in, out);
}

static bool constant(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return is_text(out, "gone, \"all\"");
}

static bool looked_up(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return is_text(in, "f") ? is_text(out, "female") : is_text(in, "m") ? is_text(out, "male") : equal(in, out);
}

static bool base32_token(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return out.len == 28 && memcmp(out.ptr, "t_", 2) == 0 &&
           consists_of((pare_span){out.ptr + 2, 26}, "abcdefghijklmnopqrstuvwxyz234567");
}

static bool hex_token(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return out.len == 20 && consists_of(out, "0123456789abcdef");
}

static bool same_form(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    bool same = in.len == out.len;
    for (size_t i = 0; i < in.len && same; i++) {
        bool digit = in.ptr[i] >= '0' && in.ptr[i] <= '9';
        same = digit ? out.ptr[i] >= '0' && out.ptr[i] <= '9' : in.ptr[i] == out.ptr[i];
    }
    return same;
}

static bool luhn(pare_span in, pare_span out, pare_span person)
{
    unsigned sum = 0, place = 0;
    for (size_t i = out.len; i > 0; i--) {
        if (out.ptr[i - 1] >= '0' && out.ptr[i - 1] <= '9') {
            unsigned digit = out.ptr[i - 1] - '0';
            digit *= place++ % 2 == 0 ? 1 : 2;
            sum += digit / 10 + digit % 10;
        }
    }
    return same_form(in, out, person) && sum % 10 == 0;
}

static bool sealed(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return out.len == 4 + ((in.len + 16) * 4 + 2) / 3 &&
           consists_of((pare_span){out.ptr + 4, out.len - 4},
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

static bool decade(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return has_shape(out, "ddd0s");
}

static bool year(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return has_shape(out, "dddd") && memcmp(in.ptr, out.ptr, 4) == 0;
}

static bool week(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return has_shape(out, "dddd-Wdd");
}

static bool hour(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return has_shape(out, "dddd-dd-ddTdd") && memcmp(in.ptr, out.ptr, 10) == 0 &&
           memcmp(in.ptr + 11, out.ptr + 11, 2) == 0;
}

static bool month_by_pattern(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return has_shape(out, "dddd-dd");
}

static bool age(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return is_text(out, "90+") ||
           (out.len <= 2 && consists_of(out, "0123456789") && (out.ptr[out.len - 1] - '0') % 5 == 0);
}

/** An optional sign, digits, and optionally a point and digits. */
static bool is_number(pare_span text)
{
    size_t at = text.len > 0 && text.ptr[0] == '-' ? 1 : 0, digits = at;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        at++;
    }
    if (at == digits) {
        return false;
    }
    if (at == text.len) {
        return true;
    }
    digits = ++at;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        at++;
    }
    return text.ptr[digits - 1] == '.' && at > digits && at == text.len;
}

/** A whole number of few digits, for arithmetic that anybody can follow; else false. */
static bool small_number(pare_span text, long long *number)
{
    char copy[16] = {0};
    if (text.len == 0 || text.len >= sizeof copy || !is_number(text) || memchr(text.ptr, '.', text.len) != NULL) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    *number = strtoll(copy, NULL, 10);
    return true;
}

static bool tens(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    long long from = 0, to = 0;
    return is_number(out) &&
           (!small_number(in, &from) || (small_number(out, &to) && to % 10 == 0 && to <= from && from < to + 10));
}

static bool rounded(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    long long from = 0, to = 0;
    return is_number(out) &&
           (!small_number(in, &from) || (small_number(out, &to) && to % 10 == 0 && to - 5 <= from && from <= to + 5));
}

static bool number(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return is_number(out);
}

static bool binned(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    static const char *const names[] = {"<0", "0-18", "18-65", ">=65"};
    long long from = 0;
    size_t bin = small_number(in, &from) ? (from < 0 ? 0 : from < 18 ? 1 : from < 65 ? 2 : 3) : 4;
    bool known = false;
    for (size_t i = 0; i < 4; i++) {
        known = known || (is_text(out, names[i]) && (bin == 4 || bin == i));
    }
    return known;
}

static bool network(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    char text[64] = {0}, cut[64] = {0};
    unsigned char before[16] = {0}, after[16] = {0};
    if (in.len >= sizeof text || out.len >= sizeof cut) {
        return false;
    }
    memcpy(text, in.ptr, in.len);
    memcpy(cut, out.ptr, out.len);
    if (inet_pton(AF_INET, text, before) == 1) {
        before[3] = 0;
        return inet_pton(AF_INET, cut, after) == 1 && memcmp(before, after, 4) == 0;
    }
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    if (inet_pton(AF_INET6, text, before) != 1 || inet_pton(AF_INET6, cut, after) != 1) {
        return false;
    }
    if (memcmp(before, mapped, sizeof mapped) == 0) {
        before[15] = 0;
    } else {
        memset(before + 6, 0, 10);
    }
    return memcmp(before, after, 16) == 0;
}

static bool grid(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return consists_of(out, "0123456789.-, \t") && memchr(out.ptr, '.', out.len) != NULL;
}

static bool zip(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return has_shape(out, "ddd") && (is_text(out, "000") || memcmp(in.ptr, out.ptr, 3) == 0);
}

static bool moved(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return in.len == out.len && has_shape((pare_span){out.ptr, 10}, "dddd-dd-dd") && memcmp(in.ptr, out.ptr, 10) != 0 &&
           memcmp(in.ptr + 10, out.ptr + 10, in.len - 10) == 0;
}

static bool part(pare_span in, pare_span out, pare_span person)
{
    (void)person;
    return out.len == 0 || memmem(in.ptr, in.len, out.ptr, out.len) != NULL;
}

static bool is_ascii_letter_or_digit(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/** The person's name does not stand in the text any more, where that is beyond doubt: ASCII letters between others. */
static bool without_person(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    bool letters = person.len >= 4;
    for (size_t i = 0; i < person.len; i++) {
        letters = letters && is_ascii_letter_or_digit(person.ptr[i]) && (person.ptr[i] < '0' || person.ptr[i] > '9');
    }
    for (size_t at = 0; letters && at + person.len <= out.len; at++) {
        bool before = at == 0 || (out.ptr[at - 1] < 0x80 && !is_ascii_letter_or_digit(out.ptr[at - 1]));
        bool behind = at + person.len == out.len ||
                      (out.ptr[at + person.len] < 0x80 && !is_ascii_letter_or_digit(out.ptr[at + person.len]));
        if (before && behind && memcmp(out.ptr + at, person.ptr, person.len) == 0) {
            return false;
        }
    }
    return true;
}

static bool anything(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)out;
    (void)person;
    return true;
}

static bool digits_only(pare_span in, pare_span out, pare_span person)
{
    (void)in;
    (void)person;
    return consists_of(out, "0123456789");
}

static bool phone(pare_span in, pare_span out, pare_span person)
{
    return digits_only(in, out, person) ||
           (out.ptr[0] == '+' && out.len > 1 && digits_only(in, (pare_span){out.ptr + 1, out.len - 1}, person));
}

static const struct {
    const char *steps;
    promise holds;
    bool idempotent; /* done again, it changes nothing */
    bool reversible;
} chains[] = {
    {"{mask: {keep_last: 4}}", masked_last, false, false},
    {"{mask: {keep_first: 1, keep_last: 2}}", masked_both, false, false},
    {"{mask: {keep_first: 2, char: \"·\", skip: separators}}", masked_separators, false, false},
    {"{truncate: 3}", first_three, true, false},
    {"{generalize: {prefix: 3}}", first_three, true, false},
    {"{suppress: 'gone, \"all\"'}", constant, true, false},
    {"{replace: {with: 'gone, \"all\"'}}", constant, true, false},
    {"{replace: {map: {f: female, m: male}, otherwise: keep}}", looked_up, true, false},
    {"{pseudonymize: {domain: d, prefix: t_}}", base32_token, false, false},
    {"{pseudonymize: {bits: 80, encoding: hex, normalize: [trim, nfkc, lower]}}", hex_token, false, false},
    {"{pseudonymize: {method: ff1, domain: d}}", same_form, false, true},
    {"{pseudonymize: {method: ff1, check_digit: luhn}}", luhn, false, true},
    {"{pseudonymize: {method: ff1, check_digit: iban}}", same_form, false, true},
    {"{pseudonymize: {method: ff1, alphabet: \"0123456789äöüÄÖÜabcxyz\"}}", masked_separators, false, true},
    {"{pseudonymize: {method: ff1, segments: '(?<keep_bin>[0-9]{6})[0-9]{6}(?<keep_last>[0-9]{4})'}}", same_form, false,
     true},
    {"{pseudonymize: {method: siv, prefix: s_v_}}", sealed, false, true},
    {"{pseudonymize: {method: ip}}", anything, false, true},
    {"{generalize: {date: decade}}", decade, false, false},
    {"{generalize: {date: year}}", year, false, false},
    {"{generalize: {date: week}}", week, false, false},
    {"{generalize: {date: hour}}", hour, false, false},
    {"{generalize: {date: month, format: [\"%e %B %Y %I:%M %p\", \"%y%j\", \"%d.%m.%Y\", \"%d-%b-%y\"]}}",
     month_by_pattern, false, false},
    {"{generalize: {age: {width: 5, top: 90}}}", age, false, false},
    {"{generalize: {number: 10}}", tens, true, false},
    {"{generalize: {number: {width: 0.25, as: middle}}}", number, false, false},
    {"{generalize: {number: {bins: [0, 18, 65]}}}", binned, false, false},
    {"{generalize: {ip: {v4: 24, v6: 48}}}", network, true, false},
    {"{generalize: {geo: 2}}", grid, true, false},
    {"{generalize: {hierarchy: {shipped: us-zip3-2000, level: 1}}}", zip, true, false},
    {"{shift: {days: 40, by: w}}", moved, false, false},
    {"{shift: {days: 9, by: w, format: [\"%e %B %Y %I:%M %p\", \"%y%j\", \"%d.%m.%Y\"]}}", anything, false, false},
    {"{noise: {laplace: 2.5, by: w, max: 99, decimals: 3}}", number, false, false},
    {"{noise: {laplace: 1000}}", number, false, false},
    {"{round: 10}", rounded, true, false},
    {"{round: 0.125}", number, true, false},
    {"{redact: {echo: [w], echo_min: 2}}", without_person, false, false},
    {"{redact: {find: [email, phone, card, iban, ipv4, ipv6, url]}}", anything, false, false},
    {"{redact: {find: core, mask: {keep_last: 2}}}", anything, false, false},
    {"{redact: {find: [email, person], echo: [w], pseudonymize: {normalize: [lower, nfkc]}}}", anything, false, false},
    {"{extract: {regex: '(\\w+)@', group: 1}}", part, false, false},
    {"{extract: {regex: '(?<y>\\d+)-(?=\\d)|^\\s*$', group: y}}", part, false, false},
    {"{normalize: trim}", part, true, false},
    {"{normalize: lower}", anything, true, false},
    {"{normalize: upper}", anything, true, false},
    {"{normalize: nfc}", anything, true, false},
    {"{normalize: nfkc}", anything, true, false},
    {"{normalize: digits}", digits_only, true, false},
    {"{normalize: collapse_space}", anything, true, false},
    {"{normalize: email-1}", anything, false, false},
    {"{normalize: phone-1}", phone, false, false},
    {"keep, because: x", unchanged, true, false},
};
enum { CHAINS = sizeof chains / sizeof chains[0] };

/* --- a plan for each chain ---------------------------------------------------------------------------------------- */

typedef struct bench {
    pare_policy *policy;
    pare_plan *plan;
    pare_worker *worker;
    pare_revealer *revealer;
} bench;

static bench benches[CHAINS];
static pare_batch batch;

static void complain(void *context, const char *text, size_t len)
{
    (void)context;
    (void)fwrite(text, 1, len, stderr);
}

static void set_up(size_t chain)
{
    static const char names[] = "vwx";
    char text[1200];
    bench *b = &benches[chain];
    pare_findings *findings = NULL;
    pare_key *key = NULL;
    pare_error err;
    int len = snprintf(text, sizeof text,
                       "pare: 1\ndataset: d\nrecipient: r\npurposes:\n  p: {description: x, basis: contract}\n"
                       "fields:\n  v: {category: user, for: p, multiline: true, do: %s}\n  x: {do: drop}\n",
                       chains[chain].steps);
    pare_span document = {(const unsigned char *)text, (size_t)len}, header[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        header[i] = (pare_span){(const unsigned char *)names + i, 1};
    }
    if (pare_policy_load(document, chains[chain].steps, NULL, &b->policy, &findings, &err) != PARE_OK) {
        pare_findings_text(findings, false, complain, NULL);
        abort();
    }
    DEMAND(pare_key_new_published_test_key(&key, &err) == PARE_OK);
    pare_bind_options options = {.key = key, .as_of = {2026, 3, 31}};
    DEMAND(pare_plan_bind(b->policy, header, COLUMNS, &options, &b->plan, &err) == PARE_OK);
    DEMAND(pare_worker_new(b->plan, &b->worker, &err) == PARE_OK);
    if (chains[chain].reversible) {
        DEMAND(pare_revealer_new(b->policy, header[0], &options, &b->revealer, &err) == PARE_OK);
    }
    pare_key_free(key);
    pare_findings_free(findings);
}

static void put_quoted(pare_span value, unsigned char behind)
{
    unsigned char *at = batch.bytes + batch.len;
    *at++ = '"';
    for (size_t i = 0; i < value.len; i++) {
        *at++ = value.ptr[i];
        if (value.ptr[i] == '"') {
            *at++ = '"';
        }
    }
    *at++ = '"';
    *at++ = behind;
    batch.len = (size_t)(at - batch.bytes);
}

static void put_record(pare_span value, pare_span person)
{
    put_quoted(value, ',');
    put_quoted(person, ',');
    put_quoted((pare_span){(const unsigned char *)SECRET, sizeof SECRET - 1}, '\n');
}

/** The value alone, or between others, through the chain: into `out`, which must hold it. False: it is withheld. */
static bool apply(size_t chain, pare_span value, pare_span person, bool alone, unsigned char *out, size_t *len)
{
    static const pare_span other = {(const unsigned char *)"1984-02-11 ann@example.org 4111", 31};
    pare_reader reader = {{','}, COLUMNS, 1 << 16, PARE_CSV_BEST};
    pare_block block;
    pare_error err;
    pare_counts before, after;
    batch.len = 0;
    for (unsigned i = 0; i < (alone ? 1 : 3); i++) {
        put_record(i == 1 ? other : value, i == 1 ? value : person);
    }
    DEMAND(pare_csv_index(&reader, &batch, &err) == PARE_OK);
    pare_tally_counts(pare_worker_tally(benches[chain].worker), &before);
    DEMAND(pare_worker_apply(benches[chain].worker, &batch.rows, 0, batch.rows.n_rows, &block, &err) == PARE_OK);
    pare_tally_counts(pare_worker_tally(benches[chain].worker), &after);
    DEMAND(after.written == before.written + block.n_records && block.n_columns == 1);
    DEMAND(pare_tally_check(pare_worker_tally(benches[chain].worker), &err) == PARE_OK);
    const pare_value made = pare_block_value(&block, 0, 0), last = pare_block_value(&block, block.n_records - 1, 0);
    unsigned char *text = out;
    *len = 0;
    DEMAND(made.form == last.form && made.len == last.len);
    if (made.form == PARE_FORM_EMPTY) {
        return false;
    }
    const pare_span raw = pare_block_bytes(&block, made), raw_last = pare_block_bytes(&block, last);
    DEMAND(equal(raw, raw_last) && raw.len < 16 * MOST_VALUE);
    bool quoted = made.form == PARE_FORM_RAW && raw.len >= 2 && raw.ptr[0] == '"';
    for (size_t i = quoted ? 1 : 0; i < raw.len - (quoted ? 1 : 0); i++) {
        *text++ = raw.ptr[i];
        i += quoted && raw.ptr[i] == '"';
    }
    *len = (size_t)(text - out);
    return true;
}

static bool is_plain_text(pare_span text)
{
    return pare_utf8_valid(text) && memchr(text.ptr, 0, text.len) == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char made[16 * MOST_VALUE], again[16 * MOST_VALUE];
    if (size < 2 || size > MOST_VALUE) {
        return 0;
    }
    size_t chain = data[0] % CHAINS, len = 0, len_again = 0;
    const uint8_t *mark = memchr(data + 1, 0xFF, size - 1);
    pare_span value = {data + 1, mark == NULL ? size - 1 : (size_t)(mark - data - 1)}, person = {data, 0};
    if (mark != NULL) {
        person = (pare_span){mark + 1, (size_t)(data + size - mark - 1)};
    }
    if (value.len == 0 || !is_plain_text(value) || !is_plain_text(person) || memmem(data, size, "CANARY", 6) != NULL) {
        return 0;
    }
    if (batch.cap == 0) {
        DEMAND(pare_batch_init(&batch, 32 * MOST_VALUE) == PARE_OK);
    }
    if (benches[chain].policy == NULL) {
        set_up(chain);
    }
    bool released = apply(chain, value, person, true, made, &len);
    pare_span out = {made, len};
    DEMAND(apply(chain, value, person, false, again, &len_again) == released);
    DEMAND(!released || equal(out, (pare_span){again, len_again}));
    if (!released) {
        return 0;
    }
    DEMAND(is_plain_text(out) && memmem(made, len, SECRET, sizeof SECRET - 1) == NULL);
    DEMAND(chains[chain].holds(value, out, person));
    if (chains[chain].idempotent && len > 0 && len <= MOST_VALUE) {
        DEMAND(apply(chain, out, person, true, again, &len_again) && equal(out, (pare_span){again, len_again}));
    }
    if (chains[chain].reversible && len > 0) {
        pare_span back = {NULL, 0};
        pare_error err;
        DEMAND(pare_revealer_reveal(benches[chain].revealer, out, &back, &err) == PARE_OK);
        char text[64] = {0}, original[64] = {0};
        unsigned char a[16], b[16];
        bool same = equal(back, value);
        if (!same && back.len < sizeof text && value.len < sizeof original) { /* another spelling of one address */
            memcpy(text, back.ptr, back.len);
            memcpy(original, value.ptr, value.len);
            same = inet_pton(AF_INET6, text, a) == 1 && inet_pton(AF_INET6, original, b) == 1 && memcmp(a, b, 16) == 0;
        }
        DEMAND(same);
    }
    return 0;
}
