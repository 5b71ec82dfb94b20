/*
 * A strict subset of YAML as a tree with places. yaml.c is the only file that includes libyaml.
 *
 * One document of at most 1 MiB, depth at most 32, no anchors, aliases, tags or merge keys, no
 * duplicate keys, every key a scalar, every scalar text (`no`, `1.10` mean themselves).
 */
#ifndef PARE_RULES_TEXT_YAML_H
#define PARE_RULES_TEXT_YAML_H

#include "rules/text/diagnostic.h"

typedef enum pare_node_kind { PARE_NODE_SCALAR, PARE_NODE_LIST, PARE_NODE_MAP } pare_node_kind;

typedef struct pare_node pare_node;
typedef struct pare_pair {
    const pare_node *key; /* a scalar */
    const pare_node *value;
} pare_pair;

struct pare_node {
    pare_node_kind kind;
    pare_place place;              /* of the scalar, or of the first byte of a list or map */
    pare_span text;                /* scalar: its bytes, NUL-terminated behind len */
    bool plain;                    /* scalar: not quoted, not a block */
    bool block;                    /* scalar: `|` or `>`, whose text begins in the line below */
    uint32_t end_line, end_column; /* scalar: the character behind it, from 1 */
    size_t n;                      /* list, map: how many */
    const pare_node **items;       /* list */
    const pare_pair *pairs;        /* map, in the order of the document */
};

/**
 * Read a document into a tree that lives in `arena`. Findings go to `list`, whose current document this is.
 * @return the root, or NULL if there is at least one error among the findings or memory ran out
 */
const pare_node *pare_yaml_read(pare_span document, pare_arena *arena, pare_diagnostics *list);

/** The value under `key` of a map, or NULL. */
const pare_node *pare_node_get(const pare_node *map, const char *key);

#endif
