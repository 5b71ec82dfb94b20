/* SHA-256 against FIPS 180-4 and CAVS, HMAC-SHA256 against RFC 4231 and Wycheproof. */
#include "rules/base/secret.h"
#include "rules/crypto/prim.h"

#include "crypto_vectors.h"

static void assert_sha256(const char *expected, pare_sha256 *hash)
{
    char hex[2 * PARE_SHA256_BYTES + 1];
    pare_sha256_finish_hex(hash, hex);
    assert_string_equal(hex, expected);
}

/* https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values */
static void hashes_the_examples_of_fips_180(void **state)
{
    (void)state;
    pare_sha256 *hash = NULL;
    assert_int_equal(pare_sha256_new(&hash, NULL), PARE_OK);
    assert_sha256("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", hash);
    pare_sha256_update(hash, pare_span_of("abc"));
    assert_sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hash);
    pare_sha256_update(hash, pare_span_of("abcdbcdecdefdefgefghfghighijhijk"));
    pare_sha256_update(hash, pare_span_of(""));
    pare_sha256_update(hash, pare_span_of("ijkljklmklmnlmnomnopnopq"));
    assert_sha256("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", hash);
    for (int i = 0; i < 100000; i++) {
        pare_sha256_update(hash, pare_span_of("aaaaaaaaaa"));
    }
    assert_sha256("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", hash);
    pare_sha256_free(hash);
}

static void hashes_the_short_messages_of_cavs(void **state)
{
    (void)state;
    FILE *file = vector_open("crypto/rfc/hashes_SHA2_SHA256ShortMsg.rsp");
    static vector_bytes message;
    size_t bits = 0, seen = 0, cap = 0;
    char *line = NULL;
    pare_sha256 *hash = NULL;
    assert_int_equal(pare_sha256_new(&hash, NULL), PARE_OK);
    while (getline(&line, &cap, file) > 0) {
        const char *value = NULL;
        if ((value = vector_value(line, "Len")) != NULL) {
            bits = strtoul(value, NULL, 10);
        } else if ((value = vector_value(line, "Msg")) != NULL) {
            vector_hex(&message, value);
        } else if ((value = vector_value(line, "MD")) != NULL) {
            char hex[2 * PARE_SHA256_BYTES + 1];
            pare_sha256_update(hash, pare_span_from(message.bytes, bits / 8));
            pare_sha256_finish_hex(hash, hex);
            assert_memory_equal(hex, value, 2 * PARE_SHA256_BYTES);
            seen++;
        }
    }
    assert_true(seen >= 65);
    pare_sha256_free(hash);
    free(line);
    (void)fclose(file);
}

/* True if the first `len` bytes of the HMAC are those expected. */
static bool hmac_is(pare_span key, pare_span message, const unsigned char *expected, size_t len)
{
    pare_hmac_key prepared;
    unsigned char out[PARE_SHA256_BYTES];
    pare_hmac_prepare(key, &prepared);
    pare_hmac(&prepared, message, out);
    pare_hmac_wipe(&prepared);
    return memcmp(out, expected, len) == 0;
}

/* RFC 4231 section 4: test cases 1 to 7; the fifth gives 128 bits only. */
static void signs_the_cases_of_rfc_4231(void **state)
{
    (void)state;
    static const struct {
        const char *key, *message, *mac;
    } cases[] = {
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"0102030405060708090a0b0c0d0e0f10111213141516171819",
         "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {"0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "546573742057697468205472756e636174696f6e",
         "a3b6167473100ee06e0c796c2955552b"},
    };
    static vector_bytes key, message, mac;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vector_hex(&key, cases[i].key);
        vector_hex(&message, cases[i].message);
        vector_hex(&mac, cases[i].mac);
        assert_true(hmac_is(vector_span(&key), vector_span(&message), mac.bytes, mac.len));
    }
    unsigned char long_key[131];
    memset(long_key, 0xAA, sizeof long_key);
    vector_hex(&mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_true(hmac_is(pare_span_from(long_key, sizeof long_key),
                        pare_span_of("Test Using Larger Than Block-Size Key - Hash Key First"), mac.bytes, mac.len));
    vector_hex(&mac, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
    assert_true(hmac_is(pare_span_from(long_key, sizeof long_key),
                        pare_span_of("This is a test using a larger than block-size key and a larger than "
                                     "block-size data. The key needs to be hashed before being used by the "
                                     "HMAC algorithm."),
                        mac.bytes, mac.len));
}

/* HMAC from its definition in RFC 2104, on the streaming hash: only the hash is shared with the prepared states. */
static void hmac_by_definition(pare_span key, pare_span message, char hex[2 * PARE_SHA256_BYTES + 1])
{
    static vector_bytes inner;
    unsigned char block[64] = {0}, pad[64];
    pare_sha256 *hash = NULL;
    assert_int_equal(pare_sha256_new(&hash, NULL), PARE_OK);
    assert_true(key.len <= sizeof block);
    memcpy(block, key.ptr, key.len);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] = block[i] ^ 0x36;
    }
    pare_sha256_update(hash, pare_span_from(pad, sizeof pad));
    pare_sha256_update(hash, message);
    pare_sha256_finish_hex(hash, hex);
    vector_hex(&inner, hex);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] = block[i] ^ 0x5C;
    }
    pare_sha256_update(hash, pare_span_from(pad, sizeof pad));
    pare_sha256_update(hash, vector_span(&inner));
    pare_sha256_finish_hex(hash, hex);
    pare_sha256_free(hash);
}

/* Lengths around 55 (one block), 56, 64, 119, 120: where the padding changes. */
static void signs_every_length_as_the_definition_says(void **state)
{
    (void)state;
    static vector_bytes expected;
    unsigned char message[300];
    for (size_t i = 0; i < sizeof message; i++) {
        message[i] = (unsigned char)(i * 7 + 3);
    }
    for (size_t key_len = 0; key_len <= 64; key_len += 16) {
        for (size_t len = 0; len <= sizeof message; len++) {
            char hex[2 * PARE_SHA256_BYTES + 1];
            pare_span key = pare_span_from(message, key_len), text = pare_span_from(message, len);
            hmac_by_definition(key, text, hex);
            vector_hex(&expected, hex);
            assert_true(hmac_is(key, text, expected.bytes, expected.len));
        }
    }
}

static void agrees_with_wycheproof(void **state)
{
    (void)state;
    FILE *file = vector_open("crypto/wycheproof/hmac_sha256_test.json");
    static vector_bytes key, message, tag;
    size_t valid = 0, invalid = 0, cap = 0;
    char *line = NULL;
    while (getline(&line, &cap, file) > 0) {
        const char *value = NULL;
        if ((value = vector_value(line, "key")) != NULL) {
            vector_hex(&key, value);
        } else if ((value = vector_value(line, "msg")) != NULL) {
            vector_hex(&message, value);
        } else if ((value = vector_value(line, "tag")) != NULL) {
            vector_hex(&tag, value);
        } else if ((value = vector_value(line, "result")) != NULL) {
            bool expected = strncmp(value, "valid", 5) == 0;
            assert_true(tag.len <= PARE_SHA256_BYTES);
            assert_int_equal(hmac_is(vector_span(&key), vector_span(&message), tag.bytes, tag.len), expected);
            valid += expected;
            invalid += !expected;
        }
    }
    assert_int_equal(valid + invalid, 174);
    assert_true(valid > 0 && invalid > 0);
    free(line);
    (void)fclose(file);
}

static void random_bytes_differ(void **state)
{
    (void)state;
    unsigned char a[32] = {0}, b[32] = {0};
    assert_int_equal(pare_random(a, sizeof a, NULL), PARE_OK);
    assert_int_equal(pare_random(b, sizeof b, NULL), PARE_OK);
    assert_memory_not_equal(a, b, sizeof a);
}

static void secrets_are_zeroed_and_compared_whole(void **state)
{
    (void)state;
    unsigned char zeros[100] = {0};
    unsigned char *secret = pare_secret_alloc(sizeof zeros);
    assert_non_null(secret);
    assert_true(pare_secret_equal(secret, zeros, sizeof zeros));
    for (size_t i = 0; i < sizeof zeros; i++) {
        secret[i] = 0x80;
        assert_false(pare_secret_equal(secret, zeros, sizeof zeros));
        assert_true(pare_secret_equal(secret, zeros, i));
        pare_secret_wipe(secret + i, 1);
    }
    assert_memory_equal(secret, zeros, sizeof zeros);
    pare_secret_free(secret, sizeof zeros);
    pare_secret_free(NULL, sizeof zeros);
    assert_null(pare_secret_alloc(SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_the_examples_of_fips_180),
        cmocka_unit_test(hashes_the_short_messages_of_cavs),
        cmocka_unit_test(signs_the_cases_of_rfc_4231),
        cmocka_unit_test(signs_every_length_as_the_definition_says),
        cmocka_unit_test(agrees_with_wycheproof),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(secrets_are_zeroed_and_compared_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
