/*
 * What the name of a column says of the values in it: `passport_no` announces what a passport's number looks like, as
 * the words "passport no" before it would; in `tracking_number` stands what only looks like something else.
 *
 * A name is read as words: `passport_no`, `PassportNo`, `PASSPORT-NO` and `passport no 2` are all "passport no".
 */
#ifndef PARE_RULES_DETECT_COLUMN_H
#define PARE_RULES_DETECT_COLUMN_H

#include "rules/detect/pack.h"

enum { PARE_COLUMN_WORDS_BYTES = 128 };

/** Bits of what a name says of one detector. */
enum {
    PARE_COLUMN_ANNOUNCES = 1, /* `announced` patterns count in it, whatever stands before them */
    PARE_COLUMN_IS_OTHERS = 2, /* a match that is all there is in a value is none */
    PARE_COLUMN_IS_CONTEXT = 4 /* shifted by the number of the context, from 0: it has one of its words */
};

/**
 * The name as words with one blank between, digits at its end left out, then ": " (not counted). NUL-terminated.
 * @return how many bytes the words have; 0: there are none, or more than fit
 */
size_t pare_column_words(pare_span name, char out[PARE_COLUMN_WORDS_BYTES]);

/** The bits for `detector`. Where a limit is met, what is in doubt is taken for found. */
unsigned pare_column_says(const pare_detector *detector, pare_regex_scratch *scratch, const char *words, size_t len);

/**
 * The heading of what a match fills a cell of: of a table within the text, whose first line names its columns.
 * False: the match fills no cell, or what stands above it is no heading.
 */
bool pare_column_heading(pare_span value, pare_range match, pare_span *heading);

#endif
