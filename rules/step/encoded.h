/* Characters written in another way: character references of HTML and percent-encoding. */
#ifndef PARE_RULES_STEP_ENCODED_H
#define PARE_RULES_STEP_ENCODED_H

#include "pare/types.h"

/**
 * The character that is written at the start of `text`, which begins with `&` or `%`.
 * @return how many bytes write it; 0: none is written there
 */
size_t pare_encoded_read(pare_span text, uint32_t *character);

#endif
