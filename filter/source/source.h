/*
 * A source: bytes, pulled. Each kind fills the caller's memory itself, so that inflating writes straight into a batch;
 * a source that wraps another owns it and closes it.
 *
 * After the first failure every call returns that failure again.
 */
#ifndef PARE_FILTER_SOURCE_SOURCE_H
#define PARE_FILTER_SOURCE_SOURCE_H

#include "pare/error.h"
#include "pare/policy.h"

typedef struct pare_source pare_source;

typedef struct pare_source_type {
    const char *name;
    /**
     * Fill `out` with 1 to `cap` bytes (*len), as many as can be had without much waiting.
     * @return PARE_OK; PARE_END (*len is 0): all was read, and it was whole; any error: *len is 0
     */
    pare_status (*read)(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err);
    void (*close)(pare_source *source); /* frees; closes what it wraps */
} pare_source_type;

/** First member of every source. */
struct pare_source {
    const pare_source_type *type;
};

/** Told of the bytes of the file itself, as they are read, in order: for digests and progress. */
typedef struct pare_source_tap {
    void (*bytes)(void *context, pare_span bytes);
    void *context;
} pare_source_tap;

typedef struct pare_source_options {
    pare_encoding encoding;
    pare_source_tap tap; /* may be {NULL, NULL} */
    size_t read_bytes;   /* ask the system for this many at a time; 0: the default. Tests use 1 */
    uint64_t max_ratio;  /* decompressed bytes for each compressed one at most; 0: no limit */
    uint64_t max_bytes;  /* decompressed bytes at most; 0: no limit */
    bool portable;       /* zlib even where an accelerated codec was built in */
} pare_source_options;

/**
 * Open a file ("-": standard input) and recognize by its first bytes whether it is gzip, zlib or plain; then decode the
 * text to UTF-8, without a byte order mark. Other compressions and encodings are recognized and refused by name.
 *
 * @param[out] kind  "gzip", "zlib" or "plain": constant text. May be NULL.
 * @return PARE_OK; PARE_E_MISSING; PARE_E_DATA; PARE_E_IO; PARE_E_NOMEM
 */
PARE_NODISCARD pare_status pare_source_open(const char *path, const pare_source_options *options, pare_source **source,
                                            const char **kind, pare_error *err);

PARE_NODISCARD static inline pare_status pare_source_read(pare_source *source, unsigned char *out, size_t cap,
                                                          size_t *len, pare_error *err)
{
    return source->type->read(source, out, cap, len, err);
}

static inline void pare_source_close(pare_source *source)
{
    if (source != NULL) {
        source->type->close(source);
    }
}

/* The pieces pare_source_open() puts together; each takes the inner source over, also when it fails. */
PARE_NODISCARD pare_status pare_file_open(const char *path, const pare_source_options *options, pare_source **source,
                                          pare_error *err);
/** The size of the file that `path` ("-": standard input) names, as stored; 0 where it is not known. */
uint64_t pare_file_bytes(const char *path);
/** What stands at the start of a file source, up to 512 bytes, without consuming it. */
PARE_NODISCARD pare_status pare_file_peek(pare_source *file, pare_span *start, pare_error *err);
PARE_NODISCARD pare_status pare_gunzip_new(pare_source *inner, bool zlib_wrapped, const pare_source_options *options,
                                           pare_source **source, pare_error *err);
PARE_NODISCARD pare_status pare_transcode_new(pare_source *inner, pare_encoding encoding, pare_source **source,
                                              pare_error *err);

#endif
