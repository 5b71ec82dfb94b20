"""What a run writes takes the place of nothing that it reads, whatever that is called; and it clears away what dead runs left.

Names are spelt in every way that a file system offers. Which of them mean one file is asked of os.path.samefile().

    delivery_names.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PARE = os.path.abspath(sys.argv[1])
POLICY = """\
pare: 1
dataset: delivery
recipient: nobody
purposes:
  counting: {description: Count, basis: legitimate_interests, allowed_when: {field: use, is: ["yes"]}}
opt_outs: {file: list.csv, column: id, match: id}
fields:
  id: {category: user.unique_id, for: [counting], do: {pseudonymize: {domain: id}}}
  text: {category: user.content, for: [counting], do: {replace: {map_file: map.csv, otherwise: keep}}}
"""
EXPORT = "id,text,use\n1,a,yes\n2,b,yes\n3,c\n"  # the last one is bad
TEMPORARY = re.compile(r"\.(.+)\.pare-[a-z2-7]{6}")


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "deep" / "er").mkdir(parents=True)
        for name, text in {"policy.yaml": POLICY, "in.csv": EXPORT, "list.csv": "id\n9\n", "map.csv": "from,to\na,A\n"}.items():
            (self.folder / name).write_text(text)
        (self.folder / "key").write_bytes(bytes(range(32)))
        (self.folder / "key").chmod(0o600)
        (self.folder / "symlinked").symlink_to(".")

    def tearDown(self):
        self.temporary.cleanup()

    def run_pare(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([PARE, "run", "-p", "policy.yaml", "--key-file", "key", "--on-bad-record", "drop", *arguments],
                              cwd=self.folder, stderr=subprocess.PIPE, timeout=60, check=False, **options)


class Names(Folder):
    def contents(self):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in sorted(self.folder.rglob("*"))
                if path.is_file() and not path.is_symlink()}

    def spellings(self, name):
        """Names of a file that is there or is not."""
        yield from (name, "./" + name, "deep/../" + name, "deep/er/../../" + name, "symlinked/" + name, "symlinked/./" + name,
                    ".//" + name, str(self.folder / name))
        if (self.folder / name).exists():
            os.link(self.folder / name, self.folder / "hard")
            yield "hard"
            yield "symlinked/hard"
            os.unlink(self.folder / "hard")

    def refused(self, arguments, says, **options):
        before = self.contents()
        done = self.run_pare(*arguments, **options)
        self.assertEqual((done.returncode, says in done.stderr.decode()), (73, True), (arguments, done.stderr))
        self.assertEqual(self.contents(), before)

    def test_what_is_read(self):
        for name in ("in.csv", "policy.yaml", "key", "list.csv", "map.csv"):
            for other in self.spellings(name):
                self.assertTrue(os.path.samefile(self.folder / name, self.folder / other))
                self.refused(["-o", other, "in.csv"], "output is a")
                self.refused(["-o", "out.csv", "--manifest", other, "in.csv"], "manifest is a")
                bad = self.run_pare_quarantine(other)
                self.assertEqual((bad.returncode, b"quarantine is a" in bad.stderr), (73, True), (other, bad.stderr))

    def run_pare_quarantine(self, quarantine, output="out.csv", *more):
        before = self.contents()
        done = subprocess.run([PARE, "run", "-p", "policy.yaml", "--key-file", "key", "--on-bad-record",
                               f"quarantine={quarantine}", "-o", output, *more, "in.csv"], cwd=self.folder, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        if done.returncode != 0:
            self.assertEqual(self.contents(), before)
        return done

    def test_the_default_manifest_is_an_input(self):
        (self.folder / "x.csv.datapackage.json").write_text(EXPORT)
        self.refused(["-o", "x.csv", "x.csv.datapackage.json"], "manifest is an input")

    def test_the_second_input(self):
        (self.folder / "second.csv").write_text(EXPORT)
        self.refused(["-o", "second.csv", "in.csv", "second.csv"], "output is an input")
        os.symlink("second.csv", self.folder / "link.csv")
        self.refused(["-o", "second.csv", "in.csv", "link.csv"], "output is an input")

    def test_standard_input_and_output(self):
        with open(self.folder / "in.csv", "rb") as file:
            self.refused(["-o", "in.csv"], "output is an input", stdin=file)
        with open(self.folder / "in.csv", "rb") as file:
            self.refused(["-o", "in.csv", "-"], "standard input", stdin=file)
        with open(self.folder / "in.csv", "ab") as file:
            self.refused(["in.csv"], "output is an input", stdout=file)
        with open(self.folder / "in.csv", "rb") as file, open(self.folder / "in.csv", "ab") as out:
            self.refused([], "output is an input", stdin=file, stdout=out)
        with open(self.folder / "m.json", "ab") as out:
            self.refused(["--manifest", "deep/../m.json", "in.csv"], "manifest is the output", stdout=out)
        with open(self.folder / "key", "ab") as out:
            self.refused(["in.csv"], "the run reads", stdout=out)

    def test_a_key_by_descriptor(self):
        with open(self.folder / "key", "rb") as key:
            before = self.contents()
            done = subprocess.run([PARE, "run", "-p", "policy.yaml", "--key-fd", str(key.fileno()), "-o", "key", "in.csv"],
                                  cwd=self.folder, capture_output=True, check=False, pass_fds=[key.fileno()], timeout=60)
        self.assertEqual((done.returncode, self.contents()), (73, before), done.stderr)

    def test_what_is_written(self):
        """Names under which nothing stands yet, and where a delivery stands already."""
        for _ in range(2):
            for other in self.spellings("out.csv"):
                self.refused(["-o", "out.csv", "--manifest", other, "in.csv"], "manifest is the output")
                done = self.run_pare_quarantine(other)
                self.assertEqual((done.returncode, b"quarantine is the output" in done.stderr), (73, True), (other, done.stderr))
            for other in self.spellings("out.csv.datapackage.json"):
                done = self.run_pare_quarantine(other)
                self.assertEqual((done.returncode, b"quarantine is the manifest" in done.stderr), (73, True), (other, done.stderr))
            done = self.run_pare_quarantine("bad.jsonl", "out.csv")
            self.assertEqual(done.returncode, 0, done.stderr)
        for other in self.spellings("bad.jsonl"):
            done = self.run_pare_quarantine("bad.jsonl", "out.csv", "--manifest", other)
            self.assertEqual((done.returncode, b"as well" in done.stderr), (73, True), (other, done.stderr))

    def test_what_only_looks_alike(self):
        (self.folder / "deep" / "in.csv").write_text(EXPORT)
        self.assertEqual(self.run_pare("-o", "deep/in.csv", "--manifest", "deep/er/in.csv", "in.csv").returncode, 0)
        self.assertEqual(self.run_pare("-o", "IN.csv", "in.csv").returncode, 0 if not (self.folder / "IN.CSV").exists() else 73)
        self.assertIn(self.run_pare("-o", "/dev/null", "in.csv").returncode, (73,))


class Stale(Folder):
    """What SIGKILL leaves is gone after the next run of the same target; what a living run writes is not."""

    def temporaries(self, folder="."):
        return sorted(name for name in os.listdir(self.folder / folder) if TEMPORARY.fullmatch(name))

    def start(self, *arguments):
        """A run that waits for the rest of its input: its temporary files are there."""
        before = self.temporaries() + self.temporaries("deep")
        process = subprocess.Popen([PARE, "run", "-p", "policy.yaml", "--key-file", "key", *arguments, "-"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(b"id,text,use\n" + b"1,a,yes\n" * 300000)
        process.stdin.flush()
        wanted = len(before) + (2 if "--on-bad-record" in arguments else 1)
        for _ in range(500):
            if len(self.temporaries() + self.temporaries("deep")) == wanted:
                return process
            time.sleep(0.02)
        process.kill()
        self.fail("no temporary file appeared")

    def end(self, process, number):
        process.send_signal(number)
        process.communicate()
        self.assertEqual(process.returncode, -number)

    def deliver(self, *arguments, expect=0, **options):
        done = self.run_pare(*(arguments or ("-o", "out.csv")), "in.csv", **options)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stderr.decode()

    def test_the_dead_and_the_living(self):
        killed = [self.start("-o", "out.csv"), self.start("-o", "out.csv"), self.start("-o", "other.csv")]
        alive = self.start("-o", "out.csv")
        for process in killed:
            self.end(process, signal.SIGKILL)
        self.assertEqual(len(self.temporaries()), 4)
        said = self.deliver()
        self.assertIn("removed 2 temporary files", said)
        self.assertEqual([TEMPORARY.fullmatch(name)[1] for name in self.temporaries()], ["other.csv", "out.csv"])
        self.assertNotIn("removed", self.deliver())
        alive.stdin.close()
        alive.wait(60)
        alive.stderr.close()
        self.assertEqual(alive.returncode, 0)
        package = json.loads((self.folder / "out.csv.datapackage.json").read_text())
        self.assertEqual(package["pare"]["counts"]["read"], 300000)
        self.assertEqual(self.temporaries(), [name for name in self.temporaries() if name.startswith(".other.csv")])
        self.assertIn("removed 1 temporary file ", self.deliver("-o", "deep/../other.csv"))
        self.assertEqual(self.temporaries(), [])

    def test_quarantine_and_json_and_sandbox(self):
        self.end(self.start("-o", "out.csv", "--on-bad-record", "quarantine=deep/bad"), signal.SIGKILL)
        self.assertEqual((len(self.temporaries()), len(self.temporaries("deep"))), (1, 1))
        done = subprocess.run([PARE, "run", "-p", "policy.yaml", "--key-file", "key", "--log", "json", "-o", "out.csv",
                               "--on-bad-record", "quarantine=deep/bad", "in.csv"], cwd=self.folder, capture_output=True, check=False)
        said = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual(sum("removed 1 temporary" in line["text"] and line["level"] == "warning" for line in said), 2)
        self.assertEqual(self.temporaries() + self.temporaries("deep"), [])

    def test_a_manifest_that_was_left(self):
        """Opened last, within the sandbox."""
        left = self.folder / ".out.csv.datapackage.json.pare-abcdef"
        left.touch(mode=0o600)
        self.assertIn("removed 1 temporary", self.deliver())
        self.assertFalse(left.exists())

    def test_signals_that_are_caught_leave_nothing(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.end(self.start("-o", "out.csv"), number)
            self.assertEqual(self.temporaries(), [])

    def test_a_failing_run_sweeps_too_and_a_refused_one_does_not(self):
        self.end(self.start("-o", "out.csv"), signal.SIGKILL)
        (self.folder / "out.csv").write_text("old")
        self.deliver("-o", "out.csv", "--no-clobber", expect=73)
        self.assertEqual(len(self.temporaries()), 1)
        (self.folder / "policy.yaml").write_text(POLICY + "gates: {min_records: 99}\n")
        self.deliver(expect=1)
        self.assertEqual(self.temporaries(), [])
        self.assertEqual((self.folder / "out.csv").read_text(), "old")

    def test_a_long_name_is_cut(self):
        name = "n" * 250
        self.end(self.start("-o", name, "--manifest", "m.json"), signal.SIGKILL)
        self.assertEqual(len(self.temporaries()[0]), 255)
        self.assertIn("removed 1", self.deliver("-o", name, "--manifest", "m.json"))
        self.assertEqual(self.temporaries(), [])

    def test_links_are_not_followed(self):
        (self.folder / ".out.csv.pare-linked").symlink_to("key")
        (self.folder / ".out.csv.pare-afoldr").mkdir()
        self.assertNotIn("removed", self.deliver())
        self.assertTrue((self.folder / ".out.csv.pare-linked").is_symlink() and (self.folder / "key").exists())


unittest.main(argv=["delivery_names"], verbosity=0)
