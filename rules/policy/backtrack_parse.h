/*
 * What the two files that read expressions share: backtrack_parse.c reads their structure, backtrack_class.c sets of
 * characters.
 */
#ifndef PARE_RULES_POLICY_BACKTRACK_PARSE_H
#define PARE_RULES_POLICY_BACKTRACK_PARSE_H

#include "rules/policy/backtrack.h"

#include "rules/base/span.h"

typedef struct pare_pattern_reader {
    pare_span text;
    size_t at;
    pare_automaton *automaton;
    bool failed; /* not understood */
    bool folds, dot_all;
    size_t depth, work;
} pare_pattern_reader;

static inline bool pare_pattern_more(const pare_pattern_reader *p)
{
    return !p->failed && p->at < p->text.len;
}

static inline unsigned char pare_pattern_peek(const pare_pattern_reader *p)
{
    return p->at < p->text.len ? p->text.ptr[p->at] : 0;
}

static inline bool pare_pattern_sees(const pare_pattern_reader *p, const char *text)
{
    size_t len = strlen(text);
    return p->at <= p->text.len && p->text.len - p->at >= len && memcmp(p->text.ptr + p->at, text, len) == 0;
}

static inline bool pare_pattern_take(pare_pattern_reader *p, const char *text)
{
    bool there = pare_pattern_sees(p, text);
    p->at += there ? strlen(text) : 0;
    return there;
}

/** The set of one character of the pattern, whole where it is not ASCII. */
pare_charset pare_pattern_character(pare_pattern_reader *p);
/** The set that an escape reads; `at` is behind the backslash. */
pare_charset pare_pattern_escape(pare_pattern_reader *p);
/** The set of a class; `at` is behind the `[`. */
pare_charset pare_pattern_class(pare_pattern_reader *p);
/** What is not in a set of ASCII characters; all characters beyond ASCII are. */
pare_charset pare_charset_opposite(pare_charset set);
pare_charset pare_charset_of(const char *members);
void pare_charset_unite(pare_charset *set, pare_charset more);
/** With the other case of its letters. */
pare_charset pare_charset_fold(pare_charset set);

#endif
