/*
 * Completions for bash, zsh and fish from the tables. Each offers commands first, then the command's options, the
 * choices of an option that has some, and file names.
 */
#include "filter/cmd/help.h"
#include "rules/base/span.h"

#include <string.h>

static const char GENERATED[] = "man complete-bash complete-zsh complete-fish schema";

/* Choices parted by blanks. */
static void choices(const pare_option *option, FILE *out)
{
    pare_span choice;
    for (size_t i = 0; (choice = pare_option_choice(option->choices, i)).len > 0; i++) {
        fprintf(out, "%s%.*s", i > 0 ? " " : "", PARE_SPAN_ARGS(choice));
    }
}

static bool is_offered(const pare_option *option, const char *command)
{
    return option->group != NULL && pare_option_is_of(option, command);
}

/* ---- bash ---- */

void pare_generate_bash(FILE *out)
{
    fputs("# bash completion of pare; made by `pare --generate complete-bash`\n_pare()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
          "    COMPREPLY=()\n    case $before in\n",
          out);
    for (size_t i = 0; i < pare_n_options; i++) {
        if (pare_options[i].choices != NULL && pare_options[i].group != NULL) {
            fprintf(out, "    --%s) COMPREPLY=($(compgen -W '", pare_options[i].name);
            choices(&pare_options[i], out);
            fputs("' -- \"$word\")); return ;;\n", out);
        }
    }
    fprintf(out, "    --generate) COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n    esac\n", GENERATED);
    fputs("    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '", out);
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        fprintf(out, "%s ", (*command)->name);
    }
    fputs("help --help --version --generate' -- \"$word\"))\n        return\n    fi\n"
          "    local options=\n    case $command in\n",
          out);
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        fprintf(out, "    %s) options='", (*command)->name);
        for (size_t i = 0; i < pare_n_options; i++) {
            if (is_offered(&pare_options[i], (*command)->name)) {
                fprintf(out, "--%s ", pare_options[i].name);
            }
        }
        fputs("' ;;\n", out);
    }
    fputs("    esac\n    case $word in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
          "    *) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$word\")) ;;\n    esac\n}\n"
          "complete -F _pare pare\n",
          out);
}

/* ---- zsh ---- */

/* Inside single quotes and an _arguments description: no quotes, brackets and colons get a backslash. */
static void zsh_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '[' || *text == ']' || *text == ':' || *text == '\\') {
            fputc('\\', out);
        }
        fputs(*text == '\'' ? "'\\''" : "", out);
        if (*text != '\'') {
            fputc(*text, out);
        }
    }
}

static void zsh_option(const pare_option *option, FILE *out)
{
    bool takes = option->argument != NULL; /* -o FILE, -oFILE, --output FILE, --output=FILE */
    if (option->short_name != 0) {
        fprintf(out, "            '(-%c --%s)'{-%c%s,--%s%s}", option->short_name, option->name, option->short_name,
                takes ? "+" : "", option->name, takes ? "=" : "");
    } else {
        fprintf(out, "            '--%s%s'", option->name, takes ? "=" : "");
    }
    fputs("'[", out);
    zsh_text(out, option->help);
    fputs("]", out);
    if (option->choices != NULL) {
        fprintf(out, ":%s:(", option->argument);
        pare_span choice;
        for (size_t i = 0; (choice = pare_option_choice(option->choices, i)).len > 0; i++) {
            char text[32];
            snprintf(text, sizeof text, "%.*s", PARE_SPAN_ARGS(choice));
            fputs(i > 0 ? " " : "", out);
            zsh_text(out, text);
        }
        fputs(")", out);
    } else if (option->kind == PARE_OPTION_FILE) {
        fprintf(out, ":%s:_files", option->argument);
    } else if (option->argument != NULL) {
        fprintf(out, ":%s: ", option->argument);
    }
    fputs("' \\\n", out);
}

void pare_generate_zsh(FILE *out)
{
    fputs("#compdef pare\n# made by `pare --generate complete-zsh`\n_pare() {\n    local -a commands\n    commands=(\n",
          out);
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        fprintf(out, "        '%s:", (*command)->name);
        zsh_text(out, (*command)->summary);
        fputs("'\n", out);
    }
    fputs("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
          "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n",
          out);
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        fprintf(out, "    %s)\n        _arguments -s \\\n", (*command)->name);
        for (size_t i = 0; i < pare_n_options; i++) {
            if (is_offered(&pare_options[i], (*command)->name)) {
                zsh_option(&pare_options[i], out);
            }
        }
        fputs("            '*:file:_files'\n        ;;\n", out);
    }
    fputs("    esac\n}\n_pare \"$@\"\n", out);
}

/* ---- fish ---- */

static void fish_text(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
    fputc('\'', out);
}

void pare_generate_fish(FILE *out)
{
    fputs("# fish completion of pare; made by `pare --generate complete-fish`\n", out);
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        fprintf(out, "complete -c pare -n __fish_use_subcommand -f -a %s -d ", (*command)->name);
        fish_text(out, (*command)->summary);
        fputc('\n', out);
    }
    fprintf(out,
            "complete -c pare -n __fish_use_subcommand -f -l version\n"
            "complete -c pare -n __fish_use_subcommand -l generate -x -a '%s'\n",
            GENERATED);
    for (size_t i = 0; i < pare_n_options; i++) {
        const pare_option *option = &pare_options[i];
        if (option->group == NULL) {
            continue;
        }
        fputs("complete -c pare", out);
        if (option->commands != NULL) {
            fprintf(out, " -n '__fish_seen_subcommand_from %s'", option->commands);
        }
        if (option->short_name != 0) {
            fprintf(out, " -s %c", option->short_name);
        }
        fprintf(out, " -l %s", option->name);
        if (option->choices != NULL) {
            fputs(" -x -a '", out);
            choices(option, out);
            fputs("'", out);
        } else if (option->argument != NULL) {
            fputs(option->kind == PARE_OPTION_FILE ? " -r -F" : " -x", out);
        }
        fputs(" -d ", out);
        fish_text(out, option->help);
        fputc('\n', out);
    }
}
