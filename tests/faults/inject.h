/*
 * Faults on purpose: what the preloaded library (inject.c: the calls; serve.c: the runs) shares.
 *
 * A fault is "calls FROM to FROM + COUNT - 1 of this kind do ACTION". Two can hold in one run, so that cleaning up
 * after the first can fail too. Calls are counted from the program's main() on; counts and findings live in memory that
 * the run shares with its parent, so that they outlive it.
 */
#ifndef PARE_TESTS_FAULTS_INJECT_H
#define PARE_TESTS_FAULTS_INJECT_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of KINDS in tests/support/faults.py. */
typedef enum fault_kind {
    FAULT_ALLOCATE, /* malloc, calloc, realloc, aligned_alloc, memalign, posix_memalign, strdup */
    FAULT_READ,
    FAULT_WRITE,
    FAULT_OPEN, /* open, openat */
    FAULT_SYNC, /* fsync, fdatasync, syncfs */
    FAULT_CLOSE,
    FAULT_RENAME, /* rename, renameat, renameat2, link, linkat */
    FAULT_THREAD, /* pthread_create */
    FAULT_MAP,    /* mmap */
    FAULT_UNLINK,
    FAULT_STAT, /* stat, fstat, fstatat */
    FAULT_SEEK,
    FAULT_CONTROL, /* fcntl */
    FAULT_RANDOM,
    FAULT_LOCK,  /* mlock */
    FAULT_HINT,  /* posix_fadvise, sync_file_range */
    FAULT_MATCH, /* pcre2_match, pcre2_jit_match: ERROR is the code returned */
    FAULT_KINDS
} fault_kind;

typedef enum fault_action {
    FAULT_PASS,
    FAULT_FAIL,  /* nothing is done, ERROR is reported; close() closes all the same, as Linux does */
    FAULT_SHORT, /* one byte */
    FAULT_LATE   /* done, and ERROR reported */
} fault_action;

typedef struct fault {
    int kind; /* -1: none */
    uint64_t from, count;
    int action, error;
} fault;

/* Instead of a number: the first allocation from a place that was never made to fail in this mode before. */
typedef enum fault_fresh {
    FAULT_FRESH_NOT,
    FAULT_FRESH_ONCE,
    FAULT_FRESH_ONWARD, /* that allocation, and all behind it */
    FAULT_FRESH_MODES
} fault_fresh;

/* Which threads pause at each allocation, so that the others take the turns. */
typedef enum fault_slow { FAULT_SLOW_NONE, FAULT_SLOW_MAIN, FAULT_SLOW_OTHERS } fault_slow;

enum { FAULT_MAX_SITES = 1 << 17, FAULT_MAX_PLACES = 1 << 13 };

typedef struct fault_shared {
    fault faults[2];
    int trace; /* kind whose calls are told apart by where they come from, or -1 */
    uint64_t calls[FAULT_KINDS];
    uint64_t fired[2];
    int fresh, slow;
    uint64_t fresh_site;                                  /* the site that failed, or 0 */
    uint64_t failed[FAULT_FRESH_MODES][FAULT_MAX_PLACES]; /* kept from run to run; ends with a 0 */
    uint64_t leaks; /* blocks of the program and of what it stands on that were not freed at its end */
    uint64_t sites[FAULT_MAX_SITES];
} fault_shared;

extern fault_shared *fault_state;
extern bool fault_armed; /* this process runs the program, and counts */

/** Before the first run: what must not happen inside it. */
void fault_prepare(void);

#endif
