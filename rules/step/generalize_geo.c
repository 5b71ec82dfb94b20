/*
 * generalize: places. Degrees as decimal text, alone or as a pair `latitude,longitude`, to the nearest point of a
 * grid of so many digits behind the point (away from zero where two are as near). Exact: exact.h.
 *
 * All digits of the grid are written, zeros too, so that what stands there tells the grid and nothing about the
 * value.
 */
#include "rules/step/exact.h"
#include "rules/step/generalize.h"

#include "rules/base/span.h"

enum { MAX_DECIMALS = 6, MAX_LATITUDE = 90, MAX_LONGITUDE = 180 };

typedef struct geo_params {
    pare_generalizer base;
    uint32_t decimals;
} geo_params;

static const pare_key_spec geo_keys[] = {
    {.key = "decimals",
     .kind = PARE_KIND_COUNT,
     .required = true,
     .offset = offsetof(geo_params, decimals),
     .max = MAX_DECIMALS,
     .help = "Digits of a degree that stay behind the point; 1 is a grid of about 11 km, 2 of 1.1 km."},
};
static const pare_schema geo_schema = {
    .what = "`geo` of `generalize`", .keys = geo_keys, .n_keys = 1, .shorthand = "decimals"};

/* One coordinate of at most `limit` degrees, before and behind rounding. */
static bool append_coordinate(pare_span text, unsigned decimals, int limit, pare_buf *out)
{
    pare_exact number;
    pare_whole units, most = limit;
    for (unsigned i = 0; i < decimals; i++) {
        most *= 10;
    }
    if (!pare_exact_read(text, &number) || number.before.len > 3 || !pare_exact_floor(&number, decimals, &units)) {
        return false;
    }
    bool beyond = units > most || units < -most || (units == most && number.behind.len > decimals);
    if (beyond || !pare_exact_nearest(&number, decimals, &units)) {
        return false;
    }
    pare_exact_append_fixed(out, units, decimals);
    return true;
}

static pare_outcome apply_geo(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    const geo_params *params = (const geo_params *)self;
    const unsigned char *comma = memchr(value.ptr, ',', value.len);
    if (comma == NULL) {
        return append_coordinate(value, params->decimals, MAX_LONGITUDE, out) ? PARE_RELEASE : PARE_UNREADABLE;
    }
    size_t first = (size_t)(comma - value.ptr);
    size_t second = first + 1;
    while (second < value.len && value.ptr[second] == ' ') {
        second++;
    }
    bool read = append_coordinate(pare_span_first(value, first), params->decimals, MAX_LATITUDE, out);
    pare_buf_append(out, value.ptr + first, second - first);
    read = read && append_coordinate(pare_span_after(value, second), params->decimals, MAX_LONGITUDE, out);
    return read ? PARE_RELEASE : PARE_UNREADABLE;
}

static void explain_geo(const pare_generalizer *self, pare_buf *out)
{
    const geo_params *params = (const geo_params *)self;
    pare_buf_printf(out, "rounds coordinates to %u decimal%s of a degree", params->decimals,
                    params->decimals == 1 ? "" : "s");
}

const pare_generalizer *pare_generalize_geo(pare_step *step, const pare_node *node,
                                            const pare_generalize_options *options, pare_build *build)
{
    (void)step;
    (void)options;
    geo_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL || !pare_schema_read(&geo_schema, node, node->place, made, &build->reading)) {
        return NULL;
    }
    made->base.apply = apply_geo;
    made->base.explain = explain_geo;
    return &made->base;
}
