/*
 * Lists of people: who opted out (`opt_outs`), and which consent tier each has (`tiers`).
 *
 * The lists are read while the policy is loaded, so that `pare check` tries them and nothing is found missing at night.
 * A list that can't be read to its end, or that is not what the policy says it is, refuses the policy: who is on it
 * nobody knows. Its entries are never shown, only how many there are of a kind.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"

typedef struct raw_opt_out {
    pare_span file, column, match;
    pare_choices normalize;
    pare_texts purposes;
    int digest, unreadable;
    bool header;
} raw_opt_out;

typedef struct raw_tiers {
    pare_span field, file, key, tier, match;
    pare_choices normalize;
    const pare_node *allow;
} raw_tiers;

static const char *const digests[] = {"sha256", NULL};
static const char *const unreadables[] = {"withdraw", "keep", NULL};

static const pare_key_spec opt_out_keys[] = {
    {.key = "file",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(raw_opt_out, file),
     .help = "the list, a CSV file, plain or gzip, relative to the policy"},
    {.key = "column",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(raw_opt_out, column),
     .help = "the column of the list that names people, or \"#1\" by position where the list has no header"},
    {.key = "match",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(raw_opt_out, match),
     .help = "the column of the export that is looked up"},
    {.key = "normalize",
     .kind = PARE_KIND_CHOICES,
     .offset = offsetof(raw_opt_out, normalize),
     .choices = pare_normal_names,
     .help = "how both are spelt before they are compared; default: as they stand"},
    {.key = "purposes",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_opt_out, purposes),
     .help = "what these people said no to; default: all purposes"},
    {.key = "digest",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_opt_out, digest),
     .choices = digests,
     .help = "`sha256`: the list holds SHA-256 digests of the normalized values, in hex"},
    {.key = "unreadable",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_opt_out, unreadable),
     .choices = unreadables,
     .help = "a record whose value is empty or can't be looked up: withdraw (default), or keep"},
    {.key = "header",
     .kind = PARE_KIND_BOOL,
     .offset = offsetof(raw_opt_out, header),
     .help = "`false`: the list has no header, and `column` is a position; default: true"},
};

static const pare_key_spec tiers_keys[] = {
    {.key = "field",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_tiers, field),
     .help = "the column that holds the tier"},
    {.key = "file",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_tiers, file),
     .help = "or a list of people with their tiers, a CSV file, plain or gzip, relative to the policy"},
    {.key = "key",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_tiers, key),
     .help = "the column of the list that names people"},
    {.key = "tier",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_tiers, tier),
     .help = "the column of the list that holds the tier"},
    {.key = "match",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_tiers, match),
     .help = "the column of the export that is looked up in the list"},
    {.key = "normalize",
     .kind = PARE_KIND_CHOICES,
     .offset = offsetof(raw_tiers, normalize),
     .choices = pare_normal_names,
     .help = "how names of people are spelt before they are compared"},
    {.key = "allow",
     .kind = PARE_KIND_NODE,
     .required = true,
     .offset = offsetof(raw_tiers, allow),
     .help = "each tier with the purposes it allows; a tier that is not named allows none"},
};

const pare_schema pare_schema_opt_out = {"an entry of `opt_outs`", opt_out_keys,
                                         sizeof opt_out_keys / sizeof opt_out_keys[0], NULL};
const pare_schema pare_schema_tiers = {"`tiers`", tiers_keys, sizeof tiers_keys / sizeof tiers_keys[0], NULL};

static bool expand_forms(pare_loader *loader, pare_roll *roll, pare_choices names)
{
    pare_build build = {.reading = loader->reading};
    roll->names = names;
    return pare_normal_expand(&build, names, &roll->forms);
}

/* --- opt_outs ----------------------------------------------------------------------------------------------------- */

/* `column` as a position, where there is no header to name it. */
static bool find_position(pare_loader *loader, const pare_node *node, const raw_opt_out *raw, size_t *at)
{
    bool is_position = false;
    uint32_t position = pare_position_of(raw->column, &is_position);
    if (!raw->header && position > 0) {
        *at = position - 1;
        return true;
    }
    if (!raw->header || is_position) {
        pare_diagnose(loader->reading.findings, PR130, pare_schema_place(node, "column", node->place),
                      raw->header ? "a list with a header names its columns"
                                  : "a list without a header has no names, its columns have positions")
            ->help = raw->header ? "write the name, or `header: false` if the first line is an entry already"
                                 : "write \"#1\" for the first column";
        return false;
    }
    return true;
}

static void load_opt_out(pare_loader *loader, const pare_node *node, pare_opt_out *opt_out)
{
    raw_opt_out raw = {.digest = -1, .header = true};
    opt_out->place = node->place;
    bool good = pare_schema_read(&pare_schema_opt_out, node, node->place, &raw, &loader->reading);
    if (node->kind != PARE_NODE_MAP) {
        return;
    }
    if (pare_node_get(node, "purposes") == NULL) {
        opt_out->purposes = UINT64_MAX;
    } else if (raw.purposes.n == 0) {
        pare_diagnose(loader->reading.findings, PR033, pare_schema_place(node, "purposes", node->place),
                      "`purposes` lists no purpose: nothing would be withdrawn")
            ->help = "leave it out to mean all purposes";
        good = false;
    } else {
        opt_out->purposes = pare_loader_purposes(loader, &raw.purposes, "purposes");
    }
    opt_out->keeps_unreadable = raw.unreadable == 1;
    opt_out->roll.file = raw.file;
    opt_out->roll.digests = raw.digest == 0;
    if (raw.match.len > 0) {
        pare_place place = pare_schema_place(node, "match", node->place);
        good = pare_loader_read(loader, raw.match, place, "an opt-out list", &opt_out->read) && good;
    }
    pare_listing list = {.roll = &opt_out->roll,
                         .use = "opt_outs",
                         .place = pare_schema_place(node, "file", node->place),
                         .header = raw.header,
                         .column = raw.column,
                         .column_place = pare_schema_place(node, "column", node->place)};
    if (good && expand_forms(loader, &opt_out->roll, raw.normalize) && find_position(loader, node, &raw, &list.at)) {
        (void)pare_load_roll(loader, &list);
    }
}

void pare_load_opt_outs(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    if (node == NULL) {
        return;
    }
    bool list = node->kind == PARE_NODE_LIST;
    size_t n = list ? node->n : 1;
    if (n == 0) {
        pare_diagnose(loader->reading.findings, PR033, node->place, "`opt_outs` names no list")->help =
            "remove it, or name a list";
        return;
    }
    policy->opt_outs = pare_arena_array(loader->reading.arena, n, sizeof *policy->opt_outs);
    if (policy->opt_outs == NULL) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    policy->n_opt_outs = n;
    for (size_t i = 0; i < n; i++) {
        load_opt_out(loader, list ? node->items[i] : node, &policy->opt_outs[i]);
    }
}

/* --- tiers -------------------------------------------------------------------------------------------------------- */

/* A tier's purposes: a name or a list of names, which may be empty. */
static uint64_t load_tier(pare_loader *loader, const pare_pair *pair)
{
    const pare_node *value = pair->value;
    pare_texts names = {0, NULL, NULL};
    size_t n = value->kind == PARE_NODE_LIST ? value->n : 1;
    pare_span *items = pare_arena_array(loader->reading.arena, n + 1, sizeof *items);
    pare_place *places = pare_arena_array(loader->reading.arena, n + 1, sizeof *places);
    if (items == NULL || places == NULL) {
        loader->reading.findings->out_of_memory = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        const pare_node *name = value->kind == PARE_NODE_LIST ? value->items[i] : value;
        if (name->kind != PARE_NODE_SCALAR || name->text.len == 0) {
            pare_diagnose(loader->reading.findings, PR023, name->place, "a tier lists the purposes that it allows")
                ->help = "such as `essential: [service]`, and `none: []` for a tier that allows nothing";
            return 0;
        }
        items[i] = name->text;
        places[i] = name->place;
    }
    names = (pare_texts){n, items, places};
    return pare_loader_purposes(loader, &names, "allow");
}

static bool load_allow(pare_loader *loader, const pare_node *node, pare_tiers *tiers)
{
    if (node->kind != PARE_NODE_MAP || node->n == 0 || node->n >= PARE_PEOPLE_MAX_MARK) {
        return pare_loader_refuse_kind(loader, PR020, node, "`allow`",
                                       "1 to 254 tiers, such as `{none: [], essential: [service]}`");
    }
    pare_span *names = pare_arena_array(loader->reading.arena, node->n, sizeof *names);
    uint64_t *allow = pare_arena_array(loader->reading.arena, node->n, sizeof *allow);
    if (names == NULL || allow == NULL) {
        loader->reading.findings->out_of_memory = true;
        return false;
    }
    for (size_t i = 0; i < node->n; i++) {
        names[i] = node->pairs[i].key->text;
        if (names[i].len == 0) {
            pare_diagnose(loader->reading.findings, PR028, node->pairs[i].key->place, "a tier without a name")->help =
                "an empty tier allows nothing";
        }
        allow[i] = load_tier(loader, &node->pairs[i]);
    }
    tiers->names = (pare_texts){node->n, names, NULL};
    tiers->allow = allow;
    return true;
}

/* Either `field`, or `file` with key, tier and match. */
static bool check_source(pare_loader *loader, const pare_node *node)
{
    static const char *const of_list[] = {"file", "key", "tier", "match", NULL};
    pare_diagnostics *findings = loader->reading.findings;
    bool field = pare_node_get(node, "field") != NULL, file = pare_node_get(node, "file") != NULL;
    if (field == file) {
        pare_diagnose(findings, PR132, node->place,
                      field ? "`field` and `file` exclude each other" : "nothing says where the tiers stand")
            ->help = "a tier stands in a column (`field: consent_tier`) or in a list (`file`, `key`, `tier`, `match`)";
        return false;
    }
    bool good = true;
    for (size_t i = 1; of_list[i] != NULL; i++) {
        bool given = pare_node_get(node, of_list[i]) != NULL;
        if (given != file) {
            pare_diagnose(findings, PR132, pare_schema_place(node, of_list[i], node->place),
                          given ? "`%s` belongs to a list, and no `file` names one" : "a list of tiers needs `%s`",
                          of_list[i])
                ->help =
                "`file` with `key` (who), `tier` (which), both columns of the list, and `match`, the export's column";
            good = false;
        }
    }
    return good;
}

static void load_tiers(pare_loader *loader, const pare_node *node, pare_tiers *tiers)
{
    raw_tiers raw = {.allow = NULL};
    tiers->place = node->place;
    bool good = pare_schema_read(&pare_schema_tiers, node, node->place, &raw, &loader->reading);
    if (node->kind != PARE_NODE_MAP) {
        return;
    }
    good = check_source(loader, node) && good;
    good = raw.allow != NULL && load_allow(loader, raw.allow, tiers) && good;
    tiers->from_list = raw.file.len > 0;
    tiers->roll.file = raw.file;
    const char *key = tiers->from_list ? "match" : "field";
    pare_span read = tiers->from_list ? raw.match : raw.field;
    if (read.len > 0) {
        pare_place place = pare_schema_place(node, key, node->place);
        good = pare_loader_read(loader, read, place, "`tiers`", &tiers->read) && good;
    }
    if (!good || !tiers->from_list) {
        return;
    }
    pare_listing list = {.roll = &tiers->roll,
                         .use = "tiers",
                         .place = pare_schema_place(node, "file", node->place),
                         .header = true,
                         .column = raw.key,
                         .column_place = pare_schema_place(node, "key", node->place),
                         .tier_column = raw.tier,
                         .tier_place = pare_schema_place(node, "tier", node->place),
                         .tiers = &tiers->names};
    if (expand_forms(loader, &tiers->roll, raw.normalize)) {
        (void)pare_load_roll(loader, &list);
    }
}

void pare_load_tiers(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    if (node == NULL) {
        return;
    }
    bool list = node->kind == PARE_NODE_LIST;
    size_t n = list ? node->n : 1;
    if (n == 0) {
        pare_diagnose(loader->reading.findings, PR033, node->place, "`tiers` is empty");
        return;
    }
    policy->tiers = pare_arena_array(loader->reading.arena, n, sizeof *policy->tiers);
    if (policy->tiers == NULL) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    policy->n_tiers = n;
    for (size_t i = 0; i < n; i++) {
        load_tiers(loader, list ? node->items[i] : node, &policy->tiers[i]);
    }
}
