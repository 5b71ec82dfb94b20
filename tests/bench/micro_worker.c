/*
 * The rules alone, and the whole stage (index, rules, format, compress), by one thread and by two.
 *
 * Two threads take batches from one counter; nothing else is shared but the plan, which nobody writes to. Scaling is
 * the wall time of one thread by twice that of two: 1 where nothing is in the way. The same of CPU time, one thread's
 * by that of both, tells what the threads cost each other (caches, memory), also where other programs take the
 * processors from them. What two threads get of the machine at all tells a job that does nothing but arithmetic: where
 * that does not scale, the figures of the others say nothing.
 */
#include "filter/pipeline/stage.h"
#include "tests/bench/micro_policy.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { MOST_THREADS = 2 };
static const size_t CEILING = (size_t)2 << 30;

/** One thread's. */
typedef struct member {
    const micro *m;
    pare_worker *worker; /* rules alone */
    pare_stage stage;    /* the whole */
    pare_product product;
    struct crew *crew;
    uint64_t records;
    uint64_t sum; /* arithmetic alone */
    bool good;
} member;

typedef struct crew {
    const micro *m;
    bool (*batch)(member *worker, const pare_batch *batch);
    unsigned n_threads;
    atomic_size_t next; /* batch; written by all threads */
    member members[MOST_THREADS];
    pare_stage_settings settings;
} crew;

/* --- what is done with a batch -------------------------------------------------------------------------- */

static bool apply_batch(member *worker, const pare_batch *batch)
{
    for (uint32_t first = 0; first < batch->rows.n_rows; first += PARE_BLOCK_RECORDS) {
        uint32_t left = batch->rows.n_rows - first;
        pare_block block;
        left = left < PARE_BLOCK_RECORDS ? left : PARE_BLOCK_RECORDS;
        if (pare_worker_apply(worker->worker, &batch->rows, first, left, &block, NULL) != PARE_OK) {
            return false;
        }
        for (uint32_t i = 0; i < block.n_records; i++) {
            worker->records += block.verdicts[i] == PARE_WRITE;
        }
    }
    return true;
}

/** The text is copied into the stage's batch, where a run would have inflated it. */
static bool run_stage(member *worker, const pare_batch *batch)
{
    memcpy(worker->stage.batch.bytes, batch->bytes, batch->len);
    worker->stage.batch.len = batch->len;
    bool good = pare_stage_run(&worker->stage, false, &worker->product, NULL) == PARE_OK;
    worker->records += worker->product.n_records;
    return good;
}

/** As long as about the rules take for a batch; without memory. */
static bool count_only(member *worker, const pare_batch *batch)
{
    uint64_t sum = worker->sum + 1;
    for (size_t i = 0; i < batch->len; i++) { /* each round waits for the one before: no vectors */
        sum = sum * UINT64_C(6364136223846793005) + i;
    }
    worker->sum = sum;
    worker->records += batch->rows.n_rows;
    return true;
}

/* --- the crew ------------------------------------------------------------------------------------------- */

static void *work(void *context)
{
    member *self = context;
    const micro *m = self->m;
    self->good = true;
    self->records = 0;
    for (size_t i; self->good && (i = atomic_fetch_add(&self->crew->next, 1)) < m->n_batches;) {
        self->good = self->crew->batch(self, &m->batches[i]);
    }
    return NULL;
}

/** All batches. Every record must be written: the policies allow the purpose for all. */
static bool run_crew(void *context)
{
    crew *c = context;
    pthread_t threads[MOST_THREADS];
    unsigned started = 1; /* this thread is one of them */
    atomic_store(&c->next, 0);
    while (started < c->n_threads && pthread_create(&threads[started], NULL, work, &c->members[started]) == 0) {
        started++;
    }
    (void)work(&c->members[0]);
    bool good = started == c->n_threads;
    uint64_t records = 0;
    for (unsigned i = 0; i < started; i++) {
        good = (i == 0 || pthread_join(threads[i], NULL) == 0) && good;
        good = c->members[i].good && good;
        records += c->members[i].records;
    }
    return good && records == c->m->n_records;
}

/** One kind of work; twice, by one thread and by two. */
typedef struct job {
    const char *name, *policy;
    bool (*batch)(member *worker, const pare_batch *batch);
    int level; /* run_stage(); 0: plain */
} job;

static const job jobs[] = {
    {"arithmetic alone", "policy-cut.yaml", count_only, 0},
    {"rules alone, policy.yaml", "policy.yaml", apply_batch, 0},
    {"rules alone, policy-cut.yaml", "policy-cut.yaml", apply_batch, 0},
    {"stage to plain, policy.yaml", "policy.yaml", run_stage, 0},
    {"stage to plain, policy-cut.yaml", "policy-cut.yaml", run_stage, 0},
    {"stage to gzip:1, policy.yaml", "policy.yaml", run_stage, 1},
};
enum { N_JOBS = sizeof jobs / sizeof jobs[0] };

static bool open_crew(crew *c, const micro *m, const pare_plan *plan, unsigned n_threads, const job *what)
{
    c->m = m;
    c->n_threads = n_threads;
    c->batch = what->batch;
    c->settings = (pare_stage_settings){
        .plan = plan,
        .reader = &m->reader,
        .level = what->level,
        .batch_bytes = PARE_BATCH_BYTES,
        .max_record_bytes = PARE_MAX_RECORD_BYTES,
        .codec = what->level > 0 ? pare_codec_for(what->level, false) : NULL,
        .writer = {.delimiter = m->reader.dialect.delimiter, .raw_passes = true, .plain_passes = true}};
    for (unsigned i = 0; i < n_threads; i++) {
        member *one = &c->members[i];
        one->m = m;
        one->crew = c;
        pare_buf_init(&one->product.bytes, CEILING);
        pare_status status = c->batch == run_stage ? pare_stage_init(&one->stage, &c->settings, NULL)
                                                   : pare_worker_new(plan, &one->worker, NULL);
        if (status != PARE_OK) {
            return micro_fail("worker: it can't be made");
        }
    }
    return true;
}

static void close_crew(crew *c)
{
    for (unsigned i = 0; i < c->n_threads; i++) {
        pare_worker_free(c->members[i].worker);
        if (c->members[i].stage.settings != NULL) {
            pare_stage_clear(&c->members[i].stage);
        }
        pare_buf_clear(&c->members[i].product.bytes);
    }
}

/* --- rules and stages ------------------------------------------------------------------------------------ */

typedef struct measuring {
    micro_policy policy;
    crew crews[MOST_THREADS];
} measuring;

static bool add_job(micro *m, const job *what, measuring *of)
{
    bool good = micro_policy_open(m, what->policy, &of->policy);
    for (unsigned i = 0; good && i < MOST_THREADS; i++) {
        good = open_crew(&of->crews[i], m, of->policy.plan, i + 1, what);
        micro_case *c =
            micro_add(m, "worker", run_crew, &of->crews[i], "%s, %u thread%s", what->name, i + 1, i == 0 ? "" : "s");
        good = good && c != NULL;
        if (good) {
            c->bytes = m->bytes;
            c->values = (double)m->n_records;
        }
    }
    return good;
}

static void note_scaling(const micro_case *one, micro_case *two)
{
    two->scaling = one->wall_seconds / (MOST_THREADS * two->wall_seconds);
    (void)snprintf(two->note, sizeof two->note, "by CPU time %.2f", one->cpu_seconds / two->cpu_seconds);
}

bool micro_worker(micro *m)
{
    static measuring all[N_JOBS]; /* large */
    size_t first = m->n_cases;
    bool good = true;
    memset(all, 0, sizeof all);
    for (size_t i = 0; good && i < N_JOBS; i++) {
        good = add_job(m, &jobs[i], &all[i]);
    }
    good = good && micro_run(m, first);
    for (size_t i = 0; i < N_JOBS; i++) {
        if (good) {
            note_scaling(&m->cases[first + MOST_THREADS * i], &m->cases[first + MOST_THREADS * i + 1]);
        }
        for (unsigned k = 0; k < MOST_THREADS; k++) {
            close_crew(&all[i].crews[k]);
        }
        micro_policy_clear(&all[i].policy);
    }
    return good;
}
