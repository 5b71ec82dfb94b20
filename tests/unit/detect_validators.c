/*
 * Validators against the standards' own examples and against calculations made here in another way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rules/base/span.h"
#include "rules/detect/validator.h"

static bool accepts(const char *validator, const char *text)
{
    const pare_validator *found = pare_validator_find(pare_span_of(validator));
    assert_non_null(found);
    return found->accepts(pare_span_of(text));
}

static void expect(const char *validator, bool accepted, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        if (accepts(validator, *texts) != accepted) {
            fail_msg("%s: %s is %s", validator, *texts, accepted ? "refused" : "accepted");
        }
    }
}

static void luhn(void **state)
{
    (void)state;
    /* ISO/IEC 7812-1 annex B; cards that the schemes publish for tests */
    static const char *const good[] = {"4992739871"
                                       "6",
                                       "79927398713",
                                       "4111 1111 1111 1111",
                                       "378282246310005",
                                       "6011-1111-1111-1117",
                                       "00",
                                       NULL};
    static const char *const bad[] = {"79927398710", "4111111111111112", "1", "", "no digits", NULL};
    expect("luhn", true, good);
    expect("luhn", false, bad);
    char text[32];
    for (unsigned value = 0; value < 100000; value += 7) { /* exactly one check digit fits, and no digit can change */
        int fitting = 0;
        for (unsigned digit = 0; digit < 10; digit++) {
            (void)snprintf(text, sizeof text, "%u%u", value, digit);
            fitting += accepts("luhn", text);
        }
        assert_int_equal(fitting, 1);
    }
}

static void issuers(void **state)
{
    (void)state;
    static const char *const good[] = {"4222222222222",       /* Visa, 13 */
                                       "4111111111111111",    /* Visa, 16 */
                                       "4000000000000000006", /* Visa, 19 */
                                       "5105105105105100",    /* Mastercard 51 */
                                       "2221000000000009",    /* Mastercard, first of series 2 */
                                       "2720990000000007",    /* Mastercard, last of series 2 */
                                       "340000000000009",
                                       "370000000000002", /* American Express */
                                       "6011000990139424",
                                       "6441111111111111",
                                       "6500000000000002",
                                       "6221260000000000", /* Discover */
                                       "30000000000004",
                                       "30500000000003",
                                       "36000000000008",
                                       "38520000023237", /* Diners Club */
                                       "3528000000000007",
                                       "3589000000000003", /* JCB */
                                       "6200000000000005",
                                       "6200000000000000003", /* UnionPay */
                                       "500000000000",
                                       "675964982643",
                                       "6759649826438453",
                                       "5600000000000000", /* Maestro */
                                       "2200000000000004",
                                       "2204999999999999", /* Mir */
                                       NULL};
    static const char *const bad[] = {"0000000000000000",     "2220990000000000", "2721000000000000",
                                      "9999999999999999",     "411111111111111",  "37828224631000",
                                      "3400000000000000",     "510510510510510",  "7000000000000000",
                                      "41111111111111111111", "41111111111",      NULL};
    expect("card_issuer", true, good);
    expect("card_issuer", false, bad);
}

/** Remainder by 97 of the rearranged number, digit by digit as one would on paper. */
static unsigned paper_remainder(const char *iban)
{
    char digits[80];
    size_t n = 0, len = strlen(iban);
    for (size_t i = 0; i < len; i++) {
        char symbol = iban[(i + 4) % len];
        if (symbol >= 'A') {
            digits[n++] = (char)('0' + (symbol - 'A' + 10) / 10);
            digits[n++] = (char)('0' + (symbol - 'A' + 10) % 10);
        } else {
            digits[n++] = symbol;
        }
    }
    unsigned rest = 0;
    for (size_t i = 0; i < n; i++) {
        rest = (rest * 10 + (unsigned)(digits[i] - '0')) % 97;
    }
    return rest;
}

static void ibans(void **state)
{
    (void)state;
    /* examples of the SWIFT IBAN registry */
    static const char *const good[] = {"AD1200012030200359100100",
                                       "DE89370400440532013000",
                                       "DE89 3704 0044 0532 0130 00",
                                       "gb29 nwbk 6016 1331 9268 19",
                                       "FR1420041010050500013M02606",
                                       "MT84MALT011000012345MTLCAST001S",
                                       "NO9386011117947",
                                       "SC18SSCB11010000000000001497USD",
                                       "RU0304452522540817810538091310419",
                                       "VA59001123000012345678",
                                       "LY83002048000020100120361",
                                       "UA213223130000026007233566001",
                                       "BI4210000100010000332045181",
                                       "NI45BAPR00000013000003558124",
                                       NULL};
    static const char *const bad[] = {"DE89370400440532013001",
                                      "DE8937040044053201300",
                                      "DE893704004405320130000",
                                      "XX89370400440532013000",
                                      "DE89370400440532O13000",
                                      "DE89/3704/0044/0532/0130/00",
                                      "DE8937040044053201300\xC3\xA9",
                                      "",
                                      "DE",
                                      NULL};
    expect("iban", true, good);
    expect("iban", false, bad);
    char iban[] = "DE00370400440532013000";
    int fitting = 0;
    for (int check = 0; check < 100; check++) {
        iban[2] = (char)('0' + check / 10);
        iban[3] = (char)('0' + check % 10);
        assert_int_equal(accepts("iban", iban), paper_remainder(iban) == 1);
        fitting += accepts("iban", iban);
    }
    assert_int_equal(fitting, 1);
}

static void social_security_numbers(void **state)
{
    (void)state;
    static const char *const good[] = {"130-07-5728", "899-99-9999", "001010001", "665 01 0001", "667.01.0001", NULL};
    static const char *const bad[] = {"000-07-5728", "666-07-5728", "900-07-5728", "999-99-9999", "130-00-5728",
                                      "130-07-0000", "13007572",    "1300757281",  NULL};
    expect("ssn_us", true, good);
    expect("ssn_us", false, bad);
}

static void addresses(void **state)
{
    (void)state;
    static const char *const good4[] = {"0.0.0.0", "255.255.255.255", "192.0.2.1", "10.0.0.0/8", "1.2.3.4/32", NULL};
    static const char *const bad4[] = {"256.0.0.1", "1.2.3",      "1.2.3.4.5", "1.2.3.4/33",
                                       "1..2.3",    "1.2.3.0400", "",          NULL};
    static const char *const good6[] = {"::1",
                                        "2001:db8::1",
                                        "2001:DB8:0:0:8:800:200C:417A",
                                        "::ffff:192.0.2.1",
                                        "fe80::1%eth0",
                                        "2001:db8::/32",
                                        "::1/128",
                                        "::/0",
                                        NULL};
    static const char *const bad6[] = {"::",           "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                                       "2001::db8::1", "12345::1",      "::1/129",
                                       "fe80::1%",     "12:34:56",      NULL};
    expect("ipv4", true, good4);
    expect("ipv4", false, bad4);
    expect("ipv6", true, good6);
    expect("ipv6", false, bad6);
}

static void mail_lengths(void **state)
{
    (void)state;
    char text[400];
    char many[64 + 1];
    memset(many, 'a', 64);
    many[64] = '\0';
    static const char *const good[] = {"a@b.example", "a@xn--bcher-kva.example", "a@b.xn--p1ai", "a@[192.0.2.1]", NULL};
    static const char *const bad[] = {"@b.example", "a@", "a@b.1", "a@b..example", "a", "", NULL};
    expect("email", true, good);
    expect("email", false, bad);
    (void)snprintf(text, sizeof text, "%.64s@b.example", many);
    assert_true(accepts("email", text));
    (void)snprintf(text, sizeof text, "%.64sa@b.example", many);
    assert_false(accepts("email", text));
    (void)snprintf(text, sizeof text, "a@%.63s.example", many);
    assert_true(accepts("email", text));
    (void)snprintf(text, sizeof text, "a@%.64s.example", many);
    assert_false(accepts("email", text));
    /* 254 bytes in all pass, 255 don't: 64 + @ + 3 labels of 61 and their dots + the rest */
    for (int rest = 3; rest <= 4; rest++) {
        int len = snprintf(text, sizeof text, "%.64s@%.60s.%.60s.%.60s.%.*s", many, many, many, many, rest + 3, many);
        assert_int_equal(len == 254, rest == 3);
        assert_int_equal(accepts("email", text), rest == 3);
    }
}

static void phones(void **state)
{
    (void)state;
    static const char *const good[] = {"+44 7700 900123", "07700 900123",  "(209)172-7124x3651",
                                       "2024-555-0123",   "+1-2024-01-15", NULL};
    static const char *const bad[] = {"2024-01-15",      "15/01/2024", "15.01.2024 10", "20240115",
                                      "192.168.100.200", "1111111",    "12345",         "12345678901234567890",
                                      "0001234567",      "1999-2004",  "130-07-5728",   NULL};
    expect("phone", true, good);
    expect("phone", false, bad);
}

static void the_table_is_whole(void **state)
{
    (void)state;
    for (const pare_validator *validator = pare_validators; validator->name != NULL; validator++) {
        assert_ptr_equal(pare_validator_find(pare_span_of(validator->name)), validator);
        assert_true(strlen(validator->help) > 20);
        assert_false(validator->accepts(pare_span_of(""))); /* nothing is nothing */
    }
    assert_null(pare_validator_find(pare_span_of("lunh")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(luhn),      cmocka_unit_test(issuers),
        cmocka_unit_test(ibans),     cmocka_unit_test(social_security_numbers),
        cmocka_unit_test(addresses), cmocka_unit_test(mail_lengths),
        cmocka_unit_test(phones),    cmocka_unit_test(the_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
