/*
 * Texts of the command line as values: numbers, sizes, days, choices.
 *
 * strtoull is not used: it takes signs, blanks and other bases, and what a person typed by mistake should be refused.
 * Days are ISO 8601 calendar dates (extended form).
 */
#include "filter/cmd/option_value.h"

#include "pare/run.h"
#include "rules/base/date.h"
#include "rules/base/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Decimal digits and, where `units` is set, one of K, M, G behind them. */
static bool number_read(const char *text, bool units, uint64_t *number)
{
    uint64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (at == text) {
        return false;
    }
    unsigned shift = 0;
    if (units && *at != '\0') {
        shift = *at == 'K' || *at == 'k' ? 10 : *at == 'M' || *at == 'm' ? 20 : *at == 'G' || *at == 'g' ? 30 : 0;
        if (shift == 0 || value > UINT64_MAX >> shift) {
            return false;
        }
        at++;
    }
    *number = value << shift;
    return *at == '\0';
}

static bool day_read(const char *text, pare_day *day)
{
    pare_moment moment;
    if (!pare_moment_read_iso(pare_span_of(text), &moment) || moment.has_time) {
        return false;
    }
    day->year = moment.date.year;
    day->month = moment.date.month;
    day->day = moment.date.day;
    return true;
}

static bool choice_read(const char *choices, const char *text, int *index)
{
    for (size_t i = 0;; i++) {
        pare_span choice = pare_option_choice(choices, i);
        if (choice.len == 0) {
            return false;
        }
        if (pare_span_is(choice, text)) {
            *index = (int)i;
            return true;
        }
    }
}

/* Level 0 would be "stored": `none` says what is meant. */
static bool compress_read(const char *text, int *level)
{
    uint64_t number = 0;
    if (strcmp(text, "none") == 0) {
        *level = PARE_COMPRESS_NONE;
    } else if (strcmp(text, "gzip") == 0) {
        *level = PARE_COMPRESS_DEFAULT_LEVEL;
    } else if (strncmp(text, "gzip:", 5) == 0 && number_read(text + 5, false, &number) && number >= 1 && number <= 9) {
        *level = (int)number;
    } else {
        return false;
    }
    return true;
}

static bool bad_record_read(const char *text, pare_bad_record_choice *choice)
{
    static const char with_file[] = "quarantine=";
    const size_t len = sizeof with_file - 1;
    if (strcmp(text, "abort") == 0) {
        choice->what = PARE_BAD_ABORT;
    } else if (strcmp(text, "drop") == 0) {
        choice->what = PARE_BAD_DROP;
    } else if (strncmp(text, with_file, len) == 0 && text[len] != '\0') {
        choice->what = PARE_BAD_QUARANTINE;
        choice->file = text + len;
    } else {
        return false;
    }
    return true;
}

const char *pare_option_value_read(const pare_option *option, const char *text, pare_arguments *arguments,
                                   char expected[160])
{
    void *member = (char *)arguments + option->offset;
    uint64_t number = 0;
    switch (option->kind) {
    case PARE_OPTION_FLAG:
        *(bool *)member = true;
        return NULL;
    case PARE_OPTION_FILE:
        *(const char **)member = text;
        return text[0] != '\0' ? NULL : "a file name";
    case PARE_OPTION_TEXT:
        *(const char **)member = text;
        return text[0] != '\0' ? NULL : "a text";
    case PARE_OPTION_FD:
        if (!number_read(text, false, &number) || number > 65535) {
            return "the number of an open file descriptor";
        }
        *(int *)member = (int)number;
        return NULL;
    case PARE_OPTION_COUNT:
    case PARE_OPTION_BYTES: {
        bool bytes = option->kind == PARE_OPTION_BYTES;
        if (!number_read(text, bytes, &number) || number < option->min || number > option->max) {
            snprintf(expected, 160, "a whole number from %" PRIu64 " to %" PRIu64 "%s", option->min, option->max,
                     bytes ? ", or one with K, M or G behind it" : "");
            return expected;
        }
        *(uint64_t *)member = number;
        return NULL;
    }
    case PARE_OPTION_DAY:
        return day_read(text, member) ? NULL : "a day as YYYY-MM-DD";
    case PARE_OPTION_CHOICE:
        if (!choice_read(option->choices, text, member)) {
            snprintf(expected, 160, "one of %s", option->choices);
            return expected;
        }
        return NULL;
    case PARE_OPTION_BAD_RECORD:
        return bad_record_read(text, member) ? NULL : "abort, drop or quarantine=FILE";
    case PARE_OPTION_COMPRESS:
        return compress_read(text, member) ? NULL : "gzip, gzip:LEVEL (1 to 9) or none";
    }
    return "nothing";
}
