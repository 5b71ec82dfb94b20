/*
 * Tokens that protect less than they seem to.
 *
 * A token that never changes ties all that a recipient ever gets of a person together. Beside free text or exact times
 * that is enough to find the person again: a few dated events single out nearly everybody (Narayanan and Shmatikov
 * 2008). And where there are few values, whoever holds the key, or can have values tokenized, tries them all; below
 * 2^40 that takes minutes.
 */
#include "rules/policy/lint.h"

#include "rules/base/buf.h"
#include "rules/base/span.h"

/* log2 of how many values there are, at most, in a country or in the world, whichever a list can be had of. */
static const struct {
    const char *category;
    unsigned bits;
    const char *what, *help;
} small[] = {
    {"user.demographic.gender", 2, "genders", "keep it, or drop it: a token hides it from nobody who counts"},
    {"user.demographic.marital_status", 3, "marital states",
     "keep it, or drop it: a token hides it from nobody who counts"},
    {"user.demographic.age_range", 7, "ages", "use `generalize: {number: ...}`, or drop it"},
    {"user.demographic.date_of_birth", 16, "dates of birth", "use `generalize: {date: year}`, or drop it"},
    {"user.demographic", 8, "values", "generalize it, or drop it"},
    {"user.contact.address.country", 8, "countries", "keep it, or drop it"},
    {"user.contact.address.state", 12, "states", "keep it, or drop it"},
    {"user.contact.address.city", 20, "cities", "generalize it with a `hierarchy`, or drop it"},
    {"user.contact.address.postal_code", 21, "postal codes", "use `generalize: {prefix: 2}`, or drop it"},
    {"user.contact.phone_number", 37, "phone numbers", "tokenize the customer's number instead, and drop this"},
    {"user.contact.fax_number", 37, "phone numbers", "tokenize the customer's number instead, and drop this"},
    {"user.device.ip_address", 32, "IPv4 addresses", "use `generalize: {ip: {v4: 24}}`, or drop it"},
    {"user.government_id", 34, "numbers of one kind", "tokenize the customer's number instead, and drop this"},
    {"user.name.first", 18, "first names", "drop it"},
    {"user.name.last", 23, "family names", "drop it"},
};
enum { N_SMALL = sizeof small / sizeof small[0], PERSONAL_BITS = 30 };

static size_t small_of(pare_span category)
{
    size_t i = 0;
    while (i < N_SMALL && !pare_category_is_in(category, small[i].category)) {
        i++;
    }
    return i;
}

/* A token that stands for one person in all deliveries to come: its step, or NULL. */
static const pare_step *lasting_token(const pare_lint_field *field)
{
    size_t at = pare_lint_find_step(field, "pseudonymize");
    size_t few = small_of(field->rule->category);
    if (at == field->rule->n_steps || (few < N_SMALL && small[few].bits < PERSONAL_BITS) ||
        field->rule->steps[at].key_use.rotate != PARE_ROTATE_NEVER) {
        return NULL;
    }
    return &field->rule->steps[at];
}

static bool is_raw_text(const pare_lint_view *view, const pare_lint_field *field)
{
    static const char *const harmless[] = {"truncate", "normalize", "mask", NULL};
    (void)view;
    return pare_lint_is_free_text(field) && pare_lint_only(field, harmless);
}

static bool is_redacted_text(const pare_lint_view *view, const pare_lint_field *field)
{
    (void)view;
    return pare_lint_is_free_text(field) && pare_lint_find_step(field, "redact") < field->rule->n_steps;
}

/* Is the field's date left as exact as the day? What is no date is no time. */
static bool is_exact_time(const pare_lint_view *view, const pare_lint_field *field)
{
    static const char *const words[] = {"at", "ts", "date", "datetime", "timestamp", "datum", "zeitpunkt", NULL};
    static const char *const exact[] = {"normalize", "generalize", NULL};
    const pare_policy *policy = view->loader->policy;
    bool is_date = pare_lint_name_ends(field, words);
    for (size_t i = 0; i < policy->n_retentions; i++) {
        is_date = is_date || pare_span_equal(policy->reads[policy->retentions[i].read].name, field->entry->text);
    }
    if (!pare_lint_only(field, exact) || !pare_category_is_in(field->rule->category, "user") ||
        pare_category_is_in(field->rule->category, "user.demographic")) {
        return false;
    }
    for (size_t i = 0; i < field->rule->n_steps; i++) {
        pare_span unit = pare_lint_text(pare_lint_params(field, i), "date", false);
        bool fine = pare_span_is(unit, "hour") || pare_span_is(unit, "day");
        is_date = is_date || fine;
        if (pare_lint_step_is(field, i, "generalize") && !fine) {
            return false;
        }
    }
    return is_date;
}

typedef bool predicate(const pare_lint_view *view, const pare_lint_field *field);

/* One finding for each token that something stands beside which no token before it had beside it. */
static void lint_beside(const pare_lint_view *view, predicate *is_meant, pare_code code, const char *what,
                        const char *help)
{
    bool *told = pare_arena_array(view->loader->reading.arena, view->loader->policy->n_entries + 1, sizeof *told);
    if (told == NULL) {
        view->loader->reading.findings->out_of_memory = true;
        return;
    }
    for (size_t t = 0; t < view->n_fields; t++) {
        const pare_lint_field *token = &view->fields[t];
        const pare_step *step = lasting_token(token);
        pare_buf names;
        pare_buf_init(&names, 400); /* further names are left out */
        for (size_t i = 0; step != NULL && i < view->n_fields; i++) {
            const pare_lint_field *field = &view->fields[i];
            bool meant = !told[field->entry_index] && field->entry != token->entry &&
                         (field->rule->purposes & token->rule->purposes) != 0 && is_meant(view, field);
            if (meant) {
                told[field->entry_index] = true;
                pare_buf_printf(&names, "%s`%.*s`", names.len > 0 ? ", " : "", PARE_SPAN_ARGS(field->entry->text));
            }
        }
        if (names.len > 0) {
            pare_diagnostic *finding =
                pare_lint_find(view, code, step->place, help, "a token that never changes stands beside %s: %.*s", what,
                               (int)names.len, (const char *)names.ptr);
            finding->label =
                pare_diagnostic_text(view->loader->reading.findings, "of `%.*s`", PARE_SPAN_ARGS(token->entry->text));
        }
        pare_buf_clear(&names);
    }
}

static void lint_small(const pare_lint_view *view, const pare_lint_field *field)
{
    size_t at = pare_lint_find_step(field, "pseudonymize");
    size_t few = small_of(field->rule->category);
    if (at == field->rule->n_steps || few == N_SMALL) {
        return;
    }
    pare_diagnostic *finding = pare_lint_find(view, PR098, field->rule->steps[at].place, small[few].help,
                                              "tokens of so few values can be tried out: there are about 2^%u %s",
                                              small[few].bits, small[few].what);
    finding->label =
        pare_diagnostic_text(view->loader->reading.findings, "of `%.*s`", PARE_SPAN_ARGS(field->entry->text));
}

void pare_lint_tokens(const pare_lint_view *view)
{
    lint_beside(view, is_raw_text, PR096, "free text that nothing redacts",
                "redact or drop the text; or `rotate: monthly`, so that the token changes");
    lint_beside(view, is_redacted_text, PR116, "free text",
                "nothing to do if it must be so; `rotate: monthly` keeps texts of different months apart");
    lint_beside(view, is_exact_time, PR097, "exact times",
                "generalize the times (`date: month`) or `shift` them; or `rotate: monthly`");
    for (size_t i = 0; i < view->n_fields; i++) {
        lint_small(view, &view->fields[i]);
    }
}
