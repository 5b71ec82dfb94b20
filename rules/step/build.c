/* What the builders of steps share (build.h). Runs while a policy is loaded, never on data. */
#include "rules/step/build.h"

#include "rules/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool pare_param_given(const pare_node *params, const char *key, const char *shorthand)
{
    if (params == NULL) {
        return false;
    }
    if (params->kind != PARE_NODE_MAP) {
        return shorthand != NULL && strcmp(key, shorthand) == 0;
    }
    return pare_node_get(params, key) != NULL;
}

bool pare_refuse(pare_build *build, pare_code code, pare_place place, const char *help, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pare_diagnostic *finding = pare_diagnose(build->reading.findings, code, place, "%s", text);
    finding->help = help;
    return false;
}

bool pare_build_read(pare_step *step, pare_build *build, pare_span name, pare_place place, const char *who)
{
    pare_span *names = pare_build_alloc(build, 1, sizeof *names);
    pare_place *places = pare_build_alloc(build, 1, sizeof *places);
    if (names == NULL || places == NULL) {
        return false;
    }
    names[0] = name;
    places[0] = place;
    step->reads.names = (pare_texts){.n = 1, .items = names, .places = places};
    step->reads.who = who;
    return true;
}

bool pare_check_date_patterns(const pare_texts *patterns, pare_build *build)
{
    bool good = true;
    for (size_t i = 0; i < patterns->n; i++) {
        const char *wrong = pare_moment_check_pattern(patterns->items[i]);
        if (wrong != NULL) {
            good = pare_refuse(build, PR070, patterns->places[i], "for example `%d.%m.%Y`", "unusable date pattern: %s",
                               wrong);
        }
    }
    return good;
}

void *pare_build_alloc(pare_build *build, size_t count, size_t size)
{
    void *memory = pare_arena_array(build->reading.arena, count, size);
    if (memory == NULL) {
        build->reading.findings->out_of_memory = true;
    }
    return memory;
}
