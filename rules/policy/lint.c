/*
 * What a policy may say and should be looked at: findings that warn or inform. Runs only on a policy without errors.
 *
 * Here is what concerns one field or one purpose alone; lint.h lists the others. Each finding points at what somebody
 * would change, so that the comment that accepts it (allow.c) stands where the next reader looks.
 */
#include "rules/policy/lint.h"

#include "rules/base/span.h"
#include "rules/text/decimal.h"

#include <stdarg.h>
#include <stdio.h>

static pare_diagnostic *warn(pare_loader *loader, pare_code code, pare_place place, const char *message,
                             const char *help)
{
    pare_diagnostic *finding = pare_diagnose(loader->reading.findings, code, place, "%s", message);
    finding->help = help;
    return finding;
}

static void lint_purposes(pare_loader *loader)
{
    const pare_policy *policy = loader->policy;
    uint64_t used = 0;
    for (size_t i = 0; i < policy->n_entries; i++) {
        for (size_t r = 0; r < policy->entries[i].n_rules; r++) {
            used |= policy->entries[i].rules[r].drops ? 0 : policy->entries[i].rules[r].purposes;
        }
    }
    for (size_t p = 0; p < policy->n_purposes; p++) {
        if ((used >> p & 1) == 0) {
            pare_diagnostic *finding =
                pare_diagnose(loader->reading.findings, PR090, policy->purposes[p].place,
                              "no field is released for `%.*s`", PARE_SPAN_ARGS(policy->purposes[p].name));
            finding->help = "name it in a `for`, or remove it";
        }
    }
}

/*
 * Does the test permit values that nobody wrote down? `is` lists what it permits and `matches` describes it; an order
 * says what it permits, too. What is left are the tests that name what they refuse. Under `not` the roles change.
 */
static void lint_test(pare_loader *loader, const pare_test *test, bool negated)
{
    bool refuses = test->kind == PARE_TEST_IS_NOT || test->kind == PARE_TEST_ABSENT;
    bool lists = test->kind == PARE_TEST_IS || test->kind == PARE_TEST_MATCHES;
    if (refuses && !negated) {
        warn(loader, PR091, test->place, "this permits every value that nobody listed",
             "prefer `is` with the texts that permit");
    } else if (lists && negated) {
        warn(loader, PR091, test->place, "under `not` this permits every value that nobody listed",
             "prefer `is` with the texts that permit");
    }
    for (size_t i = 0; i < test->n_parts; i++) {
        lint_test(loader, test->parts[i], test->kind == PARE_TEST_NOT ? !negated : negated);
    }
}

/* A purpose that no tier allows gets no record. */
static void lint_tiers(pare_loader *loader)
{
    const pare_policy *policy = loader->policy;
    uint64_t reachable = policy->n_tiers == 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < policy->n_tiers; i++) {
        uint64_t any = 0;
        for (size_t t = 0; t < policy->tiers[i].names.n; t++) {
            any |= policy->tiers[i].allow[t];
        }
        reachable = i == 0 ? any : reachable & any;
    }
    for (size_t p = 0; p < policy->n_purposes; p++) {
        if ((reachable >> p & 1) == 0) {
            pare_diagnose(loader->reading.findings, PR112, policy->purposes[p].place, "no tier allows `%.*s`",
                          PARE_SPAN_ARGS(policy->purposes[p].name))
                ->help = "name it under `tiers: allow`, or remove it";
        }
    }
}

/* Identifiers and sensitive data, and whatever people wrote, in full. */
static void lint_whole_values(const pare_lint_view *view, const pare_lint_field *field)
{
    pare_diagnostics *findings = view->loader->reading.findings;
    if (field->rule->because.len > 0) {
        return;
    }
    if (pare_lint_leaves_whole(field) && pare_category_is_critical(field->rule->category)) {
        warn(view->loader, PR092, field->entry->place, "an identifier or sensitive data leaves as it is",
             "add `because: \"...\"`, or pseudonymize, generalize or redact it")
            ->label = pare_diagnostic_text(findings, "is %.*s", PARE_SPAN_ARGS(field->rule->category));
    } else if (pare_lint_is_free_text(field)) {
        static const char *const harmless[] = {"truncate", "normalize", "mask", NULL};
        if (pare_lint_only(field, harmless)) {
            warn(view->loader, PR095, field->entry->place, "free text leaves without `redact`",
                 "put `redact: {find: [core]}` first, or drop it; `because: \"...\"` if nobody can be named in it");
        }
    }
}

static void lint_released(const pare_lint_view *view)
{
    for (size_t i = 0; i < view->n_fields; i++) {
        lint_whole_values(view, &view->fields[i]);
    }
    if (view->n_fields == 0) {
        warn(view->loader, PR094, view->loader->policy->entries[0].place,
             "every rule drops its field: nothing would be released", NULL);
    }
}

/* --- what the kinds share --- */

pare_diagnostic *pare_lint_find(const pare_lint_view *view, pare_code code, pare_place place, const char *help,
                                const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return warn(view->loader, code, place, message, help);
}

const char *pare_lint_step(const pare_lint_field *field, size_t index)
{
    return field->rule->steps[index].type->name;
}

bool pare_lint_step_is(const pare_lint_field *field, size_t index, const char *name)
{
    return strcmp(pare_lint_step(field, index), name) == 0;
}

size_t pare_lint_find_step(const pare_lint_field *field, const char *name)
{
    size_t i = 0;
    while (i < field->rule->n_steps && !pare_lint_step_is(field, i, name)) {
        i++;
    }
    return i;
}

const pare_node *pare_lint_params(const pare_lint_field *field, size_t index)
{
    const pare_node *step = field->steps->kind == PARE_NODE_LIST ? field->steps->items[index] : field->steps;
    return step->kind == PARE_NODE_MAP && step->n > 0 ? step->pairs[0].value : NULL;
}

pare_span pare_lint_text(const pare_node *node, const char *key, bool shorthand)
{
    if (node != NULL && node->kind == PARE_NODE_MAP) {
        node = pare_node_get(node, key);
        shorthand = true;
    }
    bool text = node != NULL && shorthand && node->kind == PARE_NODE_SCALAR;
    return text ? node->text : pare_span_of("");
}

pare_span pare_lint_param(const pare_lint_field *field, size_t index, const char *key)
{
    const pare_schema *schema = field->rule->steps[index].type->params;
    bool shorthand = schema != NULL && schema->shorthand != NULL && strcmp(schema->shorthand, key) == 0;
    return pare_lint_text(pare_lint_params(field, index), key, shorthand);
}

uint32_t pare_lint_number(pare_span text, uint32_t otherwise)
{
    uint32_t number = 0;
    return text.len > 0 && pare_count_read(text, &number) ? number : otherwise;
}

bool pare_lint_only(const pare_lint_field *field, const char *const *names)
{
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        size_t n = 0;
        while (names[n] != NULL && !pare_lint_step_is(field, i, names[n])) {
            n++;
        }
        if (names[n] == NULL) {
            return false;
        }
    }
    return true;
}

bool pare_lint_leaves_whole(const pare_lint_field *field)
{
    enum { SHORT = 10 }; /* what is cut to less than this is a part */
    static const char *const spelling[] = {"normalize", "truncate", NULL};
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        if (pare_lint_step_is(field, i, "truncate") &&
            pare_lint_number(pare_lint_param(field, i, "characters"), 0) < SHORT) {
            return false;
        }
    }
    return pare_lint_only(field, spelling);
}

static bool is_lower(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

/* The last word of a name in small letters: of `order_date`, `Order Date` and `OrderDate` it is `date`. */
static void last_word(pare_span name, char word[32])
{
    size_t end = name.len;
    size_t len = 0;
    while (end > 0 && !is_lower((unsigned char)(name.ptr[end - 1] | 0x20))) {
        end--;
    }
    size_t start = end;
    while (start > 0 && is_lower((unsigned char)(name.ptr[start - 1] | 0x20))) {
        bool capital = !is_lower(name.ptr[start - 1]);
        start--;
        if (capital && start > 0 && is_lower(name.ptr[start - 1])) { /* rD of OrderDate */
            break;
        }
    }
    for (; start < end && len + 1 < 32; start++) {
        word[len++] = (char)(name.ptr[start] | 0x20);
    }
    word[len] = '\0';
}

bool pare_lint_name_ends(const pare_lint_field *field, const char *const *words)
{
    char word[32];
    last_word(field->entry->kind == PARE_SELECT_REGEX ? pare_span_of("") : field->entry->text, word);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

bool pare_lint_is_free_text(const pare_lint_field *field)
{
    static const char *const words[] = {"note",    "notes",    "comment",   "comments", "remark",    "remarks",
                                        "memo",    "feedback", "message",   "freetext", "bemerkung", "bemerkungen",
                                        "notizen", "notiz",    "kommentar", NULL};
    pare_span category = field->rule->category;
    if (!pare_category_is_in(category, "user")) { /* a product's description tells of no person */
        return false;
    }
    return pare_category_is_in(category, "user.content") || field->rule->multiline || pare_lint_name_ends(field, words);
}

/* --- all of it --- */

/* The rules that release something. False: no memory. */
static bool collect(pare_lint_view *view, const pare_node *written)
{
    pare_loader *loader = view->loader;
    const pare_policy *policy = loader->policy;
    size_t n = 0;
    for (size_t i = 0; i < policy->n_entries; i++) {
        n += policy->entries[i].n_rules;
    }
    pare_lint_field *fields = pare_arena_array(loader->reading.arena, n + 1, sizeof *fields);
    if (fields == NULL) {
        loader->reading.findings->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < policy->n_entries; i++) {
        const pare_node *value = written->pairs[i].value;
        for (size_t r = 0; r < policy->entries[i].n_rules; r++) {
            const pare_node *node = value->kind == PARE_NODE_LIST ? value->items[r] : value;
            pare_lint_field field = {&policy->entries[i], &policy->entries[i].rules[r], node, pare_node_get(node, "do"),
                                     (uint32_t)i};
            if (!field.rule->drops) {
                fields[view->n_fields++] = field;
            }
        }
    }
    view->fields = fields;
    return true;
}

void pare_lint(pare_loader *loader, const pare_node *root)
{
    const pare_policy *policy = loader->policy;
    pare_lint_view view = {.loader = loader, .root = root};
    if (!collect(&view, pare_node_get(root, "fields"))) {
        return;
    }
    lint_purposes(loader);
    for (size_t p = 0; p < policy->n_purposes; p++) {
        if (policy->purposes[p].allowed_when != NULL) {
            lint_test(loader, policy->purposes[p].allowed_when, false);
        }
    }
    lint_tiers(loader);
    lint_released(&view);
    pare_lint_tokens(&view);
    pare_lint_quasi(&view);
    pare_lint_chain(&view);
    pare_lint_when(&view);
    pare_lint_patterns(&view);
    pare_lint_scan(&view);
    pare_lint_whole(&view);
}
