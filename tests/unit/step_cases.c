/*
 * Runs tests/cases/steps/NAME.step: what each step makes of a value, in a form that reads like its reference page.
 *
 *     # a comment
 *     do: {mask: {keep_last: 4}}          a block begins; lines that begin with a blank go on with the YAML
 *     as_of: 2026-11-23                   the day that ages count from
 *     field: email                        the field's name
 *     dates: %d.%m.%Y                     `input: dates` of the policy
 *     table: old,new                      a row of the `map_file` or the hierarchy, of up to 3 texts
 *     by: 1042                            the raw text of the field that a step reads besides (`by`), from here on
 *     explain: masks every character      what the step says of itself, word for word
 *     hits: email 2                       hits counted so far in this block
 *     4111111111111111 => ************1111
 *     "  \u00e9" => !same                 quoted: \n \t \r \\ \" \uXXXX \UXXXXXXXX
 *     12 => !unreadable                   or !withheld, !fail
 *     error: PR061 1:6                    the block is refused with this finding at this line and column of `do:`
 *     help: did you mean                  ... whose help holds this text
 *
 * With arguments it runs these files instead: the oracles in tests/check use that.
 */
#include "tests/unit/step_rig.h"

#include <dirent.h>
#include <errno.h>

typedef struct cases {
    const char *path;
    size_t line; /* of the file */
    rig *rig;
    char yaml[4096];
    bool has_block, is_built, saw_error;
    size_t n_checked;
} cases;

#define CASE_FAIL(c, ...)                                                                                              \
    do {                                                                                                               \
        fprintf(stderr, "%s:%zu: ", (c)->path, (c)->line);                                                             \
        fprintf(stderr, __VA_ARGS__);                                                                                  \
        fputc('\n', stderr);                                                                                           \
        fail();                                                                                                        \
    } while (0)

static size_t read_hex(const cases *c, const char *from, size_t digits, unsigned char *out)
{
    char text[9] = {0};
    memcpy(text, from, digits);
    char *end;
    unsigned long character = strtoul(text, &end, 16);
    if (end != text + digits) {
        CASE_FAIL(c, "bad escape");
    }
    return pare_utf8_encode((uint32_t)character, out);
}

/* A text of a case line: bare, or quoted with escapes; decoded in place. */
static pare_span read_text(const cases *c, char *text)
{
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\n')) {
        text[--len] = '\0';
    }
    while (*text == ' ') {
        text++;
        len--;
    }
    if (*text != '"') {
        return pare_span_from(text, len);
    }
    if (len < 2 || text[len - 1] != '"') {
        CASE_FAIL(c, "a quote is not closed");
    }
    unsigned char *out = (unsigned char *)text;
    size_t end = 0;
    for (size_t at = 1; at < len - 1; at++) {
        if (text[at] != '\\') {
            out[end++] = (unsigned char)text[at];
            continue;
        }
        switch (text[++at]) {
        case 'n':
            out[end++] = '\n';
            break;
        case 't':
            out[end++] = '\t';
            break;
        case 'r':
            out[end++] = '\r';
            break;
        case 'u':
            end += read_hex(c, text + at + 1, 4, out + end);
            at += 4;
            break;
        case 'U':
            end += read_hex(c, text + at + 1, 8, out + end);
            at += 8;
            break;
        default:
            out[end++] = (unsigned char)text[at];
        }
    }
    return pare_span_from(text, end);
}

static void print_findings(const cases *c)
{
    pare_buf text;
    pare_buf_init(&text, 1 << 20);
    pare_diagnostics_render(&c->rig->findings, false, &text);
    fwrite(text.ptr, 1, text.len, stderr);
    pare_buf_clear(&text);
}

static void build_block(cases *c)
{
    if (!c->has_block) {
        CASE_FAIL(c, "no `do:` above");
    }
    if (!c->is_built) {
        rig_build(c->rig, c->yaml);
        c->is_built = true;
    }
}

static void end_block(cases *c)
{
    if (!c->has_block) {
        return;
    }
    build_block(c);
    if (!c->saw_error && !c->rig->built) {
        print_findings(c);
        CASE_FAIL(c, "the block above is refused");
    }
    rig_free(c->rig);
    c->has_block = false;
}

static void begin_block(cases *c, const char *line)
{
    end_block(c);
    c->rig = rig_new();
    c->has_block = true;
    c->is_built = c->saw_error = false;
    snprintf(c->yaml, sizeof c->yaml, "%s", line);
}

static const char *outcome_name(pare_outcome outcome)
{
    switch (outcome) {
    case PARE_WITHHOLD:
        return "!withheld";
    case PARE_UNREADABLE:
        return "!unreadable";
    case PARE_SAME:
        return "!same";
    case PARE_RELEASE:
        return "a value";
    case PARE_FAIL_RUN:
        return "!fail";
    }
    return "nonsense";
}

static void check_value(cases *c, char *line, char *arrow)
{
    build_block(c);
    if (!c->rig->built) {
        print_findings(c);
        CASE_FAIL(c, "the step is refused");
    }
    *arrow = '\0';
    char *right = arrow + 4;
    while (*right == ' ') {
        right++;
    }
    bool is_outcome = *right == '!';
    pare_span input = read_text(c, line), expected = read_text(c, right), result = {0};
    pare_outcome outcome = rig_apply(c->rig, input, &result);
    c->n_checked++;
    if (is_outcome) {
        if (!pare_span_is(expected, outcome_name(outcome))) {
            CASE_FAIL(c, "expected %.*s, got %s (%.*s)", (int)expected.len, (const char *)expected.ptr,
                      outcome_name(outcome), (int)result.len, result.ptr == NULL ? "" : (const char *)result.ptr);
        }
        return;
    }
    if (outcome != PARE_RELEASE && outcome != PARE_SAME) {
        CASE_FAIL(c, "expected `%.*s`, got %s", (int)expected.len, (const char *)expected.ptr, outcome_name(outcome));
    }
    if (!pare_span_equal(result, expected)) {
        CASE_FAIL(c, "expected `%.*s`, got `%.*s`", (int)expected.len, (const char *)expected.ptr, (int)result.len,
                  (const char *)result.ptr);
    }
}

static void check_error(cases *c, const char *wanted)
{
    build_block(c);
    c->saw_error = true;
    c->n_checked++;
    for (const pare_diagnostic *d = c->rig->findings.first; d != NULL; d = d->next) {
        char place[64];
        snprintf(place, sizeof place, "%s %u:%u", pare_code_entry_of(d->code)->name, d->place.line, d->place.column);
        if (strcmp(place, wanted) == 0) {
            return;
        }
    }
    print_findings(c);
    CASE_FAIL(c, "no finding %s", wanted);
}

static void check_help(cases *c, const char *wanted)
{
    build_block(c);
    for (const pare_diagnostic *d = c->rig->findings.first; d != NULL; d = d->next) {
        if ((d->help != NULL && strstr(d->help, wanted) != NULL) || strstr(d->message, wanted) != NULL) {
            return;
        }
    }
    print_findings(c);
    CASE_FAIL(c, "no finding's help or message holds `%s`", wanted);
}

static void check_explain(cases *c, const char *wanted)
{
    build_block(c);
    c->n_checked++;
    if (!c->rig->built) {
        print_findings(c);
        CASE_FAIL(c, "the step is refused");
    }
    pare_buf text;
    pare_buf_init(&text, 1 << 16);
    const pare_step *step = &c->rig->steps[0];
    step->type->explain(step, &text);
    if (!pare_span_is(pare_buf_span(&text), wanted)) {
        CASE_FAIL(c, "explained as `%.*s`", (int)text.len, (const char *)text.ptr);
    }
    pare_buf_clear(&text);
}

static void check_hits(cases *c, const char *wanted)
{
    char name[64];
    unsigned long long count;
    if (sscanf(wanted, "%63s %llu", name, &count) != 2) {
        CASE_FAIL(c, "write `hits: NAME N`");
    }
    const pare_step *step = &c->rig->steps[0];
    for (size_t i = 0; i < step->n_hit_names; i++) {
        if (strcmp(step->hit_names[i], name) == 0) {
            /* each value is applied several times by the rig; what it counts is a multiple */
            unsigned long long counted = c->rig->hit_counts[i];
            if ((count == 0) != (counted == 0) || (count > 0 && counted % count != 0)) {
                CASE_FAIL(c, "%llu hits of %s, not a multiple of %llu", counted, name, count);
            }
            return;
        }
    }
    CASE_FAIL(c, "the step finds no %s", name);
}

static void add_row(cases *c, const char *text)
{
    rig *r = c->rig;
    assert_true(r->n_table < RIG_MAX_TABLE);
    size_t width = 0;
    while (width < 3) {
        size_t len = strcspn(text, ",");
        r->table[r->n_table][width++] = pare_arena_copy(&r->arena, pare_span_from(text, len));
        text += len;
        if (*text++ != ',') {
            break;
        }
    }
    r->table_widths[r->n_table++] = width;
}

static void set_date(cases *c, const char *text)
{
    pare_moment moment;
    if (!pare_moment_read_iso(pare_span_of(text), &moment)) {
        CASE_FAIL(c, "not a date");
    }
    c->rig->scratch.as_of = moment.date;
}

static void add_pattern(cases *c, const char *text)
{
    rig *r = c->rig;
    assert_true(r->dates.n < 4);
    r->dates_items[r->dates.n++] = pare_arena_copy(&r->arena, pare_span_of(text));
    r->dates.items = r->dates_items;
    r->dates.places = r->dates_places;
}

static const char *after(const char *line, const char *key)
{
    size_t len = strlen(key);
    return strncmp(line, key, len) == 0 ? line + len : NULL;
}

static void read_line(cases *c, char *line)
{
    const char *rest;
    char *arrow = strstr(line, " => ");
    if (line[0] == '\0' || line[0] == '#') {
        return;
    }
    if (after(line, "do: ") != NULL) {
        begin_block(c, line);
    } else if (line[0] == ' ' && c->has_block && !c->is_built) {
        size_t used = strlen(c->yaml);
        snprintf(c->yaml + used, sizeof c->yaml - used, "\n%s", line);
    } else if (arrow != NULL) {
        check_value(c, line, arrow);
    } else if ((rest = after(line, "error: ")) != NULL) {
        check_error(c, rest);
    } else if ((rest = after(line, "help: ")) != NULL) {
        check_help(c, rest);
    } else if ((rest = after(line, "explain: ")) != NULL) {
        check_explain(c, rest);
    } else if ((rest = after(line, "hits: ")) != NULL) {
        check_hits(c, rest);
    } else if (c->has_block && !c->is_built && (rest = after(line, "as_of: ")) != NULL) {
        set_date(c, rest);
    } else if (c->has_block && !c->is_built && (rest = after(line, "dates: ")) != NULL) {
        add_pattern(c, rest);
    } else if (c->has_block && !c->is_built && (rest = after(line, "table: ")) != NULL) {
        add_row(c, rest);
    } else if (c->has_block && (rest = after(line, "by: ")) != NULL) {
        c->rig->by = (const char *)pare_arena_copy(&c->rig->arena, read_text(c, line + 4)).ptr;
    } else if (c->has_block && !c->is_built && (rest = after(line, "field: ")) != NULL) {
        c->rig->field = (const char *)pare_arena_copy(&c->rig->arena, pare_span_of(rest)).ptr;
    } else {
        CASE_FAIL(c, "not a line of a case: %s", line);
    }
}

static void run_file(void **state)
{
    cases c = {.path = *state};
    FILE *file = fopen(c.path, "r");
    if (file == NULL) {
        fail_msg("%s: %s", c.path, strerror(errno));
        return;
    }
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while ((len = getline(&line, &cap, file)) >= 0) {
        c.line++;
        if (len > 0 && line[len - 1] == '\n') {
            line[len - 1] = '\0';
        }
        read_line(&c, line);
    }
    end_block(&c);
    free(line);
    fclose(file);
    assert_true(c.n_checked > 0);
}

static int by_name(const void *a, const void *b)
{
    const struct CMUnitTest *left = a, *right = b;
    return strcmp(left->name, right->name);
}

enum { MAX_FILES = 64 };

static size_t list_files(struct CMUnitTest *tests)
{
    static const char folder[] = PARE_SOURCE_DIR "/tests/cases/steps";
    DIR *directory = opendir(folder);
    size_t n = 0;
    for (struct dirent *entry; directory != NULL && n < MAX_FILES && (entry = readdir(directory)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len < 6 || strcmp(entry->d_name + len - 5, ".step") != 0) {
            continue;
        }
        char *path = NULL;
        if (asprintf(&path, "%s/%s", folder, entry->d_name) > 0) {
            tests[n++] = (struct CMUnitTest){.name = path, .test_func = run_file, .initial_state = path};
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return n;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[MAX_FILES] = {0};
    size_t n = 0;
    for (int i = 1; i < argc && n < MAX_FILES; i++) {
        tests[n++] = (struct CMUnitTest){.name = argv[i], .test_func = run_file, .initial_state = argv[i]};
    }
    if (argc == 1) {
        n = list_files(tests);
        qsort(tests, n, sizeof *tests, by_name);
    }
    if (n == 0) {
        fputs("no cases found\n", stderr);
        return 1;
    }
    int failed = _cmocka_run_group_tests("steps", tests, n, NULL, NULL);
    for (size_t i = 0; argc == 1 && i < n; i++) {
        free(tests[i].initial_state);
    }
    return failed;
}
