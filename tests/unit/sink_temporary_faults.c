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

/** How many descriptors this process has: the lowest that is free, as none is closed out of order here. */
static int lowest_free(void)
{
    int fd = dup(folder);
    (void)close(fd);
    return fd;
}

/** Making one fails for this reason, and `left` names stand there afterwards. */
static void expect_none(int os_errno, unsigned left)
{
    char name[] = TEMPLATE;
    const int before = lowest_free();
    errno = 0;
    assert_int_equal(pare_temporary_make(folder, name), -1);
    assert_int_equal(errno, os_errno);
    failing_clear();
    assert_int_equal(lowest_free(), before);
    assert_int_equal(count_names(true), left);
}

/** Making one works, after this many names were tried; `left` names stand there beside it. Its name goes to `name`. */
static void expect_made(char *name, unsigned tried, unsigned left)
{
    struct stat there;
    const int before = lowest_free();
    int fd = pare_temporary_make(folder, name);
    assert_true(fd >= 0);
    assert_int_equal(failing_made(FAILING_OPENAT), tried);
    failing_clear();
    assert_int_equal(fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(lowest_free(), before);
    assert_int_equal(count_names(true), left + 1);
}

static void whether_it_stands_there_must_be_known(void **state)
{
    (void)state;
    failing_rule(FAILING_FSTAT, 1, 1, FAILING_FAILS, EIO);
    expect_none(EIO, 0);
    failing_rule(FAILING_FSTATAT, 1, 1, FAILING_FAILS, EACCES);
    expect_none(EACCES, 0);
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
    const int before = lowest_free();
    put_file(".out.csv.pare-aaaaaa", "dead");
    assert_int_equal(pare_temporary_sweep(folder, name), expected);
    failing_clear();
    assert_int_equal(lowest_free(), before);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whether_it_stands_there_must_be_known), TEST(who_is_too_late_tries_another_name),
        TEST(interruptions_are_no_answers),          TEST(without_locks),
        TEST(a_name_is_given_up_after_a_while),      TEST(what_cannot_be_told_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
