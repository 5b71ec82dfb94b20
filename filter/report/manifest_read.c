/* See manifest_read.h. Keys that are not known pass: a later version may write more; what is asked for must be there.
 */
#include "filter/report/manifest_read.h"

#include "rules/base/span.h"
#include "rules/base/try.h"

static const char HASH_MARK[] = "sha256:";
enum { HASH_MARK_BYTES = sizeof HASH_MARK - 1, HASH_DIGITS = 64 };

static pare_status lacks(pare_error *err, const char *what)
{
    return pare_fail(err, PARE_E_DATA, "not a manifest of pare: %s is missing or of another type", what);
}

/** The whole number `key`, into *number. False: there is none. */
static bool number_of(const pare_json_value *object, const char *key, uint64_t *number)
{
    const pare_json_value *value = pare_json_member(object, key, PARE_JSON_NUMBER);
    if (value != NULL) {
        *number = value->number;
    }
    return value != NULL;
}

/** Whether `total` is the sum of those members, all of which must be there. Sums can't wrap around unseen. */
static bool adds_up(const pare_json_value *object, const char *const *keys, size_t n, uint64_t *rest)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t part = 0;
        if (!number_of(object, keys[i], &part) || part > *rest) {
            return false;
        }
        *rest -= part;
    }
    return true;
}

static pare_status read_hash(const pare_json_value *resource, pare_manifest_facts *facts, pare_error *err)
{
    const pare_json_value *hash = pare_json_member(resource, "hash", PARE_JSON_TEXT);
    if (hash == NULL || hash->text.len != HASH_MARK_BYTES + HASH_DIGITS ||
        memcmp(hash->text.ptr, HASH_MARK, HASH_MARK_BYTES) != 0) {
        return lacks(err, "`resources[0].hash`");
    }
    facts->sha256 = pare_span_after(hash->text, HASH_MARK_BYTES);
    return PARE_OK;
}

static pare_status read_columns(const pare_json_value *resource, pare_arena *arena, pare_manifest_facts *facts,
                                pare_error *err)
{
    const pare_json_value *schema = pare_json_member(resource, "schema", PARE_JSON_OBJECT);
    const pare_json_value *fields = pare_json_member(schema, "fields", PARE_JSON_ARRAY);
    if (fields == NULL || fields->n_items == 0) {
        return lacks(err, "`resources[0].schema.fields`");
    }
    pare_span *names = pare_arena_array(arena, fields->n_items, sizeof *names);
    if (names == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a manifest");
    }
    for (const pare_json_value *field = fields->first; field != NULL; field = field->next) {
        const pare_json_value *name = pare_json_member(field, "name", PARE_JSON_TEXT);
        if (name == NULL) {
            return lacks(err, "the name of a column");
        }
        names[facts->n_columns++] = name->text;
    }
    facts->columns = names;
    return PARE_OK;
}

static pare_status read_resource(const pare_json_value *package, pare_arena *arena, pare_manifest_facts *facts,
                                 pare_error *err)
{
    const pare_json_value *resources = pare_json_member(package, "resources", PARE_JSON_ARRAY);
    if (resources == NULL || resources->n_items != 1) {
        return lacks(err, "`resources` with one item");
    }
    const pare_json_value *resource = resources->first;
    const pare_json_value *path = pare_json_member(resource, "path", PARE_JSON_TEXT);
    if (path == NULL || path->text.len == 0 || memchr(path->text.ptr, '/', path->text.len) != NULL ||
        pare_span_is(path->text, ".") || pare_span_is(path->text, "..")) {
        return lacks(err, "`resources[0].path`, a name without a directory,");
    }
    facts->path = (const char *)path->text.ptr;
    if (!number_of(resource, "bytes", &facts->bytes)) {
        return lacks(err, "`resources[0].bytes`");
    }
    const pare_json_value *dialect = pare_json_member(resource, "dialect", PARE_JSON_OBJECT);
    const pare_json_value *delimiter = pare_json_member(dialect, "delimiter", PARE_JSON_TEXT);
    if (delimiter == NULL || delimiter->text.len != 1 || delimiter->text.ptr[0] >= 0x80) {
        return lacks(err, "`resources[0].dialect.delimiter`");
    }
    facts->delimiter = delimiter->text.ptr[0];
    const pare_json_value *compression = pare_json_member(resource, "compression", PARE_JSON_TEXT);
    facts->gzip = compression != NULL && pare_span_is(compression->text, "gz");
    PARE_TRY(read_hash(resource, facts, err));
    return read_columns(resource, arena, facts, err);
}

/** read = written + dropped + quarantined. */
static pare_status check_counts(const pare_json_value *section, pare_manifest_facts *facts, pare_error *err)
{
    static const char *const kept[] = {"written", "quarantined"};
    const pare_json_value *counts = pare_json_member(section, "counts", PARE_JSON_OBJECT);
    const pare_json_value *dropped = pare_json_member(counts, "dropped", PARE_JSON_OBJECT);
    uint64_t rest = 0;
    if (dropped == NULL || !number_of(counts, "read", &rest) || !number_of(counts, "written", &facts->written)) {
        return lacks(err, "`pare.counts`");
    }
    bool good = adds_up(counts, kept, sizeof kept / sizeof kept[0], &rest);
    for (const pare_json_value *reason = dropped->first; reason != NULL && good; reason = reason->next) {
        good = reason->kind == PARE_JSON_NUMBER && reason->number <= rest;
        rest -= good ? reason->number : 0;
    }
    return good && rest == 0
               ? PARE_OK
               : pare_fail(err, PARE_E_DATA,
                           "the manifest's counts don't add up: read is not written + dropped + quarantined");
}

/** The same columns in the same order, and of each: released + suppressed + null + unreadable + detected = written. */
static pare_status check_fields(const pare_json_value *section, const pare_manifest_facts *facts, pare_error *err)
{
    static const char *const outcomes[] = {"released", "suppressed", "null", "unreadable", "detected"};
    const pare_json_value *fields = pare_json_member(section, "fields", PARE_JSON_ARRAY);
    if (fields == NULL || fields->n_items != facts->n_columns) {
        return lacks(err, "`pare.fields` for each column");
    }
    size_t i = 0;
    for (const pare_json_value *field = fields->first; field != NULL; field = field->next, i++) {
        const pare_json_value *name = pare_json_member(field, "name", PARE_JSON_TEXT);
        uint64_t rest = facts->written;
        if (name == NULL || !pare_span_equal(name->text, facts->columns[i])) {
            return pare_fail(err, PARE_E_DATA, "the manifest names other columns in `pare.fields` than in `resources`");
        }
        const pare_json_value *counts = pare_json_member(field, "counts", PARE_JSON_OBJECT);
        const size_t n = sizeof outcomes / sizeof outcomes[0]; /* the last one only of columns that are scanned */
        if (!adds_up(counts, outcomes, pare_json_member(counts, outcomes[n - 1], PARE_JSON_NUMBER) != NULL ? n : n - 1,
                     &rest) ||
            rest != 0) {
            return pare_fail(err, PARE_E_DATA,
                             "the manifest's counts of column %zu don't add up to the records written", i + 1);
        }
    }
    return PARE_OK;
}

static bool has_item(const pare_json_value *array, const char *text)
{
    const pare_json_value *item = array == NULL ? NULL : array->first;
    while (item != NULL && (item->kind != PARE_JSON_TEXT || !pare_span_is(item->text, text))) {
        item = item->next;
    }
    return item != NULL;
}

/** What a look for values that should not be there wants to know. */
static pare_status read_origin(const pare_json_value *section, pare_arena *arena, pare_manifest_facts *facts,
                               pare_error *err)
{
    const pare_json_value *digest =
        pare_json_member(pare_json_member(section, "policy", PARE_JSON_OBJECT), "sha256", PARE_JSON_TEXT);
    facts->inputs = pare_json_member(section, "inputs", PARE_JSON_ARRAY);
    bool *scannable = pare_arena_array(arena, facts->n_columns, sizeof *scannable);
    if (scannable == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "out of memory for a manifest");
    }
    if (digest == NULL || facts->inputs == NULL) {
        return lacks(err, "`pare.policy.sha256` or `pare.inputs`");
    }
    facts->policy_sha256 = digest->text;
    size_t i = 0;
    const pare_json_value *fields = pare_json_member(section, "fields", PARE_JSON_ARRAY);
    for (const pare_json_value *field = fields->first; field != NULL; field = field->next) {
        const pare_json_value *steps = pare_json_member(field, "steps", PARE_JSON_ARRAY);
        scannable[i++] = has_item(steps, "keep") || !(has_item(steps, "pseudonymize") || has_item(steps, "redact"));
    }
    facts->scannable = scannable;
    return PARE_OK;
}

pare_status pare_manifest_read(pare_span document, pare_arena *arena, pare_manifest_facts *facts, pare_error *err)
{
    const pare_json_value *package = NULL;
    *facts = (pare_manifest_facts){0};
    PARE_TRY(pare_json_read(document, arena, &package, err));
    PARE_TRY(read_resource(package, arena, facts, err));
    const pare_json_value *section = pare_json_member(package, "pare", PARE_JSON_OBJECT);
    PARE_TRY(check_counts(section, facts, err));
    PARE_TRY(check_fields(section, facts, err));
    return read_origin(section, arena, facts, err);
}
