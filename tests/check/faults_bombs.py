"""Inputs that grow: 10 GiB out of 10 MiB in at most 64 MiB of memory, and lines and quotes that never end, refused within
a second.

The bomb is one deflate block of records repeated (each ends on a byte boundary, RFC 1951 section 3.2.4); CRC-32 and length
of the whole are computed here. 2 GiB out of 2 MiB, and all ten with PARE_LONG_TESTS=1.

    faults_bombs.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.faults import is_long  # noqa: E402

PARE = os.path.abspath(sys.argv[1])
POLICY = """\
pare: 1
dataset: bombs
recipient: tester
purposes:
  counting: {description: Count, basis: legitimate_interests, allowed_when: {field: use, is: ["yes"]}}
fields:
  id: {category: user.unique_id, for: [counting], do: keep, because: these are invented}
  text: {category: user.content, for: [counting], do: {truncate: 20}}
unlisted: drop
"""
WIDE = 13  # columns more that nobody asks for: a record is nearly as long as it may be
HEADER = b"id,text,use" + b"".join(b",c%d" % i for i in range(WIDE)) + b"\n"
MIB = 1 << 20
GZIP_START = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def crc_of_repeated(crc, length, times):
    """CRC-32 of `times` copies of a text with this CRC and length: appending is affine over GF(2)."""
    def times_matrix(matrix, vector):
        result, row = 0, 0
        while vector:
            if vector & 1:
                result ^= matrix[row]
            vector >>= 1
            row += 1
        return result

    def square(matrix):
        return [times_matrix(matrix, row) for row in matrix]

    def shift_by(count):  # the matrix that appends `count` zero bytes
        result, step = [1 << i for i in range(32)], [0xEDB88320] + [1 << i for i in range(31)]
        step = square(square(square(step)))  # one bit -> one byte
        while count:
            if count & 1:
                result = [times_matrix(step, row) for row in result]
            step = square(step)
            count >>= 1
        return result

    matrix = shift_by(length)
    total = 0
    for _ in range(times):
        total = times_matrix(matrix, total) ^ crc
    return total


def bomb(text, times):
    """gzip of a header and `times` copies of `text`, made without compressing it more than once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    start = packer.compress(HEADER) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
    length = len(HEADER) + times * len(text)
    body = crc_of_repeated(zlib.crc32(text), len(text), times)
    # the header stands before it: its CRC, carried over the body's length, is what is missing
    crc = combine(zlib.crc32(HEADER), body, times * len(text))
    return [GZIP_START + start, (block, times), b"\x03\x00" + struct.pack("<II", crc, length & 0xFFFFFFFF)], length


def combine(first, second, second_length):
    """zlib's crc32_combine()."""
    def apply(matrix, vector):
        result, row = 0, 0
        while vector:
            result ^= matrix[row] if vector & 1 else 0
            vector >>= 1
            row += 1
        return result

    step = [0xEDB88320] + [1 << i for i in range(31)]
    for _ in range(3):
        step = [apply(step, row) for row in step]
    while second_length:
        if second_length & 1:
            first = apply(step, first)
        step = [apply(step, row) for row in step]
        second_length >>= 1
    return first ^ second


class Bombs(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        (self.folder / "policy.yaml").write_text(POLICY)

    def start(self, *arguments, **more):
        return subprocess.Popen([PARE, "run", "--quiet", "-p", "policy.yaml", *arguments], cwd=self.folder,
                                stderr=subprocess.PIPE, **more)

    def measure(self, *arguments, **more):
        """Exit status, what it said, its resident memory at most in bytes, and how long it took."""
        began = time.monotonic()
        process = self.start(*arguments, stdin=subprocess.DEVNULL, **more)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        return process.returncode, said, usage.ru_maxrss * 1024, time.monotonic() - began

    def write(self, name, parts):
        with open(self.folder / name, "wb") as out:
            for part in parts:
                if isinstance(part, tuple):
                    for _ in range(part[1]):
                        out.write(part[0])
                else:
                    out.write(part)
        return (self.folder / name).stat().st_size

    def test_the_crc_of_the_bomb(self):
        parts, _ = bomb(b"a,b,no\n" * 50, 9)
        whole = b"".join(part if isinstance(part, bytes) else part[0] * part[1] for part in parts)
        self.assertEqual(zlib.decompress(whole, 31), HEADER + b"a,b,no\n" * 450)

    def test_memory_does_not_grow_with_what_comes_out(self):
        gib = 10 if is_long() else 2
        long = b"a" * (258 * 253 + 1)  # the longest matches deflate has
        record = b"7," + long + b",no" + (b"," + long) * WIDE + b"\n"
        text = record * (9 * MIB // len(record))
        times = gib * 1024 * MIB // len(text)
        parts, length = bomb(text, times)
        stored = self.write("bomb.csv.gz", parts)
        self.assertLess(stored, gib * MIB * 1.04)
        for threads in ("1", "2"):
            status, said, resident, seconds = self.measure("--threads", threads, "-o", "out.csv", "bomb.csv.gz")
            self.assertEqual((status, said), (0, b""))
            self.assertLessEqual(resident, 64 * MIB)
            print(f"{length / 1024 / MIB:.1f} GiB out of {stored / MIB:.1f} MiB, {threads} threads: "
                  f"{resident / MIB:.1f} MiB resident, {seconds:.1f} s")
        self.assertEqual((self.folder / "out.csv").read_bytes(), b"id,text\n")

    def test_limits_that_were_asked_for(self):
        parts, _ = bomb((b"7," + b"a" * 60000 + b",yes" + b"," * WIDE + b"\n") * 100, 20)
        self.write("bomb.csv.gz", parts)
        for option in (["--max-ratio", "100"], ["--max-bytes", str(50 * MIB)]):
            status, said, _, _ = self.measure(*option, "-o", "out.csv", "bomb.csv.gz")
            self.assertEqual(status, 65, said)
            self.assertIn(option[0].encode(), said)
            self.assertFalse((self.folder / "out.csv").exists())

    def endless(self, what, start, piece):
        """Feed `piece` for ever; it must refuse within a second, of its own accord."""
        process = self.start("-o", "out.csv", "-", stdin=subprocess.PIPE)
        began = time.monotonic()
        written = 0
        try:
            process.stdin.write(start)
            while time.monotonic() - began < 30:
                process.stdin.write(piece)
                written += len(piece)
        except BrokenPipeError:
            pass
        said = process.stderr.read()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        self.assertEqual(process.returncode, 65, f"{what}: {said!r}")
        self.assertLess(seconds, 1, what)
        self.assertLess(usage.ru_maxrss * 1024, 64 * MIB, what)
        self.assertRegex(said, rb"--max-record|--max-field", what)
        self.assertIsNone(re.search(rb"aaaa|bbbb", said), what)
        self.assertEqual(sorted(os.listdir(self.folder)), ["policy.yaml"], what)
        print(f"{what}: {seconds * 1000:.0f} ms, {written / MIB:.1f} MiB taken")

    def test_lines_and_quotes_without_end(self):
        for what, start, piece in (("a line", HEADER, b"aaaa" * 16384), ("a header", b"", b"aaaa" * 16384),
                                   ("an open quote", HEADER + b'7,"', b"aaaa\n" * 13000),
                                   ("quotes alone", HEADER + b'7,"', b'""' * 32768),
                                   ("fields", HEADER, b"a,b," * 16384)):
            with self.subTest(what):
                self.endless(what, start, piece)

    def test_a_line_of_ten_gib_in_a_bomb(self):
        parts, _ = bomb(b"a" * 8 * MIB, 1280)
        self.write("line.csv.gz", parts)
        status, said, resident, seconds = self.measure("-o", "out.csv", "line.csv.gz")
        self.assertEqual(status, 65, said)
        self.assertLess(seconds, 1)
        self.assertLess(resident, 64 * MIB)
        self.assertFalse((self.folder / "out.csv").exists())


def sanitized():
    cache = pathlib.Path(sys.argv[3]) / "CMakeCache.txt"
    return cache.exists() and re.search(r"^(PARE_SANITIZE|CMAKE_CROSSCOMPILING_EMULATOR):\w+=.", cache.read_text(), re.M)


if sanitized():
    print("skipped: a sanitizer's memory is not the program's")
    sys.exit(77)
unittest.main(argv=["faults_bombs"], verbosity=0)
