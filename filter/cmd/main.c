/*
 * pare: the program. The table of commands, and what holds for all of them: no core dumps (they would hold records and
 * keys), files that only their owner reads, and an exit status that says what happened.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/help.h"
#include "filter/cmd/message.h"
#include "filter/cmd/did_you_mean.h"
#include "pare/pare.h"
#include "rules/base/span.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

const pare_command *const pare_commands[] = {
    &pare_command_run,     &pare_command_check,  &pare_command_test,
    &pare_command_explain, &pare_command_verify, &pare_command_keygen,
    &pare_command_reveal,  &pare_command_rules,  NULL,
};

const pare_command *pare_command_find(const char *name)
{
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        if (strcmp((*command)->name, name) == 0) {
            return *command;
        }
    }
    return NULL;
}

static void generate_schema(FILE *out)
{
    pare_policy_schema(pare_write_stream, out);
}

static const struct {
    const char *name;
    void (*print)(FILE *out);
} generated[] = {{"man", pare_generate_man},
                 {"complete-bash", pare_generate_bash},
                 {"complete-zsh", pare_generate_zsh},
                 {"complete-fish", pare_generate_fish},
                 {"schema", generate_schema}};

static int generate(const char *what)
{
    for (size_t i = 0; i < sizeof generated / sizeof generated[0]; i++) {
        if (what != NULL && strcmp(what, generated[i].name) == 0) {
            generated[i].print(stdout);
            return PARE_EXIT_OK;
        }
    }
    return pare_message_usage(NULL, "--generate wants one of man, complete-bash, complete-zsh, complete-fish, schema");
}

/* LeakSanitizer looks at its own process by ptrace, which an undumpable process refuses. */
#if defined(__SANITIZE_ADDRESS__)
#define PARE_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PARE_UNDER_ASAN 1
#endif
#endif

/* Memory holds records and the key: neither goes to disk behind the program's back. */
static void keep_memory_private(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef PARE_UNDER_ASAN
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    (void)umask(077);
}

static int unknown_command(const char *word)
{
    char shown[80];
    pare_nearest nearest = {NULL, 0};
    pare_escape(shown, sizeof shown, pare_span_of(word));
    for (const pare_command *const *command = pare_commands; *command != NULL; command++) {
        pare_nearest_try(&nearest, word, (*command)->name);
    }
    static const char *const without_command[] = {"help", "--help", "--version", "--generate"};
    for (size_t i = 0; i < sizeof without_command / sizeof without_command[0]; i++) {
        pare_nearest_try(&nearest, word, without_command[i]);
    }
    const char *what = word[0] == '-' ? "option" : "command";
    if (nearest.name != NULL) {
        return pare_message_usage(NULL, "unknown %s `%s`; did you mean `%s`?", what, shown, nearest.name);
    }
    return pare_message_usage(NULL, "unknown %s `%s`", what, shown);
}

static int help(const char *name)
{
    const pare_command *command = name == NULL ? NULL : pare_command_find(name);
    if (name != NULL && command == NULL) {
        return unknown_command(name);
    }
    if (command == NULL) {
        pare_help_short(stdout);
    } else {
        pare_help_command(command, stdout);
    }
    return PARE_EXIT_OK;
}

static int run_command(const pare_command *command, int argc, char **argv)
{
    pare_arguments arguments;
    if (!pare_arguments_read(command, argc, argv, &arguments)) {
        return PARE_EXIT_USAGE;
    }
    if (arguments.help) {
        pare_help_command(command, stdout);
        return PARE_EXIT_OK;
    }
    pare_message_setup(&arguments);
    return command->run(&arguments);
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    const pare_command *command = word == NULL ? NULL : pare_command_find(word);
    if (command != NULL) {
        return run_command(command, argc - 1, argv + 1);
    }
    if (word == NULL) {
        pare_help_short(stderr);
        return PARE_EXIT_USAGE;
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return help(argc > 2 ? argv[2] : NULL);
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("pare %s\n", PARE_VERSION);
        return PARE_EXIT_OK;
    }
    if (strcmp(word, "--generate") == 0) {
        return generate(argc > 2 ? argv[2] : NULL);
    }
    return unknown_command(word);
}

int main(int argc, char **argv)
{
    keep_memory_private();
    return pare_message_close_stdout(dispatch(argc, argv));
}
