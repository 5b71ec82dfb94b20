/* Arithmetic that the validators of national numbers have in common (validate_checks.c). */
#ifndef PARE_RULES_DETECT_VALIDATE_CHECKS_H
#define PARE_RULES_DETECT_VALIDATE_CHECKS_H

#include "rules/detect/validate.h"
#include "rules/detect/validate_numbers.h"

/**
 * Nobody who is alive in the data was born later. A validator has no clock, so that the same value is judged alike
 * everywhere; where a number tells the century, this tells dates of birth from nonsense.
 */
enum { PARE_LAST_BIRTH_YEAR = 2035 };

/** The match holds exactly n ASCII digits: they are in digits[0..n). */
bool pare_exactly_digits(pare_span match, unsigned char *digits, size_t n);

/** Letters as capitals and digits, everything else left out; returns how many there are, the first `max` in `out`. */
size_t pare_symbols_of(pare_span match, char *out, size_t max);

/** As pare_symbols_of(), with exactly n symbols, and a NUL behind them. */
bool pare_exactly_symbols(pare_span match, char *out, size_t n);

/** Are text[from..to) all digits? */
bool pare_are_digits(const char *text, size_t from, size_t to);

/** Sum of digits times weights; the weights are a text: '0' to '9', then 'A' for 10, 'B' for 11 and so on. */
unsigned pare_weigh(const unsigned char *digits, const char *weights);

/** The same of digits written as text. */
unsigned pare_weigh_text(const char *text, const char *weights);

/** The number that n digits make. */
uint64_t pare_number_of(const unsigned char *digits, size_t n);

bool pare_all_alike(const unsigned char *digits, size_t n);

/** ISO/IEC 7064 MOD 11,10 over all n digits, the last of which is the check digit. */
bool pare_is_mod_11_10(const unsigned char *digits, size_t n);

/** Luhn over n digits, the last of which is the check digit (ISO/IEC 7812-1 annex B). */
bool pare_luhn_holds(const unsigned char *digits, size_t n);

/** Verhoeff's dihedral check over n digits, the last of which is the check digit (J. Verhoeff, 1969). */
bool pare_verhoeff_holds(const unsigned char *digits, size_t n);

/** A day that exists in a year that is not after PARE_LAST_BIRTH_YEAR. */
bool pare_is_birth_date(uint64_t year, uint64_t month, uint64_t day);

/** A day that exists in 19yy or in 20yy. */
bool pare_is_short_date(uint64_t yy, uint64_t month, uint64_t day);

/** Two capitals that ISO 3166-1 assigns, or XK, which banks and tax offices use. */
bool pare_is_country(const char *two);

#endif
