/* What stands around a match (surroundings.h). */
#include "rules/detect/surroundings.h"

#include "rules/base/span.h"
#include "rules/detect/column.h"

enum { MAX_BEHIND_BYTES = 96 };

/** The start of the character that `at` lies in. */
static size_t character_start(pare_span value, size_t at)
{
    while (at > 0 && at < value.len && (value.ptr[at] & 0xC0) == 0x80) {
        at--;
    }
    return at;
}

/** Does a word of the context stand within the window before or behind the match, outside of it? */
static pare_match has_context(const pare_regex *words, size_t window, pare_regex_scratch *scratch, pare_span value,
                              pare_range range)
{
    size_t from = character_start(value, range.from > window ? range.from - window : 0);
    size_t to = value.len - range.to > window ? character_start(value, range.to + window) : value.len;
    pare_match before = pare_regex_match(words, scratch, pare_span_first(value, range.from), from, false, NULL, 0);
    if (before != PARE_MISS) {
        return before;
    }
    to = to < range.to ? range.to : to;
    return pare_regex_match(words, scratch, pare_span_first(value, to), range.to, false, NULL, 0);
}

/** Does what announces the match stand right before it? A look-behind of any length, up to a limit. */
static pare_match is_announced(const pare_regex *behind, pare_regex_scratch *scratch, pare_span value, pare_range range)
{
    size_t from = character_start(value, range.from > MAX_BEHIND_BYTES ? range.from - MAX_BEHIND_BYTES : 0);
    return pare_regex_match(behind, scratch, pare_span_first(value, range.from), from, false, NULL, 0);
}

/** What the heading says above a match that fills a cell of a table within the text. */
static unsigned heading_says(const pare_detector *detector, pare_regex_scratch *scratch, pare_span value,
                             pare_range range)
{
    char words[PARE_COLUMN_WORDS_BYTES];
    pare_span heading;
    return pare_column_heading(value, range, &heading)
               ? pare_column_says(detector, scratch, words, pare_column_words(heading, words))
               : 0;
}

/** Is the match all there is in the value, blanks at both ends aside? */
static bool fills(pare_span value, pare_range range)
{
    pare_span before = pare_span_first(value, range.from), behind = pare_span_after(value, range.to);
    return pare_span_trim(before).len == 0 && pare_span_trim(behind).len == 0;
}

/** A word of each context, near the match or in the column's name. */
static pare_match has_contexts(const pare_detector *detector, unsigned column, pare_regex_scratch *scratch,
                               pare_span value, pare_range range)
{
    pare_match match = PARE_HIT;
    for (size_t i = 0; i < detector->n_contexts && match == PARE_HIT; i++) {
        if ((column & (unsigned)PARE_COLUMN_IS_CONTEXT << i) == 0) {
            match =
                has_context(detector->contexts[i].expression->regex, detector->context_window, scratch, value, range);
        }
    }
    return match;
}

pare_match pare_surroundings_allow(const pare_detector *detector, size_t pattern, unsigned column,
                                   pare_regex_scratch *scratch, pare_span value, pare_range range)
{
    pare_match match = PARE_HIT;
    if (detector->behind[pattern] != NULL && (column & PARE_COLUMN_ANNOUNCES) == 0) {
        match = is_announced(detector->behind[pattern]->regex, scratch, value, range);
        if (match == PARE_MISS && (heading_says(detector, scratch, value, range) & PARE_COLUMN_ANNOUNCES) != 0) {
            match = PARE_HIT;
        }
    }
    if (match == PARE_HIT && detector->contextual[pattern]) {
        match = has_contexts(detector, column, scratch, value, range);
    }
    if (match == PARE_HIT && detector->not_column != NULL) {
        bool others = (column & PARE_COLUMN_IS_OTHERS) != 0 && fills(value, range);
        others = others || (heading_says(detector, scratch, value, range) & PARE_COLUMN_IS_OTHERS) != 0;
        match = others ? PARE_MISS : PARE_HIT;
    }
    return match;
}
