/*
 * pseudonymize, method siv: AES-256-SIV (RFC 5297) of the normalized value, in base64url (RFC 4648 section 5,
 * unpadded), behind `prefix`. The associated data are two strings: the recipient and the domain.
 *
 * The token is as much longer than the value as the tag and the encoding make it, so the value's length is told. What
 * was not sealed under this key, for this recipient and domain, is recognized as such.
 */
#include "rules/step/pseudonymize.h"

#include "rules/base/span.h"
#include "rules/crypto/siv.h"

static pare_status open_siv(const pare_token_params *params, pare_span recipient, pare_span key, void **cipher,
                            pare_error *err)
{
    const pare_span data[] = {recipient, params->domain};
    pare_siv *siv = NULL;
    pare_status status = pare_siv_new(key, data, sizeof data / sizeof data[0], &siv, err);
    *cipher = siv;
    return status;
}

static void close_siv(void *cipher)
{
    pare_siv_free(cipher);
}

static pare_outcome apply_siv(const pare_step *step, pare_scratch *scratch, pare_span value, size_t mark, pare_buf *out)
{
    const pare_token_params *params = step->params;
    pare_siv *siv = pare_token_cipher(step, scratch);
    pare_buf *sealed = &scratch->temporary[0];
    size_t len = value.len + PARE_SIV_TAG_BYTES;
    pare_buf_reset(sealed);
    if (siv == NULL || !pare_buf_reserve(sealed, len) || !pare_siv_encrypt(siv, value, sealed->ptr)) {
        return PARE_WITHHOLD;
    }
    out->len = mark;
    pare_buf_append_span(out, params->prefix);
    size_t width = len / 3 * 4 + (len % 3 * 8 + 5) / 6;
    if (!pare_buf_reserve(out, width)) {
        return PARE_WITHHOLD;
    }
    pare_token_encode(sealed->ptr, len, 6, pare_base64url, out->ptr + out->len);
    out->len += width;
    return PARE_RELEASE;
}

/** Base64url without padding, in its one spelling: bits that are left over are zero. */
static bool decode(pare_span text, pare_buf *out)
{
    uint32_t pending = 0;
    unsigned n_pending = 0;
    if (text.len % 4 == 1) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(pare_base64url, text.ptr[i], 64);
        if (digit == NULL) {
            return false;
        }
        pending = pending << 6 | (uint32_t)(digit - pare_base64url);
        n_pending += 6;
        if (n_pending >= 8) {
            n_pending -= 8;
            pare_buf_append_byte(out, (unsigned char)(pending >> n_pending));
        }
        pending &= (1U << n_pending) - 1;
    }
    return pending == 0 && out->status == PARE_OK;
}

static pare_outcome reverse_siv(const pare_step *step, pare_scratch *scratch, pare_span token, pare_buf *out)
{
    const pare_token_params *params = step->params;
    pare_siv *siv = pare_token_cipher(step, scratch);
    pare_buf *sealed = &scratch->temporary[0];
    size_t prefix = params->prefix.len;
    pare_buf_reset(sealed);
    if (siv == NULL || token.len < prefix || !pare_span_equal(pare_span_first(token, prefix), params->prefix) ||
        !decode(pare_span_after(token, prefix), sealed) || sealed->len <= PARE_SIV_TAG_BYTES) {
        return PARE_WITHHOLD;
    }
    size_t len = sealed->len - PARE_SIV_TAG_BYTES;
    if (!pare_buf_reserve(out, len) || !pare_siv_decrypt(siv, pare_buf_span(sealed), out->ptr + out->len)) {
        return PARE_WITHHOLD;
    }
    out->len += len;
    return PARE_RELEASE;
}

static const char *const takes[] = {"prefix", NULL};
const pare_token_method pare_token_siv = {.name = "siv",
                                          .takes = takes,
                                          .cipher_bytes = 64,
                                          .says = "its sealed form (AES-SIV)",
                                          .open = open_siv,
                                          .close = close_siv,
                                          .apply = apply_siv,
                                          .reverse = reverse_siv};
