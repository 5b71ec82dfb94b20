/*
 * A text made of another one, and which bytes of the one became which of the other.
 *
 * Only the pieces that changed are noted, in order; between them bytes are the same and only moved. What was found in
 * the text made can so be pointed to in the text before, in whole pieces, and the other way round.
 *
 *     before   M ü l l e r < a & # 6 4 ; b . e x a m p l e >
 *     made     M ü l l e r < a @         b . e x a m p l e >        one edit: 5 bytes became 1
 */
#ifndef PARE_RULES_STEP_REWRITING_H
#define PARE_RULES_STEP_REWRITING_H

#include "rules/base/buf.h"
#include "rules/detect/regex.h"

/** Bytes [from, to) of the text before, never none, became [made_from, made_to), perhaps none. */
typedef struct pare_edit {
    uint32_t from, to, made_from, made_to;
} pare_edit;

typedef struct pare_rewriting {
    pare_span before;
    pare_buf *made;  /* borrowed; this text is all that stands in it */
    pare_buf *edits; /* borrowed; may be shared: ours are `n_edits` from the byte `first` on */
    size_t first, n_edits;
} pare_rewriting;

/** Begin with nothing made. `before` is shorter than 2^32 bytes, and valid while the rewriting is in use. */
void pare_rewriting_begin(pare_rewriting *rewriting, pare_span before, pare_buf *made, pare_buf *edits);

/** Take over bytes [from, to) of the text before as they are. */
static inline void pare_rewriting_keep(pare_rewriting *rewriting, size_t from, size_t to)
{
    pare_buf_append(rewriting->made, rewriting->before.ptr + from, to - from);
}

/** Note that [from, to) of the text before became what was appended to `made` behind `mark`. */
void pare_rewriting_note(pare_rewriting *rewriting, size_t from, size_t to, size_t mark);

/** Whether everything that was appended is there. Ask before one of the two that follow. */
static inline bool pare_rewriting_is_whole(const pare_rewriting *rewriting)
{
    return rewriting->made->status == PARE_OK && rewriting->edits->status == PARE_OK &&
           rewriting->made->len <= UINT32_MAX;
}

/** What of the text before became `range` (not empty) of the text made: pieces that changed are taken whole. */
pare_range pare_rewriting_back(const pare_rewriting *rewriting, pare_range range);
/** What of the text made came of `range` (not empty) of the text before; perhaps nothing. */
pare_range pare_rewriting_forth(const pare_rewriting *rewriting, pare_range range);

#endif
