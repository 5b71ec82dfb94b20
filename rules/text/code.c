/*
 * The table of codes, made from code_list.h: the one place that knows what a code means.
 */
#include "rules/text/code.h"

#include <stddef.h>
#include <strings.h>

static const pare_code_entry entries[PARE_N_CODES] = {
#define PARE_CODE(number, severity, title, explanation) {"PR" #number, severity, title, explanation},
#include "rules/text/code_list.h"
#undef PARE_CODE
};

const pare_code_entry *pare_code_entry_of(pare_code code)
{
    return &entries[code];
}

const pare_code_entry *pare_code_find(const char *name)
{
    for (size_t i = 0; i < PARE_N_CODES; i++) {
        if (strcasecmp(entries[i].name, name) == 0) {
            return &entries[i];
        }
    }
    return NULL;
}
