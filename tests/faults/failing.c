/* See failing.h. */
#include "tests/faults/failing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <zlib.h>

enum { MOST_RULES = 8 };

static struct rule {
    failing_call call;
    unsigned first, count;
    failing_how how;
    int error;
} rules[MOST_RULES];
static unsigned n_rules, made[FAILING_CALLS];

void failing_rule(failing_call call, unsigned first, unsigned count, failing_how how, int error)
{
    if (n_rules < MOST_RULES) {
        rules[n_rules++] = (struct rule){call, made[call] + first, count, how, error};
    }
}

void failing_clear(void)
{
    n_rules = 0;
    memset(made, 0, sizeof made);
}

unsigned failing_made(failing_call call)
{
    return made[call];
}

/** The rule that holds for this call, or NULL. */
static const struct rule *rule_for(failing_call call)
{
    unsigned number = ++made[call];
    for (unsigned i = 0; i < n_rules; i++) {
        if (rules[i].call == call && number >= rules[i].first && number - rules[i].first < rules[i].count) {
            return &rules[i];
        }
    }
    return NULL;
}

static int reported(const struct rule *rule)
{
    errno = rule->error;
    return rule->how == FAILING_ZERO ? 0 : -1;
}

/** Do it, fail, or do it and report a failure. */
#define WRAPPED(call, type, expression)                                                                                \
    do {                                                                                                               \
        const struct rule *rule = rule_for(call);                                                                      \
        type result = rule == NULL || rule->how == FAILING_LATE ? (type)(expression) : (type)-1;                       \
        return rule == NULL ? result : (type)reported(rule);                                                           \
    } while (0)

/* --- memory ------------------------------------------------------------------------------------------------------- */

void *__real_calloc(size_t n, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *block);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *block);

/*
 * Behind each block stand bytes that nobody may write to; they are looked at when it is freed. Which blocks are ours
 * and how long they are, is kept in a table: others come from libraries, and are freed through here as well.
 */
enum { GUARD_BYTES = 16, GUARD = 0xA5, BLOCKS = 1 << 16 };

static struct {
    void *block; /* NULL: free; &blocks: was freed */
    size_t size;
} blocks[BLOCKS];
static long live;

long failing_live(void)
{
    return live;
}

static size_t slot_of(const void *block)
{
    return (size_t)(((uintptr_t)block >> 4) * 11400714819323198485u >> 44) % BLOCKS;
}

static void *born(void *block, size_t size)
{
    if (block != NULL) {
        size_t slot = slot_of(block);
        for (size_t tries = 0; blocks[slot].block != NULL && blocks[slot].block != blocks; tries++) {
            if (tries == BLOCKS) {
                abort();
            }
            slot = (slot + 1) % BLOCKS;
        }
        blocks[slot].block = block;
        blocks[slot].size = size;
        memset((char *)block + size, GUARD, GUARD_BYTES);
        live++;
    }
    return block;
}

/** Whether it was one of ours; then it no longer is. */
static bool died(const void *block)
{
    size_t slot = slot_of(block);
    for (size_t tries = 0; block != NULL && blocks[slot].block != NULL && tries < BLOCKS; tries++) {
        if (blocks[slot].block == block) {
            const unsigned char *guard = (const unsigned char *)block + blocks[slot].size;
            for (size_t i = 0; i < GUARD_BYTES; i++) {
                if (guard[i] != GUARD) {
                    abort(); /* somebody wrote behind the end */
                }
            }
            blocks[slot].block = blocks;
            live--;
            return true;
        }
        slot = (slot + 1) % BLOCKS;
    }
    return false;
}

void *__wrap_calloc(size_t n, size_t size)
{
    size_t bytes = 0;
    if (rule_for(FAILING_ALLOCATION) != NULL || __builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    return born(__real_calloc(1, bytes + GUARD_BYTES), bytes);
}

void *__wrap_malloc(size_t size)
{
    return rule_for(FAILING_ALLOCATION) != NULL ? NULL : born(__real_malloc(size + GUARD_BYTES), size);
}

void *__wrap_realloc(void *old, size_t size)
{
    if (rule_for(FAILING_ALLOCATION) != NULL) {
        return NULL;
    }
    (void)died(old);
    void *block = __real_realloc(old, size + GUARD_BYTES);
    return block == NULL ? NULL : born(block, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return rule_for(FAILING_ALLOCATION) != NULL ? NULL : born(__real_aligned_alloc(alignment, size + alignment), size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

void __wrap_free(void *block)
{
    (void)died(block);
    __real_free(block);
}

/* --- names and descriptors ---------------------------------------------------------------------------------------- */

#define MODE                                                                                                           \
    va_list more;                                                                                                      \
    va_start(more, flags);                                                                                             \
    mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;                                   \
    va_end(more)

int __real_close(int fd);
int __real_open(const char *path, int flags, ...);
int __real_openat(int directory, const char *path, int flags, ...);
int __real_mkostemp(char *name, int flags);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...);
int __wrap_openat64(int directory, const char *path, int flags, ...);
int __wrap_mkostemp(char *name, int flags);
int __wrap_mkostemp64(char *name, int flags);

int __wrap_open(const char *path, int flags, ...)
{
    MODE;
    WRAPPED(FAILING_OPEN, int, __real_open(path, flags, mode));
}

int __wrap_open64(const char *path, int flags, ...)
{
    MODE;
    return __wrap_open(path, flags, mode);
}

static int last_flags;

int failing_flags(void)
{
    return last_flags;
}

int __wrap_openat(int directory, const char *path, int flags, ...)
{
    MODE;
    last_flags = flags;
    const struct rule *rule = rule_for(FAILING_OPENAT);
    int fd = rule == NULL || rule->how == FAILING_LATE || rule->how == FAILING_ZERO
                 ? __real_openat(directory, path, flags, mode)
                 : -1;
    if (fd > 0 && rule != NULL && rule->how == FAILING_ZERO) { /* opened as descriptor 0, which was free */
        int moved = dup3(fd, 0, O_CLOEXEC);
        (void)__real_close(fd);
        return moved;
    }
    return rule == NULL ? fd : reported(rule);
}

int __wrap_openat64(int directory, const char *path, int flags, ...)
{
    MODE;
    return __wrap_openat(directory, path, flags, mode);
}

int __wrap_mkostemp(char *name, int flags)
{
    WRAPPED(FAILING_MKOSTEMP, int, __real_mkostemp(name, flags));
}

int __wrap_mkostemp64(char *name, int flags)
{
    return __wrap_mkostemp(name, flags);
}

int __real_fstatat(int directory, const char *restrict path, struct stat *restrict about, int flags);
int __real_fstat(int fd, struct stat *about);
int __wrap_fstatat(int directory, const char *restrict path, struct stat *restrict about, int flags);
int __wrap_fstatat64(int directory, const char *restrict path, struct stat *restrict about, int flags);
int __wrap_fstat(int fd, struct stat *about);
int __wrap_fstat64(int fd, struct stat *about);

int __real_stat(const char *restrict path, struct stat *restrict about);
int __wrap_stat(const char *restrict path, struct stat *restrict about);
int __wrap_stat64(const char *restrict path, struct stat *restrict about);

/** As WRAPPED, for what fills `about`. */
#define WRAPPED_STAT(call, expression)                                                                                 \
    do {                                                                                                               \
        const struct rule *rule = rule_for(call);                                                                      \
        int result = rule != NULL && rule->how == FAILING_FAILS ? reported(rule) : (expression);                       \
        if (rule != NULL && rule->how == FAILING_ELSEWHERE) {                                                          \
            about->st_dev++;                                                                                           \
        }                                                                                                              \
        if (rule != NULL && rule->how == FAILING_ANOTHER) {                                                            \
            about->st_ino++;                                                                                           \
        }                                                                                                              \
        return result;                                                                                                 \
    } while (0)

int __wrap_fstatat(int directory, const char *restrict path, struct stat *restrict about, int flags)
{
    WRAPPED_STAT(FAILING_FSTATAT, __real_fstatat(directory, path, about, flags));
}

int __wrap_fstatat64(int directory, const char *restrict path, struct stat *restrict about, int flags)
{
    return __wrap_fstatat(directory, path, about, flags);
}

int __wrap_fstat(int fd, struct stat *about)
{
    WRAPPED_STAT(FAILING_FSTAT, __real_fstat(fd, about));
}

int __wrap_fstat64(int fd, struct stat *about)
{
    return __wrap_fstat(fd, about);
}

int __wrap_stat(const char *restrict path, struct stat *restrict about)
{
    WRAPPED_STAT(FAILING_STAT, __real_stat(path, about));
}

int __wrap_stat64(const char *restrict path, struct stat *restrict about)
{
    return __wrap_stat(path, about);
}

int __real_flock(int fd, int operation);
int __real_fstatfs(int fd, struct statfs *about);
DIR *__real_fdopendir(int fd);
int __wrap_flock(int fd, int operation);
int __wrap_fstatfs(int fd, struct statfs *about);
int __wrap_fstatfs64(int fd, struct statfs *about);
DIR *__wrap_fdopendir(int fd);

int __wrap_flock(int fd, int operation)
{
    WRAPPED(FAILING_FLOCK, int, __real_flock(fd, operation));
}

int __wrap_fstatfs(int fd, struct statfs *about)
{
    const struct rule *rule = rule_for(FAILING_FSTATFS);
    int result = rule != NULL && rule->how == FAILING_FAILS ? reported(rule) : __real_fstatfs(fd, about);
    about->f_type = rule == NULL ? EXT4_SUPER_MAGIC : (unsigned)rule->error;
    return result;
}

int __wrap_fstatfs64(int fd, struct statfs *about)
{
    return __wrap_fstatfs(fd, about);
}

DIR *__wrap_fdopendir(int fd)
{
    const struct rule *rule = rule_for(FAILING_FDOPENDIR);
    if (rule != NULL) {
        (void)reported(rule);
        return NULL;
    }
    return __real_fdopendir(fd);
}

int __real_renameat(int from_directory, const char *from, int to_directory, const char *to);
int __real_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags);
int __real_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags);
int __real_unlink(const char *path);
int __real_unlinkat(int directory, const char *path, int flags);
int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to);
int __wrap_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags);
int __wrap_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags);
int __wrap_unlink(const char *path);
int __wrap_unlinkat(int directory, const char *path, int flags);

int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    WRAPPED(FAILING_RENAMEAT, int, __real_renameat(from_directory, from, to_directory, to));
}

int __wrap_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
    WRAPPED(FAILING_RENAMEAT2, int, __real_renameat2(from_directory, from, to_directory, to, flags));
}

int __wrap_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    WRAPPED(FAILING_LINKAT, int, __real_linkat(from_directory, from, to_directory, to, flags));
}

int __wrap_unlink(const char *path)
{
    WRAPPED(FAILING_UNLINK, int, __real_unlink(path));
}

int __wrap_unlinkat(int directory, const char *path, int flags)
{
    WRAPPED(FAILING_UNLINK, int, __real_unlinkat(directory, path, flags));
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

int __real_fsync(int fd);
int __real_syncfs(int fd);
int __real_fcntl(int fd, int command, ...);
int __wrap_fsync(int fd);
int __wrap_syncfs(int fd);
int __wrap_close(int fd);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);

int __wrap_fsync(int fd)
{
    WRAPPED(FAILING_FSYNC, int, __real_fsync(fd));
}

int __wrap_syncfs(int fd)
{
    WRAPPED(FAILING_SYNCFS, int, __real_syncfs(fd));
}

int __wrap_close(int fd)
{
    const struct rule *rule = rule_for(FAILING_CLOSE);
    int result = __real_close(fd); /* Linux has closed it, whatever it says */
    return rule == NULL ? result : reported(rule);
}

#define ARGUMENT                                                                                                       \
    va_list more;                                                                                                      \
    va_start(more, command);                                                                                           \
    int argument = va_arg(more, int);                                                                                  \
    va_end(more)

int __wrap_fcntl(int fd, int command, ...)
{
    ARGUMENT;
    WRAPPED(FAILING_FCNTL, int, __real_fcntl(fd, command, argument));
}

int __wrap_fcntl64(int fd, int command, ...)
{
    ARGUMENT;
    return __wrap_fcntl(fd, command, argument);
}

ssize_t __real_read(int fd, void *out, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __real_getrandom(void *out, size_t size, unsigned flags);
ssize_t __wrap_read(int fd, void *out, size_t size);
ssize_t __wrap___read_chk(int fd, void *out, size_t size, size_t room);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_getrandom(void *out, size_t size, unsigned flags);

static size_t shortened(const struct rule *rule, size_t size)
{
    return rule != NULL && rule->how == FAILING_SHORT && size > 1 ? 1 : size;
}

#define WRAPPED_BYTES(call, expression)                                                                                \
    do {                                                                                                               \
        const struct rule *rule = rule_for(call);                                                                      \
        size = shortened(rule, size);                                                                                  \
        return rule == NULL || rule->how == FAILING_SHORT ? (expression) : reported(rule);                             \
    } while (0)

ssize_t __wrap_read(int fd, void *out, size_t size)
{
    WRAPPED_BYTES(FAILING_READ, __real_read(fd, out, size));
}

ssize_t __wrap___read_chk(int fd, void *out, size_t size, size_t room)
{
    return __wrap_read(fd, out, size < room ? size : room);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    WRAPPED_BYTES(FAILING_WRITE, __real_write(fd, bytes, size));
}

ssize_t __wrap_getrandom(void *out, size_t size, unsigned flags)
{
    if (n_rules > 0 && rules[n_rules - 1].call == FAILING_GETRANDOM && rules[n_rules - 1].how == FAILING_SAME) {
        if (rule_for(FAILING_GETRANDOM) != NULL) {
            memset(out, 0, size);
            return (ssize_t)size;
        }
        return __real_getrandom(out, size, flags);
    }
    WRAPPED_BYTES(FAILING_GETRANDOM, __real_getrandom(out, size, flags));
}

int __real_poll(struct pollfd *fds, nfds_t n, int milliseconds);
off_t __real_lseek(int fd, off_t offset, int from);
int __real_sync_file_range(int fd, off_t offset, off_t size, unsigned flags);
int __wrap_poll(struct pollfd *fds, nfds_t n, int milliseconds);
int __wrap___poll_chk(struct pollfd *fds, nfds_t n, int milliseconds, size_t room);
off_t __wrap_lseek(int fd, off_t offset, int from);
off_t __wrap_lseek64(int fd, off_t offset, int from);
int __wrap_sync_file_range(int fd, off_t offset, off_t size, unsigned flags);

int __wrap_poll(struct pollfd *fds, nfds_t n, int milliseconds)
{
    WRAPPED(FAILING_POLL, int, __real_poll(fds, n, milliseconds));
}

int __wrap___poll_chk(struct pollfd *fds, nfds_t n, int milliseconds, size_t room)
{
    (void)room;
    return __wrap_poll(fds, n, milliseconds);
}

off_t __wrap_lseek(int fd, off_t offset, int from)
{
    WRAPPED(FAILING_LSEEK, off_t, __real_lseek(fd, offset, from));
}

off_t __wrap_lseek64(int fd, off_t offset, int from)
{
    return __wrap_lseek(fd, offset, from);
}

int __wrap_sync_file_range(int fd, off_t offset, off_t size, unsigned flags)
{
    WRAPPED(FAILING_HINT, int, __real_sync_file_range(fd, offset, size, flags));
}

/* --- zlib --------------------------------------------------------------------------------------------------------- */

int __real_inflate(z_stream *stream, int flush);
int __real_inflateInit2_(z_stream *stream, int window_bits, const char *version, int size);
int __wrap_inflate(z_stream *stream, int flush);
int __wrap_inflateInit2_(z_stream *stream, int window_bits, const char *version, int size);

int __wrap_inflate(z_stream *stream, int flush)
{
    const struct rule *rule = rule_for(FAILING_INFLATE);
    if (rule != NULL && rule->how == FAILING_SHORT && stream->avail_in > 1) { /* it takes one byte and is content */
        uInt rest = stream->avail_in - 1;
        stream->avail_in = 1;
        int result = __real_inflate(stream, flush);
        stream->avail_in += rest;
        return result;
    }
    return rule == NULL || rule->how == FAILING_SHORT ? __real_inflate(stream, flush) : rule->error;
}

int __wrap_inflateInit2_(z_stream *stream, int window_bits, const char *version, int size)
{
    const struct rule *rule = rule_for(FAILING_INFLATE_INIT);
    return rule == NULL ? __real_inflateInit2_(stream, window_bits, version, size) : rule->error;
}

int __real_inflateEnd(z_stream *stream);
int __wrap_inflateEnd(z_stream *stream);

int __wrap_inflateEnd(z_stream *stream)
{
    (void)rule_for(FAILING_INFLATE_END);
    return __real_inflateEnd(stream);
}
