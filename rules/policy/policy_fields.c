/*
 * `fields:`: who is meant (a name, a position, a glob, a regex) and what happens to it (one rule, or a list of them).
 */
#include "rules/base/map.h"
#include "rules/base/span.h"
#include "rules/policy/loader.h"

typedef struct raw_rule {
    pare_span category, as, because;
    pare_texts purposes;
    const pare_node *steps, *when;
    bool multiline, optional;
} raw_rule;

static const pare_key_spec rule_keys[] = {
    {.key = "category",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_rule, category),
     .help = "the Fideslang data category, such as user.contact.email; required for whatever is released"},
    {.key = "for",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_rule, purposes),
     .help = "the purposes that need the field; required for whatever is released"},
    {.key = "do",
     .kind = PARE_KIND_NODE,
     .required = true,
     .offset = offsetof(raw_rule, steps),
     .help = "what happens to the value: a step, `{step: parameters}`, or a list of these; `keep` lets it pass"},
    {.key = "when",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_rule, when),
     .help = "the rule applies to records that pass this test; in a list the first that applies is taken"},
    {.key = "as", .kind = PARE_KIND_NAME, .offset = offsetof(raw_rule, as), .help = "the column's name in the output"},
    {.key = "multiline",
     .kind = PARE_KIND_BOOL,
     .offset = offsetof(raw_rule, multiline),
     .help = "true: line breaks inside the value are expected; default false"},
    {.key = "optional",
     .kind = PARE_KIND_BOOL,
     .offset = offsetof(raw_rule, optional),
     .help = "true: the export may lack the column; default false"},
    {.key = "because",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_rule, because),
     .help = "why an identifier is kept as it is"},
};

const pare_schema pare_schema_rule = {"a field rule", rule_keys, sizeof rule_keys / sizeof rule_keys[0], NULL};

/* --- selectors --- */

static bool refuse_selector(pare_loader *loader, const pare_node *key, const char *message, const char *help)
{
    pare_diagnose(loader->reading.findings, PR055, key->place, "%s", message)->help = help;
    return false;
}

static bool load_selector(pare_loader *loader, const pare_node *key, pare_entry *entry)
{
    pare_span text = key->text;
    bool is_position = false;
    entry->text = text;
    entry->place = key->place;
    entry->position = pare_position_of(text, &is_position);
    if (text.len == 0) {
        return refuse_selector(loader, key, "a field without a name",
                               "a column whose header is empty is named by its position: \"#3\"");
    }
    if (is_position) {
        entry->kind = PARE_SELECT_POSITION;
        return entry->position > 0 || refuse_selector(loader, key, "positions count from 1 to 4096", NULL);
    }
    if (text.ptr[0] == '/' && text.len > 1 && text.ptr[text.len - 1] == '/') {
        entry->kind = PARE_SELECT_REGEX;
        entry->text = pare_span_from(text.ptr + 1, text.len - 2);
        if (entry->text.len == 0) {
            return refuse_selector(loader, key, "the regular expression is empty",
                                   "`\"*\"` is the glob for every column");
        }
        pare_place place = key->place;
        place.column += key->plain ? 1 : 2;
        place.length = place.length > 2 ? place.length - (key->plain ? 2 : 4) : place.length;
        entry->regex = pare_loader_compile(loader, entry->text, false, place);
        return entry->regex != NULL;
    }
    bool glob = memchr(text.ptr, '*', text.len) != NULL || memchr(text.ptr, '?', text.len) != NULL;
    entry->kind = glob ? PARE_SELECT_GLOB : PARE_SELECT_EXACT;
    return true;
}

/* --- rules --- */

/* Words of lower-case letters, digits and underscores, joined by dots. */
static bool category_is_well_formed(pare_span category)
{
    bool fresh = true; /* a word begins */
    for (size_t i = 0; i < category.len; i++) {
        unsigned char c = category.ptr[i];
        bool letter = c >= 'a' && c <= 'z';
        bool inner = (c >= '0' && c <= '9') || c == '_';
        if (c == '.' ? fresh : fresh ? !letter : !(letter || inner)) {
            return false;
        }
        fresh = c == '.';
    }
    return !fresh;
}

static void refuse_purpose(pare_loader *loader, pare_span name, pare_place place)
{
    pare_diagnostics *findings = loader->reading.findings;
    pare_diagnostic *finding = pare_diagnose(findings, PR041, place, "unknown purpose `%.*s`", PARE_SPAN_ARGS(name));
    const char *nearest = pare_nearest_name(name, (const char *const *)loader->purpose_names);
    if (nearest != NULL) {
        finding->help = pare_diagnostic_text(findings, "did you mean `%s`?", nearest);
    } else if (loader->policy->n_purposes == 0) {
        finding->help = "the policy has no `purposes:`; define it there with its legal basis";
    } else {
        finding->help = "define it under `purposes:` with its legal basis";
    }
}

uint64_t pare_loader_purposes(pare_loader *loader, const pare_texts *names, const char *key)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < names->n; i++) {
        size_t p = 0;
        while (p < loader->policy->n_purposes && !pare_span_equal(names->items[i], loader->policy->purposes[p].name)) {
            p++;
        }
        if (p == loader->policy->n_purposes) {
            refuse_purpose(loader, names->items[i], names->places[i]);
        } else {
            bits |= (uint64_t)1 << p;
        }
    }
    pare_loader_check_unique(loader, names, key);
    return bits;
}

/* What leaves needs a kind and a reason; what is dropped needs neither. */
static void check_reasons(pare_loader *loader, const pare_node *node, const raw_rule *raw, bool drops)
{
    pare_diagnostics *findings = loader->reading.findings;
    if (raw->category.len > 0 && !category_is_well_formed(raw->category)) {
        pare_diagnose(findings, PR044, pare_schema_place(node, "category", node->place),
                      "`%.*s` is not a data category", PARE_SPAN_ARGS(raw->category))
            ->help = "words of lower-case letters, digits and underscores, joined by dots: user.contact.email";
    }
    if (drops) {
        return;
    }
    if (pare_node_get(node, "category") == NULL) {
        pare_diagnose(findings, PR045, node->place, "the field is released and has no `category`")->help =
            "say what kind of data it is, such as user.contact.email; or `do: drop`";
    }
    const pare_node *purposes = pare_node_get(node, "for"); /* of the wrong kind: the table has said so */
    if (purposes == NULL || (purposes->kind == PARE_NODE_LIST && purposes->n == 0)) {
        pare_diagnose(findings, PR045, pare_schema_place(node, "for", node->place),
                      "the field is released and no purpose needs it")
            ->help = "name the purposes: `for: [measurement]`; or `do: drop`";
    }
}

/* `email: {mask: ...}`: the step's name stands where `do` should. Better help than "its keys are ...". */
static void explain_misplaced_steps(pare_loader *loader, const pare_node *node, pare_diagnostic *before)
{
    pare_diagnostics *findings = loader->reading.findings;
    pare_diagnostic *finding = before == NULL ? findings->first : before->next;
    for (; finding != NULL; finding = finding->next) {
        for (size_t i = 0; finding->code == PR021 && i < node->n; i++) {
            const pare_node *key = node->pairs[i].key;
            if (key->place.line == finding->place.line && key->place.column == finding->place.column &&
                pare_step_find(key->text) != NULL) {
                finding->help = pare_diagnostic_text(findings, "steps stand under `do`: `do: {%.*s: ...}`",
                                                     PARE_SPAN_ARGS(key->text));
            }
        }
    }
}

static bool refuse_rule_kind(pare_loader *loader, const pare_node *node)
{
    bool step = node->kind == PARE_NODE_SCALAR && pare_step_find(node->text) != NULL;
    const char *help = "such as `{category: user.behavior, for: [measurement], do: keep}`";
    if (step) {
        help = pare_diagnostic_text(loader->reading.findings, "write `{do: %.*s}`", PARE_SPAN_ARGS(node->text));
    }
    return pare_loader_refuse_kind(loader, PR020, node, "a field rule", help);
}

static void load_rule(pare_loader *loader, const pare_node *node, pare_span field, pare_rule *rule)
{
    raw_rule raw = {0};
    pare_diagnostic *before = loader->reading.findings->last;
    rule->place = node->place;
    if (node->kind != PARE_NODE_MAP) {
        refuse_rule_kind(loader, node);
        return;
    }
    bool readable = pare_schema_read(&pare_schema_rule, node, node->place, &raw, &loader->reading);
    if (!readable) {
        explain_misplaced_steps(loader, node, before);
    }
    pare_loaded_steps steps = {NULL, 0, false};
    bool built = raw.steps != NULL && pare_load_steps(loader, raw.steps, field, &steps);
    rule->category = raw.category;
    rule->because = raw.because;
    rule->as = raw.as;
    rule->multiline = raw.multiline;
    rule->optional = raw.optional;
    rule->steps = steps.steps;
    rule->n_steps = steps.n;
    rule->drops = steps.drops;
    rule->purposes = pare_loader_purposes(loader, &raw.purposes, "for");
    if (raw.when != NULL) {
        rule->when = pare_load_condition(loader, raw.when, false, "`when`");
    }
    if (built) {
        check_reasons(loader, node, &raw, steps.drops);
    }
    if (steps.drops && raw.when != NULL) {
        pare_diagnose(loader->reading.findings, PR046, pare_schema_place(node, "when", node->place),
                      "`drop` takes no `when`: a column is in the output or it is not")
            ->help = "to empty it in some records, use `do: suppress` with `when`";
    }
}

static pare_span output_name(const pare_entry *entry, const pare_rule *rule)
{
    return rule->as.len > 0 ? rule->as : entry->kind == PARE_SELECT_EXACT ? entry->text : pare_span_of("");
}

/* What rules of one field must agree on. `nodes` are the rules as written. */
static void check_list(pare_loader *loader, const pare_entry *entry, const pare_node *list)
{
    pare_diagnostics *findings = loader->reading.findings;
    for (size_t i = 0; i < entry->n_rules; i++) {
        const pare_rule *rule = &entry->rules[i];
        if (rule->drops) {
            pare_diagnose(findings, PR046, rule->place,
                          "`drop` must stand alone: a column is in the output or it is not")
                ->help = "to empty it in some records, use `do: suppress` with `when`";
            continue;
        }
        pare_span first = output_name(entry, &entry->rules[0]);
        pare_span own = output_name(entry, rule);
        if (i > 0 && !pare_span_equal(first, own) &&
            (entry->kind == PARE_SELECT_EXACT || (first.len > 0 && own.len > 0))) {
            pare_diagnose(findings, PR121, pare_schema_place(list->items[i], "as", rule->place),
                          "the rules of one field give it different names")
                ->help = "give the same `as` in each rule";
        }
    }
    for (size_t i = 0; i + 1 < entry->n_rules; i++) {
        if (pare_node_get(list->items[i], "when") == NULL && list->items[i]->kind == PARE_NODE_MAP) {
            pare_diagnostic *finding =
                pare_diagnose(findings, PR047, entry->rules[i + 1].place, "this rule is never reached");
            finding->help =
                pare_diagnostic_text(findings, "the rule in line %u has no `when`, so it always applies; put it last",
                                     entry->rules[i].place.line);
            break;
        }
    }
}

static void load_entry(pare_loader *loader, const pare_pair *pair, pare_entry *entry)
{
    const pare_node *value = pair->value;
    bool list = value->kind == PARE_NODE_LIST;
    size_t n = list ? value->n : 1;
    load_selector(loader, pair->key, entry);
    if (n == 0) {
        pare_diagnose(loader->reading.findings, PR033, value->place, "the list of rules is empty")->help =
            "write `{do: drop}` if that is meant";
        return;
    }
    pare_rule *rules = pare_arena_array(loader->reading.arena, n, sizeof *rules);
    if (rules == NULL) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        load_rule(loader, list ? value->items[i] : value, pair->key->text, &rules[i]);
    }
    entry->rules = rules;
    entry->n_rules = n;
    if (n > 1) {
        check_list(loader, entry, value);
    }
}

/* Two entries that write one column. Names that a header decides (globs, positions) are checked when it is known. */
static void check_output_names(pare_loader *loader)
{
    const pare_policy *policy = loader->policy;
    pare_map names;
    pare_map_init(&names, 0x6669656c);
    for (size_t i = 0; i < policy->n_entries; i++) {
        const pare_entry *entry = &policy->entries[i];
        bool existing = false;
        bool writes = entry->n_rules > 0 && !entry->rules[0].drops;
        bool one = entry->kind == PARE_SELECT_EXACT || entry->kind == PARE_SELECT_POSITION;
        pare_span name = writes && one ? output_name(entry, &entry->rules[0]) : pare_span_of("");
        if (name.len == 0) {
            continue;
        }
        if (pare_map_add(&names, name, (uint32_t)i, &existing) != PARE_OK) {
            loader->reading.findings->out_of_memory = true;
        } else if (existing) {
            const pare_entry *other = &policy->entries[pare_map_find(&names, name)];
            pare_diagnostic *finding = pare_diagnose(loader->reading.findings, PR120, entry->place,
                                                     "a second field is written as `%.*s`", PARE_SPAN_ARGS(name));
            finding->help = pare_diagnostic_text(loader->reading.findings,
                                                 "the first stands in line %u; give one of them another name with `as`",
                                                 other->place.line);
        }
    }
    pare_map_clear(&names);
}

void pare_load_fields(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    if (node->kind != PARE_NODE_MAP) {
        pare_loader_refuse_kind(loader, PR020, node, "`fields`",
                                "such as `region: {category: user.location, for: [measurement], do: keep}`");
        return;
    }
    if (node->n == 0) {
        pare_diagnose(loader->reading.findings, PR122, node->place, "`fields` names no field")->help =
            "whatever shall be in the output must be named";
        return;
    }
    policy->entries = pare_arena_array(loader->reading.arena, node->n, sizeof *policy->entries);
    if (policy->entries == NULL) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        load_entry(loader, &node->pairs[i], &policy->entries[i]);
    }
    policy->n_entries = node->n;
    check_output_names(loader);
}
