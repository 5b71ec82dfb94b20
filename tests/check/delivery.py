"""Delivery seen from outside: whole or nothing, through files, pipes and the spool; gzip that other readers take.

Python's gzip module is the second opinion on every level; docs/DELIVERY.md is what is held to.

    delivery.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import gzip
import os
import pathlib
import random
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
import zlib

PARE = sys.argv[1]
POLICY = """\
pare: 1
dataset: delivery
recipient: nobody
purposes:
  counting: {description: Count, basis: legitimate_interests, allowed_when: {field: use, is: ["yes"]}}
fields:
  id: {category: user.unique_id, for: [counting], do: keep, because: these are invented}
  text: {category: user.content, for: [counting], do: keep, because: these are invented}
unlisted: drop
"""


def make_export(n_records):
    """The export, and what must come out: a quoted value stays as it stood, the consent does not leave."""
    source = random.Random(20260115)
    words = "alpha beta gamma delta \"\"epsilon\"\", zeta".split(" ")
    export, expected = ["id,text,use\n"], ["id,text\n"]
    for i in range(n_records):
        text = '"' + " ".join(source.choices(words, k=source.randrange(1, 12))) + '"'
        export.append(f"{i:07},{text},{'yes' if i % 4 else 'no'}\n")
        if i % 4:
            expected.append(f"{i:07},{text}\n")
    return "".join(export).encode(), "".join(expected).encode()


class Delivery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.export, cls.expected = make_export(60000)  # several blocks of 1 MiB

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "policy.yaml").write_text(POLICY)
        (self.folder / "in.csv").write_bytes(self.export)

    def tearDown(self):
        self.temporary.cleanup()

    def pare(self, *arguments, expect=0, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        result = subprocess.run([PARE, "run", "--quiet", "-p", "policy.yaml", *arguments], cwd=self.folder,
                                capture_output=True, timeout=300, check=False, **options)
        self.assertEqual(result.returncode, expect, result.stderr.decode())
        return result

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def break_input(self):
        """The last record is torn: everything before it is sound."""
        (self.folder / "in.csv").write_bytes(self.export + b'0,"open')

    def test_plain_file(self):
        self.pare("-o", "out.csv", "in.csv")
        self.assertEqual((self.folder / "out.csv").read_bytes(), self.expected)
        self.assertEqual(self.names(), ["in.csv", "out.csv", "out.csv.datapackage.json", "policy.yaml"])
        for name in ("out.csv", "out.csv.datapackage.json"):
            self.assertEqual(stat.S_IMODE((self.folder / name).stat().st_mode), 0o600)

    def test_every_level_is_read_by_python(self):
        sizes = {}
        for level in range(1, 10):
            self.pare("-o", "out.csv.gz", "--compress", f"gzip:{level}", "in.csv")
            packed = (self.folder / "out.csv.gz").read_bytes()
            self.assertEqual(gzip.decompress(packed), self.expected, f"level {level}")
            sizes[level] = len(packed)
        self.assertLess(max(sizes.values()), len(self.expected) // 2)
        self.assertLess(sizes[9], sizes[1])

    def test_joined_blocks_are_one_member(self):
        for arguments in (["--portable"], []):
            self.pare("-o", "out.csv.gz", *arguments, "in.csv")
            packed = (self.folder / "out.csv.gz").read_bytes()
            reader = zlib.decompressobj(wbits=31)
            self.assertEqual(reader.decompress(packed), self.expected)
            self.assertTrue(reader.eof)
            self.assertEqual(reader.unused_data, b"")
            self.assertEqual(packed[3:10], bytes([0, 0, 0, 0, 0, 0, 255]))  # no name, no time, no system

    def test_bytes_do_not_depend_on_threads(self):
        for level in (1, 2, 3, 6):
            made = set()
            for threads in ("1", "2", "5"):
                made.add(self.pare("--compress", f"gzip:{level}", "--threads", threads, "in.csv").stdout)
            self.assertEqual(len(made), 1, f"level {level}")
            self.assertEqual(gzip.decompress(made.pop()), self.expected)

    def test_header_only(self):
        (self.folder / "in.csv").write_text("id,text,use\n")
        self.pare("-o", "out.csv.gz", "in.csv")
        self.assertEqual(gzip.decompress((self.folder / "out.csv.gz").read_bytes()), b"id,text\n")

    def test_pipe_and_standard_input(self):
        result = self.pare(stdin=None, input=self.export)
        self.assertEqual(result.stdout, self.expected)

    def test_failed_run_leaves_nothing(self):
        self.break_input()
        before = self.names()
        self.pare("-o", "out.csv.gz", "in.csv", expect=65)
        self.assertEqual(self.names(), before)
        (self.folder / "out.csv").write_text("old")
        self.pare("-o", "out.csv", "in.csv", expect=65)
        self.assertEqual((self.folder / "out.csv").read_text(), "old")

    def test_failed_live_run_leaves_the_stream_unfinished(self):
        self.break_input()
        packed = self.pare("--compress", "gzip", "in.csv", expect=65).stdout
        if packed:
            with self.assertRaises((EOFError, zlib.error)):
                gzip.decompress(packed)

    def test_spool_gives_all_or_nothing(self):
        spool = self.folder / "spool"
        spool.mkdir()
        environment = dict(os.environ, TMPDIR=str(spool))
        self.assertEqual(self.pare("--spool", "in.csv", env=environment).stdout, self.expected)
        self.break_input()
        self.assertEqual(self.pare("--spool", "in.csv", env=environment, expect=65).stdout, b"")
        self.assertEqual(list(spool.iterdir()), [])

    def test_no_clobber(self):
        self.pare("-o", "out.csv", "--no-clobber", "in.csv")
        (self.folder / "out.csv").write_text("old")
        self.pare("-o", "out.csv", "--no-clobber", "in.csv", expect=73)
        self.assertEqual((self.folder / "out.csv").read_text(), "old")

    def test_targets_that_are_no_plain_file(self):
        (self.folder / "real.csv").write_text("real")
        os.symlink("real.csv", self.folder / "link.csv")
        os.mkfifo(self.folder / "pipe")
        os.link(self.folder / "in.csv", self.folder / "same.csv")
        (self.folder / "folder").mkdir()
        before = self.names()
        for target in ("link.csv", "pipe", "folder", "same.csv", "in.csv", "missing/out.csv", "/dev/null"):
            self.pare("-o", target, "in.csv", expect=73)
        self.assertEqual(self.names(), before)
        self.assertEqual((self.folder / "in.csv").read_bytes(), self.export)
        self.assertEqual((self.folder / "real.csv").read_text(), "real")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_a_manifest_that_cannot_be_written_undoes_the_delivery(self):
        (self.folder / "folder").mkdir()
        before = self.names()
        self.pare("-o", "out.csv", "--manifest", "folder", "in.csv", expect=73)
        self.assertEqual(self.names(), before)

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "wb") as full:
            result = subprocess.run([PARE, "run", "--quiet", "-p", "policy.yaml", "in.csv"], cwd=self.folder, stdout=full,
                                    stderr=subprocess.PIPE, timeout=300, check=False)
        self.assertEqual(result.returncode, 74, result.stderr.decode())

    def test_a_closed_pipe_ends_it_by_the_signal(self):
        reader, writer = os.pipe()
        os.close(reader)
        # Python ignores SIGPIPE and children inherit that: give them the default, as a shell does
        result = subprocess.run([PARE, "run", "--quiet", "-p", "policy.yaml", "in.csv"], cwd=self.folder, stdout=writer,
                                stderr=subprocess.PIPE, timeout=300, check=False, restore_signals=True)
        os.close(writer)
        self.assertEqual(result.returncode, -signal.SIGPIPE, result.stderr.decode())

    def test_a_signal_removes_the_temporary_file(self):
        reader, writer = os.pipe()
        process = subprocess.Popen([PARE, "run", "--quiet", "-p", "policy.yaml", "-o", "out.csv", "-"], cwd=self.folder,
                                   stdin=reader, stderr=subprocess.DEVNULL)
        os.close(reader)

        def feed():
            try:
                with open(writer, "wb", buffering=0, closefd=False) as pipe:
                    pipe.write(self.export)
            except BrokenPipeError:
                pass

        feeder = threading.Thread(target=feed)
        feeder.start()
        temporary = []
        for _ in range(1000):  # some records are read, the temporary file is made; then it waits for more
            temporary = [name for name in self.names() if re.fullmatch(r"\.out\.csv\.pare-.{6}", name)]
            if temporary:
                break
            try:
                process.wait(0.01)
            except subprocess.TimeoutExpired:
                pass
        process.send_signal(signal.SIGTERM)
        status = process.wait(30)
        feeder.join(30)
        os.close(writer)
        self.assertTrue(temporary, "no temporary file appeared")
        self.assertEqual(status, -signal.SIGTERM)
        self.assertEqual(self.names(), ["in.csv", "policy.yaml"])


unittest.main(argv=["delivery"], verbosity=0)
