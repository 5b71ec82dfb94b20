/*
 * A subcommand of `pare`: what it is called, how it is described, and the function behind it.
 *
 * Help, the manual page and the completions are printed from these descriptions and from the option table (options.c);
 * nothing about a command is written down twice. Adding one: a file cmd_NAME.c with a `const pare_command`, one line in
 * the table of main.c, and its name in the rows of the options that it takes.
 */
#ifndef PARE_FILTER_CMD_COMMAND_H
#define PARE_FILTER_CMD_COMMAND_H

#include "filter/cmd/options.h"

typedef struct pare_example {
    const char *what;    /* a few words, lower case */
    const char *command; /* a line for the shell */
} pare_example;

enum { PARE_MAX_EXAMPLES = 4 };

typedef struct pare_command {
    const char *name;
    const char *operands; /* as the synopsis shows them: "[INPUT...]"; "" for none */
    size_t min_operands, max_operands;
    const char *summary;                          /* one line, lower case, no full stop */
    const char *about;                            /* paragraphs, parted by an empty line */
    pare_example examples[PARE_MAX_EXAMPLES + 1]; /* ends with an empty one */
    int (*run)(const pare_arguments *arguments);  /* returns the exit status */
} pare_command;

/** All commands, ends with NULL: main.c. */
extern const pare_command *const pare_commands[];

extern const pare_command pare_command_run;
extern const pare_command pare_command_check;
extern const pare_command pare_command_test;
extern const pare_command pare_command_explain;
extern const pare_command pare_command_verify;
extern const pare_command pare_command_keygen;
extern const pare_command pare_command_reveal;
extern const pare_command pare_command_rules;

/** By name, or NULL. */
const pare_command *pare_command_find(const char *name);

#endif
