/*
 * --help: examples first, because that is what people look for; then what the command does, then its options.
 */
#include "filter/cmd/help.h"

#include "filter/cmd/exit_status.h"

#include <string.h>

enum { WIDTH = 100, HELP_COLUMN = 26 };

void pare_help_wrap(FILE *out, const char *text, int indent, int width)
{
    int at = indent;
    bool first = true;
    while (*text != '\0') {
        size_t word = strcspn(text, " \n");
        if (!first && at + 1 + (int)word > width) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", (int)word, text);
        at += (int)word + (first ? 0 : 1);
        first = false;
        text += word;
        if (text[0] == '\n' && text[1] == '\n') {
            fprintf(out, "\n\n%*s", indent, "");
            at = indent;
            first = true;
        }
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

static void option_line(const pare_option *option, FILE *out)
{
    char letter[] = {'-', option->short_name, ',', '\0'};
    char left[64];
    int len = snprintf(left, sizeof left, "  %-3s --%s%s%s", option->short_name != 0 ? letter : "", option->name,
                       option->argument != NULL ? " " : "", option->argument != NULL ? option->argument : "");
    if (len + 2 > HELP_COLUMN) {
        fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
    } else {
        fprintf(out, "%-*s", HELP_COLUMN, left);
    }
    pare_help_wrap(out, option->help, HELP_COLUMN, WIDTH);
}

static void group_of_options(const pare_command *command, const char *group, FILE *out)
{
    bool any = false;
    for (size_t i = 0; i < pare_n_options; i++) {
        const pare_option *option = &pare_options[i];
        if (option->group == NULL || strcmp(option->group, group) != 0 || !pare_option_is_of(option, command->name)) {
            continue;
        }
        if (!any) {
            fprintf(out, "\n%s:\n", group);
            any = true;
        }
        option_line(option, out);
    }
}

void pare_help_command(const pare_command *command, FILE *out)
{
    fprintf(out, "pare %s: %s\n\nExamples:\n", command->name, command->summary);
    for (const pare_example *example = command->examples; example->command != NULL; example++) {
        fprintf(out, "  # %s\n  %s\n", example->what, example->command);
    }
    fprintf(out, "\nUsage: pare %s [OPTION...]%s%s\n\n", command->name, command->operands[0] != '\0' ? " " : "",
            command->operands);
    pare_help_wrap(out, command->about, 0, WIDTH);
    for (const char *const *group = pare_option_groups; *group != NULL; group++) {
        group_of_options(command, *group, out);
    }
    fputs("\nExit status:\n", out);
    for (const pare_exit_meaning *meaning = pare_exit_meanings; meaning->text != NULL; meaning++) {
        fprintf(out, "  %2d  ", meaning->status);
        pare_help_wrap(out, meaning->text, 6, WIDTH);
    }
}

void pare_help_short(FILE *out)
{
    fputs("pare keeps what a purpose needs of a customer export and lets nothing else through.\n"
          "\n"
          "  pare keygen acme.key\n"
          "  pare run -p acme.yaml --key-file acme.key -o acme.csv.gz crm.csv.gz\n"
          "  zcat crm.csv.gz | pare run -p acme.yaml --key-file acme.key | vendor-upload\n"
          "\n",
          out);
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        fprintf(out, "  %-8s %s\n", (*command)->name, (*command)->summary);
    }
    fputs("\n`pare help COMMAND` tells more, `man pare` all of it; `pare --version` the version.\n", out);
}
