/* A source that gives back bytes that were already read from another, then goes on with that one. */
#ifndef PARE_FILTER_PIPELINE_REPLAY_H
#define PARE_FILTER_PIPELINE_REPLAY_H

#include "filter/source/source.h"

/** Takes `inner` over, also when it fails; `bytes` are copied. */
PARE_NODISCARD pare_status pare_replay_new(pare_source *inner, pare_span bytes, pare_source **source, pare_error *err);

#endif
