/*
 * pare(1) from the tables: man(7) macros, printed so that any roff reads them. `pare --generate man > pare.1`.
 */
#include "filter/cmd/exit_status.h"
#include "filter/cmd/help.h"
#include "pare/pare.h"

#include <string.h>

/* Text for roff: minus signs that can be copied, no escapes, no line that begins with a macro's dot. */
static void escaped(FILE *out, const char *text)
{
    bool line_begins = true;
    for (; *text != '\0'; text++) {
        if (line_begins && (*text == '.' || *text == '\'')) {
            fputs("\\&", out);
        }
        line_begins = *text == '\n';
        if (text[0] == '\n' && text[1] == '\n') {
            fputs("\n.PP\n", out);
            text++;
            line_begins = true;
        } else if (*text == '\\') {
            fputs("\\e", out);
        } else if (*text == '-') {
            fputs("\\-", out);
        } else if (*text == '`') { /* code: bold up to its other end */
            size_t len = strcspn(text + 1, "`");
            fputs("\\fB", out);
            for (size_t i = 1; i <= len; i++) {
                fputs(text[i] == '-' ? "\\-" : text[i] == '\\' ? "\\e" : "", out);
                if (text[i] != '-' && text[i] != '\\') {
                    fputc(text[i], out);
                }
            }
            fputs("\\fR", out);
            text += len + (text[1 + len] == '`' ? 1 : 0);
        } else {
            fputc(*text, out);
        }
    }
}

static void option_entry(const pare_option *option, FILE *out)
{
    fputs(".TP\n", out);
    if (option->short_name != 0) {
        fprintf(out, "\\fB\\-%c\\fR, ", option->short_name);
    }
    fputs("\\fB\\-\\-", out);
    escaped(out, option->name);
    fputs("\\fR", out);
    if (option->argument != NULL) {
        fputs(" \\fI", out);
        escaped(out, option->argument);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    escaped(out, option->help);
    fputs(".\n", out);
}

/* The options of one command (common ones left out), or those of all (`command` NULL). */
static void option_entries(const pare_command *command, FILE *out)
{
    for (size_t i = 0; i < pare_n_options; i++) {
        const pare_option *option = &pare_options[i];
        bool common = option->commands == NULL;
        if (option->group != NULL && (command == NULL ? common : !common && pare_option_is_of(option, command->name))) {
            option_entry(option, out);
        }
    }
}

static void command_section(const pare_command *command, FILE *out)
{
    fprintf(out, ".SS pare %s\n", command->name);
    fprintf(out, "\\fBpare %s\\fR [\\fIoption\\fR...]", command->name);
    if (command->operands[0] != '\0') {
        fputs(" \\fI", out);
        escaped(out, command->operands);
        fputs("\\fR", out);
    }
    fputs("\n.PP\n", out);
    escaped(out, command->about);
    fputc('\n', out);
    for (const pare_example *example = command->examples; example->command != NULL; example++) {
        fputs(".PP\n", out);
        escaped(out, example->what);
        fputs(":\n.PP\n.RS 4\n.nf\n", out);
        escaped(out, example->command);
        fputs("\n.fi\n.RE\n", out);
    }
    option_entries(command, out);
}

static void environment(FILE *out)
{
    fputs(".SH ENVIRONMENT\n.TP\n.B CREDENTIALS_DIRECTORY\n"
          "Set by systemd for a service with credentials: the master key is read from the file \\fIpare.key\\fR in it "
          "where no option names another.\n"
          ".TP\n.B PARE_KEY_FILE\nPath of the master key, where neither an option nor a credential gives it.\n"
          ".TP\n.B PARE_KEY\nMust not be set: an environment is read by too many to hold a key.\n"
          ".TP\n.B NO_COLOR\nSet and not empty: no colour, unless \\fB\\-\\-color=always\\fR.\n",
          out);
}

void pare_generate_man(FILE *out)
{
    fprintf(out, ".TH PARE 1 \"\" \"pare %s\" \"User Commands\"\n", PARE_VERSION);
    fputs(".SH NAME\npare \\- minimize customer records by policy\n.SH SYNOPSIS\n", out);
    fputs(".B pare\n\\fIcommand\\fR [\\fIoption\\fR...] [\\fIargument\\fR...]\n.br\n", out);
    fputs(".B pare\n\\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR | \\fB\\-\\-generate\\fR \\fIwhat\\fR\n", out);
    fputs(".SH DESCRIPTION\n", out);
    escaped(out,
            "`pare` reads a customer-record export, compressed or not, applies a policy, and writes a dataset that "
            "holds what the policy's purposes need and nothing else. A column that no rule names is dropped; a "
            "value that can't be judged is withheld; a run that fails delivers nothing.\n\nWhat comes out is "
            "minimized and pseudonymized. It is still personal data.");
    fputs("\n.SH COMMANDS\n", out);
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        command_section(*command, out);
    }
    fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
    option_entries(NULL, out);
    fputs(".SH OPTIONS WITHOUT A COMMAND\n.TP\n\\fB\\-\\-version\\fR\nPrint the version.\n.TP\n"
          "\\fB\\-\\-generate\\fR \\fIwhat\\fR\nPrint \\fBman\\fR (this page), \\fBcomplete\\-bash\\fR, "
          "\\fBcomplete\\-zsh\\fR, \\fBcomplete\\-fish\\fR, or \\fBschema\\fR (JSON Schema of the policy language, "
          "for editors).\n",
          out);
    fputs(".SH EXIT STATUS\n", out);
    for (const pare_exit_meaning *meaning = pare_exit_meanings; meaning->text != NULL; meaning++) {
        fprintf(out, ".TP\n.B %d\n", meaning->status);
        escaped(out, meaning->text);
        fputs(".\n", out);
    }
    fputs(".PP\nKilled by a signal, \\fBpare\\fR removes its temporary file and dies of that signal.\n", out);
    environment(out);
    fputs(".SH SEE ALSO\n.BR gzip (1),\n.BR systemd.exec (5)\n", out);
}
