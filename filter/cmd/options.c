/*
 * The option table, and reading a command line by it with getopt_long (GNU conventions: options anywhere, `--` ends
 * them, long names may be shortened while they are unambiguous).
 *
 * An option that is given twice is an error: which of two policies was meant is nothing to guess.
 */
#include "filter/cmd/options.h"

#include "filter/cmd/command.h"
#include "filter/cmd/message.h"
#include "filter/cmd/did_you_mean.h"
#include "filter/cmd/option_value.h"
#include "pare/run.h"
#include "rules/base/span.h"

#include <getopt.h>
#include <string.h>

#define AT(member) offsetof(pare_arguments, member)
#define INPUT_OUTPUT "Input and output"
#define KEYS "Key"
#define RULES "Rules"
#define LIMITS "Limits and speed"
#define SHOWING "Messages"

const char *const pare_option_groups[] = {RULES, INPUT_OUTPUT, KEYS, LIMITS, SHOWING, NULL};

/* clang-format off */
const pare_option pare_options[] = {
    /* name, short, kind, member, argument, choices, min, max, commands, group, help */
    {"policy", 'p', PARE_OPTION_FILE, AT(policy), "FILE", NULL, 0, 0, "run check test explain verify reveal", RULES,
     "the policy; never implied. `-` is standard input"},
    {"as-of", 0, PARE_OPTION_DAY, AT(as_of), "YYYY-MM-DD", NULL, 0, 0, "run check test reveal", RULES,
     "the day that retention, ages and rotating keys count from. `run`, `reveal`: today (UTC); a policy's own tests: 2026-01-01, "
     "so that they come out the same on every day"},
    {"format", 0, PARE_OPTION_CHOICE, AT(format), "FORM", "text|json", 0, 0, "check verify", RULES,
     "how findings are printed: text (default) or json"},
    {"deny-warnings", 0, PARE_OPTION_FLAG, AT(deny_warnings), NULL, NULL, 0, 0, "check", RULES,
     "exit 1 if there are warnings"},
    {"no-allow", 0, PARE_OPTION_FLAG, AT(no_allow), NULL, NULL, 0, 0, "check", RULES,
     "show and count what the policy's `# pare: allow` comments accept, too"},
    {"examples", 0, PARE_OPTION_FLAG, AT(examples), NULL, NULL, 0, 0, "rules", RULES,
     "show what each detector must find and must not find"},
    {"steps", 0, PARE_OPTION_FLAG, AT(steps), NULL, NULL, 0, 0, "rules", RULES,
     "list the steps of `do:` with their parameters instead"},

    {"find", 0, PARE_OPTION_TEXT, AT(find), "NAMES", NULL, 0, 0, "verify", RULES,
     "with a policy: the detectors and packs to look with, parted by commas. Default: all that ship"},
    {"original", 0, PARE_OPTION_FILE, AT(original), "EXPORT", NULL, 0, 0, "verify", INPUT_OUTPUT,
     "with a policy: the export that the dataset was made of; none of the values withheld from it may stand in the dataset"},

    {"output", 'o', PARE_OPTION_FILE, AT(output), "FILE", NULL, 0, 0, "run", INPUT_OUTPUT,
     "deliver under this name, at once and only when all is well. Default: standard output"},
    {"manifest", 0, PARE_OPTION_FILE, AT(manifest), "FILE", NULL, 0, 0, "run verify", INPUT_OUTPUT,
     "where the manifest goes, or stands. Default: OUTPUT.datapackage.json beside the output, none for standard output"},
    {"compress", 0, PARE_OPTION_COMPRESS, AT(compress), "HOW", "gzip|gzip:1|gzip:2|gzip:3|gzip:6|gzip:9|none", 0, 0, "run", INPUT_OUTPUT,
     "gzip, gzip:LEVEL (1 to 9) or none. Default: gzip where the output's name ends in .gz"},
    {"on-bad-record", 0, PARE_OPTION_BAD_RECORD, AT(on_bad_record), "HOW", "abort|drop|quarantine=", 0, 0, "run", INPUT_OUTPUT,
     "abort (default): the first malformed or refused record ends the run. drop: it is left out and counted. "
     "quarantine=FILE: it is left out, counted, and kept in FILE as it came: raw personal data, mode 0600"},
    {"cross-check", 0, PARE_OPTION_FLAG, AT(cross_check), NULL, NULL, 0, 0, "run", INPUT_OUTPUT,
     "read everything with a second parser (libcsv) as well; the first field that is not the same to both ends the run"},
    {"spool", 0, PARE_OPTION_FLAG, AT(spool), NULL, NULL, 0, 0, "run", INPUT_OUTPUT,
     "hold standard output back until every gate has passed"},
    {"no-clobber", 0, PARE_OPTION_FLAG, AT(no_clobber), NULL, NULL, 0, 0, "run", INPUT_OUTPUT,
     "refuse to replace a file that is there already"},
    {"stamp", 0, PARE_OPTION_FLAG, AT(stamp), NULL, NULL, 0, 0, "run", INPUT_OUTPUT,
     "write the time of the run into the manifest"},

    {"field", 0, PARE_OPTION_TEXT, AT(field), "NAME", NULL, 0, 0, "reveal", INPUT_OUTPUT,
     "the field whose tokens these are, as the policy names it"},
    {"column", 0, PARE_OPTION_TEXT, AT(column), "NAME", NULL, 0, 0, "reveal", INPUT_OUTPUT,
     "the input is a CSV file with a header: take this column of it. Default: a token a line"},
    {"because", 0, PARE_OPTION_TEXT, AT(because), "TEXT", NULL, 0, 0, "reveal", INPUT_OUTPUT,
     "the reason; it is kept in the audit file"},
    {"audit", 0, PARE_OPTION_FILE, AT(audit), "FILE", NULL, 0, 0, "reveal", INPUT_OUTPUT,
     "append who revealed what, when and why, never a value. Made if need be, readable by its owner only"},
    {"max-rows", 0, PARE_OPTION_COUNT, AT(max_rows), "N", NULL, 1, 1000000000, "reveal", LIMITS,
     "most tokens; with more, none is revealed. Default: 100"},

    {"key-file", 0, PARE_OPTION_FILE, AT(key_file), "FILE", NULL, 0, 0, "run reveal", KEYS,
     "the master key, as `pare keygen` writes it or 32 or more raw bytes. Readable by its owner only"},
    {"key-fd", 0, PARE_OPTION_FD, AT(key_fd), "N", NULL, 0, 0, "run reveal", KEYS,
     "read the master key from the open file descriptor N"},

    {"sandbox", 0, PARE_OPTION_CHOICE, AT(sandbox), "WHEN", "auto|require|off", 0, 0, "run", LIMITS,
     "once all is open, give up what a run does not need: other files, sockets, programs. auto (default): as far as the "
     "system can; require: or end with status 77; off"},
    {"threads", 0, PARE_OPTION_COUNT, AT(threads), "N", NULL, 1, 1024, "run", LIMITS,
     "workers; the output does not depend on it. Default: as many as the process may use"},
    {"max-record", 0, PARE_OPTION_BYTES, AT(max_record), "BYTES", NULL, 1, 1U << 30, "run", LIMITS,
     "longest record, line end included. Default: 1M"},
    {"max-field", 0, PARE_OPTION_BYTES, AT(max_field), "BYTES", NULL, 1, 1U << 30, "run", LIMITS,
     "longest field, quotes included. Default: 64K"},
    {"max-columns", 0, PARE_OPTION_COUNT, AT(max_columns), "N", NULL, 1, 1U << 20, "run", LIMITS,
     "most columns. Default: 4096"},
    {"max-bytes", 0, PARE_OPTION_BYTES, AT(max_bytes), "BYTES", NULL, 1, UINT64_MAX, "run", LIMITS,
     "most decompressed input. Default: no limit"},
    {"max-ratio", 0, PARE_OPTION_COUNT, AT(max_ratio), "N", NULL, 1, UINT64_MAX, "run", LIMITS,
     "most decompressed bytes for each stored one. Default: no limit"},
    {"portable", 0, PARE_OPTION_FLAG, AT(portable), NULL, NULL, 0, 0, "run", LIMITS,
     "no accelerated codec and no vector code; the dataset is the same"},
    {"read-bytes", 0, PARE_OPTION_COUNT, AT(read_bytes), "N", NULL, 1, 1U << 30, "run", NULL, ""},

    {"quiet", 'q', PARE_OPTION_FLAG, AT(quiet), NULL, NULL, 0, 0, NULL, SHOWING,
     "no summary and no progress; errors and warnings stay"},
    {"log", 0, PARE_OPTION_CHOICE, AT(log), "FORM", "text|json", 0, 0, NULL, SHOWING,
     "messages as text (default) or as one JSON object a line"},
    {"color", 0, PARE_OPTION_CHOICE, AT(color), "WHEN", "auto|always|never", 0, 0, NULL, SHOWING,
     "auto (default): on a terminal, unless NO_COLOR is set or TERM is dumb"},
    {"help", 'h', PARE_OPTION_FLAG, AT(help), NULL, NULL, 0, 0, NULL, SHOWING, "show this and exit"},
    {"fake-terminal", 0, PARE_OPTION_FLAG, AT(fake_terminal), NULL, NULL, 0, 0, "run", NULL, ""},
};
/* clang-format on */
const size_t pare_n_options = sizeof pare_options / sizeof pare_options[0];

enum { N_OPTIONS = sizeof pare_options / sizeof pare_options[0], FIRST_LONG = 256 };

bool pare_option_is_of(const pare_option *option, const char *command)
{
    const char *at = option->commands;
    if (at == NULL) {
        return true;
    }
    for (size_t len = strlen(command); at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ' ? 1 : 0;
        if (strncmp(at, command, len) == 0 && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

pare_span pare_option_choice(const char *choices, size_t index)
{
    pare_span none = {NULL, 0};
    const char *at = choices;
    for (size_t i = 0; at != NULL && i < index; i++) {
        at = strchr(at, '|');
        at = at == NULL ? NULL : at + 1;
    }
    if (at == NULL) {
        return none;
    }
    const char *end = strchr(at, '|');
    return end == NULL ? pare_span_of(at) : pare_span_from(at, (size_t)(end - at));
}

/* What getopt_long wants: indices of pare_options are its values, behind those that are characters. */
typedef struct getopt_table {
    struct option longs[N_OPTIONS + 1];
    char shorts[2 * N_OPTIONS + 2];
} getopt_table;

static void fill_getopt_table(const pare_command *command, getopt_table *table)
{
    size_t n_longs = 0;
    size_t n_shorts = 0;
    memset(table, 0, sizeof *table);
    table->shorts[n_shorts++] = ':'; /* tell a missing argument from an unknown option */
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const pare_option *option = &pare_options[i];
        if (!pare_option_is_of(option, command->name)) {
            continue;
        }
        struct option *entry = &table->longs[n_longs++];
        entry->name = option->name;
        entry->has_arg = option->kind == PARE_OPTION_FLAG ? no_argument : required_argument;
        entry->val = (int)(FIRST_LONG + i);
        if (option->short_name != 0) {
            table->shorts[n_shorts++] = option->short_name;
            if (option->kind != PARE_OPTION_FLAG) {
                table->shorts[n_shorts++] = ':';
            }
        }
    }
}

static const pare_option *option_of_value(const pare_command *command, int value)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const pare_option *option = &pare_options[i];
        if (pare_option_is_of(option, command->name) &&
            (value == (int)(FIRST_LONG + i) || (option->short_name != 0 && value == option->short_name))) {
            return option;
        }
    }
    return NULL;
}

static void complain_unknown(const pare_command *command, const char *word)
{
    char shown[80];
    const char *name = word + 2;
    size_t len = strcspn(name, "=");
    char plain[64] = "";
    pare_nearest nearest = {NULL, 0};
    size_t n_beginning = 0;
    if (len < sizeof plain) {
        memcpy(plain, name, len);
        plain[len] = '\0';
    }
    pare_escape(shown, sizeof shown, pare_span_from(word, len + 2));
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (pare_option_is_of(&pare_options[i], command->name) && pare_options[i].group != NULL) {
            pare_nearest_try(&nearest, plain, pare_options[i].name);
            n_beginning += strncmp(pare_options[i].name, plain, strlen(plain)) == 0 ? 1 : 0;
        }
    }
    if (n_beginning > 1 && plain[0] != '\0') {
        pare_message_usage(command->name, "option `%s` is ambiguous: write more of it", shown);
    } else if (nearest.name != NULL) {
        pare_message_usage(command->name, "unknown option `%s`; did you mean `--%s`?", shown, nearest.name);
    } else {
        pare_message_usage(command->name, "unknown option `%s`", shown);
    }
}

/* getopt_long said '?' or ':': say what is wrong. `word`: the unknown long option; NULL: it is in optopt. */
static void complain(const pare_command *command, int result, const char *word)
{
    const pare_option *option = option_of_value(command, optopt);
    if (option != NULL && result == ':') {
        pare_message_usage(command->name, "option `--%s` needs an argument: %s", option->name, option->argument);
    } else if (option != NULL) {
        pare_message_usage(command->name, "option `--%s` takes no argument", option->name);
    } else if (word != NULL) {
        complain_unknown(command, word);
    } else {
        char letter = (char)optopt;
        char shown[8];
        pare_escape(shown, sizeof shown, pare_span_from(&letter, 1));
        pare_message_usage(command->name, "unknown option `-%s`", shown);
    }
}

static bool read_one(const pare_command *command, const pare_option *option, bool *given, pare_arguments *arguments)
{
    char expected_room[160];
    if (*given && option->kind != PARE_OPTION_FLAG) {
        pare_message_usage(command->name, "option `--%s` is given twice", option->name);
        return false;
    }
    *given = true;
    const char *expected = pare_option_value_read(option, optarg == NULL ? "" : optarg, arguments, expected_room);
    if (expected != NULL) {
        char shown[80];
        pare_escape(shown, sizeof shown, pare_span_of(optarg));
        pare_message_usage(command->name, "option `--%s`: `%s` is not %s", option->name, shown, expected);
        return false;
    }
    return true;
}

static bool operands_fit(const pare_command *command, const pare_arguments *arguments)
{
    if (arguments->n_operands > command->max_operands) {
        char shown[80];
        pare_escape(shown, sizeof shown, pare_span_of(arguments->operands[command->max_operands]));
        pare_message_usage(command->name, "`%s` is one argument too many", shown);
        return false;
    }
    if (arguments->n_operands < command->min_operands) {
        pare_message_usage(command->name, "an argument is missing: %s", command->operands);
        return false;
    }
    return true;
}

bool pare_arguments_read(const pare_command *command, int argc, char **argv, pare_arguments *arguments)
{
    getopt_table table;
    bool given[N_OPTIONS] = {false};
    fill_getopt_table(command, &table);
    memset(arguments, 0, sizeof *arguments);
    arguments->command = command;
    arguments->key_fd = -1;
    arguments->compress = PARE_COMPRESS_BY_NAME;
    opterr = 0;
    optind = 0; /* GNU: start anew; main has used getopt before */
    for (;;) {
        int result = getopt_long(argc, argv, table.shorts, table.longs, NULL);
        if (result == -1) {
            break;
        }
        if (result == '?' || result == ':') {
            const char *last = optind >= 1 && optind <= argc ? argv[optind - 1] : "";
            complain(command, result, optopt == 0 ? last : NULL);
            return false;
        }
        const pare_option *option = option_of_value(command, result);
        if (option == NULL || !read_one(command, option, &given[option - pare_options], arguments)) {
            return false;
        }
    }
    arguments->operands = (const char *const *)(argv + optind);
    arguments->n_operands = (size_t)(argc - optind);
    return arguments->help || operands_fit(command, arguments);
}
