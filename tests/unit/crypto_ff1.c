/* FF1 against NIST's samples for SP 800-38G, ACVP's cases and Wycheproof's, both ways; its limits; round trips. */
#include "rules/crypto/ff1.h"

#include "crypto_vectors.h"

static const char BASE36[] = "0123456789abcdefghijklmnopqrstuvwxyz";

typedef struct numerals {
    uint16_t items[8192];
    size_t n;
} numerals;

static vector_bytes key, tweak;
static numerals plain, sealed;

/* A character that the alphabet lacks becomes a numeral that no radix here has. */
static void read_string(numerals *out, const char *text, size_t len, const char *alphabet)
{
    assert_true(len <= 8192);
    out->n = len;
    for (size_t i = 0; i < len; i++) {
        const char *found = text[i] == '\0' ? NULL : strchr(alphabet, text[i]);
        out->items[i] = found == NULL ? UINT16_MAX : (uint16_t)(found - alphabet);
    }
}

/* "[1, 2, 3]" */
static void read_list(numerals *out, const char *text)
{
    out->n = 0;
    text++;
    while (*text != ']' && *text != '\0') {
        char *end = NULL;
        long number = strtol(text, &end, 10);
        assert_true(end != text && out->n < 8192);
        out->items[out->n++] = number < 0 || number > UINT16_MAX ? UINT16_MAX : (uint16_t)number;
        text = end + strspn(end, ", ");
    }
}

/* Up to the closing quote; no string of the files holds one. */
static size_t text_length(const char *value)
{
    return strcspn(value, "\"");
}

static void assert_both_ways(uint32_t radix)
{
    pare_ff1 *ff1 = NULL;
    uint16_t work[8192];
    assert_int_equal(plain.n, sealed.n);
    assert_int_equal(pare_ff1_new(vector_span(&key), vector_span(&tweak), radix, &ff1, NULL), PARE_OK);
    memcpy(work, plain.items, plain.n * sizeof *work);
    assert_true(pare_ff1_encrypt(ff1, work, plain.n));
    assert_memory_equal(work, sealed.items, plain.n * sizeof *work);
    assert_true(pare_ff1_decrypt(ff1, work, plain.n));
    assert_memory_equal(work, plain.items, plain.n * sizeof *work);
    pare_ff1_free(ff1);
}

/* NIST, "FF1 samples" for SP 800-38G: AES-128, -192, -256, each with radix 10 and 36. */
static void encrypts_the_samples_of_sp_800_38g(void **state)
{
    (void)state;
    static const char k128[] = "2B7E151628AED2A6ABF7158809CF4F3C";
    static const char k192[] = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F";
    static const char k256[] = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94";
    static const struct {
        const char *key;
        uint32_t radix;
        const char *tweak, *plain, *sealed;
    } samples[] = {
        {k128, 10, "", "0123456789", "2433477484"},
        {k128, 10, "39383736353433323130", "0123456789", "6124200773"},
        {k128, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"},
        {k192, 10, "", "0123456789", "2830668132"},
        {k192, 10, "39383736353433323130", "0123456789", "2496655549"},
        {k192, 36, "3737373770717273373737", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"},
        {k256, 10, "", "0123456789", "6657667009"},
        {k256, 10, "39383736353433323130", "0123456789", "1001623463"},
        {k256, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        vector_hex(&key, samples[i].key);
        vector_hex(&tweak, samples[i].tweak);
        read_string(&plain, samples[i].plain, strlen(samples[i].plain), BASE36);
        read_string(&sealed, samples[i].sealed, strlen(samples[i].sealed), BASE36);
        assert_both_ways(samples[i].radix);
    }
}

/* The value behind "name": anywhere in a line of JSON. */
static const char *member(const char *line, const char *name)
{
    char quoted[32];
    (void)snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *at = strstr(line, quoted);
    return at == NULL ? NULL : at + strlen(quoted) + strspn(at + strlen(quoted), " \"");
}

static void encrypts_the_shared_samples(void **state)
{
    (void)state;
    static const char *const names[] = {"crypto/ff1/nist-ff1-samples.jsonl", "crypto/ff1/acvp-ff1-excerpt.jsonl"};
    size_t seen = 0, cap = 0;
    char *line = NULL;
    for (size_t i = 0; i < 2; i++) {
        FILE *file = vector_open(names[i]);
        while (getline(&line, &cap, file) > 0) {
            char alphabet[128];
            const char *given = member(line, "alphabet"), *radix = member(line, "radix");
            (void)snprintf(alphabet, sizeof alphabet, "%.*s", given == NULL ? atoi(radix) : (int)text_length(given),
                           given == NULL ? BASE36 : given);
            vector_hex(&key, member(line, "key"));
            vector_hex(&tweak, member(line, "tweak"));
            read_string(&plain, member(line, "pt"), text_length(member(line, "pt")), alphabet);
            read_string(&sealed, member(line, "ct"), text_length(member(line, "ct")), alphabet);
            assert_both_ways((uint32_t)strlen(alphabet));
            seen++;
        }
        (void)fclose(file);
    }
    free(line);
    assert_int_equal(seen, 9 + 17);
}

/* What the standard's revision 1 allows and the file calls valid; the file marks as LEGACY sizes what it does not. */
static void judge_case(uint32_t radix, bool valid, bool small)
{
    pare_ff1 *ff1 = NULL;
    if (valid && !small) {
        assert_both_ways(radix);
        return;
    }
    if (pare_ff1_new(vector_span(&key), vector_span(&tweak), radix, &ff1, NULL) == PARE_OK) {
        uint16_t before[8192];
        memcpy(before, plain.items, plain.n * sizeof *before);
        assert_false(pare_ff1_encrypt(ff1, plain.items, plain.n));
        assert_memory_equal(before, plain.items, plain.n * sizeof *before);
    }
    pare_ff1_free(ff1);
}

static void agrees_with_wycheproof(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t cases;
    } files[] = {{"crypto/wycheproof/aes_ff1_base10_test.json", 3845},
                 {"crypto/wycheproof/aes_ff1_base36_test.json", 2854},
                 {"crypto/wycheproof/aes_ff1_base62_test.json", 2474},
                 {"crypto/wycheproof/aes_ff1_radix10_test.json", 3845}};
    char *line = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        FILE *file = vector_open(files[i].name);
        char alphabet[128] = "";
        uint32_t radix = 0;
        bool small = false;
        size_t seen = 0;
        while (getline(&line, &cap, file) > 0) {
            const char *value = NULL;
            if ((value = vector_value(line, "alphabet")) != NULL) {
                (void)snprintf(alphabet, sizeof alphabet, "%.*s", (int)text_length(value), value);
            } else if ((value = vector_value(line, "radix")) != NULL) {
                radix = (uint32_t)atoi(value);
            } else if ((value = vector_value(line, "key")) != NULL) {
                vector_hex(&key, value);
            } else if ((value = vector_value(line, "tweak")) != NULL) {
                vector_hex(&tweak, value);
            } else if ((value = vector_value(line, "msg")) != NULL || (value = vector_value(line, "ct")) != NULL) {
                numerals *out = vector_value(line, "msg") != NULL ? &plain : &sealed;
                value = strstr(line, "\": ") + 3; /* exactly: a text may begin with a colon */
                if (*value == '[') {
                    read_list(out, value);
                } else {
                    read_string(out, value + 1, text_length(value + 1), alphabet);
                }
            } else if (strstr(line, "\"SmallMessageSize\"") != NULL && strchr(line, ':') == NULL) {
                small = true;
            } else if ((value = vector_value(line, "result")) != NULL) {
                judge_case(radix, strncmp(value, "valid", 5) == 0, small);
                small = false;
                seen++;
            }
        }
        (void)fclose(file);
        assert_int_equal(seen, files[i].cases);
    }
    free(line);
}

static void refuses_small_domains(void **state)
{
    (void)state;
    assert_int_equal(pare_ff1_least_numerals(10), 6); /* 10^6 = 1,000,000 */
    assert_int_equal(pare_ff1_least_numerals(2), 20); /* 2^19 = 524,288 */
    assert_int_equal(pare_ff1_least_numerals(36), 4); /* 36^3 = 46,656 */
    assert_int_equal(pare_ff1_least_numerals(62), 4); /* 62^3 = 238,328 */
    assert_int_equal(pare_ff1_least_numerals(100), 3);
    assert_int_equal(pare_ff1_least_numerals(1000), 2);
    assert_int_equal(pare_ff1_least_numerals(65536), 2);
    pare_ff1 *ff1 = NULL;
    vector_hex(&key, "000102030405060708090a0b0c0d0e0f");
    tweak.len = 0;
    assert_int_equal(pare_ff1_new(vector_span(&key), vector_span(&tweak), 10, &ff1, NULL), PARE_OK);
    uint16_t digits[PARE_FF1_MOST_NUMERALS + 1] = {0};
    assert_false(pare_ff1_encrypt(ff1, digits, 5));
    assert_true(pare_ff1_encrypt(ff1, digits, 6));
    assert_true(pare_ff1_encrypt(ff1, digits, PARE_FF1_MOST_NUMERALS));
    assert_false(pare_ff1_encrypt(ff1, digits, PARE_FF1_MOST_NUMERALS + 1));
    pare_ff1_free(ff1);
    ff1 = NULL;
    assert_int_equal(pare_ff1_new(vector_span(&key), vector_span(&tweak), 1, &ff1, NULL), PARE_E_INTERNAL);
    assert_int_equal(pare_ff1_new(vector_span(&key), vector_span(&tweak), 65537, &ff1, NULL), PARE_E_INTERNAL);
    key.len = 15;
    assert_int_equal(pare_ff1_new(vector_span(&key), vector_span(&tweak), 10, &ff1, NULL), PARE_E_INTERNAL);
    assert_null(ff1);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* All lengths of many radices, up to the largest numbers that the limits allow. */
static void every_string_round_trips(void **state)
{
    (void)state;
    static const uint32_t radices[] = {2, 3, 7, 10, 16, 26, 36, 62, 100, 255, 256, 257, 1000, 65535, 65536};
    uint64_t seed = 0x9E3779B97F4A7C15;
    vector_hex(&key, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    for (size_t r = 0; r < sizeof radices / sizeof radices[0]; r++) {
        pare_ff1 *ff1 = NULL;
        tweak.len = r * 7;
        memset(tweak.bytes, (int)r, tweak.len);
        assert_int_equal(pare_ff1_new(vector_span(&key), vector_span(&tweak), radices[r], &ff1, NULL), PARE_OK);
        for (size_t n = pare_ff1_least_numerals(radices[r]); n <= PARE_FF1_MOST_NUMERALS; n += 1 + n / 16) {
            uint16_t before[PARE_FF1_MOST_NUMERALS], work[PARE_FF1_MOST_NUMERALS];
            for (size_t i = 0; i < n; i++) {
                before[i] = (uint16_t)(n % 3 == 0 ? radices[r] - 1 : next_random(&seed) % radices[r]);
            }
            memcpy(work, before, n * sizeof *work);
            assert_true(pare_ff1_encrypt(ff1, work, n));
            assert_memory_not_equal(work, before, n * sizeof *work);
            for (size_t i = 0; i < n; i++) {
                assert_true(work[i] < radices[r]);
            }
            assert_true(pare_ff1_decrypt(ff1, work, n));
            assert_memory_equal(work, before, n * sizeof *work);
        }
        pare_ff1_free(ff1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encrypts_the_samples_of_sp_800_38g),
        cmocka_unit_test(encrypts_the_shared_samples),
        cmocka_unit_test(agrees_with_wycheproof),
        cmocka_unit_test(refuses_small_domains),
        cmocka_unit_test(every_string_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
