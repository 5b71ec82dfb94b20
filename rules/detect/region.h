/*
 * Regions of the world: how an export may call them, and which telephone numbers are dialled there (region_list.h).
 */
#ifndef PARE_RULES_DETECT_REGION_H
#define PARE_RULES_DETECT_REGION_H

#include "pare/types.h"

/** 0: not known. */
typedef uint16_t pare_region;

/** By code of ISO 3166-1 (`DE`, `DEU`) or by name (`Germany`, `Deutschland`), whatever the case of ASCII letters. */
pare_region pare_region_find(pare_span text);

/** Its two letters. */
const char *pare_region_code(pare_region region);

/** How a number is one of the region's plan. */
typedef enum pare_plan_fit {
    PARE_PLAN_NO = 0,
    PARE_PLAN_BARE,   /* without the trunk prefix that belongs before it */
    PARE_PLAN_DIALLED /* as it is dialled at home */
} pare_plan_fit;

/** @param digits  [n], ASCII */
pare_plan_fit pare_region_fits(pare_region region, const unsigned char *digits, size_t n);

#endif
