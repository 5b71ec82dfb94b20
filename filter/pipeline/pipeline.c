/* See pipeline.h. */
#include "filter/pipeline/pipeline.h"
#include "rules/base/try.h"

#include <pthread.h>
#include <stdlib.h>

static const size_t PRODUCT_CEILING = (size_t)2 << 30;

/** A place in the ring: product number `seq` lies at seq % n_slots. */
typedef struct slot {
    pare_product product;
    pare_status status; /* of making it */
    pare_error err;
    bool done; /* made, not delivered; under ring lock */
} slot;

/** Where the next product's first record stands in its file. */
typedef struct position {
    uint32_t file;
    bool known;
    uint64_t records, lines, bytes; /* before it */
} position;

typedef struct pipeline {
    pare_input *input;                   /* under `reading` */
    const pare_stage_settings *settings; /* immutable */
    const pare_delivery *delivery;       /* called while `delivering` is set */
    pthread_mutex_t reading;
    bool ended;         /* under `reading`: nothing more to read */
    uint64_t next_read; /* under `reading` */

    pthread_mutex_t ring;
    pthread_cond_t room; /* a slot became free, or all is over */
    slot *slots;         /* [n_slots]; a slot not done belongs to the worker that has its number */
    size_t n_slots;
    uint64_t next_delivered; /* under `ring` */
    bool delivering;         /* under `ring`: somebody has the delivery turn */
    bool stopped;            /* under `ring`: failed, or delivered to the end */
    position at;             /* of whoever has the delivery turn */
    pare_status status;      /* under `ring`: the first failure */
    pare_error err;
} pipeline;

typedef struct pipeline_worker {
    pipeline *pipe;
    pare_stage stage;
    pthread_t thread;
    bool started;
} pipeline_worker;

static bool is_stopped(pipeline *pipe)
{
    pthread_mutex_lock(&pipe->ring);
    bool stopped = pipe->stopped;
    pthread_mutex_unlock(&pipe->ring);
    return stopped;
}

/** Wait until slot number `seq` is free. False: all is over. */
static bool wait_for_room(pipeline *pipe, uint64_t seq)
{
    pthread_mutex_lock(&pipe->ring);
    while (!pipe->stopped && seq >= pipe->next_delivered + pipe->n_slots) {
        pthread_cond_wait(&pipe->room, &pipe->ring);
    }
    bool stopped = pipe->stopped;
    pthread_mutex_unlock(&pipe->ring);
    return !stopped;
}

/**
 * Take the read turn: fill the worker's batch and a place in the ring.
 * @return the slot, with its status; NULL: there is nothing more to do
 */
static slot *read_batch(pipeline_worker *worker, uint64_t *seq)
{
    pipeline *pipe = worker->pipe;
    slot *taken = NULL;
    pthread_mutex_lock(&pipe->reading);
    if (!pipe->ended && wait_for_room(pipe, pipe->next_read)) {
        taken = &pipe->slots[pipe->next_read % pipe->n_slots];
        taken->status = pare_input_next(pipe->input, &worker->stage.batch, &taken->product.file, &taken->err);
        taken->product.input_bytes = pare_input_stored_bytes(pipe->input);
        pipe->ended = taken->status != PARE_OK;
        if (taken->status == PARE_END && pipe->next_read == 0) {
            taken->status = PARE_OK; /* no record at all: the header is still to be written */
        }
        if (taken->status == PARE_END) {
            taken = NULL;
        } else {
            *seq = pipe->next_read++;
        }
    }
    pthread_mutex_unlock(&pipe->reading);
    return taken;
}

/** Count places from the start of the product's file instead of from its batch. */
static void make_absolute(pipeline *pipe, uint32_t file, pare_error *err)
{
    const pare_input_file *from = pare_input_file_at(pipe->input, file);
    position *at = &pipe->at;
    if (!at->known || at->file != file) {
        *at = (position){file, true, 0, from->header_lines, from->header_bytes};
    }
    if (err != NULL && err->record != 0) {
        err->record += at->records;
        err->line += err->line == 0 ? 0 : at->lines;
        err->byte += at->bytes;
    }
    if (err != NULL && (err->status == PARE_E_DATA || err->status == PARE_E_LIMIT || err->status == PARE_E_GATE)) {
        pare_error_in_file(err, from->path);
    }
}

/** With the delivery turn: hand one product on. */
static pare_status deliver_one(pipeline *pipe, slot *ready, pare_error *err)
{
    pare_product *product = &ready->product;
    if (ready->status != PARE_OK) {
        make_absolute(pipe, product->file, &ready->err);
        *err = ready->err;
        return ready->status;
    }
    make_absolute(pipe, product->file, NULL);
    product->records_before = pipe->at.records;
    product->lines_before = pipe->at.lines;
    product->bytes_before = pipe->at.bytes;
    pipe->at.records += product->n_records;
    pipe->at.lines += product->n_lines;
    pipe->at.bytes += product->n_bytes;
    return pipe->delivery->deliver(pipe->delivery->context, product, err);
}

/** Whoever finds the next product ready and nobody delivering has the turn, until the next one is missing. */
static void deliver_ready(pipeline *pipe)
{
    pthread_mutex_lock(&pipe->ring);
    if (!pipe->delivering) {
        pipe->delivering = true;
        slot *next = &pipe->slots[pipe->next_delivered % pipe->n_slots];
        while (!pipe->stopped && next->done) {
            pthread_mutex_unlock(&pipe->ring);
            pare_error err = {0};
            pare_status status = deliver_one(pipe, next, &err);
            pthread_mutex_lock(&pipe->ring);
            next->done = false;
            pipe->next_delivered++;
            if (status != PARE_OK) {
                pipe->status = status;
                pipe->err = err;
                pipe->stopped = true;
            }
            pthread_cond_broadcast(&pipe->room);
            next = &pipe->slots[pipe->next_delivered % pipe->n_slots];
        }
        pipe->delivering = false;
    }
    pthread_mutex_unlock(&pipe->ring);
}

static void *work(void *context)
{
    pipeline_worker *worker = context;
    pipeline *pipe = worker->pipe;
    while (!is_stopped(pipe)) {
        uint64_t seq = 0;
        slot *taken = read_batch(worker, &seq);
        if (taken == NULL) {
            break;
        }
        if (taken->status == PARE_OK) {
            taken->status = pare_stage_run(&worker->stage, seq == 0, &taken->product, &taken->err);
        }
        pthread_mutex_lock(&pipe->ring);
        taken->done = true;
        pthread_mutex_unlock(&pipe->ring);
        deliver_ready(pipe);
    }
    return NULL;
}

/** Start the others, work along, and wait for them. A thread that can't be started is done without. */
static void run_workers(pipeline_worker *workers, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        workers[i].started = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    }
    (void)work(&workers[0]);
    for (unsigned i = 1; i < n; i++) {
        if (workers[i].started) {
            pthread_join(workers[i].thread, NULL);
        }
    }
}

static pare_status prepare(pipeline *pipe, pipeline_worker *workers, unsigned threads, pare_error *err)
{
    for (size_t i = 0; i < pipe->n_slots; i++) {
        pare_buf_init(&pipe->slots[i].product.bytes, PRODUCT_CEILING);
        pare_refused_init(&pipe->slots[i].product.refused);
    }
    for (unsigned i = 0; i < threads; i++) {
        workers[i].pipe = pipe;
        PARE_TRY(pare_stage_init(&workers[i].stage, pipe->settings, err));
    }
    return PARE_OK;
}

pare_status pare_pipeline_run(pare_input *input, const pare_stage_settings *settings, unsigned threads,
                              const pare_delivery *delivery, pare_tally *tally, pare_error *err)
{
    size_t n_slots = threads == 1 ? 1 : (size_t)threads + 2;
    pipeline pipe = {.input = input,
                     .settings = settings,
                     .delivery = delivery,
                     .reading = PTHREAD_MUTEX_INITIALIZER,
                     .ring = PTHREAD_MUTEX_INITIALIZER,
                     .room = PTHREAD_COND_INITIALIZER,
                     .slots = calloc(n_slots, sizeof(slot)),
                     .n_slots = n_slots};
    pipeline_worker *workers = calloc(threads, sizeof *workers);
    pare_status status = PARE_E_NOMEM;
    if (pipe.slots == NULL || workers == NULL) {
        status = pare_fail(err, PARE_E_NOMEM, "out of memory");
        goto out;
    }
    status = prepare(&pipe, workers, threads, err);
    if (status == PARE_OK) {
        run_workers(workers, threads);
        status = pipe.status;
        if (status != PARE_OK && err != NULL) {
            *err = pipe.err;
        }
    }
out:
    for (unsigned i = 0; workers != NULL && i < threads; i++) {
        if (status == PARE_OK) {
            pare_tally_add(tally, pare_worker_tally(workers[i].stage.worker));
        }
        if (workers[i].stage.settings != NULL) {
            pare_stage_clear(&workers[i].stage);
        }
    }
    for (size_t i = 0; pipe.slots != NULL && i < n_slots; i++) {
        pare_buf_clear(&pipe.slots[i].product.bytes);
        pare_refused_clear(&pipe.slots[i].product.refused);
    }
    free(workers);
    free(pipe.slots);
    pthread_cond_destroy(&pipe.room);
    pthread_mutex_destroy(&pipe.ring);
    pthread_mutex_destroy(&pipe.reading);
    return status;
}
