/*
 * Runs a fuzz target over files and folders, without a fuzzer: the corpus as a plain test. Each input is tried whole
 * and in every prefix of up to 300 bytes, which is where parsers meet the end of their input; after `--whole` only
 * whole.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_inputs, longest_prefix = 300;

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return;
    }
    static uint8_t bytes[1 << 20];
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *exact = malloc(len + 1); /* so that a sanitizer sees a read beyond the end */
    for (size_t prefix = 0; exact != NULL && prefix <= len && prefix < longest_prefix; prefix++) {
        uint8_t *part = malloc(prefix + (prefix == 0));
        if (part != NULL) {
            memcpy(part, bytes, prefix);
            (void)LLVMFuzzerTestOneInput(part, prefix);
            free(part);
        }
    }
    if (exact != NULL) {
        memcpy(exact, bytes, len);
        (void)LLVMFuzzerTestOneInput(exact, len);
        free(exact);
    }
    n_inputs++;
}

static void run_path(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return;
    }
    if (!S_ISDIR(status.st_mode)) {
        run_file(path);
        return;
    }
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            char inner[4096];
            int n = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
            if (n > 0 && (size_t)n < sizeof inner) {
                run_path(inner);
            }
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--whole") == 0) {
            longest_prefix = 0;
        } else {
            run_path(argv[i]);
        }
    }
    printf("%zu inputs replayed\n", n_inputs);
    return n_inputs > 0 ? 0 : 77;
}
