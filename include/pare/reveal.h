/*
 * Back from tokens to values: for the holder of the master key, one field at a time.
 *
 * Only tokens of the methods ff1, siv and ip can be reversed. Who does so should write down why: `pare reveal` keeps an
 * audit file, and a program that uses this owes its readers the same.
 */
#ifndef PARE_REVEAL_H
#define PARE_REVEAL_H

#include "pare/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pare_revealer pare_revealer; /**< opaque; one thread at a time */

/**
 * Make ready to reverse the tokens of one field.
 *
 * @param      policy    Borrowed; must outlive the revealer.
 * @param      field     As `fields:` or `as:` names it, or a column that falls under a glob or regex of `fields:`.
 * @param      options   The key, and the day that `rotate` counts from: one in the period that the tokens are of.
 * @param[out] revealer  The caller's, to free with pare_revealer_free(). Untouched on failure.
 * @return PARE_OK; PARE_E_POLICY: there is no such field, or its tokens can't be reversed; PARE_E_KEY; PARE_E_NOMEM
 */
PARE_API PARE_NODISCARD pare_status pare_revealer_new(const pare_policy *policy, pare_span field,
                                                      const pare_bind_options *options, pare_revealer **revealer,
                                                      pare_error *err);
/** Wipes and frees. NULL is fine. */
PARE_API void pare_revealer_free(pare_revealer *revealer);

/**
 * The value of one token, as it was once normalized; borrowed from the revealer until the next call.
 * @return PARE_OK; PARE_E_DATA: this is no token of this field, key and period. Tokens of ff1 and ip can't be told from
 *         other values of their form: made with another key they come back as something else.
 */
PARE_API PARE_NODISCARD pare_status pare_revealer_reveal(pare_revealer *revealer, pare_span token, pare_span *value,
                                                         pare_error *err);

enum { PARE_DIGEST_CHARS = 64 };
/** SHA-256 of a policy's document, as manifests show it: 64 hex digits and a NUL. */
PARE_API PARE_NODISCARD pare_status pare_policy_digest(pare_span document, char out[PARE_DIGEST_CHARS + 1],
                                                       pare_error *err);

#ifdef __cplusplus
}
#endif
#endif
