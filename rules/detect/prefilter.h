/*
 * The prefilter: a vector pass over a value tells which detectors can't have a match in it.
 *
 * The first pass is the one that every value gets. It counts digits, and looks up in two tables of 16 entries, one for
 * each half of a byte, which of the single bytes that detectors ask for occur.
 *
 * Where that leaves a detector that demands more, a second pass reads the value 64 bytes at a time into masks, one bit
 * for each byte: which are digits, letters, bytes that may stand within a number, and each byte that was asked for.
 * Everything else is arithmetic on those masks:
 *
 *     value     c a l l   0 7 7 0 0   9 0 0 1 2 3
 *     digit     . . . . . 1 1 1 1 1 . 1 1 1 1 1 1     how many: 11
 *     joint     . . . . 1 1 1 1 1 1 1 1 1 1 1 1 1     most digits in one run of joints: 11
 *     "a1"      letter shifted by one, and digit      never
 *
 * A fact is about the whole value, so it may claim more than a match needs and never less: a detector is passed over
 * only if no match can be there. On the way it is noted where long runs of digits stand and where sequences were seen:
 * where a match can begin is made of that (place.h).
 */
#ifndef PARE_RULES_DETECT_PREFILTER_H
#define PARE_RULES_DETECT_PREFILTER_H

#include "pare/types.h"

enum {
    PARE_PREFILTER_MAX_BYTES = 24,
    PARE_PREFILTER_GROUPS = PARE_PREFILTER_MAX_BYTES / 8,
    PARE_PREFILTER_MAX_SEQUENCES = 64 - PARE_PREFILTER_MAX_BYTES,
    PARE_PREFILTER_SEQUENCE = 4,   /* elements of one sequence at most */
    PARE_PREFILTER_MAX_RUNS = 8,   /* that are noted */
    PARE_PREFILTER_MAX_PLACES = 8, /* of one sequence that are noted */
    PARE_MASK_DIGIT = 0,           /* ASCII digits */
    PARE_MASK_LETTER,              /* ASCII letters and whatever is not ASCII */
    PARE_MASK_JOINT,               /* digits, blank, ( ) * + - . / and whatever is not ASCII */
    PARE_MASK_FIRST_BYTE,
    PARE_N_MASKS = PARE_MASK_FIRST_BYTE + PARE_PREFILTER_MAX_BYTES
};

/** What the detectors of one set want to know. Zeroed: nothing. */
typedef struct pare_prefilter {
    unsigned char bytes[PARE_PREFILTER_MAX_BYTES];
    size_t n_bytes;
    unsigned char low[PARE_PREFILTER_GROUPS][16],
        high[PARE_PREFILTER_GROUPS][16]; /* bytes[8 g + k] is bit k of both in g */
    struct {
        uint8_t masks[PARE_PREFILTER_SEQUENCE];
        uint8_t n;
        uint8_t rarest; /* of its masks: where no bit of it is set, the sequence is not looked for */
    } sequences[PARE_PREFILTER_MAX_SEQUENCES];
    size_t n_sequences;
    size_t noted_run; /* runs of so many digits are noted; 0: none is */
} pare_prefilter;

/** A run of joints: offsets of its first and last digit, and how many it has. */
typedef struct pare_digit_run {
    size_t first, last, digits;
} pare_digit_run;

/** What is so in a value. bits: the bytes in order from bit 0, the sequences from bit PARE_PREFILTER_MAX_BYTES. */
typedef struct pare_value_facts {
    uint64_t bits;
    size_t digits; /* in all */
    size_t bytes;  /* the value's length */
    bool shaped;   /* the second pass was made: sequences and what follows are known */
    size_t run;    /* most digits in one run of joints */
    size_t n_runs; /* of `noted_run` digits or more; where they are more than fit, only the first are in `runs` */
    pare_digit_run runs[PARE_PREFILTER_MAX_RUNS];
    struct {
        size_t n;    /* how often it occurs; this and what follows is set where the sequence's bit is */
        size_t last; /* offset at which it begins the last time */
        uint32_t at[PARE_PREFILTER_MAX_PLACES]; /* the first ones */
    } sequences[PARE_PREFILTER_MAX_SEQUENCES];
} pare_value_facts;

/** Every match is in a value of which all this is so. Zeroed: any value. A run is demanded together with its digits. */
typedef struct pare_demand {
    uint64_t all; /* these bits */
    uint64_t any; /* one of these bits, unless 0 */
    size_t digits, run, bytes;
} pare_demand;

/** As far as the first pass can tell. */
static inline bool pare_demand_possible(const pare_demand *demand, const pare_value_facts *facts)
{
    return facts->bytes >= demand->bytes && facts->digits >= demand->digits &&
           (facts->bits & demand->all) == demand->all;
}

static inline bool pare_demand_needs_shape(const pare_demand *demand)
{
    return demand->run > 0 || demand->any != 0;
}

static inline bool pare_demand_met(const pare_demand *demand, const pare_value_facts *facts)
{
    return pare_demand_possible(demand, facts) && facts->run >= demand->run &&
           (demand->any == 0 || (facts->bits & demand->any) != 0);
}

/** Ask for a byte: its bit, or 0 where there is no room (the fact is then not used). */
uint64_t pare_prefilter_want_byte(pare_prefilter *prefilter, unsigned char byte);

/** Ask for a sequence: `a` is any letter, `1` any digit, other characters themselves. Its bit, or 0. */
uint64_t pare_prefilter_want_sequence(pare_prefilter *prefilter, const char *sequence);

/** NULL if pare_prefilter_want_sequence() can read it, else what is wrong with it. */
const char *pare_prefilter_check_sequence(pare_span sequence);

typedef void (*pare_prefilter_read)(const pare_prefilter *prefilter, pare_span value, pare_value_facts *facts);

enum { PARE_PREFILTER_BLOCK = 64 };

/** Of up to PARE_PREFILTER_BLOCK bytes, one bit for each. */
typedef struct pare_letters {
    uint64_t ascii; /* ASCII letters */
    uint64_t lead;  /* first bytes of characters beyond ASCII */
} pare_letters;
typedef pare_letters (*pare_prefilter_letters)(const unsigned char *bytes, size_t n);

/** An implementation for one kind of processor; all give the same facts. */
typedef struct pare_prefilter_kind {
    const char *name;
    pare_prefilter_read count;      /* the first pass: `digits`, `bytes`, and the bytes' bits */
    pare_prefilter_read shape;      /* the second: the rest */
    pare_prefilter_letters letters; /* for words.h */
    bool (*runs_here)(void);
} pare_prefilter_kind;

/** From the fastest to the portable one, which runs anywhere; ends with a NULL name. */
extern const pare_prefilter_kind pare_prefilter_kinds[];

/** The fastest that runs here. */
const pare_prefilter_kind *pare_prefilter_choose(void);

#endif
