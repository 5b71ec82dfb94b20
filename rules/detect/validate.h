/* The validators that have a file of their own, for the table in validator.c. */
#ifndef PARE_RULES_DETECT_VALIDATE_H
#define PARE_RULES_DETECT_VALIDATE_H

#include "rules/detect/validator.h"

/** The ASCII digits of `match` as numbers, the first `max` of them into `out`; returns how many there are. */
size_t pare_digits_of(pare_span match, unsigned char *out, size_t max);

bool pare_is_luhn(pare_span match);        /* validate_card.c */
bool pare_is_card_issuer(pare_span match); /* validate_card.c */
bool pare_is_iban(pare_span match);        /* validate_iban.c */
bool pare_is_phone(pare_span match);       /* validate_phone.c */
size_t pare_phone_in(pare_span match, pare_region region, pare_evidence evidence);

#endif
