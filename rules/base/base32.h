/* Base32 (RFC 4648 section 6), lower-case and without padding: eight characters at a time. */
#ifndef PARE_RULES_BASE_BASE32_H
#define PARE_RULES_BASE_BASE32_H

#include "pare/types.h"

static inline size_t pare_base32_length(size_t bytes)
{
    return (bytes * 8 + 4) / 5;
}

/** Writes pare_base32_length(len) characters. */
void pare_base32_write(const unsigned char *bytes, size_t len, unsigned char *out);

#endif
