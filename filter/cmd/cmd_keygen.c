/*
 * pare keygen: a new master key in a new file that only its owner can read.
 *
 * 32 bytes of getrandom(2), as they are (key_source.c). What is printed is the fingerprint.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/key_source.h"
#include "filter/cmd/message.h"
#include "rules/base/secret.h"
#include "rules/base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { KEY_BYTES = 32 };

static pare_status draw(unsigned char key[KEY_BYTES], pare_error *err)
{
    /* up to 256 bytes come whole or not at all: getrandom(2) */
    if (getrandom(key, KEY_BYTES, 0) != KEY_BYTES) {
        return pare_fail_os(err, PARE_E_KEY, errno, "the system gives no random bytes");
    }
    return PARE_OK;
}

/* O_EXCL: a key that is there is never replaced; without it all that it made could not be joined again. */
static pare_status store(const char *path, const unsigned char key[KEY_BYTES], pare_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        int code = errno;
        pare_status status = code == EEXIST ? pare_fail(err, PARE_E_CREATE, "is there already; a key is never replaced")
                                            : pare_fail_os(err, PARE_E_CREATE, code, "can't create");
        pare_error_in_file(err, path);
        return status;
    }
    errno = 0;
    bool written = write(fd, key, KEY_BYTES) == KEY_BYTES && fsync(fd) == 0;
    int code = errno;
    if (close(fd) != 0 && written) {
        code = errno;
        written = false;
    }
    if (!written) {
        (void)unlink(path); /* half a key is worse than none */
        pare_status status = pare_fail_os(err, PARE_E_IO, code == 0 ? ENOSPC : code, "can't write");
        pare_error_in_file(err, path);
        return status;
    }
    return PARE_OK;
}

static int keygen(const pare_arguments *arguments)
{
    const char *path = arguments->operands[0];
    unsigned char bytes[KEY_BYTES];
    char fingerprint[PARE_FINGERPRINT_CHARS + 1];
    pare_key *key = NULL;
    pare_error err;
    pare_status status = draw(bytes, &err);
    if (status == PARE_OK) {
        status = pare_key_new(pare_span_from(bytes, sizeof bytes), &key, &err);
    }
    if (status == PARE_OK) {
        status = pare_key_fingerprint(key, fingerprint, &err);
    }
    if (status == PARE_OK) {
        status = store(path, bytes, &err);
    }
    pare_secret_wipe(bytes, sizeof bytes);
    pare_key_free(key);
    if (status != PARE_OK) {
        return pare_message_error(&err);
    }
    printf("fingerprint %s\n", fingerprint);
    pare_message(PARE_LEVEL_INFO, "keep this file secret and backed up: who has it can recompute every pseudonym, and "
                                  "without it no later export joins to earlier ones");
    return PARE_EXIT_OK;
}

const pare_command pare_command_keygen = {
    .name = "keygen",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "make a master key in a new file",
    .about =
        "Write a new master key of 32 random bytes into FILE, readable by its owner only, and print its fingerprint, "
        "which is what manifests name it by. A file that is there already is never replaced.",
    .examples = {{"one key for all recipients: the policy's recipient enters every pseudonym", "pare keygen pare.key"}},
    .run = keygen,
};
