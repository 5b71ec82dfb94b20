/*
 * Stops a program at a system call: killer SIGNAL NUMBER RESULT PROGRAM ARGUMENTS...
 *
 * Every boundary counts, the way into a call and the way out of it, in all threads (ptrace(2), PTRACE_SYSCALL). At
 * boundary NUMBER, counted from 1, the process gets SIGNAL and is left alone. The file RESULT then holds the status of
 * waitpid(2) and how many boundaries there were until then. NUMBER 0 only counts. Exit status 0; 77: there is no
 * tracing here.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static const unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

static int start(char **command)
{
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(SKIPPED);
        }
        (void)raise(SIGSTOP);
        (void)execvp(command[0], command);
        _exit(127);
    }
    return child;
}

static bool resume(pid_t thread, bool to_next_call, int with)
{
    return ptrace(to_next_call ? PTRACE_SYSCALL : PTRACE_CONT, thread, NULL, (void *)(long)with) == 0 || errno == ESRCH;
}

/** Follow the program and all its threads to the end. The status of the process, or -1. */
static int follow(pid_t child, int number, unsigned long wanted, unsigned long *boundaries)
{
    bool sent = false;
    for (;;) {
        int status = 0;
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0 && errno == EINTR) {
            continue;
        }
        if (thread < 0) {
            return -1;
        }
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == child) {
                return status;
            }
            continue;
        }
        int stop = WSTOPSIG(status);
        if (stop == (SIGTRAP | 0x80)) {
            ++*boundaries;
            if (!sent && *boundaries == wanted) {
                sent = true;
                (void)kill(child, number);
            }
        }
        bool deliver = stop != (SIGTRAP | 0x80) && stop != SIGTRAP && stop != SIGSTOP;
        if (!resume(thread, !sent, deliver ? stop : 0)) {
            return -1;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        (void)fprintf(stderr, "killer SIGNAL NUMBER RESULT PROGRAM ARGUMENTS...\n");
        return 2;
    }
    int status = 0;
    unsigned long boundaries = 0;
    pid_t child = start(argv + 4);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)options) != 0) {
        return SKIPPED;
    }
    if (!resume(child, true, 0)) {
        return SKIPPED;
    }
    status = follow(child, (int)strtol(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), &boundaries);
    FILE *result = fopen(argv[3], "w");
    if (result == NULL || fprintf(result, "%d %lu\n", status, boundaries) < 0 || fclose(result) != 0) {
        return 1;
    }
    return 0;
}
