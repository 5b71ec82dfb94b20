/*
 * The sandbox of a run. A fault in a parser should find a process that can do nothing with it:
 *
 *  - no_new_privs (prctl(2)): no program that it starts gains rights
 *  - Landlock (landlock(7)): of the file system, the inputs that are named may be read, and files made, renamed and
 * removed in the directories of the dataset and its manifest. What is open already stays open
 *  - seccomp (seccomp(2)), a list of calls that fail with EPERM: sockets, programs, other processes, io_uring, which
 * gets around such lists, and what only an administrator's tool calls. A list of what is forbidden, not of what is
 * allowed: the C library may change what it calls between versions, and a run must not end of that
 *
 * All three hold for the calling thread and those that it starts later. None of them can be taken back.
 */
#include "filter/cmd/sandbox.h"

#include "rules/base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SANDBOX_AUTO = 0, SANDBOX_REQUIRE, SANDBOX_OFF }; /* in the order of the option's choices */

/* Sanitizers look at their own process, and coverage is written at the end: neither fits into a sandbox. */
#ifdef PARE_NO_SANDBOX
static const bool possible = false;
#else
static const bool possible = true;
#endif

/* --- Landlock ------------------------------------------------------------------------------------------------------
 */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13) /* from version 2 of the interface on */
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* version 3 */
#endif

static const uint64_t first_version = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* all up to the last of version 1 */
static const uint64_t in_outputs = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                                   LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                   LANDLOCK_ACCESS_FS_MAKE_REG;

/**
 * Allow `access` to what stands under `path`. An input that is not there, or is no file of a file system, needs no
 * rule: whoever opens it later is told so. A directory without a rule would keep a failed run from removing its own
 * files.
 */
static bool allow(int ruleset, const char *path, uint64_t access)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) {
        return access != in_outputs && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP);
    }
    const struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    bool good = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ||
                errno == EBADFD; /* a pipe (/dev/fd/63) */
    (void)close(fd);
    return good;
}

static bool allow_directory_of(int ruleset, const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (len >= sizeof directory) {
        return false;
    }
    memcpy(directory, path, len);
    directory[len] = '\0';
    return allow(ruleset, len == 0 ? "." : directory, in_outputs);
}

static bool is_file_name(const char *path)
{
    return path != NULL && strcmp(path, "-") != 0;
}

static bool allow_named(int ruleset, const pare_arguments *arguments)
{
    bool good = true;
    for (size_t i = 0; i < arguments->n_operands && good; i++) {
        good = !is_file_name(arguments->operands[i]) ||
               allow(ruleset, arguments->operands[i], LANDLOCK_ACCESS_FS_READ_FILE);
    }
    if (good && is_file_name(arguments->output)) {
        good = allow_directory_of(ruleset, arguments->output);
    }
    if (good && is_file_name(arguments->on_bad_record.file)) {
        good = allow_directory_of(ruleset, arguments->on_bad_record.file);
    }
    return good && (!is_file_name(arguments->manifest) || allow_directory_of(ruleset, arguments->manifest));
}

/** What became of a restriction. That the system offers it and it failed all the same is an error, whatever was asked
 * for. */
typedef enum restriction { FAILED = 0, ABSENT, HOLDS } restriction;

static restriction restrict_files(const pare_arguments *arguments)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        return ABSENT;
    }
    struct landlock_ruleset_attr wanted = {.handled_access_fs = first_version};
    wanted.handled_access_fs |= version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
    wanted.handled_access_fs |= version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &wanted, sizeof wanted, 0);
    if (ruleset < 0) {
        return FAILED;
    }
    bool good = allow_named(ruleset, arguments) && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    (void)close(ruleset);
    return good ? HOLDS : FAILED;
}

/* --- seccomp -------------------------------------------------------------------------------------------------------
 */

#if defined(__x86_64__)
#define PARE_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define PARE_AUDIT_ARCH AUDIT_ARCH_AARCH64
#endif

static const unsigned forbidden[] = {
    /* talk to anybody */
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    /* become, start or touch another program */
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kcmp,
    /* work around this list, or around the directory that is allowed */
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_open_by_handle_at,
    SYS_personality,
    /* what the kernel's own faults are reached by */
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_swapon,
    SYS_swapoff,
    SYS_reboot,
};
enum { N_FORBIDDEN = sizeof forbidden / sizeof forbidden[0], X32_BIT = 0x40000000 };

static bool restrict_calls(void)
{
#ifndef PARE_AUDIT_ARCH
    return false;
#else
    struct sock_filter code[N_FORBIDDEN + 8];
    unsigned short n = 0;
    const uint8_t to_refusal = N_FORBIDDEN + 2; /* from the first of the tests on the number, X32's */
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PARE_AUDIT_ARCH, 0, to_refusal + 1);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, N_FORBIDDEN + 1, 0);
    for (unsigned i = 0; i < N_FORBIDDEN; i++) { /* from test i, the refusal stands N - i further on */
        code[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, forbidden[i], (uint8_t)(N_FORBIDDEN - i), 0);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    const struct sock_fprog program = {n, code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
#endif
}

pare_status pare_sandbox_enter(const pare_arguments *arguments, const char **state, pare_error *err)
{
    static const char *const states[2][2] = {{"none", "seccomp"}, {"landlock", "landlock+seccomp"}};
    *state = "off";
    if (arguments->sandbox == SANDBOX_OFF) {
        return PARE_OK;
    }
    bool started = possible && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    restriction landlock = started ? restrict_files(arguments) : ABSENT;
    if (landlock == FAILED) {
        return pare_fail(err, PARE_E_IO, "the sandbox can't be entered (--sandbox off does without)");
    }
    bool files = landlock == HOLDS;
    bool calls = started && restrict_calls();
    *state = states[files][calls];
    if (arguments->sandbox == SANDBOX_REQUIRE && !(files && calls)) {
        return pare_fail(err, PARE_E_KEY, "--sandbox require: this system offers %s of landlock and seccomp",
                         files   ? "only the first"
                         : calls ? "only the second"
                                 : "neither");
    }
    return PARE_OK;
}
