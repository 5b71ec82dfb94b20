/* A promise that a fuzz target holds the program to: where it is broken, the fuzzer is told and keeps the input. */
#ifndef PARE_TESTS_FUZZ_DEMAND_H
#define PARE_TESTS_FUZZ_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void demand_at(bool holds, const char *promise, const char *file, int line)
{
    if (!holds) {
        (void)fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
        abort();
    }
}

#define DEMAND(promise) demand_at((promise), #promise, __FILE__, __LINE__)

/** A number below `n` that depends on every byte: what an input does not choose itself (FNV-1a). */
static inline size_t pick(const uint8_t *data, size_t size, size_t n)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ data[i]) * 1099511628211u;
    }
    return (size_t)(hash >> 32) % n;
}

#endif
