/*
 * Validators of national and other numbers: examples that authorities and standards publish, and what a check digit is
 * for.
 *
 * Each example is accepted, and refused with any one digit wrong: that is what theory says of these formulas (a modulus
 * that is prime, or weights that have no divisor in common with it). And of random numbers as many pass as the size of
 * the check tells: a formula that is misread would pass the first test by accident, but not this one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "rules/base/span.h"
#include "rules/detect/validator.h"

static bool accepts(const char *name, pare_span text)
{
    const pare_validator *validator = pare_validator_find(pare_span_of(name));
    assert_non_null(validator);
    return validator->accepts(text);
}

/** Accepted as it stands, refused with any one of its digits replaced by another. */
static const struct example {
    const char *validator, *number;
} examples[] = {
    {"ch_ahv", "756.1234.5678.97"},    /* EAN-13 */
    {"br_cnpj", "12.ABC.345/01DE-35"}, /* Receita Federal's example of the new form */
    {"br_cnpj", "11.222.333/0001-81"},
    {"uk_nhs", "943 476 5919"},
    {"be_nrn", "85.07.30-033.28"}, /* the register's own example */
    {"in_aadhaar", "2341 2341 2346"},
    {"imei", "49-015420-323751-8"}, /* 3GPP */
    {"us_npi", "1234567893"},       /* CMS */
    {"us_aba", "021000021"},
    {"au_abn", "51 824 753 556"}, /* the tax office's own */
    {"au_tfn", "123 456 782"},
    {"tr_tckn", "10000000146"},
    {"cn_id", "11010519491231002X"}, /* GB 11643-1999 */
    {"es_dni", "12345678Z"},
    {"es_nie", "X1234567L"},
    {"nl_bsn", "111222333"},
    {"pl_pesel", "44051401359"},
    {"pl_nip", "123-456-32-18"},
    {"fi_hetu", "131052-308T"},         /* Digital and Population Data Services Agency */
    {"se_personnummer", "811228-9874"}, /* Skatteverket SKV 704 */
    {"za_id", "8001015009087"},
    {"ca_sin", "130 692 544"},
    {"sg_nric", "S1234567D"},
    {"hr_oib", "69435151530"},
    {"de_tax_id", "86095742719"}, /* Bundeszentralamt fuer Steuern */
    {"fr_nir", "2 69 05 49 588 157 80"},
    {"it_codice_fiscale", "RSSMRA85T10A562S"},
    {"no_fodselsnummer", "01018012371"},
    {"eu_vat", "DE 136 695 976"},
    {"eu_vat", "BE 0428.759.497"},
    {"eu_vat", "IT 00743110157"},
    {"eu_vat", "PL 856-734-62-15"},
    {"eu_vat", "995 525 828 MVA"}, /* Norway's has its country behind it */
    {"de_document", "L01X00T471"}, /* of the specimen of the German identity card, with the check digit of its MRZ */
    {"de_document", "C01X00T478"}, /* of the specimen passport */
    {"de_document", "T220001293"}, /* of the specimen of 2010 */
    {"altcoin", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"},          /* Dogecoin */
    {"altcoin", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"},          /* Tron: the contract of USDT */
    {"altcoin", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"}, /* Litecoin: BIP 173's key */
    {"bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},          /* of the first block */
    {"bitcoin", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"},  /* BIP 173 */
};

static void a_wrong_digit_is_refused(void **state)
{
    (void)state;
    size_t n_wrong = 0;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char text[64];
        size_t len = strlen(examples[i].number);
        assert_true(len < sizeof text);
        memcpy(text, examples[i].number, len + 1);
        if (!accepts(examples[i].validator, pare_span_of(text))) {
            fail_msg("%s refuses %s", examples[i].validator, text);
        }
        for (size_t at = 0; at < len; at++) {
            char was = text[at];
            for (char digit = '0'; was >= '0' && was <= '9' && digit <= '9'; digit++) {
                text[at] = digit;
                if (digit != was && accepts(examples[i].validator, pare_span_of(text))) {
                    fail_msg("%s accepts %s for %s", examples[i].validator, text, examples[i].number);
                }
                n_wrong += digit != was;
            }
            text[at] = was;
        }
    }
    assert_true(n_wrong > 2000);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

static void as_many_random_numbers_pass_as_the_check_lets(void **state)
{
    (void)state;
    /* Of n random digits: what the check leaves, times what the first digit may be. */
    static const struct {
        const char *validator;
        size_t digits;
        double share;
    } checks[] = {
        {"uk_nhs", 10, 1.0 / 11},       {"ca_sin", 9, 0.8 / 10},   {"in_aadhaar", 12, 0.8 / 10},
        {"pl_nip", 10, 1.0 / 11},       {"au_abn", 11, 0.9 / 89},  {"us_npi", 10, 0.2 / 10},
        {"tr_tckn", 11, 0.9 / 100},     {"nl_bsn", 9, 1.0 / 11},   {"hr_oib", 11, 1.0 / 10},
        {"jp_my_number", 12, 1.0 / 10}, {"br_cpf", 11, 1.0 / 100}, {"il_id", 9, 1.0 / 10},
        {"au_tfn", 9, 1.0 / 11},        {"pt_nif", 9, 0.9 / 10},
    };
    enum { ROUNDS = 400000 };
    uint64_t random = 4711;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        size_t passed = 0;
        double share = checks[i].share;
        for (int round = 0; round < ROUNDS; round++) {
            unsigned char text[16];
            uint64_t r = next_random(&random);
            for (size_t k = 0; k < checks[i].digits; k++, r /= 10) {
                text[k] = (unsigned char)('0' + r % 10);
            }
            passed += accepts(checks[i].validator, pare_span_from(text, checks[i].digits));
        }
        double found = (double)passed / ROUNDS;
        if (found < share * 0.95 || found > share * 1.05) {
            fail_msg("%s: %.5f of random numbers pass, not %.5f", checks[i].validator, found, share);
        }
    }
}

/* What a number of the right form and check is still not. */
static void numbers_that_nobody_has_are_refused(void **state)
{
    (void)state;
    static const struct example refused[] = {
        {"us_itin", "912-93-3456"}, /* group 93 is not used */
        {"us_itin", "812-90-3456"},
        {"us_ein", "07-1144442"},     /* prefix */
        {"us_aba", "421042111"},      /* no Federal Reserve district */
        {"ca_sin", "046 454 286"},    /* fictitious: begins with 0 */
        {"uk_nino", "GB 12 34 56 C"}, /* Northern Ireland uses others */
        {"uk_nino", "QQ 12 34 56 C"}, /* the example on the forms */
        {"uk_nino", "AB 12 34 56 E"},
        {"pl_pesel", "44053201359"},         /* 32 May */
        {"fi_hetu", "310252-308Y"},          /* 31 February */
        {"no_fodselsnummer", "18103970861"}, /* would be born in 2039 */
        {"dk_cpr", "2110525629"},            /* in 2052 */
        {"kr_rrn", "881311-2238459"},        /* 13th month */
        {"cn_id", "01010519491231002X"},     /* no province */
        {"in_gstin", "40AAPFU0939F1ZV"},     /* no state */
        {"in_aadhaar", "123456789012"},      /* begins with 1 */
        {"in_pan", "ACUXA7085R"},            /* no kind of holder */
        {"mac", "FF:FF:FF:FF:FF:FF"},
        {"mac", "00-00-00-00-00-00"},
        {"bic", "DEUTXXFF"},          /* no country */
        {"vin", "1M8GDM9AXKPO42788"}, /* O is not used */
        {"eu_vat", "XX136695976"},
        {"eu_vat", "DE"},
        {"bitcoin", ""},
        {"imei", ""},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (accepts(refused[i].validator, pare_span_of(refused[i].number))) {
            fail_msg("%s accepts %s", refused[i].validator, refused[i].number);
        }
    }
}

/* Validators are given what a pattern matched; whatever that is, they only read it. */
static void any_bytes_are_only_read(void **state)
{
    (void)state;
    uint64_t random = 99;
    for (int round = 0; round < 20000; round++) {
        size_t len = next_random(&random) % 48;
        unsigned char *text = malloc(len + (len == 0)); /* as long as the text, so that the sanitizers see any more */
        assert_non_null(text);
        for (size_t i = 0; i < len; i++) {
            uint64_t r = next_random(&random);
            text[i] =
                r % 8 == 0 ? (unsigned char)(r >> 8) : (unsigned char)"0123456789ABCDEFXYZU-./ abc1"[(r >> 8) % 28];
        }
        for (const pare_validator *validator = pare_validators; validator->name != NULL; validator++) {
            (void)validator->accepts(pare_span_from(text, len));
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_digit_is_refused),
        cmocka_unit_test(as_many_random_numbers_pass_as_the_check_lets),
        cmocka_unit_test(numbers_that_nobody_has_are_refused),
        cmocka_unit_test(any_bytes_are_only_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
