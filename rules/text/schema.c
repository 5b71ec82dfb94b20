/*
 * The walker: reads a map by a table into a struct. One function for each kind of value; each finding stands on the
 * very scalar that is wrong, with the nearest word that would be right.
 */
#include "rules/text/schema.h"

#include "rules/base/span.h"
#include "rules/text/decimal.h"

enum { MAX_KEYS = 64 };

typedef struct walk {
    const pare_schema *schema;
    const pare_key_spec *spec; /* of the value at hand */
    pare_reading *reading;
    void *out;
} walk;

static void *member(const walk *w)
{
    return (unsigned char *)w->out + w->spec->offset;
}

static const char *kind_name(pare_node_kind kind)
{
    return kind == PARE_NODE_SCALAR ? "a text" : kind == PARE_NODE_LIST ? "a list" : "a map";
}

static bool refuse_kind(const walk *w, const pare_node *value, const char *wanted)
{
    pare_diagnostic *finding = pare_diagnose(w->reading->findings, PR023, value->place, "`%s` takes %s, not %s",
                                             w->spec->key, wanted, kind_name(value->kind));
    finding->help = w->spec->help;
    return false;
}

static bool read_text(const walk *w, const pare_node *value)
{
    if (value->kind != PARE_NODE_SCALAR) {
        return refuse_kind(w, value, "a text");
    }
    if (w->spec->kind == PARE_KIND_NAME && value->text.len == 0) {
        pare_diagnose(w->reading->findings, PR028, value->place, "`%s` is empty", w->spec->key)->help = w->spec->help;
        return false;
    }
    *(pare_span *)member(w) = value->text;
    return true;
}

static bool read_texts(const walk *w, const pare_node *value)
{
    bool list = value->kind == PARE_NODE_LIST;
    if (value->kind == PARE_NODE_MAP) {
        return refuse_kind(w, value, "a text or a list of texts");
    }
    size_t n = list ? value->n : 1;
    pare_span *items = pare_arena_array(w->reading->arena, n + 1, sizeof *items);
    pare_place *places = pare_arena_array(w->reading->arena, n + 1, sizeof *places);
    if (items == NULL || places == NULL) {
        w->reading->findings->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const pare_node *item = list ? value->items[i] : value;
        if (item->kind != PARE_NODE_SCALAR) {
            return refuse_kind(w, item, "texts");
        }
        items[i] = item->text;
        places[i] = item->place;
    }
    pare_texts texts = {n, items, places};
    *(pare_texts *)member(w) = texts;
    return true;
}

static bool read_count(const walk *w, const pare_node *value)
{
    const pare_key_spec *spec = w->spec;
    uint32_t max = spec->max == 0 ? UINT32_MAX : spec->max;
    uint32_t count = 0;
    if (value->kind != PARE_NODE_SCALAR) {
        return refuse_kind(w, value, "a whole number");
    }
    if (!pare_count_read(value->text, &count) || count < spec->min || count > max) {
        pare_diagnostic *finding = pare_diagnose(w->reading->findings, PR024, value->place,
                                                 "`%s` takes a whole number from %u to %u", spec->key, spec->min, max);
        finding->help = spec->help;
        return false;
    }
    *(uint32_t *)member(w) = count;
    return true;
}

static bool read_number(const walk *w, const pare_node *value)
{
    double number = 0;
    if (value->kind != PARE_NODE_SCALAR) {
        return refuse_kind(w, value, "a number");
    }
    if (!pare_decimal_read(value->text, &number) || number < w->spec->min) {
        pare_diagnostic *finding =
            pare_diagnose(w->reading->findings, PR025, value->place, "`%s` takes a decimal number, at least %u",
                          w->spec->key, w->spec->min);
        finding->help = w->spec->help;
        return false;
    }
    *(double *)member(w) = number;
    return true;
}

static bool read_bool(const walk *w, const pare_node *value)
{
    if (value->kind != PARE_NODE_SCALAR) {
        return refuse_kind(w, value, "`true` or `false`");
    }
    bool yes = pare_span_is(value->text, "true");
    if (!yes && !pare_span_is(value->text, "false")) {
        pare_diagnostic *finding =
            pare_diagnose(w->reading->findings, PR026, value->place, "`%s` takes `true` or `false`", w->spec->key);
        finding->label = "is a text like any other";
        finding->help = w->spec->help;
        return false;
    }
    *(bool *)member(w) = yes;
    return true;
}

static bool find_choice(const walk *w, const pare_node *value, int *index)
{
    const char *const *choices = w->spec->choices;
    if (value->kind != PARE_NODE_SCALAR) {
        return refuse_kind(w, value, w->spec->kind == PARE_KIND_CHOICES ? "words" : "a word");
    }
    for (int i = 0; choices[i] != NULL; i++) {
        if (pare_span_is(value->text, choices[i])) {
            *index = i;
            return true;
        }
    }
    pare_diagnostics *list = w->reading->findings;
    pare_diagnostic *finding = pare_diagnose(list, PR027, value->place, "`%.*s` is not a choice of `%s`",
                                             PARE_SPAN_ARGS(value->text), w->spec->key);
    finding->help = pare_suggest_name(list, value->text, choices, "one of:");
    return false;
}

static bool read_choice(const walk *w, const pare_node *value)
{
    int index = 0;
    if (!find_choice(w, value, &index)) {
        return false;
    }
    *(int *)member(w) = index;
    return true;
}

static bool read_choices(const walk *w, const pare_node *value)
{
    bool list = value->kind == PARE_NODE_LIST;
    size_t n = list ? value->n : 1;
    int *items = pare_arena_array(w->reading->arena, n + 1, sizeof *items);
    bool good = true;
    if (items == NULL) {
        w->reading->findings->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        good &= find_choice(w, list ? value->items[i] : value, &items[i]);
    }
    if (good) {
        pare_choices choices = {n, items};
        *(pare_choices *)member(w) = choices;
    }
    return good;
}

static bool read_value(const walk *w, const pare_node *value)
{
    switch (w->spec->kind) {
    case PARE_KIND_TEXT:
    case PARE_KIND_NAME:
        return read_text(w, value);
    case PARE_KIND_TEXTS:
        return read_texts(w, value);
    case PARE_KIND_COUNT:
        return read_count(w, value);
    case PARE_KIND_NUMBER:
        return read_number(w, value);
    case PARE_KIND_BOOL:
        return read_bool(w, value);
    case PARE_KIND_CHOICE:
        return read_choice(w, value);
    case PARE_KIND_CHOICES:
        return read_choices(w, value);
    case PARE_KIND_NODE:
        *(const pare_node **)member(w) = value;
        return true;
    }
    return false;
}

static const pare_key_spec *find_spec(const pare_schema *schema, pare_span key)
{
    for (size_t i = 0; i < schema->n_keys; i++) {
        if (pare_span_is(key, schema->keys[i].key)) {
            return &schema->keys[i];
        }
    }
    return NULL;
}

static void refuse_key(const walk *w, const pare_node *key)
{
    const char *names[MAX_KEYS + 1];
    size_t n = 0;
    for (size_t i = 0; i < w->schema->n_keys && n < MAX_KEYS; i++) {
        names[n++] = w->schema->keys[i].key;
    }
    names[n] = NULL;
    pare_diagnostics *list = w->reading->findings;
    pare_diagnostic *finding = pare_diagnose(list, PR021, key->place, "unknown key `%.*s`", PARE_SPAN_ARGS(key->text));
    finding->label = pare_diagnostic_text(list, "not a key of %s", w->schema->what);
    finding->help = pare_suggest_name(list, key->text, names, "its keys are");
}

static bool read_pair(walk *w, const pare_node *key, const pare_node *value)
{
    w->spec = find_spec(w->schema, key->text);
    if (w->spec == NULL) {
        refuse_key(w, key);
        return false;
    }
    if (w->spec->later != NULL) {
        pare_diagnostic *finding =
            pare_diagnose(w->reading->findings, PR029, key->place, "`%s` is not built yet", w->spec->key);
        finding->help = w->spec->later;
        return false;
    }
    return read_value(w, value);
}

static bool check_required(const walk *w, const pare_node *map, pare_place where)
{
    bool good = true;
    for (size_t i = 0; i < w->schema->n_keys; i++) {
        const pare_key_spec *spec = &w->schema->keys[i];
        if (spec->required && pare_node_get(map, spec->key) == NULL) {
            pare_diagnostic *finding = pare_diagnose(w->reading->findings, PR022, where, "`%s` is missing", spec->key);
            finding->label = pare_diagnostic_text(w->reading->findings, "%s needs it", w->schema->what);
            finding->help = spec->help;
            good = false;
        }
    }
    return good;
}

static bool read_shorthand(walk *w, const pare_node *node)
{
    const char *key = w->schema->shorthand;
    if (key == NULL) {
        bool blank = node->kind == PARE_NODE_SCALAR && node->text.len == 0;
        pare_diagnostic *finding = pare_diagnose(w->reading->findings, PR020, node->place, "%s is a map, not %s",
                                                 w->schema->what, blank ? "empty" : kind_name(node->kind));
        finding->help = "a map is `key: value` pairs, indented under their key";
        return false;
    }
    w->spec = find_spec(w->schema, pare_span_of(key));
    bool good = w->spec != NULL && read_value(w, node);
    for (size_t i = 0; i < w->schema->n_keys; i++) {
        const pare_key_spec *spec = &w->schema->keys[i];
        if (spec->required && spec != w->spec) {
            pare_diagnose(w->reading->findings, PR022, node->place, "`%s` is missing", spec->key)->help = spec->help;
            good = false;
        }
    }
    return good;
}

bool pare_schema_read(const pare_schema *schema, const pare_node *node, pare_place where, void *out,
                      pare_reading *reading)
{
    walk w = {.schema = schema, .reading = reading, .out = out};
    if (node != NULL && node->kind != PARE_NODE_MAP) {
        return read_shorthand(&w, node);
    }
    bool good = true;
    for (size_t i = 0; node != NULL && i < node->n; i++) {
        good &= read_pair(&w, node->pairs[i].key, node->pairs[i].value);
    }
    return check_required(&w, node, where) && good;
}

pare_place pare_schema_place(const pare_node *node, const char *key, pare_place otherwise)
{
    const pare_node *value = pare_node_get(node, key);
    return value == NULL ? otherwise : value->place;
}
