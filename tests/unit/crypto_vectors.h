/* Reading published test vectors: hex digits, and files of one "name: value" or "name = value" a line. */
#ifndef PARE_TESTS_UNIT_CRYPTO_VECTORS_H
#define PARE_TESTS_UNIT_CRYPTO_VECTORS_H

#include "rules/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The largest OKM that RFC 5869 allows has 8,160 bytes, and one vector asks for more. */
enum { VECTOR_BYTES = 16 << 10 };

typedef struct vector_bytes {
    unsigned char bytes[VECTOR_BYTES];
    size_t len;
} vector_bytes;

static inline pare_span vector_span(const vector_bytes *vector)
{
    return pare_span_from(vector->bytes, vector->len);
}

static inline unsigned vector_digit(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)((digit | 32) - 'a') + 10;
}

/* Reads hex digits up to the first byte that is none. */
static inline void vector_hex(vector_bytes *out, const char *hex)
{
    size_t digits = strspn(hex, "0123456789abcdefABCDEF");
    assert_int_equal(digits % 2, 0);
    assert_true(digits / 2 <= sizeof out->bytes);
    out->len = digits / 2;
    for (size_t i = 0; i < out->len; i++) {
        out->bytes[i] = (unsigned char)(vector_digit(hex[2 * i]) << 4 | vector_digit(hex[2 * i + 1]));
    }
}

/* The value of a line `  "name": "value",` or `name = value`, or NULL if the line has another name. */
static inline const char *vector_value(const char *line, const char *name)
{
    size_t len = strlen(name);
    line += strspn(line, " \t\"");
    if (strncmp(line, name, len) != 0 || strchr("\" \t=:", line[len]) == NULL) {
        return NULL;
    }
    line += len;
    return line + strspn(line, "\" \t=:");
}

/* A file below the shared test data, or a skipped test. */
static inline FILE *vector_open(const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/../shared/data/%s", PARE_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        skip();
    }
    return file;
}

#endif
