/*
 * pare reveal: back from tokens to values, for the holder of the key.
 *
 * Everything about it is made to be answered for: a reason is demanded, a line goes to an audit file before anything is
 * printed, at most --max-rows tokens are taken, and either all of them are revealed or none. The audit line says who,
 * when, under which policy, which field, which key, why and how many: never a token or a value.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/files.h"
#include "filter/cmd/key_source.h"
#include "filter/cmd/message.h"
#include "filter/cmd/policy_source.h"
#include "filter/cmd/today.h"
#include "pare/reveal.h"
#include "pare/run.h"
#include "rules/base/span.h"
#include "rules/base/try.h"
#include "rules/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_MOST_ROWS = 100, MOST_INPUT_BYTES = 64 << 20, MOST_REASON_BYTES = 1000, AUDIT_CEILING = 16 << 10 };
static const size_t VALUES_CEILING = (size_t)1 << 30;

typedef struct revealing {
    const pare_arguments *arguments;
    pare_revealer *revealer;
    uint64_t most, rows;
    bool too_many;
    bool in_header;     /* --column: the next row names the columns */
    size_t column;      /* --column: which one */
    pare_buf values;    /* what will be printed */
    pare_status status; /* of the row that ended the reading */
    pare_error *err;
} revealing;

/* --- rows --------------------------------------------------------------------------------------------------------- */

/** One value, one line: quoted (RFC 4180) only where it could not be read back otherwise. */
static void add_value(pare_buf *out, pare_span value)
{
    bool quoted = value.len > 0 && (value.ptr[0] == '"' || memchr(value.ptr, '\n', value.len) != NULL ||
                                    memchr(value.ptr, '\r', value.len) != NULL);
    if (!quoted) {
        pare_buf_append_span(out, value);
    } else {
        pare_buf_append_byte(out, '"');
        for (size_t i = 0; i < value.len; i++) {
            pare_buf_append(out, "\"\"", value.ptr[i] == '"' ? 1 : 0);
            pare_buf_append_byte(out, value.ptr[i]);
        }
        pare_buf_append_byte(out, '"');
    }
    pare_buf_append_byte(out, '\n');
}

/** False: no further row is wanted. An empty token stands for no value. */
static bool take_token(revealing *r, pare_span token)
{
    pare_span value = token;
    if (r->rows == r->most) {
        r->too_many = true;
        return false;
    }
    r->rows++;
    if (token.len > 0) {
        r->status = pare_revealer_reveal(r->revealer, token, &value, r->err);
        if (r->status != PARE_OK) {
            r->err->record = r->rows;
            return false;
        }
    }
    add_value(&r->values, value);
    if (r->values.status != PARE_OK) {
        r->status = pare_fail(r->err, r->values.status, "no memory for what was revealed");
    }
    return r->status == PARE_OK;
}

/** A pare_table_row: the first row is the header. */
static bool take_row(void *context, const pare_span *fields, size_t n_fields)
{
    revealing *r = context;
    if (!r->in_header) {
        return take_token(r, r->column < n_fields ? fields[r->column] : pare_span_from("", 0));
    }
    r->in_header = false;
    size_t found = 0;
    for (size_t i = 0; i < n_fields; i++) {
        if (pare_span_is(fields[i], r->arguments->column)) {
            r->column = i;
            found++;
        }
    }
    if (found != 1) {
        r->status = pare_fail(r->err, PARE_E_DATA, "the input has %s column of the name that --column gives",
                              found == 0 ? "no" : "more than one");
    }
    return found == 1;
}

/** A token a line; CR LF or LF; the last line end may be missing. */
static pare_status take_lines(revealing *r, pare_span text)
{
    while (text.len > 0 && !r->too_many) {
        const unsigned char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        pare_span line = pare_span_first(text, len);
        line.len -= line.len > 0 && line.ptr[line.len - 1] == '\r' ? 1 : 0;
        if (!take_token(r, line)) {
            break;
        }
        text = pare_span_after(text, end == NULL ? len : len + 1);
    }
    return r->status;
}

static pare_status take_input(revealing *r)
{
    const char *path = r->arguments->n_operands > 0 ? r->arguments->operands[0] : "-";
    if (r->arguments->column != NULL) {
        pare_error table; /* says of a row that was not wanted only that it was refused */
        r->in_header = true;
        pare_status status = pare_table_read_rows(path, take_row, r, NULL, &table);
        if (r->status == PARE_OK && status != PARE_OK && !r->too_many) {
            *r->err = table;
            r->status = status;
        }
        return r->status;
    }
    pare_buf text;
    pare_buf_init(&text, MOST_INPUT_BYTES);
    pare_status status = pare_file_read(path, PARE_E_MISSING, &text, r->err);
    if (status == PARE_OK) {
        status = take_lines(r, pare_buf_span(&text));
    }
    pare_buf_clear(&text);
    return status;
}

/* --- audit -------------------------------------------------------------------------------------------------------- */

static void audit_text(pare_buf *line, const char *key, const char *text)
{
    pare_buf_printf(line, ",\"%s\":", key);
    pare_message_json_string(line, text);
}

static pare_status audit_line(const revealing *r, const pare_policy_source *source, const pare_key *key, pare_buf *line)
{
    char digest[PARE_DIGEST_CHARS + 1], fingerprint[PARE_FINGERPRINT_CHARS + 1], stamp[32];
    struct tm utc;
    time_t now = time(NULL);
    PARE_TRY(pare_policy_digest(pare_buf_span(&source->bytes), digest, r->err));
    PARE_TRY(pare_key_fingerprint(key, fingerprint, r->err));
    if (gmtime_r(&now, &utc) == NULL || strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
        return pare_fail(r->err, PARE_E_INTERNAL, "the clock can't be read");
    }
    pare_buf_printf(line, "{\"time\":\"%s\",\"user\":%lu,\"action\":\"reveal\"", stamp, (unsigned long)getuid());
    audit_text(line, "policy", digest);
    audit_text(line, "field", r->arguments->field);
    audit_text(line, "key", fingerprint);
    audit_text(line, "reason", r->arguments->because);
    pare_buf_printf(line, ",\"count\":%" PRIu64 "}\n", r->rows);
    return line->status == PARE_OK ? PARE_OK : pare_fail(r->err, line->status, "no memory for the audit line");
}

/** Append, and wait until it is on the disk. */
static pare_status append(int fd, const pare_buf *line, pare_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return pare_fail_os(err, PARE_E_CREATE, errno, "can't look at the audit file");
    }
    if (!S_ISREG(info.st_mode) || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return pare_fail(err, PARE_E_CREATE,
                         "the audit file is no plain file that only its owner can read and write "
                         "(mode 0600)");
    }
    errno = 0;
    if (write(fd, line->ptr, line->len) != (ssize_t)line->len || fsync(fd) != 0) {
        return pare_fail_os(err, PARE_E_IO, errno == 0 ? ENOSPC : errno, "can't write the audit line");
    }
    return PARE_OK;
}

static pare_status write_audit(const revealing *r, const pare_policy_source *source, const pare_key *key)
{
    const char *path = r->arguments->audit;
    pare_buf line;
    pare_buf_init(&line, AUDIT_CEILING);
    pare_status status = audit_line(r, source, key, &line);
    int fd = -1;
    if (status == PARE_OK) {
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600);
        status = fd < 0 ? pare_fail_os(r->err, PARE_E_CREATE, errno, "can't open the audit file")
                        : append(fd, &line, r->err);
    }
    if (fd >= 0 && close(fd) != 0 && status == PARE_OK) {
        status = pare_fail_os(r->err, PARE_E_IO, errno, "can't write the audit line");
    }
    pare_buf_clear(&line);
    if (status != PARE_OK) {
        pare_error_in_file(r->err, path);
    }
    return status;
}

/* --- the command -------------------------------------------------------------------------------------------------- */

static int finish(revealing *r, const pare_policy_source *source, const pare_key *key)
{
    pare_status status = take_input(r);
    if (status == PARE_OK && r->too_many) {
        pare_message(PARE_LEVEL_ERROR,
                     "the input has more than %" PRIu64 " tokens: nothing was revealed; --max-rows says "
                     "how many may be",
                     r->most);
        return PARE_EXIT_FOUND;
    }
    if (status == PARE_OK) {
        status = write_audit(r, source, key);
    }
    if (status != PARE_OK) {
        return pare_message_error(r->err);
    }
    pare_write_stream(stdout, (const char *)r->values.ptr, r->values.len);
    return PARE_EXIT_OK;
}

static int reveal_with(const pare_arguments *arguments, const pare_policy_source *source, const pare_key *key)
{
    pare_error err;
    revealing r = {.arguments = arguments, .err = &err};
    r.most = arguments->max_rows == 0 ? DEFAULT_MOST_ROWS : arguments->max_rows;
    const pare_bind_options options = {.key = key,
                                       .as_of = arguments->as_of.year != 0 ? arguments->as_of : pare_today()};
    pare_status status = pare_revealer_new(source->policy, pare_span_of(arguments->field), &options, &r.revealer, &err);
    if (status != PARE_OK) {
        return pare_message_error(&err);
    }
    pare_buf_init(&r.values, VALUES_CEILING);
    int exit_status = finish(&r, source, key);
    pare_buf_wipe(&r.values);
    pare_revealer_free(r.revealer);
    return exit_status;
}

/** NULL, or what the command line lacks. */
static const char *missing(const pare_arguments *arguments)
{
    const char *because = arguments->because;
    if (arguments->policy == NULL) {
        return "no policy: name one with -p FILE";
    }
    if (arguments->field == NULL || !pare_utf8_valid(pare_span_of(arguments->field))) {
        return "no field: name one with --field NAME";
    }
    if (because == NULL || pare_span_trim(pare_span_of(because)).len == 0) {
        return "no reason: --because TEXT says why, and is kept in the audit file";
    }
    if (!pare_utf8_valid(pare_span_of(because)) || strlen(because) > MOST_REASON_BYTES) {
        return "--because is UTF-8 text of at most 1000 bytes";
    }
    return arguments->audit == NULL ? "no audit file: name one with --audit FILE" : NULL;
}

static int reveal(const pare_arguments *arguments)
{
    const char *lacks = missing(arguments);
    if (lacks != NULL) {
        return pare_message_usage("reveal", "%s", lacks);
    }
    pare_policy_source source;
    int exit_status = pare_policy_source_demand(arguments, &source);
    if (exit_status == PARE_EXIT_OK) {
        pare_key *key = NULL;
        pare_error err;
        pare_status status = pare_key_source_load(arguments, &key, &err);
        exit_status = status != PARE_OK ? pare_message_error(&err) : reveal_with(arguments, &source, key);
        pare_key_free(key);
    }
    pare_policy_source_close(&source);
    return exit_status;
}

const pare_command pare_command_reveal = {
    .name = "reveal",
    .operands = "[INPUT]",
    .max_operands = 1,
    .summary = "get the values behind tokens, with the key that made them",
    .about =
        "Read tokens of one field, one a line (or, with --column, a column of a CSV file), and print the value behind "
        "each, one a line. Only the methods ff1, siv and ip of `pseudonymize` can be reversed; what comes back is the "
        "value as it was once normalized.\n\n"
        "Before anything is printed a line is appended to the audit file: the time, who, the policy's SHA-256, the "
        "field, the key's fingerprint, the reason and the count. Either all tokens are revealed or none: exit 1 if "
        "there are more than --max-rows, 65 if one of them is no token of this field and key.",
    .examples = {{"a customer asks what was sent about her",
                  "pare reveal -p acme.yaml --key-file pare.key --field customer_id --because 'request 4711' "
                  "--audit reveal.log tokens.txt"}},
    .run = reveal,
};
