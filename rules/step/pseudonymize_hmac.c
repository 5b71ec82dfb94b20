/*
 * pseudonymize, method hmac: HMAC-SHA256 (RFC 2104) of the normalized value's bytes; the first `bits` of it, in base32
 * (RFC 4648 section 6, lower case, unpadded), hex or base64url (section 5, unpadded), behind `prefix`.
 */
#include "rules/step/pseudonymize.h"

#include "rules/base/base32.h"
#include "rules/base/span.h"

enum { MIN_BITS = 80, MAX_BITS = 256, WARN_BELOW_BITS = 96, MAX_PREFIX_BYTES = 64 };
enum encoding { BASE32, HEX, BASE64URL };

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base16[] = "0123456789abcdef";
const char pare_base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static bool check_bits(pare_step *step, const pare_node *node, uint32_t bits, pare_build *build)
{
    pare_place place = pare_param_place(step, node, "bits");
    if (bits < MIN_BITS || bits > MAX_BITS || bits % 8 != 0) {
        return pare_refuse(build, PR065, place, "leave it at its default of 128, or take 96, 160 or 256",
                           "`bits: %u` is not a multiple of 8 from %d to %d", bits, MIN_BITS, MAX_BITS);
    }
    if (bits < WARN_BELOW_BITS) {
        pare_refuse(build, PR079, place, "leave `bits` at its default of 128 where joins must be right",
                    "among a billion values, two share a token of %u bits with a probability of 1 in %s", bits,
                    bits == 80 ? "2.4 million" : "619 million");
    }
    return true;
}

static bool check_prefix(pare_step *step, const pare_node *node, pare_span prefix, pare_build *build)
{
    bool good = prefix.len <= MAX_PREFIX_BYTES;
    for (size_t i = 0; i < prefix.len; i++) {
        good = good && prefix.ptr[i] >= 0x20 && prefix.ptr[i] != 0x7F;
    }
    return good || pare_refuse(build, PR073, pare_param_place(step, node, "prefix"),
                               "a few letters and a separator: `prefix: \"cus_\"`",
                               "`prefix` is longer than %d bytes or holds a control character", MAX_PREFIX_BYTES);
}

static size_t encoded_width(int encoding, size_t bytes)
{
    switch ((enum encoding)encoding) {
    case BASE32:
        return (bytes * 8 + 4) / 5;
    case HEX:
        return bytes * 2;
    case BASE64URL:
        return (bytes * 8 + 5) / 6;
    }
    return 0;
}

bool pare_token_build_form(pare_step *step, const pare_node *node, pare_token_params *params, pare_build *build)
{
    bool good = check_bits(step, node, params->bits, build);
    good = check_prefix(step, node, params->prefix, build) && good;
    params->mac_bytes = params->bits / 8;
    params->width = params->prefix.len + encoded_width(params->encoding, params->mac_bytes);
    return good;
}

/* Static, so that each encoding of pare_token_write() gets a loop of its own width. */
static void encode(const unsigned char *bytes, size_t len, unsigned width, const char *alphabet, unsigned char *out)
{
    uint32_t pending = 0; /* bits that wait, right-aligned */
    unsigned n_pending = 0, mask = (1U << width) - 1;
    for (size_t i = 0; i < len; i++) {
        pending = (pending << 8) | bytes[i];
        n_pending += 8;
        while (n_pending >= width) {
            n_pending -= width;
            *out++ = (unsigned char)alphabet[(pending >> n_pending) & mask];
        }
        pending &= (1U << n_pending) - 1;
    }
    if (n_pending > 0) {
        *out = (unsigned char)alphabet[(pending << (width - n_pending)) & mask];
    }
}

void pare_token_encode(const unsigned char *bytes, size_t len, unsigned width, const char *alphabet, unsigned char *out)
{
    encode(bytes, len, width, alphabet, out);
}

size_t pare_token_width(const pare_step *step)
{
    const pare_token_params *params = step->params;
    return params->width;
}

void pare_token_write(const pare_step *step, const unsigned char mac[PARE_SHA256_BYTES], unsigned char *out)
{
    const pare_token_params *params = step->params;
    if (params->prefix.len > 0) {
        memcpy(out, params->prefix.ptr, params->prefix.len);
        out += params->prefix.len;
    }
    switch ((enum encoding)params->encoding) {
    case BASE32:
        pare_base32_write(mac, params->mac_bytes, out);
        break;
    case HEX:
        encode(mac, params->mac_bytes, 4, base16, out);
        break;
    case BASE64URL:
        encode(mac, params->mac_bytes, 6, pare_base64url, out);
        break;
    }
}

pare_outcome pare_token_mac(const pare_step *step, pare_scratch *scratch, pare_span value, size_t mark, pare_buf *out)
{
    const pare_token_params *params = step->params;
    unsigned char mac[PARE_SHA256_BYTES];
    pare_hmac(&scratch->keys[step->key_slot], value, mac);
    out->len = mark;
    if (!pare_buf_reserve(out, params->width)) {
        return PARE_WITHHOLD;
    }
    pare_token_write(step, mac, out->ptr + mark);
    out->len = mark + params->width;
    return PARE_RELEASE;
}

bool pare_token_looks_like_mac(const pare_token_params *params, pare_span token)
{
    const char *digits[] = {base32, base16, pare_base64url};
    if (token.len != params->width || !pare_span_equal(pare_span_first(token, params->prefix.len), params->prefix)) {
        return false;
    }
    for (size_t i = params->prefix.len; i < token.len; i++) {
        if (memchr(digits[params->encoding], token.ptr[i], strlen(digits[params->encoding])) == NULL) {
            return false;
        }
    }
    return true;
}

static const char *const takes[] = {"bits", "encoding", "prefix", NULL};
const pare_token_method pare_token_hmac = {
    .name = "hmac", .takes = takes, .says = "a keyed token", .apply = pare_token_mac};
