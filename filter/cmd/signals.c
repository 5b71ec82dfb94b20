/*
 * Signals: remove the temporary file, restore the default, die of the same signal, so that a shell or a scheduler sees
 * the truth (POSIX.1-2017, 2.4 Signal Concepts).
 *
 * The handler calls only what signal-safety(7) lists. It reads names from static buffers, each guarded by a flag that
 * is down while the buffer changes. The run holds signals back from the moment a temporary file is made until its name
 * is here (filter/pipeline/job_output.c).
 */
#include "filter/cmd/signals.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
static char temporary[PARE_SIGNALS_FILES][PATH_MAX];
static volatile sig_atomic_t has_temporary[PARE_SIGNALS_FILES];

static void clean_up_and_die(int number)
{
    for (size_t i = 0; i < PARE_SIGNALS_FILES; i++) {
        if (has_temporary[i]) {
            has_temporary[i] = 0;
            (void)unlink(temporary[i]);
        }
    }
    /* SA_RESETHAND has restored the default; the signal is blocked until we return, then it kills. */
    (void)raise(number);
}

void pare_signals_catch(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = clean_up_and_die;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
        struct sigaction before;
        bool ignored = sigaction(caught[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN;
        if (!ignored) { /* nohup and shells' background jobs mean it */
            (void)sigaction(caught[i], &action, NULL);
        }
    }
}

void pare_signals_temporary(void *context, unsigned which, const char *name)
{
    (void)context;
    if (which >= PARE_SIGNALS_FILES) {
        return;
    }
    has_temporary[which] = 0;
    atomic_thread_fence(memory_order_seq_cst); /* the flag is down before the name changes, and up after it */
    if (name != NULL && strlen(name) < PATH_MAX) {
        memcpy(temporary[which], name, strlen(name) + 1);
        atomic_thread_fence(memory_order_seq_cst);
        has_temporary[which] = 1;
    }
}

void pare_signals_die_of(int number)
{
    sigset_t only;
    (void)signal(number, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, number);
    (void)sigprocmask(SIG_UNBLOCK, &only, NULL);
    (void)raise(number);
}
