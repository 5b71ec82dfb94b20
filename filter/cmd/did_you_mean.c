/*
 * "Did you mean": optimal string alignment distance (insert, delete, change, swap of neighbours) over three rows.
 *
 * Names longer than 31 characters are none of ours, so the rows have a fixed size.
 */
#include "filter/cmd/did_you_mean.h"

#include <string.h>

enum { LONGEST = 31 };

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t *now = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *two_before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = smallest(before[j] + 1, now[j - 1] + 1, change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_before[j - 2] + 1 < now[j]) {
                now[j] = two_before[j - 2] + 1;
            }
        }
    }
    return rows[a_len % 3][b_len];
}

void pare_nearest_try(pare_nearest *nearest, const char *text, const char *candidate)
{
    size_t text_len = strlen(text);
    size_t candidate_len = strlen(candidate);
    if (text_len == 0 || text_len > LONGEST || candidate_len > LONGEST) {
        return;
    }
    size_t allowed = text_len / 3 > 0 ? text_len / 3 : 1;
    size_t found = distance(text, text_len, candidate, candidate_len);
    if (found <= allowed && (nearest->name == NULL || found < nearest->distance)) {
        nearest->name = candidate;
        nearest->distance = found;
    }
}
