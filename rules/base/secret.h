/*
 * Memory for keys: locked where the system allows, left out of core dumps, wiped before it is freed.
 */
#ifndef PARE_RULES_BASE_SECRET_H
#define PARE_RULES_BASE_SECRET_H

#include "pare/types.h"

/** Zeroed memory on pages of its own, or NULL. To free with pare_secret_free(), with the same size. */
void *pare_secret_alloc(size_t bytes);
void pare_secret_free(void *secret, size_t bytes);

/** Overwrite in a way that the compiler keeps. */
void pare_secret_wipe(void *bytes, size_t len);

/** Equal, in a time that depends on `len` only. */
bool pare_secret_equal(const void *a, const void *b, size_t len);

#endif
