/* The examples of a detector, run through the scan that records go through. */
#ifndef PARE_RULES_DETECT_PACK_EXAMPLES_H
#define PARE_RULES_DETECT_PACK_EXAMPLES_H

#include "rules/detect/pack.h"

/**
 * Every text of the detector's `matches` must be found: as a whole, or exactly the part between `<<` and `>>`. In no
 * text of `rejects` may anything be found. The same for `matches_in` and `rejects_in`, in a column of that name. False:
 * findings were made.
 */
bool pare_pack_check_examples(const pare_detector *detector, pare_reading *reading);

/** An example without its marks, in `buf`, and the range that must be found. */
pare_range pare_pack_read_example(pare_span example, pare_buf *buf);

#endif
