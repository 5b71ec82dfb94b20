/* One detector of a pack, read from its YAML, for pack.c. */
#ifndef PARE_RULES_DETECT_PACK_DETECTOR_H
#define PARE_RULES_DETECT_PACK_DETECTOR_H

#include "rules/detect/pack.h"

/** What is being read. */
typedef struct pare_pack_reader {
    pare_pack *pack;
    const pare_node *parts; /* pieces of expressions by name, or NULL */
    bool measured;          /* the pack is none that we ship: what its expressions cost is measured */
    pare_reading *reading;
} pare_pack_reader;

/** From a pair of the map `detectors`. False: findings were made. */
bool pare_pack_read_detector(const pare_pack_reader *r, const pare_pair *pair, pare_detector *detector);

/** An expression that is not compiled yet. NULL if memory runs out, which is noted. */
pare_expression *pare_pack_expression(const pare_pack_reader *r, pare_span text, bool caseless, pare_place place);

/** `needs:`, which may be missing. False: findings were made. */
bool pare_pack_read_needs(const pare_pack_reader *r, const pare_node *node, bool caseless, pare_detector *detector);

/** Add a context of `words` to the detector's; none where there are no words. False: findings were made. */
bool pare_pack_read_context(const pare_pack_reader *r, pare_texts words, pare_detector *detector);

/** A lower-case letter, then lower-case letters, digits and `_`; at most 64. */
bool pare_pack_is_name(pare_span name);

/** The same; `what` is for the finding where it is none. */
bool pare_pack_check_name(pare_span name, pare_place place, const char *what, pare_reading *reading);

#endif
