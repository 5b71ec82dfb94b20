/*
 * Bytes of a file or of standard input.
 *
 * Knows descriptors and nothing else: no compression, no text. Reads go straight into the caller's memory; only what
 * pare_file_peek() was asked for passes through a small buffer. The tap hears each byte once, in order, when it is read
 * from the system, so that a digest covers the file as it is stored.
 */
#include "filter/source/source.h"
#include "rules/base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEEK_BYTES = 512, READ_BYTES = 1 << 20 };

typedef struct file_source {
    pare_source base;
    int fd;
    bool owned; /* standard input is the caller's */
    bool at_end;
    size_t read_bytes;
    pare_source_tap tap;
    size_t peek_at, peek_len; /* peek[peek_at, peek_len) is still to be handed out */
    pare_status failed;       /* not PARE_OK: every later call gives `failure` again */
    pare_error failure;
    unsigned char peek[PEEK_BYTES];
} file_source;

static pare_status fail(file_source *file, int os_errno, pare_error *err)
{
    file->failed = pare_fail_os(&file->failure, PARE_E_IO, os_errno, "reading failed");
    if (err != NULL) {
        *err = file->failure;
    }
    return file->failed;
}

/** One read(2), repeated when a signal came between, waiting where the descriptor does not block. *len 0: the end. */
static pare_status read_some(file_source *file, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    size_t want = cap < file->read_bytes ? cap : file->read_bytes;
    *len = 0;
    while (!file->at_end) {
        ssize_t got = read(file->fd, out, want);
        if (got > 0) {
            *len = (size_t)got;
            if (file->tap.bytes != NULL) {
                file->tap.bytes(file->tap.context, pare_span_from(out, *len));
            }
            return PARE_OK;
        }
        if (got == 0) {
            file->at_end = true;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd ready = {file->fd, POLLIN, 0};
            if (poll(&ready, 1, -1) < 0 && errno != EINTR) {
                return fail(file, errno, err);
            }
        } else if (errno != EINTR) {
            return fail(file, errno, err);
        }
    }
    return PARE_OK;
}

static pare_status file_read(pare_source *source, unsigned char *out, size_t cap, size_t *len, pare_error *err)
{
    file_source *file = (file_source *)source;
    *len = 0;
    if (file->failed != PARE_OK) {
        if (err != NULL) {
            *err = file->failure;
        }
        return file->failed;
    }
    if (file->peek_at < file->peek_len) {
        size_t left = file->peek_len - file->peek_at;
        *len = left < cap ? left : cap;
        memcpy(out, file->peek + file->peek_at, *len);
        file->peek_at += *len;
        return PARE_OK;
    }
    pare_status status = read_some(file, out, cap, len, err);
    return status == PARE_OK && *len == 0 ? PARE_END : status;
}

static void file_close(pare_source *source)
{
    file_source *file = (file_source *)source;
    if (file->owned) {
        (void)close(file->fd); /* nothing was written: there is nothing to lose */
    }
    free(file);
}

static const pare_source_type file_type = {"file", file_read, file_close};

pare_status pare_file_peek(pare_source *source, pare_span *start, pare_error *err)
{
    file_source *file = (file_source *)source;
    while (file->peek_len < PEEK_BYTES && !file->at_end) {
        size_t len = 0;
        pare_status status = read_some(file, file->peek + file->peek_len, PEEK_BYTES - file->peek_len, &len, err);
        if (status != PARE_OK) {
            return status;
        }
        file->peek_len += len;
    }
    *start = pare_span_from(file->peek, file->peek_len);
    return PARE_OK;
}

/** A descriptor for `path`; -1 with `err` filled. */
static int open_path(const char *path, pare_error *err)
{
    int fd;
    do {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        (void)pare_fail_os(err, PARE_E_MISSING, errno, "can't be opened");
        return -1;
    }
    struct stat about;
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        (void)close(fd);
        (void)pare_fail_os(err, PARE_E_MISSING, EISDIR, "can't be read");
        return -1;
    }
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a hint: pipes refuse it, and that is fine */
    return fd;
}

uint64_t pare_file_bytes(const char *path)
{
    struct stat about;
    int result = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &about) : stat(path, &about);
    return result == 0 && S_ISREG(about.st_mode) && about.st_size > 0 ? (uint64_t)about.st_size : 0;
}

pare_status pare_file_open(const char *path, const pare_source_options *options, pare_source **source, pare_error *err)
{
    bool owned = strcmp(path, "-") != 0;
    int fd = owned ? open_path(path, err) : STDIN_FILENO;
    if (fd < 0) {
        return PARE_E_MISSING;
    }
    file_source *file = calloc(1, sizeof *file);
    if (file == NULL) {
        if (owned) {
            (void)close(fd);
        }
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    file->base.type = &file_type;
    file->fd = fd;
    file->owned = owned;
    file->read_bytes = options->read_bytes != 0 ? options->read_bytes : READ_BYTES;
    file->tap = options->tap;
    *source = &file->base;
    return PARE_OK;
}
