/*
 * pseudonymize: a token that is the same for the same value, and tells nothing to whoever lacks the key.
 *
 * Keys are derived for this recipient, domain and epoch (crypto/derive.h). The methods are in a table, one file each:
 * hmac is one way, and the default; ff1 keeps the value's form, siv makes it unreadable, ip keeps networks together,
 * and all three can be reversed by the key's holder. The formats are frozen: docs/TOKENS.md.
 *
 * There is no unkeyed hash: what can be enumerated (every phone number can) is reversed by hashing all of it.
 */
#include "rules/step/pseudonymize.h"

#include "rules/base/span.h"

static const pare_token_method *const methods[] = {&pare_token_hmac, &pare_token_ff1, &pare_token_siv, &pare_token_ip};
enum { N_METHODS = sizeof methods / sizeof methods[0], DEFAULT_BITS = 128 };

static const char *const encodings[] = {"base32", "hex", "base64url", NULL};
static const char *const rotations[] = {"never", "yearly", "monthly", NULL};
static const char *const unfit_choices[] = {"suppress", "fail", "hmac", NULL};
static const char *const check_digits[] = {"none", "luhn", "iban", NULL};
static const pare_key_spec token_keys[] = {
    {.key = "method",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(pare_token_params, method_name),
     .help =
         "`hmac` (default): a one-way token. `ff1`: the value's own form. `siv`: sealed. `ip`: an address, with its "
         "networks kept together. All but hmac can be reversed by the key's holder."},
    {.key = "domain",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(pare_token_params, domain),
     .help = "Fields of one domain get equal tokens for equal values; default: the field's name."},
    {.key = "normalize",
     .kind = PARE_KIND_CHOICES,
     .offset = offsetof(pare_token_params, normalize),
     .choices = pare_normal_names,
     .help = "Forms applied before the token is made; default: none."},
    {.key = "bits",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(pare_token_params, bits),
     .max = UINT32_MAX,
     .help = "hmac: length of the token before encoding, a multiple of 8 from 80 to 256; default 128."},
    {.key = "encoding",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(pare_token_params, encoding),
     .choices = encodings,
     .help = "hmac: `base32` (default), `hex` or `base64url`."},
    {.key = "prefix",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(pare_token_params, prefix),
     .help = "hmac, siv: text before each token, at most 64 bytes; default: none."},
    {.key = "rotate",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(pare_token_params, rotate),
     .choices = rotations,
     .help = "`never` (default), `yearly`, `monthly`: a new key, and so new tokens, by the day of --as-of."},
    {.key = "alphabet",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(pare_token_params, alphabet_text),
     .help =
         "ff1: the characters that are encrypted: `digits` (default), `lower`, `upper`, `alnum` (0-9A-Z), `base62`, "
         "or a text that lists them. Others stay in place."},
    {.key = "segments",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(pare_token_params, segments),
     .help = "ff1: an expression for the whole value; its groups whose name begins with `keep` stay as they are."},
    {.key = "check_digit",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(pare_token_params, check_digit),
     .choices = check_digits,
     .help = "ff1: `luhn` or `iban`: valid numbers become valid numbers; default: `none`."},
    {.key = "unfit",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(pare_token_params, unfit),
     .choices = unfit_choices,
     .help = "ff1: what becomes of a value with fewer than a million possibilities, or of another form: `suppress` "
             "(default), `fail` (the run ends), `hmac` (a one-way token)."},
};
static const pare_schema token_schema = {
    .what = "the step `pseudonymize`", .keys = token_keys, .n_keys = sizeof token_keys / sizeof token_keys[0]};

/* --- building -------------------------------------------------------------------------------------------------------
 */

static const pare_token_method *find_method(pare_step *step, const pare_node *node, pare_span name, pare_build *build)
{
    static const char *const hashes[] = {"sha256", "sha-256", "sha1",   "sha-1", "sha512", "sha-512", "sha3", "md5",
                                         "blake2", "blake2b", "blake3", "hash",  "crc32",  "xxhash",  NULL};
    const char *names[N_METHODS + 1] = {NULL};
    pare_place place = pare_param_place(step, node, "method");
    for (size_t i = 0; i < N_METHODS; i++) {
        names[i] = methods[i]->name;
        if (pare_span_is(name, names[i])) {
            return methods[i];
        }
    }
    for (size_t i = 0; hashes[i] != NULL; i++) {
        if (pare_span_is(name, hashes[i])) {
            pare_refuse(build, PR064, place, "use `method: hmac`, the default, and keep the key from the recipient",
                        "`%s` is a hash without a key: whoever can enumerate the values can reverse it", hashes[i]);
            return NULL;
        }
    }
    const char *nearest = pare_nearest_name(name, names);
    const char *help = nearest == NULL ? "use `method: hmac`, the default"
                                       : pare_diagnostic_text(build->reading.findings, "did you mean `%s`?", nearest);
    pare_refuse(build, PR064, place, help, "`%.*s` is not a method of `pseudonymize`", PARE_SPAN_ARGS(name));
    return NULL;
}

/** Parameters that this method does not know would silently do nothing. */
static bool check_takes(pare_step *step, const pare_node *node, const pare_token_params *params, pare_build *build)
{
    static const char *const special[] = {"bits",     "encoding",    "prefix", "alphabet",
                                          "segments", "check_digit", "unfit",  NULL};
    bool good = true;
    for (size_t i = 0; special[i] != NULL; i++) {
        bool taken = params->unfit == PARE_UNFIT_HMAC && i < 3; /* the form of the token that stands in */
        for (const char *const *takes = params->method->takes; *takes != NULL; takes++) {
            taken = taken || strcmp(*takes, special[i]) == 0;
        }
        if (!taken && pare_param_given(node, special[i], NULL)) {
            good = pare_refuse(build, PR061, pare_param_place(step, node, special[i]),
                               i < 3 ? "remove it, or use `method: hmac`" : "remove it, or use `method: ff1`",
                               "`%s` means nothing to the method `%s`", special[i], params->method->name);
        }
    }
    return good;
}

static void set_key_use(pare_step *step, const pare_token_params *params)
{
    step->key_use.method = pare_span_of(params->method->name);
    step->key_use.domain = params->domain;
    step->key_use.cipher_bytes = params->method->cipher_bytes;
    step->key_use.hmac_too = params->unfit == PARE_UNFIT_HMAC;
    switch (params->rotate) {
    case 1:
        step->key_use.rotate = PARE_ROTATE_YEARLY;
        break;
    case 2:
        step->key_use.rotate = PARE_ROTATE_MONTHLY;
        break;
    default:
        step->key_use.rotate = PARE_ROTATE_NEVER;
    }
    if (params->rotate != 0) {
        step->traits |= PARE_TRAIT_DEPENDS_ON_DATE;
    }
    if (params->method != &pare_token_hmac) {
        step->traits &= ~(unsigned)PARE_TRAIT_FIXED_WIDTH_TOKEN;
    }
    if (params->method == &pare_token_ff1) { /* what is not in its alphabet stays */
        step->traits &= ~(unsigned)PARE_TRAIT_CHANGES_ALL;
    }
}

static bool build_token(pare_step *step, const pare_node *node, pare_build *build)
{
    pare_token_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->method_name = pare_span_of("hmac");
    made->domain = build->field;
    made->bits = DEFAULT_BITS;
    made->alphabet_text = pare_span_of("digits");
    bool good = pare_schema_read(&token_schema, node, step->place, made, &build->reading);
    made->method = find_method(step, node, made->method_name, build);
    good = pare_token_build_form(step, node, made, build) && good;
    if (made->method == NULL) {
        return false;
    }
    good = check_takes(step, node, made, build) && good;
    if (made->method->build != NULL) {
        good = made->method->build(step, node, made, build) && good;
    }
    if (!good || !pare_normal_expand(build, made->normalize, &made->list)) {
        return false;
    }
    step->params = made;
    set_key_use(step, made);
    return true;
}

/* --- tokens ---------------------------------------------------------------------------------------------------------
 */

pare_status pare_cipher_open(const pare_step *step, pare_span recipient, pare_span key, void **cipher, pare_error *err)
{
    const pare_token_params *params = step->params;
    return params->method->open(params, recipient, key, cipher, err);
}

void pare_cipher_close(const pare_step *step, void *cipher)
{
    const pare_token_params *params = step->params;
    params->method->close(cipher);
}

bool pare_token_is_reversible(const pare_step *step)
{
    const pare_token_params *params = step->params;
    return params->method->reverse != NULL;
}

pare_outcome pare_token_reverse(const pare_step *step, pare_scratch *scratch, pare_span token, pare_buf *out)
{
    const pare_token_params *params = step->params;
    size_t mark = out->len;
    if (params->method->reverse == NULL || token.len == 0) {
        return PARE_WITHHOLD;
    }
    pare_outcome outcome = params->method->reverse(step, scratch, token, out);
    if (outcome != PARE_RELEASE || out->status != PARE_OK) {
        out->len = mark;
        return PARE_WITHHOLD;
    }
    return outcome;
}

pare_outcome pare_token_normalize(const pare_step *step, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    const pare_token_params *params = step->params;
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
    const pare_token_params *params = step->params;
    size_t mark = out->len;
    pare_outcome outcome = pare_token_normalize(step, scratch, value, out);
    if (outcome != PARE_SAME && outcome != PARE_RELEASE) {
        return outcome;
    }
    if (out->status != PARE_OK) { /* what stands there may be a part of the value: no token of that */
        return PARE_WITHHOLD;
    }
    return params->method->apply(step, scratch, outcome == PARE_SAME ? value : pare_buf_since(out, mark), mark, out);
}

static void explain_token(const pare_step *step, pare_buf *out)
{
    const pare_token_params *params = step->params;
    pare_buf_append_text(out, "replaces the value by ");
    pare_buf_append_text(out, params->method->says);
    if (params->alphabet != NULL) {
        pare_buf_append_text(out, " over `");
        pare_buf_append_span(out, params->alphabet_text);
        pare_buf_append_text(out,
                             params->n_kept > 0 ? "`, all else and the groups `keep` staying" : "`, all else staying");
    }
    pare_buf_append_text(out, ", the same for the same value in the domain `");
    pare_buf_append_span(out, params->domain);
    pare_buf_append_text(out, "`");
    if (params->normalize.n > 0) {
        pare_buf_append_text(out, " once normalized (");
        pare_normal_explain(params->normalize, out);
        pare_buf_append_text(out, ")");
    }
    if (params->check_digit != PARE_CHECK_NONE) {
        pare_buf_append_text(out, params->check_digit == PARE_CHECK_LUHN ? ", with a valid check digit (Luhn)"
                                                                         : ", with valid check digits (IBAN)");
    }
    if (params->rotate != 0) {
        pare_buf_append_text(out, params->rotate == 1 ? ", with a new key every year" : ", with a new key every month");
    }
    if (params->method->reverse != NULL) {
        pare_buf_append_text(out, "; whoever holds the key can get the value back");
    }
}

const pare_step_type pare_step_pseudonymize = {
    .name = "pseudonymize",
    .family = "pseudonymization",
    .summary = "A keyed token stands in the value's place, the same for the same value.",
    .params = &token_schema,
    .traits = PARE_TRAIT_NEEDS_KEY | PARE_TRAIT_FIXED_WIDTH_TOKEN | PARE_TRAIT_WRITES_OWN | PARE_TRAIT_CHANGES_ALL,
    .build = build_token,
    .apply = apply_token,
    .explain = explain_token,
};
