"""`pare check` thinks like a privacy engineer: the findings that a policy without errors gets.

tests/cases/lint/NAME.yaml are policies that say themselves what is found in them, in comments written by hand:

    notes: {category: user.content, for: p, do: keep} #! PR095:3 free text; PR096:3

that is, the code, the column on this line, and words that must stand in the message, label, help or note. A comment of its
own may name another line, `#! PR095@12:3`, for policies in which a comment there would mean something. There may be no other
finding, infos included. Severities and exit statuses are held against the tables here.

    lint.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
EXPECTED = re.compile(r"#! (.*)$")
ONE = re.compile(r"(PR\d{3})(?:@(\d+))?:(\d+) ?(.*)")
SEVERITY = {**{f"PR{n:03d}": "warning" for n in [90, 91, 92, *range(94, 113), 114, 115, 150, 153, 154, 155]},
            **{f"PR{n:03d}": "info" for n in [93, 116, 117, 118, 119]}, "PR113": "error"}
ELSEWHERE = {"PR090", "PR091", "PR094", "PR110", "PR111", "PR112"}  # bad_policies.py, opt_outs.py


def run(*arguments, cwd=None):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=60, cwd=cwd)


def check(policy, *options):
    ran = run("check", "-p", policy.name, "--format", "json", *options, cwd=policy.parent)
    return ran.returncode, json.loads(ran.stdout)


def expected_of(text):
    expected = []
    for number, line in enumerate(text.splitlines(), 1):
        found = EXPECTED.search(line)
        for part in found[1].split("; ") if found else []:
            code, at, column, words = ONE.fullmatch(part).groups()
            expected.append((int(at or number), int(column), code, words))
    return sorted(expected)


class Cases(unittest.TestCase):
    maxDiff = None

    def test_every_policy_gets_its_findings(self):
        met = set()
        policies = sorted((SOURCE / "tests/cases/lint").glob("*.yaml"))
        self.assertGreaterEqual(len(policies), 15)
        for policy in policies:
            with self.subTest(policy.name):
                expected = expected_of(policy.read_text(encoding="utf-8"))
                status, said = check(policy)
                found = sorted((f["line"], f["column"], f["code"]) for f in said["findings"])
                self.assertEqual(found, [e[:3] for e in expected])
                for line, column, code, words in expected:
                    texts = [" ".join(f[key] or "" for key in ("message", "label", "help", "note")) for f in said["findings"]
                             if (f["line"], f["column"], f["code"]) == (line, column, code)]
                    self.assertTrue(any(words in text for text in texts), f"{line}: {code}: {words!r} is not in {texts}")
                for finding in said["findings"]:
                    self.assertEqual(finding["severity"], SEVERITY[finding["code"]])
                    self.assertTrue(finding["help"], finding["code"])
                errors = sum(SEVERITY[code] == "error" for _, _, code, _ in expected)
                warnings = sum(SEVERITY[code] == "warning" for _, _, code, _ in expected)
                self.assertEqual((said["errors"], said["warnings"]), (errors, warnings))
                self.assertEqual(said["infos"], len(expected) - errors - warnings)
                self.assertEqual(said["failed"], 0)
                self.assertEqual(status, 78 if errors else 0)
                status, _ = check(policy, "--deny-warnings")
                self.assertEqual(status, 78 if errors else 1 if warnings else 0)
                met |= {code for _, _, code, _ in expected}
        self.assertEqual(set(SEVERITY) - ELSEWHERE - met, set(), "codes that no policy here gets")

    def test_what_is_allowed_comes_back(self):
        policy = SOURCE / "tests/cases/lint/allow.yaml"
        _, quiet = check(policy)
        _, loud = check(policy, "--no-allow")
        self.assertEqual(quiet["allowed"], 6)
        self.assertEqual((loud["allowed"], loud["warnings"], loud["infos"]), (0, quiet["warnings"] + 5, quiet["infos"] + 1))
        reasons = {f["line"]: f["allowed"] for f in loud["findings"] if f["allowed"] is not None}
        self.assertEqual(reasons[12], "the recipient issues them")
        self.assertEqual(reasons[14], "above, alone")
        self.assertEqual(len(reasons), 6)
        self.assertTrue(all(f["allowed"] is None for f in quiet["findings"]))

    def test_text_tells_of_the_allowed(self):
        policy = SOURCE / "tests/cases/lint/allow.yaml"
        self.assertIn(b", 6 allowed\n", run("check", "-p", policy).stdout)
        loud = run("check", "-p", policy, "--no-allow").stdout
        self.assertIn(b"   = allowed: the recipient issues them\n", loud)
        self.assertIn(b"info[PR117]: ", loud)


class Manifest(unittest.TestCase):
    def test_the_manifest_repeats_what_was_allowed(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "policy.yaml").write_text(
                'pare: 1\ndataset: d\nrecipient: r\npurposes:\n  p: {basis: contract}\nfields:\n'
                '  # pare: allow PR092 -- the recipient "issues" them\n'
                '  account: {category: user.unique_id, for: p, do: keep}\n'
                '  note: {category: user.content, for: p, do: keep} #  pare:allow PR095 --  chosen from a list  \n', encoding="utf-8")
            (root / "in.csv").write_text("account,note\n7,x\n")
            ran = run("run", "-p", "policy.yaml", "-o", "out.csv", "in.csv", cwd=folder)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertNotIn(b"warning", ran.stderr)
            self.assertNotIn(b"info[", ran.stderr)  # a run is no time to think
            manifest = json.loads((root / "out.csv.datapackage.json").read_text(encoding="utf-8"))
            self.assertEqual(manifest["pare"]["allowed"], [
                {"code": "PR092", "line": 8, "reason": 'the recipient "issues" them'},
                {"code": "PR095", "line": 9, "reason": "chosen from a list"}])


class Pages(unittest.TestCase):
    def test_the_page_tells_of_every_code(self):
        page = (SOURCE / "docs/LINT.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| (PR\d{3}) \| (error|warning|info) \|", page, re.M)
        self.assertEqual(dict(rows), SEVERITY)
        self.assertEqual([code for code, _ in rows], sorted(SEVERITY))

    def test_every_code_is_explained_with_an_example(self):
        for code in SEVERITY:
            ran = run("explain", code)
            self.assertEqual(ran.returncode, 0)
            self.assertGreater(len(ran.stdout), 150 if code not in ELSEWHERE else 50, code)
            if code not in ELSEWHERE:
                self.assertIn(b"`", ran.stdout, code)


class Shipped(unittest.TestCase):
    def test_policies_that_are_shown_have_no_unexplained_warning(self):
        policies = [SOURCE / "fixtures/crm-policy.yaml", *sorted((SOURCE / "tests/cases/exports").glob("*/policy.yaml")),
                    *sorted((SOURCE / "tests/bench").glob("policy*.yaml"))]
        self.assertGreater(len(policies), 15)
        for policy in policies:
            with self.subTest(policy=policy.relative_to(SOURCE)):
                _, said = check(policy)
                self.assertEqual([(f["line"], f["code"]) for f in said["findings"] if f["severity"] != "info"], [])


unittest.main(argv=sys.argv[:1])
