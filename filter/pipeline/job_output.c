/*
 * An output is opened with signals held back: between the moment a temporary file appears and the moment whoever
 * removes it on a signal knows its name, no signal may come. This thread is the only one then; what came meanwhile is
 * delivered when the mask is restored (POSIX.1-2017, pthread_sigmask()).
 */
#include "filter/pipeline/job.h"

#include <signal.h>

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
    return status;
}
