/*
 * The few types every part of pare speaks: borrowed bytes, the status of a call, and limits.
 *
 * Standard headers only; C11 and C++17 clean.
 */
#ifndef PARE_TYPES_H
#define PARE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PARE_API __attribute__((visibility("default")))
#define PARE_NODISCARD __attribute__((warn_unused_result))
#define PARE_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#else
#define PARE_API
#define PARE_NODISCARD
#define PARE_PRINTF(format_at, args_at)
#endif

/** Bytes that somebody else owns. `ptr` may be NULL only if `len` is 0. Not NUL-terminated. */
typedef struct pare_span {
    const unsigned char *ptr;
    size_t len; /**< bytes */
} pare_span;

/** What a call came to. Every function that returns one is `warn_unused_result`. */
typedef enum pare_status {
    PARE_OK = 0,
    PARE_END,         /**< no more input; not an error */
    PARE_E_NOMEM,     /**< memory ran out; nothing was delivered */
    PARE_E_LIMIT,     /**< the input exceeds a limit that an option sets; the run ends */
    PARE_E_DATA,      /**< the input is not what its format says; the run ends */
    PARE_E_TRUNCATED, /**< the input ends before it is whole; the run ends */
    PARE_E_MISSING,   /**< an input cannot be opened */
    PARE_E_CREATE,    /**< an output cannot be created */
    PARE_E_IO,        /**< reading or writing failed */
    PARE_E_POLICY,    /**< the policy, or the policy against this header, is refused */
    PARE_E_KEY,       /**< a key is missing, unreadable or unsafe */
    PARE_E_GATE,      /**< the run worked and a gate of the policy forbids delivery */
    PARE_E_INTERNAL   /**< our bug: an invariant did not hold */
} pare_status;

/** Limits. The defaults; `pare run --help` names the options that move them. */
enum {
    PARE_MAX_COLUMNS = 4096,         /**< columns of one input */
    PARE_MAX_RECORD_BYTES = 1 << 20, /**< one record, its line end included */
    PARE_MAX_FIELD_BYTES = 64 << 10, /**< one field as it stands in the input, quotes included */
    PARE_MAX_POLICY_BYTES = 1 << 20, /**< a policy or a pack */
    PARE_MAX_PURPOSES = 64           /**< purposes of one policy: they travel as bits */
};

#ifdef __cplusplus
}
#endif
#endif
