/*
 * Inflating through the source a run uses, with each engine; deflating with each codec of this build at each of its
 * levels.
 *
 * What is inflated is the whole export as one member at zlib's level 6, from memory. What is deflated is some of its
 * batches, evenly spread, since the levels of small output take long.
 */
#include "filter/sink/deflate.h"
#include "filter/source/inflate.h"
#include "filter/source/source.h"
#include "rules/base/span.h"
#include "tests/bench/micro.h"
#include "tests/unit/source_memory.h"

#include <stdio.h>

enum { PACKED_LEVEL = 6, MOST_LEVEL = 9 /* of --compress */, N_SAMPLES = 8, MAX_CODECS = 32 };
static const size_t PACKED_CEILING = (size_t)4 << 30;

typedef struct inflating {
    pare_span packed;
    bool portable;
    double expected; /* bytes */
    unsigned char *out;
} inflating;

typedef struct deflating {
    const pare_codec *codec;
    pare_deflate *state;
    const pare_batch *samples[N_SAMPLES];
    size_t n_samples;
    double bytes;
    pare_buf out;
} deflating;

static bool inflate_all(void *context)
{
    const inflating *in = context;
    pare_source_options options = {.portable = in->portable};
    pare_source *text = NULL;
    double total = 0;
    pare_source *packed = memory_source_new(in->packed, PARE_BATCH_BYTES, NULL);
    if (pare_gunzip_new(packed, false, &options, &text, NULL) != PARE_OK) {
        return false;
    }
    pare_status status;
    size_t len = 0;
    while ((status = pare_source_read(text, in->out, PARE_BATCH_BYTES, &len, NULL)) == PARE_OK) {
        total += (double)len;
    }
    pare_source_close(text);
    return status == PARE_END && total == in->expected;
}

static bool deflate_all(void *context)
{
    deflating *d = context;
    pare_buf_reset(&d->out);
    for (size_t i = 0; i < d->n_samples; i++) {
        pare_span block = {d->samples[i]->bytes, d->samples[i]->len};
        if (d->codec->block(d->state, block, &d->out, NULL) != PARE_OK) {
            return false;
        }
    }
    return d->out.len > 0;
}

static bool checksum_all(void *context)
{
    const micro *m = context;
    uint32_t crc = 0;
    for (size_t i = 0; i < m->n_batches; i++) {
        crc ^= pare_crc32(0, pare_span_from(m->batches[i].bytes, m->batches[i].len));
    }
    return crc != 0;
}

bool micro_pack(const micro *m, pare_buf *out)
{
    const pare_codec *codec = pare_codec_for(PACKED_LEVEL, true);
    pare_deflate *state = NULL;
    unsigned char header[PARE_GZIP_HEADER_BYTES], trailer[PARE_GZIP_TRAILER_BYTES];
    uint32_t crc = 0;
    uint64_t bytes = 0;
    bool good = codec != NULL && codec->joinable && codec->open(PACKED_LEVEL, &state, NULL) == PARE_OK;
    if (!good) {
        return micro_fail("codecs: zlib can't be had");
    }
    pare_gzip_header(header);
    pare_buf_append(out, header, sizeof header);
    for (size_t i = 0; good && i < m->n_batches; i++) {
        pare_span block = {m->batches[i].bytes, m->batches[i].len};
        good = codec->block(state, block, out, NULL) == PARE_OK;
        crc = pare_crc32_combine(crc, pare_crc32(0, block), block.len);
        bytes += block.len;
    }
    codec->close(state);
    pare_gzip_trailer(crc, bytes, trailer);
    pare_buf_append(out, trailer, sizeof trailer);
    return (good && out->status == PARE_OK) || micro_fail("codecs: no memory");
}

static bool measure_inflate(micro *m)
{
    const pare_inflate_engine *accelerated = pare_inflate_accelerated();
    pare_buf packed;
    pare_buf_init(&packed, PACKED_CEILING);
    unsigned char *out = malloc(PARE_BATCH_BYTES);
    size_t first = m->n_cases;
    bool good = out != NULL && micro_pack(m, &packed);
    inflating in[2];
    for (size_t i = 0; i < 2; i++) {
        in[i] = (inflating){pare_buf_span(&packed), i == 0, m->bytes, out};
    }
    good = good && micro_add(m, "codecs", inflate_all, &in[0], "inflate, %s", pare_inflate_zlib.name) != NULL;
    if (good && accelerated != NULL) {
        good = micro_add(m, "codecs", inflate_all, &in[1], "inflate, %s", accelerated->name) != NULL;
    }
    good = good && micro_add(m, "codecs", checksum_all, m, "CRC-32") != NULL;
    for (size_t i = first; i < m->n_cases; i++) {
        m->cases[i].bytes = m->bytes;
        m->cases[i].ratio = m->cases[i].work == inflate_all ? m->bytes / (double)packed.len : 0;
    }
    good = good && micro_run(m, first);
    if (good && accelerated != NULL) {
        micro_compare(&m->cases[first + 1], &m->cases[first], "zlib");
    }
    pare_buf_clear(&packed);
    free(out);
    return good;
}

static bool add_deflate(micro *m, const pare_codec *codec, int level, deflating *d)
{
    d->codec = codec;
    pare_buf_init(&d->out, PACKED_CEILING);
    d->n_samples = m->n_batches < N_SAMPLES ? m->n_batches : N_SAMPLES;
    for (size_t i = 0; i < d->n_samples; i++) {
        d->samples[i] = &m->batches[i * m->n_batches / d->n_samples];
        d->bytes += (double)d->samples[i]->len;
    }
    if (codec->open(level, &d->state, NULL) != PARE_OK) {
        return micro_fail("codecs: %s refuses level %d", codec->name, level);
    }
    micro_case *c = micro_add(m, "codecs", deflate_all, d, "deflate, %s %d", codec->name, level);
    if (c != NULL) {
        c->bytes = d->bytes;
        (void)snprintf(c->note, sizeof c->note, "%s", pare_codec_for(level, false) == codec ? "what a run uses" : "");
    }
    return c != NULL;
}

static bool measure_deflate(micro *m)
{
    deflating all[MAX_CODECS] = {{0}};
    size_t first = m->n_cases, n = 0;
    bool good = true;
    for (const pare_codec *const *codec = pare_codecs; *codec != NULL; codec++) {
        int most = (*codec)->max_level < MOST_LEVEL ? (*codec)->max_level : MOST_LEVEL;
        for (int level = (*codec)->min_level; good && level <= most && n < MAX_CODECS; level++) {
            good = add_deflate(m, *codec, level, &all[n++]);
        }
    }
    good = good && micro_run(m, first);
    for (size_t i = 0; i < n; i++) {
        if (good) {
            m->cases[first + i].ratio = all[i].bytes / (double)all[i].out.len;
        }
        if (all[i].state != NULL) {
            all[i].codec->close(all[i].state);
        }
        pare_buf_clear(&all[i].out);
    }
    return good;
}

bool micro_codecs(micro *m)
{
    return measure_inflate(m) && measure_deflate(m);
}
