/*
 * shift: all dates of one person move by the same number of days, never by none.
 *
 * The number comes from HMAC-SHA256 over the text of the field `by` under a key derived for method `shift`, this
 * recipient and domain, so intervals between a person's dates stay what they are, and two recipients see different
 * shifts. Exactly: docs/STEPS.md; frozen like the tokens.
 *
 * Only the date changes: clock time, fraction and zone stay as they stand. What can't be read as a date, or would
 * leave the years 1 to 9999, is unreadable; who has no value in `by` is withheld.
 */
#include "rules/step/build.h"

#include "rules/base/span.h"

enum { MAX_DAYS = 36500, ISO_DATE_BYTES = 10 };

typedef struct shift_params {
    uint32_t days;
    pare_span by, domain;
    pare_texts format;
    const pare_texts *patterns;
} shift_params;

static const pare_key_spec shift_keys[] = {
    {.key = "days",
     .kind = PARE_KIND_COUNT,
     .required = true,
     .offset = offsetof(shift_params, days),
     .min = 1,
     .max = MAX_DAYS,
     .help = "Dates move by 1 to so many days, back or forth."},
    {.key = "by",
     .kind = PARE_KIND_NAME,
     .required = true,
     .offset = offsetof(shift_params, by),
     .help = "The field that tells persons apart: all dates of one person move alike."},
    {.key = "domain",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(shift_params, domain),
     .help = "Steps of one domain move one person's dates alike; default `shift`, for all fields and policies."},
    {.key = "format",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(shift_params, format),
     .help = "strptime patterns that dates are read by; default: `input: dates`, or ISO 8601."},
};
static const pare_schema shift_schema = {
    .what = "the step `shift`", .keys = shift_keys, .n_keys = sizeof shift_keys / sizeof shift_keys[0]};

static bool build_shift(pare_step *step, const pare_node *params, pare_build *build)
{
    shift_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return false;
    }
    made->domain = pare_span_of("shift");
    bool good = pare_schema_read(&shift_schema, params, step->place, made, &build->reading);
    good = pare_check_date_patterns(&made->format, build) && good;
    if (!good || !pare_build_read(step, build, made->by, pare_param_place(step, params, "by"), "step `shift`")) {
        return false;
    }
    made->patterns = made->format.n > 0 || build->date_patterns == NULL ? &made->format : build->date_patterns;
    step->params = made;
    step->key_use.method = pare_span_of("shift");
    step->key_use.domain = made->domain;
    return true;
}

/* -days to -1 and 1 to days, all as likely as each other. False: with a probability below 2^-180. */
static bool draw_days(const unsigned char mac[PARE_SHA256_BYTES], uint32_t days, int64_t *result)
{
    uint64_t choices = 2 * (uint64_t)days;
    uint64_t unfair = (UINT64_MAX % choices + 1) % choices; /* 2^64 mod choices: so many numbers are too many */
    for (size_t at = 0; at < PARE_SHA256_BYTES; at += 8) {
        uint64_t number = 0;
        for (size_t i = 0; i < 8; i++) {
            number = number << 8 | mac[at + i];
        }
        if (number <= UINT64_MAX - unfair) {
            int64_t choice = (int64_t)(number % choices);
            *result = choice - (int64_t)days + (choice >= (int64_t)days);
            return true;
        }
    }
    return false;
}

/* YYYY-MM-DD, by hand: it runs for every record. */
static void append_iso(pare_buf *out, pare_date date)
{
    const unsigned numbers[] = {(unsigned)date.year / 100, (unsigned)date.year % 100, date.month, date.day};
    static const unsigned char places[] = {0, 2, 5, 8};
    unsigned char text[ISO_DATE_BYTES];
    memcpy(text, "0000-00-00", sizeof text);
    for (size_t i = 0; i < 4; i++) {
        text[places[i]] = (unsigned char)('0' + numbers[i] / 10);
        text[places[i] + 1] = (unsigned char)('0' + numbers[i] % 10);
    }
    pare_buf_append(out, text, sizeof text);
}

/* The value with its date moved. */
static pare_outcome write_moved(const shift_params *params, pare_span value, int64_t by_days, pare_buf *out)
{
    pare_moment moment;
    size_t used = 0; /* which pattern reads the value */
    while (used < params->patterns->n && !pare_moment_read(params->patterns->items[used], value, &moment)) {
        used++;
    }
    bool iso = params->patterns->n == 0;
    if (iso ? !pare_moment_read_iso(value, &moment) : used == params->patterns->n) {
        return PARE_UNREADABLE;
    }
    int64_t day = pare_date_to_days(moment.date) + by_days;
    pare_date date = pare_date_from_days(day); /* stops at the calendar's ends */
    if (pare_date_to_days(date) != day) {
        return PARE_UNREADABLE;
    }
    if (!iso) {
        return pare_moment_rewrite(params->patterns->items[used], value, date, out) ? PARE_RELEASE : PARE_UNREADABLE;
    }
    append_iso(out, date);
    pare_buf_append_span(out, pare_span_after(value, ISO_DATE_BYTES));
    return PARE_RELEASE;
}

static pare_outcome apply_shift(const pare_step *step, pare_scratch *scratch, const pare_record *record,
                                pare_span value, pare_buf *out)
{
    const shift_params *params = step->params;
    pare_span person;
    int64_t days;
    unsigned char mac[PARE_SHA256_BYTES];
    if (value.len == 0) {
        return PARE_SAME;
    }
    if (!pare_step_read(step, scratch, record, 0, &person)) {
        return PARE_WITHHOLD;
    }
    pare_hmac(&scratch->keys[step->key_slot], person, mac);
    return draw_days(mac, params->days, &days) ? write_moved(params, value, days, out) : PARE_WITHHOLD;
}

static void explain_shift(const pare_step *step, pare_buf *out)
{
    const shift_params *params = step->params;
    pare_buf_printf(out, "moves the date by 1 to %u day%s, back or forth, alike for all dates of one `", params->days,
                    params->days == 1 ? "" : "s");
    pare_buf_append_span(out, params->by);
    pare_buf_append_text(out, "`");
}

const pare_step_type pare_step_shift = {
    .name = "shift",
    .family = "noise addition",
    .summary = "All dates of one person move by the same secret number of days; intervals stay.",
    .params = &shift_schema,
    .traits = PARE_TRAIT_NEEDS_KEY,
    .build = build_shift,
    .apply = apply_shift,
    .explain = explain_shift,
};
