"""Packs of detectors of a policy's own, through the whole program.

    own_packs.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

PARE = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(sys.argv[2]).resolve()

PACK = r"""pack: staff
version: 1
description: Identifiers of our own
detectors:
  badge:
    title: Badge number
    category: user.unique_id
    pattern: '(?<!\w)B-\d{6}(?!\w)'
    validators: [luhn]
    needs: {bytes: "-", run: 6, length: 8}
    matches: ['my badge is <<B-123455>>, thanks']
    rejects: [B-123456]
  desk:
    title: Desk
    category: user.unique_id
    announced:
      behind: '(?<!\w)(?i:desk)\s{0,3}:?\s{0,3}'
      patterns: ['\d{1,2}\.\d{2}(?!\w)']
    matches: ['at desk <<4.12>>']
    rejects: ['version 4.12']
"""
POLICY = {"pare": "1", "dataset": "d", "recipient": "r", "purposes": {"p": {"basis": "contract"}},
          "packs": ["packs/staff.pack"],
          "fields": {"id": {"category": "user.unique_id", "for": "p", "do": "keep", "because": "invented"},
                     "note": {"category": "user.content", "for": "p", "do": {"redact": {"find": ["staff", "email"]}}},
                     "desk": {"category": "user.content", "for": "p", "do": {"redact": {"find": ["desk"]}}}}}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        (self.path / "packs").mkdir()

    def tearDown(self):
        self.folder.cleanup()

    def pare(self, *arguments, status=0):
        run = subprocess.run([PARE, *map(str, arguments)], cwd=self.path, capture_output=True, timeout=120, check=False)
        self.assertEqual(run.returncode, status, run.stderr.decode())
        return run.stderr.decode() + run.stdout.decode()

    def minimize(self, rows, pack=PACK, policy=None, status=0):
        (self.path / "packs/staff.pack").write_text(pack)
        (self.path / "policy.yaml").write_text(json.dumps(policy or POLICY))
        with open(self.path / "in.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        said = self.pare("run", "-p", "policy.yaml", "-o", "out.csv", "in.csv", status=status)
        if status:
            return said
        with open(self.path / "out.csv", newline="") as file:
            return list(csv.reader(file))


class Found(Case):
    ROWS = [["id", "note", "desk"],
            ["1", "B-123455 wrote to ann@example.org from desk 4.12", "4.12"],
            ["2", "B-123456, AB-123455, version 4.12", "see 4.12"]]
    EXPECTED = [["id", "note", "desk"],
                ["1", "[badge] wrote to [email] from desk [desk]", "[desk]"],
                ["2", "B-123456, AB-123455, version 4.12", "see [desk]"]]  # the column's name announces

    def test_found_beside_what_ships(self):
        self.assertEqual(self.minimize(self.ROWS), self.EXPECTED)
        data = (self.path / "packs/staff.pack").read_bytes()
        manifest = json.loads((self.path / "out.csv.datapackage.json").read_text())["pare"]
        self.assertEqual(manifest["files"], [{"name": "packs/staff.pack", "use": "packs", "bytes": len(data),
                                              "sha256": hashlib.sha256(data).hexdigest(), "entries": 2}])
        self.assertEqual(manifest["fields"][1]["hits"], {"badge": 1, "desk": 1, "email": 1})

    def test_each_name_by_itself(self):
        for find, expected in [(["badge"], "[badge] wrote to ann@example.org from desk 4.12"),
                               (["desk", "core"], "B-123455 wrote to [email] from desk [desk]")]:
            policy = json.loads(json.dumps(POLICY))
            policy["fields"]["note"]["do"]["redact"]["find"] = find
            self.assertEqual(self.minimize(self.ROWS, policy=policy)[1][1], expected)

    def test_from_another_folder(self):
        self.minimize(self.ROWS)
        (self.path / "elsewhere").mkdir()
        run = subprocess.run([PARE, "check", "-p", "../policy.yaml"], cwd=self.path / "elsewhere", capture_output=True,
                             timeout=60, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_the_page_s_pack(self):
        """docs/DETECTORS.md shows one."""
        page = (SOURCE / "docs/DETECTORS.md").read_text(encoding="utf-8")
        start = page.index("```yaml\npack: staff") + len("```yaml\n")
        self.minimize([["id", "note", "desk"]], pack=page[start:page.index("```", start)],
                      policy={**POLICY, "fields": {k: v for k, v in POLICY["fields"].items() if k == "id"}})


class Verified(Case):
    """`verify -p` looks with the policy's own packs as with those that ship."""

    def verify(self, *arguments, status):
        run = subprocess.run([PARE, "verify", "-p", "policy.yaml", *arguments, "out.csv"], cwd=self.path,
                             capture_output=True, timeout=60, check=False)
        said = run.stdout.decode() + run.stderr.decode()
        self.assertEqual(run.returncode, status, said)
        self.assertNotIn("B-123455", said)
        return said

    def test_what_nothing_redacted_is_found(self):
        rows = [["id", "note", "desk"], ["B-123455", "", ""], ["B-123456", "", ""], ["x", "", ""]]
        self.minimize(rows)
        self.assertIn("column `id`: badge: 1 found", self.verify(status=1))
        self.assertIn("badge: 1 found", self.verify("--find", "staff", status=1))
        self.verify("--find", "desk,core", status=0)
        self.verify("--find", "badges", status=78)
        policy = {k: v for k, v in POLICY.items() if k != "packs"}
        policy["fields"] = {"id": POLICY["fields"]["id"]}
        self.minimize(rows, policy=policy)
        self.verify("--find", "badge", status=78)  # a pack that the policy does not name is not there


class Costs(Case):
    """What an expression of a pack may cost is told, in the pack; a comment there accepts it."""
    PATTERNS = {"'(?<!\w)B-(?:\d+)+(?!\w)'": "PR103", "'B-{{digits}}*{{digits}}*(?!\w)'": "PR104"}

    def test_told_and_accepted(self):
        for pattern, code in self.PATTERNS.items():
            pack = PACK.replace("detectors:", "parts: {digits: '\d'}\ndetectors:").replace("'(?<!\w)B-\d{6}(?!\w)'", pattern)
            line = next(i for i, text in enumerate(pack.splitlines(), 1) if pattern in text)
            self.minimize([["id", "note", "desk"]], pack=pack)
            said = self.pare("check", "-p", "policy.yaml")
            self.assertRegex(said, f"warning.{code}.(.|\n)*packs/staff.pack:{line}:")
            self.assertEqual("with the parts in their places" in said, "{{" in pattern)
            self.pare("check", "-p", "policy.yaml", "--deny-warnings", status=1)
            allowed = pack.replace(pattern, f"{pattern}  # pare: allow {code} -- badges are short")
            self.minimize([["id", "note", "desk"]], pack=allowed)
            self.pare("check", "-p", "policy.yaml", "--deny-warnings")
            manifest = json.loads((self.path / "out.csv.datapackage.json").read_text())["pare"]
            self.assertIn({"code": code, "file": "packs/staff.pack", "line": line, "reason": "badges are short"},
                          manifest["allowed"])
            self.pare("verify", "out.csv")

    def test_comments_that_accept_nothing(self):
        self.minimize([["id", "note", "desk"]], pack=PACK + "# pare: allow PR103 -- no reason at all\n")
        self.assertRegex(self.pare("check", "-p", "policy.yaml"), "PR115(.|\n)*packs/staff.pack:")
        said = self.minimize([["id", "note", "desk"]], pack=PACK + "# pare: allow PR103\n", status=78)
        self.assertRegex(said, "PR113(.|\n)*packs/staff.pack:")


class Refused(Case):
    def test_broken_packs(self):
        for change, words in [(("'(?<!\\w)B-\\d{6}(?!\\w)'", "'(?<!\\w)B-\\d{6}('"), "PR082"),
                              (("validators: [luhn]", "validators: [luhnn]"), "PR081"),
                              (("rejects: [B-123456]", "rejects: [B-123455]"), "PR084"),
                              (("needs: {bytes: \"-\", run: 6,", "needs: {bytes: \"+\", run: 6,"), "PR083"),
                              (("pack: staff", "pack: uk"), "PR086"),
                              (("  desk:", "  badge:"), "PR"),
                              (("version: 1", "version: 1\nextra: 1"), "PR021")]:
            with self.subTest(change[1]):
                pack = PACK.replace(*change)
                self.assertNotEqual(pack, PACK)
                said = self.minimize([["id", "note", "desk"], ["1", "zz-canary", ""]], pack=pack, status=78)
                self.assertIn(words, said)
                self.assertFalse((self.path / "out.csv").exists())
                if words not in ("PR086",):
                    self.assertIn("packs/staff.pack:", said)

    def test_a_pack_that_is_no_text(self):
        (self.path / "packs/staff.pack").write_bytes(b"\xff\xfe\x00")
        (self.path / "policy.yaml").write_text(json.dumps(POLICY))
        self.assertIn("PR059", self.pare("check", "-p", "policy.yaml", status=78))
        (self.path / "packs/staff.pack").write_bytes(b"#" * ((1 << 20) + 1))
        self.assertIn("larger than 1 MiB", self.pare("check", "-p", "policy.yaml", status=78))


class Bounded(Case):
    def test_an_expression_that_backtracks_withholds_the_value(self):
        pack = PACK.replace("'(?<!\\w)B-\\d{6}(?!\\w)'", "'(?<!\\w)B-(?:\\d+)+(?!\\w)'")
        self.assertNotEqual(pack, PACK)
        hostile = "B-" + "1" * 60000 + "x"
        started = time.monotonic()
        out = self.minimize([["id", "note", "desk"]] + [[str(i), hostile, ""] for i in range(40)]
                            + [["40", "B-123455 is mine", ""]], pack=pack)
        took = time.monotonic() - started
        self.assertEqual(out[1:], [[str(i), "", ""] for i in range(40)] + [["40", "[badge] is mine", ""]])
        self.assertLess(took, 20)  # some 0.4 s; without the bound it would not end


unittest.main(argv=sys.argv[:1], verbosity=0)
