/*
 * Micro-benchmarks: one part of pare at a time, so that a regression has a name.
 *
 * What the files of this bench share: the export in memory, cut into the batches that workers get, and the list of
 * cases. A section adds its cases and has them run in turn, A B C A B C ..., so that a slow second hits all of them; a
 * case's figures are the medians of its rounds.
 */
#ifndef PARE_TESTS_BENCH_MICRO_H
#define PARE_TESTS_BENCH_MICRO_H

#include "filter/record/reader.h"

enum { MICRO_MAX_CASES = 128, MICRO_MAX_ROUNDS = 99, MICRO_MAX_COLUMNS = 64, MICRO_NAME_BYTES = 96 };

/** Does the work once. False: it did not come out as it must, and the bench fails. */
typedef bool (*micro_work)(void *context);

typedef struct micro_case {
    const char *section;
    char name[MICRO_NAME_BYTES];
    double bytes;  /* of plain data in one round; 0: not a matter of bytes */
    double values; /* records, tokens, notes in one round; 0: none */
    micro_work work;
    void *context;
    double wall_seconds, cpu_seconds; /* medians; CPU of all threads */
    double ratio;                     /* plain bytes for each compressed one; 0: none */
    double times;                     /* as fast as `times_of`, by CPU time; 0: none */
    const char *times_of;
    double scaling; /* of two threads: 1 is linear; 0: none */
    char note[MICRO_NAME_BYTES];
} micro_case;

typedef struct micro {
    const char *path, *policies; /* the export; the folder of the policies */
    unsigned rounds;
    pare_reader reader;
    pare_batch *batches; /* all records of the export, indexed */
    size_t n_batches, n_records;
    double bytes;     /* of the batches: without the header */
    pare_span header; /* names point into it or into `store` */
    pare_span names[MICRO_MAX_COLUMNS];
    size_t n_names;
    pare_buf text, store;
    micro_case cases[MICRO_MAX_CASES];
    size_t n_cases;
} micro;

/** One column's values as they are meant: quotes taken off. Owned. */
typedef struct micro_column {
    pare_span *values; /* those that are not empty */
    size_t n;
    double bytes;
    unsigned char *text;
} micro_column;

/** False: there is no such column, or no memory; said on standard error. */
bool micro_column_read(const micro *m, const char *name, micro_column *column);
void micro_column_clear(micro_column *column);

/** Says why the bench fails, and is false. */
bool micro_fail(const char *format, ...) PARE_PRINTF(1, 2);

/** A case, to be run by the next micro_run(). `context` must last until then. NULL: there are too many. */
micro_case *micro_add(micro *m, const char *section, micro_work work, void *context, const char *name, ...)
    PARE_PRINTF(5, 6);

/** All batches as one gzip member of zlib's level 6, appended. micro_codecs.c */
bool micro_pack(const micro *m, pare_buf *out);

/** Run the cases from `first` on: once unmeasured, then the rounds. */
bool micro_run(micro *m, size_t first);

/** `other`'s CPU time by that of `c`; `name` is what `other` is. Both must have one thread. */
void micro_compare(micro_case *c, const micro_case *other, const char *name);

/* The sections: one file each, or two that belong together. */
bool micro_reader(micro *m);
bool micro_tokens(micro *m);
bool micro_detectors(micro *m);
bool micro_codecs(micro *m);
bool micro_floor(micro *m);
bool micro_worker(micro *m);
bool micro_writer(micro *m);
bool micro_start(micro *m);

#endif
