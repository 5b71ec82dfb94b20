/* What the builders of steps share (build.h). Runs while a policy is loaded, never on data. */
#include "rules/step/build.h"

#include "rules/base/arena.h"
#include "rules/base/span.h"

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

size_t pare_build_detectors(pare_build *build, const pare_texts *find, const char *who,
                            const pare_detector *all[PARE_MAX_DETECTORS])
{
    size_t n = 0;
    bool good = true;
    for (size_t i = 0; i < find->n; i++) {
        const pare_detector *named[PARE_MAX_DETECTORS];
        size_t n_named = build->find_detectors(build->context, find->items[i], named, PARE_MAX_DETECTORS);
        if (n_named == 0) {
            const char *nearest = pare_nearest_name(find->items[i], build->detector_names);
            good = pare_refuse(build, PR066, find->places[i],
                               nearest == NULL
                                   ? "`pare rules` lists the detectors and packs"
                                   : pare_diagnostic_text(build->reading.findings, "did you mean `%s`?", nearest),
                               "there is no detector or pack `%.*s`", PARE_SPAN_ARGS(find->items[i]));
        }
        for (size_t k = 0; k < n_named && k < PARE_MAX_DETECTORS; k++) {
            size_t known = 0;
            while (known < n && all[known] != named[k]) {
                known++;
            }
            if (known == n && n < PARE_MAX_DETECTORS) {
                all[n++] = named[k];
            }
        }
        if (n == PARE_MAX_DETECTORS) {
            good = pare_refuse(build, PR066, find->places[i], "name fewer of them",
                               "%s looks for fewer than %d detectors", who, PARE_MAX_DETECTORS);
            break;
        }
    }
    return good ? n : 0;
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
