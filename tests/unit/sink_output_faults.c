/*
 * Delivery, with every call failing in every way that matters: what stands under the name afterwards, what is left
 * beside it, and what is told. Expectations are worked out from docs/DELIVERY.md.
 */
#include "tests/faults/failing.h"
#include "tests/unit/output_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * Which call of its kind, while a file is opened, is what: openat() first looks for what dead runs left, then makes the
 * temporary; fstatat() looks at the output's name, then at the temporary's; fstat() at the temporary.
 */
enum { MAKING = 2, ALWAYS = 1000 };

static int set_up(void **state)
{
    failing_clear();
    return make_directory(state);
}

static int tear_down(void **state)
{
    failing_clear();
    return remove_directory(state) == 0 && failing_live() == 0 ? 0 : -1;
}

/** Opening it fails with this status and errno, and nothing stands there. */
static void expect_unopened(pare_output_kind kind, const char *name, pare_status status, int os_errno)
{
    pare_output *output = NULL;
    pare_error err = {0};
    assert_int_equal(pare_output_open(kind, in_directory(name), -1, &output, &err), status);
    assert_null(output);
    assert_int_equal(err.status, status);
    assert_int_equal(err.os_errno, os_errno);
    failing_clear();
    assert_int_equal(count_names(false), 0);
}

static pare_output *open_written(pare_output_kind kind)
{
    pare_output *output = open_file(kind, "out.csv");
    assert_int_equal(pare_output_write(output, text("new"), NULL), PARE_OK);
    return output;
}

static pare_output *open_finished(pare_output_kind kind)
{
    pare_output *output = open_written(kind);
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    return output;
}

/** A failed commit: status, errno, and how many names stand there before and after closing. */
static void expect_uncommitted(pare_output *output, int os_errno, unsigned before, unsigned after)
{
    pare_error err = {0};
    assert_int_equal(pare_output_commit(output, &err), PARE_E_IO);
    assert_int_equal(err.os_errno, os_errno);
    assert_non_null(strstr(err.file, "out.csv"));
    failing_clear();
    assert_int_equal(count_names(false), before);
    assert_int_equal(pare_output_commit(output, NULL), PARE_E_IO); /* it stays failed */
    pare_output_close(output);
    assert_int_equal(count_names(false), after);
}

static void no_memory(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 3; n++) { /* the output, its path, the temporary's */
        failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
        expect_unopened(PARE_OUTPUT_FILE, "out.csv", PARE_E_NOMEM, 0);
    }
    for (unsigned n = 1; n <= 2; n++) { /* the output, the buffer */
        failing_rule(FAILING_ALLOCATION, n, 1, FAILING_FAILS, ENOMEM);
        expect_unopened(PARE_OUTPUT_SPOOLED, "out.csv", PARE_E_NOMEM, 0);
    }
    pare_output *output = NULL;
    failing_rule(FAILING_ALLOCATION, 1, 1, FAILING_FAILS, ENOMEM);
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, 1, &output, NULL), PARE_E_NOMEM);
}

static void the_directory_must_open(void **state)
{
    (void)state;
    failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, ENOENT);
    expect_unopened(PARE_OUTPUT_FILE, "out.csv", PARE_E_CREATE, ENOENT);
    failing_rule(FAILING_OPEN, 1, 2, FAILING_FAILS, EACCES);
    expect_unopened(PARE_OUTPUT_FILE, "out.csv", PARE_E_CREATE, EACCES);
    failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, ENOENT); /* only EACCES is tried again */
    expect_unopened(PARE_OUTPUT_FILE, "out.csv", PARE_E_CREATE, ENOENT);
    failing_rule(FAILING_FSTATAT, 1, 1, FAILING_FAILS, EACCES);
    expect_unopened(PARE_OUTPUT_FILE, "out.csv", PARE_E_CREATE, EACCES);
}

/** A directory that may be written to but not read: the file system is synced in its place. */
static void a_directory_that_cannot_be_synced(void **state)
{
    (void)state;
    failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, EACCES);
    pare_output *output = open_finished(PARE_OUTPUT_FILE);
    assert_int_equal(failing_made(FAILING_FSYNC), 1);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    assert_int_equal(failing_made(FAILING_SYNCFS), 1);
    assert_int_equal(failing_made(FAILING_FSYNC), 1);
    pare_output_close(output);
    expect_file("out.csv", "new");
    failing_clear();
    failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, EACCES);
    failing_rule(FAILING_SYNCFS, 1, 1, FAILING_FAILS, EIO);
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 0, 0);
}

static void temporary_names(void **state)
{
    (void)state;
    failing_rule(FAILING_GETRANDOM, 1, 1, FAILING_FAILS, ENOSYS);
    expect_unopened(PARE_OUTPUT_FILE, "out.csv", PARE_E_CREATE, ENOSYS);
    failing_rule(FAILING_GETRANDOM, 1, 1, FAILING_SHORT, 0);
    pare_output *output = NULL;
    pare_error err;
    assert_int_equal(pare_output_open(PARE_OUTPUT_FILE, in_directory("out.csv"), -1, &output, &err), PARE_E_CREATE);
    failing_clear();
    failing_rule(FAILING_OPENAT, MAKING, 1, FAILING_FAILS, EROFS);
    expect_unopened(PARE_OUTPUT_FILE, "out.csv", PARE_E_CREATE, EROFS);
    failing_rule(FAILING_OPENAT, MAKING, ALWAYS, FAILING_FAILS, EEXIST);
    assert_int_equal(pare_output_open(PARE_OUTPUT_FILE, in_directory("out.csv"), -1, &output, &err), PARE_E_CREATE);
    assert_int_equal(failing_made(FAILING_OPENAT), 65);
    assert_int_equal(err.os_errno, EEXIST);
    failing_clear();
    failing_rule(FAILING_GETRANDOM, 1, 2, FAILING_FAILS, EINTR);
    failing_rule(FAILING_OPENAT, MAKING, 1, FAILING_FAILS, EEXIST); /* taken: another one */
    failing_rule(FAILING_OPENAT, MAKING + 1, 1, FAILING_FAILS, EINTR);
    output = open_finished(PARE_OUTPUT_FILE);
    assert_int_equal(failing_made(FAILING_GETRANDOM), 5);
    assert_int_equal(failing_made(FAILING_OPENAT), 4);
    const char *name = strrchr(pare_output_temporary(output), '/') + 1;
    assert_int_equal(strncmp(name, ".out.csv.pare-", 14), 0);
    assert_int_equal(strlen(name), 20);
    assert_int_equal(strspn(name + 14, "abcdefghijklmnopqrstuvwxyz234567"), 6);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    pare_output_close(output);
    assert_int_equal(count_names(false), 1);
}

/** A temporary file that is there already is somebody else's: it is not written to, and another name is taken. */
static void a_temporary_name_that_is_taken(void **state)
{
    (void)state;
    pare_output *output = NULL;
    pare_error err = {0};
    put_file(".out.csv.pare-aaaaaa", "theirs");
    failing_rule(FAILING_FSTATFS, 1, ALWAYS, FAILING_ELSEWHERE, 0x6969); /* NFS: nothing is swept */
    failing_rule(FAILING_GETRANDOM, 1, ALWAYS, FAILING_SAME, 0);
    assert_int_equal(pare_output_open(PARE_OUTPUT_FILE, in_directory("out.csv"), -1, &output, &err), PARE_E_CREATE);
    assert_int_equal(err.os_errno, EEXIST);
    failing_clear();
    failing_rule(FAILING_FSTATFS, 1, ALWAYS, FAILING_ELSEWHERE, 0x6969);
    failing_rule(FAILING_GETRANDOM, 1, 3, FAILING_SAME, 0);
    output = open_finished(PARE_OUTPUT_FILE);
    assert_int_equal(failing_made(FAILING_GETRANDOM), 4);
    pare_output_close(output);
    expect_file(".out.csv.pare-aaaaaa", "theirs");
    assert_int_equal(count_names(false), 1);
}

/** What random bytes are made of must be random: of 200 names no two are one, and every character occurs. */
static void temporary_names_differ(void **state)
{
    (void)state;
    static char names[200][8];
    bool seen[6][128] = {{false}};
    size_t different[6] = {0};
    for (size_t i = 0; i < 200; i++) {
        pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
        const char *temporary = pare_output_temporary(output);
        memcpy(names[i], temporary + strlen(temporary) - 6, 7);
        for (size_t c = 0; c < 6; c++) {
            different[c] += !seen[c][(unsigned char)names[i][c]];
            seen[c][(unsigned char)names[i][c]] = true;
        }
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(names[i], names[j]);
        }
        pare_output_close(output);
    }
    for (size_t c = 0; c < 6; c++) { /* of 32 characters, 200 draws miss 8 less than once in 10^12 */
        assert_true(different[c] > 24 && different[c] <= 32);
    }
}

static void names_are_cut_where_the_system_would(void **state)
{
    (void)state;
    for (size_t len = 238; len <= 255; len++) {
        char name[256];
        memset(name, 'n', len);
        name[len] = '\0';
        pare_output *output = open_file(PARE_OUTPUT_FILE, name);
        const char *temporary = strrchr(pare_output_temporary(output), '/') + 1;
        assert_int_equal(strlen(temporary), len <= 242 ? len + 13 : 255);
        assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
        assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
        pare_output_close(output);
        assert_int_equal(count_names(true), 1);
    }
}

static void a_spool_has_no_name(void **state)
{
    (void)state;
    static const int unsupported[] = {EOPNOTSUPP, EISDIR, ENOENT, EINVAL};
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    for (size_t i = 0; i < sizeof unsupported / sizeof unsupported[0]; i++) { /* a file system without O_TMPFILE */
        pare_output *output = NULL;
        char bytes[8] = {0};
        failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, unsupported[i]);
        assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, pipe_fds[1], &output, NULL), PARE_OK);
        assert_int_equal(failing_made(FAILING_MKOSTEMP), 1);
        assert_int_equal(count_names(false), 0); /* it had one for a moment */
        assert_int_equal(pare_output_write(output, text("spool"), NULL), PARE_OK);
        assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
        assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
        assert_int_equal(read(pipe_fds[0], bytes, sizeof bytes), 5);
        assert_string_equal(bytes, "spool");
        pare_output_close(output);
        failing_clear();
    }
    failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, ENOSPC);
    expect_unopened(PARE_OUTPUT_SPOOLED, "", PARE_E_CREATE, ENOSPC);
    failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, EOPNOTSUPP);
    failing_rule(FAILING_MKOSTEMP, 1, 1, FAILING_FAILS, EROFS);
    expect_unopened(PARE_OUTPUT_SPOOLED, "", PARE_E_CREATE, EROFS);
    /* "/.pare-spool-XXXXXX" behind it must fit into 512 bytes with a NUL */
    for (size_t len = 491; len <= 494; len++) {
        char name[512];
        pare_error err = {0};
        pare_output *output = NULL;
        memset(name, '/', len);
        name[len] = '\0';
        assert_int_equal(setenv("TMPDIR", name, 1), 0);
        failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, EOPNOTSUPP);
        failing_rule(FAILING_MKOSTEMP, 1, 1, FAILING_FAILS, EROFS);
        assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, 1, &output, &err), PARE_E_CREATE);
        assert_int_equal(err.os_errno, len <= 492 ? EROFS : ENAMETOOLONG);
        assert_int_equal(err.file[0], '/');
        failing_clear();
    }
    assert_int_equal(setenv("TMPDIR", "", 1), 0); /* empty is none */
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, 1, &output, NULL), PARE_OK);
    pare_output_close(output);
    assert_int_equal(setenv("TMPDIR", ".", 1), 0); /* a name of one character is one */
    pare_error err = {0};
    output = NULL;
    failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, EROFS);
    assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, 1, &output, &err), PARE_E_CREATE);
    assert_string_equal(err.file, ".");
    failing_clear();
    assert_int_equal(unsetenv("TMPDIR"), 0);
    output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, 1, &output, NULL), PARE_OK);
    pare_output_close(output);
    assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
    expect_unopened(PARE_OUTPUT_SPOOLED, "", PARE_E_CREATE, ENOENT);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(close(pipe_fds[0]) + close(pipe_fds[1]), 0);
}

static void writing_goes_on_or_fails_for_good(void **state)
{
    (void)state;
    pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
    failing_rule(FAILING_WRITE, 1, 1, FAILING_FAILS, EINTR);
    failing_rule(FAILING_WRITE, 2, 3, FAILING_SHORT, 0);
    failing_rule(FAILING_WRITE, 6, 1, FAILING_FAILS, EAGAIN);
    failing_rule(FAILING_POLL, 1, 1, FAILING_FAILS, EINTR);
    assert_int_equal(pare_output_write(output, text("abcdef"), NULL), PARE_OK);
    assert_int_equal(pare_output_write(output, text("ghi"), NULL), PARE_OK); /* waited for: files are always ready */
    assert_int_equal(failing_made(FAILING_POLL), 1);
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    pare_output_close(output);
    expect_file("out.csv", "abcdefghi");
    static const struct {
        failing_how how;
        int error, poll_error, reported;
    } failures[] = {
        {FAILING_FAILS, ENOSPC, 0, ENOSPC}, {FAILING_ZERO, 0, 0, EIO}, {FAILING_FAILS, EAGAIN, ENOMEM, ENOMEM}};
    (void)count_names(true);
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        pare_error err = {0};
        output = open_file(PARE_OUTPUT_FILE, "out.csv");
        failing_clear();
        failing_rule(FAILING_WRITE, 1, 1, failures[i].how, failures[i].error);
        failing_rule(FAILING_POLL, 1, 1, FAILING_FAILS, failures[i].poll_error);
        assert_int_equal(pare_output_write(output, text("abc"), &err), PARE_E_IO);
        assert_int_equal(err.os_errno, failures[i].reported);
        assert_int_equal(pare_output_write(output, text("abc"), NULL), PARE_E_IO);
        assert_int_equal(failing_made(FAILING_WRITE), 1); /* not tried again */
        err = (pare_error){0};
        assert_int_equal(pare_output_finish(output, &err), PARE_E_IO);
        assert_int_equal(err.os_errno, failures[i].reported);
        assert_int_equal(pare_output_commit(output, NULL), PARE_E_IO);
        pare_output_close(output);
        assert_int_equal(count_names(false), 0);
    }
}

static void what_is_complete_is_written_back_early(void **state)
{
    (void)state;
    static unsigned char megabyte[1 << 20];
    pare_span bytes = {megabyte, sizeof megabyte};
    pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
    for (unsigned i = 1; i <= 9; i++) {
        assert_int_equal(pare_output_write(output, bytes, NULL), PARE_OK);
        assert_int_equal(failing_made(FAILING_HINT), i / 4);
    }
    pare_output_close(output);
    int null = open("/dev/null", O_WRONLY);
    failing_clear();
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, null, &output, NULL), PARE_OK);
    for (unsigned i = 1; i <= 9; i++) {
        assert_int_equal(pare_output_write(output, bytes, NULL), PARE_OK);
    }
    assert_int_equal(failing_made(FAILING_HINT), 0); /* what is not ours is not touched */
    pare_output_close(output);
    assert_int_equal(close(null), 0);
}

static void finishing_can_fail(void **state)
{
    (void)state;
    pare_error err = {0};
    pare_output *output = open_written(PARE_OUTPUT_FILE);
    failing_rule(FAILING_FSYNC, 1, 1, FAILING_FAILS, EINTR);
    failing_rule(FAILING_FSYNC, 2, 1, FAILING_FAILS, EDQUOT);
    assert_int_equal(pare_output_finish(output, &err), PARE_E_IO);
    assert_int_equal(err.os_errno, EDQUOT);
    pare_output_close(output);
    assert_int_equal(count_names(false), 0);
    int null = open("/dev/null", O_WRONLY);
    static const struct {
        failing_call call;
        int error;
        pare_status status;
    } live[] = {{FAILING_FCNTL, EMFILE, PARE_E_IO}, {FAILING_CLOSE, EIO, PARE_E_IO}, {FAILING_CLOSE, EINTR, PARE_OK}};
    for (size_t i = 0; i < sizeof live / sizeof live[0]; i++) {
        assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, null, &output, NULL), PARE_OK);
        failing_clear();
        failing_rule(live[i].call, 1, 1, FAILING_FAILS, live[i].error);
        err = (pare_error){0};
        assert_int_equal(pare_output_finish(output, &err), live[i].status);
        assert_int_equal(err.os_errno, live[i].status == PARE_OK ? 0 : live[i].error);
        assert_string_equal(err.file, ""); /* it has no name */
        pare_output_close(output);
        failing_clear();
        assert_int_equal(write(null, "x", 1), 1); /* still open: it is the caller's */
    }
    assert_int_equal(close(null), 0);
}

static void a_rename_that_fails(void **state)
{
    (void)state;
    failing_rule(FAILING_RENAMEAT, 1, 1, FAILING_FAILS, EIO);
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 1, 0);
    failing_rule(FAILING_RENAMEAT, 1, 1, FAILING_FAILS, EIO);
    pare_output *unheard = open_finished(PARE_OUTPUT_FILE); /* nobody wants to know why */
    assert_int_equal(pare_output_commit(unheard, NULL), PARE_E_IO);
    pare_output_close(unheard);
    failing_rule(FAILING_RENAMEAT, 1, 1, FAILING_LATE, EIO); /* done, and the answer lost: taken back */
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 0, 0);
    put_file("out.csv", "old");
    failing_rule(FAILING_RENAMEAT, 1, 1, FAILING_FAILS, EIO);
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 2, 1); /* what stood there is not ours */
    expect_file("out.csv", "old");
    failing_rule(FAILING_RENAMEAT, 1, 1, FAILING_FAILS, EIO);
    failing_rule(FAILING_FSTAT, 2, 1, FAILING_FAILS, EIO); /* whose it is can't be told: it stays */
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 2, 1);
    failing_rule(FAILING_RENAMEAT, 1, 1, FAILING_LATE, EIO);
    failing_rule(FAILING_FSTAT, 2, 1, FAILING_ELSEWHERE, 0); /* the same number on another device: another file */
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 1, 1);
    expect_file("out.csv", "new");
}

static void a_rename_that_never_replaces(void **state)
{
    (void)state;
    static const int unsupported[] = {EINVAL, ENOSYS};
    for (size_t i = 0; i < 2; i++) { /* by a second link where the file system can't */
        failing_clear();
        failing_rule(FAILING_RENAMEAT2, 1, 1, FAILING_FAILS, unsupported[i]);
        pare_output *output = open_finished(PARE_OUTPUT_FILE_NEW);
        assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
        assert_int_equal(failing_made(FAILING_LINKAT), 1);
        pare_output_close(output);
        expect_file("out.csv", "new");
        assert_int_equal(count_names(true), 1);
        failing_clear();
        failing_rule(FAILING_RENAMEAT2, 1, 1, FAILING_FAILS, unsupported[i]);
        failing_rule(FAILING_LINKAT, 1, 1, FAILING_FAILS, EPERM);
        expect_uncommitted(open_finished(PARE_OUTPUT_FILE_NEW), EPERM, 1, 0);
    }
    failing_rule(FAILING_RENAMEAT2, 1, 1, FAILING_FAILS, EIO);
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE_NEW), EIO, 1, 0);
    /* somebody was faster, by either way; a late answer says so too, and then it is ours */
    for (unsigned way = 0; way < 3; way++) {
        pare_error err = {0};
        pare_output *output = open_finished(PARE_OUTPUT_FILE_NEW);
        failing_clear();
        if (way < 2) {
            put_file("out.csv", "other");
        } else {
            failing_rule(FAILING_RENAMEAT2, 1, 1, FAILING_LATE, EEXIST);
        }
        if (way == 1) {
            failing_rule(FAILING_RENAMEAT2, 1, 1, FAILING_FAILS, ENOSYS);
        }
        assert_int_equal(pare_output_commit(output, &err), PARE_E_CREATE);
        assert_non_null(strstr(err.text, "exists already"));
        pare_output_close(output);
        if (way < 2) {
            expect_file("out.csv", "other");
        }
        assert_int_equal(count_names(true), way < 2 ? 1 : 0);
    }
}

static void a_directory_that_is_not_synced(void **state)
{
    (void)state;
    /* calls of fsync: the file, the directory */
    failing_rule(FAILING_FSYNC, 2, 1, FAILING_FAILS, EIO);
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 0, 0);
    failing_rule(FAILING_FSYNC, 2, 1, FAILING_FAILS, EIO);
    failing_rule(FAILING_FSTAT, 2, 1, FAILING_FAILS, EIO); /* whose it is can't be told, but it was renamed */
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 0, 0);
    failing_rule(FAILING_FSYNC, 2, 1, FAILING_FAILS, EIO);
    failing_rule(FAILING_FSTATAT, 3, 1, FAILING_FAILS, EIO);
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 0, 0);
    failing_rule(FAILING_FSYNC, 2, 1, FAILING_FAILS, EIO);
    failing_rule(FAILING_FSTATAT, 3, 1, FAILING_ELSEWHERE, 0); /* somebody has put another one there since */
    expect_uncommitted(open_finished(PARE_OUTPUT_FILE), EIO, 1, 1);
}

static void a_spool_that_is_not_copied(void **state)
{
    (void)state;
    static const struct {
        failing_call call;
        failing_how how;
        unsigned first, count;
        int error, reported;
    } failures[] = {
        {FAILING_LSEEK, FAILING_FAILS, 1, 1, EIO, EIO},
        {FAILING_READ, FAILING_FAILS, 1, 1, EIO, EIO},
        {FAILING_READ, FAILING_ZERO, 1, 1, 0, EIO},
        {FAILING_WRITE, FAILING_FAILS, 2, 1, EPIPE, EPIPE},
        {FAILING_FCNTL, FAILING_FAILS, 1, 1, EMFILE, EMFILE},
        {FAILING_READ, FAILING_FAILS, 1, 2, EINTR, 0},
        {FAILING_READ, FAILING_SHORT, 1, 3, 0, 0},
    };
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        int sockets[2];
        char bytes[8] = {0};
        pare_output *output = NULL;
        pare_error err = {0};
        failing_clear();
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
        failing_rule(failures[i].call, failures[i].first, failures[i].count, failures[i].how, failures[i].error);
        assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, sockets[1], &output, &err), PARE_OK);
        assert_null(pare_output_temporary(output));
        assert_int_equal(pare_output_write(output, text("spool"), &err), PARE_OK);
        assert_int_equal(pare_output_finish(output, &err), PARE_OK);
        assert_int_equal(failing_made(FAILING_FSYNC), 0); /* it is not to outlive us */
        assert_int_equal(pare_output_commit(output, &err), failures[i].reported == 0 ? PARE_OK : PARE_E_IO);
        assert_int_equal(err.os_errno, failures[i].reported);
        if (failures[i].reported == 0) {
            assert_int_equal(pare_output_commit(output, NULL), PARE_E_INTERNAL); /* once */
        }
        pare_output_retract(output); /* what has left can't be taken back */
        pare_output_close(output);
        failing_clear();
        assert_int_equal(close(sockets[1]), 0);
        size_t len = 0;
        for (ssize_t got; (got = read(sockets[0], bytes + len, sizeof bytes - len)) > 0; len += (size_t)got) {
        }
        assert_true(len == 0 || strcmp(bytes, "spool") == 0);
        assert_true(failures[i].reported != 0 || len == 5);
        assert_int_equal(close(sockets[0]), 0);
    }
}

static void retracting(void **state)
{
    (void)state;
    pare_output *output = open_finished(PARE_OUTPUT_FILE);
    pare_output_retract(output); /* not committed: nothing of it stands there */
    assert_int_equal(count_names(false), 1);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    assert_null(pare_output_temporary(output));
    pare_output_retract(output);
    assert_int_equal(count_names(false), 0);
    pare_output_close(output);
    output = open_finished(PARE_OUTPUT_FILE);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    failing_clear();
    failing_rule(FAILING_FSTAT, 1, 1, FAILING_FAILS, EIO);
    pare_output_retract(output);
    pare_output_close(output);
    assert_int_equal(count_names(false), 0);
    pare_output_close(NULL);
}

/** Descriptors that were opened are closed, those that were lent are not. */
static void descriptors_are_closed(void **state)
{
    (void)state;
    failing_clear();
    pare_output_close(open_finished(PARE_OUTPUT_FILE));
    assert_int_equal(failing_made(FAILING_CLOSE), 2);
    failing_clear();
    failing_rule(FAILING_OPENAT, MAKING, 1, FAILING_FAILS, EROFS);
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_FILE, in_directory("x"), -1, &output, NULL), PARE_E_CREATE);
    assert_int_equal(failing_made(FAILING_CLOSE), 1);
    assert_int_equal(failing_made(FAILING_UNLINK), 0); /* there was none */
    failing_clear();
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, 1, &output, NULL), PARE_OK);
    pare_output_close(output);
    assert_int_equal(failing_made(FAILING_CLOSE), 0);
    assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, 1, &output, NULL), PARE_OK);
    pare_output_close(output);
    assert_int_equal(failing_made(FAILING_CLOSE), 1);
}

/** Every descriptor of ours is closed where another program is started, and what has a mode is its owner's. */
static void descriptors_are_ours(void **state)
{
    (void)state;
    static const pare_output_kind kinds[] = {PARE_OUTPUT_FILE, PARE_OUTPUT_FILE_NEW, PARE_OUTPUT_SPOOLED,
                                             PARE_OUTPUT_FILE, PARE_OUTPUT_SPOOLED};
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    int probe = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool before[64], other = i >= 3; /* the other ways: a directory that can't be read, no O_TMPFILE */
        unsigned ours = 0;
        pare_output *output = NULL;
        for (int fd = 0; fd < 64; fd++) {
            before[fd] = fcntl(fd, F_GETFD) >= 0;
        }
        failing_clear();
        if (other) {
            failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, kinds[i] == PARE_OUTPUT_SPOOLED ? EOPNOTSUPP : EACCES);
        }
        assert_int_equal(pare_output_open(kinds[i], in_directory("out.csv"), 1, &output, NULL), PARE_OK);
        assert_int_equal(failing_made(FAILING_MKOSTEMP),
                         kinds[i] == PARE_OUTPUT_SPOOLED && (other || probe < 0) ? 1 : 0);
        for (int fd = 0; fd < 64; fd++) {
            struct stat about;
            if (before[fd] || fcntl(fd, F_GETFD) < 0) {
                continue;
            }
            ours++;
            assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
            assert_int_equal(fstat(fd, &about), 0);
            assert_true(S_ISDIR(about.st_mode) || (about.st_mode & 07777) == 0600);
        }
        assert_int_equal(ours, kinds[i] == PARE_OUTPUT_SPOOLED ? 1 : 2);
        pare_output_close(output);
    }
    if (probe >= 0) {
        assert_int_equal(close(probe), 0);
    }
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

/** Whoever closed standard input gets 0 for a file: a descriptor like any other. */
static void descriptor_zero_is_one_too(void **state)
{
    (void)state;
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 10), null = open("/dev/null", O_WRONLY);
    static const pare_output_kind kinds[] = {PARE_OUTPUT_FILE, PARE_OUTPUT_SPOOLED, PARE_OUTPUT_SPOOLED,
                                             PARE_OUTPUT_LIVE, PARE_OUTPUT_FILE};
    if (saved < 0 || null < 0) {
        skip();
    }
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pare_output *output = NULL;
        pare_error err = {0};
        failing_clear();
        if (i == 2) {
            failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, EOPNOTSUPP); /* by mkostemp() */
        } else if (i == 4) {
            failing_rule(FAILING_OPEN, 1, 1, FAILING_FAILS, EACCES); /* as a path */
        }
        (void)close(0);
        pare_status status = pare_output_open(kinds[i], in_directory("out.csv"), null, &output, &err);
        status = status == PARE_OK ? pare_output_write(output, text("x"), &err) : status;
        status = status == PARE_OK ? pare_output_finish(output, &err) : status;
        status = status == PARE_OK ? pare_output_commit(output, &err) : status;
        unsigned syncs = failing_made(FAILING_FSYNC), names = count_names(false);
        pare_output_close(output);
        bool closed = fcntl(0, F_GETFD) < 0;
        (void)dup2(saved, 0);
        assert_int_equal(status, PARE_OK);
        assert_true(closed);
        assert_int_equal(names, kinds[i] == PARE_OUTPUT_FILE ? 1 : 0);
        assert_int_equal(syncs, i == 0 ? 2 : i == 4 ? 1 : 0);
        (void)count_names(true);
    }
    for (size_t i = 0; i < 2; i++) { /* the temporary file itself is 0, and goes when it is not committed */
        pare_output *output = NULL;
        failing_clear();
        failing_rule(FAILING_OPENAT, MAKING, 1, FAILING_ZERO, 0);
        (void)close(0);
        int hold = open("/dev/null", O_RDONLY); /* 0, so that the directory is another */
        pare_status status = pare_output_open(PARE_OUTPUT_FILE, in_directory("out.csv"), -1, &output, NULL);
        status = status == PARE_OK ? pare_output_finish(output, NULL) : status;
        status = status == PARE_OK && i == 1 ? pare_output_commit(output, NULL) : status;
        pare_output_close(output);
        bool closed = fcntl(0, F_GETFD) < 0;
        (void)dup2(saved, 0);
        assert_int_equal(hold, 0);
        assert_int_equal(status, PARE_OK);
        assert_true(closed);
        assert_int_equal(count_names(true), i);
    }
    assert_int_equal(close(saved) + close(null), 0);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void live_output_is_committed_once(void **state)
{
    (void)state;
    pare_output *output = NULL;
    int null = open("/dev/null", O_WRONLY);
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, null, &output, NULL), PARE_OK);
    assert_int_equal(pare_output_commit(output, NULL), PARE_E_INTERNAL);
    pare_output_close(output);
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, null, &output, NULL), PARE_OK);
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    assert_int_equal(pare_output_commit(output, NULL), PARE_E_INTERNAL);
    pare_output_close(output);
    assert_int_equal(close(null), 0);
}

static void the_input_is_known_by_device_and_number(void **state)
{
    (void)state;
    char other[512];
    put_file("a", "a");
    put_file("b", "b");
    (void)snprintf(other, sizeof other, "%s", in_directory("a"));
    assert_false(pare_output_is_input(other, in_directory("b")));
    assert_true(pare_output_is_input(other, in_directory("a")));
    failing_rule(FAILING_STAT, 2, 1, FAILING_ELSEWHERE, 0);
    assert_false(pare_output_is_input(other, in_directory("a")));
    failing_clear();
    assert_false(pare_output_is_input(other, in_directory("missing")));
    assert_false(pare_output_is_input(in_directory("missing"), other));
    assert_false(pare_output_is_input("/dev/null", "/dev/null")); /* no plain file */
    failing_rule(FAILING_FSTAT, 1, 1, FAILING_FAILS, EBADF);
    assert_false(pare_output_is_input(NULL, other));
    int saved = dup(1), file = open(other, O_RDWR);
    assert_int_equal(dup2(file, 1), 1);
    failing_clear();
    bool by_dash = pare_output_is_input("-", other), by_null = pare_output_is_input(NULL, other);
    assert_int_equal(dup2(saved, 1), 1);
    assert_true(by_dash && by_null);
    saved = dup(0);
    assert_int_equal(dup2(file, 0), 0);
    bool standard_input = pare_output_is_input(other, "-");
    assert_int_equal(dup2(saved, 0), 0);
    assert_true(standard_input);
    assert_int_equal(close(file), 0);
}

/** Two outputs are one file when they have one name, whether it stands there or not, however it is spelt. */
static void outputs_of_one_place(void **state)
{
    (void)state;
    char one[512], other[512], far[PATH_MAX + 16];
    put_file("a", "a");
    put_file("b", "b");
    (void)snprintf(one, sizeof one, "%s", in_directory("a"));
    (void)snprintf(other, sizeof other, "%s/.//a", directory);
    assert_true(pare_output_same_place(one, other));
    assert_false(pare_output_same_place(one, in_directory("b")));
    assert_false(pare_output_same_place(one, in_directory("missing")));
    assert_false(pare_output_same_place(in_directory("missing"), one));
    (void)snprintf(one, sizeof one, "%s", in_directory("new"));
    (void)snprintf(other, sizeof other, "%s/.//new", directory);
    assert_true(pare_output_same_place(one, other)); /* nothing stands there yet */
    assert_false(pare_output_same_place(one, in_directory("newer")));
    assert_false(pare_output_same_place(one, "/new"));
    assert_false(pare_output_same_place(one, "/nowhere/at/all/new"));
    assert_false(pare_output_same_place("/nowhere/at/all/new", one));
    assert_true(pare_output_same_place("pare-test-new", "./pare-test-new")); /* here */
    assert_false(pare_output_same_place(NULL, one));                         /* standard output is no new name */
    assert_false(pare_output_same_place(one, NULL));
    failing_rule(FAILING_STAT, 3, 1, FAILING_ELSEWHERE,
                 0); /* the first name, then the directories: of another device */
    assert_false(pare_output_same_place(one, other));
    failing_clear();
    memset(far, '/', sizeof far);
    memcpy(far, directory, strlen(directory));
    for (size_t len = PATH_MAX - 1; len <= PATH_MAX; len++) { /* a directory's name, '/' included, and its NUL */
        far[len] = 'n';
        far[len + 1] = '\0';
        assert_false(pare_output_same_place(far, one)); /* of that length no call takes it */
        far[len] = '/';
    }
    far[300] = '\0';
    (void)strcat(far, "new");
    assert_true(pare_output_same_place(far, one));
    put_file("new", "");
    int saved = dup(1), file = open(one, O_RDWR);
    assert_int_equal(dup2(file, 1), 1);
    bool standard = pare_output_same_place(NULL, one) && pare_output_same_place(one, "-");
    assert_int_equal(dup2(saved, 1), 1);
    assert_true(standard);
    assert_int_equal(close(file) + close(saved), 0);
}

/** What a second output would put itself in the place of, after the first was committed. */
static void an_output_in_anothers_place(void **state)
{
    (void)state;
    pare_output *committed = open_finished(PARE_OUTPUT_FILE), *other = NULL, *live = NULL;
    pare_output *same = open_file(PARE_OUTPUT_FILE_NEW, "out.csv");
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, 1, &live, NULL), PARE_OK);
    assert_false(pare_output_would_replace(same, committed)); /* nothing stands there yet */
    assert_int_equal(pare_output_commit(committed, NULL), PARE_OK);
    assert_true(pare_output_would_replace(same, committed));
    assert_false(pare_output_would_replace(live, committed));
    assert_false(pare_output_would_replace(same, live));
    failing_clear();
    failing_rule(FAILING_FSTAT, 1, 1, FAILING_FAILS, EIO);
    assert_false(pare_output_would_replace(same, committed));
    failing_rule(FAILING_FSTAT, 1, 1, FAILING_ELSEWHERE, 0);
    assert_false(pare_output_would_replace(same, committed));
    failing_clear();
    put_file("other.csv", "other");
    other = open_file(PARE_OUTPUT_FILE, "other.csv");
    assert_false(pare_output_would_replace(other, committed));
    pare_output_close(other);
    pare_output_close(live);
    pare_output_close(same);
    pare_output_close(committed);
}

static void what_was_swept_is_told(void **state)
{
    (void)state;
    put_file(".out.csv.pare-aaaaaa", "dead");
    put_file(".out.csv.pare-bbbbbb", "dead");
    put_file(".other.csv.pare-cccccc", "another's");
    pare_output *output = open_finished(PARE_OUTPUT_FILE);
    assert_int_equal(pare_output_swept(output), 2);
    pare_output_close(output);
    assert_int_equal(count_names(false), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_memory),
        TEST(the_directory_must_open),
        TEST(a_directory_that_cannot_be_synced),
        TEST(temporary_names),
        TEST(a_temporary_name_that_is_taken),
        TEST(temporary_names_differ),
        TEST(names_are_cut_where_the_system_would),
        TEST(a_spool_has_no_name),
        TEST(writing_goes_on_or_fails_for_good),
        TEST(what_is_complete_is_written_back_early),
        TEST(finishing_can_fail),
        TEST(a_rename_that_fails),
        TEST(a_rename_that_never_replaces),
        TEST(a_directory_that_is_not_synced),
        TEST(a_spool_that_is_not_copied),
        TEST(retracting),
        TEST(descriptors_are_closed),
        TEST(descriptors_are_ours),
        TEST(descriptor_zero_is_one_too),
        TEST(live_output_is_committed_once),
        TEST(the_input_is_known_by_device_and_number),
        TEST(outputs_of_one_place),
        TEST(an_output_in_anothers_place),
        TEST(what_was_swept_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
