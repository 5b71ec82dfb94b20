/*
 * Temporaries when the system's calls fail: what can't be told stays, what was made in vain goes, and no descriptor is
 * left open. What they do when nothing fails stands in sink_temporary.c.
 */
#include "filter/sink/temporary.h"
#include "tests/faults/failing.h"
#include "tests/unit/output_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define TEMPLATE ".out.csv" PARE_TEMPORARY_ENDING

static int folder = -1;

static int set_up(void **state)
{
    if (make_directory(state) != 0) {
        return -1;
    }
    folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    failing_clear();
    return folder < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    failing_clear();
    return close(folder) == 0 && remove_directory(state) == 0 ? 0 : -1;
}

/** How many descriptors this process has. */
static unsigned count_descriptors(void)
{
    unsigned n = 0;
    for (int fd = 0; fd < 256; fd++) {
        n += fcntl(fd, F_GETFD) >= 0;
    }
    return n;
}

/** Making one fails for this reason, and `left` names stand there afterwards. */
static void expect_none(int os_errno, unsigned left)
{
    char name[] = TEMPLATE;
    const unsigned before = count_descriptors();
    errno = 0;
    assert_int_equal(pare_temporary_make(folder, name), -1);
    assert_int_equal(errno, os_errno);
    failing_clear();
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(count_names(true), left);
}

/** Making one works, after this many names were tried; `left` names stand there beside it. Its name goes to `name`. */
static void expect_made(char *name, unsigned tried, unsigned left)
{
    struct stat there;
    const unsigned before = count_descriptors();
    int fd = pare_temporary_make(folder, name);
    assert_true(fd >= 0);
    assert_int_equal(failing_made(FAILING_OPENAT), tried);
    failing_clear();
    assert_int_equal(fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(count_names(true), left + 1);
}

static void whether_it_stands_there_must_be_known(void **state)
{
    (void)state;
    failing_rule(FAILING_FSTAT, 1, 1, FAILING_FAILS, EIO);
    expect_none(EIO, 0);
    failing_rule(FAILING_FSTATAT, 1, 1, FAILING_FAILS, EACCES);
    expect_none(EACCES, 0);
    failing_rule(FAILING_FSTAT, 1, 1, FAILING_FAILS, EIO); /* that it can't be removed either is not the reason */
    failing_rule(FAILING_UNLINK, 1, 1, FAILING_FAILS, EPERM);
    expect_none(EIO, 1);
}

/** A sweeper was there between the file's appearing and its lock: another name, and the file is not touched again. */
static void who_is_too_late_tries_another_name(void **state)
{
    (void)state;
    char name[] = TEMPLATE;
    failing_rule(FAILING_FSTATAT, 1, 1, FAILING_FAILS, ENOENT); /* removed */
    expect_made(name, 2, 1);
    failing_rule(FAILING_FSTATAT, 1, 2, FAILING_ELSEWHERE, 0); /* another one stands there now, twice */
    expect_made(name, 3, 2);
    failing_rule(FAILING_FSTATAT, 1, 1, FAILING_ANOTHER, 0);
    expect_made(name, 2, 1);
    failing_rule(FAILING_FLOCK, 1, 1, FAILING_FAILS, EWOULDBLOCK); /* the sweeper has it */
    expect_made(name, 2, 1);
    assert_int_equal(name[13], '-');
}

static void interruptions_are_no_answers(void **state)
{
    (void)state;
    char name[] = TEMPLATE;
    failing_rule(FAILING_FLOCK, 1, 2, FAILING_FAILS, EINTR);
    expect_made(name, 1, 0);
    failing_rule(FAILING_GETRANDOM, 1, 3, FAILING_FAILS, EINTR);
    expect_made(name, 1, 0);
    failing_rule(FAILING_OPENAT, 1, 1, FAILING_FAILS, EINTR);
    expect_made(name, 2, 0);
    failing_rule(FAILING_GETRANDOM, 1, 1, FAILING_FAILS, ENOSYS);
    expect_none(ENOSYS, 0);
    failing_rule(FAILING_OPENAT, 1, 1, FAILING_FAILS, ENOSPC);
    expect_none(ENOSPC, 0);
}

/** Without locks nothing is asked of the file, its name says so, and the first try is removed. */
static void without_locks(void **state)
{
    (void)state;
    char name[] = TEMPLATE;
    failing_rule(FAILING_FLOCK, 1, 1000, FAILING_FAILS, ENOLCK);
    failing_rule(FAILING_FSTATAT, 1, 1, FAILING_FAILS, EIO); /* not for us: expect_made() asks after its rules went */
    expect_made(name, 2, 0);
    assert_int_equal(name[13], '_');
}

static void a_name_is_given_up_after_a_while(void **state)
{
    (void)state;
    failing_rule(FAILING_FSTATAT, 1, 1000, FAILING_FAILS, ENOENT);
    expect_none(EEXIST, 64);
}

/** One dead temporary stands there, and sweeping with these faults removes as many as `expected`. */
static void expect_swept(unsigned expected)
{
    char name[] = TEMPLATE;
    const unsigned before = count_descriptors();
    put_file(".out.csv.pare-aaaaaa", "dead");
    assert_int_equal(pare_temporary_sweep(folder, name), expected);
    failing_clear();
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(count_names(true), 1 - expected);
    assert_string_equal(name, TEMPLATE);
}

static void what_cannot_be_told_stays(void **state)
{
    (void)state;
    static const struct {
        failing_call call;
        failing_how how;
        unsigned number;
        int error;
    } faults[] = {
        {FAILING_FSTATFS, FAILING_FAILS, 1, EIO},      /* whether locks are seen by all */
        {FAILING_FSTATFS, FAILING_ELSEWHERE, 1, 0},    /* they are not */
        {FAILING_OPENAT, FAILING_FAILS, 1, EACCES},    /* what stands there */
        {FAILING_FDOPENDIR, FAILING_FAILS, 1, ENOMEM}, /* the same */
        {FAILING_FSTATAT, FAILING_FAILS, 1, EACCES},   /* what it is */
        {FAILING_OPENAT, FAILING_FAILS, 2, EACCES},    /* whether it is locked */
        {FAILING_FSTAT, FAILING_FAILS, 1, EIO},        /* whether it is what was looked at */
        {FAILING_FSTAT, FAILING_ELSEWHERE, 1, 0},      /* it is not */
        {FAILING_FSTAT, FAILING_ANOTHER, 1, 0},
        {FAILING_FLOCK, FAILING_FAILS, 1, EWOULDBLOCK}, /* it is locked */
        {FAILING_FLOCK, FAILING_FAILS, 1, ENOLCK},      /* whether it is */
        {FAILING_FSTAT, FAILING_FAILS, 2, EIO},         /* whether it still stands there */
        {FAILING_FSTATAT, FAILING_FAILS, 2, ENOENT},    /* it does not */
        {FAILING_FSTATAT, FAILING_ELSEWHERE, 2, 0},     /* something else does */
        {FAILING_FSTATAT, FAILING_ANOTHER, 2, 0},
        {FAILING_UNLINK, FAILING_FAILS, 1, EBUSY},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        failing_clear();
        failing_rule(faults[i].call, faults[i].number, 1, faults[i].how, faults[i].error);
        expect_swept(0);
    }
    failing_clear();
    failing_rule(FAILING_FLOCK, 1, 2, FAILING_FAILS, EINTR); /* asked again */
    expect_swept(1);
}

/** Where locks are seen by all: the file systems of one machine, by their numbers in statfs(2). */
static void file_systems_of_this_machine(void **state)
{
    (void)state;
    static const struct {
        unsigned type;
        bool is_local;
    } systems[] = {
        {0xEF53, true},      /* ext2, ext3, ext4 */
        {0x58465342, true},  /* XFS */
        {0x9123683E, true},  /* btrfs */
        {0x01021994, true},  /* tmpfs */
        {0x794C7630, true},  /* overlayfs */
        {0xF2F52010, true},  /* F2FS */
        {0x858458F6, true},  /* ramfs */
        {0x2FC12FC1, true},  /* ZFS */
        {0xCA451A4E, true},  /* bcachefs */
        {0x6969, false},     /* NFS */
        {0xFF534D42, false}, /* CIFS */
        {0xFE534D42, false}, /* SMB2 */
        {0x65735546, false}, /* FUSE: anything */
        {0x01021997, false}, /* 9P */
        {0, false},
    };
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        failing_clear();
        failing_rule(FAILING_FSTATFS, 1, 1, FAILING_ELSEWHERE, (int)systems[i].type);
        expect_swept(systems[i].is_local ? 1 : 0);
    }
}

/** How what stands there is opened: not through a link, not waiting for a pipe's other end, for no other program. */
static void how_it_is_opened(void **state)
{
    (void)state;
    char name[] = TEMPLATE;
    static const int directory_flags = O_DIRECTORY | O_CLOEXEC,
                     file_flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    assert_int_equal(pare_temporary_sweep(folder, name), 0);
    assert_int_equal(failing_flags() & directory_flags, directory_flags);
    put_file(".out.csv.pare-aaaaaa", "dead");
    assert_int_equal(pare_temporary_sweep(folder, name), 1);
    assert_int_equal(failing_flags() & file_flags, file_flags);
    assert_int_equal(failing_flags() & O_ACCMODE, O_RDONLY);
}

/** Whoever closed standard input gets 0 for the directory, or for a file in it. */
static void descriptor_zero_is_one_too(void **state)
{
    (void)state;
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
    char name[] = TEMPLATE;
    if (saved < 0) {
        skip();
    }
    for (unsigned which = 0; which < 3; which++) { /* the directory; it, but it can't be listed; the file */
        put_file(".out.csv.pare-aaaaaa", "dead");
        failing_clear();
        if (which == 1) {
            failing_rule(FAILING_FDOPENDIR, 1, 1, FAILING_FAILS, ENOMEM);
        } else if (which == 2) {
            failing_rule(FAILING_OPENAT, 2, 1, FAILING_ZERO, 0);
        }
        (void)close(0);
        int held = which == 2 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : 0; /* 0, so that the directory is another */
        unsigned swept = pare_temporary_sweep(folder, name);
        bool closed = fcntl(0, F_GETFD) < 0;
        (void)dup2(saved, 0);
        assert_int_equal(held, 0);
        assert_int_equal(swept, which == 1 ? 0 : 1);
        assert_true(closed);
        (void)count_names(true);
    }
    assert_int_equal(close(saved), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whether_it_stands_there_must_be_known),
        TEST(who_is_too_late_tries_another_name),
        TEST(interruptions_are_no_answers),
        TEST(without_locks),
        TEST(a_name_is_given_up_after_a_while),
        TEST(what_cannot_be_told_stays),
        TEST(file_systems_of_this_machine),
        TEST(how_it_is_opened),
        TEST(descriptor_zero_is_one_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
