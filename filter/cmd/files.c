/* Files that the command line names: read whole, with a ceiling. Knows nothing of what they hold. */
#include "filter/cmd/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 16 << 10 };

static pare_status in_file(const char *path, pare_status status, pare_error *err)
{
    pare_error_in_file(err, path);
    return status;
}

pare_status pare_fd_read(int fd, const char *path, pare_status failure, pare_buf *out, pare_error *err)
{
    for (;;) {
        size_t room = out->ceiling - out->len < PIECE ? out->ceiling - out->len : PIECE;
        unsigned char beyond;
        if (room > 0 && !pare_buf_reserve(out, room)) {
            return pare_fail(err, PARE_E_NOMEM, "out of memory");
        }
        ssize_t n = room > 0 ? read(fd, out->ptr + out->len, room) : read(fd, &beyond, 1);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return in_file(path, pare_fail_os(err, failure, errno, "can't read"), err);
        }
        if (n == 0) {
            return PARE_OK;
        }
        if (room == 0) {
            return in_file(path, pare_fail(err, failure, "longer than %zu bytes", out->ceiling), err);
        }
        out->len += (size_t)n;
    }
}

pare_status pare_file_read(const char *path, pare_status failure, pare_buf *out, pare_error *err)
{
    if (strcmp(path, "-") == 0) {
        return pare_fd_read(STDIN_FILENO, "standard input", failure, out, err);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return in_file(path, pare_fail_os(err, failure, errno, "can't open"), err);
    }
    pare_status status = pare_fd_read(fd, path, failure, out, err);
    (void)close(fd);
    return status;
}
