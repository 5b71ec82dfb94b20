/*
 * The policy language as JSON Schema (draft-07), printed from the tables that read it: editors complete and check by
 * the same words. What a table can't say (one test in a map) is left out: the schema permits a little more than the
 * loader.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"
#include "rules/text/render.h"

enum { MAX_SCHEMA_BYTES = 4 << 20 };

/* What stands where a table says "anything": the key, in which schema, and its JSON. */
static const struct {
    const pare_schema *schema;
    const char *key, *json;
} nodes[] = {
    {&pare_schema_policy, "input", "\"$ref\": \"#/definitions/input\""},
    {&pare_schema_policy, "output", "\"$ref\": \"#/definitions/output\""},
    {&pare_schema_policy, "purposes",
     "\"type\": \"object\", \"maxProperties\": 64, \"additionalProperties\": {\"$ref\": \"#/definitions/purpose\"}"},
    {&pare_schema_policy, "retention",
     "\"oneOf\": [{\"$ref\": \"#/definitions/retention\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": "
     "{\"$ref\": \"#/definitions/retention\"}}]"},
    {&pare_schema_policy, "fields",
     "\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": {\"oneOf\": [{\"$ref\": "
     "\"#/definitions/rule\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": "
     "\"#/definitions/rule\"}}]}"},
    {&pare_schema_policy, "scan_released",
     "\"oneOf\": [{\"$ref\": \"#/definitions/scan_released\"}, {\"type\": \"string\"}, {\"type\": \"array\", "
     "\"minItems\": 1, "
     "\"items\": {\"type\": \"string\"}}]"},
    {&pare_schema_scan, "except",
     "\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}, {\"type\": "
     "\"object\", "
     "\"additionalProperties\": {\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": "
     "{\"type\": \"string\"}}]}}]"},
    {&pare_schema_policy, "gates", "\"$ref\": \"#/definitions/gates\""},
    {&pare_schema_policy, "tests", "\"type\": \"array\", \"items\": {\"$ref\": \"#/definitions/case\"}"},
    {&pare_schema_purpose, "allowed_when", "\"$ref\": \"#/definitions/test\""},
    {&pare_schema_rule, "when", "\"$ref\": \"#/definitions/test\""},
    {&pare_schema_rule, "do",
     "\"oneOf\": [{\"$ref\": \"#/definitions/step\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": "
     "\"#/definitions/step\"}}]"},
    {&pare_schema_condition, "gpp", "\"$ref\": \"#/definitions/gpp\""},
    {&pare_schema_condition, "usp", "\"$ref\": \"#/definitions/usp\""},
    {&pare_schema_policy, "opt_outs",
     "\"oneOf\": [{\"$ref\": \"#/definitions/opt_out\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": "
     "{\"$ref\": \"#/definitions/opt_out\"}}]"},
    {&pare_schema_policy, "tiers",
     "\"oneOf\": [{\"$ref\": \"#/definitions/tiers\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": "
     "{\"$ref\": \"#/definitions/tiers\"}}]"},
    {&pare_schema_tiers, "allow",
     "\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": {\"oneOf\": [{\"type\": \"string\"}, "
     "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}]}"},
    {&pare_schema_condition, "all",
     "\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/definitions/test\"}"},
    {&pare_schema_condition, "any",
     "\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/definitions/test\"}"},
    {&pare_schema_condition, "not", "\"$ref\": \"#/definitions/test\""},
    {&pare_schema_case, "given", "\"$ref\": \"#/definitions/record\""},
    {&pare_schema_case, "expect", "\"oneOf\": [{\"const\": \"dropped\"}, {\"$ref\": \"#/definitions/record\"}]"},
};

/* Every scalar is text to pare; an editor reads `1` as a number and `true` as a boolean first. */
static const char any_scalar[] = "\"type\": [\"string\", \"number\", \"boolean\", \"null\"]";

static void add(pare_buf *out, const char *text)
{
    pare_buf_append_text(out, text);
}

static void add_text(pare_buf *out, const char *text)
{
    pare_text_append_json(out, pare_span_of(text));
}

static void add_enum(pare_buf *out, const char *const *choices)
{
    add(out, "\"enum\": [");
    for (size_t i = 0; choices[i] != NULL; i++) {
        add(out, i == 0 ? "" : ", ");
        add_text(out, choices[i]);
    }
    add(out, "]");
}

static void add_one_or_list(pare_buf *out, const char *scalar, const char *const *choices)
{
    for (int list = 0; list < 2; list++) {
        add(out, list == 0 ? "\"oneOf\": [{" : "}, {\"type\": \"array\", \"items\": {");
        if (choices == NULL) {
            add(out, scalar);
        } else {
            add_enum(out, choices);
        }
    }
    add(out, "}}]");
}

static void add_node(pare_buf *out, const pare_schema *schema, const char *key)
{
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        if (nodes[i].schema == schema && strcmp(nodes[i].key, key) == 0) {
            add(out, nodes[i].json);
            return;
        }
    }
    add(out, "\"type\": [\"string\", \"number\", \"boolean\", \"null\", \"array\", \"object\"]");
}

static void add_kind(pare_buf *out, const pare_schema *schema, const pare_key_spec *spec)
{
    switch (spec->kind) {
    case PARE_KIND_TEXT:
        add(out, any_scalar);
        break;
    case PARE_KIND_NAME:
        add(out, any_scalar);
        add(out, ", \"minLength\": 1");
        break;
    case PARE_KIND_TEXTS:
        add_one_or_list(out, any_scalar, NULL);
        break;
    case PARE_KIND_COUNT:
        pare_buf_printf(out, "\"type\": \"integer\", \"minimum\": %u", spec->min);
        if (spec->max > 0) {
            pare_buf_printf(out, ", \"maximum\": %u", spec->max);
        }
        break;
    case PARE_KIND_NUMBER:
        pare_buf_printf(out, "\"type\": \"number\", \"minimum\": %u", spec->min);
        break;
    case PARE_KIND_BOOL:
        add(out, "\"type\": \"boolean\"");
        break;
    case PARE_KIND_CHOICE:
        add_enum(out, spec->choices);
        break;
    case PARE_KIND_CHOICES:
        add_one_or_list(out, any_scalar, spec->choices);
        break;
    case PARE_KIND_NODE:
        add_node(out, schema, spec->key);
        break;
    }
}

static void add_properties(pare_buf *out, const pare_schema *schema)
{
    const char *before = "\n";
    add(out, "\"type\": \"object\", \"additionalProperties\": false, \"properties\": {");
    for (size_t i = 0; i < schema->n_keys; i++) {
        const pare_key_spec *spec = &schema->keys[i];
        if (spec->later != NULL) {
            continue; /* an editor need not offer what is refused */
        }
        pare_buf_printf(out, "%s      ", before);
        before = ",\n";
        add_text(out, spec->key);
        add(out, ": {");
        add_kind(out, schema, spec);
        if (spec->help != NULL) {
            add(out, ", \"description\": ");
            add_text(out, spec->help);
        }
        add(out, "}");
    }
    add(out, "}");
    before = ", \"required\": [";
    bool some = false;
    for (size_t i = 0; i < schema->n_keys; i++) {
        if (schema->keys[i].required) {
            add(out, before);
            add_text(out, schema->keys[i].key);
            before = ", ";
            some = true;
        }
    }
    add(out, some ? "]" : "");
}

/* The value under a step's name: its map, or what its shorthand stands for. */
static void add_parameters(pare_buf *out, const pare_step_type *type)
{
    const pare_schema *schema = type->params;
    if (schema->shorthand == NULL) {
        add_properties(out, schema);
        return;
    }
    add(out, "\"oneOf\": [{");
    add_properties(out, schema);
    for (size_t i = 0; i < schema->n_keys; i++) {
        if (strcmp(schema->keys[i].key, schema->shorthand) == 0) {
            add(out, "}, {");
            add_kind(out, schema, &schema->keys[i]);
        }
    }
    add(out, "}]");
}

static void add_steps(pare_buf *out)
{
    add(out, "    \"step\": {\"oneOf\": [\n      {\"enum\": [");
    for (size_t i = 0; pare_step_types[i] != NULL; i++) {
        add(out, i == 0 ? "" : ", ");
        add_text(out, pare_step_types[i]->name);
    }
    add(out, "]}");
    for (size_t i = 0; pare_step_types[i] != NULL; i++) {
        const pare_step_type *type = pare_step_types[i];
        if (type->params == NULL) {
            continue;
        }
        add(out, ",\n      {\"type\": \"object\", \"additionalProperties\": false, \"required\": [");
        add_text(out, type->name);
        add(out, "], \"properties\": {");
        add_text(out, type->name);
        add(out, ": {\"description\": ");
        add_text(out, type->summary);
        add(out, ", ");
        add_parameters(out, type);
        add(out, "}}}");
    }
    add(out, "]}");
}

static void add_definition(pare_buf *out, const char *name, const pare_schema *schema)
{
    pare_buf_printf(out, "    \"%s\": {", name);
    add_properties(out, schema);
    add(out, "},\n");
}

void pare_policy_schema(pare_write write, void *context)
{
    pare_buf out;
    pare_buf_init(&out, MAX_SCHEMA_BYTES);
    add(&out, "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
              "  \"title\": \"A policy of pare, version 1\",\n  ");
    add_properties(&out, &pare_schema_policy);
    add(&out, ",\n  \"definitions\": {\n");
    add_definition(&out, "input", &pare_schema_input);
    add_definition(&out, "output", &pare_schema_output);
    add_definition(&out, "purpose", &pare_schema_purpose);
    add_definition(&out, "retention", &pare_schema_retention);
    add_definition(&out, "opt_out", &pare_schema_opt_out);
    add_definition(&out, "tiers", &pare_schema_tiers);
    add_definition(&out, "gpp", &pare_schema_gpp);
    add_definition(&out, "usp", &pare_schema_usp);
    add_definition(&out, "rule", &pare_schema_rule);
    add_definition(&out, "test", &pare_schema_condition);
    add_definition(&out, "scan_released", &pare_schema_scan);
    add_definition(&out, "gates", &pare_schema_gates);
    add_definition(&out, "case", &pare_schema_case);
    add(&out, "    \"record\": {\"type\": \"object\", \"additionalProperties\": {");
    add(&out, any_scalar);
    add(&out, "}},\n");
    add_steps(&out);
    add(&out, "\n  }\n}\n");
    if (out.status == PARE_OK) {
        write(context, (const char *)out.ptr, out.len);
    }
    pare_buf_clear(&out);
}
