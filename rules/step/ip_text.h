/* IP addresses from text and to text, as the steps on addresses read and write them: strictly, and one way. */
#ifndef PARE_RULES_STEP_IP_TEXT_H
#define PARE_RULES_STEP_IP_TEXT_H

#include "pare/types.h"

enum { PARE_IP_TEXT_BYTES = 48 }; /* room for any address that is written here, no NUL */

bool pare_ip_read_v4(pare_span value, unsigned char bytes[4]);
bool pare_ip_read_v6(pare_span value, unsigned char bytes[16]);

/** ::ffff:0:0/96: an IPv4 address in the form of an IPv6 one. */
bool pare_ip_is_mapped(const unsigned char bytes[16]);

/** Write at `to`; return what is behind the last character. */
unsigned char *pare_ip_put_v4(unsigned char *to, const unsigned char bytes[4]);
/** By RFC 5952 section 4. */
unsigned char *pare_ip_put_v6(unsigned char *to, const unsigned char bytes[16]);

#endif
