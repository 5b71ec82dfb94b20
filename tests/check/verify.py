"""`pare verify` lets nothing pass but what was delivered: every prefix, every flipped bit, what is added, what is missing.

The damage is made here; what a whole dataset is, zlib and hashlib say.

    verify.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import gzip
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

PARE = sys.argv[1]
POLICY = """\
pare: 1
dataset: verify
recipient: nobody
purposes:
  counting: {description: Count, basis: legitimate_interests, allowed_when: {field: use, is: ["yes"]}}
fields:
  id: {category: user.unique_id, for: [counting], do: keep, because: these are invented}
  text: {category: user.content, for: [counting], do: keep, because: these are invented}
unlisted: drop
"""
CANARY = "zanzibar-canary"


class Verify(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "policy.yaml").write_text(POLICY)
        lines = ["id,text,use"] + [f'{i},"a, {CANARY} ""{i * 7}""",{"yes" if i % 3 else "no"}' for i in range(40)]
        (self.folder / "in.csv").write_text("\n".join(lines) + "\n")

    def tearDown(self):
        self.temporary.cleanup()

    def pare(self, *arguments, expect):
        done = subprocess.run([PARE, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                              check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, expect, (arguments, done.stdout, done.stderr))
        self.assertNotIn("canary", done.stdout + done.stderr)
        return done

    def deliver(self, name, *more):
        self.pare("run", "-q", "-p", "policy.yaml", "-o", name, *more, "in.csv", expect=0)
        return self.folder / name

    def manifest(self, name):
        return self.folder / (name + ".datapackage.json")

    def verify(self, *arguments, expect):
        return self.pare("verify", *arguments, expect=expect).stdout

    def rewrite(self, name, data, **changes):
        """Other bytes under a manifest whose length and digest are right for them, so that only the rest can tell."""
        (self.folder / name).write_bytes(data)
        package = json.loads(self.manifest(name).read_text())
        package["resources"][0].update(bytes=len(data), hash="sha256:" + hashlib.sha256(data).hexdigest(), **changes)
        self.manifest(name).write_text(json.dumps(package, indent=2))

    def test_whole(self):
        for name in ("out.csv", "out.csv.gz"):
            self.deliver(name)
            for operand in (name, name + ".datapackage.json", "./" + name, str(self.folder / name)):
                self.assertIn("26 records, 2 columns", self.verify(operand, expect=0))
            good = json.loads(self.verify("--format", "json", name, expect=0))
            self.assertEqual((good["good"], good["records"], good["findings"]), (True, 26, []))

    def test_levels_and_large(self):
        rows = "".join(f"{i},{'x' * (i % 90)},yes\n" for i in range(60000))
        (self.folder / "in.csv").write_text("id,text,use\n" + rows + "1," + "y" * 3_000_000 + ",yes\n")
        for level in ("gzip:1", "gzip:6"):
            self.deliver("big.gz", "--compress", level, "--max-record", "8M", "--max-field", "4M")
            self.assertIn("60001 records", self.verify("big.gz", expect=0))

    def test_no_records(self):
        (self.folder / "in.csv").write_text("id,text,use\n")
        self.deliver("empty.csv")
        self.assertIn("0 records", self.verify("empty.csv", expect=0))

    def test_every_prefix(self):
        for name in ("out.csv", "out.csv.gz"):
            path = self.deliver(name)
            whole = path.read_bytes()
            for length in range(0, len(whole), 1 if name.endswith("gz") else 23):
                path.write_bytes(whole[:length])
                self.assertIn("bytes, the manifest says", self.verify(name, expect=1))

    def test_flipped_bits(self):
        source = random.Random(5)
        for name in ("out.csv", "out.csv.gz"):
            path = self.deliver(name)
            whole = path.read_bytes()
            for bit in source.sample(range(8 * len(whole)), 300):
                flipped = bytearray(whole)
                flipped[bit // 8] ^= 1 << bit % 8
                path.write_bytes(flipped)
                self.assertIn("SHA-256", self.verify(name, expect=1))

    def test_appended(self):
        for name in ("out.csv", "out.csv.gz"):
            path = self.deliver(name)
            whole = path.read_bytes()
            for tail in (b"\0", b"\n", b"99,x\n", gzip.compress(b"99,x\n"), whole):
                path.write_bytes(whole + tail)
                self.verify(name, expect=1)

    def test_manifest_says_otherwise(self):
        """The digest fits: what is inside does not."""
        plain = self.deliver("out.csv").read_bytes()
        self.rewrite("out.csv", plain)
        self.verify("out.csv", expect=0)
        for data, text in ((plain + b"99,x\n", "27 records"), (plain[:plain.rindex(b"\n", 0, -1) + 1], "25 records"),
                           (plain.replace(b"id,text", b"id,txet", 1), "column 2 of the header is not `text`"),
                           (plain.replace(b"id,text", b"id,text,more", 1), "the header has 3 columns"),
                           (plain + b"99\n", "record 27, line 28"), (plain + b'99,"x', "record 27"),
                           (plain + b"99,\xff\n", "record 27"), (gzip.compress(plain), "the file is gzip"),
                           (b"", "no header")):
            self.rewrite("out.csv", data)
            self.assertIn(text, self.verify("out.csv", expect=1))

    def test_gzip_says_otherwise(self):
        packed = self.deliver("out.csv.gz").read_bytes()
        self.rewrite("out.csv.gz", packed)
        self.verify("out.csv.gz", expect=0)
        for data in (packed[:-1], packed[:-8], packed[:-4] + b"\0\0\0\0", packed + b"x", packed + packed[:20],
                     packed[:-8] + b"\0\0\0\0" + packed[-4:], gzip.decompress(packed)):
            self.rewrite("out.csv.gz", data)
            self.verify("out.csv.gz", expect=1)

    def test_figures_of_the_manifest(self):
        self.deliver("out.csv")
        text = self.manifest("out.csv").read_text()
        for old, new in (('"read": 40', '"read": 41'), ('"written": 26', '"written": 25'), ('"retention": 0', '"retention": 1'),
                         ('"quarantined": 0', '"quarantined": 2'), ('"released": 26', '"released": 25'),
                         ('"no_purpose": 14', '"no_purpose": 18446744073709551602'), ('"header": true', '"header": null'),
                         ('"read": 40', '"read": 40, "read": 40'), ('"read": 40', '"read": 4e1'), ('"read": 40', '"read": 040'),
                         ('"read": 40', '"read": "40"'), ('"path": "out.csv"', '"path": "../out.csv"'),
                         ('"hash": "sha256:', '"hash": "sha1:'), ('"version"', '"versi\\x"'), ('"version"', '"versi\ton"')):
            self.assertIn(old, text)
            self.manifest("out.csv").write_text(text.replace(old, new, 1))
            self.assertIn("manifest", self.verify("out.csv", expect=1))
        for broken in ("", "{}", "[]", "null", text + "x", text[:-3], "{" + text, "[" * 100000, '"' + "\\ud800" + '"', "{\"a\":" * 30):
            self.manifest("out.csv").write_text(broken)
            self.assertIn("the manifest: ", self.verify("out.csv", expect=1))
        self.manifest("out.csv").write_bytes(text.replace("verify", "verif\u00ff").encode("latin-1"))
        self.assertIn("UTF-8", self.verify("out.csv", expect=1))

    def test_every_prefix_of_the_manifest(self):
        self.deliver("out.csv")
        text = self.manifest("out.csv").read_bytes()
        for length in range(0, len(text) - 1, 7):
            self.manifest("out.csv").write_bytes(text[:length])
            self.verify("out.csv", expect=1)

    def test_missing(self):
        self.deliver("out.csv")
        self.pare("verify", "nowhere.csv", expect=66)
        self.pare("verify", "nowhere.csv.datapackage.json", expect=66)
        self.manifest("out.csv").rename(self.folder / "else.json")
        self.pare("verify", "out.csv", expect=66)
        self.verify("--manifest", "else.json", "out.csv", expect=0)
        (self.folder / "out.csv").rename(self.folder / "other.csv")
        self.verify("--manifest", "else.json", "other.csv", expect=0)
        (self.folder / "else.json").rename(self.manifest("out.csv"))
        self.pare("verify", "out.csv.datapackage.json", expect=66)
        self.manifest("out.csv").rename(self.manifest("other.csv"))
        self.assertIn("another dataset: `out.csv`", self.verify("other.csv", expect=1))
        self.pare("verify", expect=2)
        self.pare("verify", "a", "b", expect=2)

    def test_new_data_beside_an_old_manifest(self):
        path = self.deliver("out.csv")
        old = self.manifest("out.csv").read_bytes()
        (self.folder / "in.csv").write_text("id,text,use\n1,x,yes\n")
        self.deliver("out.csv")
        self.verify("out.csv", expect=0)
        self.manifest("out.csv").write_bytes(old)
        self.verify("out.csv", expect=1)
        self.assertTrue(path.exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
