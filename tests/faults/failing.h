/*
 * System calls and allocations that fail when a unit test asks for it. Programs named unit_*_faults are linked so that
 * calls from pare go through here (ld(1), --wrap), with sanitizers and valgrind too; the rest of the process is not
 * meant.
 */
#ifndef PARE_TESTS_FAULTS_FAILING_H
#define PARE_TESTS_FAULTS_FAILING_H

/* One list for all that is wrapped: in CMake (PARE_FAILING_CALLS) stand the symbols. */
typedef enum failing_call {
    FAILING_ALLOCATION, /* calloc, malloc, realloc, aligned_alloc, strdup */
    FAILING_OPEN,
    FAILING_OPENAT,
    FAILING_MKOSTEMP,
    FAILING_GETRANDOM,
    FAILING_FLOCK,
    FAILING_FSTATFS, /* not failing, it says ext4, wherever the test runs; FAILING_ELSEWHERE: of the type `error` */
    FAILING_FDOPENDIR,
    FAILING_FSTATAT,
    FAILING_FSTAT,
    FAILING_STAT,
    FAILING_RENAMEAT,
    FAILING_RENAMEAT2,
    FAILING_LINKAT,
    FAILING_UNLINK, /* unlink, unlinkat */
    FAILING_FSYNC,
    FAILING_SYNCFS,
    FAILING_FCNTL,
    FAILING_CLOSE,
    FAILING_READ,
    FAILING_WRITE,
    FAILING_POLL,
    FAILING_LSEEK,
    FAILING_HINT,         /* sync_file_range */
    FAILING_INFLATE,      /* zlib: `error` is what it returns */
    FAILING_INFLATE_INIT, /* the same */
    FAILING_INFLATE_END,  /* only counted */
    FAILING_CALLS
} failing_call;

typedef enum failing_how {
    FAILING_FAILS,     /* not done, and `error` reported */
    FAILING_LATE,      /* done, and `error` reported */
    FAILING_SHORT,     /* read, write, getrandom: one byte */
    FAILING_ZERO,      /* not done, 0 returned; openat: done, as descriptor 0 */
    FAILING_SAME,      /* getrandom: done, and what it gives is zeros */
    FAILING_ELSEWHERE, /* stat and its like: done, and it is said to stand on another device */
    FAILING_ANOTHER    /* the same: and its number is another one */
} failing_how;

/** From now on: calls number `first` (from 1) to `first + count - 1` of this kind. More than one rule may hold. */
void failing_rule(failing_call call, unsigned first, unsigned count, failing_how how, int error);
/** No rule holds, and counting begins anew. */
void failing_clear(void);
/** How many calls of this kind were made since. */
unsigned failing_made(failing_call call);
/** The flags of the last openat(). */
int failing_flags(void);
/** Blocks of memory that were allocated and not freed. What is written behind the end of one ends the program. */
long failing_live(void);

#endif
