/*
 * The nearest known name, for "did you mean": optimal string alignment, that is, Levenshtein's distance with the
 * transposition of neighbours as one edit (Damerau). ASCII letters compare without case: the wrong case is the nearest
 * miss.
 */
#include "rules/text/diagnostic.h"

#include <string.h>

enum { MAX_NAME = 48, MAX_JOINED = 4096 };

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Both texts have at most MAX_NAME bytes. Three rows of the table are enough: a transposition looks two rows back. */
static unsigned edit_distance(pare_span a, pare_span b)
{
    unsigned rows[3][MAX_NAME + 1];
    for (unsigned j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned char x = lower(a.ptr[i - 1]);
            unsigned char y = lower(b.ptr[j - 1]);
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b.ptr[j - 2]) && lower(a.ptr[i - 2]) == y) {
                row[j] = least(row[j], above_that[j - 2] + 1);
            }
        }
    }
    return rows[a.len % 3][b.len];
}

const char *pare_nearest_name(pare_span text, const char *const *names)
{
    if (text.len == 0 || text.len > MAX_NAME || names == NULL) {
        return NULL;
    }
    unsigned best = text.len <= 3 ? 2 : 3; /* one more than is near enough */
    const char *nearest = NULL;
    for (size_t i = 0; names[i] != NULL; i++) {
        pare_span name = {(const unsigned char *)names[i], strlen(names[i])};
        if (name.len == 0 || name.len > MAX_NAME) {
            continue;
        }
        unsigned distance = edit_distance(text, name);
        if (distance < best && distance < name.len) { /* not everything of a short name may be wrong */
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

const char *pare_suggest_name(pare_diagnostics *list, pare_span text, const char *const *names, const char *otherwise)
{
    const char *nearest = pare_nearest_name(text, names);
    if (nearest != NULL) {
        return pare_diagnostic_text(list, "did you mean `%s`?", nearest);
    }
    pare_buf joined;
    pare_buf_init(&joined, MAX_JOINED);
    for (size_t i = 0; names[i] != NULL; i++) {
        pare_buf_printf(&joined, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    pare_buf_append_byte(&joined, '\0');
    const char *help = NULL;
    if (joined.status == PARE_OK) {
        help = pare_diagnostic_text(list, "%s %s", otherwise, (const char *)joined.ptr);
    }
    pare_buf_clear(&joined);
    return help;
}
