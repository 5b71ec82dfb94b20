/*
 * From the text of a PCRE2 expression to its position automaton, by recursive descent.
 *
 * A part of the expression is known by where it can begin, where it can end, and whether it can be empty; joining parts
 * adds the edges between them. What is repeated a bounded number of times is read again from its text, at most three
 * times in all. Atomic groups and possessive loops give nothing back, so they count as one position.
 */
#include "rules/policy/backtrack_parse.h"

enum { MAX_DEPTH = 60, MAX_WORK = 20000, UNBOUNDED = 1000 };

typedef struct fragment {
    pare_positions first, last;
    bool empty; /* can match nothing */
} fragment;

static const pare_charset any = {UINT64_MAX, UINT64_MAX, true};

static fragment nothing(void)
{
    fragment f = {.empty = true};
    return f;
}

static fragment fail(pare_pattern_reader *p)
{
    p->failed = true;
    return nothing();
}

/* --- parts --- */

static fragment position(pare_pattern_reader *p, pare_charset reads, size_t offset)
{
    pare_automaton *a = p->automaton;
    if (a->n == PARE_MAX_POSITIONS) {
        return fail(p);
    }
    fragment f = {.empty = false};
    pare_positions none = {{0}};
    a->reads[a->n] = p->folds ? pare_charset_fold(reads) : reads;
    a->offsets[a->n] = offset;
    a->follow[a->n] = none;
    pare_positions_add(&f.first, a->n);
    pare_positions_add(&f.last, a->n);
    a->n++;
    return f;
}

static void unite(pare_positions *into, const pare_positions *more_of)
{
    for (size_t i = 0; i < PARE_POSITION_WORDS; i++) {
        into->words[i] |= more_of->words[i];
    }
}

static fragment join(pare_pattern_reader *p, fragment a, fragment b)
{
    for (size_t i = 0; i < p->automaton->n; i++) {
        if (pare_positions_has(&a.last, i)) {
            unite(&p->automaton->follow[i], &b.first);
        }
    }
    fragment f = {a.first, b.last, a.empty && b.empty};
    if (a.empty) {
        unite(&f.first, &b.first);
    }
    if (b.empty) {
        unite(&f.last, &a.last);
    }
    return f;
}

static fragment either(fragment a, fragment b)
{
    unite(&a.first, &b.first);
    unite(&a.last, &b.last);
    a.empty = a.empty || b.empty;
    return a;
}

/* From its ends back to its beginnings. An edge that is there already can be taken in two ways. */
static void loop(pare_pattern_reader *p, const fragment *f, size_t offset, bool gives_back)
{
    pare_automaton *a = p->automaton;
    for (size_t i = 0; i < a->n; i++) {
        if (!pare_positions_has(&f->last, i)) {
            continue;
        }
        for (size_t w = 0; w < PARE_POSITION_WORDS; w++) {
            if ((a->follow[i].words[w] & f->first.words[w]) != 0 && gives_back && !a->ambiguous) {
                a->ambiguous = true;
                a->ambiguous_at = offset;
            }
        }
        unite(&a->follow[i], &f->first);
    }
}

/* What gives nothing back: one position that reads what it can begin with. */
static fragment collapse(pare_pattern_reader *p, fragment f, size_t n_before, size_t offset)
{
    pare_charset reads = {0, 0, false};
    bool empty = f.empty;
    for (size_t i = n_before; i < p->automaton->n; i++) {
        if (pare_positions_has(&f.first, i)) {
            pare_charset_unite(&reads, p->automaton->reads[i]);
        }
    }
    p->automaton->n = n_before;
    f = position(p, reads, offset);
    f.empty = empty;
    return f;
}

static fragment alternation(pare_pattern_reader *p);

static fragment assertion(pare_pattern_reader *p)
{
    p->automaton->assertion_at = p->at;
    return nothing();
}

/* A lookaround reads nothing; what is inside is looked at for loops in itself. */
static fragment lookaround(pare_pattern_reader *p)
{
    size_t n_before = p->automaton->n;
    alternation(p);
    if (!pare_pattern_take(p, ")")) {
        return fail(p);
    }
    p->automaton->n = n_before;
    return assertion(p);
}

/* (?i), (?s-m), (?i:...): `at` is behind the `(?`. */
static bool options(pare_pattern_reader *p)
{
    bool on = true;
    while (pare_pattern_more(p) && pare_pattern_peek(p) != ')' && pare_pattern_peek(p) != ':') {
        unsigned char c = pare_pattern_peek(p);
        p->at++;
        p->folds = p->folds || (c == 'i' && on);
        p->dot_all = p->dot_all || (c == 's' && on);
        on = on && c != '-';
        if (strchr("imsnJU-", c) == NULL) { /* x and xx change what the text means */
            p->failed = true;
        }
    }
    return pare_pattern_peek(p) == ':';
}

static void skip_name(pare_pattern_reader *p, unsigned char end)
{
    while (pare_pattern_more(p) && pare_pattern_peek(p) != end) {
        p->at++;
    }
    p->at += p->at < p->text.len ? 1 : 0;
}

/* Behind the `(`. */
static fragment group(pare_pattern_reader *p, size_t offset)
{
    size_t n_before = p->automaton->n;
    bool atomic = false;
    if (pare_pattern_sees(p, "*")) {
        return fail(p);
    }
    if (pare_pattern_take(p, "?#")) {
        skip_name(p, ')');
        return nothing();
    }
    if (pare_pattern_take(p, "?=") || pare_pattern_take(p, "?!") || pare_pattern_take(p, "?<=") ||
        pare_pattern_take(p, "?<!")) {
        return lookaround(p);
    }
    if (pare_pattern_take(p, "?>")) {
        atomic = true;
    } else if (pare_pattern_take(p, "?<") || pare_pattern_take(p, "?P<")) {
        skip_name(p, '>');
    } else if (pare_pattern_take(p, "?'")) {
        skip_name(p, '\'');
    } else if (!pare_pattern_take(p, "?|") && !pare_pattern_take(p, "?:") && pare_pattern_take(p, "?")) {
        if (strchr("imsnJUx-^", pare_pattern_peek(p)) == NULL || !options(p)) {
            bool set = pare_pattern_take(p, ")"); /* (?i): from here on */
            return set ? nothing() : fail(p);
        }
        p->at++;
    }
    fragment f = alternation(p);
    if (!pare_pattern_take(p, ")")) {
        return fail(p);
    }
    return atomic && !p->failed ? collapse(p, f, n_before, offset) : f;
}

static fragment quoted(pare_pattern_reader *p)
{
    fragment f = nothing();
    while (pare_pattern_more(p) && !pare_pattern_take(p, "\\E")) {
        size_t offset = p->at;
        f = join(p, f, position(p, pare_pattern_character(p), offset));
    }
    return f;
}

/* Behind the backslash. */
static fragment escape(pare_pattern_reader *p, size_t offset)
{
    unsigned char c = pare_pattern_peek(p);
    if (p->at >= p->text.len) {
        return fail(p);
    }
    if (strchr("bBAzZGK", c) != NULL) {
        p->at++;
        return assertion(p);
    }
    if (c == 'Q') {
        p->at++;
        return quoted(p);
    }
    if (c == 'E') {
        p->at++;
        return nothing();
    }
    if (c == 'R' || c == 'X') {
        p->at++;
        return position(p, c == 'X' ? any : pare_charset_of("\n\v\f\r"), offset);
    }
    if ((c >= '1' && c <= '9') || c == 'g' || c == 'k' || c == '0') { /* what a group matched, or an octal number */
        return fail(p);
    }
    return position(p, pare_pattern_escape(p), offset);
}

static fragment atom(pare_pattern_reader *p)
{
    size_t offset = p->at;
    if (pare_pattern_take(p, "(")) {
        return group(p, offset);
    }
    if (pare_pattern_take(p, "[")) {
        return position(p, pare_pattern_class(p), offset);
    }
    if (pare_pattern_take(p, "\\")) {
        return escape(p, offset);
    }
    if (pare_pattern_take(p, "^")) {
        return nothing();
    }
    if (pare_pattern_take(p, "$")) {
        return assertion(p);
    }
    if (pare_pattern_take(p, ".")) {
        return position(p, p->dot_all ? any : pare_charset_opposite(pare_charset_of("\n")), offset);
    }
    return position(p, pare_pattern_character(p), offset);
}

/* --- repetition --- */

typedef struct repetition {
    unsigned least, most;
    bool gives_back;
    size_t offset, end; /* of the quantifier, and behind it */
} repetition;

static bool number(pare_pattern_reader *p, unsigned *value)
{
    size_t start = p->at;
    *value = 0;
    while (pare_pattern_more(p) && pare_pattern_peek(p) >= '0' && pare_pattern_peek(p) <= '9') {
        *value = *value > UNBOUNDED ? *value : *value * 10 + (unsigned)(pare_pattern_peek(p) - '0');
        p->at++;
    }
    return p->at > start;
}

/* {2}, {2,}, {2,5}, {,5}; anything else in braces is text. */
static bool braces(pare_pattern_reader *p, repetition *r)
{
    size_t start = p->at;
    bool good = pare_pattern_take(p, "{");
    bool has_least = good && number(p, &r->least);
    r->most = r->least;
    if (good && pare_pattern_take(p, ",")) {
        bool has_most = number(p, &r->most);
        r->most = has_most ? r->most : UNBOUNDED;
        good = has_least || has_most;
    } else {
        good = has_least;
    }
    good = good && pare_pattern_take(p, "}");
    p->at = good ? p->at : start;
    return good;
}

static bool quantifier(pare_pattern_reader *p, repetition *r)
{
    r->offset = p->at;
    r->least = 0;
    r->most = UNBOUNDED;
    bool there = true;
    if (pare_pattern_take(p, "+")) {
        r->least = 1;
    } else if (pare_pattern_take(p, "?")) {
        r->most = 1;
    } else if (!pare_pattern_take(p, "*")) {
        there = braces(p, r);
    }
    r->gives_back = !(there && pare_pattern_take(p, "+"));
    if (there && r->gives_back) {
        pare_pattern_take(p, "?");
    }
    r->end = p->at;
    return there;
}

/* The atom at `start` once more. */
static fragment again(pare_pattern_reader *p, size_t start)
{
    p->at = start;
    return atom(p);
}

static fragment repeat(pare_pattern_reader *p, fragment f, size_t start, size_t n_before, const repetition *r)
{
    bool endless = r->most >= UNBOUNDED;
    if (r->most == 0) {
        p->automaton->n = n_before;
        return nothing();
    }
    if (endless && r->least < 2) {
        loop(p, &f, r->offset, r->gives_back);
    } else if (endless || r->most > 1) { /* twice: XX, X(X)?, or XX with a loop on the second */
        fragment second = again(p, start);
        if (endless) {
            loop(p, &second, r->offset, r->gives_back);
        }
        second.empty = second.empty || r->least < 2;
        f = join(p, f, second);
        if (!endless && r->least >= 2 && r->most > r->least) {
            fragment third = again(p, start);
            third.empty = true;
            f = join(p, f, third);
        }
    }
    f.empty = f.empty || r->least == 0;
    p->at = r->end;
    return r->gives_back || p->failed ? f : collapse(p, f, n_before, start);
}

static fragment repeated(pare_pattern_reader *p)
{
    size_t start = p->at;
    size_t n_before = p->automaton->n;
    repetition r = {0};
    if (++p->work > MAX_WORK) {
        return fail(p);
    }
    fragment f = atom(p);
    while (pare_pattern_more(p) && quantifier(p, &r)) { /* (a+)+ may not be written a++, so there is one at most */
        f = repeat(p, f, start, n_before, &r);
    }
    return f;
}

static fragment sequence(pare_pattern_reader *p)
{
    fragment f = nothing();
    while (pare_pattern_more(p) && pare_pattern_peek(p) != '|' && pare_pattern_peek(p) != ')') {
        f = join(p, f, repeated(p));
    }
    return f;
}

static fragment alternation(pare_pattern_reader *p)
{
    if (++p->depth > MAX_DEPTH) {
        return fail(p);
    }
    fragment f = sequence(p);
    while (pare_pattern_more(p) && pare_pattern_take(p, "|")) {
        f = either(f, sequence(p));
    }
    p->depth--;
    return f;
}

bool pare_automaton_of(pare_span pattern, pare_automaton *automaton)
{
    pare_pattern_reader p = {.text = pattern, .automaton = automaton};
    memset(automaton, 0, sizeof *automaton);
    fragment whole = alternation(&p);
    automaton->last = whole.last;
    return !p.failed && p.at == pattern.len;
}
