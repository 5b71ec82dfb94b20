/*
 * The manifest, read and written. The first byte says what the rest is.
 *   0  a JSON document: it is taken if a small grammar of its own takes it (RFC 8259 without null, fractions, NUL and
 *      double keys), and written again it reads the same; if it is a manifest, what was read is in it
 *   1  a header, a name to a line: a run's manifest over these columns is JSON by that grammar, says them back, and
 * holds no value of the record that was read
 */
#include "filter/record/reader.h"
#include "filter/report/json_out.h"
#include "filter/report/manifest.h"
#include "filter/report/manifest_read.h"
#include "tests/fuzz/csv_model.h"

/* --- a grammar of its own ----------------------------------------------------------------------------------------- */

typedef struct text {
    const uint8_t *at, *end;
} text;

static void blanks(text *t)
{
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\r' || *t->at == '\n')) {
        t->at++;
    }
}

static bool literal(text *t, const char *word)
{
    size_t n = strlen(word);
    bool here = (size_t)(t->end - t->at) >= n && memcmp(t->at, word, n) == 0;
    t->at += here ? n : 0;
    return here;
}

static bool hex4(text *t, unsigned *unit)
{
    *unit = 0;
    for (unsigned i = 0; i < 4; i++, t->at++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *found = t->at < t->end && *t->at != 0 ? strchr(digits, *t->at) : NULL;
        if (found == NULL) {
            return false;
        }
        size_t value = (size_t)(found - digits);
        *unit = *unit * 16 + (unsigned)(value < 16 ? value : value - 6);
    }
    return true;
}

static bool is_string(text *t)
{
    if (!literal(t, "\"")) {
        return false;
    }
    while (t->at < t->end && *t->at != '"') {
        unsigned unit = 0;
        if (*t->at < 0x20) {
            return false;
        }
        if (*t->at != '\\') {
            t->at++;
            continue;
        }
        t->at++;
        if (t->at == t->end || *t->at == 0 || strchr("\"\\/bfnrtu", *t->at) == NULL) {
            return false;
        }
        if (*t->at++ != 'u') {
            continue;
        }
        if (!hex4(t, &unit) || unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) {
            return false;
        }
        if (unit >= 0xD800 && unit <= 0xDBFF &&
            (!literal(t, "\\u") || !hex4(t, &unit) || unit < 0xDC00 || unit > 0xDFFF)) {
            return false;
        }
    }
    return literal(t, "\"");
}

static bool is_number(text *t)
{
    const uint8_t *from = t->at;
    uint64_t number = 0;
    for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++) {
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *t->at - '0', &number)) {
            return false;
        }
    }
    return t->at > from && (*from != '0' || t->at - from == 1);
}

static bool is_value(text *t, unsigned depth);

static bool is_items(text *t, unsigned depth, char closing)
{
    t->at++;
    blanks(t);
    if (t->at < t->end && *t->at == (uint8_t)closing) {
        t->at++;
        return depth <= PARE_JSON_DEPTH;
    }
    do {
        blanks(t);
        if (closing == '}') {
            if (!is_string(t)) {
                return false;
            }
            blanks(t);
            if (!literal(t, ":")) {
                return false;
            }
        }
        if (!is_value(t, depth)) {
            return false;
        }
        blanks(t);
    } while (literal(t, ","));
    return depth <= PARE_JSON_DEPTH && t->at < t->end && *t->at++ == (uint8_t)closing;
}

static bool is_value(text *t, unsigned depth)
{
    blanks(t);
    if (t->at == t->end || depth > 2 * PARE_JSON_DEPTH) {
        return false;
    }
    switch (*t->at) {
    case '{':
        return is_items(t, depth + 1, '}');
    case '[':
        return is_items(t, depth + 1, ']');
    case '"':
        return is_string(t);
    case 't':
        return literal(t, "true");
    case 'f':
        return literal(t, "false");
    default:
        return is_number(t);
    }
}

static bool is_utf8(const uint8_t *data, size_t size)
{
    size_t at = 0;
    for (size_t n; at < size && (n = model_character(data, size, at)) > 0;) {
        at += n;
    }
    return at == size;
}

static bool is_json(const uint8_t *data, size_t size)
{
    text t = {data, data + size};
    bool whole = is_utf8(data, size) && is_value(&t, 0);
    blanks(&t);
    return whole && t.at == t.end;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/** An object that has one name twice is the one thing the grammar takes and the reader must not. */
static bool same_tree(const pare_json_value *a, const pare_json_value *b)
{
    if (a->kind != b->kind || a->number != b->number || a->n_items != b->n_items || a->key.len != b->key.len ||
        a->text.len != b->text.len || (a->key.len > 0 && memcmp(a->key.ptr, b->key.ptr, a->key.len) != 0) ||
        (a->text.len > 0 && memcmp(a->text.ptr, b->text.ptr, a->text.len) != 0)) {
        return false;
    }
    const pare_json_value *x = a->first, *y = b->first;
    for (; x != NULL && y != NULL && same_tree(x, y); x = x->next, y = y->next) {
    }
    return x == NULL && y == NULL;
}

static void write_tree(pare_json *json, const pare_json_value *value, const char *key)
{
    switch (value->kind) {
    case PARE_JSON_BOOL:
        pare_json_bool(json, key, value->number != 0);
        return;
    case PARE_JSON_NUMBER:
        pare_json_number(json, key, value->number);
        return;
    case PARE_JSON_TEXT:
        pare_json_span(json, key, value->text);
        return;
    case PARE_JSON_ARRAY:
        pare_json_array(json, key);
        break;
    case PARE_JSON_OBJECT:
        pare_json_object(json, key);
        break;
    }
    for (const pare_json_value *item = value->first; item != NULL; item = item->next) {
        static char name[1 << 14]; /* written at once, before the next level needs it */
        DEMAND(item->key.len < sizeof name);
        memcpy(name, item->key.ptr == NULL ? (const unsigned char *)"" : item->key.ptr, item->key.len);
        name[item->key.len] = '\0';
        write_tree(json, item, value->kind == PARE_JSON_OBJECT ? name : NULL);
    }
    pare_json_end(json);
}

static void check_manifest(const uint8_t *data, size_t size, pare_arena *arena)
{
    pare_manifest_facts facts;
    pare_error err;
    pare_span document = {data, size};
    pare_status status = pare_manifest_read(document, arena, &facts, &err);
    DEMAND(status == PARE_OK || (status == PARE_E_DATA && err.text[0] != '\0'));
    if (status == PARE_OK) {
        DEMAND(facts.n_columns > 0 && facts.sha256.len == 64 && facts.path[0] != '\0' &&
               strchr(facts.path, '/') == NULL);
        DEMAND(facts.inputs != NULL && facts.scannable != NULL && facts.delimiter < 0x80);
    }
}

static void read_json(const uint8_t *data, size_t size)
{
    static pare_buf out = {.ceiling = 1 << 24};
    pare_arena arena, second;
    pare_error err;
    const pare_json_value *value = NULL, *again = NULL;
    pare_span document = {data, size};
    pare_arena_init(&arena, 64 << 20);
    pare_arena_init(&second, 64 << 20);
    pare_status status = pare_json_read(document, &arena, &value, &err);
    DEMAND(status == PARE_OK || status == PARE_E_DATA);
    DEMAND((status == PARE_OK) == is_json(data, size) || (status == PARE_E_DATA && strstr(err.text, "twice") != NULL));
    if (status == PARE_OK && (value->kind == PARE_JSON_OBJECT || value->kind == PARE_JSON_ARRAY)) {
        pare_buf_reset(&out);
        pare_json json = pare_json_begin(&out);
        write_tree(&json, value, NULL);
        DEMAND(out.status == PARE_OK && is_json(out.ptr, out.len));
        DEMAND(pare_json_read(pare_buf_span(&out), &second, &again, &err) == PARE_OK && same_tree(value, again));
    }
    check_manifest(data, size, &second);
    pare_arena_clear(&arena);
    pare_arena_clear(&second);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

enum { MOST_NAMES = 64 };
static const char POLICY[] = "pare: 1\ndataset: \"D/..\\\\ \\u00e9\"\nrecipient: r\npurposes:\n  p: {description: \"a "
                             "\\\"b\\\"\", basis: contract}\n"
                             "fields:\n  '*': {category: user, for: p, do: keep, because: x}\n";
static const char VALUE[] = "CANARY-7f3a";
static pare_policy *policy;
static pare_batch batch;

static void set_up(void)
{
    pare_span document = {(const unsigned char *)POLICY, sizeof POLICY - 1};
    pare_findings *findings = NULL;
    pare_error err;
    DEMAND(pare_policy_load(document, "fuzz", NULL, &policy, &findings, &err) == PARE_OK);
    DEMAND(pare_batch_init(&batch, 1 << 12) == PARE_OK);
    pare_findings_free(findings);
}

/** One record, its values all VALUE. */
static void count_record(const pare_plan *plan, size_t n_columns, pare_tally *tally)
{
    pare_reader reader = {{','}, (uint32_t)n_columns, 1000, PARE_CSV_BEST};
    pare_worker *worker = NULL;
    pare_block block;
    pare_error err;
    batch.len = 0;
    for (size_t i = 0; i < n_columns; i++) {
        memcpy(batch.bytes + batch.len, VALUE, sizeof VALUE - 1);
        batch.len += sizeof VALUE;
        batch.bytes[batch.len - 1] = i + 1 < n_columns ? ',' : '\n';
    }
    DEMAND(pare_csv_index(&reader, &batch, &err) == PARE_OK && pare_worker_new(plan, &worker, &err) == PARE_OK);
    DEMAND(pare_worker_apply(worker, &batch.rows, 0, 1, &block, &err) == PARE_OK);
    pare_tally_add(tally, pare_worker_tally(worker));
    pare_worker_free(worker);
}

static void write_and_read(const pare_plan *plan, const pare_tally *tally, const pare_span *names, size_t n)
{
    static pare_buf out = {.ceiling = 1 << 24};
    static const char digest[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    pare_manifest_file input = {.name = "in \"1\".csv", .kind = "plain", .bytes = 7};
    pare_manifest manifest = {.policy = policy,
                              .plan = plan,
                              .tally = tally,
                              .policy_sha256 = digest,
                              .as_of = {2026, 1, 1},
                              .inputs = &input,
                              .n_inputs = 1,
                              .output = {.name = "out.csv", .bytes = 9},
                              .delimiter = '\t'};
    pare_arena arena;
    pare_manifest_facts facts;
    pare_error err;
    memcpy(input.sha256, digest, sizeof digest);
    memcpy(manifest.output.sha256, digest, sizeof digest);
    pare_arena_init(&arena, 64 << 20);
    pare_buf_reset(&out);
    DEMAND(pare_manifest_write(&manifest, &out, &err) == PARE_OK && is_json(out.ptr, out.len));
    DEMAND(memmem(out.ptr, out.len, VALUE, sizeof VALUE - 1) == NULL);
    DEMAND(pare_manifest_read(pare_buf_span(&out), &arena, &facts, &err) == PARE_OK);
    DEMAND(facts.n_columns == n && facts.written == 1 && facts.bytes == 9 && facts.delimiter == '\t' && !facts.gzip);
    for (size_t i = 0; i < n; i++) {
        DEMAND(facts.columns[i].len == names[i].len &&
               (names[i].len == 0 || memcmp(facts.columns[i].ptr, names[i].ptr, names[i].len) == 0));
    }
    pare_arena_clear(&arena);
}

static void write_manifest(const uint8_t *data, size_t size)
{
    pare_span names[MOST_NAMES];
    size_t n = 0;
    if (policy == NULL) {
        set_up();
    }
    if (!is_utf8(data, size) || memchr(data, 0, size) != NULL || memmem(data, size, "CANARY", 6) != NULL) {
        return; /* the reader of headers lets none of it pass; and a name may not look like the value */
    }
    for (size_t at = 0; at <= size && n < MOST_NAMES; n++) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end == NULL ? size - at : (size_t)(end - data) - at;
        names[n] = (pare_span){data + at, len};
        at += len + 1;
    }
    pare_bind_options options = {.key = NULL, .as_of = {2026, 1, 1}};
    pare_plan *plan = NULL;
    pare_tally *tally = NULL;
    pare_error err;
    if (pare_plan_bind(policy, names, n, &options, &plan, &err) == PARE_OK) {
        DEMAND(pare_plan_n_columns(plan) == n && pare_tally_new(plan, &tally, &err) == PARE_OK);
        count_record(plan, n, tally);
        write_and_read(plan, tally, names, n);
    }
    pare_tally_free(tally);
    pare_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 1 << 13) {
        return 0;
    }
    (data[0] % 2 == 0 ? read_json : write_manifest)(data + 1, size - 1);
    return 0;
}
