/* pare rules: the detectors that ship, and the steps of `do:`. */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/message.h"
#include "pare/policy.h"

#include <stdio.h>

static int rules(const pare_arguments *arguments)
{
    pare_error err;
    if (arguments->steps) {
        pare_steps_list(pare_write_stream, stdout);
        return PARE_EXIT_OK;
    }
    pare_status status = pare_rules_list(arguments->examples, pare_write_stream, stdout, &err);
    return status == PARE_OK ? PARE_EXIT_OK : pare_message_error(&err);
}

const pare_command pare_command_rules = {
    .name = "rules",
    .operands = "",
    .summary = "list the detectors that ship, or the steps",
    .about =
        "List the detectors that `redact: {find: [...]}` knows, with their packs; with --steps the steps of `do:` and "
        "their parameters.",
    .examples = {{"what the detectors find and leave", "pare rules --examples"},
                 {"what a policy can do to a value", "pare rules --steps"}},
    .run = rules,
};
