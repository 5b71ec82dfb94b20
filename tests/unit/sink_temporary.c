/*
 * Temporaries: the next run of a target removes what dead runs left, and nothing else.
 *
 * Makers are processes here, killed or alive, because a lock belongs to an open file and dies with its process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/sink/temporary.h"

static char folder[64];
static int directory;

static int lock_errors[4]; /* what the next calls of flock() report; 0: they do their work */
static unsigned n_locks;

int flock(int fd, int operation)
{
    int error = n_locks < 4 ? lock_errors[n_locks] : 0;
    n_locks++;
    if (error != 0) {
        errno = error;
        return -1;
    }
    return (int)syscall(SYS_flock, fd, operation);
}

#define TEMPLATE ".out.csv" PARE_TEMPORARY_ENDING

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/pare-test-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return directory < 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)close(directory);
    return system(command) == 0 ? 0 : -1;
}

static bool is_there(const char *name)
{
    struct stat there;
    return fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) == 0;
}

static void put(const char *name)
{
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
}

static unsigned sweep(void)
{
    return pare_temporary_sweep(directory, TEMPLATE);
}

/** A process that has a temporary and waits. Its name is written to `name`. */
static pid_t start_maker(char name[sizeof TEMPLATE])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t maker = fork();
    assert_true(maker >= 0);
    if (maker == 0) {
        char own[] = TEMPLATE;
        bool good = pare_temporary_make(directory, own) >= 0 && write(ends[1], own, sizeof own) == (ssize_t)sizeof own;
        while (good) {
            (void)pause();
        }
        _exit(1);
    }
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], name, sizeof TEMPLATE), (ssize_t)sizeof TEMPLATE);
    (void)close(ends[0]);
    return maker;
}

static void end_maker(pid_t maker)
{
    assert_int_equal(kill(maker, SIGKILL), 0);
    assert_int_equal(waitpid(maker, NULL, 0), maker);
}

static void the_dead_go_and_the_living_stay(void **state)
{
    (void)state;
    char living[sizeof TEMPLATE], dead[sizeof TEMPLATE];
    pid_t one = start_maker(living), other = start_maker(dead);
    assert_int_equal(sweep(), 0);
    assert_true(is_there(living) && is_there(dead));
    end_maker(other);
    assert_int_equal(sweep(), 1);
    assert_true(is_there(living));
    assert_false(is_there(dead));
    assert_int_equal(sweep(), 0);
    end_maker(one);
    assert_int_equal(sweep(), 1);
    assert_false(is_there(living));
}

static void a_temporary_is_private_and_locked(void **state)
{
    (void)state;
    char name[] = TEMPLATE;
    struct stat there;
    int fd = pare_temporary_make(directory, name);
    assert_true(fd >= 0);
    assert_int_equal(strspn(name + strlen(name) - 6, "abcdefghijklmnopqrstuvwxyz234567"), 6);
    assert_int_equal(fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(there.st_mode & 07777, 0600);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    int again = openat(directory, name, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(again, LOCK_EX | LOCK_NB), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    (void)close(again);
    (void)close(fd);
}

/** Everything that a run did not leave, or not for this target. */
static void what_only_looks_alike_stays(void **state)
{
    (void)state;
    static const char *const names[] = {".out.csv.pare-abcde",   ".out.csv.pare-abcdefg",
                                        ".out.csv.pare-abcde1",  ".out.csv.pare-ABCDEF",
                                        ".out.csv.pare_abcdef",  "out.csv.pare-abcdef",
                                        ".out2.csv.pare-abcdef", ".out.csv.datapackage.json.pare-abcdef",
                                        ".out.csvx.pare-abcde",  ".out.csv-pare-abcdef",
                                        ".out.csv.pare-abc ef"};
    const size_t n = sizeof names / sizeof names[0];
    for (size_t i = 0; i < n; i++) {
        put(names[i]);
    }
    put("precious");
    assert_int_equal(symlinkat("precious", directory, ".out.csv.pare-symbol"), 0);
    assert_int_equal(symlinkat("nowhere", directory, ".out.csv.pare-broken"), 0);
    assert_int_equal(mkdirat(directory, ".out.csv.pare-folder", 0700), 0);
    assert_int_equal(mkfifoat(directory, ".out.csv.pare-apipez", 0600), 0);
    assert_int_equal(sweep(), 0);
    for (size_t i = 0; i < n; i++) {
        assert_true(is_there(names[i]));
    }
    assert_true(is_there("precious") && is_there(".out.csv.pare-symbol") && is_there(".out.csv.pare-folder"));
    put(".out.csv.pare-abcdef"); /* and this one is a run's */
    assert_int_equal(linkat(directory, "precious", directory, ".out.csv.pare-linked", 0), 0);
    assert_int_equal(sweep(), 2); /* a second name of a file goes, the file stays */
    assert_true(is_there("precious"));
}

static void what_others_own_stays(void **state)
{
    (void)state;
    put(".out.csv.pare-others");
    if (geteuid() != 0 || fchownat(directory, ".out.csv.pare-others", 65534, (gid_t)-1, 0) != 0) {
        skip();
    }
    assert_int_equal(sweep(), 0);
    assert_true(is_there(".out.csv.pare-others"));
}

/** Makers that give their file up again, and sweepers, as fast as they can: no maker may lose its file. */
static void makers_and_sweepers_race(void **state)
{
    (void)state;
    enum { MAKERS = 3, SWEEPERS = 3, TURNS = 4000 };
    pid_t makers[MAKERS], sweepers[SWEEPERS];
    for (unsigned i = 0; i < SWEEPERS; i++) {
        sweepers[i] = fork();
        if (sweepers[i] == 0) {
            for (;;) {
                (void)sweep();
            }
        }
    }
    for (unsigned i = 0; i < MAKERS; i++) {
        makers[i] = fork();
        if (makers[i] == 0) {
            int lost = 0;
            for (unsigned turn = 0; turn < TURNS; turn++) {
                char name[] = TEMPLATE;
                struct stat ours, there;
                int fd = pare_temporary_make(directory, name);
                bool stands = fd >= 0 && fstat(fd, &ours) == 0;
                for (unsigned look = 0; look < 20 && stands; look++) {
                    stands = fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == ours.st_ino;
                }
                lost += !stands;
                (void)unlinkat(directory, name, 0);
                (void)close(fd);
            }
            _exit(lost == 0 ? 0 : 1);
        }
    }
    int failed = 0;
    for (unsigned i = 0; i < MAKERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(makers[i], &status, 0), makers[i]);
        failed += status != 0;
    }
    for (unsigned i = 0; i < SWEEPERS; i++) {
        end_maker(sweepers[i]);
    }
    assert_int_equal(failed, 0);
}

/** A file system without locks: the name says so, and whoever finds it lets it stand, locks or not. */
static void without_locks(void **state)
{
    (void)state;
    static const int errors[] = {ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        char name[] = TEMPLATE;
        n_locks = 0;
        lock_errors[0] = errors[i];
        int fd = pare_temporary_make(directory, name);
        assert_true(fd >= 0 && is_there(name));
        assert_memory_equal(name, ".out.csv.pare_", 14);
        lock_errors[0] = 0;
        assert_int_equal(sweep(), 0); /* nor is the first try left */
        (void)close(fd);
        assert_int_equal(sweep(), 0);
        assert_true(is_there(name));
    }
}

static void interrupted_and_contended(void **state)
{
    (void)state;
    char name[] = TEMPLATE;
    n_locks = 0;
    lock_errors[0] = lock_errors[1] = EINTR;
    lock_errors[2] = EWOULDBLOCK; /* a sweeper was faster: another name */
    int fd = pare_temporary_make(directory, name);
    memset(lock_errors, 0, sizeof lock_errors);
    assert_true(fd >= 0 && is_there(name));
    assert_int_equal(n_locks, 4);
    assert_memory_equal(name, ".out.csv.pare-", 14);
    assert_int_equal(sweep(), 1); /* the one that was given up; its sweeper never came here */
    assert_true(is_there(name));
    (void)close(fd);
}

static void a_directory_that_cannot_be_read_keeps_all(void **state)
{
    (void)state;
    put(".out.csv.pare-abcdef");
    int only_path = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(pare_temporary_sweep(only_path, TEMPLATE), 1); /* a descriptor for paths does */
    (void)close(only_path);
    int proc = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* no file system of ours */
    assert_int_equal(pare_temporary_sweep(proc, TEMPLATE), 0);
    (void)close(proc);
    assert_int_equal(pare_temporary_sweep(-1, TEMPLATE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_dead_go_and_the_living_stay, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_temporary_is_private_and_locked, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_only_looks_alike_stays, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_others_own_stays, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(makers_and_sweepers_race, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(without_locks, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(interrupted_and_contended, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_directory_that_cannot_be_read_keeps_all, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
