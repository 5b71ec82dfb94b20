/*
 * Addresses of Bitcoin and of currencies that took its form: Base58Check (the 2009 client's) and Bech32 / Bech32m (BIP
 * 173, BIP 350).
 *
 * Both carry a checksum of 32 and 30 bits: what passes is an address. The hash behind Base58Check is SHA-256 (FIPS
 * 180-4) twice over messages of 21 and 32 bytes, so the one block that they fill is hashed here, without the library's
 * contexts and their memory. Nothing secret is hashed.
 */
#include "rules/detect/validate_checks.h"

#include <string.h>

enum { ADDRESS_BYTES = 25, PAYLOAD_BYTES = 21, MAX_BECH32 = 90, MAX_PREFIX = 3 };

static uint32_t rotate(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

/** SHA-256 of at most 55 bytes, which with their padding are one block. */
static void hash_short(const unsigned char *message, size_t len, unsigned char out[32])
{
    static const uint32_t constants[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    unsigned char block[64] = {0};
    uint32_t word[64], state[8];
    memcpy(block, message, len);
    block[len] = 0x80;
    block[62] = (unsigned char)(len * 8 >> 8);
    block[63] = (unsigned char)(len * 8);
    for (size_t i = 0; i < 16; i++) {
        word[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
                  block[4 * i + 3];
    }
    for (size_t i = 16; i < 64; i++) {
        uint32_t a = word[i - 15], b = word[i - 2];
        word[i] = word[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + word[i - 7] +
                  (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(state, initial, sizeof state);
    for (size_t i = 0; i < 64; i++) {
        uint32_t a = state[0], e = state[4];
        uint32_t one = state[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & state[5]) ^ (~e & state[6])) +
                       constants[i] + word[i];
        uint32_t two =
            (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2]));
        memmove(state + 1, state, 7 * sizeof state[0]);
        state[4] += one;
        state[0] = one + two;
    }
    for (size_t i = 0; i < 8; i++) {
        uint32_t sum = state[i] + initial[i];
        for (size_t k = 0; k < 4; k++) {
            out[4 * i + k] = (unsigned char)(sum >> (24 - 8 * k));
        }
    }
}

/** 25 bytes from Base58; each leading 1 is a byte 0. */
static bool read_base58(pare_span text, unsigned char out[ADDRESS_BYTES])
{
    static const char symbols[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    size_t ones = 0, zeros = 0;
    memset(out, 0, ADDRESS_BYTES);
    while (ones < text.len && text.ptr[ones] == '1') {
        ones++;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char *symbol = text.ptr[i] == 0 ? NULL : strchr(symbols, text.ptr[i]);
        if (symbol == NULL) {
            return false;
        }
        uint32_t carry = (uint32_t)(symbol - symbols);
        for (size_t k = ADDRESS_BYTES; k-- > 0;) {
            carry += (uint32_t)out[k] * 58;
            out[k] = (unsigned char)carry;
            carry >>= 8;
        }
        if (carry != 0) {
            return false;
        }
    }
    while (zeros < ADDRESS_BYTES && out[zeros] == 0) {
        zeros++;
    }
    return ones == zeros;
}

/** One of the versions, 20 bytes, and the first four bytes of SHA-256 twice. */
static bool is_base58check(pare_span text, const unsigned char *versions, size_t n_versions)
{
    unsigned char address[ADDRESS_BYTES], once[32], twice[32];
    if (!read_base58(text, address) || memchr(versions, address[0], n_versions) == NULL) {
        return false;
    }
    hash_short(address, PAYLOAD_BYTES, once);
    hash_short(once, sizeof once, twice);
    return memcmp(address + PAYLOAD_BYTES, twice, 4) == 0;
}

/** What stands before the 1, as it is and as BIP 173 expands it: high bits, 0, low bits. */
typedef struct prefix {
    const char *text;
    size_t len;
    unsigned char expanded[2 * MAX_PREFIX + 1];
} prefix;

static const prefix bitcoin = {"bc", 2, {3, 3, 0, 2, 3}};
static const prefix litecoin = {"ltc", 3, {3, 3, 3, 0, 12, 20, 3}};

/** Whatever its case. */
static bool has_prefix(pare_span text, const prefix *wanted)
{
    for (size_t i = 0; i < wanted->len; i++) {
        if (text.len <= wanted->len + 1 || (text.ptr[i] | 0x20) != wanted->text[i]) {
            return false;
        }
    }
    return text.ptr[wanted->len] == '1';
}

/**
 * BIP 173: the checksum over the prefix and the data must be 1; BIP 350 has another constant for versions above 0,
 * of which addresses in the older form are about.
 */
static bool is_bech32(pare_span text, const prefix *before)
{
    static const char symbols[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const size_t n_prefix = 2 * before->len + 1, n_name = before->len + 1;
    uint32_t check = 1, version = 0;
    bool small = false, capital = false;
    if (text.len < 14 || text.len > MAX_BECH32) {
        return false;
    }
    for (size_t i = 0; i < n_prefix + text.len - n_name; i++) {
        uint32_t value = i < n_prefix ? before->expanded[i] : 0;
        if (i >= n_prefix) {
            unsigned char byte = text.ptr[i - n_prefix + n_name];
            small = small || (byte >= 'a' && byte <= 'z');
            capital = capital || (byte >= 'A' && byte <= 'Z');
            byte = byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
            const char *symbol = byte == 0 ? NULL : strchr(symbols, byte);
            if (symbol == NULL) {
                return false;
            }
            value = (uint32_t)(symbol - symbols);
            version = i == n_prefix ? value : version;
        }
        uint32_t top = check >> 25;
        check = (check & 0x1ffffff) << 5 ^ value;
        for (size_t k = 0; k < 5; k++) {
            check ^= (top >> k & 1) != 0 ? generator[k] : 0;
        }
    }
    return !(small && capital) && version <= 16 && (check == 1 || (version > 0 && check == 0x2bc830a3));
}

/* P2PKH and P2SH. */
bool pare_is_bitcoin(pare_span match)
{
    static const unsigned char versions[] = {0, 5};
    return has_prefix(match, &bitcoin) ? is_bech32(match, &bitcoin) : is_base58check(match, versions, sizeof versions);
}

/* Litecoin (48 and 50), Dogecoin (30 and 22), Dash (76 and 16), Tron (65): chainparams.cpp of each, TRON's developer
 * guide. */
bool pare_is_altcoin(pare_span match)
{
    static const unsigned char versions[] = {48, 50, 30, 22, 76, 16, 65};
    return has_prefix(match, &litecoin) ? is_bech32(match, &litecoin)
                                        : is_base58check(match, versions, sizeof versions);
}
