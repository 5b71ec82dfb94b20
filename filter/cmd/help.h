/* What the option and command tables print: help, the manual page, completions. */
#ifndef PARE_FILTER_CMD_HELP_H
#define PARE_FILTER_CMD_HELP_H

#include "filter/cmd/command.h"

#include <stdio.h>

/** A dozen lines about the program, for who asked nothing. */
void pare_help_short(FILE *out);
/** All of one command, examples first. */
void pare_help_command(const pare_command *command, FILE *out);

/** pare(1) in the man macros of roff: generate_man.c. */
void pare_generate_man(FILE *out);
/** Completions: generate_completion.c. */
void pare_generate_bash(FILE *out);
void pare_generate_zsh(FILE *out);
void pare_generate_fish(FILE *out);

/** `text` in lines of at most `width` columns; lines behind the first begin with `indent` blanks. Ends with a newline.
 */
void pare_help_wrap(FILE *out, const char *text, int indent, int width);

#endif
