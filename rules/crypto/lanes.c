/* See lanes.h. The one file that includes the multi-buffer library. */
#include "rules/crypto/lanes.h"

#ifdef PARE_WITH_IPSEC_MB

#include "rules/base/secret.h"

#include <intel-ipsec-mb.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_MESSAGES = 64 };

struct pare_lanes {
    IMB_MGR *manager;
    IMB_JOB jobs[MOST_MESSAGES];
    _Alignas(64) uint32_t inner[8], outer[8]; /* the key's states, where the library may load whole vectors */
};

/** The loaded object that `function` is in: its pages of code are given back. They come again as they are called. */
static int give_back_code(struct dl_phdr_info *object, size_t size, void *function)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), wanted = (uintptr_t)function;
    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        const uintptr_t from = object->dlpi_addr + part->p_vaddr, to = from + part->p_memsz;
        const bool is_code = part->p_type == PT_LOAD && (part->p_flags & (PF_X | PF_W)) == PF_X;
        if (is_code && wanted >= from && wanted < to) {
            const uintptr_t start = from / page * page;
            (void)madvise((void *)start, to - start, MADV_DONTNEED); /* not a worry if it can't be */
            return 1;
        }
    }
    return 0;
}

/**
 * The library tries out all its ciphers when it is set up, and 3 MiB of code that is never needed again stay in memory
 * from that. A private mapping of a file that nobody wrote to loses nothing by MADV_DONTNEED (madvise(2)).
 */
static void forget_trials(const pare_lanes *lanes)
{
    union { /* ISO C knows no other way from a function's address to an object's */
        get_next_job_t function;
        void *object;
    } inside = {lanes->manager->get_next_job};
    (void)dl_iterate_phdr(give_back_code, inside.object);
}

pare_lanes *pare_lanes_new(void)
{
    pare_lanes *made = aligned_alloc(64, (sizeof *made + 63) / 64 * 64);
    if (made == NULL) {
        return NULL;
    }
    *made = (pare_lanes){.manager = alloc_mb_mgr(0)};
    if (made->manager != NULL) {
        init_mb_mgr_auto(made->manager, NULL);
    }
    /* With fewer than eight lanes the processor's own SHA instructions, which libcrypto uses, are as fast. */
    if (made->manager == NULL || imb_get_errno(made->manager) != 0 ||
        made->manager->used_arch < (uint32_t)IMB_ARCH_AVX512) {
        pare_lanes_free(made);
        return NULL;
    }
    forget_trials(made);
    return made;
}

void pare_lanes_free(pare_lanes *lanes)
{
    if (lanes != NULL) {
        if (lanes->manager != NULL) {
            free_mb_mgr(lanes->manager);
        }
        pare_secret_wipe(lanes, sizeof *lanes);
        free(lanes);
    }
}

bool pare_lanes_hmac(pare_lanes *lanes, const pare_hmac_key *key, const pare_span *messages, size_t n,
                     unsigned char (*out)[PARE_SHA256_BYTES])
{
    if (n > MOST_MESSAGES) {
        return false;
    }
    for (size_t i = 0; i < n; i++) { /* the library does not ask, and an empty message would upset its lanes for good */
        if (messages[i].len == 0 || messages[i].len > PARE_LANES_MAX_MESSAGE) {
            return false;
        }
    }
    memcpy(lanes->inner, key->inner, sizeof lanes->inner);
    memcpy(lanes->outer, key->outer, sizeof lanes->outer);
    for (size_t i = 0; i < n; i++) {
        IMB_JOB *job = &lanes->jobs[i];
        job->cipher_mode = IMB_CIPHER_NULL;
        job->chain_order = IMB_ORDER_HASH_CIPHER;
        job->hash_alg = IMB_AUTH_HMAC_SHA_256;
        job->src = messages[i].ptr;
        job->hash_start_src_offset_in_bytes = 0;
        job->msg_len_to_hash_in_bytes = messages[i].len;
        job->auth_tag_output = out[i];
        job->auth_tag_output_len_in_bytes = PARE_SHA256_BYTES;
        job->u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)lanes->inner;
        job->u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)lanes->outer;
        job->status = IMB_STATUS_BEING_PROCESSED;
    }
    uint32_t done = IMB_SUBMIT_HASH_BURST_NOCHECK(lanes->manager, lanes->jobs, (uint32_t)n, IMB_AUTH_HMAC_SHA_256);
    for (size_t i = 0; i < n; i++) { /* a tag that was not written is never taken for one */
        if (lanes->jobs[i].status != IMB_STATUS_COMPLETED) {
            return false;
        }
    }
    return done == n;
}

#else

pare_lanes *pare_lanes_new(void)
{
    return NULL;
}

void pare_lanes_free(pare_lanes *lanes)
{
    (void)lanes;
}

bool pare_lanes_hmac(pare_lanes *lanes, const pare_hmac_key *key, const pare_span *messages, size_t n,
                     unsigned char (*out)[PARE_SHA256_BYTES])
{
    (void)lanes;
    (void)key;
    (void)messages;
    (void)n;
    (void)out;
    return false;
}

#endif
