/*
 * Why anything is released at all (purposes), and how long a record may be used (retention).
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"

typedef struct raw_purpose {
    pare_span description;
    int basis;
    const pare_node *allowed_when;
} raw_purpose;

typedef struct raw_retention {
    pare_span field, keep;
    int unreadable;
} raw_retention;

enum { BASIS_CONSENT = 0 };

/* GDPR article 6(1), (a) to (f). */
static const char *const bases[] = {
    "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests", NULL};
static const char *const unreadables[] = {"drop", "keep", "fail", NULL}; /* as pare_unreadable */

static const pare_key_spec purpose_keys[] = {
    {.key = "description",
     .kind = PARE_KIND_TEXT,
     .offset = offsetof(raw_purpose, description),
     .help = "one sentence: what the data is used for"},
    {.key = "basis",
     .kind = PARE_KIND_CHOICE,
     .required = true,
     .offset = offsetof(raw_purpose, basis),
     .choices = bases,
     .help = "the legal basis: consent, contract, legal_obligation, vital_interests, public_task or "
             "legitimate_interests"},
    {.key = "allowed_when",
     .kind = PARE_KIND_NODE,
     .offset = offsetof(raw_purpose, allowed_when),
     .help = "the test that a record must pass to be used for this purpose; default: every record may"},
};

static const pare_key_spec retention_keys[] = {
    {.key = "field",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(raw_retention, field),
     .help = "the column that holds the date"},
    {.key = "keep",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(raw_retention, keep),
     .help = "how long: `90 days`, `6 weeks`, `24 months`, `2 years`"},
    {.key = "unreadable",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_retention, unreadable),
     .choices = unreadables,
     .help = "what becomes of a record whose date can't be read: drop (default), keep, or fail"},
};

const pare_schema pare_schema_purpose = {"a purpose", purpose_keys, sizeof purpose_keys / sizeof purpose_keys[0], NULL};
const pare_schema pare_schema_retention = {"`retention`", retention_keys,
                                           sizeof retention_keys / sizeof retention_keys[0], NULL};

static void load_purpose(pare_loader *loader, const pare_pair *pair, pare_purpose *purpose)
{
    pare_diagnostics *findings = loader->reading.findings;
    raw_purpose raw = {.basis = -1};
    purpose->name = pair->key->text;
    purpose->place = pair->key->place;
    if (purpose->name.len == 0) {
        pare_diagnose(findings, PR028, pair->key->place, "a purpose without a name");
    }
    pare_schema_read(&pare_schema_purpose, pair->value, pair->key->place, &raw, &loader->reading);
    purpose->description = raw.description.ptr == NULL ? pare_span_of("") : raw.description;
    purpose->basis = pare_span_of(raw.basis < 0 ? "" : bases[raw.basis]);
    if (raw.allowed_when != NULL) {
        const char *who = pare_arena_printf(loader->reading.arena, "purpose `%.*s`", PARE_SPAN_ARGS(purpose->name));
        purpose->allowed_when = pare_load_condition(loader, raw.allowed_when, true, who == NULL ? "a purpose" : who);
    } else if (raw.basis == BASIS_CONSENT && !loader->has_tiers) { /* which tiers allow it says who consented */
        pare_diagnostic *finding =
            pare_diagnose(findings, PR042, pare_schema_place(pair->value, "basis", pair->key->place),
                          "`%.*s` rests on consent and no test says who consented", PARE_SPAN_ARGS(purpose->name));
        finding->help = "add `allowed_when: {field: marketing_consent, is: [\"yes\"]}`";
    }
}

void pare_load_purposes(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    size_t n = node != NULL && node->kind == PARE_NODE_MAP ? node->n : 0;
    loader->purpose_names = pare_arena_array(loader->reading.arena, n + 1, sizeof *loader->purpose_names);
    policy->purposes = pare_arena_array(loader->reading.arena, n + 1, sizeof *policy->purposes);
    if (loader->purpose_names == NULL || policy->purposes == NULL) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    if (node != NULL && node->kind != PARE_NODE_MAP) {
        pare_loader_refuse_kind(loader, PR020, node, "`purposes`",
                                "such as `measurement: {basis: legitimate_interests}`");
    }
    if (n > PARE_MAX_PURPOSES) {
        pare_diagnose(loader->reading.findings, PR043, node->pairs[PARE_MAX_PURPOSES].key->place,
                      "this is purpose number %d, and %d is the most", PARE_MAX_PURPOSES + 1, PARE_MAX_PURPOSES);
        n = PARE_MAX_PURPOSES;
    }
    for (size_t i = 0; i < n; i++) {
        load_purpose(loader, &node->pairs[i], &policy->purposes[i]);
        loader->purpose_names[i] = (const char *)policy->purposes[i].name.ptr;
    }
    policy->n_purposes = n;
}

static void load_one_retention(pare_loader *loader, const pare_node *node, pare_retention *retention)
{
    raw_retention raw = {0};
    bool good = pare_schema_read(&pare_schema_retention, node, node->place, &raw, &loader->reading);
    retention->place = node->place;
    retention->unreadable = (pare_unreadable)raw.unreadable;
    if (raw.field.len > 0) {
        pare_place place = pare_schema_place(node, "field", node->place);
        pare_loader_read(loader, raw.field, place, "retention", &retention->read);
    }
    if (good && !pare_duration_read(raw.keep, &retention->keep)) {
        pare_diagnostic *finding =
            pare_diagnose(loader->reading.findings, PR051, pare_schema_place(node, "keep", node->place),
                          "`%.*s` is not a duration", PARE_SPAN_ARGS(raw.keep));
        finding->help = "a whole number and days, weeks, months or years, such as `24 months`";
    }
}

void pare_load_retention(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    if (node == NULL) {
        return;
    }
    bool list = node->kind == PARE_NODE_LIST;
    size_t n = list ? node->n : 1;
    policy->retentions = pare_arena_array(loader->reading.arena, n + 1, sizeof *policy->retentions);
    if (policy->retentions == NULL) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    if (n == 0) {
        pare_diagnose(loader->reading.findings, PR033, node->place, "`retention` is empty")->help =
            "remove it, or say `{field: last_order_at, keep: 24 months}`";
    }
    for (size_t i = 0; i < n; i++) {
        load_one_retention(loader, list ? node->items[i] : node, &policy->retentions[i]);
    }
    policy->n_retentions = n;
    policy->depends_on_date = policy->depends_on_date || n > 0;
}
