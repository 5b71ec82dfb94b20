/* Forward a failure: PARE_TRY(call) returns the status of `call` unless it is PARE_OK. */
#ifndef PARE_RULES_BASE_TRY_H
#define PARE_RULES_BASE_TRY_H

#include "pare/types.h"

#define PARE_TRY(expression)                                                                                           \
    do {                                                                                                               \
        pare_status try_status_ = (expression);                                                                        \
        if (try_status_ != PARE_OK) {                                                                                  \
            return try_status_;                                                                                        \
        }                                                                                                              \
    } while (0)

#endif
