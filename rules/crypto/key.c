/*
 * The master key: held in locked pages from its first to its last moment, known by its fingerprint.
 */
#include "pare/key.h"

#include "rules/base/secret.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/crypto/derive.h"
#include "rules/crypto/key_bytes.h"

struct pare_key {
    size_t len;
    unsigned char bytes[]; /* [len] */
};

pare_status pare_key_new(pare_span bytes, pare_key **key, pare_error *err)
{
    if (bytes.len < PARE_KEY_MIN_BYTES || bytes.len > PARE_KEY_MAX_BYTES) {
        return pare_fail(err, PARE_E_KEY, "the key has %zu bytes; it needs %d to %d", bytes.len, PARE_KEY_MIN_BYTES,
                         PARE_KEY_MAX_BYTES);
    }
    pare_key *made = pare_secret_alloc(sizeof *made + bytes.len);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "no memory for the key");
    }
    made->len = bytes.len;
    memcpy(made->bytes, bytes.ptr, bytes.len);
    *key = made;
    return PARE_OK;
}

pare_status pare_key_new_published_test_key(pare_key **key, pare_error *err)
{
    return pare_key_new(pare_span_of("pare: published key, tests only!"), key, err);
}

void pare_key_free(pare_key *key)
{
    if (key != NULL) {
        pare_secret_free(key, sizeof *key + key->len);
    }
}

pare_span pare_key_bytes(const pare_key *key)
{
    return pare_span_from(key->bytes, key->len);
}

pare_status pare_key_fingerprint(const pare_key *key, char out[PARE_FINGERPRINT_CHARS + 1], pare_error *err)
{
    static const char hex[] = "0123456789abcdef";
    const pare_key_use use = {.method = pare_span_of("fingerprint")};
    unsigned char derived[32];
    PARE_TRY(pare_derive(key, &use, derived, sizeof derived, err));
    for (size_t i = 0; i < PARE_FINGERPRINT_CHARS / 2; i++) {
        out[2 * i] = hex[derived[i] >> 4];
        out[2 * i + 1] = hex[derived[i] & 15];
    }
    out[PARE_FINGERPRINT_CHARS] = '\0';
    pare_secret_wipe(derived, sizeof derived);
    return PARE_OK;
}
