/* Names of columns as words, and what they say (column.h). */
#include "rules/detect/column.h"

#include "rules/base/span.h"

enum {
    MOST_LINE_BYTES = 512, /* of a table within a text that are looked at, so that many matches cost no more than few */
    ENDING = 3             /* ": " and a NUL */
};

/* --- words ---------------------------------------------------------------------------------------------------------
 */

static bool is_upper(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(unsigned char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_word(unsigned char byte)
{
    return is_upper(byte) || is_lower(byte) || is_digit(byte) || byte >= 0x80;
}

/** Does a word begin at `at`, within letters: the N of passportNo, the second N of SSNNumber? */
static bool begins_word(pare_span name, size_t at)
{
    if (at == 0 || !is_upper(name.ptr[at])) {
        return false;
    }
    bool behind_upper = is_upper(name.ptr[at - 1]);
    return is_lower(name.ptr[at - 1]) || (behind_upper && at + 1 < name.len && is_lower(name.ptr[at + 1]));
}

size_t pare_column_words(pare_span name, char out[PARE_COLUMN_WORDS_BYTES])
{
    size_t n = 0;
    while (name.len > 0 && (is_digit(name.ptr[name.len - 1]) || !is_word(name.ptr[name.len - 1]))) {
        name.len--;
    }
    for (size_t i = 0; i < name.len; i++) {
        bool parts = !is_word(name.ptr[i]) || begins_word(name, i);
        if (n + 2 + ENDING > PARE_COLUMN_WORDS_BYTES) {
            n = 0;
            break;
        }
        if (parts && n > 0 && out[n - 1] != ' ') {
            out[n++] = ' ';
        }
        if (is_word(name.ptr[i])) {
            out[n++] = (char)name.ptr[i];
        }
    }
    memcpy(out + n, ": ", ENDING);
    return n;
}

/* --- what they say -------------------------------------------------------------------------------------------------
 */

static bool is_in(const pare_expression *expression, pare_regex_scratch *scratch, pare_span words)
{
    return expression != NULL && pare_regex_match(expression->regex, scratch, words, 0, false, NULL, 0) != PARE_MISS;
}

/** By an expression for names; without one, as though the words stood before the value. */
static bool announces(const pare_detector *detector, pare_regex_scratch *scratch, const char *words, size_t len)
{
    if (detector->column != NULL) {
        return is_in(detector->column, scratch, pare_span_from(words, len));
    }
    for (size_t i = 0; i < detector->n_patterns; i++) {
        if (is_in(detector->behind[i], scratch, pare_span_from(words, len + ENDING - 1))) {
            return true;
        }
    }
    return false;
}

unsigned pare_column_says(const pare_detector *detector, pare_regex_scratch *scratch, const char *words, size_t len)
{
    pare_span name = pare_span_from(words, len);
    char capitals[PARE_COLUMN_WORDS_BYTES]; /* case says little in names of columns */
    if (len == 0 || len > sizeof capitals) {
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        capitals[i] = is_lower((unsigned char)words[i]) ? (char)(words[i] - ('a' - 'A')) : words[i];
    }
    unsigned says = announces(detector, scratch, words, len) ? PARE_COLUMN_ANNOUNCES : 0;
    if (detector->not_column != NULL && says == 0 &&
        pare_regex_match(detector->not_column->regex, scratch, name, 0, false, NULL, 0) == PARE_HIT) {
        says |= PARE_COLUMN_IS_OTHERS;
    }
    for (size_t i = 0; i < detector->n_contexts; i++) {
        const pare_expression *context = detector->contexts[i].expression;
        bool there = is_in(context, scratch, name) || is_in(context, scratch, pare_span_from(capitals, len));
        says |= there ? (unsigned)PARE_COLUMN_IS_CONTEXT << i : 0;
    }
    return says;
}

/* --- tables within a text ------------------------------------------------------------------------------------------
 */

static bool is_delimiter(unsigned char byte)
{
    return byte == ',' || byte == ';' || byte == '\t' || byte == '|';
}

static bool ends_line(pare_span value, size_t at)
{
    if (at < value.len && value.ptr[at] == '\r') {
        at++;
    }
    return at == value.len || value.ptr[at] == '\n';
}

/** Where the line that `at` is in begins. False: too far away. */
static bool find_line(pare_span value, size_t at, size_t *from)
{
    for (size_t n = 0; n <= MOST_LINE_BYTES; n++, at--) {
        if (at == 0 || value.ptr[at - 1] == '\n') {
            *from = at;
            return true;
        }
    }
    return false;
}

/** The delimiter at both ends of the match, quotes aside; where it is the first or last of its line, at one. 0: none.
 */
static unsigned char delimiter_around(pare_span value, pare_range match, size_t line)
{
    size_t from = match.from, to = match.to;
    if (from > line && to < value.len && value.ptr[from - 1] == '"' && value.ptr[to] == '"') {
        from--;
        to++;
    }
    unsigned char before = from == line ? 0 : value.ptr[from - 1], behind = ends_line(value, to) ? 0 : value.ptr[to];
    unsigned char found = before != 0 ? before : behind;
    bool one = (before == 0 || behind == 0 || before == behind) && is_delimiter(found);
    return one ? found : 0;
}

bool pare_column_heading(pare_span value, pare_range match, pare_span *heading)
{
    size_t line = 0, at = 0, cell = 0;
    if (!find_line(value, match.from, &line) || line == 0) {
        return false;
    }
    unsigned char delimiter = delimiter_around(value, match, line);
    if (delimiter == 0) {
        return false;
    }
    for (size_t i = line; i < match.from; i++) {
        cell += value.ptr[i] == delimiter;
    }
    for (; cell > 0 && at < MOST_LINE_BYTES && value.ptr[at] != '\n'; at++) { /* a line end is there: `line` is not 0 */
        cell -= value.ptr[at] == delimiter;
    }
    size_t end = at;
    while (value.ptr[end] != delimiter && value.ptr[end] != '\n' && end < MOST_LINE_BYTES) {
        end++;
    }
    *heading = pare_span_from(value.ptr + at, end - at);
    return cell == 0 && end < MOST_LINE_BYTES;
}
