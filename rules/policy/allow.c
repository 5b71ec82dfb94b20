/*
 * Comments that accept a finding: `# pare: allow PR092 -- the recipient is the data's own bank`.
 *
 * One that stands behind something speaks for its own line, one that stands alone for the next line that is not such a
 * comment. The reason is part of it: a finding that is accepted without one is as good as not read. What is accepted
 * is kept in the policy, so that the manifest can repeat it.
 *
 * libyaml drops comments, so they are looked for in the source: `#` begins one at the start of a line or behind a
 * blank, unless a scalar covers it; the tree knows where each scalar ends.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"
#include "rules/text/render.h"

enum { MAX_SHOWN_REASON = 1000 };

typedef struct allowance {
    pare_code code;
    pare_place place;
    uint32_t line;    /* that it speaks for */
    pare_span reason; /* of the document */
    bool used;
} allowance;

typedef struct allowances {
    pare_loader *loader;
    const char *file; /* of a pack, or NULL */
    allowance *items;
    size_t n, cap;
    size_t n_waiting;          /* of the last ones: they stand alone, and their line has not come yet */
    const pare_node **scalars; /* in the order of the document */
    size_t n_scalars, cap_scalars, at;
} allowances;

static void collect_scalars(allowances *all, const pare_node *node)
{
    if (node->kind == PARE_NODE_SCALAR) {
        const pare_node **grown =
            pare_loader_grow(all->loader, all->scalars, all->n_scalars, &all->cap_scalars, sizeof *grown);
        if (grown != NULL) {
            all->scalars = grown;
            all->scalars[all->n_scalars++] = node;
        }
    }
    for (size_t i = 0; i < node->n; i++) { /* at most 32 deep */
        if (node->kind == PARE_NODE_LIST) {
            collect_scalars(all, node->items[i]);
        } else {
            collect_scalars(all, node->pairs[i].key);
            collect_scalars(all, node->pairs[i].value);
        }
    }
}

static bool is_before(uint32_t line, uint32_t column, uint32_t other_line, uint32_t other_column)
{
    return line < other_line || (line == other_line && column < other_column);
}

/* Whether a scalar covers the place. Places are asked for in the order of the document. */
static bool is_text(allowances *all, uint32_t line, uint32_t column)
{
    while (all->at < all->n_scalars &&
           !is_before(line, column, all->scalars[all->at]->end_line, all->scalars[all->at]->end_column)) {
        all->at++;
    }
    if (all->at == all->n_scalars) {
        return false;
    }
    const pare_node *scalar = all->scalars[all->at];
    if (scalar->block) { /* behind the `|` a comment may stand */
        return line > scalar->place.line;
    }
    return !is_before(line, column, scalar->place.line, scalar->place.column);
}

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

static pare_span skip_blanks(pare_span text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text = pare_span_after(text, 1);
    }
    return text;
}

static bool starts_with(pare_span text, const char *start)
{
    size_t len = strlen(start);
    return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

/* The first word, cut off the text: up to a blank or a comma. */
static pare_span take_word(pare_span *text)
{
    size_t len = 0;
    while (len < text->len && !is_blank(text->ptr[len]) && text->ptr[len] != ',') {
        len++;
    }
    pare_span word = pare_span_first(*text, len);
    *text = pare_span_after(*text, len);
    while (text->len > 0 && (is_blank(text->ptr[0]) || text->ptr[0] == ',')) {
        *text = pare_span_after(*text, 1);
    }
    return word;
}

static const pare_code_entry *find_code(pare_span word, pare_code *code)
{
    char name[16];
    if (word.len >= sizeof name) {
        return NULL;
    }
    memcpy(name, word.ptr, word.len);
    name[word.len] = '\0';
    const pare_code_entry *entry = pare_code_find(name);
    if (entry != NULL) {
        *code = (pare_code)(entry - pare_code_entry_of((pare_code)0));
    }
    return entry;
}

/* One line of the document; `at` is where the part that is looked at begins, `place` where it stands. */
static pare_place place_in(pare_span line, pare_span part, uint32_t number)
{
    pare_place place = {number, 1, part.len > UINT32_MAX ? 1 : (uint32_t)part.len};
    for (const unsigned char *p = line.ptr; p < part.ptr; p++) {
        place.column += (*p & 0xC0) != 0x80 ? 1 : 0;
    }
    return place;
}

static void refuse(allowances *all, pare_place place, const char *message, const char *help)
{
    pare_diagnose(all->loader->reading.findings, PR114, place, "%s", message)->help = help;
}

static void add(allowances *all, pare_span word, pare_place place, pare_span reason)
{
    pare_code code = (pare_code)0;
    const pare_code_entry *entry = find_code(word, &code);
    if (entry == NULL) {
        pare_diagnose(all->loader->reading.findings, PR114, place, "`%.*s` is not a finding's code",
                      PARE_SPAN_ARGS(word))
            ->help = "write `# pare: allow PR092 -- reason`, with the code that the finding shows";
        return;
    }
    if (entry->severity == PARE_ERROR || code == PR114 || code == PR115) {
        pare_diagnose(all->loader->reading.findings, PR114, place, "%s can't be allowed", entry->name)->help =
            entry->severity == PARE_ERROR ? "an error refuses the policy: mend what it names"
                                          : "mend or remove the comment that it names";
        return;
    }
    if (reason.len == 0) {
        pare_diagnose(all->loader->reading.findings, PR113, place, "%s is allowed without a reason", entry->name)
            ->help = "say why behind two dashes: `# pare: allow PR092 -- the reason`";
        return;
    }
    allowance *grown = pare_loader_grow(all->loader, all->items, all->n, &all->cap, sizeof *grown);
    if (grown != NULL) {
        all->items = grown;
        allowance one = {code, place, place.line, reason, false};
        all->items[all->n++] = one;
    }
}

/* Whether the text names a code somewhere: then a comment that can't be understood was meant for us. */
static bool names_code(pare_span text)
{
    for (size_t i = 0; i + 5 <= text.len; i++) {
        pare_code unused;
        if (find_code(pare_span_from(text.ptr + i, 5), &unused) != NULL) {
            return true;
        }
    }
    return false;
}

/* `comment` begins behind the `#`. */
static void read_comment(allowances *all, pare_span line, uint32_t number, pare_span comment)
{
    pare_span text = skip_blanks(comment);
    if (!starts_with(text, "pare:")) {
        return;
    }
    text = pare_span_trim(pare_span_after(text, 5));
    pare_span whole = text;
    if (!pare_span_is(take_word(&text), "allow")) {
        if (names_code(whole)) {
            refuse(all, place_in(line, whole, number), "this comment is not understood",
                   "write `# pare: allow PR092 -- reason`");
        }
        return;
    }
    pare_span codes = text;
    pare_span reason = pare_span_from(text.ptr, 0);
    for (size_t i = 0; i + 2 <= text.len; i++) {
        bool parted = i == 0 || is_blank(text.ptr[i - 1]);
        if (parted && text.ptr[i] == '-' && text.ptr[i + 1] == '-') {
            codes = pare_span_first(text, i);
            reason = pare_span_trim(pare_span_after(text, i + 2));
            break;
        }
    }
    if (codes.len == 0) {
        refuse(all, place_in(line, whole, number), "this allows no code", "write `# pare: allow PR092 -- reason`");
    }
    while (codes.len > 0) {
        pare_span word = take_word(&codes);
        add(all, word, place_in(line, word, number), reason);
    }
}

/* The comment of a line, without its `#`. False: there is none. */
static bool find_comment(allowances *all, pare_span line, uint32_t number, pare_span *comment, bool *alone)
{
    uint32_t column = 1;
    *alone = true;
    for (size_t i = 0; i < line.len; i++) {
        bool begins = line.ptr[i] == '#' && (i == 0 || is_blank(line.ptr[i - 1]));
        if (begins && !is_text(all, number, column)) {
            *comment = pare_span_after(line, i + 1);
            return true;
        }
        *alone = *alone && is_blank(line.ptr[i]);
        column += (line.ptr[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return false;
}

static void read_line(allowances *all, pare_span line, uint32_t number)
{
    size_t before = all->n;
    pare_span comment = {NULL, 0};
    bool alone = false;
    bool found = find_comment(all, line, number, &comment, &alone);
    if (!found || !alone) { /* what waited has its line */
        for (size_t i = all->n - all->n_waiting; i < all->n; i++) {
            all->items[i].line = number;
        }
        all->n_waiting = 0;
    }
    if (found) {
        read_comment(all, line, number, comment);
        all->n_waiting += alone ? all->n - before : 0;
    }
}

static void read_document(allowances *all, pare_span source)
{
    if (source.len >= 3 && memcmp(source.ptr, "\xEF\xBB\xBF", 3) == 0) {
        source = pare_span_after(source, 3);
    }
    for (uint32_t number = 1; source.len > 0; number++) {
        size_t terminator = 0;
        size_t end = pare_text_line_end(source, &terminator);
        read_line(all, pare_span_first(source, end), number);
        source = pare_span_after(source, end + terminator);
    }
}

/* Keeps what is accepted, in the order of the comments. */
static void keep(allowances *all, const allowance *one)
{
    pare_policy *policy = all->loader->policy;
    pare_span reason = pare_arena_copy(all->loader->reading.arena, one->reason);
    pare_allowed *grown =
        pare_loader_grow(all->loader, policy->allowed, policy->n_allowed, &all->loader->cap_allowed, sizeof *grown);
    if (reason.ptr == NULL || grown == NULL) {
        all->loader->reading.findings->out_of_memory = true;
        return;
    }
    policy->allowed = grown;
    policy->allowed[policy->n_allowed++] =
        (pare_allowed){pare_code_entry_of(one->code)->name, (const char *)reason.ptr, all->file, one->line};
}

static void apply(allowances *all, allowance *one)
{
    pare_diagnostics *findings = all->loader->reading.findings;
    for (pare_diagnostic *finding = findings->first; finding != NULL; finding = finding->next) {
        if (finding->allowed == NULL && finding->code == one->code && finding->place.line == one->line &&
            finding->source.ptr == findings->source.ptr) {
            int len = one->reason.len > MAX_SHOWN_REASON ? MAX_SHOWN_REASON : (int)one->reason.len;
            const char *shown = pare_diagnostic_text(findings, "%.*s", len, (const char *)one->reason.ptr);
            pare_diagnostic_allow(findings, finding, shown == NULL ? "" : shown);
            one->used = true;
        }
    }
}

void pare_load_allowed(pare_loader *loader, const pare_node *root, const char *file)
{
    allowances all = {.loader = loader, .file = file};
    bool linted = loader->reading.findings->n_errors == 0;
    collect_scalars(&all, root);
    read_document(&all, loader->reading.findings->source);
    for (size_t i = 0; i < all.n; i++) {
        apply(&all, &all.items[i]);
        if (all.items[i].used) {
            keep(&all, &all.items[i]);
        } else if (linted) { /* with errors, warnings have not been looked for */
            pare_diagnose(loader->reading.findings, PR115, all.items[i].place, "nothing here has %s",
                          pare_code_entry_of(all.items[i].code)->name)
                ->help = "remove the comment, or put it on the line of the finding or the line above";
        }
    }
}
