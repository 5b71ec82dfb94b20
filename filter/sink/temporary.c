/*
 * See temporary.h. Between the moment in which a file appears and that in which it is locked, a sweeper may lock it
 * first. Both look afterwards whether the file still stands under its name: the sweeper before it removes it, the maker
 * before it writes to it; who is too late tries another name. So a file that is written to is one that its maker has
 * locked while it stood under its name, and no sweeper can lock it any more.
 */
#include "filter/sink/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { RANDOM_CHARS = 6, TRIES = 64 };

/* Case-blind, and 32 of them, so that no two names are one on any file system. */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static bool random_chars(char out[RANDOM_CHARS])
{
    unsigned char bytes[RANDOM_CHARS];
    ssize_t got;
    do {
        got = getrandom(bytes, sizeof bytes, 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bytes) {
        return false;
    }
    for (unsigned i = 0; i < RANDOM_CHARS; i++) {
        out[i] = alphabet[bytes[i] & 31];
    }
    return true;
}

/** 0; EWOULDBLOCK: somebody else has it; any other: it can't be had here. */
static int lock(int fd)
{
    int result;
    do {
        result = flock(fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

typedef enum standing { UNKNOWN = 0, ELSEWHERE, STANDS } standing;

/** Whether `fd` is what stands under `name`. UNKNOWN: errno says why. */
static standing look(int directory, const char *name, int fd)
{
    struct stat open_one, there;
    if (fstat(fd, &open_one) != 0) {
        return UNKNOWN;
    }
    if (fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? ELSEWHERE : UNKNOWN;
    }
    return is_same(&open_one, &there) ? STANDS : ELSEWHERE;
}

typedef enum making { FAILED = 0, ANOTHER_NAME, MADE } making;

/** One try. FAILED: errno says why. `dash` is the name's `-`, or `_` where there are no locks. */
static making make_one(int directory, const char *name, char *dash, int *fd)
{
    *fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*fd < 0) {
        return errno == EEXIST || errno == EINTR ? ANOTHER_NAME : FAILED;
    }
    if (*dash == '_') {
        return MADE;
    }
    const int refused = lock(*fd);
    const standing stands = refused == 0 ? look(directory, name, *fd) : ELSEWHERE;
    if (stands == STANDS) {
        return MADE;
    }
    const int reason = errno;
    const bool lockless = refused != 0 && refused != EWOULDBLOCK;
    if (lockless || stands == UNKNOWN) { /* else a sweeper has it, or had it */
        (void)unlinkat(directory, name, 0);
    }
    (void)close(*fd);
    *fd = -1;
    *dash = lockless ? '_' : *dash;
    errno = reason;
    return stands == UNKNOWN ? FAILED : ANOTHER_NAME;
}

int pare_temporary_make(int directory, char *name)
{
    char *random = name + strlen(name) - RANDOM_CHARS;
    int fd = -1;
    for (unsigned i = 0; i < TRIES; i++) {
        if (!random_chars(random)) {
            return -1;
        }
        switch (make_one(directory, name, random - 1, &fd)) {
        case MADE:
            return fd;
        case FAILED:
            return -1;
        case ANOTHER_NAME:
            break;
        }
    }
    errno = EEXIST;
    return -1;
}

/* --- what dead runs left ------------------------------------------------------------------------------------------ */

/** Whether every process that sees a file here is one of this machine's, and sees its locks. */
static bool is_local(int directory)
{
    static const unsigned long local[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC,       BTRFS_SUPER_MAGIC,
                                          TMPFS_MAGIC,      OVERLAYFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
                                          RAMFS_MAGIC,      0x2FC12FC1 /* ZFS */,  0xCA451A4E /* bcachefs */};
    struct statfs system;
    if (fstatfs(directory, &system) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        if ((unsigned long)system.f_type == local[i]) {
            return true;
        }
    }
    return false;
}

/** Whether `found` is `name` but for its random characters. */
static bool fits(const char *found, const char *name)
{
    size_t len = strlen(name), fixed = len - RANDOM_CHARS;
    return strlen(found) == len && memcmp(found, name, fixed) == 0 && strspn(found + fixed, alphabet) == RANDOM_CHARS;
}

/** Remove it if it is a plain file of ours that nobody has locked. */
static bool remove_if_dead(int directory, const char *name)
{
    struct stat there;
    if (fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(there.st_mode) ||
        there.st_uid != geteuid()) {
        return false;
    }
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    struct stat opened;
    bool dead = fstat(fd, &opened) == 0 && is_same(&opened, &there) && lock(fd) == 0 &&
                look(directory, name, fd) == STANDS && unlinkat(directory, name, 0) == 0;
    (void)close(fd);
    return dead;
}

unsigned pare_temporary_sweep(int directory, const char *name)
{
    unsigned n = 0;
    int fd = is_local(directory) ? openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    DIR *listing = fd < 0 ? NULL : fdopendir(fd);
    if (listing == NULL) { /* a directory that may not be listed: nothing is removed */
        if (fd >= 0) {
            (void)close(fd);
        }
        return 0;
    }
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        n += fits(entry->d_name, name) && remove_if_dead(directory, entry->d_name);
    }
    (void)closedir(listing);
    return n;
}
