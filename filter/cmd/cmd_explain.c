/*
 * pare explain: a policy field by field, or a finding's code, in plain English.
 */
#include "filter/cmd/command.h"
#include "filter/cmd/exit_status.h"
#include "filter/cmd/help.h"
#include "filter/cmd/message.h"
#include "filter/cmd/policy_source.h"
#include "rules/base/span.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 100 };

static int explain_code(const char *word)
{
    char code[16] = "";
    for (size_t i = 0; i + 1 < sizeof code && word[i] != '\0'; i++) {
        code[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 'a' + 'A' : word[i]);
    }
    const char *explanation = strlen(word) < sizeof code ? pare_explain_code(code) : NULL;
    if (explanation == NULL) {
        char shown[64];
        pare_escape(shown, sizeof shown, pare_span_of(word));
        return pare_message_usage("explain", "`%s` is no code of a finding; they look like PR021", shown);
    }
    const char *title = pare_code_title(code);
    printf("%s: %s\n\n", code, title == NULL ? "" : title);
    pare_help_wrap(stdout, explanation, 0, WIDTH);
    return PARE_EXIT_OK;
}

static int explain(const pare_arguments *arguments)
{
    pare_policy_source source;
    if (arguments->n_operands == 1 && arguments->policy == NULL) {
        return explain_code(arguments->operands[0]);
    }
    if (arguments->n_operands == 1 || arguments->policy == NULL) {
        return pare_message_usage("explain", "either a policy (-p FILE) or a code (PR021)");
    }
    int exit_status = pare_policy_source_demand(arguments, &source);
    if (exit_status == PARE_EXIT_OK) {
        pare_policy_explain(source.policy, pare_write_stream, stdout);
    }
    pare_policy_source_close(&source);
    return exit_status;
}

const pare_command pare_command_explain = {
    .name = "explain",
    .operands = "[CODE]",
    .max_operands = 1,
    .summary = "tell what a policy does, field by field, or what a code means",
    .about =
        "Print, in plain English, what happens to each field and why; or, given the code of a finding, what it means "
        "and what to do about it.",
    .examples = {{"for a colleague from legal", "pare explain -p acme.yaml"},
                 {"a code that `pare check` printed", "pare explain PR021"}},
    .run = explain,
};
