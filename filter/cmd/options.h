/*
 * The options of all commands: one table. It is what getopt_long is given and what --help, the manual page and the
 * completions print, so that none of them can tell something else than the program does.
 */
#ifndef PARE_FILTER_CMD_OPTIONS_H
#define PARE_FILTER_CMD_OPTIONS_H

#include "pare/plan.h"

struct pare_command;

typedef enum pare_color_mode { PARE_COLOR_AUTO = 0, PARE_COLOR_ALWAYS, PARE_COLOR_NEVER } pare_color_mode;
typedef enum pare_log_form { PARE_LOG_TEXT = 0, PARE_LOG_JSON } pare_log_form;

/** --on-bad-record. */
typedef struct pare_bad_record_choice {
    int what;         /* pare_on_bad_record */
    const char *file; /* with PARE_BAD_QUARANTINE */
} pare_bad_record_choice;

/** What a command line said. Members of options that were not given hold their defaults. Texts are argv's. */
typedef struct pare_arguments {
    const struct pare_command *command;
    const char *policy, *output, *manifest, *key_file;
    const char *field, *because, *column, *audit, *find, *original;
    int key_fd;     /* -1: not given */
    bool no_allow;  /* check: show what the policy accepts, too */
    int compress;   /* level, or PARE_COMPRESS_* */
    pare_day as_of; /* year 0: not given */
    uint64_t threads, max_record, max_field, max_columns, max_bytes, max_ratio, read_bytes, max_rows; /* 0: not given */
    pare_bad_record_choice on_bad_record;
    bool cross_check, spool, no_clobber, stamp, portable, quiet, fake_terminal, deny_warnings, examples, steps, help;
    int color, log, format, sandbox; /* pare_color_mode, pare_log_form, pare_log_form, sandbox.c */
    const char *const *operands;
    size_t n_operands;
} pare_arguments;

typedef enum pare_option_kind {
    PARE_OPTION_FLAG,       /* -> bool */
    PARE_OPTION_FILE,       /* a path -> const char * */
    PARE_OPTION_TEXT,       /* any text but none -> const char * */
    PARE_OPTION_COUNT,      /* a whole number from min to max -> uint64_t */
    PARE_OPTION_BYTES,      /* the same, with K, M or G behind it for 2^10, 2^20, 2^30 -> uint64_t */
    PARE_OPTION_FD,         /* the number of an open file -> int */
    PARE_OPTION_DAY,        /* YYYY-MM-DD -> pare_day */
    PARE_OPTION_CHOICE,     /* one of `choices` -> int, its index */
    PARE_OPTION_BAD_RECORD, /* abort, drop or quarantine=FILE -> pare_bad_record_choice */
    PARE_OPTION_COMPRESS    /* gzip, gzip:LEVEL or none -> int */
} pare_option_kind;

typedef struct pare_option {
    const char *name; /* without the dashes */
    char short_name;  /* 0: none */
    pare_option_kind kind;
    size_t offset;        /* of the member of pare_arguments to fill */
    const char *argument; /* as help shows it; NULL for a flag */
    const char *choices;  /* parted by `|`; NULL: anything */
    uint64_t min, max;    /* COUNT, BYTES */
    const char *commands; /* names parted by blanks; NULL: all */
    const char *group;    /* heading in help; NULL: not shown */
    const char *help;     /* one or two sentences, lower case, no full stop at the end */
} pare_option;

extern const pare_option pare_options[];
extern const size_t pare_n_options;

/** Headings of groups in the order of help; ends with NULL. */
extern const char *const pare_option_groups[];

bool pare_option_is_of(const pare_option *option, const char *command);

/**
 * Read the command line behind the command's name: argv[0] is the name.
 * @return true, or false: a usage error, which was printed
 */
bool pare_arguments_read(const struct pare_command *command, int argc, char **argv, pare_arguments *arguments);

/** The names of `choices` at `index`, or an empty span behind the last. */
pare_span pare_option_choice(const char *choices, size_t index);

#endif
