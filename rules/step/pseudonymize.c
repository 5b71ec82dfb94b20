/*
 * pseudonymize: a token that is the same for the same value, and tells nothing to whoever lacks the key.
 *
 * HMAC-SHA256 (RFC 2104) of the normalized value's bytes under a key derived for this recipient, domain and epoch
 * (crypto/derive.h); the first `bits` of it, in base32 (RFC 4648 section 6, lower case, unpadded), hex or base64url
 * (section 5, unpadded), behind `prefix`. The format is frozen: docs/TOKENS.md.
 *
 * There is no unkeyed hash: what can be enumerated (every phone number can) is reversed by hashing all of it.
 */
#include "rules/step/normalize.h"

#include "rules/base/base32.h"
#include "rules/base/span.h"

enum { MIN_BITS = 80, MAX_BITS = 256, DEFAULT_BITS = 128, WARN_BELOW_BITS = 96, MAX_PREFIX_BYTES = 64 };
enum encoding { BASE32, HEX, BASE64URL };

typedef struct token_params {
    pare_span method, domain, prefix;
    pare_choices normalize, list;
    uint32_t bits;
    int encoding, rotate;
    size_t mac_bytes, width; /* of the MAC's bytes that are used; of the token with its prefix */
} token_params;

static const char *const encodings[] = {"base32", "hex", "base64url", NULL};
static const char *const rotations[] = {"never", "yearly", "monthly", NULL};
static const pare_key_spec token_keys[] = {
    {.key = "method",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(token_params, method),
     .help = "`hmac` (default): a one-way token."},
    {.key = "domain",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(token_params, domain),
     .help = "Fields of one domain get equal tokens for equal values; default: the field's name."},
    {.key = "normalize",
     .kind = PARE_KIND_CHOICES,
     .offset = offsetof(token_params, normalize),
     .choices = pare_normal_names,
     .help = "Forms applied before the token is made; default: none."},
    {.key = "bits",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(token_params, bits),
     .max = UINT32_MAX,
     .help = "Length of the token before encoding, a multiple of 8 from 80 to 256; default 128."},
    {.key = "encoding",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(token_params, encoding),
     .choices = encodings,
     .help = "`base32` (default), `hex` or `base64url`."},
    {.key = "prefix",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(token_params, prefix),
     .help = "Text before each token, at most 64 bytes; default: none."},
    {.key = "rotate",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(token_params, rotate),
     .choices = rotations,
     .help = "`never` (default), `yearly`, `monthly`: a new key, and so new tokens, by the day of --as-of."},
    {.key = "alphabet", .later = "only `method: ff1` uses an alphabet, and it is not built yet"},
    {.key = "unfit", .later = "only `method: ff1` has values that are unfit, and it is not built yet"},
};
static const pare_schema token_schema = {
    .what = "the step `pseudonymize`", .keys = token_keys, .n_keys = sizeof token_keys / sizeof token_keys[0]};

/* --- building -------------------------------------------------------------------------------------------------------
 */

static bool check_method(pare_step *step, const pare_node *params, pare_span method, pare_build *build)
{
    static const char *const hashes[] = {"sha256", "sha-256", "sha1",   "sha-1", "sha512", "sha-512", "sha3", "md5",
                                         "blake2", "blake2b", "blake3", "hash",  "crc32",  "xxhash",  NULL};
    static const char *const methods[] = {"hmac", "ff1", "siv", NULL};
    pare_place place = pare_param_place(step, params, "method");
    if (pare_span_is(method, "hmac")) {
        return true;
    }
    if (pare_span_is(method, "ff1") || pare_span_is(method, "siv")) {
        return pare_refuse(build, PR029, place, "`hmac` is what this version has: tokens that nobody reverses",
                           "the method `%.*s` of `pseudonymize` is not built yet", PARE_SPAN_ARGS(method));
    }
    for (size_t i = 0; hashes[i] != NULL; i++) {
        if (pare_span_is(method, hashes[i])) {
            pare_refuse(build, PR064, place, "use `method: hmac`, the default, and keep the key from the recipient",
                        "`%s` is a hash without a key: whoever can enumerate the values can reverse it", hashes[i]);
            return false;
        }
    }
    const char *nearest = pare_nearest_name(method, methods);
    const char *help = nearest == NULL ? "use `method: hmac`, the default"
                                       : pare_diagnostic_text(build->reading.findings, "did you mean `%s`?", nearest);
    return pare_refuse(build, PR064, place, help, "`%.*s` is not a method of `pseudonymize`", PARE_SPAN_ARGS(method));
}

static bool check_bits(pare_step *step, const pare_node *params, uint32_t bits, pare_build *build)
{
    pare_place place = pare_param_place(step, params, "bits");
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

static bool check_prefix(pare_step *step, const pare_node *params, pare_span prefix, pare_build *build)
{
    bool good = prefix.len <= MAX_PREFIX_BYTES;
    for (size_t i = 0; i < prefix.len; i++) {
        good = good && prefix.ptr[i] >= 0x20 && prefix.ptr[i] != 0x7F;
    }
    return good || pare_refuse(build, PR073, pare_param_place(step, params, "prefix"),
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

static bool build_token(pare_step *step, const pare_node *params, pare_build *build)
{
    token_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->method = pare_span_of("hmac");
    made->domain = build->field;
    made->bits = DEFAULT_BITS;
    bool good = pare_schema_read(&token_schema, params, step->place, made, &build->reading);
    good = check_method(step, params, made->method, build) && good;
    good = check_bits(step, params, made->bits, build) && good;
    good = check_prefix(step, params, made->prefix, build) && good;
    if (!good || !pare_normal_expand(build, made->normalize, &made->list)) {
        return false;
    }
    made->mac_bytes = made->bits / 8;
    made->width = made->prefix.len + encoded_width(made->encoding, made->mac_bytes);
    step->params = made;
    step->key_use.method = pare_span_of("hmac");
    step->key_use.domain = made->domain;
    switch (made->rotate) {
    case 1:
        step->key_use.rotate = PARE_ROTATE_YEARLY;
        break;
    case 2:
        step->key_use.rotate = PARE_ROTATE_MONTHLY;
        break;
    default:
        step->key_use.rotate = PARE_ROTATE_NEVER;
    }
    if (made->rotate != 0) {
        step->traits |= PARE_TRAIT_DEPENDS_ON_DATE;
    }
    return true;
}

/* --- tokens ---------------------------------------------------------------------------------------------------------
 */

/* Groups of `width` bits, most significant first; the last is filled with zero bits. */
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

size_t pare_token_width(const pare_step *step)
{
    const token_params *params = step->params;
    return params->width;
}

void pare_token_write(const pare_step *step, const unsigned char mac[PARE_SHA256_BYTES], unsigned char *out)
{
    const token_params *params = step->params;
    if (params->prefix.len > 0) {
        memcpy(out, params->prefix.ptr, params->prefix.len);
        out += params->prefix.len;
    }
    switch ((enum encoding)params->encoding) {
    case BASE32:
        pare_base32_write(mac, params->mac_bytes, out);
        break;
    case HEX:
        encode(mac, params->mac_bytes, 4, "0123456789abcdef", out);
        break;
    case BASE64URL:
        encode(mac, params->mac_bytes, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", out);
        break;
    }
}

pare_outcome pare_token_normalize(const pare_step *step, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    const token_params *params = step->params;
    size_t mark = out->len;
    pare_outcome outcome = value.len == 0 ? PARE_WITHHOLD : pare_normalize(params->list, scratch, value, out);
    if (outcome == PARE_RELEASE && out->len == mark) {
        return PARE_WITHHOLD; /* nothing is left to make a token of */
    }
    return outcome;
}

static pare_outcome apply_token(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                pare_span value, pare_buf *out)
{
    (void)record;
    const token_params *params = step->params;
    size_t mark = out->len;
    pare_outcome outcome = pare_token_normalize(step, scratch, value, out);
    if (outcome != PARE_SAME && outcome != PARE_RELEASE) {
        return outcome;
    }
    if (out->status != PARE_OK) { /* what stands there may be a part of the value: no token of that */
        return PARE_WITHHOLD;
    }
    unsigned char mac[PARE_SHA256_BYTES];
    pare_hmac(&scratch->keys[step->key_slot], outcome == PARE_SAME ? value : pare_buf_since(out, mark), mac);
    out->len = mark;
    if (!pare_buf_reserve(out, params->width)) {
        return PARE_WITHHOLD;
    }
    pare_token_write(step, mac, out->ptr + mark);
    out->len = mark + params->width;
    return PARE_RELEASE;
}

static void explain_token(const pare_step *step, pare_buf *out)
{
    const token_params *params = step->params;
    pare_buf_append_text(out, "replaces the value by a keyed token, the same for the same value in the domain `");
    pare_buf_append_span(out, params->domain);
    pare_buf_append_text(out, "`");
    if (params->normalize.n > 0) {
        pare_buf_append_text(out, " once normalized (");
        pare_normal_explain(params->normalize, out);
        pare_buf_append_text(out, ")");
    }
    if (params->rotate != 0) {
        pare_buf_append_text(out, params->rotate == 1 ? ", with a new key every year" : ", with a new key every month");
    }
}

const pare_step_type pare_step_pseudonymize = {
    .name = "pseudonymize",
    .family = "pseudonymization",
    .summary = "A keyed token stands in the value's place, the same for the same value.",
    .params = &token_schema,
    .traits = PARE_TRAIT_NEEDS_KEY | PARE_TRAIT_FIXED_WIDTH_TOKEN,
    .build = build_token,
    .apply = apply_token,
    .explain = explain_token,
};
