/*
 * `tests:`: what a policy's author expects of it. Only read here; plan/policy_test.c runs them.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"

typedef struct raw_case {
    const pare_node *given, *expect;
    pare_texts forbid;
} raw_case;

static const pare_key_spec case_keys[] = {
    {.key = "given",
     .kind = PARE_KIND_NODE,
     .required = true,
     .offset = offsetof(raw_case, given),
     .help = "a record: column names and texts; columns that are not given are empty"},
    {.key = "expect",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_case, expect),
     .help = "output columns and their texts, or the word `dropped`"},
    {.key = "forbid",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_case, forbid),
     .help = "texts that must appear nowhere in the output"},
};

const pare_schema pare_schema_case = {"a test of the policy", case_keys, sizeof case_keys / sizeof case_keys[0], NULL};

static bool refuse(pare_loader *loader, pare_place place, const char *message, const char *help)
{
    pare_diagnose(loader->reading.findings, PR058, place, "%s", message)->help = help;
    return false;
}

/* A map of texts as two arrays. */
static bool load_record(pare_loader *loader, const pare_node *node, const char *what, const pare_span **names,
                        const pare_span **values, size_t *n)
{
    if (node->kind != PARE_NODE_MAP) {
        pare_loader_refuse_kind(loader, PR020, node, what, "column names and texts, such as {region: north}");
        return false;
    }
    pare_span *name = pare_arena_array(loader->reading.arena, node->n + 1, sizeof *name);
    pare_span *value = pare_arena_array(loader->reading.arena, node->n + 1, sizeof *value);
    if (name == NULL || value == NULL) {
        loader->reading.findings->out_of_memory = true;
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->n; i++) {
        const pare_node *text = node->pairs[i].value;
        if (text->kind != PARE_NODE_SCALAR) {
            good = refuse(loader, text->place, "a value of a record is a text", "put it in quotes");
            continue;
        }
        name[i] = node->pairs[i].key->text;
        value[i] = text->text;
    }
    *names = name;
    *values = value;
    *n = node->n;
    return good;
}

static void load_expectation(pare_loader *loader, const pare_node *node, pare_case *test)
{
    if (node->kind == PARE_NODE_SCALAR && pare_span_is(node->text, "dropped")) {
        test->expect_dropped = true;
    } else if (node->kind == PARE_NODE_SCALAR) {
        refuse(loader, node->place, "`expect` is a map, or the word `dropped`", "such as `expect: {region: north}`");
    } else {
        load_record(loader, node, "`expect`", &test->expect_names, &test->expect_values, &test->n_expect);
    }
}

static void load_case(pare_loader *loader, const pare_node *node, pare_case *test)
{
    raw_case raw = {0};
    test->place = node->place;
    pare_schema_read(&pare_schema_case, node, node->place, &raw, &loader->reading);
    if (node->kind != PARE_NODE_MAP) {
        return;
    }
    if (raw.given != NULL) {
        load_record(loader, raw.given, "`given`", &test->given_names, &test->given_values, &test->n_given);
    }
    if (raw.expect != NULL) {
        load_expectation(loader, raw.expect, test);
    }
    for (size_t i = 0; i < raw.forbid.n; i++) {
        if (raw.forbid.items[i].len == 0) {
            refuse(loader, raw.forbid.places[i], "the empty text is everywhere", "name a text that must not appear");
        }
    }
    test->forbid = raw.forbid.items;
    test->n_forbid = raw.forbid.n;
    if (pare_node_get(node, "expect") == NULL && pare_node_get(node, "forbid") == NULL) {
        refuse(loader, node->place, "this test expects nothing",
               "add `expect: {...}`, `expect: dropped` or `forbid: [...]`");
    }
}

void pare_load_tests(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    if (node == NULL) {
        return;
    }
    if (node->kind != PARE_NODE_LIST) {
        pare_diagnose(loader->reading.findings, PR023, node->place, "`tests` is a list")->help =
            "begin each test with `- given: {...}`";
        return;
    }
    policy->cases = pare_arena_array(loader->reading.arena, node->n + 1, sizeof *policy->cases);
    if (policy->cases == NULL) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        load_case(loader, node->items[i], &policy->cases[i]);
    }
    policy->n_cases = node->n;
}
