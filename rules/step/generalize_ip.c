/*
 * generalize: IP addresses to their network, host bits zero, no suffix.
 *
 * IPv4 is four decimal numbers without leading zeros (RFC 6943 section 3.1.1 on why nothing looser is read). IPv6 is
 * whatever inet_pton() reads (RFC 4291 section 2.2), without a zone, and is written by RFC 5952. An IPv4-mapped address
 * (::ffff:192.0.2.1) hides a v4 host, so it is cut by `v4` in its last 32 bits.
 */
#include "rules/step/generalize.h"

#include "rules/base/span.h"
#include "rules/step/unicode.h"

#include <arpa/inet.h>

typedef struct ip_params {
    pare_generalizer base;
    uint32_t v4, v6; /* bits that stay */
} ip_params;

/* All bits would leave the address as it is, and a policy that says `generalize` means something else. */
static const pare_key_spec ip_keys[] = {
    {.key = "v4",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(ip_params, v4),
     .min = 1,
     .max = 31,
     .help = "Bits of an IPv4 address that stay; default 24."},
    {.key = "v6",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(ip_params, v6),
     .min = 1,
     .max = 127,
     .help = "Bits of an IPv6 address that stay; default 48."},
};
static const pare_schema ip_schema = {.what = "`ip` of `generalize`", .keys = ip_keys, .n_keys = 2};

enum { LONGEST_V4 = 15, LONGEST_V6 = 45 };

static bool read_v4(pare_span value, unsigned char bytes[4])
{
    if (value.len > LONGEST_V4) {
        return false;
    }
    size_t at = 0;
    for (size_t part = 0; part < 4; part++) {
        if (part > 0 && (at == value.len || value.ptr[at++] != '.')) {
            return false;
        }
        size_t from = at;
        unsigned number = 0;
        while (at < value.len && at - from < 3 && pare_ascii_is_digit(value.ptr[at])) {
            number = number * 10 + (unsigned)(value.ptr[at++] - '0');
        }
        if (at == from || number > 255 || (at - from > 1 && value.ptr[from] == '0')) {
            return false;
        }
        bytes[part] = (unsigned char)number;
    }
    return at == value.len;
}

static bool read_v6(pare_span value, unsigned char bytes[16])
{
    char text[LONGEST_V6 + 1];
    if (value.len > LONGEST_V6 || memchr(value.ptr, '\0', value.len) != NULL) {
        return false;
    }
    memcpy(text, value.ptr, value.len);
    text[value.len] = '\0';
    return inet_pton(AF_INET6, text, bytes) == 1;
}

static void clear_host(unsigned char *bytes, size_t n_bytes, uint32_t kept_bits)
{
    for (size_t i = 0; i < n_bytes; i++) {
        size_t first_bit = i * 8;
        if (first_bit >= kept_bits) {
            bytes[i] = 0;
        } else if (kept_bits - first_bit < 8) {
            bytes[i] = (unsigned char)(bytes[i] & (0xFF00U >> (kept_bits - first_bit)));
        }
    }
}

static unsigned char *put_v4(unsigned char *to, const unsigned char bytes[4])
{
    for (size_t i = 0; i < 4; i++) {
        unsigned number = bytes[i];
        if (i > 0) {
            *to++ = '.';
        }
        if (number >= 100) {
            *to++ = (unsigned char)('0' + number / 100);
        }
        if (number >= 10) {
            *to++ = (unsigned char)('0' + number / 10 % 10);
        }
        *to++ = (unsigned char)('0' + number % 10);
    }
    return to;
}

static unsigned char *put_hex(unsigned char *to, unsigned group)
{
    bool begun = false;
    for (unsigned shift = 16; shift > 0;) {
        shift -= 4;
        unsigned digit = group >> shift & 0xF;
        begun = begun || digit > 0 || shift == 0;
        if (begun) {
            *to++ = (unsigned char)"0123456789abcdef"[digit];
        }
    }
    return to;
}

/* RFC 5952 section 4: lower case, no leading zeros, `::` for the first of the longest runs of two or more zero groups.
 */
static unsigned char *put_v6(unsigned char *to, const unsigned char bytes[16])
{
    unsigned groups[8];
    size_t run_at = 8, run = 1;
    for (size_t i = 0; i < 8; i++) {
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    }
    for (size_t i = 0; i < 8; i++) {
        size_t end = i;
        while (end < 8 && groups[end] == 0) {
            end++;
        }
        if (end - i > run) {
            run_at = i;
            run = end - i;
        }
    }
    for (size_t i = 0; i < 8;) {
        if (i == run_at) {
            *to++ = ':';
            *to++ = ':';
            i += run;
            continue;
        }
        if (i > 0 && i != run_at + run) {
            *to++ = ':';
        }
        to = put_hex(to, groups[i++]);
    }
    return to;
}

static pare_outcome apply_ip(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const ip_params *params = (const ip_params *)self;
    unsigned char bytes[16], text[LONGEST_V6 + 1];
    unsigned char *end = text;
    if (read_v4(value, bytes)) {
        clear_host(bytes, 4, params->v4);
        end = put_v4(end, bytes);
    } else if (!read_v6(value, bytes)) {
        return PARE_UNREADABLE;
    } else if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        clear_host(bytes + 12, 4, params->v4);
        memcpy(end, "::ffff:", 7);
        end = put_v4(end + 7, bytes + 12);
    } else {
        clear_host(bytes, 16, params->v6);
        end = put_v6(end, bytes);
    }
    pare_buf_append(out, text, (size_t)(end - text));
    return PARE_RELEASE;
}

static void explain_ip(const pare_generalizer *self, pare_buf *out)
{
    const ip_params *params = (const ip_params *)self;
    pare_buf_printf(out, "keeps the network of the address: %u bits of IPv4, %u of IPv6", params->v4, params->v6);
}

const pare_generalizer *pare_generalize_ip(pare_step *step, const pare_node *node,
                                           const pare_generalize_options *options, pare_build *build)
{
    (void)step;
    (void)options;
    ip_params *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->v4 = 24;
    made->v6 = 48;
    if (!pare_schema_read(&ip_schema, node, node->place, made, &build->reading)) {
        return NULL;
    }
    made->base.apply = apply_ip;
    made->base.explain = explain_ip;
    return &made->base;
}
