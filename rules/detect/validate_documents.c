/*
 * Identity documents whose numbers carry a check digit.
 */
#include "rules/detect/validate_checks.h"

/** ICAO Doc 9303 part 3 section 4.9: weights 7, 3, 1 over digits and letters (A is 10), modulo 10. */
static unsigned icao_check(const char *text, size_t n)
{
    static const unsigned weights[] = {7, 3, 1};
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned value = (unsigned)(text[i] <= '9' ? text[i] - '0' : text[i] - 'A' + 10);
        sum += value * weights[i % 3];
    }
    return sum % 10;
}

/*
 * German identity cards and passports: nine symbols and, as the machine-readable zone has it, a tenth that checks them.
 * The nine alone have no check; many forms and tools take the ninth for one of the eight before it, and cards of before
 * November 2010 begin with T and eight digits at some authorities. What is none of these counts only behind a word.
 */
bool pare_is_de_document(pare_span match)
{
    char text[11];
    size_t n = pare_symbols_of(match, text, sizeof text);
    if (n == 10) {
        return pare_are_digits(text, 9, 10) && (unsigned)(text[9] - '0') == icao_check(text, 9);
    }
    bool checked = n == 9 && pare_are_digits(text, 8, 9) && (unsigned)(text[8] - '0') == icao_check(text, 8);
    return checked || (n == 9 && text[0] == 'T' && pare_are_digits(text, 1, 9));
}
