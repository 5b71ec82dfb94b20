/*
 * generalize: IP addresses to their network, host bits zero, no suffix.
 *
 * Addresses are read and written by ip_text.c. An IPv4-mapped address (::ffff:192.0.2.1) hides a v4 host, so it is cut
 * by `v4` in its last 32 bits.
 */
#include "rules/step/generalize.h"

#include "rules/base/span.h"
#include "rules/step/ip_text.h"

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

static pare_outcome apply_ip(const pare_generalizer *self, pare_scratch *scratch, pare_span value, pare_buf *out)
{
    (void)scratch;
    const ip_params *params = (const ip_params *)self;
    unsigned char bytes[16], text[PARE_IP_TEXT_BYTES];
    unsigned char *end = text;
    if (pare_ip_read_v4(value, bytes)) {
        clear_host(bytes, 4, params->v4);
        end = pare_ip_put_v4(end, bytes);
    } else if (!pare_ip_read_v6(value, bytes)) {
        return PARE_UNREADABLE;
    } else if (pare_ip_is_mapped(bytes)) {
        clear_host(bytes + 12, 4, params->v4);
        memcpy(end, "::ffff:", 7);
        end = pare_ip_put_v4(end + 7, bytes + 12);
    } else {
        clear_host(bytes, 16, params->v6);
        end = pare_ip_put_v6(end, bytes);
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
    (void)options;
    step->traits |= PARE_TRAIT_WRITES_OWN | PARE_TRAIT_CHANGES_ALL; /* an address of a network is nobody's */
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
