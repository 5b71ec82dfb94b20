/*
 * Many runs of one program without starting it anew: before main() begins, this process waits for orders; for each it
 * forks a child that runs main() under the faults ordered, waits for it, and tells what came of it. Thousands of runs a
 * minute, all with the same addresses.
 *
 *   order   KIND FROM COUNT ACTION ERROR  KIND FROM COUNT ACTION ERROR  TRACE FRESH SLOW   (numbers; KIND -1: none)
 *   answer  STATUS FIRED FIRED LEAKS SITE CALLS...                     and, where TRACE was a kind, its calls' sites
 *
 * STATUS is that of waitpid(2). PARE_FAULTS="IN OUT SECONDS" names the descriptors and how long a run may take; what it
 * reads and writes are the files standard-input, standard-output and standard-error in the working folder.
 */
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                           void (*rtld_fini)(void), void *stack_end);

static main_function *program_main;

static void redirect(const char *path, int flags, int to)
{
    int fd = open(path, flags, 0600);
    if (fd < 0 || dup2(fd, to) != to) {
        _exit(125);
    }
    if (fd != to) {
        (void)close(fd);
    }
}

static void read_order(FILE *orders)
{
    fault_shared *state = fault_state;
    for (unsigned i = 0; i < 2; i++) {
        fault *f = &state->faults[i];
        if (fscanf(orders, "%d %" SCNu64 " %" SCNu64 " %d %d", &f->kind, &f->from, &f->count, &f->action, &f->error) !=
            5) {
            _exit(0); /* nobody orders any more */
        }
    }
    if (fscanf(orders, "%d %d %d", &state->trace, &state->fresh, &state->slow) != 3) {
        _exit(0);
    }
    memset(state->calls, 0, sizeof state->calls);
    memset(state->fired, 0, sizeof state->fired);
    state->fresh_site = 0;
    state->leaks = 0;
}

static void answer(FILE *answers, int status)
{
    const fault_shared *state = fault_state;
    (void)fprintf(answers, "%d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIx64, status, state->fired[0], state->fired[1],
                  state->leaks, state->fresh_site);
    for (unsigned i = 0; i < FAULT_KINDS; i++) {
        (void)fprintf(answers, " %" PRIu64, state->calls[i]);
    }
    if (state->trace >= 0) {
        for (uint64_t i = 0; i < state->calls[state->trace] && i < FAULT_MAX_SITES; i++) {
            (void)fprintf(answers, " %" PRIx64, state->sites[i]);
        }
    }
    (void)fputc('\n', answers);
    (void)fflush(answers);
}

static int serve(int argc, char **argv, char **environment)
{
    int in = -1, out = -1;
    unsigned seconds = 10;
    const char *settings = getenv("PARE_FAULTS");
    if (settings == NULL || sscanf(settings, "%d %d %u", &in, &out, &seconds) != 3) {
        return program_main(argc, argv, environment);
    }
    FILE *orders = fdopen(in, "r"), *answers = fdopen(out, "w");
    fault_state = mmap(NULL, sizeof *fault_state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (orders == NULL || answers == NULL || fault_state == MAP_FAILED) {
        return 125;
    }
    fault_prepare();
    (void)unsetenv("PARE_FAULTS");
    (void)unsetenv("LD_PRELOAD");
    for (;;) {
        read_order(orders);
        pid_t child = fork();
        if (child == 0) {
            (void)close(in);
            (void)close(out);
            redirect("standard-input", O_RDONLY, 0);
            redirect("standard-output", O_WRONLY | O_CREAT | O_TRUNC, 1);
            redirect("standard-error", O_WRONLY | O_CREAT | O_TRUNC, 2);
            (void)alarm(seconds);
            fault_armed = true;
            return program_main(argc, argv, environment);
        }
        int status = -1;
        while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        answer(answers, status);
    }
}

int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end);
int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end)
{
    start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
    program_main = program;
    return start(serve, argc, argv, init, fini, rtld_fini, stack_end);
}
