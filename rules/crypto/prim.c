/*
 * SHA-256 (FIPS 180-4), HMAC (RFC 2104, FIPS 198-1), AES (FIPS 197) and random bytes, on libcrypto.
 *
 * This is the one file that includes the crypto library, and it uses its low-level SHA-256, which
 * OpenSSL 3 marks as deprecated. Measured for short values: EVP_MAC costs 183 ns a value at best
 * and 427 ns where a prepared context is copied, which also allocates; the block function on a
 * prepared state costs 109 ns, allocates nothing, and cannot fail. The functions are part of the
 * frozen interface of libcrypto 3, and what they compute is checked against published vectors.
 *
 * AES is the other way round: the low-level function is the table-driven one (90 ns a block, its time depends on the
 * data), EVP uses the processor's instructions (18 ns, constant time). So AES goes through EVP, with a context for each
 * key and worker.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "rules/crypto/prim.h"

#include "rules/base/secret.h"
#include "rules/base/span.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/random.h>

/* A block's last 9 bytes are taken by the end mark and the length: what is longer needs a second one. */
enum { BLOCK = 64, LONGEST_IN_ONE_BLOCK = BLOCK - 9 };

_Static_assert(PARE_SHA256_BYTES == SHA256_DIGEST_LENGTH && BLOCK == SHA256_CBLOCK, "SHA-256 has its sizes");
_Static_assert(sizeof(((SHA256_CTX *)0)->h) == sizeof(((pare_hmac_key *)0)->inner), "a state is eight words");

/* Two words at once: word by word, GCC makes 16-byte vectors of it without an instruction to turn bytes around in. */
static void put_state(unsigned char out[PARE_SHA256_BYTES], const uint32_t state[8])
{
    for (size_t i = 0; i < 8; i += 2) {
        const uint64_t words = htobe64((uint64_t)state[i] << 32 | state[i + 1]);
        memcpy(out + 4 * i, &words, sizeof words);
    }
}

/* The state behind the key's block, each byte combined with `pad` (RFC 2104 section 4). */
static void absorb_pad(const unsigned char key[BLOCK], unsigned char pad, uint32_t state[8])
{
    unsigned char block[BLOCK];
    SHA256_CTX hash;
    for (size_t i = 0; i < BLOCK; i++) {
        block[i] = key[i] ^ pad;
    }
    SHA256_Init(&hash);
    SHA256_Transform(&hash, block);
    memcpy(state, hash.h, sizeof hash.h);
    pare_secret_wipe(block, sizeof block);
    pare_secret_wipe(&hash, sizeof hash);
}

void pare_hmac_prepare(pare_span key, pare_hmac_key *prepared)
{
    unsigned char block[BLOCK] = {0};
    if (key.len > BLOCK) {
        SHA256(key.ptr, key.len, block);
    } else if (key.len > 0) {
        memcpy(block, key.ptr, key.len);
    }
    absorb_pad(block, 0x36, prepared->inner);
    absorb_pad(block, 0x5C, prepared->outer);
    pare_secret_wipe(block, sizeof block);
}

/* Finish a hash whose `state` has taken in one block, with a message that fits the last one (FIPS 180-4, 5.1.1). */
static void finish_in_one_block(const uint32_t state[8], pare_span message, unsigned char out[PARE_SHA256_BYTES])
{
    unsigned char block[BLOCK] = {0};
    SHA256_CTX hash;
    if (message.len > 0) {
        memcpy(block, message.ptr, message.len);
    }
    block[message.len] = 0x80;
    const uint64_t bits = htobe64((uint64_t)(BLOCK + message.len) * 8);
    memcpy(block + BLOCK - sizeof bits, &bits, sizeof bits);
    memcpy(hash.h, state, sizeof hash.h);
    SHA256_Transform(&hash, block);
    put_state(out, hash.h);
}

static void finish_long(const uint32_t state[8], pare_span message, unsigned char out[PARE_SHA256_BYTES])
{
    SHA256_CTX hash;
    SHA256_Init(&hash);
    memcpy(hash.h, state, sizeof hash.h);
    hash.Nl = BLOCK * 8; /* bits so far: the key's block */
    SHA256_Update(&hash, message.ptr, message.len);
    SHA256_Final(out, &hash);
}

void pare_hmac(const pare_hmac_key *key, pare_span message, unsigned char out[PARE_SHA256_BYTES])
{
    unsigned char inner[PARE_SHA256_BYTES];
    if (message.len <= LONGEST_IN_ONE_BLOCK) {
        finish_in_one_block(key->inner, message, inner);
    } else {
        finish_long(key->inner, message, inner);
    }
    finish_in_one_block(key->outer, pare_span_from(inner, sizeof inner), out);
}

void pare_hmac_wipe(pare_hmac_key *key)
{
    pare_secret_wipe(key, sizeof *key);
}

struct pare_sha256 {
    SHA256_CTX hash;
};

pare_status pare_sha256_new(pare_sha256 **hash, pare_error *err)
{
    pare_sha256 *made = malloc(sizeof *made);
    if (made == NULL) {
        return pare_fail(err, PARE_E_NOMEM, "no memory for a hash");
    }
    SHA256_Init(&made->hash);
    *hash = made;
    return PARE_OK;
}

void pare_sha256_update(pare_sha256 *hash, pare_span bytes)
{
    if (bytes.len > 0) {
        SHA256_Update(&hash->hash, bytes.ptr, bytes.len);
    }
}

void pare_sha256_finish_hex(pare_sha256 *hash, char out[2 * PARE_SHA256_BYTES + 1])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[PARE_SHA256_BYTES];
    SHA256_Final(digest, &hash->hash);
    SHA256_Init(&hash->hash);
    for (size_t i = 0; i < sizeof digest; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[2 * sizeof digest] = '\0';
}

size_t pare_digest(pare_digest_kind kind, pare_span message, unsigned char out[PARE_DIGEST_BYTES])
{
    const EVP_MD *type = kind == PARE_DIGEST_MD5 ? EVP_md5() : kind == PARE_DIGEST_SHA1 ? EVP_sha1() : EVP_sha256();
    unsigned len = 0;
    return EVP_Digest(message.ptr, message.len, out, &len, type, NULL) == 1 ? len : 0;
}

void pare_sha256_free(pare_sha256 *hash)
{
    if (hash != NULL) {
        pare_secret_wipe(hash, sizeof *hash); /* its buffer holds the last bytes of the data */
        free(hash);
    }
}

/* EVP's own context; its memory is wiped when it is freed. */
struct pare_aes {
    EVP_CIPHER_CTX *context;
};

pare_status pare_aes_new(pare_span key, pare_aes **aes, pare_error *err)
{
    const EVP_CIPHER *cipher = key.len == 16   ? EVP_aes_128_ecb()
                               : key.len == 24 ? EVP_aes_192_ecb()
                               : key.len == 32 ? EVP_aes_256_ecb()
                                               : NULL;
    if (cipher == NULL) {
        return pare_fail(err, PARE_E_INTERNAL, "an AES key of %zu bytes", key.len);
    }
    /* libcrypto 3.0 sets itself up when it is first used, and falls over where it has no memory for that: ask first. */
    if (OSSL_LIB_CTX_get0_global_default() == NULL || OPENSSL_init_crypto(0, NULL) != 1) {
        return pare_fail(err, PARE_E_NOMEM, "no memory for the crypto library");
    }
    pare_aes *made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->context = EVP_CIPHER_CTX_new();
    }
    if (made == NULL || made->context == NULL) {
        pare_aes_free(made);
        return pare_fail(err, PARE_E_NOMEM, "no memory for a cipher");
    }
    if (EVP_EncryptInit_ex(made->context, cipher, NULL, key.ptr, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(made->context, 0) != 1) {
        pare_aes_free(made);
        return pare_fail(err, PARE_E_INTERNAL, "the crypto library refuses AES");
    }
    *aes = made;
    return PARE_OK;
}

bool pare_aes_encrypt(pare_aes *aes, const unsigned char *in, unsigned char *out, size_t n_blocks)
{
    enum { MOST_BLOCKS = INT_MAX / PARE_AES_BLOCK };
    while (n_blocks > 0) {
        int len = (int)(n_blocks < MOST_BLOCKS ? n_blocks : MOST_BLOCKS) * PARE_AES_BLOCK;
        int made = 0;
        if (EVP_EncryptUpdate(aes->context, out, &made, in, len) != 1 || made != len) {
            return false;
        }
        in += len;
        out += len;
        n_blocks -= (size_t)len / PARE_AES_BLOCK;
    }
    return true;
}

void pare_aes_free(pare_aes *aes)
{
    if (aes != NULL) {
        EVP_CIPHER_CTX_free(aes->context);
        free(aes);
    }
}

pare_status pare_random(void *out, size_t len, pare_error *err)
{
    unsigned char *at = out;
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return pare_fail_os(err, PARE_E_INTERNAL, errno, "the system gives no random bytes");
        }
        at += got;
        len -= (size_t)got;
    }
    return PARE_OK;
}
