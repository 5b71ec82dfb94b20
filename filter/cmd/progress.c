/*
 * How far a run has come: bytes of the inputs as stored, records, records a second, the time that is left. Drawn five
 * times a second at most, the first time after half a second: who waits less needs no comfort.
 */
#include "filter/cmd/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MS = 500, BETWEEN_MS = 200 };

static int64_t now_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The sum of the inputs' sizes, or 0 where one of them has none. */
static uint64_t sum_of_sizes(const char *const *inputs, size_t n_inputs)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n_inputs; i++) {
        struct stat info;
        bool is_stdin = strcmp(inputs[i], "-") == 0;
        if ((is_stdin ? fstat(STDIN_FILENO, &info) : stat(inputs[i], &info)) != 0 || !S_ISREG(info.st_mode)) {
            return 0;
        }
        sum += (uint64_t)info.st_size;
    }
    return sum;
}

void pare_progress_start(pare_progress_line *line, bool wanted, bool pretend, const char *const *inputs,
                         size_t n_inputs)
{
    const char *term = getenv("TERM");
    bool terminal = isatty(STDERR_FILENO) == 1 && term != NULL && strcmp(term, "dumb") != 0;
    line->on = wanted && (terminal || pretend);
    line->shown = false;
    line->total_bytes = line->on ? sum_of_sizes(inputs, n_inputs) : 0;
    line->start_ms = now_ms();
    line->drawn_ms = pretend ? line->start_ms - BETWEEN_MS : line->start_ms + FIRST_MS - BETWEEN_MS;
}

void pare_progress_tick(pare_progress_line *line, uint64_t input_bytes, uint64_t records)
{
    int64_t now = line->on ? now_ms() : 0;
    if (!line->on || now - line->drawn_ms < BETWEEN_MS) {
        return;
    }
    double seconds = (double)(now - line->start_ms) / 1000.0;
    char left[48] = "";
    char share[48] = "";
    if (line->total_bytes > 0 && input_bytes <= line->total_bytes) {
        double part = (double)input_bytes / (double)line->total_bytes;
        snprintf(share, sizeof share, " of %.1f MB (%.0f%%)", (double)line->total_bytes / 1e6, part * 100.0);
        if (part > 0.0) {
            snprintf(left, sizeof left, ", %.0f s left", seconds / part * (1.0 - part));
        }
    }
    fprintf(stderr, "\rpare: %.1f MB%s, %" PRIu64 " records, %.0f/s%s\033[K", (double)input_bytes / 1e6, share, records,
            seconds > 0.0 ? (double)records / seconds : 0.0, left);
    fflush(stderr);
    line->drawn_ms = now;
    line->shown = true;
}

void pare_progress_clear(pare_progress_line *line)
{
    if (line->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        line->shown = false;
    }
}
