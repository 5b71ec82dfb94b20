/* A fresh directory for each test of an output, and what stands in it. */
#ifndef PARE_TESTS_OUTPUT_RIG_H
#define PARE_TESTS_OUTPUT_RIG_H

#include "filter/sink/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[64];

static inline const char *in_directory(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static inline int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/pare-test-XXXXXX");
    return mkdtemp(directory) == NULL ? -1 : 0;
}

/** How many names stand in the directory; removes them where asked. */
static inline unsigned count_names(bool and_remove)
{
    unsigned n = 0;
    DIR *listing = opendir(directory);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            n++;
            if (and_remove) {
                const char *path = in_directory(entry->d_name);
                if (unlink(path) != 0) {
                    (void)rmdir(path);
                }
            }
        }
    }
    closedir(listing);
    return n;
}

static inline int remove_directory(void **state)
{
    (void)state;
    (void)count_names(true);
    return rmdir(directory);
}

static inline pare_span text(const char *bytes)
{
    return (pare_span){(const unsigned char *)bytes, strlen(bytes)};
}

static inline void put_file(const char *name, const char *content)
{
    FILE *file = fopen(in_directory(name), "w");
    assert_non_null(file);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

static inline void expect_file(const char *name, const char *content)
{
    char bytes[256] = {0};
    FILE *file = fopen(in_directory(name), "r");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    assert_int_equal(len, strlen(content));
    assert_string_equal(bytes, content);
}

static inline pare_output *open_file(pare_output_kind kind, const char *name)
{
    pare_output *output = NULL;
    pare_error err = {0};
    assert_int_equal(pare_output_open(kind, in_directory(name), -1, &output, &err), PARE_OK);
    return output;
}

#endif
