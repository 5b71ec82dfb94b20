/*
 * Withheld values in an output: which of them stand in it, as they are or encoded in a way that anybody can undo or
 * recompute. Four passes over two files, in memory that does not follow their size:
 *
 *   1. the output     pare_residue_note()      every run of words of it sets bits in a filter
 *   2. the original   pare_residue_withhold()  a withheld value that the filter knows is remembered, as a hash
 *   3. the original   pare_residue_explain()   what another record releases as a whole value is no evidence
 *   4. the output     pare_residue_look()      where the rest stands
 *
 * Compared are runs of 1 to 8 words, ASCII letters in lower case; a word is letters, digits and bytes above 0x7F. A
 * withheld value of more than 8 words is known by its first 8. What is glued to other letters or digits is not found.
 */
#ifndef PARE_FILTER_STUDY_RESIDUE_H
#define PARE_FILTER_STUDY_RESIDUE_H

#include "pare/error.h"

enum {
    PARE_RESIDUE_CHARACTERS = 6, /* a shorter value is no evidence */
    PARE_RESIDUE_WORDS = 8,
    PARE_RESIDUE_MOST = 1 << 22 /* values remembered */
};

typedef enum pare_residue_form {
    PARE_RESIDUE_PLAIN = 0,
    PARE_RESIDUE_BASE64,
    PARE_RESIDUE_HEX,
    PARE_RESIDUE_PERCENT,
    PARE_RESIDUE_MD5,
    PARE_RESIDUE_SHA1,
    PARE_RESIDUE_SHA256
} pare_residue_form;
enum { PARE_RESIDUE_FORMS = PARE_RESIDUE_SHA256 + 1 };

const char *pare_residue_form_name(pare_residue_form form);

typedef struct pare_residue pare_residue;

/** @param text_bytes  of the output, about: the filter is made for it, 128 MiB at most */
PARE_NODISCARD pare_status pare_residue_new(uint64_t text_bytes, pare_residue **residue, pare_error *err);
void pare_residue_free(pare_residue *residue);

PARE_NODISCARD pare_status pare_residue_note(pare_residue *residue, pare_span value, pare_error *err);
/** `column`: which one withholds it. PARE_E_LIMIT: more than PARE_RESIDUE_MOST seem to stand in the output. */
PARE_NODISCARD pare_status pare_residue_withhold(pare_residue *residue, uint32_t column, pare_span value,
                                                 pare_error *err);
/** A value that a record releases as it is, beside what the same record withholds. */
PARE_NODISCARD pare_status pare_residue_explain(pare_residue *residue, pare_span value, const pare_span *withheld,
                                                size_t n_withheld, pare_error *err);
/** Call `found` for each withheld value in `value`: which column withholds it, and in which form it stands there. */
PARE_NODISCARD pare_status pare_residue_look(pare_residue *residue, pare_span value,
                                             void (*found)(void *context, uint32_t column, pare_residue_form form),
                                             void *context, pare_error *err);

#endif
