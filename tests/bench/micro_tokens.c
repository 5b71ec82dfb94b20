/*
 * Tokens alone: the MAC of each value of two columns, one after another and in lanes; what writes them; and the other
 * methods. Keys are prepared once, as a plan does.
 */
#include "rules/base/base32.h"
#include "rules/base/span.h"
#include "rules/crypto/ff1.h"
#include "rules/crypto/lanes.h"
#include "rules/crypto/siv.h"
#include "tests/bench/micro.h"

enum { AT_ONCE = 64, TOKEN_BYTES = 16, TOKEN_CHARACTERS = 26, MOST_SEALED = 512 };

typedef struct tokens {
    const micro_column *column;
    pare_hmac_key key;
    pare_lanes *lanes;
    pare_siv *siv;
    pare_ff1 *ff1;
    unsigned char seen; /* so that nothing is thought useless */
} tokens;

static bool one_by_one(void *context)
{
    tokens *t = context;
    unsigned char mac[PARE_SHA256_BYTES];
    for (size_t i = 0; i < t->column->n; i++) {
        pare_hmac(&t->key, t->column->values[i], mac);
        t->seen ^= mac[0];
    }
    return true;
}

static bool in_lanes(void *context)
{
    tokens *t = context;
    unsigned char macs[AT_ONCE][PARE_SHA256_BYTES];
    for (size_t i = 0; i < t->column->n; i += AT_ONCE) {
        size_t n = t->column->n - i < AT_ONCE ? t->column->n - i : AT_ONCE;
        if (!pare_lanes_hmac(t->lanes, &t->key, t->column->values + i, n, macs)) {
            return false;
        }
        t->seen ^= macs[0][0];
    }
    return true;
}

/** The lanes are right: the same as one by one, for every value. */
static bool lanes_agree(const tokens *t)
{
    unsigned char macs[AT_ONCE][PARE_SHA256_BYTES], mac[PARE_SHA256_BYTES];
    for (size_t i = 0; i < t->column->n; i += AT_ONCE) {
        size_t n = t->column->n - i < AT_ONCE ? t->column->n - i : AT_ONCE;
        if (!pare_lanes_hmac(t->lanes, &t->key, t->column->values + i, n, macs)) {
            return micro_fail("tokens: the lanes answer nothing");
        }
        for (size_t k = 0; k < n; k++) {
            pare_hmac(&t->key, t->column->values[i + k], mac);
            if (memcmp(mac, macs[k], sizeof mac) != 0) {
                return micro_fail("tokens: the lanes and pare_hmac() differ");
            }
        }
    }
    return true;
}

static bool write_base32(void *context)
{
    tokens *t = context;
    unsigned char out[TOKEN_CHARACTERS];
    unsigned char bytes[TOKEN_BYTES] = {0};
    for (size_t i = 0; i < t->column->n; i++) {
        memcpy(bytes, &i, sizeof i);
        pare_base32_write(bytes, sizeof bytes, out);
        t->seen ^= out[1];
    }
    return true;
}

static bool seal(void *context)
{
    tokens *t = context;
    unsigned char out[MOST_SEALED];
    for (size_t i = 0; i < t->column->n; i++) {
        if (t->column->values[i].len > MOST_SEALED - PARE_SIV_TAG_BYTES ||
            !pare_siv_encrypt(t->siv, t->column->values[i], out)) {
            return false;
        }
        t->seen ^= out[0];
    }
    return true;
}

/** The digits of each value. */
static bool encrypt_digits(void *context)
{
    tokens *t = context;
    uint16_t numerals[MOST_SEALED];
    for (size_t i = 0; i < t->column->n; i++) {
        pare_span value = t->column->values[i];
        size_t n = 0;
        for (size_t at = 0; at < value.len && n < MOST_SEALED; at++) {
            if (value.ptr[at] >= '0' && value.ptr[at] <= '9') {
                numerals[n++] = (uint16_t)(value.ptr[at] - '0');
            }
        }
        if (!pare_ff1_encrypt(t->ff1, numerals, n)) {
            return false;
        }
        t->seen ^= (unsigned char)numerals[0];
    }
    return true;
}

static bool add_column(micro *m, tokens *t, const char *name)
{
    if (micro_add(m, "tokens", one_by_one, t, "pare_hmac, %s", name) == NULL) {
        return false;
    }
    if (t->lanes == NULL) {
        return true; /* not in this build, or not on this processor */
    }
    return lanes_agree(t) && micro_add(m, "tokens", in_lanes, t, "pare_lanes, %d at once, %s", AT_ONCE, name) != NULL;
}

static bool measure(micro *m, tokens *ids, tokens *emails)
{
    size_t first = m->n_cases;
    if (!add_column(m, ids, "customer_id") || !add_column(m, emails, "email") ||
        micro_add(m, "tokens", write_base32, ids, "pare_base32_write, %d bytes", TOKEN_BYTES) == NULL ||
        micro_add(m, "tokens", seal, emails, "pare_siv_encrypt, email") == NULL ||
        micro_add(m, "tokens", encrypt_digits, ids, "pare_ff1_encrypt, digits of customer_id") == NULL) {
        return false;
    }
    for (size_t i = first; i < m->n_cases; i++) {
        micro_case *c = &m->cases[i];
        c->values = (double)((tokens *)c->context)->column->n;
        c->bytes = ((tokens *)c->context)->column->bytes;
    }
    if (!micro_run(m, first)) {
        return false;
    }
    for (size_t i = first + 1; i < m->n_cases; i++) {
        if (m->cases[i].work == in_lanes) {
            micro_compare(&m->cases[i], &m->cases[i - 1], "one by one");
        }
    }
    return true;
}

bool micro_tokens(micro *m)
{
    static const unsigned char key[64] = "a key for the bench alone: 64 bytes, whose halves must differ ..";
    micro_column ids = {0}, emails = {0};
    tokens t = {.lanes = pare_lanes_new()}, of_emails;
    pare_span data = pare_span_of("bench");
    bool good = micro_column_read(m, "customer_id", &ids) && micro_column_read(m, "email", &emails);
    good = good && (pare_siv_new(pare_span_from(key, sizeof key), &data, 1, &t.siv, NULL) == PARE_OK ||
                    micro_fail("tokens: no memory"));
    good = good && (pare_ff1_new(pare_span_from(key, 32), data, 10, &t.ff1, NULL) == PARE_OK ||
                    micro_fail("tokens: no memory"));
    if (good) {
        pare_hmac_prepare(pare_span_from(key, 32), &t.key);
        t.column = &ids;
        of_emails = t;
        of_emails.column = &emails;
        good = measure(m, &t, &of_emails);
    }
    pare_lanes_free(t.lanes);
    pare_siv_free(t.siv);
    pare_ff1_free(t.ff1);
    micro_column_clear(&ids);
    micro_column_clear(&emails);
    return good;
}
