/*
 * Pages for keys alone.
 *
 * Locking can be refused (RLIMIT_MEMLOCK) and then the pages could reach swap; a run is not
 * stopped for that, it is what most containers allow. Leaving core dumps out and wiping always
 * work.
 */
#include "rules/base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whole pages, so that unlocking one secret can't unlock another; 0 where that can't be said. */
static size_t whole_pages(size_t bytes)
{
    long page = sysconf(_SC_PAGESIZE);
    if (page <= 0 || bytes > SIZE_MAX - (size_t)page) {
        return 0;
    }
    size_t unit = (size_t)page;
    return bytes == 0 ? unit : (bytes + unit - 1) / unit * unit;
}

void *pare_secret_alloc(size_t bytes)
{
    size_t size = whole_pages(bytes);
    if (size == 0) {
        return NULL;
    }
    void *secret = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (secret == MAP_FAILED) {
        return NULL;
    }
    (void)mlock(secret, size);
#ifdef MADV_DONTDUMP
    (void)madvise(secret, size, MADV_DONTDUMP);
#endif
    return secret;
}

void pare_secret_free(void *secret, size_t bytes)
{
    if (secret != NULL) {
        size_t size = whole_pages(bytes);
        pare_secret_wipe(secret, size);
        (void)munmap(secret, size); /* unlocks, too */
    }
}

void pare_secret_wipe(void *bytes, size_t len)
{
    if (len > 0) {
        explicit_bzero(bytes, len);
    }
}

bool pare_secret_equal(const void *a, const void *b, size_t len)
{
    /* volatile: no compiler may stop at the first difference. */
    const volatile unsigned char *left = a, *right = b;
    unsigned char difference = 0;
    for (size_t i = 0; i < len; i++) {
        difference = (unsigned char)(difference | (left[i] ^ right[i]));
    }
    return difference == 0;
}
