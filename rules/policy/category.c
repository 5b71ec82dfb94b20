/*
 * Which Fideslang data categories are direct identifiers or sensitive: names of people and of accounts, ways to reach
 * somebody, what GDPR articles 9 and 10 protect, and keys to money or systems. A category covers all that stand below
 * it.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"

static const char *const critical[] = {
    "user.name",
    "user.unique_id",
    "user.account.username",
    "user.contact.email",
    "user.contact.phone_number",
    "user.contact.fax_number",
    "user.contact.address.street",
    "user.contact.url",
    "user.device.cookie_id",
    "user.device.device_id",
    "user.device.ip_address",
    "user.government_id",
    "user.financial",
    "user.payment",
    "user.health_and_medical",
    "user.biometric",
    "user.genetic",
    "user.demographic.race_ethnicity",
    "user.demographic.religious_belief",
    "user.demographic.political_opinion",
    "user.demographic.sexual_orientation",
    "user.race",
    "user.religious_belief",
    "user.political_opinion",
    "user.sexual_orientation",
    "user.criminal_history",
    "user.location.precise",
    "user.credentials",
    "user.authorizing",
    "user.authentication",
    "user.sensor",
    NULL,
};

bool pare_category_is_in(pare_span category, const char *family)
{
    pare_span prefix = pare_span_of(family);
    bool within = category.len > prefix.len && category.ptr[prefix.len] == '.';
    return (within || category.len == prefix.len) && memcmp(category.ptr, prefix.ptr, prefix.len) == 0;
}

bool pare_category_is_critical(pare_span category)
{
    for (size_t i = 0; critical[i] != NULL; i++) {
        if (pare_category_is_in(category, critical[i])) {
            return true;
        }
    }
    return false;
}
