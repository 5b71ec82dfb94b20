/* What bench_micro prints: the machine, a table for each section, the same as JSON. */
#ifndef PARE_TESTS_BENCH_MICRO_REPORT_H
#define PARE_TESTS_BENCH_MICRO_REPORT_H

#include "tests/bench/micro.h"

typedef struct micro_machine {
    char model[128]; /* of the processor */
    long processors;
    double load_before, load_after; /* runnable processes, mean of a minute; below 0: not known */
} micro_machine;

/** Who measures, and how busy it is before. */
void micro_report_machine(micro_machine *machine);
void micro_report_heading(const micro *m, const micro_machine *machine);
/** The cases from `first` on. */
void micro_report_table(const micro *m, size_t first);
/** How busy the machine is at the end: this bench alone makes about 1. */
void micro_report_load(micro_machine *machine);
bool micro_report_json(const micro *m, const micro_machine *machine, const char *path);

#endif
