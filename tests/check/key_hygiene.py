"""What is promised of keys, looked at in memory: from outside while a run waits, and from within when it ends.

A library that is loaded into the program looks for the master key and the working keys (derived here by RFC 5869) in every block
of memory that is given back, and at the end in all memory that can be written. It knows them by their complements, so that it is
not what it finds. The superuser also looks into the memory of a run that waits for its input: the master key must stand in
locked pages that no core dump holds, once, and nowhere else.

    key_hygiene.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "support"))
from cli_case import PARE, CliCase, fingerprint, hkdf_sha256  # noqa: E402

KEY = bytes((i * 73 + 41) % 256 for i in range(32))
POLICY = """\
pare: 1
dataset: keys
recipient: tester
purposes: {counting: {description: Count, basis: contract}}
fields:
  a: {category: system, for: counting, do: {pseudonymize: {domain: one}}}
  b: {category: system, for: counting, do: {pseudonymize: {domain: two, method: siv}}}
  c: {category: system, for: counting, do: {pseudonymize: {domain: three, method: ff1, unfit: hmac}}}
  d: {category: system, for: counting, do: {pseudonymize: {domain: four, method: ip}}}
  e: {category: system, for: counting, do: {shift: {days: 30, by: a}}}
"""
EXPORT = b"a,b,c,d,e\n" + b"x1,y1,12345678,10.0.0.1,2024-01-01\n" * 30
PROBE = r"""
#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
extern void __libc_free(void *);
enum { MOST = 16, BYTES = 32 };
static unsigned char complements[MOST][BYTES];
static unsigned n_needles, n_given_back[MOST];
static int ready;
__attribute__((constructor)) static void start(void)
{
    FILE *file = fopen(getenv("PROBE_COMPLEMENTS"), "rb");
    while (file != NULL && n_needles < MOST && fread(complements[n_needles], 1, BYTES, file) == BYTES)
        n_needles++;
    if (file != NULL)
        fclose(file);
    ready = 1;
}
static unsigned look(const volatile unsigned char *from, size_t len, unsigned needle)
{
    unsigned found = 0;
    for (size_t at = 0; at + BYTES <= len; at++) {
        size_t n = 0;
        while (n < BYTES && (unsigned char)~from[at + n] == complements[needle][n])
            n++;
        found += n == BYTES;
    }
    return found;
}
static void given_back(void *block, size_t len)
{
    for (unsigned i = 0; ready && i < n_needles; i++)
        n_given_back[i] += look(block, len, i);
}
void free(void *block)
{
    if (block != NULL)
        given_back(block, malloc_usable_size(block));
    __libc_free(block);
}
int munmap(void *at, size_t len)
{
    if (len <= 1 << 20)
        given_back(at, len);
    return (int)syscall(SYS_munmap, at, len);
}
__attribute__((destructor)) static void end(void)
{
    struct rlimit core;
    char line[512];
    unsigned left[MOST] = {0};
    FILE *maps = fopen("/proc/self/maps", "r");
    getrlimit(RLIMIT_CORE, &core);
    fprintf(stderr, "PROBE dumpable %d\nPROBE core %ld %ld\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), (long)core.rlim_cur,
            (long)core.rlim_max);
    ready = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        char rights[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && rights[0] == 'r' && rights[1] == 'w')
            for (unsigned i = 0; i < n_needles; i++)
                left[i] += look((unsigned char *)from, to - from, i);
    }
    for (unsigned i = 0; i < n_needles; i++)
        fprintf(stderr, "PROBE key %u %u %u\n", i, n_given_back[i], left[i]);
}
"""


def working_keys(master):
    """By name; the first 32 bytes of each."""
    made = {"master": master, "extracted": hmac.new(b"pare/1", master, hashlib.sha256).digest()}
    for method, domain, length in (("hmac", "one", 32), ("siv", "two", 64), ("ff1", "three", 32), ("hmac", "three", 32), ("ip", "four", 32),
                                   ("shift", "e", 32), ("shift", "a", 32), ("fingerprint", "", 32)):
        recipient = "" if method == "fingerprint" else "tester"
        info = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in (method, recipient, domain, ""))
        key = hkdf_sha256(master, b"pare/1", info, length)
        for half in range(length // 32):
            made[f"{method} {domain} {half}"] = key[32 * half:32 * half + 32]
    return made


class Hygiene(CliCase):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", POLICY)
        self.write("in.csv", EXPORT)
        self.write("k", KEY)
        os.chmod(os.path.join(self.folder, "k"), 0o600)
        self.keys = working_keys(KEY)

    def probe(self, *arguments, keys=None, expect=0, stdin=b"", **options):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            self.skipTest("no C compiler here")
        keys = self.keys if keys is None else keys
        self.write("probe.c", PROBE)
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", "probe.so", "probe.c"], cwd=self.folder, check=True)
        self.write("complements", b"".join(bytes(255 - b for b in key) for key in keys.values()))
        done = subprocess.run([PARE, *arguments], cwd=self.folder, capture_output=True, input=stdin, timeout=120, check=False,
                              env={"PATH": os.environ["PATH"], "LD_PRELOAD": os.path.join(self.folder, "probe.so"),
                                   "PROBE_COMPLEMENTS": os.path.join(self.folder, "complements")}, **options)
        said = done.stderr.decode()
        self.assertEqual(done.returncode, expect, said)
        found = re.findall(r"^PROBE key (\d+) (\d+) (\d+)$", said, re.M)
        self.assertEqual(len(found), len(keys), said)
        self.assertIn("PROBE dumpable 0\n", said)
        self.assertIn("PROBE core 0 0\n", said)
        return {name: (int(back), int(left)) for name, (_, back, left) in zip(keys, found)}

    def assert_clean(self, found):
        self.assertEqual({name: at for name, at in found.items() if at != (0, 0)}, {})

    def test_the_probe_can_tell(self):
        """A text of the policy is not wiped: it is found."""
        found = self.probe("run", "-q", "-p", "p.yaml", "--key-file", "k", "--sandbox", "off", "in.csv",
                           keys={"policy": POLICY.encode()[30:62]})
        self.assertNotEqual(found["policy"], (0, 0))

    def test_nothing_is_left(self):
        run = ["run", "-q", "-p", "p.yaml", "--sandbox", "off"]
        for more in (["--key-file", "k", "in.csv"], ["--key-file", "k", "-o", "out.csv.gz", "--threads", "3", "in.csv"],
                     ["--key-file", "k", "--spool", "--portable", "in.csv"]):
            with self.subTest(more):
                self.assert_clean(self.probe(*run, *more))
        self.write("long.csv", b"a,b,c,d,e\n" + b"x1,y1,12345678,10.0.0.1,2024-01-01\n" * 40000)  # tokens in lanes
        self.assert_clean(self.probe(*run, "--key-file", "k", "-o", "long.out", "--threads", "2", "long.csv"))

    def test_nothing_is_left_by_failures(self):
        run = ["run", "-q", "-p", "p.yaml", "--key-file", "k", "--sandbox", "off"]
        self.write("bad.csv", EXPORT + b'"x\n')
        self.write("other.csv", b"a,b\n1,2\n")
        self.write("gate.yaml", POLICY + "gates: {min_records: 99}\n")
        for status, arguments in ((65, [*run, "bad.csv"]), (78, [*run, "other.csv"]), (66, [*run, "missing.csv"]),
                                  (73, [*run, "-o", "no/where.csv", "in.csv"]),
                                  (1, ["run", "-q", "-p", "gate.yaml", "--key-file", "k", "--sandbox", "off", "-o", "o.csv", "in.csv"])):
            with self.subTest(status):
                self.assert_clean(self.probe(*arguments, expect=status))
        with open("/dev/full", "wb") as full:
            result = subprocess.run([PARE, *run, "in.csv"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(result.returncode, 74)

    def test_other_sources_and_commands(self):
        run = ["run", "-q", "-p", "p.yaml", "--sandbox", "off", "in.csv"]
        with open(os.path.join(self.folder, "k"), "rb") as key:
            self.assert_clean(self.probe(*run, "--key-fd", str(key.fileno()), pass_fds=[key.fileno()]))
        read_end, write_end = os.pipe()
        os.write(write_end, KEY)
        os.close(write_end)
        self.assert_clean(self.probe(*run, "--key-fd", str(read_end), pass_fds=[read_end]))
        os.close(read_end)
        self.write("short", KEY[:31])
        os.chmod(os.path.join(self.folder, "short"), 0o600)
        self.probe(*run, "--key-file", "short", expect=77)
        done = self.pare("run", "-q", "-p", "p.yaml", "--key-file", "k", "in.csv")
        tokens = "\n".join(line.split(",")[1] for line in done.stdout.splitlines()[1:]) + "\n"
        self.assert_clean(self.probe("reveal", "-p", "p.yaml", "--key-file", "k", "--field", "b", "--because", "a test", "--audit", "audit",
                                     stdin=tokens.encode()))

    def test_the_fingerprint_is_all_that_is_told(self):
        self.pare("run", "-q", "-p", "p.yaml", "--key-file", "k", "-o", "out.csv", "in.csv")
        manifest = (pathlib.Path(self.folder) / "out.csv.datapackage.json").read_bytes()
        section = json.loads(manifest)["pare"]
        self.assertEqual(section["key_fingerprint"], fingerprint(KEY))
        self.assertIn(section["sandbox"], ("landlock+seccomp", "landlock", "seccomp", "none"))
        for key in self.keys.values():
            for shape in (key, key.hex().encode(), key[:8], key[:8].hex().encode()):
                if shape != fingerprint(KEY).encode():
                    self.assertNotIn(shape, manifest.lower())

    def wait(self, *arguments):
        """A run that has its key and waits for more input."""
        process = subprocess.Popen([PARE, "run", "-q", "-p", "p.yaml", "--threads", "2", "-o", "out.csv", *arguments, "-"],
                                   cwd=self.folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(EXPORT + b"x1,y1,12345678,10.0.0.1,2024-01-01\n" * 40000)
        process.stdin.flush()
        for _ in range(200):
            if any(name.startswith(".out.csv.pare-") and os.path.getsize(os.path.join(self.folder, name)) > 0 for name in os.listdir(self.folder)):
                return process
            time.sleep(0.02)
        process.kill()
        self.fail("the run does not start")

    def regions(self, pid):
        """(first byte, its end, flags) of what can be read."""
        text = pathlib.Path(f"/proc/{pid}/smaps").read_text()
        for found in re.finditer(r"^([0-9a-f]+)-([0-9a-f]+) r\S+ (.*?)^VmFlags:(.*?)$", text, re.M | re.S):
            yield int(found[1], 16), int(found[2], 16), found[4].split()

    def test_while_it_runs(self):
        if os.geteuid() != 0:
            self.skipTest("only the superuser can look into it: that is promised as well")
        process = self.wait("--key-file", "k")
        try:
            found = {name: [] for name in self.keys}
            with open(f"/proc/{process.pid}/mem", "rb", 0) as memory:
                for start, end, flags in self.regions(process.pid):
                    try:
                        memory.seek(start)
                        data = memory.read(end - start)
                    except (OSError, ValueError):
                        continue
                    for name, key in self.keys.items():
                        found[name] += ["lo" in flags and "dd" in flags] * data.count(key)
            self.assertEqual(found["master"], [True], "the master key: once, locked, in no dump")
            for name in ("extracted", "hmac one 0", "hmac three 0", "shift e 0", "fingerprint  0"):
                self.assertEqual(found[name], [], name + ": prepared, and wiped as it was derived")
            for name in ("siv two 0", "siv two 1", "ff1 three 0", "ip four 0"):
                self.assertIn(True, found[name], name + ": the plan's own")
            limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size +0 +0 ")
            environment = pathlib.Path(f"/proc/{process.pid}/environ").read_bytes() + pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            self.assertNotIn(KEY, environment)
        finally:
            process.kill()
            process.communicate()

    def test_others_cannot_look(self):
        """PR_SET_DUMPABLE 0: not even the same user may read its memory or trace it (proc(5), ptrace(2))."""
        if os.geteuid() != 0:
            self.skipTest("needs a second user")
        process = self.wait("--key-file", "k")
        try:
            stat = os.stat(f"/proc/{process.pid}/mem")
            self.assertEqual((stat.st_uid, stat.st_mode & 0o777), (0, 0o600))
            looked = subprocess.run([sys.executable, "-c", f"import os; os.setuid(65534); open('/proc/{process.pid}/mem', 'rb').read(1)"],
                                    capture_output=True, check=False)
            self.assertIn(b"PermissionError", looked.stderr)
        finally:
            process.kill()
            process.communicate()

    def test_no_core_dump(self):
        """Of a run that dies by the signals that leave one."""
        for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT):
            process = self.wait("--key-file", "k")
            process.send_signal(number)
            process.communicate()
            self.assertEqual(process.returncode, -number)
            self.assertEqual([name for name in os.listdir(self.folder) if "core" in name], [])


if b"__asan_init" in pathlib.Path(PARE).read_bytes() or b"__tsan_init" in pathlib.Path(PARE).read_bytes():
    print("skipped: sanitizers keep copies of their own, and are dumpable")
    sys.exit(77)
unittest.main(argv=sys.argv[:1])
