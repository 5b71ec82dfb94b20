/*
 * Tests that can never hold, rules that no record reaches, and selectors that no column reaches.
 *
 * Two questions are asked of pairs of tests: does one holding mean that the other holds (then a rule behind it is never
 * asked), and can both hold at all? The answers are proofs and not guesses: where a regular expression or a GPP string
 * would have to be understood, the answer is "not known" and there is no finding. "Holds" means HIT; who holds for
 * certain is all that rules and purposes ask.
 *
 * The questions take the tests apart in every order, which can take long for tests that nobody writes by hand, so a
 * budget ends them.
 */
#include "rules/policy/lint.h"

#include "rules/base/span.h"
#include "rules/text/decimal.h"

enum { BUDGET = 4000000 };

typedef struct prover {
    const pare_policy *policy;
    size_t left; /* comparisons */
} prover;

static bool spend(prover *p, size_t n)
{
    bool enough = p->left > n;
    p->left -= enough ? n : p->left;
    return enough;
}

static bool lists(prover *p, const pare_texts *texts, pare_span text)
{
    for (size_t i = 0; i < texts->n && spend(p, 1); i++) {
        if (pare_span_equal(texts->items[i], text)) {
            return true;
        }
    }
    return false;
}

/* How many of `a` are in `b`; SIZE_MAX: not known. */
static size_t count_common(prover *p, const pare_texts *a, const pare_texts *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        n += lists(p, b, a->items[i]) ? 1 : 0;
    }
    return p->left == 0 ? SIZE_MAX : n;
}

static bool is_no_value(prover *p, const pare_test *test, pare_span text)
{
    return lists(p, &p->policy->nulls, text) || (test->strict_null && text.len == 0);
}

/* Of the texts of an `is`: are all of them null, or none? */
static bool all_null(prover *p, const pare_test *test, bool null)
{
    for (size_t i = 0; i < test->values.n; i++) {
        if (is_no_value(p, test, test->values.items[i]) != null) {
            return false;
        }
    }
    return p->left > 0;
}

static int compare_numbers(const pare_test *a, const pare_test *b)
{
    int order = 0;
    return pare_decimal_compare(a->number, b->number, &order) ? order : 0;
}

static bool is_leaf(const pare_test *test)
{
    return test->kind != PARE_TEST_ALL && test->kind != PARE_TEST_ANY && test->kind != PARE_TEST_NOT;
}

/* Two tests of one field: does `a` mean `b`? */
static bool leaf_implies(prover *p, const pare_test *a, const pare_test *b)
{
    if (a->kind == b->kind) {
        switch (a->kind) {
        case PARE_TEST_IS:
            return count_common(p, &a->values, &b->values) == a->values.n;
        case PARE_TEST_IS_NOT:
            return count_common(p, &b->values, &a->values) == b->values.n;
        case PARE_TEST_MATCHES:
            return pare_span_equal(a->values.items[0], b->values.items[0]);
        case PARE_TEST_PRESENT:
        case PARE_TEST_ABSENT:
            return true;
        case PARE_TEST_BEFORE:
            return pare_date_compare(a->date, b->date) <= 0;
        case PARE_TEST_AFTER:
            return pare_date_compare(a->date, b->date) >= 0;
        case PARE_TEST_LESS_THAN:
            return compare_numbers(a, b) <= 0;
        case PARE_TEST_AT_LEAST:
            return compare_numbers(a, b) >= 0;
        case PARE_TEST_GPP:
            return a->section == b->section && (a->signals & b->signals) == b->signals;
        case PARE_TEST_USP:
            return (a->signals & b->signals) == b->signals;
        case PARE_TEST_ALL:
        case PARE_TEST_ANY:
        case PARE_TEST_NOT:
            return false;
        }
    }
    if (a->kind != PARE_TEST_IS) {
        return false;
    }
    return (b->kind == PARE_TEST_IS_NOT && count_common(p, &a->values, &b->values) == 0) ||
           (b->kind == PARE_TEST_PRESENT && all_null(p, a, false)) ||
           (b->kind == PARE_TEST_ABSENT && all_null(p, a, true));
}

/* The same in one order: can `a` and `b`, of one field, not both hold? */
static bool leaf_excludes(prover *p, const pare_test *a, const pare_test *b)
{
    switch (a->kind) {
    case PARE_TEST_IS:
        return (b->kind == PARE_TEST_IS && count_common(p, &a->values, &b->values) == 0) ||
               (b->kind == PARE_TEST_IS_NOT && count_common(p, &a->values, &b->values) == a->values.n) ||
               (b->kind == PARE_TEST_ABSENT && all_null(p, a, false)) ||
               (b->kind == PARE_TEST_PRESENT && all_null(p, a, true));
    case PARE_TEST_PRESENT:
        return b->kind == PARE_TEST_ABSENT;
    case PARE_TEST_BEFORE: /* the days between lie strictly between */
        return b->kind == PARE_TEST_AFTER && pare_date_to_days(a->date) <= pare_date_to_days(b->date) + 1;
    case PARE_TEST_LESS_THAN:
        return b->kind == PARE_TEST_AT_LEAST && compare_numbers(a, b) <= 0;
    case PARE_TEST_IS_NOT:
    case PARE_TEST_MATCHES:
    case PARE_TEST_ABSENT:
    case PARE_TEST_AFTER:
    case PARE_TEST_AT_LEAST:
    case PARE_TEST_GPP:
    case PARE_TEST_USP:
    case PARE_TEST_ALL:
    case PARE_TEST_ANY:
    case PARE_TEST_NOT:
        break;
    }
    return false;
}

static bool excludes(prover *p, const pare_test *a, const pare_test *b);

/* `every`: of all parts; else of one. */
static bool parts_imply(prover *p, const pare_test *a, const pare_test *b, bool every);
static bool implied_parts(prover *p, const pare_test *a, const pare_test *b, bool every);

/* If `a` holds, does `b` hold? False: not known. */
static bool implies(prover *p, const pare_test *a, const pare_test *b)
{
    if (!spend(p, 1)) {
        return false;
    }
    if (a == b) {
        return true;
    }
    if (is_leaf(a) && is_leaf(b)) {
        return a->read == b->read && leaf_implies(p, a, b);
    }
    return (b->kind == PARE_TEST_ALL && implied_parts(p, a, b, true)) ||
           (a->kind == PARE_TEST_ANY && parts_imply(p, a, b, true)) ||
           (b->kind == PARE_TEST_ANY && implied_parts(p, a, b, false)) ||
           (a->kind == PARE_TEST_ALL && parts_imply(p, a, b, false)) ||
           (a->kind == PARE_TEST_NOT && b->kind == PARE_TEST_NOT && implies(p, b->parts[0], a->parts[0]) &&
            is_leaf(b->parts[0]) && is_leaf(a->parts[0]) && a->parts[0]->kind == PARE_TEST_IS &&
            b->parts[0]->kind == PARE_TEST_IS);
}

static bool parts_imply(prover *p, const pare_test *a, const pare_test *b, bool every)
{
    for (size_t i = 0; i < a->n_parts; i++) {
        if (implies(p, a->parts[i], b) != every) {
            return !every;
        }
    }
    return every;
}

static bool implied_parts(prover *p, const pare_test *a, const pare_test *b, bool every)
{
    for (size_t i = 0; i < b->n_parts; i++) {
        if (implies(p, a, b->parts[i]) != every) {
            return !every;
        }
    }
    return every;
}

static bool parts_exclude(prover *p, const pare_test *a, const pare_test *b)
{
    bool every = a->kind == PARE_TEST_ANY;
    for (size_t i = 0; i < a->n_parts; i++) {
        if (excludes(p, a->parts[i], b) != every) {
            return !every;
        }
    }
    return every;
}

/* Can `a` and `b` not both hold? False: not known. */
static bool excludes(prover *p, const pare_test *a, const pare_test *b)
{
    if (!spend(p, 1)) {
        return false;
    }
    if (is_leaf(a) && is_leaf(b)) {
        return a->read == b->read && (leaf_excludes(p, a, b) || leaf_excludes(p, b, a));
    }
    return ((a->kind == PARE_TEST_ALL || a->kind == PARE_TEST_ANY) && parts_exclude(p, a, b)) ||
           ((b->kind == PARE_TEST_ALL || b->kind == PARE_TEST_ANY) && parts_exclude(p, b, a)) ||
           (a->kind == PARE_TEST_NOT && implies(p, b, a->parts[0])) ||
           (b->kind == PARE_TEST_NOT && implies(p, a, b->parts[0]));
}

/* --- tests that never hold --- */

/* Finds the innermost `all` (or a rule's test) that can't hold, and says where. True: `test` never holds. */
static bool lint_test(const pare_lint_view *view, prover *p, const pare_test *test)
{
    bool every = test->kind == PARE_TEST_ANY;
    bool some = false;
    if (test->kind == PARE_TEST_NOT) { /* a test inside that never holds is odd, and the whole holds */
        lint_test(view, p, test->parts[0]);
        return false;
    }
    for (size_t i = 0; i < test->n_parts; i++) {
        bool never = lint_test(view, p, test->parts[i]);
        every = every && never;
        some = some || never;
    }
    if (test->kind != PARE_TEST_ALL || some) {
        return test->kind == PARE_TEST_ALL ? some : every && test->n_parts > 0;
    }
    for (size_t i = 0; i < test->n_parts; i++) {
        for (size_t j = 0; j < i; j++) {
            if (excludes(p, test->parts[j], test->parts[i])) {
                pare_diagnostic *finding = pare_lint_find(view, PR100, test->parts[i]->place, NULL,
                                                          "this test and another of the same `all` "
                                                          "never hold together");
                finding->help =
                    pare_diagnostic_text(view->loader->reading.findings,
                                         "the other stands in line %u; was `any` meant?", test->parts[j]->place.line);
                return true;
            }
        }
    }
    return false;
}

/* --- rules that are never reached --- */

static void lint_rules(const pare_lint_view *view, prover *p, const pare_entry *entry)
{
    for (size_t later = 0; later < entry->n_rules; later++) {
        const pare_rule *rule = &entry->rules[later];
        if (rule->when == NULL || lint_test(view, p, rule->when)) {
            continue;
        }
        for (size_t earlier = 0; earlier < later; earlier++) {
            if (implies(p, rule->when, entry->rules[earlier].when)) {
                pare_diagnostic *finding =
                    pare_lint_find(view, PR101, rule->when->place, NULL, "this rule is never reached");
                finding->help = pare_diagnostic_text(
                    view->loader->reading.findings,
                    "whenever its `when` holds, that of the rule in line %u holds too, and the first rule applies",
                    entry->rules[earlier].place.line);
                break;
            }
        }
    }
}

/* --- selectors that are never reached --- */

/* Does every name that `narrow` matches match `wide` too? False: not known. Stars stand for themselves. */
static bool glob_covers(pare_span wide, pare_span narrow)
{
    size_t w = 0;
    size_t n = 0;
    size_t star = SIZE_MAX;
    size_t resume = 0;
    while (n < narrow.len) {
        bool same = w < wide.len && wide.ptr[w] == narrow.ptr[n];
        bool one = w < wide.len && wide.ptr[w] == '?' && narrow.ptr[n] != '*' && narrow.ptr[n] < 0x80;
        if (w < wide.len && wide.ptr[w] == '*') {
            star = w++;
            resume = n;
        } else if (one || (same && wide.ptr[w] != '?')) {
            w++;
            n++;
        } else if (star != SIZE_MAX) {
            w = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (w < wide.len && wide.ptr[w] == '*') {
        w++;
    }
    return w == wide.len;
}

/* A glob goes before every regex; of two globs the first in the file. */
static bool is_behind(const pare_entry *entry, const pare_entry *first)
{
    if (first->kind != PARE_SELECT_GLOB) {
        return false;
    }
    if (entry->kind == PARE_SELECT_REGEX) {
        return glob_covers(first->text, pare_span_of("*"));
    }
    return entry->kind == PARE_SELECT_GLOB && first < entry && glob_covers(first->text, entry->text);
}

static void lint_selectors(const pare_lint_view *view, prover *p)
{
    const pare_policy *policy = view->loader->policy;
    for (size_t i = 0; i < policy->n_entries; i++) {
        const pare_entry *entry = &policy->entries[i];
        bool pattern = entry->kind == PARE_SELECT_GLOB || entry->kind == PARE_SELECT_REGEX;
        for (size_t j = 0; pattern && j < policy->n_entries && spend(p, entry->text.len + 1); j++) {
            if (is_behind(entry, &policy->entries[j])) {
                pare_diagnostic *finding =
                    pare_lint_find(view, PR102, entry->place, NULL, "this selector meets no column");
                finding->help = pare_diagnostic_text(
                    view->loader->reading.findings, "`%.*s` in line %u takes all of them; put this one before it%s",
                    PARE_SPAN_ARGS(policy->entries[j].text), policy->entries[j].place.line,
                    entry->kind == PARE_SELECT_REGEX ? ", as a glob or by name" : "");
                break;
            }
        }
    }
}

void pare_lint_when(const pare_lint_view *view)
{
    const pare_policy *policy = view->loader->policy;
    prover p = {policy, BUDGET};
    for (size_t i = 0; i < policy->n_purposes; i++) {
        if (policy->purposes[i].allowed_when != NULL) {
            lint_test(view, &p, policy->purposes[i].allowed_when);
        }
    }
    for (size_t i = 0; i < policy->n_entries; i++) {
        lint_rules(view, &p, &policy->entries[i]);
    }
    lint_selectors(view, &p);
}
