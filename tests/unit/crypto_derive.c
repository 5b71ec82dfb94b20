/* HKDF-SHA256 against RFC 5869 and Wycheproof; working keys and fingerprints against docs/TOKENS.md's layout. */
#include "rules/base/buf.h"
#include "rules/crypto/derive.h"

#include "crypto_vectors.h"

static vector_bytes input_key, salt, info, expected;

static void assert_hkdf(void)
{
    static unsigned char out[VECTOR_BYTES];
    memset(out, 0, sizeof out);
    assert_int_equal(
        pare_hkdf(vector_span(&input_key), vector_span(&salt), vector_span(&info), out, expected.len, NULL), PARE_OK);
    assert_memory_equal(out, expected.bytes, expected.len);
}

/* RFC 5869 appendix A.1 to A.3. */
static void derives_the_cases_of_rfc_5869(void **state)
{
    (void)state;
    vector_hex(&input_key, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
    vector_hex(&salt, "000102030405060708090a0b0c");
    vector_hex(&info, "f0f1f2f3f4f5f6f7f8f9");
    vector_hex(&expected, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    assert_hkdf();

    input_key.len = salt.len = info.len = 80;
    for (size_t i = 0; i < 80; i++) {
        input_key.bytes[i] = (unsigned char)i;
        salt.bytes[i] = (unsigned char)(0x60 + i);
        info.bytes[i] = (unsigned char)(0xB0 + i);
    }
    vector_hex(&expected, "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                          "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                          "cc30c58179ec3e87c14c01d5c1f3434f1d87");
    assert_hkdf();

    vector_hex(&input_key, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
    salt.len = info.len = 0;
    vector_hex(&expected, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    assert_hkdf();
}

static void derives_the_vectors_of_the_rfc_files(void **state)
{
    (void)state;
    static const char *const names[] = {"crypto/rfc/KDF_rfc-5869-HKDF-SHA256.txt", "crypto/rfc/KDF_hkdf-generated.txt"};
    size_t seen = 0, cap = 0;
    char *line = NULL;
    for (size_t i = 0; i < 2; i++) {
        FILE *file = vector_open(names[i]);
        bool sha256 = false;
        while (getline(&line, &cap, file) > 0) {
            const char *value = NULL;
            if ((value = vector_value(line, "Hash")) != NULL) {
                sha256 = strncmp(value, "SHA-256", 7) == 0;
            } else if ((value = vector_value(line, "IKM")) != NULL) {
                vector_hex(&input_key, value);
            } else if ((value = vector_value(line, "salt")) != NULL) {
                vector_hex(&salt, value);
            } else if ((value = vector_value(line, "info")) != NULL) {
                vector_hex(&info, value);
            } else if ((value = vector_value(line, "OKM")) != NULL && sha256) {
                vector_hex(&expected, value);
                assert_hkdf();
                seen++;
            }
        }
        (void)fclose(file);
    }
    assert_true(seen >= 4);
    free(line);
}

static void agrees_with_wycheproof(void **state)
{
    (void)state;
    FILE *file = vector_open("crypto/wycheproof/hkdf_sha256_test.json");
    static unsigned char out[VECTOR_BYTES];
    size_t size = 0, valid = 0, invalid = 0, cap = 0;
    char *line = NULL;
    while (getline(&line, &cap, file) > 0) {
        const char *value = NULL;
        if ((value = vector_value(line, "ikm")) != NULL) {
            vector_hex(&input_key, value);
        } else if ((value = vector_value(line, "salt")) != NULL) {
            vector_hex(&salt, value);
        } else if ((value = vector_value(line, "info")) != NULL) {
            vector_hex(&info, value);
        } else if ((value = vector_value(line, "size")) != NULL) {
            size = strtoul(value, NULL, 10);
        } else if ((value = vector_value(line, "okm")) != NULL) {
            vector_hex(&expected, value);
        } else if ((value = vector_value(line, "result")) != NULL && strncmp(value, "valid", 5) == 0) {
            assert_int_equal(expected.len, size);
            assert_hkdf();
            valid++;
        } else if (value != NULL) { /* the invalid ones ask for too much */
            assert_int_not_equal(
                pare_hkdf(vector_span(&input_key), vector_span(&salt), vector_span(&info), out, size, NULL), PARE_OK);
            invalid++;
        }
    }
    assert_int_equal(valid + invalid, 86);
    assert_true(valid > 0 && invalid > 0);
    free(line);
    (void)fclose(file);
}

static pare_key *test_key(void)
{
    pare_key *key = NULL;
    assert_int_equal(pare_key_new_published_test_key(&key, NULL), PARE_OK);
    return key;
}

static void assert_derived(const pare_key *key, const char *method, const char *recipient, const char *domain,
                           const char *epoch, const char *hex)
{
    const pare_key_use use = {pare_span_of(method), pare_span_of(recipient), pare_span_of(domain), pare_span_of(epoch)};
    unsigned char out[64];
    vector_hex(&expected, hex);
    assert_int_equal(pare_derive(key, &use, out, expected.len, NULL), PARE_OK);
    assert_memory_equal(out, expected.bytes, expected.len);
}

/* Computed by tests/check/token_vectors.py (hmac and hashlib of Python), as docs/TOKENS.md has them. */
static void working_keys_have_the_frozen_layout(void **state)
{
    (void)state;
    pare_key *key = test_key();
    assert_derived(key, "hmac", "acme-analytics", "customer", "",
                   "6717cddbdf43e344c2623305e68d0483b42e2077d5779edbf2f098baae20bec3");
    assert_derived(key, "hmac", "acme-analytics", "customer", "2026-11",
                   "fd093a12465fd5c89c57ec18f7efa755cebf59b770969e90caec306bee21a745");
    assert_derived(key, "siv", "acme-analytics", "customer", "",
                   "178453f6343b2b78f53d1067cc72956f9e535a466bf634b48dc06ab277001d9e"
                   "23f2f537d454c33cfc627925db5f2369b36f2d5e75288bea1c08c3ed14e5e283");
    pare_key_free(key);
}

static void uses_that_read_alike_give_other_keys(void **state)
{
    (void)state;
    pare_key *key = test_key();
    const pare_key_use one = {pare_span_of("hmac"), pare_span_of("ab"), pare_span_of("c"), pare_span_of("")};
    const pare_key_use two = {pare_span_of("hmac"), pare_span_of("a"), pare_span_of("bc"), pare_span_of("")};
    const pare_key_use three = {pare_span_of("hmac"), pare_span_of("ab"), pare_span_of(""), pare_span_of("c")};
    unsigned char a[32], b[32], c[32], too_much[65];
    assert_int_equal(pare_derive(key, &one, a, sizeof a, NULL), PARE_OK);
    assert_int_equal(pare_derive(key, &two, b, sizeof b, NULL), PARE_OK);
    assert_int_equal(pare_derive(key, &three, c, sizeof c, NULL), PARE_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_memory_not_equal(b, c, sizeof b);
    assert_int_equal(pare_derive(key, &one, too_much, sizeof too_much, NULL), PARE_E_INTERNAL);
    pare_key_free(key);
}

static void fingerprints_are_frozen(void **state)
{
    (void)state;
    pare_key *key = test_key();
    char out[PARE_FINGERPRINT_CHARS + 1];
    assert_int_equal(pare_key_fingerprint(key, out, NULL), PARE_OK);
    assert_string_equal(out, "5db2afb07ac4e0d0");
    pare_key_free(key);
}

static void keys_that_are_too_short_or_too_long_are_refused(void **state)
{
    (void)state;
    static const unsigned char bytes[PARE_KEY_MAX_BYTES + 1];
    static const struct {
        size_t len;
        pare_status status;
    } cases[] = {{0, PARE_E_KEY},
                 {PARE_KEY_MIN_BYTES - 1, PARE_E_KEY},
                 {PARE_KEY_MIN_BYTES, PARE_OK},
                 {PARE_KEY_MAX_BYTES, PARE_OK},
                 {PARE_KEY_MAX_BYTES + 1, PARE_E_KEY}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pare_key *key = NULL;
        pare_error err = {0};
        assert_int_equal(pare_key_new(pare_span_from(bytes, cases[i].len), &key, &err), cases[i].status);
        assert_int_equal(err.status, cases[i].status);
        assert_int_equal(key != NULL, cases[i].status == PARE_OK);
        pare_key_free(key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derives_the_cases_of_rfc_5869),
        cmocka_unit_test(derives_the_vectors_of_the_rfc_files),
        cmocka_unit_test(agrees_with_wycheproof),
        cmocka_unit_test(working_keys_have_the_frozen_layout),
        cmocka_unit_test(uses_that_read_alike_give_other_keys),
        cmocka_unit_test(fingerprints_are_frozen),
        cmocka_unit_test(keys_that_are_too_short_or_too_long_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
