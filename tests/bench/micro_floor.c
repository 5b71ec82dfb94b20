/*
 * The floor of the whole job, gzip to gzip: what remains when nothing is done but what cannot be left out. The export
 * is inflated, two columns become MACs, the minimized text is deflated, and both packed files get their digests: by the
 * fastest ways there are in this build, from memory, on one thread. No record is read, no rule asked, nothing formatted
 * or written.
 */
#include "filter/sink/deflate.h"
#include "filter/sink/writer.h"
#include "filter/source/source.h"
#include "rules/base/span.h"
#include "rules/crypto/lanes.h"
#include "tests/bench/micro_policy.h"
#include "tests/unit/source_memory.h"

#include <stdlib.h>

enum { AT_ONCE = 64, BLOCK_BYTES = 512 << 10, LEVEL = 1 };
static const size_t CEILING = (size_t)4 << 30;

typedef struct floor_work {
    pare_buf packed, text, deflated;
    double bytes; /* of the export */
    micro_column ids, emails;
    pare_hmac_key key;
    pare_lanes *lanes;
    const pare_codec *codec;
    pare_deflate *deflate;
    unsigned char *room; /* one block */
} floor_work;

static bool inflate_it(void *context)
{
    floor_work *w = context;
    pare_source_options options = {.portable = false};
    pare_source *text = NULL;
    pare_source *packed = memory_source_new(pare_buf_span(&w->packed), BLOCK_BYTES, NULL);
    double total = 0;
    size_t len = 0;
    pare_status status;
    if (pare_gunzip_new(packed, false, &options, &text, NULL) != PARE_OK) {
        return false;
    }
    while ((status = pare_source_read(text, w->room, BLOCK_BYTES, &len, NULL)) == PARE_OK) {
        total += (double)len;
    }
    pare_source_close(text);
    return status == PARE_END && total == w->bytes;
}

static bool hash_column(floor_work *w, const micro_column *column)
{
    unsigned char macs[AT_ONCE][PARE_SHA256_BYTES];
    for (size_t at = 0; at < column->n; at += AT_ONCE) {
        const size_t n = column->n - at < AT_ONCE ? column->n - at : AT_ONCE;
        if (w->lanes == NULL || !pare_lanes_hmac(w->lanes, &w->key, column->values + at, n, macs)) {
            for (size_t i = 0; i < n; i++) {
                pare_hmac(&w->key, column->values[at + i], macs[i]);
            }
        }
    }
    return column->n > 0;
}

static bool make_tokens(void *context)
{
    floor_work *w = context;
    return hash_column(w, &w->ids) && hash_column(w, &w->emails);
}

static bool deflate_it(void *context)
{
    floor_work *w = context;
    uint32_t crc = 0;
    pare_buf_reset(&w->deflated);
    for (size_t at = 0; at < w->text.len; at += BLOCK_BYTES) {
        const size_t left = w->text.len - at;
        const pare_span block = {w->text.ptr + at, left < BLOCK_BYTES ? left : BLOCK_BYTES};
        crc ^= pare_crc32(0, block);
        if (w->codec->block(w->deflate, block, &w->deflated, NULL) != PARE_OK) {
            return false;
        }
    }
    return crc != 0 && w->deflated.len > 0;
}

static bool digest(pare_span bytes)
{
    char hex[2 * PARE_SHA256_BYTES + 1];
    pare_sha256 *hash = NULL;
    if (pare_sha256_new(&hash, NULL) != PARE_OK) {
        return false;
    }
    for (size_t at = 0; at < bytes.len; at += BLOCK_BYTES) {
        const size_t left = bytes.len - at;
        pare_sha256_update(hash, (pare_span){bytes.ptr + at, left < BLOCK_BYTES ? left : BLOCK_BYTES});
    }
    pare_sha256_finish_hex(hash, hex);
    pare_sha256_free(hash);
    return hex[0] != '\0';
}

static bool digest_both(void *context)
{
    const floor_work *w = context;
    return digest(pare_buf_span(&w->packed)) && digest(pare_buf_span(&w->deflated));
}

static bool all_of_it(void *context)
{
    return inflate_it(context) && make_tokens(context) && deflate_it(context) && digest_both(context);
}

/** What the whole policy makes of the export, as plain text. */
static bool minimize(const micro *m, pare_buf *text)
{
    micro_policy policy;
    pare_worker *worker = NULL;
    pare_block block;
    const pare_writer writer = {',', true, true};
    bool good = micro_policy_open(m, "policy.yaml", &policy) && pare_worker_new(policy.plan, &worker, NULL) == PARE_OK;
    for (size_t i = 0; good && i < m->n_batches; i++) {
        const pare_rows *rows = &m->batches[i].rows;
        for (uint32_t first = 0; good && first < rows->n_rows; first += PARE_BLOCK_RECORDS) {
            const uint32_t left = rows->n_rows - first;
            good = pare_worker_apply(worker, rows, first, left < PARE_BLOCK_RECORDS ? left : PARE_BLOCK_RECORDS, &block,
                                     NULL) == PARE_OK;
            if (good) {
                (void)pare_csv_write(&writer, &block, text);
            }
        }
    }
    pare_worker_free(worker);
    micro_policy_clear(&policy);
    return good && text->status == PARE_OK;
}

static bool measure(micro *m, floor_work *w)
{
    static const struct {
        const char *name;
        micro_work work;
    } parts[] = {{"inflate the export", inflate_it},
                 {"MACs of two columns", make_tokens},
                 {"deflate what is minimized, level 1, and CRC", deflate_it},
                 {"SHA-256 of both packed files", digest_both},
                 {"all of these: the floor", all_of_it}};
    const size_t first = m->n_cases;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        micro_case *c = micro_add(m, "floor", parts[i].work, w, "%s", parts[i].name);
        if (c == NULL) {
            return false;
        }
        c->bytes = m->bytes;
        c->values = (double)m->n_records;
    }
    return micro_run(m, first);
}

bool micro_floor(micro *m)
{
    static const unsigned char key[32] = "a key for the bench alone, of 32";
    floor_work w = {.bytes = m->bytes, .codec = pare_codec_for(LEVEL, false)};
    pare_buf_init(&w.packed, CEILING);
    pare_buf_init(&w.text, CEILING);
    pare_buf_init(&w.deflated, CEILING);
    w.room = malloc(BLOCK_BYTES);
    w.lanes = pare_lanes_new();
    pare_hmac_prepare(pare_span_from(key, sizeof key), &w.key);
    bool good = w.room != NULL && micro_pack(m, &w.packed) && minimize(m, &w.text) &&
                micro_column_read(m, "customer_id", &w.ids) && micro_column_read(m, "email", &w.emails) &&
                w.codec->open(LEVEL, &w.deflate, NULL) == PARE_OK && measure(m, &w);
    if (w.deflate != NULL) {
        w.codec->close(w.deflate);
    }
    micro_column_clear(&w.ids);
    micro_column_clear(&w.emails);
    pare_lanes_free(w.lanes);
    free(w.room);
    pare_buf_clear(&w.packed);
    pare_buf_clear(&w.text);
    pare_buf_clear(&w.deflated);
    return good;
}
