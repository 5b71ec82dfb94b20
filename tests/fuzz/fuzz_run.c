/*
 * Whole runs: a policy, an export, options; files in memory (tmpfs). Input: the policy's number, two bytes of options,
 * the records. Held against a model of its own: which records are read, which purposes allow them, what `keep`, `drop`,
 * `suppress`, `truncate`, `mask` and `replace` make of a value; and against what always holds:
 *
 *   - delivered: read = written + dropped + quarantined; the dataset is strict CSV of just those columns; `verify`
 * finds it whole, and finds a byte that is changed or missing
 *   - not delivered: no file stands there
 *   - the same bytes, or the same error, for other threads, read sizes, machine code, compression and the second parser
 *   - no marked value in a manifest, a summary or a message
 */
#include "pare/pare.h"
#include "tests/fuzz/csv_model.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { N_IN = 6, MOST_OUT = 8, MOST_BYTES = 1 << 13, BIG = 1 << 20 };
static const char HEADER[] = "id,name,note,ok,sell,x\n";

/* --- policies, and what they mean --------------------------------------------------------------------------------- */

typedef enum action { KEEP, SUPPRESS, FIXED, TRUNCATE_3, MASK_LAST_2, REPLACE, OPAQUE } action;

typedef struct model_column {
    size_t source;
    action action;
    unsigned purposes; /* bits */
    bool multiline;
} model_column;

typedef struct model_policy {
    const char *text;
    model_column columns[MOST_OUT];
    size_t n_columns;
    const char *allowed[2][3]; /* of each purpose: texts; none: always */
    size_t test_on[2];         /* which column */
    bool is_modelled;
} model_policy;

#define HEAD                                                                                                           \
    "pare: 1\ndataset: d\nrecipient: r\npurposes:\n"                                                                   \
    "  p: {description: a, basis: consent, allowed_when: {field: ok, is: [\"yes\", \"1\"]}}\n"                         \
    "  q: {description: b, basis: contract, allowed_when: {field: sell, is: [\"no\", \"\"]}}\n"
#define TESTS .allowed = {{"yes", "1"}, {"no", ""}}, .test_on = {3, 4}, .is_modelled = true

static const model_policy policies[] = {
    {HEAD "fields:\n  id: {category: user, for: [p, q], do: keep, because: x}\n  note: {category: user, for: p, "
          "multiline: true, do: keep}\n"
          "  x: {do: drop}\n",
     {{0, KEEP, 3, false}, {2, KEEP, 1, true}},
     2,
     TESTS},
    {HEAD "fields:\n  name: {category: user, for: q, do: {truncate: 3}}\n  note: {category: user, for: [p, q], do: "
          "{suppress: gone}}\n"
          "  id: {category: user, for: p, do: {mask: {keep_last: 2}}, as: \"the \\\"id\\\"\"}\n",
     {{0, MASK_LAST_2, 1, false}, {1, TRUNCATE_3, 2, false}, {2, FIXED, 3, false}},
     3,
     TESTS},
    {HEAD "fields:\n  ok: {category: user, for: [p, q], do: {replace: {map: {\"yes\": Y, \"1\": Y, \"no\": \"N,\"}}}}\n"
          "  name: {category: user, for: p, multiline: true, do: suppress}\n  id: {category: user, for: q, multiline: "
          "true, do: keep, because: x}\n",
     {{0, KEEP, 2, true}, {1, SUPPRESS, 1, true}, {3, REPLACE, 3, false}},
     3,
     TESTS},
    {HEAD "fields:\n  id: {category: user, for: [p, q], do: {pseudonymize: {domain: c}}}\n  note: {category: user, "
          "for: p, do: {redact: {find: [email, phone], echo: [name]}}}\n"
          "  sell: {category: user, for: q, do: keep}\n",
     {{0, OPAQUE, 3, false}, {2, OPAQUE, 1, false}, {4, KEEP, 2, false}},
     3,
     TESTS},
    {HEAD
     "retention: {field: name, keep: 3 months}\nfields:\n  name: {category: user, for: [p, q], do: {shift: {days: 9, "
     "by: id}}}\n"
     "  note: {category: user, for: p, multiline: true, do: [{normalize: [trim, nfkc, lower]}, {truncate: 9}]}\n"
     "  id: {category: user, for: q, do: {generalize: {number: 10}}}\noutput: {format: tsv, columns: [note, id]}\n",
     {{2, OPAQUE, 1, true}, {0, OPAQUE, 2, false}, {1, OPAQUE, 3, false}},
     3,
     .is_modelled = false},
    {HEAD "input: {nulls: [\"\", \"-\"], lenient: true}\nretention: {field: name, keep: 3 months, unreadable: "
          "fail}\ngates: {max_quarantined: 50%, min_records: 1}\n"
          "fields:\n  note: {category: user, for: [p, q], when: {field: id, present: true}, multiline: true, do: "
          "{replace: {map: {a: b}, otherwise: fail}}}\n"
          "  id: {category: user, for: q, multiline: true, do: keep, because: x}\n",
     {{0, OPAQUE, 3, true}, {2, OPAQUE, 2, true}},
     2,
     .is_modelled = false},
};
enum { N_POLICIES = sizeof policies / sizeof policies[0] };

/* --- the model ---------------------------------------------------------------------------------------------------- */

static model_text input, output;

typedef struct text {
    unsigned char bytes[MOST_BYTES];
    size_t len;
} text;

static void unquote(const model_text *from, size_t field, text *to)
{
    const uint8_t *at = from->bytes + from->fields[field].from, *end = from->bytes + from->fields[field].to;
    bool quoted = end - at >= 2 && *at == '"';
    to->len = 0;
    for (at += quoted ? 1 : 0, end -= quoted ? 1 : 0; at < end; at++) {
        DEMAND(to->len < sizeof to->bytes);
        to->bytes[to->len++] = *at;
        at += quoted && *at == '"' ? 1 : 0;
    }
}

static bool is(const text *a, const char *b)
{
    return b != NULL && a->len == strlen(b) && memcmp(a->bytes, b, a->len) == 0;
}

static bool has_break(const text *a)
{
    return memchr(a->bytes, '\n', a->len) != NULL || memchr(a->bytes, '\r', a->len) != NULL;
}

/** Bits of the purposes that allow the record. */
static unsigned purposes_of(const model_policy *policy, const model_record *record)
{
    static text value;
    unsigned allowed = 0;
    for (unsigned p = 0; p < 2; p++) {
        unquote(&input, record->first + policy->test_on[p], &value);
        for (unsigned i = 0; i < 3; i++) {
            allowed |= is(&value, policy->allowed[p][i]) ? 1u << p : 0;
        }
    }
    return allowed;
}

/** Does a released column hold a line break that it must not? */
static bool is_refused(const model_policy *policy, const model_record *record)
{
    static text value;
    for (size_t i = 0; i < policy->n_columns; i++) {
        unquote(&input, record->first + policy->columns[i].source, &value);
        if (!policy->columns[i].multiline && has_break(&value)) {
            return true;
        }
    }
    return false;
}

static size_t count_characters(const text *value)
{
    size_t n = 0;
    for (size_t at = 0; at < value->len; at += model_character(value->bytes, value->len, at)) {
        n++;
    }
    return n;
}

/** What becomes of a value whose purposes allow it. */
static void model_value(action what, text *value)
{
    static const char *const map[][2] = {{"yes", "Y"}, {"1", "Y"}, {"no", "N,"}};
    text before = *value;
    size_t n = count_characters(value), i = 0;
    if (value->len == 0 || what == KEEP || what == OPAQUE) { /* null stays null */
        return;
    }
    value->len = 0;
    if (what == FIXED) {
        memcpy(value->bytes, "gone", value->len = 4);
    }
    for (size_t m = 0; what == REPLACE && m < 3; m++) {
        if (is(&before, map[m][0])) {
            memcpy(value->bytes, map[m][1], value->len = strlen(map[m][1]));
        }
    }
    for (size_t at = 0; (what == TRUNCATE_3 || what == MASK_LAST_2) && at < before.len; i++) {
        size_t len = model_character(before.bytes, before.len, at);
        bool stays = what == TRUNCATE_3 ? i < 3 : n > 2 && i >= n - 2;
        if (stays) {
            memcpy(value->bytes + value->len, before.bytes + at, len);
            value->len += len;
        } else if (what == MASK_LAST_2) {
            value->bytes[value->len++] = '*';
        }
        at += len;
    }
}

typedef struct expected {
    bool fails;
    size_t read, written, no_purpose, quarantined;
} expected;

/** Go through the records of the input; compare those that are written with the output where there is one. */
static expected model_run(const model_policy *policy, bool leaves_out, bool compare)
{
    static text want, got;
    expected e = {.fails = false};
    for (size_t r = 1; r < input.n_records && !e.fails; r++) {
        const model_record *record = &input.records[r];
        unsigned allowed = record->good ? purposes_of(policy, record) : 0;
        bool refused = !record->good || (allowed != 0 && is_refused(policy, record));
        e.read++;
        e.fails = record->hopeless || (refused && !leaves_out);
        e.quarantined += refused;
        e.no_purpose += !refused && allowed == 0;
        if (refused || allowed == 0) {
            continue;
        }
        e.written++;
        for (size_t c = 0; c < policy->n_columns && compare; c++) {
            const model_column *column = &policy->columns[c];
            DEMAND(e.written < output.n_records && output.records[e.written].n == policy->n_columns);
            unquote(&output, output.records[e.written].first + c, &got);
            unquote(&input, record->first + column->source, &want);
            if ((column->purposes & allowed) == 0) {
                want.len = 0;
            } else if (column->action == OPAQUE) {
                continue;
            } else {
                model_value(column->action, &want);
            }
            DEMAND(want.len == got.len && memcmp(want.bytes, got.bytes, got.len) == 0);
        }
    }
    return e;
}

/* --- runs --------------------------------------------------------------------------------------------------------- */

static char folder[64], in_path[96], out_path[96], manifest_path[128], refused_path[96];
static pare_policy *loaded[N_POLICIES];
static pare_key *key;

typedef struct delivery {
    pare_status status;
    pare_error err;
    pare_counts counts;
    unsigned char *data, *manifest, *refused; /* NULL: not there */
    size_t data_len, manifest_len, refused_len;
} delivery;

static void check_words(const char *words)
{
    DEMAND(strstr(words, "CANARY") == NULL);
}

static void take_warning(void *context, const char *words)
{
    (void)context;
    check_words(words);
}

static void set_up(void)
{
    pare_error err;
    (void)snprintf(folder, sizeof folder, "/dev/shm/pare-fuzz-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        (void)snprintf(folder, sizeof folder, "/tmp/pare-fuzz-XXXXXX");
        DEMAND(mkdtemp(folder) != NULL);
    }
    (void)snprintf(in_path, sizeof in_path, "%s/in.csv", folder);
    (void)snprintf(out_path, sizeof out_path, "%s/out.csv", folder);
    (void)snprintf(manifest_path, sizeof manifest_path, "%s.datapackage.json", out_path);
    (void)snprintf(refused_path, sizeof refused_path, "%s/bad.json", folder);
    DEMAND(pare_key_new_published_test_key(&key, &err) == PARE_OK);
    for (size_t i = 0; i < N_POLICIES; i++) {
        pare_findings *findings = NULL;
        pare_span document = {(const unsigned char *)policies[i].text, strlen(policies[i].text)};
        DEMAND(pare_policy_load(document, "fuzz", NULL, &loaded[i], &findings, &err) == PARE_OK);
        pare_findings_free(findings);
    }
}

static void clean_up(void)
{
    (void)unlink(in_path);
    (void)unlink(out_path);
    (void)unlink(manifest_path);
    (void)unlink(refused_path);
    (void)rmdir(folder);
}

static void write_file(const char *path, const unsigned char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    DEMAND(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && close(fd) == 0);
}

/** The file's bytes, the caller's, and the file gone. */
static unsigned char *take_file(const char *path, size_t *len)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *len = 0;
    if (fd < 0) {
        return NULL;
    }
    DEMAND(fstat(fd, &about) == 0 && about.st_size <= BIG);
    unsigned char *bytes = malloc((size_t)about.st_size + 1);
    DEMAND(bytes != NULL && read(fd, bytes, (size_t)about.st_size) == about.st_size && close(fd) == 0);
    *len = (size_t)about.st_size;
    (void)unlink(path);
    return bytes;
}

/** Compressed, where that is asked for. */
static void write_input(const unsigned char *bytes, size_t len, bool compressed)
{
    static unsigned char packed[2 * MOST_BYTES];
    if (!compressed) {
        write_file(in_path, bytes, len);
        return;
    }
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)bytes,
                       .avail_in = (uInt)len,
                       .next_out = packed,
                       .avail_out = sizeof packed};
    DEMAND(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK &&
           deflate(&stream, Z_FINISH) == Z_STREAM_END);
    size_t packed_len = stream.total_out;
    (void)deflateEnd(&stream);
    write_file(in_path, packed, packed_len);
}

/** In place of a compressed dataset, its text. */
static void unpack(delivery *d)
{
    z_stream stream = {.next_in = d->data, .avail_in = (uInt)d->data_len};
    unsigned char *plain = malloc(BIG);
    DEMAND(plain != NULL && inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_out = plain;
    stream.avail_out = BIG;
    DEMAND(inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0);
    d->data_len = stream.total_out;
    (void)inflateEnd(&stream);
    free(d->data);
    d->data = plain;
}

static void count_finding(void *context, const char *words)
{
    ++*(size_t *)context;
    check_words(words);
}

/** Whole as it is; not, once a byte is changed or missing. */
static void check_verify(const delivery *d, size_t chosen)
{
    pare_verify_result result;
    pare_error err;
    size_t findings = 0;
    pare_verify_options options = {.path = out_path, .finding = count_finding, .context = &findings};
    write_file(out_path, d->data, d->data_len);
    write_file(manifest_path, d->manifest, d->manifest_len);
    DEMAND(pare_verify(&options, &result, &err) == PARE_OK && findings == 0);
    d->data[chosen % d->data_len] ^= 1;
    write_file(out_path, d->data, d->data_len);
    DEMAND(pare_verify(&options, &result, &err) == PARE_E_GATE && findings > 0);
    d->data[chosen % d->data_len] ^= 1;
    write_file(out_path, d->data, chosen % d->data_len);
    DEMAND(pare_verify(&options, &result, &err) == PARE_E_GATE);
    (void)unlink(out_path);
    (void)unlink(manifest_path);
}

static delivery run(size_t policy, unsigned on_bad, bool packs, unsigned threads, size_t read_bytes, bool portable,
                    bool cross_check)
{
    static const char *const inputs[] = {in_path};
    delivery d = {.status = PARE_OK};
    pare_run_result result;
    pare_run_options options = {
        .policy = loaded[policy],
        .policy_bytes = {(const unsigned char *)policies[policy].text, strlen(policies[policy].text)},
        .inputs = inputs,
        .n_inputs = 1,
        .output = out_path,
        .compress = packs ? 1 : PARE_COMPRESS_NONE,
        .on_bad_record = (pare_on_bad_record)on_bad,
        .quarantine = on_bad == PARE_BAD_QUARANTINE ? refused_path : NULL,
        .cross_check = cross_check,
        .key = key,
        .as_of = {2026, 3, 31},
        .threads = threads,
        .read_bytes = read_bytes,
        .portable = portable,
        .progress = {.warning = take_warning},
    };
    d.status = pare_run(&options, &result, &d.err);
    d.counts = result.counts;
    DEMAND(result.delivered == (d.status == PARE_OK));
    DEMAND(d.status == PARE_OK || d.status == PARE_E_DATA || d.status == PARE_E_LIMIT || d.status == PARE_E_GATE);
    check_words(result.summary == NULL ? "" : result.summary);
    check_words(d.status == PARE_OK ? "" : d.err.text);
    pare_run_result_clear(&result);
    d.data = take_file(out_path, &d.data_len);
    d.manifest = take_file(manifest_path, &d.manifest_len);
    d.refused = take_file(refused_path, &d.refused_len);
    DEMAND((d.data != NULL) == (d.status == PARE_OK) && (d.manifest != NULL) == (d.status == PARE_OK));
    DEMAND((d.refused != NULL) == (d.status == PARE_OK && on_bad == PARE_BAD_QUARANTINE));
    DEMAND(d.manifest == NULL || memmem(d.manifest, d.manifest_len, "CANARY", 6) == NULL);
    return d;
}

static void done(delivery *d)
{
    free(d->data);
    free(d->manifest);
    free(d->refused);
}

static bool same(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len)
{
    return (a == NULL) == (b == NULL) && a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static void check_same(const delivery *a, const delivery *b)
{
    DEMAND(a->status == b->status);
    DEMAND(a->status == PARE_OK || (strcmp(a->err.text, b->err.text) == 0 && a->err.record == b->err.record &&
                                    a->err.line == b->err.line && a->err.byte == b->err.byte));
    DEMAND(same(a->data, a->data_len, b->data, b->data_len));
    DEMAND(same(a->refused, a->refused_len, b->refused, b->refused_len));
}

static void check_delivery(const delivery *d, const model_policy *policy, bool lenient, unsigned on_bad)
{
    const pare_counts *n = &d->counts;
    if (d->status == PARE_OK) {
        DEMAND(n->read == n->written + n->dropped_retention + n->dropped_no_date + n->dropped_no_purpose +
                              n->dropped_opted_out + n->quarantined);
        output.delimiter = strstr(policy->text, "format: tsv") != NULL ? '\t' : ',';
        output.n_columns = policy->n_columns;
        output.max_field = SIZE_MAX;
        model_read(&output, d->data, d->data_len);
        DEMAND(model_is_strict(&output) && output.n_records == n->written + 1);
    }
    if (policy->is_modelled && !lenient) {
        expected e = model_run(policy, on_bad != PARE_BAD_ABORT, d->status == PARE_OK);
        DEMAND(e.fails == (d->status != PARE_OK));
        DEMAND(e.fails || (e.read == n->read && e.written == n->written && e.no_purpose == n->dropped_no_purpose &&
                           e.quarantined == n->quarantined));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char bytes[sizeof HEADER + MOST_BYTES];
    if (size < 3 || size > MOST_BYTES / 8) {
        return 0;
    }
    if (key == NULL) {
        set_up();
        (void)atexit(clean_up);
    }
    size_t number = data[0] % N_POLICIES, chosen = pick(data, size, 1 << 16), len = sizeof HEADER - 1 + size - 3;
    const model_policy *policy = &policies[number];
    unsigned on_bad = data[1] % 3, threads = 1 + (data[1] >> 2) % 3;
    bool lenient = strstr(policy->text, "lenient") != NULL, packed = (data[1] & 0x20) != 0;
    bool cross_check = (data[1] & 0x40) != 0, packs = (data[1] & 0x80) != 0;
    size_t read_bytes = data[2] == 0 ? 0 : data[2];
    memcpy(bytes, HEADER, sizeof HEADER - 1);
    memcpy(bytes + sizeof HEADER - 1, data + 3, size - 3);
    input.delimiter = ',';
    input.n_columns = N_IN;
    input.max_field = PARE_MAX_FIELD_BYTES;
    model_read(&input, bytes, len);
    write_input(bytes, len, false);
    delivery first = run(number, on_bad, false, 1, 0, false, false);
    check_delivery(&first, policy, lenient, on_bad);
    if (first.status == PARE_OK && chosen % 4 == 0) {
        check_verify(&first, chosen / 4);
    }
    write_input(bytes, len, packed);
    delivery second = run(number, on_bad, packs, threads, read_bytes, (chosen & 1) != 0, cross_check);
    if (packs && second.data != NULL) {
        unpack(&second);
    }
    check_same(&first, &second);
    DEMAND(packed || packs || same(first.manifest, first.manifest_len, second.manifest, second.manifest_len));
    done(&first);
    done(&second);
    return 0;
}
