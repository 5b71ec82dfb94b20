"""What a run has given up: asked of the kernel, and tried from within by a library that is loaded into the run.

Skipped where the system or this build (sanitizers, coverage) has no sandbox.

    sandbox.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PARE = sys.argv[1]
KEYED = "do: {pseudonymize: {domain: id, method: %s}}"
POLICY = """\
pare: 1
dataset: sandbox
recipient: nobody
purposes:
  counting: {description: Count, basis: legitimate_interests, allowed_when: {field: use, is: ["yes"]}}
fields:
  id: {category: user.unique_id, for: [counting], DO}
  text: {category: user.content, for: [counting], do: {redact: {find: [email, card]}}}
unlisted: drop
"""
# Called where a run syncs a file: what it may not do, each with the errno that came of it.
PROBE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static void say(const char *what, long result) { fprintf(stderr, "PROBE %s %d\n", what, result < 0 ? errno : 0); }
int fsync(int fd)
{
    char *none[] = {NULL}, *name[] = {"/bin/true", NULL};
    say("socket", socket(AF_INET, SOCK_STREAM, 0));
    say("unix", socket(AF_UNIX, SOCK_DGRAM, 0));
    say("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
    say("ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    say("passwd", open("/etc/passwd", O_RDONLY));
    say("elsewhere", open(getenv("PROBE_ELSEWHERE"), O_WRONLY | O_CREAT, 0600));
    say("policy", open("policy.yaml", O_RDONLY));
    say("write_input", open("in/a.csv", O_WRONLY));
    say("read_input", open("in/a.csv", O_RDONLY));
    say("mkdir", mkdirat(AT_FDCWD, "out/folder", 0700));
    say("symlink", symlink("x", "out/link"));
    if (getenv("PROBE_EXEC") != NULL)
        say("exec", execve(name[0], name, none));
    return (int)syscall(SYS_fsync, fd);
}
"""


class Sandbox(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        for name in ("in", "out", "other"):
            (self.folder / name).mkdir()
        self.policy("do: keep, because: these are invented")
        for name in "ab":
            (self.folder / "in" / f"{name}.csv").write_text("id,text,use\n" + f"{name}12345678,write to me@home.example,yes\n" * 3)

    def tearDown(self):
        self.temporary.cleanup()

    def policy(self, do):
        (self.folder / "policy.yaml").write_text(POLICY.replace("DO", do))

    def pare(self, *arguments, expect=0, **options):
        done = subprocess.run([PARE, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                              check=False, **options)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def run_pare(self, *arguments, **options):
        return self.pare("run", "-q", "-p", "policy.yaml", *arguments, **options)

    def state(self, name="out/x.csv"):
        return json.loads((self.folder / (name + ".datapackage.json")).read_text())["pare"]["sandbox"]

    def test_everything_still_works(self):
        self.pare("keygen", "-q", "key")
        for do in (KEYED % "hmac", KEYED % "ff1", KEYED % "siv", "do: keep, because: these are invented"):
            self.policy(do)
            outputs = {}
            for mode in ("require", "off"):
                for more in (["-o", "out/x.csv.gz"], ["-o", "out/x.csv.gz", "--compress", "gzip:9", "--no-clobber"],
                             ["--spool"], ["--manifest", "other/m.json"], ["-o", "out/x.csv", "--manifest", "other/m.json"],
                             ["-o", "out/x.csv", "--on-bad-record", "quarantine=other/bad.jsonl"]):
                    for path in (self.folder / "out").iterdir():
                        path.unlink()
                    done = self.run_pare("--sandbox", mode, "--key-file", "key", "--threads", "3", *more, "in/a.csv", "in/b.csv",
                                         stdin=subprocess.DEVNULL)
                    data = [done.stdout] + [path.read_bytes() for path in sorted((self.folder / "out").glob("x.csv*"))
                                            if path.suffix != ".json"]
                    self.assertEqual(outputs.setdefault(" ".join(more), data), data)

    def test_bare_name_and_pipes(self):
        self.run_pare("--sandbox", "require", "-o", "x.csv", "in/a.csv")
        self.assertEqual(self.state("x.csv"), "landlock+seccomp")
        text = (self.folder / "in" / "a.csv").read_text()
        self.assertIn("[email]", self.run_pare("--sandbox", "require", input=text).stdout)
        self.assertIn("[email]", self.run_pare("--sandbox", "require", "in/b.csv", "-", input=text).stdout)
        done = subprocess.run(["bash", "-c", f"'{PARE}' run -q -p policy.yaml --sandbox require <(cat in/a.csv) <(cat in/b.csv)"],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout.count("[email]")), (0, 6), done.stderr)

    def test_manifest_says_it(self):
        self.run_pare("-o", "out/x.csv", "in/a.csv")
        first = (self.folder / "out/x.csv.datapackage.json").read_bytes()
        self.assertEqual(self.state(), "landlock+seccomp")
        self.run_pare("-o", "out/x.csv", "in/a.csv", "--threads", "2")
        self.assertEqual((self.folder / "out/x.csv.datapackage.json").read_bytes(), first)
        self.run_pare("-o", "out/x.csv", "--sandbox", "off", "in/a.csv")
        self.assertEqual(self.state(), "off")

    def probe(self, *arguments, **environment):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            self.skipTest("no C compiler here")
        (self.folder / "probe.c").write_text(PROBE)
        subprocess.run([compiler, "-shared", "-fPIC", "-include", "sys/stat.h", "-o", "probe.so", "probe.c"], cwd=self.folder,
                       check=True)
        done = self.run_pare(*arguments, "-o", "out/x.csv", "in/a.csv", "in/b.csv",
                             env={"LD_PRELOAD": str(self.folder / "probe.so"),
                                  "PROBE_ELSEWHERE": str(self.folder / "other" / "made"), **environment})
        lines = [line.split() for line in done.stderr.splitlines() if line.startswith("PROBE")]
        self.assertGreaterEqual(len(lines), 11)
        return {name: int(number) for _, name, number in lines[:12 if "PROBE_EXEC" in environment else 11]}

    def test_from_within(self):
        eperm, eacces = 1, 13
        self.assertEqual(self.probe("--sandbox", "require", PROBE_EXEC="1"),
                         {"socket": eperm, "unix": eperm, "io_uring": eperm, "ptrace": eperm, "passwd": eacces,
                          "elsewhere": eacces, "policy": eacces, "write_input": eacces, "read_input": 0, "mkdir": eacces,
                          "symlink": eacces, "exec": eperm})
        self.assertEqual(list((self.folder / "other").iterdir()), [])
        unconfined = self.probe("--sandbox", "off")  # the probe can tell
        self.assertEqual({unconfined[name] for name in ("unix", "passwd", "elsewhere", "policy", "write_input", "mkdir", "symlink")},
                         {0})

    def test_every_thread(self):
        """While the first input waits for more, and a second one that is exchanged meanwhile is not read."""
        for mode in ("require", "off"):
            with self.subTest(mode=mode):
                self.wait_and_exchange(mode)

    def wait_and_exchange(self, mode):
        pipe, second = self.folder / "pipe", self.folder / "second"
        for path in (pipe, second):
            path.unlink(missing_ok=True)
        os.mkfifo(pipe)
        second.symlink_to("in/a.csv")
        process = subprocess.Popen([PARE, "run", "-q", "-p", "policy.yaml", "--sandbox", mode, "--threads", "3", "-o", "out/x.csv",
                                    "pipe", "second"], cwd=self.folder, stderr=subprocess.PIPE)
        with pipe.open("wb") as writer:
            writer.write(b"id,text,use\n" + b"x,y,yes\n" * 100000)  # more than is read for the header
            writer.flush()
            if mode == "require":
                self.await_seccomp(process.pid)
            second.unlink()
            second.symlink_to("in/b.csv")
        error = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 66 if mode == "require" else 0, error)
        self.assertEqual((self.folder / "out/x.csv").exists(), mode == "off")

    def await_seccomp(self, pid):
        for _ in range(600):
            tasks = [(path / "status").read_text() for path in pathlib.Path(f"/proc/{pid}/task").iterdir()]
            if len(tasks) == 3:
                break
            time.sleep(0.05)
        self.assertEqual(len(tasks), 3)
        for status in tasks:
            self.assertIn("NoNewPrivs:\t1", status)
            self.assertIn("Seccomp:\t2", status)


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "policy.yaml").write_text(POLICY.replace("DO", "do: keep, because: these are invented"))
        done = subprocess.run([PARE, "run", "-q", "-p", "policy.yaml", "--sandbox", "require"], cwd=folder, text=True,
                              input="id,text,use\n", capture_output=True, check=False)
        if done.returncode == 77 and "--sandbox require" in done.stderr:
            print("SKIP:", done.stderr)
            sys.exit(77)
    unittest.main(argv=sys.argv[:1])


main()
