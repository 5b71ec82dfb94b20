/* What the tests share that read published corpora: JSON Lines, scores, and where a scan hit. */
#ifndef PARE_TESTS_DETECT_CORPUS_H
#define PARE_TESTS_DETECT_CORPUS_H

#include "detect_rig.h"

#include <string.h>

#include "rules/text/yaml.h"

typedef struct score {
    size_t labels, found, hits, right, negatives, clean;
} score;

typedef struct corpus {
    rig r;
    FILE *file;
    char *line;
    size_t cap, unread; /* lines with control characters, which YAML refuses */
} corpus;

/** A line of JSON Lines as a tree: what the corpora hold of JSON is YAML as well. NULL at the end. */
static inline const pare_node *next_line(corpus *c, pare_arena *arena)
{
    for (ssize_t len; (len = getline(&c->line, &c->cap, c->file)) > 0;) {
        pare_span line = {(const unsigned char *)c->line, (size_t)len};
        pare_diagnostics findings;
        pare_arena_clear(arena);
        pare_arena_init(arena, 16 << 20);
        pare_diagnostics_init(&findings);
        pare_diagnostics_document(&findings, "line", line);
        const pare_node *root = len == 1 ? NULL : pare_yaml_read(line, arena, &findings);
        pare_diagnostics_clear(&findings);
        if (root != NULL) {
            return root;
        }
        c->unread += len > 1;
    }
    return NULL;
}

static inline pare_span text_of(const pare_node *map, const char *key)
{
    const pare_node *node = pare_node_get(map, key);
    assert_non_null(node);
    return node->text;
}

static inline size_t number_of(const pare_node *node)
{
    return (size_t)strtoul((const char *)node->text.ptr, NULL, 10);
}

/** Open a corpus or skip the test. */
static inline void open_corpus(corpus *c, const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/../shared/data/%s", PARE_SOURCE_DIR, name);
    if (c->file != NULL) {
        (void)fclose(c->file);
    }
    c->file = fopen(path, "rb");
    if (c->file == NULL) {
        skip();
    }
}

static inline void report(const char *name, const score *s, double recall_floor, double precision_floor)
{
    double recall = s->labels == 0 ? 1 : (double)s->found / (double)s->labels;
    double precision = s->hits == 0 ? 1 : (double)s->right / (double)s->hits;
    print_message("  %-6s %4zu labels, recall %.3f", name, s->labels, recall);
    if (s->hits > 0) {
        print_message("; %4zu hits, precision %.3f", s->hits, precision);
    }
    if (s->negatives > 0) {
        print_message("; %zu of %zu negatives clean", s->clean, s->negatives);
    }
    print_message("\n");
    assert_true(s->labels + s->negatives > 0);
    if (recall < recall_floor || precision < precision_floor) {
        fail_msg("%s: recall %.3f (floor %.3f), precision %.3f (floor %.3f)", name, recall, recall_floor, precision,
                 precision_floor);
    }
}

/** Is `wanted` the text of one of the hits? */
static inline bool is_hit(const rig *r, pare_span text, pare_span wanted)
{
    for (size_t i = 0; i < r->n_hits; i++) {
        pare_span hit = {text.ptr + r->hits[i].from, r->hits[i].to - r->hits[i].from};
        if (pare_span_equal(hit, wanted)) {
            return true;
        }
    }
    return false;
}

static inline int corpus_set_up(void **state)
{
    corpus *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return -1;
    }
    rig_open(&c->r);
    *state = c;
    return 0;
}

static inline int corpus_tear_down(void **state)
{
    corpus *c = *state;
    if (c->unread > 0) {
        print_message("  %zu lines were not read\n", c->unread);
    }
    if (c->file != NULL) {
        (void)fclose(c->file);
    }
    free(c->line);
    rig_close(&c->r);
    free(c);
    return 0;
}

#endif
