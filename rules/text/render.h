/*
 * Text that a document's author wrote, made harmless for a terminal. Shared by the files that keep and show findings.
 */
#ifndef PARE_RULES_TEXT_RENDER_H
#define PARE_RULES_TEXT_RENDER_H

#include "rules/base/buf.h"

/**
 * Append `text` so that it can't steer a terminal or reorder what a reader sees: control characters and bytes that are
 * not UTF-8 become \xNN, characters that change the direction of text or show nothing become U+FFFD. Unlike
 * pare_escape() it leaves backslashes alone, which regular expressions are full of.
 */
void pare_text_append_harmless(pare_buf *out, pare_span text);

/** Bytes of the first line, as libyaml counts lines, and of what ends it (0: the end of the text) in *terminator. */
size_t pare_text_line_end(pare_span text, size_t *terminator);

/** A JSON string with its quotes. `text` is UTF-8; what is not becomes U+FFFD. */
void pare_text_append_json(pare_buf *out, pare_span text);

#endif
