/*
 * What the methods of `pseudonymize` share: the parameters, and the table's row that each of them fills.
 *
 * Adding one: a file pseudonymize_NAME.c with a `const pare_token_method`, one line in the table of pseudonymize.c.
 */
#ifndef PARE_RULES_STEP_PSEUDONYMIZE_H
#define PARE_RULES_STEP_PSEUDONYMIZE_H

#include "rules/step/normalize.h"

enum { PARE_MOST_RADIX = 256, PARE_MOST_KEPT_GROUPS = 16 };
typedef enum pare_unfit { PARE_UNFIT_SUPPRESS = 0, PARE_UNFIT_FAIL, PARE_UNFIT_HMAC } pare_unfit;
typedef enum pare_check_digit { PARE_CHECK_NONE = 0, PARE_CHECK_LUHN, PARE_CHECK_IBAN } pare_check_digit;

/** Characters that are encrypted, each with its numeral. */
typedef struct pare_alphabet {
    uint32_t radix;
    uint32_t characters[PARE_MOST_RADIX];
    uint16_t of_ascii[128]; /* numeral + 1; 0: outside */
    bool other_case[128];   /* outside, and the same letter in the other case is inside */
} pare_alphabet;

typedef struct pare_token_method pare_token_method;

typedef struct pare_token_params {
    pare_span method_name, domain, prefix, alphabet_text, segments;
    pare_choices normalize, list; /* as written; with named forms written out */
    uint32_t bits;
    int encoding, rotate, unfit, check_digit; /* unfit: pare_unfit; check_digit: pare_check_digit */
    size_t mac_bytes, width;                  /* of the MAC's bytes that are used; of the hmac token with its prefix */
    const pare_token_method *method;
    const pare_alphabet *alphabet; /* ff1 */
    const pare_regex *segments_regex;
    uint32_t n_kept, kept[PARE_MOST_KEPT_GROUPS]; /* groups of it that stay as they are */
    size_t n_groups;                              /* how many must be asked for to have them all */
} pare_token_params;

/** One way to make a token of a value that is normalized and not empty. */
struct pare_token_method {
    const char *name;
    const char *const *takes; /* parameters beside method, domain, normalize and rotate; NULL-terminated */
    uint32_t cipher_bytes;    /* pare_step.key_use.cipher_bytes */
    const char *says;         /* how the value is replaced: "by a keyed token" */
    /** What only this method needs. False: findings were made. NULL: nothing. */
    bool (*build)(pare_step *step, const pare_node *node, pare_token_params *params, pare_build *build);
    /** NULL where cipher_bytes is 0. */
    pare_status (*open)(const pare_token_params *params, pare_span recipient, pare_span key, void **cipher,
                        pare_error *err);
    void (*close)(void *cipher);
    /** `value` may lie in `out`, behind `mark`, where the token takes its place. */
    pare_outcome (*apply)(const pare_step *step, pare_scratch *scratch, pare_span value, size_t mark, pare_buf *out);
    /** NULL: one way. WITHHOLD: this is no token of this step and key. */
    pare_outcome (*reverse)(const pare_step *step, pare_scratch *scratch, pare_span token, pare_buf *out);
};

extern const pare_token_method pare_token_hmac, pare_token_ff1, pare_token_siv, pare_token_ip;

/** The digits of RFC 4648 section 5. */
extern const char pare_base64url[];

/** Groups of `width` bits, most significant first; the last is filled with zero bits. */
void pare_token_encode(const unsigned char *bytes, size_t len, unsigned width, const char *alphabet,
                       unsigned char *out);

/** The token that the method hmac makes of `value`, in place of what stands behind `mark`. */
pare_outcome pare_token_mac(const pare_step *step, pare_scratch *scratch, pare_span value, size_t mark, pare_buf *out);
/** Whether `token` has the form of one that pare_token_mac() makes for this step. */
bool pare_token_looks_like_mac(const pare_token_params *params, pare_span token);

/** `bits`, `prefix` and the widths that follow from them. False: findings were made. */
bool pare_token_build_form(pare_step *step, const pare_node *node, pare_token_params *params, pare_build *build);

/** The alphabet that `text` names or lists. NULL: a finding was made. pseudonymize_alphabet.c */
const pare_alphabet *pare_alphabet_build(pare_span text, pare_place place, pare_build *build);
/** The numeral of the character at the start of `text`, whose length goes to *bytes; -1: it is outside. */
int pare_alphabet_numeral(const pare_alphabet *alphabet, pare_span text, size_t *bytes);

/** The cipher that a worker opened for this step, or NULL. */
static inline void *pare_token_cipher(const pare_step *step, const pare_scratch *scratch)
{
    return scratch->ciphers == NULL ? NULL : scratch->ciphers[step->key_slot];
}

#endif
