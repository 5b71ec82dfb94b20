/* The hierarchies that ship (rules/hierarchies), compiled in by rules/hierarchies/embed.cmake. */
#ifndef PARE_RULES_STEP_SHIPPED_HIERARCHY_H
#define PARE_RULES_STEP_SHIPPED_HIERARCHY_H

#include "pare/types.h"

typedef struct pare_shipped_hierarchy {
    const char *name;           /* dated: a later list gets another name */
    const unsigned char *bytes; /* lines of `value;level1;level2`, none of them quoted */
    size_t len;
} pare_shipped_hierarchy;

/** Ends with a name that is NULL. */
extern const pare_shipped_hierarchy pare_shipped_hierarchies[];

#endif
