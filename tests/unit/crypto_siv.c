/* AES, CMAC, SIV and prefix-preserving addresses against FIPS 197, RFC 4493, RFC 5297, ipcrypt's draft, Wycheproof. */
#include "rules/crypto/pfx.h"
#include "rules/crypto/siv.h"

#include "crypto_vectors.h"

static vector_bytes key, message, expected, out;

static void encrypts_the_blocks_of_fips_197(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a"},
        {"000102030405060708090a0b0c0d0e0f1011121314151617", "dda97ca4864cdfe06eaf70a0ec0d7191"},
        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "8ea2b7ca516745bfeafc49904b496089"},
    };
    for (size_t i = 0; i < 3; i++) {
        pare_aes *aes = NULL;
        unsigned char blocks[3 * PARE_AES_BLOCK];
        vector_hex(&key, cases[i][0]);
        vector_hex(&message, "00112233445566778899aabbccddeeff");
        vector_hex(&expected, cases[i][1]);
        assert_int_equal(pare_aes_new(vector_span(&key), &aes, NULL), PARE_OK);
        for (size_t b = 0; b < 3; b++) {
            memcpy(blocks + b * PARE_AES_BLOCK, message.bytes, PARE_AES_BLOCK);
        }
        assert_true(pare_aes_encrypt(aes, blocks, blocks, 3));
        for (size_t b = 0; b < 3; b++) {
            assert_memory_equal(blocks + b * PARE_AES_BLOCK, expected.bytes, PARE_AES_BLOCK);
        }
        pare_aes_free(aes);
    }
    pare_aes *none = NULL;
    assert_int_equal(pare_aes_new(pare_span_from(key.bytes, 31), &none, NULL), PARE_E_INTERNAL);
    assert_null(none);
    pare_aes_free(NULL);
}

static void assert_cmac(void)
{
    pare_aes *aes = NULL;
    assert_int_equal(pare_aes_new(vector_span(&key), &aes, NULL), PARE_OK);
    assert_true(pare_cmac(aes, vector_span(&message), out.bytes));
    assert_memory_equal(out.bytes, expected.bytes, PARE_AES_BLOCK);
    pare_aes_free(aes);
}

/* RFC 4493 section 4. */
static void makes_the_macs_of_rfc_4493(void **state)
{
    (void)state;
    static const char text[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                               "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    static const struct {
        size_t len;
        const char *mac;
    } cases[] = {{0, "bb1d6929e95937287fa37d129b756746"},
                 {16, "070a16b46b4d4144f79bdd9dd04a287c"},
                 {40, "dfa66747de9ae63030ca32611497c827"},
                 {64, "51f0bebf7e3b9d92fc49741779363cfe"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vector_hex(&key, "2b7e151628aed2a6abf7158809cf4f3c");
        vector_hex(&message, text);
        message.len = cases[i].len;
        vector_hex(&expected, cases[i].mac);
        assert_cmac();
    }
}

static void makes_the_macs_of_sp_800_38b(void **state)
{
    (void)state;
    static const char *const names[] = {"crypto/rfc/CMAC_nist-800-38b-aes128.txt",
                                        "crypto/rfc/CMAC_nist-800-38b-aes192.txt",
                                        "crypto/rfc/CMAC_nist-800-38b-aes256.txt"};
    char *line = NULL;
    size_t cap = 0, seen = 0;
    for (size_t i = 0; i < 3; i++) {
        FILE *file = vector_open(names[i]);
        while (getline(&line, &cap, file) > 0) {
            const char *value = NULL;
            if ((value = vector_value(line, "KEY")) != NULL) {
                vector_hex(&key, value);
            } else if ((value = vector_value(line, "MESSAGE")) != NULL) {
                vector_hex(&message, value);
            } else if ((value = vector_value(line, "OUTPUT")) != NULL) {
                vector_hex(&expected, value);
                assert_cmac();
                seen++;
            }
        }
        (void)fclose(file);
    }
    free(line);
    assert_int_equal(seen, 12);
}

static void assert_siv(const pare_span *data, size_t n_data)
{
    pare_siv *siv = NULL;
    assert_int_equal(pare_siv_new(vector_span(&key), data, n_data, &siv, NULL), PARE_OK);
    for (size_t again = 0; again < 2; again++) { /* the context serves many values */
        memset(out.bytes, 0xAA, message.len + PARE_SIV_TAG_BYTES + 1);
        assert_int_equal(expected.len, message.len + PARE_SIV_TAG_BYTES);
        assert_true(pare_siv_encrypt(siv, vector_span(&message), out.bytes));
        assert_memory_equal(out.bytes, expected.bytes, expected.len);
        assert_int_equal(out.bytes[expected.len], 0xAA);
        assert_true(pare_siv_decrypt(siv, vector_span(&expected), out.bytes));
        assert_memory_equal(out.bytes, message.bytes, message.len);
    }
    pare_siv_free(siv);
}

/* RFC 5297 appendix A.1 and A.2. */
static void seals_the_examples_of_rfc_5297(void **state)
{
    (void)state;
    vector_bytes data[3];
    vector_hex(&key, "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    vector_hex(&data[0], "101112131415161718191a1b1c1d1e1f2021222324252627");
    vector_hex(&message, "112233445566778899aabbccddee");
    vector_hex(&expected, "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
    assert_siv((pare_span[]){vector_span(&data[0])}, 1);

    vector_hex(&key, "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f");
    vector_hex(&data[0], "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100");
    vector_hex(&data[1], "102030405060708090a0");
    vector_hex(&data[2], "09f911029d74e35bd84156c5635688c0");
    vector_hex(&message,
               "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553");
    vector_hex(&expected,
               "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829"
               "ea64ad544a272e9c485b62a3fd5c0d");
    assert_siv((pare_span[]){vector_span(&data[0]), vector_span(&data[1]), vector_span(&data[2])}, 3);
}

static void seals_the_shared_examples(void **state)
{
    (void)state;
    FILE *file = vector_open("crypto/rfc/ciphers_AES_SIV_openssl.txt");
    static vector_bytes data[3], tag;
    char *line = NULL;
    size_t cap = 0, seen = 0, n_data = 0;
    while (getline(&line, &cap, file) > 0) {
        const char *value = NULL;
        if ((value = vector_value(line, "Key")) != NULL) {
            vector_hex(&key, value);
            n_data = 0;
        } else if ((value = vector_value(line, "AAD")) != NULL || (value = vector_value(line, "AAD2")) != NULL ||
                   (value = vector_value(line, "AAD3")) != NULL) {
            vector_hex(&data[n_data++], value);
        } else if ((value = vector_value(line, "Tag")) != NULL) {
            vector_hex(&tag, value);
        } else if ((value = vector_value(line, "Plaintext")) != NULL) {
            vector_hex(&message, value);
        } else if ((value = vector_value(line, "Ciphertext")) != NULL) {
            vector_hex(&out, value);
            memcpy(expected.bytes, tag.bytes, tag.len);
            memcpy(expected.bytes + tag.len, out.bytes, out.len);
            expected.len = tag.len + out.len;
            assert_siv((pare_span[]){vector_span(&data[0]), vector_span(&data[1]), vector_span(&data[2])}, n_data);
            seen++;
        }
    }
    free(line);
    (void)fclose(file);
    assert_int_equal(seen, 4);
}

static void agrees_with_wycheproof(void **state)
{
    (void)state;
    FILE *file = vector_open("crypto/wycheproof/aes_siv_cmac_test.json");
    static vector_bytes data;
    char *line = NULL;
    size_t cap = 0, valid = 0, invalid = 0;
    while (getline(&line, &cap, file) > 0) {
        const char *value = NULL;
        if ((value = vector_value(line, "key")) != NULL) {
            vector_hex(&key, value);
        } else if ((value = vector_value(line, "aad")) != NULL) {
            vector_hex(&data, value);
        } else if ((value = vector_value(line, "msg")) != NULL) {
            vector_hex(&message, value);
        } else if ((value = vector_value(line, "ct")) != NULL) {
            vector_hex(&expected, value);
        } else if ((value = vector_value(line, "result")) != NULL && strncmp(value, "valid", 5) == 0) {
            assert_siv((pare_span[]){vector_span(&data)}, 1);
            valid++;
        } else if (value != NULL) {
            pare_siv *siv = NULL;
            assert_int_equal(pare_siv_new(vector_span(&key), (pare_span[]){vector_span(&data)}, 1, &siv, NULL),
                             PARE_OK);
            assert_false(pare_siv_decrypt(siv, vector_span(&expected), out.bytes));
            pare_siv_free(siv);
            invalid++;
        }
    }
    free(line);
    (void)fclose(file);
    assert_int_equal(valid, 118);
    assert_int_equal(invalid, 324);
}

/* Long enough for many counters, and changed in every byte. */
static void refuses_what_was_changed(void **state)
{
    (void)state;
    pare_siv *siv = NULL;
    key.len = 64;
    memset(key.bytes, 7, key.len);
    const pare_span data[] = {pare_span_of("a"), pare_span_of("b")};
    assert_int_equal(pare_siv_new(vector_span(&key), data, 2, &siv, NULL), PARE_OK);
    message.len = 700;
    memset(message.bytes, 'x', message.len);
    expected.len = message.len + PARE_SIV_TAG_BYTES;
    assert_true(pare_siv_encrypt(siv, vector_span(&message), expected.bytes));
    for (size_t i = 0; i < expected.len; i++) {
        expected.bytes[i] ^= 1;
        assert_false(pare_siv_decrypt(siv, vector_span(&expected), out.bytes));
        assert_int_equal(out.bytes[0] | out.bytes[message.len - 1], 0);
        expected.bytes[i] ^= 1;
    }
    assert_true(pare_siv_decrypt(siv, vector_span(&expected), out.bytes));
    assert_false(pare_siv_decrypt(siv, pare_span_from(expected.bytes, PARE_SIV_TAG_BYTES - 1), out.bytes));
    pare_siv_free(siv);
    /* the strings of associated data are two, not one */
    pare_siv *other = NULL;
    const pare_span joined[] = {pare_span_of("ab"), pare_span_of("")};
    assert_int_equal(pare_siv_new(vector_span(&key), joined, 2, &other, NULL), PARE_OK);
    assert_false(pare_siv_decrypt(other, vector_span(&expected), out.bytes));
    pare_siv_free(other);
    other = NULL;
    assert_int_equal(pare_siv_new(pare_span_from(key.bytes, 63), data, 2, &other, NULL), PARE_E_INTERNAL);
    assert_null(other);
}

/* Test vectors of draft-denis-ipcrypt, appendix on ipcrypt-pfx. */
static void encrypts_the_addresses_of_the_draft(void **state)
{
    (void)state;
    static const char one[] = "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301";
    static const char two[] = "2b7e151628aed2a6abf7158809cf4f3ca9f5ba40db214c3798f2e1c23456789a";
    static const struct {
        const char *key, *address, *sealed;
    } cases[] = {
        {one, "00000000", "97529b86"},                                                 /* 0.0.0.0, 151.82.155.134 */
        {one, "ffffffff", "5eb9a959"},                                                 /* 94.185.169.89 */
        {one, "c0000201", "64734883"},                                                 /* 192.0.2.1, 100.115.72.131 */
        {one, "20010db8000000000000000000000001", "c1805dd42587352430abfa656ab60f88"}, /* 2001:db8::1 */
        {one, "20010db8000000000000000000000002", "c1805dd42587352430abfa656ab60f8a"},
        {one, "20010db8123456789abcdef012345678", "c1805dd43f3957922334a348e9134af5"},
        {two, "0a00002f", "13d6d2f4"}, /* 10.0.0.47, 19.214.210.244 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_pfx *pfx = NULL;
        vector_hex(&key, cases[i].key);
        vector_hex(&message, cases[i].address);
        vector_hex(&expected, cases[i].sealed);
        assert_int_equal(pare_pfx_new(vector_span(&key), &pfx, NULL), PARE_OK);
        memcpy(out.bytes, message.bytes, message.len);
        assert_true(pare_pfx_encrypt(pfx, out.bytes, message.len));
        assert_memory_equal(out.bytes, expected.bytes, message.len);
        assert_true(pare_pfx_decrypt(pfx, out.bytes, message.len));
        assert_memory_equal(out.bytes, message.bytes, message.len);
        pare_pfx_free(pfx);
    }
    pare_pfx *none = NULL;
    assert_int_equal(pare_pfx_new(pare_span_from(key.bytes, 31), &none, NULL), PARE_E_INTERNAL);
    memcpy(key.bytes + 16, key.bytes, 16);
    assert_int_equal(pare_pfx_new(vector_span(&key), &none, NULL), PARE_E_KEY);
    assert_null(none);
}

static size_t common_bits(const unsigned char *a, const unsigned char *b, size_t len)
{
    size_t n = 0;
    while (n < len * 8 && ((a[n / 8] ^ b[n / 8]) >> (7 - n % 8) & 1) == 0) {
        n++;
    }
    return n;
}

static void keeps_common_prefixes_and_no_more(void **state)
{
    (void)state;
    pare_pfx *pfx = NULL;
    uint64_t seed = 88172645463325252;
    vector_hex(&key, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    assert_int_equal(pare_pfx_new(vector_span(&key), &pfx, NULL), PARE_OK);
    for (size_t i = 0; i < 4000; i++) {
        unsigned char pair[2][16], sealed[2][16];
        size_t len = i % 2 == 0 ? 4 : 16;
        for (size_t k = 0; k < 32; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            pair[k / 16][k % 16] = (unsigned char)(seed >> 32);
        }
        memcpy(pair[1], pair[0], i / 2 % len);
        memcpy(sealed, pair, sizeof pair);
        assert_true(pare_pfx_encrypt(pfx, sealed[0], len) && pare_pfx_encrypt(pfx, sealed[1], len));
        assert_int_equal(common_bits(pair[0], pair[1], len), common_bits(sealed[0], sealed[1], len));
        assert_true(pare_pfx_decrypt(pfx, sealed[0], len));
        assert_memory_equal(sealed[0], pair[0], len);
    }
    unsigned char five[5] = {0};
    assert_false(pare_pfx_encrypt(pfx, five, 5));
    assert_false(pare_pfx_decrypt(pfx, five, 5));
    pare_pfx_free(pfx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encrypts_the_blocks_of_fips_197),   cmocka_unit_test(makes_the_macs_of_rfc_4493),
        cmocka_unit_test(makes_the_macs_of_sp_800_38b),      cmocka_unit_test(seals_the_examples_of_rfc_5297),
        cmocka_unit_test(seals_the_shared_examples),         cmocka_unit_test(agrees_with_wycheproof),
        cmocka_unit_test(refuses_what_was_changed),          cmocka_unit_test(encrypts_the_addresses_of_the_draft),
        cmocka_unit_test(keeps_common_prefixes_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
