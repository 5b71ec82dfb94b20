/*
 * pseudonymize, method ip: an address becomes another one, and addresses of one network stay together
 * (crypto/pfx.h: ipcrypt-pfx).
 *
 * What is written has one spelling (ip_text.h). An IPv4-mapped address (::ffff:192.0.2.1) is the IPv4 address that it
 * holds, in the form that it had.
 */
#include "rules/step/pseudonymize.h"

#include "rules/base/span.h"
#include "rules/crypto/pfx.h"
#include "rules/step/ip_text.h"

static pare_status open_ip(const pare_token_params *params, pare_span recipient, pare_span key, void **cipher,
                           pare_error *err)
{
    (void)params;
    (void)recipient; /* it is in the key */
    pare_pfx *pfx = NULL;
    pare_status status = pare_pfx_new(key, &pfx, err);
    *cipher = pfx;
    return status;
}

static void close_ip(void *cipher)
{
    pare_pfx_free(cipher);
}

static pare_outcome change(const pare_step *step, pare_scratch *scratch, pare_span value, size_t mark, pare_buf *out,
                           bool (*turn)(pare_pfx *pfx, unsigned char *address, size_t len))
{
    pare_pfx *pfx = pare_token_cipher(step, scratch);
    unsigned char bytes[16], text[PARE_IP_TEXT_BYTES];
    unsigned char *end = text;
    bool made = false;
    if (pfx == NULL) {
        return PARE_WITHHOLD;
    }
    if (pare_ip_read_v4(value, bytes)) {
        made = turn(pfx, bytes, 4);
        end = pare_ip_put_v4(end, bytes);
    } else if (!pare_ip_read_v6(value, bytes)) {
        return PARE_UNREADABLE;
    } else if (pare_ip_is_mapped(bytes)) {
        made = turn(pfx, bytes + 12, 4);
        memcpy(end, "::ffff:", 7);
        end = pare_ip_put_v4(end + 7, bytes + 12);
    } else {
        made = turn(pfx, bytes, 16) && !pare_ip_is_mapped(bytes); /* would be read back as IPv4: 1 in 2^96 */
        end = pare_ip_put_v6(end, bytes);
    }
    if (!made) {
        return PARE_WITHHOLD;
    }
    out->len = mark;
    pare_buf_append(out, text, (size_t)(end - text));
    return PARE_RELEASE;
}

static pare_outcome apply_ip(const pare_step *step, pare_scratch *scratch, pare_span value, size_t mark, pare_buf *out)
{
    return change(step, scratch, value, mark, out, pare_pfx_encrypt);
}

static pare_outcome reverse_ip(const pare_step *step, pare_scratch *scratch, pare_span token, pare_buf *out)
{
    return change(step, scratch, token, out->len, out, pare_pfx_decrypt);
}

static const char *const takes[] = {NULL};
const pare_token_method pare_token_ip = {.name = "ip",
                                         .takes = takes,
                                         .cipher_bytes = PARE_PFX_KEY_BYTES,
                                         .says = "another address, so that addresses of one network stay together",
                                         .open = open_ip,
                                         .close = close_ip,
                                         .apply = apply_ip,
                                         .reverse = reverse_ip};
