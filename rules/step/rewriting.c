/* Edits between two texts (rewriting.h), found again by bisection. */
#include "rules/step/rewriting.h"

void pare_rewriting_begin(pare_rewriting *rewriting, pare_span before, pare_buf *made, pare_buf *edits)
{
    *rewriting = (pare_rewriting){.before = before, .made = made, .edits = edits, .first = edits->len};
    pare_buf_reset(made);
}

void pare_rewriting_note(pare_rewriting *rewriting, size_t from, size_t to, size_t mark)
{
    pare_edit edit = {(uint32_t)from, (uint32_t)to, (uint32_t)mark, (uint32_t)rewriting->made->len};
    pare_buf_append(rewriting->edits, &edit, sizeof edit);
    rewriting->n_edits++;
}

/** One side of an edit, and the other. */
typedef struct sides {
    size_t from, to, other_from, other_to;
} sides;

static sides edit_at(const pare_rewriting *rewriting, size_t index, bool back)
{
    pare_edit edit;
    memcpy(&edit, rewriting->edits->ptr + rewriting->first + index * sizeof edit, sizeof edit);
    sides forth = {edit.from, edit.to, edit.made_from, edit.made_to};
    sides backward = {edit.made_from, edit.made_to, edit.from, edit.to};
    return back ? backward : forth;
}

/** How many edits begin before `at`; with `including`, at it as well. */
static size_t count_until(const pare_rewriting *rewriting, size_t at, bool including, bool back)
{
    size_t low = 0, high = rewriting->n_edits;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        size_t from = edit_at(rewriting, middle, back).from;
        if (from < at || (including && from == at)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static pare_range map(const pare_rewriting *rewriting, pare_range range, bool back)
{
    pare_range result = range;
    size_t n = count_until(rewriting, range.from, true, back);
    if (n > 0) {
        sides last = edit_at(rewriting, n - 1, back);
        result.from = range.from < last.to ? last.other_from : last.other_to + (range.from - last.to);
    }
    n = count_until(rewriting, range.to, false, back);
    if (n > 0) {
        sides last = edit_at(rewriting, n - 1, back);
        result.to = range.to <= last.to ? last.other_to : last.other_to + (range.to - last.to);
    }
    return result;
}

pare_range pare_rewriting_back(const pare_rewriting *rewriting, pare_range range)
{
    return map(rewriting, range, true);
}

pare_range pare_rewriting_forth(const pare_rewriting *rewriting, pare_range range)
{
    return map(rewriting, range, false);
}
