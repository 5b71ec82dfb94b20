/*
 * libpare: minimize customer records by policy. Include this; it brings everything.
 *
 *   load a policy        pare_policy_load()           policy.h     immutable
 *   bind it to a header  pare_plan_bind()             plan.h       immutable
 *   apply it             pare_worker_new(), _apply()  plan.h       one worker for each thread
 *   or run a whole job   pare_run()                   run.h
 *   back from tokens     pare_revealer_new(), _reveal()  reveal.h
 *   is a dataset whole   pare_verify()                verify.h
 */
#ifndef PARE_PARE_H
#define PARE_PARE_H

#define PARE_VERSION "0.1.0"

#include "pare/error.h"
#include "pare/key.h"
#include "pare/plan.h"
#include "pare/policy.h"
#include "pare/record.h"
#include "pare/reveal.h"
#include "pare/run.h"
#include "pare/scan.h"
#include "pare/types.h"
#include "pare/verify.h"

#endif
