/*
 * The pipeline: batches are read in order, made into bytes by workers, and leave in order. The only threads of pare.
 *
 *            read turn                    (no lock)                       delivery turn
 *   input ── one at a time, in order ──▶ stage: index, rules, format, ──▶ one at a time, in order ── deliver()
 *                                        compress
 *
 * Every worker does all three: it takes the read turn for its next batch, works on it alone, puts the product into the
 * ring and, if the next product in order is there and nobody is delivering, delivers. So N threads keep N cores busy,
 * one thread does it all in line, and the products waiting in the ring are bounded.
 */
#ifndef PARE_FILTER_PIPELINE_PIPELINE_H
#define PARE_FILTER_PIPELINE_PIPELINE_H

#include "filter/pipeline/input.h"
#include "filter/pipeline/stage.h"

/** Takes the products, in order, one call at a time (from changing threads). */
typedef struct pare_delivery {
    PARE_NODISCARD pare_status (*deliver)(void *context, const pare_product *product, pare_error *err);
    void *context;
} pare_delivery;

/**
 * Run until the input ends or something fails; then all workers have stopped. The failure that comes first in the order
 * of the input is the one reported, its place made absolute within its file. Every worker's counts are added to
 * `tally`.
 */
PARE_NODISCARD pare_status pare_pipeline_run(pare_input *input, const pare_stage_settings *settings, unsigned threads,
                                             const pare_delivery *delivery, pare_tally *tally, pare_error *err);

#endif
