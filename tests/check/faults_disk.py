"""A full disk: 256 sizes of a small file system, and /dev/full on standard output. Exit 74, never silent, nothing left.

Mounting needs root (or a user namespace); without, that part is skipped. A file system without room for another name is
"can't be created", 73.

    faults_disk.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import KEEP, export  # noqa: E402

PARE = os.path.abspath(sys.argv[1])
PAGE = 4096
SIZES = 256


def in_namespace():
    """Start again with mounts of our own, so that none outlives us. False: not possible here."""
    if os.environ.get("FAULTS_DISK_NAMESPACE"):
        return True
    for options in (["-m"], ["-Urm"]):
        probe = ["unshare", *options, "sh", "-c", "mount -t tmpfs none /mnt"]
        try:
            if subprocess.run(probe, capture_output=True, timeout=30, check=False).returncode == 0:
                os.environ["FAULTS_DISK_NAMESPACE"] = "1"
                os.execvp("unshare", ["unshare", *options, sys.executable, "-B", *sys.argv])
        except OSError:
            return False
    return False


class FullDisk(unittest.TestCase):
    may_mount = False

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        (self.folder / "policy.yaml").write_text(KEEP)
        self.export = export(31000)  # what is kept of it is somewhat more than 256 pages
        (self.folder / "in.csv").write_bytes(self.export)

    def pare(self, *arguments, stdout=subprocess.PIPE, **more):
        return subprocess.run([PARE, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stdout,
                              stderr=subprocess.PIPE, timeout=60, check=False, **more)

    def mounted(self, options):
        where = self.folder / "small"
        where.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", where], check=True)
        self.addCleanup(subprocess.run, ["umount", where], check=False)
        return where

    def resize(self, where, pages):
        subprocess.run(["mount", "-o", f"remount,size={pages * PAGE}", "none", where], check=True)

    def judge(self, done, where, what):
        self.assertEqual(done.returncode, 74, f"{what}: {done.stderr!r}")
        self.assertIn(b"No space left", done.stderr, what)
        self.assertNotIn(b"CANARY", done.stderr)
        self.assertEqual(list(where.iterdir()), [], what)
        self.assertEqual(self.pare("verify", where / "out.csv").returncode, 66, what)

    def test_file_systems_of_every_size(self):
        if not self.may_mount:
            self.skipTest("mounting is not allowed here")
        where = self.mounted(f"size={PAGE}")
        run = ["run", "--quiet", "-p", "policy.yaml", "--threads", "1"]
        self.assertEqual(self.pare(*run, "-o", "whole.csv", "in.csv").returncode, 0)
        whole = (self.folder / "whole.csv").stat().st_size
        self.assertGreater(whole, SIZES * PAGE)
        for pages in range(1, SIZES + 1):
            self.resize(where, pages)
            self.judge(self.pare(*run, "-o", "small/out.csv", "in.csv"), where, f"{pages} pages")
        need = -(-whole // PAGE)
        self.resize(where, need)  # room for the dataset, none for its manifest
        self.judge(self.pare(*run, "-o", "small/out.csv", "in.csv"), where, "no room for the manifest")
        self.resize(where, need + 2)
        self.assertEqual(self.pare(*run, "-o", "small/out.csv", "in.csv").returncode, 0)
        self.assertEqual((where / "out.csv").read_bytes(), (self.folder / "whole.csv").read_bytes())
        self.assertEqual(self.pare("verify", where / "out.csv").returncode, 0)

    def test_a_full_disk_for_the_manifest_or_the_spool(self):
        if not self.may_mount:
            self.skipTest("mounting is not allowed here")
        where = self.mounted(f"size={PAGE}")
        (where / "filler").write_bytes(bytes(PAGE))
        run = ["run", "--quiet", "-p", "policy.yaml"]
        done = self.pare(*run, "-o", "out.csv", "--manifest", "small/m.json", "in.csv")
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertFalse((self.folder / "out.csv").exists())
        self.assertEqual(os.listdir(where), ["filler"])
        done = self.pare(*run, "--spool", "in.csv", env={**os.environ, "TMPDIR": str(where)})
        self.assertEqual((done.returncode, done.stdout), (74, b""), done.stderr)

    def test_no_room_for_a_name(self):
        if not self.may_mount:
            self.skipTest("mounting is not allowed here")
        where = self.mounted("size=4m,nr_inodes=1")
        done = self.pare("run", "--quiet", "-p", "policy.yaml", "-o", "small/out.csv", "in.csv")
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertIn(b"No space left", done.stderr)

    def test_dev_full(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        run = ["run", "--quiet", "-p", "policy.yaml"]
        (self.folder / "policy.md").write_text(KEEP)
        commands = [[*run, "in.csv"], [*run, "--compress", "gzip", "in.csv"], [*run, "--compress", "gzip:6", "in.csv"],
                    [*run, "--spool", "in.csv"], [*run, "--manifest", "m.json", "in.csv"], ["--help"], ["--version"],
                    ["explain", "-p", "policy.yaml"], ["rules"], ["--generate", "man"], ["--generate", "schema"],
                    ["--generate", "complete-bash"], ["run", "--help"]]
        for command in commands:
            with open("/dev/full", "wb") as full:
                done = self.pare(*command, stdout=full)
            self.assertEqual(done.returncode, 74, f"{command}: {done.stderr!r}")
            self.assertRegex(done.stderr, b"No space left|can't write to standard output\n", command)
            self.assertFalse((self.folder / "m.json").exists())
        for name in ("-o", "--manifest"):  # a device is refused before anything is read
            self.assertEqual(self.pare(*run, name, "/dev/full", "in.csv").returncode, 73)


FullDisk.may_mount = in_namespace()
unittest.main(argv=["faults_disk"], verbosity=0)
