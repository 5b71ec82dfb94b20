/*
 * Where the master key comes from, and whether it may be used.
 *
 * Never from the command line or the environment itself: both are shown by ps and /proc and inherited by children. The
 * opened file is judged, not its name (fstat), so nobody can swap it in between; symbolic links are followed, because
 * that is how secrets are mounted. A key that somebody else could read, or could have written, is refused.
 *
 * The key is the file's bytes, 32 to 1024 of them, every one as it stands: any tool can make one, and any script can
 * recompute the tokens.
 */
#include "filter/cmd/key_source.h"

#include "filter/cmd/files.h"
#include "rules/base/secret.h"
#include "rules/base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum key_place { FROM_FILE, FROM_FD, FROM_CREDENTIAL } key_place;

/*
 * systemd gives a credential to a service's user by an ACL, whose mask shows up as the group's read bit; the folder
 * around it is closed. So there, and only there, that bit is no reason to refuse (systemd.exec(5), "Credentials").
 */
static pare_status judge(int fd, key_place place, pare_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return pare_fail_os(err, PARE_E_KEY, errno, "can't look at the key");
    }
    if (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)) {
        return PARE_OK; /* a pipe from whoever keeps the key: only its two ends can read it */
    }
    if (!S_ISREG(info.st_mode)) {
        return pare_fail(err, PARE_E_KEY, "is neither a file nor a pipe: no key is read from it");
    }
    if (info.st_uid != geteuid() && info.st_uid != 0) {
        return pare_fail(err, PARE_E_KEY, "belongs to another user, who could know or change the key");
    }
    mode_t forbidden = place == FROM_CREDENTIAL ? S_IRWXO | S_IWGRP : S_IRWXO | S_IRWXG;
    if ((info.st_mode & forbidden) != 0) {
        return pare_fail(err, PARE_E_KEY,
                         "can be read by others (mode %04o): `chmod 600` it, and if it was so for long, "
                         "make a new one",
                         (unsigned)(info.st_mode & 07777));
    }
    return PARE_OK;
}

static pare_status load_from(int fd, const char *name, key_place place, pare_key **key, pare_error *err)
{
    pare_buf bytes;
    pare_buf_init(&bytes, PARE_KEY_MAX_BYTES);
    pare_status status = judge(fd, place, err);
    /* once and for all: growing would leave copies of the key in freed memory */
    if (status == PARE_OK && !pare_buf_reserve(&bytes, PARE_KEY_MAX_BYTES)) {
        status = pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    if (status == PARE_OK) {
        status = pare_fd_read(fd, name, PARE_E_KEY, &bytes, err);
    }
    if (status == PARE_OK) {
        status = pare_key_new(pare_buf_span(&bytes), key, err);
    }
    pare_buf_wipe(&bytes);
    if (status != PARE_OK) {
        pare_error_in_file(err, name);
    }
    return status;
}

static pare_status load_file(const char *path, key_place place, pare_key **key, pare_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        pare_status status = pare_fail_os(err, PARE_E_KEY, errno, "can't open the key");
        pare_error_in_file(err, path);
        return status;
    }
    pare_status status = load_from(fd, path, place, key, err);
    (void)close(fd);
    return status;
}

/* The credential's path, if there is such a file. */
static bool credential(char path[PATH_MAX])
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (folder == NULL || folder[0] == '\0') {
        return false;
    }
    int len = snprintf(path, PATH_MAX, "%s/pare.key", folder);
    return len > 0 && len < PATH_MAX && (access(path, F_OK) == 0 || errno != ENOENT);
}

bool pare_key_source_path(const pare_arguments *arguments, char path[PATH_MAX])
{
    const char *named = arguments->key_file != NULL ? arguments->key_file : getenv("PARE_KEY_FILE");
    int len = -1;
    if (arguments->key_fd >= 0) {
        len = snprintf(path, PATH_MAX, "/dev/fd/%d", arguments->key_fd);
    } else if (arguments->key_file == NULL && credential(path)) {
        return true;
    } else if (named != NULL && named[0] != '\0') {
        len = snprintf(path, PATH_MAX, "%s", named);
    }
    return len > 0 && len < PATH_MAX;
}

pare_status pare_key_source_load(const pare_arguments *arguments, pare_key **key, pare_error *err)
{
    char path[PATH_MAX];
    const char *named = getenv("PARE_KEY_FILE");
    *key = NULL;
    if (getenv("PARE_KEY") != NULL) {
        return pare_fail(err, PARE_E_KEY,
                         "PARE_KEY is set: an environment is shown by /proc and inherited by children, so "
                         "no key is taken from it; unset it, keep the key in a file, name that in PARE_KEY_FILE");
    }
    if (arguments->key_fd >= 0) {
        char name[48];
        snprintf(name, sizeof name, "file descriptor %d", arguments->key_fd);
        return load_from(arguments->key_fd, name, FROM_FD, key, err);
    }
    if (arguments->key_file != NULL) {
        return load_file(arguments->key_file, FROM_FILE, key, err);
    }
    if (credential(path)) {
        return load_file(path, FROM_CREDENTIAL, key, err);
    }
    if (named != NULL && named[0] != '\0') {
        return load_file(named, FROM_FILE, key, err);
    }
    return PARE_OK;
}
