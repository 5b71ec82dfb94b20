/* Whether two names stand for one file: see output.h. */
#include "filter/sink/output.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Of a path, or of standard input or output where it is "-". Plain files only: two terminals are no conflict. */
static bool plain_file(const char *path, int standard, struct stat *there)
{
    int result = path == NULL || strcmp(path, "-") == 0 ? fstat(standard, there) : stat(path, there);
    return result == 0 && S_ISREG(there->st_mode);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool pare_output_is_input(const char *output_path, const char *input_path)
{
    struct stat output, input;
    return plain_file(output_path, STDOUT_FILENO, &output) && plain_file(input_path, STDIN_FILENO, &input) &&
           is_same(&output, &input);
}

/** The directory of a path, and its last part. */
static bool directory_of(const char *path, struct stat *directory, const char **base)
{
    char text[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    *base = path + len;
    if (len >= sizeof text) {
        return false;
    }
    memcpy(text, path, len);
    text[len] = '\0';
    return stat(len == 0 ? "." : text, directory) == 0;
}

bool pare_output_same_place(const char *a, const char *b)
{
    struct stat one, other;
    const char *base_a = NULL, *base_b = NULL;
    if (plain_file(a, STDOUT_FILENO, &one) && plain_file(b, STDOUT_FILENO, &other)) {
        return is_same(&one, &other);
    }
    return a != NULL && b != NULL && directory_of(a, &one, &base_a) && directory_of(b, &other, &base_b) &&
           is_same(&one, &other) && strcmp(base_a, base_b) == 0;
}
