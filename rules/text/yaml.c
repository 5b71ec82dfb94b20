/*
 * From libyaml's events to a tree with places: the strict subset that policies and packs are written in.
 *
 * YAML 1.1 without what makes a document mean something else than it says: anchors, aliases, tags, directives, merge
 * keys, duplicate keys, keys that are not scalars, further documents. Each is refused with its own finding and reading
 * goes on, so that one pass names them all; only what libyaml itself refuses ends it. A stack holds the open lists and
 * maps, their children wait in one growing array until the end event says how many there are. libyaml's marks count
 * lines and characters from 0.
 */
#include "rules/text/yaml.h"

#include "rules/base/map.h"
#include "rules/base/span.h"
#include "rules/base/utf8.h"

#include <stdlib.h>
#include <yaml.h>

enum { MAX_DEPTH = 32, MAX_NODES = 100000 };

typedef struct frame {
    pare_node_kind kind;
    pare_place place;
    size_t first; /* of its children in builder.nodes; keys and values take turns in a map */
} frame;

typedef struct builder {
    pare_arena *arena;
    pare_diagnostics *findings;
    frame frames[MAX_DEPTH];
    size_t depth;
    const pare_node **nodes; /* owned: children of the frames that are open */
    size_t n_nodes, cap_nodes;
    size_t n_made;
    const pare_node *root;
    size_t n_documents;
    bool out_of_memory, stopped;
} builder;

static const char quote_it[] = "if it is text, put it in quotes";

static pare_place place_of(const yaml_event_t *event)
{
    pare_place place = {(uint32_t)event->start_mark.line + 1, (uint32_t)event->start_mark.column + 1, 1};
    bool scalar = event->type == YAML_SCALAR_EVENT || event->type == YAML_ALIAS_EVENT;
    if (scalar && event->end_mark.line == event->start_mark.line && event->end_mark.column > event->start_mark.column) {
        place.length = (uint32_t)(event->end_mark.column - event->start_mark.column);
    }
    return place;
}

static void diagnose_help(builder *b, pare_code code, pare_place place, const char *message, const char *help)
{
    pare_diagnose(b->findings, code, place, "%s", message)->help = help;
}

static bool expects_key(const builder *b)
{
    const frame *top = b->depth == 0 ? NULL : &b->frames[b->depth - 1];
    return top != NULL && top->kind == PARE_NODE_MAP && (b->n_nodes - top->first) % 2 == 0;
}

static void push(builder *b, const pare_node *node)
{
    if (b->depth == 0) {
        b->root = node;
        return;
    }
    if (b->n_nodes == b->cap_nodes) {
        size_t cap = b->cap_nodes == 0 ? 256 : b->cap_nodes * 2; /* at most 2 * MAX_NODES */
        const pare_node **grown = realloc(b->nodes, cap * sizeof *grown);
        if (grown == NULL) {
            b->out_of_memory = true;
            return;
        }
        b->nodes = grown;
        b->cap_nodes = cap;
    }
    b->nodes[b->n_nodes++] = node;
}

static pare_node *make_node(builder *b, pare_node_kind kind, pare_place place)
{
    if (++b->n_made > MAX_NODES) {
        diagnose_help(b, PR013, place, "the document has more than 100,000 keys and values", NULL);
        b->stopped = true;
        return NULL;
    }
    pare_node *node = pare_arena_alloc(b->arena, sizeof *node);
    if (node == NULL) {
        b->out_of_memory = true;
        return NULL;
    }
    node->kind = kind;
    node->place = place;
    return node;
}

/* `! text` is no tag in libyaml's eyes; but a plain text is as wide as it is long, so what stands before it shows. */
static bool has_bare_tag(const yaml_event_t *event, pare_span text, pare_place place)
{
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return event->data.scalar.plain_implicit != 0;
    }
    return event->data.scalar.anchor == NULL && text.len > 0 && event->end_mark.line == event->start_mark.line &&
           pare_utf8_count(text) != place.length;
}

static void take_scalar(builder *b, const yaml_event_t *event)
{
    pare_place place = place_of(event);
    pare_span text = {event->data.scalar.value, event->data.scalar.length};
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (event->data.scalar.anchor != NULL) {
        diagnose_help(b, PR004, place, "anchors (`&name`) are not allowed", quote_it);
    }
    if (event->data.scalar.tag != NULL || has_bare_tag(event, text, place)) {
        diagnose_help(b, PR006, place, "tags (`!name`) are not allowed", quote_it);
    }
    if (text.len > 0 && memchr(text.ptr, 0, text.len) != NULL) {
        diagnose_help(b, PR012, place, "a text can't hold the character NUL", NULL);
    }
    if (plain && pare_span_is(text, "<<") && expects_key(b)) {
        diagnose_help(b, PR007, place, "merge keys (`<<`) are not allowed", "write the keys out");
    }
    pare_node *node = make_node(b, PARE_NODE_SCALAR, place);
    if (node == NULL) {
        return;
    }
    node->text = pare_arena_copy(b->arena, text);
    node->plain = plain;
    node->block =
        event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE || event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    node->end_line = (uint32_t)event->end_mark.line + 1;
    node->end_column = (uint32_t)event->end_mark.column + 1;
    b->out_of_memory |= node->text.ptr == NULL;
    push(b, node);
}

static void take_alias(builder *b, const yaml_event_t *event)
{
    pare_place place = place_of(event);
    diagnose_help(b, PR005, place, "aliases (`*name`) are not allowed", "if it is text or a glob, put it in quotes");
    pare_node *node = make_node(b, PARE_NODE_SCALAR, place); /* so that keys and values keep taking turns */
    if (node != NULL) {
        node->text = pare_arena_copy(b->arena, pare_span_of(""));
        b->out_of_memory |= node->text.ptr == NULL;
        push(b, node);
    }
}

static void open_frame(builder *b, const yaml_event_t *event, pare_node_kind kind, const yaml_char_t *anchor,
                       const yaml_char_t *tag)
{
    pare_place place = place_of(event);
    if (anchor != NULL) {
        diagnose_help(b, PR004, place, "anchors (`&name`) are not allowed", NULL);
    }
    if (tag != NULL) {
        diagnose_help(b, PR006, place, "tags (`!name`) are not allowed", NULL);
    }
    if (expects_key(b)) {
        diagnose_help(b, PR009, place, "a key must be a text, not a list or a map",
                      "if it begins with `{` or `[` and is text, put it in quotes");
    }
    if (b->depth == MAX_DEPTH) {
        diagnose_help(b, PR003, place, "lists and maps are nested more than 32 deep", NULL);
        b->stopped = true;
        return;
    }
    frame opened = {kind, place, b->n_nodes};
    b->frames[b->depth++] = opened;
}

/* Every key once. Lists and maps in the place of a key have a finding already. */
static void check_keys(builder *b, const pare_pair *pairs, size_t n)
{
    pare_map seen;
    pare_map_init(&seen, 0x70617265);
    for (size_t i = 0; i < n && !b->out_of_memory; i++) {
        const pare_node *key = pairs[i].key;
        bool existing = false;
        if (key->kind != PARE_NODE_SCALAR) {
            continue;
        }
        if (pare_map_add(&seen, key->text, (uint32_t)i, &existing) != PARE_OK) {
            b->out_of_memory = true;
        } else if (existing) {
            int64_t first = pare_map_find(&seen, key->text);
            pare_diagnostic *finding = pare_diagnose(b->findings, PR008, key->place, "the key `%.*s` stands here twice",
                                                     PARE_SPAN_ARGS(key->text));
            finding->help =
                pare_diagnostic_text(b->findings, "the first stands in line %u", pairs[(size_t)first].key->place.line);
        }
    }
    pare_map_clear(&seen);
}

static bool fill_map(builder *b, pare_node *node, const pare_node *const *children, size_t n)
{
    pare_pair *pairs = pare_arena_array(b->arena, n / 2, sizeof *pairs);
    if (pairs == NULL) {
        return false;
    }
    for (size_t i = 0; i < n / 2; i++) {
        pairs[i].key = children[2 * i];
        pairs[i].value = children[2 * i + 1];
    }
    check_keys(b, pairs, n / 2);
    node->pairs = pairs;
    node->n = n / 2;
    return true;
}

static bool fill_list(builder *b, pare_node *node, const pare_node *const *children, size_t n)
{
    const pare_node **items = pare_arena_array(b->arena, n, sizeof *items);
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        items[i] = children[i];
    }
    node->items = items;
    node->n = n;
    return true;
}

static void close_frame(builder *b)
{
    frame top = b->frames[--b->depth];
    size_t n = b->n_nodes - top.first;
    pare_node *node = make_node(b, top.kind, top.place);
    if (node == NULL) {
        return;
    }
    if (n > 0) {
        const pare_node *const *children = b->nodes + top.first;
        bool filled = top.kind == PARE_NODE_MAP ? fill_map(b, node, children, n) : fill_list(b, node, children, n);
        b->out_of_memory |= !filled;
    }
    b->n_nodes = top.first;
    push(b, node);
}

static void start_document(builder *b, const yaml_event_t *event)
{
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end) {
        diagnose_help(b, PR014, place_of(event), "directives (`%YAML`, `%TAG`) are not allowed", "remove the line");
    }
    if (++b->n_documents > 1) {
        diagnose_help(b, PR010, place_of(event), "a second document begins here", "a policy or a pack is one document");
        b->stopped = true;
    }
}

/* What libyaml says, and what it mostly means. */
static const char *explain_problem(const yaml_parser_t *parser, pare_span document)
{
    static const struct {
        const char *problem, *help;
    } known[] = {
        {"found character that cannot start any token",
         "a text that begins with `@`, `` ` ``, `%` or a tab must be in quotes"},
        {"mapping values are not allowed in this context",
         "a text that holds `: ` must be in quotes; or the line stands too far right"},
        {"could not find expected ':'", "the line has no `: `; is a quote not closed above it?"},
        {"found unexpected end of stream", "a quote that opens here is not closed"},
        {"did not find expected key", "the line does not stand under the others; or a quote ends too early"},
        {"did not find expected ',' or ']'", "the `[` is not closed, or a comma is missing"},
        {"did not find expected ',' or '}'", "the `{` is not closed, or a comma is missing"},
        {"did not find expected '-' indicator", "a list's items all begin with `- ` in one column"},
        {"block sequence entries are not allowed in this context", "begin the list on a line of its own"},
        {"found unknown escape character", "in double quotes a backslash begins an escape; use single quotes"},
        {"did not find expected hexdecimal number", "in double quotes a backslash begins an escape; use single quotes"},
        {"did not find expected <document start>", "the document ends before this; is the line too far left or right?"},
        {"found a tab character that violates indentation", "a tab can't indent: use blanks"},
        {"found undefined tag handle", "if it is text, put it in quotes"},
    };
    size_t at = parser->problem_mark.index; /* characters; exact in ASCII, which is where tabs are looked for */
    if (at < document.len && document.ptr[at] == '\t') {
        return "a tab can't indent: use blanks";
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(parser->problem, known[i].problem) == 0) {
            return known[i].help;
        }
    }
    return NULL;
}

static pare_place place_of_byte(pare_span document, size_t at)
{
    pare_place place = {1, 1, 1};
    for (size_t i = 0; i < at && i < document.len; i++) {
        if (document.ptr[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if ((document.ptr[i] & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static void take_problem(builder *b, const yaml_parser_t *parser, pare_span document)
{
    b->stopped = true;
    if (parser->error == YAML_MEMORY_ERROR) {
        b->out_of_memory = true;
    } else if (parser->error == YAML_READER_ERROR) {
        pare_place place = place_of_byte(document, parser->problem_offset);
        diagnose_help(b, PR012, place, "a control character can't stand in a document",
                      "remove it, or write it as an escape in double quotes");
    } else {
        const char *problem = parser->problem == NULL ? "not understood" : parser->problem;
        pare_place place = {(uint32_t)parser->problem_mark.line + 1, (uint32_t)parser->problem_mark.column + 1, 1};
        bool unclosed = strcmp(problem, "found unexpected end of stream") == 0 && parser->context != NULL;
        if (unclosed) { /* the end of the file helps nobody; where the quote opened does */
            place.line = (uint32_t)parser->context_mark.line + 1;
            place.column = (uint32_t)parser->context_mark.column + 1;
        }
        pare_diagnostic *finding = pare_diagnose(b->findings, PR001, place, "not readable as YAML: %s", problem);
        finding->help = parser->problem == NULL ? NULL : explain_problem(parser, document);
        if (parser->context != NULL && !unclosed) {
            finding->note = pare_diagnostic_text(b->findings, "%s that begins in line %zu", parser->context,
                                                 parser->context_mark.line + 1);
        }
    }
}

static void take_event(builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        start_document(b, event);
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(b, event);
        break;
    case YAML_ALIAS_EVENT:
        take_alias(b, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_frame(b, event, PARE_NODE_LIST, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        open_frame(b, event, PARE_NODE_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_frame(b);
        break;
    case YAML_STREAM_END_EVENT:
        b->stopped = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

static void read_events(builder *b, pare_span document)
{
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) {
        b->out_of_memory = true;
        return;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, document.ptr, document.len);
    while (!b->stopped && !b->out_of_memory) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0) {
            take_problem(b, &parser, document);
            break;
        }
        take_event(b, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

/* What must hold before libyaml sees the first byte. */
static bool check_bytes(pare_span document, pare_diagnostics *list)
{
    static const pare_place start = {1, 1, 1};
    if (document.len > PARE_MAX_POLICY_BYTES) {
        pare_diagnose(list, PR002, start, "the document has more than 1 MiB");
        return false;
    }
    size_t valid = pare_utf8_valid_prefix(document);
    if (valid < document.len) {
        pare_diagnostic *finding = pare_diagnose(list, PR012, place_of_byte(document, valid), "not UTF-8 from here on");
        finding->help = "save the file as UTF-8";
        return false;
    }
    return true;
}

const pare_node *pare_yaml_read(pare_span document, pare_arena *arena, pare_diagnostics *list)
{
    size_t errors = list->n_errors;
    if (document.len >= 3 && memcmp(document.ptr, "\xEF\xBB\xBF", 3) == 0) {
        document = pare_span_after(document, 3);
    }
    if (document.len == 0) {
        document = pare_span_of("");
    }
    if (!check_bytes(document, list)) {
        return NULL;
    }
    builder b = {.arena = arena, .findings = list};
    read_events(&b, document);
    free(b.nodes);
    if (b.out_of_memory) {
        list->out_of_memory = true;
        return NULL;
    }
    if (list->n_errors == errors && b.root == NULL) {
        static const pare_place start = {1, 1, 1};
        pare_diagnose(list, PR011, start, "the document is empty");
    }
    return list->n_errors == errors ? b.root : NULL;
}

const pare_node *pare_node_get(const pare_node *map, const char *key)
{
    if (map == NULL || map->kind != PARE_NODE_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->n; i++) {
        if (pare_span_is(map->pairs[i].key->text, key)) {
            return map->pairs[i].value;
        }
    }
    return NULL;
}
