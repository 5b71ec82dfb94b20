"""The command line: help, suggestions, exit statuses, and that a usage error touches nothing."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "support"))

from cli_case import EXPORT, PLAIN_POLICY, SOURCE, CliCase, main

COMMANDS = ("run", "check", "test", "explain", "keygen", "rules")
STATUSES = {0, 1, 2, 65, 66, 70, 73, 74, 77, 78}


class Help(CliCase):
    def test_nothing_asked_is_a_usage_error_with_help(self):
        done = self.pare()
        self.assert_exit(done, 2)
        self.assertEqual(done.stdout, "")
        self.assertEqual(sum("pare " in line and line.startswith("  ") and "pare run" in line or "pare keygen" in line
                             for line in done.stderr.splitlines()), 3)

    def test_help_asked_is_success_on_standard_output(self):
        for words in (["--help"], ["-h"], ["help"]):
            done = self.pare(*words)
            self.assert_exit(done, 0)
            self.assertEqual(done.stderr, "")
            for command in COMMANDS:
                self.assertIn(f"\n  {command} ", done.stdout)

    def test_help_of_a_command_starts_with_examples(self):
        for command in COMMANDS:
            for words in (["help", command], [command, "--help"], [command, "-h"]):
                done = self.pare(*words)
                self.assert_exit(done, 0)
                lines = done.stdout.splitlines()
                self.assertEqual(lines[2], "Examples:")
                self.assertIn(f"pare {command}", lines[4])
                self.assertTrue(all(len(line) <= 100 for line in lines), command)

    def test_hidden_options_are_not_shown(self):
        text = self.pare("run", "--help").stdout
        self.assertNotIn("fake-terminal", text)
        self.assertNotIn("read-bytes", text)

    def test_exit_statuses_of_help_and_readme_are_the_same(self):
        text = self.pare("run", "--help").stdout
        from_help = dict(line.split(maxsplit=1) for line in text.split("Exit status:\n")[1].splitlines())
        rows = [line.strip("| ").split(" | ") for line in (SOURCE / "README.md").read_text().splitlines()
                if line.startswith("| ") and line[2].isdigit()]
        self.assertEqual(from_help, dict(rows))
        self.assertEqual({int(status) for status in from_help}, STATUSES)

    def test_version(self):
        done = self.pare("--version")
        self.assert_exit(done, 0)
        self.assertRegex(done.stdout, r"^pare \d+\.\d+\.\d+\n$")


class Mistakes(CliCase):
    def refused(self, arguments, *texts):
        done = self.pare(*arguments)
        self.assert_exit(done, 2)
        self.assertEqual(done.stdout, "")
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_command(self):
        self.refused(["rnu"], "unknown command `rnu`", "did you mean `run`?")
        self.refused(["chekc"], "did you mean `check`?")
        self.refused(["frobnicate"], "unknown command `frobnicate`")
        self.refused(["help", "rnu"], "did you mean `run`?")
        self.refused(["--vrsion"], "did you mean `--version`?")

    def test_option(self):
        self.refused(["run", "--polcy", "x"], "unknown option `--polcy`", "did you mean `--policy`?")
        self.refused(["run", "--polcy=x"], "unknown option `--polcy`;")
        self.refused(["run", "--zzzzzzzz"], "unknown option `--zzzzzzzz`\n")
        self.refused(["run", "-Z"], "unknown option `-Z`")
        self.refused(["run", "--max"], "ambiguous")
        self.refused(["check", "--spool"], "unknown option `--spool`")

    def test_arguments(self):
        self.refused(["run", "-p"], "needs an argument")
        self.refused(["run", "--spool=yes"], "takes no argument")
        self.refused(["run", "-p", "a", "-p", "b"], "given twice")
        self.refused(["run", "-p", "a", "--key-file", "k", "--key-fd", "3"], "only one")
        self.refused(["run", "-p", "-", "-"], "standard input")
        self.refused(["keygen"], "FILE")
        self.refused(["keygen", "a", "b"], "too many")
        self.refused(["rules", "x"], "too many")
        self.refused(["explain"], "either")
        self.refused(["explain", "PR999x"], "no code")

    def test_a_policy_is_never_implied(self):
        self.write("policy.yaml", PLAIN_POLICY)
        self.write("pare.yaml", PLAIN_POLICY)
        for command in ("run", "check", "test"):
            done = self.pare(command, stdin=EXPORT)
            self.assert_exit(done, 2)
            self.assertIn("-p FILE", done.stderr)

    def test_values(self):
        for option, bad in (("threads", ("0", "1025", "-1", "+1", "1.5", "two", "", " 3", "0x10", "99999999999999999999")),
                            ("max-record", ("0", "2G", "1T", "1KK", "K")), ("max-columns", ("1K", "0")),
                            ("as-of", ("2026-02-30", "2026-1-1", "20260101", "today", "2026-01-01T00:00")),
                            ("compress", ("zstd", "gzip:0", "gzip:10", "gzip:", "Gzip", "")),
                            ("log", ("xml", "", "tex")), ("color", ("yes",)), ("key-fd", ("-1", "x", "65536"))):
            for value in bad:
                self.refused(["run", "-p", "x", f"--{option}={value}"], f"option `--{option}`")

    def test_control_characters_are_escaped(self):
        done = self.pare("run", "--\033[31mred")
        self.assert_exit(done, 2)
        self.assertNotIn("\033", done.stderr)
        self.assertIn("\\x1B", done.stderr.upper().replace("\\X", "\\x"))


class Statuses(CliCase):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", PLAIN_POLICY)
        self.write("in.csv", EXPORT)

    def run_it(self, *more, **named):
        return self.pare("run", "-p", "p.yaml", *more, **named)

    def test_delivered(self):
        done = self.run_it("-o", "out.csv", "in.csv")
        self.assert_exit(done, 0)
        self.assertEqual((self.folder / "out.csv").read_text(), "tier\ngold\nsilver\n")
        self.assertEqual((self.folder / "out.csv").stat().st_mode & 0o777, 0o600)
        self.assertIn("2", done.stderr)
        self.assertNotIn("CANARY", done.stderr)

    def test_standard_input_and_output(self):
        for inputs in ([], ["-"]):
            done = self.run_it("--quiet", *inputs, stdin=EXPORT)
            self.assert_exit(done, 0)
            self.assertEqual(done.stdout, "tier\ngold\nsilver\n")
            self.assertEqual(done.stderr, "")

    def test_input_missing(self):
        done = self.run_it("-o", "out.csv", "nowhere.csv")
        self.assert_exit(done, 66)
        self.assertIn("nowhere.csv", done.stderr)
        self.assertFalse((self.folder / "out.csv").exists())

    def test_data(self):
        done = self.run_it("-o", "out.csv", stdin=b"id,tier\n7,gold\n8,\"CANARY\n")
        self.assert_exit(done, 65)
        self.assertRegex(done.stderr, r"^pare: error: .*record 2, line 3(, byte \d+)?: ")
        self.assertNotIn("CANARY", done.stderr)
        self.assertFalse((self.folder / "out.csv").exists())

    def test_output_cannot_be_created(self):
        self.assert_exit(self.run_it("-o", "no/such/folder/out.csv", "in.csv"), 73)
        self.write("there.csv", "before")
        self.assert_exit(self.run_it("-o", "there.csv", "--no-clobber", "in.csv"), 73)
        self.assertEqual((self.folder / "there.csv").read_text(), "before")

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            import subprocess
            from cli_case import PARE
            done = subprocess.run([PARE, "run", "-p", "p.yaml", "in.csv"], cwd=self.folder, stdout=full, check=False,
                                  stderr=subprocess.PIPE, env=self.environment)
        self.assertEqual(done.returncode, 74, done.stderr)

    def test_gate(self):
        self.write("gate.yaml", PLAIN_POLICY + "gates: {min_records: 3}\n")
        done = self.pare("run", "-p", "gate.yaml", "-o", "out.csv", "in.csv")
        self.assert_exit(done, 1)
        self.assertFalse((self.folder / "out.csv").exists())

    def test_policy(self):
        self.assert_exit(self.pare("run", "-p", "nowhere.yaml", "in.csv"), 78)
        self.write("bad.yaml", PLAIN_POLICY + "  id: {do: kepe}\n")
        done = self.pare("run", "-p", "bad.yaml", "-o", "out.csv", "in.csv")
        self.assert_exit(done, 78)
        self.assertIn("bad.yaml", done.stderr)
        self.assertIn("keep", done.stderr)
        self.write("lacks.yaml", PLAIN_POLICY + "  absent: {category: user.account, for: [counting], do: keep}\n")
        self.assert_exit(self.pare("run", "-p", "lacks.yaml", "-o", "out.csv", "in.csv"), 78)
        self.write("huge.yaml", PLAIN_POLICY + "#" * (1 << 20))
        self.assert_exit(self.pare("run", "-p", "huge.yaml", "in.csv"), 78)
        self.assertFalse((self.folder / "out.csv").exists())


class Check(CliCase):
    def test_clean(self):
        self.write("p.yaml", PLAIN_POLICY)
        done = self.pare("check", "-p", "p.yaml")
        self.assert_exit(done, 0)
        self.assertIn("0 errors", done.stdout)

    def test_errors_are_all_printed(self):
        self.write("p.yaml", PLAIN_POLICY + "  id: {do: kepe}\n  x: {do: dorp}\n")
        done = self.pare("check", "-p", "p.yaml")
        self.assert_exit(done, 78)
        self.assertIn("keep", done.stdout)
        self.assertIn("drop", done.stdout)
        self.assertIn("2 errors", done.stdout)

    def test_json(self):
        import json
        self.write("p.yaml", PLAIN_POLICY + "  id: {do: kepe}\n")
        done = self.pare("check", "-p", "p.yaml", "--format", "json")
        self.assert_exit(done, 78)
        report = json.loads(done.stdout)
        self.assertEqual(report["errors"], 1)
        self.assertEqual(report["findings"][0]["line"], 7)

    def test_own_tests(self):
        given = "tests:\n  - given: {tier: gold}\n    expect: {tier: %s}\n"
        self.write("good.yaml", PLAIN_POLICY + given % "gold")
        self.write("bad.yaml", PLAIN_POLICY + given % "silver")
        for command in ("check", "test"):
            done = self.pare(command, "-p", "good.yaml")
            self.assert_exit(done, 0)
            self.assertIn("1 of 1 tests passed", done.stdout)
            done = self.pare(command, "-p", "bad.yaml")
            self.assert_exit(done, 1)
            self.assertIn("0 of 1 tests passed", done.stdout)

    def test_policy_from_standard_input(self):
        self.assert_exit(self.pare("check", "-p", "-", stdin=PLAIN_POLICY.encode()), 0)


class Telling(CliCase):
    def test_explain(self):
        self.write("p.yaml", PLAIN_POLICY)
        done = self.pare("explain", "-p", "p.yaml")
        self.assert_exit(done, 0)
        self.assertIn("tier", done.stdout)

    def test_code(self):
        for code in ("PR001", "pr001"):
            done = self.pare("explain", code)
            self.assert_exit(done, 0)
            self.assertTrue(done.stdout.startswith("PR001: "))

    def test_rules(self):
        for detector in ("email", "phone", "card", "iban"):
            self.assertTrue(detector in self.pare("rules").stdout, detector)
        steps = self.pare("rules", "--steps")
        self.assert_exit(steps, 0)
        for step in ("mask", "pseudonymize", "generalize", "redact"):
            self.assertIn(step, steps.stdout)
        self.assertGreater(len(self.pare("rules", "--examples").stdout), len(self.pare("rules").stdout))

    def test_full_disk_is_told(self):
        import subprocess
        from cli_case import PARE
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PARE, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 74)


main()
