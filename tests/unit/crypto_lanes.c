/*
 * Many HMACs at once against one at a time (which crypto_hash and crypto_vectors hold against RFC 4231 and Wycheproof):
 * all lengths around the block, every number of messages.
 */
#include "rules/crypto/lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 64, LONGEST = 400 };

static void same_as_one_by_one(void **state)
{
    (void)state;
    static unsigned char bytes[MOST][LONGEST], macs[MOST][PARE_SHA256_BYTES];
    static const unsigned char secret[32] = {1, 2, 3, 4, 5};
    pare_span key_bytes = {secret, sizeof secret}, messages[MOST];
    pare_hmac_key key;
    pare_lanes *lanes = pare_lanes_new();
    if (lanes == NULL) {
        skip();
    }
    pare_hmac_prepare(key_bytes, &key);
    for (size_t i = 0; i < sizeof bytes; i++) {
        ((unsigned char *)bytes)[i] = (unsigned char)(i * 131 + (i >> 8));
    }
    for (size_t n = 0; n <= MOST; n++) {
        for (size_t round = 0; round < 9; round++) {
            for (size_t i = 0; i < n; i++) {
                messages[i] = (pare_span){bytes[i], 1 + (i * 7 + round * 53 + n) % (LONGEST - 1)};
            }
            memset(macs, 0, sizeof macs);
            assert_true(pare_lanes_hmac(lanes, &key, messages, n, macs));
            for (size_t i = 0; i < n; i++) {
                unsigned char expected[PARE_SHA256_BYTES];
                pare_hmac(&key, messages[i], expected);
                assert_memory_equal(macs[i], expected, sizeof expected);
            }
        }
    }
    messages[3].len = 0; /* refused, and nothing is upset by it */
    assert_false(pare_lanes_hmac(lanes, &key, messages, MOST, macs));
    messages[3].len = PARE_LANES_MAX_MESSAGE + 1;
    assert_false(pare_lanes_hmac(lanes, &key, messages, MOST, macs));
    messages[3].len = 5;
    assert_true(pare_lanes_hmac(lanes, &key, messages, MOST, macs));
    unsigned char again[PARE_SHA256_BYTES];
    pare_hmac(&key, messages[3], again);
    assert_memory_equal(macs[3], again, sizeof again);
    pare_lanes_free(lanes);
}

/** RFC 4231 test case 2: key "Jefe", "what do ya want for nothing?". */
static void published_vector(void **state)
{
    (void)state;
    static const unsigned char expected[PARE_SHA256_BYTES] = {
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
        0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
    pare_span key_bytes = {(const unsigned char *)"Jefe", 4};
    pare_span message = {(const unsigned char *)"what do ya want for nothing?", 28};
    unsigned char mac[1][PARE_SHA256_BYTES];
    pare_hmac_key key;
    pare_lanes *lanes = pare_lanes_new();
    if (lanes == NULL) {
        skip();
    }
    pare_hmac_prepare(key_bytes, &key);
    assert_true(pare_lanes_hmac(lanes, &key, &message, 1, mac));
    assert_memory_equal(mac[0], expected, sizeof expected);
    pare_lanes_free(lanes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_one_by_one),
        cmocka_unit_test(published_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
