/*
 * A step: one transformation of one value, named after its ISO/IEC 20889 family.
 *
 * The rules of the house:
 *  - A step is built once from the policy into an immutable pare_step; the same step runs in many
 *    workers at once, so whatever it writes to is in the worker's pare_scratch.
 *  - It appends its result to `out` and says RELEASE, or appends nothing and says SAME ("the value as it is"). On
 *    WITHHOLD the worker rewinds `out`, so a step that fails can't emit. Whatever is in doubt is withheld.
 *  - It never allocates (buffers grow by themselves, within their ceiling, and stay), never reads a clock, never
 * prints.
 *  - It sees values unquoted, as well-formed UTF-8. Null values never reach it.
 *
 * Adding one: a file with a `const pare_step_type`, one line in step_list.h.
 */
#ifndef PARE_RULES_STEP_STEP_H
#define PARE_RULES_STEP_STEP_H

#include "pare/record.h"
#include "rules/base/buf.h"
#include "rules/base/date.h"
#include "rules/crypto/prim.h"
#include "rules/detect/detect.h"
#include "rules/step/shadow.h"
#include "rules/text/schema.h"

/** What became of one value. Zero is the closed answer. */
typedef enum pare_outcome {
    PARE_WITHHOLD = 0, /* the value goes (empty); counted as suppressed */
    PARE_UNREADABLE,   /* the value goes: it can't be read as what the step needs; counted as unreadable */
    PARE_SAME,         /* the value passes as it is; nothing was appended */
    PARE_RELEASE,      /* what was appended to `out` takes its place */
    PARE_FAIL_RUN      /* the policy says that this ends the run (`otherwise: fail`) */
} pare_outcome;

enum {
    PARE_TRAIT_NEEDS_KEY = 1,         /* a working key must be derived: step->key_use */
    PARE_TRAIT_DROPS_COLUMN = 2,      /* `drop` */
    PARE_TRAIT_DEPENDS_ON_DATE = 4,   /* reads scratch->as_of */
    PARE_TRAIT_FIXED_WIDTH_TOKEN = 8, /* pseudonymize hmac: see pare_step.token_width */
    PARE_TRAIT_WRITES_OWN = 16,  /* what it RELEASEs is its own, a token or a text of the policy: nothing of the value
                                  * is in it but what it put into scratch->left */
    PARE_TRAIT_CHANGES_ALL = 32, /* it never says SAME, and leaves nothing */
    PARE_TRAIT_MAKES_PLAIN = 64  /* whatever it makes is PARE_VALUE_PLAIN */
};

enum { PARE_MAX_HITS = 1024 };
enum { PARE_TEXT_END = 0xFF }; /* behind each text of scratch->written and ->left: no UTF-8 holds it */

/** What belongs to one worker. Made by the plan; steps use it, and reset what they use. */
typedef struct pare_scratch {
    pare_regex_scratch *regex;
    pare_buf temporary[2];        /* a step's own; reset before use, content dead when the step returns */
    pare_hit *hits;               /* [PARE_MAX_HITS] */
    uint64_t *hit_counts;         /* by pare_step.hit_names, for the field at work; NULL where nobody counts */
    const uint8_t *column_says;   /* to the detectors of the step at work, by its column's name; NULL: nothing */
    const pare_hmac_key *keys;    /* derived keys, by pare_step.key_slot; borrowed from the plan */
    void **ciphers;               /* by pare_step.key_slot, for steps that asked for one; NULL: no step did */
    const uint32_t *read_columns; /* input columns, by pare_step.reads.slots; borrowed from the plan */
    const pare_texts *nulls;      /* texts that mean "no value"; borrowed from the policy */
    pare_buf read_text;           /* pare_step_read()'s own */
    pare_shadow_space shadow;     /* redact's own; without room in it, what needs a shadow is withheld */
    pare_buf *written; /* where a step tells of texts within its result that are its own; NULL: nobody asks */
    pare_buf *left; /* where one with WRITES_OWN tells of parts of the value that stay in its result; NULL: the same */
    pare_date as_of;
} pare_scratch;

typedef struct pare_step_type pare_step_type;

/** A step of a policy. Immutable after build; lives in the policy's arena. */
typedef struct pare_step {
    const pare_step_type *type;
    const void *params; /* what build made; the type knows its shape */
    pare_place place;
    unsigned traits; /* the type's, and what build added */
    /* PARE_TRAIT_NEEDS_KEY: method and domain, set by build; recipient and epoch are added by the policy and the plan
     */
    struct {
        pare_span method, domain;
        enum { PARE_ROTATE_NEVER, PARE_ROTATE_YEARLY, PARE_ROTATE_MONTHLY } rotate;
        uint32_t cipher_bytes; /* 0: an HMAC-SHA256 key; else the length of a key for pare_cipher_open() */
        bool hmac_too;         /* with cipher_bytes: an HMAC key of the method `hmac` as well */
    } key_use;
    uint32_t key_slot;                  /* index into pare_scratch.keys; set by the policy */
    const pare_detector_set *detectors; /* what it scans for, or NULL */
    const char *const *hit_names; /* [n_hit_names]: what it counts in pare_scratch.hit_counts; its detectors first */
    size_t n_hit_names;
    struct pare_step *inner; /* [n_inner]: steps that it applies to parts of the value; they have keys of their own */
    size_t n_inner;
    /* Other fields of the record that it reads (`by`): names and who by build, slots by the policy */
    struct {
        pare_texts names;
        const uint32_t *slots; /* [names.n]: index into pare_scratch.read_columns */
        const char *who;       /* "step `shift`": for the message when the column is missing */
    } reads;
} pare_step;

/** What a step may ask for while it is built. */
typedef struct pare_build {
    pare_reading reading;            /* arena and findings */
    pare_span field;                 /* the field's name as the policy selects it: the default `domain` */
    const pare_texts *date_patterns; /* `input: dates:`, may be empty */
    /** Detectors by name: a detector's, or a pack's for all of its detectors. Returns how many were added; 0: unknown.
     */
    size_t (*find_detectors)(void *context, pare_span name, const pare_detector **out, size_t max);
    /** Names that find_detectors knows, NULL-terminated: for "did you mean". */
    const char *const *detector_names;
    /** Compile an expression that the policy will own. NULL: a finding was made. `place` is the pattern's. */
    const pare_regex *(*compile)(void *context, pare_span pattern, bool caseless, pare_place place);
    /**
     * Read a two-column table (`map_file:`) from a file named relative to the policy: `row` is called for each record
     * behind the header with n_fields texts that are valid during the call only. False: a finding was made.
     */
    bool (*read_table)(void *context, pare_span file, pare_place place,
                       bool (*row)(void *row_context, const pare_span *fields, size_t n_fields), void *row_context);
    /** The same for a file without a header (`hierarchy:`): its first line is a row like the others. */
    bool (*read_rows)(void *context, pare_span file, pare_place place,
                      bool (*row)(void *row_context, const pare_span *fields, size_t n_fields), void *row_context);
    void *context;
} pare_build;

struct pare_step_type {
    const char *name;          /* as written in `do:` */
    const char *family;        /* ISO/IEC 20889: "masking", "generalization", ... */
    const char *summary;       /* one sentence for the reference page and --help */
    const pare_schema *params; /* keys; NULL: the step takes none */
    unsigned traits;
    /** Fill step->params, key_use, detectors. `params` may be NULL (`do: keep`). False: findings were made. */
    bool (*build)(pare_step *step, const pare_node *params, pare_build *build);
    /** NULL for `keep` and `drop`, which the plan handles. */
    pare_outcome (*apply)(const pare_step *step, pare_scratch *scratch, const pare_record *record, pare_span value,
                          pare_buf *out);
    /** One clause in plain English, no full stop: "keeps the first 3 characters". Never a key or a value of data. */
    void (*explain)(const pare_step *step, pare_buf *out);
};

/**
 * The text of the field that `step->reads.names` lists as number `index`. False: there is no value (null or empty), or
 * no room to unquote it. Valid until the next call.
 */
bool pare_step_read(const pare_step *step, pare_scratch *scratch, const pare_record *record, uint32_t index,
                    pare_span *text);
/** The same, telling apart: HIT; MISS, there is no value; UNSURE, it can't be told (no such column, no room). */
pare_match pare_step_look(const pare_step *step, pare_scratch *scratch, const pare_record *record, uint32_t index,
                          pare_span *text);

/** By name, or NULL. */
const pare_step_type *pare_step_find(pare_span name);

/** All steps; ends with a NULL. */
extern const pare_step_type *const pare_step_types[];

/** Names of steps that belong to the language and are not built yet (none at present), ends with a NULL. */
extern const char *const pare_step_names_later[];

/**
 * Token of a `pseudonymize` step (PARE_TRAIT_FIXED_WIDTH_TOKEN), in two halves, so that a worker may compute many
 * tokens at once: its width in bytes, and the writing of it from the MAC of the normalized value.
 */
size_t pare_token_width(const pare_step *step);
void pare_token_write(const pare_step *step, const unsigned char mac[PARE_SHA256_BYTES], unsigned char *out);
/**
 * The cipher of a step with key_use.cipher_bytes. It is written to while it works, so each worker has its own.
 * @param key  key_use.cipher_bytes bytes, borrowed for the call; the recipient as well
 */
PARE_NODISCARD pare_status pare_cipher_open(const pare_step *step, pare_span recipient, pare_span key, void **cipher,
                                            pare_error *err);
void pare_cipher_close(const pare_step *step, void *cipher);

/** Whether the key's holder can get the value back from a token of this step. */
bool pare_token_is_reversible(const pare_step *step);
/** RELEASE with the value, as it was once normalized, appended to `out`. WITHHOLD: no token of this step and key. */
pare_outcome pare_token_reverse(const pare_step *step, pare_scratch *scratch, pare_span token, pare_buf *out);

/** The normalized value, appended to `out`; SAME if it is the value itself. */
pare_outcome pare_token_normalize(const pare_step *step, pare_scratch *scratch, pare_span value, pare_buf *out);

#endif
