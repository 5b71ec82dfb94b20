/*
 * A roll: a list of people from a file that the policy names, and how a value of the export is looked up in it.
 *
 * The value and the entries of the list are normalized alike; where the list holds digests, the normalized value is
 * hashed (SHA-256) first. What can't be looked up (nothing is left after normalization) is told apart from "not on the
 * list".
 */
#ifndef PARE_RULES_POLICY_ROLL_H
#define PARE_RULES_POLICY_ROLL_H

#include "rules/policy/people.h"
#include "rules/step/normalize.h"

typedef struct pare_roll {
    pare_span file;
    pare_choices names, forms; /* normalization: as the policy writes it, and written out */
    bool digests;              /* the list holds SHA-256 digests, in hex */
    pare_people *people;       /* owned by the policy */
    size_t noted;              /* its place among the policy's files */
} pare_roll;

/** What looking up needs to write to; one thread's. */
typedef struct pare_roll_scratch {
    pare_scratch *scratch;
    pare_buf *normal;
    pare_sha256 *hash; /* may be NULL where no roll has digests */
} pare_roll_scratch;

typedef enum pare_roll_answer {
    PARE_ROLL_UNKNOWABLE = 0, /* memory, or a value too long to be normalized */
    PARE_ROLL_EMPTY,          /* there is no value, or nothing is left after normalization */
    PARE_ROLL_ABSENT,
    PARE_ROLL_LISTED
} pare_roll_answer;

/** What was found of one person. */
typedef struct pare_roll_finding {
    pare_roll_answer answer;
    int mark; /* of a LISTED person */
} pare_roll_finding;

/** The key of `value`, to be looked up in roll->people. False with *answer EMPTY or UNKNOWABLE: it has none. */
bool pare_roll_key(const pare_roll *roll, const pare_roll_scratch *scratch, pare_span value, pare_people_key *key,
                   pare_roll_answer *answer);

/**
 * The normalized form of `value`: false with *answer EMPTY or UNKNOWABLE where there is none. Valid until the next
 * call.
 */
bool pare_roll_normal(const pare_roll *roll, const pare_roll_scratch *scratch, pare_span value, pare_span *normal,
                      pare_roll_answer *answer);

#endif
