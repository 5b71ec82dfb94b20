/* The table of lookup.h. */
#include "rules/step/lookup.h"

#include "rules/base/map.h"
#include "rules/base/span.h"

/* The slot that holds `from`, or the free one where it belongs. n_slots > 0. */
static pare_lookup_entry *find_slot(const pare_lookup *table, pare_span from)
{
    size_t at = (size_t)pare_hash(0, from) & (table->n_slots - 1);
    while (table->slots[at].used && !pare_span_equal(table->slots[at].from, from)) {
        at = (at + 1) & (table->n_slots - 1);
    }
    return &table->slots[at];
}

/* Twice the slots; the old ones stay in the arena, which costs as much again and is freed with the policy. */
static bool grow(pare_lookup *table, pare_build *build)
{
    pare_lookup larger = {.n_slots = table->n_slots == 0 ? 16 : table->n_slots * 2, .n_used = table->n_used};
    larger.slots = pare_build_alloc(build, larger.n_slots, sizeof *larger.slots);
    if (larger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->n_slots; i++) {
        if (table->slots[i].used) {
            *find_slot(&larger, table->slots[i].from) = table->slots[i];
        }
    }
    *table = larger;
    return true;
}

pare_lookup_result pare_lookup_add(pare_lookup *table, pare_build *build, pare_span from, pare_span to)
{
    if (table->n_used >= table->n_slots / 2 && !grow(table, build)) {
        return PARE_LOOKUP_NO_MEMORY;
    }
    pare_lookup_entry *slot = find_slot(table, from);
    if (slot->used) {
        return pare_span_equal(slot->to, to) ? PARE_LOOKUP_OK : PARE_LOOKUP_CONTRADICTS;
    }
    *slot = (pare_lookup_entry){.from = from, .to = to, .used = true};
    table->n_used++;
    return PARE_LOOKUP_OK;
}

const pare_span *pare_lookup_find(const pare_lookup *table, pare_span from)
{
    if (table->n_slots == 0) {
        return NULL;
    }
    const pare_lookup_entry *slot = find_slot(table, from);
    return slot->used ? &slot->to : NULL;
}
