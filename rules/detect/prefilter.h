/*
 * The prefilter: one vector pass over a value tells which detectors can't have a match in it.
 *
 * A value is read 64 bytes at a time into masks, one bit for each byte: which are digits, letters, bytes that may stand
 * within a number, and each single byte that some detector asks for. Everything else is arithmetic on those masks:
 *
 *     value     c a l l   0 7 7 0 0   9 0 0 1 2 3
 *     digit     . . . . . 1 1 1 1 1 . 1 1 1 1 1 1     how many: 11
 *     joint     . . . . 1 1 1 1 1 1 1 1 1 1 1 1 1     most digits in one run of joints: 11
 *     "a1"      letter shifted by one, and digit      never
 *
 * A fact is about the whole value, so it may claim more than a match needs and never less: a detector is passed over only
 * if no match can be there.
 */
#ifndef PARE_RULES_DETECT_PREFILTER_H
#define PARE_RULES_DETECT_PREFILTER_H

#include "pare/types.h"

enum {
    PARE_PREFILTER_MAX_BYTES = 24,
    PARE_PREFILTER_MAX_SEQUENCES = 24,
    PARE_PREFILTER_SEQUENCE = 4, /* elements of one sequence at most */
    PARE_MASK_DIGIT = 0,         /* ASCII digits */
    PARE_MASK_LETTER,            /* ASCII letters and whatever is not ASCII */
    PARE_MASK_JOINT,             /* digits, blank, ( ) * + - . / and whatever is not ASCII */
    PARE_MASK_FIRST_BYTE,
    PARE_N_MASKS = PARE_MASK_FIRST_BYTE + PARE_PREFILTER_MAX_BYTES
};

/** What the detectors of one set want to know. Zeroed: nothing. */
typedef struct pare_prefilter {
    unsigned char bytes[PARE_PREFILTER_MAX_BYTES];
    size_t n_bytes;
    struct {
        uint8_t masks[PARE_PREFILTER_SEQUENCE];
        uint8_t n;
        uint8_t rarest; /* of its masks: where no bit of it is set, the sequence is not looked for */
    } sequences[PARE_PREFILTER_MAX_SEQUENCES];
    size_t n_sequences;
} pare_prefilter;

/** What is so in a value. bits: the bytes in order from bit 0, the sequences from bit PARE_PREFILTER_MAX_BYTES. */
typedef struct pare_value_facts {
    uint64_t bits;
    size_t digits, run; /* digits in all; most digits in one run of joints */
    size_t bytes;       /* the value's length */
} pare_value_facts;

/** Every match is in a value of which all this is so. Zeroed: any value. */
typedef struct pare_demand {
    uint64_t all; /* these bits */
    uint64_t any; /* one of these bits, unless 0 */
    size_t digits, run, bytes;
} pare_demand;

static inline bool pare_demand_met(const pare_demand *demand, const pare_value_facts *facts)
{
    return facts->bytes >= demand->bytes && facts->digits >= demand->digits && facts->run >= demand->run &&
           (facts->bits & demand->all) == demand->all && (demand->any == 0 || (facts->bits & demand->any) != 0);
}

/** Ask for a byte: its bit, or 0 where there is no room (the fact is then not used). */
uint64_t pare_prefilter_want_byte(pare_prefilter *prefilter, unsigned char byte);

/** Ask for a sequence: `a` is any letter, `1` any digit, other characters themselves. Its bit, or 0. */
uint64_t pare_prefilter_want_sequence(pare_prefilter *prefilter, const char *sequence);

/** NULL if pare_prefilter_want_sequence() can read it, else what is wrong with it. */
const char *pare_prefilter_check_sequence(pare_span sequence);

typedef void (*pare_prefilter_read)(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts);

/** An implementation for one kind of processor; all give the same facts. */
typedef struct pare_prefilter_kind {
    const char *name;
    pare_prefilter_read read;
    bool (*runs_here)(void);
} pare_prefilter_kind;

/** From the fastest to the portable one, which runs anywhere; ends with a NULL name. */
extern const pare_prefilter_kind pare_prefilter_kinds[];

/** The fastest that runs here. */
pare_prefilter_read pare_prefilter_choose(void);

#endif
