/*
 * Reading a list of people into its roll, while the policy is loaded.
 *
 * What is wrong with the list is a finding at its name in the policy. Its entries are never shown, only how many there
 * are of a kind, and at which of them the reading ended.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"

enum { MAX_NORMAL_BYTES = 64 << 20 };

/* A list while it is read. */
typedef struct reading_list {
    pare_loader *loader;
    const pare_listing *asked;
    pare_roll *roll;
    size_t at, tier_at; /* which columns of the list, from 0 */
    pare_scratch scratch;
    pare_buf normal;
    pare_error err; /* why an entry was refused */
    bool reported;  /* a finding was made of it */
    size_t n_empty, n_digest_like, n_entries, n_unknown_tiers;
} reading_list;

/* Look for a column; *at is its index. Two of that name, or none: a finding. */
static bool find_column(reading_list *list, const pare_span *names, size_t n, pare_span wanted, pare_place place,
                        size_t *at)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (pare_span_equal(names[i], wanted)) {
            *at = i;
            found++;
        }
    }
    if (found != 1) {
        pare_diagnose(list->loader->reading.findings, PR130, place, "`%.*s` has %s column `%.*s`",
                      PARE_SPAN_ARGS(list->roll->file), found == 0 ? "no" : "more than one", PARE_SPAN_ARGS(wanted))
            ->help = "name a column of the list's header, as it is written there";
        list->reported = true;
    }
    return found == 1;
}

static bool take_head(void *context, const pare_span *names, size_t n)
{
    reading_list *list = context;
    bool good = find_column(list, names, n, list->asked->column, list->asked->column_place, &list->at);
    if (list->asked->tier_column.len > 0) {
        good = find_column(list, names, n, list->asked->tier_column, list->asked->tier_place, &list->tier_at) && good;
    }
    return good;
}

/* 64 hex digits, written in lower case to `hex`. */
static bool read_digest(pare_span text, unsigned char hex[2 * PARE_SHA256_BYTES])
{
    text = pare_span_trim(text);
    if (text.len != 2 * PARE_SHA256_BYTES) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = text.ptr[i];
        bool upper = c >= 'A' && c <= 'F';
        if (!upper && !(c >= 'a' && c <= 'f') && !(c >= '0' && c <= '9')) {
            return false;
        }
        hex[i] = (unsigned char)(upper ? c | 0x20 : c);
    }
    return true;
}

static int mark_of(reading_list *list, const pare_span *fields)
{
    if (list->asked->tier_column.len == 0) {
        return 1;
    }
    for (size_t i = 0; i < list->asked->tiers->n; i++) {
        if (pare_span_equal(list->asked->tiers->items[i], fields[list->tier_at])) {
            return (int)i + 1;
        }
    }
    list->n_unknown_tiers++;
    return PARE_PEOPLE_CONFLICT;
}

static bool add_digest(reading_list *list, pare_span text)
{
    unsigned char hex[2 * PARE_SHA256_BYTES];
    if (text.len == 0) {
        list->n_empty++;
        return true;
    }
    if (!read_digest(text, hex)) {
        pare_fail(&list->err, PARE_E_DATA, "an entry is not a SHA-256 digest of 64 hex digits");
        return false;
    }
    return pare_people_add(list->roll->people, pare_span_from(hex, sizeof hex), 1, &list->err) == PARE_OK;
}

static bool add_person(reading_list *list, pare_span text, int mark)
{
    unsigned char hex[2 * PARE_SHA256_BYTES];
    pare_roll_scratch scratch = {&list->scratch, &list->normal, NULL};
    pare_span normal;
    pare_roll_answer answer;
    if (!pare_roll_normal(list->roll, &scratch, text, &normal, &answer)) {
        if (answer == PARE_ROLL_UNKNOWABLE) {
            pare_fail(&list->err, PARE_E_NOMEM, "out of memory for a list of people");
            return false;
        }
        list->n_empty++;
        return true;
    }
    list->n_digest_like += read_digest(text, hex);
    return pare_people_add(list->roll->people, normal, mark, &list->err) == PARE_OK;
}

static bool take_row(void *context, const pare_span *fields, size_t n)
{
    reading_list *list = context;
    if (list->at >= n) {
        pare_fail(&list->err, PARE_E_DATA, "it has %zu column%s", n, n == 1 ? "" : "s");
        return false;
    }
    list->n_entries++;
    return list->roll->digests ? add_digest(list, fields[list->at])
                               : add_person(list, fields[list->at], mark_of(list, fields));
}

static void report_failure(reading_list *list, pare_status status, const pare_error *err)
{
    pare_loader *loader = list->loader;
    const pare_error *why = list->err.status != PARE_OK ? &list->err : err;
    if (list->reported) {
        return;
    }
    if (why->status == PARE_E_NOMEM || status == PARE_E_NOMEM) {
        loader->reading.findings->out_of_memory = true;
        return;
    }
    pare_diagnostic *finding = pare_diagnose(loader->reading.findings, PR131, list->asked->place, "`%.*s`: %s",
                                             PARE_SPAN_ARGS(list->roll->file), why->text);
    if (err->record > 0) {
        finding->label =
            pare_diagnostic_text(loader->reading.findings, "at its entry %llu", (unsigned long long)err->record);
    }
    finding->help = status == PARE_E_MISSING ? "its name is relative to the policy's own folder" : NULL;
    loader->list_status = loader->list_status == PARE_OK ? why->status : loader->list_status;
    loader->n_list_errors++;
}

/* What can be used and still looks wrong. */
static void report_doubts(reading_list *list)
{
    pare_diagnostics *findings = list->loader->reading.findings;
    const pare_roll *roll = list->roll;
    if (pare_people_count(roll->people) == 0) {
        pare_diagnose(findings, PR110, list->asked->place, "`%.*s` names nobody", PARE_SPAN_ARGS(roll->file))->help =
            "if that is so, it is well; a list that was lost on its way looks the same";
    } else if (list->n_empty > 0) {
        pare_diagnose(findings, PR110, list->asked->place, "%zu of %zu entries of `%.*s` are empty%s and name nobody",
                      list->n_empty, list->n_entries, PARE_SPAN_ARGS(roll->file),
                      roll->forms.n > 0 ? " once normalized" : "");
    }
    if (list->n_digest_like > 0) {
        pare_diagnose(findings, PR110, list->asked->place, "%zu of %zu entries of `%.*s` look like SHA-256 digests",
                      list->n_digest_like, list->n_entries, PARE_SPAN_ARGS(roll->file))
            ->help = "if they are, say `digest: sha256`: as texts they match nobody";
    }
    if (list->n_unknown_tiers > 0) {
        pare_diagnose(findings, PR111, list->asked->place,
                      "%zu of %zu entries of `%.*s` have a tier that `allow` does not name", list->n_unknown_tiers,
                      list->n_entries, PARE_SPAN_ARGS(roll->file))
            ->help = "these people allow nothing; name the tier if it is one";
    }
}

/* What the manifest says of the list. */
static void note_list(reading_list *list, const pare_file_facts *facts)
{
    const pare_side_file file = {.name = (const char *)list->roll->file.ptr,
                                 .use = list->asked->use,
                                 .facts = *facts,
                                 .entries = list->n_entries,
                                 .names_people = true};
    list->roll->noted = pare_loader_note_file(list->loader, &file);
}

bool pare_load_roll(pare_loader *loader, const pare_listing *asked)
{
    reading_list made = {.loader = loader, .asked = asked, .roll = asked->roll, .at = asked->at}, *list = &made;
    pare_roll *roll = asked->roll;
    pare_error err = {.status = PARE_OK};
    pare_file_facts facts = {0};
    const pare_fetch *fetch = loader->fetch;
    if (fetch == NULL || fetch->list == NULL) {
        pare_diagnose(loader->reading.findings, PR059, list->asked->place, "files can't be read here");
        return false;
    }
    pare_status status = pare_people_new(&roll->people, &err);
    for (size_t i = 0; i < 2; i++) {
        pare_buf_init(&list->scratch.temporary[i], MAX_NORMAL_BYTES);
    }
    pare_buf_init(&list->normal, MAX_NORMAL_BYTES);
    if (status == PARE_OK) {
        status = fetch->list(fetch->context, (const char *)roll->file.ptr, asked->header ? take_head : NULL, take_row,
                             list, &facts, &err);
    }
    if (status == PARE_OK) {
        status = pare_people_seal(roll->people, &err);
    }
    for (size_t i = 0; i < 2; i++) {
        pare_buf_clear(&list->scratch.temporary[i]);
    }
    pare_buf_clear(&list->normal);
    if (status != PARE_OK) {
        report_failure(list, status, &err);
        return false;
    }
    note_list(list, &facts);
    report_doubts(list);
    return true;
}
