/*
 * Delivery: a file appears under its name whole or not at all (docs/DELIVERY.md).
 *
 *     open     .NAME.pare-XXXXXX beside NAME, 0600, locked   |  nothing        |  a temporary without a name
 *     write    to it                                         |  to the output  |  to it
 *     finish   fsync                                         |                 |
 *     commit   rename to NAME, fsync the directory           |                 |  copied to the output
 *     close    unlink, if it was not committed
 *
 * Knows bytes and the system's calls, not what the bytes mean. Calls relative to the directory's descriptor (POSIX
 * openat(), renameat()) keep all steps in one directory, whatever is renamed around it. After the first failure every
 * call returns that failure again.
 */
#include "filter/sink/output.h"

#include "filter/sink/temporary.h"
#include "rules/base/try.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAME_BYTES = 255,           /* NAME_MAX of every file system that matters */
    WRITE_BACK_BYTES = 4 << 20, /* at a time */
    COPY_BYTES = 64 << 10
};

typedef enum stage { WRITING, FINISHED, COMMITTED } stage;

struct pare_output {
    pare_output_kind kind;
    stage stage;
    int fd;           /* what is written to; live: borrowed */
    int target_fd;    /* spooled: where it goes; borrowed */
    int directory_fd; /* file: of the target */
    bool directory_syncs;
    char *path;       /* owned: as the caller named it, for errors */
    char *temporary;  /* owned: path of the temporary, or NULL */
    const char *base; /* in path */
    const char *temporary_base;
    unsigned n_swept;           /* temporaries of dead runs that were removed */
    unsigned char *copy_buffer; /* owned; spooled: had before anything is written */
    uint64_t bytes;             /* written */
    uint64_t handed_over;       /* of these, what the system was asked to write back already */
    pare_error failure;         /* status PARE_OK while there is none */
};

static bool is_file(const pare_output *output)
{
    return output->kind == PARE_OUTPUT_FILE || output->kind == PARE_OUTPUT_FILE_NEW;
}

/** Keep a failure for the calls that follow, hand it out, return its status. */
static pare_status keep(pare_output *output, pare_error *err)
{
    if (output->path != NULL) {
        pare_error_in_file(&output->failure, output->path);
    }
    if (err != NULL) {
        *err = output->failure;
    }
    return output->failure.status;
}

static pare_status fail_io(pare_output *output, int os_errno, const char *what, pare_error *err)
{
    (void)pare_fail_os(&output->failure, PARE_E_IO, os_errno, "%s", what);
    return keep(output, err);
}

static pare_status earlier_failure(const pare_output *output, pare_error *err)
{
    if (output->failure.status != PARE_OK && err != NULL) {
        *err = output->failure;
    }
    return output->failure.status;
}

/* --- opening a file ----------------------------------------------------------------------------------------------- */

/** What stands under the name now must be nothing or a plain file: a rename would put ours in its place. */
static pare_status check_target(pare_output *output, pare_error *err)
{
    struct stat there;
    const char *wrong = NULL;
    if (output->base[0] == '\0' || strcmp(output->base, ".") == 0 || strcmp(output->base, "..") == 0) {
        wrong = "the output is a directory; name a file in it";
    } else if (fstatat(output->directory_fd, output->base, &there, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) {
            return pare_fail_os(err, PARE_E_CREATE, errno, "can't look at the output's name");
        }
    } else if (output->kind == PARE_OUTPUT_FILE_NEW) {
        wrong = "the output exists already";
    } else if (S_ISDIR(there.st_mode)) {
        wrong = "the output is a directory; name a file in it";
    } else if (S_ISLNK(there.st_mode)) {
        wrong = "the output is a symbolic link; name the file itself";
    } else if (!S_ISREG(there.st_mode)) {
        wrong = "the output is a device, pipe or socket; write to standard output instead";
    }
    return wrong == NULL ? PARE_OK : pare_fail(err, PARE_E_CREATE, "%s", wrong);
}

/** Split the path; open its directory, and know whether it can be synced itself. */
static pare_status open_directory(pare_output *output, pare_error *err)
{
    char *slash = strrchr(output->path, '/');
    output->base = slash == NULL ? output->path : slash + 1;
    size_t directory_bytes = (size_t)(output->base - output->path);
    /* directory, '/' included, then ".NAME.pare-XXXXXX" with NAME cut where the whole would be too long */
    const size_t base_bytes = strlen(output->base), most = NAME_BYTES - 1 - PARE_TEMPORARY_ENDING_BYTES;
    const size_t kept = base_bytes > most ? most : base_bytes;
    output->temporary = malloc(directory_bytes + 1 + kept + sizeof PARE_TEMPORARY_ENDING);
    if (output->temporary == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for the output");
    }
    memcpy(output->temporary, output->path, directory_bytes);
    output->temporary[directory_bytes] = '\0';
    const char *directory = directory_bytes == 0 ? "." : output->temporary;
    output->directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    output->directory_syncs = output->directory_fd >= 0;
    if (output->directory_fd < 0 && errno == EACCES) { /* may be written but not listed: the file system is synced */
        output->directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    if (output->directory_fd < 0) {
        return pare_fail_os(err, PARE_E_CREATE, errno, "can't open the output's directory");
    }
    char *name = output->temporary + directory_bytes;
    output->temporary_base = name;
    *name++ = '.';
    memcpy(name, output->base, kept);
    memcpy(name + kept, PARE_TEMPORARY_ENDING, sizeof PARE_TEMPORARY_ENDING);
    return PARE_OK;
}

static pare_status open_temporary(pare_output *output, pare_error *err)
{
    char *name = output->temporary + (output->temporary_base - output->temporary);
    output->n_swept = pare_temporary_sweep(output->directory_fd, name);
    output->fd = pare_temporary_make(output->directory_fd, name);
    return output->fd >= 0 ? PARE_OK
                           : pare_fail_os(err, PARE_E_CREATE, errno, "can't create a temporary file beside the output");
}

static pare_status open_file(pare_output *output, const char *path, pare_error *err)
{
    output->path = strdup(path);
    if (output->path == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for the output");
    }
    pare_status status = open_directory(output, err);
    if (status == PARE_OK) {
        status = check_target(output, err);
    }
    if (status == PARE_OK) {
        status = open_temporary(output, err);
    }
    if (status != PARE_OK) {
        pare_error_in_file(err, path);
    }
    return status;
}

/* --- opening a spool ---------------------------------------------------------------------------------------------- */

/** A file without a name, so that nothing is left behind however the process ends. */
static int open_nameless(const char *directory)
{
    int fd = open(directory, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL)) {
        return fd;
    }
    static const char ending[] = "/.pare-spool-XXXXXX";
    char name[512]; /* a file system without O_TMPFILE: a name for a moment */
    size_t len = strlen(directory);
    if (len > sizeof name - sizeof ending) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name, directory, len);
    memcpy(name + len, ending, sizeof ending);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) {
        (void)unlink(name);
    }
    return fd;
}

static pare_status open_spool(pare_output *output, int fd, pare_error *err)
{
    output->target_fd = fd;
    output->copy_buffer = malloc(COPY_BYTES);
    if (output->copy_buffer == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for the spool");
    }
    const char *directory = getenv("TMPDIR");
    if (directory == NULL || directory[0] == '\0') {
        directory = "/tmp";
    }
    output->fd = open_nameless(directory);
    if (output->fd < 0) {
        (void)pare_fail_os(err, PARE_E_CREATE, errno, "can't create a spool file in the temporary directory");
        pare_error_in_file(err, directory);
        return PARE_E_CREATE;
    }
    return PARE_OK;
}

pare_status pare_output_open(pare_output_kind kind, const char *path, int fd, pare_output **output, pare_error *err)
{
    pare_output *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for the output");
    }
    made->kind = kind;
    made->fd = made->target_fd = made->directory_fd = -1;
    pare_status status = PARE_OK;
    switch (kind) {
    case PARE_OUTPUT_FILE:
    case PARE_OUTPUT_FILE_NEW:
        status = open_file(made, path, err);
        break;
    case PARE_OUTPUT_LIVE:
        made->fd = fd;
        break;
    case PARE_OUTPUT_SPOOLED:
        status = open_spool(made, fd, err);
        break;
    }
    if (status != PARE_OK) {
        pare_output_close(made);
        return status;
    }
    *output = made;
    return PARE_OK;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/** All of `bytes`, in as many pieces as the system takes; waits for a non-blocking descriptor. 0 or errno. */
static int write_all(int fd, const unsigned char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, bytes, len);
        if (written > 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (written == 0) {
            return EIO; /* POSIX gives no reason for it: don't spin */
        } else if (errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            if (poll(&wait, 1, -1) < 0 && errno != EINTR) {
                return errno;
            }
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

/**
 * Ask the system to start writing back what is complete, so that the sync at the end finds little left to wait for. A
 * request without consequences: what it can't do, the sync does.
 */
static void start_writing_back(pare_output *output)
{
#ifdef SYNC_FILE_RANGE_WRITE
    if (is_file(output) && output->bytes - output->handed_over >= WRITE_BACK_BYTES) {
        (void)sync_file_range(output->fd, (off_t)output->handed_over, (off_t)(output->bytes - output->handed_over),
                              SYNC_FILE_RANGE_WRITE);
        output->handed_over = output->bytes;
    }
#else
    (void)output;
#endif
}

pare_status pare_output_write(pare_output *output, pare_span bytes, pare_error *err)
{
    PARE_TRY(earlier_failure(output, err));
    if (output->stage != WRITING) {
        (void)pare_fail(&output->failure, PARE_E_INTERNAL, "the output was finished already");
        return keep(output, err);
    }
    int failed = write_all(output->fd, bytes.ptr, bytes.len);
    if (failed != 0) {
        return fail_io(output, failed, "can't write the output", err);
    }
    output->bytes += bytes.len;
    start_writing_back(output);
    return PARE_OK;
}

/* --- finishing and delivering ------------------------------------------------------------------------------------- */

static int sync_fd(int fd)
{
    int result;
    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

/** Errors that a network file system keeps for close(): asked for through a duplicate, the descriptor being borrowed.
 */
static int late_errors(int fd)
{
    int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) {
        return errno;
    }
    return close(duplicate) == 0 || errno == EINTR ? 0 : errno;
}

pare_status pare_output_finish(pare_output *output, pare_error *err)
{
    PARE_TRY(earlier_failure(output, err));
    int failed = 0;
    if (is_file(output)) {
        failed = sync_fd(output->fd);
    } else if (output->kind == PARE_OUTPUT_LIVE) {
        failed = late_errors(output->fd);
    }
    if (failed != 0) {
        return fail_io(output, failed, "the output can't be written to the end", err);
    }
    output->stage = FINISHED;
    return PARE_OK;
}

/** A rename that never replaces: in one call where the file system can, else by a second link. 0 or errno. */
static int rename_new(int directory, const char *from, const char *to)
{
    if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
    if (linkat(directory, from, directory, to, 0) != 0) {
        return errno;
    }
    (void)unlinkat(directory, from, 0);
    return 0;
}

/**
 * Take away what stands under the output's name, if it is ours and not what somebody put there since. Where that can't
 * be told, `renamed` decides: what we renamed goes, because a failed run leaves nothing; what we may not have, stays.
 */
static void take_back(const pare_output *output, bool renamed)
{
    struct stat ours, there;
    bool known =
        fstat(output->fd, &ours) == 0 && fstatat(output->directory_fd, output->base, &there, AT_SYMLINK_NOFOLLOW) == 0;
    bool same = known && ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
    if (same || (!known && renamed)) {
        (void)unlinkat(output->directory_fd, output->base, 0);
    }
}

static pare_status commit_file(pare_output *output, pare_error *err)
{
    int failed = 0;
    if (output->kind == PARE_OUTPUT_FILE_NEW) {
        failed = rename_new(output->directory_fd, output->temporary_base, output->base);
    } else if (renameat(output->directory_fd, output->temporary_base, output->directory_fd, output->base) != 0) {
        failed = errno;
    }
    if (failed !=
        0) { /* a file server may have done it all the same: its answer was lost, and it refused to do it twice */
        take_back(output, false);
    }
    if (failed == EEXIST) {
        (void)pare_fail(&output->failure, PARE_E_CREATE, "the output exists already");
        return keep(output, err);
    }
    if (failed != 0) {
        return fail_io(output, failed, "can't give the output its name", err);
    }
    output->stage = COMMITTED;
    failed = output->directory_syncs ? sync_fd(output->directory_fd) : syncfs(output->fd) == 0 ? 0 : errno;
    if (failed != 0) { /* whether it would outlive a power cut nobody knows: a failed run leaves nothing */
        take_back(output, true);
        return fail_io(output, failed, "can't sync the output's directory", err);
    }
    return PARE_OK;
}

static pare_status commit_spool(pare_output *output, pare_error *err)
{
    uint64_t copied = 0;
    if (lseek(output->fd, 0, SEEK_SET) != 0) {
        return fail_io(output, errno, "can't read the spool back", err);
    }
    for (;;) {
        ssize_t got = read(output->fd, output->copy_buffer, COPY_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail_io(output, errno, "can't read the spool back", err);
        }
        if (got == 0) {
            break;
        }
        int failed = write_all(output->target_fd, output->copy_buffer, (size_t)got);
        if (failed != 0) {
            return fail_io(output, failed, "can't write the output", err);
        }
        copied += (uint64_t)got;
    }
    if (copied != output->bytes) {
        return fail_io(output, EIO, "the spool lost bytes", err);
    }
    int failed = late_errors(output->target_fd);
    if (failed != 0) {
        return fail_io(output, failed, "the output can't be written to the end", err);
    }
    output->stage = COMMITTED;
    return PARE_OK;
}

pare_status pare_output_commit(pare_output *output, pare_error *err)
{
    PARE_TRY(earlier_failure(output, err));
    if (output->stage != FINISHED) {
        (void)pare_fail(&output->failure, PARE_E_INTERNAL, "an output is committed once, after it was finished");
        return keep(output, err);
    }
    switch (output->kind) {
    case PARE_OUTPUT_FILE:
    case PARE_OUTPUT_FILE_NEW:
        return commit_file(output, err);
    case PARE_OUTPUT_SPOOLED:
        return commit_spool(output, err);
    case PARE_OUTPUT_LIVE:
        break;
    }
    output->stage = COMMITTED;
    return PARE_OK;
}

void pare_output_retract(pare_output *output)
{
    if (is_file(output) && output->stage == COMMITTED) {
        take_back(output, true);
    }
}

void pare_output_close(pare_output *output)
{
    if (output == NULL) {
        return;
    }
    if (is_file(output) && output->fd >= 0 && output->stage != COMMITTED) {
        (void)unlinkat(output->directory_fd, output->temporary_base, 0);
    }
    if (output->fd >= 0 && output->kind != PARE_OUTPUT_LIVE) {
        (void)close(output->fd);
    }
    if (output->directory_fd >= 0) {
        (void)close(output->directory_fd);
    }
    free(output->copy_buffer);
    free(output->temporary);
    free(output->path);
    free(output);
}

const char *pare_output_temporary(const pare_output *output)
{
    return is_file(output) && output->stage != COMMITTED ? output->temporary : NULL;
}

unsigned pare_output_swept(const pare_output *output)
{
    return output->n_swept;
}

bool pare_output_would_replace(const pare_output *output, const pare_output *committed)
{
    struct stat ours, there;
    return is_file(output) && is_file(committed) && fstat(committed->fd, &ours) == 0 &&
           fstatat(output->directory_fd, output->base, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}
