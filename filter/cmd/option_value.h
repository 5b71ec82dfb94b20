/* Texts of the command line as values. Pure; what can't be read is refused whole. */
#ifndef PARE_FILTER_CMD_OPTION_VALUE_H
#define PARE_FILTER_CMD_OPTION_VALUE_H

#include "filter/cmd/options.h"

/**
 * Read `text` as the option wants it, into the option's member of `arguments`.
 * @return NULL, or what was expected ("a whole number from 1 to 1024"); lives in `expected`
 */
const char *pare_option_value_read(const pare_option *option, const char *text, pare_arguments *arguments,
                                   char expected[160]);

#endif
