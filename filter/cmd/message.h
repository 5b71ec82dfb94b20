/*
 * What the program says on standard error: text for people, or one JSON object a line for machines.
 *
 * Keys of the JSON form, in this order, absent where they don't apply: level, command, text, file, record, line,
 * column, byte, errno, exit. They don't change their meaning. A refused policy's line has `findings`, the summary of a
 * run its figures.
 */
#ifndef PARE_FILTER_CMD_MESSAGE_H
#define PARE_FILTER_CMD_MESSAGE_H

#include "filter/cmd/options.h"
#include "pare/error.h"
#include "rules/base/buf.h"

typedef enum pare_level { PARE_LEVEL_ERROR = 0, PARE_LEVEL_WARNING, PARE_LEVEL_INFO } pare_level;

/** Take over --color, --log, --quiet and the command's name. Before that: text, colour by itself. */
void pare_message_setup(const pare_arguments *arguments);

/** One line. `info` is left out under --quiet. Texts must be free of control characters: pare_escape() them. */
void pare_message(pare_level level, const char *format, ...) PARE_PRINTF(2, 3);

/** A failed call. Returns the exit status that goes with it. */
int pare_message_error(const pare_error *err);

/** A wrong command line: the text, and where help is. Returns PARE_EXIT_USAGE. */
int pare_message_usage(const char *command, const char *format, ...) PARE_PRINTF(2, 3);

/** Is `stream_fd` (1 or 2) to be coloured? */
bool pare_message_colour(int stream_fd);
bool pare_message_json(void);
bool pare_message_quiet(void);

/** `text` as a JSON string, quotes included. */
void pare_message_json_string(pare_buf *out, const char *text);

/** One finished line of JSON or text, as it is, to standard error. */
void pare_message_raw(pare_buf *line);

/** A pare_write for a stdio stream (context: FILE *). */
void pare_write_stream(void *stream, const char *text, size_t len);
/** A pare_write for a pare_buf (context). */
void pare_write_buf(void *buf, const char *text, size_t len);

/** Flush standard output. Returns `status`, or PARE_EXIT_IO where what was printed is not there. */
int pare_message_close_stdout(int status);

#endif
