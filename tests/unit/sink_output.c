/*
 * Delivery: nothing under the name before the commit, the whole file after it, nothing left behind when it fails.
 *
 * Each test works in a fresh directory and counts what stands in it. /dev/full gives the error of a full disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/sink/output.h"

#include "tests/unit/output_rig.h"

static void file_appears_at_commit(void **state)
{
    (void)state;
    pare_error err = {0};
    pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
    struct stat there;
    assert_non_null(pare_output_temporary(output));
    assert_int_equal(stat(pare_output_temporary(output), &there), 0);
    assert_int_equal(there.st_mode & 07777, 0600);
    assert_int_equal(pare_output_write(output, text("a,b\n"), &err), PARE_OK);
    assert_int_equal(pare_output_write(output, text(""), &err), PARE_OK);
    assert_int_equal(pare_output_write(output, text("1,2\n"), &err), PARE_OK);
    assert_int_equal(pare_output_finish(output, &err), PARE_OK);
    assert_int_equal(access(in_directory("out.csv"), F_OK), -1);
    assert_int_equal(pare_output_commit(output, &err), PARE_OK);
    assert_null(pare_output_temporary(output));
    expect_file("out.csv", "a,b\n1,2\n");
    assert_int_equal(stat(in_directory("out.csv"), &there), 0);
    assert_int_equal(there.st_mode & 07777, 0600);
    pare_output_close(output);
    assert_int_equal(count_names(false), 1);
}

static void what_is_not_committed_is_removed(void **state)
{
    (void)state;
    put_file("out.csv", "old");
    pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
    assert_int_equal(pare_output_write(output, text("new"), NULL), PARE_OK);
    assert_int_equal(count_names(false), 2);
    pare_output_close(output);
    assert_int_equal(count_names(false), 1);
    expect_file("out.csv", "old");

    output = open_file(PARE_OUTPUT_FILE, "out.csv");
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    pare_output_close(output); /* finished is not committed */
    assert_int_equal(count_names(false), 1);
    expect_file("out.csv", "old");
}

static void an_old_file_is_replaced_at_once(void **state)
{
    (void)state;
    put_file("out.csv", "old");
    pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
    assert_int_equal(pare_output_write(output, text("new"), NULL), PARE_OK);
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    expect_file("out.csv", "old");
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    pare_output_close(output);
    expect_file("out.csv", "new");
    assert_int_equal(count_names(false), 1);
}

static void a_new_file_never_replaces(void **state)
{
    (void)state;
    pare_error err = {0};
    put_file("there.csv", "old");
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_FILE_NEW, in_directory("there.csv"), -1, &output, &err),
                     PARE_E_CREATE);
    assert_null(output);

    output = open_file(PARE_OUTPUT_FILE_NEW, "race.csv");
    assert_int_equal(pare_output_write(output, text("ours"), &err), PARE_OK);
    assert_int_equal(pare_output_finish(output, &err), PARE_OK);
    put_file("race.csv", "theirs"); /* somebody was faster */
    assert_int_equal(pare_output_commit(output, &err), PARE_E_CREATE);
    pare_output_close(output);
    expect_file("race.csv", "theirs");
    assert_int_equal(count_names(false), 2);

    output = open_file(PARE_OUTPUT_FILE_NEW, "free.csv");
    assert_int_equal(pare_output_write(output, text("ours"), &err), PARE_OK);
    assert_int_equal(pare_output_finish(output, &err), PARE_OK);
    assert_int_equal(pare_output_commit(output, &err), PARE_OK);
    pare_output_close(output);
    expect_file("free.csv", "ours");
    assert_int_equal(count_names(false), 3);
}

static void a_committed_file_can_be_taken_back(void **state)
{
    (void)state;
    pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    pare_output_retract(output); /* not committed: nothing to take back */
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    assert_int_equal(count_names(false), 1);
    pare_output_retract(output);
    assert_int_equal(count_names(false), 0);
    put_file("out.csv", "theirs");
    pare_output_retract(output);
    pare_output_close(output);
    expect_file("out.csv", "theirs");
}

static void expect_refused(const char *path)
{
    pare_output *output = NULL;
    pare_error err = {0};
    assert_int_equal(pare_output_open(PARE_OUTPUT_FILE, path, -1, &output, &err), PARE_E_CREATE);
    assert_int_equal(err.status, PARE_E_CREATE);
    assert_true(err.text[0] != '\0');
    assert_int_equal(err.file[0] != '\0', path[0] != '\0');
    assert_null(output);
}

static void targets_that_are_no_file_are_refused(void **state)
{
    (void)state;
    put_file("real.csv", "real");
    assert_int_equal(symlink("real.csv", in_directory("link.csv")), 0);
    assert_int_equal(mkfifo(in_directory("pipe"), 0600), 0);
    expect_refused(in_directory("link.csv"));
    expect_refused(in_directory("pipe"));
    expect_refused(in_directory(""));
    expect_refused(in_directory("."));
    expect_refused(in_directory(".."));
    expect_refused(in_directory("missing/out.csv"));
    expect_refused(in_directory("real.csv/out.csv"));
    expect_refused(directory);
    expect_refused("/dev/null");
    expect_refused("");
    assert_int_equal(count_names(false), 3);
    expect_file("real.csv", "real");
}

static void long_names_still_get_a_temporary(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    pare_output *output = open_file(PARE_OUTPUT_FILE, name);
    assert_int_equal(pare_output_write(output, text("x"), NULL), PARE_OK);
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    pare_output_close(output);
    expect_file(name, "x");
}

static void a_name_without_directory_is_in_the_current_one(void **state)
{
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(directory), 0);
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_FILE, "plain.csv", -1, &output, NULL), PARE_OK);
    assert_int_equal(access(pare_output_temporary(output), F_OK), 0);
    assert_int_equal(strncmp(pare_output_temporary(output), ".plain.csv.pare-", 16), 0);
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    pare_output_close(output);
    assert_int_equal(chdir(before), 0);
    expect_file("plain.csv", "");
}

static void order_of_calls_is_held(void **state)
{
    (void)state;
    pare_error err = {0};
    pare_output *output = open_file(PARE_OUTPUT_FILE, "out.csv");
    assert_int_equal(pare_output_commit(output, &err), PARE_E_INTERNAL); /* not finished */
    assert_int_equal(pare_output_finish(output, &err), PARE_E_INTERNAL); /* the failure stays */
    pare_output_close(output);
    output = open_file(PARE_OUTPUT_FILE, "out.csv");
    assert_int_equal(pare_output_finish(output, &err), PARE_OK);
    assert_int_equal(pare_output_write(output, text("late"), &err), PARE_E_INTERNAL);
    assert_int_equal(pare_output_commit(output, &err), PARE_E_INTERNAL);
    pare_output_close(output);
    assert_int_equal(count_names(false), 0);
}

static void full_disk_is_an_error_that_stays(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0) {
        skip();
    }
    pare_error err = {0};
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, full, &output, &err), PARE_OK);
    assert_int_equal(pare_output_write(output, text("x"), &err), PARE_E_IO);
    assert_int_equal(err.os_errno, ENOSPC);
    memset(&err, 0, sizeof err);
    assert_int_equal(pare_output_finish(output, &err), PARE_E_IO);
    assert_int_equal(err.os_errno, ENOSPC);
    pare_output_close(output);
    assert_int_equal(close(full), 0); /* borrowed: still ours to close */
}

static void a_closed_pipe_is_epipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    pare_error err = {0};
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, ends[1], &output, &err), PARE_OK);
    assert_int_equal(pare_output_write(output, text("x"), &err), PARE_E_IO);
    assert_int_equal(err.os_errno, EPIPE);
    pare_output_close(output);
    close(ends[1]);
}

static void live_output_leaves_at_once(void **state)
{
    (void)state;
    int ends[2];
    char got[8] = {0};
    assert_int_equal(pipe(ends), 0);
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, ends[1], &output, NULL), PARE_OK);
    assert_null(pare_output_temporary(output));
    assert_int_equal(pare_output_write(output, text("now"), NULL), PARE_OK);
    assert_int_equal(read(ends[0], got, sizeof got - 1), 3);
    assert_string_equal(got, "now");
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    pare_output_close(output);
    close(ends[0]);
    close(ends[1]);
}

static void a_nonblocking_pipe_gets_every_byte(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, 0), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    enum { LEN = 300000 };
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) { /* the reader: slow to start, and its exit status says whether it got all */
        char piece[5000];
        size_t sum = 0;
        ssize_t got;
        close(ends[1]);
        usleep(20000);
        while ((got = read(ends[0], piece, sizeof piece)) > 0) {
            sum += (size_t)got;
        }
        _exit(sum == LEN ? 0 : 1);
    }
    close(ends[0]);
    unsigned char *bytes = calloc(1, LEN);
    assert_non_null(bytes);
    pare_output *output = NULL;
    assert_int_equal(pare_output_open(PARE_OUTPUT_LIVE, NULL, ends[1], &output, NULL), PARE_OK);
    assert_int_equal(pare_output_write(output, (pare_span){bytes, LEN}, NULL), PARE_OK);
    pare_output_close(output);
    close(ends[1]);
    free(bytes);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_spool_holds_back_until_commit(void **state)
{
    (void)state;
    int target = open(in_directory("target"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(target >= 0);
    pare_output *output = NULL;
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, target, &output, NULL), PARE_OK);
    assert_int_equal(count_names(false), 1); /* the spool has no name */
    assert_int_equal(pare_output_write(output, text("held "), NULL), PARE_OK);
    assert_int_equal(pare_output_write(output, text("back"), NULL), PARE_OK);
    assert_int_equal(pare_output_finish(output, NULL), PARE_OK);
    expect_file("target", "");
    assert_int_equal(pare_output_commit(output, NULL), PARE_OK);
    pare_output_close(output);
    expect_file("target", "held back");

    assert_int_equal(ftruncate(target, 0), 0);
    assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, target, &output, NULL), PARE_OK);
    assert_int_equal(pare_output_write(output, text("never"), NULL), PARE_OK);
    pare_output_close(output);
    expect_file("target", "");
    close(target);
    assert_int_equal(setenv("TMPDIR", in_directory("missing"), 1), 0);
    pare_error err = {0};
    assert_int_equal(pare_output_open(PARE_OUTPUT_SPOOLED, NULL, 1, &output, &err), PARE_E_CREATE);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void the_input_is_recognized_under_any_name(void **state)
{
    (void)state;
    put_file("in.csv", "x");
    put_file("other.csv", "x");
    char input[512], other[512], hard[512], soft[512];
    strcpy(input, in_directory("in.csv"));
    strcpy(other, in_directory("other.csv"));
    strcpy(hard, in_directory("hard.csv"));
    strcpy(soft, in_directory("soft.csv"));
    assert_int_equal(link(input, hard), 0);
    assert_int_equal(symlink("in.csv", soft), 0);
    assert_true(pare_output_is_input(input, input));
    assert_true(pare_output_is_input(hard, input));
    assert_true(pare_output_is_input(soft, input));
    assert_false(pare_output_is_input(other, input));
    assert_false(pare_output_is_input(in_directory("absent.csv"), input));
    assert_false(pare_output_is_input("/dev/null", "/dev/null")); /* no file is lost there */
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(file_appears_at_commit),
        IN_DIRECTORY(what_is_not_committed_is_removed),
        IN_DIRECTORY(an_old_file_is_replaced_at_once),
        IN_DIRECTORY(a_new_file_never_replaces),
        IN_DIRECTORY(a_committed_file_can_be_taken_back),
        IN_DIRECTORY(targets_that_are_no_file_are_refused),
        IN_DIRECTORY(long_names_still_get_a_temporary),
        IN_DIRECTORY(a_name_without_directory_is_in_the_current_one),
        IN_DIRECTORY(order_of_calls_is_held),
        cmocka_unit_test(full_disk_is_an_error_that_stays),
        cmocka_unit_test(a_closed_pipe_is_epipe),
        cmocka_unit_test(live_output_leaves_at_once),
        cmocka_unit_test(a_nonblocking_pipe_gets_every_byte),
        IN_DIRECTORY(a_spool_holds_back_until_commit),
        IN_DIRECTORY(the_input_is_recognized_under_any_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
