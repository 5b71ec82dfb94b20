/*
 * An output is opened with signals held back: between the moment a temporary file appears and the moment whoever
 * removes it on a signal knows its name, no signal may come. This thread is the only one then; what came meanwhile is
 * delivered when the mask is restored (POSIX.1-2017, pthread_sigmask()).
 */
#include "filter/pipeline/job.h"

#include <signal.h>
#include <stdio.h>

static void tell_swept(const pare_job *job, const pare_output *output)
{
    const pare_progress *progress = &job->options->progress;
    unsigned n = pare_output_swept(output);
    char text[160];
    if (n > 0 && progress->warning != NULL) {
        (void)snprintf(text, sizeof text,
                       "removed %u temporary file%s beside the output: a run that was killed had left %s", n,
                       n == 1 ? "" : "s", n == 1 ? "it" : "them");
        progress->warning(progress->context, text);
    }
}

pare_status pare_job_open_output(const pare_job *job, unsigned which, const char *path, pare_output_kind kind,
                                 pare_output **output, pare_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    bool held = pthread_sigmask(SIG_BLOCK, &all, &before) == 0;
    pare_status status = pare_output_open(kind, path, 1, output, err);
    if (status == PARE_OK) {
        pare_job_tell_temporary(job, which, *output);
    }
    if (held) {
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (status == PARE_OK) {
        tell_swept(job, *output);
    }
    return status;
}
