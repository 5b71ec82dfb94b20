/*
 * The calls that fail. Preloaded before the C library, whose names these are (ld.so(8), LD_PRELOAD); each goes on to
 * the system's own call, or to the allocator's second name, __libc_malloc.
 *
 * Allocations made by the program and the libraries whose memory it answers for are kept in a table until they are
 * freed; what is left when the process ends is a leak. libcrypto keeps tables of its own until the end, and is not
 * asked.
 */
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RANGES = 64, MAX_FRAMES = 24, LIVE_SLOTS = 1 << 17 };

fault_shared *fault_state;
bool fault_armed;

static __thread bool inside; /* the unwinder may allocate */

/* --- deciding ----------------------------------------------------------------------------------------------------- */

/** The site of a call: the chain of callers up to main(), or to where the thread begins. */
static uint64_t call_site(void)
{
    void *frames[MAX_FRAMES];
    inside = true;
    int n = backtrace(frames, MAX_FRAMES);
    inside = false;
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (int i = 2; i < n; i++) {
        hash = (hash ^ (uint64_t)(uintptr_t)frames[i]) * 1099511628211u;
    }
    return hash;
}

static bool is_fresh(uint64_t site)
{
    const uint64_t *failed = fault_state->failed[fault_state->fresh];
    for (size_t i = 0; i < FAULT_MAX_PLACES - 1; i++) {
        if (failed[i] == 0 || failed[i] == site) {
            return failed[i] == 0;
        }
    }
    return false;
}

/** Runs follow one another, and within a run only one thread gets here: no lock. */
static void note_failed(uint64_t site)
{
    uint64_t *failed = fault_state->failed[fault_state->fresh];
    while (*failed != 0) {
        failed++;
    }
    *failed = site;
    fault_state->fresh_site = site;
}

static bool fails_fresh(uint64_t site)
{
    uint64_t nobody = 0;
    if (fault_state->fresh_site != 0) {
        return fault_state->fresh == FAULT_FRESH_ONWARD;
    }
    if (!is_fresh(site) ||
        !__atomic_compare_exchange_n(&fault_state->fired[0], &nobody, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        return false;
    }
    note_failed(site);
    return true;
}

static void pause_thread(void)
{
    bool is_main = syscall(SYS_gettid) == getpid(), has_others = fault_state->calls[FAULT_THREAD] > 0;
    if (has_others && is_main == (fault_state->slow == FAULT_SLOW_MAIN)) {
        (void)nanosleep(&(struct timespec){0, 200000}, NULL);
    }
}

static fault_action decide(fault_kind kind, int *error)
{
    if (!fault_armed || inside) {
        return FAULT_PASS;
    }
    uint64_t number = __atomic_fetch_add(&fault_state->calls[kind], 1, __ATOMIC_RELAXED);
    if (kind == FAULT_ALLOCATE && fault_state->slow != FAULT_SLOW_NONE) {
        pause_thread();
    }
    bool fresh = kind == FAULT_ALLOCATE && fault_state->fresh != FAULT_FRESH_NOT;
    if (fault_state->trace == (int)kind || fresh) {
        uint64_t site = call_site();
        if (fault_state->trace == (int)kind && number < FAULT_MAX_SITES) {
            fault_state->sites[number] = site;
        }
        if (fresh && fails_fresh(site)) {
            *error = ENOMEM;
            return FAULT_FAIL;
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        const fault *f = &fault_state->faults[i];
        if (f->kind == (int)kind && number >= f->from && number - f->from < f->count) {
            __atomic_fetch_add(&fault_state->fired[i], 1, __ATOMIC_RELAXED);
            *error = f->error;
            return (fault_action)f->action;
        }
    }
    return FAULT_PASS;
}

/** The usual shape: fail, or do it, or do it and say that it failed. */
#define CALL(kind, type, expression)                                                                                   \
    do {                                                                                                               \
        int error = 0;                                                                                                 \
        fault_action action = decide(kind, &error);                                                                    \
        type result = -1;                                                                                              \
        if (action != FAULT_FAIL) {                                                                                    \
            result = (type)(expression);                                                                               \
        }                                                                                                              \
        if (action == FAULT_FAIL || action == FAULT_LATE) {                                                            \
            errno = error;                                                                                             \
            return -1;                                                                                                 \
        }                                                                                                              \
        return result;                                                                                                 \
    } while (0)

/* --- memory ------------------------------------------------------------------------------------------------------- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static struct {
    uintptr_t from, to;
} ranges[MAX_RANGES];
static size_t n_ranges;
static _Atomic(uintptr_t) live[LIVE_SLOTS]; /* open addressing; 1: was freed */

static bool answers_for(const void *caller)
{
    for (size_t i = 0; i < n_ranges; i++) {
        if ((uintptr_t)caller >= ranges[i].from && (uintptr_t)caller < ranges[i].to) {
            return true;
        }
    }
    return false;
}

static size_t slot_of(uintptr_t block)
{
    return (size_t)((block >> 4) * 11400714819323198485u >> 40) % LIVE_SLOTS;
}

static void *born(void *block, const void *caller)
{
    if (fault_armed && block != NULL && answers_for(caller)) {
        for (size_t i = slot_of((uintptr_t)block), tries = 0; tries < LIVE_SLOTS; i = (i + 1) % LIVE_SLOTS, tries++) {
            uintptr_t there = live[i];
            if (there <= 1 && __atomic_compare_exchange_n((uintptr_t *)&live[i], &there, (uintptr_t)block, false,
                                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
                __atomic_fetch_add(&fault_state->leaks, 1, __ATOMIC_RELAXED);
                break;
            }
        }
    }
    return block;
}

static void died(const void *block)
{
    if (!fault_armed || block == NULL) {
        return;
    }
    for (size_t i = slot_of((uintptr_t)block), tries = 0; live[i] != 0 && tries < LIVE_SLOTS;
         i = (i + 1) % LIVE_SLOTS, tries++) {
        if (live[i] == (uintptr_t)block) {
            live[i] = 1;
            __atomic_fetch_sub(&fault_state->leaks, 1, __ATOMIC_RELAXED);
            return;
        }
    }
}

static bool refused(void)
{
    int error = 0;
    bool is = decide(FAULT_ALLOCATE, &error) != FAULT_PASS;
    if (is) {
        errno = ENOMEM;
    }
    return is;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
    return refused() ? NULL : born(__libc_malloc(size), CALLER);
}

void *calloc(size_t n, size_t size)
{
    return refused() ? NULL : born(__libc_calloc(n, size), CALLER);
}

void *realloc(void *old, size_t size)
{
    if (refused()) {
        return NULL;
    }
    died(old); /* before it: the block may be somebody else's a moment later */
    void *block = __libc_realloc(old, size);
    return born(block != NULL || size == 0 ? block : old, CALLER) == NULL ? NULL : block;
}

void *memalign(size_t alignment, size_t size)
{
    return refused() ? NULL : born(__libc_memalign(alignment, size), CALLER);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return refused() ? NULL : born(__libc_memalign(alignment, size), CALLER);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (refused()) {
        return ENOMEM;
    }
    *block = born(__libc_memalign(alignment, size), CALLER);
    return *block == NULL ? ENOMEM : 0;
}

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = refused() ? NULL : born(__libc_malloc(size), CALLER);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

void free(void *block)
{
    died(block);
    __libc_free(block);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    int error = 0;
    if (decide(FAULT_MAP, &error) != FAULT_PASS) {
        errno = error;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
{
    return mmap(at, size, protection, flags, fd, offset);
}

int mlock(const void *at, size_t size)
{
    CALL(FAULT_LOCK, int, syscall(SYS_mlock, at, size));
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

ssize_t read(int fd, void *out, size_t size)
{
    int error = 0;
    fault_action action = decide(FAULT_READ, &error);
    if (action == FAULT_FAIL) {
        errno = error;
        return -1;
    }
    return syscall(SYS_read, fd, out, action == FAULT_SHORT && size > 1 ? 1 : size);
}

ssize_t __read_chk(int fd, void *out, size_t size, size_t room)
{
    if (size > room) {
        __builtin_trap();
    }
    return read(fd, out, size);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    int error = 0;
    fault_action action = decide(FAULT_WRITE, &error);
    if (action == FAULT_FAIL) {
        errno = error;
        return -1;
    }
    return syscall(SYS_write, fd, bytes, action == FAULT_SHORT && size > 1 ? 1 : size);
}

off_t lseek(int fd, off_t offset, int from)
{
    CALL(FAULT_SEEK, off_t, syscall(SYS_lseek, fd, offset, from));
}

off64_t lseek64(int fd, off64_t offset, int from)
{
    CALL(FAULT_SEEK, off64_t, syscall(SYS_lseek, fd, offset, from));
}

int posix_fadvise(int fd, off_t offset, off_t size, int advice)
{
    int error = 0;
    return decide(FAULT_HINT, &error) != FAULT_PASS ? error : (int)syscall(SYS_fadvise64, fd, offset, size, advice) * 0;
}

int posix_fadvise64(int fd, off64_t offset, off64_t size, int advice)
{
    return posix_fadvise(fd, offset, size, advice);
}

int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags)
{
    CALL(FAULT_HINT, int, syscall(SYS_sync_file_range, fd, offset, size, flags));
}

ssize_t getrandom(void *out, size_t size, unsigned flags)
{
    CALL(FAULT_RANDOM, ssize_t, syscall(SYS_getrandom, out, size, flags));
}

/* --- descriptors and names ---------------------------------------------------------------------------------------- */

static int open_at(int directory, const char *path, int flags, mode_t mode)
{
    CALL(FAULT_OPEN, int, syscall(SYS_openat, directory, path, flags, mode));
}

#define MODE(after)                                                                                                    \
    va_list more;                                                                                                      \
    va_start(more, after);                                                                                             \
    mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;                                   \
    va_end(more)

int open(const char *path, int flags, ...)
{
    MODE(flags);
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
    MODE(flags);
    return open_at(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...)
{
    MODE(flags);
    return open_at(directory, path, flags, mode);
}

/* With _FORTIFY_SOURCE, a call whose flags are not known when it is compiled. */
int __open_2(const char *path, int flags)
{
    return open_at(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_at(AT_FDCWD, path, flags, 0);
}

int __openat_2(int directory, const char *path, int flags)
{
    return open_at(directory, path, flags, 0);
}

int __openat64_2(int directory, const char *path, int flags)
{
    return open_at(directory, path, flags, 0);
}

int close(int fd)
{
    int error = 0;
    fault_action action = decide(FAULT_CLOSE, &error);
    int result = (int)syscall(SYS_close, fd);
    if (action != FAULT_PASS) { /* Linux has closed it, whatever it says */
        errno = error;
        return -1;
    }
    return result;
}

static int control(int fd, int command, void *argument)
{
    CALL(FAULT_CONTROL, int, syscall(SYS_fcntl, fd, command, argument));
}

#define ARGUMENT                                                                                                       \
    va_list more;                                                                                                      \
    va_start(more, command);                                                                                           \
    void *argument = va_arg(more, void *);                                                                             \
    va_end(more)

int fcntl(int fd, int command, ...)
{
    ARGUMENT;
    return control(fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
    ARGUMENT;
    return control(fd, command, argument);
}

int fsync(int fd)
{
    CALL(FAULT_SYNC, int, syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
    CALL(FAULT_SYNC, int, syscall(SYS_fdatasync, fd));
}

int syncfs(int fd)
{
    CALL(FAULT_SYNC, int, syscall(SYS_syncfs, fd));
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
    CALL(FAULT_RENAME, int, syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    return renameat2(from_directory, from, to_directory, to, 0);
}

int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    CALL(FAULT_RENAME, int, syscall(SYS_linkat, from_directory, from, to_directory, to, flags));
}

int unlinkat(int directory, const char *path, int flags)
{
    CALL(FAULT_UNLINK, int, syscall(SYS_unlinkat, directory, path, flags));
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

static int look(int directory, const char *path, void *about, int flags)
{
    CALL(FAULT_STAT, int, syscall(SYS_newfstatat, directory, path, about, flags));
}

int stat(const char *restrict path, struct stat *restrict about)
{
    return look(AT_FDCWD, path, about, 0);
}

int stat64(const char *restrict path, struct stat64 *restrict about)
{
    return look(AT_FDCWD, path, about, 0);
}

int fstat(int fd, struct stat *about)
{
    return look(fd, "", about, AT_EMPTY_PATH);
}

int fstat64(int fd, struct stat64 *about)
{
    return look(fd, "", about, AT_EMPTY_PATH);
}

int fstatat(int directory, const char *restrict path, struct stat *restrict about, int flags)
{
    return look(directory, path, about, flags);
}

int fstatat64(int directory, const char *restrict path, struct stat64 *restrict about, int flags)
{
    return look(directory, path, about, flags);
}

/* --- threads and expressions -------------------------------------------------------------------------------------- */

typedef int thread_function(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);
typedef int match_function(const void *code, const unsigned char *subject, size_t len, size_t from, uint32_t options,
                           void *data, void *context);

static thread_function *real_pthread_create;
static match_function *real_match, *real_jit_match;

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*run)(void *),
                   void *restrict context)
{
    int error = 0;
    return decide(FAULT_THREAD, &error) != FAULT_PASS ? error : real_pthread_create(thread, attributes, run, context);
}

int pcre2_match_8(const void *code, const unsigned char *subject, size_t len, size_t from, uint32_t options, void *data,
                  void *context)
{
    int error = 0;
    return decide(FAULT_MATCH, &error) != FAULT_PASS ? error
                                                     : real_match(code, subject, len, from, options, data, context);
}

int pcre2_jit_match_8(const void *code, const unsigned char *subject, size_t len, size_t from, uint32_t options,
                      void *data, void *context)
{
    int error = 0;
    return decide(FAULT_MATCH, &error) != FAULT_PASS ? error
                                                     : real_jit_match(code, subject, len, from, options, data, context);
}

/* --- before the first run ----------------------------------------------------------------------------------------- */

static int note_ranges(struct dl_phdr_info *object, size_t size, void *context)
{
    static const char *const mine[] = {"libpcre2", "libyaml",    "libcsv",      "libz.",
                                       "libisal",  "libdeflate", "libunistring"};
    (void)size;
    (void)context;
    const char *slash = strrchr(object->dlpi_name, '/');
    const char *name = slash == NULL ? object->dlpi_name : slash + 1;
    bool is_mine = name[0] == '\0' && n_ranges == 0; /* the program itself comes first, without a name */
    for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++) {
        is_mine = is_mine || strncmp(name, mine[i], strlen(mine[i])) == 0;
    }
    for (size_t i = 0; is_mine && i < object->dlpi_phnum && n_ranges < MAX_RANGES; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            ranges[n_ranges].from = object->dlpi_addr + part->p_vaddr;
            ranges[n_ranges].to = object->dlpi_addr + part->p_vaddr + part->p_memsz;
            n_ranges++;
        }
    }
    return 0;
}

void fault_prepare(void)
{
    void *frames[4];
    real_pthread_create = (thread_function *)dlsym(RTLD_NEXT, "pthread_create");
    real_match = (match_function *)dlsym(RTLD_NEXT, "pcre2_match_8");
    real_jit_match = (match_function *)dlsym(RTLD_NEXT, "pcre2_jit_match_8");
    (void)dl_iterate_phdr(note_ranges, NULL);
    (void)backtrace(frames, 4); /* loads the unwinder now */
}
