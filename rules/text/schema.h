/*
 * Tables that say what a map may hold, and the walker that reads a map by them into a C struct.
 *
 * The same tables print the JSON Schema for editors and the reference page. What a table can't
 * say (one of two keys, a key that forbids another) the caller checks after the walk.
 */
#ifndef PARE_RULES_TEXT_SCHEMA_H
#define PARE_RULES_TEXT_SCHEMA_H

#include "rules/text/yaml.h"

typedef enum pare_kind {
    PARE_KIND_TEXT,    /* any scalar -> pare_span (in the arena) */
    PARE_KIND_NAME,    /* a scalar that is not empty -> pare_span */
    PARE_KIND_TEXTS,   /* a scalar or a list of scalars -> pare_texts */
    PARE_KIND_COUNT,   /* a whole number from min to max -> uint32_t */
    PARE_KIND_NUMBER,  /* a decimal number, at least min -> double */
    PARE_KIND_BOOL,    /* true or false -> bool */
    PARE_KIND_CHOICE,  /* one of `choices` -> int, its index; absent: the struct's value stays */
    PARE_KIND_CHOICES, /* one or a list of `choices` -> pare_choices, in the order given */
    PARE_KIND_NODE     /* anything: the caller reads it -> const pare_node * */
} pare_kind;

typedef struct pare_texts {
    size_t n;
    const pare_span *items;
    const pare_place *places;
} pare_texts;

typedef struct pare_choices {
    size_t n;
    const int *items;
} pare_choices;

typedef struct pare_key_spec {
    const char *key;
    pare_kind kind;
    bool required;
    size_t offset;              /* of the member to fill; ignored where `later` is set */
    uint32_t min, max;          /* COUNT, NUMBER (min only) */
    const char *const *choices; /* CHOICE, CHOICES; NULL-terminated */
    const char *help;           /* one sentence: what it does, its default */
    const char *later;          /* not NULL: part of the language, refused as "not yet" (PR029), with this hint */
} pare_key_spec;

typedef struct pare_schema {
    const char *what; /* as in "`purpse` is not a key of WHAT", e.g. "the step `mask`" */
    const pare_key_spec *keys;
    size_t n_keys;
    const char *shorthand; /* the key that a bare scalar or list stands for (`truncate: 200`), or NULL */
} pare_schema;

/** Where reading puts what it makes and what it finds. */
typedef struct pare_reading {
    pare_arena *arena; /* what outlives the reading */
    pare_diagnostics *findings;
} pare_reading;

/**
 * Read `node` (a map; a scalar or list where there is a shorthand; NULL: an empty map, `where` is its place) into the
 * struct `out`, whose members hold their defaults. Unknown keys, wrong kinds, missing keys and values out of range are
 * findings; members of keys that are absent or wrong stay as they were.
 * @return true if there was no error
 */
bool pare_schema_read(const pare_schema *schema, const pare_node *node, pare_place where, void *out,
                      pare_reading *reading);

/** The place of the value under `key`, or `otherwise`. */
pare_place pare_schema_place(const pare_node *node, const char *key, pare_place otherwise);

#endif
