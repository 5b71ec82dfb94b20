/*
 * Standard error: text for people, one JSON object a line for machines.
 *
 * Colour only on a terminal, never with NO_COLOR set and not empty (no-color.org) or TERM=dumb; --color overrules.
 * A line is put together first and written with one call, so that lines of two programs don't mix within a line.
 */
#include "filter/cmd/message.h"

#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/signals.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_CEILING = 4 << 20 };

static struct {
    pare_color_mode color;
    bool json, quiet;
    const char *command;
} settings = {PARE_COLOR_AUTO, false, false, NULL};

void pare_message_setup(const pare_arguments *arguments)
{
    settings.color = (pare_color_mode)arguments->color;
    settings.json = arguments->log == PARE_LOG_JSON;
    settings.quiet = arguments->quiet;
    settings.command = arguments->command->name;
}

bool pare_message_json(void)
{
    return settings.json;
}

bool pare_message_quiet(void)
{
    return settings.quiet;
}

bool pare_message_colour(int stream_fd)
{
    if (settings.color != PARE_COLOR_AUTO) {
        return settings.color == PARE_COLOR_ALWAYS;
    }
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return (no_color == NULL || no_color[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0 &&
           isatty(stream_fd) == 1;
}

void pare_message_json_string(pare_buf *out, const char *text)
{
    pare_buf_append_byte(out, '"');
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\') {
            pare_buf_append_byte(out, '\\');
            pare_buf_append_byte(out, c);
        } else if (c < 0x20 || c == 0x7F) {
            pare_buf_printf(out, "\\u%04x", c);
        } else {
            pare_buf_append_byte(out, c);
        }
    }
    pare_buf_append_byte(out, '"');
}

/* Standard error is the last resort: if it can't be written, nobody is left to tell. */
void pare_message_raw(pare_buf *line)
{
    size_t done = 0;
    while (done < line->len) {
        ssize_t n = write(STDERR_FILENO, line->ptr + done, line->len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        done += (size_t)n;
    }
    pare_buf_clear(line);
}

static const char *level_name(pare_level level)
{
    switch (level) {
    case PARE_LEVEL_ERROR:
        return "error";
    case PARE_LEVEL_WARNING:
        return "warning";
    case PARE_LEVEL_INFO:
        return "info";
    }
    return "error";
}

static void begin_json(pare_buf *line, pare_level level, const char *text)
{
    pare_buf_printf(line, "{\"level\":\"%s\"", level_name(level));
    if (settings.command != NULL) {
        pare_buf_printf(line, ",\"command\":\"%s\"", settings.command);
    }
    pare_buf_append_text(line, ",\"text\":");
    pare_message_json_string(line, text);
}

static void begin_text(pare_buf *line, pare_level level)
{
    bool colour = pare_message_colour(STDERR_FILENO);
    pare_buf_append_text(line, "pare: ");
    if (level != PARE_LEVEL_INFO) {
        const char *on = !colour ? "" : level == PARE_LEVEL_ERROR ? "\033[1;31m" : "\033[1;33m";
        pare_buf_printf(line, "%s%s:%s ", on, level_name(level), colour ? "\033[0m" : "");
    }
}

void pare_message(pare_level level, const char *format, ...)
{
    if (level == PARE_LEVEL_INFO && settings.quiet) {
        return;
    }
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pare_buf line;
    pare_buf_init(&line, LINE_CEILING);
    if (settings.json) {
        begin_json(&line, level, text);
        pare_buf_append_text(&line, "}\n");
    } else {
        begin_text(&line, level);
        pare_buf_append_text(&line, text);
        pare_buf_append_byte(&line, '\n');
    }
    pare_message_raw(&line);
}

static void error_json(pare_buf *line, const pare_error *err, int exit_status)
{
    begin_json(line, PARE_LEVEL_ERROR, err->text);
    if (err->file[0] != '\0') {
        pare_buf_append_text(line, ",\"file\":");
        pare_message_json_string(line, err->file);
    }
    const struct {
        const char *key;
        uint64_t number;
    } places[] = {{"record", err->record}, {"line", err->line}, {"column", err->column}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (places[i].number > 0) {
            pare_buf_printf(line, ",\"%s\":%" PRIu64, places[i].key, places[i].number);
        }
    }
    if (err->has_byte) {
        pare_buf_printf(line, ",\"byte\":%" PRIu64, err->byte);
    }
    if (err->os_errno != 0) {
        pare_buf_printf(line, ",\"errno\":%d", err->os_errno);
    }
    pare_buf_printf(line, ",\"exit\":%d}\n", exit_status);
}

/* `FILE: record 17, line 19, byte 1034: text` */
static void error_text(pare_buf *line, const pare_error *err)
{
    begin_text(line, PARE_LEVEL_ERROR);
    if (err->file[0] != '\0') {
        pare_buf_printf(line, "%s: ", err->file);
    }
    const char *comma = "";
    const struct {
        const char *name;
        uint64_t number;
        bool known;
    } places[] = {{"record", err->record, err->record > 0},
                  {"line", err->line, err->line > 0},
                  {"column", err->column, err->column > 0},
                  {"byte", err->byte, err->has_byte}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (places[i].known) {
            pare_buf_printf(line, "%s%s %" PRIu64, comma, places[i].name, places[i].number);
            comma = ", ";
        }
    }
    pare_buf_printf(line, "%s%s\n", comma[0] != '\0' ? ": " : "", err->text);
}

int pare_message_error(const pare_error *err)
{
    int exit_status = pare_exit_status(err->status);
    if (exit_status == PARE_EXIT_OK) { /* an error without a status is still no success */
        exit_status = PARE_EXIT_INTERNAL;
    }
    if (err->status == PARE_E_IO && err->os_errno == EPIPE) {
        pare_signals_die_of(SIGPIPE); /* the reader left: as if SIGPIPE had not been ignored by who started us */
    }
    pare_buf line;
    pare_buf_init(&line, LINE_CEILING);
    if (settings.json) {
        error_json(&line, err, exit_status);
    } else {
        error_text(&line, err);
    }
    pare_message_raw(&line);
    return exit_status;
}

int pare_message_usage(const char *command, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pare_message(PARE_LEVEL_ERROR, "%s", text);
    if (!settings.json) {
        fprintf(stderr, "Try `pare%s%s --help`.\n", command == NULL ? "" : " ", command == NULL ? "" : command);
    }
    return PARE_EXIT_USAGE;
}

void pare_write_stream(void *stream, const char *text, size_t len)
{
    if (len > 0) {
        (void)fwrite(text, 1, len, stream); /* asked for at the end: ferror() is sticky */
    }
}

void pare_write_buf(void *buf, const char *text, size_t len)
{
    pare_buf_append(buf, text, len);
}

int pare_message_close_stdout(int status)
{
    bool failed = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) != 0 || failed) {
        pare_error err;
        if (errno != 0) {
            (void)pare_fail_os(&err, PARE_E_IO, errno, "can't write to standard output");
        } else { /* an earlier write failed, and its reason is gone */
            (void)pare_fail(&err, PARE_E_IO, "can't write to standard output");
        }
        int io_status = pare_message_error(&err);
        return status == PARE_EXIT_OK ? io_status : status;
    }
    return status;
}
