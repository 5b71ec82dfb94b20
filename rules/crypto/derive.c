/*
 * HKDF-SHA256 (RFC 5869) and the layout of what a working key is bound to.
 *
 * The four texts of a use go in with their lengths, so that no two uses make the same info:
 * method "a", recipient "bc" and method "ab", recipient "c" differ. Frozen; docs/TOKENS.md.
 */
#include "rules/crypto/derive.h"

#include "rules/base/buf.h"
#include "rules/base/secret.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/crypto/key_bytes.h"
#include "rules/crypto/prim.h"

enum { HKDF_MOST_BYTES = 255 * PARE_SHA256_BYTES, DERIVE_MOST_BYTES = 64, TEXT_MOST_BYTES = 1 << 20 };

/* RFC 5869 section 2.3. `input` is room for T(i-1) | info | i, and is wiped by the caller. */
static pare_status expand(const pare_hmac_key *key, pare_span info, pare_buf *input, unsigned char *out, size_t len)
{
    unsigned char block[PARE_SHA256_BYTES];
    size_t previous = 0; /* T(0) is empty */
    for (unsigned char counter = 1; len > 0; counter++) {
        pare_buf_reset(input);
        pare_buf_append(input, block, previous);
        pare_buf_append_span(input, info);
        pare_buf_append_byte(input, counter);
        if (input->status != PARE_OK) {
            pare_secret_wipe(block, sizeof block);
            return input->status;
        }
        pare_hmac(key, pare_buf_span(input), block);
        previous = sizeof block;
        size_t take = len < sizeof block ? len : sizeof block;
        memcpy(out, block, take);
        out += take;
        len -= take;
    }
    pare_secret_wipe(block, sizeof block);
    return PARE_OK;
}

pare_status pare_hkdf(pare_span input_key, pare_span salt, pare_span info, unsigned char *out, size_t len,
                      pare_error *err)
{
    if (len > HKDF_MOST_BYTES || info.len > 5 * TEXT_MOST_BYTES) {
        return pare_fail(err, PARE_E_INTERNAL, "a key derivation beyond its limits");
    }
    pare_hmac_key key;
    unsigned char pseudorandom[PARE_SHA256_BYTES];
    pare_hmac_prepare(salt, &key); /* no salt: HMAC pads with zeros, which is what section 2.2 asks for */
    pare_hmac(&key, input_key, pseudorandom);
    pare_hmac_prepare(pare_span_from(pseudorandom, sizeof pseudorandom), &key);

    /* All room at once: growing on the way would leave copies behind. */
    pare_buf input;
    pare_buf_init(&input, PARE_SHA256_BYTES + info.len + 1);
    pare_status status = pare_buf_reserve(&input, input.ceiling) ? PARE_OK : input.status;
    if (status == PARE_OK) {
        status = expand(&key, info, &input, out, len);
    }
    pare_buf_wipe(&input);
    pare_hmac_wipe(&key);
    pare_secret_wipe(pseudorandom, sizeof pseudorandom);
    if (status != PARE_OK) {
        pare_secret_wipe(out, len);
        return pare_fail(err, status, "no memory to derive a key");
    }
    return PARE_OK;
}

static void append_text(pare_buf *info, pare_span text)
{
    const unsigned char length[4] = {(unsigned char)(text.len >> 24), (unsigned char)(text.len >> 16),
                                     (unsigned char)(text.len >> 8), (unsigned char)text.len};
    pare_buf_append(info, length, sizeof length);
    pare_buf_append_span(info, text);
}

pare_status pare_derive(const pare_key *master, const pare_key_use *use, unsigned char *out, size_t len,
                        pare_error *err)
{
    const pare_span texts[] = {use->method, use->recipient, use->domain, use->epoch};
    const size_t n_texts = sizeof texts / sizeof texts[0];
    if (len > DERIVE_MOST_BYTES) {
        return pare_fail(err, PARE_E_INTERNAL, "a working key of %zu bytes was asked for", len);
    }
    pare_buf info;
    pare_buf_init(&info, n_texts * (4 + (size_t)TEXT_MOST_BYTES));
    for (size_t i = 0; i < n_texts; i++) {
        if (texts[i].len > TEXT_MOST_BYTES) {
            pare_buf_clear(&info);
            return pare_fail(err, PARE_E_INTERNAL, "a key is bound to a text that is too long");
        }
        append_text(&info, texts[i]);
    }
    pare_status status = info.status;
    if (status == PARE_OK) {
        status = pare_hkdf(pare_key_bytes(master), pare_span_of("pare/1"), pare_buf_span(&info), out, len, err);
    } else {
        (void)pare_fail(err, status, "no memory to derive a key");
    }
    pare_buf_clear(&info);
    return status;
}
